"""Which scans are compared, and what the judgement takes from that. Oracle: exact arithmetic on written values."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from breathline.model.change import Judgement
from breathline.model.ct_change import Compared, CtChange, SameTissue
from breathline.model.measurement import Moment, Origin
from breathline.model.protocol import Match
from breathline.model.repeatability import Repeatability, WithinSubject
from breathline.outcomes import OUTCOMES, judge_record
from breathline.outcomes.change import judge_change
from breathline.outcomes.protocol import Matching, words_for_matching
from breathline.outcomes.scan_pairs import days_between, partner_of
from breathline.sources import Source
from tests.outcomes.records import START, STOP, standings, value

SCANS = {"old": -130.0, "first": -52.0, "second": -26.0, "last": -1.0, "on": 12.0, "end": 20.0}


def moments(*names: str) -> list[tuple[str, Moment | None]]:
    return [(name, Moment(week=SCANS[name])) for name in names]


@pytest.mark.parametrize(
    ("scan", "earlier", "partner"),
    [
        ("end", ("first", "last", "on"), "last"),
        ("on", ("first", "last"), "last"),
        ("last", ("first", "second"), "first"),
        ("second", ("old", "first"), "first"),
        ("end", ("on",), "on"),
        ("first", ("old",), ""),
        ("first", (), ""),
    ],
)
def test_each_scan_is_compared_with_the_one_it_is_judged_against(scan, earlier, partner):
    assert partner_of(Moment(week=SCANS[scan]), moments(*earlier), START) == partner


def test_without_a_start_of_treatment_the_first_scan_is_the_baseline():
    assert partner_of(Moment(week=20.0), moments("first", "last", "on"), None) == "first"


def test_a_scan_without_a_date_has_no_partner():
    assert partner_of(None, moments("first"), START) == ""
    assert days_between(None, Moment(week=1.0), START) is None


def test_days_are_counted_also_where_one_scan_has_a_week_and_the_other_a_date():
    start = Moment(week=0.0, date=date(2024, 3, 4))
    assert days_between(Moment(week=-1.0), Moment(date=date(2024, 7, 22)), start) == 147.0
    assert days_between(Moment(date=date(2024, 2, 26)), Moment(date=date(2024, 7, 22)), None) == 147.0


PAIR = CtChange(
    baseline="last", followup="end", days=147.0, compared=Compared.PLACES, believed=True,
    same_tissue=(
        SameTissue(
            measure="ct_ground_glass", unit="%", baseline_raw=20.0, followup_raw=18.0, baseline=19.0, followup=11.0,
            low=-10.0, high=-6.0,
        ),
    ),
)  # fmt: skip


def judged(pair: CtChange | None):
    own = [
        value("ct_ground_glass", raw, SCANS[name], region="lungs", low=raw - 3, high=raw + 3, origin=Origin(scan=name))
        for name, raw in (("last", 20.0), ("end", 18.0))
    ]  # fmt: skip
    (change,) = judge_record(standings(*own), START, STOP, ct_changes=() if pair is None else (pair,)).changes
    return change


def test_a_believed_comparison_is_judged_in_the_same_tissue():
    change = judged(PAIR)
    assert (change.baseline, change.followup, change.delta) == (19.0, 11.0, -8.0)
    assert (change.low, change.high) == (-10.0, -6.0)
    assert change.judgement is Judgement.BETTER
    assert "same tissue at the baseline's breath; each scan by itself gives 20.0 and 18.0 %" in change.reason


@pytest.mark.parametrize("compared", list(Compared))
def test_without_belief_each_scan_speaks_for_itself_and_that_is_said(compared):
    change = judged(replace(PAIR, believed=False, compared=compared))
    assert (change.baseline, change.followup) == (20.0, 18.0)
    assert change.judgement is Judgement.NO_CHANGE
    assert "Each scan was measured by itself, at its own breath" in change.reason


def test_a_scan_without_a_comparison_is_judged_as_before():
    change = judged(None)
    assert (change.baseline, change.followup) == (20.0, 18.0)
    assert "breath" not in change.reason


def test_what_forbids_a_comparison_leaves_it_untold():
    change = judged(replace(PAIR, believed=False, obstacle="The two scans may be of different patients."))
    assert change.judgement is Judgement.CANNOT_TELL
    assert change.reason.startswith("The two scans may be of different patients.")


@pytest.mark.parametrize(
    ("sd", "error", "judgement"), [(0.1, 2.0, Judgement.BETTER), (4.0, 11.087, Judgement.NO_CHANGE)]
)
def test_in_the_same_tissue_the_larger_error_is_judged_by(sd, error, judgement):
    """The comparison may be off by 2 points; repeated scans by 1.96 * sqrt(2) * sd."""
    spread = {Match.MATCHED: WithinSubject(sd=sd, pairs=30)}
    known = Repeatability(source=Source("breathline_repeatability", "made up"), raw={}, same_tissue=spread)
    measure = replace(OUTCOMES["ct_ground_glass"], repeatability=known)
    before = value("ct_ground_glass", 19.0, SCANS["last"], low=19.0, high=19.0)
    after = value("ct_ground_glass", 11.0, SCANS["end"], low=9.0, high=13.0)
    change = judge_change(measure, before, after, match=Match.MATCHED, same_tissue=True)
    assert change.error == pytest.approx(error, abs=5e-4)
    assert (change.low, change.high) == pytest.approx((-8.0 - error, -8.0 + error), abs=5e-4)
    assert change.judgement is judgement


def test_whose_error_it_is_in_the_same_tissue_is_said():
    told = Matching(Match.INSPIRATION, ("depth of breath",))
    assert words_for_matching(told, studied=True, same_tissue=True) == (
        "The error is that of comparing the two scans place by place, and no less than that of simulated pairs of scans "
        "that differ in depth of breath."
    )
    assert words_for_matching(told, studied=False, same_tissue=True) == (
        "The error is that of comparing the two scans place by place."
    )
