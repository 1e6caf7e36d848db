"""What a reader corrected: who said what, when, why, what stood there before and what stands there now."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from breathline.model.measurement import Moment, Value

SCHEMA = "breathline/correction/1"
EDIT_SCHEMA = "breathline/label-edit/1"
WHOLE_SCAN = "lungs"


@dataclass(frozen=True, slots=True, kw_only=True)
class NotMeasurable:
    """A scan, or a region of it, from which nothing shall be measured.

    Parameters
    ----------
    region
        ``lungs`` for the whole scan, or one of the regions that are measured.
    """

    scan: str
    region: str
    kind: Literal["not_measurable"] = "not_measurable"


@dataclass(frozen=True, slots=True, kw_only=True)
class ValueCorrection:
    """A value of the record that was written down wrong; `file` and `row` say where it stands."""

    measure: str
    when: Moment | None
    file: str
    row: int | None
    unit: str
    before: Value
    after: Value
    kind: Literal["value"] = "value"


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelCorrection:
    """Voxels of a label map that were painted anew.

    Parameters
    ----------
    label_map
        ``lungs`` or ``patterns``.
    voxels
        How many.
    edit, sha256
        Name and hash of the file that holds them, beside the correction.
    """

    scan: str
    label_map: str
    voxels: int
    edit: str
    sha256: str
    kind: Literal["labels"] = "labels"


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdrawal:
    """An earlier correction that shall no longer count."""

    number: int
    kind: Literal["withdrawal"] = "withdrawal"


Content = NotMeasurable | ValueCorrection | LabelCorrection | Withdrawal


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """One correction, as it was said.

    Parameters
    ----------
    number
        Place in the log, counted from 1.
    said_at
        When, UTC, ISO 8601.
    seen
        The highest number that its author had seen; what came in between was said without knowing of each other.
    """

    number: int
    said_at: str
    who: str
    seen: int
    reason: str
    content: Content
    schema: str = SCHEMA


class Standing(StrEnum):
    """Whether a correction counts."""

    IN_FORCE = "in_force"
    SUPERSEDED = "superseded"  # the same thing was corrected again by somebody who had seen this
    WITHDRAWN = "withdrawn"
    CONFLICT = "conflict"  # two readers corrected the same thing without knowing of each other


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LabelEdit:
    """Runs of voxels along the columns of a scan, with the label before and after.

    Parameters
    ----------
    shape
        Slices, rows and columns of the scan.
    starts, lengths
        First voxel of each run, counted through the whole scan, and how many.
    before, after
        Label codes, one a run.
    """

    shape: tuple[int, int, int]
    starts: NDArray[np.int64]
    lengths: NDArray[np.int64]
    before: NDArray[np.uint8]
    after: NDArray[np.uint8]

    @property
    def voxels(self) -> NDArray[np.int64]:
        """Give every voxel, counted through the whole scan, run by run."""
        ends = np.cumsum(self.lengths)
        within = np.arange(int(ends[-1]) if ends.size else 0) - np.repeat(ends - self.lengths, self.lengths)
        return np.asarray(np.repeat(self.starts, self.lengths) + within, dtype=np.int64)


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrectedValue:
    """A value of the result without the corrections and with them."""

    measure: str
    label: str
    when: Moment | None
    unit: str
    before: Value
    after: Value


@dataclass(frozen=True, slots=True, kw_only=True)
class AppliedCorrection:
    """A correction and what became of it in this assessment.

    Parameters
    ----------
    applied
        False where it was left out; then `note` says why.
    """

    correction: Correction
    standing: Standing
    applied: bool
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Corrections:
    """All corrections of an assessment, the values they changed, and the answer without them.

    Parameters
    ----------
    values
        Values that differ, with and without the corrections.
    answer_before
        Label and statement of the overall verdict without the corrections.
    """

    entries: tuple[AppliedCorrection, ...]
    values: tuple[CorrectedValue, ...] = ()
    answer_before: tuple[str, str] = ("", "")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ScanCorrections:
    """Everything that readers corrected on one scan.

    Parameters
    ----------
    edits
        Number of the correction, the map it was painted on, and its voxels, in the order in which they were said.
    left_out
        Regions that are not measurable on some scan of the record, and so are left out of every one, each with who
        said so and why.
    not_measurable
        Why nothing of the scan is used; empty where it is.
    """

    edits: tuple[tuple[int, str, LabelEdit], ...] = ()
    left_out: tuple[tuple[str, str], ...] = ()
    not_measurable: str = ""


NOT_CORRECTED = ScanCorrections()
