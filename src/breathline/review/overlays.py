"""The label maps that can be laid on a scan: their codes, names and colours."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from breathline.figures.palette import PATTERN_STYLES
from breathline.model.ct_change import CHANGE_CODES
from breathline.model.volume import LUNG_CODES, PATTERN_CODES

_CHANGE_COLOURS = {
    "cleared": "#4db3e6",
    "persistent": "#f5e642",
    "new": "#ff9a4d",
    "progressed": "#e0524d",
    "regressed": "#3fd6a4",
    "not_compared": "#8793a0",
}
_LUNG_COLOURS = {"right_lung": "#62c4ff", "left_lung": "#ff9a4d"}
_PATTERN_COLOURS = {name: colour for name, (colour, _) in PATTERN_STYLES.items()} | {
    "vessel": "#b8423c",
    "airway": "#c9d1d9",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """One label of a map; without a colour it is not drawn."""

    code: int
    name: str
    colour: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Overlay:
    """A label map that can be laid on a scan.

    Parameters
    ----------
    corrected
        True if a reader may paint on it.
    """

    key: str
    labels: tuple[Label, ...]
    corrected: bool


def _labels(codes: Mapping[str, int], colours: Mapping[str, str]) -> tuple[Label, ...]:
    return tuple(Label(code=code, name=name, colour=colours.get(name, "")) for name, code in codes.items())


OVERLAYS: Mapping[str, Overlay] = MappingProxyType(
    {
        "lungs": Overlay(key="lungs", labels=_labels(LUNG_CODES, _LUNG_COLOURS), corrected=True),
        "patterns": Overlay(key="patterns", labels=_labels(PATTERN_CODES, _PATTERN_COLOURS), corrected=True),
        "change": Overlay(key="change", labels=_labels(CHANGE_CODES, _CHANGE_COLOURS), corrected=False),
    }
)
