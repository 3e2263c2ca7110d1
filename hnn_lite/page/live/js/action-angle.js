// Two pendulums, two angles, one torus: an Action-Angle Network answers for any time in one step, beside a network that walks.

const MILLION = 6;                             // the slider ends at 10^6 periods
const TOP = 0.9;                               // of the energy that reaches the top: as far as the network was shown
const WAYS = { truth: "exact", "action-angle": "action-angle", baseline: "step by step" };

const stage = new Stage();
const law = pendulum(data.constants), exact = new ExactPendulum(data.constants), network = new ActionAngleNetwork(data.network);
const small = 2 * Math.PI / exact.omega0;      // the period of a small swing, s
const walk = data.walker && stepByStep(data.walker);
const torus = stage.panel({
  label: "a torus: the two angles of the two pendulums, and the straight line along which they move", ratio: 1.12, share: 1,
});
const plane = stage.plane({
  ...VIEWS.pendulum, x: [-3.2, 3.2], y: [-2.7, 2.7], equal: true,
  label: "the plane of angle and momentum with both pendulums", ratio: 1.12, share: 1,
});
const strip = stage.strip(3);

let starts = data.starts, time = 10 ** data.shown * small, view = [0.6, 0.95], walkers;

// u(t + dt) = u(t) + dt f(u(t)), as the EulerUpdate in hnn_lite/models/step_by_step.py: one sample of the training data a step.
function stepByStep({ params, activation, scaling }) {
  const field = new Mlp(unpack(params), activation), units = new Scaling(scaling);
  return { sample: units.time, begin: (x) => units.apply(x), next: (z) => add(z, 1, field.value(z)), state: (z) => units.undo(z) };
}

function restart() {
  walkers = starts.map((x) => ({ z: walk ? walk.begin(x) : null, trail: [x] }));
  walkers.steps = 0;
}

const wanted = () => (walk ? Math.round(time / walk.sample) : 0);

// Both walkers, step by step towards the time that is asked for; true as long as they are on their way.
function work(deadline) {
  if (!walk) return false;
  if (walkers.steps > wanted()) restart();
  while (walkers.steps < wanted()) {
    for (let k = 0; k < 40 && walkers.steps < wanted(); k++, walkers.steps++) {
      for (const walker of walkers) {
        walker.z = walk.next(walker.z);
        walker.trail.push(walk.state(walker.z));
        if (walker.trail.length > 200) walker.trail.splice(0, 100);
      }
    }
    if (performance.now() > deadline) break;
  }
  return walkers.steps < wanted();
}

function draw() {
  const after = (x) => ({ truth: exact.advance(x, time), "action-angle": network.advance(x, time) });
  const states = starts.map(after), tips = walkers.map(({ trail }) => trail[trail.length - 1]);
  if (walk) states.forEach((state, k) => { state.baseline = tips[k]; });
  drawTorus(states);
  drawPlane(states);
  const turns = states.map((state, k) => {
    const off = exact.phase(state["action-angle"]) - exact.phase(state.truth);
    return Math.abs(off - Math.round(off));
  });
  const worst = 360 * Math.max(...turns), energies = tips.map((tip, k) => law.energy(tip) / law.energy(starts[k]));
  const far = energies.reduce((one, other) => (Math.abs(Math.log(one)) > Math.abs(Math.log(other)) ? one : other));
  const taken = walk ? `${grouped(walkers.steps)} of ${grouped(wanted())} steps` : "";
  const words = { truth: "a formula", "action-angle": "1 step", baseline: taken };
  drawStrip(strip, "pendulum", Object.keys(states[0]).map((way) => ({
    name: WAYS[way], colour: way, state: states[0][way], also: states[1][way], words: words[way],
  })));
  showTime(`${grouped(time)} s`);
  showAngle(worst > 90 ? "off by more than 90°: a guess" : `off by ${worst.toPrecision(2)}°`);
  showWalk(walk ? (far < 9 ? `${number(100 * far, 1)} % of what it was` : "beyond all") : "");
}

const grouped = (value) => Math.round(value).toLocaleString("en");

// --- the torus: the first angle goes the long way round, the second the short way

