"""Mycophenolic acid after mycophenolate mofetil in lupus nephritis (Mizaki, J Pharm Health Care Sci 2023)."""

from __future__ import annotations

from collections.abc import Mapping

from breathline.exposure.population import Covariate, PopulationModel, Residual, Variability, variance_of
from breathline.sources import Source

MEDIAN_CLEARANCE_ML_MIN = 6.2 * 1000.0 / 60.0
"""Creatinine clearance at which the model is centred, 6.2 L/h [mL/min]."""


def _typical(covariates: Mapping[str, float]) -> Mapping[str, float]:
    """CL/F = 13.15 (CLcr/6.2)^0.78 (ALB/36)^−0.88; V/F 22.95 L, Q/F 26.44 L/h, V2/F 336.03 L, ka 2.98/h.

    With creatinine clearance CLcr [L/h] after Cockcroft and Gault and albumin ALB [g/L]. A chain of six transit
    compartments comes first, with a mean transit time of 0.45 h.
    """
    CLcr = covariates["creatinine_clearance_ml_min"] / MEDIAN_CLEARANCE_ML_MIN
    ALB = covariates["albumin_g_l"] / 36.0
    return {
        "clearance": 13.15 * CLcr**0.78 * ALB**-0.88,
        "volume": 22.95,
        "exchange": 26.44,
        "peripheral": 336.03,
        "absorption": 2.98,
        "transit_time": 0.45,
    }


MODEL = PopulationModel(
    key="mycophenolate_mizaki_2023",
    label="Mycophenolic acid, Mizaki 2023",
    drug="mycophenolate mofetil",
    analyte="mycophenolic acid",
    unit="mg/L",
    covariates=(
        Covariate(
            key="creatinine_clearance_ml_min", reference=MEDIAN_CLEARANCE_ML_MIN, plausible=(5.0, 250.0)
        ),
        Covariate(key="albumin_g_l", reference=36.0, plausible=(10.0, 60.0)),
    ),
    typical=_typical,
    # A dose leaves seven equal steps: the compartment it is put into and the six of the chain.
    transits=7,
    variability=Variability(
        parameters=("volume", "clearance", "transit_time"),
        covariance=(
            (variance_of(0.8696), 0.0, 0.0),
            (0.0, variance_of(0.3223), 0.0),
            (0.0, 0.0, variance_of(0.5850)),
        ),
    ),
    residual=Residual(proportional=0.3409),
    people="34 Japanese adults with lupus nephritis, 302 concentrations",
    connective_tissue_disease=True,
    source=(
        Source(
            "mizaki_2023",
            "Table 2 and Additional file 2",
            verified=False,
            note="numbers read in a transcription of the publication",
        ),
    ),
    description="No return by the bile is in it, so a second peak is not drawn.",
)
