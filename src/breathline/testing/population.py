"""The contract of a population model."""

from __future__ import annotations

import numpy as np

from breathline.exposure.administrations import Administrations
from breathline.exposure.covariates import KNOWN
from breathline.exposure.kernel import concentrations, follow_doses
from breathline.exposure.levels import simulate_levels
from breathline.exposure.models import models_of
from breathline.exposure.population import (
    PopulationModel,
    draw_deviates,
    kernel_of,
    reference_covariates,
    typical_deviates,
)
from breathline.testing.contract import Findings
from breathline.units import UNITS

_CLOSE = 1e-6
_DOSES = 60


def check_population_model(model: PopulationModel) -> None:
    """Check that a population model is consistent with itself.

    Its names, unit and covariates are known, its unit is that of the drug's other models, and its sources are cited;
    its reference lies within what is plausible; at the ends of every plausible range it gives positive parameters; its
    covariance is one; doses add up and double; the area under the concentration at steady state is dose over
    clearance; nothing is there before the first dose; the same seed gives the same patients.

    Raises
    ------
    ContractError
        Naming everything that does not hold.
    """
    found = Findings(f"The population model '{model.key}'")
    found.expect(
        bool(model.label and model.people and model.description), "label, people or description is missing"
    )
    found.expect(bool(model.source), "it names no source")
    for source in model.source:
        found.expect_source(source, "parameters")
    alike = all(
        other.unit == model.unit and other.analyte == model.analyte for other in models_of(model.drug)
    )
    found.expect(alike, "another model of the drug has another unit or analyte, so they cannot be pooled")
    known = found.expect(model.unit in UNITS, f"the unit '{model.unit}' is not known")
    if known and _check_covariates(model, found) and _check_variability(model, found):
        _check_curve(model, found)
    found.finish()


def _check_covariates(model: PopulationModel, found: Findings) -> bool:
    strange = [covariate.key for covariate in model.covariates if covariate.key not in KNOWN]
    if not found.expect(not strange, f"nothing reads the covariates {strange}"):
        return False
    reference = dict(reference_covariates(model))
    sound = True
    for covariate in model.covariates:
        low, high = covariate.plausible
        sound &= found.expect(
            low <= covariate.reference <= high, f"the reference of '{covariate.key}' is not plausible"
        )
        for end in (low, high):
            typical = model.typical({**reference, covariate.key: end})
            good = all(np.isfinite(value) and value > 0.0 for value in typical.values())
            sound &= found.expect(good, f"{covariate.key} = {end:g} gives {dict(typical)}")
    return sound


def _check_variability(model: PopulationModel, found: Findings) -> bool:
    covariance = np.array(model.variability.covariance)
    typical = model.typical(reference_covariates(model))
    sound = found.expect(
        all(name in typical for name in model.variability.parameters),
        "a parameter varies that it does not have",
    )
    size = len(model.variability.parameters)
    shaped = covariance.shape == (size, size) and bool(np.allclose(covariance, covariance.T))
    sound &= found.expect(
        shaped and bool(np.linalg.eigvalsh(covariance).min() > 0.0), "its covariance is none"
    )
    sound &= found.expect(
        model.residual.proportional > 0.0 or model.residual.additive > 0.0, "it has no residual error"
    )
    return sound


def _check_curve(model: PopulationModel, found: Findings) -> None:
    covariates = reference_covariates(model)
    kernel = kernel_of(model, covariates, typical_deviates(model))
    times = [24.0 * number for number in range(_DOSES)]
    end = 24.0 * _DOSES
    intervals = follow_doses(kernel, times, [100.0] * _DOSES, end)
    typical = model.typical(covariates)
    scale = float(intervals.auc[-1, 0]) * typical["clearance"] / typical.get("bioavailability", 1.0) / 100.0
    per_litre = UNITS["mg/L"].factor / UNITS[model.unit].factor
    found.expect(abs(scale / per_litre - 1.0) < 1e-3, "the area at steady state is not dose over clearance")
    once = concentrations(kernel, times, [100.0] * _DOSES, [end])[0, 0]
    twice = concentrations(kernel, times, [200.0] * _DOSES, [end])[0, 0]
    found.expect(abs(twice / once - 2.0) < _CLOSE, "twice the dose does not give twice the concentration")
    single = sum(concentrations(kernel, [time], [100.0], [end])[0, 0] for time in times)
    found.expect(abs(single / once - 1.0) < _CLOSE, "doses do not add up")
    before = concentrations(kernel, times, [100.0] * _DOSES, [-1.0])[0, 0]
    found.expect(before == 0.0, "something is there before the first dose")
    found.expect(bool((intervals.peak >= intervals.trough).all()), "a trough lies above its peak")
    doses = Administrations(times_h=np.array(times), amounts_mg=np.full(_DOSES, 100.0), end_h=end)
    draws = [simulate_levels(model, covariates, draw_deviates(model, 20, seed=1), doses) for _ in range(2)]
    found.expect(bool((draws[0].trough == draws[1].trough).all()), "the same seed gives other patients")
    found.expect(bool((draws[0].trough > 0.0).all()), "a simulated patient has no trough")
