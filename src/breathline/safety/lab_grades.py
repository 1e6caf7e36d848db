"""Laboratory values graded by CTCAE, each against its own limits and the patient's own baseline.

A grade is the highest whose limit is passed. Values are compared after rounding to nine digits, so that
3.0 × 0.1 is not above 0.3. What a limit needs and the record lacks leaves the grade open, and is said.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from breathline.errors import UnitError
from breathline.model.measurement import Absence, Moment
from breathline.model.patient import LabResult
from breathline.model.safety import CtcaeVersion, GradedLab, Onset
from breathline.safety.ctcae import (
    BASELINE,
    BASELINE_AND_UPPER,
    LOWER,
    NO_NUMBERS,
    NOT_BY_NUMBER,
    RELATIONS,
    UPPER,
    BaselineIs,
    Limit,
    limits_of,
)
from breathline.safety.laboratory import LabTest, known_unit, lab_tests, match_test

NO_BASELINE = "no value before treatment"
BASELINE_UNIT = "the value before treatment is in a unit that cannot be converted"
AS_IF_NORMAL = "graded as if it had been normal"
COUNTED = "counted as come up on treatment"
NO_LIMITS = {UPPER: "no upper limit is recorded", LOWER: "no lower limit is recorded"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Baseline:
    """The last value before treatment, in the unit of the value it is held against.

    Parameters
    ----------
    high, low
        Whether it lay outside its own limits; None where they are not recorded.
    """

    value: float
    high: bool | None
    low: bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reading:
    """One value with all that a limit may need."""

    test: LabTest
    value: float
    unit: str
    low: float | None
    high: float | None
    baseline: Baseline | None


def grade_labs(
    labs: Sequence[LabResult], treatment_start: Moment | None, version: CtcaeVersion
) -> tuple[GradedLab, ...]:
    """Grade every value of the laboratory table.

    Parameters
    ----------
    labs
        The rows as they came; none is left out of the answer.
    treatment_start
        Values up to that day count as baseline, the last of each test is held against the later ones; None
        where not recorded, and then nothing can be told to have come up on treatment.

    Returns
    -------
    tuple of GradedLab
        One for each row, in the same order.

    Notes
    -----
    Where the baseline was abnormal, the multiples of the baseline that CTCAE prints for that are used; where it
    is not recorded, the value is graded as if it had been normal, and `note` says so. A value that is graded
    against an abnormal baseline has come up on treatment if it is worse than that baseline.
    """
    matches = [match_test(lab.test) for lab in labs]
    baselines = _baselines(labs, [match.term for match in matches], treatment_start)
    found = []
    for lab, match in zip(labs, matches, strict=True):
        graded = GradedLab(lab=lab, match=match, version=version, test=match.term)
        if not match.term:
            found.append(replace(graded, reason="the test is not known" if lab.test else "no test is named"))
            continue
        test = lab_tests()[match.term]
        graded = replace(graded, label=test.label)
        reason = _hindrance(lab, test)
        if reason:
            found.append(replace(graded, reason=reason))
        else:
            found.append(_graded(graded, test, baselines.get(test.key), treatment_start))
    return tuple(found)


def _baselines(
    labs: Sequence[LabResult], keys: Sequence[str], treatment_start: Moment | None
) -> dict[str, LabResult]:
    """Give the last usable value of each test up to the first day of treatment."""
    last: dict[str, LabResult] = {}
    if treatment_start is None:
        return last
    for lab, key in zip(labs, keys, strict=True):
        if not key or lab.when is None or lab.when.order > treatment_start.order:
            continue
        if _hindrance(lab, lab_tests()[key]):
            continue
        known = last.get(key)
        if known is None or known.when is None or lab.when.order >= known.when.order:
            last[key] = lab
    return last


def _hindrance(lab: LabResult, test: LabTest) -> str:
    """Say why a value cannot be graded at all; empty where it can."""
    if isinstance(lab.value, Absence):
        return f"'{lab.recorded}' is not a number" if lab.recorded else "no value is recorded"
    if lab.value < 0:
        return "the value is negative"
    if not lab.unit:
        return "no unit is recorded, and none is guessed"
    return _misfit(lab.value, lab.unit, test) if known_unit(lab.unit) else ""


def _misfit(value: float, unit: str, test: LabTest) -> str:
    """Say why a value with a known unit cannot be one of this test; empty where it can."""
    try:
        own = test.convert(value, unit, test.unit)
    except UnitError:
        return f"'{unit}' is not a unit of this test"
    low, high = test.plausible
    return "" if low <= own <= high else f"{value:g} {unit} cannot be; the unit is likely another"


def _graded(graded: GradedLab, test: LabTest, before: LabResult | None, start: Moment | None) -> GradedLab:
    lab = graded.lab
    assert not isinstance(lab.value, Absence)  # looked at in `_hindrance`
    limits = limits_of(graded.version, test.key)
    if not limits:
        reason = NO_NUMBERS.get(test.key, f"no limit of CTCAE {graded.version.value} for it is known here")
        return replace(graded, reason=reason)
    later = start is not None and lab.when is not None and lab.when.order > start.order
    baseline, without = _baseline_for(lab, before, test) if later else (None, "")
    low, high = (None, None) if _swapped(lab) else (lab.low, lab.high)
    reading = _Reading(test=test, value=lab.value, unit=lab.unit, low=low, high=high, baseline=baseline)
    met = [limit for limit in limits if _passes(reading, limit)]
    graded = replace(graded, baseline=None if baseline is None else baseline.value)
    if not met:
        lacking = _lacking(reading, limits) or _not_by_number(graded.version, reading)
        if lacking:
            return replace(graded, reason=lacking)
        return replace(graded, grade=0, without_symptoms=0, note=_note(without, limits, counted=False))
    highest = max(met, key=lambda limit: (limit.grade, not limit.symptoms, limit.of == lab.unit))
    alone = max((limit.grade for limit in met if not limit.symptoms), default=0)
    relative = highest.of == BASELINE
    return replace(
        graded,
        term=highest.term,
        grade=highest.grade,
        without_symptoms=alone,
        criterion=highest.printed,
        note=_note(without, limits, counted=True),
        onset=_onset(replace(graded, term=highest.term), test, before, start, highest.grade, relative),
    )


def _note(without: str, limits: Sequence[Limit], *, counted: bool) -> str:
    """Say what was supposed where there is no baseline."""
    if not without:
        return ""
    asks = any(limit.when is not BaselineIs.ANY or limit.of == BASELINE for limit in limits)
    supposed = [AS_IF_NORMAL] if asks else []
    supposed += [COUNTED] if counted else []
    return f"{without}; {', '.join(supposed)}" if supposed else ""


def _swapped(lab: LabResult) -> bool:
    return lab.low is not None and lab.high is not None and lab.low > lab.high


def _baseline_for(lab: LabResult, before: LabResult | None, test: LabTest) -> tuple[Baseline | None, str]:
    if before is None or isinstance(before.value, Absence):
        return None, NO_BASELINE
    try:
        value = test.convert(before.value, before.unit, lab.unit) if before.unit != lab.unit else before.value
    except UnitError:
        return None, BASELINE_UNIT
    low, high = (None, None) if _swapped(before) else (before.low, before.high)
    return Baseline(
        value=value,
        high=None if high is None else _rounded(before.value) > _rounded(high),
        low=None if low is None else _rounded(before.value) < _rounded(low),
    ), ""


def _passes(reading: _Reading, limit: Limit) -> bool:
    """Tell whether a value passes a limit; False also where that cannot be told."""
    if not _holds_for(limit.when, reading.baseline):
        return False
    bound = _bound(reading, limit)
    if bound is None:
        return False
    number, value = bound
    return RELATIONS[limit.relation](_rounded(value), _rounded(number))


def _holds_for(when: BaselineIs, baseline: Baseline | None) -> bool:
    high = baseline is not None and baseline.high is True
    low = baseline is not None and baseline.low is True
    return {
        BaselineIs.ANY: True,
        BaselineIs.HIGH: high,
        BaselineIs.NOT_HIGH: not high,
        BaselineIs.LOW: low,
        BaselineIs.NOT_LOW: not low,
    }[when]


def _bound(reading: _Reading, limit: Limit) -> tuple[float, float] | None:
    """Give the limit as a number and the value to hold against it; None where the record lacks one."""
    if limit.absolute:
        return _absolute(reading, limit)
    baseline = None if reading.baseline is None else reading.baseline.value
    reference = {
        UPPER: reading.high,
        LOWER: reading.low,
        BASELINE: baseline,
        BASELINE_AND_UPPER: None if baseline is None or reading.high is None else max(baseline, reading.high),
    }[limit.of]
    return None if reference is None else (limit.limit * reference, reading.value)


def _absolute(reading: _Reading, limit: Limit) -> tuple[float, float] | None:
    """Hold a value against the limit that is printed in its own kind of unit, so that nothing is lost in turning.

    CTCAE prints some limits twice, as 8.0 g/dL and 4.9 mmol/L, and the two do not agree to the last digit.
    """
    if not known_unit(reading.unit):
        return None
    test = reading.test
    kinds = {
        test.measures(one.of)
        for one in limits_of(limit.version, test.key)
        if one.absolute and one.term == limit.term
    }
    own = test.measures(reading.unit)
    if own in kinds and test.measures(limit.of) != own:
        return None
    try:
        return limit.limit, test.convert(reading.value, reading.unit, limit.of)
    except UnitError:
        return None


def _lacking(reading: _Reading, limits: Sequence[Limit]) -> str:
    """Say what is missing to tell grade 0 from a higher one; empty where nothing is."""
    held = [limit for limit in limits if _holds_for(limit.when, reading.baseline)]
    lacking = []
    if reading.high is None and any(limit.of in (UPPER, BASELINE_AND_UPPER) for limit in held):
        lacking.append(NO_LIMITS[UPPER])
    if reading.low is None and any(limit.of == LOWER for limit in held):
        lacking.append(NO_LIMITS[LOWER])
    above = reading.high is not None and reading.value > reading.high
    if above and reading.baseline is None and any(limit.of == BASELINE_AND_UPPER for limit in held):
        lacking.append("no value before treatment is recorded")
    if not known_unit(reading.unit) and any(limit.absolute for limit in held):
        lacking.append(f"the unit '{reading.unit}' is not known")
    return "; ".join(lacking)


def _not_by_number(version: CtcaeVersion, reading: _Reading) -> str:
    """Say that a value is above normal where CTCAE has no number to grade it by; empty elsewhere."""
    why = NOT_BY_NUMBER.get((version, reading.test.key), "")
    above = reading.high is not None and reading.value > reading.high
    return f"above the upper limit; {why}" if why and above else ""


def _onset(
    graded: GradedLab,
    test: LabTest,
    before: LabResult | None,
    start: Moment | None,
    grade: int,
    relative: bool,
) -> Onset:
    """Say whether a grade came up on treatment: higher than at baseline, or worse than an abnormal baseline."""
    lab = graded.lab
    if start is None or lab.when is None:
        return Onset.UNKNOWN
    if lab.when.order <= start.order:
        return Onset.PRE_EXISTING
    if before is None or graded.baseline is None:
        return Onset.EMERGENT
    if relative:
        worse = not isinstance(lab.value, Absence) and _rounded(lab.value) > _rounded(graded.baseline)
        return Onset.EMERGENT if worse else Onset.PRE_EXISTING
    blank = GradedLab(lab=before, match=graded.match, version=graded.version, test=test.key)
    earlier = _graded(blank, test, None, start)
    known = earlier.grade if earlier.grade is not None and earlier.term == graded.term else 0
    return Onset.EMERGENT if grade > known else Onset.PRE_EXISTING


def _rounded(value: float) -> float:
    return float(f"{value:.9g}")
