"""The paragraph: every claim follows from a judgement; whole text compared."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from breathline.model.assessment import Verdict
from breathline.model.change import Change, Direction, Domain, Judgement
from breathline.model.exposure import Course, DoseChange, ExposureSummary, Role
from breathline.model.measurement import Absence, Moment, Standardised
from breathline.model.patient import Diagnosis, Person, Sex
from breathline.model.safety import EventsStatus, SafetySummary
from breathline.sources import Source
from breathline.summary import tell_summary

WOMAN = Person(
    id="P",
    sex=Sex.FEMALE,
    age_years=64.4,
    diagnoses=(Diagnosis(text="mixed connective tissue disease"), Diagnosis(text="pulmonary fibrosis")),
)
COURSES = ExposureSummary(
    recorded=True,
    courses=(
        Course(drug="azathioprine", role=Role.PREVIOUS, start=Moment(week=-30), stop=Moment(week=-4)),
        Course(drug="prednisolone", role=Role.CONCOMITANT, start=Moment(week=-30)),
        Course(
            drug="imatinib",
            role=Role.TREATMENT,
            start=Moment(week=0),
            stop=Moment(week=20),
            unit="mg",
            daily_dose=400,
            weeks=20,
        ),
    ),
)
NONE_OCCURRED = SafetySummary(status=EventsStatus.NONE_OCCURRED, sentence="None occurred.")
IMPROVED = Verdict(
    criterion="overall", title="Overall", label="improved", statement="The disease improved on treatment."
)


def change(label, judgement, baseline, followup, **more) -> Change:
    facts = {"measure": label, "unit": "m", "decimals": 0} | more
    return Change(
        label=label,
        domain=Domain.EXERCISE,
        direction=Direction.HIGHER,
        judgement=judgement,
        reason="because.",
        baseline=baseline,
        followup=followup,
        baseline_when=Moment(week=-52 if "before" in label else -1),
        followup_when=Moment(week=20),
        **facts,
    )


def standardised(percent, z):
    return Standardised(predicted=19.33, percent_predicted=percent, z=z, equation="e", source=Source("x"))


def test_the_paragraph_of_an_improved_patient():
    changes = [
        change(
            "DLCO",
            Judgement.BETTER,
            7.2,
            12.4,
            unit="mL/min/mmHg",
            decimals=1,
            baseline_standardised=standardised(37.2, -4.6),
            followup_standardised=standardised(64.1, -2.5),
        ),
        change("NYHA class", Judgement.BETTER, 3.0, 2.0, measure="nyha_class", unit="class", delta=-1.0),
        change("FVC", Judgement.NO_CHANGE, 1.78, 2.04, unit="L", decimals=2),
        change("PaO2", Judgement.CANNOT_TELL, 54.0, Absence.NOT_DONE, unit="mmHg"),
    ]
    before = [change("walk before", Judgement.WORSE, 402.0, 255.0)]
    assert tell_summary(WOMAN, COURSES, before, changes, NONE_OCCURRED, IMPROVED) == (
        "A 64-year-old woman with mixed connective tissue disease and pulmonary fibrosis had been treated with "
        "azathioprine and prednisolone. In the 72 weeks before treatment these had worsened beyond error: "
        "walk before 402 m to 255 m. Treatment was imatinib 400 mg/day for 20 weeks. Continued beside it: "
        "prednisolone. The disease improved on treatment. Better beyond measurement error: DLCO 7.2 mL/min/mmHg "
        "(37 % predicted, z −4.6) to 12.4 mL/min/mmHg (64 % predicted, z −2.5); NYHA class III to II (a change of "
        "class; no error is published). "
        "No change that exceeds both error and importance: FVC 1.78 L to 2.04 L. Could not be judged: PaO2. "
        "None occurred."
    )


def test_what_is_not_recorded_is_said():
    nobody = Person(id="P")
    text = tell_summary(nobody, ExposureSummary(recorded=False), (), (), NONE_OCCURRED, IMPROVED)
    assert text.startswith(
        "A patient of unrecorded age (no diagnosis recorded); treatment is not recorded. "
        "The disease improved on treatment. No outcome measure is recorded."
    )


def test_without_a_start_no_drug_is_called_the_treatment_and_none_is_left_out():
    taken = tuple(
        Course(drug=drug, role=Role.UNKNOWN, start=Moment(week=0)) for drug in ("azathioprine", "imatinib")
    )
    changes = [change("FVC", Judgement.NO_CHANGE, 1.78, 2.04, unit="L", decimals=2)]
    unknown = Verdict(
        criterion="overall", title="Overall", label="cannot_tell", statement="It cannot be told."
    )
    exposure = ExposureSummary(recorded=True, courses=taken)
    assert tell_summary(WOMAN, exposure, (), changes, NONE_OCCURRED, unknown, started=False) == (
        "A 64-year-old woman with mixed connective tissue disease and pulmonary fibrosis was treated with "
        "azathioprine and imatinib. The start of the treatment to be judged is not recorded, so no drug can be "
        "named as that. It cannot be told. The first value of each measure was held against the last. No change "
        "that exceeds both error and importance: FVC 1.78 L to 2.04 L. None occurred."
    )


def test_a_reading_is_told_in_words_and_not_as_a_number():
    changes = [
        change("HRCT reading", Judgement.BETTER, Absence.NOT_RECORDED, 1.0, measure="hrct_reading", unit="1")
    ]
    text = tell_summary(WOMAN, COURSES, (), changes, NONE_OCCURRED, IMPROVED)
    assert "Better: HRCT reading (better than before, as read by a person)." in text
    assert "error" not in text


def test_what_could_not_be_done_is_not_held_against_an_error():
    changes = [change("Walk", Judgement.WORSE, 255.0, Absence.UNABLE)]
    text = tell_summary(WOMAN, COURSES, (), changes, NONE_OCCURRED, IMPROVED)
    assert "Worse: Walk 255 m to unable to perform." in text


def test_a_dose_that_varied_is_called_a_mean():
    # 472.146 mg/day is what the log of an overlapping course gave; a tenth of a milligram is enough to read.
    courses = (
        Course(
            drug="imatinib", role=Role.TREATMENT, start=Moment(week=0), stop=Moment(week=20), unit="mg",
            daily_dose=472.146, dose_varied=True, weeks=20,
        ),
    )  # fmt: skip
    text = tell_summary(
        WOMAN, ExposureSummary(recorded=True, courses=courses), (), (), NONE_OCCURRED, IMPROVED
    )
    assert "Treatment was imatinib a mean of 472.1 mg/day for 20 weeks." in text


def test_an_example_says_so_first():
    invented = Person(id="P", example=True)
    text = tell_summary(invented, COURSES, (), (), NONE_OCCURRED, IMPROVED)
    assert text.startswith("Example data: this patient does not exist and all values are invented.")


@given(st.lists(st.sampled_from(list(Judgement)), min_size=1, max_size=6))
def test_no_measure_is_called_better_unless_it_was_judged_so(judgements):
    changes = [change(f"M{i}", judgement, 1.0, 2.0) for i, judgement in enumerate(judgements)]
    text = tell_summary(WOMAN, COURSES, (), changes, NONE_OCCURRED, IMPROVED)
    _, _, claim = text.partition("Better beyond measurement error: ")
    claim = claim.split(". ")[0]
    for i, judgement in enumerate(judgements):
        assert (f"M{i} " in claim) == (judgement is Judgement.BETTER)


def test_a_changed_dose_that_goes_on_is_told_and_not_called_unrecorded():
    course = Course(
        drug="nintedanib",
        role=Role.TREATMENT,
        start=Moment(week=0),
        unit="mg",
        first_daily_dose=300,
        changes=(DoseChange(when=Moment(week=34), before=300, after=200),),
    )
    exposure = ExposureSummary(recorded=True, courses=(course,))
    told = tell_summary(WOMAN, exposure, (), (), NONE_OCCURRED, IMPROVED)
    assert "Treatment was nintedanib 300, at last 200 mg/day, with no recorded end." in told
