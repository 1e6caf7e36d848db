"""The order of a draft, the same in every format: sections by topic, and the checklist at the end."""

from __future__ import annotations

from collections.abc import Sequence

from breathline.figures.wording import Wording
from breathline.report.care.content import Draft, Grid, Item, ToCheck, ToWrite
from breathline.report.care.draft import CARE, read_checklist

TITLE_ITEM = "1"
"""The item that the title itself answers; it has no section of its own."""

PAGE_COLUMN = 4


def sections(draft: Draft) -> tuple[tuple[str, tuple[Item, ...]], ...]:
    """Give the items by topic, in the order of the checklist; the title stands above."""
    topics = {asked.item: asked.topic for asked in read_checklist()}
    found: dict[str, list[Item]] = {}
    for item in draft.items:
        if item.key != TITLE_ITEM:
            found.setdefault(topics[item.key], []).append(item)
    return tuple((topic, tuple(items)) for topic, items in found.items())


def checklist(draft: Draft, say: Wording, pages: Sequence[str] | None = None) -> Grid:
    """Lay out the checklist: what each item asks, how far the record filled it, and what is missing.

    Parameters
    ----------
    pages
        The page of each item, where the format knows pages.
    """
    names = ("item", "topic", "asks", "state_column", "page", "missing")
    rows = tuple(
        (
            item.key,
            asked.topic,
            asked.asks,
            say(f"care.state.{item.state}"),
            "" if pages is None else pages[place],
            " ".join(_missing(item)) or say("care.nothing_missing"),
        )
        for place, (item, asked) in enumerate(zip(draft.items, read_checklist(), strict=True))
    )
    caption = say("care.checklist_caption", source=CARE)
    return Grid(caption=caption, head=tuple(say(f"care.{name}") for name in names), rows=rows)


def _missing(item: Item) -> list[str]:
    return [block.text for block in item.blocks if isinstance(block, ToWrite | ToCheck)]
