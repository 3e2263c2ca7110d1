// Redraw the seeds: our figures as dots, the published one as a diamond, and a cross at the figure of a seed of ours that is drawn anew.
// Lengths along the axis are powers of ten of a figure over our median.

const EVERY = 1.4, MOVE = 0.45;                // seconds from draw to draw; of which the crosses move
const { rows, tasks, reach } = data, models = Object.keys(data.labels);

const stage = new Stage();
const plane = stage.plane({
  label: "a row for each task and model: our seeds as dots, the published figure as a diamond, the drawn seed as a cross", ratio: 1.7,
  x: [-reach, reach], y: [-tasks.length + 0.5, 0.5], margin: { left: 104, top: 8 }, xlabel: "figure / our median", yticks: 0,
  xname: (power) => (power > 0 ? `× ${10 ** power}` : power ? `÷ ${10 ** -power}` : "1"),
});
plane.box.classList.add("main-panel");
stage.shown.push(plane.spoken = { label: "", text: "" });

let quantity = data.shown, done = 0, total = 0, counted = 0;          // `done`: draws, to the last of which the crosses perhaps still move

// The seed of a task in a draw: the same in each run of the page (mulberry32).
function seedOf(draw, task) {
  let t = Math.imul(draw * tasks.length + tasks.indexOf(task) + 1, 0x6d2b79f5);
  t = Math.imul(t ^ (t >>> 15), t | 1);
  t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
  return Math.floor(((t ^ (t >>> 14)) >>> 0) / 2 ** 32 * data.seeds[task]);
}

const within = (figure, others) => Math.min(...others) <= figure && figure <= Math.max(...others);

// How many figures of a table lie outside the range of the seeds that it was not made from; without seeds, of the published table.
function outside(drawn) {
  return rows.filter(({ task, published, ours }) => (drawn
    ? !within(ours[drawn[task]], ours.filter((_, seed) => seed !== drawn[task]))
    : !within(published, ours))).length;
}
const drawing = (number) => Object.fromEntries(tasks.map((task) => [task, seedOf(number, task)]));

const median = (figures) => {
  const sorted = [...figures].sort((one, other) => one - other), half = sorted.length / 2;
  return half % 1 ? sorted[Math.floor(half)] : (sorted[half - 1] + sorted[half]) / 2;
};
const along = (figure, ours) => Math.max(-reach, Math.min(reach, Math.log10(figure / median(ours))));

function goTo(next) {
  done = next;
  while (counted < Math.ceil(done)) total += outside(drawing(++counted));
}

function draw() {
  const current = Math.ceil(done), moved = Math.min(1, (done - current + 1) * EVERY / MOVE);
  plane.axes(quantity);
  for (const row of rows.filter((one) => one.quantity === quantity)) {
    const y = -tasks.indexOf(row.task) + (row.model === models[0] ? 0.2 : -0.2);
    for (const figure of row.ours) plane.dot(along(figure, row.ours), y, 4.5, { colour: row.model, alpha: 0.55 });
    drawDiamond(along(row.published, row.ours), y);
    const place = (number) => along(number ? row.ours[seedOf(number, row.task)] : row.published, row.ours);
    if (current) drawCross(place(current - 1) + moved * (place(current) - place(current - 1)), y);
  }
  tasks.forEach((task, number) => plane.words(task, -reach, -number, { dx: -8, align: "right", base: "middle", size: 12, halo: false, fit: 96 }));
  models.forEach((model, i) => plane.words(data.labels[model], -reach, i ? -0.2 : 0.2, { dx: 6, base: "middle", size: 12, colour: model }));
  plane.spoken.text = current ? `draw ${current}: seeds ${tasks.map((task) => seedOf(current, task)).join(", ")}` : "";
  showPaper(`${outside(null)} of ${rows.length}`);
  showDraw(current ? `${outside(drawing(current))} of ${rows.length}` : "–");
  showMean(counted ? `${number(total / counted, 1)} over ${counted} draw${counted > 1 ? "s" : ""}` : "–");
}

function drawDiamond(x, y) {
  const { X, Y } = plane.scale(), corners = [[0, -7], [6, 0], [0, 7], [-6, 0]];
  plane.stroke(4, (i) => X(x) + corners[i][0], (i) => Y(y) + corners[i][1], { colour: "paper", fill: "ink", width: 1.5, close: true });
}

function drawCross(x, y) {
  const { X, Y } = plane.scale();
  for (const side of [1, -1]) {
    for (const [colour, width] of [["paper", 6], ["c3", 3]]) plane.line(X(x) - 7, Y(y) - 7 * side, X(x) + 7, Y(y) + 7 * side, { colour, width });
  }
}

stage.buttons({ reset: () => { done = total = counted = 0; } });
stage.button("draw once", () => { stage.play(false); goTo(Math.ceil(done) + 1); });
stage.choice({ label: "figure", value: quantity, options: data.quantities, change: (next) => { quantity = next; } });
const showPaper = stage.number({ label: "published figures outside our range", colour: "ink" });
const showDraw = stage.number({ label: "this draw's, outside the others'", colour: "c3" });
const showMean = stage.number({ label: "mean of the draws" });
stage.start({
  step: (seconds) => goTo(done + seconds / EVERY), draw,
  evaluate: {
    drawing: (number) => tasks.map((task) => seedOf(number, task)),
    outside: (seeds) => outside(seeds && Object.fromEntries(tasks.map((task, i) => [task, seeds[i]]))),
    along: ([figure, ...ours]) => along(figure, ours),
  },
});
