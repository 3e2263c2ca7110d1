// Pictures of the systems themselves, on a panel; places and lengths in pixels.

// A pendulum that hangs from (x, y): the angle counts from hanging, to the right.
function drawPendulum(panel, x, y, length, angle, { colour = "ink", width = 2, bob = 7, alpha = 1 } = {}) {
  const endX = x + length * Math.sin(angle), endY = y + length * Math.cos(angle);
  panel.line(x, y, endX, endY, { colour, width, alpha });
  if (bob) panel.disc(endX, endY, bob, { colour, alpha });
}

// A spring from (x0, y) to a weight at (x1, y).
function drawSpring(panel, x0, x1, y, { colour = "ink", width = 1.5, size = 18, alpha = 1, coils = 9 } = {}) {
  const from = x0 + 6, to = x1 - size / 2 - 4, steps = 24 * coils;
  const bend = (i) => (i < 12 || i > steps - 12 ? 0 : 7 * Math.sin(2 * Math.PI * (i - 12) / 24));
  panel.line(x0, y, from, y, { colour, width, alpha });
  panel.stroke(steps + 1, (i) => from + (to - from) * i / steps, (i) => y + bend(i), { colour, width, alpha });
  panel.line(to, y, x1 - size / 2, y, { colour, width, alpha });
  drawWeight(panel, x1, y, { colour, size, alpha });
}

function drawWeight(panel, x, y, { colour = "ink", size = 18, alpha = 1 } = {}) {
  const box = [[-1, -1], [1, -1], [1, 1], [-1, 1]];
  panel.stroke(4, (i) => x + box[i][0] * size / 2, (i) => y + box[i][1] * size / 2, { fill: colour, colour, width: 1, alpha, close: true });
}

// An arrow from (x, y) by (dx, dy), with a name at its tip.
function drawArrow(panel, x, y, dx, dy, { colour = "ink", width = 2, name } = {}) {
  const length = Math.hypot(dx, dy);
  if (length < 2) return;
  const u = dx / length, v = dy / length, head = Math.min(8, length / 2), tip = [x + dx, y + dy];
  panel.line(x, y, tip[0] - u * head, tip[1] - v * head, { colour, width });
  const corner = (side) => [tip[0] - u * head - side * v * head / 2, tip[1] - v * head + side * u * head / 2];
  const points = [tip, corner(1), corner(-1)];
  panel.stroke(3, (i) => points[i][0], (i) => points[i][1], { fill: colour, colour, width: 1, close: true });
  if (name) panel.text(name, tip[0] + 13 * u, tip[1] + 13 * v, { colour, align: "center", base: "middle", weight: 600 });
}

// The last part of a path in a plane whose angle goes round: it is broken where it leaves on one side and comes in on the other.
function drawRound(plane, count, at, style, length) {
  const jump = (i) => i > 0 && Math.abs(at(i)[0] - at(i - 1)[0]) > Math.PI;
  plane.trail(count, (i) => (jump(i) ? NaN : at(i)[0]), (i) => at(i)[1], style, length);
}

// How the systems' planes look: ranges and names of the axes, where a motion begins, which energies have a contour.
const VIEWS = {
  "mass-spring": {
    x: [-1.6, 1.6], y: [-1.6, 1.6], xlabel: "position q (m)", ylabel: "momentum p (kg m/s)", place: "position", unit: ["m", "kg m/s"],
    start: [0.7, 0.35], spot: 0.28, levels: [1, 2, 3, 4, 5, 6, 7, 8].map((k) => (k / 5) ** 2),
  },
  pendulum: {
    x: [-3.5, 3.5], y: [-3.2, 3.2], xlabel: "angle q (rad)", ylabel: "momentum p (kg m²/s)", place: "angle", unit: ["rad", "kg m²/s"],
    start: [1.5, 0.8], spot: 0.5, levels: [0.25, 1, 2, 3, 4, 5, 7.5, 9.5],
  },
};

// A state in words, for a screen reader.
const inWords = (view) => ([q, p]) => `${view.place} ${number(q, 2)} ${view.unit[0]}, momentum ${number(p, 2)} ${view.unit[1]}`;

// The system in a panel of its own: one state in full, others as ghosts behind it. shades: [state, style].
function drawSystem(panel, name, shades) {
  if (name === "pendulum") {
    const length = Math.min(panel.width / 2, panel.height / 2) - 14, x = panel.width / 2, y = panel.height / 2;
    for (const [state, style] of shades) drawPendulum(panel, x, y, length, state[0], style);
    panel.disc(x, y, 3.5, { colour: "muted" });
  } else {
    const x = panel.width / 2, y = panel.height / 2, unit = (panel.width / 2 - 22) / 1.6;
    panel.line(8, y - 26, 8, y + 26, { colour: "muted", width: 2 });
    panel.line(x, y + 20, x, y + 28, { colour: "line", width: 1 });
    for (const [state, style] of shades) {
      if (style.ghost) drawWeight(panel, x + unit * state[0], y, style); else drawSpring(panel, 8, x + unit * state[0], y, style);
    }
  }
}

// Several of the same system side by side, each with its name and some words; in two rows where five or six have little room.
// items: {name, colour, state, words}, and `also`, a second state beside it.
function drawStrip(panel, system, items) {
  const rows = items.length > 3 && panel.width < 480 ? 2 : 1, columns = Math.ceil(items.length / rows);
  const cell = panel.width / columns, high = panel.height / rows;
  panel.spoken.text = panel.label = items.map(({ name, words }) => `${name}: ${words}`).join("; ");
  items.forEach(({ name, colour, state, also, words }, place) => {
    const x = (place % columns + 0.5) * cell, y = Math.floor(place / columns) * high, middle = y + (high - 44) / 2;
    if (system === "pendulum") {
      const length = Math.min(cell / 2, (high - 44) / 2) - 8;
      if (also && Number.isFinite(also[0])) drawPendulum(panel, x, middle, length, also[0], { colour, bob: 6, alpha: 0.4 });
      if (Number.isFinite(state[0])) drawPendulum(panel, x, middle, length, state[0], { colour, bob: 6 });
      panel.disc(x, middle, 3, { colour: "muted" });
    } else if (Number.isFinite(state[0])) {
      panel.line(x - cell * 0.42, middle - 16, x - cell * 0.42, middle + 16, { colour: "muted", width: 2 });
      drawSpring(panel, x - cell * 0.42, x + cell * 0.26 * Math.max(-1.5, Math.min(1.5, state[0])), middle, { colour, size: 14, coils: 7 });
    }
    panel.text(name, x, y + high - 31, { align: "center", base: "middle", size: 13, halo: false, fit: cell - 6 });
    panel.line(x - 22, y + high - 20, x + 22, y + high - 20, { colour, width: 3 });
    panel.text(words, x, y + high - 15, { align: "center", base: "top", size: 12, colour: "muted", halo: false, fit: cell - 6 });
  });
}
