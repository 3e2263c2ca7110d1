// The integrator race: one start, one length of step, several methods, each of which can be hidden; their paths, their energies, and the
// pendulums themselves. An arrow from the start is as long as the step: one takes it by its tip.

const SECONDS = 100, SHORTEST = 0.01, LONGEST = 1;
const ZOOMS = [0.2, 0.3, 0.4, 0.5, 0.6, 0.8, 1];          // shares of the whole plane
const SPEED = 2;                               // seconds of the motion in one of the clock
const LOOKS = {                                // the colours of the chapter
  euler: ["explicit Euler", "c4"], rk4: ["Runge-Kutta 4", "c1"], symplectic_euler: ["symplectic Euler", "c3"],
  leapfrog: ["leapfrog", "c0"], yoshida4: ["Yoshida 4", "c2"], implicit_midpoint: ["implicit midpoint", "c5"],
};

const stage = new Stage();
const law = SYSTEMS[data.system](data.constants), view = VIEWS[data.system];
const plane = stage.plane({
  ...view, label: "the plane of place and momentum: the last seconds of each method's path", ratio: 1.02, share: 1.85, equal: true,
});
const side = stage.column(1);
const chart = stage.plane({
  label: "energy over time, for each method, as a share of the energy at the start", ratio: 1.15, into: side,
  x: [0, SECONDS], y: [0, 2.4], xlabel: "time (s)", ylabel: "energy / energy at the start",
});
chart.box.classList.add("main-panel");          // lower on a phone
const strip = stage.strip(data.methods.length);
side.append(strip.box);
strip.box.style.aspectRatio = 1.2;

const hidden = new Set();
let start = data.start, dt = data.dt, racers = [], version = 0, far, zoom = 1;

const shown = () => racers.filter(({ method }) => !hidden.has(method));

function restart() {
  const truth = new Path(law, rk4, start, 0.05);
  truth.walk(6);
  far = Math.max(...[...truth.states, tip()].map((x) => Math.max(Math.abs(law.place(x)[0]) / view.x[1], Math.abs(x[1]) / view.y[1])));
  racers = data.methods.map((method) => {
    const path = new Path(law, METHODS[method], start, dt);
    return { method, path, energies: [law.energy(start)], name: LOOKS[method][0], colour: LOOKS[method][1] };
  });
  version++;
}

// Where a step straight along the law's arrow leads from the start: it is explicit Euler's.
const tip = () => euler(law.field, start, dt);

// The plane is as large as the true motion and the step need.
function fitZoom() {
  const next = ZOOMS.find((one) => one > 1.3 * far) || 1;
  if (next === zoom) return;
  zoom = next;
  plane.change({ x: view.x.map((one) => zoom * one), y: view.y.map((one) => zoom * one) });
}

// The paths, ahead of the clock, each a piece at a time; true as long as one is not at its end.
function work(deadline) {
  let left = 0;
  racers.forEach(({ path, energies }, number) => {
    const share = performance.now() + (deadline - performance.now()) / (racers.length - number);
    left += path.walk(SECONDS, share);
    if (energies.length === path.states.length) return;
    for (let i = energies.length; i < path.states.length; i++) energies.push(law.energy(path.states[i]));
    version++;
  });
  return left > 0;
}

// The energy of a racer after its last step, as a share of the start; NaN where it has run away or did not settle. At rest it stays at zero.
const share = ({ energies }, i = last()) => (energies[i] === energies[0] ? 1 : energies[i] / energies[0]);
const last = () => Math.floor(time.now / dt + 1e-9);

function draw() {
  const { now } = time;
  if (!stage.held) fitZoom();
  plane.axes("", () => plane.contours(law.energy, view.levels, { colour: "grid" }));
  plane.inside(() => {
    for (const racer of shown()) drawPath(racer, now);
    drawStep();
  });
  chart.axes();
  chart.inside(() => {
    chart.layer("energies", version, () => shown().forEach(drawEnergy));
    chart.curve(2, () => now, (i) => (i ? 2.4 : 0), { colour: "muted", width: 1 });
  });
  drawStrip(strip, data.system, shown().map((racer) => ({ ...racer, state: racer.path.at(now), words: inShare(racer) })));
}

// The start, the arrow of a step, and its grip.
function drawStep() {
  const { X, Y } = plane.scale(), [x, y] = [X(start[0]), Y(start[1])], end = tip();
  drawArrow(plane, x, y, X(end[0]) - x, Y(end[1]) - y, { colour: "truth" });
  plane.dot(...start, 3, { colour: "truth" });
  plane.dot(...grip.get(), 4, { colour: "muted" });
  grip.place();
}

