"""Course of FVC over 12 months in ILD of systemic sclerosis (EUSTAR; Hoffmann-Vold, Ann Rheum Dis 2021)."""

from breathline.model.criterion import Period
from breathline.sources import Source
from breathline.verdict.changes import Moved
from breathline.verdict.disease import names_no_ctd
from breathline.verdict.limits import Counted, Limit, Towards, at_least, at_most, more_than
from breathline.verdict.reading import MONTH_DAYS, YEAR_DAYS, Pairing, Window
from breathline.verdict.rule import Case, Presumption, Rule, criterion_of


def _moved(printed: str, towards: Towards, *limits: Limit) -> Moved:
    return Moved(
        printed=printed,
        measure="fvc",
        counted=Counted.PERCENT_PREDICTED,
        towards=towards,
        limits=limits,
    )


RULE = Rule(
    key="eustar_12mo",
    title="FVC over 12 months (EUSTAR)",
    printed="Over 12 ± 3 months: significant decline, FVC decline > 10 %; moderate decline, 5 % to 10 %; stable, "
    "decline or improvement of < 5 %; improvement, FVC improvement of ≥ 5 %.",
    source=Source(
        "hoffmann_vold_2021", "abstract and table 2", note="percent taken as points of % predicted"
    ),
    window=Window(
        printed="two tests 12 ± 3 months apart",
        days=2 * YEAR_DAYS,
        pairing=Pairing.A_YEAR_APART,
        apart=(9.0 * MONTH_DAYS, 15.0 * MONTH_DAYS),
    ),
    cases=(
        Case(
            label="significant_decline",
            statement="FVC declined by more than 10 % over about 12 months: significant decline.",
            condition=_moved("FVC decline > 10 %", Towards.FALL, more_than(10.0)),
        ),
        Case(
            label="moderate_decline",
            statement="FVC declined by 5 % to 10 % over about 12 months: moderate decline.",
            condition=_moved("FVC decline of 5 % to 10 %", Towards.FALL, at_least(5.0), at_most(10.0)),
        ),
        Case(
            label="improvement",
            statement="FVC improved by 5 % or more over about 12 months.",
            condition=_moved("FVC improvement of ≥ 5 %", Towards.RISE, at_least(5.0)),
        ),
        Case(
            label="stable",
            statement="FVC declined or improved by less than 5 % over about 12 months: stable.",
        ),
    ),
    periods=(Period.BEFORE, Period.ON),
    presumes=(Presumption(printed="ILD of systemic sclerosis", against=names_no_ctd),),
)

CRITERION = criterion_of(RULE)
