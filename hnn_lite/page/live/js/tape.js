// The tape stepper: values run forwards through an expression's tape, slopes run backwards along its edges; an input that is dragged up or
// down shows what the result does, and what its slope had promised.

const SPEED = 2;                               // steps a second
const PULL = 0.5;                              // by how much an input changes when its box is dragged up by one row
const MOST = 4;                                // how far an input goes

const OPERATIONS = {                           // the value, and its slopes with respect to what it was made from
  "+": [(a, b) => a + b, () => [1, 1]],
  "×": [(a, b) => a * b, (a, b) => [b, a]],
  cos: [Math.cos, (a) => [-Math.sin(a)]],
  sin: [Math.sin, (a) => [Math.cos(a)]],
  tanh: [Math.tanh, (a) => [1 - Math.tanh(a) ** 2]],
};

const { nodes } = data, last = nodes.length - 1;
const made = nodes.map((_, i) => i).filter((i) => nodes[i].parents.length);          // not an input, nor a constant
// what happens in turn: a value for each number that is made, the slope 1 of the result, and a slope along each edge, from the end
const edges = [...made].reverse().flatMap((to) => nodes[to].parents.map((from, side) => ({ from, to, side })));
const END = made.length + 1 + edges.length, FORWARD = made.length;

function forward(inputs) {
  const values = [];
  nodes.forEach(({ name, parents }, i) => {
    const place = data.inputs.indexOf(i);
    values[i] = parents.length ? OPERATIONS[name][0](...parents.map((k) => values[k])) : place < 0 ? data.leaves[i] : inputs[place];
  });
  return values;
}

// The slopes after the first `count` edges (all, if not given), and what ran along each of these.
function backward(values, count = edges.length) {
  const slopes = nodes.map((_, i) => (i === last ? 1 : 0)), parts = [];
  for (const { from, to, side } of edges.slice(0, count)) {
    const { name, parents } = nodes[to], local = OPERATIONS[name][1](...parents.map((k) => values[k]))[side];
    parts.push({ local, whole: slopes[to], part: slopes[to] * local });
    slopes[from] += slopes[to] * local;
  }
  return { slopes, parts };
}

const columns = nodes.map(({ at }) => at[0]), rows = nodes.map(({ at }) => at[1]);
const stage = new Stage();
const plane = stage.plane({
  label: `the tape of ${data.result}: numbers in boxes, joined by arrows to those made from them`, ratio: 2.1,
  x: [Math.min(...columns) - 0.62, 0.5], y: [Math.min(...rows) - 0.62, Math.max(...rows) + 0.45],
  margin: { left: 4, right: 4, top: 4, bottom: 26 },
});
plane.box.classList.add("main-panel");
stage.shown.push(plane.spoken = { label: "", text: "" });

const first = () => data.inputs.map((i) => data.leaves[i]);
let inputs = first(), done = 0, from = null, pulled = null, nudge = null;          // `done`: steps, the last one perhaps in part

function restart() {
  [inputs, done, from, pulled, nudge] = [first(), 0, null, null, null];
}

function step(seconds) {
  done = Math.min(END, (done < END ? done : 0) + SPEED * seconds);
  if (done === END) stage.play(false);
}

const size = () => {          // of a box
  const { across, up } = plane.scale();
  return [Math.min(92, 0.72 * across), Math.min(40, 0.56 * up)];
};

// Where a box is: in its place, or pulled away from it.
const centre = (i) => {
  const { X, Y, up } = plane.scale(), [x, y] = nodes[i].at, off = pulled && data.inputs[pulled.which] === i ? pulled.by / PULL * up : 0;
  return [X(x), Y(y) - off];
};

// The way of an edge, from 0 to 1, as pixels: two from the same box bend apart.
function way({ from: one, to: other, side }) {
  const [w] = size(), [x0, y0] = centre(one), [x1, y1] = centre(other), twice = nodes[other].parents.filter((k) => k === one).length > 1;
  const bend = twice ? (side ? 16 : -16) : 0, begin = x0 + w / 2, end = x1 - w / 2 - 3;
  return (t) => [begin + t * (end - begin), y0 + t * (y1 - y0) + 4 * t * (1 - t) * bend];
}

const called = (i) => nodes[i].name || number(data.leaves[i]);
const show3 = (value) => number(value, 3);
const asShown = (i, value) => (made.includes(i) || data.inputs.includes(i) ? show3(value) : number(value));          // a constant as it is

const slopeOf = (value) => `${plane.width > 500 ? "slope " : ""}${show3(value)}`;

// What is being done, in words.
function words(values, parts) {
  const now = Math.ceil(done) - 1;
  if (now < 0) return "";
  if (now < FORWARD) {
    const { name, parents } = nodes[made[now]], of = parents.map((k) => asShown(k, values[k]));
    return `forward: ${of.length > 1 ? of.join(` ${name} `) : `${name} ${of}`} = ${show3(values[made[now]])}`;
  }
  if (now === FORWARD) return `backward: the slope of ${data.result} by itself is 1`;
  const { from: to } = edges[now - FORWARD - 1], { whole, local, part } = parts[now - FORWARD - 1];
  return `backward: ${show3(whole)} × ${show3(local)} = ${show3(part)} goes to ${called(to)}`;
}

