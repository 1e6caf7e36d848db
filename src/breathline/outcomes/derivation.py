"""Values that follow from others of the same day: eGFR, A–a gradient, DLCO at normal haemoglobin, CPI, TDI at the BDI.

A value that the record itself gives is never replaced, and one that is computed is never compared with it: its
method says "computed". Where all but one of the inputs are there, what is lacking is told, and nothing is put in
its place.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from breathline.equations.cpi_2003 import SOURCE as CPI_SOURCE
from breathline.equations.cpi_2003 import composite_physiologic_index
from breathline.errors import BreathlineError, Problem, Severity, UnitError
from breathline.model.assessment import Standing
from breathline.model.measurement import Absence, Measurement, Moment, Origin, Value
from breathline.model.patient import LabResult, Person
from breathline.outcomes.measures import OUTCOMES
from breathline.outcomes.record import DAYS_PER_YEAR
from breathline.outcomes.series import Dated, Series
from breathline.physiology import FORMULAS, calculate
from breathline.units import convert

RESPIRATORY_QUOTIENT = 0.8
"""Carbon dioxide given off for oxygen taken up, by the convention of the alveolar gas equation [1]."""

HAEMOGLOBIN_WORDS = ("hb", "haemoglobin", "hemoglobin")
CORRECTED_WORDS = ("corr", "adj")
UNCORRECTED_WORDS = ("uncorr", "unadj", "noncorr", "nonadj")
NEGATIONS = frozenset({"not", "non", "no", "without"})
"""Words, and how words begin, by which the method of a DLCO says whether the laboratory corrected it already."""

LAB_INPUTS = {
    "creatinine": "creatinine",
    "serum creatinine": "creatinine",
    "hb": "hb",
    "haemoglobin": "hb",
    "hemoglobin": "hb",
}
"""Names under which a laboratory gives what other values follow from, and the measure that each is."""

COMPUTED = "computed"

PERSON_WORDS = {"sex": "sex", "age_years": "age"}


@dataclass(frozen=True, slots=True)
class Day:
    """What is known of a person on one day.

    Parameters
    ----------
    tests
        The value of each measure of that day.
    numbers
        The same as numbers, beside ``age_years`` and ``fvc_percent`` and the like (percent of predicted).
    """

    when: Moment
    tests: Mapping[str, Dated]
    numbers: Mapping[str, float]
    sex: str | None

    def knows(self, name: str) -> bool:
        """Tell whether something is known."""
        return self.sex is not None if name == "sex" else name in self.numbers


@dataclass(frozen=True, slots=True, kw_only=True)
class Derivation:
    """A measure that follows from others of the same day.

    Parameters
    ----------
    tests
        The measures it is computed from; a computed value carries the methods by which they were measured.
    needs
        What must be known beside them.
    words
        How it is computed, as the origin of the value says it.
    compute
        From what is known on the day to the value, in the unit of the measure.
    method
        Method of the computed value.
    applies
        Whether this way of computing it is the right one on a day.
    """

    measure: str
    tests: tuple[str, ...]
    words: str
    compute: Callable[[Day], float]
    needs: tuple[str, ...] = ()
    method: str = COMPUTED
    applies: Callable[[Day], bool] = lambda _: True


@dataclass(frozen=True, slots=True)
class Derived:
    """Values that were computed, and what to tell of those that could not be."""

    measurements: tuple[Measurement, ...] = ()
    problems: tuple[Problem, ...] = ()


def derive(standings: Sequence[Standing], person: Person, labs: Sequence[LabResult] | None = None) -> Derived:
    """Compute every measure that follows from values of the same day.

    Parameters
    ----------
    standings
        The values of the record, with what was expected of them.
    person
        Whose values they are.
    labs
        Laboratory values: haemoglobin and creatinine serve as inputs too, where the visit has none of its own.
    """
    standings = (*standings, *_from_labs(labs or (), standings))
    measurements: list[Measurement] = []
    lacking: dict[str, list[str]] = {}
    problems: list[Problem] = []
    for day in _days(standings, person):
        for rule in DERIVATIONS:
            if rule.measure in day.tests or not rule.applies(day):
                continue
            missing = [name for name in (*rule.tests, *rule.needs) if not day.knows(name)]
            if not missing:
                try:
                    measurements.append(_computed(rule, day))
                except BreathlineError as error:
                    problems.append(_refused(rule, error))
            elif len(missing) == 1 and len(rule.tests) > 1:
                lacking.setdefault(rule.measure, []).append(missing[0])
    told = [_not_computed(lacking)] if lacking else []
    return Derived(tuple(measurements), (*dict.fromkeys(problems), *told))


def _from_labs(labs: Sequence[LabResult], standings: Sequence[Standing]) -> list[Standing]:
    """Give the laboratory values that serve as inputs; those of the visits come first."""
    there = {(s.measurement.measure, s.measurement.when) for s in standings}
    found = []
    for lab in labs:
        key = LAB_INPUTS.get(lab.test.strip().casefold(), "")
        item = _lab_value(key, lab.value, lab.unit, lab.when) if key else None
        if item is not None and (key, item.when) not in there:
            found.append(Standing(measurement=item, label=OUTCOMES[key].label))
    return found


def _lab_value(key: str, value: Value, unit: str, when: Moment | None) -> Measurement | None:
    """Give a laboratory value as one of a measure; None where it is no number, or its unit or date cannot be told."""
    if isinstance(value, Absence) or when is None:
        return None
    own = OUTCOMES[key].unit
    try:
        return Measurement(measure=key, value=convert(value, unit, own, of=key), unit=own, when=when)
    except UnitError:  # the laboratory table tells of units that are not known
        return None


def _days(standings: Sequence[Standing], person: Person) -> list[Day]:
    """Gather what is known on each day; of a test repeated on a day, the value that is judged."""
    by_day: dict[int, dict[str, Dated]] = {}
    for key in dict.fromkeys(standing.measurement.measure for standing in standings):
        if key not in OUTCOMES:
            continue
        for dated in Series.of(OUTCOMES[key], standings, None).values:
            by_day.setdefault(round(dated.day), {}).setdefault(key, dated)
    return [_day(by_day[number], person) for number in sorted(by_day)]


def _day(tests: Mapping[str, Dated], person: Person) -> Day:
    when = next(iter(tests.values())).item.when
    assert when is not None
    numbers: dict[str, float] = {}
    for key, dated in tests.items():
        if not isinstance(dated.item.value, Absence):
            numbers[key] = dated.item.value
        if dated.standing.standardised is not None:
            numbers[f"{key}_percent"] = dated.standing.standardised.percent_predicted
    if person.age_years is not None:
        numbers["age_years"] = person.age_years + (when.week or 0.0) * 7.0 / DAYS_PER_YEAR
    return Day(when, tests, numbers, None if person.sex is None else person.sex.value)


def _computed(rule: Derivation, day: Day) -> Measurement:
    methods = [day.tests[key].item.method.strip() for key in rule.tests]
    return Measurement(
        measure=rule.measure,
        value=rule.compute(day),
        unit=OUTCOMES[rule.measure].unit,
        when=day.when,
        method="; ".join(dict.fromkeys(text for text in (rule.method, *methods) if text)),
        origin=Origin(computed=rule.words),
    )


def _refused(rule: Derivation, error: BreathlineError) -> Problem:
    return Problem(
        code="not_computed",
        severity=Severity.WARNING,
        message=f"{OUTCOMES[rule.measure].label} was not computed: {error}",
        mend="Look up the values it follows from.",
        file="visits.csv",
    )


def _not_computed(lacking: Mapping[str, Sequence[str]]) -> Problem:
    parts = [
        f"{OUTCOMES[measure].label} (no {', no '.join(_words(name) for name in dict.fromkeys(names))})"
        for measure, names in lacking.items()
    ]
    return Problem(
        code="not_computed",
        severity=Severity.NOTE,
        message=f"Not computed on some days, for want of one value: {', '.join(parts)}.",
        mend="Add the values if they are known (altitude is 0 at sea level).",
        file="visits.csv",
    )


def _words(name: str) -> str:
    key = name.removesuffix("_percent")
    label = PERSON_WORDS.get(name) or (OUTCOMES[key].label if key in OUTCOMES else key)
    return f"{label} as percent of predicted" if key != name else label


def _calculate(key: str, day: Day, **more: float) -> float:
    """Calculate a formula from what is known on the day; it refuses what lies outside its range."""
    formula = FORMULAS[key]
    known = {**day.numbers, **more}
    names = [need.name for need in formula.inputs if need.name in known]
    return calculate(formula, sex=day.sex, **{name: known[name] for name in names})


def _egfr(day: Day) -> float:
    return _calculate("egfr_ckd_epi_2021", day)


def _aa_gradient(day: Day) -> float:
    pressure = _calculate("barometric_pressure", day, altitude_m=day.numbers["altitude"])
    return _calculate(
        "aa_gradient", day, barometric_pressure=pressure, respiratory_quotient=RESPIRATORY_QUOTIENT
    )


def _is_corrected(day: Day) -> bool:
    """Tell whether the laboratory corrected the DLCO of a day for haemoglobin already."""
    if "dlco" not in day.tests:
        return False
    method = day.tests["dlco"].item.method.casefold()
    words = re.findall(r"[a-z]+", method)
    return (
        any(word in method for word in HAEMOGLOBIN_WORDS)
        and any(word.startswith(CORRECTED_WORDS) for word in words)
        and not any(word.startswith(UNCORRECTED_WORDS) for word in words)
        and NEGATIONS.isdisjoint(words)
    )


def _dlco_hb(day: Day) -> float:
    return day.numbers["dlco"] * _calculate("dlco_haemoglobin_cotes_1972", day)


def _cpi(day: Day) -> float:
    found = composite_physiologic_index(*(day.numbers[f"{key}_percent"] for key in ("fvc", "fev1", "dlco")))
    assert not isinstance(found.value, Absence)
    return found.value


def _nothing_yet(_: Day) -> float:
    return 0.0


DERIVATIONS = (
    Derivation(
        measure="egfr",
        tests=("creatinine",),
        needs=("sex", "age_years"),
        words=f"from creatinine, age and sex ({FORMULAS['egfr_ckd_epi_2021'].label})",
        compute=_egfr,
        method=f"{COMPUTED} by CKD-EPI 2021",
    ),
    Derivation(
        measure="aa_gradient",
        tests=("pao2", "paco2", "fio2"),
        needs=("altitude",),
        words=(
            "from PaO2, PaCO2 and FiO2 by the alveolar gas equation, with the barometric pressure of the altitude and "
            f"a respiratory quotient of {RESPIRATORY_QUOTIENT:g}"
        ),
        compute=_aa_gradient,
    ),
    Derivation(
        measure="dlco_hb",
        tests=("dlco",),
        words="the DLCO of this day, which the laboratory corrected for haemoglobin already",
        compute=lambda day: day.numbers["dlco"],
        method="",
        applies=_is_corrected,
    ),
    Derivation(
        measure="dlco_hb",
        tests=("dlco", "hb"),
        applies=lambda day: not _is_corrected(day),
        needs=("sex", "age_years"),
        words=f"from DLCO and haemoglobin ({FORMULAS['dlco_haemoglobin_cotes_1972'].label})",
        compute=_dlco_hb,
    ),
    Derivation(
        measure="cpi",
        tests=("fvc", "fev1", "dlco"),
        needs=("fvc_percent", "fev1_percent", "dlco_percent"),
        words=f"from FVC, FEV1 and DLCO as percent of predicted ({CPI_SOURCE})",
        compute=_cpi,
    ),
    Derivation(
        measure="tdi",
        tests=("bdi",),
        words="0 by definition: changes of breathlessness count from the BDI of this day",
        compute=_nothing_yet,
        method="",
    ),
)
"""What follows from what; a measure computed here may be given by the record instead."""
