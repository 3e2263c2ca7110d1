// Laws of motion and ways to walk along them, as in hnn_lite/systems.py, mechanics.py and integrate.py.
//
// A state is an array, positions first, then momenta. A law is {energy(x), gradient(x), field(x)}: H, R_H, and S_H = dx/dt;
// a law without an energy has a field only.

// Omega applied to a gradient: (dH/dq, dH/dp) becomes (dH/dp, -dH/dq).
function turn(gradient) {
  const n = gradient.length / 2, turned = new Array(2 * n);
  for (let k = 0; k < n; k++) {
    turned[k] = gradient[k + n];
    turned[k + n] = -gradient[k];
  }
  return turned;
}

const lawOf = (energy, gradient) => ({ energy, gradient, field: (x) => turn(gradient(x)) });

// H = k q^2 / 2 + p^2 / (2 m)
const massSpring = ({ k, m }) => ({
  ...lawOf(([q, p]) => k * q * q / 2 + p * p / (2 * m), ([q, p]) => [k * q, p / m]),
  place: ([q, p]) => [q, p],
});

// H = m g l (1 - cos q) + p^2 / (2 m l^2). `top` is the energy that reaches the top; `place` puts an angle between -pi and pi.
const pendulum = ({ m, g, l }) => ({
  ...lawOf(
    ([q, p]) => m * g * l * 2 * Math.sin(q / 2) ** 2 + p * p / (2 * m * l * l),
    ([q, p]) => [m * g * l * Math.sin(q), p / (m * l * l)]),
  top: 2 * m * g * l, place: ([q, p]) => [q - 2 * Math.PI * Math.round(q / (2 * Math.PI)), p],
});

const SYSTEMS = { "mass-spring": massSpring, pendulum };

// Learned laws: an HNN has an energy, a baseline only arrows.
function hnn({ params, activation, scaling }) {
  const network = new Mlp(unpack(params), activation), units = new Scaling(scaling), worth = units.unit / units.time;
  return lawOf(
    (x) => worth * network.value(units.apply(x))[0],
    (x) => units.pull(network.gradient(units.apply(x))).map((part) => worth * part));
}

function baseline({ params, activation, scaling }) {
  const network = new Mlp(unpack(params), activation), units = new Scaling(scaling);
  return { field: (x) => units.undoRate(network.value(units.apply(x))) };
}

// --- one step of a method, (field, x, dt) to the next state

const add = (x, share, y) => x.map((value, i) => value + share * y[i]);

const euler = (field, x, dt) => add(x, dt, field(x));

function rk4(field, x, dt) {
  const k1 = field(x), k2 = field(add(x, dt / 2, k1)), k3 = field(add(x, dt / 2, k2)), k4 = field(add(x, dt, k3));
  return x.map((value, i) => value + dt / 6 * (k1[i] + 2 * k2[i] + 2 * k3[i] + k4[i]));
}

// a kick moves the momenta, a drift the positions
function kick(field, x, dt) {
  const dx = field(x), n = x.length / 2;
  return x.map((value, i) => (i < n ? value : value + dt * dx[i]));
}

function drift(field, x, dt) {
  const dx = field(x), n = x.length / 2;
  return x.map((value, i) => (i < n ? value + dt * dx[i] : value));
}

const symplecticEuler = (field, x, dt) => drift(field, kick(field, x, dt), dt);
const leapfrog = (field, x, dt) => kick(field, drift(field, kick(field, x, dt / 2), dt), dt / 2);

const OUTER = 1 / (2 - 2 ** (1 / 3));
const yoshida4 = (field, x, dt) => [OUTER, 1 - 2 * OUTER, OUTER].reduce((y, share) => leapfrog(field, y, share * dt), x);

// x' = x + dt f((x + x') / 2), by repetition until it stands to so many digits; NaN where it does not settle: the step is too long
function implicitMidpoint(field, x, dt, digits = 2 ** -52) {
  const end = euler(field, x, dt), middle = new Array(x.length);
  for (let round = 0, last = Infinity; round < 100; round++) {
    for (let i = 0; i < x.length; i++) middle[i] = (x[i] + end[i]) / 2;
    const slope = field(middle);
    let change = 0, size = 0;
    for (let i = 0; i < x.length; i++) {
      const before = end[i];
      end[i] = x[i] + dt * slope[i];
      change = Math.max(change, Math.abs(end[i] - before));
      size = Math.max(size, Math.abs(end[i]), Math.abs(x[i]));
    }
    if (change <= digits * size || (change <= 8 * digits * size && change >= last)) return end;
    last = change;
  }
  return end.map(() => NaN);
}

const METHODS = {
  euler, rk4, symplectic_euler: symplecticEuler, leapfrog, yoshida4, implicit_midpoint: implicitMidpoint,
};

// The state reached from x by climbing along R_H until the energy has grown by `amount`, and the way there; null where the
// gradient vanishes before. Along R_H / |R_H|^2 the energy grows at the rate 1.
function climb(law, x, amount, steps = 200) {
  const uphill = (y) => {
    const R = law.gradient(y), size = R.reduce((sum, part) => sum + part * part, 0);
    return R.map((part) => part / size);
  };
  const goal = law.energy(x) + amount, way = [x];
  for (let step = 0; step < steps; step++) way.push(rk4(uphill, way[way.length - 1], amount / steps));
  const end = way[steps], missing = Math.abs(law.energy(end) - goal);
  return missing < 1e-3 * (1 + Math.abs(amount)) ? way : null;
}

// --- a path that is computed piece by piece, so that no frame waits for it

class Path {
  constructor(law, method, start, dt) {
    Object.assign(this, { law, method, dt });
    this.states = [start];
    this.jumps = [];                      // ways that were climbed: [number of the state before, states]
  }

  get seconds() { return (this.states.length - 1) * this.dt; }

  // Walk on until `seconds`, or until the clock shows `deadline`; true if something is left to do.
  walk(seconds, deadline = Infinity) {
    const steps = Math.ceil(seconds / this.dt - 1e-9);
    while (this.states.length <= steps) {
      this.states.push(this.method(this.law.field, this.states[this.states.length - 1], this.dt));
      if (performance.now() > deadline) return this.states.length <= steps;
    }
    return false;
  }

  // The state at a time that has been computed, straight between two steps.
  at(seconds) {
    const place = Math.min(seconds / this.dt, this.states.length - 1), before = Math.floor(place + 1e-9);
    const x = this.states[before], y = this.states[Math.min(before + 1, this.states.length - 1)];
    return x.map((value, i) => value + (place - before) * (y[i] - value));
  }
}