function draw() {
  const values = forward(inputs), whole = Math.floor(done), share = done - whole, held = pulled && from;
  const { slopes } = held ? from : backward(values, Math.max(0, whole - FORWARD - 1)), { parts } = backward(values);
  const busy = share ? whole : -1, edge = edges[busy - FORWARD - 1];
  edges.forEach((one, k) => drawEdge(one, whole > FORWARD + 1 + k));
  nodes.forEach((_, i) => {
    const valued = !made.includes(i) || made.indexOf(i) < whole;
    const sloped = held || (i === last ? whole > FORWARD : edges.some((one, k) => one.from === i && FORWARD + 1 + k < whole));
    drawBox(i, valued ? asShown(i, values[i]) : "", sloped ? slopeOf(slopes[i]) : "", busy >= 0 && made[busy] === i);
  });
  if (edge) drawParcel(edge, share, show3(parts[busy - FORWARD - 1].part));
  const said = held ? "" : words(values, parts);
  plane.text(said, 6, plane.height - 6, { size: 13, fit: plane.width - 12 });
  plane.spoken.text = stage.playing ? "" : said;
  tell(values);
}

function drawEdge(edge, used) {
  const at = way(edge), colour = used ? "c3" : "line", [x, y] = at(1), [u, v] = at(0.93), length = Math.hypot(x - u, y - v);
  plane.stroke(21, (i) => at(i / 20)[0], (i) => at(i / 20)[1], { colour, width: used ? 1.8 : 1.2 });
  const a = (x - u) / length, b = (y - v) / length, corner = (h) => [x - 7 * a - h * b, y - 7 * b + h * a];
  const tip = [[x, y], corner(3.5), corner(-3.5)];
  plane.stroke(3, (i) => tip[i][0], (i) => tip[i][1], { colour, fill: colour, width: 1, close: true });
}

function drawBox(i, value, slope, active) {
  const [x, y] = centre(i), [w, h] = size(), input = data.inputs.includes(i), corners = [[-1, -1], [1, -1], [1, 1], [-1, 1]];
  const name = i === last ? `${nodes[i].name} → ${data.result}` : nodes[i].name, style = { align: "center", base: "middle", halo: false };
  plane.stroke(4, (k) => x + corners[k][0] * w / 2, (k) => y + corners[k][1] * h / 2, {
    colour: input || active ? "accent" : "line", width: active || input ? 2.2 : 1.2, fill: "surface", close: true,
  });
  if (input) plane.disc(x - w / 2, y, 6, { colour: "accent", ring: "paper" });          // where it is taken hold of
  const [colour, weight, right] = input ? ["accent", 600, 5] : ["muted", 400, 0];
  if (name) plane.text(name, x + right, y + (value ? -9 : 0), { ...style, colour, weight, size: 12 });
  if (value) plane.text(value, x + right, y + (name ? 8 : 0), { ...style, size: 14 });
  if (slope) plane.text(slope, x, y + h / 2 + 3, { align: "center", base: "top", colour: "c3", size: 12, weight: 600 });
}

// A slope on its way, against the arrow.
function drawParcel(edge, share, text) {
  const [x, y] = way(edge)(1 - share);
  plane.disc(x, y, 6, { colour: "c3", ring: "paper" });
  plane.text(text, x, y - 11, { align: "center", colour: "c3", size: 13, weight: 600 });
}

// What a nudge did, and what the slope had promised.
function tell(values) {
  if (!nudge) {
    showNudge(`drag ${data.inputs.map(called).join(" or ")} up or down`);
    showChange("–");
    showPromise("–");
    return;
  }
  const sign = (value, digits) => (value > 0 ? "+" : "") + number(value, digits);
  showNudge(`${called(data.inputs[nudge.which])} by ${sign(nudge.by, 2)}`);
  showChange(sign(nudge.change, 4));
  showPromise(sign(nudge.promise, 4));
}

// The change of the result, and slope times nudge, for a nudge of one input at the place `at`.
function compare(at, which, by) {
  const values = forward(at), to = at.map((value, k) => (k === which ? value + by : value));
  return { change: forward(to)[last] - values[last], promise: backward(values).slopes[data.inputs[which]] * by };
}

stage.buttons({ reset: restart });
stage.button("one step", () => { stage.play(false); done = done >= END ? 0 : Math.floor(done) + 1; });
const showNudge = stage.number({ label: "nudge" });
const showChange = stage.number({ label: `${data.result} changes by` });
const showPromise = stage.number({ label: "slope × nudge", colour: "c3" });

function compareFromHere() {
  stage.play(false);
  done = END;                                  // to compare with a slope, there must be one
  from = { inputs: [...inputs], ...backward(forward(inputs)) };
}

data.inputs.forEach((i, which) => {
  const [x, y] = nodes[i].at, grip = () => x - size()[0] / 2 / plane.scale().across;          // at the left end of its box
  plane.handle({
    name: `the input ${called(i)}`, colour: "accent", step: [0.2, 0.2],
    get: () => [grip(), y + (pulled && pulled.which === which ? pulled.by / PULL : 0)],
    describe: () => `${called(i)} = ${show3(inputs[which])}`,
    begin: compareFromHere,
    set: (at) => {                             // up and down; to the sides a tenth as much
      if (!from) compareFromHere();            // begun anew while it is held, or another input let go
      const wish = from.inputs[which] + PULL * (at[1] - y + 0.1 * (at[0] - grip()));
      inputs = from.inputs.map((value, k) => (k === which ? Math.max(-MOST, Math.min(MOST, wish)) : value));
      const by = inputs[which] - from.inputs[which];
      pulled = { which, by };
      nudge = { which, by, ...compare(from.inputs, which, by) };
    },
    end: () => {                               // from here the slopes are others: backwards once more
      [pulled, from] = [null, null];
      if (!stage.calm) done = FORWARD;
      stage.go();
    },
  });
});

stage.start({
  step, draw,
  evaluate: {
    values: forward, slopes: (at) => backward(forward(at)).slopes,
    nudge: ([which, by, ...at]) => Object.values(compare(at, which, by)),
  },
});
