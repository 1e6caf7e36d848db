"""Outputs are written whole or not at all."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from breathline.errors import OutputError


@contextmanager
def whole_folder(target: Path, *, mark: str) -> Iterator[Path]:
    """Give an empty folder to write into; it takes the place of `target` only when everything is in it.

    Parameters
    ----------
    target
        The folder that shall exist afterwards.
    mark
        Name of a file by which an earlier result is recognised. A folder that holds it is replaced; a folder
        that holds anything else is never touched.

    Raises
    ------
    OutputError
        If `target` is a file, or a folder that is neither empty nor an earlier result.
    """
    target = target.absolute()
    if target.exists() and not target.is_dir():
        raise OutputError(f"'{target}' is a file. Name a folder for the results.")
    if target.is_dir() and any(target.iterdir()) and not (target / mark).is_file():
        raise OutputError(
            f"The folder '{target}' holds other things and will not be overwritten. Name an empty or new folder."
        )
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        work = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
    except OSError as error:
        raise OutputError(f"Nothing can be written to '{target.parent}': {error.strerror}.") from None
    try:
        work.chmod(0o755)
        yield work
        _take_place(work, target)
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _take_place(work: Path, target: Path) -> None:
    if not target.exists():
        work.rename(target)
        return
    old = Path(tempfile.mkdtemp(prefix=f".{target.name}-old-", dir=target.parent))
    target.rename(old / "old")
    try:
        work.rename(target)
    except OSError:
        (old / "old").rename(target)
        raise
    finally:
        shutil.rmtree(old, ignore_errors=True)
