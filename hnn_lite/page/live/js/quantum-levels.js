// Quantum levels: loops of the pendulum with the actions that Planck's constant allows, and the levels of the quantum pendulum.

const stage = new Stage();
const law = pendulum(data.constants), network = new ActionAngleNetwork(data.network);
const inertia = data.constants.m * data.constants.l ** 2, lift = law.top / 2;
const scale = 2 * inertia * Math.sqrt(data.constants.g / data.constants.l);          // the momentum that just reaches the top

const mean = (count, f) => { let sum = 0; for (let i = 0; i < count; i++) sum += f(2 * Math.PI * i / count); return sum / count; };

// The value of a growing function's argument between low and high at which it reaches `wanted`.
function reaching(f, wanted, low, high) {
  for (let k = 0; k < 60; k++) {
    const middle = (low + high) / 2;
    if (f(middle) < wanted) low = middle; else high = middle;
  }
  return (low + high) / 2;
}

// (1 / 2 pi) times the integral of p dq: once round a swing, once over the top.
const swinging = (energy) => {
  const share = energy / law.top;
  return 2 * scale * share * mean(600, (phi) => Math.cos(phi) ** 2 / Math.sqrt(1 - share * Math.sin(phi) ** 2));
};
const rotating = (energy) => mean(600, (q) => Math.sqrt(Math.max(0, 2 * inertia * (energy - lift * (1 - Math.cos(q))))));
const TOP = 4 * scale / Math.PI;               // the action of the swing that just reaches the top
const swingAt = (action) => reaching(swinging, action, 0, law.top * (1 - 1e-9));
const rotationAt = (action) => reaching(rotating, action, law.top, law.top + 2 * lift + action ** 2 / inertia);

// The energy that the network has learned, from rest.
function learned(action) {
  const { unit, time } = network.units, at = (I) => network.constant[0] * I + network.network.value([I])[0];
  return unit / time * (at(action / unit) - at(0));
}

// The lowest levels of the matrix between plane waves, which has three diagonals: how many lie below an energy tells Sturm's sequence.
function quantum(hbar, count) {
  const size = count + 10 + Math.floor(4 * Math.sqrt(inertia * lift) / hbar), beside = lift * lift / 4;
  const diagonal = Array.from({ length: 2 * size + 1 }, (_, i) => (hbar * (i - size)) ** 2 / (2 * inertia) + lift);
  const below = (energy) => {
    let found = 0, q = 1;
    diagonal.forEach((d, i) => {
      q = d - energy - (i ? beside / q : 0);
      if (Math.abs(q) < 1e-300) q = -1e-300;
      if (q < 0) found++;
    });
    return found;
  };
  const high = 2 * lift + (hbar * (count / 2 + 1)) ** 2 / inertia + 10 * hbar;
  return Array.from({ length: count }, (_, n) => reaching(below, n + 1, 0, high));
}

const plane = stage.plane({
  ...VIEWS.pendulum, x: [-3.4, 3.4], y: [-3.3, 3.3], equal: true, ratio: 1.05, share: 1.5,
  label: "the plane of angle and momentum with the loops that are allowed",
});
const ladder = stage.plane({
  label: "energies of the loops beside the levels of the quantum pendulum", ratio: 0.7, share: 0.85, x: [0, 1], y: [0, 10.2],
  xlabel: "", ylabel: "energy (J)", xticks: 0,
});
const HIGHEST = 10;                            // of the ladder

let hbar = data.hbar, chosen = 0, loops = [], levels = [];

// The loops that are allowed: swings (n + 1/2) hbar, then rotations n hbar, each with its energy and its quantum levels.
function compute() {
  levels = quantum(hbar, 2 * Math.ceil(rotating(HIGHEST) / hbar) + 3);
  loops = [];
  for (let n = 0; (n + 0.5) * hbar < TOP; n++) {
    const action = (n + 0.5) * hbar, seen = action <= data.most;
    loops.push({ n, action, seen, swing: true, energy: seen ? learned(action) : swingAt(action), quantum: [levels[n]] });
  }
  for (let n = Math.floor(TOP / 2 / hbar) + 1; rotationAt(n * hbar) < HIGHEST; n++) {
    loops.push({ n, action: n * hbar, seen: false, swing: false, energy: rotationAt(n * hbar), quantum: [levels[2 * n - 1], levels[2 * n]] });
  }
  chosen = Math.min(chosen, loops.length - 1);
}

// A loop of an action as points: the network's, where it has seen such, else the formula's.
function outline(action, count = 160) {
  if (action <= data.most) {
    const r = Math.sqrt(2 * action);
    return Array.from({ length: count + 1 }, (_, i) => network.fromPairs([r * Math.sin(2 * Math.PI * i / count), r * Math.cos(2 * Math.PI * i / count)]));
  }
  const k = Math.sqrt(swingAt(action) / law.top);
  return Array.from({ length: count + 1 }, (_, i) => {
    const phi = 2 * Math.PI * i / count;
    return [2 * Math.asin(k * Math.sin(phi)), scale * k * Math.cos(phi)];
  });
}

const momentum = (energy, q) => Math.sqrt(Math.max(0, 2 * inertia * (energy - lift * (1 - Math.cos(q)))));
const across = (i, count = 80) => plane.reach.x[0] + i / count * (plane.reach.x[1] - plane.reach.x[0]);

function drawLine(points, style) { plane.curve(points.length, (i) => points[i][0], (i) => points[i][1], style); }

function drawLoop(loop, style) {
  if (loop.swing) { drawLine(outline(loop.action), style); return; }
  for (const sign of [1, -1]) plane.curve(81, (i) => across(i), (i) => sign * momentum(loop.energy, across(i)), style);
}

