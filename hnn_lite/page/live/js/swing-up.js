// A pendulum with friction and a weak motor, whose orders come from a learned energy and a learned friction; as in
// hnn_lite/page/beyond/friction.py, EnergyShaping.

const HOLD = data.hold;                        // seconds for which an order stands
const UPRIGHT = 0.1;                           // rad off the top that still count as standing
const LEVELS = [0.5, 1.5, 3, 4.5];
const PILOTS = [["both", "H and R"], ["energy", "H only"], ["off", "nothing"]];

const law = hnn(data.law), crest = law.energy([Math.PI, 0]), bottom = law.energy([0, 0]);
const truth = pendulum({ m: 0.5, g: 6, l: 1 });
const place = ([q, p]) => [q - 2 * Math.PI * Math.round(q / (2 * Math.PI)), p];

// The torque that a pilot orders at a state.
function torque(x, limit, pilot) {
  if (pilot === "off") return 0;
  const [q, p] = place(x), [force, v] = law.gradient([q, p]), off = q - (q < 0 ? -Math.PI : Math.PI);
  const hold = force - data.spring * off - data.brake * v;
  if (Math.abs(off) < 0.5 && Math.abs(hold) < limit) return hold;
  const pump = data.gain * (crest - law.energy([q, p])) * (v < 0 ? -1 : 1) + (pilot === "both" ? data.drag * v : 0);
  return Math.max(-limit, Math.min(limit, pump));
}

// The true pendulum after one order.
function obey(x, u, friction) {
  const field = ([q, p]) => { const [dq, dp] = truth.field([q, p]); return [dq, dp - friction * p + u]; };
  return rk4(field, x, HOLD);
}

const stage = new Stage();
const plane = stage.plane({
  label: "the plane of angle and momentum, with curves of equal learned energy", ratio: 1.15, share: 1.2,
  x: [-3.5, 3.5], y: [-3.2, 3.2], xlabel: "angle q (rad)", ylabel: "momentum p (kg m²/s)",
});
const scene = stage.panel({ label: "the pendulum, and the torque on its axle", ratio: 1, share: 1 });

let state, trail, order, owed, standing, limit = data.limit, friction = data.friction, pilot = "both";

function restart(start = data.start) {
  state = start;
  trail = [start];
  order = owed = standing = 0;
}

function step(seconds) {
  for (owed += seconds / HOLD; owed >= 1; owed--) {
    order = torque(state, limit, pilot);
    state = obey(state, order, friction);
    trail.push(state);
    standing = Math.abs(Math.abs(place(state)[0]) - Math.PI) < UPRIGHT && Math.abs(state[1]) < UPRIGHT ? standing + HOLD : 0;
  }
  if (trail.length > 1500) trail.splice(0, trail.length - 1500);
}

function draw() {
  plane.axes("H", () => {
    plane.contours((x) => law.energy(x) - bottom, LEVELS, { colour: "grid" });
    plane.contours((x) => law.energy(x) - crest, [0], { colour: "line", width: 1.4 }, 4);
  });
  plane.inside(() => {
    drawRound(plane, trail.length, (i) => place(trail[i]), { colour: "c3", width: 1.8 }, 900);
    plane.dot(...place(state), 6, { colour: "truth", ring: "paper" });
  });
  drawScene();
  const [q] = place(state);
  showEnergy(`${number(law.energy(place(state)) - bottom, 2)} of ${number(crest - bottom, 2)} J`);
  showTorque(`${number(order, 2)} N m`);
  showStanding(standing > 0 ? `${standing.toFixed(0)} s` : `no, ${number(Math.abs(Math.abs(q) - Math.PI) * 180 / Math.PI, 0)}° off`);
}

// The pendulum in its oil, darker where there is more friction; about the axle an arc as long as the motor is strong, and on it the torque.
function drawScene() {
  const x = scene.width / 2, y = scene.height / 2, length = Math.min(x, y) - 26, radius = 24;
  scene.disc(x, y, length + 14, { colour: "c4", alpha: 0.6 * friction });
  drawPendulum(scene, x, y, length, state[0], { colour: "truth", width: 3, bob: 10 });
  const turned = (u) => Math.PI / 2 - 1.7 * u, arc = (from, to, style) => {          // from below to the side to which the bob is turned
    const at = (i) => turned(from + (to - from) * i / 40);
    scene.stroke(41, (i) => x + radius * Math.cos(at(i)), (i) => y + radius * Math.sin(at(i)), style);
  };
  arc(-limit, limit, { colour: "line", width: 4 });
  arc(0, order, { colour: "c3", width: 4 });
  scene.disc(x + radius * Math.cos(turned(order)), y + radius * Math.sin(turned(order)), 5, { colour: "c3" });
  scene.disc(x, y, 5, { colour: "muted" });
  scene.text("torque", x, y + radius + 8, { colour: "c3", align: "center", base: "top", size: 12 });
}

stage.buttons({ reset: () => restart() });
stage.choice({ label: "the pilot knows", value: pilot, options: PILOTS, change: (next) => { pilot = next; } });
stage.slider({
  label: "strongest torque", min: 0.1, max: 1.5, step: 0.05, value: limit, format: (value) => `${value.toFixed(2)} N m`,
  change: (next) => { limit = next; },
});
stage.slider({
  label: "true friction", min: 0, max: 0.4, step: 0.02, value: friction, format: (value) => `${value.toFixed(2)} /s`,
  change: (next) => { friction = next; },
});
const showEnergy = stage.number({ label: "learned energy above the bottom" });
const showTorque = stage.number({ label: "torque" });
const showStanding = stage.number({ label: "standing upright" });
restart();
plane.handle({
  name: "the pendulum", get: () => place(state), set: (at) => restart(at), step: [0.05, 0.05], colour: "truth",
  describe: (at) => inWords(VIEWS.pendulum)(at), end: () => stage.go(),
});
stage.start({
  step, draw,
  evaluate: {
    energy: law.energy, gradient: law.gradient, torque: ([most, who, ...x]) => [torque(x, most, who)],
    after: ([count, most, who, drag, ...x]) => {
      for (let k = 0; k < count; k++) x = obey(x, torque(x, most, who), drag);
      return x;
    },
  },
});
