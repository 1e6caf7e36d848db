"""The patient's anatomy against the header: whether slices, rows and columns run the way the file says.

Where the thresholds come from: the cues below were measured on seven real scans, two crops of one lung, and
phantoms of several patients, postures and protocols. Each cue counts fully from a value that most of them exceed.
One cue can fail (gas in the stomach mars the recesses of the lungs, a collapsed lung shifts the heart), so an axis
is called contradicted only if two cues say so and none clearly says otherwise.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from breathline import __version__
from breathline.ct.anatomy_cues import (
    Scene,
    front_back_cues,
    halved_coarse,
    head_feet_cues,
    heart_layers,
    right_left_cues,
    round_chains,
    scene_of,
    space_between,
)
from breathline.ct.coarse import Coarse, shrink
from breathline.ct.reach import Mask
from breathline.errors import Problem, ScanError, Severity
from breathline.model.volume import Geometry, QualityFlag, Step, Volume

LEAST_LUNG_ML = 300.0
SURE = 1.3
"""Sum of the cues from which an axis is decided. A contradiction needs two cues for it and none clearly against."""


class Verdict(StrEnum):
    """What the picture says about one axis of the header."""

    AGREES = "agrees"
    CONTRADICTS = "contradicts"
    CANNOT_TELL = "cannot_tell"


@dataclass(frozen=True, slots=True, kw_only=True)
class AxisFinding:
    """What was seen along one axis.

    Parameters
    ----------
    evidence
        Each cue by name, from −1 (against the header) to +1 (with it); the surest up to 1.5.
    """

    verdict: Verdict
    evidence: dict[str, float]

    @property
    def total(self) -> float:
        """Sum of the evidence."""
        return sum(self.evidence.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Anatomy:
    """How a patient lies in the picture.

    Parameters
    ----------
    head_feet, front_back, right_left
        The three axes against the header; right_left is judged after the other two are put right.
    flips
        Axes of the volume (0 slices, 1 rows, 2 columns) to turn round.
    position
        ``supine``, ``prone`` or empty if nothing tells.
    position_from
        ``couch`` or ``header``: what tells the position.
    """

    head_feet: AxisFinding
    front_back: AxisFinding
    right_left: AxisFinding
    flips: tuple[int, ...]
    position: str
    position_from: str


def orient(volume: Volume, coarse: Coarse | None = None) -> tuple[Volume, Anatomy]:
    """Check a volume against its anatomy and turn the axes that certainly run against the header.

    Parameters
    ----------
    coarse
        The coarse copy of the volume, where it was made already.

    Returns
    -------
    Volume
        With slices from feet to head and rows from front to back, and flags that say what was turned. Label
        maps on it are still written on the file's own grid.
    Anatomy
        What was seen.

    Raises
    ------
    ScanError
        If the body lies along rows or columns, so that sizes cannot be trusted.
    """
    anatomy = find_anatomy(volume, coarse)
    return turn(volume, anatomy), anatomy


def find_anatomy(volume: Volume, coarse: Coarse | None = None) -> Anatomy:
    """Decide from the picture how the patient lies in it; the volume is left as it is."""
    coarse = halved_coarse(coarse or shrink(volume))
    _refuse_other_planes(coarse)
    scene = scene_of(coarse)
    couch = _couch_side(coarse, scene.body)
    if float(scene.lungs.sum()) * coarse.voxel_ml < LEAST_LUNG_ML:
        unknown = AxisFinding(verdict=Verdict.CANNOT_TELL, evidence={})
        position, source = _position("", volume.acquisition.patient_position)
        return Anatomy(
            head_feet=unknown,
            front_back=unknown,
            right_left=unknown,
            flips=(),
            position=position,
            position_from=source,
        )
    head_feet = _finding(head_feet_cues(scene))
    flips = [0] if head_feet.verdict is Verdict.CONTRADICTS else []
    front_back = _finding(front_back_cues(scene.turned(flips)))
    if front_back.verdict is Verdict.CONTRADICTS:
        flips.append(1)
        couch = {"front": "back", "back": "front"}.get(couch, "")
    right_left = _finding(right_left_cues(scene.turned(flips)))
    # One axis and the side reversed together are a patient turned by half a circle: a wrong patient position.
    if right_left.verdict is Verdict.CONTRADICTS and len(flips) == 1:
        flips.append(2)
    position, source = _position(couch, volume.acquisition.patient_position)
    return Anatomy(
        head_feet=head_feet,
        front_back=front_back,
        right_left=right_left,
        flips=tuple(flips),
        position=position,
        position_from=source,
    )


def turn(volume: Volume, anatomy: Anatomy) -> Volume:
    """Turn a volume as decided, and flag it.

    The geometry stays as if the header had been right from the start; the file's own grid is kept in `stored`.
    """
    flags = tuple(_flags(anatomy, volume.acquisition.patient_position))
    step = Step(
        name="check_anatomy",
        parameters={
            "head_feet": anatomy.head_feet.verdict.value,
            "front_back": anatomy.front_back.verdict.value,
            "right_left": anatomy.right_left.verdict.value,
            "turned": ", ".join(("slices", "rows", "columns")[axis] for axis in anatomy.flips) or "nothing",
        },
        version=__version__,
    )
    told = replace(volume, quality=(*volume.quality, *flags), steps=(*volume.steps, step))
    if not anatomy.flips:
        return told
    stored = volume.stored
    if stored is not None:
        now = [old != (axis in anatomy.flips) for old, axis in zip(stored.flipped, stored.axes, strict=True)]
        stored = replace(stored, flipped=(now[0], now[1], now[2]))
    hu = np.ascontiguousarray(np.flip(volume.hu, anatomy.flips))
    return replace(told, hu=hu, stored=stored, geometry=turned_places(volume.geometry, anatomy.flips))


def turned_places(geometry: Geometry, flips: Sequence[int]) -> Geometry:
    """Give a geometry with its uneven slices in the order of a volume whose axes `flips` were turned."""
    places = geometry.positions_mm
    if places is None or 0 not in flips:
        return geometry
    return replace(geometry, positions_mm=tuple(places[-1] - place for place in reversed(places)))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Seen:
    """What is seen of a volume on a coarse grid.

    Parameters
    ----------
    hu
        Means of coarse voxels [HU].
    lungs
        Aerated lungs, airways included.
    between
        What lies between the lungs in the heart's slices, in front of the spine.
    trachea
        Coarse slice, row and column of the middle of the trachea, from below upwards.
    voxel_ml
        Volume of a coarse voxel [mL].
    pick
        Slices, rows and columns of the volume at the middles of the coarse voxels.
    """

    hu: NDArray[np.int16]
    body: Mask
    lungs: Mask
    between: Mask
    trachea: tuple[tuple[int, float, float], ...]
    voxel_ml: float
    pick: tuple[NDArray[np.int64], ...]


def look_at(volume: Volume, coarse: Coarse | None = None) -> Seen:
    """See body, lungs, heart and trachea coarsely in a volume that was turned the right way round."""
    coarse = halved_coarse(coarse or shrink(volume))
    pick = tuple(
        np.minimum(np.arange(count) * fold + first + fold // 2, size - 1)
        for count, fold, first, size in zip(
            coarse.hu.shape, coarse.factor, coarse.start, volume.hu.shape, strict=True
        )
    )
    scene = scene_of(coarse)
    between = np.zeros(scene.hu.shape, dtype=bool)
    trachea: tuple[tuple[int, float, float], ...] = ()
    if scene.lungs.any():
        for layer in heart_layers(scene):
            between[layer] = space_between(scene.lungs[layer])
            rows = np.flatnonzero(scene.lungs[layer].any(axis=1))
            if rows.size:
                between[layer, int(rows[0] + 0.6 * (rows[-1] - rows[0])) :] = False
        trachea = tuple(_trachea_chain(scene))
    return Seen(
        hu=scene.hu,
        body=scene.body,
        lungs=scene.lungs,
        between=between,
        trachea=trachea,
        voxel_ml=coarse.voxel_ml,
        pick=pick,
    )


def _trachea_chain(scene: Scene) -> list[tuple[int, float, float]]:
    """Give the longest chain of round spots in the upper half of the lungs or above."""
    areas = scene.lungs.sum(axis=(1, 2)).astype(float)
    middle = float(np.average(np.arange(areas.size), weights=areas))
    above = [chain for chain in round_chains(scene) if np.mean([spot[0] for spot in chain]) > middle]
    return max(above, key=len, default=[])


def turned_axes(volume: Volume) -> tuple[int, ...]:
    """Give the axes of a volume (0 slices, 1 rows, 2 columns) that were turned against its file's header."""
    stored = volume.stored
    if stored is None:
        return ()
    matrix = np.array(stored.direction).reshape(3, 3)
    against = [
        stored.axes[part]
        for part in range(3)
        if stored.flipped[part] != bool(matrix[2 - stored.axes[part], 2 - part] < 0)
    ]
    return tuple(sorted(against))


