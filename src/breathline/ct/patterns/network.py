"""Small networks: features of a block of lung → how likely each pattern is.

Two hidden layers of rectified units and a softmax, some thousand weights, derived on phantoms by
``data-raw/patterns/derive.py`` and kept in ``networks.npz``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

from breathline.ct.patterns.features import NAMES, Floats

CLASSES = (
    "normal", "ground_glass", "reticulation", "honeycombing", "consolidation", "emphysema", "vessel", "airway",
)  # fmt: skip
"""Columns of the probabilities; the code of a pattern is its column plus one."""
FARTHEST = 5.0
"""Features are cut at so many standard deviations from their mean: nothing odd is extrapolated."""
ROWS = 200_000


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Network:
    """Weights of the network, and the mean and scale of each feature.

    Parameters
    ----------
    layers
        Weights (inputs, outputs) and offsets (outputs,) of each layer.
    """

    mean: Floats
    scale: Floats
    layers: tuple[tuple[Floats, Floats], ...]

    def probabilities(self, table: Floats) -> Floats:
        """Give the probability of each of `CLASSES` for each row of features."""
        found = np.empty((table.shape[0], len(CLASSES)), np.float32)
        for first in range(0, table.shape[0], ROWS):
            part = slice(first, first + ROWS)
            found[part] = self._forward(table[part])
        return found

    def _forward(self, table: Floats) -> Floats:
        level = np.clip((table - self.mean) / self.scale, -FARTHEST, FARTHEST)
        for number, (weights, offsets) in enumerate(self.layers):
            level = level @ weights + offsets
            if number < len(self.layers) - 1:
                np.maximum(level, 0.0, out=level)
        level -= level.max(axis=1, keepdims=True)
        np.exp(level, out=level)
        return np.asarray(level / level.sum(axis=1, keepdims=True), dtype=np.float32)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Networks:
    """The first look at each block by itself, and the second with what the first said of its surroundings."""

    first: Network
    second: Network


@lru_cache(maxsize=1)
def shipped_networks() -> Networks:
    """Load the networks that come with the package."""
    with (files(__package__) / "networks.npz").open("rb") as stream:
        kept = dict(np.load(stream).items())
    names: NDArray[np.str_] = kept["features"]
    if tuple(names.tolist()) != NAMES:
        raise RuntimeError("networks.npz was derived on other features; run data-raw/patterns/derive.py")
    return Networks(first=_network("first", kept), second=_network("second", kept))


def _network(name: str, kept: Mapping[str, NDArray[np.float32]]) -> Network:
    count = sum(part.startswith(f"{name}_weights") for part in kept)
    layers = tuple((kept[f"{name}_weights_{n}"], kept[f"{name}_offsets_{n}"]) for n in range(count))
    return Network(mean=kept[f"{name}_mean"], scale=kept[f"{name}_scale"], layers=layers)
