"""The sentences that say why a change was judged as it was, for a clinician."""

from __future__ import annotations

from dataclasses import replace

from breathline.model.change import Change, Judgement, OutcomeMeasure
from breathline.model.measurement import Absence, Measurement, Standardised, Value

_UNIT_WORDS = {"1": "", "score": " points", "%": " points", "class": " class"}
_ABSENCE_WORDS = {
    Absence.NOT_RECORDED: "not recorded",
    Absence.NOT_DONE: "not done",
    Absence.UNABLE: "impossible because of the disease",
}


def amount(measure: OutcomeMeasure, value: float) -> str:
    """Give a number with the decimals and the unit of the measure, "4.6 mL/min/mmHg"."""
    unit = _UNIT_WORDS.get(measure.unit, f" {measure.unit}")
    if measure.unit == "class" and abs(value) != 1:
        unit = " classes"
    text = number(measure, value)
    if unit == " points" and text in ("1", "−1"):
        unit = " point"
    return f"{text}{unit}"


def number(measure: OutcomeMeasure, value: float) -> str:
    """Give a number with the decimals of the measure and a true minus sign."""
    text = f"{value:.{measure.decimals}f}"
    if float(text) == 0:
        text = text.lstrip("-")
    return text.replace("-", "−")


MISPRINTED = 0.1
"""Share of a limit by which rounding may change it in print."""


def limit(measure: OutcomeMeasure, value: float) -> str:
    """Give a limit with the decimals of the measure, or one more where rounding would make another of it."""
    rounded = round(value, measure.decimals)
    if abs(rounded - value) > MISPRINTED * abs(value):
        measure = replace(measure, decimals=measure.decimals + 1)
    return number(measure, value)


def reason_for_absence(measure: OutcomeMeasure, baseline: Value, followup: Value) -> str:
    """Say what the absence of a number at one or both dates means."""
    words = [_ABSENCE_WORDS[v] if isinstance(v, Absence) else "" for v in (baseline, followup)]
    if words[0] and words[0] == words[1]:
        return f"{measure.label} was {words[0]} at both dates."
    parts = [
        f"{measure.label} was {word} at {when}"
        for word, when in zip(words, ("baseline", "follow-up"), strict=True)
        if word
    ]
    if Absence.UNABLE not in (baseline, followup) or len(parts) == 2:
        return " and ".join(parts) + ", so a change cannot be told."
    if followup is Absence.UNABLE:
        return f"{parts[0]} after it had been possible at baseline, which counts as worse."
    return f"{parts[0]} and was possible at follow-up, which counts as better."


def reason_for_comparison(measure: OutcomeMeasure, value: float) -> str:
    """Say what a person judged against the previous visit."""
    word = "better" if value > 0 else "worse" if value < 0 else "the same"
    return f"{measure.label} was read as {word} by a person comparing with the previous visit."


def reason_not_comparable(
    measure: OutcomeMeasure,
    baseline: Measurement,
    followup: Measurement,
    baseline_standardised: Standardised | None,
    followup_standardised: Standardised | None,
) -> str:
    """Say why two values must not be compared; empty if they may be."""
    before, after = baseline.method.strip(), followup.method.strip()
    if before.casefold() != after.casefold():
        return (
            f"{measure.label} was measured by different methods ({before or 'not stated'} at baseline, "
            f"{after or 'not stated'} at follow-up), so a change cannot be told."
        )
    if baseline_standardised and followup_standardised:
        one, other = baseline_standardised.equation, followup_standardised.equation
        if one != other:
            return (
                f"{measure.label} was held against different reference equations ({one} and {other}), so a "
                "change cannot be told."
            )
    return ""


def reason_for_numbers(
    measure: OutcomeMeasure, change: Change, verdicts: tuple[bool | None, bool | None]
) -> str:
    """Say how much a measure changed and how that compares with its error and with what matters."""
    assert change.delta is not None
    if change.delta == 0:
        return f"{measure.label} did not change."
    measure = replace(measure, decimals=_telling_decimals(measure, change))
    return f"{_movement(measure, change)}{_comparison(measure, change, verdicts)}."


def _telling_decimals(measure: OutcomeMeasure, change: Change) -> int:
    """Give as many decimals as it takes that a change does not read the same as a limit it differs from."""
    delta = abs(change.delta or 0.0)
    limits = [limit for limit in (change.error, change.important_difference) if limit is not None]
    for decimals in range(measure.decimals, measure.decimals + 3):
        if all(f"{delta:.{decimals}f}" != f"{limit:.{decimals}f}" for limit in limits):
            return decimals
    return measure.decimals


def _movement(measure: OutcomeMeasure, change: Change) -> str:
    assert change.delta is not None
    verb = "rose" if change.delta > 0 else "fell"
    text = f"{measure.label} {verb} by {amount(measure, abs(change.delta))}"
    if measure.ordinal and isinstance(change.baseline, float) and isinstance(change.followup, float):
        text += f" (from {number(measure, change.baseline)} to {number(measure, change.followup)})"
    if change.low is not None and change.high is not None:
        ends = (change.low, change.high) if change.delta > 0 else (-change.high, -change.low)
        text += f" (95 % interval {number(measure, ends[0])} to {number(measure, ends[1])})"
    return text


def _comparison(measure: OutcomeMeasure, change: Change, verdicts: tuple[bool | None, bool | None]) -> str:
    beyond, matters = verdicts
    error = "" if change.error is None else limit(measure, change.error)
    importance = "" if change.important_difference is None else limit(measure, change.important_difference)
    if change.error is None:
        return _without_error(change, matters, importance)
    if not importance:
        return _without_importance(measure, beyond, error)
    if beyond and matters:
        return f", beyond the measurement error of {error} and the {importance} that matters"
    if matters:
        return (
            f", more than the {importance} that matters but within the measurement error of {error}: it "
            "cannot be told from noise"
        )
    if beyond:
        return f", beyond the measurement error of {error} but less than the {importance} that matters"
    return f", within the measurement error of {error} and less than the {importance} that matters"


def _without_error(change: Change, matters: bool | None, importance: str) -> str:
    if matters is False:
        return f", less than the {importance} that matters"
    if change.judgement is Judgement.CANNOT_TELL:
        return "; the measurement error is not known, so it cannot be told whether this is real"
    return f"; {importance} is taken to matter, and no measurement error is known for it"


def _without_importance(measure: OutcomeMeasure, beyond: bool | None, error: str) -> str:
    if beyond is False:
        return f", within the measurement error of {error}"
    if measure.important_difference is None:
        return (
            f", beyond the measurement error of {error}; how much matters to a patient is not published, so "
            "the error alone decides"
        )
    return (
        f", beyond the measurement error of {error}; whether it matters cannot be told, because no expected "
        "value could be computed for this patient"
    )
