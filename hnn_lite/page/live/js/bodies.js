// Two or three bodies: truth, baseline and HNN from the same start; their paths, and their true energies.
//
// A state is x of each body, y of each, then p_x of each, p_y of each.

const SECONDS = data.seconds, STEP = 0.05;
const SPEED = 2;                               // units of time in a second of the clock
const AHEAD = 2;                               // units of time that are computed before they are asked for
const TAIL = 5;                                // units of time for which a path is drawn strong
const PUSH = 200, LONGEST = 90;                // pixels of an arrow for each unit of momentum, and at most
const EXTENTS = [1.6, 2.2, 3.2, 4.6, 6.6];     // how far the axes can reach
const NEAR = 0.25, FAR = 6;                    // a body that is dragged keeps this distance; how far from their centre all can be stretched
const LOST = 0.02;                             // energy that a truth cannot gain or lose
const WAYS = { truth: ["truth", [6, 4]], baseline: ["baseline", []], hnn: ["HNN", []] };
const ORDER = ["baseline", "hnn", "truth"];    // the truth on top

const stage = new Stage();
const { masses, G } = data, count = masses.length, bodies = masses.map((_, k) => k);

// H = sum |p|^2 / 2m - sum G m m / r, as hnn_lite/systems.py.
const pairs = bodies.flatMap((i) => bodies.slice(i + 1).map((j) => [i, j]));
const gravity = lawOf(
  (x) => {
    let energy = 0;
    for (const k of bodies) energy += (x[2 * count + k] ** 2 + x[3 * count + k] ** 2) / (2 * masses[k]);
    for (const [i, j] of pairs) energy -= G * masses[i] * masses[j] / Math.hypot(x[i] - x[j], x[count + i] - x[count + j]);
    return energy;
  },
  (x) => {
    const R = new Array(4 * count).fill(0);
    for (let k = 0; k < 2 * count; k++) R[2 * count + k] = x[2 * count + k] / masses[k % count];
    for (const [i, j] of pairs) {
      const dx = x[i] - x[j], dy = x[count + i] - x[count + j], pull = G * masses[i] * masses[j] / Math.hypot(dx, dy) ** 3;
      R[i] += pull * dx; R[j] -= pull * dx;
      R[count + i] += pull * dy; R[count + j] -= pull * dy;
    }
    return R;
  });

// A step of rk4 and two half ones; where they differ by more than the tolerance, each half anew in the same way. Close bodies, and
// what a network makes of them, need far shorter steps than the rest. What has been thrown out or is no number any more is not made better.
function careful(tolerance, depth) {
  const go = (field, x, dt, left) => {
    const half = rk4(field, x, dt / 2), fine = rk4(field, half, dt / 2), rough = rk4(field, x, dt);
    const off = Math.max(...fine.map((value, i) => Math.abs(value - rough[i])));
    const far = Math.max(...fine.map(Math.abs));
    if (!(off >= tolerance * Math.max(1, far / 1e4)) || !left) return fine.map((value, i) => value + (value - rough[i]) / 15);
    return go(field, go(field, x, dt / 2, left - 1), dt / 2, left - 1);
  };
  return (field, x, dt) => go(field, x, dt, depth);
}

const laws = { truth: gravity, baseline: baseline(data.baseline), hnn: hnn(data.hnn) };
const methods = { truth: careful(1e-9, 16), baseline: careful(1e-5, 3), hnn: careful(1e-6, 4) };

const plane = stage.plane({
  label: "the plane in which the bodies move, with the three motions", ratio: 1.02, share: 1.15, equal: true,
  x: [-2, 2], y: [-2, 2], xlabel: "x (length units)", ylabel: "y (length units)",
});
const side = stage.column(1);
const chart = stage.plane({
  label: "the true energy along the three motions over time", ratio: 1.5, into: side,
  x: [0, SECONDS], y: [-1, 0], xlabel: "time (time units)", ylabel: "true energy (energy units)", margin: { left: 46 },
});
const views = stage.panel({ label: "the three motions side by side", ratio: 2.6, into: side });

let start = data.start, train = data.train, paths, energies, together = false, extent = 2;

