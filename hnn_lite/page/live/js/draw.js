// Drawing: a panel is a canvas that keeps itself sharp; a plane is a panel with axes, and with dots that can be taken hold of.
//
// Lengths are in CSS pixels. Colours are names of the style sheet's variables ("truth", "hnn", "grid", ...) or CSS colours.

const FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif";

// About `count` round numbers between two others.
function ticks(low, high, count = 4) {
  const rough = (high - low) / count, ten = 10 ** Math.floor(Math.log10(rough));
  const step = ten * [1, 2, 5, 10].find((factor) => factor * ten >= rough * 0.999);
  const found = [];
  for (let k = Math.ceil(low / step - 1e-9); k * step <= high + 1e-9 * step; k++) found.push(+(k * step).toPrecision(12));
  return found;
}

// A number as one writes it: a true minus sign, and none before zero.
function number(value, digits) {
  const text = digits === undefined ? String(value) : value.toFixed(digits);
  return text.replace(/^-(?=0\.?0*$)/, "").replace("-", "−");
}

// The values at equal distances, those at the ends left out, and between each two of the rest the mixture of the nearest four.
const doubled = (values, mix) => values.slice(1, -1).flatMap((value, k, inner) => (
  k < inner.length - 1 ? [value, mix(...values.slice(k, k + 4))] : [value]));

// Of a cubic through four equally distant values, the one in the middle.
const halfway = (a, b, c, d) => (9 * (b + c) - a - d) / 16;

class Panel {
  // label: what the picture shows, for a reader who does not see it. ratio: width over height. share: of the row's width.
  constructor(stage, { label, ratio = 1, share = 1, least = 220 }) {
    this.stage = stage;
    this.box = document.createElement("div");
    this.box.className = "panel";
    this.box.style.cssText = `flex: ${share} 1 ${share * least}px; aspect-ratio: ${ratio}`;
    this.canvas = this.box.appendChild(document.createElement("canvas"));
    this.canvas.setAttribute("role", "img");
    this.label = label;
    this.pen = this.canvas.getContext("2d");
    this.layers = new Map();
    this.width = this.height = 0;
  }

  set label(text) { this.canvas.setAttribute("aria-label", text); }

  // Fit the canvas to its box; true if that changed anything.
  fit() {
    const { clientWidth: width, clientHeight: height } = this.box, dots = Math.min(2, devicePixelRatio || 1);
    if (width === this.width && height === this.height && dots === this.dots) return false;
    Object.assign(this, { width, height, dots });
    this.canvas.width = Math.max(1, Math.round(width * dots));
    this.canvas.height = Math.max(1, Math.round(height * dots));
    this.layers.clear();
    return true;
  }

  // Begin a new picture.
  clear() {
    this.pen.setTransform(this.dots, 0, 0, this.dots, 0, 0);
    this.pen.clearRect(0, 0, this.width, this.height);
  }

  // What seldom changes: painted once for each key, size and theme, and then copied. `paint` draws with this panel as usual.
  layer(name, key, paint) {
    let kept = this.layers.get(name);
    if (!kept || kept.key !== key) {
      kept = { key, canvas: document.createElement("canvas") };
      kept.canvas.width = this.canvas.width;
      kept.canvas.height = this.canvas.height;
      const pen = this.pen;
      this.pen = kept.canvas.getContext("2d");
      this.pen.setTransform(this.dots, 0, 0, this.dots, 0, 0);
      paint();
      this.pen = pen;
      this.layers.set(name, kept);
    }
    this.pen.drawImage(kept.canvas, 0, 0, this.width, this.height);
  }

  colour(name) { return this.stage.colour(name); }

  // A line through count points, x(i) and y(i) in pixels. Points that are not finite break it.
  stroke(count, x, y, { colour = "ink", width = 1.8, dash = [], alpha = 1, fill, close } = {}) {
    const pen = this.pen;
    pen.beginPath();
    for (let i = 0, up = true; i < count; i++) {
      const X = x(i), Y = y(i);
      if (!(Math.abs(X) < 1e5 && Math.abs(Y) < 1e5)) up = true;
      else if (up) { pen.moveTo(X, Y); up = false; } else pen.lineTo(X, Y);
    }
    if (close) pen.closePath();
    pen.globalAlpha = alpha;
    if (fill) { pen.fillStyle = this.colour(fill); pen.fill(); }
    if (width) {
      pen.strokeStyle = this.colour(colour);
      pen.lineWidth = width;
      pen.lineJoin = "round";
      pen.lineCap = dash.length ? "butt" : "round";
      pen.setLineDash(dash);
      pen.stroke();
      pen.setLineDash([]);
    }
    pen.globalAlpha = 1;
  }

  line(x0, y0, x1, y1, style) { this.stroke(2, (i) => (i ? x1 : x0), (i) => (i ? y1 : y0), style); }

