"""Headings of MeSH: only for coded facts, the longest code first.

Names and identifiers were held against the list of descriptors and supplementary concepts of MeSH 2025.
"""

from __future__ import annotations

import csv
import re
from dataclasses import replace
from importlib.resources import files

import pytest

from breathline.drugs import DRUGS
from breathline.model.patient import Diagnosis, Sex
from breathline.outcomes import OUTCOMES
from breathline.report.care.headings import propose_headings, uncoded
from tests.report.example import example, no_scans

TABLE = list(
    csv.DictReader(
        files("breathline.report.care").joinpath("headings.csv").read_text(encoding="utf-8").splitlines()
    )
)


def of(*diagnoses: Diagnosis, **patient: object) -> dict[str, str]:
    changed = replace(example().patient, diagnoses=diagnoses, **patient)
    return {one.name: one.unique_id for one in propose_headings(replace(example(), patient=changed))}


@pytest.mark.parametrize(
    ("code", "name", "unique_id"),
    [
        ("ICD-10:M35.1", "Mixed Connective Tissue Disease", "D008947"),
        ("ICD-10:J84.1", "Pulmonary Fibrosis", "D011658"),
        ("ICD-10-CM:J84.10", "Pulmonary Fibrosis", "D011658"),
        ("ICD-10-CM:J84.112", "Idiopathic Pulmonary Fibrosis", "D054990"),
        ("ICD-10-CM:J84.113", "Idiopathic Interstitial Pneumonias", "D054988"),
        ("ICD-10-CM:J84.170", "Pulmonary Fibrosis", "D011658"),
        ("ICD-10:J84.9", "Lung Diseases, Interstitial", "D017563"),
        ("icd-10: m34.81", "Scleroderma, Systemic", "D012595"),
    ],
)
def test_the_longest_code_decides(code, name, unique_id):
    found = of(Diagnosis(text="anything", code=code))
    assert found[name] == unique_id
    assert next(iter(found)) == name


@pytest.mark.parametrize("code", ["", "M35.1", "SNOMED:398049005", "ICD-10:Z99.9", "ICD-11:4A43.3"])
def test_nothing_is_guessed_from_words_or_other_codes(code):
    diagnosis = Diagnosis(text="Mixed connective tissue disease", code=code)
    assert "Mixed Connective Tissue Disease" not in of(diagnosis)
    assert uncoded(replace(example(), patient=replace(example().patient, diagnoses=(diagnosis,)))) == (
        diagnosis,
    )


@pytest.mark.parametrize(
    ("age", "names"),
    [
        (18.9, {"Adolescent"}),
        (24.9, {"Young Adult", "Adult"}),
        (44.9, {"Adult"}),
        (45.0, {"Middle Aged"}),
        (64.9, {"Middle Aged"}),
        (65.0, {"Aged"}),
        (80.0, {"Aged, 80 and over"}),
        (None, set()),
    ],
)
def test_check_tags_of_age_are_those_of_medline(age, names):
    """Groups of the National Library of Medicine: 13–18, 19–24, 19–44, 45–64, 65–79, 80 and over."""
    groups = {row["heading"] for row in TABLE if row["kind"] == "age"}
    assert set(of(age_years=age)) & groups == names


def test_treatment_and_measures_and_scans_have_theirs():
    found = of()
    for name in (
        "Imatinib Mesylate",
        "Azathioprine",
        "Vital Capacity",
        "Walk Test",
        "Tomography, X-Ray Computed",
    ):
        assert name in found
    assert list(found).index("Imatinib Mesylate") < list(found).index("Azathioprine")  # the judged one first
    without = {one.name for one in propose_headings(no_scans())}
    assert "Tomography, X-Ray Computed" not in without
    assert "Male" in of(sex=Sex.MALE)


def test_the_table_speaks_of_what_is_built_in():
    for row in TABLE:
        assert re.fullmatch(r"[DC]\d{6}(\d{3})?", row["unique_id"])
        assert row["verified"] == "yes"
        if row["kind"] == "drug":
            assert row["match"] in DRUGS
        if row["kind"] == "measure":
            assert row["match"] in OUTCOMES
    keys = [(row["kind"], row["match"], row["heading"]) for row in TABLE]
    assert len(keys) == len(set(keys))
    assert len({row["unique_id"]: row["heading"] for row in TABLE}) == len({row["heading"] for row in TABLE})
