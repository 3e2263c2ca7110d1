// The area inside a pendulum's loop over the energy of the loop: its slope, a thin ring's area by its width in energy, is the period. The
// slope is taken from areas alone, the period from a clock alone.

const POINTS = 1000, TICK = 0.01;              // corners of a loop; the clock's step
const law = pendulum(data.constants), { scale, omega0 } = new ExactPendulum(data.constants), [lowest, highest] = data.range;

const stage = new Stage();
const plane = stage.plane({
  label: "the plane of angle and momentum: the loop of one energy, and the ring up to a little more", ratio: 1.15, share: 1.3,
  x: [-Math.PI, Math.PI], y: [-1.08 * scale, 1.08 * scale], xlabel: "angle q (rad)", ylabel: "momentum p (kg m²/s)",
});
plane.box.classList.add("main-panel");
const column = stage.column(1);
column.classList.add("beside");
const chart = (label, ylabel, top) => stage.plane({
  label, ratio: 1.75, into: column, x: [0, law.top], y: [0, top], xlabel: "energy (J)", ylabel, yticks: 3, xticks: 3,
});
const areas = chart("the area inside the loop over its energy, with the tangent", "area (J s)", 1.05 * area(law.top));
const periods = chart("the period over the energy", "period (s)", 1.3 * exactPeriod(highest));

let energy = data.energy, dot = [0, scale * Math.sqrt(energy / law.top)];

// The loop of an energy: a corner of it.
function corner(level, i, count = POINTS) {
  const k = Math.sqrt(Math.min(1, level / law.top)), turn = 2 * Math.PI * i / count;
  return [2 * Math.asin(k * Math.sin(turn)), scale * k * Math.cos(turn)];
}

// The area inside it, from its corners.
function area(level) {
  let sum = 0;
  for (let i = 0, [q, p] = corner(level, 0); i < POINTS; i++) {
    const [Q, P] = corner(level, i + 1);
    sum += (Q * p - q * P) / 2;
    [q, p] = [Q, P];
  }
  return sum;
}

const slope = (level) => (area(level + 1e-3) - area(level - 1e-3)) / 2e-3;
function exactPeriod(level) { return 4 * quarter(level / law.top) / omega0; }

// The time from one passage upwards through q = 0 to the next.
function clock(level) {
  let x = [0, scale * Math.sqrt(level / law.top)];
  for (let t = 0; ; t += TICK) {
    const next = rk4(law.field, x, TICK);
    if (t > TICK && x[0] < 0 && next[0] >= 0) return t + TICK * x[0] / (x[0] - next[0]);
    x = next;
  }
}

// The dot on the loop of another energy, in the direction in which it is now.
function lift(level, [q, p] = dot) {
  const turn = Math.atan2(Math.sin(q / 2), p / scale);
  energy = Math.max(lowest, Math.min(highest, level));
  dot = corner(energy, turn / (2 * Math.PI), 1);
  slider.value = energy;
}

function step(seconds) {
  const count = Math.ceil(seconds / TICK);
  for (let k = 0; k < count; k++) dot = rk4(law.field, dot, seconds / count);
}

function draw() {
  const now = area(energy), period = slope(energy), more = Math.min(data.ring, law.top - energy);
  plane.axes("", () => plane.contours(law.energy, [law.top - 1e-6], { colour: "line" }, 3));
  plane.inside(() => {
    drawLoop(energy, { colour: "c0", fill: "c0", width: 0, alpha: 0.2 });
    const at = (i) => (i <= 200 ? corner(energy + more, i, 200) : corner(energy, 401 - i, 200));
    plane.curve(402, (i) => at(i)[0], (i) => at(i)[1], { fill: "c1", width: 0, alpha: 0.6, close: true });
    drawLoop(energy, { colour: "c0", width: 2 });
    plane.dot(...dot, 6, { colour: "c0", ring: "paper" });
  });
  plane.words("area", 0, 0, { align: "center", base: "middle", size: 14, colour: "c0", halo: false });
  const levels = (i) => lowest + (highest - lowest) * i / 120;
  areas.axes("", () => areas.curve(121, levels, (i) => area(levels(i)), { colour: "c0", width: 2 }));
  areas.inside(() => {
    const wide = 0.22 * law.top;
    areas.curve(2, (i) => energy + (i ? wide : -wide), (i) => now + (i ? wide : -wide) * period, { colour: "c1", width: 2 });
    areas.dot(energy, now, 5, { colour: "c0", ring: "paper" });
  });
  periods.axes("", () => periods.curve(121, levels, (i) => exactPeriod(levels(i)), { colour: "c1", width: 2 }));
  periods.dot(energy, period, 5, { colour: "c1", ring: "paper" });
  showArea(`${number(now, 3)} J s`);
  showAction(`${number(now / (2 * Math.PI), 3)} J s`);
  showSlope(`${number(period, 3)} s`);
  showClock(`${number(clock(energy), 3)} s`);
}

function drawLoop(level, style) { plane.curve(200, (i) => corner(level, i, 200)[0], (i) => corner(level, i, 200)[1], { ...style, close: true }); }

const showArea = stage.number({ label: "area", colour: "c0" });
const showAction = stage.number({ label: "action, area / 2π" });
const showSlope = stage.number({ label: "slope of the area", colour: "c1" });
const showClock = stage.number({ label: "period by a clock" });
stage.buttons({ reset: () => lift(data.energy, [0, 1]) });
const slider = stage.slider({
  label: "energy", min: lowest, max: highest, step: 0.01, value: energy, format: (level) => `${level.toFixed(2)} J`, change: (level) => lift(level),
});
plane.handle({
  name: "the loop", get: () => dot, set: (at) => lift(law.energy(at), at), step: [0.05, 0.05], colour: "c0",
  describe: (at) => `energy ${number(law.energy(at), 2)} J, angle ${number(at[0], 2)} rad, momentum ${number(at[1], 2)}`, end: () => stage.go(),
});
stage.start({ step, draw, evaluate: { area, slope, clock, period: exactPeriod, corner: ([level, turn]) => corner(level, turn, 1) } });
