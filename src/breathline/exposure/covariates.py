"""What a record says of a patient that population models ask for, and what it does not say."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from breathline.errors import UnitError
from breathline.exposure.population import Covariate, PopulationModel
from breathline.model.exposure import CovariateUsed
from breathline.model.measurement import Absence, Measurement, Moment
from breathline.model.patient import LabResult, Person, Sex
from breathline.units import convert

OLDEST_WEEKS = 26.0
"""A laboratory value further away in time than this is not put into a model [weeks]."""

DAYS_PER_YEAR = 365.25


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A value with where it comes from; or None and why there is none."""

    value: float | None
    origin: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What covariates are read from, and the moment they are read for."""

    person: Person
    labs: Sequence[LabResult]
    measurements: Sequence[Measurement]
    at: Moment


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A covariate by its name in words, its unit, and where a record has it."""

    label: str
    unit: str
    read: Callable[[Evidence], Found]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Test:
    """A laboratory test: its names, its unit, and the measure of visits that is the same."""

    names: tuple[str, ...]
    unit: str
    measure: str = ""


ALBUMIN = _Test(names=("albumin", "alb", "serum albumin"), unit="g/L")
GLYCOPROTEIN = _Test(
    names=("aag", "agp", "alpha-1-acid glycoprotein", "alpha1-acid glycoprotein", "α1-acid glycoprotein",
           "orosomucoid", "alpha 1 acid glycoprotein"),
    unit="g/L",
)  # fmt: skip
HAEMOGLOBIN = _Test(names=("hb", "hemoglobin", "haemoglobin", "hgb"), unit="g/dL", measure="hb")
WHITE_CELLS = _Test(
    names=("wbc", "leukocytes", "leucocytes", "white cells", "white blood cells", "white blood cell count"),
    unit="10^9/L",
)
CREATININE = _Test(names=("creatinine", "crea", "serum creatinine"), unit="mg/dL", measure="creatinine")


def _of_test(test: _Test) -> Callable[[Evidence], Found]:
    return lambda evidence: _nearest(test, evidence)


def _nearest(test: _Test, evidence: Evidence) -> Found:
    """Give the value of a test nearest in time, from the laboratory or from a visit."""
    found: list[tuple[float, float, str]] = []
    for lab in evidence.labs:
        if lab.when is None or isinstance(lab.value, Absence):
            continue
        if " ".join(lab.test.casefold().replace("_", " ").split()) in test.names:
            value = _converted(lab.value, lab.unit, test)
            if value is not None:
                found.append((_weeks(lab.when, evidence.at), value, f"labs.csv, {_when(lab.when)}"))
    for item in evidence.measurements:
        if test.measure and item.measure == test.measure and item.when is not None:
            value = None if isinstance(item.value, Absence) else _converted(item.value, item.unit, test)
            if value is not None:
                found.append((_weeks(item.when, evidence.at), value, f"visits.csv, {_when(item.when)}"))
    if not found:
        return Found(value=None, origin="not in the record")
    apart, value, origin = min(found)
    if apart > OLDEST_WEEKS:
        return Found(value=None, origin=f"no value within {OLDEST_WEEKS:.0f} weeks")
    return Found(value=value, origin=origin)


def _weeks(when: Moment, at: Moment) -> float:
    return abs(when.order - at.order) / 7.0


def _when(when: Moment) -> str:
    return f"week {round(when.week, 1):g}".replace("-", "−") if when.week is not None else str(when.date)


def _converted(value: float, unit: str, test: _Test) -> float | None:
    try:
        return convert(value, unit, test.unit, of=test.measure)
    except UnitError:
        return None


def _age(evidence: Evidence) -> Found:
    age = evidence.person.age_years
    if age is None:
        return Found(value=None, origin="not in the record")
    if evidence.at.week is not None:
        age += evidence.at.week * 7.0 / DAYS_PER_YEAR
    return Found(value=age, origin="patient.toml")


def _weight(evidence: Evidence) -> Found:
    weight = evidence.person.weight_kg
    return Found(value=weight, origin="not in the record" if weight is None else "patient.toml")


def _female(evidence: Evidence) -> Found:
    sex = evidence.person.sex
    if sex is None:
        return Found(value=None, origin="not in the record")
    return Found(value=1.0 if sex is Sex.FEMALE else 0.0, origin="patient.toml")


def _smoker(evidence: Evidence) -> Found:
    words = evidence.person.smoking.casefold()
    if not words:
        return Found(value=None, origin="not in the record")
    if any(word in words for word in ("never", "former", "ex-", "non", "quit", "stopped")):
        return Found(value=0.0, origin="patient.toml")
    if any(word in words for word in ("current", "yes", "active", "smoker")):
        return Found(value=1.0, origin="patient.toml")
    return Found(value=None, origin="the words in patient.toml do not say whether now")


def _creatinine_clearance(evidence: Evidence) -> Found:
    """Estimate it from creatinine after Cockcroft and Gault 1976.

    (140 − age) weight / (72 creatinine), in women × 0.85, with age [years], weight [kg], creatinine [mg/dL].
    """
    creatinine = _nearest(CREATININE, evidence)
    age, weight, female = _age(evidence).value, _weight(evidence).value, _female(evidence).value
    if creatinine.value is None:
        return Found(value=None, origin=f"creatinine: {creatinine.origin}")
    if age is None or weight is None or female is None:
        return Found(value=None, origin="age, weight or sex is not in the record")
    clearance = (140.0 - age) * weight / (72.0 * creatinine.value) * (0.85 if female else 1.0)
    return Found(value=clearance, origin=f"Cockcroft and Gault, creatinine of {creatinine.origin}")


KNOWN: Mapping[str, Known] = {
    "weight_kg": Known(label="weight", unit="kg", read=_weight),
    "age_years": Known(label="age", unit="years", read=_age),
    "female": Known(label="sex", unit="1", read=_female),
    "current_smoker": Known(label="smoking now", unit="1", read=_smoker),
    "albumin_g_l": Known(label="albumin", unit="g/L", read=_of_test(ALBUMIN)),
    "aag_g_l": Known(label="α1-acid glycoprotein", unit="g/L", read=_of_test(GLYCOPROTEIN)),
    "hb_g_dl": Known(label="haemoglobin", unit="g/dL", read=_of_test(HAEMOGLOBIN)),
    "wbc_10_9_l": Known(label="white cells", unit="10^9/L", read=_of_test(WHITE_CELLS)),
    "creatinine_clearance_ml_min": Known(
        label="creatinine clearance", unit="mL/min", read=_creatinine_clearance
    ),
}
"""Every covariate that a model may ask for, by key."""


def read_covariates(model: PopulationModel, evidence: Evidence) -> tuple[CovariateUsed, ...]:
    """Give what a model is given of this patient; where the record is silent, its centre, called an assumption."""
    return tuple(_used(covariate, evidence) for covariate in model.covariates)


def _used(covariate: Covariate, evidence: Evidence) -> CovariateUsed:
    known = KNOWN[covariate.key]
    found = known.read(evidence)
    low, high = covariate.plausible
    value, reason = found.value, found.origin
    if value is not None and not low <= value <= high:
        reason = f"{value:.3g} {known.unit} ({found.origin}) lies outside {low:g} to {high:g}"
        value = None
    return CovariateUsed(
        key=covariate.key,
        label=known.label,
        value=covariate.reference if value is None else value,
        unit=known.unit,
        assumed=value is None,
        reason=reason,
    )
