"""The message catalogue: one file of words a language."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files

from breathline.figures.wording import Wording


@cache
def read_wording(name: str = "messages.toml", package: str = "breathline.report") -> Wording:
    """Read a catalogue that lies in a package; without a name, that of the report."""
    text = files(package).joinpath(name).read_text(encoding="utf-8")
    return Wording(dict(_flatten(tomllib.loads(text), "")))


def _flatten(tree: Mapping[str, object], prefix: str) -> Iterator[tuple[str, str]]:
    """Turn tables into dotted keys."""
    for key, item in tree.items():
        if isinstance(item, Mapping):
            yield from _flatten(item, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", str(item)
