"""The documentation: links lead somewhere, commands exist, pictures are small, generated pages are current."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from runpy import run_path

import click
import pytest

from breathline.cli import main
from tests.conftest import ROOT

PAGES = [
    ROOT / "README.md",
    ROOT / "CONTRIBUTING.md",
    ROOT / "CHANGELOG.md",
    *sorted((ROOT / "docs").rglob("*.md")),
]
LARGEST_PICTURE_BYTES = 200_000
GENERATED = run_path(str(ROOT / "data-raw" / "reference_pages.py"))["PAGES"]

_LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
_FENCE = re.compile(r"^```[^\n]*\n(.*?)^```", re.DOTALL | re.MULTILINE)


def named(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


def anchors(page: Path) -> set[str]:
    """Anchors of the headings of a page, as GitHub and most renderers make them."""
    text = _FENCE.sub("", page.read_text(encoding="utf-8"))
    found = set()
    for heading in re.findall(r"^#+ +(.+)$", text, re.MULTILINE):
        words = re.sub(r"[^\w\- ]", "", heading.lower())
        found.add(words.strip().replace(" ", "-"))
    return found


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_every_link_leads_to_a_page_and_a_heading_of_it(page):
    for link in _LINK.findall(_FENCE.sub("", page.read_text(encoding="utf-8"))):
        if re.match(r"https?://", link):
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), f"{link}: there is no {path}"
        if anchor and target.suffix == ".md":
            assert anchor in anchors(target), f"{link}: there is no such heading"


def commands(page: Path) -> Iterator[list[str]]:
    """Every command line of Breathline in a block, with lines that go on put together."""
    for block in _FENCE.findall(page.read_text(encoding="utf-8")):
        for line in block.replace("\\\n", " ").splitlines():
            found = re.match(r"(?:\$ )?(?:\.venv/bin/)?breathline (.*)", line)
            if found:
                yield shlex.split(found[1], comments=True)


@pytest.mark.parametrize("page", [page for page in PAGES if page.parent.name != "reference"], ids=named)
def test_every_command_and_option_exists(page):
    for words in commands(page):
        command: click.Command = main
        while isinstance(command, click.Group) and words:
            name = words.pop(0)
            assert name in command.commands, f"there is no command {name}"
            command = command.commands[name]
        known = {option for one in command.params for option in (*one.opts, *one.secondary_opts)}
        for word in words:
            if word.startswith("-"):
                assert word.partition("=")[0] in known, f"{command.name} has no option {word}"


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_every_target_of_make_exists(page):
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    text = page.read_text(encoding="utf-8")
    for name in re.findall(r"(?:`|^)make ([a-z]+)\b", text, re.MULTILINE):
        assert name in targets, f"the Makefile has no target {name}"


@pytest.mark.parametrize("picture", sorted((ROOT / "docs" / "images").iterdir()), ids=named)
def test_pictures_are_small_and_shown(picture):
    assert picture.stat().st_size < LARGEST_PICTURE_BYTES
    assert any(f"images/{picture.name})" in page.read_text(encoding="utf-8") for page in PAGES)


@pytest.mark.parametrize("name", GENERATED)
def test_a_page_of_what_is_built_in_is_current(name):
    found = (ROOT / "docs" / "reference" / name).read_text(encoding="utf-8")
    assert found == GENERATED[name](), "Run make docs."


def test_every_page_is_in_the_index():
    index = ROOT / "docs" / "README.md"
    linked = {(index.parent / link).resolve() for link in _LINK.findall(index.read_text(encoding="utf-8"))}
    missing = {named(page) for page in (ROOT / "docs").rglob("*.md") if page != index and page not in linked}
    assert missing == set()


def test_files_of_the_package_that_pages_name_are_there():
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        for name in re.findall(r"`((?:src|data-raw|tests|docs)/[\w./-]+\.\w+)`", text):
            assert (ROOT / name).exists(), f"{named(page)} names {name}"
