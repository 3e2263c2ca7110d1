// Henon and Heiles's star: the plane x = 0, a dot for each time that a star comes through it, and the star itself beside it.
//
// A state is (x, y, p_x, p_y). All stars have the same energy, so that a dot (y, p_y) is a whole state: p_x > 0 follows. So a dot
// that is pointed at gives the path that begins there, and a place of a path gives the dot at which it comes through next.

const DT = 0.1, MOST = 12, DOTS = 4000;        // step; stars at most, dots of each at most
const AT_ONCE = 300, IN_SWEEP = 120;           // dots that are computed before anything moves, and at each energy of a sweep
const STEP = 0.02, SWEEP = 12;                // the energy's slider, in 1/24; seconds of a sweep
const RETURN = 1000;                           // steps in which a path comes through the plane again, at most
const APART = 1e-9;                            // how far away the twin starts
const INKS = ["c0", "c1", "c2", "c3", "c4", "c5", "#8a63d2", "#a8742a", "#d14d5e", "#5a9a3c"];
const LEVELS = [1 / 24, 1 / 12, 1 / 8, 1 / 6];

const law = lawOf(
  ([x, y, u, v]) => (u * u + v * v + x * x + y * y) / 2 + x * x * y - y ** 3 / 3,
  ([x, y, u, v]) => [x + 2 * x * y, y + x * x - y * y, u, v]);

// The step of yoshida4 with the forces written out, in place: a thousand stars' worth of steps in a frame.
const SHARES = [OUTER, 1 - 2 * OUTER, OUTER].map((share) => share * DT);
function go(z) {
  let [x, y, u, v] = z;
  for (const dt of SHARES) {
    u -= dt / 2 * (x + 2 * x * y); v -= dt / 2 * (y + x * x - y * y);
    x += dt * u; y += dt * v;
    u -= dt / 2 * (x + 2 * x * y); v -= dt / 2 * (y + x * x - y * y);
  }
  z[0] = x; z[1] = y; z[2] = u; z[3] = v;
}

// The state on the plane x = 0 just after z: one step of rk4 with x as the clock.
function land(z) {
  const slope = (y) => { const v = law.field(y); return v.map((part) => part / v[0]); };
  return rk4(slope, z, -z[0]);
}

// Where the energy lets a star be on the y axis, and the largest p_y at a place there.
function edges(energy) {
  const root = (outside) => {
    let inside = 0;
    for (let k = 0; k < 60; k++) {
      const middle = (inside + outside) / 2;
      if (middle ** 2 / 2 - middle ** 3 / 3 < energy) inside = middle; else outside = middle;
    }
    return inside;
  };
  return [root(-0.5), root(1)];
}
const largest = (y, energy) => Math.sqrt(Math.max(0, 2 * (energy - y ** 2 / 2 + y ** 3 / 3)));

// A place (y, p_y) as shares of what the energy allows, and back: shares stay when the energy changes.
const toPlace = ([share, height]) => {
  const y = reach[0] + share * (reach[1] - reach[0]);
  return [y, height * largest(y, energy)];
};
const toShares = ([y, p]) => {
  const share = Math.max(0.01, Math.min(0.99, (y - reach[0]) / (reach[1] - reach[0]))), most = largest(toPlace([share, 0])[0], energy);
  return [share, Math.max(-0.98, Math.min(0.98, p / most))];
};
const toState = ([y, p]) => [0, y, Math.sqrt(Math.max(0, largest(y, energy) ** 2 - p * p)), p];

const stage = new Stage();
const plane = stage.plane({
  label: "Poincaré section: the plane of y and its momentum, where x is zero, with dots of each star", ratio: 1.3, share: 1.5,
  x: [-1, 1], y: [-1, 1], xlabel: "y, where x = 0", ylabel: "momentum p of y", yticks: 5,
});
const room = stage.plane({
  label: "the star's path in the plane of x and y, among curves of equal potential", ratio: 0.86, share: 1,
  x: [-0.95, 0.95], y: [-0.56, 1.06], xlabel: "x", ylabel: "y", equal: true,
});

let energy = data.energy, reach = edges(energy), stars = [], owed = 0, speed = 100, picture = 0, letGo = -Infinity, inks = 0;
let lit = null, lights = 0;                    // what is pointed at: a star, and perhaps { dot, way, next }, the path to its next dot
let aim = energy;                              // of a sweep; the slider, and all that is shown, follow in its own steps

// A star that begins at these shares; `count` of its dots are computed at once.
function begin(shares, count, ink = inks++ % INKS.length) {
  const z = toState(toPlace(shares));
  return { shares, ink, colour: INKS[ink], z, twin: z.map((part, i) => part + (i ? 0 : APART)), from: z, dots: [toPlace(shares)], way: [z.slice()], wanted: count, time: 0 };
}

const current = () => stars[stars.length - 1];

function restart(count = AT_ONCE) {
  stars = stars.map(({ shares, ink }) => begin(shares, count, ink));
  anew();
}

function first() {
  inks = 0;
  stars = data.starts.map((shares) => begin(shares, AT_ONCE)).reverse();
  anew();
}

