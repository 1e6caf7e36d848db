"""Correction of the transfer factor for haemoglobin (Cotes, 1972, as ATS and ERS recommend it)."""

from __future__ import annotations

import numpy as np

from breathline.physiology.formula import Formula
from breathline.physiology.inputs import FloatArray, Input, People
from breathline.sources import Source

ADOLESCENT_YEARS = 15.0
"""Boys younger than this are corrected like women [years]."""


def _factor(people: People) -> FloatArray:
    hb = people["hb"]
    like_men = (people["male"] == 1.0) & (people["age_years"] >= ADOLESCENT_YEARS)
    return (np.where(like_men, 10.22, 9.38) + hb) / (1.7 * hb)


DLCO_HAEMOGLOBIN = Formula(
    key="dlco_haemoglobin_cotes_1972",
    label="Haemoglobin correction of DLCO, Cotes",
    unit="1",
    inputs=(
        Input(name="hb", low=5, high=22, unit="g/dL"),
        Input(name="age_years", low=5, high=110, unit="years"),
    ),
    printed="DLCO corrected = DLCO · (10.22 + Hb)/(1.7·Hb) in men, DLCO · (9.38 + Hb)/(1.7·Hb) in women and "
    "children under 15, with Hb [g/dL]",
    source=Source(
        "macintyre_2005",
        "adjustment for haemoglobin",
        verified=False,
        note="constants as several calculators print them; reference haemoglobin 14.6 and 13.4 g/dL checked",
    ),
    formula=_factor,
    by_sex=True,
    description="The result is the factor by which a measured DLCO or KCO is multiplied, in either unit "
    "system. It corrects too little in anaemia: by about 2.7 mL/min/mmHg at a haemoglobin of 7 to 12 g/dL "
    "(Marrades, Am J Respir Crit Care Med 1997;155:236). Never compare a corrected value with an uncorrected.",
)