function drawPath({ path, colour }, now) {
  const first = Math.max(0, last() - Math.ceil(6 / dt)), count = last() - first + 1, at = (i) => law.place(path.states[first + i]);
  drawRound(plane, count, at, { colour, width: 1.6 }, Infinity);
  if (dt > 0.15) for (let i = Math.max(0, count - 13); i < count; i++) plane.dot(...at(i), 2.2, { colour });
  plane.dot(...law.place(path.at(now)), 5, { colour, ring: "paper" });
}

// Energies as a curve, or, where there are many for each pixel, as the band between the least and the greatest.
function drawEnergy(racer) {
  const { energies, colour } = racer, columns = Math.ceil(chart.width), each = Math.ceil(energies.length / columns);
  if (each < 3) {
    chart.curve(energies.length, (i) => i * dt, (i) => share(racer, i), { colour, width: 1.6 });
    return;
  }
  const ends = [];
  for (let i = 0; i < energies.length; i += each) {
    let low = Infinity, high = -Infinity;
    for (let k = i; k < Math.min(i + each, energies.length); k++) {
      low = Math.min(low, share(racer, k));
      high = Math.max(high, share(racer, k));
    }
    ends.push([i * dt, low], [i * dt, high]);
  }
  chart.curve(ends.length, (i) => ends[i][0], (i) => ends[i][1], { colour, width: 1.6 });
}

function inShare(racer) {
  const value = share(racer);
  if (Number.isNaN(value)) return "no answer";
  return value < 2 ? `${number(100 * value, 1)} %` : value < 1000 ? `× ${number(value, value < 10 ? 1 : 0)}` : "beyond all";
}

stage.buttons({ reset: () => { time.wanted = 0; } });
const time = stage.time({ end: SECONDS, at: 12, rate: SPEED, known: () => Math.min(...racers.map(({ path }) => path.seconds)) });
const stepper = stage.slider({
  label: "step", min: Math.log10(SHORTEST), max: Math.log10(LONGEST), step: 0.01, value: Math.log10(dt),
  format: (l) => `${(10 ** l).toPrecision(2)} s`, change: (l) => stretch(10 ** l, l),
});
for (const method of data.methods) {
  const [name, colour] = LOOKS[method], sign = document.createElement("i");
  const show = () => {
    button.setAttribute("aria-pressed", !hidden.has(method));
    sign.style.background = hidden.has(method) ? "none" : `var(--${colour})`;
    version++;
  };
  const button = stage.button(name, () => { if (!hidden.delete(method)) hidden.add(method); show(); });
  sign.style.cssText = `display: inline-block; width: 12px; height: 12px; margin-right: 7px; border: 2px solid var(--${colour}); border-radius: 50%`;
  button.prepend(sign);
  show();
}
// Another length of the step, in two digits.
function stretch(next, place = Math.log10(next)) {
  dt = +Math.max(SHORTEST, Math.min(LONGEST, next)).toPrecision(2);
  stepper.value = place;
  restart();
}

restart();
plane.handle({
  name: "the start", get: () => start, set: (at) => { start = at; restart(); }, step: [0.05, 0.05], colour: "truth",
  describe: inWords(view), end: () => stage.go(),
});
// The grip of the step's arrow, a little beyond its tip. It is placed by `draw`, not by the plane: a click in the plane moves the start.
const beyond = () => 24 / plane.scale().across;
const along = () => {
  const [u, v] = law.field(start), speed = Math.hypot(u, v);
  return speed ? { u: u / speed, v: v / speed, speed } : { u: 1, v: 0, speed: 1 };          // at rest no way leads on: to the right, then
};
const grip = new Handle(plane, {
  name: "the step", colour: "muted", describe: () => `${dt} s`, end: () => stage.go(),
  get: () => { const { u, v, speed } = along(), out = dt * speed + beyond(); return [start[0] + out * u, start[1] + out * v]; },
  set: ([q, p]) => { const { u, v, speed } = along(); stretch(((q - start[0]) * u + (p - start[1]) * v - beyond()) / speed); },
  nudge: (right, up) => stretch(dt * 10 ** (0.05 * (right + up))),
});
stage.start({
  work, draw,
  evaluate: { step: ([method, step, x]) => METHODS[method](law.field, x, step), energy: law.energy, field: law.field, tip },
});
