"""Outlines, pairing and the timeline: what is drawn is what the assessment says."""

from __future__ import annotations

import io
from dataclasses import replace

import matplotlib as mpl
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from breathline.figures import draw_ct, draw_timeline
from breathline.figures.outline import outline_pattern, window_lung
from breathline.figures.pairing import ShownScan, choose_scans, pair_levels
from breathline.figures.series import TimeAxis, time_axis
from breathline.figures.style import png_bytes, svg_bytes
from breathline.figures.wording import MINUS, Wording
from breathline.model.measurement import Moment
from breathline.model.volume import KeySlice
from breathline.report.catalogue import read_wording
from tests.report.example import VARIANTS, example, no_scans
from tests.report.patients import many_measures


def key_slice(height: float, shape: tuple[int, int] = (20, 30)) -> KeySlice:
    labels = np.zeros(shape, np.uint8)
    labels[5:10, 6:12] = 2
    return KeySlice(
        height=height, position_mm=0.0, hu=np.full(shape, -800, np.int16), labels=labels, pixel_mm=(1.0, 1.0)
    )


def shown(*heights: float) -> ShownScan:
    return ShownScan("baseline", example().scans[0], tuple(key_slice(height) for height in heights))


def test_window_is_w1500_l600() -> None:
    hu = np.array([[-2048, -1350, -600, 150, 3000]], dtype=np.int16)
    # Exact arithmetic: (hu + 1350) / 1500 · 255, rounded half to even: −600 → 127.5 → 128.
    assert window_lung(hu).tolist() == [[0, 0, 128, 255, 255]]


def test_outline_runs_halfway_between_inside_and_outside() -> None:
    labels = np.zeros((6, 7), np.uint8)
    labels[2:4, 1:5] = 2
    (line,) = outline_pattern(labels, 2)
    # Exact: pixels 1–4 across and 2–3 down, so the edges lie at 0.5, 4.5 and 1.5, 3.5.
    assert (line.min(axis=0).tolist(), line.max(axis=0).tolist()) == ([0.5, 1.5], [4.5, 3.5])


def test_outline_closes_at_the_border_of_the_picture() -> None:
    labels = np.full((4, 5), 2, np.uint8)
    (line,) = outline_pattern(labels, 2)
    assert line[0].tolist() == line[-1].tolist()
    assert (line.min(axis=0).tolist(), line.max(axis=0).tolist()) == ([-0.5, -0.5], [4.5, 3.5])


def test_a_hole_has_its_own_outline() -> None:
    labels = np.full((7, 7), 2, np.uint8)
    labels[3, 3] = 1
    assert len(outline_pattern(labels, 2)) == 2


@given(st.integers(0, 2**32 - 1))
def test_outline_mirrors_with_the_labels(seed: int) -> None:
    labels = (np.random.default_rng(seed).random((9, 11)) > 0.6).astype(np.uint8)
    corners = {tuple(p) for line in outline_pattern(labels, 1) for p in line.tolist()}
    mirrored = {(10 - x, y) for line in outline_pattern(labels[:, ::-1], 1) for x, y in line.tolist()}
    assert corners == mirrored


def test_slices_of_the_same_height_face_each_other_from_the_apex_down() -> None:
    levels = pair_levels([shown(0.2, 0.8), shown(0.79, 0.5, 0.21)])
    faced = [tuple(item and item.height for item in level.slices) for level in levels]
    assert faced == [(0.8, 0.79), (None, 0.5), (0.2, 0.21)]


def test_the_scans_shown_are_those_judged() -> None:
    assert [(role, scan.name) for role, scan in choose_scans(example())] == [
        ("baseline", "week-1"),
        ("followup", "week+20"),
    ]
    assert choose_scans(no_scans()) == ()


def test_time_is_counted_in_weeks_where_treatment_has_a_start() -> None:
    assert time_axis(example()) == TimeAxis(weeks=True)
    assert time_axis(VARIANTS["no_treatment_start"]()) == TimeAxis(weeks=False)
    assert TimeAxis(weeks=True).place(Moment(week=4.0)) == 4.0


@pytest.mark.parametrize("name", VARIANTS)
def test_the_timeline_is_drawn_inside_its_frame(name: str) -> None:
    figure = draw_timeline(VARIANTS[name](), read_wording())
    assert figure is not None
    picture = np.asarray(Image.open(io.BytesIO(png_bytes(figure, dpi=80))).convert("L"))
    assert picture.std() > 5  # something is drawn
    edge = np.concatenate([picture[0], picture[-1], picture[:, 0], picture[:, -1]])
    assert (edge == 255).all()  # and nothing is cut off


def test_a_record_without_any_moment_has_no_timeline() -> None:
    from breathline.model.assessment import Timeline

    bare = replace(
        no_scans(),
        measurements=(),
        changes=(),
        timeline=Timeline(treatment_start=None, treatment_stop=None),
    )
    assert draw_timeline(bare, read_wording()) is None


def test_svg_keeps_text_and_carries_no_date() -> None:
    figure = draw_timeline(example(), read_wording())
    assert figure is not None
    svg = svg_bytes(figure)
    assert b"Six-minute walk distance" in svg
    assert b"<dc:date>" not in svg
    assert b"DejaVu" not in svg
    assert svg_bytes(figure) == svg


def test_the_style_stays_inside() -> None:
    before = dict(mpl.rcParams)
    draw_ct([shown(0.5)], read_wording())
    assert dict(mpl.rcParams) == before


def test_ct_figure_shows_every_level_of_both_scans() -> None:
    figure = draw_ct([shown(0.2, 0.8), shown(0.79, 0.21)], read_wording())
    assert len([axes for axes in figure.axes if axes.images]) == 4


@given(st.floats(-1e6, 1e6), st.integers(0, 3))
def test_a_number_reads_back(number: float, decimals: int) -> None:
    written = Wording({}).number(number, decimals, sign=True).replace(MINUS, "-")
    assert float(written) == pytest.approx(number, abs=0.5 * 10.0**-decimals * 1.000001)


def test_what_rounds_to_nothing_has_no_sign() -> None:
    assert Wording({}).number(-0.04, 1) == "0.0"
    assert Wording({}).number(0.04, 1, sign=True) == "0.0"


def test_of_many_measures_the_timeline_draws_those_with_most_values() -> None:
    figure = draw_timeline(many_measures(), read_wording())
    assert figure is not None
    svg = svg_bytes(figure).decode()
    # 42 measures; only the 7 of the example have values, 6 visits each but CT with 2
    for words in ("NYHA class", "Six-minute walk distance", "Ground-glass extent on CT"):
        assert words in svg
    repeated = draw_timeline(replace(example(), changes=example().changes * 3), read_wording())
    assert repeated is not None
    drawn = svg_bytes(repeated).decode()
    assert "Forced vital capacity" in drawn
    assert "extent on CT" not in drawn  # 15 lanes of clinic values come before those of two scans