function anew() {
  owed = 0;
  picture++;
  lit = null;
}

function setEnergy(next) {
  energy = next;
  reach = edges(energy);
  const wide = 0.05 * (reach[1] - reach[0]), high = 1.12 * Math.sqrt(2 * energy);
  plane.change({ x: [reach[0] - wide, reach[1] + wide], y: [-high, high] });
}

// A sweep goes on for so many seconds of the clock; at the highest energy it ends.
function sweep(seconds) {
  const [low, , , high] = LEVELS;
  if (Math.abs(aim - energy) > STEP / 24) aim = energy;
  aim = (aim >= high ? low : aim) + (high - low) * seconds / SWEEP;
  slider.value = 24 * Math.min(high, aim);
  if (slider.value !== 24 * energy) { setEnergy(slider.value / 24); restart(IN_SWEEP); }
  if (aim >= high) { restart(); stage.play(false); }
}

// Another star comes to the front, with its path and its twin; its dots come back as they were.
function turnTo(star) {
  stars = [...stars.filter((other) => other !== star), begin(star.shares, star.dots.length, star.ink)];
  picture++;
  light({ star: current() });
}

function light(found) {
  lit = found && { ...found, own: [{ dots: found.star.dots, colour: found.star.colour }] };
  lights++;
  stage.touch();
}

// One step of a star; a dot where it comes through the plane. With the twin beside it, while it is the current one.
function walk(star, watched) {
  const [x, y, u, v] = star.z;
  go(star.z);
  if (star.dots.length < DOTS) star.time += DT;          // what is shown is so many dots after so much time
  if (watched) {
    go(star.twin);
    star.way.push(star.z.slice());
    if (star.way.length > 2400) star.way.splice(0, 800);
  }
  if (x < 0 && star.z[0] >= 0 && star.dots.length < DOTS) star.dots.push(land([x, y, u, v]).filter((_, i) => i % 2));
  if (Math.abs(star.z[1]) > 1.5) { star.z = star.from.slice(); star.wanted = 0; }          // through the corner of the triangle, by rounding
}

// Dots that are wanted at once, and steps that the clock has asked for; true as long as some are missing.
function work(deadline) {
  const late = () => performance.now() > deadline;
  for (const star of [...stars].reverse()) {
    while (star.dots.length < star.wanted) {
      for (let k = 0; k < 200 && star.dots.length < star.wanted; k++) walk(star, star === current());
      if (late()) return true;
    }
  }
  for (; owed >= 1 && !late(); owed--) for (const star of stars) walk(star, star === current());
  owed = Math.min(owed, 1);                    // a slow machine shows less, it does not fall behind
  return false;
}

function draw() {
  plane.axes(energy, () => {
    const count = 241, at = (i) => (i < count ? i : 2 * count - 1 - i) / (count - 1), y = (i) => reach[0] + (1 - Math.cos(Math.PI * at(i))) / 2 * (reach[1] - reach[0]);
    plane.curve(2 * count, y, (i) => (i < count ? 1 : -1) * largest(y(i), energy), { colour: "line", width: 1.4, fill: "surface", close: true });
  });
  plane.pen.globalAlpha = lit ? 0.25 : 1;
  plane.scatter("dots", picture, stars);
  plane.pen.globalAlpha = 1;
  if (lit) plane.scatter("lit", lights, lit.own);
  drawRoom();
  if (lit && lit.way) plane.inside(() => [lit.dot, lit.next].forEach((dot, k) => plane.dot(...dot, 5 - k, { colour: "ink", ring: "paper" })));
  const star = current(), apart = Math.hypot(...star.z.map((part, i) => part - star.twin[i]));
  plane.inside(() => {
    const [y, p] = star.dots[star.dots.length - 1];
    plane.dot(y, p, 4, { colour: star.colour });
    plane.dot(...star.dots[0], 5.5, { colour: star.colour, ring: "ink" });
  });
  handle.element.style.setProperty("--own", stage.colour(star.colour));
  showDots(`${star.dots.length} dots after ${star.time.toFixed(0)} units of time`);
  showTwin(`${power(apart)} away from it`);
}

const power = (value) => {
  const digits = Math.floor(Math.log10(value)), raised = String(Math.abs(digits)).replace(/./g, (digit) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[digit]);
  return digits > -3 ? number(value, 2) : `${(value / 10 ** digits).toFixed(0)} · 10⁻${raised}`;
};

// The star that has a dot within some pixels of a place, and the dot, the nearest one; or nothing.
function starAt([y, p]) {
  const { across, up } = plane.scale();
  let best = null, least = 6;
  for (const star of stars) {
    for (const dot of star.dots) {
      const far = Math.hypot((dot[0] - y) * across, (dot[1] - p) * up);
      if (far < least) [best, least] = [{ star, dot }, far];
    }
  }
  return best;
}

// The state of the current star's path within some pixels of a place in the room, the nearest one; or nothing.
function stateAt([x, y]) {
  const { across, up } = room.scale();
  let best = null, least = 8;
  for (const z of current().way) {
    const far = Math.hypot((z[0] - x) * across, (z[1] - y) * up);
    if (far < least) [best, least] = [z, far];
  }
  return best;
}

