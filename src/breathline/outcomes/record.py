"""Find the values of a patient's record that are to be compared, and judge each measure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from breathline.equations import EQUATIONS, ReferenceEquation, expected_arrays, predict
from breathline.errors import BreathlineError
from breathline.model.assessment import ScanSummary, Standing
from breathline.model.change import Change, Judgement, OutcomeMeasure
from breathline.model.course import Response, Trajectory
from breathline.model.ct_change import CtChange
from breathline.model.measurement import Absence, Measurement, Moment, Standardised
from breathline.model.patient import Person
from breathline.outcomes.change import in_own_unit, judge_change
from breathline.outcomes.learning import allow_for_learning, is_first_ever
from breathline.outcomes.measures import OUTCOMES
from breathline.outcomes.protocol import protocols_of
from breathline.outcomes.response import Visit, goodness, respond
from breathline.outcomes.same_tissue import ScanPairs
from breathline.outcomes.scan_pairs import BEFORE_WEEKS
from breathline.outcomes.series import WHOLE_LUNG, Dated, Series, conditions_of, day_of, notes_on
from breathline.outcomes.trajectory import draw_trajectory
from breathline.units import convert, same_kind

BASELINE_WEEKS = 26.0
"""A baseline older than this is still used, and the reason says how old it is [weeks]."""

GRACE_WEEKS = 4.0
"""A value this long after the last dose still speaks of the treatment [weeks]."""

DAYS_PER_YEAR = 365.25


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordChanges:
    """What changed in a record (see `breathline.model.assessment.Assessment` for each)."""

    changes: tuple[Change, ...] = ()
    course: tuple[Change, ...] = ()
    before: tuple[Change, ...] = ()
    against_best: tuple[Change, ...] = ()
    responses: tuple[Response, ...] = ()
    responses_before: tuple[Response, ...] = ()
    trajectories: tuple[Trajectory, ...] = ()


@dataclass(frozen=True, slots=True)
class _Window:
    """The days, on one scale, that divide a record. `start` is None where no treatment start is recorded."""

    start: float | None
    stop: float | None

    @property
    def last(self) -> float:
        """The last day that still speaks of the treatment."""
        return float("inf") if self.stop is None else self.stop + 7.0 * GRACE_WEEKS


@dataclass(frozen=True, slots=True)
class _Stretch:
    """One measure over one stretch of time: the change that is judged, and every later value against its baseline."""

    change: Change
    visits: tuple[Visit, ...] = ()
    origin: float = 0.0

    def response(self) -> Response | None:
        """Tell the course, where there is one; a comparison with the previous visit has no common baseline."""
        if not self.visits or OUTCOMES[self.change.measure].comparative:
            return None
        return respond(self.change, self.visits, self.origin)


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
    if not same_kind(item.unit, measure.unit, of=measure.key):
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


def predicted_value(item: Measurement, person: Person) -> float | None:
    """Give what is expected in health of a measure on a day, whatever was measured; in the unit of `item`.

    None where the measure has no equation, or where that asks for more than the person and the day tell.
    """
    measure = OUTCOMES.get(item.measure)
    if measure is None or not measure.equation or person.sex is None:
        return None
    equation = EQUATIONS[measure.equation]
    known = {name: [value] for name, value in _inputs(item, (), person).items() if value is not None}
    if any(need.required and need.name not in known for need in equation.inputs):
        return None
    try:
        median = float(expected_arrays(equation, sex=[person.sex.value], **known).M[0])
    except BreathlineError:
        return None
    return convert(median, equation.unit, item.unit)


def age_at(person: Person, when: Moment | None) -> float | None:
    """Give the age at a moment [years], which is recorded for the start of treatment; None where it is not."""
    age = person.age_years
    if age is None or when is None or when.week is None:
        return age
    return age + when.week * 7.0 / DAYS_PER_YEAR


def _inputs(
    item: Measurement, everything: Sequence[Measurement], person: Person
) -> Mapping[str, float | None]:
    """Give what equations ask for: the person at that moment, and the values of the same day."""
    found: dict[str, float | None] = {}
    for other in everything:
        measure = OUTCOMES.get(other.measure)
        if measure is None or other.when != item.when or other.region not in WHOLE_LUNG:
            continue
        if same_kind(other.unit, measure.unit, of=measure.key):
            value = in_own_unit(measure, other).value
            found[other.measure] = None if isinstance(value, Absence) else value
    return found | {
        "age_years": age_at(person, item.when),
        "height_cm": person.height_cm,
        "weight_kg": person.weight_kg,
    }


def judge_record(
    standings: Sequence[Standing],
    treatment_start: Moment | None,
    treatment_stop: Moment | None = None,
    *,
    scans: Sequence[ScanSummary] = (),
    ct_changes: Sequence[CtChange] = (),
) -> RecordChanges:
    """Judge every measure of a record: on treatment against before it, and before it by the same rule.

    Parameters
    ----------
    standings
        What `standardise` gave.
    treatment_start
        Start of the treatment to be judged. None means that the first value is held against the last, and
        every reason says so.
    treatment_stop
        End of it; None while it goes on. Values up to four weeks later still count as on treatment.
    scans
        The scans that CT values come from, so that two are held against the error of pairs made as alike.
    ct_changes
        Comparisons of scans: what is measured on two of them is judged in the same tissue where that is believed.

    Returns
    -------
    RecordChanges
        `changes` has exactly one entry for every measure in the record that can be judged.
    """
    window = _Window(day_of(treatment_start, treatment_start), day_of(treatment_stop, treatment_start))
    protocols = protocols_of(scans, standings)
    on: list[_Stretch] = []
    before: list[_Stretch] = []
    best: list[Change | None] = []
    trajectories: list[Trajectory | None] = []
    pairs = ScanPairs.of(ct_changes)
    for key in dict.fromkeys(s.measurement.measure for s in standings):
        if key not in OUTCOMES or OUTCOMES[key].direction is None:
            continue
        series = Series.of(OUTCOMES[key], standings, treatment_start, pairs, protocols)
        if not series.values and not series.undated:
            continue
        series = series.by_one_method(window.start, window.last)
        on.append(_on(series, window))
        before += _before(series, window)
        best.append(_against_best(series, window))
        trajectories.append(_trajectory(series, window))
    return RecordChanges(
        changes=tuple(stretch.change for stretch in on),
        course=tuple(visit.change for stretch in on for visit in stretch.visits),
        before=tuple(stretch.change for stretch in before),
        against_best=tuple(change for change in best if change is not None),
        responses=_responses(on),
        responses_before=_responses(before),
        trajectories=tuple(found for found in trajectories if found is not None),
    )


def _responses(stretches: Sequence[_Stretch]) -> tuple[Response, ...]:
    return tuple(found for stretch in stretches if (found := stretch.response()) is not None)


def _on(series: Series, window: _Window) -> _Stretch:
    """Judge the last value on treatment against the last before it, or first against last without a start."""
    if window.start is None:
        return _first_against_last(series)
    baseline = _last(_until(series, window.start))
    on = _on_treatment(series, window)
    followup = _last(on)
    if baseline is None and not series.measure.comparative:
        return _Stretch(_one_side_only(series, window, baseline, followup))
    visits = _visits(series, baseline, on)
    if followup is None:
        return _Stretch(_one_side_only(series, window, baseline, followup), visits, window.start)
    change = _judge(series, baseline, followup)
    if series.measure.comparative:
        change = _put_together(change, [dated for dated in on if dated.informative], series.measure)
    notes = []
    age_weeks = 0.0 if baseline is None else (window.start - baseline.day) / 7.0
    if age_weeks > BASELINE_WEEKS:
        notes.append(f"The baseline is {age_weeks:.0f} weeks older than the treatment.")
    if any(d.day > followup.day for d in on):
        notes.append("A later test on treatment was not done or not recorded; this is the last that was.")
    return _Stretch(_with_notes(change, notes), visits, window.start)


def _visits(series: Series, baseline: Dated | None, later: Sequence[Dated]) -> tuple[Visit, ...]:
    return tuple(Visit(dated.day, _judge(series, baseline, dated)) for dated in later)


def _first_against_last(series: Series) -> _Stretch:
    informative = [dated for dated in series.values if dated.informative] or list(series.values)
    if not informative:
        return _Stretch(_single(series, "its date is not known"))
    first = informative[0]
    visits = (
        _visits(series, first, [d for d in series.values if d.day > first.day]) if first.informative else ()
    )
    if len(informative) == 1:
        return _Stretch(_single(series, "there is only one value", baseline=first), visits, first.day)
    change = _judge(series, first, informative[-1])
    if series.measure.comparative:
        change = _put_together(change, informative[1:], series.measure)
    note = "No start of treatment is recorded; the first value is held against the last."
    return _Stretch(_with_notes(change, [note]), visits, first.day)


def _one_side_only(series: Series, window: _Window, baseline: Dated | None, followup: Dated | None) -> Change:
    if baseline is None and followup is None:
        return _single(series, _neither_words(series))
    if baseline is None:
        why = "there is no value before treatment"
    elif any(window.stop is not None and d.day > window.stop for d in series.values):
        why = f"the only later values were taken more than {GRACE_WEEKS:g} weeks after treatment"
    else:
        why = "there is no value on treatment"
    return _single(series, why, baseline=baseline, followup=followup)


def _neither_words(series: Series) -> str:
    if series.undated and not series.values:
        return "its date is not known"
    return "there is no value before treatment and none on it"


def _single(
    series: Series, why: str, *, baseline: Dated | None = None, followup: Dated | None = None
) -> Change:
    """Give the entry of a measure with a value on one side at most."""
    measure = series.measure
    missing = Measurement(measure=measure.key, value=Absence.NOT_RECORDED, unit=measure.unit)
    change = judge_change(
        measure,
        baseline.item if baseline else missing,
        followup.item if followup else missing,
        baseline_standardised=baseline.standing.standardised if baseline else None,
        followup_standardised=followup.standing.standardised if followup else None,
    )
    return replace(
        change,
        judgement=Judgement.CANNOT_TELL,
        reason=f"{measure.label}: {why}, so a change cannot be told.",
    )


def _before(series: Series, window: _Window) -> list[_Stretch]:
    """Judge the time before treatment as the time on it is judged: first value against last."""
    past = _past(series, window)
    if len(past) < 2:
        return []
    change = _judge(series, past[0], past[-1])
    if series.measure.comparative:
        change = _put_together(change, past[1:], series.measure)
    return [_Stretch(change, _visits(series, past[0], past[1:]), past[0].day)]


def _past(series: Series, window: _Window) -> list[Dated]:
    """Give the values before treatment that say something and are not too old."""
    if window.start is None:
        return []
    earliest = window.start - 7.0 * BEFORE_WEEKS
    return [d for d in _until(series, window.start) if d.informative and d.day >= earliest]


def _against_best(series: Series, window: _Window) -> Change | None:
    """Judge the last value on treatment against the best before it, where there were several to choose from.

    Values taken under other conditions than the last one (oxygen) are passed over while there are others.
    """
    past, measure = _past(series, window), series.measure
    followup = None if window.start is None else _last(_on_treatment(series, window))
    if measure.comparative or measure.direction is None or followup is None or len(past) < 2:
        return None
    comparable = [dated for dated in past if not conditions_of(series, dated, followup)[0]] or past
    direction = measure.direction
    best = max(comparable, key=lambda dated: (goodness(dated.item.value, direction), dated.day))
    note = f"This is the best of {len(comparable)} values before treatment, which chance alone sets high."
    return _with_notes(_judge(series, best, followup), [note] if len(comparable) > 1 else [])


def _trajectory(series: Series, window: _Window) -> Trajectory | None:
    """Draw the slopes over the same stretches of time as the changes."""
    if window.start is None:
        return None
    on = [dated for dated in _on_treatment(series, window) if dated.informative]
    return draw_trajectory(series, _past(series, window), on, window.start)


def _until(series: Series, start: float) -> list[Dated]:
    return [dated for dated in series.values if dated.day <= start]


def _on_treatment(series: Series, window: _Window) -> list[Dated]:
    start = float("-inf") if window.start is None else window.start
    return [dated for dated in series.values if start < dated.day <= window.last]


def _last(values: Sequence[Dated]) -> Dated | None:
    """Give the last value that says something; if none does, the last."""
    informative = [dated for dated in values if dated.informative]
    return informative[-1] if informative else values[-1] if values else None


def _judge(series: Series, baseline: Dated | None, followup: Dated) -> Change:
    """Judge two values of a series; `baseline` may be None where a value is itself a comparison."""
    measure = series.measure
    missing = Measurement(measure=measure.key, value=Absence.NOT_RECORDED, unit=measure.unit)
    obstacle, note = ("", "") if baseline is None else conditions_of(series, baseline, followup)
    held = series.pairs.held(missing if baseline is None else baseline.item, followup.item)
    matching = None if baseline is None else series.matching(baseline, followup)
    change = judge_change(
        measure,
        held.baseline,
        held.followup,
        baseline_standardised=None if baseline is None else baseline.standing.standardised,
        followup_standardised=followup.standing.standardised,
        obstacle=obstacle or held.obstacle,
        match=None if matching is None else matching.match,
        same_tissue=held.same_tissue,
    )
    if baseline is not None and is_first_ever(series, baseline):
        change = allow_for_learning(measure, change)
    notes = [text for text in (held.note, note) if text and change.delta is not None]
    return _with_notes(change, [*notes, *notes_on(series, baseline, followup, same_tissue=held.same_tissue)])


def _put_together(change: Change, readings: Sequence[Dated], measure: OutcomeMeasure) -> Change:
    """Put a person's successive comparisons together: all one way decides, both ways cannot be weighed."""
    signs = [v for d in readings if not isinstance(v := d.item.value, Absence)]
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