const MIDDLE = count > 2 ? "centre of mass" : "midpoint";
const sum = (f) => bodies.reduce((total, k) => total + f(k), 0), whole = sum((k) => masses[k]);

// The centre of mass, and the total momentum.
const middle = (x) => [0, 1].map((part) => sum((k) => masses[k] * x[part * count + k]) / whole);
const momentum = (x) => [2, 3].map((part) => sum((k) => x[part * count + k]));

// The start as it is seen from the train: everything moves to the right as well.
const seen = () => start.map((value, i) => (Math.floor(i / count) === 2 ? value + masses[i % count] * train : value));

function restart(at = start) {
  start = at;
  paths = {};
  energies = {};
  for (const way in WAYS) {
    paths[way] = new Path(laws[way], methods[way], seen(), STEP);
    energies[way] = [gravity.energy(seen())];
  }
}

function work(deadline) {
  let left = false;
  Object.keys(WAYS).forEach((way, number) => {
    left = paths[way].walk(Math.min(SECONDS, time.wanted + AHEAD), performance.now() + (deadline - performance.now()) / (3 - number)) || left;
  });
  for (const way in WAYS) for (let i = energies[way].length; i < paths[way].states.length; i++) energies[way].push(gravity.energy(paths[way].states[i]));
  return left;
}

const at = (way) => paths[way].at(time.now);
const last = () => Math.floor(time.now / STEP + 1e-9);          // a state of the paths themselves: between two, energies are not quite right
const energyAt = (way) => energies[way][last()];

function draw() {
  if (!stage.held) widen();
  plane.axes();
  plane.inside(() => {
    for (const way of ORDER) drawMotion(way);
    for (const k of bodies) plane.dot(start[k], start[count + k], 2.5, { colour: "muted" });
    for (const way of ORDER) drawBodies(plane, way, at(way));
    for (const way of ORDER) drawMiddle(way);
    plane.words(MIDDLE, ...middle(at("truth")), { dy: 20, align: "center", size: 12, colour: "truth" });
  });
  drawEnergies();
  drawViews();
  const x = (way) => paths[way].states[last()];
  const each = (f, digits) => Object.keys(WAYS).map((way) => `${WAYS[way][0]} ${number(Math.min(999, Math.hypot(...f(way))), digits)}`).join(", ");
  showLost(Math.abs(energyAt("truth") - energies.truth[0]) > LOST ? "lost, two bodies came closer than its steps can follow" : "");
  showOwn(number(laws.hnn.energy(x("hnn")) - laws.hnn.energy(seen()), 4));
  showWay(each((way) => add(middle(x(way)), -1, middle(start)), 2));
  showPush(each((way) => momentum(x(way)), 3));
}

// The axes reach as far as the truth goes, in a few sizes.
function widen() {
  let far = 0;
  const { states } = paths.truth, end = last();
  for (let i = 0; i <= end; i += 5) for (let k = 0; k < 2 * count; k++) far = Math.max(far, Math.abs(states[i][k]));
  const next = EXTENTS.find((one) => one > 1.06 * far) || EXTENTS[EXTENTS.length - 1];
  if (next === extent) return;
  extent = next;
  plane.change({ x: [-extent, extent], y: [-extent, extent] });
}

// The path of each body: all of it thin, the last part strong.
function drawMotion(way) {
  const { states } = paths[way], end = last(), dash = WAYS[way][1];
  for (const k of bodies) {
    const x = (i) => states[i][k], y = (i) => states[i][count + k];
    plane.curve(end + 1, x, y, { colour: way, width: 0.8, alpha: way === "truth" ? 0.4 : 0.28 });
    if (dash.length) {
      const first = Math.max(0, end - TAIL / STEP);
      plane.curve(end + 1 - first, (i) => x(first + i), (i) => y(first + i), { colour: way, width: 1.8, dash });
    } else plane.trail(end + 1, x, y, { colour: way, width: 2.2 }, TAIL / STEP);
  }
}

