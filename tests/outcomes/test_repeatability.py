"""CT changes held against the error of repeated scans."""

from __future__ import annotations

from dataclasses import replace
from math import sqrt

import pytest

from breathline.model.assessment import ScanSummary
from breathline.model.change import Change, Judgement, OutcomeMeasure
from breathline.model.measurement import Measurement, Moment, Origin
from breathline.model.patient import Person, Sex
from breathline.model.protocol import Match
from breathline.model.repeatability import Repeatability, WithinSubject
from breathline.outcomes import OUTCOMES, judge_change, judge_record, standardise
from breathline.repeatability.derive import LEAST_PAIRS
from breathline.sources import Source

SPREADS = {
    Match.MATCHED: WithinSubject(sd=0.4, pairs=20),
    Match.KERNEL: WithinSubject(sd=1.0, per_level=0.1, pairs=20),
}
MEASURE = replace(
    OUTCOMES["ct_ground_glass"],
    repeatability=Repeatability(
        source=Source("breathline_repeatability", "here", verified=False), raw=SPREADS, same_tissue={}
    ),
)


def value(number: float, half: float = 5.0) -> Measurement:
    return Measurement(
        measure="ct_ground_glass", value=number, unit="%", low=max(0.0, number - half), high=number + half
    )


def test_scans_made_alike_are_held_against_the_repeatability_coefficient() -> None:
    # RC = 1.96 · √2 · 0.4 = 1.11; the intervals of the two values, ±7.07 together, would hide the fall of 4.
    change = judge_change(MEASURE, value(20.0), value(16.0), match=Match.MATCHED)
    assert change.error == pytest.approx(1.96 * sqrt(2) * 0.4)
    assert (change.low, change.high) == pytest.approx((-4 - 1.10874, -4 + 1.10874), abs=1e-5)
    assert change.judgement is Judgement.BETTER
    assert "Simulated scan-rescan" in change.error_source or "breathline" in change.error_source.lower()
    assert change.source[0] == change.error_source
    assert judge_change(MEASURE, value(20.0), value(16.0)).judgement is Judgement.NO_CHANGE


def test_the_error_grows_with_the_level_where_the_spread_does() -> None:
    # wSD at the mean of 10 and 30 is 1.0 + 0.1 · 20 = 3.0.
    change = judge_change(MEASURE, value(30.0), value(10.0), match=Match.KERNEL)
    assert change.error == pytest.approx(1.96 * sqrt(2) * 3.0)


@pytest.mark.parametrize("match", [Match.DOSE, None])
def test_pairs_of_a_class_nobody_measured_keep_their_own_intervals(match: Match | None) -> None:
    change = judge_change(MEASURE, value(20.0), value(16.0), match=match)
    assert change.error == pytest.approx(sqrt(50.0))
    assert change.error_source == ""


def test_swapping_the_dates_mirrors_the_judgement() -> None:
    there = judge_change(MEASURE, value(30.0), value(18.0), match=Match.KERNEL)
    back = judge_change(MEASURE, value(18.0), value(30.0), match=Match.KERNEL)
    assert (there.judgement, back.judgement) == (Judgement.BETTER, Judgement.WORSE)
    assert there.error == back.error


def _scan(name: str, week: float, **facts: object) -> ScanSummary:
    known = {"kernel": "B30f", "slice_thickness_mm": 1.0} | facts
    return ScanSummary(name=name, when=Moment(week=week), facts=known)  # type: ignore[arg-type]


def _rows(name: str, week: float, extent: float, volume: float = 4.0) -> list[Measurement]:
    def one(measure: str, number: float, unit: str) -> Measurement:
        return Measurement(
            measure=measure, value=number, unit=unit, when=Moment(week=week), region="lungs",
            low=number * 0.5, high=number * 1.5, origin=Origin(scan=name),
        )  # fmt: skip

    return [one("ct_ground_glass", extent, "%"), one("ct_lung_volume", volume, "L")]


PERSON = Person(id="P", sex=Sex.FEMALE, age_years=60.0, height_cm=165.0)


def _ground_glass(*facts: dict[str, object]) -> Change:
    standings = standardise([*_rows("a", -1.0, 24.0), *_rows("b", 12.0, 12.0)], PERSON)
    scans = [_scan("a", -1.0, **facts[0]), _scan("b", 12.0, **facts[1])]
    changes = judge_record(standings, Moment(week=0.0), scans=scans).changes
    return next(one for one in changes if one.measure == "ct_ground_glass")


def test_a_record_finds_the_class_of_its_scans() -> None:
    change = _ground_glass({}, {})
    known = OUTCOMES["ct_ground_glass"].repeatability
    assert known is not None
    assert change.error == pytest.approx(1.96 * sqrt(2) * known.raw[Match.MATCHED].at(18.0))
    assert change.reason.endswith("The error is that of simulated pairs of scans made alike.")


def test_contrast_medium_at_one_date_leaves_the_intervals() -> None:
    change = _ground_glass({}, {"contrast": True})
    assert change.error == pytest.approx(sqrt(12.0**2 + 6.0**2))
    assert change.reason.endswith("pairs that differ in contrast medium have not been studied.")


def test_without_the_scans_the_intervals_tell_the_error() -> None:
    standings = standardise([*_rows("a", -1.0, 24.0), *_rows("b", 12.0, 12.0)], PERSON)
    changes = judge_record(standings, Moment(week=0.0)).changes
    (change,) = [one for one in changes if one.measure == "ct_ground_glass"]
    assert change.error == pytest.approx(sqrt(12.0**2 + 6.0**2))


def test_slopes_use_the_spread_of_repeated_scans() -> None:
    rows = [row for n, week in enumerate((-52.0, -26.0, -1.0, 12.0)) for row in _rows(str(n), week, 20.0 - n)]
    standings = standardise(rows, PERSON)
    scans = [_scan(str(n), week) for n, week in enumerate((-52.0, -26.0, -1.0, 12.0))]
    (found,) = judge_record(standings, Moment(week=0.0), scans=scans).trajectories
    known = OUTCOMES["ct_ground_glass"].repeatability
    assert known is not None
    assert found.sd == pytest.approx(known.raw[Match.MATCHED].at(18.5))
    assert found.source == str(known.source)


def judged_extents() -> list[OutcomeMeasure]:
    return [
        measure
        for key, measure in OUTCOMES.items()
        if key.startswith("ct_") and measure.direction is not None
    ]


def test_every_judged_extent_has_an_error() -> None:
    for measure in judged_extents():
        assert measure.repeatability is not None, measure.key
        assert set(measure.repeatability.raw) == set(Match), measure.key
        assert not measure.repeatability.source.verified
        for within in measure.repeatability.raw.values():
            assert within.sd > 0
            assert within.pairs >= LEAST_PAIRS