def anatomy_facts(anatomy: Anatomy) -> dict[str, str]:
    """Give the findings as facts of the scan, by name."""
    facts = {}
    for axis, name, finding in (
        (0, "head_feet", anatomy.head_feet),
        (1, "front_back", anatomy.front_back),
        (2, "right_left", anatomy.right_left),
    ):
        facts[f"orientation_{name}"] = "corrected" if axis in anatomy.flips else finding.verdict.value
    facts["position"] = anatomy.position or "unknown"
    facts["position_from"] = anatomy.position_from or "nothing"
    return facts


def _finding(evidence: dict[str, float]) -> AxisFinding:
    total = sum(evidence.values())
    verdict = Verdict.CANNOT_TELL
    against = sum(value <= -0.25 for value in evidence.values())
    if total >= SURE:
        verdict = Verdict.AGREES
    elif total <= -SURE and against >= 2 and max(evidence.values()) < 0.5:
        verdict = Verdict.CONTRADICTS
    return AxisFinding(verdict=verdict, evidence={name: round(value, 2) for name, value in evidence.items()})


def _couch_side(coarse: Coarse, body: Mask) -> str:
    """Say on which side of the body (front or back of the volume) the couch lies, or empty text."""
    rows = np.flatnonzero(body.any(axis=(0, 2)))
    if not rows.size:
        return ""
    lasting = ((coarse.hu > -800) & ~body).mean(axis=0) > 0.7
    middle = int(rows[0] + rows[-1]) // 2
    area = coarse.spacing_mm[1] * coarse.spacing_mm[2]
    front, back = float(lasting[:middle].sum()) * area, float(lasting[middle:].sum()) * area
    if max(front, back) < 300.0 or max(front, back) < 4.0 * min(front, back):
        return ""
    return "front" if front > back else "back"


