"""Every measure of the interface is there and keeps the contract."""

from __future__ import annotations

from math import sqrt

import pytest

from breathline.model.change import Scale
from breathline.outcomes import OUTCOMES
from breathline.testing import check_outcome
from tests.tolerances import half_last_digit

KEYS = [
    "nyha_class",
    "mmrc",
    "fvc",
    "fev1",
    "dlco",
    "kco",
    "tlc",
    "hb",
    "six_minute_walk",
    "spo2_rest",
    "spo2_nadir",
    "pao2",
    "paco2",
    "fio2",
    "borg",
    "sgrq",
    "mrss",
    "creatinine",
    "egfr",
    "upcr",
    "symptoms",
    "hrct_reading",
    "ct_ground_glass",
    "ct_reticulation",
    "ct_honeycombing",
    "ct_consolidation",
    "ct_emphysema",
    "ct_ild",
    "ct_fibrosis",
    "ct_vessels",
    "ct_lung_volume",
    "ct_mean_density",
    "ct_haa",
    "ct_laa950",
    "dlco_hb",
    "cpi",
    "aa_gradient",
    "bdi",
    "tdi",
    "k_bild",
    "ucsd_sobq",
    "oxygen_flow",
    "altitude",
]


def test_every_key_of_the_interface_is_there() -> None:
    assert set(OUTCOMES) == set(KEYS)


@pytest.mark.parametrize("key", KEYS)
def test_every_measure_keeps_its_contract(key: str) -> None:
    assert OUTCOMES[key].key == key
    check_outcome(OUTCOMES[key])


def test_supporting_values_are_not_judged() -> None:
    assert {k for k, m in OUTCOMES.items() if m.direction is None} == {
        "hb",
        "paco2",
        "fio2",
        "creatinine",
        "bdi",
        "oxygen_flow",
        "altitude",
        "ct_lung_volume",
        "ct_mean_density",
        "ct_vessels",
        "ct_haa",
        "ct_laa950",
    }


@pytest.mark.parametrize(
    ("measure", "within_subject_sd", "printed"),
    [
        # Oracle: 1.96·√2·SD with the printed SD within subjects (see the source of each error).
        ("fvc", 0.1205, "0.334"),
        ("six_minute_walk", 4.2, "11.6"),
        ("pao2", 5.1, "14.1"),
        ("mrss", 2.45, "6.8"),
        ("spo2_rest", 1.4, "3.9"),
        ("tlc", 5.0, "13.9"),
        ("ucsd_sobq", 4.5, "12.5"),
        ("k_bild", 11.0 * sqrt(1.0 - 0.91), "9.1"),
        ("aa_gradient", 0.051 * 70.0, "10"),
        ("cpi", sqrt((0.65 * 6.5) ** 2 + 1.15), "12"),
    ],
)
def test_errors_are_the_coefficient_of_repeatability(
    measure: str, within_subject_sd: float, printed: str
) -> None:
    error = OUTCOMES[measure].error
    assert error is not None and error.value == float(printed)
    assert 1.96 * sqrt(2) * within_subject_sd == pytest.approx(error.value, abs=half_last_digit(printed))


def test_thresholds_taken_by_analogy_are_marked() -> None:
    for measure in OUTCOMES.values():
        limit = measure.important_difference
        if limit is not None and "analogy" in limit.source.note:
            assert not limit.source.verified, measure.key
    fibrosis = OUTCOMES["ct_fibrosis"].important_difference
    assert fibrosis is not None and fibrosis.source.verified and fibrosis.scale is Scale.ABSOLUTE
