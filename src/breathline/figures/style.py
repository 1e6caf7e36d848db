"""How figures look, said once: colours, type, lines, and how they are written to disk.

Figures are made without the global state of pyplot, and the same assessment gives the same bytes.
"""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

import matplotlib as mpl
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

INK = "#1b2733"
MUTED = "#55626f"
RULE = "#c9d1d9"
PAPER = "#ffffff"
WASH = "#f4f6f8"
ACCENT = "#0b4f6c"
TREATMENT_WASH = "#dcebf2"
PREVIOUS = "#8793a0"

JUDGEMENT_COLOURS = {
    "better": "#0a5c8a",
    "worse": "#a63a00",
    "no_change": "#4d5761",
    "cannot_tell": "#6b5a00",
}
"""Blue against burnt orange stays apart in every common colour blindness; all stand on white at AA contrast."""

PATTERN_STYLES: dict[str, tuple[str, tuple[float, ...]]] = {
    "ground_glass": ("#f5e642", ()),
    "reticulation": ("#62c4ff", (5.0, 2.5)),
    "honeycombing": ("#ff9a4d", (1.5, 1.8)),
    "consolidation": ("#e79bd0", (8.0, 2.0, 1.5, 2.0)),
    "emphysema": ("#3fd6a4", (2.5, 4.0)),
}
"""Colour and dashes of each pattern outlined on a CT slice; the colours are those of Okabe and Ito, lightened
to stand on dark lung, and the dashes tell them apart without colour."""

FONT_STACK = "system-ui, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, 'Liberation Sans', sans-serif"

_RC = {
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


def png_bytes(figure: Figure, dpi: int = 200) -> bytes:
    """Render a figure as PNG, without date or program in it."""
    stream = io.BytesIO()
    with styled():
        figure.savefig(stream, format="png", dpi=dpi, metadata={"Software": None})
    return stream.getvalue()


def svg_bytes(figure: Figure) -> bytes:
    """Render a figure as SVG, without date in it, in the reader's own typeface."""
    stream = io.BytesIO()
    with styled():
        figure.savefig(stream, format="svg", metadata={"Date": None, "Creator": None})
    return stream.getvalue().replace(b"'DejaVu Sans'", FONT_STACK.encode())
