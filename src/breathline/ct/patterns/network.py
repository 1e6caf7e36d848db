"""The network that says how likely each pattern is, cell by cell of a sheet of lung.

A small U-Net (Ronneberger et al. 2015) of some 300,000 weights, derived on phantoms by ``data-raw/patterns/derive.py``
and kept in ``network.onnx``.
"""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import files
from typing import Protocol

import numpy as np
import onnxruntime
from scipy.special import softmax

from breathline.ct.patterns.sheets import CHANNELS, Floats, Sheets, channels

CLASSES = (
    "normal", "ground_glass", "reticulation", "honeycombing", "consolidation", "emphysema", "vessel", "airway",
)  # fmt: skip
"""What the network tells apart; the code of a pattern is its place plus one."""
MULTIPLE = 8
"""Rows and columns are filled up to a multiple of this: the network halves them three times."""
TOGETHER = 4
"""Sheets given to the network at a time."""


class Network(Protocol):
    """What gives logits (sheets, `CLASSES`, rows, columns) for (sheets, `CHANNELS`, rows, columns)."""

    def __call__(self, cells: Floats) -> Floats:
        """Look at some sheets."""


@lru_cache(maxsize=1)
def shipped_network() -> Network:
    """Load the network that comes with the package."""
    onnxruntime.disable_telemetry_events()  # where a build has any: nothing leaves the machine
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    model = (files(__package__) / "network.onnx").read_bytes()
    session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])

    def look(cells: Floats) -> Floats:
        (logits,) = session.run(None, {"cells": cells})
        return np.asarray(logits, dtype=np.float32)

    return look


def probabilities(sheets: Sheets, network: Network) -> Floats:
    """Give how likely each cell is each of `CLASSES`: (classes, sheets, rows, columns), 0 outside the lungs."""
    count, rows, columns = sheets.hu.shape
    found = np.zeros((len(CLASSES), count, rows, columns), np.float32)
    size = (rows + -rows % MULTIPLE, columns + -columns % MULTIPLE)
    for first in range(0, count, TOGETHER):
        numbers = range(first, min(first + TOGETHER, count))
        cells = np.zeros((len(numbers), len(CHANNELS), *size), np.float32)
        for place, number in enumerate(numbers):
            cells[place, :, :rows, :columns] = channels(sheets, number)
        said = softmax(network(cells)[:, :, :rows, :columns], axis=1)
        found[:, first : numbers.stop] = said.transpose(1, 0, 2, 3)
    found *= sheets.inside
    return found
