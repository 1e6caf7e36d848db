"""Failure to respond to therapy (ATS/ERS international consensus statement 2000)."""

from breathline.model.criterion import Period
from breathline.verdict.ats_ers import PRESUMES, SOURCE, failed
from breathline.verdict.reading import AGAINST_BASELINE
from breathline.verdict.rule import Case, Rule, criterion_of

RULE = Rule(
    key="ats_ers_2000_failure",
    title="Failure to respond (ATS/ERS 2000)",
    printed="Two or more of: an increase in symptoms; an increase in opacities on chest radiograph or HRCT; "
    "deterioration of lung function by two or more of: ≥ 10 % decrease in TLC or VC (or 200 mL), ≥ 15 % decrease in "
    "DLCO (or at least 3 mL/min/mmHg), worsening of O2 saturation by ≥ 4 points or of PaO2 by ≥ 4 mmHg on exercise.",
    source=SOURCE,
    window=AGAINST_BASELINE,
    cases=(
        Case(
            label="met",
            statement="Failure to respond: two or more of symptoms, imaging and physiology worsened.",
            condition=failed(),
        ),
        Case(
            label="not_met",
            statement="No failure to respond: fewer than two of symptoms, imaging and physiology worsened.",
        ),
    ),
    periods=(Period.ON,),
    presumes=PRESUMES,
)

CRITERION = criterion_of(RULE)
