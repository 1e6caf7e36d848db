// One scan on the screen: loads it coarse first, then in full, and knows where its cursor is.
const { Niivue, SLICE_TYPE } = globalThis.niivue;

export const VIEWS = {
  axial: SLICE_TYPE.AXIAL,
  coronal: SLICE_TYPE.CORONAL,
  sagittal: SLICE_TYPE.SAGITTAL,
  all: SLICE_TYPE.MULTIPLANAR,
};
export const WINDOWS = { lung: [-1350, 150], mediastinum: [-160, 240], wide: [-1400, 1000] };


const GRADIENT_UNITS = [33990, 33992];

// Slices only: the library would also work out light and shade for a rendering in 3D, which takes most of the time in
// which a volume is loaded or its window changed, and which this page never shows.
class SliceViewer extends Niivue {
  refreshLayers(volume, layer) {
    super.refreshLayers(volume, layer);
    for (const name of Object.keys(this.muted ?? {})) delete this.gl[name];
    this.muted = null;
  }

  rgbaTex(texture, unit, dims, isEmpty = false) {
    const forLight = GRADIENT_UNITS.includes(unit) && dims[3] > 2;
    if (forLight && !this.muted) {
      this.muted = {
        drawArrays() {},
        framebufferTextureLayer() {},
        checkFramebufferStatus: () => this.gl.FRAMEBUFFER_COMPLETE,
      };
      Object.assign(this.gl, this.muted);
    }
    return super.rgbaTex(texture, unit, forLight ? [2, 2, 2, 2] : dims, isEmpty);
  }
}

export class Pane {
  constructor(figure, scan, words) {
    this.figure = figure;
    this.scan = scan;
    this.say = words;
    this.canvas = figure.querySelector("canvas");
    this.size = scan.size;
    this.fine = false;
    this.overlay = "none";
    this.labels = new Map();
    this.onMoved = () => {};
    figure.querySelector(".when").textContent = scan.title;
    figure.dataset.scan = scan.number;
  }

  async open(view, window) {
    if (this.scan.missing) return this.tellMissing(this.scan.missing);
    this.tellState(this.say("loading"));
    this.nv = new SliceViewer({
      backColor: [0.043, 0.059, 0.075, 1],
      crosshairColor: [0.35, 0.85, 1, 0.9],
      crosshairWidth: 1,
      crosshairGap: 6,
      isRadiologicalConvention: true,
      sagittalNoseLeft: true,
      dragAndDropEnabled: false,
      loadingText: "",
      logLevel: "silent",
      show3Dcrosshair: false,
      multiplanarShowRender: 0,
      sliceType: VIEWS[view],
      isNearestInterpolation: false,
      isColorbar: false,
      viewModeHotKey: "",
      clipPlaneHotKey: "",
      cycleClipPlaneHotKey: "",
      doubleTouchTimeout: 0,
    });
    // Keys are ours: the library's own would start things that the page does not offer.
    this.nv.keyDownListener = this.nv.keyUpListener = () => {};
    try {
      await this.nv.attachToCanvas(this.canvas, false); // slices have no slanting edges to smooth
    } catch {
      return this.tellMissing(this.say("no_webgl"));
    }
    this.nv.onLocationChange = () => this.moved(true);
    try {
      await this.load("view-coarse.nii", window);
      this.place(this.middle());
      this.figure.dataset.shown = "coarse";
      this.tellState(this.say("sharpening"));
    } catch (error) {
      return this.tellMissing(`${this.say("failed")} ${error.message ?? ""}`);
    }
  }

  async sharpen(window) {
    if (!this.nv?.volumes.length) return;
    const where = this.cursor();
    try {
      await this.load("view.nii", window());
    } catch {
      return this.tellState(this.say("failed"));
    }
    this.fine = true;
    this.place(where);
    this.figure.dataset.shown = "fine";
    this.tellState("");
    if (this.overlay !== "none") await this.show(this.overlay, this.legend);
  }

  async load(file, window) {
    const [low, high] = WINDOWS[window];
    this.nv.drawBitmap = null;
    await this.nv.loadVolumes([
      { url: `/data/${this.scan.number}/${file}`, name: file, cal_min: low, cal_max: high, colormap: "gray" },
    ]);
  }

  middle() {
    return this.size.map((n) => (n - 1) / 2);
  }

  // Slice, row and column of the full view, whether it is shown coarse or not.
  cursor() {
    const [x, y, z] = this.nv.scene.crosshairPos;
    const [nz, ny, nx] = this.size;
    return [z * nz - 0.5, y * ny - 0.5, x * nx - 0.5];
  }

  place(at) {
    if (!this.nv?.volumes.length) return;
    const kept = at.map((v, axis) => Math.min(Math.max(v, 0), this.size[axis] - 1));
    const [z, y, x] = kept.map((v, axis) => (v + 0.5) / this.size[axis]);
    this.nv.scene.crosshairPos = [x, y, z];
    this.nv.drawScene();
    this.moved(false);
  }

