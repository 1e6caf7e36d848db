"""Which scans can be looked at side by side."""

from __future__ import annotations

from dataclasses import replace

from breathline.model.assessment import Assessment
from breathline.model.ct_change import Compared, CtChange
from breathline.review.pairs import list_pairs
from tests.report.example import example


def with_scans(names: list[str], changes: dict[str, str]) -> Assessment:
    """The example with scans of these names and, by follow-up, what each was compared with; nothing is judged."""
    base = example()
    compared = tuple(
        CtChange(
            baseline=baseline,
            followup=followup,
            days=7.0,
            compared=next(iter(Compared)),
            files={"change": "x"},
        )
        for followup, baseline in changes.items()
    )
    scans = tuple(replace(base.scans[0], name=name, when=None) for name in names)
    return replace(base, scans=scans, ct_changes=compared, changes=())


def told(assessment: Assessment) -> tuple[list[tuple[int, int, bool]], int | None]:
    pairs, first = list_pairs(assessment)
    return [(pair.baseline, pair.followup, pair.compared) for pair in pairs], first


def test_no_pair_of_less_than_two_scans() -> None:
    assert told(with_scans([], {})) == ([], None)
    assert told(with_scans(["a"], {})) == ([], None)


def test_every_followup_stands_beside_its_own_baseline() -> None:
    # "b" was made before treatment and compared with "a"; "c" and "d" were made on it and compared with "b".
    found, first = told(with_scans(["a", "b", "c", "d"], {"b": "a", "c": "b", "d": "b"}))
    assert found == [(0, 1, True), (1, 2, True), (1, 3, True)]
    assert first is not None
    assert found[first][1] == 3


def test_a_scan_that_was_compared_with_none_is_offered_all_the_same() -> None:
    found, first = told(with_scans(["a", "b", "c"], {"c": "a"}))
    assert found == [(0, 1, False), (0, 2, True)]
    assert first == 1
