"""The log of corrections: whole or not at all, in order, and two readers at once both kept."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from breathline import corrections
from breathline.corrections import (
    copy_corrections,
    holds_all,
    read_corrections,
    read_edit,
    say_correction,
    standing_of,
)
from breathline.errors import OutputError
from breathline.model.correction import (
    Correction,
    LabelCorrection,
    LabelEdit,
    NotMeasurable,
    Standing,
    ValueCorrection,
    Withdrawal,
)
from breathline.model.measurement import Absence, Moment

MARK = NotMeasurable(scan="week-1", region="lungs")
FVC = ValueCorrection(
    measure="fvc", when=Moment(week=0.0), file="visits.csv", row=3, unit="L", before=2.31, after=2.13
)
PAINTED = LabelCorrection(scan="week-1", label_map="patterns", voxels=0, edit="", sha256="")
EDIT = LabelEdit(
    shape=(2, 3, 10),
    starts=np.array([4, 20]),
    lengths=np.array([3, 2]),
    before=np.array([2, 1], np.uint8),
    after=np.array([1, 3], np.uint8),
)


def said(number: int, content: object, seen: int | None = None, who: str = "A. Reader") -> Correction:
    return Correction(
        number=number,
        said_at="2024-05-01T10:00:00+00:00",
        who=who,
        seen=number - 1 if seen is None else seen,
        reason="typing error",
        content=content,  # type: ignore[arg-type]
    )


def standings(*items: Correction) -> list[Standing]:
    return list(standing_of(items).values())


def test_what_was_said_is_read_back(tmp_path: Path) -> None:
    script = "<script>alert(1)</script> مرض \u202e النسيج"
    first = say_correction(tmp_path / "log", MARK, who=" A. Reader ", reason=script, seen=0)
    second = say_correction(tmp_path / "log", replace(FVC, after=Absence.UNABLE), who="B", reason="b", seen=1)
    third = say_correction(tmp_path / "log", PAINTED, who="B", reason="b", seen=2, edit=EDIT)
    assert read_corrections(tmp_path / "log") == (first, second, third)
    assert (first.who, first.reason, third.content.voxels) == ("A. Reader", script, 5)
    edit = read_edit(tmp_path / "log", third.content)
    assert edit.shape == EDIT.shape
    assert edit.voxels.tolist() == [4, 5, 6, 20, 21]
    assert np.array_equal(edit.after, EDIT.after)


@pytest.mark.parametrize(
    ("who", "reason", "message"),
    [
        ("  ", "x", "A correction needs a name."),
        ("A", "\n", "A correction needs a reason."),
        ("A", "x" * 4001, "This text has 4001 characters; a reason may have 4000. Shorten it."),
        ("A", "\ud800", "This text holds signs that cannot be written down. Type it again."),
    ],
)
def test_a_text_that_cannot_be_kept(who: str, reason: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="^" + message.replace(".", r"\.") + "$"):
        say_correction(tmp_path, MARK, who=who, reason=reason, seen=0)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("refuses", ["fsync", "link"])
def test_a_full_disk_loses_nothing(refuses: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = say_correction(tmp_path, MARK, who="A", reason="a", seen=0)

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, refuses, full)
        with pytest.raises(OutputError, match="could not be saved: No space left on device") as found:
            say_correction(tmp_path, FVC, who="B", reason="b", seen=1)
    assert "What was said before is unchanged" in str(found.value)
    assert read_corrections(tmp_path) == (kept,)
    assert [path.name for path in tmp_path.iterdir()] == ["00001.json"]
    assert say_correction(tmp_path, FVC, who="B", reason="b", seen=1).number == 2


KILLED = """
import os, sys
from pathlib import Path
from breathline.corrections import say_correction
from tests.test_corrections import EDIT, PAINTED
setattr(os, sys.argv[2], lambda *_: os._exit(9))
say_correction(Path(sys.argv[1]), PAINTED, who="B", reason="b", seen=1, edit=EDIT)
"""


@pytest.mark.parametrize("at", ["fsync", "link"])
def test_a_server_killed_while_saving_loses_nothing(at: str, tmp_path: Path) -> None:
    kept = say_correction(tmp_path, MARK, who="A", reason="a", seen=0)
    ran = subprocess.run([sys.executable, "-c", KILLED, str(tmp_path), at], check=False)
    assert ran.returncode == 9
    assert read_corrections(tmp_path) == (kept,)
    assert say_correction(tmp_path, FVC, who="B", reason="b", seen=1).number == 2


def test_a_disk_without_links(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_links(*_: object) -> None:
        raise OSError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(os, "link", no_links)
    numbers = [say_correction(tmp_path, MARK, who="A", reason="a", seen=0).number for _ in range(2)]
    assert numbers == [1, 2]


def test_two_readers_at_once_are_both_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    say_correction(tmp_path, FVC, who="A", reason="a", seen=0)
    # The second looked at the log before the first had written.
    with monkeypatch.context() as patch:
        patch.setattr(corrections, "read_corrections", lambda _: ())
        second = say_correction(tmp_path, replace(FVC, after=2.2), who="B", reason="b", seen=0)
    assert second.number == 2
    log = read_corrections(tmp_path)
    assert list(standing_of(log).values()) == [Standing.CONFLICT, Standing.CONFLICT]


def test_what_counts() -> None:
    other = replace(FVC, after=2.2)
    force, gone, conflict = Standing.IN_FORCE, Standing.SUPERSEDED, Standing.CONFLICT
    assert standings(said(1, FVC), said(2, other)) == [gone, force]
    assert standings(said(1, FVC), said(2, other, seen=0)) == [conflict, conflict]
    # Two who say the same do not contradict each other.
    assert standings(said(1, FVC), said(2, FVC, seen=0)) == [gone, force]
    # Withdrawing one of two, or correcting again having seen both, settles it.
    both = (said(1, FVC), said(2, other, seen=0))
    assert standings(*both, said(3, Withdrawal(number=1))) == [Standing.WITHDRAWN, force, force]
    assert standings(*both, said(3, replace(FVC, after=2.0))) == [gone, gone, force]
    # Strokes on one map add up; those that did not see each other wait.
    first, second = replace(PAINTED, edit="a"), replace(PAINTED, edit="b")
    assert standings(said(1, first), said(2, second)) == [force, force]
    assert standings(said(1, first), said(2, second, seen=0)) == [conflict, conflict]
    assert standings(said(1, first), said(2, replace(second, label_map="lungs"), seen=0)) == [force, force]


@pytest.mark.parametrize("content", [b"{", b'{"schema": "breathline/correction/9"}', b"\xff", b"[]"])
def test_a_file_that_was_changed_is_named(content: bytes, tmp_path: Path) -> None:
    say_correction(tmp_path, MARK, who="A", reason="a", seen=0)
    (tmp_path / "00001.json").write_bytes(content)
    with pytest.raises(OutputError, match=r"'00001\.json'"):
        read_corrections(tmp_path)


def test_voxels_that_were_changed_are_refused(tmp_path: Path) -> None:
    kept = say_correction(tmp_path, PAINTED, who="A", reason="a", seen=0, edit=EDIT)
    (tmp_path / kept.content.edit).write_bytes(b"other")
    with pytest.raises(OutputError, match="were changed"):
        read_edit(tmp_path, kept.content)
    (tmp_path / kept.content.edit).unlink()
    with pytest.raises(OutputError, match="cannot be read: No such file"):
        read_edit(tmp_path, kept.content)


def test_a_copied_log_holds_all_and_goes_on(tmp_path: Path) -> None:
    here, there = tmp_path / "a", tmp_path / "b"
    say_correction(here, PAINTED, who="A", reason="a", seen=0, edit=EDIT)
    copy_corrections(here, there)
    assert read_corrections(there) == read_corrections(here)
    assert holds_all(here, there)
    say_correction(there, FVC, who="B", reason="b", seen=1)
    assert not holds_all(here, there)
