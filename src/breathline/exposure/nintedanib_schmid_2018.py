"""Nintedanib in lung cancer and idiopathic pulmonary fibrosis (Schmid, Cancer Chemother Pharmacol 2018)."""

from __future__ import annotations

from collections.abc import Mapping

from breathline.exposure.population import Covariate, PopulationModel, Residual, Variability, variance_of
from breathline.sources import Source


def _typical(covariates: Mapping[str, float]) -> Mapping[str, float]:
    """CL/F = 897 (W/71.5)^0.619, V/F 465 L, ka 0.0376 × 2.20/h, F = (1 + 0.00959 (A − 62)) × 0.794 in smokers.

    With weight W [kg] and age A [years]. Absorption and availability are those of the trial in fibrosis.
    """
    older = 1.0 + 0.00959 * (covariates["age_years"] - 62.0)
    smoking = 0.794 ** covariates["current_smoker"]
    return {
        "clearance": 897.0 * (covariates["weight_kg"] / 71.5) ** 0.619,
        "volume": 465.0,
        "absorption": 0.0376 * 2.20,
        "bioavailability": older * smoking,
    }


MODEL = PopulationModel(
    key="nintedanib_schmid_2018",
    label="Nintedanib, Schmid 2018",
    drug="nintedanib",
    analyte="nintedanib",
    unit="ng/mL",
    covariates=(
        Covariate(key="weight_kg", reference=71.5, plausible=(35.0, 150.0)),
        Covariate(key="age_years", reference=62.0, plausible=(18.0, 95.0)),
        Covariate(key="current_smoker", reference=0.0, plausible=(0.0, 1.0)),
    ),
    typical=_typical,
    lag_h=0.417,
    variability=Variability(
        parameters=("bioavailability", "absorption", "volume"),
        covariance=(
            (variance_of(0.491), 0.0, 0.0),
            (0.0, variance_of(0.324), 0.0),
            (0.0, 0.0, variance_of(1.19)),
        ),
    ),
    residual=Residual(proportional=0.526, logarithmic=True),
    people="1191 adults with lung cancer (849) or idiopathic pulmonary fibrosis (342), 5611 concentrations",
    lung_disease=True,
    assumptions=(
        "origin: availability of white, black and other Asian patients; it is a third higher in Indian, Chinese and "
        "Taiwanese, a fifth lower in Korean patients",
    ),
    source=(
        Source(
            "schmid_2018",
            "Table 3",
            verified=False,
            note="numbers read in a transcription of the publication",
        ),
    ),
    description="One of its four trials, TOMORROW, was in idiopathic pulmonary fibrosis.",
)
