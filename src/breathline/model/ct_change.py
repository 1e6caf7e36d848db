"""What changed between two scans of one patient, as the assessment keeps it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from breathline.model.volume import LabelArray, QualityFlag, Step

CHANGE_CODES: Mapping[str, int] = MappingProxyType(
    {
        "unchanged": 1,
        "cleared": 2,
        "persistent": 3,
        "new": 4,
        "progressed": 5,
        "regressed": 6,
        "not_compared": 7,
    }
)
"""``unchanged`` is lung without disease at either date, within error; ``persistent`` is disease that stayed as it was,
within error; ``not_compared`` is lung whose alignment is not believed."""


class Compared(StrEnum):
    """How far two scans could be compared."""

    PLACES = "places"  # every place of the lungs, after laying one scan on the other
    SLICES = "slices"  # places of the slices that match; interval HRCT
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeVolume:
    """How much lung of a region changed in one way.

    Parameters
    ----------
    region
        ``lungs``, a lung, or one of the twelve regions of the baseline.
    change
        Name of the change: ``cleared``, ``persistent``, ``new``, ``progressed``, ``regressed``, ``unchanged`` or
        ``not_compared``.
    volume_ml, low_ml, high_ml
        Volume of that tissue in the baseline, with its 95 % interval [mL]; the ends are None where none is known.
    """

    region: str
    change: str
    volume_ml: float
    low_ml: float | None = None
    high_ml: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Transition:
    """How much lung of a region went from one pattern to another.

    Parameters
    ----------
    region
        One of the twelve regions of the baseline.
    before, after
        Names of the patterns.
    volume_ml
        Volume of that tissue in the baseline [mL].
    followup_ml
        Volume of the same tissue in the follow-up [mL].
    """

    region: str
    before: str
    after: str
    volume_ml: float
    followup_ml: float


@dataclass(frozen=True, slots=True, kw_only=True)
class SameTissue:
    """One CT measure at both dates: as each scan was measured, and of the same tissue at the baseline's breath.

    Parameters
    ----------
    measure, unit
        Key of the outcome measure, and the unit of all values.
    baseline_raw, followup_raw
        As measured on each scan by itself.
    baseline, followup
        Of the lung that was found in both scans, each place weighed by its volume in the baseline.
    low, high
        95 % interval of `followup` minus `baseline`; None where none is known.
    """

    measure: str
    unit: str
    baseline_raw: float
    followup_raw: float
    baseline: float
    followup: float
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LungQuality:
    """How well one lung lies on itself, told without knowing the truth.

    Parameters
    ----------
    name
        ``right_lung`` or ``left_lung``.
    inverse_mm, inverse_95_mm
        Mean and 95th percentile of how far a place lands from where it set out, when it is sent to the follow-up and
        back by a registration the other way round [mm].
    likeness
        Mean correlation of detail between the scans once they lie on each other, 0 to 1.
    vessel_overlap
        Dice overlap of vessels, 0 to 1.
    least_jacobian
        Volume to which the most squeezed place shrinks; a fold would be 0 or less.
    volume_ml, mass_g
        Of the lung in the baseline and in the follow-up [mL, g].
    doubtful_percent
        Share of the lung that is not believed [%].
    """

    name: str
    inverse_mm: float
    inverse_95_mm: float
    likeness: float
    vessel_overlap: float
    least_jacobian: float
    volume_ml: tuple[float, float]
    mass_g: tuple[float, float]
    doubtful_percent: float


@dataclass(frozen=True, slots=True, kw_only=True)
class CtChange:
    """Two scans of one patient compared.

    Parameters
    ----------
    baseline, followup
        Names of the scans, as in `ScanSummary.name`.
    days
        From the baseline to the follow-up.
    compared
        How far they could be compared.
    reason
        Why they could not be compared; empty where they were.
    obstacle
        Why no CT measure of the two dates may be held against the other, as a sentence: two patients, the same scan
        twice, lung that was taken out. Empty where nothing forbids it.
    believed
        True where the values of `same_tissue` serve to judge the change.
    labels
        Name and code of each change in the change map.
    volumes
        By region and change; ``lungs`` first.
    doubtful_regions
        Share of each region whose alignment is not believed, where it is more than is tolerated [%].
    protocol
        What sets the two scans apart besides the lungs, each with its effect.
    quality
        What else a reader should know before believing the comparison.
    files
        Paths relative to the assessment: ``change``, ``displacement``, ``warped``, all on the baseline's grid, and
        ``slices``, which the report draws.
    """

    baseline: str
    followup: str
    days: float
    compared: Compared
    reason: str = ""
    obstacle: str = ""
    believed: bool = False
    labels: Mapping[str, int] = field(default_factory=dict)
    volumes: tuple[ChangeVolume, ...] = ()
    transitions: tuple[Transition, ...] = ()
    same_tissue: tuple[SameTissue, ...] = ()
    lungs: tuple[LungQuality, ...] = ()
    doubtful_regions: Mapping[str, float] = field(default_factory=dict)
    protocol: tuple[QualityFlag, ...] = ()
    quality: tuple[QualityFlag, ...] = ()
    files: Mapping[str, str] = field(default_factory=dict)
    steps: tuple[Step, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ChangeSlice:
    """One axial slice of the baseline, kept for the report with what the follow-up shows there.

    Parameters
    ----------
    height
        Height above the lung bases as a fraction of lung height, 0 to 1.
    position_mm
        Position of the slice along the body axis in the baseline's own coordinates [mm].
    baseline
        (rows, columns), cropped to the chest [HU].
    followup
        The lungs of the follow-up laid on the same pixels; far below air outside them [HU].
    change
        Codes of the change map on the same pixels; 0 outside the lungs.
    pixel_mm
        Pixel spacing along (rows, columns) [mm].
    """

    height: float
    position_mm: float
    baseline: NDArray[np.int16]
    followup: NDArray[np.int16]
    change: LabelArray
    pixel_mm: tuple[float, float]
