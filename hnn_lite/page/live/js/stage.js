// Words into an element, "S_H" with an index.
function write(element, words) {
  const index = (letter) => Object.assign(document.createElement("sub"), { textContent: letter });
  element.replaceChildren(...words.split(/_(\w)/).map((part, i) => (i % 2 ? index(part) : part)));
}

// The stage: where a figure's panels, controls and numbers stand, the clock that moves it, and the theme's colours.
//
//   const stage = new Stage();
//   const plane = stage.plane({ label: "...", x: [-1, 1], y: [-1, 1], xlabel: "...", ylabel: "..." });
//   const energy = stage.number({ label: "energy" });
//   stage.buttons({ reset: () => {...} });
//   const time = stage.time({ end: 60, known: () => path.seconds, ... });
//   stage.start({ work(deadline) {...}, draw() {...}, evaluate: {...} });
//
// `work` computes ahead until the deadline and says whether something is left; `draw` draws everything as it is at `time.now`. A motion
// without an end has no `time` but a `step(seconds)`, which moves it on by so many seconds of the clock. After a change call
// `stage.touch()`. `evaluate` holds functions of one point, by name, for the tests.

// The time of a motion that has an end. The reader asks for a time (`wanted`); shown is that time, or the last one up to which
// everything has been computed (`now`): whatever a picture and its numbers show, they show of one time.
class Time {
  constructor(stage, { end, at = 0, rate = 1, step = 0.1, format = (t) => `${t.toFixed(1)} s`, known = () => end }) {
    Object.assign(this, { end, rate, known, wanted: at });
    this.slider = stage.slider({
      label: "time", min: 0, max: end, step, value: at, format: () => format(this.now),
      change: (t) => { stage.play(false); this.wanted = t; },
    });
  }

  get now() { return Math.min(this.wanted, this.known()); }

  get over() { return this.wanted >= this.end - 1e-9; }

  // So many seconds of the clock later; what is not yet known is waited for.
  advance(seconds) {
    if (this.wanted <= this.known()) this.wanted = Math.min(this.end, this.known(), this.wanted + this.rate * seconds);
  }

  show() { this.slider.value = this.wanted; }
}

class Stage {
  constructor() {
    const make = (name, tag = "div") => {
      const element = document.body.appendChild(document.createElement(tag));
      element.className = name;
      return element;
    };
    this.area = make("panels");
    this.numbers = make("numbers");
    this.controls = make("controls");
    this.status = make("spoken");
    this.status.setAttribute("role", "status");           // polite: spoken when the figure has come to rest
    this.panels = [];
    this.shown = [];
    this.colours = {};
    this.frames = 0;
    this.playing = this.asked = false;
    this.seen = true;
    this.held = null;
    this.calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  }

  // --- what stands on it

  panel(options) { return this.place(new Panel(this, options), options.into); }

  plane(options) { return this.place(new Plane(this, options), options.into); }

  // A low panel as wide as the figure, for pictures.js's drawStrip.
  strip(count) {
    const panel = this.panel({ label: "the systems side by side", ratio: 5, share: 3 });
    panel.box.classList.add(count > 3 ? "two-rows" : "one-row");
    this.shown.push(panel.spoken = { label: "", text: "" });
    return panel;
  }

  // Panels one below the other: an element for a panel's option `into`.
  column(share, least = 220) {
    const column = this.area.appendChild(document.createElement("div"));
    column.className = "column";
    column.style.flex = `${share} 1 ${share * least}px`;
    return column;
  }

  place(panel, into = this.area) {
    into.append(panel.box);
    this.panels.push(panel);
    return panel;
  }

  // A number under the panels. Returns a function that sets its text; with no text, the number hides.
  number({ label, colour }) {
    const element = this.numbers.appendChild(document.createElement("div")), name = element.appendChild(document.createElement("span"));
    name.textContent = label;
    if (colour) name.style.setProperty("--own", `var(--${colour})`);
    const value = element.appendChild(document.createElement("b"));
    const item = { label, text: "" };
    element.hidden = true;
    this.shown.push(item);
    return (text) => {
      if (text === item.text) return;
      item.text = text;
      element.hidden = !text;
      value.textContent = text;
    };
  }

  button(label, action) {
    const button = this.controls.appendChild(document.createElement("button"));
    button.type = "button";
    button.textContent = label;
    button.onclick = () => { action(); this.touch(); };
    return button;
  }

  // The buttons "play" and "start again".
  buttons({ reset }) {
    this.toggle = this.button("play", () => this.play(!this.playing));
    this.toggle.classList.add("play");
    this.button("start again", () => { this.play(false); reset(); });
  }

