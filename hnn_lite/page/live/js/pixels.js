// The pixel pendulum: press into the plane of codes and see the picture; let the code move by the learned law, and see the film.

const FRAMES = 1500, STEP = 0.5;               // frames of a film; frames in a step of the law
const PER_SECOND = 20, SPEED = 2;              // frames a second of the film; how much faster the clock goes
const AHEAD = 60;                              // frames that are computed before they are asked for
const SIDE = 28, BLACK = 0.5;                  // numbers along a side; grey that is drawn black
const WAYS = { hnn: "HNN", baseline: "baseline" };
const SAMPLES = 6, FAINT = 0.3;                // pictures along a side of the plane; how strongly they are drawn

// The decoder: residual in hnn_lite/networks.py.
class Decoder {
  constructor(layers) {
    this.layers = layers.map(([W, b]) => ({ W: W.values, b: b.values, inputs: W.shape[0], outputs: W.shape[1], a: new Float64Array(W.shape[1]) }));
  }

  // The picture of a code; valid until the next call.
  value(z) {
    let x = z;
    this.layers.forEach(({ W, b, inputs, outputs, a }, number) => {
      a.set(b);
      for (let i = 0, place = 0; i < inputs; i++, place += outputs) {
        const share = x[i];
        if (share) for (let j = 0; j < outputs; j++) a[j] += share * W[place + j];
      }
      if (number < this.layers.length - 1) for (let j = 0; j < outputs; j++) a[j] = Math.max(0, a[j]) + (number ? x[j] : 0);
      x = a;
    });
    return x;
  }
}

// Polynomials of two numbers, the coefficients in the order of `powers` in pixels.py.
const polynomial = (rows) => ([u, v]) => {
  const sum = [0, 0];
  for (let i = 0, k = 0; i <= 3; i++) {
    for (let j = 0; j <= 3 - i; j++, k++) { const share = u ** i * v ** j; sum[0] += share * rows[k][0]; sum[1] += share * rows[k][1]; }
  }
  return sum;
};

const stage = new Stage();
const laws = { hnn: hnn(data.hnn.law), baseline: baseline(data.baseline.law) };
const decoders = { hnn: new Decoder(unpack(data.hnn.decoder)), baseline: new Decoder(unpack(data.baseline.decoder)) };
const toBaseline = polynomial(data.to_baseline), toHnn = polynomial(data.to_hnn);
const inPlane = { hnn: (z) => z, baseline: toHnn };          // places in the HNN's plane
const energy = (z) => data.worth * laws.hnn.energy(z) + data.zero;

// The same from the grid that the page has, straight between its places: for the level lines, which need it at a thousand places.
function landscape([q, p]) {
  const side = data.landscape.length - 1, along = (value, most) => Math.max(0, Math.min(side - 1e-9, side * (value / most + 1) / 2));
  const u = along(q, data.extent[0]), v = along(p, data.extent[1]), c = Math.floor(u), r = Math.floor(v);
  const across = (row) => row[c] + (u - c) * (row[c + 1] - row[c]);
  return across(data.landscape[r]) + (v - r) * (across(data.landscape[r + 1]) - across(data.landscape[r]));
}

const plane = stage.plane({
  label: "the plane of codes, with level lines of the learned energy and the codes of films", ratio: 1.05, share: 1.1,
  x: [-data.extent[0], data.extent[0]], y: [-data.extent[1], data.extent[1]], xlabel: "first number of the code", ylabel: "second number (per frame)",
});
const side = stage.column(1);
const screens = stage.panel({ label: "the pictures that are drawn of the codes, and both laid over each other", ratio: 2.5, into: side });
const most = 1.6 * Math.max(...data.levels.slice(0, 7));
const chart = stage.plane({
  label: "the learned energy along both motions", ratio: 2.1, into: side, margin: { left: 44 }, yticks: 3,
  x: [0, FRAMES / PER_SECOND], y: [0, most], xlabel: "time in the film (s)", ylabel: "energy, as the HNN sees it",
});
const sheet = Object.assign(document.createElement("canvas"), { width: SIDE, height: SIDE });

let start = data.start, paths, energies, jumps, stuck = false;
const samples = [];                            // { z, frame }: what the HNN's decoder draws at places all over the plane, row by row