  disc(x, y, radius, { colour = "ink", ring, alpha = 1 } = {}) {
    if (!Number.isFinite(x + y)) return;
    this.pen.globalAlpha = alpha;
    this.pen.beginPath();
    this.pen.arc(x, y, radius, 0, 2 * Math.PI);
    this.pen.fillStyle = this.colour(colour);
    this.pen.fill();
    if (ring) { this.pen.lineWidth = 2; this.pen.strokeStyle = this.colour(ring); this.pen.stroke(); }
    this.pen.globalAlpha = 1;
  }

  // align: "left", "center" or "right"; base: "alphabetic", "middle", "top" or "bottom". A halo keeps words legible on curves.
  // "S_H" has an index. Words wider than `fit` are set smaller.
  text(words, x, y, { colour = "ink", size = 13, align = "left", base = "alphabetic", weight = 400, halo = true, fit = Infinity } = {}) {
    const pen = this.pen, [main, index] = words.split("_");
    if (index) {
      pen.font = `${weight} ${size}px ${FONT}`;
      const wide = pen.measureText(main).width, left = align === "center" ? x - wide * 0.75 : x;
      this.text(main, left, y, { colour, size, base, weight, halo });
      this.text(index, left + wide, y + size * 0.3, { colour, size: size * 0.75, base, weight, halo: false });
      return;
    }
    pen.font = `${weight} ${size}px ${FONT}`;
    const wide = pen.measureText(words).width;
    if (wide > fit) pen.font = `${weight} ${size * fit / wide}px ${FONT}`;
    pen.textAlign = align;
    pen.textBaseline = base;
    if (halo) {
      pen.strokeStyle = this.colour("paper");
      pen.lineWidth = 4;
      pen.lineJoin = "round";
      pen.strokeText(words, x, y);
    }
    pen.fillStyle = this.colour(colour);
    pen.fillText(words, x, y);
  }
}

class Plane extends Panel {
  // x, y: [from, to]. equal: one unit is as long upwards as to the right (the range of x then follows from the width). xname, yname:
  // how a round number of an axis is written.
  constructor(stage, { x, y, xlabel = "", ylabel = "", equal = false, margin = {}, xticks = 5, yticks = 4, xname = number, yname = number, ...panel }) {
    super(stage, panel);
    this.margin = { left: 38, right: 14, top: 24, bottom: 34, ...margin };
    Object.assign(this, { range: { x, y }, xlabel, ylabel, equal, xticks, yticks, xname, yname });
    this.handles = [];
    this.canvas.addEventListener("pointerdown", (event) => this.grab(event));
  }

  // New ranges or labels.
  change({ x = this.range.x, y = this.range.y, xlabel = this.xlabel, ylabel = this.ylabel }) {
    Object.assign(this, { range: { x, y }, xlabel, ylabel });
    this.layers.clear();
  }

  // Where the axes reach from and to, in units.
  get reach() {
    if (!this.equal) return this.range;
    const { left, right, top, bottom } = this.margin, { x, y } = this.range;
    const unit = Math.min((this.width - left - right) / (x[1] - x[0]), (this.height - top - bottom) / (y[1] - y[0]));
    const spread = ([low, high], pixels) => [(low + high) / 2 - pixels / unit / 2, (low + high) / 2 + pixels / unit / 2];
    return { x: spread(x, this.width - left - right), y: spread(y, this.height - top - bottom) };
  }

  // Functions from units to pixels, for many points at once.
  scale() {
    const { left, right, top, bottom } = this.margin, { x, y } = this.reach;
    const across = (this.width - left - right) / (x[1] - x[0]), up = (this.height - top - bottom) / (y[1] - y[0]);
    return { X: (value) => left + (value - x[0]) * across, Y: (value) => this.height - bottom - (value - y[0]) * up, across, up };
  }

  // From pixels to units.
  units(X, Y) {
    const { left, bottom } = this.margin, { x, y } = this.reach, { across, up } = this.scale();
    return [x[0] + (X - left) / across, y[0] + (this.height - bottom - Y) / up];
  }

  // Axes: a frame of two thin lines, round numbers, the names with their units at the ends. `under` draws beneath, in the clip.
  axes(key = "", under) {
    this.layer("axes", key, () => {
      const { left, right, top, bottom } = this.margin, { x, y } = this.reach, { X, Y } = this.scale();
      if (under) this.inside(under);
      const foot = this.height - bottom;
      this.line(left, foot, this.width - right, foot, { colour: "line", width: 1 });
      this.line(left, top, left, foot, { colour: "line", width: 1 });
      for (const value of ticks(...x, Math.min(this.xticks, (this.width - left - right) / 45))) {
        this.line(X(value), foot, X(value), foot + 4, { colour: "line", width: 1 });
        this.text(this.xname(value), X(value), foot + 6, { colour: "muted", size: 12, align: "center", base: "top", halo: false });
      }
      for (const value of ticks(...y, Math.min(this.yticks, (foot - top) / 26))) {
        this.line(left - 4, Y(value), left, Y(value), { colour: "line", width: 1 });
        this.text(this.yname(value), left - 7, Y(value), { colour: "muted", size: 12, align: "right", base: "middle", halo: false });
      }
      const quiet = { colour: "muted", size: 12, halo: false };
      this.text(this.xlabel, this.width - right, this.height - 2, { ...quiet, align: "right", base: "bottom" });
      this.text(this.ylabel, 2, 3, { ...quiet, base: "top" });
    });
  }

