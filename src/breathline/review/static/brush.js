// Painting labels anew: what was painted is the difference to what was there, sent as runs of voxels.
const one = (selector) => document.querySelector(selector);

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
    for (const id of ["#brush-label", "#brush-size", "#brush-fill"]) {
      one(id).addEventListener("change", () => this.take());
    }
    one("#brush-undo").addEventListener("click", () => {
      this.painting?.nv.drawUndo();
      this.count();
    });
    one("#brush").addEventListener("submit", (event) => {
      event.preventDefault();
      this.save();
    });
    addEventListener("pointerup", () => this.painting && setTimeout(() => this.settle()));
    addEventListener("beforeunload", (event) => this.runs().length && event.preventDefault());
  }

  async start() {
    const pane = this.panes[Number(one("#brush-scan").value)];
    const map = one("#brush-map").value;
    this.stop();
    if (!pane?.fine || !pane.scan.maps.includes(map)) {
      this.tell(this.say(pane?.fine ? "no_map" : "need_fine"));
      return;
    }
    await this.choose("overlay", map);
    const labels = this.state.overlays[map].filter((label) => !["vessel", "airway"].includes(label.name));
    const options = labels.map((label) => new Option(label.name, String(label.code)));
    if (map === "lungs") options.push(new Option(this.say("erase"), "0"));
    one("#brush-label").replaceChildren(...options);
    this.painting = pane;
    this.map = map;
    this.before = await pane.read(map);
    one("#brush").hidden = false;
    one("#brush-open").setAttribute("aria-expanded", "true");
    this.take();
    this.count();
  }

  take() {
    const { nv } = this.painting;
    nv.opts.penSize = Math.min(40, Math.max(1, Number(one("#brush-size").value) || 1));
    nv.opts.drawingEnabled = true;
    nv.setPenValue(Number(one("#brush-label").value), one("#brush-fill").checked);
  }

  stop() {
    if (!this.painting) return;
    this.painting.nv.opts.drawingEnabled = false;
    this.painting = null;
    one("#brush").hidden = true;
    one("#brush-open").setAttribute("aria-expanded", "false");
  }

  async cancel() {
    const pane = this.painting;
    this.stop();
    await pane?.show(pane.overlay, pane.legend);
  }

  // Patterns lie within the lungs: what was painted beyond them is taken back at once.
  settle() {
    const now = this.painting?.nv.drawBitmap;
    if (!now) return;
    if (this.map === "patterns") {
      let outside = false;
      for (let n = 0; n < now.length; n += 1) {
        if (now[n] !== this.before[n] && (this.before[n] === 0 || now[n] === 0)) {
          now[n] = this.before[n];
          outside = true;
        }
      }
      if (outside) this.painting.nv.refreshDrawing(true);
    }
    this.count();
  }

  count() {
    const voxels = this.runs().reduce((sum, run) => sum + run[1], 0);
    one("#brush-count").textContent = voxels ? this.say("painted", { voxels: voxels.toLocaleString("en") }) : "";
  }

  // [start, length, before, after], none of which leaves its line of columns.
  runs() {
    const now = this.painting?.nv.drawBitmap;
    if (!now) return [];
    const columns = this.painting.size[2];
    const found = [];
    for (let n = 0; n < now.length; n += 1) {
      const [before, after] = [this.before[n], now[n]];
      if (before === after) continue;
      const last = found[found.length - 1];
      const goesOn = last && last[0] + last[1] === n && n % columns && last[2] === before && last[3] === after;
      if (goesOn) last[1] += 1;
      else found.push([n, 1, before, after]);
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
    const saved = await this.forms.ask(document.querySelector("#brush").getAttribute("aria-label"), content);
    if (!saved) return;
    pane.forget(this.map);
    this.stop();
    await pane.show(pane.overlay, pane.legend);
  }
}
