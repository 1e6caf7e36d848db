"""Favourable response to therapy (ATS/ERS international consensus statement 2000)."""

from breathline.model.criterion import Period
from breathline.verdict.ats_ers import PRESUMES, SOURCE, responded
from breathline.verdict.reading import AGAINST_BASELINE
from breathline.verdict.rule import Case, Rule, criterion_of

RULE = Rule(
    key="ats_ers_2000",
    title="Favourable response (ATS/ERS 2000)",
    printed="Two or more of: a decrease in symptoms; reduction of parenchymal abnormalities on chest radiograph or "
    "HRCT; physiologic improvement by two or more of: ≥ 10 % increase in TLC or VC (or at least 200 mL), ≥ 15 % "
    "increase in DLCO (or at least 3 mL/min/mmHg), ≥ 4 points of O2 saturation or ≥ 4 mmHg of PaO2 on exercise.",
    source=SOURCE,
    window=AGAINST_BASELINE,
    cases=(
        Case(
            label="met",
            statement="A favourable response: two or more of symptoms, imaging and physiology improved.",
            condition=responded(),
        ),
        Case(
            label="not_met",
            statement="No favourable response: fewer than two of symptoms, imaging and physiology improved.",
        ),
    ),
    periods=(Period.ON,),
    presumes=PRESUMES,
)

CRITERION = criterion_of(RULE)
