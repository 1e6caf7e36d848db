"""The PDF: the content of the report laid out on paper by Typst, tagged for screen readers.

The same assessment gives the same bytes: only typefaces that come with the packages are used, and no date is written.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from breathline.errors import OutputError
from breathline.figures.palette import PALETTE
from breathline.figures.wording import Wording
from breathline.report.typefaces import SANS, UNSHOWN, as_typeset, font_folder, has_letter

MAIN = "report.typ"
FONTS = ("Libertinus Serif", SANS)
"""The first comes within Typst, the second with matplotlib; it has Arabic, Hebrew and the signs the first lacks."""


class Paper(StrEnum):
    """The paper the PDF is laid out for."""

    A4 = "a4"
    LETTER = "letter"


SIZES = {Paper.A4: "a4", Paper.LETTER: "us-letter"}


def render_pdf(content: Mapping[str, object], paper: Paper) -> bytes:
    """Lay out the whole report as a PDF, from what `report_content` gives.

    Raises
    ------
    OutputError
        If it cannot be laid out.
    """
    import typst  # noqa: PLC0415 - 40 MB that only a PDF needs

    try:
        with TemporaryDirectory(prefix="breathline-") as name:  # Typst reads pictures from files only
            main = write_sources(content, paper, Path(name))
            made: bytes = typst.compile(
                str(main),
                root=name,
                format="pdf",
                font_paths=[str(font_folder())],
                ignore_system_fonts=True,
                pdf_standards="ua-1",
            )
    except OSError as error:
        raise OutputError(
            f"The PDF could not be laid out in the folder for temporary files: {error.strerror or error}. "
            "Free space there, then run again."
        ) from error
    except RuntimeError as error:
        raise OutputError(f"The PDF could not be laid out: {error}. Please report this.") from error
    return made


def write_sources(content: Mapping[str, object], paper: Paper, folder: Path) -> Path:
    """Write what Typst reads into a folder: templates, ``data.json`` and pictures; give the main file."""
    say = content["say"]
    assert isinstance(say, Wording)
    packing = _Packing()
    data = {name: packing.plain(view) for name, view in content.items() if name != "say"}
    data |= {
        "messages": dict(say.messages),
        "palette": PALETTE,
        "paper": SIZES[paper],
        "fonts": FONTS,
        "unshown": packing.unshown,
    }
    written = json.dumps(data, ensure_ascii=False, allow_nan=False).encode("utf-8")
    for name, piece in (_templates() | packing.files | {"data.json": written}).items():
        (folder / name).write_bytes(piece)
    return folder / MAIN


class _Packing:
    """Turns views into what JSON holds; pictures become files beside it."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.unshown = 0

    def plain(self, view: object) -> Any:
        """Give a view as JSON holds it."""
        if isinstance(view, str):
            return self._shown(view)
        if isinstance(view, bytes):
            return self._keep(view)
        if is_dataclass(view):
            return {field.name: self.plain(getattr(view, field.name)) for field in fields(view)}
        if isinstance(view, Mapping):
            return {key: self.plain(item) for key, item in view.items()}
        if isinstance(view, (tuple, list)):
            return [self.plain(item) for item in view]
        return view

    def _keep(self, picture: bytes) -> str:
        kind = "png" if picture.startswith(b"\x89PNG") else "svg"
        if kind == "svg":
            picture = as_typeset(picture)
        name = f"picture-{len(self.files)}.{kind}"
        self.files[name] = picture
        return name

    def _shown(self, text: str) -> str:
        """Mark letters that no typeface here has; a PDF for screen readers may not have empty boxes."""
        letters = [letter if has_letter(letter) else UNSHOWN for letter in text]
        self.unshown += letters.count(UNSHOWN) - text.count(UNSHOWN)
        return "".join(letters)


@cache
def _templates() -> dict[str, bytes]:
    folder = files("breathline.report").joinpath("templates")
    return {one.name: one.read_bytes() for one in folder.iterdir() if one.name.endswith(".typ")}
