"""Figures and slices of the report, kept once for the page and for the PDF."""

from __future__ import annotations

import base64
import io
from dataclasses import dataclass

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray
from PIL import Image

from breathline.figures.style import svg_bytes


@dataclass(frozen=True, slots=True)
class Drawing:
    """A picture as SVG."""

    svg: bytes

    @property
    def uri(self) -> str:
        """The picture as a data URI, so that the page asks for nothing."""
        return "data:image/svg+xml;base64," + base64.b64encode(self.svg).decode("ascii")


def drawn(figure: Figure | None) -> Drawing | None:
    """Keep a figure, or None where there was nothing to draw."""
    return None if figure is None else Drawing(svg_bytes(figure))


@dataclass(frozen=True, slots=True)
class Shot:
    """A picture as PNG, and what it shows in words."""

    png: bytes
    alt: str

    @property
    def uri(self) -> str:
        """The picture as a data URI."""
        return "data:image/png;base64," + base64.b64encode(self.png).decode("ascii")


def shot(pixels: NDArray[np.uint8], alt: str) -> Shot:
    """Keep pixels, grey (rows, columns) or in colours (rows, columns, 3)."""
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, format="PNG", optimize=True)
    return Shot(stream.getvalue(), alt)
