"""A review page in a real browser, as the tests of it need it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page

from breathline.review import ReviewServer, open_review
from breathline.review.page import review_wording

SOFTWARE = ["--no-sandbox", "--disable-gpu"]
"""As on a computer without a graphics card."""
PATIENCE_MS = 120_000


@contextmanager
def served(folder: Path) -> Iterator[ReviewServer]:
    server = open_review(folder)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()


def opened(browser: Browser, server: ReviewServer, said: list[str], asked: list[str], **context: Any) -> Page:
    """Open the page in a window of its own, until both scans are there in full and it is told how they are linked."""
    page = browser.new_page(**{"viewport": {"width": 1280, "height": 720}, **context})
    page.set_default_timeout(PATIENCE_MS)
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    page.goto(server.link)
    page.wait_for_selector("body[data-ready=fine]")
    # Whether a place was found is said as soon as there is a link: the cursor need not stand in a lung.
    page.wait_for_function(
        "pending => !['', pending].includes(document.querySelector('#link-state').textContent)",
        arg=review_wording()("page.link_pending"),
    )
    return page


def cursor(page: Page, role: str) -> list[float]:
    return [float(v) for v in page.locator(f"[data-role={role}]").get_attribute("data-cursor").split(",")]


def write_down(page: Page, reason: str) -> None:
    page.locator("#form [name=reason]").fill(reason)
    page.locator("#form [name=who]").fill("A. Reader")
    page.locator("#form button[type=submit]").click()
    page.wait_for_function("() => !document.querySelector('#form').open")
