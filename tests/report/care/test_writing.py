"""The draft on disk: Markdown and Word of the same content, the same bytes, never over another draft."""

from __future__ import annotations

import io
import re
import zipfile

import pytest
from click.testing import CliRunner
from docx import Document
from lxml import etree
from PIL import Image

from breathline.archive import write_assessment
from breathline.cli import main
from breathline.errors import OutputError
from breathline.report.care import write_case_report
from breathline.report.care.case import case_wording
from breathline.report.care.content import Fact, ToWrite
from breathline.report.care.draft import write_draft
from breathline.report.care.markdown import plain, to_markdown
from breathline.report.care.word import to_docx
from tests.report.example import VARIANTS, example, write_slices

SAY = case_wording(counted_from_start=True)
DOT = io.BytesIO()
Image.new("RGB", (40, 20), "white").save(DOT, "PNG")
PICTURES = {name: DOT.getvalue() for name in ("timeline", "forest", "outcomes", "ct", "regions", "balance")}


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """Folder of an assessment with slices, and the folder of its draft, written by the command."""
    place = tmp_path_factory.mktemp("case")
    folder, target = place / "out", place / "draft"
    folder.mkdir()
    write_slices(folder, example())
    write_assessment(example(), folder / "assessment.json")
    ran = CliRunner().invoke(main, ["case-report", str(folder), "-o", str(target)], catch_exceptions=False)
    assert ran.exit_code == 0, ran.output
    assert "Of the 30 items of the CARE checklist" in ran.stderr
    return folder, target


def words(content: bytes) -> list[str]:
    """Every paragraph of a document in order, those of tables too."""
    document = Document(io.BytesIO(content))
    cells = [p.text for t in document.tables for row in t.rows for cell in row.cells for p in cell.paragraphs]
    return [paragraph.text for paragraph in document.paragraphs] + cells


def test_the_command_writes_both_and_every_picture(written):
    _, target = written
    assert {p.name for p in target.iterdir()} == {"case-report.md", "case-report.docx", "figures"}
    markdown = (target / "case-report.md").read_text(encoding="utf-8")
    named = set(re.findall(r"\(figures/([\w-]+\.png)\)", markdown))
    assert named == {"timeline.png", "forest.png", "outcomes.png", "ct.png"}
    for name in named:
        assert (target / "figures" / name).is_file()
        assert (target / "figures" / name.replace(".png", ".svg")).is_file()


def test_word_holds_all_that_markdown_holds(written):
    _, target = written
    document = words((target / "case-report.docx").read_bytes())
    draft = write_draft(example())
    for item in draft.items:
        for block in item.blocks:
            if isinstance(block, Fact):
                assert block.text in document
            if isinstance(block, ToWrite):
                assert f"[TO WRITE: {block.text}]" in document
    for source in draft.sources:
        assert any(source in text for text in document)


def test_the_document_is_sound(written):
    """Every part is well-formed XML, every picture has words beside it, every page field has its bookmark."""
    _, target = written
    with zipfile.ZipFile(target / "case-report.docx") as parts:
        assert parts.testzip() is None
        for name in parts.namelist():
            if name.endswith((".xml", ".rels")):
                etree.fromstring(parts.read(name))
        body = parts.read("word/document.xml").decode()
    marks = set(re.findall(r'w:bookmarkStart w:id="\d+" w:name="([^"]+)"', body))
    fields = re.findall(r"PAGEREF (\S+)", body)
    assert len(fields) == 30
    assert set(fields) == marks
    assert re.findall(r'descr="([^"]*)"', body).count("") == 0
    assert len(re.findall(r"<w:tblHeader/>", body)) == body.count("<w:tbl>")


@pytest.mark.parametrize("name", VARIANTS)
def test_any_record_gives_a_document_that_opens(name):
    draft = write_draft(VARIANTS[name]())
    content = to_docx(draft, PICTURES, SAY)
    assert draft.title.replace("\n", " ")[:20] in " ".join(words(content))
    assert to_docx(draft, PICTURES, SAY) == content
    assert to_markdown(draft, SAY).startswith("# ")


def test_markup_of_the_record_stays_text():
    text = to_markdown(write_draft(VARIANTS["hostile"]()), SAY)
    assert re.search(r"(?<!\\)<script", text) is None
    assert plain("| a | <b> *c* 1. [x](y) \x00") == r"\| a \| \<b\> \*c\* 1. \[x\](y)  "
    assert plain("1. one\n- two") == "1\\. one\n\\- two".replace("1\\.", "\\1.")


def test_a_draft_is_never_overwritten(written):
    folder, target = written
    before = (target / "case-report.docx").read_bytes()
    with pytest.raises(OutputError) as caught:
        write_case_report(example(), folder, target)
    assert str(caught.value) == (
        f"'{target}' holds files already, perhaps a draft that somebody has worked on. Name a new or empty folder."
    )
    assert (target / "case-report.docx").read_bytes() == before


@pytest.mark.parametrize("inside", [".", "draft", "ct/draft"])
def test_a_draft_inside_the_assessment_is_refused(written, inside):
    folder, _ = written
    ran = CliRunner().invoke(main, ["case-report", str(folder), "-o", str(folder / inside)])
    assert ran.exit_code == 2
    assert "Name another folder with -o." in ran.stderr
    assert not (folder / "draft").exists()


def test_a_folder_without_an_assessment_is_refused(tmp_path):
    ran = CliRunner().invoke(main, ["case-report", str(tmp_path), "-o", str(tmp_path / "draft")])
    assert ran.exit_code == 3
    assert ran.stderr == (
        f"There is no assessment.json in '{tmp_path}'. Name a folder that 'breathline assess' wrote.\n"
    )
