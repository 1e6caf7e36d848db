"""The sources of the report, numbered in the order in which they are first cited."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from breathline.sources import Source, citation, references

UNVERIFIED = "[not verified against the publication]"


@dataclass(slots=True)
class Citations:
    """Gives each source a number the first time it is cited."""

    texts: list[str] = field(default_factory=list)

    def cite(self, sources: Iterable[str | Source]) -> tuple[int, ...]:
        """Give the numbers of `sources`, without repeats; empty texts cite nothing."""
        numbers = []
        for source in sources:
            text = source_text(source)
            if not text:
                continue
            if text not in self.texts:
                self.texts.append(text)
            number = self.texts.index(text) + 1
            if number not in numbers:
                numbers.append(number)
        return tuple(numbers)

    @property
    def unverified(self) -> bool:
        """True if one of the sources says that nobody checked it."""
        return any(UNVERIFIED in text for text in self.texts)


def source_text(source: str | Source) -> str:
    """Give a source as a line; a key this version does not know stands as it is."""
    if isinstance(source, str):
        return citation(source) if source in references() else source
    if source.key in references():
        return str(source)
    text = ", ".join(part for part in (source.key, source.locator, source.note) if part)
    return text if source.verified else f"{text} {UNVERIFIED}"
