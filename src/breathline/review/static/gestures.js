// Mouse, pen and fingers on a canvas, told as few things: a point is touched, dragged or let go, slices are scrolled, the
// window is turned. One finger is a mouse; two scroll through the slices.
const SCROLL_PX = 40;
const FINGERS_PX = 8;

export function watch(canvas, { begin, drag, end, undo, scroll, turn }) {
  const fingers = new Map();
  let held = null; // what the first finger or the mouse does: "point" or "turn"
  let travelled = 0;

  const at = (event) => {
    const box = canvas.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  };
  const middle = () => [...fingers.values()].reduce((sum, [, y]) => sum + y, 0) / fingers.size;
  const through = (distance, step) => {
    travelled += distance;
    const slices = Math.trunc(travelled / step);
    travelled -= slices * step;
    if (slices) scroll(-slices);
  };

  canvas.addEventListener("pointerdown", (event) => {
    if (event.pointerType === "mouse" && event.button !== 0 && event.button !== 2) return;
    event.preventDefault();
    canvas.focus({ preventScroll: true });
    canvas.setPointerCapture(event.pointerId);
    fingers.set(event.pointerId, at(event));
    if (fingers.size > 1) {
      if (held === "point") undo(); // the first finger of two did not mean a place
      held = "scroll";
      travelled = 0;
      return;
    }
    held = event.button === 2 ? "turn" : "point";
    if (held === "point") begin(at(event));
  });

  canvas.addEventListener("pointermove", (event) => {
    const before = fingers.get(event.pointerId);
    if (!before) return;
    const was = middle();
    const now = at(event);
    fingers.set(event.pointerId, now);
    if (held === "scroll") through(middle() - was, FINGERS_PX);
    if (held === "turn") turn(now[0] - before[0], now[1] - before[1]);
    if (held === "point") drag((event.getCoalescedEvents?.() ?? []).map(at).concat([now]));
  });

  for (const kind of ["pointerup", "pointercancel"]) {
    canvas.addEventListener(kind, (event) => {
      if (!fingers.delete(event.pointerId)) return;
      if (held === "point") (kind === "pointerup" ? end : undo)();
      if (!fingers.size) held = null;
    });
  }

  canvas.addEventListener(
    "wheel",
    (event) => {
      if (event.ctrlKey) return;
      event.preventDefault();
      // A notch of a wheel is one slice, whatever its length; a pad reports many small ways.
      const way = event.deltaMode ? Math.sign(event.deltaY) * SCROLL_PX : event.deltaY;
      through(Math.max(-SCROLL_PX, Math.min(SCROLL_PX, way)), SCROLL_PX);
    },
    { passive: false },
  );
  canvas.addEventListener("contextmenu", (event) => event.preventDefault());
}