  step(axis, by) {
    const at = this.cursor();
    // From the middle of one voxel to the middle of the next, so that every slice is seen.
    at[axis] = Math.round(at[axis]) + by;
    this.place(at);
    this.onMoved(this);
  }

  moved(byReader) {
    const at = this.cursor();
    this.figure.dataset.cursor = at.map((v) => v.toFixed(3)).join(",");
    const [z, y, x] = at.map(Math.round);
    const parts = [this.say("slice", { n: z + 1, count: this.size[0] })];
    const hu = this.valueAt(z, y, x);
    if (hu !== undefined) parts.push(this.say("hu", { hu: String(hu).replace("-", "−") }));
    const label = this.labelAt(z, y, x);
    if (label) parts.push(label);
    this.figure.querySelector(".cursor").textContent = parts.join(" · ");
    if (byReader) this.onMoved(this);
  }

  dims() {
    return this.nv.volumes[0].dims.slice(1, 4); // columns, rows, slices
  }

  index(z, y, x) {
    const [nx, ny, nz] = this.dims();
    const k = Math.min(nz - 1, Math.floor((z * nz) / this.size[0]));
    const j = Math.min(ny - 1, Math.floor((y * ny) / this.size[1]));
    const i = Math.min(nx - 1, Math.floor((x * nx) / this.size[2]));
    return i + nx * (j + ny * k);
  }

  valueAt(z, y, x) {
    return this.nv.volumes[0]?.img?.[this.index(z, y, x)];
  }

  labelAt(z, y, x) {
    if (this.overlay === "none" || !this.nv.drawBitmap) return "";
    const code = this.nv.drawBitmap[this.index(z, y, x)];
    return this.legend?.find((one) => one.code === code)?.name ?? "";
  }

  setView(view) {
    this.nv?.setSliceType(VIEWS[view]);
  }

  setWindow(window) {
    const volume = this.nv?.volumes[0];
    if (!volume) return;
    [volume.cal_min, volume.cal_max] = WINDOWS[window];
    this.nv.updateGLVolume();
  }

  setOpacity(share) {
    this.share = share;
    this.nv?.setDrawOpacity(share);
  }

  // Lay a label map on the scan; resolves to false where this scan has none.
  async show(name, legend) {
    this.overlay = name;
    this.legend = legend;
    if (!this.nv?.volumes.length) return false;
    if (name === "none" || !this.scan.maps.includes(name)) {
      this.overlay = "none";
      if (this.nv.drawBitmap) this.nv.closeDrawing();
      this.figure.dataset.overlay = "none";
      this.moved(false);
      return name === "none";
    }
    const labels = await this.read(name);
    if (this.overlay !== name) return true; // another one was chosen meanwhile
    this.nv.drawLut = colours(legend);
    this.nv.refreshColormaps();
    this.nv.setDrawOpacity(this.share ?? 0.45);
    if (!this.nv.drawBitmap) this.nv.createEmptyDrawing();
    this.nv.drawBitmap.set(this.fine ? labels : this.thinned(labels));
    this.nv.drawClearAllUndoBitmaps();
    this.nv.drawAddUndoBitmap();
    this.nv.refreshDrawing(true);
    this.figure.dataset.overlay = name;
    this.moved(false);
    return true;
  }

  async read(name) {
    if (!this.labels.has(name)) {
      const response = await fetch(`/data/${this.scan.number}/${name}`);
      if (!response.ok) throw new Error((await response.json()).message);
      this.labels.set(name, new Uint8Array(await response.arrayBuffer()));
    }
    return this.labels.get(name);
  }

  forget(name) {
    this.labels.delete(name);
  }

  thinned(labels) {
    const [nx, ny, nz] = this.dims();
    const [sz, sy, sx] = [this.size[0] / nz, this.size[1] / ny, this.size[2] / nx];
    const found = new Uint8Array(nx * ny * nz);
    for (let k = 0, n = 0; k < nz; k += 1)
      for (let j = 0; j < ny; j += 1) {
        const line = this.size[2] * (j * sy + this.size[1] * k * sz);
        for (let i = 0; i < nx; i += 1, n += 1) found[n] = labels[line + i * sx];
      }
    return found;
  }

  tellState(text) {
    this.figure.querySelector(".state").textContent = text;
  }

  tellMissing(text) {
    const told = this.figure.querySelector(".missing");
    told.textContent = text;
    told.hidden = false;
    this.canvas.hidden = true;
    this.figure.dataset.shown = "missing";
    this.tellState("");
  }
}

function colours(legend) {
  const lut = new Uint8ClampedArray(256 * 4);
  const labels = Array.from({ length: 256 }, () => "");
  for (const { code, name, colour } of legend) {
    labels[code] = name;
    if (!colour) continue;
    for (let n = 0; n < 3; n += 1) lut[4 * code + n] = parseInt(colour.slice(1 + 2 * n, 3 + 2 * n), 16);
    lut[4 * code + 3] = 255;
  }
  return { lut, labels };
}
