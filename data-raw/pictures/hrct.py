"""Draw the pictures of docs/explanation/hrct.md, from a phantom.

python data-raw/pictures/hrct.py
"""

from __future__ import annotations

import io
from pathlib import Path

import matplotlib as mpl

mpl.use("Agg")
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Patch
from PIL import Image

from breathline.ct.lungs import find_lungs
from breathline.ct.patterns import DEFAULT_METHOD, PATTERN_METHODS
from breathline.ct.regions import CELLS, find_regions
from breathline.figures.style import PATTERN_STYLES
from breathline.model.volume import PATTERN_CODES
from breathline.phantom import PhantomSpec, simulate_phantom

TARGET = Path(__file__).resolve().parents[2] / "docs" / "images"
SPEC = PhantomSpec(
    seed=81, thickness_mm=2.0, ground_glass=14, reticulation=7, honeycombing=5, consolidation=3, emphysema=3
)
HEIGHTS = (0.18, 0.45, 0.72)


def show(axes: Axes, hu: np.ndarray, box: tuple[slice, slice], title: str) -> None:
    axes.imshow(hu[box], cmap="gray", vmin=-1350, vmax=150)
    axes.set_title(title, fontsize=9)
    axes.set_axis_off()


def coloured(labels: np.ndarray) -> np.ndarray:
    picture = np.zeros((*labels.shape, 4))
    for name, (colour, _) in PATTERN_STYLES.items():
        picture[labels == PATTERN_CODES[name]] = mpl.colors.to_rgba(colour, 0.6)
    return picture


def save(name: str, dpi: int = 80) -> None:
    """Save the current figure small enough for a page of the documentation."""
    stream = io.BytesIO()
    plt.savefig(stream, dpi=dpi)
    few_colours(Image.open(stream).convert("RGB")).save(TARGET / name, optimize=True)
    plt.close()


def few_colours(picture: Image.Image, colours: int = 96, greys: int = 96) -> Image.Image:
    """Leave a palette of greys and of the colours that stand out from them, which would else be averaged away."""
    pixels = np.asarray(picture).reshape(-1, 3)
    vivid = Image.fromarray(pixels[np.ptp(pixels.astype(int), axis=1) > 10][None])
    found = vivid.quantize(colours, method=Image.Quantize.MEDIANCUT, kmeans=2).getpalette() or []
    grey = [round(level) for level in np.linspace(0, 255, greys) for _ in range(3)]
    palette = Image.new("P", (1, 1))
    palette.putpalette(found[: 3 * colours] + grey)
    return picture.quantize(palette=palette, dither=Image.Dither.NONE)


def main() -> None:
    volume, true_lungs, truth = simulate_phantom(SPEC)
    found = find_lungs(volume)
    lungs = found.lungs.labels
    patterns = PATTERN_METHODS[DEFAULT_METHOD].classify(volume, found.lungs).labels.labels
    regions = find_regions(found.lungs).labels
    inside = true_lungs.labels > 0
    layers = np.flatnonzero(inside.any(axis=(1, 2)))
    numbers = [round(layers[0] + height * (layers[-1] - layers[0])) for height in HEIGHTS]
    rows, columns = np.flatnonzero(inside.any(axis=(0, 2))), np.flatnonzero(inside.any(axis=(0, 1)))
    box = (slice(rows[0] - 12, rows[-1] + 12), slice(columns[0] - 12, columns[-1] + 12))

    figure, axes = plt.subplots(1, 3, figsize=(12, 3.4), layout="constrained")
    figure.suptitle(
        "lungs found (orange) and true (dotted), airway (green), recovered dense lung (red)", fontsize=9
    )
    for one, number in zip(axes, numbers, strict=True):
        show(one, volume.hu[number], box, "")
        one.contour(lungs[number][box] > 0, [0.5], colors="orange", linewidths=1.0)
        one.contour(inside[number][box], [0.5], colors="white", linewidths=0.6, linestyles="dotted")
        for mask, colour in ((found.airways.labels, "lime"), (found.recovered.labels, "red")):
            if mask[number][box].any():
                one.contour(mask[number][box] > 0, [0.5], colors=colour, linewidths=1.0)
    save("hrct-lungs.png")

    figure, axes = plt.subplots(2, 3, figsize=(12, 6.8), layout="constrained")
    for column, number in enumerate(numbers):
        for row, (labels, title) in enumerate(((truth.labels, "truth"), (patterns, "found"))):
            show(axes[row, column], volume.hu[number], box, title)
            axes[row, column].imshow(coloured(labels[number][box]), interpolation="nearest")
    handles = [
        Patch(color=colour, label=name.replace("_", " ")) for name, (colour, _) in PATTERN_STYLES.items()
    ]
    figure.legend(handles=handles, loc="outside lower center", ncol=7, fontsize=8)
    save("hrct-patterns.png", dpi=72)

    figure, axes = plt.subplots(1, 3, figsize=(12, 3.4), layout="constrained")
    figure.suptitle("regions: zones are thirds of the lungs' volume, the rind is 10 mm deep", fontsize=9)
    for one, number in zip(axes, numbers, strict=True):
        show(one, volume.hu[number], box, "")
        shown = np.ma.masked_equal(regions[number][box], 0)
        one.imshow(shown, cmap="tab20", vmin=1, vmax=len(CELLS), alpha=0.45, interpolation="nearest")
    save("hrct-regions.png")


if __name__ == "__main__":
    main()
