"""A published population model: typical parameters from covariates, spread between patients, error of a measurement."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import log

import numpy as np

from breathline.exposure.kernel import FloatArray, Kernel, make_kernel
from breathline.sources import Source
from breathline.units import convert

Typical = Callable[[Mapping[str, float]], Mapping[str, float]]
"""Covariates by key → typical parameters, named as `breathline.exposure.kernel.make_kernel` names them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Covariate:
    """Something about the patient that a model asks for.

    Parameters
    ----------
    key
        One of `breathline.exposure.covariates.KNOWN`.
    reference
        The value at which the publication centres the model. Taken where the record has none, and then named as an
        assumption.
    plausible
        Values outside this range are not put into the model.
    """

    key: str
    reference: float
    plausible: tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Variability:
    """How patients differ: each named parameter is its typical value times e to a normal deviate.

    Parameters
    ----------
    parameters
        Names of the parameters that vary.
    covariance
        Of the deviates, row by row.
    """

    parameters: tuple[str, ...]
    covariance: tuple[tuple[float, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Residual:
    """How a measured concentration scatters about the one predicted for that patient.

    Parameters
    ----------
    proportional
        Standard deviation as a share of the prediction; where `logarithmic`, of the logarithm.
    additive
        Standard deviation in the unit of the model, added to it as variances are.
    logarithmic
        True where the publication fitted logarithms of concentrations.
    """

    proportional: float
    additive: float = 0.0
    logarithmic: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PopulationModel:
    """A population pharmacokinetic model as published.

    Parameters
    ----------
    drug
        Key of the drug given.
    analyte
        What is measured in plasma.
    unit
        Unit of its concentrations.
    typical
        Gives the typical parameters of a patient with these covariates.
    lag_h, duration_h, transits
        Of absorption, the same for all patients; see `breathline.exposure.kernel.Kernel`.
    people
        In whom it was built.
    lung_disease, connective_tissue_disease
        Whether patients with interstitial lung disease, or with connective-tissue disease, were among them.
    assumptions
        What the model asks for and no record gives, and what is taken instead.
    cautions
        What must be known of the drug before a concentration is read.
    source
        The publication, and where the numbers were read.
    """

    key: str
    label: str
    drug: str
    analyte: str
    unit: str
    covariates: tuple[Covariate, ...]
    typical: Typical
    variability: Variability
    residual: Residual
    people: str
    source: tuple[Source, ...]
    lag_h: float = 0.0
    duration_h: float = 0.0
    transits: int = 0
    lung_disease: bool = False
    connective_tissue_disease: bool = False
    assumptions: tuple[str, ...] = ()
    cautions: tuple[str, ...] = ()
    description: str = ""


def variance_of(coefficient_of_variation: float) -> float:
    """Turn a coefficient of variation of a log-normal quantity into the variance of its logarithm.

    >>> round(variance_of(0.491), 3)
    0.216
    """
    return log(1.0 + coefficient_of_variation**2)


def root_of_covariance(model: PopulationModel) -> FloatArray:
    """Give the matrix that turns independent standard deviates into deviates of the model (Cholesky)."""
    return np.asarray(np.linalg.cholesky(np.array(model.variability.covariance, dtype=np.float64)))


def draw_deviates(model: PopulationModel, patients: int, *, seed: int) -> FloatArray:
    """Draw deviates of simulated patients, the same for the same seed; shape (patients, parameters)."""
    root = root_of_covariance(model)
    normal = np.random.default_rng(seed).standard_normal((patients, len(root)))
    return np.asarray(normal @ root.T)


def typical_deviates(model: PopulationModel) -> FloatArray:
    """Give the deviates of the typical patient: none, shape (1, parameters)."""
    return np.zeros((1, len(model.variability.parameters)))


def kernel_of(model: PopulationModel, covariates: Mapping[str, float], deviates: FloatArray) -> Kernel:
    """Give what a milligram does to patients with these covariates and deviates.

    Parameters
    ----------
    covariates
        A value for every covariate of the model.
    deviates
        Shape (patients, parameters that vary).

    Returns
    -------
    Kernel
        Concentrations are in the unit of the model.
    """
    typical = model.typical(covariates)
    parameters = {name: np.full(len(deviates), value) for name, value in typical.items()}
    for name, deviate in zip(model.variability.parameters, deviates.T, strict=True):
        parameters[name] = parameters[name] * np.exp(deviate)
    scale = convert(1.0, "mg/L", model.unit)
    parameters["bioavailability"] = parameters.get("bioavailability", np.ones(len(deviates))) * scale
    return make_kernel(parameters, lag_h=model.lag_h, duration_h=model.duration_h, transits=model.transits)


def reference_covariates(model: PopulationModel) -> Mapping[str, float]:
    """Give the covariates of the patient at whom the publication centres the model."""
    return {covariate.key: covariate.reference for covariate in model.covariates}