function restart(at = start) {
  start = at;
  stuck = false;
  jumps = [];
  paths = { hnn: new Path(laws.hnn, rk4, start, STEP), baseline: new Path(laws.baseline, rk4, toBaseline(start), STEP) };
  energies = { hnn: [energy(start)], baseline: [energy(toHnn(toBaseline(start)))] };
}

function work(deadline) {
  for (; samples.length < SAMPLES ** 2 && performance.now() < deadline; samples.push(sample(samples.length)));
  let left = samples.length < SAMPLES ** 2;
  Object.keys(WAYS).forEach((way, number) => {
    left = paths[way].walk(Math.min(FRAMES, PER_SECOND * time.wanted + AHEAD), performance.now() + (deadline - performance.now()) / (2 - number)) || left;
    const { states } = paths[way], known = energies[way];
    for (let i = known.length; i < states.length; i++) known.push(i % 2 ? known[i - 1] : energy(inPlane[way](states[i])));
  });
  return left;
}

const last = () => Math.floor(PER_SECOND * time.now / STEP + 1e-9);

// The code climbs, or descends, along the gradient of the learned H. The baseline has none.
function shove(amount) {
  const place = last(), path = paths.hnn, way = climb(laws.hnn, path.states[place], amount / data.worth, 60);
  stuck = !way;
  if (!way) return;
  time.wanted = place * STEP / PER_SECOND;
  path.states.length = place;
  energies.hnn.length = place;
  jumps = [...jumps.filter(([before]) => before <= place), [place, way]];
  path.states.push(way[way.length - 1]);
  energies.hnn.push(energy(way[way.length - 1]));
  stage.go();
}

function draw() {
  const now = PER_SECOND * time.now, states = { hnn: paths.hnn.at(now), baseline: paths.baseline.at(now) };
  plane.layer("samples", samples.length, drawSamples);
  plane.axes("", () => {
    for (const z of data.cloud) plane.dot(...z, 1.5, { colour: "data", alpha: 0.45 });
    plane.contours(landscape, data.levels, { colour: "line" }, 10);
  });
  plane.inside(() => {
    for (const way of ["baseline", "hnn"]) drawPath(way);
    for (const way of ["baseline", "hnn"]) plane.dot(...inPlane[way](states[way]), 6, { colour: way, ring: "paper" });
  });
  drawScreens(states);
  drawEnergies();
  const at = energies.hnn[last()], other = energies.baseline[last()], first = energies.hnn[0];
  const share = (value) => `${number(100 * value / first, 1)} %`;
  showEnergy(stuck ? "has no way there from here" : share(at));
  showOther(Math.abs(other / first) < 10 ? share(other) : "beyond all");
}

// The path in the HNN's plane: about a swing and a half of it, and where it climbed, dotted.
function drawPath(way) {
  const { states } = paths[way], end = last(), from = way === "hnn" && jumps.length ? Math.max(0, ...jumps.map(([place]) => place).filter((place) => place <= end)) : 0;
  const points = [];
  for (let i = Math.max(from, end - 100); i <= end; i++) points.push(inPlane[way](states[i]));
  plane.trail(points.length, (i) => points[i][0], (i) => points[i][1], { colour: way, width: 2 }, 110);
  if (way === "hnn") {
    for (const [place, climbed] of jumps) if (place <= end && end - place < 130) plane.curve(climbed.length, (i) => climbed[i][0], (i) => climbed[i][1], { colour: way, width: 2, dash: [2, 3] });
  }
}

// The grey of all pixels; those that were dark in every film are not drawn.
function frameOf(way, z) {
  const drawn = decoders[way].value(z), frame = new Float64Array(SIDE * SIDE);
  data[way].lit.forEach((pixel, i) => { frame[pixel] = drawn[i]; });
  return frame;
}

function sample(number) {
  const along = (place, most) => (2 * (place + 0.5) / SAMPLES - 1) * most, [right, top] = data.extent;
  const z = [along(number % SAMPLES, right), along(Math.floor(number / SAMPLES), top)];
  return { z, frame: frameOf("hnn", z) };
}

function drawSamples() {
  const { X, Y, across, up } = plane.scale(), size = 2 / SAMPLES * Math.min(across * data.extent[0], up * data.extent[1]);
  for (const { z: [q, p], frame } of samples) drawPicture(plane, [[frame, "ink"]], X(q) - size / 2, Y(p) - size / 2, size, FAINT);
}

