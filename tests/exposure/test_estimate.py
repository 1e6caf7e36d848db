"""A record's exposure as the report shows it."""

from __future__ import annotations

import pytest

from breathline.exposure import estimate_exposure, summarise_exposure, tell_problems
from breathline.model.measurement import Moment
from breathline.model.patient import LabResult
from tests.exposure.logs import MAN, START, dose, level, record

PAUSED = (dose("imatinib", 0, 42), dose("imatinib", 42, 52, 0.0), dose("imatinib", 52, 140))


def estimated(rec):
    return estimate_exposure(summarise_exposure(rec.doses, START), rec).drugs


@pytest.fixture(scope="module")
def paused():
    levels = (
        level(41, 1300.0),
        level(-13, 900.0),
        level(60, 25.0, below_limit=True),
        level(70, 1.5, unit="mg/L"),
        level(80, 3.0, unit="umol/L"),
        level(90, None),
        level(100, hours=None),
        level(110, 0.0),
    )
    (drug,) = estimated(record(*PAUSED, levels=levels))
    return drug


def test_five_models_give_five_answers_and_one_band(paused):
    typical = [model.typical[0] for model in paused.models]
    assert len(typical) == 5
    assert max(typical) > 1.5 * min(typical)
    assert paused.pooled.trough.low < min(typical)
    assert paused.pooled.trough.high > max(typical)


def test_the_band_follows_the_doses_that_were_left_out(paused):
    by_day = {round(7 * point.week): point.pooled.value for point in paused.course}
    assert by_day[41] > 500
    assert by_day[51] < 0.05 * by_day[41], "ten days without a dose, thirteen half-lives"
    assert by_day[139] == pytest.approx(by_day[41], rel=0.02)


def test_what_is_not_in_the_record_is_assumed_by_name(paused):
    petain = next(model for model in paused.models if "petain" in model.key)
    told = {one.key: (one.assumed, one.reason, one.value) for one in petain.covariates}
    assert told["aag_g_l"] == (True, "not in the record", 1.13)
    assert told["weight_kg"] == (False, "patient.toml", 61.0)


def test_every_measurement_is_kept_and_its_fate_told(paused):
    fate = [(one.used, one.remark) for one in paused.levels]
    assert fate[0] == (True, "")
    assert fate[1][0] is False
    assert "before the first dose" in fate[1][1]
    assert fate[2][0] is True
    assert "doses may have been missed" in fate[2][1]
    assert paused.levels[3].value == pytest.approx(1500.0)
    assert "cannot be turned into ng/mL" in fate[4][1]
    assert fate[5] == (False, "no number")
    assert "time since the last dose" in fate[6][1]
    assert "zero is not a measurement" in fate[7][1]


def test_measured_concentrations_narrow_what_is_known(paused):
    for model in paused.models:
        own, all_patients = model.individual.trough, model.patients.trough
        assert own.high - own.low < all_patients.high - all_patients.low
        assert own.low <= own.value <= own.high
        # The area under regular doses is the dose over the clearance: exact.
        assert model.individual.auc24.value * model.clearance.value == pytest.approx(400_000, rel=0.01)


def test_it_is_said_in_whom_no_model_was_built(paused):
    words = " ".join(paused.cautions)
    assert "None of these models was built in patients with interstitial lung disease or connective" in words
    assert "α1-acid glycoprotein" in words
    assert "No target concentration of imatinib in fibrosis is known" in words
    assert "The models disagree" in words


def test_problems_name_the_row_of_each_measurement():
    rec = record(*PAUSED, levels=[level(-13, 900.0, row=7, written="2024-02-20, imatinib, 900")])
    (problem,) = tell_problems(estimate_exposure(summarise_exposure(rec.doses, START), rec))
    assert (problem.file, problem.row, problem.found) == ("labs.csv", 7, "2024-02-20, imatinib, 900")
    assert "before the first dose" in problem.message


def test_laboratory_values_reach_the_models():
    labs = (
        LabResult(test="Albumin", value=3.0, unit="g/dL", when=Moment(week=10)),
        LabResult(test="orosomucoid", value=150.0, unit="mg/dL", when=Moment(week=10)),
        LabResult(test="WBC", value=9.0, unit="10^9/L", when=Moment(week=-60)),
        LabResult(test="creatinine", value=1.2, unit="mg/dL", when=Moment(week=10)),
    )
    rec = record(*PAUSED, dose("MMF", 0, 140, 1000.0, every_hours=12.0), labs=labs, person=MAN)
    found = {drug.drug: drug for drug in estimated(rec)}
    told = {one.key: one for model in found["imatinib"].models for one in model.covariates}
    assert told["albumin_g_l"].value == pytest.approx(30.0)
    assert told["aag_g_l"].value == pytest.approx(1.5)
    assert told["wbc_10_9_l"].assumed
    assert told["wbc_10_9_l"].reason == "no value within 26 weeks"
    (mizaki,) = found["mycophenolate mofetil"].models
    clearance = next(one for one in mizaki.covariates if one.key == "creatinine_clearance_ml_min")
    # Cockcroft and Gault by hand: (140 − 57.67) · 70 / (72 · 1.2) with the age at the last dose, week 19.9.
    assert clearance.value == pytest.approx((140 - 55 - 139.5 / 365.25) * 70 / (72 * 1.2), rel=1e-4)
    assert "interstitial lung disease" in found["mycophenolate mofetil"].cautions[0]


def test_an_implausible_covariate_is_not_used():
    labs = (LabResult(test="albumin", value=340.0, unit="g/L", when=Moment(week=10)),)
    (drug,) = estimated(record(*PAUSED, labs=labs))
    demetri = next(model for model in drug.models if "demetri" in model.key)
    albumin = next(one for one in demetri.covariates if one.key == "albumin_g_l")
    assert albumin.assumed
    assert "outside 10 to 60" in albumin.reason


@pytest.mark.parametrize(
    ("doses", "levels", "says"),
    [
        (
            (dose("prednisolone", 0, 140),),
            (level(10, drug="prednisolone"),),
            "No population model of prednisolone",
        ),
        ((dose("prednisolone", 0, 140),), (level(10),), "The dosing log has no imatinib"),
        ((dose("imatinib", 0, 140, unit="tablet"),), (), "not milligrams"),
    ],
)
def test_without_an_estimate_the_reason_stands_there(doses, levels, says):
    (drug,) = estimated(record(*doses, levels=levels))
    assert says in drug.untold
    assert len(drug.levels) == len(levels)


def test_drugs_without_model_and_measurement_are_passed_over():
    assert estimated(record(dose("prednisolone", 0, 140))) == ()
