"""The review page of the example in a real browser: seen, linked, corrected, and assessed again."""

from __future__ import annotations

import io
import json
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import SimpleITK as sitk  # noqa: N813  # the name all of its documentation uses
from click.testing import CliRunner
from PIL import Image
from playwright.sync_api import Browser, Page

from breathline.cli import main
from breathline.corrections import read_corrections
from breathline.viewing import read_view
from tests.end_to_end.reviewing import cursor, opened, served, write_down

pytestmark = pytest.mark.browser

AXE = Path(__file__).resolve().parents[1] / "vendor" / "axe.min.js"


@pytest.fixture(scope="module")
def reviewed(example: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example's assessment, to be corrected without spoiling it for other tests."""
    folder = tmp_path_factory.mktemp("reviewed") / "assessment"
    shutil.copytree(example / "assessment", folder)
    return folder


@pytest.fixture(scope="module")
def page(browser: Browser, reviewed: Path) -> Iterator[Page]:
    said: list[str] = []
    asked: list[str] = []
    with served(reviewed) as server:
        found = opened(browser, server, said, asked)
        yield found
        # What holds for everything these tests did with the page:
        assert said == []
        outside = [
            url for url in asked if not url.startswith((f"http://127.0.0.1:{server.guard.port}/", "data:"))
        ]
        assert outside == []
        found.close()


def scans_of(folder: Path) -> tuple[str, str]:
    change = json.loads((folder / "assessment.json").read_text(encoding="utf-8"))["ct_changes"][0]
    return change["baseline"], change["followup"]


def in_scan(place: list[float], folder: Path, scan: str) -> Any:
    """Voxel of a scan, from a place of its view: the view's rows and columns run backwards."""
    grid = read_view(folder / "ct" / scan)
    z, y, x = place
    return np.array([z, grid.size[1] - 1 - y, grid.size[2] - 1 - x]) + grid.start


def test_a_click_shows_the_same_tissue(page: Page, reviewed: Path) -> None:
    baseline, followup = scans_of(reviewed)
    field = sitk.ReadImage(str(reviewed / "ct" / "change" / f"{followup}.displacement.nii.gz"))
    lungs = sitk.ReadImage(str(reviewed / "ct" / baseline / "lungs.nii.gz"))
    there = sitk.ReadImage(str(reviewed / "ct" / followup / "lungs.nii.gz"))
    box = page.locator("[data-role=baseline] canvas").bounding_box()
    off = []
    for across, down in ((0.25, 0.5), (0.3, 0.6), (0.72, 0.5), (0.8, 0.6), (0.2, 0.55)):
        before = cursor(page, "followup")
        page.mouse.click(box["x"] + across * box["width"], box["y"] + down * box["height"])
        page.wait_for_function(
            "before => document.querySelector('[data-role=followup]').dataset.cursor !== before",
            arg=",".join(f"{v:.3f}" for v in before),
        )
        page.wait_for_function(
            "() => document.querySelector('[data-role=followup]').dataset.linked ==="
            " document.querySelector('[data-role=baseline]').dataset.cursor"
        )
        # SimpleITK is the oracle: it reads voxels, displacements and millimetres from the files by itself.
        z, y, x = in_scan(cursor(page, "baseline"), reviewed, baseline)
        index = [round(float(v)) for v in (x, y, z)]
        if lungs[index] == 0:
            continue
        truth = (
            np.array(lungs.TransformContinuousIndexToPhysicalPoint([float(x), float(y), float(z)]))
            + field[index]
        )
        z, y, x = in_scan(cursor(page, "followup"), reviewed, followup)
        off.append(
            np.linalg.norm(
                truth - there.TransformContinuousIndexToPhysicalPoint([float(x), float(y), float(z)])
            )
        )
    assert len(off) >= 3, "the clicks must hit the lungs"
    assert max(off) < 2.0


def test_what_is_drawn_is_what_is_under_the_cursor(page: Page, reviewed: Path) -> None:
    baseline, _ = scans_of(reviewed)
    lungs = sitk.ReadImage(str(reviewed / "ct" / baseline / "lungs.nii.gz"))
    canvas = page.locator("[data-role=baseline] canvas")
    box = canvas.bounding_box()
    off = []
    for across in (0.15, 0.25, 0.3, 0.5, 0.7, 0.75, 0.85):
        for down in (0.4, 0.5, 0.6):
            x, y = round(across * box["width"]), round(down * box["height"])
            page.mouse.click(box["x"] + x, box["y"] + y)
            picture = Image.open(io.BytesIO(canvas.screenshot())).convert(
                "L"
            )  # the lines of the cursor leave a gap
            said = page.locator("[data-role=baseline] .cursor").inner_text().replace("−", "-")
            hu = int(re.search(r"(-?\d+) HU", said)[1])
            off.append(picture.getpixel((x, y)) - np.clip(255 * (hu + 1350) / 1500, 0, 255))
    # A pixel lies between voxels, so that noise and edges are smoothed; another place would be anything from 0 to 255.
    assert np.median(np.abs(off)) < 10
    assert np.mean(np.abs(off) < 60) > 0.8
    for across, side in ((0.25, 1), (0.75, 2)):  # the patient's right is on the left
        page.mouse.click(box["x"] + across * box["width"], box["y"] + 0.5 * box["height"])
        z, y, x = in_scan(cursor(page, "baseline"), reviewed, baseline)
        assert lungs[[round(float(v)) for v in (x, y, z)]] == side


def settled(page: Page, look: Callable[[], bytes], done: Callable[[bytes], bool]) -> bytes:
    """Look until it is done, for ten seconds at most: what is drawn comes after what is pressed."""
    for _ in range(40):
        if done(look()):
            break
        page.wait_for_timeout(250)
    return look()


def test_overlays_and_windows_by_key(page: Page) -> None:
    canvas = page.locator("[data-role=baseline] canvas")
    canvas.focus()
    plain = canvas.screenshot()
    seen = {plain}
    for key, name in (("l", "lungs"), ("p", "patterns"), ("c", "change")):
        page.keyboard.press(key)
        page.wait_for_selector(f"[data-role=baseline][data-overlay={name}]")
        assert page.locator(f"[data-overlay={name}][aria-pressed=true]").is_visible()
        page.wait_for_function(
            "() => document.querySelectorAll('#legend li').length >= 2"
        )  # drawn when labels are read
        picture = settled(page, canvas.screenshot, lambda drawn: drawn not in seen)
        assert picture not in seen, f"the map of {name} is not drawn"
        seen.add(picture)
    page.keyboard.press("-")
    assert page.locator("#opacity").input_value() == "35"
    assert canvas.screenshot() not in seen
    page.keyboard.press("0")
    page.wait_for_selector("[data-role=baseline][data-overlay=none]")
    assert settled(page, canvas.screenshot, lambda drawn: drawn == plain) == plain
    page.keyboard.press("w")
    assert page.locator("[data-window=mediastinum][aria-pressed=true]").is_visible()
    assert canvas.screenshot() != plain
    page.keyboard.press("w")
    page.keyboard.press("w")
    assert canvas.screenshot() == plain


def test_keys_move_through_every_slice(page: Page) -> None:
    page.locator("[data-role=baseline] canvas").focus()
    start = cursor(page, "baseline")
    for _ in range(3):
        page.keyboard.press("PageUp")
    assert cursor(page, "baseline")[0] == pytest.approx(round(start[0]) + 3, abs=0.01)
    page.keyboard.press("ArrowRight")  # the patient's right is on the left of the screen
    assert cursor(page, "baseline")[2] == pytest.approx(round(start[2]) - 1, abs=0.01)
    for key in ("2", "3", "4", "1"):
        page.keyboard.press(key)
    assert page.locator("[data-view=axial][aria-pressed=true]").is_visible()


@pytest.mark.parametrize(("width", "height"), [(1280, 720), (1024, 768)])
def test_it_fits_and_everybody_can_use_it(width: int, height: int, page: Page) -> None:
    page.set_viewport_size({"width": width, "height": height})
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate("document.documentElement.scrollHeight") <= height
    page.evaluate(AXE.read_text(encoding="utf-8"))
    for tab in ("outcomes", "values", "quality", "corrections"):
        page.locator(f"#tab-{tab}").click()
        found = page.evaluate("axe.run()")
        grave = [item for item in found["violations"] if item["impact"] in ("serious", "critical")]
        assert [(item["id"], item["nodes"][0]["html"]) for item in grave] == []


def paint_all_ground_glass_normal(page: Page, folder: Path) -> None:
    """Paint with the flood of a filled pen: a stroke around both lungs, on the slice that is shown."""
    page.locator("#brush-open").click()
    page.wait_for_selector("#brush:not([hidden])")
    page.locator("#brush-label").select_option("5")  # consolidation
    page.locator("#brush-size").fill("9")
    page.locator("#brush-size").blur()
    box = page.locator("[data-role=baseline] canvas").bounding_box()
    x, y = box["x"] + 0.28 * box["width"], box["y"] + 0.5 * box["height"]
    page.mouse.move(x, y)
    page.mouse.down()
    for step in range(12):
        page.mouse.move(x - 2 * step, y + 2 * step)
    page.mouse.up()
    page.wait_for_function("() => document.querySelector('#brush-count').textContent !== ''")
    page.locator("#brush button[type=submit]").click()
    write_down(page, "dense here")


@pytest.mark.slow
def test_corrections_survive_a_restart_and_change_the_result(
    browser: Browser, page: Page, reviewed: Path, example: Path, tmp_path: Path
) -> None:
    page.set_viewport_size({"width": 1280, "height": 720})
    original = (reviewed / "assessment.json").read_bytes()
    page.locator("#tab-values").click()
    row = page.locator("#panel-values tr", has_text="DLCO").filter(has_text="week 20").first
    row.get_by_role("button").click()
    page.locator("#form [name=value]").fill("8,1")
    write_down(page, "<b>typing error</b>")
    paint_all_ground_glass_normal(page, reviewed)
    value, painted = read_corrections(reviewed / "corrections")
    assert (value.content.before, value.content.after, value.reason) == (12.4, 8.1, "<b>typing error</b>")
    assert painted.content.voxels > 20
    assert (reviewed / "assessment.json").read_bytes() == original

    with served(reviewed) as server:
        again = opened(browser, server, [], [])
        again.locator("#tab-corrections").click()
        assert again.locator("#log li").count() == 2
        assert "<b>typing error</b>" in again.locator("#log").inner_text()
        again.close()

    out = tmp_path / "corrected"
    patient = tmp_path / "patient"  # with the painted scan alone, to be quicker
    shutil.copytree(example / "patient", patient, ignore=shutil.ignore_patterns("followup"))
    arguments = [
        "assess",
        str(patient),
        "-o",
        str(out),
        "--corrections",
        str(reviewed / "corrections"),
    ]
    ran = CliRunner().invoke(main, [*arguments, "--quiet"], catch_exceptions=False)
    assert ran.exit_code == 0, ran.output
    found = json.loads((out / "assessment.json").read_text(encoding="utf-8"))
    dlco = next(change for change in found["changes"] if change["measure"] == "dlco")
    assert dlco["followup"] == 8.1
    assert [entry["applied"] for entry in found["corrections"]["entries"]] == [True, True]
    changed = {(item["measure"], item["when"]["week"]): item for item in found["corrections"]["values"]}
    assert (changed["dlco", 20.0]["before"], changed["dlco", 20.0]["after"]) == (12.4, 8.1)
    dense = changed["ct_consolidation", -1.0]
    assert dense["after"] > dense["before"]
    assert found["corrections"]["answer_before"][0] == json.loads(original)["verdicts"][0]["label"]
    report = (out / "report.html").read_text(encoding="utf-8")
    assert "DLCO, week 20: 12.4 → 8.1" in report
    assert "&lt;b&gt;typing error&lt;/b&gt;" in report
    assert read_corrections(out / "corrections") == (value, painted)
    gone = changed["ct_ild", 20.0]
    assert (gone["after"], gone["before"] > 0) == ("not_done", True)
    refused = CliRunner().invoke(main, ["assess", str(example / "patient"), "-o", str(reviewed), "--quiet"])
    assert refused.exit_code == 1
    assert "must stay beside what they said" in refused.output
