"""Good response to imatinib in ILD of systemic sclerosis (Fraticelli, Arthritis Res Ther 2014)."""

from breathline.model.criterion import Period
from breathline.sources import Source
from breathline.verdict.changes import Moved
from breathline.verdict.conditions import all_of, any_of
from breathline.verdict.disease import names_no_ctd
from breathline.verdict.imaging import unchanged_or_better
from breathline.verdict.limits import Counted, Towards, less_than, more_than
from breathline.verdict.reading import AGAINST_BASELINE
from breathline.verdict.rule import Case, Presumption, Rule, criterion_of

FVC = Moved(
    printed="Increase of FVC by more than 15 %",
    measure="fvc",
    counted=Counted.RELATIVE,
    towards=Towards.RISE,
    limits=(more_than(15.0),),
)

DLCO = Moved(
    printed="Increase of DLCO > 15 %",
    measure="dlco",
    counted=Counted.RELATIVE,
    towards=Towards.RISE,
    limits=(more_than(15.0),),
)

PAO2 = Moved(
    printed="PaO2 > 90 % of initial value (a fall of less than 10 %)",
    measure="pao2",
    counted=Counted.RELATIVE,
    towards=Towards.FALL,
    limits=(less_than(10.0),),
)

RULE = Rule(
    key="fraticelli_2014",
    title="Good response (Fraticelli 2014)",
    printed="An increase of FVC by more than 15 % and/or increase of DLCO > 15 %, and PaO2 > 90 % of initial value, "
    "and HRCT-scan pattern unchanged or improved.",
    source=Source("fraticelli_2014", "abstract"),
    window=AGAINST_BASELINE,
    cases=(
        Case(
            label="met",
            statement="A good response as in the trial of low-dose imatinib.",
            condition=all_of(
                "All three",
                any_of("FVC and/or DLCO increased", FVC, DLCO),
                PAO2,
                unchanged_or_better("HRCT-scan pattern unchanged or improved"),
            ),
        ),
        Case(label="not_met", statement="No good response as in the trial of low-dose imatinib."),
    ),
    periods=(Period.ON,),
    presumes=(
        Presumption(
            printed="ILD of systemic sclerosis unresponsive to cyclophosphamide", against=names_no_ctd
        ),
    ),
    note="The trial compared after 6 months; here it is the last value on treatment.",
)

CRITERION = criterion_of(RULE)
