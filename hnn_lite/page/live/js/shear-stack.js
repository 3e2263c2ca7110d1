// A stack of shears over a square net. The number of shears that act, the last perhaps in part, and their strength have sliders; a tile
// can be dragged by its image, whose place in the net the inverse finds.

const SPEED = 1.2;                             // shears a second
const ALONG = 40, FINE = 60;                   // pieces of a line of the net, and of an edge of the tile
const all = unpack(data.layers), last = all.length, { half, tile } = data;

const stage = new Stage();
const plane = stage.plane({
  label: "a square net in the plane of q and p, moved by the shears", ratio: 1.5, x: data.reach[0], y: data.reach[1],
  equal: true, xlabel: "q", ylabel: "p",
});
plane.box.classList.add("main-panel");

const home = [tile / 2, tile / 2];
let count = data.shown, strength = 1, place = home, way = 1;

// The shears that act, as a stack.
function stack() {
  return new Shears(all.slice(0, Math.ceil(count)).map(([K, b, a], i) => {
    const share = strength * Math.min(1, count - i);
    return [K, b, { ...a, values: Array.from(a.values, (value) => share * value) }];
  }), "tanh");
}

// The tile's rim, counterclockwise.
function rim() {
  const corners = [[-1, -1], [1, -1], [1, 1], [-1, 1]].map(([a, b]) => [place[0] + a * tile / 2, place[1] + b * tile / 2]);
  return corners.flatMap((x, k) => Array.from({ length: FINE }, (_, i) => x.map((value, j) => value + i / FINE * (corners[(k + 1) % 4][j] - value))));
}

// The area inside a closed curve, through every second point with the one between: exact for parabolas.
function area(points) {
  const cross = ([a, b], [c, d]) => a * d - b * c;
  let sum = 0;
  for (let i = 0; i < points.length; i += 2) {
    const from = points[i], by = points[i + 1], to = points[(i + 2) % points.length], pull = by.map((value, j) => 2 * value - (from[j] + to[j]) / 2);
    sum += (2 * cross(from, pull) + 2 * cross(pull, to) + cross(from, to)) / 6;
  }
  return sum;
}

// On through the stack, and back.
function step(seconds) {
  set(count + way * SPEED * seconds);
  if (count >= last) way = -1;
  if (count <= 0) { way = 1; stage.play(false); }
}

function set(next) {
  count = Math.max(0, Math.min(last, next));
  slider.value = count;
}

function draw() {
  const now = stack(), start = rim(), moved = start.map((one) => now.shear(one));
  plane.axes();
  plane.inside(() => {
    plane.curve(start.length, (i) => start[i][0], (i) => start[i][1], { colour: "muted", width: 1.2, dash: [3, 3], close: true });
    plane.curve(moved.length, (i) => moved[i][0], (i) => moved[i][1], { colour: "c1", fill: "c1", width: 1, close: true });
    for (let k = 0; k <= data.meshes; k++) {
      const fixed = half * (2 * k / data.meshes - 1), along = (i) => half * (2 * i / ALONG - 1);
      for (const at of [(i) => now.shear([fixed, along(i)]), (i) => now.shear([along(i), fixed])]) {
        const line = Array.from({ length: ALONG + 1 }, (_, i) => at(i));
        plane.curve(line.length, (i) => line[i][0], (i) => line[i][1], { colour: "action-angle", width: 0.8 });
      }
    }
  });
  showArea(number(area(moved) / tile ** 2, 4));
  showBack(`to ${digits(Math.max(...moved.map((one, i) => Math.hypot(...now.unshear(one).map((value, j) => value - start[i][j])))))} digits`);
}

const digits = (error) => Math.min(16, Math.floor(-Math.log10(Math.max(error, 1e-16))));

stage.buttons({ reset: () => { strength = power.value = 1; way = 1; place = home; set(0); } });
const slider = stage.slider({
  label: "shears", min: 0, max: last, step: 0.05, value: count, format: (value) => number(value, 1), change: (value) => { stage.play(false); way = 1; set(value); },
});
const power = stage.slider({
  label: "strength", min: 0, max: 1, step: 0.05, value: 1, format: (value) => `${Math.round(100 * value)} %`, change: (value) => { strength = value; },
});
const showArea = stage.number({ label: "area of the tile, relative to before:", colour: "c1" });
const showBack = stage.number({ label: "undone, it is home" });
plane.handle({
  name: "the tile", colour: "c1", step: [0.05, 0.05], get: () => stack().shear(place),
  describe: () => `in the net at q ${number(place[0], 2)}, p ${number(place[1], 2)}`,
  set: (at) => { place = stack().unshear(at).map((value) => Math.max(tile / 2 - half, Math.min(half - tile / 2, value))); },
  end: () => stage.go(),
});
stage.start({
  step, draw,
  evaluate: {
    image: ([number, power, ...x]) => { [count, strength] = [number, power]; return stack().shear(x); },
    back: ([number, power, ...x]) => { [count, strength] = [number, power]; return stack().unshear(stack().shear(x)); },
    area: ([number, power, ...x]) => {
      [count, strength, place] = [number, power, x];
      const now = stack();
      return area(rim().map((one) => now.shear(one))) / tile ** 2;
    },
  },
});
