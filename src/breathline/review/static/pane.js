// One scan on the screen: loads it coarse first, then in full, and knows where its cursor is.
import { watch } from "./gestures.js";
import { Picture } from "./picture.js";
import { fetchCoarse, fetchLabels, fetchScan } from "./volume.js";

export const WINDOWS = { lung: [-1350, 150], mediastinum: [-160, 240], wide: [-1400, 1000] };
const LEAST_WIDTH = 20;

export class Pane {
  constructor(figure, words) {
    this.figure = figure;
    this.say = words;
    this.canvas = figure.querySelector("canvas");
    this.slider = figure.querySelector(".slices");
    this.picture = new Picture(this.canvas);
    this.overlay = "none";
    this.labels = new Map();
    this.changes = ""; // number of the follow-up whose map of changes lies on this scan
    this.brush = null; // takes what the pointer does while labels are painted
    this.onMoved = () => {};
    this.watch();
  }

  // Look at a scan from now on.
  async look(scan) {
    const turn = (this.turn = Symbol(scan.title));
    Object.assign(this, { scan, size: scan.size, fine: false, volume: null });
    this.labels.clear();
    this.overlay = "none";
    this.picture.set({ labels: null, volume: null });
    this.figure.querySelector(".when").textContent = scan.title;
    Object.assign(this.figure.dataset, { scan: scan.number, shown: "", cursor: "", linked: "", overlay: "none" });
    this.tellMissing(scan.missing);
    if (scan.missing) return;
    this.tellState(this.say("loading"));
    try {
      const volume = await fetchCoarse(scan.number);
      if (this.turn !== turn) return;
      this.take(volume);
      this.place(this.start());
      this.figure.dataset.shown = "coarse";
      this.tellState(this.say("sharpening"));
    } catch (error) {
      if (this.turn === turn) this.tellMissing(`${this.say("failed")} ${error.message ?? ""}`);
    }
  }

  async sharpen() {
    const { turn, scan } = this;
    if (!this.volume || this.fine) return;
    try {
      const volume = await fetchScan(scan.number, false);
      if (this.turn !== turn) return;
      this.take(volume);
    } catch {
      if (this.turn === turn) this.tellState(this.say("failed"));
      return;
    }
    this.fine = true;
    this.moved();
    this.figure.dataset.shown = "fine";
    this.tellState("");
  }

  take(volume) {
    this.volume = volume;
    this.picture.look(volume, this.size, this.scan.spacing);
  }

  // Halfway up, in the right lung: in the middle of the chest no lung would be near.
  start() {
    return [0.5, 0.5, 0.75].map((share, axis) => share * (this.size[axis] - 1));
  }

  // Slice, row and column of the full view, whether it is shown coarse or not.
  cursor() {
    return [...this.picture.cursor];
  }

  place(at) {
    if (!this.volume) return;
    this.picture.move(at.map((v, axis) => Math.min(Math.max(v, 0), this.size[axis] - 1)));
    this.moved();
  }

  step(axis, by) {
    if (!this.volume) return;
    const at = this.cursor();
    // From the middle of one voxel to the middle of the next, so that every slice is seen.
    at[axis] = Math.round(at[axis]) + by;
    this.place(at);
    this.onMoved(this);
  }

  moved() {
    const at = this.cursor();
    this.figure.dataset.cursor = at.map((v) => v.toFixed(3)).join(",");
    const [z, y, x] = at.map(Math.round);
    const parts = [this.say("slice", { n: z + 1, count: this.size[0] })];
    const hu = this.valueAt(z, y, x);
    if (hu !== undefined) parts.push(this.say("hu", { hu: String(hu).replace("-", "−") }));
    const label = this.labelAt(z, y, x);
    if (label) parts.push(label);
    this.figure.querySelector(".cursor").textContent = parts.join(" · ");
    const axis = this.through();
    Object.assign(this.slider, { max: this.size[axis], value: Math.round(at[axis]) + 1 });
  }

