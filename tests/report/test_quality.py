"""Warnings: the gravest first, and what holds in several places told once."""

from __future__ import annotations

from breathline.report.sections.quality import Warned, merge_places


def warned(where: str, message: str = "The breath was shallow.") -> Warned:
    return Warned(severity="note", severity_word="Note", where=where, message=message, mend="")


def test_what_holds_of_both_scans_is_told_once() -> None:
    merged = merge_places([warned("CT week −1"), warned("Record", "Other."), warned("CT week 20")])
    assert [(one.where, one.message) for one in merged] == [
        ("CT week −1, CT week 20", "The breath was shallow."),
        ("Record", "Other."),
    ]


def test_the_same_place_is_named_once() -> None:
    assert [one.where for one in merge_places([warned("Record"), warned("Record")])] == ["Record"]
