"""What changed between the scans: pictures, volumes, the same tissue at both dates, and how far it can be believed."""

from __future__ import annotations

import base64
import io
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from breathline.figures.change import Colours, Grey, changes_shown, overlay, scale_of, shown_grey, swatch
from breathline.figures.pairing import choose_scans
from breathline.figures.wording import Wording
from breathline.keyslices import read_change_slices
from breathline.model.assessment import Assessment
from breathline.model.ct_change import ChangeSlice, ChangeVolume, CtChange, LungQuality, SameTissue

KINDS = ("cleared", "new", "progressed", "regressed", "persistent", "unchanged", "not_compared")
BY_REGION = ("cleared", "new", "progressed", "regressed", "persistent")
WHOLE = ("lungs", "right_lung", "left_lung")


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeLevel:
    """One height of the lungs: baseline, follow-up and overlay, each with what it shows in words."""

    height: str
    panels: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeView:
    """One comparison of two scans in words and pictures.

    Parameters
    ----------
    heads
        Headings of the three pictures of each level.
    key
        Picture and name of each change that is drawn.
    volumes
        Change, volume with its interval, and share of the lungs.
    tissue
        Measure, as scanned at both dates, of the same tissue at both dates, and its change with the interval.
    regions
        Region, and a cell for each of `BY_REGION`.
    """

    title: str
    sentences: tuple[str, ...]
    warnings: tuple[str, ...]
    alignment: tuple[str, ...]
    heads: tuple[str, ...]
    key: tuple[tuple[str, str], ...]
    levels: tuple[ChangeLevel, ...]
    volumes: tuple[tuple[str, ...], ...]
    tissue: tuple[tuple[str, ...], ...]
    region_heads: tuple[str, ...]
    regions: tuple[tuple[str, ...], ...]


def view_ct_changes(assessment: Assessment, folder: Path, say: Wording) -> tuple[ChangeView, ...]:
    """Put every comparison into words, the one that the judged changes stand on first, and that one into pictures."""
    shown = judged_pair(assessment)
    ordered = sorted(assessment.ct_changes, key=lambda change: change is not shown)
    return tuple(
        _view(assessment, change, read_slices(change, folder) if change is shown else (), say)
        for change in ordered
    )


def judged_pair(assessment: Assessment) -> CtChange | None:
    """Give the comparison of the two scans that the report shows; without it the last."""
    names = tuple(scan.name for _, scan in choose_scans(assessment))
    found = [change for change in assessment.ct_changes if (change.baseline, change.followup) == names]
    return (*assessment.ct_changes[-1:], *found)[-1] if assessment.ct_changes else None


def read_slices(change: CtChange, folder: Path) -> tuple[ChangeSlice, ...]:
    """Read the slices kept of a comparison, from the apex down; none where they are missing or broken."""
    source = (folder / change.files.get("slices", "")).resolve()
    # An assessment from elsewhere may name any file.
    if not source.is_relative_to(folder.resolve()) or not source.is_file():
        return ()
    try:
        slices = read_change_slices(source)
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
        return ()
    usable = (item for item in slices if item.baseline.shape == item.followup.shape == item.change.shape)
    return tuple(sorted(usable, key=lambda item: -item.height))


def _view(
    assessment: Assessment, change: CtChange, slices: Sequence[ChangeSlice], say: Wording
) -> ChangeView:
    before, after = (_when(assessment, name, say) for name in (change.baseline, change.followup))
    heads = (
        say("change.head", role=say("ct.role.baseline"), when=before),
        say("change.head_warped", role=say("ct.role.followup"), when=after),
        say("change.overlay"),
    )
    names = changes_shown(slices, change.labels)
    return ChangeView(
        title=say("change.title", baseline=before, followup=after, days=say.number(change.days, 0)),
        sentences=_sentences(change, say),
        warnings=tuple(flag.message for flag in (*change.protocol, *change.quality)),
        alignment=tuple(_lung_words(lung, say) for lung in change.lungs),
        heads=heads,
        key=tuple((_uri(swatch(name)), say(f"change.kind.{name}")) for name in names),
        levels=tuple(_level(item, change.labels, heads, say) for item in slices),
        volumes=_volumes(change, say),
        tissue=tuple(_tissue(assessment, item, say) for item in change.same_tissue),
        region_heads=tuple(say(f"change.kind.{name}") for name in BY_REGION),
        regions=_regions(change, say),
    )


def _when(assessment: Assessment, name: str, say: Wording) -> str:
    scan = next((scan for scan in assessment.scans if scan.name == name), None)
    return say.moment(scan.when) if scan is not None and scan.when is not None else name


def _sentences(change: CtChange, say: Wording) -> tuple[str, ...]:
    """Say how far the scans were compared, and what that means for the judgement."""
    found = [say(f"change.compared.{change.compared.value}", reason=change.reason)]
    if change.obstacle:
        found.append(say("change.obstacle", reason=change.obstacle))
    elif change.believed:
        found.append(say("change.believed"))
    else:
        found.append(say("change.not_believed"))
    return tuple(found)


