"""What a draft is made of: text from the record, what a person must write or check, tables and pictures."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fact:
    """A sentence that follows from the record."""

    text: str


@dataclass(frozen=True, slots=True)
class ToWrite:
    """What no record holds: a person writes it."""

    text: str


@dataclass(frozen=True, slots=True)
class ToCheck:
    """Free words of the record, quoted: a person makes them unrecognisable and rewrites them."""

    text: str
    quoted: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """A table with a line above and notes below."""

    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A figure of the draft by the name of its file, without its ending."""

    name: str
    caption: str
    alt: str


Block = Fact | ToWrite | ToCheck | Grid | Picture


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One item of the checklist, answered as far as the record can."""

    key: str
    blocks: tuple[Block, ...]

    @property
    def state(self) -> str:
        """``filled``, ``part`` or ``open``: whether a person has nothing, something or everything to write."""
        ours = any(isinstance(block, Fact | Grid | Picture) for block in self.blocks)
        theirs = any(isinstance(block, ToWrite | ToCheck) for block in self.blocks)
        return ("part" if theirs else "filled") if ours else "open"


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A case report as far as the record can write it.

    Parameters
    ----------
    notices
        What stands before everything: that it is a draft, and that an example is one.
    items
        One for each item of the checklist, in its order.
    appendix
        Methods and where the numbers come from.
    sources
        The publications cited, in the order of their numbers.
    """

    title: str
    notices: tuple[str, ...]
    items: tuple[Item, ...]
    appendix: tuple[tuple[str, tuple[Block, ...]], ...]
    sources: tuple[str, ...]
