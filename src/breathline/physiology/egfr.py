"""Estimated glomerular filtration rate, CKD-EPI 2021 (Inker, N Engl J Med 2021)."""

from __future__ import annotations

import numpy as np

from breathline.physiology.formula import Formula
from breathline.physiology.inputs import FloatArray, Input, People
from breathline.sources import Source


def _egfr(people: People) -> FloatArray:
    men = people["male"] == 1.0
    ratio = people["creatinine"] / np.where(men, 0.9, 0.7)
    low = np.minimum(ratio, 1.0) ** np.where(men, -0.302, -0.241)
    high = np.maximum(ratio, 1.0) ** -1.2
    return 142.0 * low * high * 0.9938 ** people["age_years"] * np.where(men, 1.0, 1.012)


EGFR = Formula(
    key="egfr_ckd_epi_2021",
    label="eGFR, CKD-EPI 2021",
    unit="mL/min/1.73m2",
    inputs=(
        Input(name="creatinine", low=0.1, high=20, unit="mg/dL"),
        Input(name="age_years", low=18, high=110, unit="years"),
    ),
    printed="142 · min(Scr/κ, 1)^α · max(Scr/κ, 1)^−1.200 · 0.9938^age · 1.012 in women; κ 0.7 and α −0.241 in "
    "women, κ 0.9 and α −0.302 in men; Scr [mg/dL]",
    source=Source("inker_2021", "as the National Kidney Foundation prints it"),
    formula=_egfr,
    by_sex=True,
    description="For adults, with creatinine measured by a standardised method, and stable kidney function.",
)