  // Draw within the axes only.
  inside(paint) {
    const { left, right, top, bottom } = this.margin;
    this.pen.save();
    this.pen.beginPath();
    this.pen.rect(left, top, this.width - left - right, this.height - top - bottom);
    this.pen.clip();
    paint();
    this.pen.restore();
  }

  // A line through count points, x(i) and y(i) in units.
  curve(count, x, y, style) {
    const { X, Y } = this.scale();
    this.stroke(count, (i) => X(x(i)), (i) => Y(y(i)), style);
  }

  // The last part of a path, fading backwards in a few strokes.
  trail(count, x, y, style, length = 240, parts = 6) {
    const first = Math.max(0, count - length), size = Math.ceil((count - first) / parts);
    for (let part = 0; part < parts; part++) {
      const begin = first + part * size, end = Math.min(count, begin + size + 1);
      if (end - begin > 1) this.curve(end - begin, (i) => x(begin + i), (i) => y(begin + i), { ...style, alpha: (part + 1) / parts });
    }
  }

  dot(x, y, radius, style) {
    const { X, Y } = this.scale();
    this.disc(X(x), Y(y), radius, style);
  }

  // Many dots, painted once for each key, size and theme, and new ones onto the old. series: a list of {dots, colour}, dots a list of
  // [x, y] in units; `drawn`, how many of them have been painted, is kept in it.
  scatter(name, key, series) {
    const { X, Y } = this.scale(), size = Math.max(1.7, Math.min(2.6, this.width / 300));
    const paint = () => {
      for (const one of series) {
        this.pen.fillStyle = this.colour(one.colour);
        for (; one.drawn < one.dots.length; one.drawn++) {
          const [x, y] = one.dots[one.drawn];
          this.pen.fillRect(X(x) - size / 2, Y(y) - size / 2, size, size);
        }
      }
    };
    const kept = this.layers.get(name);
    if (kept && kept.key === key) {
      const pen = this.pen;
      this.pen = kept.canvas.getContext("2d");
      paint();
      this.pen = pen;
    } else for (const one of series) one.drawn = 0;
    this.layer(name, key, paint);
  }

  // Words at a place in units, moved by pixels.
  words(text, x, y, { dx = 0, dy = 0, ...style } = {}) {
    const { X, Y } = this.scale();
    this.text(text, X(x) + dx, Y(y) + dy, style);
  }

  // Curves of equal value of f, a function of [x, y]: marching squares on a grid of cells about `cell` pixels wide. A learned f takes
  // longer than the drawing, so it is asked at every other corner only.
  contours(f, levels, style, cell = 6) {
    const { x, y } = this.reach, [columns, rows] = [this.width, this.height].map((size) => 2 * Math.ceil(size / cell / 2));
    const at = (range, share) => range[0] + share * (range[1] - range[0]);
    const places = (range, count) => Array.from({ length: count / 2 + 3 }, (_, k) => at(range, (2 * k - 2) / count));
    const asked = places(y, rows).map((v) => doubled(places(x, columns).map((u) => f([u, v])), halfway));
    const grid = doubled(asked, (...four) => four[0].map((_, c) => halfway(...four.map((row) => row[c]))));
    const { X, Y } = this.scale(), pen = this.pen;
    pen.beginPath();
    for (const level of levels) {
      for (let r = 0; r < rows; r++) {
        const low = grid[r], high = grid[r + 1];
        for (let c = 0; c < columns; c++) {
          const below = low[c] < level;          // most cells lie on one side
          if (below === low[c + 1] < level && below === high[c] < level && below === high[c + 1] < level) continue;
          const corners = [[c, r], [c + 1, r], [c + 1, r + 1], [c, r + 1]], cut = [];
          corners.forEach(([i, j], k) => {
            const [m, n] = corners[(k + 1) % 4], here = grid[j][i] - level, there = grid[n][m] - level;
            if ((here < 0) !== (there < 0)) {
              const share = here / (here - there);
              cut.push([X(at(x, (i + share * (m - i)) / columns)), Y(at(y, (j + share * (n - j)) / rows))]);
            }
          });
          for (let k = 0; k + 1 < cut.length; k += 2) { pen.moveTo(...cut[k]); pen.lineTo(...cut[k + 1]); }
        }
      }
    }
    pen.strokeStyle = this.colour(style.colour || "grid");
    pen.lineWidth = style.width || 1;
    pen.stroke();
  }
}
