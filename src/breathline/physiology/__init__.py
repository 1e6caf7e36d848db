"""Quantities that follow from others: oxygen, body size, kidney; one line each here.

A *reference equation* (`breathline.equations`) says what a healthy person has; a *formula* here turns what was
measured into something else.
"""

from breathline.physiology import body, dlco_haemoglobin, egfr, oxygen
from breathline.physiology.formula import Formula, calculate, calculate_arrays
from breathline.physiology.inputs import Input
from breathline.registry import Registry

FORMULAS: Registry[Formula] = Registry("formula", "breathline.physiology")

for _formula in (
    oxygen.ALVEOLAR_OXYGEN,
    oxygen.AA_GRADIENT,
    oxygen.PAO2_FIO2,
    oxygen.BAROMETRIC_PRESSURE,
    dlco_haemoglobin.DLCO_HAEMOGLOBIN,
    egfr.EGFR,
    body.BMI,
    body.BSA_MOSTELLER,
    body.BSA_DU_BOIS,
):
    FORMULAS.add(_formula.key, _formula)

__all__ = ["FORMULAS", "Formula", "Input", "calculate", "calculate_arrays"]