  // The axis that scrolling goes along.
  through() {
    return { coronal: 1, sagittal: 2 }[this.picture.view] ?? 0;
  }

  valueAt(...place) {
    const { size, data } = this.volume;
    const [k, j, i] = place.map((v, axis) => Math.floor(((v + 0.5) * size[axis]) / this.size[axis]));
    return data[i + size[2] * (j + size[1] * k)];
  }

  labelAt(z, y, x) {
    const code = this.picture.labels?.[x + this.size[2] * (y + this.size[1] * z)];
    return code ? (this.picture.legend.find((one) => one.code === code)?.name ?? "") : "";
  }

  setView(view) {
    this.picture.set({ view });
    if (this.volume) this.moved();
  }

  setWindow(window) {
    this.picture.set({ window: WINDOWS[window] });
  }

  setOpacity(opacity) {
    this.picture.set({ opacity });
  }

  has(name) {
    return name === "change" ? this.changes !== "" : this.scan.maps.includes(name);
  }

  // Lay a label map on the scan; resolves to false where this scan has none.
  async show(name, legend) {
    this.overlay = name;
    if (!this.volume || name === "none" || !this.has(name)) {
      this.overlay = "none";
      this.lay(null, []);
      return name === "none";
    }
    const [wanted, labels] = [this.source(name), await this.read(name)];
    if (this.overlay === name && this.source(name) === wanted) this.lay(labels, legend); // not another one meanwhile
    return true;
  }

  lay(labels, legend) {
    this.picture.set({ labels, legend });
    this.figure.dataset.overlay = this.overlay;
    if (this.volume) this.moved();
  }

  // Where a map comes from: that of the changes differs from one follow-up to the next, though the scan stays.
  source(name) {
    return name === "change" ? `${this.changes}/change` : `${this.scan.number}/${name}`;
  }

  async read(name) {
    const source = this.source(name);
    if (!this.labels.has(source)) this.labels.set(source, await fetchLabels(source));
    return this.labels.get(source);
  }

  forget(name) {
    this.labels.delete(this.source(name));
  }

  watch() {
    let tile = null;
    let before = null;
    const moveTo = (place) => {
      this.place(place);
      this.onMoved(this);
    };
    const follow = (points) => {
      const places = points.map(([x, y]) => this.picture.placeAt(x, y, tile));
      if (this.brush) return this.brush.drag(places, tile);
      moveTo(places[places.length - 1]);
    };
    watch(this.canvas, {
      begin: (point) => {
        tile = this.picture.tileAt(...point);
        before = this.cursor();
        if (tile) this.brush?.begin();
        if (tile) follow([point]);
      },
      drag: (points) => tile && follow(points),
      end: () => tile && this.brush?.end(),
      undo: () => tile && (this.brush ? this.brush.takeBack() : moveTo(before)),
      scroll: (by) => this.step(this.through(), by),
      turn: (x, y) => {
        const [low, high] = this.picture.window;
        const [level, width] = [(low + high) / 2 - 2 * y, Math.max(LEAST_WIDTH, high - low + 4 * x)];
        this.picture.set({ window: [level - width / 2, level + width / 2] });
      },
    });
    this.slider.addEventListener("input", () => {
      if (this.volume) this.step(this.through(), Number(this.slider.value) - 1 - Math.round(this.cursor()[this.through()]));
    });
  }

  tellState(text) {
    this.figure.querySelector(".state").textContent = text;
  }

  tellMissing(text) {
    const told = this.figure.querySelector(".missing");
    told.textContent = text;
    told.hidden = !text;
    this.canvas.hidden = Boolean(text);
    this.slider.disabled = Boolean(text);
    if (!text) return;
    this.figure.querySelector(".cursor").textContent = "";
    this.figure.dataset.shown = "missing";
    this.tellState("");
  }
}
