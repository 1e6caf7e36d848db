"""Which criteria are applied, in which order, over which time."""

from __future__ import annotations

import pytest

from breathline.errors import RegistryError
from breathline.model.criterion import Period
from breathline.pipeline import judge_criteria
from breathline.verdict import CRITERIA, check_names
from tests.verdict.vignettes import patient

VALUES = {"fvc": {-50: 3.0, -1: 2.7, 20: 2.8}}

KEYS = (
    "ppf_2022",
    "inbuild",
    "omeract_ctd_ild",
    "ats_ers_2000",
    "fraticelli_2014",
    "eustar_12mo",
    "goh_2008",
    "gap_2012",
    "ild_gap_2014",
    "cpi_2003",
    "ers_ats_2022",
    "nyha_change",
)


def told(names=None, **more):
    return [(v.criterion, v.period) for v in judge_criteria(patient(**VALUES, **more), names)]


def test_every_key_of_the_interface_is_there():
    assert set(KEYS) <= set(CRITERIA)


def test_all_are_applied_and_the_overall_one_comes_first():
    found = told()
    assert found[0][0] == "overall"
    assert {name for name, _ in found} == set(CRITERIA)


def test_those_that_are_named_are_applied_in_that_order_and_once():
    assert told(["inbuild", "ats_ers_2000", "inbuild"]) == [
        ("overall", None),
        ("inbuild", "before_treatment"),
        ("inbuild", "on_treatment"),
        ("ats_ers_2000", "on_treatment"),
    ]
    assert told([]) == [("overall", None)]
    assert told(["overall"]) == [("overall", None)]


def test_without_a_start_the_record_is_one_time_and_response_stays_open():
    assert told(["inbuild", "ats_ers_2000"], start=None) == [
        ("overall", None),
        ("inbuild", "whole_record"),
        ("ats_ers_2000", "on_treatment"),
    ]
    response = judge_criteria(patient(**VALUES, start=None), ["ats_ers_2000"])[1]
    assert (response.label, response.missing) == ("cannot_tell", ("Start of treatment: not recorded",))


def test_unknown_names_are_refused_together_with_the_nearest():
    check_names(["inbuild"])
    with pytest.raises(RegistryError) as error:
        check_names(["ppf2022", "inbuild", "zzz"])
    assert str(error.value) == (
        "There is no criterion 'ppf2022'. Did you mean 'ppf_2022'? There is no criterion 'zzz'. Known: "
        f"{', '.join(CRITERIA)}."
    )


def test_every_verdict_survives_the_archive():
    import tempfile
    from dataclasses import replace
    from pathlib import Path

    from breathline.archive import read_assessment, write_assessment
    from tests.report.example import example

    verdicts = judge_criteria(patient(**VALUES, symptoms={-1: -1.0}))
    written = replace(example(), verdicts=verdicts)
    with tempfile.TemporaryDirectory() as folder:
        write_assessment(written, Path(folder) / "a.json")
        assert read_assessment(Path(folder) / "a.json") == written


def test_what_nobody_has_checked_against_its_publication_says_so():
    unverified = {name for name, found in CRITERIA.items() if found.source and not found.source.verified}
    assert unverified == {
        "omeract_ctd_ild_improvement",
        "ats_ers_2000",
        "ats_ers_2000_failure",
        "nyha_change",
        "ers_ats_2022",
        "gap_2012",
        "ild_gap_2014",
    }


def test_progression_and_state_are_read_before_and_on_treatment_response_on_it_alone():
    both = {
        "ppf_2022", "inbuild", "omeract_ctd_ild", "eustar_12mo", "nyha_change", "ers_ats_2022", "goh_2008", "gap_2012",
        "ild_gap_2014", "cpi_2003",
    }  # fmt: skip
    for name, criterion in CRITERIA.items():
        assert criterion.periods == ((Period.BEFORE, Period.ON) if name in both else (Period.ON,)), name
