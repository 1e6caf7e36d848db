"""The network that says how likely each change is, cell by cell, from what two dates show of the same lung.

A small U-Net (Ronneberger et al. 2015), derived on slabs of phantom pairs by ``data-raw/change/derive.py`` and kept in
``change.onnx``. It is asked twice, with the dates exchanged, so that what came one way went the other way.
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray
from scipy.special import softmax

from breathline.ct.patterns.method import CERTAIN
from breathline.ct.patterns.network import Network, filled_up, part_of
from breathline.ct.patterns.sheets import Floats, Mask
from breathline.ct.shipped import open_network

CHANGES = ("unchanged", "persistent", "cleared", "new", "progressed", "regressed")
"""What the network tells apart."""
EXCHANGED = (0, 1, 3, 2, 5, 4)
"""The place of each in `CHANGES` where the dates are exchanged."""
AROUND = (-1, 0, 1)
"""Sheets shown, by their distance."""
SCALE_HU = 200.0
_WORKERS = min(4, os.cpu_count() or 1)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class BothDates:
    """What the baseline and the follow-up show of the same cells, laid out as the baseline is.

    Parameters
    ----------
    likely
        (2, kinds, sheets, rows, columns): by date, as in `breathline.ct.patterns.method.CellEvidence`.
    excess
        (2, sheets, rows, columns): density above normal lung as it would be at the breath half-way between [HU].
    shown
        (sheets, rows, columns): cells of lung that both dates show; all else is 0 elsewhere.
    separate
        Sheets are slices with gaps between.
    """

    likely: NDArray[np.uint8]
    excess: Floats
    shown: Mask
    separate: bool


@lru_cache(maxsize=1)
def shipped_network() -> Network:
    """Load the network that comes with the package."""
    return open_network(files("breathline.ct") / "change.onnx", threads=1)


def chances(both: BothDates, network: Network) -> Floats:
    """Give how likely each of `CHANGES` is: (changes, sheets, rows, columns), 0 where not both dates show lung."""
    found = np.zeros((len(CHANGES), *both.shown.shape), np.float32)

    def look(number: int) -> None:
        if not both.shown[number].any():
            return
        part = part_of(both.shown[number])
        height, width = both.shown[(number, *part)].shape
        given = filled_up(channels(both, number)[:, *part])
        said = (softmax(network(one[None])[0], axis=0) for one in (given, exchanged(given)))
        onward, back = (one[:, :height, :width] for one in said)
        found[:, number, part[0], part[1]] = (
            (onward + back[list(EXCHANGED)]) / 2 * both.shown[(number, *part)]
        )

    with ThreadPoolExecutor(_WORKERS) as pool:
        list(pool.map(look, range(both.shown.shape[0])))
    return found


def channels(both: BothDates, number: int) -> Floats:
    """Give what the network is given of a sheet: kinds and densities of the sheets around at each date, and lung."""
    last = both.shown.shape[0] - 1
    sheets = [number if both.separate else min(max(number + away, 0), last) for away in AROUND]
    size = both.shown.shape[1:]
    given = []
    for likely, excess in zip(both.likely, both.excess, strict=True):
        given += [likely[:, sheets].reshape(-1, *size) / np.float32(CERTAIN), excess[sheets] / SCALE_HU]
    return np.concatenate([*given, both.shown[number][None]]).astype(np.float32)


def exchanged(given: Floats) -> Floats:
    """Give `channels` with the dates exchanged."""
    half = given.shape[0] // 2
    return np.concatenate([given[half : 2 * half], given[:half], given[2 * half :]])
