"""A figure of the report, kept once for the page and for the PDF."""

from __future__ import annotations

import base64
from dataclasses import dataclass

from matplotlib.figure import Figure

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
