"""The scans of a record, one after the other. Oracle: stand-ins that write down what they were asked for."""

from __future__ import annotations

import weakref
from pathlib import Path
from types import SimpleNamespace
from typing import Any, ClassVar

import pytest

from breathline.ct.align import AlignmentError
from breathline.ct.measure import MeasuredScan
from breathline.errors import Problem, ScanError
from breathline.model.ct_change import Compared, CtChange
from breathline.model.measurement import Moment
from breathline.model.patient import ScanRef
from breathline.model.volume import ScanMeasurement
from breathline.progress import silent
from breathline.scans import measure_scans

START = Moment(week=0.0)
NOTHING = ScanMeasurement(scan={}, quality=(), labels={}, measurements=(), steps=(), version="")


class Pixels:
    """Stands in for the pixels of a scan; all that live are counted."""

    alive: ClassVar[weakref.WeakSet[Pixels]] = weakref.WeakSet()

    def __init__(self, name: str) -> None:
        self.name = name
        Pixels.alive.add(self)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> dict[str, list]:
    """What was measured, what was compared, and the most scans that were held at a time."""
    told: dict[str, list] = {"measured": [], "compared": [], "held": [], "broken": [], "strangers": []}

    def measure(path: Path, **_: object) -> MeasuredScan:
        if path.name in told["broken"]:
            raise ScanError([Problem(code="no_lungs", message="no lungs were found.")])
        told["measured"].append(path.name)
        pixels: Any = Pixels(path.name)
        told["held"].append(len(Pixels.alive))
        return MeasuredScan(volume=pixels, lungs=pixels, patterns=pixels, result=NOTHING)

    def compare(first: MeasuredScan, second: MeasuredScan, **_: object) -> Any:
        pair = tuple(scan.volume.name for scan in (first, second))
        if pair[1] in told["strangers"]:
            raise AlignmentError([Problem(code="other_patient", message="neither lung is found again.")])
        told["compared"].append(pair)
        return SimpleNamespace(pair=pair, steps=())

    def summarise(comparison: Any, names: tuple[str, str], days: float, _files: object) -> CtChange:
        assert comparison.pair == names
        return CtChange(baseline=names[0], followup=names[1], days=days, compared=Compared.PLACES)

    monkeypatch.setattr("breathline.ct.measure.measure_scan", measure)
    monkeypatch.setattr("breathline.ct.measure.write_scan", lambda *_: None)
    monkeypatch.setattr("breathline.ct.compare.compare_measured", compare)
    monkeypatch.setattr("breathline.ct.comparison_summary.write_change", lambda *_, **__: {})
    monkeypatch.setattr("breathline.ct.comparison_summary.summarise_comparison", summarise)
    return told


def refs(*weeks: float) -> list[ScanRef]:
    return [
        ScanRef(name=f"w{week:g}", series="", path=Path(f"w{week:g}"), when=Moment(week=week))
        for week in weeks
    ]


def test_each_scan_is_measured_once_and_two_are_held(asked, tmp_path):
    found = measure_scans(refs(-52, -26, -1, 12, 20), START, tmp_path, silent)
    assert asked["measured"] == ["w-52", "w-26", "w-1", "w12", "w20"]
    assert asked["compared"] == [("w-52", "w-26"), ("w-52", "w-1"), ("w-1", "w12"), ("w-1", "w20")]
    assert max(asked["held"]) == 2
    assert [change.days for change in found.changes] == [182.0, 357.0, 91.0, 147.0]


def test_a_baseline_that_cannot_be_measured_gives_way_to_the_one_before(asked, tmp_path):
    asked["broken"] = ["w-1"]
    found = measure_scans(refs(-52, -26, -1, 20), START, tmp_path, silent)
    assert asked["compared"] == [("w-52", "w-26"), ("w-26", "w20")]
    assert max(asked["held"]) == 2
    assert [problem.code for problem in found.problems] == ["no_lungs"]
    assert [scan.name for scan in found.summaries] == ["w-52", "w-26", "w-1", "w20"]


def test_two_scans_that_cannot_be_compared_are_told_and_the_rest_goes_on(asked, tmp_path):
    asked["strangers"] = ["w12"]
    found = measure_scans(refs(-1, 12, 20), START, tmp_path, silent)
    refused, compared = found.changes
    assert (refused.compared, refused.followup) == (Compared.NOTHING, "w12")
    assert refused.reason == "neither lung is found again."
    assert refused.obstacle == "The two scans may be of different patients."
    assert compared.compared is Compared.PLACES
    (problem,) = found.problems
    assert problem.code == "scans_not_compared"
    assert problem.message == (
        "The scans of w-1 and w12 were not compared place by place: neither lung is found again."
    )


def test_one_scan_is_compared_with_nothing(asked, tmp_path):
    assert measure_scans(refs(-1), START, tmp_path, silent).changes == []
    assert asked["compared"] == []
