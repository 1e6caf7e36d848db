"""Where a number comes from: a key in ``references.bib`` and the place in that publication."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files


@dataclass(frozen=True, slots=True)
class Source:
    """The publication a clinical number was taken from.

    Parameters
    ----------
    key
        Entry in ``references.bib``.
    locator
        Table, equation or page.
    verified
        False while nobody has checked the number against the publication itself; shown wherever it is used.
    note
        What a reader should know about how the number was obtained.
    """

    key: str
    locator: str = ""
    verified: bool = True
    note: str = ""

    def __str__(self) -> str:
        """Give the source as the report prints it."""
        text = citation(self.key)
        if self.locator:
            text += f", {self.locator}"
        if self.note:
            text += f" ({self.note})"
        return text if self.verified else f"{text} [not verified against the publication]"


@dataclass(frozen=True, slots=True)
class Reference:
    """One entry of ``references.bib``."""

    key: str
    author: str
    title: str
    journal: str
    year: str
    volume: str = ""
    pages: str = ""
    doi: str = ""


_ENTRY = re.compile(r"@\w+\{(?P<key>[^,]+),(?P<body>.*?)\n\}", re.DOTALL)
_FIELD = re.compile(r"^\s*(?P<name>\w+)\s*=\s*\{(?P<value>.*)\},?\s*$", re.MULTILINE)


@cache
def references() -> dict[str, Reference]:
    """Read ``references.bib``: one field a line, braces around every value."""
    text = files("breathline").joinpath("references.bib").read_text(encoding="utf-8")
    found: dict[str, Reference] = {}
    for entry in _ENTRY.finditer(text):
        fields = {m["name"]: m["value"] for m in _FIELD.finditer(entry["body"])}
        key = entry["key"].strip()
        known = {name: fields.get(name, "") for name in Reference.__dataclass_fields__ if name != "key"}
        found[key] = Reference(key=key, **known)
    return found


def citation(key: str) -> str:
    """Give the short citation, "Khanna, J Rheumatol 2015;42:2168, doi …".

    Raises
    ------
    KeyError
        If `key` is not in ``references.bib``.
    """
    ref = references()[key]
    first = _first_author(ref.author)
    place = f"{ref.journal} {ref.year}"
    if ref.volume:
        place += f";{ref.volume}"
        if ref.pages:
            place += f":{ref.pages.replace('--', '–')}"
    text = f"{first}, {place}"
    return f"{text}, doi {ref.doi}" if ref.doi else text


def _first_author(author: str) -> str:
    """Give the first author's family name; a body in braces ("{The Society and The Other}") is one author."""
    if author.startswith("{"):
        return author[1 : author.index("}")]
    return author.split(" and ", maxsplit=1)[0].split(",", maxsplit=1)[0].strip()
