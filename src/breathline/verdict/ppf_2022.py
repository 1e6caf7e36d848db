"""Progressive pulmonary fibrosis (ATS/ERS/JRS/ALAT guideline 2022, table 4)."""

from breathline.model.criterion import Period
from breathline.sources import Source
from breathline.verdict.changes import Moved
from breathline.verdict.conditions import SomeOf, any_of
from breathline.verdict.disease import names_ipf
from breathline.verdict.imaging import progression_on_imaging
from breathline.verdict.limits import Counted, Towards, at_least
from breathline.verdict.reading import YEAR_DAYS, Pairing, Window
from breathline.verdict.rule import Case, Presumption, Rule, criterion_of
from breathline.verdict.symptoms import worse_symptoms

FVC = Moved(
    printed="Absolute decline in FVC ≥ 5 % predicted within 1 yr of follow-up",
    measure="fvc",
    counted=Counted.PERCENT_PREDICTED,
    towards=Towards.FALL,
    limits=(at_least(5.0),),
)

DLCO = Moved(
    printed="Absolute decline in DLCO (corrected for Hb) ≥ 10 % predicted within 1 yr of follow-up",
    measure="dlco",
    counted=Counted.PERCENT_PREDICTED,
    towards=Towards.FALL,
    limits=(at_least(10.0),),
    corrected=True,
)

RULE = Rule(
    key="ppf_2022",
    title="Progressive pulmonary fibrosis (ATS/ERS/JRS/ALAT 2022)",
    printed="In a patient with ILD of known or unknown etiology other than IPF who has radiological evidence of "
    "pulmonary fibrosis, PPF is defined as at least two of the following three criteria occurring within the past "
    "year with no alternative explanation: worsening respiratory symptoms; physiological evidence of disease "
    "progression; radiological evidence of disease progression.",
    source=Source("raghu_2022", "table 4"),
    window=Window(printed="within the past year", days=YEAR_DAYS, pairing=Pairing.ANY_TWO),
    cases=(
        Case(
            label="met",
            statement="Progressive pulmonary fibrosis: at least two of the three criteria are met within a year.",
            condition=SomeOf(
                printed="At least two of the three criteria",
                count=2,
                parts=(
                    worse_symptoms("Worsening respiratory symptoms"),
                    any_of(
                        "Physiological evidence of disease progression (either of the following)", FVC, DLCO
                    ),
                    progression_on_imaging(
                        "Radiological evidence of disease progression (one or more of the following)"
                    ),
                ),
            ),
        ),
        Case(label="not_met", statement="Fewer than two of the three criteria are met within a year."),
    ),
    periods=(Period.BEFORE, Period.ON),
    presumes=(
        Presumption(printed="ILD other than IPF", against=names_ipf, binding=True),
        Presumption(printed="Radiological evidence of pulmonary fibrosis"),
        Presumption(printed="No alternative explanation of the worsening, which a physician must exclude"),
    ),
)

CRITERION = criterion_of(RULE)
