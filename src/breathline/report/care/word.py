"""A draft as a Word document, the same bytes for the same draft."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Mapping
from itertools import count

from docx import Document
from docx.document import Document as DocumentObject
from docx.enum.text import WD_COLOR_INDEX
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.oxml.table import CT_Row
from docx.shared import Emu, Mm, Pt, RGBColor
from docx.table import _Cell
from docx.text.paragraph import Paragraph

from breathline.figures.wording import Wording
from breathline.report.care.content import Block, Draft, Fact, Grid, Item, Picture, ToCheck, ToWrite
from breathline.report.care.layout import PAGE_COLUMN, TITLE_ITEM, checklist, sections

FONT, BODY_PT, TABLE_PT, NOTE_PT = "Liberation Sans", 10.5, 8, 8
LETTER_MM, PADDING_MM = 1.55, 4.5
"""Width of a letter of a table, and of what a cell needs around its text."""
LONGEST_WORD, LONGEST_CELL = 16, 55
"""Letters beyond which a word or a cell asks for no wider column."""
PAGE_MM, MARGIN_MM = (210, 297), 22
TEXT_MM = PAGE_MM[0] - 2 * MARGIN_MM
TALLEST_MM = 215
"""So that a picture leaves room for its caption on the page."""

INK, MUTED = RGBColor(0x1B, 0x27, 0x33), RGBColor(0x55, 0x62, 0x6F)
ZIP_DAY = (1980, 1, 1, 0, 0, 0)
"""The first day that an archive can name; a real one would change the bytes of every run."""

_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def to_docx(draft: Draft, pictures: Mapping[str, bytes], say: Wording) -> bytes:
    """Give the draft as a Word document.

    Parameters
    ----------
    pictures
        Every picture of the draft as PNG, by name.
    """
    writer = _Writer(pictures, say)
    writer.write(draft)
    stream = io.BytesIO()
    writer.document.save(stream)
    return _without_times(stream.getvalue())


def _without_times(content: bytes) -> bytes:
    """Pack the parts of the document anew, without the time at which each was written."""
    stream = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as parts,
        zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as packed,
    ):
        for name in parts.namelist():
            entry = zipfile.ZipInfo(name, ZIP_DAY)
            entry.compress_type = zipfile.ZIP_DEFLATED
            packed.writestr(entry, parts.read(name))
    return stream.getvalue()


class _Writer:
    """Puts the blocks of a draft into a document, one after the other."""

    def __init__(self, pictures: Mapping[str, bytes], say: Wording) -> None:
        self.pictures = pictures
        self.say = say
        self.document: DocumentObject = Document()
        self._numbers = count(1)
        _style(self.document)

    def write(self, draft: Draft) -> None:
        self._properties(draft)
        heading = self.document.add_heading(_clean(draft.title), level=0)
        self._bookmark(heading, TITLE_ITEM)
        for notice in draft.notices:
            run = self.document.add_paragraph().add_run(_clean(notice))
            run.italic, run.font.color.rgb = True, MUTED
        for topic, items in sections(draft):
            self.document.add_heading(topic, level=1)
            for item in items:
                self._item(item)
        for title, blocks in draft.appendix:
            self.document.add_heading(title, level=1)
            for block in blocks:
                self._block(block)
        self._sources(draft)
        self.document.add_heading(self.say("care.checklist"), level=1)
        table = self._grid(checklist(draft, self.say))
        for cells, item in zip(table[1:], draft.items, strict=True):
            _page_of(cells[PAGE_COLUMN].paragraphs[0], _mark_name(item.key))

    def _properties(self, draft: Draft) -> None:
        facts = self.document.core_properties
        facts.author, facts.comments, facts.title = "", "", _clean(draft.title)[:255]
        facts.keywords, facts.language = "case report", "en"
        for name in ("dcterms:created", "dcterms:modified"):  # those of the empty document it was made from
            for element in facts._element.findall(qn(name)):
                facts._element.remove(element)

    def _item(self, item: Item) -> None:
        number = self.document.add_paragraph()
        number.paragraph_format.keep_with_next = True
        number.paragraph_format.space_after = Pt(0)
        run = number.add_run(item.key)
        run.font.size, run.font.color.rgb = Pt(NOTE_PT), MUTED
        self._bookmark(number, item.key)
        for block in item.blocks:
            self._block(block)

    def _block(self, block: Block) -> None:
        match block:
            case Fact(text):
                self.document.add_paragraph(_clean(text))
            case ToWrite(text):
                self._marked(self.say("care.to_write"), text)
            case ToCheck(text, quoted):
                self._marked(self.say("care.to_check"), text)
                for line in quoted.splitlines():
                    self.document.add_paragraph(_clean(line), style="Quote")
            case Picture():
                self._picture(block)
            case Grid():
                self._grid(block)

    def _marked(self, word: str, text: str) -> None:
        run = self.document.add_paragraph().add_run(_clean(f"[{word.upper()}: {text}]"))
        run.bold, run.font.highlight_color = True, WD_COLOR_INDEX.YELLOW

    def _picture(self, picture: Picture) -> None:
        paragraph = self.document.add_paragraph()
        paragraph.paragraph_format.keep_with_next = True
        shape = paragraph.add_run().add_picture(io.BytesIO(self.pictures[picture.name]))
        smaller = min(1.0, Mm(TEXT_MM) / shape.width, Mm(TALLEST_MM) / shape.height)
        shape.width, shape.height = Emu(shape.width * smaller), Emu(shape.height * smaller)
        shape._inline.docPr.set("descr", _clean(picture.alt))
        self._note(picture.caption)

    def _note(self, text: str, *, above: bool = False) -> None:
        paragraph = self.document.add_paragraph()
        paragraph.paragraph_format.keep_with_next = above
        run = paragraph.add_run(_clean(text))
        run.font.size, run.font.color.rgb, run.bold = Pt(NOTE_PT + above), MUTED if not above else INK, above

    def _grid(self, grid: Grid) -> list[tuple[_Cell, ...]]:
        self._note(grid.caption, above=True)
        rows, widths = [grid.head, *grid.rows], _widths(grid)
        table = self.document.add_table(rows=len(rows), cols=len(grid.head))
        table.style = "Table Grid"
        table.autofit = False
        # Straight from the rows: asking the table for a cell walks through all of them each time.
        cells = [tuple(_Cell(own, table) for own in line.tc_lst) for line in table._tbl.tr_lst]
        for number, (row, places) in enumerate(zip(rows, cells, strict=True)):
            for text, cell, width in zip(row, places, widths, strict=True):
                cell.width = width
                _fill(cell, text, bold=number == 0)
        for column, width in zip(table.columns, widths, strict=True):
            column.width = width
        for number, line in enumerate(table._tbl.tr_lst):
            _flag(line, "w:cantSplit")
            if number == 0:  # repeated on every page; it tells a screen reader the columns too
                _flag(line, "w:tblHeader")
        for note in grid.notes:
            self._note(note)
        self.document.add_paragraph().paragraph_format.space_after = Pt(0)
        return cells

    def _sources(self, draft: Draft) -> None:
        if not draft.sources:
            return
        self.document.add_heading(self.say("care.sources"), level=1)
        self._note(self.say("care.sources_note"))
        for number, text in enumerate(draft.sources, start=1):
            self.document.add_paragraph(_clean(f"{number}. {text}"))

    def _bookmark(self, paragraph: Paragraph, key: str) -> None:
        """Mark where an item begins, so that the checklist can name its page."""
        number = str(next(self._numbers))
        start, end = OxmlElement("w:bookmarkStart"), OxmlElement("w:bookmarkEnd")
        start.set(qn("w:id"), number)
        start.set(qn("w:name"), _mark_name(key))
        end.set(qn("w:id"), number)
        paragraph._p.append(start)
        paragraph._p.append(end)


def _mark_name(key: str) -> str:
    return f"care_{key}"


def _clean(text: str) -> str:
    """Leave out what a document cannot hold: control characters and halves of a character."""
    return _UNPRINTABLE.sub(" ", text)


def _style(document: DocumentObject) -> None:
    (section,) = document.sections
    section.page_width, section.page_height = (Mm(size) for size in PAGE_MM)
    section.left_margin = section.right_margin = section.top_margin = section.bottom_margin = Mm(MARGIN_MM)
    normal = document.styles["Normal"]
    normal.font.name, normal.font.size = FONT, Pt(BODY_PT)
    normal.paragraph_format.space_after = Pt(6)
    for name, size in (("Title", 18), ("Heading 1", 14)):
        style = document.styles[name]
        style.font.name, style.font.size, style.font.color.rgb = FONT, Pt(size), INK
        # The theme's own typeface would win over the name given here.
        fonts = style.element.rPr.rFonts
        for attribute in [one for one in fonts.attrib if "Theme" in one]:
            del fonts.attrib[attribute]


def _fill(cell: _Cell, text: str, *, bold: bool) -> None:
    paragraph = cell.paragraphs[0]
    paragraph.paragraph_format.space_after = Pt(0)
    run = paragraph.add_run(_clean(text))
    run.font.size, run.bold = Pt(TABLE_PT), bold


def _flag(row: CT_Row, name: str) -> None:
    row.get_or_add_trPr().append(OxmlElement(name))


def _widths(grid: Grid) -> tuple[Mm, ...]:
    """Give every column room for its longest word, and share what is left by how much stands in each."""
    needs, shares = [], []
    for column in zip(grid.head, *grid.rows, strict=True):
        word = max((len(part) for text in column for part in text.split()), default=1)
        needs.append(LETTER_MM * min(word, LONGEST_WORD) + PADDING_MM)
        shares.append(min(sum(map(len, column)) / len(column), LONGEST_CELL))
    left = max(TEXT_MM - sum(needs), 0.0)
    widths = [need + left * share / max(sum(shares), 1.0) for need, share in zip(needs, shares, strict=True)]
    return tuple(Mm(TEXT_MM * width / sum(widths)) for width in widths)


def _page_of(paragraph: Paragraph, mark: str) -> None:
    """Put in the page of a bookmark, which the word processor fills in when it lays the pages out."""
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), f" PAGEREF {mark} \\h ")
    field.set(qn("w:dirty"), "true")
    run, text = OxmlElement("w:r"), OxmlElement("w:t")
    text.text = "?"
    run.append(text)
    field.append(run)
    paragraph._p.append(field)
