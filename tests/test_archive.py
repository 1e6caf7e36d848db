"""``assessment.json``: written and read back without loss; anything else is refused with words."""

from __future__ import annotations

import json

import pytest

from breathline.archive import read_assessment, to_json, write_assessment
from breathline.errors import AssessmentError
from tests.report.example import VARIANTS, example


@pytest.mark.parametrize("name", VARIANTS)
def test_there_and_back_without_loss(tmp_path, name):
    assessment = VARIANTS[name]()
    write_assessment(assessment, tmp_path / "assessment.json")
    again = read_assessment(tmp_path / "assessment.json")
    assert again == assessment
    assert to_json(again) == to_json(assessment)


def test_the_names_of_the_interface_are_there(tmp_path):
    content = json.loads(to_json(example()))
    expected = {"schema", "patient", "timeline", "measurements", "changes", "safety", "exposure", "verdicts"}
    assert expected | {"summary", "steps", "inputs", "version"} <= set(content)
    change = content["changes"][0]
    names = {"measure", "baseline", "followup", "delta", "unit", "error", "important_difference", "judgement"}
    assert names | {"source"} <= set(change)


def test_another_version_is_refused(tmp_path):
    path = tmp_path / "assessment.json"
    path.write_text(
        to_json(example()).replace("breathline/assessment/1", "breathline/assessment/0"), encoding="utf-8"
    )
    with pytest.raises(AssessmentError) as caught:
        read_assessment(path)
    assert str(caught.value) == (
        "assessment.json has the schema 'breathline/assessment/0'; this version reads 'breathline/assessment/1'. "
        "Assess the patient again."
    )


def test_the_folder_of_results_is_as_good_as_the_file(tmp_path):
    write_assessment(example(), tmp_path / "assessment.json")
    assert read_assessment(tmp_path) == example()


@pytest.mark.parametrize("missing", ["", "assessment.json", "nowhere/assessment.json"])
def test_a_missing_file_is_told_with_what_to_name(tmp_path, missing):
    with pytest.raises(AssessmentError) as caught:
        read_assessment(tmp_path / missing)
    place = (tmp_path / missing).parent if missing else tmp_path
    assert str(caught.value) == (
        f"There is no assessment.json in '{place}'. Name a folder that 'breathline assess' wrote."
    )


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "null", '{"schema": "breathline/assessment/1"}', "[" * 100_000, "NaN"]
)
def test_a_file_that_is_no_assessment_is_refused(tmp_path, text):
    path = tmp_path / "assessment.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(AssessmentError, match=r"Assess the patient again\.$"):
        read_assessment(path)
