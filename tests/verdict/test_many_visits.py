"""What visits share is what each would find alone; the oracle holds every value against every other, visit by visit."""

from __future__ import annotations

from dataclasses import replace
from math import inf

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from breathline.model.criterion import Answer
from breathline.model.measurement import Moment
from breathline.outcomes import OUTCOMES
from breathline.verdict.changes import BeyondError, Moved
from breathline.verdict.inbuild import RULE
from breathline.verdict.limits import Counted, Towards, at_least, less_than
from breathline.verdict.reading import Pairing, Window, read, told
from breathline.verdict.rule import judge_rule
from tests.verdict.vignettes import CANNOT_TELL, MET, NOT_MET, ON, RECORD, UNABLE, V, ct, patient

FALL = Moved(
    printed="fall",
    measure="fvc",
    counted=Counted.ABSOLUTE,
    towards=Towards.FALL,
    limits=(at_least(0.2), less_than(0.5)),
)

# Quarters of a litre are exact in binary, so that no rounding stands between the oracle and the answer.
VALUES = st.one_of(
    st.sampled_from([2.0, 2.25, 2.5, 2.75, 3.0]).map(lambda number: V(value=number)),
    st.sampled_from([2.0, 3.0]).map(lambda number: V(value=number, method="another")),
    st.just(V(value=UNABLE)),
)
SERIES = st.dictionaries(st.integers(-20, 40), VALUES, min_size=1, max_size=9)
WINDOWS = st.sampled_from([70.0, 140.0, 366.0]).map(
    lambda days: Window(printed="so long", days=days, pairing=Pairing.ANY_TWO)
)


def fell(earlier: V, later: V) -> float | None:
    """How far FVC fell [L]; None where methods differ. Unable is worse than any number."""
    if UNABLE in (earlier.value, later.value):
        if earlier.value is later.value:
            return 0.0
        return inf if later.value is UNABLE else -inf
    return None if earlier.method != later.method else earlier.value - later.value


def by_hand(
    series: dict[int, V], week: int, days: float, since: float
) -> tuple[Answer, tuple[int, int] | None]:
    """Give the answer at a visit, and the weeks of the pair that is told, from the words of the definition."""
    baseline = [w for w in sorted(series) if w <= since][-1:] if since > -inf else []
    seen = [
        w
        for w in (*baseline, *(w for w in sorted(series) if w > since))
        if 7 * week - days <= 7 * w <= 7 * week
    ]
    pairs = [(one, other) for other in seen for one in seen if one < other and other > since]
    sizes = {pair: fell(series[pair[0]], series[pair[1]]) for pair in pairs}
    known = {pair: size for pair, size in sizes.items() if size is not None}
    good = [pair for pair, size in known.items() if 0.2 <= size < 0.5]
    if not good and (len(known) < len(sizes) or not sizes):
        return CANNOT_TELL, None
    most = max(good or known, key=lambda pair: (max(known[pair], 0.0), pair[1] - pair[0]))
    return (MET if good else NOT_MET), most


@settings(deadline=None, max_examples=60)
@given(SERIES, WINDOWS, st.booleans(), st.randoms(use_true_random=False))
def test_every_visit_answers_as_if_it_were_alone(series, window, treated, chance):
    evidence = patient(ON, fvc=series) if treated else patient(RECORD, start=None, fvc=series)
    readings = read(evidence, window)
    if isinstance(readings, str):
        return
    readings = list(readings)
    if chance.random() < 0.3:
        chance.shuffle(readings)  # what is shared must not depend on the order of asking
    for reading in readings:
        week = int(reading.moment.week)
        answer, pair = by_hand(series, week, window.days, 0 if treated else -inf)
        got = FALL.answer(reading)
        assert got.answer is answer
        if pair is not None and UNABLE not in (series[pair[0]].value, series[pair[1]].value):
            one, other = (next(e for e in reading.seen["fvc"] if e.day == 7 * w) for w in pair)
            assert f"at {told(one.item.when)} to" in got.reason
            assert f"at {told(other.item.when)})" in got.reason


