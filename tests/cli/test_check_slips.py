"""Slips of a lung function record, one after the other, as ``breathline check`` tells them.

The oracle is the list of what must be recognised: each has its likely cause named, and nothing is computed from it in
silence, so that the record is refused, or a warning says what was left out.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from breathline.cli import main
from tests.intake.folders import HEADING, PATIENT, VISITS, write_folder

MUST, WARNED = "[must be mended]", "[warning]"
BASELINE = f"{HEADING}2021-02-10,fvc,1.90,L,,,\n"
LATER = "2021-07-05,fvc,2.00,L,,,\n"

SLIPS = {
    "height in metres": (MUST, {"patient.toml": PATIENT.replace("162", "1.62")}, "1.62 looks like metres"),
    "weight in pounds": (
        MUST,
        {"patient.toml": PATIENT.replace("weight_kg = 61", "weight_kg = 165")},
        "165 looks like pounds",
    ),
    "DLCO in the other unit system": (
        MUST,
        {"visits.csv": VISITS.replace("12.4,mL/min/mmHg", "12.4,mmol/min/kPa")},
        "one of the two is likely in the other one (mL/min/mmHg)",
    ),
    "FVC in mL": (MUST, {"visits.csv": VISITS.replace("fvc,1.90", "fvc,1900")}, "1900 looks like mL"),
    "FVC in % in a column of litres": (
        MUST,
        {"visits.csv": VISITS.replace("fvc,1.90", "fvc,65")},
        "65 looks like percent of predicted",
    ),
    "an age outside the equation": (
        WARNED,
        {"patient.toml": PATIENT.replace("1957-03-02", "1922-03-02")},
        "FVC, GLI Global 2022 holds for ages from 3 to 95 years; the patient is 98.",
    ),
    "a negative value": (MUST, {"visits.csv": VISITS.replace("fvc,1.90", "fvc,-1.90")}, "It is negative"),
    "an impossible value": (
        MUST,
        {"visits.csv": VISITS + "2021-07-05,nyha_class,5,,,,\n"},
        "NYHA class of 5 cannot be",
    ),
    "FEV1 above FVC": (
        MUST,
        {"visits.csv": VISITS.replace("fev1,1.60", "fev1,2.50")},
        "FEV1 (2.50 L) is above FVC",
    ),
    "PaO2 in kPa": (MUST, {"visits.csv": VISITS + "2021-07-05,pao2,9.5,mmHg,,,\n"}, "9.5 looks like kPa"),
    "a visit twice": (MUST, {"visits.csv": VISITS + LATER}, "2.10 on line 5 and 2.00 here"),
    "a visit before birth": (
        MUST,
        {"visits.csv": VISITS + "1921-07-05,tlc,4.00,L,,,\n"},
        "lies before the birth of the patient",
    ),
    "a percentage above 200": (
        MUST,
        {"visits.csv": VISITS + "2021-07-05,spo2_rest,930,%,,,\n"},
        "A percentage above 200 cannot be",
    ),
    "missing sex": (
        WARNED,
        {"patient.toml": PATIENT.replace('sex = "female"\n', "")},
        "no value can be given as percent of predicted",
    ),
    "a treatment start after the last visit": (
        WARNED,
        {"patient.toml": PATIENT.replace("2021-02-15", "2022-02-15")},
        "no effect of it can be seen",
    ),
    "one visit only": (WARNED, {"visits.csv": BASELINE}, "There is one visit only"),
    "creatinine in µmol/L": (
        MUST,
        {"visits.csv": VISITS + "2021-07-05,creatinine,71,mg/dL,,,\n"},
        "71 looks like umol/L",
    ),
}


@pytest.mark.parametrize("slip", SLIPS)
def test_every_slip_is_told_with_its_likely_cause(slip: str, tmp_path: Path) -> None:
    severity, changed, cause = SLIPS[slip]
    result = CliRunner().invoke(main, ["check", str(write_folder(tmp_path, changed))])
    told = [line for line in result.output.splitlines() if cause in line]
    assert told, result.output
    assert severity in told[0]
    assert result.exit_code == (3 if severity is MUST else 0)
    assert ("Nothing was computed." in result.output) == (severity is MUST)
