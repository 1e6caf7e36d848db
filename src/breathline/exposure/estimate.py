"""What reached the blood: every model of a drug over its dosing log, and measured concentrations against them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date as Date

import numpy as np

from breathline import __version__
from breathline.drugs import drug_key
from breathline.errors import UnitError
from breathline.exposure.administrations import Administrations, list_administrations
from breathline.exposure.covariates import Evidence, read_covariates
from breathline.exposure.individual import (
    Observation,
    estimate_individual,
    place_observation,
    predict_observations,
    scatter,
)
from breathline.exposure.kernel import FloatArray
from breathline.exposure.levels import (
    NINE_IN_TEN,
    PatientLevels,
    band,
    estimate_levels,
    estimate_of,
    simulate_levels,
    summarise_levels,
)
from breathline.exposure.models import models_of
from breathline.exposure.population import PopulationModel, draw_deviates, typical_deviates
from breathline.model.exposure import (
    Band,
    CovariateUsed,
    DrugExposure,
    ExposureSummary,
    MeasuredLevel,
    ModelExposure,
    TroughPoint,
)
from breathline.model.measurement import Moment
from breathline.model.patient import Concentration, DoseInterval, PatientRecord
from breathline.model.volume import Step
from breathline.units import convert

PATIENTS = 500
"""Simulated patients a model."""

MOST_POINTS = 160
"""Troughs kept of one course, for the figure."""

SEED = 2008
"""The same record gives the same numbers; each model draws the same patients."""


def estimate_exposure(exposure: ExposureSummary, record: PatientRecord) -> ExposureSummary:
    """Add, drug by drug, what published models and measured concentrations say of the blood.

    Parameters
    ----------
    exposure
        What `breathline.exposure.summarise_exposure` gave.
    record
        Read for weight, age, sex, laboratory values and concentrations.

    Returns
    -------
    ExposureSummary
        With `drugs`: one for each drug for which a model is built in or a concentration was measured.
    """
    log: dict[str, list[DoseInterval]] = {}
    for interval in exposure.log:
        log.setdefault(drug_key(interval.drug), []).append(interval)
    measured: dict[str, list[Concentration]] = {}
    for level in record.concentrations:
        measured.setdefault(level.drug, []).append(level)
    keys = dict.fromkeys((*log, *measured))
    found = (_one_drug(key, log.get(key, []), measured.get(key, []), record) for key in keys)
    return replace(exposure, drugs=tuple(one for one in found if one is not None))


def describe_steps(exposure: ExposureSummary) -> tuple[Step, ...]:
    """Give what was done to estimate exposure, for the methods of a report; nothing where nothing was."""
    models = [model for drug in exposure.drugs for model in drug.models]
    if not models:
        return ()
    own = sum(model.individual is not None for model in models)
    parameters: dict[str, float | int | str | bool] = {
        "models": "; ".join(model.label for model in models),
        "patients": PATIENTS,
        "seed": SEED,
        "individual_models": own,
    }
    return (
        Step(name="estimate_exposure", parameters=parameters, version=__version__, inputs=("doses.csv",)),
    )


def _one_drug(
    key: str, intervals: Sequence[DoseInterval], levels: Sequence[Concentration], record: PatientRecord
) -> DrugExposure | None:
    models = models_of(key)
    if not models and not levels:
        return None
    if not models:
        return _untold(key, levels, f"No population model of {key} is built in.")
    if not intervals:
        return _untold(
            key, levels, f"The dosing log has no {key}, so nothing can be said of its concentrations."
        )
    doses = list_administrations(intervals, until=_last_moment(record), weight_kg=record.person.weight_kg)
    if isinstance(doses, str):
        return _untold(key, levels, doses)
    return _Drug(key, models, intervals, doses, record).estimate(levels)


def _untold(key: str, levels: Sequence[Concentration], reason: str) -> DrugExposure:
    kept = tuple(MeasuredLevel(concentration=level, remark=reason.rstrip(".")) for level in levels)
    return DrugExposure(drug=key, levels=kept, untold=reason)


def _last_moment(record: PatientRecord) -> Moment | None:
    """Give the last moment at which something was measured: a drug without an end was taken until then."""
    moments = [item.when for item in record.measurements if item.when is not None]
    moments += [lab.when for lab in record.labs or ()]
    moments += [level.when for level in record.concentrations if level.when is not None]
    return max(moments, key=lambda when: when.order, default=None)


@dataclass(frozen=True, slots=True)
class _Placed:
    """A measured concentration in the unit of the models, on the axis of the doses; or why it is not."""

    level: Concentration
    value: float | None
    observation: Observation | None
    remark: str = ""


@dataclass(frozen=True, slots=True)
class _Drug:
    """One drug with everything its estimate is made from."""

    key: str
    models: tuple[PopulationModel, ...]
    intervals: Sequence[DoseInterval]
    doses: Administrations
    record: PatientRecord

    def estimate(self, levels: Sequence[Concentration]) -> DrugExposure:
        placed = [self._place(level) for level in levels]
        usable = [one.observation for one in placed if one.observation is not None]
        covariates = [read_covariates(model, self._evidence()) for model in self.models]
        simulated: list[PatientLevels] = []
        predicted: list[FloatArray] = []
        told: list[ModelExposure] = []
        for model, used in zip(self.models, covariates, strict=True):
            given = {one.key: one.value for one in used}
            deviates = draw_deviates(model, PATIENTS, seed=SEED)
            simulated.append(simulate_levels(model, given, deviates, self.doses))
            expected = predict_observations(model, given, deviates, self.doses, usable)
            predicted.append(scatter(model, expected, seed=SEED))
            told.append(self._told(model, used, simulated[-1], usable))
        return DrugExposure(
            drug=self.key,
            analyte=self.models[0].analyte,
            unit=self.models[0].unit,
            models=tuple(told),
            pooled=summarise_levels(simulated),
            course=_troughs(simulated),
            levels=_measured(placed, np.concatenate(predicted)),
            cautions=_cautions(self.models, told),
        )

    def _evidence(self) -> Evidence:
        order = float(self.doses.times_h[-1]) / 24.0
        counted = self.intervals[0].start.week is not None
        at = Moment(week=order / 7.0) if counted else Moment(date=Date.fromordinal(int(order)))
        record = self.record
        return Evidence(person=record.person, labs=record.labs or (), measurements=record.measurements, at=at)

    def _place(self, level: Concentration) -> _Placed:
        """Turn a concentration into the unit of the models and find its place among the doses."""
        unit = self.models[0].unit
        if level.value is None:
            words = (
                "below the limit of quantification, which is not given" if level.below_limit else "no number"
            )
            return _Placed(level, None, None, words)
        try:
            value = convert(level.value, level.unit, unit)
        except UnitError:
            return _Placed(level, None, None, f"'{level.unit or 'no unit'}' cannot be turned into {unit}")
        if value <= 0.0:
            remark = "zero is not a measurement; write the limit of quantification, such as <25"
            return _Placed(level, value, None, remark)
        place = place_observation(level, value, self.doses)
        if isinstance(place, str):
            return _Placed(level, value, None, place)
        return _Placed(level, value, place)

    def _told(
        self,
        model: PopulationModel,
        used: tuple[CovariateUsed, ...],
        simulated: PatientLevels,
        usable: Sequence[Observation],
    ) -> ModelExposure:
        given = {one.key: one.value for one in used}
        typical = simulate_levels(model, given, typical_deviates(model), self.doses)
        told = ModelExposure(
            key=model.key,
            label=model.label,
            people=model.people,
            covariates=used,
            typical=(float(typical.trough[0]), float(typical.peak[0]), float(typical.auc24[0])),
            patients=summarise_levels([simulated]),
            assumptions=model.assumptions,
            source=tuple(str(source) for source in model.source),
        )
        if not usable:
            return told
        found = estimate_individual(model, given, self.doses, usable)
        draws = simulate_levels(model, given, found.draws, self.doses)
        return replace(
            told,
            individual=estimate_levels(draws),
            clearance=_clearance(model, given, found.draws),
        )


def _clearance(model: PopulationModel, given: dict[str, float], draws: FloatArray) -> Band:
    """Give the apparent clearance of one patient: that of the model, over the patient's own availability."""
    typical = model.typical(given)
    names = model.variability.parameters
    exponent = np.zeros(len(draws))
    for name, sign in (("clearance", 1.0), ("bioavailability", -1.0)):
        if name in names:
            exponent = exponent + sign * draws[:, names.index(name)]
    apparent = typical["clearance"] / typical.get("bioavailability", 1.0) * np.exp(exponent)
    return estimate_of(np.asarray(apparent))


