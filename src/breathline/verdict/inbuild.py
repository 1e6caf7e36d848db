"""Progression before entry into the INBUILD trial (Flaherty, N Engl J Med 2019)."""

from breathline.model.criterion import Period
from breathline.sources import Source
from breathline.verdict.changes import Moved
from breathline.verdict.conditions import all_of, any_of
from breathline.verdict.disease import names_ipf
from breathline.verdict.imaging import more_fibrosis
from breathline.verdict.limits import Counted, Limit, Towards, at_least, less_than
from breathline.verdict.reading import YEAR_DAYS, Pairing, Window
from breathline.verdict.rule import Case, Presumption, Rule, criterion_of
from breathline.verdict.symptoms import worse_symptoms


def _fall(printed: str, *limits: Limit) -> Moved:
    return Moved(
        printed=printed, measure="fvc", counted=Counted.RELATIVE, towards=Towards.FALL, limits=limits
    )


LARGE = _fall("Relative decline in FVC ≥ 10 %", at_least(10.0))
SMALLER = _fall("Relative decline in FVC ≥ 5–< 10 %", at_least(5.0), less_than(10.0))
SYMPTOMS = worse_symptoms("Worsening of respiratory symptoms")
FIBROSIS = more_fibrosis("Increased extent of fibrosis on HRCT")

RULE = Rule(
    key="inbuild",
    title="Progression as in INBUILD",
    printed="Within 24 months despite management: relative decline in FVC ≥ 10 % predicted; or relative decline in "
    "FVC ≥ 5–< 10 % predicted combined with worsening of respiratory symptoms; or the same combined with increased "
    "extent of fibrosis on HRCT; or worsened respiratory symptoms and increased extent of fibrosis on HRCT.",
    source=Source("flaherty_2019", "inclusion criteria", note="as printed in reviews of the trial"),
    window=Window(printed="24 months", days=2 * YEAR_DAYS, pairing=Pairing.ANY_TWO),
    cases=(
        Case(
            label="met",
            statement="Progression as in INBUILD within 24 months.",
            condition=any_of(
                "At least one of the four",
                LARGE,
                all_of("FVC ≥ 5–< 10 % combined with symptoms", SMALLER, SYMPTOMS),
                all_of("FVC ≥ 5–< 10 % combined with fibrosis", SMALLER, FIBROSIS),
                all_of("Symptoms and fibrosis only", SYMPTOMS, FIBROSIS),
            ),
        ),
        Case(label="not_met", statement="None of the four ways to progress is met within 24 months."),
    ),
    periods=(Period.BEFORE, Period.ON),
    presumes=(
        Presumption(printed="Fibrosing ILD other than IPF", against=names_ipf, binding=True),
        Presumption(printed="Despite management as in clinical practice"),
    ),
    note="The trial counted the decline on FVC as percent of predicted. It is counted on the volume here, which "
    "falls a little more, because the predicted value falls with age (about 1 % a year).",
)

CRITERION = criterion_of(RULE)
