// The standard map p' = p + K sin q, q' = q + p': orbits at a strength of the reader's choice, the golden curve as long as there is one, and
// a traveller that starts in the layer of chaos along the lower edge.

const TURN = 2 * Math.PI, BREAKS = 0.9716;     // where the golden curve does (Greene 1979)
const MOST = 14, AT_ONCE = 900, LONGEST = 300_000, SPEED = 9000;          // orbits, dots of each at once, the traveller's steps, its steps a second
const INKS = ["c0", "c2", "c3", "c4"];          // the traveller alone is gold, the last curves black

const stage = new Stage();
const plane = stage.plane({
  label: "the square of angle and momentum: a dot for each step of each orbit", ratio: 1.25, x: [0, TURN], y: [0, TURN],
  xlabel: "angle q (rad)", ylabel: "momentum p (rad a step)",
});
plane.box.classList.add("main-panel");

let K = data.K, orbits = [], traveller, curve, picture = 0, owed = 0, letGo = -Infinity;

const next = ([q, p]) => { const after = p + K * Math.sin(q); return [q + after, after]; };
const wrap = (x) => x.map((value) => value - TURN * Math.floor(value / TURN));

function begin(start, colour) { return { start, x: start, colour, dots: [wrap(start)], drawn: 0 }; }

function advance(orbit) {
  orbit.x = next(orbit.x);
  orbit.dots.push(wrap(orbit.x));
}

// All orbits anew, at the present K.
function restart() {
  orbits = orbits.map(({ start, colour }) => begin(start, colour));
  traveller = { ...begin(data.traveller, "c1"), steps: 0, low: 0, high: 0 };
  curve = K <= BREAKS ? golden(K) : [];
  owed = AT_ONCE;
  picture++;
}

function first() {
  orbits = data.starts.map((start, i) => begin(start, INKS[i % INKS.length]));
  restart();
}

// The golden curve, as an orbit that goes round so many times in so many steps; see standard_map.golden.
function golden(goal) {
  const half = (data.length - 1) / 2, round = TURN * data.turns, q = Array.from({ length: half }, (_, i) => round / data.length * (i + 1));
  const pieces = Math.max(1, Math.ceil(goal / 0.05));
  for (let piece = 1; piece <= pieces; piece++) {
    for (let turn = 0; turn < 6; turn++) newton(q, goal * piece / pieces, round);
  }
  const all = [0, ...q, ...[...q].reverse().map((value) => round - value)];
  return all.map((value, i) => [value, value - (i ? all[i - 1] : all[all.length - 1] - round)]);
}

// One step of Newton's method for the angles q of half an orbit: a system of three diagonals, off the middle all -1.
function newton(q, strength, round) {
  const last = q.length - 1, up = [], right = [];
  for (let i = 0; i <= last; i++) {
    const before = i ? q[i - 1] : 0, after = i < last ? q[i + 1] : round - q[last];
    const middle = 2 + strength * Math.cos(q[i]) + (i === last ? 1 : 0) + (i ? up[i - 1] : 0);
    up[i] = -1 / middle;
    right[i] = (strength * Math.sin(q[i]) + 2 * q[i] - before - after + (i ? right[i - 1] : 0)) / middle;
  }
  for (let i = last, change = 0; i >= 0; i--) {
    change = right[i] - (i < last ? up[i] * change : 0);
    q[i] -= change;
  }
}

function travel() {
  if (traveller.steps === LONGEST) return;
  advance(traveller);
  traveller.steps++;
  traveller.low = Math.min(traveller.low, traveller.x[1]);
  traveller.high = Math.max(traveller.high, traveller.x[1]);
  if (traveller.steps === LONGEST) stage.play(false);
}

// Dots that are wanted at once, and steps that the clock has asked for; a slow machine shows fewer.
function work(deadline) {
  for (const orbit of orbits) while (orbit.dots.length < AT_ONCE) advance(orbit);
  for (; owed >= 1 && (traveller.steps < AT_ONCE || performance.now() < deadline); owed--) travel();
  owed = Math.min(owed, 1);
  return false;
}

function draw() {
  plane.axes();
  plane.inside(() => plane.scatter("dots", picture, [...orbits, traveller]));
  plane.inside(() => {
    for (const sign of [1, -1]) {          // the curve and its mirror image
      const line = curve.map((x) => wrap([sign * x[0], sign * x[1]])).sort((one, other) => one[0] - other[0]);
      const at = (i) => (i < line.length ? line[i] : [line[0][0] + TURN, line[0][1]]);
      if (line.length) plane.curve(line.length + 1, (i) => at(i)[0], (i) => at(i)[1], { colour: "truth", width: 2 });
    }
    plane.dot(...wrap(traveller.x), 5, { colour: "c1", ring: "paper" });
    for (const orbit of orbits.slice(data.starts.length)) plane.dot(...wrap(orbit.start), 4, { colour: orbit.colour, ring: "ink" });
  });
  showCurve(curve.length ? "whole" : "broken");
  const reached = Math.max(traveller.high, -traveller.low) / TURN;
  showTraveller(`${number(reached, 2)} of the height after ${traveller.steps.toLocaleString("en")} steps`);
}

stage.buttons({ reset: () => { K = slider.value = data.K; first(); } });
const slider = stage.slider({
  label: "K", min: data.range[0], max: data.range[1], step: data.range[2], value: K, format: (value) => value.toFixed(2),
  change: (value) => { K = value; restart(); },
});
const showCurve = stage.number({ label: "the last curve is", colour: "truth" });
const showTraveller = stage.number({ label: "the gold orbit has come", colour: "c1" });
first();
plane.handle({
  name: "where an orbit begins", get: () => orbits[orbits.length - 1].start, step: [0.05, 0.05],
  describe: ([q, p]) => `angle ${number(q, 2)}, momentum ${number(p, 2)}`,
  begin: () => {          // what is pressed soon after a press still moves the same orbit
    if (performance.now() - letGo < 1500) return;
    orbits.push(begin(orbits[orbits.length - 1].start, INKS[orbits.length % INKS.length]));
    if (orbits.length > MOST) orbits.splice(data.starts.length, 1);
    picture++;
  },
  set: (place) => { orbits[orbits.length - 1] = begin(place, orbits[orbits.length - 1].colour); picture++; },
  end: () => { letGo = performance.now(); stage.go(); },
});
stage.start({
  step: (seconds) => {
    if (traveller.steps === LONGEST) restart();          // from the beginning
    owed += SPEED * seconds;
  }, work, draw,
  evaluate: {
    golden: (goal) => golden(goal).flat(),
    after: ([strength, count, ...x]) => { K = strength; for (let k = 0; k < count; k++) x = next(x); return x; },
    travelled: ([strength, count]) => { K = strength; restart(); for (let k = 0; k < count; k++) travel(); return [traveller.low, traveller.high, ...traveller.x]; },
  },
});
