"""How figures look, said once: type, lines, and how they are written to disk; see `palette` for the colours.

Figures are made without the global state of pyplot, and the same assessment gives the same bytes.
"""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import matplotlib as mpl
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from breathline.figures.palette import (
    ACCENT,
    FONT_STACK,
    INK,
    JUDGEMENT_COLOURS,
    MUTED,
    PALETTE,
    PAPER,
    PATTERN_STYLES,
    PREVIOUS,
    RULE,
    TREATMENT_WASH,
)

__all__ = [
    "ACCENT",
    "COLUMN_IN",
    "FONT_STACK",
    "INK",
    "JUDGEMENT_COLOURS",
    "MUTED",
    "PALETTE",
    "PAPER",
    "PATTERN_STYLES",
    "PREVIOUS",
    "PRINT_DPI",
    "RULE",
    "TREATMENT_WASH",
    "new_figure",
    "png_bytes",
    "styled",
    "svg_bytes",
]

COLUMN_IN = 89 / 25.4
"""Width of one column of a journal; figures of this width are readable at it, with letters of 6 points or more."""

PRINT_DPI = 300

_RC: dict[Any, Any] = {
    "font.family": ["DejaVu Sans"],  # ships with matplotlib, so the layout is the same everywhere
    "font.size": 8.5,
    "text.color": INK,
    "axes.edgecolor": RULE,
    "axes.labelcolor": INK,
    "axes.linewidth": 0.7,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "xtick.color": MUTED,
    "ytick.color": MUTED,
    "xtick.labelsize": 8,
    "ytick.labelsize": 7,
    "lines.linewidth": 1.6,
    "hatch.linewidth": 0.6,
    "svg.hashsalt": "breathline",
    "svg.fonttype": "none",  # text stays text: the browser shapes every script, and a reader can select it
    "text.parse_math": False,  # a dollar sign in a drug's name is a dollar sign
}


@contextmanager
def styled() -> Iterator[None]:
    """Apply the style inside the block; nothing outside it changes."""
    with mpl.rc_context(_RC), warnings.catch_warnings():
        # Scripts the layout font lacks are drawn by the reader's own fonts in SVG.
        warnings.filterwarnings("ignore", message="Glyph .* missing from", category=UserWarning)
        warnings.filterwarnings(
            "ignore", message="Matplotlib currently does not support", category=UserWarning
        )
        yield


def new_figure(width_in: float, height_in: float) -> Figure:
    """Make an empty figure with a canvas of its own [inches]."""
    figure = Figure(figsize=(width_in, height_in), facecolor=PAPER)
    FigureCanvasAgg(figure)
    return figure


def png_bytes(figure: Figure, dpi: int = 200, title: str = "") -> bytes:
    """Render a figure as PNG, without date or program in it; `title` says in words what it shows."""
    stream = io.BytesIO()
    with styled():
        figure.savefig(stream, format="png", dpi=dpi, metadata={"Software": None, **_titled(title)})
    return stream.getvalue()


def _titled(title: str) -> dict[str, str]:
    return {"Title": title} if title else {}


def svg_bytes(figure: Figure, title: str = "") -> bytes:
    """Render a figure as SVG, without date in it, in the reader's own typeface; `title` is read aloud."""
    stream = io.BytesIO()
    with styled():
        figure.savefig(stream, format="svg", metadata={"Date": None, "Creator": None, **_titled(title)})
    return stream.getvalue().replace(b"'DejaVu Sans'", FONT_STACK.encode())
