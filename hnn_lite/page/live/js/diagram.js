// A diagram of a network. Its boxes are radio buttons, of which one is chosen: by pointing, by a tap, or with Tab and the arrow keys. The
// chosen part's equation and a sentence stand beside the diagram, and its lines of code are lit.

const SVG = "http://www.w3.org/2000/svg";

function make(tag, parent, attributes = {}, space = null) {
  const element = parent.appendChild(space ? document.createElementNS(space, tag) : document.createElement(tag));
  for (const name in attributes) element.setAttribute(name, attributes[name]);
  return element;
}
const drawn = (tag, parent, attributes) => make(tag, parent, attributes, SVG);

// Words with italics, *x*, and indices, _q: as HTML, or in an SVG text.
function write(element, words, svg = false) {
  let low = false;
  for (const [, italic, index, plain] of words.matchAll(/\*([^*]+)\*|_(\S)|([^*_]+)/gu)) {
    const part = svg ? drawn("tspan", element) : make(italic ? "i" : index ? "sub" : "span", element);
    part.textContent = italic || index || plain;
    if (!svg) continue;
    if (italic) part.setAttribute("class", "italic");
    if (index) part.setAttribute("font-size", "75%");
    if (low || index) part.setAttribute("dy", index ? 4 : -4);
    low = Boolean(index);
  }
}

const plainly = (words) => words.replace(/[*_]/g, "");

const headroom = data.heads.length ? 28 : 4;          // room over the first row
const whole = make("div", document.body, { class: "whole" });
const svg = drawn("svg", whole, { viewBox: `0 ${-headroom} 312 ${headroom + data.pitch * data.rows - 8}`, role: "radiogroup", "aria-label": "the parts of the networks" });
const words = make("div", whole, { class: "words" }), notes = make("div", words, { class: "notes" }), code = make("div", words, { class: "code" });

for (const [x, name, colour] of data.heads) drawn("text", svg, { x, y: -11, class: "head", style: `--own: var(--${colour})` }).textContent = name;

for (const [from, to] of data.arrows) {
  const [[x, y], [u, v]] = ends(data.boxes[from], data.boxes[to]), long = Math.hypot(u - x, v - y), a = (u - x) / long, b = (v - y) / long;
  drawn("path", svg, { d: `M ${x} ${y} L ${u - 5 * a} ${v - 5 * b}` });
  drawn("path", svg, { class: "tip", d: `M ${u} ${v} l ${-8 * a - 4 * b} ${-8 * b + 4 * a} l ${8 * b} ${-8 * a} z` });
}

// Where an arrow begins and ends: sideways in a row, else straight up or down.
function ends(one, other) {
  const above = ({ row }) => data.pitch * row, middle = above(one) + data.high / 2;
  if (one.row === other.row) {
    const side = other.x > one.x ? 0.5 : -0.5;
    return [[one.x + side * one.width, middle], [other.x - side * other.width, middle]];
  }
  const x = Math.abs(other.x - one.x) < one.width / 2 ? other.x : one.x, down = other.row > one.row;
  return [[x, above(one) + (down ? data.high : 0)], [x, above(other) + (down ? 0 : data.high)]];
}

const parts = data.boxes.map(({ key, x, row, label, colour, width, dashed }, number) => {
  const part = drawn("g", svg, { class: "part", role: "radio", "aria-label": `${plainly(label)}. ${plainly(data.notes[key][1])}` });
  const box = { x: x - width / 2, y: data.pitch * row, width, height: data.high, rx: 7 };
  drawn("rect", part, { ...box, class: dashed ? "box dashed" : "box", style: `--own: var(--${colour})` });
  drawn("rect", part, { ...box, class: "ring", x: box.x - 4, y: box.y - 4, width: width + 8, height: data.high + 8, rx: 10 });
  write(drawn("text", part, { x, y: box.y + data.high / 2 + 5 }), label, true);
  part.onpointerenter = part.onclick = part.onfocus = () => choose(number);
  part.onkeydown = (event) => {
    const move = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[event.key];
    if (!move) return;
    event.preventDefault();
    parts[(number + move + parts.length) % parts.length].focus();
  };
  return part;
});

const said = Object.entries(data.notes).map(([key, [equation, sentence]]) => {
  const note = make("div", notes);
  write(make("p", note, { class: "equation" }), equation);
  write(make("p", note), sentence);
  return [key, note];
});

const lines = data.code.map(([line, keys]) => {
  const one = make("div", code), own = keys.split(" ").filter(Boolean);
  one.textContent = line;
  if (own.length) {
    one.classList.add("has");
    one.onpointerenter = one.onclick = () => { if (!own.includes(data.boxes[chosen].key)) choose(data.boxes.findIndex(({ key }) => key === own[0])); };
  }
  return [own, one];
});

let chosen;
function choose(number) {
  chosen = number;
  const { key } = data.boxes[number];
  parts.forEach((part, i) => {
    part.classList.toggle("lit", data.boxes[i].key === key);
    part.setAttribute("aria-checked", i === number);
    part.setAttribute("tabindex", i === number ? 0 : -1);
  });
  for (const [one, note] of said) note.classList.toggle("lit", one === key);
  for (const [own, line] of lines) line.classList.toggle("lit", own.includes(key));
}

choose(data.boxes.findIndex(({ key }) => key === data.first));
window.figure = { get key() { return data.boxes[chosen].key; } };
