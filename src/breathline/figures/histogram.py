"""How dense the lungs were at each date: two histograms on one axis of Hounsfield units."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.figure import Figure

from breathline.figures.pairing import ShownScan
from breathline.figures.style import ACCENT, INK, MUTED, RULE, new_figure, styled
from breathline.figures.wording import Wording

WIDTH_IN, HEIGHT_IN = 7.4, 2.1
SHOWN_HU = (-1024.0, 200.0)
LINES = ((INK, "--"), (ACCENT, "-"))
"""Colour and dashes by date: the dashes tell them apart in black and white."""


@dataclass(frozen=True, slots=True, eq=False)
class Densities:
    """Volume of lung in steps of equal width, from `first_hu` up [mL]."""

    scan: ShownScan
    first_hu: float
    width_hu: float
    volumes_ml: tuple[float, ...]


def draw_histogram(densities: Sequence[Densities], say: Wording) -> Figure | None:
    """Draw the share of the lungs at each density; None where no scan has a histogram.

    Parameters
    ----------
    densities
        One or two scans, in order of time.
    say
        Words of the figure.
    """
    if not densities:
        return None
    with styled():
        figure = new_figure(WIDTH_IN, HEIGHT_IN)
        axes = figure.add_axes((0.075, 0.24, 0.9, 0.7))
        for own, (colour, dashes) in zip(densities, LINES, strict=False):
            whole = sum(own.volumes_ml)
            shares = [100.0 * one / whole * 10.0 / own.width_hu for one in own.volumes_ml]
            middles = [own.first_hu + (n + 0.5) * own.width_hu for n in range(len(shares))]
            when = say.short_moment(own.scan.summary.when) if own.scan.summary.when else own.scan.summary.name
            role = say(f"ct.role.{own.scan.role}")
            axes.plot(
                middles,
                shares,
                color=colour,
                linestyle=dashes,
                label=say("histogram.line", role=role, when=when),
            )
        axes.set_xlim(*SHOWN_HU)
        axes.set_ylim(bottom=0)
        axes.spines["bottom"].set_color(RULE)
        axes.set_xlabel(say("histogram.density"), color=MUTED)
        axes.set_ylabel(say("histogram.share"), color=MUTED, fontsize=8)
        axes.legend(frameon=False, fontsize=8)
    return figure
