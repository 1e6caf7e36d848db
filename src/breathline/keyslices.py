"""Slices kept for the report, on disk: one small ``slices.npz`` a scan."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from breathline.model.volume import KeySlice


def write_key_slices(target: Path, slices: Sequence[KeySlice]) -> None:
    """Write slices to one compressed file that `read_key_slices` reads back."""
    arrays: dict[str, np.ndarray[tuple[int, ...], np.dtype[np.generic]]] = {}
    for number, item in enumerate(slices):
        arrays[f"hu_{number}"] = item.hu
        arrays[f"labels_{number}"] = item.labels
        arrays[f"facts_{number}"] = np.array(
            [item.height, item.position_mm, *item.pixel_mm], dtype=np.float64
        )
    with target.open("wb") as stream:
        np.savez_compressed(stream, **arrays)  # type: ignore[arg-type]  # the stubs miss keyword arrays


def read_key_slices(source: Path) -> tuple[KeySlice, ...]:
    """Read what `write_key_slices` wrote, in the same order."""
    found = []
    # Opened here: numpy leaves the file open when it is no archive.
    with source.open("rb") as stream, np.load(stream, allow_pickle=False) as archive:
        count = sum(name.startswith("facts_") for name in archive.files)
        for number in range(count):
            height, position, row_mm, column_mm = archive[f"facts_{number}"].tolist()
            found.append(
                KeySlice(
                    height=height,
                    position_mm=position,
                    hu=archive[f"hu_{number}"],
                    labels=archive[f"labels_{number}"],
                    pixel_mm=(row_mm, column_mm),
                )
            )
    return tuple(found)