// The trail of the centre of mass, and at its end an arrow: the total momentum, along which it ought to go.
function drawMiddle(way) {
  const { states } = paths[way], end = last(), { X, Y } = plane.scale(), now = at(way), [x, y] = middle(now);
  const trail = states.slice(0, end + 1).map(middle), [u, v] = momentum(now), size = Math.hypot(u, v);
  const length = Math.min(LONGEST / size, PUSH);
  plane.curve(end + 1, (i) => trail[i][0], (i) => trail[i][1], { colour: way, width: 3, alpha: 0.55 });
  plane.dot(x, y, 4, { colour: way, ring: "paper" });
  if (size) drawArrow(plane, X(x), Y(y), length * u, -length * v, { colour: way });
}

// The bodies, joined by thin lines.
function drawBodies(panel, way, x, { X, Y } = panel.scale(), size = 6.5) {
  const place = (k) => [X(x[k]), Y(x[count + k])];
  panel.stroke(count, (i) => place(i)[0], (i) => place(i)[1], { colour: way, width: 1, alpha: 0.45, close: count > 2 });
  for (const k of bodies) panel.disc(...place(k), size - (way === "truth" ? 1.5 : 0), { colour: way, ring: "paper" });
}

// Each motion by itself, small.
function drawViews() {
  const cell = views.width / 3, radius = Math.min(cell, views.height - 40) / 2, middle = radius + 1;
  views.label = Object.keys(WAYS).map((way) => `${WAYS[way][0]}: true energy ${number(energyAt(way), 3)}`).join("; ");
  Object.keys(WAYS).forEach((way, place) => {
    const x0 = (place + 0.5) * cell, unit = radius / (1.05 * extent), X = (x) => x0 + unit * x, Y = (y) => middle - unit * y;
    const { states } = paths[way], end = last(), { pen } = views;
    pen.save();
    pen.beginPath();
    pen.rect(x0 - cell / 2 + 2, 0, cell - 4, 2 * radius + 2);
    pen.clip();
    for (const k of bodies) views.stroke(end + 1, (i) => X(states[i][k]), (i) => Y(states[i][count + k]), { colour: way, width: 1, alpha: 0.6 });
    drawBodies(views, way, at(way), { X, Y }, 4.5);
    pen.restore();
    views.text(WAYS[way][0], x0, views.height - 31, { colour: way, align: "center", base: "top", weight: 600, halo: false });
    const energy = energyAt(way);
    views.text(Math.abs(energy) < 100 ? number(energy, 3) : "beyond all", x0, views.height - 14, { colour: "muted", size: 12, align: "center", base: "top", halo: false });
  });
}

// Energies about that of the start, in a range for the HNN's; a baseline may leave it.
function drawEnergies() {
  const end = last(), level = energies.truth[0];
  const off = (way, share) => {
    const sizes = energies[way].slice(0, end + 1).filter((_, i) => i % 5 === 0).map((energy) => Math.abs(energy - level)).sort((a, b) => a - b);
    return sizes[Math.floor(share * (sizes.length - 1))];
  };
  const wide = Math.max(1.4 * off("hnn", 0.95), 1.2 * off("baseline", 0.6)), half = [0.05, 0.1, 0.2, 0.5, 1].find((one) => one > wide) || 2;
  const low = level - half, high = level + half;
  if (chart.range.y[0] !== low || chart.range.y[1] !== high) chart.change({ y: [low, high] });
  chart.axes();
  chart.inside(() => {
    for (const way of ORDER) {
      const energy = energies[way];
      chart.curve(end + 1, (i) => i * STEP, (i) => energy[i], { colour: way, width: 2, dash: WAYS[way][1] });
      chart.dot(end * STEP, energyAt(way), 3.5, { colour: way });
    }
  });
  const shown = (value) => Math.max(low + 0.06 * half, Math.min(high - 0.06 * half, value));
  const labels = ORDER.map((way) => ({ way, place: chart.scale().Y(shown(energyAt(way))) })).sort((a, b) => a.place - b.place);
  labels.forEach((label, i) => { if (i) label.place = Math.max(label.place, labels[i - 1].place + 16); });
  const lift = Math.max(0, labels[2].place - (chart.height - chart.margin.bottom - 8)), right = time.now > 0.75 * SECONDS;
  for (const { way, place } of labels) {
    chart.text(WAYS[way][0], chart.scale().X(time.now) + (right ? -10 : 10), place - lift + (right ? -12 : 0), { colour: way, base: "middle", align: right ? "right" : "left", weight: 600 });
  }
}