// What belongs to the chosen level: the area h, from half a step inside to half a step outside.
function drawRing({ swing, action, n }) {
  const fill = { colour: "muted", fill: "muted", width: 0, alpha: 0.3, close: true };
  if (swing) {
    const outer = outline(Math.min(action + hbar / 2, TOP * (1 - 1e-9))), inner = n ? outline(action - hbar / 2).reverse() : [];
    drawLine([...outer, ...inner], fill);
    return;
  }
  const edges = [(n - 0.5) * hbar, (n + 0.5) * hbar].map((I) => rotationAt(Math.max(I, TOP / 2)));
  const at = (i) => (i <= 80 ? [across(i), momentum(edges[1], across(i))] : [across(161 - i), momentum(edges[0], across(161 - i))]);
  drawLine(Array.from({ length: 162 }, (_, i) => at(i)), fill);
}

const inkOf = ({ seen }) => (seen ? "action-angle" : "truth");

function draw() {
  plane.axes("", () => plane.contours(law.energy, [law.top], { colour: "line" }, 3));
  const loop = loops[chosen];
  plane.inside(() => {
    drawRing(loop);
    for (const one of loops) drawLoop(one, { colour: inkOf(one), width: one === loop ? 2.6 : 1, alpha: one === loop ? 1 : 0.7 });
  });
  ladder.axes(hbar, () => ladder.curve(2, (i) => i, () => law.top, { colour: "line", width: 1 }));
  ladder.inside(() => {
    for (const level of levels) ladder.curve(2, (i) => 0.12 + 0.76 * i, () => level, { colour: "muted", width: 6, alpha: 0.45 });
    for (const one of loops) ladder.curve(2, (i) => 0.12 + 0.76 * i, () => one.energy, { colour: inkOf(one), width: one === loop ? 3 : 1.3 });
  });
  const near = loop.quantum.reduce((one, other) => (Math.abs(other - loop.energy) < Math.abs(one - loop.energy) ? other : one));
  showLoop(`${loop.swing ? "swing" : "over the top"}, n = ${loop.n}, action ${number(loop.action, 3)} J s`);
  showRule(`${number(loop.energy, 4)} J`);
  showTrue(`${loop.quantum.map((level) => number(level, 4)).join(" and ")} J`);
  showOff(`${number(100 * (loop.energy - near) / gap(), 2)} %`);
}

// The distance from the chosen loop's energy to the next loop's.
function gap() {
  const other = chosen + 1 < loops.length && loops[chosen + 1].swing === loops[chosen].swing ? chosen + 1 : chosen - 1;
  return other < 0 ? loops[chosen].energy : Math.abs(loops[other].energy - loops[chosen].energy);
}

// Where the dot is: on the chosen loop, in the direction in which the reader has left it.
let place = [0, 1];
function onLoop({ swing, energy }) {
  const [q, p] = place;
  if (!swing) return [q, (p < 0 ? -1 : 1) * momentum(energy, q)];
  const phi = Math.atan2(Math.sin(q / 2), p / scale), k = Math.sqrt(energy / law.top);
  return [2 * Math.asin(k * Math.sin(phi)), scale * k * Math.cos(phi)];
}

const showLoop = stage.number({ label: "loop" });
const showRule = stage.number({ label: "energy by the rule", colour: "action-angle" });
const showTrue = stage.number({ label: "quantum pendulum", colour: "muted" });
const showOff = stage.number({ label: "off by, of a gap" });
stage.buttons({ reset: () => { place = [0, 1]; choose(data.hbar); } });
const slider = stage.slider({
  label: "ħ", min: data.range[0], max: data.range[1], step: 0.005, value: hbar, format: (value) => `${value.toFixed(3)} J s`,
  change: (value) => { hbar = value; compute(); },
});
// The loop in the middle of those that the network has seen.
function choose(value) {
  hbar = slider.value = value;
  compute();
  chosen = Math.min(loops.length - 1, Math.floor(data.most / hbar / 2));
}

// The pendulum runs along its loop.
function step(seconds) {
  const count = Math.ceil(seconds * 60);
  let x = onLoop(loops[chosen]);
  for (let k = 0; k < count; k++) x = rk4(law.field, x, seconds / count);
  place = law.place(x);
}

choose(data.hbar);
plane.handle({
  name: "the chosen loop", get: () => onLoop(loops[chosen]), colour: "action-angle", step: [0.1, 0.1],
  describe: (at) => `${inWords(VIEWS.pendulum)(at)}; ${loops[chosen].swing ? "swing" : "rotation"} ${loops[chosen].n}`,
  set: ([q, p]) => {
    const [oldQ, oldP] = onLoop(loops[chosen]);
    if (stage.held) {                          // a pointer: the loop that comes nearest to the place
      const wanted = law.energy([q, p]), far = loops.map(({ energy }) => Math.abs(energy - wanted));
      chosen = far.indexOf(Math.min(...far));
    } else chosen = Math.max(0, Math.min(loops.length - 1, chosen + Math.sign(Math.round(20 * (p - oldP)))));          // a key: the next one
    place = stage.held || q !== oldQ ? [q, p] : onLoop(loops[chosen]);
  },
  end: () => stage.go(),
});
stage.start({
  step, draw,
  evaluate: {
    quantum: ([value, count]) => quantum(value, count), swing: (action) => swingAt(action), rotation: (action) => rotationAt(action),
    learned, area: (action) => outline(action, 400).flat(),
    loops: (value) => { hbar = value; compute(); return loops.map(({ energy }) => energy); },
  },
});
