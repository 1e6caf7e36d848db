"""The typefaces that Typst may use, and which letters they have."""

from __future__ import annotations

import unicodedata
from functools import cache
from pathlib import Path

import matplotlib as mpl
from matplotlib.ft2font import FT2Font

from breathline.figures.palette import FONT_STACK

SANS = "DejaVu Sans"
"""Comes with matplotlib, and has Arabic, Hebrew and many signs."""
UNSHOWN = "\N{REPLACEMENT CHARACTER}"


def as_typeset(svg: bytes) -> bytes:
    """Give a figure in the typeface that Typst has; letters that it lacks are marked."""
    text = svg.decode("utf-8").replace(FONT_STACK, f"'{SANS}'")
    return "".join(letter if has_letter(letter) else UNSHOWN for letter in text).encode("utf-8")


def has_letter(letter: str) -> bool:
    """Tell whether a letter can be shown, or is none."""
    return letter in "\n\t" or ord(letter) in _letters() or unicodedata.category(letter) == "Cf"


@cache
def font_folder() -> Path:
    """Give the folder of the typeface."""
    return Path(mpl.get_data_path()) / "fonts" / "ttf"


@cache
def _letters() -> frozenset[int]:
    """Give what every cut of the typeface with most letters has."""
    regular, bold = (FT2Font(str(font_folder() / name)) for name in ("DejaVuSans.ttf", "DejaVuSans-Bold.ttf"))
    return frozenset(regular.get_charmap()) & frozenset(bold.get_charmap())
