// The exact pendulum, as in hnn_lite/actions.py: elliptic integrals and functions by the arithmetic-geometric mean.

// a_n, b_n and c_n of the mean of 1 and sqrt(1 - m), until c vanishes.
function means(m) {
  const steps = [[1, Math.sqrt(1 - m), Math.sqrt(m)]];
  while (Math.abs(steps[steps.length - 1][2]) > 1e-16 && steps.length < 30) {
    const [a, b] = steps[steps.length - 1];
    steps.push([(a + b) / 2, Math.sqrt(a * b), (a - b) / 2]);
  }
  return steps;
}

// K(m), a quarter of a period.
const quarter = (m) => Math.PI / 2 / means(m).pop()[0];

// F(phi | m), the argument u with amplitude phi.
function argument(phi, m) {
  const steps = means(m);
  for (const [a, b] of steps.slice(0, -1)) {          // tan(next - phi) = b / a tan(phi), on the same branch as phi
    const sine = Math.sin(phi), cosine = Math.cos(phi);
    phi += Math.atan2(b * sine, a * cosine) + phi - Math.atan2(sine, cosine);
  }
  return phi / (2 ** (steps.length - 1) * steps[steps.length - 1][0]);
}

// [sn, cn] of u.
function jacobi(u, m) {
  const steps = means(m), last = steps.length - 1;
  let phi = 2 ** last * steps[last][0] * u;
  for (let n = last; n > 0; n--) phi = (phi + Math.asin(steps[n][2] / steps[n][0] * Math.sin(phi))) / 2;
  return [Math.sin(phi), Math.cos(phi)];
}

// A pendulum that swings without going over the top. `phase` counts in turns; `advance` costs the same for any time.
class ExactPendulum {
  constructor({ m, g, l }) {
    this.omega0 = Math.sqrt(g / l);
    this.scale = 2 * m * l * l * this.omega0;             // the momentum at the bottom that just reaches the top
  }

  share([q, p]) { return Math.sin(q / 2) ** 2 + (p / this.scale) ** 2; }

  period(x) { return 4 * quarter(this.share(x)) / this.omega0; }

  phase(x) {
    const m = this.share(x), q = x[0] - 2 * Math.PI * Math.round(x[0] / (2 * Math.PI));
    return argument(Math.atan2(Math.sin(q / 2), x[1] / this.scale), m) / (4 * quarter(m));
  }

  advance(x, t) {
    const m = this.share(x), turns = this.phase(x) + t / this.period(x);
    const [sn, cn] = jacobi(4 * quarter(m) * (turns - Math.round(turns)), m);
    return [2 * Math.asin(Math.sqrt(m) * sn), this.scale * Math.sqrt(m) * cn];
  }
}
