"""Which class a pair of scans belongs to."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from breathline.model.protocol import Match, ScanProtocol
from breathline.outcomes.protocol import match_protocols, protocol_of, words_for_matching

SCAN = ScanProtocol(
    kernel="B30f", slice_thickness_mm=1.0, exposure_mas=100.0, kvp=120.0, scanner="Acme One", position="supine",
    lung_volume_ml=4000.0,
)  # fmt: skip


@pytest.mark.parametrize(
    ("other", "match", "differences"),
    [
        ({}, Match.MATCHED, ()),
        ({"kernel": "b30F", "lung_volume_ml": 4390.0, "exposure_mas": 200.0}, Match.MATCHED, ()),
        ({"kernel": "B70f"}, Match.KERNEL, ("kernel",)),
        ({"slice_thickness_mm": 1.6}, Match.THICKNESS, ("slice thickness",)),
        ({"exposure_mas": 40.0}, Match.DOSE, ("exposure",)),
        ({"lung_volume_ml": 4600.0}, Match.INSPIRATION, ("depth of breath",)),
        ({"kernel": "B70f", "exposure_mas": 40.0}, Match.SEVERAL, ("kernel", "exposure")),
        ({"kvp": 100.0}, Match.SEVERAL, ("tube voltage",)),
        ({"scanner": "Acme Two"}, Match.SEVERAL, ("scanner",)),
        ({"interval": True}, Match.SEVERAL, ("gaps between slices",)),
        ({"contrast": True}, None, ("contrast medium",)),
        ({"position": "prone", "kernel": "B70f"}, None, ("kernel", "position")),
        ({"exposure_mas": None, "kvp": None, "scanner": "", "position": ""}, Match.MATCHED, ()),
    ],
)
def test_classes(other: dict[str, Any], match: Match | None, differences: tuple[str, ...]) -> None:
    second = replace(SCAN, **other)
    for found in (match_protocols(SCAN, second), match_protocols(second, SCAN)):
        assert (found.match, found.differences) == (match, differences)


def test_interval_scans_are_a_class_of_their_own() -> None:
    first = replace(SCAN, interval=True)
    assert match_protocols(first, first).match is Match.INTERVAL
    assert match_protocols(first, replace(first, kernel="B70f")).match is Match.SEVERAL


@pytest.mark.parametrize(
    ("lost", "word"),
    [({"kernel": ""}, "kernel"), ({"slice_thickness_mm": None}, "slice thickness"),
     ({"lung_volume_ml": None}, "lung volume")],
)  # fmt: skip
def test_what_is_not_known_puts_a_pair_into_no_class(lost: dict[str, Any], word: str) -> None:
    found = match_protocols(SCAN, replace(SCAN, **lost))
    assert (found.match, found.unknown) == (None, (word,))


@pytest.mark.parametrize(
    ("other", "studied", "words"),
    [
        ({}, True, "The error is that of simulated pairs of scans made alike."),
        ({"kernel": "B70f", "exposure_mas": 40.0}, True,
         "The error is that of simulated pairs of scans that differ in kernel and exposure."),
        ({"contrast": True}, False,
         "The error is that of the two scans' own intervals: pairs that differ in contrast medium have not been studied."),
        ({"kernel": ""}, False, "The error is that of the two scans' own intervals: kernel not known of both."),
    ],
)  # fmt: skip
def test_words(other: dict[str, Any], studied: bool, words: str) -> None:
    assert words_for_matching(match_protocols(SCAN, replace(SCAN, **other)), studied=studied) == words


def test_facts_of_a_scan() -> None:
    facts = {
        "kernel": "B30f ", "slice_thickness_mm": 1, "exposure_mas": None, "kvp": 120.0, "manufacturer": "Acme",
        "model": "", "contrast": False, "position": "unknown", "interval": True,
    }  # fmt: skip
    assert protocol_of(facts, 4000.0) == ScanProtocol(
        kernel="B30f", slice_thickness_mm=1.0, kvp=120.0, scanner="Acme", interval=True, lung_volume_ml=4000.0
    )
