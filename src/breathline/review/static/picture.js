// Draws slices of a volume on a canvas without WebGL: a slice is a few hundred thousand voxels, which a processor turns
// into a picture faster than software can imitate a graphics card.

// The axes of a plane: across and down on the screen, and through it. The first voxel of either lies right or below,
// so that the patient's right is on the left, the front above or left, and the head above.
const PLANES = {
  axial: { across: 2, down: 1, through: 0, marks: ["R", "A"] },
  coronal: { across: 2, down: 0, through: 1, marks: ["R", "S"] },
  sagittal: { across: 1, down: 0, through: 2, marks: ["A", "S"] },
};
const LOWEST = -2048;
const HIGHEST = 4095;
const BACK = "#0b0f13";
const CROSS = "#59d9ff";
const MARK = "#ffffff";
const GAP = 6;

export class Picture {
  constructor(canvas) {
    this.canvas = canvas;
    this.context = canvas.getContext("2d", { alpha: false });
    this.view = "axial";
    this.window = [-1350, 150];
    this.opacity = 0.45;
    this.legend = [];
    this.labels = null;
    this.cursor = [0, 0, 0];
    this.slices = {};
    this.frame = 0;
    new ResizeObserver(() => this.redraw()).observe(canvas);
  }

  // `size` and `spacing` are those of the full view, whatever the detail of the volume.
  look(volume, size, spacing) {
    Object.assign(this, { volume, size, spacing, slices: {}, lines: {} });
    this.redraw();
  }

  set(changes) {
    Object.assign(this, changes);
    if ("window" in changes) this.greys = null;
    if ("legend" in changes || "opacity" in changes) this.blended = null;
    this.slices = {};
    this.redraw();
  }

  // Labels were painted on: what was kept of the slices no longer holds.
  repaint() {
    this.slices = {};
    this.redraw();
  }

  move(cursor) {
    this.cursor = cursor;
    this.redraw();
  }

  // However often something changes, it is drawn once a frame.
  redraw() {
    this.frame ||= requestAnimationFrame(() => {
      this.frame = 0;
      this.draw();
    });
  }

  draw() {
    const { canvas, context } = this;
    const ratio = Math.min(devicePixelRatio || 1, 2);
    const [width, height] = [Math.round(canvas.clientWidth * ratio), Math.round(canvas.clientHeight * ratio)];
    if (!width || !height) return;
    if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
    context.fillStyle = BACK;
    context.fillRect(0, 0, width, height);
    context.imageSmoothingEnabled = true;
    if (this.volume) this.tiles().forEach((tile) => this.drawTile(tile, ratio));
  }

  // Where each plane lies on the canvas, in CSS pixels.
  tiles() {
    const { clientWidth: width, clientHeight: height } = this.canvas;
    const mm = this.size.map((count, axis) => count * this.spacing[axis]);
    if (this.view !== "all") return [this.placed(this.view, mm, [0, 0, width, height])];
    const [high, deep, wide] = mm;
    const scale = Math.min(width / (wide + deep), height / (deep + high));
    const [left, top] = [(width - scale * (wide + deep)) / 2, (height - scale * (deep + high)) / 2];
    const [column, row] = [left + scale * wide, top + scale * deep];
    return [
      this.placed("axial", mm, [left, top, scale * wide, scale * deep]),
      this.placed("coronal", mm, [left, row, scale * wide, scale * high]),
      this.placed("sagittal", mm, [column, row, scale * deep, scale * high]),
    ];
  }

  placed(name, mm, [left, top, width, height]) {
    const plane = PLANES[name];
    const [across, down] = [mm[plane.across], mm[plane.down]];
    const scale = Math.min(width / across, height / down);
    const [w, h] = [scale * across, scale * down];
    return { ...plane, name, x: left + (width - w) / 2, y: top + (height - h) / 2, w, h };
  }

  // The place of the full view under a point of the canvas; without a tile, that of the tile under it or null.
  placeAt(x, y, tile = this.tileAt(x, y)) {
    if (!tile) return null;
    const place = [...this.cursor];
    place[tile.across] = this.size[tile.across] * (1 - (x - tile.x) / tile.w) - 0.5;
    place[tile.down] = this.size[tile.down] * (1 - (y - tile.y) / tile.h) - 0.5;
    return place;
  }

  tileAt(x, y) {
    if (!this.volume) return null;
    return this.tiles().find((one) => x >= one.x && y >= one.y && x < one.x + one.w && y < one.y + one.h) ?? null;
  }

