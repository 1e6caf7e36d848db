"""Grades held against the grading tables of admiral (pharmaverse, Apache-2.0), another implementation of CTCAE.

Its tables are R conditions; they are read here as they stand and asked for the same values. The tables lie beside
the repository and are not part of it; without them the test is skipped.
"""

from __future__ import annotations

import json
import re
from itertools import product

import pytest

from breathline.model.measurement import Moment
from breathline.model.patient import LabResult
from breathline.model.safety import CtcaeVersion
from breathline.safety.ctcae import limits_of
from breathline.safety.lab_grades import grade_labs
from tests.conftest import ROOT
from tests.safety.laboratories import usual

EVIDENCE = ROOT.parent / "shared" / "evidence"

TESTS = {
    "Anemia": "haemoglobin",
    "Leukocytosis": "leukocytes",
    "Thrombocytopenia": "platelets",
    "Alanine aminotransferase increased": "alt",
    "Alkaline phosphatase increased": "alp",
    "Aspartate aminotransferase increased": "ast",
    "Blood bilirubin increased": "bilirubin",
    "Blood lactate dehydrogenase increased": "ldh",
    "CD4 lymphocytes decreased": "cd4_lymphocytes",
    "Cholesterol high": "cholesterol",
    "CPK increased": "ck",
    "Creatinine increased": "creatinine",
    "GGT increased": "ggt",
    "INR increased": "inr",
    "Lipase increased": "lipase",
    "Lymphocyte count decreased": "lymphocytes",
    "Lymphocyte count increased": "lymphocytes",
    "Neutrophil count decreased": "neutrophils",
    "Platelet count decreased": "platelets",
    "Serum amylase increased": "amylase",
    "White blood cell decreased": "leukocytes",
    "Hypercalcemia": "calcium_corrected",
    "Hypercalcemia (Ionized)": "calcium_ionised",
    "Hyperglycemia": "glucose",
    "Hyperglycemia (Fasting)": "glucose_fasting",
    "Hyperkalemia": "potassium",
    "Hypermagnesemia": "magnesium",
    "Hypernatremia": "sodium",
    "Hypertriglyceridemia": "triglycerides",
    "Hyperuricemia": "uric_acid",
    "Hypoalbuminemia": "albumin",
    "Hypocalcemia": "calcium_corrected",
    "Hypocalcemia (Ionized)": "calcium_ionised",
    "Hypoglycemia": "glucose",
    "Hypokalemia": "potassium",
    "Hypomagnesemia": "magnesium",
    "Hyponatremia": "sodium",
}

LEFT_OUT = {
    "Activated partial thromboplastin time prolonged", "Fibrinogen decreased", "Haptoglobin decreased",
    "Hemoglobin increased", "Acidosis", "Alkalosis", "HDL decreased", "LDL increased",
    "Creatinine clearance decreased",
}  # fmt: skip
"""Terms of admiral's tables that are not shipped: no drug used in fibrotic lung disease acts on them."""

PRINTED_OTHERWISE = {
    # CTCAE prints "2.0 - 2.5 x baseline" and "1.71 mmol/L - 3.42 mmol/L", so the lower end belongs to grade 1;
    # admiral leaves it out.
    ("5", "GGT increased"): "2 x baseline",
    ("5", "Hypertriglyceridemia"): "1.71",
    ("6", "Hypertriglyceridemia"): "1.71",
}


def _table(version: str) -> list[dict[str, str]]:
    path = EVIDENCE / f"ctcae-v{version}-labs.json"
    if not path.exists():
        pytest.skip(f"{path} is not there")
    return list(json.loads(path.read_text(encoding="utf-8")))


def _signif(value: float | None) -> float:
    if value is None:
        raise TypeError
    return float(f"{value:.9g}")


def _holds(condition: str, values: dict[str, object]) -> bool:
    text = re.sub(r"is\.na\((\w+)\)", r"(\1 is None)", condition)
    for side in ("high", "low"):
        text = text.replace(f"BNRIND %in% {side}_indicator", side)
    text = re.sub(r"!\s*\(", " not (", text)
    text = re.sub(r"signif\(((?:[^()]|\([^()]*\))*),\s*signif_dig\)", r"signif(\1)", text)
    text = text.replace("&", " and ").replace("|", " or ").strip(" ,")
    try:
        return bool(eval(text, {"signif": _signif}, dict(values)))
    except TypeError:  # a value R would call NA
        return False


