"""Tables of scan pairs: what is wrong with one is told all at once."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from breathline.cli import main
from breathline.errors import TableError
from breathline.model.protocol import Match
from breathline.repeatability.table import read_pairs


def folder_with(tmp_path: Path, text: str) -> Path:
    for name in ("a1", "a2", "b1", "b2"):
        (tmp_path / name).mkdir(exist_ok=True)
    table = tmp_path / "pairs.csv"
    table.write_text(text, encoding="utf-8")
    return table


def test_a_table(tmp_path: Path) -> None:
    table = folder_with(tmp_path, "subject;first;second;class\nA;a1;a2;Kernel differs\nB;b1;b2;\n")
    one, other = read_pairs(table)
    assert (one.subject, one.first, one.second, one.match) == (
        "A",
        tmp_path / "a1",
        tmp_path / "a2",
        Match.KERNEL,
    )
    assert (other.match, other.line) == (None, 3)


def test_all_problems_at_once(tmp_path: Path) -> None:
    text = "subject,first,second,class\nA,a1,a1,\n,b1,gone,kernal_differs\nB,b1,b2,matched\nC,b2,b1,\n"
    with pytest.raises(TableError) as caught:
        read_pairs(folder_with(tmp_path, text))
    assert [(p.code, p.row, p.column) for p in caught.value.problems] == [
        ("same_scan", 2, "second"),
        ("empty_cell", 3, "subject"),
        ("scan_missing", 3, "second"),
        ("unknown_class", 3, "class"),
        ("pair_twice", 5, ""),
    ]
    assert "Did you mean 'kernel_differs'?" in caught.value.problems[3].message


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("", ["empty_table"]),
        ("subject,first,second\n", ["no_rows"]),
        ("subject,first\nA,a1\n", ["missing_column"]),
        ("subject,first,second,kernel\nA,a1,a2,x\n", ["unknown_column"]),
        ('subject,first,second\nA,"a1,a2\n', ["broken_quotes", "no_rows"]),
    ],
)
def test_tables_that_cannot_be_used(tmp_path: Path, text: str, codes: list[str]) -> None:
    with pytest.raises(TableError) as caught:
        read_pairs(folder_with(tmp_path, text))
    assert [problem.code for problem in caught.value.problems] == codes


def test_the_command_refuses_with_code_3_and_leaves_nothing(tmp_path: Path) -> None:
    table = folder_with(tmp_path, "subject,first,second\nA,a1,nowhere\n")
    out = tmp_path / "out"
    result = CliRunner().invoke(main, ["ct", "repeatability", str(table), "-o", str(out)])
    assert result.exit_code == 3
    assert result.output == (
        "The table cannot be used:\n  - pairs.csv, line 2, column 'second': There is no scan 'nowhere'. Paths count "
        "from the folder of the table; name a DICOM folder or an image file.\n"
    )
    assert not out.exists()


def test_scans_that_cannot_be_read_are_refused_with_the_reason(tmp_path: Path) -> None:
    table = folder_with(tmp_path, "subject,first,second\nA,a1,a2\n")  # folders without pictures
    result = CliRunner().invoke(main, ["ct", "repeatability", str(table), "-o", str(tmp_path / "out")])
    assert result.exit_code == 3
    assert "The pair of A is left out: the first scan:" in result.output


def test_a_table_or_phantoms(tmp_path: Path) -> None:
    table = folder_with(tmp_path, "subject,first,second\nA,a1,a2\n")
    for arguments in ([], [str(table), "--phantoms", "2"]):
        result = CliRunner().invoke(main, ["ct", "repeatability", *arguments, "-o", str(tmp_path / "out")])
        assert result.exit_code == 2
        assert "Give a table of scan pairs, or --phantoms N." in result.output