function drawTorus(states) {
  const wide = Math.min(torus.width, torus.height * 1.15) / 2 - 12, [yaw, pitch] = view, thick = 0.42;
  // a place on the torus, on the panel; `front` says whether its outside faces the reader
  const place = (theta, phi, grow = 1) => {
    const tube = thick * grow, around = 1 + tube * Math.cos(phi), cos = Math.cos(theta + yaw), sin = Math.sin(theta + yaw);
    const x = around * cos, y = around * sin, z = tube * Math.sin(phi), c = Math.cos(pitch), s = Math.sin(pitch);
    const front = Math.sin(phi) * c - Math.cos(phi) * sin * s, unit = wide / (1 + thick);
    return { x: torus.width / 2 + unit * x, y: torus.height / 2 - unit * (z * s + y * c), front: front > -0.05 };
  };
  const line = (count, at, style) => {
    const points = Array.from({ length: count }, (_, i) => at(i));
    for (const front of [false, true]) {
      const shown = (i) => points[i].front === front || (i && points[i - 1].front === front);
      const alpha = (style.alpha || 1) * (front ? 1 : 0.3);
      torus.stroke(count, (i) => (shown(i) ? points[i].x : NaN), (i) => points[i].y, { ...style, alpha });
    }
  };
  torus.layer("mesh", view.join(), () => {
    const thin = { colour: "line", width: 0.6, alpha: 0.55 }, turn = 2 * Math.PI;
    for (let k = 0; k < 24; k++) line(61, (i) => place(turn * k / 24, turn * i / 60), thin);
    for (let k = 0; k < 12; k++) line(121, (i) => place(turn * i / 120, turn * k / 12), thin);
  });
  const pairs = starts.map((x) => network.pairs(x)), omega = pairs.map((z) => network.frequencies(actions(z))[0]);
  const angle = (z) => Math.atan2(z[0], z[1]), now = pairs.map((z, k) => angle(z) + omega[k] * time);
  const back = Math.min(time, 5 * small), count = 500;
  const at = (i) => place(now[0] - omega[0] * back * (1 - i / (count - 1)), now[1] - omega[1] * back * (1 - i / (count - 1)));
  line(count, at, { colour: "action-angle", width: 2 });
  for (const way of Object.keys(states[0]).reverse()) {
    const z = states.map((state) => network.pairs(state[way])), grow = Math.sqrt(actions(z[1])[0] / actions(pairs[1])[0]);
    const spot = place(angle(z[0]), angle(z[1]), Math.min(2, grow));
    torus.disc(spot.x, spot.y, way === "truth" ? 4 : 6, { colour: way, ring: "paper", alpha: spot.front ? 1 : 0.45 });
  }
  torus.text("angles of the two pendulums", 2, 3, { colour: "muted", size: 12, base: "top", halo: false });
}

function drawPlane(states) {
  plane.axes("", () => {
    plane.contours(law.energy, VIEWS.pendulum.levels, { colour: "grid" });
    plane.contours(law.energy, [law.top], { colour: "line" }, 3);
  });
  plane.inside(() => {
    starts.forEach((x, k) => {
      plane.layer(`loop ${k}`, x.join(), () => {
        const z = network.pairs(x), at = (i) => network.fromPairs(turnPairs(z, [2 * Math.PI * i / 120]));
        const points = Array.from({ length: 121 }, (_, i) => at(i));
        plane.curve(121, (i) => points[i][0], (i) => points[i][1], { colour: "action-angle", width: 1.4 });
      });
      const { trail } = walkers[k];
      if (walk) {
        plane.curve(trail.length, (i) => trail[i][0], (i) => trail[i][1], { colour: "baseline", width: 1, alpha: 0.5 });
        for (const state of trail.slice(-30)) plane.dot(...state, 1.8, { colour: "baseline", alpha: 0.8 });
      }
      plane.dot(...x, 2.5, { colour: "muted" });
    });
    for (const state of states) {
      for (const way of Object.keys(state).reverse()) plane.dot(...state[way], way === "truth" ? 4 : 6, { colour: way, ring: "paper" });
    }
  });
}

// Turn the torus: with the mouse, a finger to the side, or the arrow keys.
torus.canvas.tabIndex = 0;
torus.canvas.setAttribute("role", "application");
torus.canvas.style.touchAction = "pan-y";
const turnTorus = (side, up) => { view = [view[0] + side, Math.max(0.1, Math.min(1.5, view[1] + up))]; stage.touch(); };
torus.canvas.onpointerdown = (event) => torus.canvas.setPointerCapture(event.pointerId);
torus.canvas.onpointermove = (event) => { if (event.buttons) turnTorus(event.movementX / 120, event.movementY / 120); };
torus.canvas.onkeydown = (event) => {
  const move = { ArrowLeft: [-0.1, 0], ArrowRight: [0.1, 0], ArrowUp: [0, -0.1], ArrowDown: [0, 0.1] }[event.key];
  if (move) { event.preventDefault(); turnTorus(...move); }
};

const showTime = stage.number({ label: "time" });
const showAngle = stage.number({ label: "the network's angle is", colour: "action-angle" });
const showWalk = stage.number({ label: "step by step, the energy is", colour: "baseline" });
const periods = (log) => `${grouped(10 ** log)} ${log ? "periods" : "period"}`;
stage.buttons({ reset: () => { time = small; slider.value = 0; restart(); } });
const slider = stage.slider({
  label: "after", min: 0, max: MILLION, step: 0.01, value: data.shown, format: periods, change: (log) => { time = 10 ** log * small; },
});
restart();
["first", "second"].forEach((which, k) => plane.handle({
  name: `the ${which} pendulum's start`, get: () => starts[k], colour: "muted", step: [0.05, 0.05],
  describe: inWords(VIEWS.pendulum), end: () => stage.go(),
  set: (x) => {
    while (exact.share(x) > TOP) x = x.map((part) => 0.99 * part);
    starts = starts.map((old, other) => (other === k ? x : old));
    restart();
  },
}));
stage.start({
  step: (seconds) => { time += seconds; }, work, draw,
  evaluate: {
    advance: ([t, ...x]) => network.advance(x, t), pairs: (x) => network.pairs(x), exact: ([t, ...x]) => exact.advance(x, t),
    frequency: (x) => network.frequencies(actions(network.pairs(x))),
    walk: ([steps, ...x]) => {
      let z = walk.begin(x);
      for (let k = 0; k < steps; k++) z = walk.next(z);
      return walk.state(z);
    },
  },
});
