"""Imatinib in children and adults with solid tumours (Petain, Clin Cancer Res 2008)."""

from __future__ import annotations

from collections.abc import Mapping

from breathline.exposure import imatinib
from breathline.exposure.population import Covariate, PopulationModel, Residual, Variability
from breathline.sources import Source


def _typical(covariates: Mapping[str, float]) -> Mapping[str, float]:
    """CL/F = 7.29 (W/54)^0.56 (AAG/1.13)^−0.65 (ALB/38)^0.66, V/F = 202 (W/54)^0.79 (AAG/1.13)^−1.01, ka 1.03/h.

    With weight W [kg], α1-acid glycoprotein AAG [g/L] and albumin ALB [g/L].
    """
    W = covariates["weight_kg"] / 54.0
    AAG = covariates["aag_g_l"] / 1.13
    ALB = covariates["albumin_g_l"] / 38.0
    return {
        "clearance": 7.29 * W**0.56 * AAG**-0.65 * ALB**0.66,
        "volume": 202.0 * W**0.79 * AAG**-1.01,
        "absorption": 1.03,
    }


MODEL = PopulationModel(
    key="imatinib_petain_2008",
    label="Imatinib, Petain 2008",
    drug="imatinib",
    analyte="imatinib",
    unit="ng/mL",
    covariates=(
        Covariate(key="weight_kg", reference=54.0, plausible=(10.0, 200.0)),
        Covariate(key="aag_g_l", reference=1.13, plausible=(0.2, 6.0)),
        Covariate(key="albumin_g_l", reference=38.0, plausible=(10.0, 60.0)),
    ),
    typical=_typical,
    variability=Variability(
        parameters=("clearance", "absorption"), covariance=((0.19**2, 0.0), (0.0, 0.82**2))
    ),
    residual=Residual(proportional=0.336),
    people="67 patients of 2 to 84 years with solid tumours, 505 concentrations",
    source=(
        Source("petain_2008", verified=False),
        imatinib.secondary("all numbers"),
    ),
    cautions=imatinib.BINDING,
    description="The only one of the five with α1-acid glycoprotein in it.",
)
