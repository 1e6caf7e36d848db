"""The contract of a method that labels parenchymal patterns."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from breathline.model.volume import (
    LUNG_CODES,
    PATTERN_CODES,
    Geometry,
    HounsfieldArray,
    LabelArray,
    LabelMap,
    Volume,
)
from breathline.testing.contract import Findings

PatternMethod = Callable[[Volume, LabelMap], LabelMap]

SHAPE = (48, 96, 128)
SPACING_MM = (2.5, 2.5, 2.5)
SHIFT = (2, 4, 6)
"""Voxels by which the chest is moved; its margin is wider."""

_OPAQUE = ("ground_glass", "reticulation", "honeycombing", "consolidation")
_CLEAR = ("normal", "emphysema")


def check_pattern_method(classify: PatternMethod) -> None:
    """Check a pattern method on small chests whose answer is known.

    Labels partition the lungs and lie nowhere else; the same input gives the same output; lungs full of air
    hold no opacity, lungs of soft tissue hold nothing normal; moving the chest moves the map.

    Raises
    ------
    ContractError
        Naming everything that does not hold.
    """
    found = Findings("The pattern method")
    volume, lungs = _chest(lung_hu=-850, opacity_hu=-600)
    first = classify(volume, lungs)
    _check_labels(first, lungs, found)
    again = classify(volume, lungs)
    found.expect(bool(np.array_equal(first.labels, again.labels)), "the same input gives another output")
    _check_obvious(classify, found)
    _check_shift(classify, volume, lungs, first, found)
    found.finish()


def _check_labels(got: LabelMap, lungs: LabelMap, found: Findings) -> None:
    if not found.expect(got.labels.shape == lungs.labels.shape, "the map is not on the grid of the scan"):
        return
    found.expect(got.labels.dtype == np.uint8, f"the labels are {got.labels.dtype}, not uint8")
    wrong = {name: code for name, code in got.names.items() if PATTERN_CODES.get(name) != code}
    found.expect(not wrong, f"these names or codes are not the standard ones: {wrong}")
    used = {int(code) for code in np.unique(got.labels)} - {0}
    found.expect(used <= set(got.names.values()), f"codes without a name: {used - set(got.names.values())}")
    inside = lungs.labels > 0
    found.expect(not bool(np.any(got.labels[~inside])), "labels lie outside the lungs")
    found.expect(bool(np.all(got.labels[inside])), "parts of the lungs have no label")


def _check_obvious(classify: PatternMethod, found: Findings) -> None:
    air = _share(classify(*_chest(lung_hu=-960, opacity_hu=None)))
    opaque = sum(air[name] for name in _OPAQUE)
    found.expect(opaque < 0.02, f"lungs full of air hold {100 * opaque:.0f} % of opacities")
    solid = _share(classify(*_chest(lung_hu=40, opacity_hu=None)))
    clear = sum(solid[name] for name in _CLEAR)
    found.expect(clear < 0.02, f"lungs of soft tissue are {100 * clear:.0f} % normal or emphysema")


def _share(got: LabelMap) -> dict[str, float]:
    """Give each pattern's share of everything labelled."""
    total = max(int(np.count_nonzero(got.labels)), 1)
    return {name: int(np.count_nonzero(got.labels == code)) / total for name, code in PATTERN_CODES.items()}


def _check_shift(
    classify: PatternMethod, volume: Volume, lungs: LabelMap, first: LabelMap, found: Findings
) -> None:
    axes = (0, 1, 2)
    moved = classify(
        replace(volume, hu=np.roll(volume.hu, SHIFT, axes)),
        replace(lungs, labels=np.roll(lungs.labels, SHIFT, axes)),
    )
    same = np.array_equal(moved.labels, np.roll(first.labels, SHIFT, axes))
    found.expect(bool(same), "moving the chest does not move the map with it")


def _chest(*, lung_hu: int, opacity_hu: int | None) -> tuple[Volume, LabelMap]:
    """Make a body with two ellipsoid lungs, and a hazy ball in the right one if asked for."""
    z, y, x = np.indices(SHAPE, dtype=np.float64)
    middle = tuple((n - 1) / 2.0 for n in SHAPE)

    def ellipsoid(centre_x: float, radii: tuple[float, float, float]) -> NDArray[np.bool_]:
        dz, dy, dx = (z - middle[0]) / radii[0], (y - middle[1]) / radii[1], (x - centre_x) / radii[2]
        return np.asarray(dz**2 + dy**2 + dx**2 <= 1.0)

    hu: HounsfieldArray = np.full(SHAPE, -1000, dtype=np.int16)
    body = ((y - middle[1]) / 40.0) ** 2 + ((x - middle[2]) / 54.0) ** 2 <= 1
    hu[body] = 40
    labels: LabelArray = np.zeros(SHAPE, dtype=np.uint8)
    for name, centre_x in (("right_lung", middle[2] - 24.0), ("left_lung", middle[2] + 24.0)):
        lung = ellipsoid(centre_x, (20.0, 30.0, 19.0))
        hu[lung] = lung_hu
        labels[lung] = LUNG_CODES[name]
    if opacity_hu is not None:
        hu[ellipsoid(middle[2] - 24.0, (8.0, 8.0, 8.0))] = opacity_hu
    geometry = Geometry(shape=SHAPE, spacing_mm=SPACING_MM)
    return Volume(hu=hu, geometry=geometry), LabelMap(
        labels=labels, geometry=geometry, names=dict(LUNG_CODES)
    )
