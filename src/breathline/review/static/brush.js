// Painting labels anew: what was painted is the difference to what was there, sent as runs of voxels.
import { stride } from "./picture.js";

const one = (selector) => document.querySelector(selector);
const LARGEST = 40;

export class Brush {
  constructor({ state, say, tell, panes, forms, choose }) {
    Object.assign(this, { state, say, tell, panes, forms, choose });
    this.painting = null;
    if (!one("#brush")) return;
    one("#brush-scan").replaceChildren(
      ...panes.map((pane, number) => new Option(pane.figure.querySelector("b").textContent, String(number))),
    );
    one("#brush-open").addEventListener("click", () => (this.painting ? this.cancel() : this.start()));
    one("#brush-cancel").addEventListener("click", () => this.cancel());
    one("#brush-scan").addEventListener("change", () => this.start());
    one("#brush-map").addEventListener("change", () => this.start());
    one("#brush-undo").addEventListener("click", () => this.takeBack());
    one("#brush").addEventListener("submit", (event) => {
      event.preventDefault();
      this.save();
    });
    addEventListener("beforeunload", (event) => this.changed && event.preventDefault());
  }

  async start() {
    const pane = this.panes[Number(one("#brush-scan").value)];
    const map = one("#brush-map").value;
    await this.cancel();
    if (!pane?.fine || !pane.has(map)) {
      this.tell(this.say(pane?.fine ? "no_map" : "need_fine"));
      return;
    }
    const { turn } = pane;
    await this.choose("overlay", map);
    const before = await pane.read(map);
    if (pane.turn !== turn) return; // another scan was chosen meanwhile
    const labels = this.state.overlays[map].filter((label) => !["vessel", "airway"].includes(label.name));
    const options = labels.map((label) => new Option(label.name, String(label.code)));
    if (map === "lungs") options.push(new Option(this.say("erase"), "0"));
    one("#brush-label").replaceChildren(...options);
    Object.assign(this, { painting: pane, map, before, now: before.slice(), strokes: [], changed: 0 });
    pane.brush = this;
    pane.lay(this.now, pane.picture.legend);
    one("#brush").hidden = false;
    one("#brush-open").setAttribute("aria-expanded", "true");
    this.count();
  }

  stop() {
    if (!this.painting) return;
    this.painting.brush = null;
    Object.assign(this, { painting: null, before: null, now: null, strokes: [], changed: 0 });
    one("#brush").hidden = true;
    one("#brush-open").setAttribute("aria-expanded", "false");
  }

  async cancel() {
    const pane = this.painting;
    this.stop();
    await pane?.show(pane.overlay, pane.picture.legend);
  }

  // --- a stroke ---------------------------------------------------------------------------------------------------

  begin() {
    this.strokes.push(new Map()); // voxels, with what they were
    this.path = [];
  }

  drag(places, tile) {
    this.tile = tile;
    for (const place of places) {
      const point = [place[tile.across], place[tile.down]];
      const [from] = this.path.slice(-1).concat([point]);
      const steps = Math.max(1, Math.ceil(Math.hypot(point[0] - from[0], point[1] - from[1])));
      for (let n = 1; n <= steps; n += 1) {
        this.dab(from.map((v, axis) => v + ((point[axis] - v) * n) / steps));
      }
      this.path.push(point);
    }
    this.painting.picture.repaint();
  }

  end() {
    if (one("#brush-fill").checked) this.fillPath();
    if (!this.strokes[this.strokes.length - 1]?.size) this.strokes.pop();
    this.painting.picture.repaint();
    this.count();
  }

  takeBack() {
    for (const [voxel, was] of this.strokes?.pop() ?? []) this.set(voxel, was);
    this.painting?.picture.repaint();
    this.count();
  }

  // A round tip, as many voxels across as the size says.
  dab([across, down]) {
    const size = Math.min(LARGEST, Math.max(1, Number(one("#brush-size").value) || 1));
    const radius = size / 2;
    for (let j = Math.ceil(down - radius); j <= down + radius; j += 1) {
      for (let i = Math.ceil(across - radius); i <= across + radius; i += 1) {
        if ((i - across) ** 2 + (j - down) ** 2 <= radius ** 2) this.paint(i, j);
      }
    }
    this.paint(Math.round(across), Math.round(down));
  }

  // Everything within the path, line by line: between the first and second crossing, the third and fourth, and so on.
  fillPath() {
    const path = this.path;
    const rows = path.map(([, down]) => down);
    for (let j = Math.ceil(Math.min(...rows)); j <= Math.max(...rows); j += 1) {
      const crossings = [];
      path.forEach(([across, down], n) => {
        const [next, below] = path[(n + 1) % path.length];
        if (down <= j !== below <= j) crossings.push(across + ((j - down) / (below - down)) * (next - across));
      });
      crossings.sort((a, b) => a - b);
      for (let n = 0; n + 1 < crossings.length; n += 2) {
        for (let i = Math.ceil(crossings[n]); i <= crossings[n + 1]; i += 1) this.paint(i, j);
      }
    }
  }

  paint(across, down) {
    const { size } = this.painting;
    const { tile } = this;
    if (across < 0 || down < 0 || across >= size[tile.across] || down >= size[tile.down]) return;
    const through = Math.round(this.painting.cursor()[tile.through]);
    const voxel =
      across * stride(size, tile.across) + down * stride(size, tile.down) + through * stride(size, tile.through);
    const value = Number(one("#brush-label").value);
    // Patterns lie within the lungs.
    if (this.now[voxel] === value || (this.map === "patterns" && this.before[voxel] === 0)) return;
    const stroke = this.strokes[this.strokes.length - 1];
    if (!stroke.has(voxel)) stroke.set(voxel, this.now[voxel]);
    this.set(voxel, value);
  }

  set(voxel, value) {
    const differed = this.now[voxel] !== this.before[voxel];
    this.now[voxel] = value;
    this.changed += Number(value !== this.before[voxel]) - Number(differed);
  }

  count() {
    const voxels = this.changed;
    one("#brush-count").textContent = voxels ? this.say("painted", { voxels: voxels.toLocaleString("en") }) : "";
  }

  // --- what is sent -----------------------------------------------------------------------------------------------

  // [start, length, before, after], none of which leaves its line of columns.
  runs() {
    const { now, before } = this;
    if (!this.painting) return [];
    const columns = this.painting.size[2];
    const found = [];
    for (let n = 0; n < now.length; n += 1) {
      if (before[n] === now[n]) continue;
      const last = found[found.length - 1];
      const goesOn = last && last[0] + last[1] === n && n % columns && last[2] === before[n] && last[3] === now[n];
      if (goesOn) last[1] += 1;
      else found.push([n, 1, before[n], now[n]]);
    }
    return found;
  }

  async save() {
    const runs = this.runs();
    if (!runs.length) {
      this.tell(this.say("nothing_painted"));
      return;
    }
    const pane = this.painting;
    const content = { kind: "labels", scan: pane.scan.number, label_map: this.map, runs };
    const saved = await this.forms.ask(one("#brush").getAttribute("aria-label"), content);
    if (!saved) return;
    pane.forget(this.map);
    await this.cancel();
  }
}
