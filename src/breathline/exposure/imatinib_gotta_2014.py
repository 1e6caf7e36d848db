"""Imatinib in adults with chronic myeloid leukaemia in routine care (Gotta, Leuk Res 2014)."""

from __future__ import annotations

from collections.abc import Mapping

from breathline.exposure import imatinib
from breathline.exposure.population import Covariate, PopulationModel, Residual, Variability
from breathline.sources import Source


def _typical(covariates: Mapping[str, float]) -> Mapping[str, float]:
    """CL/F = 17.3 (1 − 0.152 F)(1 + θ (A − 40)), V/F 430 L.

    With F = 1 in women and age A [years]; θ is 0.00475 below 40 years and −0.00566 from there on.
    """
    A, F = covariates["age_years"], covariates["female"]
    slope = 0.00475 if A < 40.0 else -0.00566
    return {"clearance": 17.3 * (1.0 - 0.152 * F) * (1.0 + slope * (A - 40.0)), "volume": 430.0}


MODEL = PopulationModel(
    key="imatinib_gotta_2014",
    label="Imatinib, Gotta 2014",
    drug="imatinib",
    analyte="imatinib",
    unit="ng/mL",
    covariates=(
        Covariate(key="age_years", reference=40.0, plausible=(18.0, 91.0)),
        Covariate(key="female", reference=0.0, plausible=(0.0, 1.0)),
    ),
    typical=_typical,
    duration_h=3.1,
    variability=Variability(
        parameters=("clearance", "volume"),
        covariance=((0.376**2, 0.73 * 0.376 * 0.504), (0.73 * 0.376 * 0.504, 0.504**2)),
    ),
    residual=Residual(proportional=0.292, additive=82.8),
    people="2478 adults with chronic myeloid leukaemia in routine care, 4095 concentrations",
    source=(
        Source("gotta_2014", verified=False),
        imatinib.secondary(
            "all numbers; that the residual error differs between patients (36.2 %) is left out"
        ),
    ),
    cautions=imatinib.BINDING,
    description="The largest of the five, and the only one with age and sex.",
)
