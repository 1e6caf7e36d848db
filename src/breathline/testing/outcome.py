"""The contract of an outcome measure."""

from __future__ import annotations

import re
from itertools import product

from breathline.equations import EQUATIONS
from breathline.errors import UnitError
from breathline.model.change import Change, Direction, Domain, Judgement, OutcomeMeasure, Threshold
from breathline.model.measurement import Absence, Measurement, Standardised, Value
from breathline.outcomes import OUTCOMES, judge_change
from breathline.testing.contract import Findings
from breathline.units import convert, parse_unit

_MIRROR = {
    Judgement.BETTER: Judgement.WORSE,
    Judgement.WORSE: Judgement.BETTER,
    Judgement.NO_CHANGE: Judgement.NO_CHANGE,
    Judgement.CANNOT_TELL: Judgement.CANNOT_TELL,
}


def check_outcome(measure: OutcomeMeasure) -> None:
    """Check that a measure describes itself fully and is judged soundly.

    Its units are known and convert; its plausible range is ordered; error and important difference are
    positive and cited; no change is "no change"; swapping before and after mirrors the judgement; an absence
    cannot be told, "unable" counts as worse; the largest possible improvement is better.

    Raises
    ------
    ContractError
        Naming everything that does not hold.
    """
    found = Findings(f"The outcome measure '{measure.key}'")
    sound = _check_description(measure, found)
    if _check_thresholds(measure, found) and sound:
        if measure.comparative:
            _check_comparison(measure, found)
        elif measure.direction is not None:
            _check_judgements(measure, found)
    found.finish()


def _check_description(measure: OutcomeMeasure, found: Findings) -> bool:
    found.expect(bool(re.fullmatch(r"[a-z][a-z0-9_]*", measure.key)), "the key is not lower_case_words")
    found.expect(bool(measure.label and measure.description), "label or description is missing")
    low, high = measure.plausible
    ordered = found.expect(low < high, f"the plausible range {low:g} to {high:g} is not ordered")
    known = found.expect(_parses(measure.unit), f"the unit '{measure.unit}' is not a known spelling")
    for unit in measure.other_units:
        found.expect(
            known and _converts(unit, measure.unit, measure.key),
            f"the unit '{unit}' cannot be turned into its own",
        )
    if measure.code:
        found.expect(_code_is_sound(measure.code), f"the code '{measure.code}' is mistyped")
    if measure.equation and found.expect(
        measure.equation in EQUATIONS, f"there is no equation '{measure.equation}'"
    ):
        own = EQUATIONS[measure.equation]
        found.expect(
            own.measure == (measure.variant_of or measure.key), f"its equation speaks of '{own.measure}'"
        )
        found.expect(_converts(own.unit, measure.unit, measure.key), f"its equation is in '{own.unit}'")
    for key in measure.conditions:
        found.expect(key in OUTCOMES, f"the condition '{key}' is not a measure")
    for key in (*measure.made_of, *([measure.variant_of] if measure.variant_of else [])):
        found.expect(key in OUTCOMES, f"'{key}', of which it is made, is not a measure")
    return ordered and known


def _parses(unit: str) -> bool:
    try:
        return parse_unit(unit) == unit
    except UnitError:
        return False


def _converts(unit: str, to: str, of: str) -> bool:
    try:
        convert(1.0, unit, to, of=of)
    except UnitError:
        return False
    return True


def _code_is_sound(code: str) -> bool:
    """Check the form of a code and, for LOINC, its check digit."""
    system, _, text = code.partition(":")
    if system != "LOINC":
        return bool(system and text)
    body, _, digit = text.partition("-")
    if not (body.isdigit() and digit.isdigit()):
        return False
    total = 0
    for place, figure in enumerate(reversed(body)):
        double = int(figure) * (2 if place % 2 == 0 else 1)
        total += double // 10 + double % 10
    return (10 - total % 10) % 10 == int(digit)


