"""How long steps tell how far they are, without knowing who listens."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

Item = TypeVar("Item")

Progress = Callable[[str, int, int], None]
"""Called as ``progress(step, done, total)``; `step` is a short phrase such as "reading slices"."""


def silent(_step: str, _done: int, _total: int) -> None:
    """Tell nobody."""


def tracked(items: Sequence[Item], step: str, progress: Progress) -> Iterator[Item]:
    """Go through `items`, telling `progress` before the first and after each.

    >>> heard = []
    >>> list(tracked("ab", "reading", lambda *told: heard.append(told)))
    ['a', 'b']
    >>> heard[-1]
    ('reading', 2, 2)
    """
    total = len(items)
    progress(step, 0, total)
    for done, item in enumerate(items, start=1):
        yield item
        progress(step, done, total)
