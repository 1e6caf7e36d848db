"""One measure's values in order of time: one a day, by one method, with the conditions they were taken under."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from statistics import fmean

from breathline.model.assessment import Standing
from breathline.model.change import Daily, Direction, OutcomeMeasure
from breathline.model.measurement import Absence, Measurement, Moment, Standardised
from breathline.model.protocol import ScanProtocol
from breathline.outcomes.measures import OUTCOMES
from breathline.outcomes.protocol import Matching, match_protocols, words_for_matching
from breathline.outcomes.repeatability import within_subject
from breathline.outcomes.same_tissue import NO_PAIRS, ScanPairs
from breathline.units import convert

WHOLE_LUNG = ("", "lungs")

PRACTISED_WORDS = ("practice", "practise", "familiar")
"""What the note of a first test says where the patient knew it already."""

UNSCHEDULED_WORDS = ("unscheduled", "unplanned")

DAILY_WORDS = {Daily.MEAN: "Mean", Daily.BEST: "Best", Daily.WORST: "Worst"}


@dataclass(frozen=True, slots=True)
class Dated:
    """The value of one day, and of how many tests it was made.

    Parameters
    ----------
    day
        Days from the start of treatment where it is known, else of the calendar.
    """

    day: float
    standing: Standing
    tests: int = 1

    @property
    def item(self) -> Measurement:
        """The measurement itself."""
        return self.standing.measurement

    @property
    def informative(self) -> bool:
        """Whether it says something: a number, or that the disease made the test impossible."""
        return self.item.value not in (Absence.NOT_DONE, Absence.NOT_RECORDED)

    @property
    def has_number(self) -> bool:
        """Whether there is a number, and not a reason why there is none."""
        return not isinstance(self.item.value, Absence)

    def says(self, words: Sequence[str]) -> bool:
        """Tell whether the note holds one of these words."""
        note = self.item.note.casefold()
        return any(word in note for word in words)


@dataclass(frozen=True, slots=True)
class Series:
    """The values of one measure, and those of the conditions under which they were taken.

    Parameters
    ----------
    first_day
        Day of the first test on record by any method; None where there is none.
    other_methods
        Methods whose values were left out, because those of `values` serve better.
    pairs
        Comparisons of the scans that values come from.
    protocols
        How each scan was made, by its name.
    """

    measure: OutcomeMeasure
    values: tuple[Dated, ...]
    undated: tuple[Standing, ...]
    conditions: Mapping[str, Mapping[float, Measurement]]
    first_day: float | None = None
    other_methods: tuple[str, ...] = ()
    pairs: ScanPairs = NO_PAIRS
    protocols: Mapping[str, ScanProtocol] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        measure: OutcomeMeasure,
        standings: Iterable[Standing],
        start: Moment | None,
        pairs: ScanPairs = NO_PAIRS,
        protocols: Mapping[str, ScanProtocol] | None = None,
    ) -> Series:
        """Gather the values of a measure, one a day and method, in order of time."""
        dated, undated = [], []
        conditions: dict[str, dict[float, Measurement]] = {key: {} for key in measure.conditions}
        for standing in standings:
            item = standing.measurement
            day = day_of(item.when, start)
            if item.measure in conditions and day is not None:
                conditions[item.measure][day] = item
            if item.measure != measure.key or item.region not in WHOLE_LUNG or item.unit != measure.unit:
                continue
            if day is None:
                undated.append(standing)
            else:
                dated.append(Dated(day, standing))
        values = sorted(_one_a_day(measure, dated), key=lambda one: (one.day, _method(one)))
        first = next((one.day for one in values if one.informative), None)
        return cls(
            measure, tuple(values), tuple(undated), conditions, first, pairs=pairs, protocols=protocols or {}
        )

    def matching(self, one: Dated, other: Dated) -> Matching | None:
        """Tell how alike the scans of two values were made; None where a value is not of one scan."""
        if self.measure.repeatability is None or one.tests > 1 or other.tests > 1:
            return None
        both = [self.protocols.get(dated.item.origin.scan) for dated in (one, other)]
        return None if both[0] is None or both[1] is None else match_protocols(both[0], both[1])

    def by_one_method(self, start: float | None, last: float) -> Series:
        """Keep the values of the method that both sides of the comparison have, where there are several.

        Without such a method nothing is left out, and the comparison itself says that it cannot be made.
        """
        methods = {_method(one) for one in self.values if one.has_number}
        if len(methods) < 2 or self.measure.comparative:
            return self
        ranks = {name: rank for name in methods if (rank := self._rank(name, start, last)) is not None}
        if not ranks:
            return self
        chosen = max(sorted(ranks), key=lambda name: ranks[name])
        kept = tuple(one for one in self.values if _belongs(one, chosen))
        left_out = {one.item.method.strip() or "method not stated" for one in self.values if one not in kept}
        return replace(self, values=kept, other_methods=tuple(sorted(left_out)))

    def _rank(self, method: str, start: float | None, last: float) -> tuple[float, float, int] | None:
        """Rank a method by its last value, then by its baseline; None where it has no two to compare."""
        own = [one for one in self.values if one.informative and _belongs(one, method)]
        if start is None:
            return None if len(own) < 2 else (own[-1].day, -own[0].day, len(own))
        before = [one.day for one in own if one.day <= start]
        on = [one.day for one in own if start < one.day <= last]
        return None if not before or not on else (max(on), max(before), len(own))


def day_of(moment: Moment | None, start: Moment | None) -> float | None:
    """Put a moment on the days since the start of treatment where it is known, else on calendar days."""
    if moment is None:
        return None
    if start is not None and start.week is not None and moment.week is not None:
        return 7.0 * (moment.week - start.week)
    if start is not None and start.date is not None and moment.date is not None:
        return float((moment.date - start.date).days)
    return moment.order if start is None else None


def _method(one: Dated) -> str:
    return one.item.method.strip().casefold()


def _belongs(one: Dated, method: str) -> bool:
    """Tell whether a value is of a method; a test that could not be done belongs to every one."""
    return _method(one) == method or not one.has_number


def _one_a_day(measure: OutcomeMeasure, dated: Sequence[Dated]) -> list[Dated]:
    groups: dict[tuple[int, str], list[Dated]] = {}
    for one in dated:
        groups.setdefault((round(one.day), _method(one)), []).append(one)
    return [
        group[0] if len(group) == 1 or measure.comparative else _combined(measure, group)
        for group in groups.values()
    ]


def _combined(measure: OutcomeMeasure, group: Sequence[Dated]) -> Dated:
    """Make one value of several of a day; a test that could not be done gives way to one that could."""
    numbers = [(one, one.item.value) for one in group if not isinstance(one.item.value, Absence)]
    if not numbers:
        order = (Absence.UNABLE, Absence.NOT_DONE, Absence.NOT_RECORDED)
        first = min(group, key=lambda one: order.index(Absence(str(one.item.value))))
        return replace(first, tests=len(group))
    if measure.several_a_day is Daily.MEAN:
        return replace(numbers[0][0], standing=_mean([one for one, _ in numbers]), tests=len(numbers))
    up = (measure.direction is Direction.HIGHER) == (measure.several_a_day is Daily.BEST)
    chosen, _ = (max if up else min)(numbers, key=lambda pair: pair[1])
    return replace(chosen, tests=len(numbers))


def _mean(group: Sequence[Dated]) -> Standing:
    """Take the mean of values of one day, and of what was expected of them.

    The z-score becomes the mean of the z-scores; from the z-score of the mean it differs by less than prints.
    """
    items = [one.item for one in group]
    value = fmean(item.value for item in items if not isinstance(item.value, Absence))
    lows = [item.low for item in items if item.low is not None]
    highs = [item.high for item in items if item.high is not None]
    known = len(lows) == len(highs) == len(items)
    mean = replace(
        items[0], value=value, low=fmean(lows) if known else None, high=fmean(highs) if known else None
    )
    return replace(group[0].standing, measurement=mean, standardised=_mean_standardised(group, value))


def _mean_standardised(group: Sequence[Dated], value: float) -> Standardised | None:
    found = [one.standing.standardised for one in group if one.standing.standardised is not None]
    if len(found) != len(group):
        return None
    scores = [one.z for one in found if one.z is not None]
    return replace(
        found[0],
        percent_predicted=100.0 * value / found[0].predicted,
        z=fmean(scores) if len(scores) == len(found) else None,
    )


def notes_on(
    series: Series, baseline: Dated | None, followup: Dated, *, same_tissue: bool = False
) -> list[str]:
    """Say what a reader should know of the two values themselves, and of the error of scans."""
    notes = []
    matching = None if baseline is None else series.matching(baseline, followup)
    if matching is not None and baseline is not None and baseline.has_number and followup.has_number:
        within = within_subject(series.measure, matching.match, same_tissue=same_tissue)
        notes.append(words_for_matching(matching, studied=within is not None, same_tissue=same_tissue))
    for one, when in ((baseline, "baseline"), (followup, "follow-up")):
        if one is None:
            continue
        if one.tests > 1:
            notes.append(f"{DAILY_WORDS[series.measure.several_a_day]} of {one.tests} tests at {when}.")
        if one.says(UNSCHEDULED_WORDS):
            notes.append(f"The value at {when} is from an unscheduled visit.")
    if series.other_methods:
        left_out = ", ".join(series.other_methods)
        notes.append(f"Values by another method are not compared with these ({left_out}).")
    return notes


def conditions_of(series: Series, baseline: Dated, followup: Dated) -> tuple[str, str]:
    """Compare the conditions of the two days: what forbids a comparison, or what the reader should know."""
    settled = False
    for key in series.measure.conditions:
        before, after = (number_of(key, series.conditions[key].get(one.day)) for one in (baseline, followup))
        if before is None and after is None:
            continue
        if before is None or after is None:
            if settled:  # such as the flow of oxygen where its fraction is known at both dates
                continue
            when = "baseline" if before is None else "follow-up"
            label = OUTCOMES[key].label
            return f"{label} is not recorded at {when}, so {series.measure.label} cannot be compared.", ""
        if abs(before - after) > OUTCOMES[key].same_within:
            return _differing(series.measure, key, before, after), ""
        settled = True
    if settled or "fio2" not in series.measure.conditions:
        return "", ""
    stated = baseline.item.method and followup.item.method
    return "", "" if stated else "FiO2 is not recorded; it is taken as the same at both dates."


ROOM_AIR = {"fio2": 21.5, "oxygen_flow": 0.25}
"""Up to here it is room air that was breathed, in the unit of the condition."""


def _differing(measure: OutcomeMeasure, key: str, before: float, after: float) -> str:
    condition = OUTCOMES[key]
    limit = ROOM_AIR.get(key)
    why = "which cannot be compared"
    if limit is not None and (before <= limit) != (after <= limit):
        why = "and room air and oxygen cannot be compared"
    name = condition.label
    label = name.lower() if name[1:].islower() else name  # FiO2 keeps its letters
    article = "an" if label[0] in "aeio" else "a"
    return (
        f"{measure.label} was measured at {article} {label} of {before:g} {condition.unit} at baseline and "
        f"{after:g} {condition.unit} at follow-up, {why}."
    )


def number_of(key: str, item: Measurement | None) -> float | None:
    """Give the value of a condition in its own unit; None where there is no number."""
    if item is None or isinstance(item.value, Absence):
        return None
    return float(convert(item.value, item.unit, OUTCOMES[key].unit, of=key))
