"""The review page of an assessment with several follow-ups, and on a tablet."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import SimpleITK as sitk  # noqa: N813  # the name all of its documentation uses
from playwright.sync_api import Browser, CDPSession, Locator, Page
from playwright.sync_api import TimeoutError as PlaywrightTimeoutError

from breathline.corrections import read_corrections
from tests.end_to_end.reviewing import cursor, opened, served, write_down

pytestmark = pytest.mark.browser

AGAIN = "week+30"


@pytest.fixture(scope="module")
def several(example: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example with a third scan: the baseline once more, so that nothing moved, and all of the lungs "cleared"."""
    folder = tmp_path_factory.mktemp("several") / "assessment"
    shutil.copytree(example / "assessment", folder)
    found = json.loads((folder / "assessment.json").read_text(encoding="utf-8"))
    (change,) = found["ct_changes"]
    base = next(scan for scan in found["scans"] if scan["name"] == change["baseline"])
    when = {**base["when"], "week": 30.0, "date": None}
    found["scans"].append({**base, "name": AGAIN, "folder": f"ct/{AGAIN}", "when": when})
    found["ct_changes"].append({**change, "followup": AGAIN})
    (folder / "assessment.json").write_text(json.dumps(found), encoding="utf-8")
    shutil.copytree(folder / base["folder"], folder / "ct" / AGAIN)
    changes = folder / "ct" / "change"
    field = sitk.ReadImage(str(changes / f"{change['followup']}.displacement.nii.gz"))
    nothing = sitk.Image(field.GetSize(), sitk.sitkVectorFloat32, 3)
    nothing.CopyInformation(field)
    sitk.WriteImage(nothing, str(changes / f"{AGAIN}.displacement.nii.gz"))
    lungs = sitk.ReadImage(str(folder / base["folder"] / "lungs.nii.gz"))
    cleared = sitk.Cast((lungs > 0) * change["labels"]["cleared"], sitk.sitkUInt8)
    sitk.WriteImage(cleared, str(changes / f"{AGAIN}.change.nii.gz"))
    return folder


@pytest.fixture(scope="module")
def page(browser: Browser, several: Path) -> Iterator[Page]:
    said: list[str] = []
    with served(several) as server:
        yield opened(browser, server, said, [])
        assert said == []


def choose(page: Page, title: str) -> None:
    page.locator("#followup").select_option(label=title)
    page.wait_for_selector("body[data-ready=fine]")


def click_lung(page: Page) -> None:
    box = page.locator("[data-role=baseline] canvas").bounding_box()
    assert box
    page.mouse.click(box["x"] + 0.25 * box["width"], box["y"] + 0.5 * box["height"])
    page.wait_for_function(
        "() => document.querySelector('[data-role=followup]').dataset.linked ==="
        " document.querySelector('[data-role=baseline]').dataset.cursor"
    )


def test_each_followup_is_linked_and_overlaid_by_its_own_comparison(page: Page) -> None:
    titles = page.locator("#followup option").all_inner_texts()
    assert len(titles) == 2
    judged = page.locator("#followup option:checked").inner_text()
    (again,) = [title for title in titles if title != judged]
    assert "30" in again
    click_lung(page)
    moved = cursor(page, "followup")
    first = page.locator("[data-role=baseline]").get_attribute("data-cursor")

    page.locator("button[data-overlay=change]").click()
    choose(page, again)
    assert page.locator("[data-role=followup]").get_attribute("data-scan") == "2"
    assert page.locator("[data-role=baseline]").get_attribute("data-cursor") == first, "the baseline stays"
    click_lung(page)
    # The scan is the baseline once more: the same tissue lies at the same place, and all of it is "cleared".
    assert cursor(page, "followup") == pytest.approx(cursor(page, "baseline"), abs=0.01)
    assert cursor(page, "followup") != pytest.approx(moved, abs=0.5)
    assert "Cleared" in page.locator("[data-role=baseline] .cursor").inner_text()

    choose(page, judged)
    click_lung(page)
    assert cursor(page, "followup") == pytest.approx(moved, abs=0.01)
    assert "Cleared" not in page.locator("[data-role=baseline] .cursor").inner_text()
    page.locator("button[data-overlay=none]").click()


