"""How figures look, said once: colours, type, lines, and how they are written to disk.

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

PALETTE = {
    "ink": "#1b2733",
    "muted": "#55626f",
    "rule": "#c9d1d9",
    "hair": "#e3e8ec",
    "paper": "#ffffff",
    "wash": "#f4f6f8",
    "accent": "#0b4f6c",
    "focus": "#1a6fb0",
    "treatment": "#dcebf2",
    "better": "#0a5c8a",
    "better-wash": "#eaf3f8",
    "worse": "#a63a00",
    "worse-wash": "#fbefe8",
    "no_change": "#4d5761",
    "no_change-wash": "#f4f6f8",
    "cannot_tell": "#6b5a00",
    "cannot_tell-wash": "#faf6e3",
    "example": "#4a3b00",
    "example-wash": "#fff3c4",
}
"""Every colour of page and figures but those of the patterns. Blue against burnt orange stays apart in every
common colour blindness; text stands on its ground at WCAG AA contrast or better."""

INK, MUTED, RULE, PAPER = (PALETTE[name] for name in ("ink", "muted", "rule", "paper"))
ACCENT, TREATMENT_WASH = PALETTE["accent"], PALETTE["treatment"]
PREVIOUS = "#8793a0"

JUDGEMENT_COLOURS = {name: PALETTE[name] for name in ("better", "worse", "no_change", "cannot_tell")}

PATTERN_STYLES: dict[str, tuple[str, tuple[float, ...]]] = {
    "ground_glass": ("#f5e642", ()),
    "reticulation": ("#62c4ff", (5.0, 2.5)),
    "honeycombing": ("#ff9a4d", (1.5, 1.8)),
    "consolidation": ("#e79bd0", (8.0, 2.0, 1.5, 2.0)),
    "emphysema": ("#3fd6a4", (2.5, 4.0)),
}
"""Colour and dashes of each pattern outlined on a CT slice; the colours are those of Okabe and Ito, lightened
to stand on dark lung, and the dashes tell them apart without colour."""

COLUMN_IN = 89 / 25.4
"""Width of one column of a journal; figures of this width are readable at it, with letters of 6 points or more."""

PRINT_DPI = 300

FONT_STACK = "-apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', 'Liberation Sans', Arial, sans-serif"

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
