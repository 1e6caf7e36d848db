"""A scan on disk → a Volume in Hounsfield units, or a refusal that says what is wrong and how to mend it."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import SimpleITK as sitk  # noqa: N813  # the name all of its documentation uses

from breathline import __version__
from breathline.ct.order import canonical_axes, slice_direction, stored_grid
from breathline.ct.pixels import LOWEST_REAL_HU, Pixels, read_images, to_hounsfield
from breathline.ct.spacing import check_spacing, interval_note
from breathline.dicom.choice import FEWEST_SLICES, choose_series
from breathline.dicom.header import MOST_BYTES, too_large
from breathline.dicom.image_file import image_format, load_image, without_chatter
from breathline.dicom.opening import tolerant_reading
from breathline.dicom.series import Series, find_series, series_of_files
from breathline.errors import Problem, ScanError, Severity
from breathline.model.volume import PADDING, Acquisition, Geometry, HounsfieldArray, QualityFlag, Step, Volume
from breathline.progress import Progress, silent

_FILES_AT_A_TIME = 16
"""Between so many, progress is told: the error stream is closed to the decoders while they work."""
AIR_AT_MOST = -500
"""A chest has voxels of air or lung, below this; if not, the values are not Hounsfield units [HU]."""
FEWEST_AIR = 0.01
SOFT_TISSUE_WITHIN = 200
"""Fat, muscle, blood and liver lie within this of water [HU]."""
FEWEST_SOFT = 0.02


def read_scan(source: Path | Sequence[Path] | Series, *, progress: Progress = silent) -> Volume:
    """Read a chest CT from a DICOM folder, DICOM files, or a NIfTI, MHA or NRRD file.

    Slices are ordered by position; nothing is resampled or interpolated. Voxels the scanner did not
    reconstruct become ``PADDING``.

    Parameters
    ----------
    source
        Folder (searched with its subfolders), file, list of files, or a series already found.

    Returns
    -------
    Volume
        (slices from feet to head, rows from front to back, columns from the patient's right to left) [HU].

    Raises
    ------
    ScanError
        If it cannot be read or is no chest CT; carries every problem found.
    """
    flags: tuple[QualityFlag, ...] = ()
    if isinstance(source, Series):
        series = source
    else:
        series, flags = find_scan(source)
    volume = _read_dicom(series, progress) if series.source_format == "DICOM" else _read_file(series)
    _check_values(volume.hu, series)
    marked = _mark_canvas(volume)
    return replace(marked, quality=(*flags, *marked.quality, *_blank_note(marked)))


def find_scan(source: Path | Sequence[Path]) -> tuple[Series, tuple[QualityFlag, ...]]:
    """Find the one series to measure, and what a reader should know about the choice."""
    if isinstance(source, Path):
        found, problems = find_series(source) if source.is_dir() else _series_of(source)
    else:
        missing = [path for path in source if not path.exists()]
        if missing:
            raise ScanError(_no_file(path) for path in missing)
        found, problems = series_of_files(source, Path(source[0]).parent)
    if not found:
        raise ScanError([replace(one, severity=Severity.ERROR) for one in problems] or [_no_scan(source)])
    series, reason = choose_series(found)
    _check_one_patient(series, found)
    flags = [QualityFlag(code="series_chosen", severity=Severity.NOTE, message=reason)] if reason else []
    flags += [
        QualityFlag(code=problem.code, severity=Severity.WARNING, message=_without_folders(problem))
        for problem in problems
    ]
    return series, tuple(flags)


def _no_scan(source: Path | Sequence[Path]) -> Problem:
    return Problem(
        code="no_scan",
        message="No CT scan was found.",
        mend="Give the folder that holds the CT, with one file a slice, or a NIfTI, MHA or NRRD file.",
        file=source.resolve().name if isinstance(source, Path) else "",
    )


def _series_of(path: Path) -> tuple[tuple[Series, ...], tuple[Problem, ...]]:
    if not path.exists():
        raise ScanError([_no_file(path)])
    found, problems = series_of_files([path], path.parent)
    if image_format(path):  # a file named outright is taken as a scan, whatever its name
        found = tuple(replace(item, modality="CT") for item in found)
    if not found and not problems:
        problems = (
            Problem(
                code="unknown_format",
                message="this is not a scan.",
                mend="Give a DICOM folder or a NIfTI, MHA or NRRD file; unpack archives first.",
                file=str(path),
            ),
        )
    return found, problems


def _no_file(path: Path) -> Problem:
    return Problem(code="no_such_file", message="there is no such file or folder.", file=str(path))


def _without_folders(problem: Problem) -> str:
    return str(replace(problem, file=Path(problem.file).name))


def _check_one_patient(chosen: Series, found: Sequence[Series]) -> None:
    """Refuse a folder in which two patients, or two dates of one, could be taken for one scan."""
    rivals = [item for item in found if item.source_format == "DICOM" and item.n_slices >= FEWEST_SLICES]
    if len({item.subject for item in rivals}) > 1 and chosen.source_format == "DICOM":
        what, code = "scans of more than one patient", "two_patients"
    elif len({item.date for item in rivals if item.date}) > 1:
        what, code = "scans of more than one date", "two_dates"
    elif chosen.source_format != "DICOM" and sum(item.source_format != "DICOM" for item in found) > 1:
        # Such files say neither whose they are nor when they were made; one of them may be a mask.
        rivals = [item for item in found if item.source_format != "DICOM"]
        what, code = "several image files", "several_files"
    else:
        return
    parts = "; ".join(item.title for item in rivals)
    message = f"The folder holds {what}: {parts}."
    raise ScanError(
        [Problem(code=code, message=message, mend="Give one scan, by its name or in a folder of its own.")]
    )


def _read_dicom(series: Series, progress: Progress) -> Volume:
    layout = check_spacing(series)
    raw = _read_slices(series, progress)
    direction = slice_direction(series)
    assert series.spacing_mm is not None  # check_spacing refused the others
    row_mm, column_mm = series.spacing_mm
    stored = stored_grid((column_mm, row_mm, layout.spacing_mm), series.origins_mm[0], direction)
    hu, geometry = canonical_axes(raw, stored, series.thickness_mm, layout.positions_mm)
    return Volume(
        hu=hu,
        geometry=geometry,
        stored=stored,
        acquisition=_acquisition(series),
        quality=(*layout.notes, *_lossy_note(series)),
        steps=(_step(series, geometry),),
    )


def _read_slices(series: Series, progress: Progress) -> HounsfieldArray:
    total = series.n_slices
    _refuse_too_large(total * series.rows * series.columns, series)
    raw = np.empty((total, series.rows, series.columns), dtype=np.int16)
    places = series.frames or tuple((path, 0) for path in series.files)
    wanted: dict[Path, list[int]] = {}  # of each file, the slices it holds
    for number, (path, _) in enumerate(places):
        wanted.setdefault(path, []).append(number)

    def fill(path: Path) -> list[Problem]:
        found = read_images(path, [places[number][1] for number in wanted[path]])
        problems = (_put(one, path, raw[number]) for number, one in zip(wanted[path], found, strict=False))
        return [problem for problem in problems if problem]

    problems: list[Problem] = []
    files = list(wanted)
    done = 0
    progress("reading slices", 0, total)
    with tolerant_reading(), ThreadPoolExecutor(2) as pool:
        for first in range(0, len(files), _FILES_AT_A_TIME):
            part = files[first : first + _FILES_AT_A_TIME]
            with without_chatter():
                problems += [problem for wrong in pool.map(fill, part) for problem in wrong]
            done += sum(len(wanted[path]) for path in part)
            progress("reading slices", done, total)
    if problems:
        raise ScanError(problems)
    return raw


def _put(found: Pixels | Problem, path: Path, into: HounsfieldArray) -> Problem | None:
    """Put a slice where it belongs, or give what is wrong with it."""
    if isinstance(found, Problem):
        return found
    if found.shape != into.shape:
        return _odd_size(path, found.shape, into.shape)
    into[:] = found
    return None


def _refuse_too_large(voxels: int, series: Series) -> None:
    """Refuse, before memory is taken, what no chest CT can be."""
    if 2 * voxels <= MOST_BYTES:
        return
    raise ScanError([replace(too_large(2 * voxels, series.files[0]), severity=Severity.ERROR)])


def _lossy_note(series: Series) -> list[QualityFlag]:
    if not series.lossy:
        return []
    message = "The pictures were compressed with loss: densities and fine structure are altered, by an unknown amount."
    return [QualityFlag(code="lossy_compression", severity=Severity.WARNING, message=message)]


def _odd_size(path: Path, found: tuple[int, ...], wanted: tuple[int, ...]) -> Problem:
    message = f"the picture is {found[0]} × {found[1]}, not {wanted[0]} × {wanted[1]} as its header says."
    return Problem(code="odd_size", message=message, mend="Copy it again from its source.", file=str(path))


def _read_file(series: Series) -> Volume:
    path = series.files[0]
    if series.samples != 1:
        message = f"each voxel holds {series.samples} values; this is a colour picture or a vector field."
        raise ScanError([Problem(code="colour", message=message, mend="Give the CT itself.", file=str(path))])
    image = load_image(path)
    if image is None:
        message = f"this cannot be read as {series.source_format}: the file is damaged or cut short."
        mend = "Copy it again from its source."
        raise ScanError([Problem(code="damaged_file", message=message, mend=mend, file=str(path))])
    values = sitk.GetArrayViewFromImage(image)
    if values.dtype.kind == "f" and not np.isfinite(values).all():
        message = "some voxels are not numbers (NaN or infinite)."
        mend = "Write the volume with -1024 where there is nothing."
        raise ScanError([Problem(code="not_finite", message=message, mend=mend, file=str(path))])
    stored = stored_grid(image.GetSpacing(), image.GetOrigin(), image.GetDirection())
    hu, geometry = canonical_axes(to_hounsfield(values, 1.0, 0.0), stored, None)
    return Volume(
        hu=hu,
        geometry=geometry,
        stored=stored,
        acquisition=_acquisition(series),
        quality=tuple(interval_note(None, geometry.spacing_mm[0])),
        steps=(_step(series, geometry),),
    )


def _step(series: Series, geometry: Geometry) -> Step:
    facts: dict[str, float | int | str | bool] = {
        "format": series.source_format,
        "slices": series.n_slices,
        "slice_spacing_mm": round(geometry.spacing_mm[0], 4),
        "interval": geometry.is_interval,
        "evenly_spaced": geometry.positions_mm is None,
    }
    return Step(name="read", parameters=facts, version=__version__)


def _acquisition(series: Series) -> Acquisition:
    return Acquisition(
        modality=series.modality or "CT",
        manufacturer=series.manufacturer,
        model=series.model,
        kernel=series.kernel,
        kvp=series.kvp,
        exposure_mas=series.exposure_mas,
        slice_thickness_mm=series.thickness_mm,
        patient_position=series.patient_position,
        contrast=series.contrast,
        date=series.date.isoformat() if series.date else "",
        source_format=series.source_format,
    )


def _check_values(hu: HounsfieldArray, series: Series) -> None:
    sample = hu[:, ::4, ::4]
    real = sample[sample > PADDING]
    if not real.size or float(np.mean(real < AIR_AT_MOST)) < FEWEST_AIR:
        lowest = int(hu[hu > PADDING].min()) if real.size else 0
        what = f"the lowest is {lowest}, air is -1000"
        mend = "Give a chest CT in Hounsfield units; if 1024 was added to its values, take it off."
    elif real.size < 0.5 * sample.size and float(np.mean(np.abs(real) < SOFT_TISSUE_WITHIN)) < FEWEST_SOFT:
        lost = 1.0 - real.size / sample.size
        what = f"{100 * lost:.0f} % lie below {LOWEST_REAL_HU}, and hardly any are of soft tissue, near 0"
        mend = "If they were in Hounsfield units before the header's intercept was added, set that to 0."
    else:
        return
    message = f"the values do not look like Hounsfield units of a chest: {what}."
    raise ScanError([Problem(code="not_hounsfield", message=message, mend=mend, file=series.place)])


def _blank_note(volume: Volume) -> list[QualityFlag]:
    """Tell of slices in which every voxel has one value: no picture, though the file says so."""
    blank = [n for n, layer in enumerate(volume.hu) if layer[0, 0] == layer[-1, -1] and np.ptp(layer) == 0]
    if not blank:
        return []
    places = ", ".join(f"{volume.geometry.heights_mm[n]:.0f}" for n in blank[:5])
    message = (
        f"{len(blank)} of {len(volume.hu)} slices are blank ({places}{' …' if len(blank) > 5 else ''} mm above the "
        "lowest): lung that lies there is not measured."
    )
    return [QualityFlag(code="blank_slices", severity=Severity.WARNING, message=message)]


def _mark_canvas(volume: Volume) -> Volume:
    """Mark the canvas some archives put around the picture (one value, not air) as not reconstructed."""
    hu = volume.hu
    corners = hu[:, [0, 0, -1, -1], [0, -1, 0, -1]]
    value = int(corners[0, 0])
    if value < -900 or not bool(np.any(np.all(corners == value, axis=0))):
        return volume
    # A canvas is the same in all slices, whatever its shape; a pixel of the body is not.
    canvas = np.ones(hu.shape[1:], dtype=bool)
    for layer in hu:
        canvas &= layer == value
    hu[:, canvas] = PADDING  # the array was made here and belongs to nobody else yet
    message = f"The picture lies in a larger canvas filled with {value}; the canvas is left out."
    flag = QualityFlag(code="canvas", severity=Severity.NOTE, message=message)
    return replace(volume, quality=(*volume.quality, flag))