def _check_thresholds(measure: OutcomeMeasure, found: Findings) -> bool:
    """Check error and important difference; False where a judgement could not even name its sources."""
    cited = True
    for name, threshold in (
        ("error", measure.error),
        ("important difference", measure.important_difference),
        ("learning effect", measure.learning),
    ):
        if threshold is not None:
            cited &= _check_threshold(threshold, name, found)
    if measure.direction is None or measure.comparative:
        found.expect(
            measure.error is None and measure.important_difference is None,
            "it is never held against limits, yet has some",
        )
        return cited
    has_error = measure.error is not None or measure.ordinal or measure.domain is Domain.IMAGING
    found.expect(has_error, "it has no measurement error, is not ordinal and not from CT")
    found.expect(
        measure.important_difference is not None or measure.domain is Domain.IMAGING,
        "it has no important difference",
    )
    return cited


def _check_threshold(threshold: Threshold, name: str, found: Findings) -> bool:
    found.expect(threshold.value > 0, f"its {name} is not positive")
    found.expect(bool(threshold.printed), f"its {name} lacks the printed words")
    return found.expect_source(threshold.source, name)


def _check_comparison(measure: OutcomeMeasure, found: Findings) -> None:
    found.expect(measure.plausible == (-1.0, 1.0), "a comparison is −1, 0 or +1")
    for value, judgement in (
        (1.0, Judgement.BETTER),
        (0.0, Judgement.NO_CHANGE),
        (-1.0, Judgement.WORSE),
        (Absence.NOT_DONE, Judgement.CANNOT_TELL),
    ):
        got = _judge(measure, 0.0, value).judgement
        found.expect(got is judgement, f"a reading of {value} is judged {got}")


def _check_judgements(measure: OutcomeMeasure, found: Findings) -> None:
    low, high = measure.plausible
    grid = [low + (high - low) * step / 8.0 for step in range(9)]
    for before, after in product(grid, grid):
        there, back = _judge(measure, before, after), _judge(measure, after, before)
        found.expect(
            back.judgement is _MIRROR[there.judgement],
            f"{before:g} → {after:g} is {there.judgement}, yet {after:g} → {before:g} is {back.judgement}",
        )
        if before == after:
            found.expect(there.judgement is Judgement.NO_CHANGE, f"{before:g} unchanged is {there.judgement}")
        found.expect(bool(there.reason), f"{before:g} → {after:g} is judged without a reason")
    best, worst = (high, low) if measure.direction is Direction.HIGHER else (low, high)
    got = _judge(measure, worst, best).judgement
    found.expect(got is Judgement.BETTER, f"the largest improvement, {worst:g} → {best:g}, is {got}")
    _check_absence(measure, (low + high) / 2.0, found)


def _check_absence(measure: OutcomeMeasure, middle: float, found: Findings) -> None:
    tell = Judgement.CANNOT_TELL
    for before, after, judgement in (
        (middle, Absence.NOT_DONE, tell),
        (Absence.NOT_RECORDED, middle, tell),
        (Absence.UNABLE, Absence.NOT_DONE, tell),
        (middle, Absence.UNABLE, Judgement.WORSE),
        (Absence.UNABLE, middle, Judgement.BETTER),
        (Absence.UNABLE, Absence.UNABLE, Judgement.NO_CHANGE),
    ):
        got = _judge(measure, before, after).judgement
        found.expect(got is judgement, f"{before} → {after} is judged {got}, not {judgement}")


def _judge(measure: OutcomeMeasure, before: Value, after: Value) -> Change:
    expected = _expected(measure)
    return judge_change(
        measure,
        _measurement(measure, before),
        _measurement(measure, after),
        baseline_standardised=expected,
        followup_standardised=expected,
    )


def _measurement(measure: OutcomeMeasure, value: Value) -> Measurement:
    """Give a value, with a narrow interval where the measure leaves its error to the values (CT)."""
    if isinstance(value, Absence):
        return Measurement(measure=measure.key, value=value, unit=measure.unit)
    half = (measure.plausible[1] - measure.plausible[0]) / 50.0
    return Measurement(
        measure=measure.key, value=value, unit=measure.unit, low=value - half, high=value + 2.0 * half
    )


def _expected(measure: OutcomeMeasure) -> Standardised | None:
    if not measure.equation or measure.equation not in EQUATIONS:
        return None
    middle = sum(measure.plausible) / 2.0
    return Standardised(
        predicted=middle,
        percent_predicted=100.0,
        equation=measure.equation,
        source=EQUATIONS[measure.equation].source,
    )
