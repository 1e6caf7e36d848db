"""Page one holds the answer on one sheet of A4 and of Letter, whoever the patient is; what it leaves out is named."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from breathline.errors import Severity
from breathline.report.page import render_page
from breathline.report.sections.first_page import FirstPage
from tests.report.laying_out import content_of
from tests.report.patients import PATIENTS, hardly_anything, long_words, many_measures, many_visits, zeros

MARGINS_MM = (13.0, 12.0)
"""Beside and above, as in report.css."""

PAPERS_MM = {"A4": (210.0, 297.0), "Letter": (215.9, 279.4)}  # ISO 216; ANSI Y14.1
PIXELS_A_MM = 96 / 25.4  # a CSS pixel is 1/96 inch


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def sheet(browser: Browser) -> Iterator[Page]:
    page = browser.new_page()
    page.emulate_media(media="print")
    yield page
    page.close()


def first_of(name: str) -> FirstPage:
    first = content_of(PATIENTS[name]())["first"]
    assert isinstance(first, FirstPage)
    return first


@pytest.mark.browser
@pytest.mark.parametrize("name", PATIENTS)
def test_page_one_fits_one_sheet(name: str, sheet: Page) -> None:
    sheet.set_content(render_page(content_of(PATIENTS[name]())))
    for paper, (wide, high) in PAPERS_MM.items():
        room = [
            round((whole - 2 * rim) * PIXELS_A_MM)
            for whole, rim in zip((wide, high), MARGINS_MM, strict=True)
        ]
        sheet.set_viewport_size({"width": room[0], "height": room[1]})
        used = sheet.evaluate("document.querySelector('.page-one').getBoundingClientRect().bottom + scrollY")
        assert used <= room[1], f"{paper}: {used:.0f} of {room[1]} pixels"
        assert sheet.evaluate("document.documentElement.scrollWidth") <= room[0], paper


@pytest.mark.browser
def test_what_the_printer_gets_is_one_sheet_too(browser: Browser) -> None:
    page = browser.new_page()
    page.set_content(render_page(content_of(PATIENTS["many_measures"]())))
    page.add_style_tag(content=".page-one ~ *, footer { display: none } .page-one { break-after: auto }")
    for paper in PAPERS_MM:
        printed = page.pdf(format=paper)
        assert len(re.findall(rb"/Type\s*/Page\b", printed)) == 1, paper
    page.close()


def test_visits_left_out_are_counted() -> None:
    first = first_of("many_visits")
    # 20 visits on treatment, of which that of week 20 is the follow-up
    assert [week for week, _ in first.visits] == ["week 2", "week 22", "week 40"]
    assert first.remarks[0].startswith("16 more visits between week 4 and week 38")
    assert len(many_visits().timeline.visits) == 26


def test_measures_left_out_are_named_with_their_judgement() -> None:
    first = first_of("many_measures")
    kept = {row.outcome.key for row in first.rows}
    assert 8 <= len(kept) < len(many_measures().changes)
    assert first.remarks[-1].startswith("No room here: ")
    # 24 of the 42 changed, more than there is room for: none without change takes their place
    assert {row.outcome.judgement for row in first.rows} == {"better"}
    assert "(better)" in first.remarks[-1]


def test_what_is_zero_at_both_dates_is_one_line() -> None:
    first = first_of("zeros")
    assert first.remarks == ("0.0\N{NO-BREAK SPACE}% at both dates: Empty pattern 0, Empty pattern 1.",)
    assert not [row for row in first.rows if row.outcome.label.startswith("Empty")]
    assert len(zeros().changes) == len(first.rows) + 2


def test_a_record_without_anything_still_has_a_page_one() -> None:
    first = content_of(hardly_anything())["first"]
    assert isinstance(first, FirstPage)
    assert (first.rows, first.verdict, first.benefit, first.remarks) == ((), None, "", ())


def test_texts_are_cut_and_say_how_much_more_there_is() -> None:
    first = first_of("long_words")
    assert first.verdict is not None
    assert first.verdict.statement.endswith("…")
    assert first.verdict.reasons[-1] == "8 more"  # 15 reasons, 7 shown
    assert first.more_warnings.startswith("28 more")  # 30 and one of the scan, 3 shown


def test_notes_alone_are_not_called_more_warnings() -> None:
    told = long_words()
    notes = tuple(replace(one, severity=Severity.NOTE) for one in told.warnings)
    first = content_of(replace(told, warnings=notes, scans=()))["first"]
    assert isinstance(first, FirstPage)
    assert (first.warnings, first.more_warnings) == ((), "No warning. 30 notes stand further down.")
