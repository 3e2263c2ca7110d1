// Phase space: a state and a spot of states around it, carried along S_H (the motion) or along R_H (uphill).

const RIM = 600, SEEDS = 90;                   // points on the spot's rim at first, and within it
const APART = 0.05, MOST = 8000;               // neighbours on the rim are at most so far apart; points at most
const UPHILL = 0.25;                           // R_H has no clock of its own: a slow one shows more
const SMALLEST = 0.1, LARGEST = 1;             // radii of the spot
const WAYS = {
  motion: { rate: 1, colour: "c0", field: (law) => rubbed(law) },
  uphill: { rate: UPHILL, colour: "c1", field: (law) => law.gradient },
  downhill: { rate: -UPHILL, colour: "c1", field: (law) => law.gradient },
};

const stage = new Stage();
const names = Object.keys(data.systems), laws = {};
for (const name of names) laws[name] = SYSTEMS[name](data.systems[name]);

const plane = stage.plane({
  label: "the plane of place and momentum, with curves of equal energy", ratio: 1, share: 1.15, x: [-1, 1], y: [-1, 1], equal: true,
});
const side = stage.column(0.85);
side.classList.add("beside");
const scene = stage.panel({ label: "the system itself: the state, and others of the spot behind it", ratio: 1.7, into: side });
const chart = stage.plane({
  label: "area of the spot and energy of the state over time, as shares of those at the start", ratio: 1.45, into: side,
  x: [0, 20], y: [0, 2.4], xlabel: "time (s)", ylabel: "as a share of the start", xticks: 4,
});
const showEnergy = stage.number({ label: "energy of the dot" });
const showArea = stage.number({ label: "area of the spot" });
const showShrunk = stage.number({ label: "e^(−γt)" });
const showRim = stage.number({ label: "its rim" });

let name, law, view, way = "motion", friction = 0;
let home, dot, rim, seeds, trail, history, time, radius;

// The motion with friction: it takes from the momentum.
const rubbed = (law) => ([q, p]) => {
  const [dq, dp] = law.field([q, p]);
  return [dq, dp - friction * p];
};

// A round spot around a state: its rim, and points within as the seeds of a sunflower.
function restart(at = home) {
  home = at;
  dot = at;
  const round = (radius, angle) => [at[0] + radius * Math.cos(angle), at[1] + radius * Math.sin(angle)];
  rim = Array.from({ length: RIM }, (_, i) => round(radius, 2 * Math.PI * i / RIM));
  seeds = Array.from({ length: SEEDS }, (_, i) => round(radius * Math.sqrt((i + 0.5) / SEEDS), Math.PI * (1 + Math.sqrt(5)) * i));
  time = 0;
  trail = [dot];
  history = [[0, area(rim), law.energy(dot)]];
}

// The pieces of a closed line, from each point to the next: [point, next, length, bend], the bend that of the circles through three
// neighbours, positive to the left.
function pieces(points) {
  const count = points.length, next = (i) => points[(i + 1) % count], along = (i) => [next(i)[0] - points[i][0], next(i)[1] - points[i][1]];
  const steps = points.map((_, i) => along(i)), lengths = steps.map((step) => Math.hypot(...step));
  const bends = steps.map(([dq, dp], i) => {
    const before = (i + count - 1) % count, [q, p] = steps[before], size = lengths[before] * lengths[i] * Math.hypot(q + dq, p + dp);
    return size ? 2 * (q * dp - p * dq) / size : 0;
  });
  return points.map((point, i) => [point, next(i), lengths[i], (bends[i] + bends[(i + 1) % count]) / 2]);
}

// Area within a closed line: of the polygon, and of what lies between its sides and the arcs over them.
function area(points) {
  const piece = ([[q, p], [nextQ, nextP], length, bend]) => (q * nextP - nextQ * p) / 2 + bend * length ** 3 / 12;
  return Math.abs(pieces(points).reduce((sum, one) => sum + piece(one), 0));
}

// The same line with a new point on the arc between neighbours that have come too far apart. So the line follows the motion however
// far it is drawn out: with the points of the beginning alone it would cut corners, and lose or gain area that the motion keeps.
function refine(points) {
  return pieces(points).flatMap(([point, next, length, bend]) => {
    if (length < APART) return [point];
    const dq = next[0] - point[0], dp = next[1] - point[1], rise = bend * length / 8;
    return [point, [point[0] + dq / 2 + rise * dp, point[1] + dp / 2 - rise * dq]];
  });
}

