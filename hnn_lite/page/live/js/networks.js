// Networks, as in hnn_lite/networks.py and shears.py: the same formulas, for one state at a time.
//
// A leaf of the parameters is {shape, values}; a layer is a list of leaves, [W, b] or [W], W of shape (inputs, outputs).

const ACTIVATIONS = {            // the function, and its slope from the argument a and the value h
  tanh: [Math.tanh, (a, h) => 1 - h * h],
  sigmoid: [(a) => (1 + Math.tanh(a / 2)) / 2, (a, h) => h * (1 - h)],
  softplus: [(a) => Math.max(a, 0) + Math.log1p(Math.exp(-Math.abs(a))), (a, h) => 1 - Math.exp(-h)],
  relu: [(a) => Math.max(0, a), (a, h) => (h > 0 ? 1 : 0)],
  sin: [Math.sin, (a) => Math.cos(a)],
};

// Bytes from the letters of RFC 4648, section 5, four letters for three bytes. A plain loop: atob and Uint8Array.from take ten times as long.
const LETTERS = new Uint8Array(128);
[..."ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"].forEach((letter, value) => { LETTERS[letter.charCodeAt(0)] = value; });

function fromBase64(text) {
  const length = text.indexOf("=", text.length - 2) < 0 ? text.length : text.indexOf("=", text.length - 2), bytes = new Uint8Array((3 * length) >> 2);
  for (let i = 0, place = 0; i < length; i += 4, place += 3) {
    let four = 0;
    for (let j = i; j < i + 4; j++) four = (four << 6) | (j < length ? LETTERS[text.charCodeAt(j)] : 0);
    bytes[place] = four >> 16;
    bytes[place + 1] = four >> 8;          // beyond the end of the array nothing is stored
    bytes[place + 2] = four;
  }
  return bytes;
}

// A tree of parameters from the text in which weights.py packed them: whole numbers of 16 bits times a scale, or floats of 32 bits.
function unpack(tree) {
  if (Array.isArray(tree)) return tree.map(unpack);
  const { shape, scale, data } = tree;
  if (!shape) return Object.fromEntries(Object.entries(tree).map(([name, branch]) => [name, unpack(branch)]));
  const bytes = fromBase64(data), stored = scale ? new Int16Array(bytes.buffer) : new Float32Array(bytes.buffer);
  const values = new Float64Array(stored);
  if (scale) for (let i = 0; i < values.length; i++) values[i] *= scale;
  return { shape, values };
}

// A multilayer perceptron. Its arrays are made once, so that a call leaves nothing behind for the garbage collector.
class Mlp {
  constructor(layers, activation = "tanh") {
    [this.sigma, this.slope] = ACTIVATIONS[activation];
    this.layers = layers.map(([W, b]) => ({
      W: W.values, b: b && b.values, inputs: W.shape[0], outputs: W.shape[1],
      a: new Float64Array(W.shape[1]), h: new Float64Array(W.shape[1]), back: new Float64Array(W.shape[0]),
    }));
  }

  // The outputs at the state x; valid until the next call.
  value(x) {
    for (const { W, b, inputs, outputs, a, h } of this.layers) {
      if (b) a.set(b); else a.fill(0);
      for (let i = 0, place = 0; i < inputs; i++) {
        const share = x[i];
        for (let j = 0; j < outputs; j++) a[j] += share * W[place++];
      }
      if (b) for (let j = 0; j < outputs; j++) h[j] = this.sigma(a[j]);
      x = b ? h : a;
    }
    return x;
  }

  // The gradient of the first output at x, by the chain rule from the output down; valid until the next call.
  gradient(x) {
    this.value(x);
    const last = this.layers[this.layers.length - 1];
    let v = last.back;
    for (let i = 0; i < last.inputs; i++) v[i] = last.W[i * last.outputs];
    for (let number = this.layers.length - 2; number >= 0; number--) {
      const { W, inputs, outputs, a, h, back } = this.layers[number];
      for (let j = 0; j < outputs; j++) v[j] *= this.slope(a[j], h[j]);
      for (let i = 0, place = 0; i < inputs; i++) {
        let sum = 0;
        for (let j = 0; j < outputs; j++) sum += v[j] * W[place++];
        back[i] = sum;
      }
      v = back;
    }
    return v;
  }
}

