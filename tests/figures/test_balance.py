"""Benefit beside harm, and exposure: what is drawn is what the assessment says."""

from __future__ import annotations

import io
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from PIL import Image

from breathline.exposure import estimate_exposure, summarise_exposure
from breathline.figures import draw_balance, draw_exposure
from breathline.figures.balance import GRADE_FILLS, scale_changes
from breathline.figures.style import png_bytes, svg_bytes
from breathline.model.assessment import Assessment
from breathline.model.change import Direction
from breathline.model.patient import Event
from breathline.model.safety import EventsStatus, SafetySummary
from breathline.report import write_report
from breathline.report.catalogue import read_wording
from tests.exposure.logs import START, dose, level, record
from tests.report.example import VARIANTS, at, example


def test_changes_are_counted_in_what_matters_and_better_is_right() -> None:
    # Exact: DLCO 12.3 − 7.2 = 5.1 over 1.08; NYHA 2 − 3 = −1 class, lower is better, so +1.
    found = {one.label: one for one in scale_changes(example().changes)}
    assert found["Diffusing capacity (DLCO)"].value == pytest.approx(5.1 / 1.08)
    assert found["NYHA class"].value == pytest.approx(1.0)
    assert found["Arterial oxygen pressure (PaO2)"].by_error
    assert found["Arterial oxygen pressure (PaO2)"].value == pytest.approx(17.0 / 9.0)


def test_the_interval_turns_with_the_direction() -> None:
    change = replace(
        example().changes[1],
        direction=Direction.LOWER,
        delta=-2.0,
        low=-3.0,
        high=-1.0,
        important_difference=2.0,
    )
    (one,) = scale_changes([change])
    assert (one.low, one.value, one.high) == (0.5, 1.0, 1.5)


def test_what_has_no_number_is_named_all_the_same() -> None:
    change = replace(example().changes[0], delta=None)
    assert scale_changes([change])[0].value is None


@pytest.mark.parametrize("name", VARIANTS)
def test_the_panel_is_drawn_inside_its_frame(name: str) -> None:
    figure = draw_balance(VARIANTS[name](), read_wording())
    assert figure is not None
    picture = np.asarray(Image.open(io.BytesIO(png_bytes(figure, dpi=80))).convert("L"))
    edge = np.concatenate([picture[0], picture[-1], picture[:, 0], picture[:, -1]])
    assert picture.std() > 5
    assert (edge == 255).all()


def test_grades_differ_in_black_and_white() -> None:
    # Luminance of the fills falls by at least a tenth of white from grade to grade.
    def grey(colour: str) -> float:
        return 1.0 if colour == "white" else sum(int(colour[n : n + 2], 16) for n in (1, 3, 5)) / 765

    shades = [grey(GRADE_FILLS[grade]) for grade in range(1, 6)]
    assert all(lighter - darker > 0.1 for lighter, darker in pairwise(shades))


def with_events(*events: Event) -> Assessment:
    safety = SafetySummary(
        status=EventsStatus.OCCURRED, events=events, on_treatment=tuple(range(len(events)))
    )
    return replace(example(), safety=safety)


def test_every_event_stands_there_with_its_grade() -> None:
    figure = draw_balance(
        with_events(
            Event(term="nausea", start=at(1), stop=at(2), grade=1),
            Event(term="oedema", start=at(4), grade=3, serious=True),
            Event(term="rash", start=None),
        ),
        read_wording(),
    )
    assert figure is not None
    svg = svg_bytes(figure).decode()
    for words in (">nausea<", ">oedema<", ">rash<", ">3 S<", ">?<"):
        assert words in svg


def test_events_without_any_date_are_still_named() -> None:
    figure = draw_balance(with_events(Event(term="rash", start=None)), read_wording())
    assert figure is not None
    svg = svg_bytes(figure).decode()
    assert ">rash<" in svg
    assert "None of the events has a date." in svg


def test_the_most_severe_are_shown_where_there_are_too_many() -> None:
    svg = svg_bytes(draw_balance(VARIANTS["many_events"](), read_wording())).decode()  # type: ignore[arg-type]
    assert "12 more in the table" in svg


@pytest.fixture(scope="module")
def exposed() -> Assessment:
    rec = record(
        dose("imatinib", 0, 140, written="imatinib, 400, mg"),
        levels=[level(40, 1300.0), level(-9, written="as it came")],
    )
    return replace(example(), exposure=estimate_exposure(summarise_exposure(rec.doses, START), rec))


def test_every_model_is_named_on_its_line(exposed: Assessment) -> None:
    figure = draw_exposure(exposed, exposed.exposure.drugs[0], read_wording())
    assert figure is not None
    svg = svg_bytes(figure).decode()
    for name in ("Widmer 2006", "Petain 2008", "Schmidli 2005", "Demetri 2009", "Gotta 2014", "24 h"):
        assert name in svg


def test_the_report_shows_doses_levels_and_warnings(exposed: Assessment, tmp_path) -> None:
    text = write_report(exposed, tmp_path).read_text(encoding="utf-8")
    assert (tmp_path / "figures" / "balance.svg").is_file()
    assert (tmp_path / "figures" / "exposure-imatinib.png").is_file()
    for words in (
        "imatinib in plasma",
        "None of these models was built in patients with interstitial lung disease",
        "as it came",
        "it was taken before the first dose",
        "imatinib, 400, mg",
        "not verified against the publication",
        "α1-acid glycoprotein 1.13 g/L",
    ):
        assert words in text
