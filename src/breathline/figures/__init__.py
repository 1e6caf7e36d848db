"""Figures of an assessment, on the page and as PNG and SVG for papers; nothing is computed here."""

from breathline.figures.balance import draw_balance
from breathline.figures.course import draw_course
from breathline.figures.ct import draw_ct
from breathline.figures.exposure import draw_exposure
from breathline.figures.forest import draw_forest
from breathline.figures.histogram import draw_histogram
from breathline.figures.outcomes import draw_outcomes
from breathline.figures.regions import draw_regions
from breathline.figures.timeline import draw_timeline

__all__ = [
    "draw_balance",
    "draw_course",
    "draw_ct",
    "draw_exposure",
    "draw_forest",
    "draw_histogram",
    "draw_outcomes",
    "draw_regions",
    "draw_timeline",
]
