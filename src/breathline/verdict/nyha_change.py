"""Change of the NYHA (WHO) functional class by one class or more: a convention."""

from breathline.model.criterion import Period
from breathline.sources import Source
from breathline.verdict.changes import Moved
from breathline.verdict.limits import Counted, Limit, Towards, at_least
from breathline.verdict.reading import YEAR_DAYS, Pairing, Window
from breathline.verdict.rule import Case, Rule, criterion_of

ONE_CLASS = 1.0


def _moved(printed: str, towards: Towards, *limits: Limit) -> Moved:
    return Moved(
        printed=printed, measure="nyha_class", counted=Counted.ABSOLUTE, towards=towards, limits=limits
    )


RULE = Rule(
    key="nyha_change",
    title="Change of NYHA class",
    printed="Not printed: better or worse by one class or more, by convention.",
    source=Source("nyha_1994", verified=False, note="classes only; one class is a convention"),
    window=Window(
        printed="the first value of the time against the last",
        days=2 * YEAR_DAYS,
        pairing=Pairing.BASELINE_TO_LAST,
    ),
    cases=(
        Case(
            label="worse",
            statement="NYHA class worse by one class or more.",
            condition=_moved("Rise by one class or more", Towards.RISE, at_least(ONE_CLASS)),
        ),
        Case(
            label="improved",
            statement="NYHA class better by one class or more.",
            condition=_moved("Fall by one class or more", Towards.FALL, at_least(ONE_CLASS)),
        ),
        Case(label="unchanged", statement="NYHA class unchanged."),
    ),
    periods=(Period.BEFORE, Period.ON),
)

CRITERION = criterion_of(RULE)
