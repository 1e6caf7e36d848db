"""Values that follow from others of the same day; every expected number is worked out by hand beside it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from breathline.errors import Severity
from breathline.model.change import Judgement
from breathline.model.measurement import Absence, Measurement, Moment
from breathline.model.patient import LabResult, Person, Sex
from breathline.outcomes import derive, judge_record, standardise
from breathline.outcomes.derivation import DERIVATIONS, Derived
from tests.outcomes.records import START, WOMAN, standings, value


def derived(*rows: Measurement, person: Person = WOMAN) -> Derived:
    return derive(standings(*rows, person=person), person)


def numbers(*rows: Measurement, person: Person = WOMAN) -> dict[str, float]:
    return {
        item.measure: item.value
        for item in derived(*rows, person=person).measurements
        if not isinstance(item.value, Absence)
    }


def test_filtration_rate_from_creatinine() -> None:
    # CKD-EPI 2021, a woman of 64 years with 1.0 mg/dL: 142·(1/0.7)^−1.2·0.9938^64·1.012 = 62.9.
    (found,) = derived(value("creatinine", 1.0, 0)).measurements
    assert found.value == pytest.approx(142 * (1 / 0.7) ** -1.2 * 0.9938**64 * 1.012)
    assert (found.measure, found.unit, found.when) == ("egfr", "mL/min/1.73m2", Moment(week=0))
    assert found.method == "computed by CKD-EPI 2021"
    assert found.origin.computed == "from creatinine, age and sex (eGFR, CKD-EPI 2021)"
    assert found.origin.file == ""


def test_units_and_age_are_those_of_the_day() -> None:
    # 88.42 µmol/L is 1.0 mg/dL; ten years later the patient is 74.
    found = numbers(value("creatinine", 1.0 / 0.0113118, 521.786, unit="umol/L"))
    assert found["egfr"] == pytest.approx(142 * (1 / 0.7) ** -1.2 * 0.9938**74 * 1.012, rel=1e-5)


def test_gradient_of_oxygen() -> None:
    rows = [value(k, v, 0) for k, v in (("pao2", 60.0), ("paco2", 40.0), ("fio2", 21.0), ("altitude", 0.0))]
    # 0.21·(760 − 47) − 40/0.8 + 0.21·40·0.2/0.8 − 60 = 149.73 − 50 + 2.1 − 60
    assert numbers(*rows)["aa_gradient"] == pytest.approx(41.83)
    high = [*rows[:3], value("altitude", 1500.0, 0)]
    pressure = 760.0 * (1 - 0.0065 * 1500 / 288.15) ** 5.25588
    assert numbers(*high)["aa_gradient"] == pytest.approx(0.21 * (pressure - 47) - 50 + 2.1 - 60)


def test_without_an_altitude_no_sea_is_supposed() -> None:
    rows = [value(k, v, 0) for k, v in (("pao2", 60.0), ("paco2", 40.0), ("fio2", 21.0))]
    found = derived(*rows)
    assert found.measurements == ()
    (problem,) = found.problems
    assert (problem.code, problem.severity) == ("not_computed", Severity.NOTE)
    assert problem.message == "Not computed on some days, for want of one value: A–a gradient (no Altitude)."
    assert problem.mend == "Add the values if they are known (altitude is 0 at sea level)."


def test_dlco_at_normal_haemoglobin() -> None:
    # Cotes: a woman with 10 g/dL, (9.38 + 10)/(1.7·10) = 1.14; a man (10.22 + 10)/17 = 1.18941.
    rows = (value("dlco", 10.0, 0), value("hb", 100.0, 0, unit="g/L"))
    assert numbers(*rows)["dlco_hb"] == pytest.approx(11.4)
    assert numbers(*rows, person=replace(WOMAN, sex=Sex.MALE))["dlco_hb"] == pytest.approx(11.8941, abs=5e-5)


@pytest.mark.parametrize("method", ["Hb-corrected", "corrected for haemoglobin", "hemoglobin corr."])
def test_what_the_laboratory_corrected_is_taken_as_it_is(method: str) -> None:
    rows = (value("dlco", 10.0, 0, method=method), value("hb", 10.0, 0))
    (found,) = derived(*rows).measurements
    assert (found.measure, found.value, found.method) == ("dlco_hb", 10.0, method)


def test_uncorrected_means_what_it_says() -> None:
    rows = (value("dlco", 10.0, 0, method="Hb-uncorrected"), value("hb", 10.0, 0))
    (found,) = derived(*rows).measurements
    assert found.value == pytest.approx(11.4)
    assert found.method == "computed; Hb-uncorrected"


def test_composite_index_from_percent_of_predicted() -> None:
    rows = [value("fvc", 1.9, 0), value("fev1", 1.6, 0), value("dlco", 9.8, 0)]
    fvc, fev1, dlco = (s.standardised.percent_predicted for s in standings(*rows) if s.standardised)
    assert numbers(*rows)["cpi"] == pytest.approx(91.0 - 0.65 * dlco - 0.53 * fvc + 0.34 * fev1)


def test_what_lacks_is_told_once() -> None:
    rows = [value("fvc", 1.9, w) for w in (0, 5)] + [value("dlco", 9.8, w) for w in (0, 5)]
    rows += [value("fev1", 1.6, 0), value("hb", 12.0, 5)]
    (problem,) = derived(*rows).problems
    assert (
        problem.message
        == "Not computed on some days, for want of one value: DLCO (Hb-corrected) (no Haemoglobin)."
    )
    nobody = derived(value("dlco", 9.8, 0), value("hb", 12.0, 0), person=replace(WOMAN, sex=None))
    assert nobody.measurements == ()
    assert nobody.problems[0].message.endswith("DLCO (Hb-corrected) (no sex).")


def test_what_cannot_be_computed_is_refused_by_name() -> None:
    found = derived(value("creatinine", 1.0, 0), person=replace(WOMAN, age_years=12.0))
    assert found.measurements == ()
    (problem,) = found.problems
    assert problem.severity is Severity.WARNING
    assert problem.message.startswith("eGFR was not computed: ") and "18" in problem.message


def test_a_value_of_the_record_is_never_replaced() -> None:
    assert derived(value("creatinine", 1.0, 0), value("egfr", 80.0, 0)).measurements == ()
    assert len(derived(value("creatinine", 1.0, 0), value("egfr", 80.0, 4)).measurements) == 1


def test_a_computed_value_is_not_compared_with_a_given_one() -> None:
    rows = [value("creatinine", 1.0, -1), value("egfr", 20.0, 20)]
    more = derive(standings(*rows), WOMAN).measurements
    (change,) = judge_record(standardise([*rows, *more], WOMAN), START).changes
    assert change.judgement is Judgement.CANNOT_TELL
    assert "computed by CKD-EPI 2021 at baseline, not stated at follow-up" in change.reason


def test_a_computed_value_carries_how_its_inputs_were_measured() -> None:
    rows = [value("pao2", 60.0, 0, method="supine"), value("paco2", 40.0, 0, method="supine")]
    rows += [value("fio2", 21.0, 0), value("altitude", 0.0, 0)]
    (found,) = derived(*rows).measurements
    assert found.method == "computed; supine"


def test_of_a_test_repeated_on_a_day_the_judged_value_serves() -> None:
    rows = [value("creatinine", v, 0) for v in (0.9, 1.1)]  # mean 1.0
    assert numbers(*rows)["egfr"] == pytest.approx(142 * (1 / 0.7) ** -1.2 * 0.9938**64 * 1.012)


def test_values_of_other_days_do_not_serve() -> None:
    assert derived(value("dlco", 10.0, 0), value("hb", 10.0, 1)).measurements == ()


def test_transition_counts_from_the_baseline_index() -> None:
    rows = [value("bdi", 6.0, -1), value("tdi", 2.0, 20)]
    (zero,) = derived(*rows).measurements
    assert (zero.measure, zero.value, zero.when, zero.method) == ("tdi", 0.0, Moment(week=-1), "")
    (change,) = judge_record(standardise([*rows, zero], WOMAN), START).changes
    assert (change.measure, change.judgement) == ("tdi", Judgement.BETTER)  # 2 ≥ 1.5


def lab(test: str, number: float, unit: str, week: float = 0.0) -> LabResult:
    return LabResult(test=test, value=number, unit=unit, when=Moment(week=week))


def test_laboratory_values_serve_as_inputs_and_are_not_shown_as_visits() -> None:
    labs = [lab("Creatinine", 88.404, "umol/L"), lab("Hemoglobin", 100.0, "g/L"), lab("ALT", 30.0, "U/L")]
    found = derive(standings(value("dlco", 10.0, 0)), WOMAN, labs).measurements
    told = {item.measure: item.value for item in found}
    assert told["dlco_hb"] == pytest.approx(11.4)
    assert told["egfr"] == pytest.approx(142 * (1 / 0.7) ** -1.2 * 0.9938**64 * 1.012, rel=1e-4)
    assert set(told) == {"dlco_hb", "egfr"}


def test_a_value_of_the_visit_comes_before_the_laboratory_s() -> None:
    rows = standings(value("dlco", 10.0, 0), value("hb", 10.0, 0))
    (found,) = derive(rows, WOMAN, [lab("hb", 14.0, "g/dL")]).measurements
    assert found.value == pytest.approx(11.4)
    assert (
        derive(standings(value("dlco", 10.0, 0)), WOMAN, [lab("hb", 14.0, "g/dL", week=1)]).measurements == ()
    )
    # A unit that does not fit is the laboratory table's own problem and is told there.
    for unit in ("mmol/L", "furlong"):
        assert derive(standings(value("dlco", 10.0, 0)), WOMAN, [lab("hb", 8.7, unit)]).measurements == ()


def test_what_could_not_be_done_is_no_input() -> None:
    assert derived(value("creatinine", Absence.UNABLE, 0)).measurements == ()
    assert derived().measurements == derived().problems == ()


def test_every_derivation_says_how() -> None:
    assert all(rule.words and rule.tests for rule in DERIVATIONS)
