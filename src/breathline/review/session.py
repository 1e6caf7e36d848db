"""What one review looks at: an assessment, its scans as far as they are there, and what was corrected."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from breathline.archive import read_assessment
from breathline.corrections import FOLDER, read_corrections, standing_of
from breathline.errors import OutputError
from breathline.figures.pairing import choose_scans
from breathline.model.assessment import Assessment, ScanSummary
from breathline.model.correction import Correction, LabelCorrection, Standing
from breathline.model.view import ViewGrid
from breathline.nifti import read_array
from breathline.review.labels import BoxLabels, LabelStore
from breathline.review.linking import Link, read_link
from breathline.viewing import from_stored, in_box, read_view

CHANGES = "ct/change"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewedScan:
    """A scan of the assessment; `grid` is None where there is nothing to look at, and `missing` says why."""

    summary: ScanSummary
    folder: Path
    grid: ViewGrid | None
    missing: str = ""


class Review:
    """An assessment under review.

    Its scans are read once; the corrections anew each time, since somebody else may be reviewing too.

    Parameters
    ----------
    folder
        The folder of the assessment.

    Raises
    ------
    AssessmentError
        If there is no assessment, or it cannot be read.
    """

    def __init__(self, folder: Path) -> None:
        self.assessment: Assessment = read_assessment(folder)
        self.folder = folder
        self.scans = tuple(_reviewed(summary, folder) for summary in self.assessment.scans)
        self.baseline, self.followup = self._pair()
        self._link: Link | str | None = None
        self._linking = threading.Lock()
        self._labels = LabelStore()

    def _pair(self) -> tuple[int | None, int | None]:
        """Numbers of the scans that are shown first."""
        names = [scan.summary.name for scan in self.scans]
        chosen = [names.index(summary.name) for _, summary in choose_scans(self.assessment)]
        return (chosen[0] if chosen else None, chosen[1] if len(chosen) > 1 else None)

    @property
    def corrections_folder(self) -> Path:
        """Where corrections are kept, beside the assessment."""
        return self.folder / FOLDER

    def log(self) -> tuple[Correction, ...]:
        """Everything said so far."""
        return read_corrections(self.corrections_folder)

    def counted(self) -> frozenset[int]:
        """Numbers of the corrections that this assessment already holds."""
        held = self.assessment.corrections
        return frozenset(entry.correction.number for entry in held.entries) if held else frozenset()

    def change_file(self, number: int, kind: str) -> Path:
        """Name the file of the change map or the displacements that end at a scan.

        Raises
        ------
        OutputError
            If the name of the scan, which somebody may have changed, leads elsewhere.
        """
        name = self.scans[number].summary.name
        if Path(name).name != name:
            raise OutputError("The name of this scan is not one that Breathline gives.")
        return self.folder / CHANGES / f"{name}.{kind}.nii.gz"

    def labels(self, number: int, name: str) -> BoxLabels:
        """Give a label map in the box of a scan's view, with what was painted since the assessment.

        Parameters
        ----------
        name
            ``lungs``, ``patterns``, or ``change``, which lies on the baseline.

        Raises
        ------
        OutputError
            If there is none, or it cannot be read.
        """
        scan = self.scans[number]
        if scan.grid is None:
            raise OutputError(scan.missing)
        if name == "change":
            if self.followup is None or number != self.baseline:
                raise OutputError("There is no change map on this scan.")
            source = self.change_file(self.followup, "change")
        else:
            source = scan.folder / f"{name}.nii.gz"
        return self._labels.read(source, scan.grid, self.corrections_folder, self._pending(scan, name))

    def _pending(self, scan: ReviewedScan, name: str) -> tuple[LabelCorrection, ...]:
        said = self.log()
        standing: Mapping[int, Standing] = standing_of(said)
        return tuple(
            item.content
            for item in said
            if isinstance(item.content, LabelCorrection)
            and (item.content.scan, item.content.label_map) == (scan.summary.name, name)
            and item.number not in self.counted()
            and standing[item.number] in (Standing.IN_FORCE, Standing.CONFLICT)
        )

    def link(self) -> Link | str:
        """Give the link between the two scans, or why there is none; the first call takes seconds."""
        with self._linking:
            if self._link is None:
                self._link = self._read_link()
            return self._link

    @property
    def link_is_ready(self) -> bool:
        """True once `link` answers at once."""
        return self._link is not None

    def _read_link(self) -> Link | str:
        if self.baseline is None or self.followup is None:
            return "There is only one scan."
        first, second = self.scans[self.baseline], self.scans[self.followup]
        if first.grid is None or second.grid is None:
            return first.missing or second.missing
        try:
            source = self.change_file(self.followup, "displacement")
            if not source.is_file():
                return (
                    "The two scans were not laid on each other, so a click shows no place in the other one."
                )
            lungs = from_stored(read_array(first.folder / "lungs.nii.gz"), first.grid)
            return read_link(source, first.grid, second.grid, in_box(lungs, first.grid))
        except OutputError as error:
            return str(error)


def _reviewed(summary: ScanSummary, folder: Path) -> ReviewedScan:
    if not summary.folder:
        reason = " ".join(flag.message for flag in summary.quality)
        return ReviewedScan(
            summary=summary,
            folder=folder,
            grid=None,
            missing=f"This scan could not be measured. {reason}".strip(),
        )
    # The name comes from a file that somebody may have changed: it must not lead out of the folder.
    place = (folder / summary.folder).resolve()
    if not place.is_relative_to(folder.resolve()):
        return ReviewedScan(
            summary=summary, folder=folder, grid=None, missing="The folder of this scan lies elsewhere."
        )
    if not place.is_dir():
        missing = (
            f"The folder '{summary.folder}' is missing from the assessment. Put it back, or assess again."
        )
        return ReviewedScan(summary=summary, folder=place, grid=None, missing=missing)
    try:
        return ReviewedScan(summary=summary, folder=place, grid=read_view(place))
    except OutputError as error:
        return ReviewedScan(summary=summary, folder=place, grid=None, missing=str(error))
