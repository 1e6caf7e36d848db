"""Outputs are written whole or not at all, and nothing of anybody else's is ever removed."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

from breathline.errors import OutputError

WORK_PREFIX = ".breathline-"
"""Hidden folders in which a result grows; one that a killed run left behind is not in the way."""

LEFT_BY_SYSTEMS = (".DS_Store", "Thumbs.db", "desktop.ini")
"""Files that file managers write into every folder they show."""

MOST_NAMED = 3


@contextmanager
def whole_folder(target: Path, *, mark: str, holds: Collection[str] = ()) -> Iterator[Path]:
    """Give an empty folder to write into; its content appears in `target` only when everything is in it.

    Parameters
    ----------
    target
        The folder that shall exist afterwards.
    mark
        Name of a file by which an earlier result is recognised. A folder that holds it is replaced; a folder
        that holds anything else is never touched.
    holds
        Names of everything else a result may consist of. A folder with the mark and other things beside it
        is not touched either: somebody has put work of their own there.

    Raises
    ------
    OutputError
        If `target` is a file, or a folder that is neither empty nor an earlier result and nothing more.
    """
    target = check_folder(target, mark=mark, holds=holds)
    # Inside a folder that exists: it may be where a disk is mounted, or the one the user stands in.
    place = target if target.is_dir() else target.parent
    try:
        place.mkdir(parents=True, exist_ok=True)
        work = Path(tempfile.mkdtemp(prefix=WORK_PREFIX, dir=place))
    except OSError as error:
        raise OutputError(f"Nothing can be written to '{place}': {error.strerror}.") from None
    try:
        work.chmod(0o755)
        yield work
        if target.is_dir():
            _change_content(work, target, last=mark)
        else:
            work.rename(target)
    finally:
        shutil.rmtree(work, ignore_errors=True)


@contextmanager
def whole_file(target: Path, content: bytes) -> Iterator[Path]:
    """Write a file hidden beside its target and force it to disk; the caller puts it in place, or it is gone."""
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    beside = Path(name)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        beside.chmod(0o644)
        yield beside
    finally:
        beside.unlink(missing_ok=True)


def check_folder(target: Path, *, mark: str, holds: Collection[str] = ()) -> Path:
    """Refuse a folder that `whole_folder` would not touch; give its real path."""
    try:
        target = target.resolve()
        if target.exists() and not target.is_dir():
            raise OutputError(f"'{target}' is a file. Name a folder for the results.")
        above = next(folder for folder in target.parents if folder.exists())
        found = _content(target) if target.is_dir() else []
    except (OSError, RuntimeError) as error:
        raise OutputError(f"'{target}' cannot be written to: {error}.") from None
    if not above.is_dir():
        raise OutputError(f"'{above}' is a file, so no folder can lie in it. Name another folder.")
    if found and not (target / mark).is_file():
        raise OutputError(
            f"The folder '{target}' holds other things and will not be overwritten. Name an empty or new folder."
        )
    strange = sorted({entry.name for entry in found} - {mark, *holds})
    if strange:
        shown = ", ".join(f"'{name}'" for name in strange[:MOST_NAMED])
        more = f" and {len(strange) - MOST_NAMED} more" if len(strange) > MOST_NAMED else ""
        raise OutputError(
            f"The folder '{target}' holds an earlier result and, beside it, {shown}{more}, which would be "
            "lost. Move that elsewhere, or name another folder."
        )
    return target


def _content(folder: Path) -> list[Path]:
    return [
        entry
        for entry in folder.iterdir()
        if entry.name not in LEFT_BY_SYSTEMS and not entry.name.startswith(WORK_PREFIX)
    ]


def _change_content(work: Path, target: Path, *, last: str) -> None:
    """Put new content in the place of the old; the mark comes last, and a failure puts the old back."""
    old = Path(tempfile.mkdtemp(prefix=WORK_PREFIX, dir=target))
    moved: list[tuple[Path, Path]] = []

    def move(entry: Path, folder: Path) -> None:
        entry.rename(folder / entry.name)
        moved.append((entry, folder / entry.name))

    try:
        for entry in _content(target):
            move(entry, old)
        for entry in sorted(work.iterdir(), key=lambda one: one.name == last):
            move(entry, target)
    except BaseException:
        for before, now in reversed(moved):
            now.rename(before)
        raise
    finally:
        shutil.rmtree(old, ignore_errors=True)
