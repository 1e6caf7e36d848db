"""What one review looks at: an assessment, its scans as far as they are there, and what was corrected."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from breathline.archive import read_assessment
from breathline.corrections import FOLDER, read_corrections, standing_of
from breathline.errors import OutputError
from breathline.model.assessment import Assessment, ScanSummary
from breathline.model.correction import Correction, LabelCorrection, Standing
from breathline.model.view import ViewGrid
from breathline.nifti import read_array
from breathline.review.labels import BoxLabels, LabelStore
from breathline.review.linking import Link, read_link
from breathline.review.pairs import ReviewedPair, list_pairs
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
        self.pairs, self.first = list_pairs(self.assessment)
        self._links: dict[int, Link | str] = {}
        self._linking = threading.Lock()
        self._labels = LabelStore()

    def pair_of(self, followup: int) -> ReviewedPair:
        """Give the pair whose follow-up this scan is.

        Raises
        ------
        LookupError
            If it is none.
        """
        for pair in self.pairs:
            if pair.followup == followup:
                return pair
        raise LookupError(followup)

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
            ``lungs`` or ``patterns``.

        Raises
        ------
        OutputError
            If there is none, or it cannot be read.
        """
        scan = self.scans[number]
        return self._read(scan, scan.folder / f"{name}.nii.gz", self._pending(scan, name))

    def change(self, followup: int) -> BoxLabels:
        """Give the map of what changed up to a follow-up, in the box of its baseline's view.

        Raises
        ------
        OutputError
            If there is none, or it cannot be read.
        """
        return self._read(
            self.scans[self.pair_of(followup).baseline], self.change_file(followup, "change"), ()
        )

    def _read(self, scan: ReviewedScan, source: Path, painted: tuple[LabelCorrection, ...]) -> BoxLabels:
        if scan.grid is None:
            raise OutputError(scan.missing)
        return self._labels.read(source, scan.grid, self.corrections_folder, painted)

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

    def link(self, followup: int) -> Link | str:
        """Give the link between a pair of scans, or why there is none; the first call takes seconds."""
        pair = self.pair_of(followup)
        with self._linking:
            if followup not in self._links:
                self._links[followup] = self._read_link(pair)
            return self._links[followup]

    def link_is_ready(self, followup: int) -> bool:
        """Tell whether `link` answers at once."""
        return followup in self._links

    def _read_link(self, pair: ReviewedPair) -> Link | str:
        first, second = self.scans[pair.baseline], self.scans[pair.followup]
        if first.grid is None or second.grid is None:
            return first.missing or second.missing
        try:
            source = self.change_file(pair.followup, "displacement")
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
