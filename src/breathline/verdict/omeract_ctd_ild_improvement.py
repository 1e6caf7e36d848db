"""The mirror image of the OMERACT rule of progression: a convention, not endorsed by the publication."""

from breathline.model.criterion import Period
from breathline.sources import Source
from breathline.verdict.disease import names_no_ctd
from breathline.verdict.limits import Towards
from breathline.verdict.omeract import changed
from breathline.verdict.reading import AGAINST_BASELINE
from breathline.verdict.rule import Case, Presumption, Rule, criterion_of

RULE = Rule(
    key="omeract_ctd_ild_improvement",
    title="Improvement of CTD-ILD (mirror image of OMERACT, not endorsed)",
    printed="Not printed: the mirror image of progression. ≥ 10 % relative increase in FVC, or ≥ 5 % to < 10 % "
    "relative increase in FVC and ≥ 15 % relative increase in DLCO.",
    source=Source(
        "khanna_2015",
        "abstract",
        verified=False,
        note="mirrored by convention; the abstract defines progression only",
    ),
    window=AGAINST_BASELINE,
    cases=(
        Case(
            label="met",
            statement="Improvement by the mirror image of the rule of progression.",
            condition=changed(Towards.RISE),
        ),
        Case(label="not_met", statement="No improvement by the mirror image of the rule of progression."),
    ),
    periods=(Period.ON,),
    presumes=(Presumption(printed="ILD of a connective tissue disease", against=names_no_ctd),),
)

CRITERION = criterion_of(RULE)
