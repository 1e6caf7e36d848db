"""Two small simulated patients, scanned twice, from DICOM to the files of a study."""

from __future__ import annotations

import csv
import json
from math import sqrt
from pathlib import Path

import pytest
from click.testing import CliRunner

from breathline.cli import main
from breathline.model.protocol import Match
from breathline.phantom import PhantomSpec, write_phantom
from breathline.repeatability import RepeatPair, summarise

SMALL = {
    "seed": 41,
    "matrix": 128,
    "fov_mm": 340.0,
    "thickness_mm": 1.0,
    "spacing_mm": 10.0,
    "ground_glass": 12.0,
}


def test_from_dicom_to_files(tmp_path: Path) -> None:
    for visit, kernel in ((1, "soft"), (2, "soft"), (3, "sharp")):
        write_phantom(tmp_path / f"{visit}", PhantomSpec(visit=visit, kernel=kernel, **SMALL))  # type: ignore[arg-type]
    (tmp_path / "empty").mkdir()
    table = tmp_path / "pairs.csv"
    rows = ["A,1/dicom,2/dicom,", "A,2/dicom,3/dicom,kernel_differs", "B,1/dicom,empty,"]
    table.write_text("\n".join(["subject,first,second,class", *rows]) + "\n")
    result = CliRunner().invoke(main, ["ct", "repeatability", str(table), "-o", str(tmp_path / "out")])
    assert result.exit_code == 0, result.output
    assert "The pair of B is left out: the second scan:" in result.output
    record = json.loads((tmp_path / "out" / "repeatability.json").read_text())
    assert [pair["class"] for pair in record["pairs"]] == ["interval", "kernel_differs"]
    assert [item["line"] for item in record["refused"]] == [4]
    assert any(note.startswith("not laid on each other") for note in record["pairs"][0]["notes"])
    first, second = record["pairs"][0]["raw"]["ct_ground_glass"]
    with (tmp_path / "out" / "repeatability.csv").open() as file:
        found = {(row["class"], row["values"], row["measure"]): row for row in csv.DictReader(file)}
    row = found["interval", "as_measured", "ct_ground_glass"]
    assert float(row["wsd"]) == pytest.approx(
        abs(second - first) / sqrt(2), rel=1e-3
    )  # one pair, four digits
    assert found["kernel_differs", "as_measured", "ct_lung_volume"]["unit"] == "mL"


def test_pairs_without_a_class_are_not_counted() -> None:
    def pair(match: Match | None, first: float, second: float) -> RepeatPair:
        return RepeatPair(
            subject="A", match=match, raw={"ct_ground_glass": (first, second)}, same_tissue={},
            units={"ct_ground_glass": "%"},
        )  # fmt: skip

    (found,) = summarise([pair(None, 0.0, 90.0), pair(Match.DOSE, 3.0, 5.0)])
    assert (found.match, found.measure, found.spread.pairs) == (Match.DOSE, "ct_ground_glass", 1)
    assert found.spread.sd == pytest.approx(sqrt(2.0))
    assert found.spread.bias_low is None
