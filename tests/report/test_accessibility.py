"""The report for readers with other eyes and hands: axe-core in the browser, the keyboard alone, print without colour."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from breathline.model.assessment import Assessment
from breathline.report.page import render_page
from tests.conftest import ROOT
from tests.report.example import VARIANTS, example, write_slices
from tests.report.laying_out import content_of
from tests.verdict.vignettes import BEFORE, ON, judge, patient

pytestmark = pytest.mark.browser

AXE = ROOT / "tests" / "vendor" / "axe.min.js"
GRAVE = {"serious", "critical"}


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def opened(browser: Browser) -> Iterator[Page]:
    # The policy of the page forbids scripts, axe-core among them; test_browser.py holds the policy to its word.
    page = browser.new_page(bypass_csp=True, viewport={"width": 1280, "height": 720})
    yield page
    page.close()


def with_conditions() -> Assessment:
    """The example with a criterion whose conditions lie folded."""
    values = {"symptoms": {-1: -1.0, 20: 0.0}, "fvc": {-50: 3.0, -1: 2.7, 20: 2.8}}
    verdicts = tuple(judge("ppf_2022", patient(period, **values)) for period in (BEFORE, ON))
    return replace(example(), verdicts=(example().verdicts[0], *verdicts))


def findings(page: Page) -> list[tuple[str, str, str]]:
    """Run axe-core over the page: rule, impact and first place of each finding."""
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [(one["id"], one["impact"], one["nodes"][0]["html"][:120]) for one in found["violations"]]


@pytest.mark.parametrize("name", ["example", "hostile"])
def test_axe_finds_nothing_grave(name: str, opened: Page, tmp_path: Path) -> None:
    assessment = with_conditions() if name == "example" else VARIANTS[name]()
    if name == "example":
        write_slices(tmp_path, assessment)
    opened.set_content(render_page(content_of(assessment, timeline=name == "example", folder=tmp_path)))
    opened.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
    assert [one for one in findings(opened) if one[1] in GRAVE] == []


def test_axe_sees_what_it_should(opened: Page) -> None:
    opened.set_content("<html lang='en'><body><img src='data:,'><p style='color:#aaa'>pale</p></body></html>")
    assert {"image-alt", "color-contrast"} <= {rule for rule, _, _ in findings(opened)}


def test_everything_that_can_be_done_can_be_done_by_keyboard(opened: Page) -> None:
    opened.set_content(render_page(content_of(with_conditions())))
    can = "a[href], summary, input, [tabindex='0']"
    wanted = opened.evaluate(
        f'[...document.querySelectorAll("{can}")].filter(one => one.checkVisibility()).length'
    )
    reached = 0
    for _ in range(wanted):
        opened.keyboard.press("Tab")
        reached += opened.evaluate(f'document.activeElement.matches("{can}")')
    assert reached == wanted
    details = opened.locator("details").first
    details.locator("summary").focus()
    opened.keyboard.press("Enter")
    assert details.evaluate("one => one.open")


def test_paper_shows_every_condition_without_a_click(opened: Page) -> None:
    opened.set_content(render_page(content_of(with_conditions())))
    told = (
        "[...document.querySelectorAll('.conditions li:not(.screen-only)')].map(one => one.checkVisibility())"
    )
    assert set(opened.evaluate(told)) == {False}
    opened.emulate_media(media="print")
    printed = opened.evaluate(told)
    opened.emulate_media(media="screen")
    assert set(printed) == {True}
