"""Figures drawn from an assessment, as matplotlib figures styled once; nothing is computed here."""

from breathline.figures.balance import draw_balance
from breathline.figures.ct import draw_ct
from breathline.figures.exposure import draw_exposure
from breathline.figures.histogram import draw_histogram
from breathline.figures.timeline import draw_timeline

__all__ = ["draw_balance", "draw_ct", "draw_exposure", "draw_histogram", "draw_timeline"]