// Pictures laid over each other, [the grey of its pixels, its ink] each, as a square of a panel.
function drawPicture(panel, layers, x, y, size, alpha = 1) {
  const pen = sheet.getContext("2d");
  pen.clearRect(0, 0, SIDE, SIDE);
  for (const [picture, ink] of layers) {
    pen.fillStyle = panel.colour(ink);
    picture.forEach((grey, i) => {
      if (grey < 0.01) return;
      pen.globalAlpha = alpha * Math.min(1, grey / BLACK);
      pen.fillRect(i % SIDE, Math.floor(i / SIDE), 1, 1);
    });
  }
  panel.pen.imageSmoothingEnabled = false;
  panel.pen.drawImage(sheet, x, y, size, size);
}

// Three screens side by side: what each draws, and both in one, each in its colour.
function drawScreens(states) {
  const cell = screens.width / 3, size = Math.min(cell - 8, screens.height - 26);
  const frames = Object.fromEntries(Object.keys(WAYS).map((way) => [way, frameOf(way, states[way])]));
  const shown = [["HNN draws", "hnn", [[frames.hnn, "ink"]]], ["baseline draws", "baseline", [[frames.baseline, "ink"]]],
    ["both", "muted", [[frames.baseline, "baseline"], [frames.hnn, "hnn"]]]];
  shown.forEach(([words, colour, layers], place) => {
    const x = (place + 0.5) * cell - size / 2, square = (i) => [x + (i % 3 ? size : 0), 2 + (i > 1 ? size : 0)];
    screens.stroke(4, (i) => square(i)[0], (i) => square(i)[1], { width: 0, fill: "surface", close: true });
    drawPicture(screens, layers, x, 2, size);
    screens.stroke(4, (i) => square(i)[0], (i) => square(i)[1], { colour, width: 2, close: true });
    screens.text(words, (place + 0.5) * cell, size + 7, { colour, align: "center", base: "top", weight: 600, halo: false, fit: cell - 4 });
  });
}

function drawEnergies() {
  chart.axes();
  const end = last(), x = (i) => i * STEP / PER_SECOND;
  chart.inside(() => {
    for (const way of ["baseline", "hnn"]) {
      chart.curve(Math.floor(end / 2) + 1, (i) => x(2 * i), (i) => energies[way][2 * i], { colour: way, width: 1.8 });
      chart.dot(time.now, energies[way][end], 3.5, { colour: way });
    }
  });
  const right = time.now > 0.75 * time.end, [a, b] = [energies.hnn[end], energies.baseline[end]].map((value) => Math.max(0.02 * most, Math.min(0.98 * most, value)));
  const style = { dx: right ? -8 : 9, align: right ? "right" : "left", base: "middle", weight: 600 };
  chart.words("HNN", time.now, a, { ...style, colour: "hnn", dy: a >= b ? -9 : 9 });
  chart.words("baseline", time.now, b, { ...style, colour: "baseline", dy: a >= b ? 9 : -9 });
}

const again = (at) => { time.wanted = 0; restart(at); };
restart();
stage.buttons({ reset: () => again() });
stage.button("add energy", () => shove(data.shove));
stage.button("take energy", () => shove(-data.shove));
const time = stage.time({
  end: FRAMES / PER_SECOND, step: 0.05, rate: SPEED, known: () => Math.min(paths.hnn.seconds, paths.baseline.seconds) / PER_SECOND,
});
const showEnergy = stage.number({ label: "of the energy at the start the HNN has", colour: "hnn" });
const showOther = stage.number({ label: "the baseline", colour: "baseline" });
plane.handle({
  name: "the code", get: () => start, step: [data.extent[0] / 40, data.extent[1] / 40], colour: "hnn",
  describe: ([q, p]) => `${number(q, 2)}, ${number(p, 2)}`, set: again, end: () => stage.go(),
});

const evaluate = { "to baseline": toBaseline, "to hnn": toHnn, energy, landscape, climb: (z) => climb(laws.hnn, z, data.shove / data.worth, 60).pop() };
for (const way in WAYS) {
  evaluate[`${way} picture`] = (z) => Array.from(frameOf(way, z));
  evaluate[`${way} field`] = laws[way].field;
  evaluate[`${way} after`] = ([frames, ...z]) => { const path = new Path(laws[way], rk4, z, STEP); path.walk(frames); return path.states.pop(); };
}
stage.start({ work, draw, evaluate });
