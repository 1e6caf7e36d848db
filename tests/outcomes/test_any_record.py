"""Laws that hold for any record: nothing is lost, nothing fails, every answer has its reason."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from breathline.model.change import Judgement
from breathline.model.course import Confirmation
from breathline.model.measurement import Absence, Measurement, Moment
from breathline.outcomes import OUTCOMES, derive, judge_record, standardise
from breathline.verdict import find_domains
from tests.outcomes.records import WOMAN, value

KEYS = sorted(key for key in OUTCOMES if not key.startswith("ct_"))


@st.composite
def rows(draw: st.DrawFn) -> Measurement:
    key = draw(st.sampled_from(KEYS))
    low, high = OUTCOMES[key].plausible
    number = st.floats(low, high, allow_subnormal=False)
    week = draw(st.integers(-120, 60))
    return value(
        key,
        draw(st.one_of(number, st.sampled_from(list(Absence)))),
        float(week),
        method=draw(st.sampled_from(["", "", "a"])),
        note=draw(st.sampled_from(["", "practice walk", "unscheduled"])),
    )


RECORDS = st.lists(rows(), max_size=40)
STARTS = st.sampled_from([None, Moment(week=0.0), Moment(week=-30.0)])


@settings(max_examples=60, deadline=None)
@given(RECORDS, STARTS)
def test_every_measure_gets_one_answer_with_a_reason(record: list[Measurement], start: Moment | None) -> None:
    derived = derive(standardise(record, WOMAN), WOMAN).measurements
    standings = standardise([*record, *derived], WOMAN)
    found = judge_record(standings, start)
    judged = [s.measurement.measure for s in standings if OUTCOMES[s.measurement.measure].direction]
    assert [change.measure for change in found.changes] == list(dict.fromkeys(judged))
    for change in (*found.changes, *found.course, *found.before, *found.against_best):
        assert change.reason
        if change.reliability is not None:
            assert 0.0 <= change.reliability.better <= 1.0
    for domains in (
        find_domains(found.changes, found.responses),
        find_domains(found.before, found.responses_before),
    ):
        named = [label for d in domains for label in (*d.better, *d.worse, *d.no_change, *d.cannot_tell)]
        assert len(named) == len(set(named))
    sides = (Judgement.BETTER, Judgement.WORSE)
    for response in (*found.responses, *found.responses_before):
        asked = response.confirmation is not Confirmation.NOT_ASKED
        assert asked == (response.judgement in sides)
        assert response.sentence.startswith(response.label)
    for trajectory in found.trajectories:
        assert trajectory.widening >= 1.0 and trajectory.sd > 0
        told = trajectory.judgement is not Judgement.CANNOT_TELL
        assert told == (trajectory.difference is not None)


@settings(max_examples=40, deadline=None)
@given(RECORDS, STARTS, st.randoms())
def test_the_order_of_the_table_changes_no_answer(
    record: list[Measurement], start: Moment | None, chance: object
) -> None:
    # One row a measure and day: of a test that stands there twice, the mean has no order either, but its note has.
    single = list({(m.measure, m.when): m for m in record}.values())
    shuffled = list(single)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    one, other = (judge_record(standardise(rows, WOMAN), start) for rows in (single, shuffled))
    assert {c.measure: c for c in one.changes} == {c.measure: c for c in other.changes}
    assert {c.measure: c for c in one.against_best} == {c.measure: c for c in other.against_best}
    assert {t.measure: t for t in one.trajectories} == {t.measure: t for t in other.trajectories}
