"""A draft as Markdown: plain text that any editor opens and pandoc converts."""

from __future__ import annotations

import re
from collections.abc import Iterator

from breathline.figures.wording import Wording
from breathline.report.care.content import Block, Draft, Fact, Grid, Item, Picture, ToCheck, ToWrite
from breathline.report.care.layout import checklist, sections

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|~$^])")
_LIST_LIKE = re.compile(r"^(\s*)([-+]|\d+[.)])(\s)")
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


def to_markdown(draft: Draft, say: Wording) -> str:
    """Give the draft as Markdown; pictures are those of ``figures/`` beside it."""
    return "\n\n".join(_parts(draft, say)) + "\n"


def _parts(draft: Draft, say: Wording) -> Iterator[str]:
    yield f"# {plain(draft.title)}"
    for notice in draft.notices:
        yield f"> {plain(notice)}"
    for topic, items in sections(draft):
        yield f"## {plain(topic)}"
        for item in items:
            yield from _item(item, say)
    for heading, blocks in draft.appendix:
        yield f"## {plain(heading)}"
        for block in blocks:
            yield _block(block, say)
    if draft.sources:
        yield f"## {say('care.sources')}"
        yield plain(say("care.sources_note"))
        yield "\n".join(f"{n}. {plain(text)}" for n, text in enumerate(draft.sources, start=1))
    yield f"## {say('care.checklist')}"
    yield _block(checklist(draft, say), say)


def _item(item: Item, say: Wording) -> Iterator[str]:
    yield f"*{plain(say('care.item'))} {item.key}*"
    for block in item.blocks:
        yield _block(block, say)


def _block(block: Block, say: Wording) -> str:
    match block:
        case Fact(text):
            return plain(text)
        case ToWrite(text):
            return f"**\\[{say('care.to_write').upper()}: {plain(text)}\\]**"
        case ToCheck(text, quoted):
            lines = "\n".join(f"> {plain(line)}" for line in quoted.splitlines() or [""])
            return f"**\\[{say('care.to_check').upper()}: {plain(text)}\\]**\n\n{lines}"
        case Picture():
            return f"![{plain(block.alt)}](figures/{block.name}.png)\n\n*{plain(block.caption)}*"
        case Grid():
            return _grid(block)


def _grid(grid: Grid) -> str:
    lines = [_row(grid.head), _row(["---"] * len(grid.head), escape=False), *map(_row, grid.rows)]
    notes = "".join(f"\n\n{plain(note)}" for note in grid.notes)
    return f"*{plain(grid.caption)}*\n\n" + "\n".join(lines) + notes


def _row(cells: tuple[str, ...] | list[str], *, escape: bool = True) -> str:
    shown = [plain(cell).replace("\n", " ") if escape else cell for cell in cells]
    return f"| {' | '.join(shown)} |"


def plain(text: str) -> str:
    r"""Give a text so that Markdown shows it as it is, whatever signs are in it.

    >>> print(plain("a*b <i>"))
    a\*b \<i\>
    """
    clean = _UNPRINTABLE.sub(" ", text.replace("\r\n", "\n").replace("\r", "\n"))
    lines = (_LIST_LIKE.sub(r"\1\\\2\3", _SPECIAL.sub(r"\\\1", line)) for line in clean.split("\n"))
    return "\n".join(lines)
