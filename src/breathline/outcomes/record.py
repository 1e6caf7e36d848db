"""Find the values of a patient's record that are to be compared, and judge each measure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from breathline.equations import EQUATIONS, ReferenceEquation, predict
from breathline.errors import BreathlineError
from breathline.model.assessment import Standing
from breathline.model.change import Change, Judgement, OutcomeMeasure
from breathline.model.measurement import Absence, Measurement, Moment, Standardised
from breathline.model.patient import Person
from breathline.outcomes.change import in_own_unit, judge_change
from breathline.outcomes.measures import OUTCOMES
from breathline.units import convert, same_kind

BASELINE_WEEKS = 26.0
"""A baseline older than this is still used, and the reason says how old it is [weeks]."""

GRACE_WEEKS = 4.0
"""A value this long after the last dose still speaks of the treatment [weeks]."""

BEFORE_WEEKS = 104.0
"""How far back the course before treatment is looked at [weeks]."""

DAYS_PER_YEAR = 365.25
WHOLE_LUNG = ("", "lungs")


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordChanges:
    """What changed in a record (see `breathline.model.assessment.Assessment` for the three)."""

    changes: tuple[Change, ...]
    course: tuple[Change, ...]
    before: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class _Window:
    """The days, on one scale, that divide a record. `start` is None where no treatment start is recorded."""

    start: float | None
    stop: float | None


def standardise(measurements: Sequence[Measurement], person: Person) -> tuple[Standing, ...]:
    """Give every measurement its label, the unit of its measure, and what was expected in health.

    The age is that at the measurement: the recorded age plus the weeks since the start of treatment.
    """
    return tuple(_standing(item, measurements, person) for item in measurements)


def _standing(item: Measurement, everything: Sequence[Measurement], person: Person) -> Standing:
    if item.measure not in OUTCOMES:
        return Standing(measurement=item, label=item.measure)
    measure = OUTCOMES[item.measure]
    # A CT extent is given in mL too, beside the percentage that is judged.
    if not same_kind(item.unit, measure.unit):
        return Standing(measurement=item, label=measure.label)
    item = in_own_unit(measure, item)
    if not measure.equation or isinstance(item.value, Absence) or item.region not in WHOLE_LUNG:
        return Standing(measurement=item, label=measure.label)
    found = expected(EQUATIONS[measure.equation], item, item.value, _inputs(item, everything, person), person)
    if isinstance(found, str):
        return Standing(measurement=item, label=measure.label, not_standardised=found)
    return Standing(measurement=item, label=measure.label, standardised=found)


def expected(
    equation: ReferenceEquation,
    item: Measurement,
    value: float,
    inputs: Mapping[str, float | None],
    person: Person,
) -> Standardised | str:
    """Give what was expected of a value, or the sentence that says why there is no such number."""
    known = {name: value for name, value in inputs.items() if value is not None}
    lacking = [need.name for need in equation.inputs if need.required and need.name not in known]
    if person.sex is None:
        lacking.insert(0, "sex")
    if lacking or person.sex is None:
        names = ", ".join(name.split("_")[0] for name in lacking)
        return f"No expected value ({equation.label}): the record does not give {names}."
    try:
        return predict(equation, value, unit=item.unit, sex=person.sex, **known)
    except BreathlineError as error:
        return f"No expected value: {error}"


def _inputs(
    item: Measurement, everything: Sequence[Measurement], person: Person
) -> Mapping[str, float | None]:
    """Give what equations ask for: the person at that moment, and the values of the same day."""
    age = person.age_years
    if age is not None and item.when is not None and item.when.week is not None:
        age += item.when.week * 7.0 / DAYS_PER_YEAR
    found: dict[str, float | None] = {}
    for other in everything:
        measure = OUTCOMES.get(other.measure)
        if measure is None or other.when != item.when or other.region not in WHOLE_LUNG:
            continue
        if same_kind(other.unit, measure.unit):
            value = in_own_unit(measure, other).value
            found[other.measure] = None if isinstance(value, Absence) else value
    return found | {"age_years": age, "height_cm": person.height_cm, "weight_kg": person.weight_kg}


def judge_record(
    standings: Sequence[Standing],
    treatment_start: Moment | None,
    treatment_stop: Moment | None = None,
) -> RecordChanges:
    """Judge every measure of a record: on treatment against before it, and before it.

    Parameters
    ----------
    standings
        What `standardise` gave.
    treatment_start
        Start of the treatment to be judged. None means that the first value is held against the last, and
        every reason says so.
    treatment_stop
        End of it; None while it goes on. Values up to four weeks later still count as on treatment.

    Returns
    -------
    RecordChanges
        `changes` has exactly one entry for every measure in the record that can be judged.
    """
    window = _Window(_day(treatment_start, treatment_start), _day(treatment_stop, treatment_start))
    changes: list[Change] = []
    course: list[Change] = []
    before: list[Change] = []
    for key in dict.fromkeys(s.measurement.measure for s in standings):
        if key not in OUTCOMES or OUTCOMES[key].direction is None:
            continue
        series = _Series.of(OUTCOMES[key], standings, treatment_start)
        if not series.values and not series.undated:
            continue
        changes.append(_main_change(series, window))
        course.extend(_course(series, window))
        before.extend(_before(series, window))
    return RecordChanges(changes=tuple(changes), course=tuple(course), before=tuple(before))


def _day(moment: Moment | None, start: Moment | None) -> float | None:
    """Put a moment on the days since the start of treatment where it is known, else on calendar days."""
    if moment is None:
        return None
    if start is not None and start.week is not None and moment.week is not None:
        return 7.0 * (moment.week - start.week)
    if start is not None and start.date is not None and moment.date is not None:
        return float((moment.date - start.date).days)
    return moment.order if start is None else None


@dataclass(frozen=True, slots=True)
class _Dated:
    day: float
    standing: Standing

    @property
    def informative(self) -> bool:
        value = self.standing.measurement.value
        return value not in (Absence.NOT_DONE, Absence.NOT_RECORDED)


@dataclass(frozen=True, slots=True)
class _Series:
    """One measure's values in order of time, and those of the conditions under which they were taken."""

    measure: OutcomeMeasure
    values: tuple[_Dated, ...]
    undated: tuple[Standing, ...]
    conditions: Mapping[str, Mapping[float, Measurement]]

    @classmethod
    def of(cls, measure: OutcomeMeasure, standings: Iterable[Standing], start: Moment | None) -> _Series:
        values, undated = [], []
        conditions: dict[str, dict[float, Measurement]] = {key: {} for key in measure.conditions}
        for standing in standings:
            item = standing.measurement
            day = _day(item.when, start)
            if item.measure in conditions and day is not None:
                conditions[item.measure][day] = item
            if item.measure != measure.key or item.region not in WHOLE_LUNG or item.unit != measure.unit:
                continue
            if day is None:
                undated.append(standing)
            else:
                values.append(_Dated(day, standing))
        values.sort(key=lambda dated: dated.day)
        return cls(measure, tuple(values), tuple(undated), conditions)


