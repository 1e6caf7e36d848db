"""The log of corrections on disk: one file each, numbered, written once and never changed.

A correction is written beside its place, forced to disk, and linked to its number; a number that somebody else took
in between is told by the file system, and the next one is tried. So a full disk or a killed server leaves what was
said before, and never half a correction.
"""

from __future__ import annotations

import errno
import gzip
import hashlib
import json
import os
import re
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import numpy as np
from pydantic import TypeAdapter, ValidationError

from breathline.errors import OutputError
from breathline.model.correction import (
    EDIT_SCHEMA,
    SCHEMA,
    Content,
    Correction,
    LabelCorrection,
    LabelEdit,
    NotMeasurable,
    Standing,
    ValueCorrection,
    Withdrawal,
)
from breathline.outputs import whole_file

FOLDER = "corrections"
LONGEST_NAME = 80
LONGEST_REASON = 4000
_NAME = re.compile(r"(\d{5})\.json")
_NO_LINKS = {errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK}


@cache
def _adapter() -> TypeAdapter[Correction]:
    return TypeAdapter(Correction)


def read_corrections(folder: Path) -> tuple[Correction, ...]:
    """Read every correction in the order in which they were said; none where there is no folder.

    Raises
    ------
    OutputError
        If a file cannot be read; names it.
    """
    if not folder.is_dir():
        return ()
    return tuple(
        _read(path) for path in sorted(folder.iterdir()) if _NAME.fullmatch(path.name) and path.is_file()
    )


def _read(path: Path) -> Correction:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        found = content.get("schema") if isinstance(content, dict) else None
        if found != SCHEMA:
            raise OutputError(
                f"The correction '{path.name}' has the schema {found!r}; this version reads {SCHEMA!r}."
            )
        return _adapter().validate_python(content)
    except (OSError, UnicodeDecodeError, json.JSONDecodeError, ValidationError) as error:
        raise OutputError(
            f"The correction '{path.name}' was changed and can no longer be read. Put the file back as it was, or "
            "move it elsewhere."
        ) from error


def say_correction(
    folder: Path, content: Content, *, who: str, reason: str, seen: int, edit: LabelEdit | None = None
) -> Correction:
    """Add a correction to the log.

    Parameters
    ----------
    folder
        The folder ``corrections`` beside the assessment; made if it is missing.
    seen
        The highest number its author had seen.
    edit
        The voxels of a label correction.

    Raises
    ------
    OutputError
        If it is not complete or cannot be written; what was there before is left as it was.
    """
    who, reason = check_text(who, "a name", LONGEST_NAME), check_text(reason, "a reason", LONGEST_REASON)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if isinstance(content, LabelCorrection) and edit is not None:
            content = _write_edit(folder, content, edit)
        number = 1 + max((item.number for item in read_corrections(folder)), default=0)
        while True:
            said = Correction(
                number=number,
                said_at=datetime.now(UTC).isoformat(timespec="seconds"),
                who=who,
                seen=seen,
                reason=reason,
                content=content,
            )
            text = json.dumps(_adapter().dump_python(said, mode="json"), indent=1, ensure_ascii=False)
            if _write_once(folder / f"{number:05d}.json", (text + "\n").encode("utf-8")):
                return said
            number += 1
    except OSError as error:
        raise OutputError(
            f"The correction could not be saved: {error.strerror or error}. What was said before is unchanged. Free "
            "space on the disk and save again."
        ) from error


def check_text(text: str, what: str, longest: int) -> str:
    """Refuse an empty or endless text; give it without spaces around it."""
    text = text.strip()
    if not text:
        raise OutputError(f"A correction needs {what}.")
    if len(text) > longest:
        raise OutputError(f"This text has {len(text)} characters; {what} may have {longest}. Shorten it.")
    if any(0xD800 <= ord(sign) <= 0xDFFF for sign in text):
        raise OutputError("This text holds signs that cannot be written down. Type it again.")
    return text


def _write_once(target: Path, content: bytes) -> bool:
    """Put a whole file in place; False if somebody else's is there already."""
    with whole_file(target, content) as beside:
        return _linked(beside, target)


def _linked(beside: Path, target: Path) -> bool:
    try:
        os.link(beside, target)
    except FileExistsError:
        return False
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        if target.exists():  # a disk without links, such as exFAT
            return False
        beside.replace(target)
    _sync_folder(target.parent)
    return True


