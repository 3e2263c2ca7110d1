// A pendulum's angle on a circle, two angles on a torus, and the torus unrolled into a square, where the motion is a straight line: an
// Action-Angle Network answers for any time in one step, beside a network that walks.

const MILLION = 6;                             // the slider ends at 10^6 periods
const TOP = 0.9;                               // of the energy that reaches the top: as far as the network was shown
const UNROLLING = 1.2;                         // seconds
const TURN = 2 * Math.PI;
const WAYS = { truth: "exact", "action-angle": "action-angle", baseline: "step by step" };

const stage = new Stage();
const law = pendulum(data.constants), exact = new ExactPendulum(data.constants), network = new ActionAngleNetwork(data.network);
const small = 2 * Math.PI / exact.omega0;      // the period of a small swing, s
const walk = data.walker && stepByStep(data.walker);
const torus = stage.panel({ label: "", ratio: 1.12, share: 1 });
const SHOWN = {                                // what the panel shows, and in words
  circle: ["one pendulum", "a circle: the pendulum's angle, which grows at a constant rate"],
  torus: ["two, on a torus", "a torus: the two angles of the two pendulums, and the straight line along which they move"],
  square: ["unrolled", "a square: the two angles of the two pendulums, and the straight line along which they move"],
};
const plane = stage.plane({
  ...VIEWS.pendulum, x: [-3.2, 3.2], y: [-2.7, 2.7], equal: true,
  label: "the plane of angle and momentum with both pendulums", ratio: 1.12, share: 1,
});
const strip = stage.strip(3);

let starts = data.starts, time = 10 ** data.shown * small, view = [0.6, 0.95], walkers;
let shown = "circle", flat = 0;                // flat: how far the torus is unrolled, 0 to 1

const some = (list) => (shown === "circle" ? list.slice(0, 1) : list);          // of the pendulums that are shown

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
  const states = some(starts).map(after), tips = some(walkers).map(({ trail }) => trail[trail.length - 1]);
  if (walk) states.forEach((state, k) => { state.baseline = tips[k]; });
  if (shown === "circle") drawCircle(states[0]); else drawTorus(states);
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
    name: WAYS[way], colour: way, state: states[0][way], also: states[1] && states[1][way], words: words[way],
  })));
  showTime(`${grouped(time)} s`);
  showAngle(worst > 90 ? "off by more than 90°: a guess" : `off by ${worst.toPrecision(2)}°`);
  showWalk(walk ? (far < 9 ? `${number(100 * far, 1)} % of what it was` : "beyond all") : "");
}

const grouped = (value) => Math.round(value).toLocaleString("en");

const angle = (z) => Math.atan2(z[0], z[1]);

// One pendulum: its angle, and how far from the network's circle the others have come. Places like those on the unrolled torus.
function drawCircle(state) {
  const z0 = network.pairs(starts[0]), unit = Math.min(torus.width, torus.height) * 0.36, x = torus.width / 2, y = torus.height / 2 + 8;
  const at = (turn, grow = 1) => [x + unit * grow * Math.sin(turn), y - unit * grow * Math.cos(turn)];
  torus.stroke(121, (i) => at(TURN * i / 120)[0], (i) => at(TURN * i / 120)[1], { colour: "line", width: 1.4 });
  const now = angle(network.pairs(state["action-angle"])), omega = network.frequencies(actions(z0))[0], back = Math.min(omega * time, 1.4);
  torus.stroke(41, (i) => at(now - back * i / 40)[0], (i) => at(now - back * i / 40)[1], { colour: "action-angle", width: 2.4 });
  torus.line(x, y, ...at(now), { colour: "action-angle", width: 1.2 });
  torus.disc(...at(angle(z0)), 2.5, { colour: "muted" });
  for (const way of Object.keys(state).reverse()) {
    const z = network.pairs(state[way]), grow = Math.sqrt(actions(z)[0] / actions(z0)[0]);
    torus.disc(...at(angle(z), Math.min(1.3, grow)), way === "truth" ? 4 : 6, { colour: way, ring: "paper" });
  }
  torus.text("the network's angle", 2, 3, { colour: "muted", size: 12, base: "top", halo: false });
}

// --- the torus: the first angle goes the long way round, the second the short way; unrolled, to the right and up

