// Training seen live: two networks of one hidden layer learn the arrows of a spring, by Adam, in the browser. Both begin with the same
// hidden layer. The baseline's two outputs are the arrow; the HNN's one output is H, and its arrow (dH/dp, -dH/dq).

const FASTEST = 100;                           // training steps a second, where the browser keeps up
const STEP = 0.1;                              // of the trajectories, s
const BUDGET = 7;                              // milliseconds of training in a frame
const LEVELS = Array.from({ length: 29 }, (_, k) => k / 4 - 2).filter((level) => level);

const truth = massSpring(data.constants), count = data.x.length;

// A network and its training. theta holds the hidden layer's weights of q, those of p, its biases, and the last layer.
class Learner {
  constructor(name) {
    const [[W, b], [V]] = unpack(data.params[name]);
    this.width = b.values.length;
    this.start = Float64Array.of(...W.values, ...b.values, ...V.values);
    this.scalar = V.shape[1] === 1;
    this.field = this.field.bind(this);
    this.restart();
  }

  restart() {
    this.theta = this.start.slice();
    [this.slope, this.mean, this.square] = [0, 1, 2].map(() => new Float64Array(this.theta.length));
    this.steps = 0;
    this.losses = [];
    this.look();
  }

  // The loss, a mean over all arrows and both components, and its slopes by all parameters.
  look() {
    const { theta, slope, width: n } = this, h = new Float64Array(n);
    slope.fill(0);
    let loss = 0;
    for (let i = 0; i < count; i++) {
      const [q, p] = points[i], found = this.arrow(q, p, h), e0 = found[0] - data.dx[i][0], e1 = found[1] - data.dx[i][1];
      loss += (e0 * e0 + e1 * e1) / (2 * count);
      (this.scalar ? this.backThroughGradient : this.back).call(this, q, p, h, e0 / count, e1 / count);
    }
    this.losses[this.steps] = loss;
  }

  // The network's arrow at a state; into h go the values of the hidden units.
  arrow(q, p, h) {
    const { theta, width: n } = this;
    let x = 0, y = 0;
    for (let j = 0; j < n; j++) {
      h[j] = Math.tanh(q * theta[j] + p * theta[n + j] + theta[2 * n + j]);
      if (this.scalar) {                       // dH/da = V (1 - h^2), and from there by W to q and p
        const back = theta[3 * n + j] * (1 - h[j] * h[j]);
        x += back * theta[n + j];
        y -= back * theta[j];
      } else {
        x += theta[3 * n + 2 * j] * h[j];
        y += theta[3 * n + 2 * j + 1] * h[j];
      }
    }
    return [x, y];
  }

  // What one state adds to the slopes, where dx and dy are the loss's slopes by its arrow: the chain rule, from the output down.
  back(q, p, h, dx, dy) {
    const { theta, slope, width: n } = this;
    for (let j = 0; j < n; j++) {
      const V = 3 * n + 2 * j, da = (dx * theta[V] + dy * theta[V + 1]) * (1 - h[j] * h[j]);
      slope[V] += dx * h[j];
      slope[V + 1] += dy * h[j];
      this.add(j, da, q, p);
    }
  }

  // The same for the HNN, whose arrow is itself a gradient: sum over j of V_j (1 - h_j^2) (W_pj, -W_qj).
  backThroughGradient(q, p, h, dx, dy) {
    const { theta, slope, width: n } = this;
    for (let j = 0; j < n; j++) {
      const s = 1 - h[j] * h[j], V = theta[3 * n + j], along = dx * theta[n + j] - dy * theta[j];
      slope[3 * n + j] += along * s;
      slope[j] -= dy * V * s;                  // through W as a factor ...
      slope[n + j] += dx * V * s;
      this.add(j, -2 * h[j] * s * V * along, q, p);          // ... and through the hidden unit, as d(1 - h^2)/da = -2 h (1 - h^2)
    }
  }

  add(j, da, q, p) {
    const { slope, width: n } = this;
    slope[j] += da * q;
    slope[n + j] += da * p;
    slope[2 * n + j] += da;
  }

