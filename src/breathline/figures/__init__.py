"""Figures drawn from an assessment, as matplotlib figures styled once; nothing is computed here."""

from breathline.figures.ct import draw_ct
from breathline.figures.timeline import draw_timeline

__all__ = ["draw_ct", "draw_timeline"]