function choose(next) {
  name = next;
  [law, view] = [laws[name], VIEWS[name]];
  plane.change(view);
  radius = view.spot;
  restart(view.start);
}

function step(seconds) {
  if (rim.length > MOST) { stage.play(false); return; }
  const { rate, field } = WAYS[way], along = field(law), count = Math.ceil(seconds * 60), dt = rate * seconds / count;
  for (let k = 0; k < count; k++) {
    dot = rk4(along, dot, dt);
    trail.push(dot);
    rim = refine(rim.map((x) => rk4(along, x, dt)));
    seeds = seeds.map((x) => rk4(along, x, dt));
  }
  if (trail.length > 600) trail.splice(0, trail.length - 600);
  time += seconds;
  history.push([time, area(rim), law.energy(dot)]);
  const { x, y } = plane.reach;
  if (way === "uphill" && (Math.abs(dot[0]) > 1.6 * x[1] || Math.abs(dot[1]) > 1.6 * y[1])) stage.play(false);         // out of the picture
  if (way === "downhill" && law.energy(dot) < 1e-4) stage.play(false);
}

function draw() {
  const { colour } = WAYS[way];
  plane.axes(name, () => plane.contours(law.energy, view.levels, { colour: "grid" }));
  plane.inside(() => {
    if (law.top) plane.layer("separatrix", name, () => plane.contours(law.energy, [law.top], { colour: "line" }, 3));
    drawStart();
    drawSpot(colour);
    for (const seed of seeds) plane.dot(...law.place(seed), 1.4, { colour });
    drawRound(plane, trail.length, (i) => law.place(trail[i]), { colour: "truth", width: 1.6 });
    arrows(...law.place(dot));
    plane.dot(...law.place(dot), 6, { colour: "truth", ring: "paper" });
  });
  grip.place();
  drawScene(colour);
  drawChart(colour);
  const now = history[history.length - 1][1];
  showEnergy(`${number(law.energy(dot), 3)} J`);
  showArea(`${number(now, 4)} J s (${number(100 * now / history[0][1], 1)} % of the start)`);
  showShrunk(way === "motion" && friction ? `${number(100 * shrunk(time), 1)} %` : "");
  showRim(rim.length > MOST ? "has become too long to be followed: start again" : "");
}

// The spot's rim at the start, with a radius that leads to its grip.
function drawStart() {
  const round = (i) => 2 * Math.PI * i / 90, [q, p] = grip.get();
  plane.curve(90, (i) => home[0] + radius * Math.cos(round(i)), (i) => home[1] + radius * Math.sin(round(i)),
    { colour: "muted", width: 1, dash: [4, 3], close: true });
  plane.curve(2, (i) => (i ? q : home[0]), (i) => (i ? p : home[1]), { colour: "muted", width: 1 });
  plane.dot(q, p, 4, { colour: "muted" });
}

// The spot. Angles go round, so it is drawn once for each turn that it has spread over, and each time cut off beyond the edges.
function drawSpot(colour) {
  const edge = plane.reach.x[1] + 0.5, turn = 2 * Math.PI;
  const [low, high] = rim.reduce(([a, b], [q]) => [Math.min(a, q), Math.max(b, q)], [0, 0]);
  const turns = law.top ? [Math.ceil((low - edge) / turn), Math.floor((high + edge) / turn)] : [0, 0];
  for (let k = turns[0]; k <= turns[1]; k++) {
    const angle = (i) => Math.max(-edge, Math.min(edge, rim.at(i % rim.length)[0] - turn * k));
    const outline = [];
    for (let i = 0; i < rim.length; i++) {
      const q = angle(i);
      if (Math.abs(q) < edge || q !== angle(i - 1) || q !== angle(i + 1)) outline.push([q, rim[i][1]]);
    }
    const { X, Y } = plane.scale(), x = (i) => X(outline[i][0]), y = (i) => Y(outline[i][1]);
    plane.stroke(outline.length, x, y, { colour, fill: colour, width: 0, alpha: 0.2, close: true });
    plane.stroke(outline.length, x, y, { colour, width: 1.2, close: true });
  }
}

// What is left of an area after so many seconds of motion with friction.
const shrunk = (seconds) => Math.exp(-friction * seconds);