def test_what_is_painted_is_kept_for_the_scan_that_is_shown(page: Page, several: Path) -> None:
    again = next(t for t in page.locator("#followup option").all_inner_texts() if "30" in t)
    judged = page.locator("#followup option:checked").inner_text()
    choose(page, again)
    page.locator("#brush-open").click()
    page.wait_for_selector("#brush:not([hidden])")
    page.locator("#brush-scan").select_option("1")
    page.wait_for_selector("[data-role=followup][data-overlay=patterns]")
    page.locator("#brush-label").select_option("5")
    box = page.locator("[data-role=followup] canvas").bounding_box()
    assert box
    x, y = box["x"] + 0.25 * box["width"], box["y"] + 0.5 * box["height"]
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 15, y + 10, steps=5)
    page.mouse.up()
    page.wait_for_function("() => document.querySelector('#brush-count').textContent !== ''")
    # Another scan cannot be chosen while what was painted would be lost.
    page.locator("#followup").select_option(label=judged)
    assert (
        page.locator("#told").inner_text()
        == "Save or cancel what you painted before you choose another scan."
    )
    assert page.locator("#followup option:checked").inner_text() == again
    page.locator("#brush button[type=submit]").click()
    write_down(page, "dense here")
    (said,) = read_corrections(several / "corrections")
    assert (said.content.scan, said.content.label_map) == (AGAIN, "patterns")
    assert said.content.voxels > 5


# --- fingers ------------------------------------------------------------------------------------------------------


class Fingers:
    """Fingers on a canvas, at shares of its width and height."""

    def __init__(self, session: CDPSession, canvas: Locator) -> None:
        self.session = session
        found = canvas.bounding_box()
        assert found
        self.box = found

    def tell(self, kind: str, *places: tuple[float, float]) -> None:
        points: list[dict[str, Any]] = [
            {
                "x": self.box["x"] + across * self.box["width"],
                "y": self.box["y"] + down * self.box["height"],
                "id": number,
            }
            for number, (across, down) in enumerate(places)
        ]
        self.session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    def drag(self, *ways: tuple[tuple[float, float], tuple[float, float]]) -> None:
        """Put the fingers down one after the other, move them together, lift them."""
        for count in range(1, len(ways) + 1):
            self.tell("touchStart", *(start for start, _ in ways[:count]))
        for share in (0.25, 0.5, 0.75, 1.0):
            self.tell(
                "touchMove", *((a[0] + share * (b[0] - a[0]), a[1] + share * (b[1] - a[1])) for a, b in ways)
            )
        self.tell("touchEnd")


def tap(page: Page, button: str, until: str) -> None:
    """Tap a button as a hand does that was on the scan before, and again if nothing came of it.

    At once, or on a slow machine later, the browser takes a tap for more of the gesture before.
    """
    for _ in range(3):
        page.wait_for_timeout(600)
        page.locator(button).tap()
        try:
            page.wait_for_function(until, timeout=15_000)
        except PlaywrightTimeoutError:
            continue
        return
    pytest.fail(f"{button} was tapped three times, and nothing came of it")


@pytest.mark.parametrize("size", [(820, 1180), (1180, 820)], ids=["upright", "lying"])
def test_it_works_with_fingers(
    size: tuple[int, int], browser: Browser, several: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "assessment"
    shutil.copytree(several, folder, ignore=shutil.ignore_patterns("corrections"))
    said: list[str] = []
    with served(folder) as server:
        window = {"width": size[0], "height": size[1]}
        page = opened(browser, server, said, [], viewport=window, has_touch=True)
        canvas = page.locator("[data-role=baseline] canvas")
        fingers = Fingers(page.context.new_cdp_session(page), canvas)
        assert min(fingers.box["width"], fingers.box["height"]) > 300
        assert page.evaluate("document.documentElement.scrollWidth") <= size[0]

        fingers.drag(((0.5, 0.5), (0.25, 0.55)))
        z, y, x = start = cursor(page, "baseline")
        wide = int(page.evaluate("document.querySelector('[data-role=baseline] canvas').clientWidth"))
        assert wide > 0
        assert x > 1.2 * y, "to the left on the screen is the patient's right, where columns are high"
        fingers.drag(((0.4, 0.3), (0.4, 0.5)), ((0.6, 0.3), (0.6, 0.5)))
        scrolled = cursor(page, "baseline")
        assert scrolled[0] < z - 3, "two fingers scroll"
        assert scrolled[1:] == pytest.approx(start[1:], abs=0.01), "and do not move the cursor"
        slider = page.locator("[data-role=baseline] .slices")
        slider.fill("20")
        assert cursor(page, "baseline")[0] == pytest.approx(19, abs=0.01)
        slider.fill(str(round(z) + 1))

        tap(page, "#brush-open", "() => !document.querySelector('#brush').hidden")
        page.locator("#brush-label").select_option("5")
        fingers = Fingers(fingers.session, canvas)  # the tools of the brush take room
        fingers.drag(((0.25, 0.5), (0.3, 0.55)))
        page.wait_for_function("() => document.querySelector('#brush-count').textContent !== ''")
        tap(page, "#brush-undo", "() => document.querySelector('#brush-count').textContent === ''")
        fingers.drag(((0.25, 0.5), (0.3, 0.55)))
        tap(page, "#brush button[type=submit]", "() => document.querySelector('#form').open")
        write_down(page, "painted with a finger")
        (kept,) = read_corrections(folder / "corrections")
        assert kept.content.voxels > 5
        assert said == []
        page.close()
