"""The tables of CTCAE: every limit stands beside its printed words, and grades flip exactly at it.

The oracle of the grades is exact arithmetic with fractions on the limit itself.
"""

from __future__ import annotations

from fractions import Fraction

import pytest

from breathline.model.measurement import Moment
from breathline.model.patient import LabResult
from breathline.model.safety import CtcaeVersion
from breathline.safety.ctcae import (
    RENAMED_IN_6,
    BaselineIs,
    Limit,
    criterion,
    limits_of,
    name_in,
    read_table,
    terms,
)
from breathline.safety.lab_grades import grade_labs
from breathline.safety.laboratory import lab_tests
from breathline.units import UNITS, parse_unit
from tests.safety.laboratories import usual

LIMITS = [limit for version in CtcaeVersion for test in lab_tests() for limit in limits_of(version, test)]
NUDGE = Fraction(1, 1_000_000)


def name_of(limit: Limit) -> str:
    return (
        f"{limit.version}-{limit.term}-{limit.grade}-{limit.when}-{limit.relation}{limit.limit:g} {limit.of}"
    )


def test_every_row_of_the_table_is_read():
    assert len(LIMITS) == len(read_table("ctcae_limits"))
    assert {limit.version for limit in LIMITS} == set(CtcaeVersion)


@pytest.mark.parametrize("limit", LIMITS, ids=name_of)
def test_a_limit_stands_beside_its_printed_words(limit):
    assert limit.printed
    assert limit.printed in criterion(limit.version, limit.term, limit.grade)
    assert not limit.absolute or parse_unit(limit.of) in UNITS


def _exact(number: float) -> Fraction:
    return Fraction(str(number))


def _reference(limit: Limit, baseline: Fraction) -> Fraction:
    if limit.absolute:
        return Fraction(1)
    _, low, high = usual(limit.test)
    above = max(baseline, _exact(high))
    return {"ULN": _exact(high), "LLN": _exact(low), "baseline": baseline, "baseline and ULN": above}[
        limit.of
    ]


def _baseline(limit: Limit) -> Fraction:
    """Give a baseline for which the limit holds, and from which multiples of it lie beyond those of the limits."""
    low, high = (_exact(end) for end in usual(limit.test)[1:])
    if limit.when is BaselineIs.HIGH:
        return high * 2
    if limit.when is BaselineIs.LOW:
        return low / 2
    return low if limit.of == "baseline" else high


def _graded(limit: Limit, value: Fraction, baseline: Fraction):
    name = lab_tests()[limit.test].wordings[0]
    unit, low, high = usual(limit.test)
    if limit.absolute:  # nothing but the number itself can be passed
        limits = {"unit": limit.of}
    else:
        limits = {"unit": unit, "low": low, "high": high}
    start = LabResult(test=name, value=float(baseline), when=Moment(week=0), **limits)
    later = LabResult(test=name, value=float(value), when=Moment(week=1), **limits)
    return grade_labs([start, later], Moment(week=0), limit.version)[1]


@pytest.mark.parametrize("limit", LIMITS, ids=name_of)
def test_a_grade_begins_exactly_at_its_limit(limit, monkeypatch):
    monkeypatch.setattr(
        "breathline.safety.lab_grades._misfit", lambda *_: ""
    )  # limits of 100 and 400 for every test
    baseline = _baseline(limit)
    bound = Fraction(str(limit.limit)) * _reference(limit, baseline)
    outwards = 1 if ">" in limit.relation else -1
    for value, passes in (
        (bound * (1 - outwards * NUDGE), False),
        (bound, "=" in limit.relation),
        (bound * (1 + outwards * NUDGE), True),
    ):
        got = _graded(limit, value, baseline)
        reached = got.term == limit.term and got.grade is not None and got.grade >= limit.grade
        alone = got.term == limit.term and (got.without_symptoms or 0) >= limit.grade
        if passes:
            assert reached, (value, got)
            assert alone or limit.symptoms, (value, got)
        else:
            others = _also_passed(limit, value, baseline)
            assert not reached or others, (value, got)


def _also_passed(limit: Limit, value: Fraction, baseline: Fraction) -> bool:
    """Tell whether another limit of the same or a higher grade is passed, as creatinine has one for ULN too."""
    for other in limits_of(limit.version, limit.test):
        same_state = other.when is BaselineIs.ANY or other.when is limit.when
        if other is limit or other.term != limit.term or other.grade < limit.grade or not same_state:
            continue
        if other.absolute != limit.absolute or (other.absolute and other.of != limit.of):
            continue
        bound = Fraction(str(other.limit)) * _reference(other, baseline)
        beyond = value > bound if ">" in other.relation else value < bound
        if beyond or ("=" in other.relation and value == bound):
            return True
    return False


@pytest.mark.parametrize("version", CtcaeVersion)
def test_limits_of_one_term_rise_with_the_grade(version):
    for test in lab_tests():
        steps: dict[tuple[str, ...], list[Limit]] = {}
        for limit in limits_of(version, test):
            if not limit.symptoms:
                key = (limit.term, limit.of, limit.when.value, limit.relation[0])
                steps.setdefault(key, []).append(limit)
        for limits in steps.values():
            ordered = sorted(limits, key=lambda limit: limit.grade)
            numbers = [limit.limit for limit in ordered]
            assert numbers == sorted(numbers, reverse=ordered[0].relation[0] == "<")


def test_renamed_terms_are_in_both_versions():
    for old, new in RENAMED_IN_6.items():
        assert old in terms(CtcaeVersion.V5)
        assert new in terms(CtcaeVersion.V6)
        assert name_in(CtcaeVersion.V6, old) == new
        assert name_in(CtcaeVersion.V5, old) == old


def test_criteria_are_printed_words():
    rows = read_table("ctcae_criteria")
    assert len({(row["version"], row["term"]) for row in rows}) == len(rows)
    for row in rows:
        assert any(row[f"grade{grade}"] for grade in range(1, 6))
        assert row["grade5"] in ("", "Death")


def test_tests_are_described_whole():
    for test in lab_tests().values():
        low, high = test.plausible
        assert low < high
        assert parse_unit(test.unit) == test.unit
        assert test.wordings