// The two gradients at the dot, at most so long.
function arrows(q, p) {
  const { X, Y } = plane.scale(), R = law.gradient(dot), size = Math.hypot(...R), most = plane.width * 0.17;
  const length = most * size / (size + 1.5), unit = (v) => [length * v[0] / size, -length * v[1] / size];
  if (size < 1e-6) return;
  drawArrow(plane, X(q), Y(p), ...unit(turn(R)), { colour: "c0", name: "S_H" });
  drawArrow(plane, X(q), Y(p), ...unit(R), { colour: "c1", name: "R_H" });
}

function drawScene(colour) {
  const ghosts = seeds.filter((_, i) => i % 6 === 0).map((state) => [state, { colour, alpha: 0.22, bob: 4, width: 1.2, ghost: true }]);
  drawSystem(scene, name, [...ghosts, [dot, { colour: "truth" }]]);
}

function drawChart(colour) {
  const window = 20 * Math.max(1, Math.ceil(time / 20 - 1e-9)), first = history[0];
  if (chart.range.x[1] !== window) chart.change({ x: [0, window] });
  chart.axes();
  const last = history[history.length - 1], every = Math.ceil(history.length / 600), count = Math.ceil(history.length / every);
  const at = (i) => history[Math.min(history.length - 1, i * every)];
  chart.inside(() => {
    if (way === "motion") chart.curve(101, (i) => i * window / 100, (i) => shrunk(i * window / 100), { colour, width: 5, alpha: 0.25 });
    chart.curve(count, (i) => at(i)[0], (i) => at(i)[2] / first[2], { colour: "truth", width: 1.6, dash: [5, 3] });
    chart.curve(count, (i) => at(i)[0], (i) => at(i)[1] / first[1], { colour, width: 2.2 });
  });
  const level = (value) => Math.min(2.25, value);
  const [share, energy] = [level(last[1] / first[1]), level(last[2] / first[2])], above = share >= energy ? 1 : -1;
  const end = last[0] > 0.72 * window ? { align: "right", dx: -6 } : { align: "left", dx: 8 };
  chart.words("area", last[0], share, { ...end, dy: -9 * above, base: "middle", colour });
  chart.words("energy", last[0], energy, { ...end, dy: 9 * above, base: "middle", colour: "truth" });
}

stage.buttons({ reset: () => restart() });
if (names.length > 1) {
  stage.choice({
    label: "system", options: names.map((one) => [one, one]), value: names[0], change: (next) => { stage.play(false); choose(next); },
  });
}
stage.choice({
  label: "flow along", value: way, change: (next) => { way = next; rub.input.disabled = way !== "motion"; restart(); },
  options: [["motion", "S_H, the motion"], ["uphill", "R_H, uphill"], ["downhill", "−R_H, downhill"]],
});
const rub = stage.slider({
  label: "friction γ", min: 0, max: 0.5, step: 0.01, value: friction, format: (value) => `${value.toFixed(2)} /s`,
  change: (value) => { friction = value; restart(); },
});
choose(names[0]);
plane.handle({
  name: "the state", get: () => law.place(dot), set: (at) => restart(at), step: [0.05, 0.05], colour: "truth",
  describe: (at) => inWords(view)(at), end: () => stage.go(),
});

// A grip beyond the rim of the spot at the start, towards the middle of the plane, where no arrow points. It is placed by `draw`, not by
// the plane: a click somewhere in the plane moves the state.
const resize = (next) => { radius = Math.max(SMALLEST, Math.min(LARGEST, next)); restart(); };
const beyond = () => 24 / plane.scale().across;
const grip = new Handle(plane, {
  name: "the size of the spot", colour: "muted", describe: () => `radius ${number(radius, 2)}`,
  get: () => {
    const far = Math.hypot(...home), [u, v] = far ? home.map((one) => -one / far) : [-1, 0], out = radius + beyond();
    return [home[0] + out * u, home[1] + out * v];
  },
  set: ([q, p]) => resize(Math.hypot(q - home[0], p - home[1]) - beyond()), nudge: (right, up) => resize(radius + 0.02 * (right + up)),
  end: () => stage.go(),
});

const evaluate = { step: ([method, dt, x, system = names[0]]) => METHODS[method](laws[system].field, x, dt) };
for (const one of names) {
  evaluate[`energy ${one}`] = laws[one].energy;
  evaluate[`gradient ${one}`] = laws[one].gradient;
  evaluate[`field ${one}`] = laws[one].field;
}
evaluate.area = () => [time, area(rim), law.energy(dot)];
evaluate.rim = () => [rim.length, rim.length > MOST];
stage.start({ step, draw, evaluate });
