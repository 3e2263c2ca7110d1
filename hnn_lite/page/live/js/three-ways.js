// Truth, baseline and HNN from the same start: their paths, their energies, and a joule more along the learned R_H.

const SECONDS = 60, STEP = 0.05;
const SPEED = 2;                               // seconds of the motion in one of the clock
const WAYS = { truth: ["truth", [6, 4]], baseline: ["baseline", []], hnn: ["HNN", []] };
const SPREADS = "#8a63d2", CONTRACTS = "#E69F00"; // how the plane is tinted where the baseline's divergence is positive, and negative

const stage = new Stage();
const names = Object.keys(data.systems);
const worlds = {};
for (const name of names) {
  const { constants, baseline: arrows, hnn: landscape } = data.systems[name];
  worlds[name] = { truth: SYSTEMS[name](constants), baseline: baseline(arrows), hnn: hnn(landscape) };
}

const plane = stage.plane({
  label: "the plane of place and momentum with the three paths", ratio: 1.02, share: 1, x: [-1, 1], y: [-1, 1], equal: true,
});
const chart = stage.plane({
  label: "the true energy along the three paths over time", ratio: 1.32, share: 1.3,
  x: [0, SECONDS], y: [0, 1], xlabel: "time (s)", ylabel: "true energy (J)",
});
const strip = stage.strip(3);

const three = new ThreePaths(STEP, SECONDS);
let name, laws, view, start, paths, energies, stuck = false;

function restart(at = start) {
  start = at;
  stuck = false;
  ({ paths, energies } = three.begin(laws, start));
}

function choose(next) {
  name = next;
  [laws, view] = [worlds[name], VIEWS[name]];
  plane.change(view);
  restart(data.systems[name].start);
}

// The last step of all paths that is shown: between two steps, energies are not quite right.
const last = () => Math.floor(time.now / STEP + 1e-9);
const energyAt = (way) => energies[way][last()];

// The HNN climbs along the gradient of its own H until that has grown by a joule, the truth along the true one. A baseline has no
// H, and does not know which way is up.
function addJoule() {
  const place = last(), ways = ["truth", "hnn"].map((one) => [one, climb(laws[one], paths[one].states[place], 1)]);
  if (ways.some(([, way]) => !way)) { stuck = true; return; }
  time.wanted = place * STEP;
  for (const [one, way] of ways) {
    const path = paths[one];
    path.states.length = energies[one].length = place;
    path.jumps = [...path.jumps.filter(([before]) => before <= place), [place, way]];
    path.states.push(way[way.length - 1]);
    energies[one].push(laws.truth.energy(path.states[place]));
  }
  stage.go();
}

// The baseline's divergence at a state.
function divergence(field, [q, p], h = 1e-4) {
  return (field([q + h, p])[0] - field([q - h, p])[0] + field([q, p + h])[1] - field([q, p - h])[1]) / (2 * h);
}

// The same as a tint of the whole plane, from the grid that the page has: a dot for each place, stretched.
function drawTint({ tint, extent: [right, top], full }) {
  const side = tint.length, sheet = Object.assign(document.createElement("canvas"), { width: side, height: side }), pen = sheet.getContext("2d");
  tint.forEach((row, r) => row.forEach((value, c) => {
    pen.fillStyle = plane.colour(value > 0 ? SPREADS : CONTRACTS);
    pen.globalAlpha = 0.35 * Math.sqrt(Math.min(1, Math.abs(value) / full));          // a root: weak ones are seen too
    pen.fillRect(c, side - 1 - r, 1, 1);
  }));
  const { X, Y } = plane.scale(), wider = side / (side - 1), [x, y] = [X(-wider * right), Y(wider * top)];
  plane.pen.drawImage(sheet, x, y, X(wider * right) - x, Y(-wider * top) - y);
}

function drawKey() {
  let x = plane.width - plane.margin.right;
  for (const [words, colour, wide] of [["contracts", CONTRACTS, 58], ["spreads", SPREADS, 48]]) {
    plane.text(words, x, 3, { colour: "muted", size: 12, align: "right", base: "top", halo: false });
    plane.disc(x -= wide + 10, 9, 5, { colour, alpha: 0.7 });
    x -= 14;
  }
}