// A stack of shears of shears.py: in turn, positions move by a function of the momenta and momenta by one of the positions.
class Shears {
  constructor(layers, activation = "sigmoid") {
    this.sigma = ACTIVATIONS[activation][0];
    this.layers = layers;
  }

  // Add `sign` times the gradient of one shear's potential at x to y.
  push([K, b, a], x, y, sign) {
    const n = x.length, units = K.shape[1], S = K.values;
    if (!b) {                                   // linear: (S + S^T) x / 2
      for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) y[i] += sign * (S[i * n + j] + S[j * n + i]) * x[j] / 2;
      return;
    }
    for (let unit = 0; unit < units; unit++) {
      let sum = b.values[unit];
      for (let i = 0; i < n; i++) sum += x[i] * S[i * units + unit];
      const share = sign * a.values[unit] * this.sigma(sum);
      for (let i = 0; i < n; i++) y[i] += share * S[i * units + unit];
    }
  }

  shear(x) {
    const n = x.length / 2, q = x.slice(0, n), p = x.slice(n);
    this.layers.forEach((layer, number) => (number % 2 ? this.push(layer, q, p, 1) : this.push(layer, p, q, 1)));
    return [...q, ...p];
  }

  unshear(x) {
    const n = x.length / 2, q = x.slice(0, n), p = x.slice(n);
    for (let number = this.layers.length - 1; number >= 0; number--) {
      if (number % 2) this.push(this.layers[number], q, p, -1); else this.push(this.layers[number], p, q, -1);
    }
    return [...q, ...p];
  }
}

// The actions of Cartesian pairs (q_1.., p_1..), and the pairs turned by angles.
const actions = (z) => Array.from({ length: z.length / 2 }, (_, k) => (z[k] ** 2 + z[k + z.length / 2] ** 2) / 2);

function turnPairs(z, angle) {
  const n = z.length / 2, turned = new Array(2 * n);
  for (let k = 0; k < n; k++) {
    const c = Math.cos(angle[k]), s = Math.sin(angle[k]);
    turned[k] = c * z[k] + s * z[k + n];
    turned[k + n] = c * z[k + n] - s * z[k];
  }
  return turned;
}

// scaling.Scaling: from the units of the data to coordinates of size one, and back. `pull` takes the gradient of a function of those
// coordinates to that of the same function of the data.
const dotted = (row, x) => row.reduce((sum, share, j) => sum + share * x[j], 0);

class Scaling {
  constructor({ centre, matrix, back, unit, time }) {
    Object.assign(this, { centre, matrix, back, unit, time });
  }

  apply(x) {
    const off = x.map((value, i) => value - this.centre[i]);
    return this.matrix.map((row) => dotted(row, off) / Math.sqrt(this.unit));
  }

  undo(z) { return this.back.map((row, i) => dotted(row, z) * Math.sqrt(this.unit) + this.centre[i]); }

  undoRate(dz) { return this.back.map((row) => dotted(row, dz) * Math.sqrt(this.unit) / this.time); }

  pull(gradient) {
    return this.centre.map((_, i) => this.matrix.reduce((sum, row, j) => sum + row[i] * gradient[j], 0) / Math.sqrt(this.unit));
  }
}

// models.ActionAngleNetwork: encode, turn, decode. One step for any time.
class ActionAngleNetwork {
  constructor({ params, activation, kind, scaling }) {
    const { encoder, rates, network } = unpack(params);
    this.shears = new Shears(encoder, activation);
    this.constant = rates.values;
    this.network = new Mlp(network, activation);
    this.kind = kind;
    this.units = new Scaling(scaling);
  }

  // Cartesian pairs in which motions are circles, in the units of the data.
  pairs(x) { return this.shears.shear(this.units.apply(x)).map((z) => z * Math.sqrt(this.units.unit)); }

  fromPairs(z) { return this.units.undo(this.shears.unshear(z.map((part) => part / Math.sqrt(this.units.unit)))); }

  // Radians a unit of time, for given actions.
  frequencies(action) {
    const scaled = action.map((I) => I / this.units.unit);
    const learned = this.kind === "gradient" ? this.network.gradient(scaled) : this.network.value(scaled);
    return scaled.map((_, k) => (this.constant[k] + learned[k]) / this.units.time);
  }

  advance(x, t) {
    const z = this.pairs(x);
    return this.fromPairs(turnPairs(z, this.frequencies(actions(z)).map((omega) => omega * t)));
  }
}