  // A slider. `format` says its value in words; `change` hears of it. Returns an object with `value`, to read or to set.
  slider({ label, min, max, step, value, format = String, change }) {
    const box = this.controls.appendChild(document.createElement("label"));
    box.className = "slider";
    box.append(Object.assign(document.createElement("span"), { textContent: label }));
    const input = box.appendChild(Object.assign(document.createElement("input"), { type: "range", min, max, step, value }));
    const output = box.appendChild(document.createElement("output"));
    const show = () => {
      const words = format(+input.value);
      if (words === output.textContent) return;
      output.textContent = words;
      input.setAttribute("aria-valuetext", words);
    };
    input.oninput = () => { show(); change(+input.value); this.touch(); };
    show();
    return { input, get value() { return +input.value; }, set value(next) { input.value = next; show(); } };
  }

  // The slider of a motion's time; see Time.
  time(options) { return this.clock = new Time(this, options); }

  // One of several: options is a list of [value, words].
  choice({ label, options, value, change }) {
    const box = this.controls.appendChild(document.createElement("fieldset"));
    box.append(Object.assign(document.createElement("legend"), { textContent: label }));
    for (const [option, words] of options) {
      const item = box.appendChild(document.createElement("label"));
      const input = item.appendChild(document.createElement("input"));
      Object.assign(input, { type: "radio", name: label, value: option, checked: option === value });
      write(item.appendChild(document.createElement("span")), words);
      input.onchange = () => { change(option); this.touch(); };
    }
    return box;
  }

  // --- how it looks

  colour(name) {
    if (!(name in this.colours)) {
      this.colours[name] = getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim() || name;
    }
    return this.colours[name];
  }

  // Fit all canvases to their boxes, and draw if anything has changed.
  fit() {
    if (this.panels.map((panel) => panel.fit()).some(Boolean)) this.frame(performance.now());
  }

  // --- the clock

  start({ step, work, draw, evaluate = {} }) {
    Object.assign(this, { step, work, draw });
    new ResizeObserver(() => this.fit()).observe(this.area);
    new MutationObserver(() => {
      this.colours = {};
      for (const panel of this.panels) panel.layers.clear();
      this.touch();
    }).observe(document.documentElement, { attributes: true });
    new IntersectionObserver((entries) => {
      this.seen = entries[entries.length - 1].isIntersecting;
      if (this.seen) this.touch();
    }).observe(document.body);
    document.addEventListener("keydown", (event) => {
      if (event.key !== " " || !this.toggle || event.target.closest("button, input[type=radio]")) return;
      event.preventDefault();
      if (!event.repeat) this.play(!this.playing);
    });
    this.fit();
    if (!this.frames) this.frame(performance.now());
    window.figure = {
      stage: this, names: Object.keys(evaluate),
      evaluate: (name, points) => points.map((point) => evaluate[name](point)),
    };
  }

  // Something has changed: draw when the browser next paints.
  touch() {
    if (this.asked || !this.draw) return;
    this.asked = true;
    requestAnimationFrame((now) => { this.asked = false; this.frame(now); });
  }

  play(on) {
    if (on && this.clock && this.clock.over) this.clock.wanted = 0;          // from the beginning
    this.playing = on;
    this.last = null;
    if (this.toggle) this.toggle.textContent = on ? "pause" : "play";
    this.touch();
  }

  // What follows when a dot is let go: motion, unless the reader has asked for none.
  go() { if (!this.calm) this.play(true); }

  frame(now) {
    if (!this.seen || !this.area.clientWidth) return;          // out of sight, or hidden behind the still for printing
    const begin = performance.now();
    if (this.playing && !this.held) {
      if (this.last !== null) this.move(Math.max(0, Math.min(0.1, (now - this.last) / 1000)));          // a browser may give a late frame an earlier time
      this.last = now;
    } else this.last = null;
    const more = this.work ? this.work(begin + (this.playing || this.held ? 7 : 25)) : false;          // at rest there is time to compute
    for (const panel of this.panels) panel.clear();
    this.draw();
    if (this.clock) this.clock.show();
    for (const panel of this.panels) for (const handle of panel.handles || []) handle.place();
    this.frames++;
    if (this.playing || more) this.touch(); else this.speak();
  }

  // So many seconds later.
  move(seconds) {
    if (this.step) this.step(seconds);
    if (!this.clock) return;
    this.clock.advance(seconds);
    if (this.clock.over) this.play(false);
  }

  // The numbers, for a screen reader: only once nothing has moved for a while.
  speak() {
    clearTimeout(this.waiting);
    this.waiting = setTimeout(() => {
      const words = this.shown.filter((item) => item.text).map((item) => `${item.label} ${item.text}`.trim()).join("; ");
      if (words !== this.status.textContent) this.status.textContent = words;
    }, 700);
  }
}