function draw() {
  plane.axes(name, () => {
    drawTint(data.systems[name]);
    plane.contours(laws.truth.energy, view.levels, { colour: "grid" });
  });
  drawKey();
  const order = ["baseline", "hnn", "truth"], { now } = time;
  plane.inside(() => {
    for (const way of order) drawPath(way);
    plane.dot(...start, 3, { colour: "truth" });
    for (const way of order) plane.dot(...paths[way].at(now), 5.5, { colour: way, ring: "paper" });
  });
  drawEnergies(order, now);
  drawStrip(strip, name, Object.keys(WAYS).map((way) => ({
    name: WAYS[way][0], colour: way, state: paths[way].at(now), words: `${number(Math.min(999, energyAt(way)), 3)} J`,
  })));
  const since = (law) => number(law.energy(paths.hnn.states[last()]) - law.energy(start), 3);
  showOwn(stuck ? "has no way up from here" : `${since(laws.hnn)} J`);
  showTrue(`${since(laws.truth)} J`);
  showDivergence(`${number(divergence(laws.baseline.field, paths.baseline.states[last()]), 3)} /s`);
}

// A path up to now: all of it thin, the last three seconds strong, and climbs dotted.
function drawPath(way) {
  const { states, jumps } = paths[way], end = last(), dash = WAYS[way][1];
  const cut = new Set(jumps.map(([place]) => place));
  const part = (first, style) => {
    for (let from = first, i = first + 1; i <= end + 1; i++) {
      if (i > end || cut.has(i)) {
        const begin = from;
        plane.curve(i - begin, (k) => states[begin + k][0], (k) => states[begin + k][1], { colour: way, dash, ...style });
        from = i;
      }
    }
  };
  part(0, { width: 1.1, alpha: way === "truth" ? 0.6 : 0.5 });
  part(Math.max(0, end - 3 / STEP), { width: 2.2 });
  for (const [place, climbed] of jumps) {
    if (place <= end) plane.curve(climbed.length, (i) => climbed[i][0], (i) => climbed[i][1], { colour: way, width: 2, dash: [2, 3] });
  }
}

function drawEnergies(order, now) {
  const most = Math.max(...order.map((way) => energies[way].reduce((top, one) => (one < 1e3 ? Math.max(top, one) : top), 0)), 0.2);
  const top = [0.25, 0.5, 1, 1.5, 2, 3, 4, 6, 8, 12, 16].find((one) => one >= 1.12 * most) || 20;
  if (chart.range.y[1] !== top) chart.change({ y: [0, top] });
  chart.axes();
  chart.inside(() => {
    for (const way of order) {
      const energy = energies[way];
      chart.curve(last() + 1, (i) => i * STEP, (i) => energy[i], { colour: way, width: 2, dash: WAYS[way][1] });
      chart.dot(last() * STEP, energyAt(way), 3.5, { colour: way });
    }
  });
  const labels = order.map((way) => ({ way, at: chart.scale().Y(Math.min(top, energyAt(way))) })).sort((a, b) => a.at - b.at);
  labels.forEach((label, i) => { if (i) label.at = Math.max(label.at, labels[i - 1].at + 16); });          // one below the other
  const right = now > 0.78 * SECONDS, x = chart.scale().X(now) + (right ? -10 : 10);
  const lift = Math.max(0, labels[2].at - (chart.height - chart.margin.bottom - 8));
  const style = { base: "middle", align: right ? "right" : "left", weight: 600 };
  for (const { way, at } of labels) chart.text(WAYS[way][0], x, at - lift + (right ? -12 : 0), { ...style, colour: way });
}

if (names.length > 1) {
  stage.choice({
    label: "system", options: names.map((one) => [one, one]), value: names[0], change: (next) => { stage.play(false); choose(next); },
  });
}
stage.buttons({ reset: () => { time.wanted = 0; restart(); } });
stage.button("add a joule", addJoule);
choose(names[0]);
const time = stage.time({
  end: SECONDS, at: data.shown, rate: SPEED, known: () => three.known,
});
const showOwn = stage.number({ label: "since the start, the HNN's own H has changed by", colour: "hnn" });
const showTrue = stage.number({ label: "its true energy by" });
const showDivergence = stage.number({ label: "where the baseline is, its field's divergence is", colour: "baseline" });
plane.handle({
  name: "the start", get: () => start, set: (at) => restart(at), step: [0.05, 0.05], colour: "truth",
  describe: (at) => inWords(view)(at), end: () => stage.go(),
});

const evaluate = {};
for (const one of names) {
  evaluate[`divergence ${one}`] = (x) => divergence(worlds[one].baseline.field, x);
  for (const way in WAYS) evaluate[`${way} field ${one}`] = worlds[one][way].field;
  for (const way of ["truth", "hnn"]) {
    evaluate[`${way} energy ${one}`] = worlds[one][way].energy;
    evaluate[`${way} gradient ${one}`] = worlds[one][way].gradient;
    evaluate[`${way} climb ${one}`] = (x) => climb(worlds[one][way], x, 0.25).pop();
  }
  evaluate[`hnn second ${one}`] = (x) => {
    const path = new Path(worlds[one].hnn, rk4, x, STEP);
    path.walk(1);
    return path.states.pop();
  };
}
stage.start({ work: (deadline) => three.work(deadline), draw, evaluate });
