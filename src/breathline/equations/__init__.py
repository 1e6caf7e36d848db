"""Expected values in health: one file a publication, one line each here."""

from breathline.equations import (
    cerveri_1995_pao2,
    enright_1998_walk,
    gibbons_2001_walk,
    gli_2012_spirometry,
    gli_2017_dlco,
    gli_2021_lung_volumes,
    gli_2022_global_spirometry,
    troosters_1999_walk,
)
from breathline.equations.equation import (
    Input,
    ReferenceEquation,
    StandardisedArrays,
    predict,
    predict_arrays,
)
from breathline.registry import Registry

EQUATIONS: Registry[ReferenceEquation] = Registry("reference equation", "breathline.equations")

for _equation in (
    gli_2022_global_spirometry.FVC,
    gli_2022_global_spirometry.FEV1,
    gli_2012_spirometry.FVC,
    gli_2012_spirometry.FEV1,
    gli_2017_dlco.DLCO,
    gli_2017_dlco.TLCO,
    gli_2017_dlco.KCO,
    gli_2017_dlco.KCO_SI,
    gli_2021_lung_volumes.TLC,
    enright_1998_walk.WALK,
    troosters_1999_walk.WALK,
    gibbons_2001_walk.WALK,
    cerveri_1995_pao2.PAO2,
):
    EQUATIONS.add(_equation.key, _equation)

__all__ = [
    "EQUATIONS",
    "Input",
    "ReferenceEquation",
    "StandardisedArrays",
    "predict",
    "predict_arrays",
]