// A body comes to a new place: alone, or the whole figure turns and stretches with it, and its speed as that of a circle does.
function moved(k, [x, y]) {
  if (!together) {
    const others = bodies.filter((j) => j !== k);
    for (const j of others) {
      const dx = x - start[j], dy = y - start[count + j], far = Math.hypot(dx, dy);
      if (far < NEAR) [x, y] = far ? [start[j] + dx * NEAR / far, start[count + j] + dy * NEAR / far] : [x + NEAR, y];
    }
    return start.map((value, i) => (i === k ? x : i === count + k ? y : value));
  }
  const centre = middle(start), from = [start[k] - centre[0], start[count + k] - centre[1]], to = [x - centre[0], y - centre[1]];
  const wide = Math.max(...bodies.map((j) => Math.hypot(start[j] - centre[0], start[count + j] - centre[1])));
  const close = Math.min(...pairs.map(([i, j]) => Math.hypot(start[i] - start[j], start[count + i] - start[count + j])));
  const wish = Math.max(0.35, Math.hypot(...to)) / Math.hypot(...from), size = Math.max(Math.min(1, NEAR / close), Math.min(Math.max(1, FAR / wide), wish));
  const angle = Math.atan2(to[1], to[0]) - Math.atan2(from[1], from[0]);
  const c = Math.cos(angle), s = Math.sin(angle), next = start.slice();
  for (const j of bodies) {
    for (const [part, share, origin] of [[0, size, centre], [2, 1 / Math.sqrt(size), [0, 0]]]) {
      const u = start[part * count + j] - origin[0], v = start[(part + 1) * count + j] - origin[1];
      next[part * count + j] = origin[0] + share * (c * u - s * v);
      next[(part + 1) * count + j] = origin[1] + share * (s * u + c * v);
    }
  }
  return next;
}

stage.buttons({ reset: () => { time.wanted = 0; restart(data.start); } });
restart();
stage.choice({
  label: "a drag moves", value: "one", options: [["all", count > 2 ? "all three" : "both"], ["one", "one alone"]],
  change: (next) => { together = next === "all"; },
});
const time = stage.time({
  end: SECONDS, at: data.shown, rate: SPEED, format: (t) => t.toFixed(1), known: () => Math.min(...Object.values(paths).map((path) => path.seconds)),
});
stage.slider({
  label: "the train's speed", min: 0, max: data.fastest, step: 0.01, value: train, format: (v) => v.toFixed(2), change: (v) => { train = v; restart(); },
});
const showLost = stage.number({ label: "the truth:", colour: "truth" });
const showOwn = stage.number({ label: "the HNN's own H has changed by", colour: "hnn" });
const showWay = stage.number({ label: `the ${MIDDLE} has moved by:` });
const showPush = stage.number({ label: "total momentum:" });
for (const k of bodies) {
  plane.handle({
    name: `the start of body ${k + 1}`, get: () => [start[k], start[count + k]], step: [0.05, 0.05], colour: "truth",
    describe: ([x, y]) => `x ${number(x, 2)}, y ${number(y, 2)}`,
    set: (place) => { restart(moved(k, place)); time.wanted = Math.min(time.wanted, data.shown); }, end: () => stage.go(),
  });
}

const evaluate = { "truth after": ([t, ...x]) => { const path = new Path(gravity, methods.truth, x, STEP); path.walk(t); return path.states.pop(); } };
evaluate["hnn after"] = ([t, ...x]) => { const path = new Path(laws.hnn, methods.hnn, x, STEP); path.walk(t); return path.states.pop(); };
for (const way in WAYS) evaluate[`${way} field`] = laws[way].field;
for (const way of ["truth", "hnn"]) evaluate[`${way} energy`] = laws[way].energy;
evaluate.whole = (x) => [...middle(x), ...momentum(x)];
evaluate.ride = (speed) => { train = speed; restart(); return paths.hnn.states[0]; };
evaluate.moved = ([all, k, x, y]) => { together = all; return moved(k, [x, y]); };
stage.start({ work, draw, evaluate });
