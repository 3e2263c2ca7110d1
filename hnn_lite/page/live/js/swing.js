// A pendulum to take hold of, and two ghosts that continue its swing: a baseline and an HNN, from the state in which it is let go.

const { constants, rate: RATE, end: END, reach: REACH } = data;
const STEP = 0.05, JUST_NOW = 0.1;               // seconds of the motion; seconds of the clock over which a throw's speed is measured
const WAYS = { truth: "your swing", baseline: "plain network", hnn: "Hamiltonian network" };
const ORDER = ["baseline", "hnn", "truth"];
const laws = { truth: pendulum(constants), baseline: baseline(data.baseline), hnn: hnn(data.hnn) };
const most = laws.truth.energy([REACH, 0]);

const stage = new Stage();
document.body.style.maxWidth = "1120px";
const picture = stage.plane({
  label: "a pendulum and two ghosts", ratio: 1.5, share: 1.7, equal: true,
  x: [-1.15 * constants.l, 1.15 * constants.l], y: [-1.27 * constants.l, 1 * constants.l],
  margin: { left: 0, right: 0, top: 0, bottom: 0 },
});
const side = stage.column(1);
side.classList.add("beside");
const plane = stage.plane({
  label: "the plane of angle and momentum with the last seconds of the three paths", ratio: 1.45, into: side, equal: true,
  ...VIEWS.pendulum, y: [-2.7, 2.7], margin: { left: 28, right: 10 }, xticks: 6, yticks: 3,
});
const chart = stage.plane({
  label: "the true energy along the three paths over time", ratio: 2, into: side, x: [0, 60], y: [0, 1],
  xlabel: "time (s)", ylabel: "true energy (J)", margin: { left: 28, right: 12 }, xticks: 3, yticks: 3,
});
stage.shown.push(chart.spoken = { label: "energy since the start", text: "" });

const three = new ThreePaths(STEP, END);
let start, paths, energies, throws = [], fresh = true;

function restart(at) {
  start = at;
  ({ paths, energies } = three.begin(laws, start));
}

// The state of a pendulum that leaves the hand at an angle, with so many radians a second of the clock: no harder than would take it,
// as far as the data reach, to the angle REACH.
function thrown([angle, speed]) {
  const inertia = constants.m * constants.l ** 2, fastest = Math.sqrt(2 * inertia * Math.max(0, most - laws.truth.energy([angle, 0])));
  return [angle, Math.max(-fastest, Math.min(fastest, inertia * speed / RATE))];
}

// How fast the hand has moved just now, in radians a second of the clock.
function speed(now) {
  const recent = throws.filter(([when]) => now - when < 1000 * JUST_NOW);
  if (recent.length < 2) return 0;
  const [[then, from], [last, to]] = [recent[0], recent[recent.length - 1]];
  return last > then ? 1000 * (to - from) / (last - then) : 0;
}

// The hand holds the pendulum at an angle; not over the top.
function hold(angle) {
  const kept = Math.abs(angle) > REACH ? REACH * Math.sign(start[0] || angle) : angle;
  throws.push([performance.now(), kept]);
  time.wanted = 0;
  restart([kept, 0]);
}

// The last step that is shown: between two steps, energies are not quite right.
const last = () => Math.floor(time.now / STEP + 1e-9);
const bob = (angle) => [constants.l * Math.sin(angle), -constants.l * Math.cos(angle)];

function drawPicture(now) {
  const { X, Y, up } = picture.scale(), size = picture.width < 420 ? 12 : 14;
  const height = constants.l * (energies.truth[0] / (constants.m * constants.g * constants.l) - 1);
  picture.line(0, Y(height), picture.width, Y(height), { colour: "line", width: 1, dash: [3, 4] });
  for (const way of ORDER) {
    const own = way === "truth", look = { colour: way, width: own ? 4 : 3, bob: (own ? 0.085 : 0.06) * constants.l * up, alpha: own ? 1 : 0.85 };
    drawPendulum(picture, X(0), Y(0), up * constants.l, paths[way].at(now)[0], look);
  }
  picture.disc(X(0), Y(0), 4, { colour: "muted" });
  picture.text(picture.width < 420 ? "your height" : "as high as your swing goes", picture.width - 4, Y(height) - 5, { colour: "muted", size: 12, align: "right" });
  Object.keys(WAYS).forEach((way, line) => {
    picture.disc(12, 16 + 20 * line, 6, { colour: way });
    picture.text(WAYS[way], 24, 17 + 20 * line, { size, base: "middle", weight: 600 });
  });
  if (fresh) picture.text("Drag it, or throw it.", 8, picture.height - 8, { size, colour: "muted" });
}

