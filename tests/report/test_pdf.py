"""The PDF: from the same content, on A4 and Letter, tagged, the same bytes each time, and nothing said that is not shown."""

from __future__ import annotations

import re
import zlib
from dataclasses import replace
from pathlib import Path

import pytest
import typst

from breathline.errors import OutputError
from breathline.model.assessment import Assessment
from breathline.report import Paper
from breathline.report.pdf import render_pdf, write_sources
from breathline.report.typefaces import font_folder
from tests.report.example import example, hostile
from tests.report.laying_out import content_of
from tests.report.patients import PATIENTS

POINTS = {Paper.A4: (595, 842), Paper.LETTER: (612, 792)}  # ISO 216 and ANSI Y14.1, 72 points an inch


@pytest.fixture(scope="module")
def printed() -> bytes:
    return render_pdf(content_of(example(), timeline=True), Paper.A4)


def page_of(assessment: Assessment, paper: Paper, folder: Path) -> int:
    """The number of the page on which page one ends, as Typst tells it."""
    main = write_sources(content_of(assessment), paper, folder)
    told = typst.query(
        str(main), "<page-one-ends>", field="value", root=str(folder), font_paths=[str(font_folder())],
        ignore_system_fonts=True,
    )  # fmt: skip
    return int(re.sub(r"[\[\]\s]", "", told))


@pytest.mark.parametrize("name", ["example", "many_measures", "long_words"])
def test_page_one_is_one_page(name: str, tmp_path: Path) -> None:
    for paper in Paper:
        folder = tmp_path / paper.value
        folder.mkdir()
        assert page_of(PATIENTS[name](), paper, folder) == 1


def test_the_same_content_gives_the_same_bytes(printed: bytes) -> None:
    assert render_pdf(content_of(example(), timeline=True), Paper.A4) == printed


@pytest.mark.parametrize("paper", Paper)
def test_it_has_the_size_of_the_paper(paper: Paper, printed: bytes) -> None:
    made = printed if paper is Paper.A4 else render_pdf(content_of(example()), paper)
    boxes = re.findall(rb"/MediaBox\s*\[0 0 ([\d.]+) ([\d.]+)\]", made)
    assert {(round(float(wide)), round(float(high))) for wide, high in boxes} == {POINTS[paper]}


def test_it_is_tagged_and_says_its_language(printed: bytes) -> None:
    assert b"/StructTreeRoot" in printed
    assert re.search(rb"/Lang\s*\(en\)", printed)
    assert b"pdfuaid:part" in printed  # PDF/UA-1, which Typst checks as it writes


def test_it_names_no_day_no_computer_and_no_folder(printed: bytes) -> None:
    text = printed + b"".join(_streams(printed))
    assert b"CreationDate" not in text
    assert b"/tmp" not in text
    assert str(Path.home()).encode() not in text


def _streams(pdf: bytes) -> list[bytes]:
    found = []
    for piece in re.findall(rb"stream\r?\n(.*?)\r?\nendstream", pdf, re.DOTALL):
        try:
            found.append(zlib.decompress(piece))
        except zlib.error:
            continue
    return found


def test_typefaces_are_inside(printed: bytes) -> None:
    assert b"LibertinusSerif" in printed
    assert printed.count(b"/FontFile") >= 2


def test_text_of_the_record_is_text_and_no_markup(tmp_path: Path) -> None:
    patient = replace(
        example().patient, id="#panic() $x$ *b* <a> @c \\ [d] //e", history='= Heading #read("/etc/passwd")'
    )
    folder = tmp_path / "sources"
    folder.mkdir()
    write_sources(content_of(replace(example(), patient=patient)), Paper.A4, folder)
    assert "#panic()" not in (folder / "report.typ").read_text(encoding="utf-8")
    assert render_pdf(content_of(replace(example(), patient=patient)), Paper.A4).startswith(b"%PDF")


def test_letters_no_typeface_has_are_counted(tmp_path: Path) -> None:
    write_sources(content_of(hostile()), Paper.A4, tmp_path)
    data = (tmp_path / "data.json").read_text(encoding="utf-8")
    assert "膠" not in data  # DejaVu Sans has no East Asian letters
    assert "مرض النسيج" in data
    assert "\N{REPLACEMENT CHARACTER}" * 3 in data
    assert render_pdf(content_of(hostile()), Paper.LETTER).startswith(b"%PDF")


def test_what_cannot_be_laid_out_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> bytes:
        raise RuntimeError("no such thing")

    monkeypatch.setattr(typst, "compile", broken)
    with pytest.raises(OutputError) as caught:
        render_pdf(content_of(example()), Paper.A4)
    assert str(caught.value) == "The PDF could not be laid out: no such thing. Please report this."


def test_a_full_disk_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_self: Path, _content: bytes) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(OutputError, match=r"No space left on device\. Free space there, then run again\."):
        render_pdf(content_of(example()), Paper.A4)
