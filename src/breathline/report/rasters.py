"""Figures as PNG, from the SVG that the report shows: Typst draws it in a fifth of the time of drawing anew."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from breathline.errors import OutputError
from breathline.report.typefaces import as_typeset, font_folder

PPI = 200
METRE_IN = 39.3701
HEADER_BYTES = 33
"""Of the signature and the first chunk of a PNG, after which others may stand."""


def holds_pixels(svg: bytes) -> bool:
    """Tell whether a picture of pixels lies in a figure, which would be blurred by being drawn from the SVG."""
    return b"<image" in svg


def rasterise(figures: Mapping[str, bytes], titles: Mapping[str, str]) -> Mapping[str, bytes]:
    """Draw figures given as SVG.

    Parameters
    ----------
    titles
        What each shows in words, kept in the file.

    Raises
    ------
    OutputError
        If Typst refuses.
    """
    import typst  # noqa: PLC0415 - 40 MB that only a report needs

    if not figures:
        return {}
    names = list(figures)
    page = '#set page(width: auto, height: auto, margin: 0pt)\n#image("{}.svg")\n'
    try:
        with TemporaryDirectory(prefix="breathline-") as folder:  # Typst reads pictures from files only
            for number, name in enumerate(names):
                (Path(folder) / f"{number}.svg").write_bytes(as_typeset(figures[name]))
            main = Path(folder) / "figures.typ"
            main.write_text("".join(page.format(n) for n in range(len(names))), encoding="utf-8")
            made = typst.compile(
                str(main),
                root=folder,
                format="png",
                ppi=PPI,
                font_paths=[str(font_folder())],
                ignore_system_fonts=True,
            )
    except OSError as error:
        raise OutputError(
            f"The figures could not be drawn in the folder for temporary files: {error.strerror or error}. "
            "Free space there, then run again."
        ) from error
    except RuntimeError as error:
        raise OutputError(f"The figures could not be drawn: {error}. Please report this.") from error
    return {name: _told(png, titles[name]) for name, png in zip(names, _pages(made), strict=True)}


def _pages(made: bytes | list[bytes]) -> list[bytes]:
    """Give every page; one page comes without a list."""
    return made if isinstance(made, list) else [made]


def _told(png: bytes, title: str) -> bytes:
    """Put title and resolution into a PNG."""
    per_metre = round(PPI * METRE_IN)
    chunks = _chunk(b"pHYs", struct.pack(">IIB", per_metre, per_metre, 1))
    chunks += _chunk(b"iTXt", b"Title\0\0\0\0\0" + title.encode("utf-8"))
    return png[:HEADER_BYTES] + chunks + png[HEADER_BYTES:]


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
