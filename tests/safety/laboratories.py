"""Limits as a laboratory prints them, so that limits counted from them can be told from absolute ones."""

from __future__ import annotations

USUAL = {  # test: unit, lower limit, upper limit
    "haemoglobin": ("g/L", 120.0, 160.0),
    "leukocytes": ("10^9/L", 4.0, 10.0),
    "platelets": ("10^9/L", 150.0, 400.0),
    "cd4_lymphocytes": ("10^9/L", 0.6, 1.5),
    "lymphocytes": ("10^9/L", 1.0, 3.6),
    "neutrophils": ("10^9/L", 1.8, 7.5),
    "eosinophils": ("10^9/L", 0.02, 0.5),
    "inr": ("1", 0.9, 1.1),
    "bilirubin": ("umol/L", 3.0, 17.0),
    "creatinine": ("umol/L", 45.0, 90.0),
    "cholesterol": ("mmol/L", 2.0, 5.2),
    "calcium_corrected": ("mmol/L", 2.15, 2.55),
    "calcium_ionised": ("mmol/L", 1.12, 1.32),
    "glucose": ("mmol/L", 3.9, 5.6),
    "glucose_fasting": ("mmol/L", 3.9, 5.6),
    "potassium": ("mmol/L", 3.5, 5.0),
    "magnesium": ("mmol/L", 0.7, 1.05),
    "sodium": ("mmol/L", 135.0, 145.0),
    "triglycerides": ("mmol/L", 0.4, 1.7),
    "uric_acid": ("umol/L", 140.0, 360.0),
    "albumin": ("g/L", 35.0, 50.0),
}

ENZYME = ("U/L", 10.0, 40.0)


def usual(test: str) -> tuple[str, float, float]:
    """Give unit, lower and upper limit of a test."""
    return USUAL.get(test, ENZYME)