  // One step of Adam, as in hnn_lite/training.py.
  step() {
    const { theta, slope, mean, square } = this, k = ++this.steps;
    for (let i = 0; i < theta.length; i++) {
      mean[i] = 0.9 * mean[i] + 0.1 * slope[i];
      square[i] = 0.999 * square[i] + 0.001 * slope[i] * slope[i];
      theta[i] -= data.rate * mean[i] / (1 - 0.9 ** k) / (Math.sqrt(square[i] / (1 - 0.999 ** k)) + 1e-8);
    }
    this.look();
  }

  field([q, p]) { return this.arrow(q, p, this.scrap ||= new Float64Array(this.width)); }

  energy([q, p]) {
    const { theta, width: n } = this;
    let H = 0;
    for (let j = 0; j < n; j++) H += theta[3 * n + j] * Math.tanh(q * theta[j] + p * theta[n + j] + theta[2 * n + j]);
    return H;
  }
}

const stage = new Stage();
const plane = stage.plane({
  label: "position and momentum: noisy states, the trajectory of each network from one start, contours of the learned H",
  ratio: 1.02, share: 1, x: [-1.3, 1.3], y: [-1.3, 1.3], equal: true, xlabel: "position q (m)", ylabel: "momentum p (kg m/s)",
});
const chart = stage.plane({
  label: "the loss of each network over the training steps, on a logarithmic axis", ratio: 1.32, share: 1.3, margin: { left: 42 },
  x: [0, data.steps], y: [-1.6, 0.3], xlabel: "training step", ylabel: "loss", yname: (power) => number(+(10 ** power).toPrecision(1)),
});
plane.box.classList.add("main-panel");
chart.box.classList.add("low-panel");

let points = data.x.map((x) => [...x]), start = data.start, goal = data.steps, owed = 0;
const learners = { baseline: new Learner("baseline"), hnn: new Learner("hnn") };
const both = Object.values(learners), names = { baseline: "baseline", hnn: "HNN" };
const steps = () => learners.hnn.steps;

function restart() {
  [points, start, goal] = [data.x.map((x) => [...x]), data.start, data.steps];
  for (const learner of both) learner.restart();
}

// Training steps as long as some are wanted and there is time.
function train(wanted, deadline) {
  for (; wanted >= 1 && performance.now() < deadline; wanted--) for (const learner of both) learner.step();
  return wanted;
}

// At the goal training pauses; whoever presses play again has it go on as far once more.
function step(seconds) {
  owed = Math.min(3, owed + FASTEST * seconds);
  owed = train(Math.min(owed, goal - steps()), performance.now() + BUDGET);
  if (steps() < goal) return;
  goal += data.steps;
  stage.play(false);
}

// While a state is held, the networks go on learning from where it is now.
function work(deadline) {
  const held = stage.held === state && !stage.calm;
  if (held) train(2, deadline);
  return held;
}

function moveState(x) {
  points[data.chosen] = x;
  goal = steps() + data.steps;
  for (const learner of both) learner.look();
}

function trajectory(field) {
  const path = [start];
  while (path.length <= data.seconds / STEP) path.push(rk4(field, path[path.length - 1], STEP));
  return path;
}

const kept = (path) => truth.energy(path[path.length - 1]) / truth.energy(start);

function draw() {
  plane.axes();
  const paths = {};
  plane.inside(() => {
    plane.layer("states", "", () => data.x.forEach((x, i) => {
      if (i !== data.chosen) plane.dot(...x, 1.2, { colour: "data", alpha: 0.6 });
    }));
    const bottom = learners.hnn.energy([0, 0]);
    plane.pen.globalAlpha = 0.4;
    plane.contours((x) => learners.hnn.energy(x) - bottom, LEVELS, { colour: "hnn" }, 12);
    const size = Math.sqrt(truth.energy(start)), turn = (i) => 2 * Math.PI * i / 120;
    plane.curve(121, (i) => size * Math.cos(turn(i)), (i) => size * Math.sin(turn(i)), { colour: "truth", width: 7, alpha: 0.15 });
    for (const name in learners) {
      const path = paths[name] = trajectory(learners[name].field);
      plane.curve(path.length, (i) => path[i][0], (i) => path[i][1], { colour: name, width: 1.5 });
      plane.dot(...path[path.length - 1], 4.5, { colour: name, ring: "paper" });
    }
    plane.dot(...start, 5, { colour: "truth", ring: "paper" });
  });
  drawState();
  drawLosses();
  for (const name in learners) {
    const share = kept(paths[name]);
    const words = share < 9.995 ? `${number(100 * share, 0)} %` : ">999 %";
    show[name](`loss ${number(learners[name].losses[steps()], 3)}; energy at ${data.seconds} s ${words}`);
  }
}