// The states from z until it comes through the plane, and the dot there.
function toPlane(z) {
  const way = [z];
  for (let k = 0; k < RETURN; k++) {
    const before = way[way.length - 1], next = before.slice();
    go(next);
    way.push(next);
    if (before[0] < 0 && next[0] >= 0) return { way, next: land(before).filter((_, i) => i % 2) };
  }
  return { way, next: [NaN, NaN] };
}

// The potential inside the triangle, and what rises further outside.
function height([x, y]) {
  const walls = [1 + 2 * y, 1 - y - Math.sqrt(3) * x, 1 - y + Math.sqrt(3) * x], least = Math.min(...walls);
  return (1 - (least > 0 ? walls[0] * walls[1] * walls[2] : least)) / 6;
}

function drawRoom() {
  room.axes(energy, () => {
    room.contours(height, LEVELS.map((level) => level - 1e-9), { colour: "grid" }, 5);
    room.contours(height, [energy - 1e-9], { colour: "line", width: 1.8 }, 4);
    room.curve(2, () => 0, (i) => 2 * i - 0.8, { colour: "muted", width: 1, dash: [4, 4] });
    room.words("x = 0", 0, 1.02, { dx: 5, size: 12, colour: "muted", base: "middle" });
  });
  const { way, colour, z } = current(), along = (path, style) => room.curve(path.length, (i) => path[i][0], (i) => path[i][1], style);
  room.inside(() => {
    along(way, { colour, width: 0.8, alpha: 0.35 });
    if (lit && lit.way) {
      along(lit.way, { colour: lit.star.colour, width: 2.4 });
      room.dot(...lit.way[0], 5, { colour: "ink", ring: "paper" });
      room.dot(0, lit.next[0], 4, { colour: "ink", ring: "paper" });
    } else {
      room.trail(way.length, (i) => way[i][0], (i) => way[i][1], { colour, width: 1.8 }, 130);
      room.dot(z[0], z[1], 5.5, { colour, ring: "paper" });
    }
  });
}

stage.buttons({ reset: () => first() });
stage.button("next star", () => turnTo(stars[0]));
const slider = stage.slider({
  label: "energy", min: 1, max: 4, step: STEP, value: 24 * energy, change: (share) => { setEnergy(share / 24); restart(); },
  format: (share) => ([1, 2, 3, 4].includes(share) ? `1/${24 / share}` : (share / 24).toFixed(4)),
});
stage.choice({
  label: "play", value: 100, options: [[10, "slowly"], [100, "fast"], [0, "sweep the energy"]],
  change: (next) => { speed = next; if (!next) stage.go(); },
});
const showDots = stage.number({ label: "this star:" });
const showTwin = stage.number({ label: "a twin that began 10⁻⁹ away is now" });
setEnergy(energy);
first();
const handle = plane.handle({
  name: "where a star begins", get: () => toPlace(current().shares), step: [0.02, 0.02],
  describe: ([y, p]) => `y ${number(y, 2)}, momentum ${number(p, 2)}`,
  // what is pressed soon after a press still moves the same star
  begin: () => {
    if (performance.now() - letGo < 1500) return;
    stars.push(begin(current().shares, 0));
    if (stars.length > MOST) { stars.shift(); picture++; }
  },
  set: (place) => {
    stars[stars.length - 1] = begin(toShares(place), stage.playing || !stage.calm ? 0 : AT_ONCE, current().ink);
    anew();
  },
  end: () => { letGo = performance.now(); stage.go(); },
});
// A mouse over a dot lights up its star's dots, and the path from that dot to the next; over the path, the dot to which it leads.
function point(panel, look) {
  panel.canvas.addEventListener("pointermove", ({ offsetX, offsetY }) => {
    const found = stage.playing ? null : look(panel.units(offsetX, offsetY));
    if (found || (lit && !stage.playing)) light(found);
  });
  panel.canvas.addEventListener("pointerleave", () => { if (!stage.playing) light(null); });
}
point(plane, (place) => {
  const found = starAt(place);
  return found && { ...found, ...toPlane(toState(found.dot)) };
});
point(room, (place) => {
  const z = stateAt(place);
  return z && { star: current(), dot: [NaN, NaN], ...toPlane(z) };
});

stage.start({
  step: (seconds) => { if (lit && lit.way) lit = null; if (speed) owed += speed * seconds / DT; else sweep(seconds); }, work, draw,
  evaluate: {
    energy: law.energy, field: law.field, land,
    step: (x) => { const z = [...x]; go(z); return z; },
    edges, at: (place) => (starAt(place) || { star: { shares: [0, 0] } }).star.shares, next: (z) => toPlane(z).next, state: ([share, level, value]) => { setEnergy(level); return toState(toPlace([share, value])); },
    section: ([count, ...z]) => {
      const star = { ...begin([0.5, 0], 0), z: [...z], dots: [] };
      while (star.dots.length < count) walk(star, false);
      return star.dots.flat();
    },
  },
});
