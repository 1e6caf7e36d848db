"""How long the review page takes to open and how smoothly it scrolls, in Chromium without a graphics card.

The assessment is that of two phantom scans of 512 × 512 × 320, made and assessed first, which takes minutes; or the one
in the folder that `BREATHLINE_REVIEWED` names. Every figure stands beside the processor time of browser and server
together, which other work on the computer changes little.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, CDPSession, sync_playwright

from benchmarks.row import Row
from breathline import demo
from breathline.cli.assess import assess_folder

COMMAND = str(Path(sys.executable).parent / "breathline")
SOFTWARE = ["--no-sandbox", "--disable-gpu"]
SLICES, THICKNESS_MM = 320, 1.0
RUNS = 5
SCROLL_S = 4
PATIENCE_MS = 600_000

WATCH = """
window.seen = {};
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) seen[entry.name] ??= entry.startTime;
}).observe({ type: "paint", buffered: true });
addEventListener("DOMContentLoaded", () => {
  new MutationObserver(() => {
    const ready = document.body.dataset.ready;
    // Drawn in the next frame, on the screen before the one after it.
    if (ready) requestAnimationFrame(() => requestAnimationFrame(() => (seen[ready] ??= performance.now())));
  }).observe(document.body, { attributes: true });
});
"""
"""Notes when words are painted, when both scans are, and when they are in full detail [ms after opening the link]."""

SCROLL = """
async (seconds) => {
  const canvas = document.querySelector(".pane canvas");
  canvas.focus();
  const started = performance.now();
  let frames = 0;
  while (performance.now() - started < 1000 * seconds) {
    await new Promise(requestAnimationFrame);
    const key = frames % 80 < 40 ? "PageUp" : "PageDown";
    canvas.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
    frames += 1;
  }
  return [frames, (performance.now() - started) / 1000];
}
"""
"""Asks for the next slice in every frame, with both scans linked; gives frames and seconds."""


@dataclass(frozen=True, slots=True)
class Opened:
    """One opening: milliseconds to words, to both scans and to both at full detail, processor seconds, frames."""

    words: float
    scans: float
    full: float
    scans_cpu: float
    full_cpu: float
    frames_a_second: float
    frame_cpu_ms: float


def rows() -> list[Row]:
    """Open the page several times, each in a fresh window; give the medians."""
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if not chromium:
        return []
    kept = os.environ.get("BREATHLINE_REVIEWED")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(kept) if kept else _assessed(Path(name))
        with _served(folder) as (link, waited, started_cpu, server), sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium, args=SOFTWARE)
            found = [_open(browser, link, server) for _ in range(RUNS)]
            browser.close()
    return [
        Row(
            what="the review page, from the command to its link",
            on="phantom 512 × 512 × 320, two scans",
            figure=f"{waited:.1f} s ({started_cpu:.1f} s of processor)",
        ),
        *_opening_rows(found),
    ]


def _opening_rows(found: list[Opened]) -> list[Row]:
    def median(name: str) -> float:
        return sorted(getattr(one, name) for one in found)[len(found) // 2]

    words, scans, full = (median(name) / 1000 for name in ("words", "scans", "full"))
    scans_cpu, full_cpu = median("scans_cpu"), median("full_cpu")
    frames, frame_cpu = median("frames_a_second"), median("frame_cpu_ms")
    on = f"the same, from the link on; median of {len(found)}"
    return [
        Row(what="first words of the page", on=on, figure=f"{words:.1f} s", wanted="≤ 1 s", met=words <= 1.0),
        Row(
            what="both scans on the screen, in half the detail",
            on=on,
            figure=f"{scans:.1f} s ({scans_cpu:.1f} s of processor)",
            wanted="≤ 3 s",
            met=scans <= 3.0,
        ),
        Row(what="both in full detail", on=on, figure=f"{full:.1f} s ({full_cpu:.1f} s of processor)"),
        Row(
            what="frames a second while scrolling both, linked",
            on=on,
            figure=f"{frames:.0f} ({frame_cpu:.0f} ms of processor a frame)",
            wanted="near 30",
            met=frames >= 27.0,
        ),
    ]


def _assessed(folder: Path) -> Path:
    specs = tuple(replace(spec, slices=SLICES, thickness_mm=THICKNESS_MM) for spec in demo.example_scans())
    shown = demo.example_scans
    demo.example_scans = lambda: specs  # type: ignore[assignment]
    try:
        demo.write_example(folder / "patient")
    finally:
        demo.example_scans = shown
    assess_folder(folder / "patient", folder / "assessment", quiet=True)
    return folder / "assessment"


@contextmanager
def _served(folder: Path) -> Iterator[tuple[str, float, float, int]]:
    """Run the command as a user does; give its link, the seconds until it stood there, and the process."""
    started = time.perf_counter()
    command = [COMMAND, "review", str(folder), "--no-browser", "--quiet"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        link = server.stdout.readline().strip()
        try:
            yield link, time.perf_counter() - started, _cpu_seconds(server.pid), server.pid
        finally:
            server.terminate()


def _cpu_seconds(process: int) -> float:
    """Give the processor time of a process; nothing where the system does not tell it this way [s]."""
    source = Path(f"/proc/{process}/stat")
    if not source.exists():
        return 0.0
    fields = source.read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _open(browser: Browser, link: str, server: int) -> Opened:
    session = browser.new_browser_cdp_session()
    page = browser.new_page(viewport={"width": 1280, "height": 720})
    page.set_default_timeout(PATIENCE_MS)
    page.add_init_script(WATCH)
    before, served = _browser_cpu(session), _cpu_seconds(server)

    def spent() -> float:
        now = _browser_cpu(session)
        return sum(now[key] - before.get(key, 0.0) for key in now) + _cpu_seconds(server) - served

    page.goto(link)
    page.wait_for_function("() => 'coarse' in seen || 'fine' in seen")
    scans_cpu = spent()
    page.wait_for_function("() => 'fine' in seen")
    full_cpu = spent()
    seen = page.evaluate("seen")
    frames, seconds = page.evaluate(SCROLL, SCROLL_S)
    frame_cpu_ms = 1000 * (spent() - full_cpu) / frames
    page.close()
    session.detach()
    return Opened(
        words=seen["first-contentful-paint"],
        scans=seen.get("coarse", seen["fine"]),
        full=seen["fine"],
        scans_cpu=scans_cpu,
        full_cpu=full_cpu,
        frames_a_second=frames / seconds,
        frame_cpu_ms=frame_cpu_ms,
    )


def _browser_cpu(session: CDPSession) -> dict[Any, float]:
    found = session.send("SystemInfo.getProcessInfo")["processInfo"]
    return {one["id"]: one["cpuTime"] for one in found}
