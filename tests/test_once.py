"""What is made once is made once, is the same when read again, and is made anew where making it failed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from breathline.model.volume import LUNG_CODES, Geometry, LabelMap
from tests.once import kept_once, made_once


def test_a_folder_is_filled_once(tmp_path_factory: pytest.TempPathFactory) -> None:
    filled = []

    def fill(folder: Path) -> None:
        filled.append(folder)
        (folder / "a").write_text("a")

    first, second = (made_once(tmp_path_factory, "once-folder", fill) for _ in range(2))
    assert filled == [first] == [second]
    assert (first / "a").read_text() == "a"


def test_what_failed_is_made_anew(tmp_path_factory: pytest.TempPathFactory) -> None:
    def fail(folder: Path) -> None:
        (folder / "half").touch()
        raise ValueError("no room")

    with pytest.raises(ValueError, match="no room"):
        made_once(tmp_path_factory, "once-failed", fail)
    folder = made_once(tmp_path_factory, "once-failed", lambda folder: (folder / "whole").touch())
    assert [path.name for path in folder.iterdir()] == ["whole"]


def test_what_is_read_again_is_what_was_made(tmp_path_factory: pytest.TempPathFactory) -> None:
    geometry = Geometry(shape=(2, 3, 4), spacing_mm=(1.0, 1.0, 1.0), slice_thickness_mm=1.0)
    made = LabelMap(
        labels=np.arange(24, dtype=np.uint8).reshape(2, 3, 4), geometry=geometry, names=LUNG_CODES
    )
    assert kept_once(tmp_path_factory, "once-kept", lambda: made) is made
    again = kept_once(tmp_path_factory, "once-kept", lambda: pytest.fail("made twice"))
    assert (again.labels == made.labels).all()
    assert (again.geometry, again.names) == (made.geometry, LUNG_CODES)