  drawTile(tile, ratio) {
    const { context } = this;
    context.save();
    context.scale(ratio, ratio);
    context.drawImage(this.slice(tile), tile.x, tile.y, tile.w, tile.h);
    const [i, j] = [this.cursor[tile.across], this.cursor[tile.down]];
    this.drawCross(
      tile,
      tile.x + tile.w * (1 - (i + 0.5) / this.size[tile.across]),
      tile.y + tile.h * (1 - (j + 0.5) / this.size[tile.down]),
    );
    Object.assign(context, { font: "600 13px sans-serif", textBaseline: "top", lineWidth: 3, lineJoin: "round" });
    Object.assign(context, { strokeStyle: BACK, fillStyle: MARK }); // edged, since they stand on black and on white
    for (const [text, x, y] of [
      [tile.marks[0], tile.x + 5, tile.y + tile.h / 2 - 6],
      [tile.marks[1], tile.x + tile.w / 2 - 5, tile.y + 5],
    ]) {
      context.strokeText(text, x, y);
      context.fillText(text, x, y);
    }
    context.restore();
  }

  drawCross(tile, x, y) {
    const { context } = this;
    context.strokeStyle = CROSS;
    context.lineWidth = 1;
    context.beginPath();
    for (const [from, to] of [
      [tile.x, x - GAP],
      [x + GAP, tile.x + tile.w],
    ]) {
      if (to > from) context.moveTo(from, y), context.lineTo(to, y);
    }
    for (const [from, to] of [
      [tile.y, y - GAP],
      [y + GAP, tile.y + tile.h],
    ]) {
      if (to > from) context.moveTo(x, from), context.lineTo(x, to);
    }
    context.stroke();
  }

  // One plane through the cursor as a picture of its own, a pixel a voxel; kept until something else is to be seen.
  slice(tile) {
    const own = this.volume.size;
    const full = this.size;
    const through = Math.min(full[tile.through] - 1, Math.max(0, Math.round(this.cursor[tile.through])));
    const kept = this.slices[tile.name];
    if (kept?.through === through) return kept.canvas;
    const [wide, high] = [own[tile.across], own[tile.down]];
    const canvas = kept?.canvas ?? new OffscreenCanvas(wide, high);
    if (canvas.width !== wide || canvas.height !== high) Object.assign(canvas, { width: wide, height: high });
    const context = canvas.getContext("2d", { alpha: false });
    const picture = new ImageData(wide, high);
    const at = (size) =>
      Math.min(size[tile.through] - 1, Math.floor(((through + 0.5) * size[tile.through]) / full[tile.through])) *
      stride(size, tile.through);
    const lines = (this.lines[tile.name] ??= {
      across: offsets(own, tile.across, wide),
      down: offsets(own, tile.down, high),
      labelAcross: offsets(full, tile.across, wide),
      labelDown: offsets(full, tile.down, high),
    });
    this.fill(new Uint32Array(picture.data.buffer), { ...lines, start: at(own), labelStart: at(full) });
    context.putImageData(picture, 0, 0);
    this.slices[tile.name] = { canvas, through };
    return canvas;
  }

  fill(pixels, { across, down, start, labelAcross, labelDown, labelStart }) {
    const { data } = this.volume;
    const greys = (this.greys ??= greyOf(this.window));
    const blended = (this.blended ??= blend(this.legend, this.opacity));
    const labels = this.labels;
    for (let row = 0, n = 0; row < down.length; row += 1) {
      const line = start + down[row];
      const labelLine = labelStart + labelDown[row];
      for (let column = 0; column < across.length; column += 1, n += 1) {
        const grey = greys[data[line + across[column]] - LOWEST];
        const code = labels ? labels[labelLine + labelAcross[column]] : 0;
        pixels[n] = blended[(code << 8) | grey];
      }
    }
  }
}

export function stride(size, axis) {
  return axis === 2 ? 1 : axis === 1 ? size[2] : size[1] * size[2];
}

// Where the voxels of a line of the screen lie in an array of this size, the last of them first.
function offsets(size, axis, count) {
  return Int32Array.from({ length: count }, (_, n) => {
    const index = Math.floor(((count - 1 - n + 0.5) * size[axis]) / count);
    return index * stride(size, axis);
  });
}

// Grey of each Hounsfield unit that the views keep.
function greyOf([low, high]) {
  const found = new Uint8ClampedArray(HIGHEST - LOWEST + 1);
  for (let n = 0; n < found.length; n += 1) found[n] = (255 * (n + LOWEST - low)) / Math.max(1, high - low);
  return found;
}

// Colour of each label over each grey, as a pixel.
function blend(legend, opacity) {
  const found = new Uint32Array(256 * 256);
  for (let code = 0; code < 256; code += 1) {
    const colour = legend.find((one) => one.code === code)?.colour;
    const parts = colour ? [1, 3, 5].map((n) => parseInt(colour.slice(n, n + 2), 16)) : null;
    for (let grey = 0; grey < 256; grey += 1) {
      const [r, g, b] = parts ? parts.map((part) => Math.round(grey + opacity * (part - grey))) : [grey, grey, grey];
      found[(code << 8) | grey] = (255 << 24) | (b << 16) | (g << 8) | r;
    }
  }
  return found;
}
