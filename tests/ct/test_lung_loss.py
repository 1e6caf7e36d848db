"""A lung that lost much between two dates. Oracle: lungs drawn by a formula, with tissue taken from one of them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from breathline.ct.align import align
from breathline.ct.lung_loss import loss_flags
from breathline.model.ct_change import LungQuality
from tests.ct.vessels import CENTRES_MM, ORIGIN_MM, SHAPE, SPACING_MM, scan


def lung(name: str, volume_ml: tuple[float, float], mass_g: tuple[float, float]) -> LungQuality:
    return LungQuality(
        name=name, inverse_mm=0.5, inverse_95_mm=1.0, likeness=0.7, vessel_overlap=0.5, least_jacobian=0.6,
        volume_ml=volume_ml, mass_g=mass_g, doubtful_percent=0.0,
    )  # fmt: skip


WHOLE = lung("right_lung", (2400.0, 2400.0), (380.0, 380.0))


@pytest.mark.parametrize(
    ("right", "left", "code"),
    [
        # A lower lobe of a third of the lung is taken out.
        (WHOLE, lung("left_lung", (2100.0, 1400.0), (330.0, 220.0)), "lung_lost"),
        # The same scans exchanged: the lung that has less is the other one.
        (WHOLE, lung("left_lung", (1400.0, 2100.0), (220.0, 330.0)), "lung_lost"),
        # Fluid squeezes a lung whose tissue stays.
        (WHOLE, lung("left_lung", (2100.0, 1500.0), (330.0, 330.0)), "lung_squeezed"),
    ],
)
def test_a_lung_that_lost_against_the_other_is_told(right, left, code):
    (flag,) = loss_flags([right, left])
    assert flag.code == code


@pytest.mark.parametrize(
    ("right", "left"),
    [
        # A breath of two thirds: both lungs hold as much less.
        (
            lung("right_lung", (2400.0, 1600.0), (380.0, 380.0)),
            lung("left_lung", (2100.0, 1400.0), (330.0, 330.0)),
        ),
        # Haze of one lung cleared: it lost mass, and no volume.
        (WHOLE, lung("left_lung", (2100.0, 2100.0), (430.0, 330.0))),
    ],
)
def test_a_breath_and_haze_that_cleared_are_no_loss(right, left):
    assert loss_flags([right, left]) == ()


def test_one_lung_alone_has_nothing_to_be_held_against():
    assert loss_flags([lung("left_lung", (2100.0, 1200.0), (330.0, 200.0))]) == ()


@pytest.mark.parametrize(
    "hu", [5, 40]
)  # water of an effusion, and the airless scar of a lobe that was taken out
def test_what_fills_the_base_of_a_lung_is_found_on_the_scans(hu):
    baseline, (volume, lungs) = scan(), scan(day=1)
    heights = np.indices(SHAPE)[0] * SPACING_MM[0] + ORIGIN_MM[2]
    filled = (lungs.labels == 2) & (heights < CENTRES_MM[2][2] - 12.0)
    later = replace(volume, hu=np.where(filled, hu, volume.hu).astype(np.int16))
    found = align(*baseline, later, replace(lungs, labels=np.where(filled, 0, lungs.labels).astype(np.uint8)))
    (flag,) = loss_flags([one.quality for one in found.lungs])
    assert flag.code == "lung_lost"
    assert "left lung lost volume and mass" in flag.message
