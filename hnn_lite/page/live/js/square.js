// A square of states of the spring H = q^2 + p^2 under the steps of a method: its area, the circle of equal energy through its middle, and
// the curve that the method keeps to, if it has one. A symplectic step is shown as the shears that it is made of.

const SPEED = 1.2;                             // steps a second
const MESHES = 6, REACH = 2;
const SHEARS = { symplectic_euler: [[kick, 1], [drift, 1]], leapfrog: [[kick, 0.5], [drift, 1], [kick, 0.5]] };

const law = massSpring(data.constants), { side } = data;
const stage = new Stage();
const plane = stage.plane({
  label: "the plane of position and momentum: a square of states, before and after each step", ratio: 1.75,
  x: [-REACH, REACH], y: [-REACH, REACH], equal: true, xlabel: "position q (m)", ylabel: "momentum p (kg m/s)",
});
plane.box.classList.add("main-panel");

let method = data.methods[0].name, { start, dt } = data, squares = [], done = 0;          // `done`: steps, the last one perhaps in part

const corners = ([q, p]) => [[-1, -1], [1, -1], [1, 1], [-1, 1]].map(([a, b]) => [q + a * side / 2, p + b * side / 2]);

function restart() {
  squares = [corners(start)];
  done = 0;
}

// The corners after so many steps.
function after(count) {
  while (squares.length <= count) squares.push(squares[squares.length - 1].map((x) => METHODS[method](law.field, x, dt)));
  return squares[count];
}

// A state during a step: along its shears, or straight to where the step ends.
function during(x, share) {
  const shears = SHEARS[method];
  if (!shears) return add(x, share, add(METHODS[method](law.field, x, dt), -1, x));
  shears.forEach(([move, part], i) => { x = move(law.field, x, part * dt * Math.max(0, Math.min(1, share * shears.length - i))); });
  return x;
}

const area = (square) => square.reduce((sum, [q, p], i) => {
  const [Q, P] = square[(i + 1) % 4];
  return sum + (q * P - Q * p) / 2;
}, 0) / side ** 2;
const middle = (square) => [0, 1].map((i) => square.reduce((sum, x) => sum + x[i] / 4, 0));
const look = () => data.methods.find(({ name }) => name === method);

// The numbers (a, b, c) for which the method keeps a q^2 + b q p + c p^2.
const shadow = (h) => ({ symplectic_euler: [1, -h, 1], leapfrog: [1 - h * h / 4, 0, 1] }[method]);
const size = ([a, b, c], [q, p]) => Math.sqrt(a * q * q + b * q * p + c * p * p);

// Out of the picture, for good.
const gone = () => method === "euler" && Math.hypot(...middle(after(Math.ceil(done)))) > REACH;

function step(seconds) {
  if (done >= data.most || (gone() && Math.hypot(...start) <= REACH)) restart();          // from the beginning
  done = Math.min(data.most, done + SPEED * seconds);
  if (done >= data.most || gone()) {
    done = Math.ceil(done);
    stage.play(false);
  }
}

function draw() {
  const whole = Math.floor(done + 1e-9), now = after(whole).map((x) => during(x, done - whole)), { colour } = look();
  plane.axes();
  plane.inside(() => {
    drawCurve([1, 0, 1], { colour: "truth", width: 7, alpha: 0.18 });
    const kept = shadow(2 * dt);
    if (kept) drawCurve(kept, { colour, width: 1.6 });
    for (let n = 0; n <= whole; n++) {
      drawSquare(after(n), { colour, width: 0, fill: colour, alpha: n ? 0.06 + 0.14 * 0.8 ** (whole - n) : 0.2 });
      plane.dot(...middle(after(n)), 2.2, { colour });
    }
    drawSquare(after(whole + 1), { colour, width: 1.2, dash: [4, 4] });          // where the next step leads
    drawSquare(now, { colour, width: 2, fill: colour, alpha: 0.5 });
    drawNet(now);
  });
  const [q, p] = [0.7, -0.7].map((share) => share * Math.hypot(...start));
  const kept = shadow(2 * dt), low = kept && -size(kept, start) / size(kept, [0, 1]), lowest = plane.reach.y[0];          // no word on the axis
  if (p - 20 / plane.scale().up > lowest) plane.words("H = const.", q, p, { dx: 6, dy: 16, size: 12, colour: "muted" });
  if (kept && low > lowest) plane.words(`kept by ${look().label}`, 0, low, { dy: -8, size: 12, colour, align: "center" });
  showSteps(String(whole));
  showArea(number(area(after(whole)), 4));
}

function drawCurve(form, style) {
  const radius = size(form, start), at = (i) => {
    const x = [Math.cos(i * Math.PI / 100), Math.sin(i * Math.PI / 100)];
    return x.map((part) => part * radius / size(form, x));
  };
  plane.curve(201, (i) => at(i)[0], (i) => at(i)[1], style);
}

function drawSquare(square, style) { plane.curve(4, (i) => square[i][0], (i) => square[i][1], { ...style, close: true }); }

// The meshes inside: the steps are linear here, so lines stay straight.
function drawNet(square) {
  const between = (x, y, share) => x.map((value, i) => value + share * (y[i] - value)), [a, b, c, d] = square;
  for (let k = 1; k < MESHES; k++) {
    for (const line of [[between(a, b, k / MESHES), between(d, c, k / MESHES)], [between(a, d, k / MESHES), between(b, c, k / MESHES)]]) {
      plane.curve(2, (i) => line[i][0], (i) => line[i][1], { colour: "ink", width: 0.6, alpha: 0.7 });
    }
  }
}

stage.buttons({ reset: restart });
stage.button("one step", () => {
  stage.play(false);
  done = Math.min(data.most, Math.floor(done + 1e-9) + 1);
});
stage.choice({
  label: "method", value: method, options: data.methods.map(({ name, label }) => [name, label]), change: (next) => { method = next; restart(); },
});
stage.slider({
  label: "step", min: data.steps[0], max: data.steps[1], step: 0.05, value: dt, format: (t) => `${t.toFixed(2)} s`, change: (t) => { dt = t; restart(); },
});
const showSteps = stage.number({ label: "steps:" });
const showArea = stage.number({ label: "area, relative to the first square:" });
restart();
plane.handle({
  name: "the square", get: () => start, set: (at) => { start = at; restart(); }, step: [0.05, 0.05],
  describe: ([q, p]) => `position ${number(q, 2)} m, momentum ${number(p, 2)} kg m/s`, begin: () => stage.play(false), end: () => stage.go(),
});
stage.start({
  step, draw,
  evaluate: {
    area: ([name, length, count]) => { [method, dt] = [name, length]; restart(); return area(after(count)); },
    corners: ([name, length, count]) => { [method, dt] = [name, length]; restart(); return after(count).flat(); },
    kept: ([name, length, ...x]) => { method = name; return size(shadow(2 * length), x) ** 2; },
    during: ([name, length, share, ...x]) => { [method, dt] = [name, length]; return during(x, share); },
  },
});
