"""The worked example of ``docs/explanation/change.md`` comes out as written."""

from __future__ import annotations

from breathline.figures.wording import Wording
from breathline.model.course import Confirmation
from tests.conftest import ROOT
from tests.outcomes.records import judged, value

DLCO = {-52: 11.9, -26: 9.6, -1: 7.2, 4: 8.3, 12: 10.6, 20: 12.4}


def test_the_worked_example_comes_out_as_written() -> None:
    text = (ROOT / "docs" / "explanation" / "change.md").read_text(encoding="utf-8")
    example = " ".join(text.partition("## A worked example")[2].split())
    say = Wording({})
    found = judged(*(value("dlco", v, week) for week, v in DLCO.items()))
    (change,), (best,), (slopes,), (course,) = (
        found.changes,
        found.against_best,
        found.trajectories,
        found.responses,
    )
    sure, projection = change.reliability, slopes.projection
    assert sure is not None and projection is not None and change.delta is not None
    assert slopes.before is not None and slopes.on is not None and slopes.difference is not None
    for words in (
        "| DLCO [mL/min/mmHg] | " + " | ".join(f"{v:g}" for v in DLCO.values()),
        f"12.4 − 7.2 = {say.number(change.delta, 1, sign=True)}",
        f"is {change.important_difference:.2f}. Both are passed: *{change.judgement}*",
        f"index 5.2 / 2.04 = {sure.index:.2f}",
        f"for the better {100 * sure.better:.0f} %",
        f"= {100 * (sure.better_enough or 0):.0f} %",
        f"12.4 − 11.9 = {say.number(best.delta or 0, 1, sign=True)}: *no change*",
        f"{say.number(slopes.before.per_year)} a year before (95 % interval {say.number(slopes.before.low)} to "
        f"{say.number(slopes.before.high)})",
        f"{say.number(slopes.on.per_year, sign=True)} on treatment",
        f"{say.number(slopes.difference.per_year, sign=True)} ({say.number(slopes.difference.low, sign=True)} to "
        f"{say.number(slopes.difference.high, sign=True)})",
        f"{projection.expected:.1f} ({projection.low:.1f} to {projection.high:.1f}) would be expected",
        "better first at week 20, at one visit",
    ):
        assert words in example, words
    assert course.better is not None and course.better.weeks_to_first == 20.0
    assert course.confirmation is Confirmation.UNCONFIRMED
