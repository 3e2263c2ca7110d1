// Toda's springs: two solitons that run against each other on a ring, by the true law and by a learned one.
//
// A state holds the displacements u of all sites, then the momenta. The true law takes Yoshida's steps, made of three leapfrogs. The learned
// energy need not be a sum of a function of u and one of p; it takes the same steps, made of three implicit midpoint rules. Both are symplectic.

const N = data.sites, LAST = Math.round(data.end / data.step);
const network = new Mlp(unpack(data.network.params), data.network.activation);

let rates = [...data.rates], starts = [...data.starts];
const twistOf = (rates) => -2 * (rates[0] + rates[1]);
let twist = twistOf(data.rates);
const strain = (x, i) => (i === N - 1 ? x[0] + twist : x[i + 1]) - x[i];

// dp/dt is the difference of the springs' pulls; `pull` gives the pull of the spring after a site, and the site's velocity
const ringLaw = (pull) => ({
  field: (x) => {
    const dx = new Array(2 * N), pulls = new Float64Array(N);
    for (let i = 0; i < N; i++) [pulls[i], dx[i]] = pull(strain(x, i), x[N + i]);
    for (let i = 0; i < N; i++) dx[N + i] = pulls[i] - pulls[(i + N - 1) % N];
    return dx;
  },
});
const LAWS = { truth: ringLaw((r, p) => [1 - Math.exp(-r), p]), hnn: ringLaw((r, p) => network.gradient([r, p])) };
const midpoints = (field, x, dt) => [OUTER, 1 - 2 * OUTER, OUTER].reduce((y, share) => implicitMidpoint(field, y, share * dt, 1e-10), x);
const STEPS = { truth: yoshida4, hnn: midpoints };

// Each soliton as if alone: u_n = log tau_(n-1) - log tau_n, tau_n = 1 + exp(2 theta_n), theta_n = kappa (n - c) - way sinh(kappa) t.
function stateOf(rates) {
  const x = new Array(2 * N).fill(0);
  rates.forEach((k, number) => {
    const c = starts[number], way = data.ways[number];
    const log = (n) => { const a = 2 * k * (n - c); return Math.max(a, 0) + Math.log1p(Math.exp(-Math.abs(a))); };
    const rate = (n) => -2 * way * Math.sinh(k) / (1 + Math.exp(-2 * k * (n - c)));
    for (let n = 0; n < N; n++) {
      x[n] += log(n - 1) - log(n);
      x[N + n] += rate(n - 1) - rate(n);
    }
  });
  return x;
}

const squeezeOf = (x) => Array.from({ length: N }, (_, i) => -strain(x, i));
const velocity = (k) => Math.sinh(k) / k;
const alone = (number, t) => starts[number] + data.ways[number] * velocity(rates[number]) * t;

// The places of the two highest humps. For a single soliton f = (exp(squeeze) - 1)^(-1/2) is a cosh along the sites, so that the values at the
// top and on both sides of it tell kappa and the middle; where two merge there is no such kappa, and the top itself is the place.
function humps(x) {
  const r = squeezeOf(x), tops = [], f = (i) => 1 / Math.sqrt(Math.expm1(Math.max(r[(i + N) % N], 1e-9)));
  for (let i = 0; i < N; i++) {
    if (!(r[i] > r[(i + N - 1) % N] && r[i] >= r[(i + 1) % N] && r[i] > 0.05)) continue;
    const k = Math.acosh((f(i - 1) + f(i + 1)) / (2 * f(i))), lean = (f(i + 1) - f(i - 1)) / (f(i + 1) + f(i - 1)) / Math.tanh(k);
    tops.push([r[i], i - (k > 0.1 && Math.abs(lean) < 1 ? Math.atanh(lean) / k : 0)]);
  }
  return tops.sort((a, b) => b[0] - a[0]).slice(0, 2).map(([, place]) => place).sort((a, b) => a - b);
}

// By how many sites the hump of a soliton is ahead of where it would be alone; NaN while they meet, within MERGED sites of each other.
const MERGED = 5, EDGE = 4;                    // and a soliton ends so many sites from the edge: further round, the two would meet again
function lead(places, number, t) {
  const gap = alone(1, t) - alone(0, t), place = places[(number === 1) === (gap < 0) ? 0 : places.length - 1];
  return Math.abs(gap) < MERGED ? NaN : data.ways[number] * (place - alone(number, t));
}

// What theory says of the jump of a soliton that meets another head-on.
const theory = (k, other) => Math.log(Math.cosh((k + other) / 2) / Math.cosh((k - other) / 2)) / k;