def _admiral(row: dict[str, str], values: dict[str, object]) -> int | None:
    codes = [row[f"GRADE_{key}_CODE"] for key in ("NA", 4, 3, 2, 1) if row.get(f"GRADE_{key}_CODE")]
    for code in codes:
        for condition, answer in re.findall(r'(.*?)~\s*("\d"|NA_character_)\s*,?', code, re.DOTALL):
            if _holds(condition, values):
                return None if answer.startswith("NA") else int(answer.strip('"'))
    return 0


def _values(row: dict[str, str], version: str, test: str, low: float, high: float, base: float | None):
    """Give values at, just below and just above everything the row may compare with."""
    numbers = {
        float(n)
        for n in re.findall(r"(?<![\w.])\d+(?:\.\d+)?", " ".join(row[k] for k in row if k.endswith("_CODE")))
    }
    references = [high, low, 1.0] + ([base] if base is not None else [])
    points = {n * r for n, r in product(numbers | {1.0}, references)} | {low, high}
    points |= {limit.limit for limit in limits_of(CtcaeVersion(version), test) if limit.absolute}
    return sorted({p * f for p in points for f in (1.0, 1.0 - 1e-6, 1.0 + 1e-6) if p > 0})


def _ours(
    version: str, test: str, unit: str, value: float, low: float, high: float, base: float | None, term: str
):
    name = {
        "calcium_corrected": "corrected calcium",
        "calcium_ionised": "ionised calcium",
        "glucose_fasting": "fasting glucose",
        "cd4_lymphocytes": "cd4",
        "uric_acid": "urate",
    }.get(test, test)
    rows = (
        []
        if base is None
        else [LabResult(test=name, value=base, unit=unit, when=Moment(week=0), low=low, high=high)]
    )
    rows.append(LabResult(test=name, value=value, unit=unit, when=Moment(week=4), low=low, high=high))
    graded = grade_labs(rows, Moment(week=0), CtcaeVersion(version))[-1]
    assert graded.test == test
    if graded.reason.endswith("the unit is likely another") or graded.reason.startswith(
        "above the upper limit"
    ):
        return "not graded here"  # beyond belief, or high glucose, which CTCAE has no number for
    if graded.term and graded.term != term:  # the value lies on the other side
        return 0
    return graded.grade


@pytest.mark.parametrize("version", ["5", "6"])
def test_every_limit_gives_the_grade_admiral_gives(version):
    asked, differ = 0, []
    for row in _table(version):
        term = row["TERM"]
        if term in LEFT_OUT:
            continue
        test = TESTS[term]
        unit, low, high = usual(test)
        for base in (None, (low + high) / 2, 1.6 * high, 0.9 * low):
            at = None if base is None else {"low": base < low, "high": base > high}
            for value in _values(row, version, test, low, high, base):
                values = {
                    "AVAL": value,
                    "ANRLO": low,
                    "ANRHI": high,
                    "BASE": base,
                    **(at or {"low": False, "high": False}),
                }
                if term == "INR increased":
                    values["BASE"] = value * 10  # the clause for anticoagulated patients is not applied
                expected = _admiral(row, values)
                got = _ours(version, test, unit, value, low, high, base, row["TERM"].split(" (")[0])
                if got == "not graded here" or (got is None and expected is None):
                    continue
                asked += 1
                if got != expected and not _printed_otherwise(version, term, value, base):
                    differ.append((term, value, base, expected, got))
    assert asked > 2000
    assert differ == []


def _printed_otherwise(version: str, term: str, value: float, base: float | None) -> bool:
    at = {"2 x baseline": None if base is None else 2.0 * base, "1.71": 1.71}.get(
        PRINTED_OTHERWISE.get((version, term), "")
    )
    return at is not None and abs(value / at - 1.0) < 1e-9
