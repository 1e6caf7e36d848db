"""Where disease lies: fixed random fields of the patient, cut at the height that gives the extent asked for.

A lower extent cuts the same field higher, so that what remains at follow-up lies within what was.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from breathline.phantom.breathing import at_points, to_scan
from breathline.phantom.compiled import Grid
from breathline.phantom.look import STANDARD, Look, look_of
from breathline.phantom.shapes import Array, Space, smooth_noise
from breathline.phantom.spec import PhantomSpec

ORDER = ("honeycombing", "consolidation", "reticulation", "ground_glass", "emphysema")
"""Channels of the disease grid; where two lie in one place the earlier is told."""

BORDER_MM = {
    "honeycombing": 2.0,
    "consolidation": 2.5,
    "reticulation": 6.0,
    "ground_glass": 7.0,
    "emphysema": 2.0,
}
"""How gradually a pattern ends [mm]."""

NEVER = 1e6


@dataclass(frozen=True, slots=True)
class Cuts:
    """Heights at which the fields are cut, and over what height the border is drawn, by channel.

    `progressed` cuts the field of reticulation within the ground-glass of `baseline`.
    """

    level: NDArray[np.float32]
    border: NDArray[np.float32]
    progressed: float = NEVER
    baseline: float = NEVER


def draw_fields(
    space: Space, cavity: Array, diaphragm: Array, random: np.random.Generator, look: Look = STANDARD
) -> Array:
    """Draw the fields (z, y, x, channel) from which every extent of this patient is cut."""
    # fibrosis follows the pleura of the ribs and of the diaphragm, not that of the heart
    depth = np.clip(np.minimum(-cavity, 3.0 - 1.6 * diaphragm), 0, None)
    base = look.basal * np.clip(1 - space.z / 230, -0.3, 1.3)
    rind = look.pleural
    back = np.clip(space.y / 80, -1, 1)

    def noise(scale_mm: float) -> Array:
        return smooth_noise(space.shape, scale_mm / space.step, random)

    broad = noise(30)
    fibrous = noise(22)
    fields = np.empty((*space.shape, len(ORDER)), dtype=np.float32)
    fields[..., 0] = (
        2.6 * rind * np.exp(-depth / 9) + 1.1 * base + 0.5 * back + 0.45 * fibrous + 0.3 * noise(12)
    )
    fields[..., 1] = (
        0.7 * noise(30) + 0.35 * noise(11) + 1.7 * rind * np.exp(-depth / 13) + 0.8 * base + 0.5 * back
    )
    fields[..., 2] = 2.3 * rind * np.exp(-depth / 16) + 1.1 * base + 0.35 * fibrous + 0.35 * noise(14)
    fields[..., 3] = (
        look.focal * (0.8 * broad + 0.55 * noise(13))
        + 1.6 * base
        + 0.4 * back
        + 0.8 * look.haze_pleural * np.exp(-depth / look.haze_depth_mm)
    )
    fields[..., 4] = 1.3 * noise(7.5) + 0.35 * noise(30) + 1.6 * np.clip(space.z / 240, 0, 1)
    return fields


def choose_cuts(
    space: Space,
    fields: Array,
    masks: tuple[NDArray[np.bool_], NDArray[np.bool_]],
    posture: Grid,
    specs: tuple[PhantomSpec, PhantomSpec | None],
) -> Cuts:
    """Choose where to cut each field so that the patterns have the extents asked for.

    Parameters
    ----------
    masks
        Grid points that are lung, and those of them that are neither vessel nor airway.
    specs
        The scan, and for a follow-up its baseline.
    """
    spec, baseline = specs
    lung, clear = masks
    inside = np.argwhere(lung)
    points = np.stack([space.axes[i][inside[:, 2 - i]] for i in range(3)], axis=1).astype(np.float64)
    weight = 1.0 / at_points(posture, to_scan(posture, points))[:, 3].astype(np.float64)
    values = fields[lung]
    level = np.full(len(ORDER), NEVER, dtype=np.float32)
    total = weight.sum()
    free = clear[lung]
    progressed = before = NEVER
    for channel, name in enumerate(ORDER):
        level[channel] = _cut(values[:, channel], weight, free, spec.extents[name] / 100 * total)
        free &= values[:, channel] <= level[channel]
        if name == "reticulation" and baseline is not None and spec.progressed > 0:
            before = float(choose_cuts(space, fields, masks, posture, (baseline, None)).level[3])
            hazy = free & (values[:, 3] > before)
            progressed = _cut(values[:, 2], weight, hazy, spec.progressed / 100 * total)
            free &= ~(hazy & (values[:, 2] > progressed))
    border = _borders(space, fields, lung) * np.float32(look_of(spec.variety).border)
    return Cuts(level, border, progressed, before)


def _cut(
    values: NDArray[np.float32], weight: NDArray[np.float64], free: NDArray[np.bool_], wanted: float
) -> float:
    if wanted <= 0:
        return NEVER
    order = np.argsort(-values[free], kind="stable")
    reached = np.cumsum(weight[free][order])
    last = min(int(np.searchsorted(reached, wanted)), len(order) - 1)
    return float(values[free][order][last])


def _borders(space: Space, fields: Array, lung: NDArray[np.bool_]) -> NDArray[np.float32]:
    borders = []
    for channel, name in enumerate(ORDER):
        slopes = [np.diff(fields[..., channel], axis=i)[lung[tuple(
            slice(0, -1) if i == j else slice(None) for j in range(3))]] for i in range(3)]  # fmt: skip
        steep = np.sqrt(sum(float(np.mean(slope**2)) for slope in slopes)) / space.step
        borders.append(steep * BORDER_MM[name])
    return np.array(borders, dtype=np.float32)
