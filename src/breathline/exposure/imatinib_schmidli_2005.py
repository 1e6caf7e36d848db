"""Imatinib in adults with chronic myeloid leukaemia (Schmidli, Br J Clin Pharmacol 2005)."""

from __future__ import annotations

from collections.abc import Mapping

from breathline.exposure import imatinib
from breathline.exposure.population import Covariate, PopulationModel, Residual, Variability
from breathline.sources import Source


def _typical(covariates: Mapping[str, float]) -> Mapping[str, float]:
    """CL/F = (13.8 − 3.18) (W/80)^0.301 (Hb/13)^0.897 (WBC/16)^−0.105 and the like for V/F, from day 29 on.

    With weight W [kg], haemoglobin Hb [g/dL] and white cells WBC [10⁹/L].
    """
    W = covariates["weight_kg"] / 80.0
    Hb = covariates["hb_g_dl"] / 13.0
    WBC = covariates["wbc_10_9_l"] / 16.0
    return {
        "clearance": (13.8 - 3.18) * W**0.301 * Hb**0.897 * WBC**-0.105,
        "volume": (252.0 - 7.82) * W**0.405 * Hb**0.676 * WBC**-0.07,
    }


MODEL = PopulationModel(
    key="imatinib_schmidli_2005",
    label="Imatinib, Schmidli 2005",
    drug="imatinib",
    analyte="imatinib",
    unit="ng/mL",
    covariates=(
        Covariate(key="weight_kg", reference=80.0, plausible=(30.0, 200.0)),
        Covariate(key="hb_g_dl", reference=13.0, plausible=(4.0, 22.0)),
        Covariate(key="wbc_10_9_l", reference=16.0, plausible=(0.5, 300.0)),
    ),
    typical=_typical,
    duration_h=1.5,
    variability=Variability(
        parameters=("clearance", "volume"), covariance=((0.319**2, 0.071), (0.071, 0.314**2))
    ),
    residual=Residual(proportional=0.26, additive=249.0),
    people="371 adults with chronic myeloid leukaemia, 1930 concentrations",
    assumptions=imatinib.LATE,
    source=(
        Source("schmidli_2005", verified=False),
        imatinib.secondary("all numbers"),
    ),
    cautions=imatinib.BINDING,
    description="Its centre for white cells, 16·10⁹/L, is that of untreated leukaemia.",
)
