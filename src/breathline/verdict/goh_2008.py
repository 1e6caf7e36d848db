"""Limited or extensive ILD of systemic sclerosis (Goh, Am J Respir Crit Care Med 2008)."""

from breathline.model.criterion import Period
from breathline.sources import Source
from breathline.verdict.conditions import all_of, any_of
from breathline.verdict.disease import names_no_ctd
from breathline.verdict.levels import Level
from breathline.verdict.limits import Counted, Limit, at_least, at_most, less_than, more_than
from breathline.verdict.rule import Case, Presumption, Rule, criterion_of
from breathline.verdict.state import STATE


def _extent(printed: str, *limits: Limit) -> Level:
    return Level(printed=printed, measure="ct_ild", counted=Counted.ABSOLUTE, limits=limits)


def _fvc(printed: str, limit: Limit) -> Level:
    return Level(printed=printed, measure="fvc", counted=Counted.PERCENT_PREDICTED, limits=(limit,))


INDETERMINATE = _extent("HRCT extent of 10–30 %", at_least(10.0), at_most(30.0))

RULE = Rule(
    key="goh_2008",
    title="Extent of SSc-ILD (Goh 2008)",
    printed="Limited disease (minimal disease on HRCT or, in indeterminate cases, FVC ≥ 70 %) or extensive disease "
    "(severe disease on HRCT or, in indeterminate cases, FVC < 70 %); HRCT extent of 10–30 % is indeterminate.",
    source=Source("goh_2008", "abstract"),
    window=STATE,
    cases=(
        Case(
            label="extensive",
            statement="Extensive disease.",
            condition=any_of(
                "Extensive disease",
                _extent("HRCT extent > 30 %", more_than(30.0)),
                all_of("Indeterminate and FVC < 70 %", INDETERMINATE, _fvc("FVC < 70 %", less_than(70.0))),
            ),
        ),
        Case(
            label="limited",
            statement="Limited disease.",
            condition=any_of(
                "Limited disease",
                _extent("HRCT extent < 10 %", less_than(10.0)),
                all_of("Indeterminate and FVC ≥ 70 %", INDETERMINATE, _fvc("FVC ≥ 70 %", at_least(70.0))),
            ),
        ),
    ),
    periods=(Period.BEFORE, Period.ON),
    presumes=(Presumption(printed="ILD of systemic sclerosis", against=names_no_ctd),),
    note="The extent is all interstitial abnormality measured on CT; readers estimated it in the publication.",
)

CRITERION = criterion_of(RULE)
