"""The CT pages: slices of baseline and follow-up at the same heights, outlined, with what was measured."""

from __future__ import annotations

import base64
import io
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from PIL import Image

from breathline.figures.ct import SCALE_BAR_MM, frame_mm, patterns_present
from breathline.figures.outline import Points, outline_patterns, window_lung
from breathline.figures.pairing import Level, ShownScan, choose_scans, pair_levels, shown_codes
from breathline.figures.palette import PATTERN_STYLES
from breathline.figures.series import WHOLE_LUNGS
from breathline.figures.wording import Wording
from breathline.keyslices import read_key_slices
from breathline.model.assessment import Assessment, ScanSummary
from breathline.model.measurement import Absence, Measurement
from breathline.model.volume import KeySlice
from breathline.report.sections.course import has_name, significant_decimals


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """How a pattern is outlined."""

    pattern: str
    label: str
    colour: str
    dashes: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Traced:
    """The outlines of one pattern on a slice, as one SVG path in millimetres."""

    key: Key
    path: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """One slice: pixels as a data URI, placed in millimetres on a frame that all slices share."""

    png: bytes
    alt: str
    left: float
    top: float
    wide: float
    high: float
    traced: tuple[Traced, ...]
    position: str

    @property
    def uri(self) -> str:
        """The pixels as a data URI, so that the page asks for nothing."""
        return "data:image/png;base64," + base64.b64encode(self.png).decode("ascii")


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelView:
    """One height of the lungs, one picture a scan."""

    height: str
    pictures: tuple[Picture | None, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanColumn:
    """A shown scan in words, with the facts in which it differs from the other."""

    role: str
    when: str
    facts: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasureRow:
    """One CT measure of each shown scan."""

    label: str
    unit: str
    cells: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ScansView:
    """Everything of the CT pages."""

    notices: tuple[str, ...]
    facts: tuple[tuple[str, str], ...]
    columns: tuple[ScanColumn, ...]
    measures: tuple[MeasureRow, ...]
    key: tuple[Key, ...]
    levels: tuple[LevelView, ...]
    frame: tuple[float, float]
    bar_mm: float = SCALE_BAR_MM


def read_shown_scans(
    assessment: Assessment, folder: Path, say: Wording
) -> tuple[tuple[ShownScan, ...], tuple[str, ...]]:
    """Read the slices kept of the scans to show, and say in words what could not be read."""
    shown, notices = [], []
    chosen = choose_scans(assessment)
    for role, scan in chosen:
        slices, notice = _read(scan, folder, say)
        shown.append(ShownScan(role, scan, slices))
        if notice:
            name = say("quality.scan", when=say.short_moment(scan.when) if scan.when else scan.name)
            notices.append(f"{name}: {notice}")
    if not chosen:
        notices.append(say("ct.none"))
    elif len(chosen) == 1:
        notices.append(say("ct.only_one"))
    return tuple(shown), tuple(notices)


def _read(scan: ScanSummary, folder: Path, say: Wording) -> tuple[tuple[KeySlice, ...], str]:
    source = (folder / scan.folder / "slices.npz").resolve()
    inside = source.is_relative_to(folder.resolve())  # an assessment from elsewhere may name any folder
    if not scan.folder or not inside or not source.is_file():
        return (), say("ct.unread", reason=say("ct.no_slices"))
    try:
        slices = read_key_slices(source)
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
        return (), say("ct.unread", reason=say("ct.bad_slices"))
    usable = tuple(item for item in slices if item.hu.ndim == 2 and item.hu.shape == item.labels.shape)
    if not usable:
        return (), say("ct.unread", reason=say("ct.no_slices"))
    return usable, ""


def view_scans(
    assessment: Assessment, shown: Sequence[ShownScan], notices: Sequence[str], say: Wording
) -> ScansView:
    """Put the CT pages together."""
    key = tuple(_key(name, say) for name in patterns_present(shown))
    drawn = [scan for scan in shown if scan.slices]
    frame = frame_mm([item for scan in drawn for item in scan.slices]) if drawn else (1.0, 1.0)
    columns = tuple(_column(scan, say) for scan in shown)
    same = (
        [fact for fact in columns[0].facts if all(fact in column.facts for column in columns)]
        if columns
        else []
    )
    return ScansView(
        facts=tuple(same),
        notices=tuple(notices),
        columns=tuple(
            replace(column, facts=tuple(fact for fact in column.facts if fact not in same))
            for column in columns
        ),
        measures=_measures(assessment, shown, say),
        key=key,
        levels=tuple(_level(level, shown, frame, say) for level in (pair_levels(shown) if drawn else ())),
        frame=(round(frame[0], 2), round(frame[1], 2)),
    )


def _key(name: str, say: Wording) -> Key:
    colour, dashes = PATTERN_STYLES[name]
    return Key(
        pattern=name,
        label=say(f"pattern.{name}"),
        colour=colour,
        dashes=" ".join(f"{dash:g}" for dash in dashes),
    )


def _column(scan: ShownScan, say: Wording) -> ScanColumn:
    facts = []
    for name, value in scan.summary.facts.items():
        if value is None or value == "":
            continue
        if isinstance(value, bool):
            text = say("ct.fact.yes" if value else "ct.fact.no")
        else:
            text = value if isinstance(value, str) else f"{value:g}".replace("-", "\N{MINUS SIGN}")
        facts.append((say.optional(f"fact_name.{name}", name.replace("_", " ")), text))
    role = say(f"ct.role.{scan.role}")
    when = say.moment(scan.summary.when) if scan.summary.when else scan.summary.name
    return ScanColumn(role=role, when=when, facts=tuple(facts))


def _measures(assessment: Assessment, shown: Sequence[ShownScan], say: Wording) -> tuple[MeasureRow, ...]:
    labels = {
        item.measurement.measure: (item.label, item.measurement.unit)
        for item in assessment.measurements
        if item.measurement.measure.startswith("ct_")
        and item.measurement.region in WHOLE_LUNGS
        and has_name(item)
    }
    rows = []
    for measure, (label, unit) in labels.items():
        cells = tuple(_measured(assessment, measure, scan.summary, say) for scan in shown)
        if any(value for value, _ in cells):
            rows.append(MeasureRow(label=label, unit=say.unit(unit), cells=cells))
    return tuple(rows)


def _measured(assessment: Assessment, measure: str, scan: ScanSummary, say: Wording) -> tuple[str, str]:
    for item in assessment.measurements:
        own = item.measurement
        if own.measure == measure and own.region in WHOLE_LUNGS and _belongs(own, scan):
            if isinstance(own.value, Absence):
                return say.value(own.value, measure), ""
            places = next(
                (c.decimals for c in assessment.changes if c.measure == measure),
                significant_decimals(own.value),
            )
            interval = ""
            if own.low is not None and own.high is not None:
                low, high = say.number(own.low, places), say.number(own.high, places)
                interval = say("values.interval", low=low, high=high)
            return say.number(own.value, places), interval
    return "", ""


def _belongs(own: Measurement, scan: ScanSummary) -> bool:
    return own.origin.scan == scan.name if own.origin.scan else own.when == scan.when


def _level(level: Level, shown: Sequence[ShownScan], frame: tuple[float, float], say: Wording) -> LevelView:
    pictures = tuple(
        None if item is None else _picture(item, scan, frame, say)
        for item, scan in zip(level.slices, shown, strict=True)
    )
    return LevelView(height=_height(level.height, say), pictures=pictures)


def _height(height: float, say: Wording) -> str:
    return say("ct.height", percent=say.number(100 * height, 0))


def _picture(item: KeySlice, scan: ShownScan, frame: tuple[float, float], say: Wording) -> Picture:
    rows, columns = item.hu.shape
    wide, high = columns * item.pixel_mm[1], rows * item.pixel_mm[0]
    left, top = (frame[0] - wide) / 2, (frame[1] - high) / 2
    codes = shown_codes(scan.summary.labels, tuple(PATTERN_STYLES))
    traced = tuple(
        Traced(key=_key(found.pattern, say), path=_path(found.lines, item.pixel_mm, (left, top)))
        for found in outline_patterns(item.labels, codes)
    )
    names = ", ".join(found.key.label for found in traced)
    patterns = say("ct.slice_patterns", patterns=names) if names else say("ct.slice_no_patterns")
    return Picture(
        png=_png(item),
        alt=say(
            "ct.slice_alt",
            role=say(f"ct.role.{scan.role}"),
            when=say.moment(scan.summary.when) if scan.summary.when else scan.summary.name,
            height=_height(item.height, say),
            patterns=patterns,
        ),
        left=round(left, 2),
        top=round(top, 2),
        wide=round(wide, 2),
        high=round(high, 2),
        traced=traced,
        position=say("ct.position", mm=say.number(item.position_mm, 0)),
    )


def _png(item: KeySlice) -> bytes:
    stream = io.BytesIO()
    Image.fromarray(window_lung(item.hu)).save(stream, format="PNG", optimize=True)
    return stream.getvalue()


def _path(lines: Sequence[Points], pixel_mm: tuple[float, float], start: tuple[float, float]) -> str:
    """Write lines as an SVG path in tenths of a millimetre, each corner relative to the one before."""
    parts = []
    for line in lines:
        scaled = (line + 0.5) * (pixel_mm[1], pixel_mm[0]) + start
        corners = np.rint(scaled * 10).astype(int)
        steps = np.diff(corners, axis=0)
        walk = " ".join(f"{dx} {dy}" for dx, dy in steps.tolist())
        parts.append(f"M{corners[0, 0]} {corners[0, 1]}l{walk}")
    return "".join(parts)
