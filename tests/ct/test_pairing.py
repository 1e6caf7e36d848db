"""What sets two scans apart. Oracle: headers written by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from breathline.ct.pairing import pairing_flags, position_flags
from breathline.model.volume import Acquisition, Geometry, Volume

MADE = Acquisition(
    kernel="soft", kvp=120.0, exposure_mas=100.0, slice_thickness_mm=1.0, contrast="", date="2023-01-10"
)


def scan(day: int = 0, **made: object) -> Volume:
    hu = np.full((2, 3, 3), -800 - day, dtype=np.int16)
    return Volume(
        hu=hu,
        geometry=Geometry(shape=(2, 3, 3), spacing_mm=(1.0, 1.0, 1.0)),
        acquisition=replace(MADE, **made),
    )


LATER = {"date": "2023-07-10"}


def test_two_scans_made_alike_are_not_told_apart():
    assert pairing_flags(scan(), scan(1, **LATER)) == ()


@pytest.mark.parametrize(
    ("made", "code", "words"),
    [
        (
            {"date": "2022-07-10"},
            "dates_exchanged",
            "The baseline (2023-01-10) is later than the follow-up (2022-07-10)",
        ),
        ({"date": "2023-01-10"}, "dates_exchanged", "Both scans are of one day (2023-01-10)"),
        (LATER | {"kernel": "sharp"}, "kernels_differ", "(soft, then sharp)"),
        (LATER | {"slice_thickness_mm": 2.5}, "thickness_differs", "(1 mm, then 2.5 mm)"),
        (LATER | {"exposure_mas": 20.0}, "dose_differs", "(100 mAs, then 20 mAs)"),
        (LATER | {"kvp": 80.0}, "voltage_differs", "(120 kV, then 80 kV)"),
        (LATER | {"contrast": "given"}, "contrast_differs", "for the follow-up alone"),
    ],
)
def test_each_difference_is_told_with_its_effect(made, code, words):
    (flag,) = pairing_flags(scan(), scan(1, **made))
    assert flag.code == code
    assert words in flag.message
    assert ": " in flag.message


@pytest.mark.parametrize(
    "made",
    [
        {"slice_thickness_mm": 1.5},
        {"exposure_mas": 50.0},
        {"kvp": 110.0},
        {"kernel": ""},
        {"exposure_mas": None},
    ],
)
def test_small_and_untold_differences_are_let_pass(made):
    assert pairing_flags(scan(), scan(1, **LATER, **made)) == ()


def test_the_same_picture_is_told_and_so_is_its_day():
    assert [flag.code for flag in pairing_flags(scan(), scan())] == ["same_scan", "dates_exchanged"]
    assert [flag.code for flag in pairing_flags(scan(), scan(**LATER))] == ["same_scan"]


@pytest.mark.parametrize("pair", [("supine", "prone"), ("prone", "supine")])
def test_a_patient_who_turned_over_is_told(pair):
    before, after = ({"position": word} for word in pair)
    (flag,) = position_flags(before, after)
    assert flag.code == "position_differs"
    assert f"The patient lay {pair[0]}, then {pair[1]}:" in flag.message


@pytest.mark.parametrize("pair", [("supine", "supine"), ("unknown", "prone"), ("supine", None)])
def test_a_position_that_is_unknown_or_the_same_is_not_judged(pair):
    before, after = ({"position": word} for word in pair)
    assert position_flags(before, after) == ()
