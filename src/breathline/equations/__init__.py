"""Expected values in health: one file a publication, one line each here."""

from breathline.equations import (
    enright_1998_walk,
    gli_2017_dlco,
    gli_2022_global_spirometry,
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
    gli_2017_dlco.DLCO,
    gli_2017_dlco.TLCO,
    gli_2017_dlco.KCO,
    gli_2017_dlco.KCO_SI,
    enright_1998_walk.WALK,
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
