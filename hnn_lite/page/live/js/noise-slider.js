// The noise slider: a spring's films with as much noise as the reader likes, and its two constants fitted to them twice: from exact arrows
// at the blurred states, and from the films through the implicit midpoint rule, with the start of every film learned too.

const frames = data.clean.length, count = data.clean[0].length;
const stage = new Stage();
const plane = stage.plane({
  label: "position and momentum: the blurred states, one film, and the path learned through it", ratio: 1.02, share: 1,
  x: [-1.7, 1.7], y: [-1.7, 1.7], equal: true, xlabel: "position q (m)", ylabel: "momentum p (kg m/s)",
});
const chart = stage.plane({
  label: "the spring's position over twenty seconds, true and learned", ratio: 1.4, share: 1.4,
  x: [0, data.seconds], y: [-1.25, 1.25], xlabel: "time (s)", ylabel: "position q (m)",
});

const blurred = (sigma) => data.clean.map((row, k) => row.map((x, j) => [x[0] + sigma * data.draw[k][j][0], x[1] + sigma * data.draw[k][j][1]]));

// From arrows: a = sum dq p / sum p^2 and b = -sum dp q / sum q^2, with the exact rates (2 p, -2 q) of the clean states.
function fromArrows(films) {
  let [up, down, left, right] = [0, 0, 0, 0];
  films.forEach((row, k) => row.forEach(([q, p], j) => {
    const [Q, P] = data.clean[k][j];
    up += 2 * P * p; down += p * p; left += 2 * Q * q; right += q * q;
  }));
  return [up / down, left / right];
}

// One step of the midpoint rule through H = a p^2 / 2 + b q^2 / 2, as a matrix [[m, n], [o, m]]: it is linear in the state.
function midpoint([a, b], h) {
  const s = a * b * h * h / 4;
  return [(1 - s) / (1 + s), a * h / (1 + s), -b * h / (1 + s)];
}

// What the best paths of two constants miss of the frames, film by film, after the best start of each; and those starts.
function missed(constants, films) {
  const [m, n, o] = midpoint(constants, data.dt), powers = [[1, 0, 0, 1]];
  for (let k = 1; k < frames; k++) {
    const [A, B, C, D] = powers[k - 1];
    powers.push([m * A + n * C, m * B + n * D, o * A + m * C, o * B + m * D]);
  }
  let [xx, xy, yy] = [0, 0, 0];
  for (const [A, B, C, D] of powers) { xx += A * A + C * C; xy += A * B + C * D; yy += B * B + D * D; }
  const det = xx * yy - xy * xy, gaps = [], starts = [];
  for (let j = 0; j < count; j++) {
    let [u, v] = [0, 0];
    powers.forEach(([A, B, C, D], k) => { const [q, p] = films[k][j]; u += A * q + C * p; v += B * q + D * p; });
    const q0 = (yy * u - xy * v) / det, p0 = (xx * v - xy * u) / det;
    starts.push([q0, p0]);
    powers.forEach(([A, B, C, D], k) => gaps.push(films[k][j][0] - A * q0 - B * p0, films[k][j][1] - C * q0 - D * p0));
  }
  return { gaps, starts };
}

// Gauss-Newton steps on the two constants.
function fromFilms(films) {
  let constants = [2, 2], nudge = 1e-5;
  for (let round = 0; round < 8; round++) {
    const { gaps } = missed(constants, films);
    const slopes = [0, 1].map((which) => {
      const [up, down] = [1, -1].map((sign) => missed(constants.map((c, i) => c + (i === which ? sign * nudge : 0)), films).gaps);
      return up.map((one, i) => (one - down[i]) / (2 * nudge));
    });
    const dot = (x, y) => x.reduce((sum, one, i) => sum + one * y[i], 0);
    const [aa, ab, bb] = [dot(slopes[0], slopes[0]), dot(slopes[0], slopes[1]), dot(slopes[1], slopes[1])];
    const [ra, rb] = [dot(slopes[0], gaps), dot(slopes[1], gaps)], det = aa * bb - ab * ab;
    constants = [constants[0] - (bb * ra - ab * rb) / det, constants[1] - (aa * rb - ab * ra) / det];
  }
  return { constants, starts: missed(constants, films).starts };
}

let films, arrows, shot;

function blur(sigma) {
  films = blurred(sigma);
  arrows = fromArrows(films);
  shot = fromFilms(films);
  const turns = ([a, b]) => data.seconds * (Math.sqrt(a * b) - 2) / (2 * Math.PI);
  const inTurns = (t) => `${number(Math.abs(t), 2)} turns ${t < 0 ? "behind" : "ahead"}`;
  showArrows(inTurns(turns(arrows)));
  showFilms(inTurns(turns(shot.constants)));
}

// The state a time after (1, 0): a turn at the rate sqrt(a b).
const wave = ([a, b], t) => Math.cos(Math.sqrt(a * b) * t);
const state = ([a, b], t) => [wave([a, b], t), -Math.sqrt(b / a) * Math.sin(Math.sqrt(a * b) * t)];
const springs = () => [[[2, 2], "truth"], [arrows, "c1"], [shot.constants, "hnn"]];

function draw() {
  plane.axes();
  plane.inside(() => {
    for (const row of films) for (const x of row) plane.dot(...x, 1.1, { colour: "data", alpha: 0.5 });
    const [a, b] = shot.constants, rate = Math.sqrt(a * b), ratio = Math.sqrt(b / a), [q, p] = shot.starts[data.film];
    const angle = (i) => rate * i * (frames - 1) * data.dt / 200;
    const [cos, sin] = [(i) => Math.cos(angle(i)), (i) => Math.sin(angle(i))];
    plane.curve(201, (i) => q * cos(i) + p / ratio * sin(i), (i) => p * cos(i) - ratio * q * sin(i), { colour: "hnn", width: 2.2 });
    for (const row of films) plane.dot(...row[data.film], 2.6, { colour: "truth" });
    for (const [constants, colour] of springs()) plane.dot(...state(constants, time.now), 5.5, { colour, ring: "paper" });
  });
  chart.axes();
  chart.inside(() => {
    const t = (i) => i * time.now / 800;
    for (const [constants, colour] of springs()) {
      chart.curve(801, t, (i) => wave(constants, t(i)), { colour, ...(colour === "truth" ? { width: 7, alpha: 0.2 } : { width: 2 }) });
      chart.dot(time.now, wave(constants, time.now), 3.5, { colour });
    }
  });
}

stage.buttons({ reset: () => { time.wanted = 0; } });
const time = stage.time({ end: data.seconds, at: data.seconds, rate: 2 });
const showArrows = stage.number({ label: "after 20 s, from exact arrows at blurred states:", colour: "c1" });
const showFilms = stage.number({ label: "from the blurred films alone:", colour: "hnn" });
stage.slider({
  label: "noise of the states", min: 0, max: data.most, step: 0.01, value: data.sigma, format: (sigma) => sigma.toFixed(2), change: blur,
});
blur(data.sigma);
stage.start({
  draw, work: () => false,
  evaluate: { arrows: (sigma) => fromArrows(blurred(sigma)), films: (sigma) => fromFilms(blurred(sigma)).constants },
});
