"""Figures of an assessment, on the page and as PNG and SVG for papers; nothing is computed here.

What draws loads on first use: the review page needs colours and words of figures, and nothing that draws.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
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


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"breathline.figures has no '{name}'.")
    return getattr(import_module(f"breathline.figures.{name.removeprefix('draw_')}"), name)
