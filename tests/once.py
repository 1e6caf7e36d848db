"""What is costly to make is made once in a run: by the worker that needs it first, while the others wait for it."""

from __future__ import annotations

import copyreg
import io
import os
import pickle
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType
from typing import TypeVar

import pytest

try:
    import fcntl
except ImportError:  # not on Windows: there every worker makes its own
    fcntl = None  # type: ignore[assignment]

Made = TypeVar("Made")


def made_once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], object]) -> Path:
    """Give a folder that `make` has filled. Every test of the run may read it, and none may write into it."""
    shared = _shared(factory)
    folder, whole = shared / name, shared / f"{name}.whole"
    with _alone(shared / f"{name}.lock"):
        if not whole.exists():
            shutil.rmtree(folder, ignore_errors=True)  # left by a worker that failed at it
            folder.mkdir()
            make(folder)
            whole.touch()
    return folder


def kept_once(factory: pytest.TempPathFactory, name: str, make: Callable[[], Made]) -> Made:
    """Give what `make` returns; workers that come later read it from disk. Tests change nothing in it."""
    made: list[Made] = []

    def keep(folder: Path) -> None:
        made.append(make())
        (folder / "kept").write_bytes(_pickled(made[0]))

    folder = made_once(factory, name, keep)
    return made[0] if made else pickle.loads((folder / "kept").read_bytes())


def _pickled(made: object) -> bytes:
    stream = io.BytesIO()
    pickler = pickle.Pickler(stream, pickle.HIGHEST_PROTOCOL)
    # The codes of label maps are kept from change, and so from pickle, which has to be told how.
    pickler.dispatch_table = copyreg.dispatch_table | {
        MappingProxyType: lambda codes: (_sealed, (dict(codes),))
    }
    pickler.dump(made)
    return stream.getvalue()


def _sealed(codes: dict[object, object]) -> MappingProxyType[object, object]:
    return MappingProxyType(codes)


def _shared(factory: pytest.TempPathFactory) -> Path:
    """Give the folder of this run that all of its workers see."""
    own = factory.getbasetemp()
    return own.parent if fcntl and "PYTEST_XDIST_WORKER" in os.environ else own


@contextmanager
def _alone(lock: Path) -> Iterator[None]:
    """Let one worker in at a time; a worker that dies lets go."""
    with lock.open("w") as file:
        if fcntl:
            fcntl.flock(file, fcntl.LOCK_EX)
        yield
