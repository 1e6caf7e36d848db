"""Expected values in health: one file a publication, one line each here."""

from breathline.equations import (
    camarri_2006_walk,
    casanova_2011_walk,
    cazzoletti_2022_walk,
    cerveri_1995_pao2,
    crapo_1999_pao2,
    enright_1998_walk,
    enright_2003_walk,
    expected_gradient,
    gibbons_2001_walk,
    gli_2012_spirometry,
    gli_2017_dlco,
    gli_2021_lung_volumes,
    gli_2022_global_spirometry,
    sorbini_1968_pao2,
    troosters_1999_walk,
)
from breathline.equations.equation import (
    Input,
    ReferenceEquation,
    Screened,
    StandardisedArrays,
    expected_arrays,
    predict,
    predict_arrays,
    screen_arrays,
)
from breathline.registry import Registry

EQUATIONS: Registry[ReferenceEquation] = Registry("reference equation", "breathline.equations")

for _equation in (
    gli_2022_global_spirometry.FVC,
    gli_2022_global_spirometry.FEV1,
    gli_2022_global_spirometry.FEV1_FVC,
    *gli_2012_spirometry.FVC,
    *gli_2012_spirometry.FEV1,
    *gli_2012_spirometry.FEV1_FVC,
    gli_2017_dlco.DLCO,
    gli_2017_dlco.TLCO,
    gli_2017_dlco.KCO,
    gli_2017_dlco.KCO_SI,
    gli_2017_dlco.VA,
    gli_2021_lung_volumes.TLC,
    gli_2021_lung_volumes.FRC,
    gli_2021_lung_volumes.RV,
    gli_2021_lung_volumes.RV_TLC,
    gli_2021_lung_volumes.ERV,
    gli_2021_lung_volumes.IC,
    gli_2021_lung_volumes.VC,
    enright_1998_walk.WALK,
    troosters_1999_walk.WALK,
    gibbons_2001_walk.WALK,
    casanova_2011_walk.WALK,
    enright_2003_walk.WALK,
    camarri_2006_walk.WALK,
    cazzoletti_2022_walk.WALK,
    cerveri_1995_pao2.PAO2,
    crapo_1999_pao2.PAO2,
    sorbini_1968_pao2.PAO2,
    expected_gradient.MELLEMGAARD,
    expected_gradient.QUARTER_OF_AGE,
):
    EQUATIONS.add(_equation.key, _equation)

QUANTITIES = {
    "fev1_fvc": "FEV1/FVC",
    "va": "alveolar volume",
    "frc": "functional residual capacity",
    "rv": "residual volume",
    "rv_tlc": "RV/TLC",
    "erv": "expiratory reserve volume",
    "ic": "inspiratory capacity",
    "vc": "vital capacity",
}
"""What equations speak of besides the outcome measures: supporting quantities of the same reports."""

__all__ = [
    "EQUATIONS",
    "QUANTITIES",
    "Input",
    "ReferenceEquation",
    "Screened",
    "StandardisedArrays",
    "expected_arrays",
    "predict",
    "predict_arrays",
    "screen_arrays",
]