def _position(couch: str, header: str) -> tuple[str, str]:
    if couch:
        return ("prone" if couch == "front" else "supine"), "couch"
    said = {"S": "supine", "P": "prone"}.get(header[-1:].upper(), "") if len(header) == 3 else ""
    return said, "header" if said else ""


def _refuse_other_planes(coarse: Coarse) -> None:
    """Refuse a volume whose body runs along rows or columns: there the picture's edge cuts it, not across slices."""
    solid = coarse.hu > -300
    cut = [
        max(float(np.take(solid, 0, axis).mean()), float(np.take(solid, -1, axis).mean()))
        for axis in range(3)
    ]
    if cut[0] >= 0.05 or max(cut[1:]) < 0.25:
        return
    along = ("slices", "rows", "columns")[int(np.argmax(cut))]
    message = f"the body runs along the {along} of the volume, not across its slices as the header says."
    mend = (
        "Write the file again with its orientation (the affine or direction matrix), or give the DICOM files."
    )
    raise ScanError([Problem(code="axes_exchanged", message=message, mend=mend)])


_TURNED = {
    0: (
        "orientation_head_feet",
        "The picture runs from head to feet although the header says feet to head",
    ),
    1: (
        "orientation_front_back",
        "The back of the patient lies where the header says the front is",
    ),
}


def _flags(anatomy: Anatomy, header_position: str) -> list[QualityFlag]:
    flags = [*_turn_flags(anatomy), *_side_flags(anatomy)]
    unsure = [
        words
        for words, finding in (
            ("head and feet", anatomy.head_feet),
            ("front and back", anatomy.front_back),
        )
        if finding.verdict is Verdict.CANNOT_TELL
    ]
    if unsure:
        message = (
            f"Too little anatomy is in view to check the header: {' or '.join(unsure)} cannot be told from "
            "the picture. The header is believed."
        )
        flags.append(QualityFlag(code="orientation_unchecked", severity=Severity.NOTE, message=message))
    said, _ = _position("", header_position)
    if anatomy.position_from == "couch" and said and said != anatomy.position:
        message = f"The header says {said}, but the couch shows that the patient lies {anatomy.position}."
        flags.append(QualityFlag(code="patient_position", severity=Severity.WARNING, message=message))
    if anatomy.position == "prone":
        message = (
            "Scanned face down (prone): density that clears from the back here was dependent. Compare with a "
            "prone scan, not with a supine one."
        )
        flags.append(QualityFlag(code="prone", severity=Severity.NOTE, message=message))
    return flags


def _turn_flags(anatomy: Anatomy) -> list[QualityFlag]:
    flags = []
    for axis in (0, 1):
        if axis not in anatomy.flips:
            continue
        code, words = _TURNED[axis]
        finding = anatomy.head_feet if axis == 0 else anatomy.front_back
        seen = ", ".join(_SEEN[name] for name in finding.evidence)
        message = f"{words} (seen from: {seen}). It was turned; label maps keep the file's own grid."
        flags.append(QualityFlag(code=code, severity=Severity.WARNING, message=message))
    return flags


_SEEN = {
    "narrow_apices": "narrow apices",
    "hollow_bases": "hollow bases",
    "trachea": "the trachea",
    "spine": "the spine",
    "recesses": "the deep recesses of the lungs",
    "liver": "the liver",
    "heart": "the heart",
}


def _side_flags(anatomy: Anatomy) -> list[QualityFlag]:
    """Say what follows for right and left."""
    reversed_sides = anatomy.right_left.verdict is Verdict.CONTRADICTS
    code = "orientation_right_left"
    if 2 in anatomy.flips:
        message = (
            "Right and left were exchanged as well: the patient lay turned by half a circle from what the header "
            "says, which a wrong patient position explains. Check the side of any one-sided finding."
        )
    elif reversed_sides:
        message = (
            "Liver and heart lie on the side that the header calls left and right: the picture is mirrored, or "
            "the organs are (situs inversus). The header's sides are kept; check them before using a side."
        )
    elif len(anatomy.flips) == 1 and anatomy.right_left.verdict is Verdict.CANNOT_TELL:
        message = (
            "One axis of the header was wrong, and liver and heart do not show which side is right: right and "
            "left may be exchanged."
        )
    else:
        return []
    return [QualityFlag(code=code, severity=Severity.WARNING, message=message)]
