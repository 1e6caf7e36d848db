"""Slices kept for the report, on disk: one small file a scan, and one a comparison of two."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from breathline.model.ct_change import ChangeSlice
from breathline.model.volume import KeySlice

Arrays = dict[str, np.ndarray[tuple[int, ...], np.dtype[np.generic]]]


def write_key_slices(target: Path, slices: Sequence[KeySlice]) -> None:
    """Write slices to one compressed file that `read_key_slices` reads back."""
    _write(target, [(_facts(item), {"hu": item.hu, "labels": item.labels}) for item in slices])


def read_key_slices(source: Path) -> tuple[KeySlice, ...]:
    """Read what `write_key_slices` wrote, in the same order."""
    return tuple(
        KeySlice(height=height, position_mm=position, pixel_mm=(row_mm, column_mm), **arrays)
        for (height, position, row_mm, column_mm), arrays in _read(source, ("hu", "labels"))
    )


def write_change_slices(target: Path, slices: Sequence[ChangeSlice]) -> None:
    """Write slices of a comparison to one compressed file that `read_change_slices` reads back."""
    _write(
        target,
        [
            (_facts(item), {"baseline": item.baseline, "followup": item.followup, "change": item.change})
            for item in slices
        ],
    )


def read_change_slices(source: Path) -> tuple[ChangeSlice, ...]:
    """Read what `write_change_slices` wrote, in the same order."""
    return tuple(
        ChangeSlice(height=height, position_mm=position, pixel_mm=(row_mm, column_mm), **arrays)
        for (height, position, row_mm, column_mm), arrays in _read(source, ("baseline", "followup", "change"))
    )


def _facts(item: KeySlice | ChangeSlice) -> list[float]:
    return [item.height, item.position_mm, *item.pixel_mm]


def _write(target: Path, slices: Sequence[tuple[Sequence[float], Arrays]]) -> None:
    arrays: Arrays = {}
    for number, (facts, own) in enumerate(slices):
        arrays |= {f"{name}_{number}": array for name, array in own.items()}
        arrays[f"facts_{number}"] = np.array(facts, dtype=np.float64)
    with target.open("wb") as stream:
        np.savez_compressed(stream, **arrays)  # type: ignore[arg-type]  # the stubs miss keyword arrays


def _read(source: Path, names: Sequence[str]) -> list[tuple[list[float], dict[str, Any]]]:
    # Opened here: numpy leaves the file open when it is no archive.
    with source.open("rb") as stream, np.load(stream, allow_pickle=False) as archive:
        count = sum(name.startswith("facts_") for name in archive.files)
        return [
            (archive[f"facts_{number}"].tolist(), {name: archive[f"{name}_{number}"] for name in names})
            for number in range(count)
        ]