const stage = new Stage();
const room = stage.plane({
  label: "the springs' squeeze at each site, with two humps", ratio: 1.25, share: 1.1, x: [0, N], y: [-0.12, 1.7],
  xlabel: "site", ylabel: "squeeze of the spring",
});
const track = stage.plane({
  label: "over time, by how many sites each hump is ahead of where it would be alone; dashed, what theory says", ratio: 1.15, share: 1,
  x: [0, data.end], y: [-0.7, 1.3], xlabel: "time (chain's units)", ylabel: "sites ahead of a soliton alone",
});

let paths = {}, places = {};
const WIDE = { colour: "truth", width: 7, alpha: 0.2 }, THIN = { colour: "hnn", width: 1.8 };

function restart() {
  twist = twistOf(rates);
  const start = stateOf(rates);
  for (const name in LAWS) {
    paths[name] = new Path(LAWS[name], STEPS[name], start, data.step);
    places[name] = [];
  }
}

function work(deadline) {
  let left = false;
  for (const name in paths) {
    const path = paths[name], found = places[name];
    const share = name === "truth" ? (performance.now() + deadline) / 2 : deadline;
    left = path.walk(data.end, share) || left;
    for (let i = found.length; i < path.states.length; i++) found.push(humps(path.states[i]));
  }
  return left;
}

const height = (k) => 2 * Math.log(Math.cosh(k));          // of a soliton's hump in the squeeze, where a site is at its middle

function draw() {
  const { now } = time;
  room.axes();
  room.inside(() => {
    const true_ = squeezeOf(paths.truth.at(now)), learned = squeezeOf(paths.hnn.at(now));
    room.curve(N, (i) => i, (i) => true_[i], WIDE);
    room.curve(N, (i) => i, (i) => learned[i], THIN);
    room.words("truth: pale band", 50, 1.58, { size: 12, colour: "muted", align: "center" });
    room.words("learned: line", 50, 1.44, { size: 12, colour: "hnn", align: "center" });
    rates.forEach((k, number) => room.dot(starts[number], height(k), 5, { colour: "ink", ring: "paper" }));
  });
  track.axes();
  track.inside(() => {
    track.curve(2, () => now, (i) => 2 * i - 0.7, { colour: "muted", width: 1 });
    rates.forEach((k, number) => {
      const jumped = theory(k, rates[1 - number]);
      track.curve(2, (i) => i * data.end, () => jumped, { colour: "line", width: 1.2, dash: [5, 4] });
      for (const [name, style] of [["truth", WIDE], ["hnn", THIN]]) {
        const found = places[name];
        track.curve(found.length, (j) => j * data.step, (j) => lead(found[j], number, j * data.step), style);
      }
      track.words(number ? "from the right" : "from the left", 1, jumped, { dy: -5, size: 12, colour: "muted" });
    });
  });
  const over = now > data.end - 1e-6;
  rates.forEach((k, number) => {
    const learned = over ? number2(lead(places.hnn[LAST], number, data.end)) : "?";
    show[number](`theory ${number2(theory(k, rates[1 - number]))}, learned ${learned} sites ahead`);
  });
}
const number2 = (value) => number(value, 2);

stage.buttons({ reset: () => { time.wanted = 0; } });
const time = stage.time({
  end: data.end, at: 0, rate: 6, step: 0.1, format: (t) => t.toFixed(1), known: () => Math.min(...Object.values(paths).map((path) => path.seconds)),
});
const show = ["from the left:", "from the right:"].map((label) => stage.number({ label }));
restart();
rates.forEach((_, number) => room.handle({
  name: `the ${number ? "right" : "left"} soliton's place and height`, get: () => [starts[number], height(rates[number])], step: [1, 0.04],
  describe: ([x]) => `site ${number2(x)}, height ${number2(height(rates[number]))}, kappa ${number2(rates[number])}`,
  set: ([x, y]) => {
    const k = Math.acosh(Math.exp(Math.max(y, 1e-3) / 2));
    rates[number] = Math.min(data.highest, Math.max(data.lowest, k));
    const low = data.starts[number] - data.room, high = data.starts[number] + data.room, farthest = N - EDGE - velocity(rates[number]) * data.end;
    starts[number] = number ? Math.min(high, Math.max(low, N - farthest, x)) : Math.max(low, Math.min(high, farthest, x));
    time.wanted = 0;
    restart();
  },
  end: () => stage.go(),
}));
stage.start({
  work, draw,
  evaluate: {
    "truth field": (x) => LAWS.truth.field(x), "hnn field": (x) => LAWS.hnn.field(x), state: (k) => stateOf(k),
    "hnn step": (x) => midpoints(LAWS.hnn.field, x, data.step), humps,
    theory: ([k, other]) => theory(k, other),
    leads: (t) => {
      const path = new Path(LAWS.hnn, midpoints, stateOf(rates), data.step);
      path.walk(t);
      return [0, 1].map((number) => lead(humps(path.at(t)), number, t));
    },
  },
});
