"""Figures for papers: the width of a column, letters that can be read, every value drawn, the same bytes."""

from __future__ import annotations

import io
from dataclasses import replace

import numpy as np
import pytest
from matplotlib.text import Text
from PIL import Image

from breathline.figures import draw_course, draw_forest, draw_outcomes, draw_regions
from breathline.figures.pairing import ShownScan
from breathline.figures.regions import ACROSS, DARK, SHADES, ZONES, extents_of
from breathline.figures.series import points_of, time_axis
from breathline.figures.style import PRINT_DPI, png_bytes, svg_bytes
from breathline.model.assessment import Assessment, Standing
from breathline.model.change import Change, Direction, Domain, Judgement
from breathline.model.measurement import Measurement, Origin
from breathline.report.catalogue import read_wording
from breathline.report.pictures import draw_figures, figure_title
from tests.report.example import VARIANTS, example, no_scans

SAY = read_wording()
COLUMN_MM, SMALLEST_POINTS = 89, 6


def with_regions() -> tuple[Assessment, tuple[ShownScan, ...]]:
    """The example with an extent of ground-glass in each of the twelve regions at both dates: 0, 1, … 11 %."""
    base, found = example(), []
    for scan in base.scans:
        for number, name in enumerate(f"{side}_{zone}_{rind}" for zone in ZONES for side, rind in ACROSS):
            own = Measurement(
                measure="ct_ground_glass",
                value=float(number),
                unit="%",
                when=scan.when,
                region=name,
                origin=Origin(scan=scan.name),
            )
            found.append(Standing(measurement=own, label="Ground-glass extent on CT"))
    shown = tuple(
        ShownScan(role, scan, ()) for role, scan in zip(("baseline", "followup"), base.scans, strict=True)
    )
    return replace(base, measurements=(*base.measurements, *found)), shown


def drawn(name: str):
    if name == "regions":
        return draw_regions(*with_regions(), SAY)
    return {"outcomes": draw_outcomes, "forest": draw_forest, "course": draw_course}[name](example(), SAY)


@pytest.mark.parametrize("name", ["outcomes", "forest", "regions", "course"])
def test_a_figure_fits_one_column_and_can_be_read_there(name):
    figure = drawn(name)
    assert figure.get_size_inches()[0] * 25.4 == pytest.approx(COLUMN_MM)
    words = [text for text in figure.findobj(Text) if text.get_text().strip() and text.get_visible()]
    assert min(text.get_fontsize() for text in words) >= SMALLEST_POINTS
    picture = np.asarray(Image.open(io.BytesIO(png_bytes(figure, PRINT_DPI))).convert("L"))
    edge = np.concatenate([picture[0], picture[-1], picture[:, 0], picture[:, -1]])
    assert (edge == 255).all()  # nothing is cut off
    assert picture.std() > 5


@pytest.mark.parametrize("name", ["outcomes", "forest", "regions", "course"])
def test_svg_has_a_title_and_text_and_the_same_bytes(name):
    title = figure_title(name, SAY)
    svg = svg_bytes(drawn(name), title)
    assert f"<title>{title}</title>".encode() in svg
    assert b"<text" in svg
    assert svg_bytes(drawn(name), title) == svg
    assert png_bytes(drawn(name), title=title) == png_bytes(drawn(name), title=title)


@pytest.mark.parametrize("name", [name for name in VARIANTS if name != "example"])
def test_any_record_is_drawn_inside_its_frame(name):
    for figure in (draw(VARIANTS[name](), SAY) for draw in (draw_outcomes, draw_forest, draw_course)):
        if figure is None:
            continue
        picture = np.asarray(Image.open(io.BytesIO(png_bytes(figure, dpi=80))).convert("L"))
        edge = np.concatenate([picture[0], picture[-1], picture[:, 0], picture[:, -1]])
        assert (edge == 255).all()


def test_every_value_of_every_judged_measure_is_drawn():
    assessment = example()
    axis = time_axis(assessment)
    figure = draw_outcomes(assessment, SAY)
    shown = [
        {(x, y) for line in axes.lines for x, y in zip(*line.get_data(), strict=False)}
        for axes in figure.axes
    ]
    for change, panel in zip(assessment.changes, shown, strict=True):
        assert {(point.x, point.value) for point in points_of(assessment, change.measure, axis)} <= panel


