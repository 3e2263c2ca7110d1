// Films that play together, each on a screen of its own, and below them a curve for each with a mark at the frame that is shown.
//
// All frames of a film lie side by side in one picture (sheet in film.py), which says how much ink there is, not which.

const { side, columns, count, dt, films, curves, label } = data;
const stage = new Stage();
const cell = document.createElement("canvas");
cell.width = cell.height = side;

const screens = films.map(({ name, colour, sheet }) => {
  const image = new Image(), panel = stage.panel({ label: `film: ${name}`, ratio: 0.88, share: 1, least: 80 });
  panel.box.style.maxWidth = "220px";
  image.onload = () => stage.touch();
  image.src = sheet;
  return { panel, image, name, colour };
});

const values = curves.map(({ numbers }) => numbers.map((value) => (value === null ? NaN : value)));
const finite = values.flat().filter(Number.isFinite), range = [Math.min(0, ...finite), 1.05 * Math.max(1e-9, ...finite)];
const chart = curves.length && stage.plane({
  label: `${label} of each film over time`, ratio: 4.4, share: 3, least: 200, margin: { left: 46 },
  x: [0, dt * Math.max(1, count - 1)], y: range, xlabel: "time in the film (s)", ylabel: label,
});
if (chart) chart.box.style.minHeight = "150px";

const frame = () => Math.min(count - 1, Math.floor(time.now / dt + 1e-6));

// One frame, in the colour of the film.
function drawFrame({ panel, image, name, colour }) {
  const pen = cell.getContext("2d"), size = Math.min(panel.width, panel.height - 24), x = (panel.width - size) / 2;
  if (!image.complete) return;
  pen.globalCompositeOperation = "copy";
  pen.drawImage(image, frame() % columns * side, Math.floor(frame() / columns) * side, side, side, 0, 0, side, side);
  pen.globalCompositeOperation = "source-in";
  pen.fillStyle = panel.colour(colour);
  pen.fillRect(0, 0, side, side);
  panel.pen.imageSmoothingEnabled = false;
  panel.pen.fillStyle = panel.colour("paper");
  panel.pen.fillRect(x, 0, size, size);
  panel.pen.drawImage(cell, x, 0, size, size);
  panel.stroke(4, (i) => x + (i % 3 ? size : 0), (i) => (i > 1 ? size : 1), { colour: "line", width: 2, close: true });
  panel.text(name, panel.width / 2, size + 5, { colour, align: "center", base: "top", weight: 600, halo: false, fit: panel.width });
}

function draw() {
  screens.forEach(drawFrame);
  if (!chart) return;
  chart.axes();
  chart.inside(() => {
    chart.curve(2, () => frame() * dt, (i) => range[i], { colour: "muted", width: 1 });
    curves.forEach(({ colour }, number) => {
      chart.curve(count, (i) => i * dt, (i) => values[number][i], { colour, width: 1.8, dash: colour === "truth" ? [5, 3] : [] });
      chart.dot(frame() * dt, values[number][frame()], 3.5, { colour });
    });
  });
}

stage.buttons({ reset: () => { time.wanted = 0; } });
const time = stage.time({ end: dt * (count - 1), step: dt, format: (t) => `${t.toFixed(2)} s` });
stage.start({ draw, evaluate: { ready: () => screens.every(({ image }) => image.complete), frame } });
