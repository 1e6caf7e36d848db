"""Which scans lie in a folder: files grouped into series, from their headers alone."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date as Date
from pathlib import Path

import numpy as np

from breathline.dicom.header import Header, Vector, read_headers
from breathline.dicom.opening import tolerant_reading
from breathline.errors import Problem, ScanError
from breathline.model.volume import LIKELY_THICKNESS_MM, touching_mm


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """Files that make up one scan, in order of position, and what their headers say.

    Empty text and None mean the headers do not say.

    Parameters
    ----------
    uid
        Series instance UID, or the path of a volume file; an identifier, never written to a result.
    files
        From the lowest to the highest position along the slice normal; one for each slice, or for many.
    folder
        Folder of the files, relative to the folder that was searched (``.`` for itself).
    date
        Date of the study.
    spacing_mm
        Distance between rows and between columns [mm].
    slice_spacing_mm
        Median distance between neighbouring slices [mm]; None for a single slice.
    thickness_mm
        Slice thickness of the header [mm].
    positions_mm
        Place of each slice along the slice normal [mm]; empty where the headers have no positions.
    orientation
        Directions (LPS) along which columns and rows grow.
    subject
        Short hash of the patient identifier.
    frames
        File and number within it of each slice, where files hold several; else empty.
    """

    uid: str
    files: tuple[Path, ...]
    folder: str
    source_format: str
    modality: str
    description: str = ""
    kernel: str = ""
    date: Date | None = None
    n_slices: int = 0
    rows: int = 0
    columns: int = 0
    spacing_mm: tuple[float, float] | None = None
    slice_spacing_mm: float | None = None
    thickness_mm: float | None = None
    image_type: tuple[str, ...] = ()
    orientation: tuple[float, ...] = ()
    origins_mm: tuple[Vector, ...] = ()
    positions_mm: tuple[float, ...] = ()
    manufacturer: str = ""
    model: str = ""
    contrast: str = ""
    patient_position: str = ""
    kvp: float | None = None
    exposure_mas: float | None = None
    samples: int = 1
    lossy: bool = False
    frames: tuple[tuple[Path, int], ...] = ()
    subject: str = ""
    study_uid: str = ""

    @property
    def coverage_mm(self) -> float:
        """Length of the body axis from the first to the last slice [mm]."""
        if len(self.positions_mm) > 1 and self.source_format == "DICOM":
            return self.positions_mm[-1] - self.positions_mm[0]
        return (self.slice_spacing_mm or 0.0) * max(0, self.n_slices - 1)

    @property
    def is_axial(self) -> bool:
        """True if slices lie across the body axis, within 45 degrees."""
        if len(self.orientation) != 6 or self.source_format != "DICOM":
            return True  # volume files may store their axes in any order
        return bool(np.argmax(np.abs(slice_normal(self.orientation))) == 2)

    @property
    def is_interval(self) -> bool:
        """True if its slices leave gaps between them."""
        mean = self.coverage_mm / max(1, self.n_slices - 1)
        return mean > touching_mm(self.thickness_mm or LIKELY_THICKNESS_MM)

    @property
    def place(self) -> str:
        """Where the scan lies: its folder, or its file."""
        return str(self.files[0].parent if self.source_format == "DICOM" else self.files[0])

    @property
    def title(self) -> str:
        """The series in words, without identifiers: "148 slices of 2 mm, kernel D40s"."""
        words = f"{self.n_slices} slice{'s' if self.n_slices != 1 else ''}"
        if self.thickness_mm:
            words += f" of {self.thickness_mm:g} mm"
        if self.kernel:
            words += f", kernel {self.kernel}"
        place = self.folder if self.source_format == "DICOM" else self.files[0].name
        return f"{words} in '{place}'"


def slice_normal(orientation: Sequence[float]) -> tuple[float, float, float]:
    """Give the unit vector (LPS) across slices whose columns and rows grow along `orientation`.

    >>> slice_normal((1, 0, 0, 0, 1, 0))
    (0.0, 0.0, 1.0)
    """
    normal = np.cross(np.asarray(orientation[:3], float), np.asarray(orientation[3:6], float))
    length = float(np.linalg.norm(normal))
    unit = normal / length if length > 0 else np.array([0.0, 0.0, 1.0])
    x, y, z = (float(item) for item in unit)
    return (x, y, z)


def find_series(folder: Path) -> tuple[tuple[Series, ...], tuple[Problem, ...]]:
    """Find every scan below a folder, reading headers only.

    Parameters
    ----------
    folder
        Folder searched with all its subfolders; a link to a folder already seen is not followed twice.

    Returns
    -------
    series
        One item a scan: DICOM files grouped by series, orientation and matrix, and one for each volume file.
    problems
        Files that look like images and cannot be used, as warnings.

    Raises
    ------
    ScanError
        If the folder does not exist.
    """
    if not folder.exists():
        raise ScanError(
            [Problem(code="no_such_folder", message="there is no such folder.", file=str(folder))]
        )
    return series_of_files(_walk(folder), folder)


def series_of_files(files: Iterable[Path], root: Path) -> tuple[tuple[Series, ...], tuple[Problem, ...]]:
    """Group files into series; `root` is the folder their places are told relative to."""
    headers: list[Header] = []
    problems: list[Problem] = []
    with tolerant_reading():
        for path in files:
            found = read_headers(path)
            if isinstance(found, Problem):
                problems.append(found)
            else:
                headers.extend(found)
    groups: dict[tuple[object, ...], list[Header]] = {}
    for header in headers:
        groups.setdefault(_group_key(header), []).append(header)
    series = [_series(part, root) for group in groups.values() for part in _parts(group)]
    series.sort(key=lambda item: (item.folder, str(item.files[0])))
    return tuple(series), tuple(problems)


def _walk(folder: Path) -> Iterator[Path]:
    if folder.is_file():
        yield folder
        return
    seen: set[Path] = set()
    for place, names, files in os.walk(folder, followlinks=True):
        real = Path(place).resolve()
        if real in seen:
            names.clear()
            continue
        seen.add(real)
        names.sort()
        for name in sorted(files):
            path = Path(place, name)
            if path.is_file():
                yield path


def _group_key(header: Header) -> tuple[object, ...]:
    cosines = tuple(round(item, 2) + 0.0 for item in header.orientation)
    spacing = tuple(round(item, 3) for item in header.spacing_mm or ())
    single = header.path if header.slices > 1 or header.source_format != "DICOM" else None
    # Anonymised files may have no series UID: the folder then stands for it.
    uid = header.series_uid or str(header.path.parent)
    return (
        uid,
        header.subject,
        header.modality,
        header.rows,
        header.columns,
        spacing,
        cosines,
        "LOCALIZER" in header.image_type,
        header.samples,
        header.stack,
        single,
    )


def _parts(group: list[Header]) -> list[list[Header]]:
    """Split a series whose positions repeat, or lie between each other, by what else tells its parts apart."""
    if not _repeats(group) and _is_even(group):
        return [group]
    for tell in (
        lambda h: (h.study_uid, h.series_number, h.acquisition_number),
        lambda h: (h.kernel, h.thickness_mm),
        lambda h: (h.description, h.image_type),
        lambda h: h.path if h.frame is not None else None,
    ):
        parts: dict[object, list[Header]] = {}
        for header in group:
            parts.setdefault(tell(header), []).append(header)
        if len(parts) > 1 and _are_scans(list(parts.values()), mixed=not _repeats(group)):
            return list(parts.values())
    return [group]


def _are_scans(parts: list[list[Header]], *, mixed: bool) -> bool:
    """Tell parts that are scans of their own from slices that merely differ.

    Where no position repeats, each must also be even, and they must cover the same stretch: else they are the
    pieces of one scan, such as its upper and lower half.
    """
    if any(len(part) < 2 or _repeats(part) for part in parts):
        return False
    if not mixed:
        return True
    places = [_in_order(part)[1] for part in parts]
    shared = min(one[-1] for one in places) - max(one[0] for one in places)
    longest = max(one[-1] - one[0] for one in places)
    return all(_is_even(part) for part in parts) and shared > 0.5 * longest


def _repeats(group: list[Header]) -> bool:
    places = [tuple(round(item, 2) for item in h.position) for h in group if h.position is not None]
    return len(set(places)) < len(places)


def _is_even(group: list[Header]) -> bool:
    """Tell whether slices lie evenly spaced, or nothing is known of where they lie."""
    gaps = np.diff(_in_order(group)[1])
    return not gaps.size or bool(np.all(np.abs(gaps - np.median(gaps)) <= 0.1 * np.median(gaps) + 0.05))


def _series(group: list[Header], root: Path) -> Series:
    first = group[0]
    ordered, positions = _in_order(group)
    gaps = np.diff(positions) if len(positions) > 1 else np.array([])
    files = tuple(dict.fromkeys(header.path for header in ordered))
    several = any(header.frame is not None for header in ordered)
    exposures = [header.exposure_mas for header in group if header.exposure_mas is not None]
    return Series(
        uid=first.series_uid,
        files=files,
        folder=_relative(files, root),
        source_format=first.source_format,
        modality=first.modality,
        description=first.description,
        kernel=first.kernel,
        date=first.date,
        n_slices=sum(header.slices for header in group),
        rows=first.rows,
        columns=first.columns,
        spacing_mm=first.spacing_mm,
        slice_spacing_mm=float(np.median(gaps)) if gaps.size else first.slice_spacing_mm,
        thickness_mm=first.thickness_mm,
        image_type=first.image_type,
        orientation=first.orientation,
        origins_mm=tuple(header.position for header in ordered if header.position is not None),
        positions_mm=tuple(positions),
        manufacturer=first.manufacturer,
        model=first.model,
        contrast=first.contrast,
        patient_position=first.patient_position,
        kvp=first.kvp,
        exposure_mas=float(np.median(exposures)) if exposures else None,
        samples=first.samples,
        lossy=any(header.lossy for header in group),
        frames=tuple((header.path, header.frame or 0) for header in ordered) if several else (),
        subject=first.subject,
        study_uid=first.study_uid,
    )


def _in_order(group: list[Header]) -> tuple[list[Header], list[float]]:
    """Sort by place along the slice normal; by instance number where the headers give no place."""
    if any(header.position is None or len(header.orientation) != 6 for header in group):
        by_number = sorted(group, key=lambda h: (h.instance_number or 0, str(h.path)))
        return by_number, []
    normal = np.array(slice_normal(group[0].orientation))
    placed = [(float(np.dot(normal, np.array(header.position))), header) for header in group]
    placed.sort(key=lambda item: (round(item[0], 3), item[1].instance_number or 0, str(item[1].path)))
    return [header for _, header in placed], [place for place, _ in placed]


def _relative(files: tuple[Path, ...], root: Path) -> str:
    common = Path(os.path.commonpath([str(path.parent) for path in files]))
    base = root if root.is_dir() else root.parent
    try:
        return common.relative_to(base).as_posix()
    except ValueError:
        return common.name