function drawPlane() {
  plane.axes("", () => plane.contours(laws.truth.energy, VIEWS.pendulum.levels, { colour: "grid" }));
  plane.inside(() => {
    for (const way of ["truth", "baseline", "hnn"]) {
      const { states } = paths[way], own = way === "truth";
      drawRound(plane, last() + 1, (i) => laws.truth.place(states[i]), { colour: own ? "line" : way, width: own ? 5 : 1.6 }, own ? 120 : 400);
    }
    for (const way of ORDER) plane.dot(...laws.truth.place(paths[way].states[last()]), 5, { colour: way, ring: "paper" });
  });
}

const percent = (way) => {
  const change = 100 * (energies[way][last()] / energies[way][0] - 1);
  return change > 999 ? ">999 %" : `${change >= 0.5 ? "+" : ""}${number(change, 0)} %`;
};

function drawEnergies(now) {
  const end = [60, 120, END].find((seconds) => seconds >= now), seen = ORDER.flatMap((way) => energies[way].slice(0, last() + 1));
  const best = seen.reduce((most, one) => Math.max(most, one));
  const top = [0.25, 0.5, 1, 1.5, 2, 3, 4, 6, 8, 12, 16].find((one) => one >= 1.1 * best) || 20;
  if (chart.range.y[1] !== top || chart.range.x[1] !== end) chart.change({ x: [0, end], y: [0, top] });
  chart.axes();
  chart.inside(() => {
    for (const way of ["truth", "baseline", "hnn"]) {
      const energy = energies[way], own = way === "truth";
      chart.curve(last() + 1, (i) => i * STEP, (i) => energy[i], { colour: own ? "line" : way, width: own ? 5 : 2 });
      chart.dot(last() * STEP, energy[last()], 3.5, { colour: way });
    }
  });
  const known = energies.truth[0] > 1e-3;                 // a change of nothing is no share of it
  chart.spoken.text = known ? `plain network ${percent("baseline")}, Hamiltonian network ${percent("hnn")}` : "";
  if (!known || now < 1) return;
  const { X, Y } = chart.scale(), right = X(now) > chart.width - 65, x = X(now) + (right ? -10 : 10);
  for (const way of ["hnn", "baseline"]) {
    const higher = energies.baseline[last()] >= energies.hnn[last()], above = higher === (way === "baseline");
    const y = Math.max(34, Math.min(chart.height - 44, Y(Math.min(top, energies[way][last()])) + (above ? -13 : 13)));
    chart.text(percent(way), x, y, { colour: way, weight: 600, align: right ? "right" : "left", base: "middle" });
  }
}

function draw() {
  const { now } = time;
  drawPicture(now);
  drawPlane();
  drawEnergies(now);
}

stage.buttons({ reset: () => { time.wanted = 0; } });
restart(data.start);
const time = stage.time({
  end: END, rate: RATE, format: (t) => `${t.toFixed(0)} s`, known: () => three.known,
});
const angleNow = () => laws.truth.place(paths.truth.at(time.now))[0];
picture.handle({
  name: "the pendulum", colour: "truth", get: () => bob(angleNow()), set: ([x, y]) => hold(Math.atan2(x, -y)),
  nudge: (right, up) => hold(angleNow() + 0.05 * (right + up)),
  describe: () => `angle ${number(angleNow(), 2)} rad`,
  begin: () => { restart([angleNow(), 0]); throws = []; fresh = false; time.wanted = 0; },
  end: () => { restart(thrown([start[0], speed(performance.now())])); stage.go(); },
});

const after = (way) => ([t, ...x]) => {
  const path = three.path(way, x);
  path.walk(t);
  return path.states.pop();
};
const evaluate = { thrown, energy: laws.truth.energy, "hnn energy": laws.hnn.energy };
for (const way in WAYS) Object.assign(evaluate, { [`${way} field`]: laws[way].field, [`${way} after`]: after(way) });
stage.start({ work: (deadline) => three.work(deadline), draw, evaluate });
stage.go();                                      // it moves as soon as it is seen, unless the reader has asked for no motion
