"""Outputs appear whole or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from breathline.errors import OutputError
from breathline.outputs import whole_folder


def write(target, name="assessment.json", text="{}"):
    with whole_folder(target, mark="assessment.json", holds=("stale.png",)) as work:
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


def test_work_of_others_beside_an_earlier_result_is_never_removed(tmp_path):
    write(tmp_path, text="old")
    (tmp_path / "patient").mkdir()
    (tmp_path / "my notes.docx").write_text("an afternoon of work")
    with pytest.raises(OutputError) as caught:
        write(tmp_path, text="new")
    assert str(caught.value) == (
        f"The folder '{tmp_path}' holds an earlier result and, beside it, 'my notes.docx', 'patient', which "
        "would be lost. Move that elsewhere, or name another folder."
    )
    assert (tmp_path / "assessment.json").read_text() == "old"
    assert (tmp_path / "patient").is_dir()


def test_a_folder_one_stands_in_stays_the_same_folder(tmp_path):
    before = tmp_path.stat().st_ino
    write(tmp_path, text="old")
    write(tmp_path, text="new")
    assert tmp_path.stat().st_ino == before
    assert [p.name for p in tmp_path.iterdir()] == ["assessment.json"]


def test_what_file_managers_and_killed_runs_leave_is_not_in_the_way(tmp_path):
    (tmp_path / ".DS_Store").write_text("x")
    (tmp_path / ".breathline-killed").mkdir()
    write(tmp_path, text="new")
    assert (tmp_path / "assessment.json").read_text() == "new"


def test_a_failure_while_content_is_exchanged_puts_the_old_back(tmp_path, monkeypatch):
    write(tmp_path, text="old")
    (tmp_path / "stale.png").write_text("x")
    rename = Path.rename

    def full(self, where):
        if where == tmp_path / "assessment.json" and self.read_text() == "new":
            raise OSError(28, "No space left on device")
        return rename(self, where)

    monkeypatch.setattr(Path, "rename", full)
    with pytest.raises(OSError, match="No space left"):
        write(tmp_path, text="new")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["assessment.json", "stale.png"]
    assert (tmp_path / "assessment.json").read_text() == "old"


def test_a_link_is_followed(tmp_path):
    (tmp_path / "link").symlink_to(tmp_path / "disk")
    write(tmp_path / "link", text="new")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "disk" / "assessment.json").read_text() == "new"


def test_a_file_further_up_is_named(tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(OutputError) as caught:
        write(tmp_path / "file" / "out")
    assert str(caught.value) == (
        f"'{tmp_path / 'file'}' is a file, so no folder can lie in it. Name another folder."
    )


def test_a_file_in_the_way_is_named(tmp_path):
    (tmp_path / "out").write_text("x")
    with pytest.raises(OutputError) as caught:
        write(tmp_path / "out")
    assert str(caught.value) == f"'{tmp_path / 'out'}' is a file. Name a folder for the results."
