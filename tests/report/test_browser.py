"""The report in a real browser: it opens, asks for nothing, shows its pictures, fits, runs no script."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from breathline.model.assessment import Assessment
from breathline.report.page import render_page
from tests.report.example import VARIANTS, example, hostile, write_slices
from tests.report.laying_out import content_of

pytestmark = pytest.mark.browser


def write_page(assessment: Assessment, folder: Path) -> Path:
    target = folder / "report.html"
    target.write_text(render_page(content_of(assessment, timeline=True, folder=folder)), encoding="utf-8")
    return target


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("assessment")
    write_slices(folder, example())
    return write_page(example(), folder)


@pytest.mark.parametrize("name", ["example", "hostile"])
def test_it_opens_alone_and_fits(name: str, browser: Browser, tmp_path: Path) -> None:
    assessment = VARIANTS[name]()
    write_slices(tmp_path, assessment)
    target = write_page(assessment, tmp_path)
    page = browser.new_page(viewport={"width": 1280, "height": 720})
    said: list[str] = []
    asked: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("dialog", lambda dialog: (said.append(dialog.message), dialog.dismiss()))
    page.on("request", lambda request: asked.append(request.url))
    page.goto(target.as_uri(), wait_until="load")
    assert said == []
    assert [url for url in asked if not url.startswith("data:")] == [target.as_uri()]
    for width in (1280, 800, 390):
        page.set_viewport_size({"width": width, "height": 720})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate("[...document.images].every(image => image.complete && image.naturalWidth > 0)")
    assert (
        page.evaluate("document.images.length") == 10
    )  # timeline, benefit and harm, and four heights of two scans
    page.close()


def test_the_headings_are_there_in_order(browser: Browser, report: Path) -> None:
    page = browser.new_page()
    page.goto(report.as_uri())
    levels = page.evaluate("[...document.querySelectorAll('h1,h2,h3,h4')].map(h => Number(h.tagName[1]))")
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))
    assert page.title() == "Treatment response: example-01"
    assert page.evaluate("document.documentElement.lang") == "en"
    page.close()


def test_script_in_the_record_does_not_run(browser: Browser, tmp_path: Path) -> None:
    target = write_page(hostile(), tmp_path)
    page = browser.new_page()
    page.goto(target.as_uri())
    assert page.title().startswith("Treatment response: <script>")
    assert page.evaluate("document.scripts.length") == 0
    assert page.evaluate("document.querySelectorAll('[onerror]').length") == 0
    page.close()


def test_the_policy_stops_what_would_get_through(browser: Browser, report: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken.html"
    injected = "<script>document.title='owned'</script><img src='https://example.com/x.png'></main>"
    broken.write_text(report.read_text(encoding="utf-8").replace("</main>", injected), encoding="utf-8")
    page = browser.new_page()
    refused: list[str] = []
    page.on("console", lambda message: refused.append(message.text))
    page.goto(broken.as_uri())
    assert page.title() == "Treatment response: example-01"
    assert len([text for text in refused if "Content Security Policy" in text]) == 2
    page.close()


def test_outlines_lie_on_the_picture_and_can_be_hidden(browser: Browser, report: Path) -> None:
    page = browser.new_page(viewport={"width": 1280, "height": 720})
    page.goto(report.as_uri())
    boxes = page.evaluate("""() => [...document.querySelectorAll('.slice')].map(slice => {
        const image = slice.querySelector('img').getBoundingClientRect();
        const lines = slice.querySelector('.outlines').getBoundingClientRect();
        return [image.left - lines.left, lines.right - image.right,
                image.top - lines.top, lines.bottom - image.bottom];
    })""")
    assert len(boxes) == 8
    assert all(outside <= 1 for box in boxes for outside in box)
    assert page.locator(".outlines").first.is_visible()
    page.get_by_label("Show outlines").uncheck()
    assert not page.locator(".outlines").first.is_visible()
    page.close()


def test_it_prints_on_a4_with_nothing_clipped(browser: Browser, report: Path, tmp_path: Path) -> None:
    page = browser.new_page()
    page.goto(report.as_uri())
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 695, "height": 1000})  # 184 mm between the margins, at 96 dpi
    assert page.evaluate("document.documentElement.scrollWidth") <= 695
    printed = page.pdf(path=tmp_path / "report.pdf", prefer_css_page_size=True)
    assert printed.count(b"/Type /Page\n") + printed.count(b"/Type /Page ") in range(4, 9)
    page.close()


def test_the_skip_link_leads_to_the_answer(browser: Browser, report: Path) -> None:
    page = browser.new_page()
    page.goto(report.as_uri())
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.getAttribute('href')") == "#answer"
    page.keyboard.press("Enter")
    assert page.url.endswith("#answer")
    page.close()
