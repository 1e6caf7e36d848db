"""How a broken contract is collected and told."""

from __future__ import annotations

from collections.abc import Iterable

from breathline.sources import Source, references


class ContractError(AssertionError):
    """An item breaks the contract of its kind; for developers, never shown to a user."""

    def __init__(self, item: str, broken: Iterable[str]) -> None:
        self.broken = tuple(broken)
        super().__init__(f"{item} breaks its contract: " + "; ".join(self.broken))


class Findings:
    """What is wrong with one item, gathered so that all of it can be told at once."""

    def __init__(self, item: str) -> None:
        self.item = item
        self._broken: list[str] = []

    def expect(self, holds: bool, otherwise: str) -> bool:
        """Note `otherwise` unless `holds`; gives `holds` back."""
        if not holds:
            self._broken.append(otherwise)
        return holds

    def expect_source(self, source: Source, of_what: str) -> bool:
        """Expect that a source is in ``references.bib``; tells whether it is."""
        return self.expect(
            source.key in references(), f"the source '{source.key}' of its {of_what} is not in references.bib"
        )

    def finish(self) -> None:
        """Raise what was found, if anything was."""
        if self._broken:
            raise ContractError(self.item, self._broken)
