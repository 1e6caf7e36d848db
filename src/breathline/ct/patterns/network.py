"""The network that says how likely each pattern is, cell by cell of a sheet of lung.

A small U-Net (Ronneberger et al. 2015) of some 300,000 weights, derived on phantoms by ``data-raw/patterns/derive.py``
and kept in ``network.onnx``.
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from importlib.resources import files
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from scipy.special import softmax

from breathline.ct.patterns.sheets import CELL_MM, MARGIN_MM, Floats, Mask, Sheets, channels
from breathline.ct.shipped import open_network

CLASSES = (
    "normal", "ground_glass", "reticulation", "honeycombing", "consolidation", "emphysema", "vessel", "airway",
)  # fmt: skip
"""What the network tells apart; the code of a pattern is its place plus one."""
MULTIPLE = 8
"""Rows and columns are filled up to a multiple of this: the network halves them three times."""
TOGETHER = 4
"""Neighbouring sheets of which the same rows and columns are looked at."""
_WORKERS = min(4, os.cpu_count() or 1)
MARGIN = round(MARGIN_MM / CELL_MM)
"""Empty cells left around the lungs."""


class Network(Protocol):
    """What gives logits (sheets, `CLASSES`, rows, columns) for (sheets, `CHANNELS`, rows, columns)."""

    def __call__(self, cells: Floats, /) -> Floats:
        """Look at some sheets."""


@lru_cache(maxsize=1)
def shipped_network() -> Network:
    """Load the network that comes with the package."""
    # sheets are looked at side by side, one thread each, which keeps all processors busy
    return open_network(files(__package__) / "network.onnx", threads=1)


def probabilities(sheets: Sheets, network: Network) -> Floats:
    """Give how likely each cell is each of `CLASSES`: (classes, sheets, rows, columns), 0 outside the lungs."""
    inside = sheets.inside
    found = np.zeros((len(CLASSES), *inside.shape), np.float32)

    def look(first: int) -> None:
        numbers = range(first, min(first + TOGETHER, inside.shape[0]))
        part = part_of(np.asarray(inside[first : numbers.stop].any(axis=0)))
        height, width = inside[(first, *part)].shape
        for number in numbers:
            said = network(filled_up(channels(sheets, number)[:, *part])[None])[0, :, :height, :width]
            found[:, number, part[0], part[1]] = softmax(said, axis=0) * inside[(number, *part)]

    with ThreadPoolExecutor(_WORKERS) as pool:
        list(pool.map(look, range(0, inside.shape[0], TOGETHER)))
    return found


def part_of(inside: Mask) -> tuple[slice, slice]:
    """Rows and columns that hold lung, with a margin: the tops and bases of the lungs fill little of a sheet."""
    return _span(np.flatnonzero(inside.any(axis=1))), _span(np.flatnonzero(inside.any(axis=0)))


def _span(used: NDArray[np.int64]) -> slice:
    if not used.size:
        return slice(0, 1)
    first = max(0, int(used[0]) - MARGIN)
    return slice(first - first % MULTIPLE, int(used[-1]) + 1 + MARGIN)  # where it is halved does not move


def filled_up(given: Floats) -> Floats:
    """Give (channels, rows, columns) with empty cells after the last, up to `MULTIPLE`."""
    return np.pad(given, [(0, 0), *((0, -size % MULTIPLE) for size in given.shape[1:])])
