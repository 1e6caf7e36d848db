"""Clinically meaningful progression of ILD in connective tissue disease (OMERACT; Khanna, J Rheumatol 2015)."""

from breathline.model.criterion import Period
from breathline.sources import Source
from breathline.verdict.disease import names_no_ctd
from breathline.verdict.limits import Towards
from breathline.verdict.omeract import changed
from breathline.verdict.reading import YEAR_DAYS, Pairing, Window
from breathline.verdict.rule import Case, Presumption, Rule, criterion_of

RULE = Rule(
    key="omeract_ctd_ild",
    title="Progression of CTD-ILD (OMERACT)",
    printed="Clinically meaningful progression for CTD-ILD: ≥ 10 % relative decline in FVC, or ≥ 5 % to < 10 % "
    "relative decline in FVC and ≥ 15 % relative decline in DLCO.",
    source=Source("khanna_2015", "abstract"),
    window=Window(
        printed="24 months, as the publication prints none", days=2 * YEAR_DAYS, pairing=Pairing.ANY_TWO
    ),
    cases=(
        Case(
            label="met",
            statement="Clinically meaningful progression of CTD-ILD.",
            condition=changed(Towards.FALL),
        ),
        Case(label="not_met", statement="No clinically meaningful progression of CTD-ILD."),
    ),
    periods=(Period.BEFORE, Period.ON),
    presumes=(Presumption(printed="ILD of a connective tissue disease", against=names_no_ctd),),
)

CRITERION = criterion_of(RULE)
