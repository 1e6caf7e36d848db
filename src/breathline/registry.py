"""Built-in items by name, plus those that other packages add by entry point.

An extension declares, in its own ``pyproject.toml``::

    [project.entry-points."breathline.outcomes"]
    my_measure = "my_package.my_measure:MEASURE"
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from importlib.metadata import entry_points
from typing import Generic, TypeVar, overload

from breathline.errors import RegistryError

Item = TypeVar("Item")
Other = TypeVar("Other")


class Registry(Mapping[str, Item], Generic[Item]):
    """A named collection; reading it the first time also loads what other packages add.

    Parameters
    ----------
    kind
        What the items are, in the singular, as messages say it: "outcome measure".
    group
        The entry-point group other packages use, such as ``breathline.outcomes``.

    Examples
    --------
    >>> colours = Registry("colour", "breathline.example")
    >>> colours.add("red", "#f00")
    >>> colours["red"]
    '#f00'
    """

    def __init__(self, kind: str, group: str) -> None:
        self.kind = kind
        self.group = group
        self._items: dict[str, Item] = {}
        self._plugins_loaded = False

    def add(self, name: str, item: Item) -> None:
        """Register `item` under `name`; a name can be taken only once."""
        if name in self._items:
            raise RegistryError(
                f"The {self.kind} '{name}' is registered twice. Give one of them another name."
            )
        self._items[name] = item

    def _load_plugins(self) -> None:
        if self._plugins_loaded:
            return
        self._plugins_loaded = True
        for point in entry_points(group=self.group):
            self.add(point.name, point.load())

    def __getitem__(self, name: str) -> Item:
        self._load_plugins()
        try:
            return self._items[name]
        except KeyError:
            raise RegistryError(self._unknown(name)) from None

    @overload
    def get(self, name: str, /) -> Item | None: ...
    @overload
    def get(self, name: str, default: Item | Other, /) -> Item | Other: ...
    def get(self, name: str, default: Item | Other | None = None, /) -> Item | Other | None:
        """Give the item, or `default` where there is none: an unknown name is no error here."""
        self._load_plugins()
        return self._items.get(name, default)

    def __contains__(self, name: object) -> bool:
        self._load_plugins()
        return name in self._items

    def __iter__(self) -> Iterator[str]:
        self._load_plugins()
        return iter(self._items)

    def __len__(self) -> int:
        self._load_plugins()
        return len(self._items)

    def _unknown(self, name: str) -> str:
        near = get_close_matches(name, self._items, n=1)
        hint = f" Did you mean '{near[0]}'?" if near else ""
        return f"There is no {self.kind} '{name}'.{hint} Known: {', '.join(sorted(self._items))}."