def _lung_words(lung: LungQuality, say: Wording) -> str:
    """Say how well one lung lies on itself."""
    return say(
        "change.lung",
        lung=say(f"change.region.{lung.name}"),
        mean=say.number(lung.inverse_mm, 1),
        most=say.number(lung.inverse_95_mm, 1),
        vessels=say.number(100 * lung.vessel_overlap, 0),
        volumes=say("change.pair", before=say.amount(lung.volume_ml[0]), after=say.amount(lung.volume_ml[1])),
        masses=say("change.pair", before=say.amount(lung.mass_g[0]), after=say.amount(lung.mass_g[1])),
        ratio=say.number(lung.mass_g[1] / lung.mass_g[0], 2) if lung.mass_g[0] > 0 else say("values.empty"),
        doubtful=say.number(lung.doubtful_percent, 0),
    )


def _level(item: ChangeSlice, codes: Mapping[str, int], heads: Sequence[str], say: Wording) -> ChangeLevel:
    scale = scale_of(item)
    pictures = (
        shown_grey(item.baseline, scale),
        shown_grey(item.followup, scale),
        overlay(item, codes, scale),
    )
    height = say("ct.height", percent=say.number(100 * item.height, 0))
    present = [name for name in changes_shown([item], codes) if name != "not_compared"]
    names = ", ".join(say(f"change.kind.{name}") for name in present)
    told = say("change.alt_changes", changes=names) if names else say("change.alt_none")
    alts = (f"{heads[0]}, {height}", f"{heads[1]}, {height}", f"{heads[2]}, {height}: {told}")
    return ChangeLevel(
        height=height, panels=tuple((_uri(picture), alt) for picture, alt in zip(pictures, alts, strict=True))
    )


def _uri(picture: Grey | Colours) -> str:
    stream = io.BytesIO()
    image = Image.fromarray(picture)
    if picture.ndim == 3:
        image = image.quantize(256, method=Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
    image.save(stream, format="PNG", optimize=True)
    return "data:image/png;base64," + base64.b64encode(stream.getvalue()).decode("ascii")


def _volumes(change: CtChange, say: Wording) -> tuple[tuple[str, ...], ...]:
    whole = {item.change: item for item in change.volumes if item.region == WHOLE[0]}
    total = sum(item.volume_ml for item in whole.values())
    return tuple(
        (
            say(f"change.kind.{name}"),
            say.amount(round(whole[name].volume_ml)),
            _ends(whole[name], say),
            say.number(100 * whole[name].volume_ml / total, 1),
        )
        for name in KINDS
        if name in whole and total > 0
    )


def _ends(item: ChangeVolume, say: Wording) -> str:
    if item.low_ml is None or item.high_ml is None:
        return ""
    return say("change.interval", low=say.amount(round(item.low_ml)), high=say.amount(round(item.high_ml)))


def _tissue(assessment: Assessment, item: SameTissue, say: Wording) -> tuple[str, ...]:
    label = next(
        (one.label for one in assessment.measurements if one.measurement.measure == item.measure),
        item.measure,
    )
    places = 0 if item.unit == "HU" else 1
    interval = ""
    if item.low is not None and item.high is not None:
        low, high = (say.number(end, places, sign=True) for end in (item.low, item.high))
        interval = say("change.interval", low=low, high=high)
    return (
        label,
        say.unit(item.unit),
        *(
            say.number(value, places)
            for value in (item.baseline_raw, item.followup_raw, item.baseline, item.followup)
        ),
        say.number(item.followup - item.baseline, places, sign=True),
        interval,
    )


def _regions(change: CtChange, say: Wording) -> tuple[tuple[str, ...], ...]:
    rows: dict[str, dict[str, ChangeVolume]] = {}
    for item in change.volumes:
        if item.region not in WHOLE:
            rows.setdefault(item.region, {})[item.change] = item
    ordered = sorted(rows, key=_place)
    return tuple(
        (_region_name(name, say), *(_cell(rows[name].get(kind), say) for kind in BY_REGION))
        for name in ordered
    )


def _place(region: str) -> tuple[int, int, int]:
    """Sort regions: right before left, from the apex down, centre before rind."""
    side, zone, rind = region.split("_")
    return side == "left", ("upper", "middle", "lower").index(zone), rind == "peripheral"


def _region_name(region: str, say: Wording) -> str:
    side, zone, rind = (say(f"change.region.{word}") for word in region.split("_"))
    return say("change.region_name", side=side, zone=zone, rind=rind)


def _cell(item: ChangeVolume | None, say: Wording) -> str:
    if item is None:
        return say("values.empty")
    ends = _ends(item, say)
    return say.amount(round(item.volume_ml)) + (f" ({ends})" if ends else "")
