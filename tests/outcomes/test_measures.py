"""Every measure of the interface is there and keeps the contract."""

from __future__ import annotations

import csv
from math import sqrt
from pathlib import Path

import pytest

from breathline.model.change import Scale
from breathline.outcomes import OUTCOMES, reliable, response, trajectory
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


WORDS = {
    # A limit that its printed words give in letters or in another unit.
    ("nyha_class", "important_difference"): "One class",
    ("mmrc", "important_difference"): "One grade",
    ("fvc", "error"): "= 334 mL",
    ("fev1", "important_difference"): "100 mL",
    ("cpi", "important_difference"): "five points",
    ("upcr", "important_difference"): "by half",
}
IN_WORDS = {
    "One class": 1.0,
    "One grade": 1.0,
    "= 334 mL": 0.334,
    "100 mL": 0.1,
    "five points": 5.0,
    "by half": 50.0,
}
LIMITS = ("error", "important_difference", "learning")


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize("name", LIMITS)
def test_a_limit_is_the_one_of_its_printed_words(key: str, name: str) -> None:
    limit = getattr(OUTCOMES[key], name)
    if limit is None:
        return
    words = WORDS.get((key, name), f"{limit.value:g}")
    assert words in limit.printed.replace(",", "")
    assert limit.value == IN_WORDS.get(words, limit.value)


SCALES = {
    # What limits are counted in, where it is not the unit of the measure.
    Scale.RELATIVE: {
        "dlco:important_difference", "dlco_hb:important_difference", "egfr:error", "egfr:important_difference",
        "fev1:error", "kco:error", "kco:important_difference", "pao2:error", "six_minute_walk:error",
        "spo2_rest:error", "tlc:error", "tlc:important_difference", "upcr:error", "upcr:important_difference",
    },
    Scale.PERCENT_PREDICTED: {"fvc:important_difference"},
}  # fmt: skip


def _limits(chosen) -> set[str]:
    return {
        f"{key}:{name}"
        for key, measure in OUTCOMES.items()
        for name in LIMITS
        if (limit := getattr(measure, name)) is not None and chosen(limit)
    }


def test_what_limits_are_counted_in() -> None:
    for scale, names in SCALES.items():
        assert _limits(lambda limit, scale=scale: limit.scale is scale) == names


UNREAD = {
    "aa_gradient:error", "aa_gradient:important_difference", "cpi:error", "ct_consolidation:important_difference",
    "ct_emphysema:important_difference", "ct_ground_glass:important_difference",
    "ct_honeycombing:important_difference", "ct_ild:important_difference", "ct_reticulation:important_difference",
    "egfr:important_difference", "fev1:important_difference", "k_bild:error", "kco:error",
    "kco:important_difference", "mmrc:important_difference", "nyha_class:important_difference",
    "pao2:important_difference", "sgrq:error", "spo2_nadir:important_difference", "spo2_rest:error",
    "spo2_rest:important_difference", "tlc:error", "tlc:important_difference", "upcr:error",
    "upcr:important_difference",
}  # fmt: skip
"""Limits that nobody has read in their publication: taking one out of here asks for reading it."""


def test_what_was_not_read_is_marked() -> None:
    assert _limits(lambda limit: not limit.source.verified) == UNREAD
    assert not any(s.verified for s in (reliable.SOURCE, trajectory.SOURCE, response.CONFIRMED_SOURCE))


GOLDEN = Path(__file__).parents[1] / "golden" / "measures.csv"
ROWS = list(csv.DictReader(GOLDEN.read_text(encoding="utf-8").splitlines()[1:]))


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["measure"])
def test_what_a_value_can_be_and_how_it_is_printed(row: dict[str, str]) -> None:
    measure = OUTCOMES[row["measure"]]
    assert row["oracle"]
    assert (measure.direction or "") == row["direction"]
    assert measure.plausible == (float(row["low"]), float(row["high"]))
    assert (measure.decimals, measure.several_a_day) == (int(row["decimals"]), row["several_a_day"])
    assert (measure.ordinal, measure.comparative) == (
        bool(int(row["ordinal"])),
        row["measure"] in ("symptoms", "hrct_reading"),
    )


def test_conditions_and_how_far_they_may_differ() -> None:
    assert [row["measure"] for row in ROWS] == list(OUTCOMES)
    assert {key: m.same_within for key, m in OUTCOMES.items() if m.same_within} == {
        "fio2": 0.5,  # rounded to the whole percent
        "oxygen_flow": 0.25,  # half a step of the regulator
        "altitude": 150.0,
    }
