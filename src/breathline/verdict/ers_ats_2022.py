"""Severity of impairment of lung function by z-score (ERS/ATS technical standard 2022)."""

from breathline.model.criterion import Period
from breathline.sources import Source
from breathline.verdict.conditions import Whichever
from breathline.verdict.levels import Level
from breathline.verdict.limits import Counted, Limit, at_least, less_than
from breathline.verdict.rule import Case, Rule, criterion_of
from breathline.verdict.state import STATE

MEASURES = {"fvc": "FVC", "tlc": "TLC", "dlco": "DLCO"}

LOWER_LIMIT, MILD, MODERATE = -1.645, -2.5, -4.0


def _any(printed: str, *limits: Limit) -> Whichever:
    return Whichever(
        printed=printed,
        parts=tuple(
            Level(printed=f"{name}: {printed}", measure=key, counted=Counted.Z_SCORE, limits=limits)
            for key, name in MEASURES.items()
        ),
    )


RULE = Rule(
    key="ers_ats_2022",
    title="Severity of impairment by z-score (ERS/ATS 2022)",
    printed="Normal: z above −1.645. Mild: −1.65 to −2.5; moderate: −2.51 to −4.0; severe: < −4.1.",
    source=Source(
        "stanojevic_2022",
        "severity of lung function impairment",
        verified=False,
        note="as other software and lecture notes print it; the gaps between the printed ranges are closed downwards",
    ),
    window=STATE,
    cases=(
        Case(
            label="severe",
            statement="Severe impairment of one of FVC, TLC and DLCO at least.",
            condition=_any("z < −4", less_than(MODERATE)),
        ),
        Case(
            label="moderate",
            statement="Moderate impairment of one of FVC, TLC and DLCO at least.",
            condition=_any("z −4 to < −2.5", at_least(MODERATE), less_than(MILD)),
        ),
        Case(
            label="mild",
            statement="Mild impairment of one of FVC, TLC and DLCO at least.",
            condition=_any("z −2.5 to < −1.645", at_least(MILD), less_than(LOWER_LIMIT)),
        ),
        Case(
            label="normal",
            statement="No impairment of those of FVC, TLC and DLCO that were measured: z of −1.645 or above.",
        ),
    ),
    periods=(Period.BEFORE, Period.ON),
    note="The most severe of FVC, TLC and DLCO, as far as they were measured; the standard grades each by itself.",
)

CRITERION = criterion_of(RULE)