def test_two_hundred_weekly_visits_compare_no_pair_twice(monkeypatch):
    compared = []
    size = Moved._size
    monkeypatch.setattr(
        Moved, "_size", lambda self, pair, reading: compared.append(pair) or size(self, pair, reading)
    )
    judge_rule(RULE, patient(ON, fvc={week: V(value=3.0) for week in range(200)}))
    # 200 values with at most the 104 of the two years before each, for FVC ≥ 10 % and for ≥ 5–< 10 %.
    each = sum(min(index, 104) for index in range(200))
    assert len(compared) == 2 * each


def answered(condition, **values):
    readings = read(
        patient(RECORD, start=None, **values), Window(printed="so long", days=366.0, pairing=Pairing.ANY_TWO)
    )
    return condition.answer(readings[-1])


def test_the_least_fall_tells_more_than_the_longest_time():
    # Five millilitres fell from week 10 on; over the longest time, from week 0 on, nothing did.
    got = answered(FALL, fvc={0: V(value=3.0), 10: V(value=3.005), 20: V(value=3.0)})
    assert got.answer is NOT_MET and "at week 10 to" in got.reason
    # Where nothing fell, the longest time tells most.
    level = answered(FALL, fvc={0: V(value=3.0), 10: V(value=3.0), 20: V(value=3.0)})
    assert "at week 0 to" in level.reason and "at week 20)" in level.reason


def test_one_scan_alone_cannot_be_compared():
    more = BeyondError(printed="more", measure="ct_ild", towards=Towards.RISE)
    got = answered(more, ct_ild={0: ct(20.0)})
    assert got.answer is CANNOT_TELL
    label = OUTCOMES["ct_ild"].label
    assert got.missing == (f"{label}: one value only in the window (read at week 0: so long)",)
    assert got.reason == f"{got.missing[0]}."


@pytest.mark.parametrize(("days", "answer"), [(69, CANNOT_TELL), (70, MET), (140, MET), (141, CANNOT_TELL)])
def test_both_ends_of_how_far_two_values_may_lie_apart(days, answer):
    window = Window(printed="so far", days=366.0, pairing=Pairing.ANY_TWO, apart=(70.0, 140.0))
    evidence = patient(RECORD, start=None, fvc={0: V(value=3.0), days / 7: V(value=2.7)})
    assert FALL.answer(read(evidence, window)[-1]).answer is answer


@pytest.mark.parametrize(("week", "words"), [(10.14, "week 10.1"), (-0.96, "week −1"), (3.0, "week 3")])
def test_a_week_is_told_to_the_tenth(week, words):
    assert told(Moment(week=week)) == words


@pytest.mark.parametrize(
    ("conditions", "answer"),
    [
        ({}, MET),
        ({"altitude": (0.0, 150.0)}, MET),
        ({"altitude": (0.0, 151.0)}, CANNOT_TELL),
        ({"fio2": (21.0, 21.5)}, MET),
        ({"fio2": (21.0, 21.51)}, CANNOT_TELL),
        ({"oxygen_flow": (2.0, 2.25)}, MET),
        ({"oxygen_flow": (2.25, 2.0)}, MET),
        ({"oxygen_flow": (2.0, 2.26)}, CANNOT_TELL),
        ({"oxygen_flow": (2.0, None)}, CANNOT_TELL),
        ({"fio2": (28.0, 28.0), "oxygen_flow": (2.0, None)}, MET),
        ({"fio2": (28.0, None), "oxygen_flow": (2.0, 2.0)}, CANNOT_TELL),
    ],
)
def test_criteria_compare_under_the_same_conditions_as_the_changes(conditions, answer):
    # Oracle: `same_within` of the conditions, tests/outcomes/test_measures.py.
    fell = replace(FALL, measure="pao2", limits=(at_least(5.0),))
    values = {"pao2": {0: 80.0, 10: 70.0}}
    for key, pair in conditions.items():
        values[key] = {week: v for week, v in zip((0, 10), pair, strict=True) if v is not None}
    assert answered(fell, **values).answer is answer
