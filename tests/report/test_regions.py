"""The twelve regions and the histogram of each date: read from beside the assessment, told as they are."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from breathline.figures import draw_histogram
from breathline.figures.histogram import Densities
from breathline.figures.pairing import ShownScan
from breathline.figures.style import svg_bytes
from breathline.model.assessment import Assessment, Standing
from breathline.model.measurement import Measurement, Origin
from breathline.report.catalogue import read_wording
from breathline.report.sections.regions import read_densities, view_regions
from breathline.report.sections.scans import read_shown_scans
from tests.report.example import example

HISTOGRAM = {"first_hu": -1024.0, "width_hu": 8.0, "volumes_ml": [1.0, 3.0, 2.0]}


def with_regions() -> Assessment:
    def value(measure: str, unit: str, region: str, scan: str, number: float) -> Standing:
        own = Measurement(
            measure=measure, value=number, unit=unit, when=None, region=region, origin=Origin(scan=scan)
        )
        return Standing(measurement=own, label=measure)

    standings = []
    for scan in example().scans:
        for n, region in enumerate(("right_upper_central", "left_lower_peripheral")):
            standings.append(value("ct_lung_volume", "L", region, scan.name, 0.25 + n))
            standings.append(value("ct_ground_glass", "%", region, scan.name, 12.34 + n))
            standings.append(value("ct_emphysema", "%", region, scan.name, 0.04))
    return replace(example(), measurements=(*example().measurements, *standings))


def shown(assessment: Assessment, folder: Path) -> tuple[ShownScan, ...]:
    return read_shown_scans(assessment, folder, read_wording())[0]


def test_each_region_stands_beside_itself_at_both_dates(tmp_path: Path) -> None:
    view = view_regions(with_regions(), shown(with_regions(), tmp_path), read_wording())
    assert view.measures == ("Volume (L)", "Ground-glass")
    assert view.scans == ("Baseline", "Follow-up")
    assert len(view.rows) == 12
    assert view.rows[0].name == "Right upper, central"
    assert view.rows[0].cells == (("0.25", "0.25"), ("12.3", "12.3"))
    assert view.rows[-1].cells == (("1.25", "1.25"), ("13.3", "13.3"))
    assert view.rows[1].cells == (("–", "–"), ("–", "–"))
    assert view.left_out == "Below 0.05 % everywhere: Emphysema."


def test_without_regions_there_is_no_table(tmp_path: Path) -> None:
    assert view_regions(example(), shown(example(), tmp_path), read_wording()).rows == ()


@pytest.mark.parametrize(
    "kept",
    [
        None, {}, {"histogram": None}, {"histogram": {"first_hu": "x"}}, {"histogram": HISTOGRAM | {"width_hu": 0}},
        {"histogram": HISTOGRAM | {"volumes_ml": []}}, {"histogram": HISTOGRAM | {"volumes_ml": [float("nan")]}},
    ],
)  # fmt: skip
def test_a_scan_without_a_sound_histogram_is_left_out(kept: object, tmp_path: Path) -> None:
    for scan in example().scans:
        (tmp_path / scan.folder).mkdir(parents=True)
        if kept is not None:
            (tmp_path / scan.folder / "measurements.json").write_text(json.dumps(kept), encoding="utf-8")
    assert read_densities(shown(example(), tmp_path), tmp_path) == ()


def test_the_histograms_are_drawn_with_lines_that_differ(tmp_path: Path) -> None:
    for scan in example().scans:
        (tmp_path / scan.folder).mkdir(parents=True)
        text = json.dumps({"histogram": HISTOGRAM})
        (tmp_path / scan.folder / "measurements.json").write_text(text, encoding="utf-8")
    found = read_densities(shown(example(), tmp_path), tmp_path)
    assert [(one.first_hu, one.width_hu, one.volumes_ml) for one in found] == [
        (-1024.0, 8.0, (1.0, 3.0, 2.0))
    ] * 2
    figure = draw_histogram(found, read_wording())
    assert figure is not None
    first, second = figure.axes[0].lines
    assert (first.get_linestyle(), second.get_linestyle()) == ("--", "-")
    # shares of the whole in 10 HU: 1 of 6 mL in 8 HU is 100/6 · 10/8 percent, in the middle of its step
    assert first.get_xdata()[0] == -1020.0
    assert first.get_ydata()[0] == pytest.approx(100 / 6 * 10 / 8)
    assert b"Baseline, week" in svg_bytes(figure)


def test_nothing_is_drawn_of_nothing() -> None:
    none: tuple[Densities, ...] = ()
    assert draw_histogram(none, read_wording()) is None
