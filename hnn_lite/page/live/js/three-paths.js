// Truth, baseline and HNN from one start: their paths and the true energy along each, computed a piece at a time.

class ThreePaths {
  // dt: a step, of which the truth takes two halves; end: the seconds after which the paths stop.
  constructor(dt, end) { Object.assign(this, { dt, end }); }

  // Begin anew and return itself; laws: { truth, baseline, hnn }.
  begin(laws, start) {
    Object.assign(this, { laws, paths: {}, energies: {} });
    for (const way in laws) {
      this.paths[way] = this.path(way, start);
      this.energies[way] = [laws.truth.energy(start)];
    }
    return this;
  }

  path(way, start) { return new Path(this.laws[way], way === "truth" ? finer : rk4, start, this.dt); }

  // The seconds that all paths know.
  get known() { return Math.min(...Object.values(this.paths).map((path) => path.seconds)); }

  // Each path goes on for its share of what is left until the deadline; true as long as one is not at its end.
  work(deadline) {
    let left = false, shares = Object.keys(this.paths).length;
    for (const [way, path] of Object.entries(this.paths)) {
      const energy = this.energies[way], now = performance.now();
      left = path.walk(this.end, now + (deadline - now) / shares--) || left;
      for (let i = energy.length; i < path.states.length; i++) energy.push(this.laws.truth.energy(path.states[i]));
    }
    return left;
  }
}

const finer = (field, x, dt) => rk4(field, rk4(field, x, dt / 2), dt / 2);