def _main_change(series: _Series, window: _Window) -> Change:
    """Judge the last value on treatment against the last before it, or first against last without a start."""
    if window.start is None:
        return _first_against_last(series)
    baseline = _last(_until(series, window.start))
    on = _on_treatment(series, window)
    followup = _last(on)
    if followup is None or (baseline is None and not series.measure.comparative):
        return _one_side_only(series, window, baseline, followup)
    change = _judge(series, baseline, followup)
    if series.measure.comparative:
        change = _combined(change, [dated for dated in on if dated.informative], series.measure)
    notes = []
    age_weeks = 0.0 if baseline is None else (window.start - baseline.day) / 7.0
    if age_weeks > BASELINE_WEEKS:
        notes.append(f"The baseline is {age_weeks:.0f} weeks older than the treatment.")
    if any(d.day > followup.day for d in on):
        notes.append("A later test on treatment was not done or not recorded; this is the last that was.")
    return _with_notes(change, notes)


def _first_against_last(series: _Series) -> Change:
    informative = [dated for dated in series.values if dated.informative] or list(series.values)
    if not informative:
        return _single(series, "its date is not known")
    if len(informative) == 1:
        return _single(series, "there is only one value", baseline=informative[0])
    change = _judge(series, informative[0], informative[-1])
    if series.measure.comparative:
        change = _combined(change, informative[1:], series.measure)
    return _with_notes(
        change, ["No start of treatment is recorded; the first value is held against the last."]
    )


def _one_side_only(
    series: _Series, window: _Window, baseline: _Dated | None, followup: _Dated | None
) -> Change:
    if baseline is None and followup is None:
        return _single(series, _neither_words(series))
    if baseline is None:
        why = "there is no value before treatment"
    elif any(window.stop is not None and d.day > window.stop for d in series.values):
        why = f"the only later values were taken more than {GRACE_WEEKS:g} weeks after treatment"
    else:
        why = "there is no value on treatment"
    return _single(series, why, baseline=baseline, followup=followup)


def _neither_words(series: _Series) -> str:
    if series.undated and not series.values:
        return "its date is not known"
    return "there is no value before treatment and none on it"


def _single(
    series: _Series, why: str, *, baseline: _Dated | None = None, followup: _Dated | None = None
) -> Change:
    """Give the entry of a measure with a value on one side at most."""
    measure = series.measure
    missing = Measurement(measure=measure.key, value=Absence.NOT_RECORDED, unit=measure.unit)
    change = judge_change(
        measure,
        baseline.standing.measurement if baseline else missing,
        followup.standing.measurement if followup else missing,
        baseline_standardised=baseline.standing.standardised if baseline else None,
        followup_standardised=followup.standing.standardised if followup else None,
    )
    return replace(
        change,
        judgement=Judgement.CANNOT_TELL,
        reason=f"{measure.label}: {why}, so a change cannot be told.",
    )