def _sync_folder(folder: Path) -> None:
    try:
        handle = os.open(folder, os.O_RDONLY)
    except OSError:  # Windows opens no folders
        return
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _write_edit(folder: Path, content: LabelCorrection, edit: LabelEdit) -> LabelCorrection:
    columns = (edit.starts, edit.lengths, edit.before, edit.after)
    runs = np.column_stack([column.astype(np.int64) for column in columns]).tolist()
    record = {"schema": EDIT_SCHEMA, "shape": list(edit.shape), "runs": runs}
    packed = gzip.compress(json.dumps(record, separators=(",", ":")).encode(), mtime=0)
    digest = hashlib.sha256(packed).hexdigest()
    name = f"labels-{digest[:16]}.json.gz"
    _write_once(folder / name, packed)  # the same voxels painted twice are one file
    return replace(content, edit=name, sha256=digest, voxels=int(edit.lengths.sum()))


def read_edit(folder: Path, content: LabelCorrection) -> LabelEdit:
    """Read the voxels of a label correction.

    Raises
    ------
    OutputError
        If the file is missing or is not the one that was written.
    """
    mend = "Put the file back as it was, or withdraw the correction."
    try:
        packed = (folder / Path(content.edit).name).read_bytes()
    except OSError as error:
        raise OutputError(
            f"The voxels of a correction, '{content.edit}', cannot be read: {error.strerror}. {mend}"
        ) from error
    if hashlib.sha256(packed).hexdigest() != content.sha256:
        raise OutputError(f"The voxels of a correction, '{content.edit}', were changed. {mend}")
    record = json.loads(gzip.decompress(packed))
    runs = np.array(record["runs"], dtype=np.int64).reshape(-1, 4)
    shape = record["shape"]
    return LabelEdit(
        shape=(shape[0], shape[1], shape[2]),
        starts=runs[:, 0],
        lengths=runs[:, 1],
        before=runs[:, 2].astype(np.uint8),
        after=runs[:, 3].astype(np.uint8),
    )


def copy_corrections(folder: Path, target: Path) -> None:
    """Copy a log beside an assessment that holds it, so that the next review goes on from there."""
    target.mkdir(parents=True, exist_ok=True)
    for item in read_corrections(folder):
        names = [f"{item.number:05d}.json"]
        if isinstance(item.content, LabelCorrection):
            names.append(Path(item.content.edit).name)
        for name in names:
            shutil.copyfile(folder / name, target / name)


def holds_all(folder: Path, other: Path) -> bool:
    """Tell whether a log holds, word for word, every correction of another."""
    held = set(read_corrections(folder))
    return all(item in held for item in read_corrections(other))


def target_of(content: Content) -> tuple[object, ...]:
    """Name what a correction speaks of; two with the same name speak of the same thing."""
    match content:
        case NotMeasurable():
            return ("scan", content.scan, content.region)
        case ValueCorrection():
            return ("value", content.measure, content.when, content.file, content.row)
        case LabelCorrection():
            return ("labels", content.scan, content.label_map)
        case Withdrawal():
            return ("withdrawal", content.number)


def standing_of(said: Sequence[Correction]) -> Mapping[int, Standing]:
    """Tell of every correction whether it counts.

    Two that speak of the same thing, the later of which was said without having seen the earlier, are in conflict until
    one of them is withdrawn or the thing is corrected again by somebody who has seen both.
    """
    withdrawn = {item.content.number for item in said if isinstance(item.content, Withdrawal)}
    found = {item.number: Standing.IN_FORCE for item in said}
    alive: dict[tuple[object, ...], list[Correction]] = {}
    for item in said:
        if item.number in withdrawn:
            found[item.number] = Standing.WITHDRAWN
        elif not isinstance(item.content, Withdrawal):
            _settle(item, alive.setdefault(target_of(item.content), []), found)
    return found


def _settle(item: Correction, earlier: list[Correction], found: dict[int, Standing]) -> None:
    unseen = [other for other in earlier if other.number > item.seen and other.content != item.content]
    if unseen:
        for one in (*unseen, item):
            found[one.number] = Standing.CONFLICT
        earlier.append(item)
        return
    if isinstance(item.content, LabelCorrection):  # strokes add up
        earlier.append(item)
        return
    for other in earlier:
        found[other.number] = Standing.SUPERSEDED
    earlier[:] = [item]
