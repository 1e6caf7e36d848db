"""Imatinib in adults with gastrointestinal stromal tumour or leukaemia (Widmer, Br J Clin Pharmacol 2006)."""

from __future__ import annotations

from collections.abc import Mapping

from breathline.exposure import imatinib
from breathline.exposure.population import PopulationModel, Residual, Variability
from breathline.sources import Source


def _typical(covariates: Mapping[str, float]) -> Mapping[str, float]:
    """CL/F 14.3 L/h, V/F 347 L, ka 0.61/h: the base model, without α1-acid glycoprotein."""
    del covariates
    return {"clearance": 14.3, "volume": 347.0, "absorption": 0.61}


MODEL = PopulationModel(
    key="imatinib_widmer_2006",
    label="Imatinib, Widmer 2006",
    drug="imatinib",
    analyte="imatinib",
    unit="ng/mL",
    covariates=(),
    typical=_typical,
    variability=Variability(parameters=("clearance", "volume"), covariance=((0.36**2, 0.0), (0.0, 0.63**2))),
    residual=Residual(proportional=0.31),
    people="59 adults with gastrointestinal stromal tumour or leukaemia, 321 concentrations",
    assumptions=("α1-acid glycoprotein: left out, because the base model of the publication is used",),
    source=(
        Source("widmer_2006", "abstract: CL/F 14.3 L/h, V/F 347 L, 36 % and 63 % between patients"),
        imatinib.secondary("ka and residual error"),
    ),
    cautions=imatinib.BINDING,
    description="The publication also has a model with α1-acid glycoprotein, which is not used here.",
)