// The state that can be dragged, with its arrow, a sixth as long.
function drawState() {
  const [q, p] = points[data.chosen], [dq, dp] = data.dx[data.chosen], { X, Y, across, up } = plane.scale();
  drawArrow(plane, X(q), Y(p), dq * across / 6, -dp * up / 6, { colour: "ink" });
  plane.dot(q, p, 5, { colour: "data", ring: "ink" });
  const align = q > 0.5 ? "right" : q < -0.5 ? "left" : "center", dx = align === "right" ? 12 : align === "left" ? -12 : 0;
  const below = dp > 0 && Y(p) + 36 < plane.height - plane.margin.bottom;
  plane.words(`one of ${count} states`, q, p, { dx, dy: below ? 32 : -24, size: 12, align });          // where its arrow does not point, nor the axis is
}

function drawLosses() {
  const end = Math.max(1, Math.ceil(steps() / data.steps)) * data.steps;
  if (chart.range.x[1] !== end) chart.change({ x: [0, end] });
  const floor = Math.log10(points.reduce((sum, x, i) => {
    const [dq, dp] = truth.field(x);
    return sum + ((dq - data.dx[i][0]) ** 2 + (dp - data.dx[i][1]) ** 2) / (2 * count);
  }, 0));
  chart.axes();
  chart.inside(() => {
    chart.curve(2, (i) => i * end, () => floor, { colour: "truth", width: 7, alpha: 0.15 });
    for (const name in learners) {
      const { losses } = learners[name];
      chart.curve(losses.length, (i) => i, (i) => Math.log10(losses[i]), { colour: name, width: 2 });
      chart.dot(losses.length - 1, Math.log10(losses[losses.length - 1]), 3.5, { colour: name });
    }
    chart.words("loss of the true law", 0.4 * end, floor, { dy: -10, colour: "muted", size: 12 });
  });
  const last = (name) => Math.log10(learners[name].losses[steps()]), above = steps() > 0.15 * end, right = steps() > 0.6 * end;
  const lowest = Object.keys(names).sort((a, b) => last(a) - last(b)), style = { weight: 600, align: right ? "right" : "left" };
  lowest.forEach((name, i) => {          // beside the ends of the curves, or above both and the words on the true law
    const up = above ? Math.max(...lowest.map(last), floor) : last(name), gap = (last(name) - last(lowest[0])) * chart.scale().up;
    chart.words(names[name], steps(), up, { ...style, dx: right ? 0 : 10, dy: above ? -27 - 17 * i : i ? Math.min(4, gap - 12) : 4, colour: name });
  });
}

Object.assign(stage.numbers.style, { flexDirection: "column", fontSize: "13px" });
stage.buttons({ reset: restart });
stage.button("one step", () => { stage.play(false); train(1, Infinity); });
const show = Object.fromEntries(Object.entries(names).map(([name, label]) => [name, stage.number({ label, colour: name })]));
const state = plane.handle({
  name: `one of ${count} noisy states`, get: () => points[data.chosen], set: moveState, step: [0.1, 0.1], colour: "ink",
  describe: inWords(VIEWS["mass-spring"]), end: () => stage.go(),
});
plane.handle({
  name: "the start of both trajectories", get: () => start, set: (at) => { start = at; }, step: [0.05, 0.05], colour: "truth",
  describe: inWords(VIEWS["mass-spring"]),
});

// A learner after so many steps with the chosen state at (q, p).
function trained(name, wanted, q, p) {
  const before = points[data.chosen];
  if (q !== undefined) points[data.chosen] = [q, p];
  const learner = new Learner(name);
  while (learner.steps < wanted) learner.step();
  points[data.chosen] = before;
  return learner;
}

stage.start({
  step, work, draw,
  evaluate: {
    weights: ([name, ...after]) => [...trained(name, ...after).theta],
    losses: ([name, ...after]) => trained(name, ...after).losses,
    slopes: ([name, ...after]) => [...trained(name, ...after).slope],
    kept: ([name, ...after]) => kept(trajectory(trained(name, ...after).field)),
    field: ([name, ...x]) => learners[name].field(x),
    energy: (x) => learners.hnn.energy(x),
  },
});
