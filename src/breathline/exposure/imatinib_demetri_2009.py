"""Imatinib in adults with gastrointestinal stromal tumour (Demetri, J Clin Oncol 2009)."""

from __future__ import annotations

from collections.abc import Mapping

from breathline.exposure import imatinib
from breathline.exposure.population import Covariate, PopulationModel, Residual, Variability
from breathline.sources import Source


def _typical(covariates: Mapping[str, float]) -> Mapping[str, float]:
    """CL/F = 8.18 (ALB/38.3)^1.66 (WBC/7)^−0.418, V/F = (168 + 58.5) and the same covariates, from day 29 on.

    With albumin ALB [g/L] and white cells WBC [10⁹/L].
    """
    shared = (covariates["albumin_g_l"] / 38.3) ** 1.66 * (covariates["wbc_10_9_l"] / 7.0) ** -0.418
    return {"clearance": 8.18 * shared, "volume": (168.0 + 58.5) * shared}


MODEL = PopulationModel(
    key="imatinib_demetri_2009",
    label="Imatinib, Demetri 2009",
    drug="imatinib",
    analyte="imatinib",
    unit="ng/mL",
    covariates=(
        Covariate(key="albumin_g_l", reference=38.3, plausible=(10.0, 60.0)),
        Covariate(key="wbc_10_9_l", reference=7.0, plausible=(0.5, 300.0)),
    ),
    typical=_typical,
    duration_h=1.69,
    variability=Variability(
        parameters=("clearance", "volume"), covariance=((0.346**2, 0.119), (0.119, 0.357**2))
    ),
    residual=Residual(proportional=0.349, additive=4.0),
    people="73 adults with gastrointestinal stromal tumour",
    assumptions=imatinib.LATE,
    source=(
        Source("demetri_2009", verified=False),
        imatinib.secondary(
            "all numbers; it prints the same exponents for clearance and volume, which is suspicious for volume"
        ),
    ),
    cautions=imatinib.BINDING,
    description="Albumin weighs heavily in it: a third less albumin gives half the clearance.",
)
