"""Outputs appear whole or not at all."""

from __future__ import annotations

import pytest

from breathline.errors import OutputError
from breathline.outputs import whole_folder


def write(target, name="assessment.json", text="{}"):
    with whole_folder(target, mark="assessment.json") as work:
        (work / name).write_text(text)


def test_a_new_folder_appears_with_its_content(tmp_path):
    write(tmp_path / "a" / "out")
    assert (tmp_path / "a" / "out" / "assessment.json").read_text() == "{}"


def test_an_earlier_result_is_replaced_and_nothing_else_stays(tmp_path):
    write(tmp_path / "out", text="old")
    (tmp_path / "out" / "stale.png").write_text("x")
    write(tmp_path / "out", text="new")
    assert [p.name for p in (tmp_path / "out").iterdir()] == ["assessment.json"]
    assert (tmp_path / "out" / "assessment.json").read_text() == "new"
    assert [p.name for p in tmp_path.iterdir()] == ["out"]


def test_a_failure_leaves_the_earlier_result_as_it_was(tmp_path):
    write(tmp_path / "out", text="old")
    with (
        pytest.raises(ValueError, match="halfway"),
        whole_folder(tmp_path / "out", mark="assessment.json") as work,
    ):
        (work / "assessment.json").write_text("new")
        raise ValueError("halfway")
    assert (tmp_path / "out" / "assessment.json").read_text() == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["out"]


def test_a_folder_with_other_things_is_never_touched(tmp_path):
    (tmp_path / "thesis.docx").write_text("years of work")
    with pytest.raises(OutputError) as caught:
        write(tmp_path)
    assert str(caught.value) == (
        f"The folder '{tmp_path}' holds other things and will not be overwritten. Name an empty or new folder."
    )
    assert (tmp_path / "thesis.docx").read_text() == "years of work"


def test_a_file_in_the_way_is_named(tmp_path):
    (tmp_path / "out").write_text("x")
    with pytest.raises(OutputError) as caught:
        write(tmp_path / "out")
    assert str(caught.value) == f"'{tmp_path / 'out'}' is a file. Name a folder for the results."
