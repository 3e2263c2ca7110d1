// A dot that can be taken hold of: with a mouse, a finger, or the arrow keys. It is an element of its own above the canvas, so that
// it has a place in the order of the Tab key, a name, and a value that a screen reader speaks; and only on it does a finger not
// scroll the page.

class Handle {
  // name: what it is, in words. get: its place in units, [x, y]. set: what to do with a new place. describe: the place in words.
  // step: how far an arrow key moves it, [x, y]; or nudge: what to do with so many steps to the right and up. begin, end: when it is
  // taken and let go. colour: of its ring.
  constructor(plane, { name, get, set, describe, step, nudge, begin = () => {}, end = () => {}, colour = "ink" }) {
    Object.assign(this, { plane, get, set, describe, step, nudge, begin, end });
    this.element = plane.box.appendChild(document.createElement("div"));
    this.element.className = "handle";
    this.beckon();
    this.element.tabIndex = 0;
    this.element.style.setProperty("--own", `var(--${colour})`);
    this.element.setAttribute("role", "slider");
    this.element.setAttribute("aria-label", `${name}: drag it, or use the arrow keys`);
    this.element.addEventListener("pointerdown", (event) => this.take(event, false));
    this.element.addEventListener("keydown", (event) => this.key(event));
  }

  // A pulse that says "drag me", from when the dot comes into view until it is taken for the first time.
  beckon() {
    const seen = new IntersectionObserver((entries) => {
      if (!entries.some((entry) => entry.isIntersecting)) return;
      seen.disconnect();
      this.element.classList.add("fresh");
    }, { threshold: 0.9 });
    seen.observe(this.element);
    this.taken = () => { seen.disconnect(); this.element.classList.remove("fresh"); };
  }

  // Follow the pointer until it is lifted. If `jump`, the dot comes to the pointer first.
  take(event, jump) {
    if (event.button > 0) return;
    event.preventDefault();
    const { element, plane } = this, box = plane.canvas.getBoundingClientRect(), { X, Y } = plane.scale(), [x, y] = this.get();
    const off = jump ? [0, 0] : [event.clientX - box.left - X(x), event.clientY - box.top - Y(y)];
    this.taken();
    const move = (next) => {
      const box = plane.canvas.getBoundingClientRect();
      this.put(plane.units(next.clientX - box.left - off[0], next.clientY - box.top - off[1]));
    };
    const drop = this.drop = () => {
      this.drop = null;
      for (const [type, listener] of listeners) element.removeEventListener(type, listener);
      element.classList.remove("held");
      plane.stage.held = null;
      this.end();
      plane.stage.touch();
    };
    const listeners = [["pointermove", move], ["pointerup", drop], ["pointercancel", drop]];
    for (const [type, listener] of listeners) element.addEventListener(type, listener);
    element.setPointerCapture(event.pointerId);
    element.focus({ preventScroll: true });
    element.classList.add("held");
    plane.stage.held = this;
    this.begin();
    if (jump) move(event);
  }

  // Let go, if it is held, and go away: who is no longer on the page hears of no pointer that is lifted.
  leave() {
    if (this.drop) this.drop();
    this.element.remove();
  }

  // A new place, kept within the axes.
  put([x, y]) {
    const { reach } = this.plane, within = (value, [low, high]) => Math.max(low, Math.min(high, value));
    this.set([within(x, reach.x), within(y, reach.y)]);
    this.plane.stage.touch();
  }

  key(event) {
    const [x, y] = this.get(), far = event.shiftKey ? 5 : 1;
    const move = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[event.key];
    if (!move || event.altKey || event.ctrlKey || event.metaKey) return;          // with these, an arrow is the browser's
    event.preventDefault();
    this.taken();
    this.begin();
    if (this.nudge) { this.nudge(far * move[0], far * move[1]); this.plane.stage.touch(); }
    else this.put([x + far * move[0] * this.step[0], y + far * move[1] * this.step[1]]);
    this.end();
  }

  // Put the element where the dot is, and its value into words; called after each drawing.
  place() {
    const { X, Y } = this.plane.scale(), [x, y] = this.get();
    const shown = X(x) >= -5 && X(x) <= this.plane.width + 5 && Y(y) >= -5 && Y(y) <= this.plane.height + 5;
    this.element.style.transform = shown ? `translate(${X(x).toFixed(1)}px, ${Y(y).toFixed(1)}px)` : "translate(-99px, -99px)";
    const [low, high] = this.plane.reach.x;
    const spoken = this.describe([x, y]);
    if (spoken === this.spoken) return;
    this.spoken = spoken;
    const value = { min: low.toFixed(2), max: high.toFixed(2), now: x.toFixed(2), text: spoken };
    for (const name in value) this.element.setAttribute(`aria-value${name}`, value[name]);
  }
}

// A plane's own part in it. A mouse may press anywhere: the nearest dot comes, and follows. A finger taps: dragging there scrolls.
Object.assign(Plane.prototype, {
  handle(options) {
    const handle = new Handle(this, options);
    this.handles.push(handle);
    return handle;
  },

  grab(event) {
    if (!this.handles.length) return;
    const near = ({ offsetX, offsetY }) => {
      const { X, Y } = this.scale(), far = (handle) => Math.hypot(X(handle.get()[0]) - offsetX, Y(handle.get()[1]) - offsetY);
      return this.handles.reduce((best, handle) => (far(handle) < far(best) ? handle : best));
    };
    if (event.pointerType === "mouse") { near(event).take(event, true); return; }
    this.canvas.onclick = (tap) => {
      this.canvas.onclick = null;
      const handle = near(tap);
      handle.taken();
      handle.begin();
      handle.put(this.units(tap.offsetX, tap.offsetY));
      handle.end();
    };
  },
});