def _course(series: _Series, window: _Window) -> list[Change]:
    if window.start is None:
        first = next((dated for dated in series.values if dated.informative), None)
        return [] if first is None else [_judge(series, first, d) for d in series.values if d.day > first.day]
    baseline = _last(_until(series, window.start))
    if baseline is None and not series.measure.comparative:
        return []
    return [_judge(series, baseline, dated) for dated in _on_treatment(series, window)]


def _before(series: _Series, window: _Window) -> list[Change]:
    if window.start is None:
        return []
    earliest = window.start - 7.0 * BEFORE_WEEKS
    past = [d for d in _until(series, window.start) if d.informative and d.day >= earliest]
    if len(past) < 2:
        return []
    change = _judge(series, past[0], past[-1])
    return [_combined(change, past[1:], series.measure) if series.measure.comparative else change]


def _until(series: _Series, start: float) -> list[_Dated]:
    return [dated for dated in series.values if dated.day <= start]


def _on_treatment(series: _Series, window: _Window) -> list[_Dated]:
    assert window.start is not None
    last = float("inf") if window.stop is None else window.stop + 7.0 * GRACE_WEEKS
    return [dated for dated in series.values if window.start < dated.day <= last]


def _last(values: Sequence[_Dated]) -> _Dated | None:
    """Give the last value that says something; if none does, the last."""
    informative = [dated for dated in values if dated.informative]
    return informative[-1] if informative else values[-1] if values else None


def _judge(series: _Series, baseline: _Dated | None, followup: _Dated) -> Change:
    """Judge two values of a series; `baseline` may be None where a value is itself a comparison."""
    measure = series.measure
    missing = Measurement(measure=measure.key, value=Absence.NOT_RECORDED, unit=measure.unit)
    obstacle, note = ("", "") if baseline is None else _conditions(series, baseline, followup)
    change = judge_change(
        measure,
        missing if baseline is None else baseline.standing.measurement,
        followup.standing.measurement,
        baseline_standardised=None if baseline is None else baseline.standing.standardised,
        followup_standardised=followup.standing.standardised,
        obstacle=obstacle,
    )
    return _with_notes(change, [note] if note and change.delta is not None else [])


def _conditions(series: _Series, baseline: _Dated, followup: _Dated) -> tuple[str, str]:
    """Compare the conditions of the two days: what forbids a comparison, or what the reader should know."""
    for key in series.measure.conditions:
        label = OUTCOMES[key].label
        before, after = (series.conditions[key].get(dated.day) for dated in (baseline, followup))
        values = [_number(key, item) for item in (before, after)]
        if values == [None, None]:
            stated = baseline.standing.measurement.method and followup.standing.measurement.method
            return "", "" if stated else f"{label} is not recorded; it is taken as the same at both dates."
        if None in values:
            when = "baseline" if values[0] is None else "follow-up"
            return (
                f"{label} is not recorded at {when}, so {series.measure.label} cannot be compared.",
                "",
            )
        one, other = (value for value in values if value is not None)
        if abs(one - other) > 0.5:
            unit = OUTCOMES[key].unit
            return (
                f"{series.measure.label} was measured at a {label} of {one:g} {unit} at baseline and "
                f"{other:g} {unit} at follow-up, which cannot be compared.",
                "",
            )
    return "", ""


def _number(key: str, item: Measurement | None) -> float | None:
    if item is None or isinstance(item.value, Absence):
        return None
    return float(convert(item.value, item.unit, OUTCOMES[key].unit))


def _combined(change: Change, readings: Sequence[_Dated], measure: OutcomeMeasure) -> Change:
    """Put a person's successive comparisons together: all one way decides, both ways cannot be weighed."""
    signs = [v for d in readings if not isinstance(v := d.standing.measurement.value, Absence)]
    up, down = any(v > 0 for v in signs), any(v < 0 for v in signs)
    if up and down:
        return replace(
            change,
            judgement=Judgement.CANNOT_TELL,
            reason=f"{measure.label} was read as better at one visit and worse at another; how these weigh "
            "against each other cannot be told.",
        )
    if up or down:
        word = "better" if up else "worse"
        judgement = Judgement.BETTER if up else Judgement.WORSE
        count = sum(v != 0 for v in signs)
        return replace(
            change,
            judgement=judgement,
            reason=f"{measure.label} was read as {word} than at the previous visit at {count} of "
            f"{len(signs)} visits, and never as the opposite.",
        )
    return change


def _with_notes(change: Change, notes: Sequence[str]) -> Change:
    return replace(change, reason=" ".join([change.reason, *notes])) if notes else change