function drawTorus(states) {
  const wide = Math.min(torus.width, torus.height * 1.15) / 2 - 12, [yaw, pitch] = view, thick = 0.42;
  const half = Math.min(torus.width, torus.height) / 2 - 30, within = (turn) => turn - TURN * Math.round(turn / TURN);
  // a place on the torus, or on its way into the square, on the panel; `front` says whether its outside faces the reader
  const place = (theta, phi, grow = 1) => {
    const tube = thick * grow, around = 1 + tube * Math.cos(phi), cos = Math.cos(theta + yaw), sin = Math.sin(theta + yaw);
    const x = around * cos, y = around * sin, z = tube * Math.sin(phi), c = Math.cos(pitch), s = Math.sin(pitch);
    const front = Math.sin(phi) * c - Math.cos(phi) * sin * s, unit = wide / (1 + thick);
    const mixed = (round, straight) => (1 - flat) * round + flat * straight;
    return {
      x: torus.width / 2 + mixed(unit * x, half * theta / Math.PI), front: flat > 0.5 || front > -0.05,
      y: torus.height / 2 - mixed(unit * (z * s + y * c), half * phi / Math.PI),
    };
  };
  const line = (count, at, style) => {
    const points = Array.from({ length: count }, (_, i) => at(i));
    for (const front of [false, true]) {
      const seen = (i) => points[i].front === front || (i && points[i - 1].front === front);
      const alpha = (style.alpha || 1) * (front ? 1 : 0.3);
      torus.stroke(count, (i) => (seen(i) ? points[i].x : NaN), (i) => points[i].y, { ...style, alpha });
    }
  };
  torus.layer("mesh", [...view, flat].join(), () => {
    const thin = { colour: "line", width: 0.6, alpha: 0.55 }, along = (i, count) => Math.PI * (2 * i / count - 1);
    for (let k = 0; k <= 24; k++) line(61, (i) => place(along(k, 24), along(i, 60)), thin);
    for (let k = 0; k <= 12; k++) line(121, (i) => place(along(i, 120), along(k, 12)), thin);
  });
  const pairs = starts.map((x) => network.pairs(x)), omega = pairs.map((z) => network.frequencies(actions(z))[0]);
  const now = pairs.map((z, k) => angle(z) + omega[k] * time), back = Math.min(time, 5 * small), count = 1000;
  const turns = (i) => now.map((turn, k) => turn - omega[k] * back * (1 - i / (count - 1)));
  const leaves = (i) => flat && i && turns(i).some((turn, k) => Math.round(turn / TURN) !== Math.round(turns(i - 1)[k] / TURN));
  line(count, (i) => (leaves(i) ? { x: NaN } : place(...turns(i).map(within))), { colour: "action-angle", width: 2 });
  for (const way of Object.keys(states[0]).reverse()) {
    const z = states.map((state) => network.pairs(state[way])), grow = Math.sqrt(actions(z[1])[0] / actions(pairs[1])[0]);
    const spot = place(angle(z[0]), angle(z[1]), Math.min(2, grow));
    torus.disc(spot.x, spot.y, way === "truth" ? 4 : 6, { colour: way, ring: "paper", alpha: spot.front ? 1 : 0.45 });
  }
  const quiet = { colour: "muted", size: 12, halo: false };
  torus.text(flat === 1 ? "angle of the second, −180° to 180°" : "angles of the two pendulums", 2, 3, { ...quiet, base: "top" });
  if (flat === 1) torus.text("angle of the first, −180° to 180°", torus.width - 2, torus.height - 3, { ...quiet, align: "right", base: "bottom" });
}

function drawPlane(states) {
  plane.axes("", () => {
    plane.contours(law.energy, VIEWS.pendulum.levels, { colour: "grid" });
    plane.contours(law.energy, [law.top], { colour: "line" }, 3);
  });
  plane.inside(() => {
    some(starts).forEach((x, k) => {
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

// Turn the torus: with the mouse, a finger to the side, or the arrow keys. Circle and square cannot be turned.
const turnTorus = (side, up) => {
  if (shown !== "torus") return;
  view = [view[0] + side, Math.max(0.1, Math.min(1.5, view[1] + up))];
  stage.touch();
};
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
stage.choice({ label: "show", value: shown, options: Object.entries(SHOWN).map(([one, [words]]) => [one, words]), change: show });
restart();
const handles = ["first", "second"].map((which, k) => plane.handle({
  name: `the ${which} pendulum's start`, get: () => starts[k], colour: "muted", step: [0.05, 0.05],
  describe: inWords(VIEWS.pendulum), end: () => stage.go(),
  set: (x) => {
    while (exact.share(x) > TOP) x = x.map((part) => 0.99 * part);
    starts = starts.map((old, other) => (other === k ? x : old));
    restart();
  },
}));

// One thing at a time: the second pendulum has a start to take hold of only where it is shown, and only the torus can be turned.
function show(next) {
  if (stage.calm || next === "circle" || shown === "circle") flat = Number(next === "square");
  shown = next;
  torus.label = SHOWN[shown][1];
  plane.handles = some(handles);
  if (shown === "circle") handles[1].leave(); else plane.box.append(handles[1].element);
  const { canvas } = torus, turns = shown === "torus";
  canvas.setAttribute("role", turns ? "application" : "img");
  canvas.toggleAttribute("tabindex", turns);
  if (turns) canvas.tabIndex = 0;
  canvas.style.touchAction = turns ? "pan-y" : "";
}

// The torus unrolls, or rolls up, while the reader looks on; true until it is done.
function unroll(now) {
  const goal = Number(shown === "square"), far = Math.min(Math.abs(goal - flat), (now - (unroll.last || now)) / 1000 / UNROLLING);
  flat = Math.abs(goal - flat) < 1e-6 ? goal : flat + Math.sign(goal - flat) * far;
  unroll.last = flat === goal ? 0 : now;
  return flat !== goal;
}

show(shown);
stage.start({
  step: (seconds) => { time += seconds; slider.value = Math.log10(time / small); }, draw,
  work: (deadline) => [unroll(performance.now()), work(deadline)].some(Boolean),
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