def _troughs(simulated: Sequence[PatientLevels]) -> tuple[TroughPoint, ...]:
    """Give the troughs over the course; of a long one the lowest of each stretch, so that no gap is passed over."""
    middles = np.stack([np.median(one.troughs, axis=1) for one in simulated], axis=1)
    count = len(middles)
    every = -(-count // MOST_POINTS)
    stretches = (range(first, min(first + every, count)) for first in range(0, count, every))
    chosen = [min(stretch, key=lambda place: float(middles[place].mean())) for stretch in stretches]
    return tuple(
        TroughPoint(
            week=round(float(simulated[0].weeks[place]), 3),
            pooled=band(np.concatenate([one.troughs[place] for one in simulated]), NINE_IN_TEN),
            by_model=tuple(float(f"{middle:.4g}") for middle in middles[place]),
        )
        for place in chosen
    )


def _measured(placed: Sequence[_Placed], predicted: FloatArray) -> tuple[MeasuredLevel, ...]:
    found, column = [], 0
    for one in placed:
        expected, remark = None, one.remark
        if one.observation is not None:
            expected = band(predicted[:, column], NINE_IN_TEN)
            remark = _beside(one.observation, expected)
            column += 1
        found.append(
            MeasuredLevel(
                concentration=one.level,
                value=one.value,
                predicted=expected,
                used=one.observation is not None,
                remark=remark,
            )
        )
    return tuple(found)


def _beside(observation: Observation, expected: Band) -> str:
    """Say where a measured concentration lies outside what is expected of nine in ten patients."""
    if observation.value < expected.low:
        return (
            "lies below what is expected of nine in ten patients on these doses: doses may have been missed"
        )
    if observation.value > expected.high and not observation.below:
        return "lies above what is expected of nine in ten patients on these doses"
    return ""


def _plain(number: float) -> str:
    return f"{number:.0f}" if number >= 100.0 else f"{number:.3g}"


def _cautions(models: Sequence[PopulationModel], told: Sequence[ModelExposure]) -> tuple[str, ...]:
    """Say what must be known before the numbers are used."""
    found = []
    lung = any(model.lung_disease for model in models)
    tissue = any(model.connective_tissue_disease for model in models)
    one = len(models) == 1
    which = "This model was" if one else "None of these models was"
    if not lung and not tissue:
        found.append(
            f"{which}{' not' if one else ''} built in patients with interstitial lung disease or connective-tissue "
            "disease."
        )
    elif not tissue:
        found.append(f"{which}{' not' if one else ''} built in patients with connective-tissue disease.")
    elif not lung:
        found.append(f"{which}{' not' if one else ''} built in patients with interstitial lung disease.")
    found += dict.fromkeys(caution for model in models for caution in model.cautions)
    if not one:
        troughs = [model.typical[0] for model in told]
        found.append(
            f"The models disagree: for the same typical patient the trough is {_plain(min(troughs))} to "
            f"{_plain(max(troughs))} {models[0].unit}. No single one of them is to be believed."
        )
    found.append("The hours at which doses were taken are not recorded; regular hours are supposed.")
    return tuple(found)
