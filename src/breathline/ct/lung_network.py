"""The network that says where lung is, dense lung too, by the shape of the chest around it.

A small U-Net of three dimensions (Çiçek et al. 2016) on a grid of 4 mm, derived by ``data-raw/lungs/derive.py`` and
kept in ``lungs.onnx``. Heart, liver and consolidated lung are alike in density; where ribs, diaphragm and the other
lung lie tells them apart.
"""

from __future__ import annotations

import os
from functools import lru_cache
from importlib.resources import files
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from scipy.special import expit

from breathline.ct.coarse import Coarse
from breathline.ct.reach import Mask, box_of
from breathline.ct.shipped import open_network

Floats = NDArray[np.float32]

GRID_MM = 4.0
"""Width of the voxels that the network sees [mm]."""
LOWEST_HU, HIGHEST_HU = -1024.0, 250.0
SCALE_HU = 600.0
BLOCKS = 8
"""Voxels of a block, which are the network's channels."""
MULTIPLE = 8
"""Voxels are filled up to a multiple of this: blocks are two wide and are halved twice."""
AROUND_MM = 48.0
"""What lies farther from aerated lung is not looked at [mm]."""


class LungNetwork(Protocol):
    """What gives logits of lung (1, `BLOCKS`, slices, rows, columns) for densities of the same shape."""

    def __call__(self, blocks: Floats, /) -> Floats:
        """Look at a chest."""


@lru_cache(maxsize=1)
def shipped_lung_network() -> LungNetwork:
    """Load the network that comes with the package."""
    return open_network(files(__package__) / "lungs.onnx", threads=min(4, os.cpu_count() or 1))


def lung_likelihood(coarse: Coarse, aerated: Mask, network: LungNetwork | None = None) -> Floats:
    """Give the share of each voxel of the coarse grid that is lung by the network; 0 far from aerated lung.

    Parameters
    ----------
    aerated
        Lung that holds air, around which to look.
    """
    likely = np.zeros(coarse.hu.shape, np.float32)
    box = box_of(aerated, tuple(int(AROUND_MM / step) + 1 for step in coarse.spacing_mm))
    if box is None:
        return likely
    clipped = np.clip(coarse.hu[box], LOWEST_HU, HIGHEST_HU).astype(np.float32)
    shape = tuple(
        max(1, round(n * mm / GRID_MM)) for n, mm in zip(clipped.shape, coarse.spacing_mm, strict=True)
    )
    given = _resampled(clipped, shape)
    padded = np.pad(given, [(0, -n % MULTIPLE) for n in shape], constant_values=LOWEST_HU)
    said = (network or shipped_lung_network())(_folded((padded - LOWEST_HU) / SCALE_HU - 1.0))
    share = _unfolded(expit(said))[tuple(slice(0, n) for n in shape)]
    likely[box] = _resampled(share, clipped.shape)
    return likely


def _resampled(values: Floats, shape: tuple[int, ...]) -> Floats:
    """Interpolate to another number of voxels over the same space."""
    factors = [n / m for n, m in zip(shape, values.shape, strict=True)]
    return np.asarray(
        ndimage.zoom(values, factors, order=1, mode="nearest", grid_mode=True), dtype=np.float32
    )


def _folded(values: Floats) -> Floats:
    """Make channels of the eight voxels of each block."""
    z, y, x = (n // 2 for n in values.shape)
    blocks = values.reshape(z, 2, y, 2, x, 2).transpose(1, 3, 5, 0, 2, 4)
    return np.ascontiguousarray(blocks.reshape(1, BLOCKS, z, y, x), dtype=np.float32)


def _unfolded(blocks: Floats) -> Floats:
    """Give back the voxels of each block."""
    z, y, x = blocks.shape[2:]
    return blocks.reshape(2, 2, 2, z, y, x).transpose(3, 0, 4, 1, 5, 2).reshape(2 * z, 2 * y, 2 * x)