def test_the_band_is_the_baseline_with_its_error():
    """FVC: 1.62 L, error 0.334 L."""
    assessment = example()
    number = next(n for n, change in enumerate(assessment.changes) if change.measure == "fvc")
    (band,) = [p for p in draw_outcomes(assessment, SAY).axes[number].patches if p.get_height() < 1.0]
    assert (band.get_y(), band.get_y() + band.get_height()) == pytest.approx((1.62 - 0.334, 1.62 + 0.334))


def test_a_fall_of_what_is_better_low_points_to_the_right():
    change = Change(
        measure="sgrq",
        label="SGRQ",
        unit="score",
        domain=Domain.SYMPTOMS,
        direction=Direction.LOWER,
        judgement=Judgement.BETTER,
        reason="",
        baseline=60.0,
        followup=44.0,
        delta=-16.0,
        low=-31.0,
        high=-1.0,
        important_difference=8.0,
    )
    axes = draw_forest(replace(example(), changes=(change,)), SAY).axes[0]
    marks = [line for line in axes.lines if line.get_marker() == "o"]
    assert marks[0].get_xdata()[0] == 2.0  # −16 of 8, better to the right
    interval = next(line for line in axes.lines if list(line.get_ydata()) == [0, 0])
    assert list(interval.get_xdata()) == [0.125, 3.875]


def test_a_map_holds_the_number_of_each_region():
    assessment, shown = with_regions()
    figure = draw_regions(assessment, shown, SAY)
    numbers = [text.get_text() for text in figure.axes[0].texts]
    for number in range(12):
        assert (f"{number}.0" if number < 10 else str(number)) in numbers
    assert extents_of(assessment, "ct_ground_glass", shown[0].summary)["right_upper_peripheral"] == 0.0
    assert draw_regions(example(), shown, SAY) is None  # the whole lungs alone make no map
    assert draw_regions(no_scans(), (), SAY) is None


def test_numbers_on_a_map_stand_out():
    """WCAG: contrast of 4.5 to 1 for text."""

    def light(colour) -> float:
        channels = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in colour[:3]]
        return float(np.dot(channels, (0.2126, 0.7152, 0.0722)))

    def contrast(one, other) -> float:
        low, high = sorted((light(one), light(other)))
        return (high + 0.05) / (low + 0.05)

    black, paper = (0.0, 0.0, 0.0), (1.0, 1.0, 1.0)
    for share in np.linspace(0, 1, 101):
        assert contrast(SHADES(float(share)), paper if share > DARK else black) >= 4.5


def test_figures_without_data_are_left_out(tmp_path):
    names = set(draw_figures(no_scans(), tmp_path, (), SAY))
    assert names == {"timeline", "course", "outcomes", "forest", "balance"}
    for name in (*names, "exposure-mycophenolate-mofetil"):
        assert figure_title(name, SAY)


def test_a_pattern_that_is_absent_at_both_dates_takes_no_panel():
    """Below the important difference at both dates: 0.4 and 0.6 %, limit 3.4 points."""
    base = next(change for change in example().changes if change.measure == "ct_reticulation")
    absent = replace(base, baseline=0.4, followup=0.6, important_difference=3.4)
    present = replace(base, baseline=0.4, followup=3.5, important_difference=3.4)
    assert draw_outcomes(replace(example(), changes=(absent,)), SAY) is None
    assert draw_outcomes(replace(example(), changes=(present,)), SAY) is not None


def test_what_was_never_negative_is_not_drawn_below_zero():
    base = next(change for change in example().changes if change.measure == "ct_reticulation")
    wide = replace(base, error=20.0)  # the band would reach from −11.7
    low, _ = draw_outcomes(replace(example(), changes=(wide,)), SAY).axes[0].get_ylim()
    assert -3 < low <= 0


def test_the_course_shows_every_drug_and_the_gravest_events():
    """28 events: the eight gravest are shown, serious ones first, in the order in which they began."""
    labels = [label.get_text() for label in draw_course(example(), SAY).axes[0].get_yticklabels()]
    assert labels == ["cyclophosphamide", "azathioprine", "prednisolone", "imatinib", "Visits", "CT"]
    many = VARIANTS["many_events"]()
    labels = [label.get_text() for label in draw_course(many, SAY).axes[0].get_yticklabels()]
    assert len(labels) == 6 + 8
    serious = sum(event.serious is True for event in many.safety.events)
    assert serious > 8
    assert draw_course(VARIANTS["no_treatment_start"](), SAY) is None  # no drug, no event
