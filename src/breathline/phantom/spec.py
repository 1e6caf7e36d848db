"""What to ask of a phantom, and what is true of the one that was made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from types import MappingProxyType

from breathline.errors import Problem, ScanError

COVERAGE_MM = 300.0
"""Length of the body scanned unless the number of slices is given [mm]."""

CENTRE_MM = 135.0
"""Height of the middle of the scan above the lowest point of the lungs [mm]."""

EXTENTS = ("ground_glass", "reticulation", "honeycombing", "consolidation", "emphysema")
"""The patterns whose extent can be asked for, under their names in ``PATTERN_CODES``."""

_LIMITS: Mapping[str, tuple[float, float]] = MappingProxyType(
    {
        "seed": (0, 2**31 - 1),
        "visit": (0, 9999),
        "variety": (0, 2**31 - 1),
        "matrix": (32, 1024),
        "fov_mm": (250, 600),
        "slices": (1, 2000),
        "thickness_mm": (0.3, 10),
        "spacing_mm": (0.3, 50),
        "dose_mas": (1, 2000),
        "inspiration": (0, 1),
        "ground_glass": (0, 90),
        "reticulation": (0, 90),
        "honeycombing": (0, 90),
        "consolidation": (0, 90),
        "emphysema": (0, 90),
        "progressed": (0, 90),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PhantomSpec:
    """A patient, a disease and an acquisition, all of it decided by a few numbers and a seed.

    Parameters
    ----------
    seed
        Decides the anatomy and where disease may lie: the same seed is the same patient.
    visit
        Decides how the patient lies and breathes that day, and the noise; 0 is the reference posture.
    variety
        Decides densities, cell sizes, borders and sharpness (see `breathline.phantom.look`); 0 is the standard.
    matrix
        Rows and columns of a slice.
    fov_mm
        Width of a slice [mm].
    slices
        Number of slices; by default as many as cover the lungs.
    thickness_mm
        Thickness of a slice [mm].
    spacing_mm
        Distance between slices [mm]; by default the thickness (contiguous). 1 mm every 10 mm is
        interval HRCT.
    kernel
        Reconstruction kernel, "soft" or "sharp".
    dose_mas
        Exposure [mAs]; noise grows as it falls.
    inspiration
        How full the lungs are, from 0 (all breathed out) to 1 (all breathed in).
    position
        "supine" or "prone".
    ground_glass, reticulation, honeycombing, consolidation, emphysema
        Extent of each pattern [% of lung volume].
    progressed
        Of a follow-up: extent of ground-glass at baseline that has become reticulation [% of lung volume].
    study_date
        Date written into the header; by default none.
    """

    seed: int = 1
    visit: int = 0
    variety: int = 0
    matrix: int = 512
    fov_mm: float = 360.0
    slices: int | None = None
    thickness_mm: float = 1.0
    spacing_mm: float | None = None
    kernel: str = "soft"
    dose_mas: float = 120.0
    inspiration: float = 1.0
    position: str = "supine"
    ground_glass: float = 0.0
    reticulation: float = 0.0
    honeycombing: float = 0.0
    consolidation: float = 0.0
    emphysema: float = 0.0
    progressed: float = 0.0
    study_date: date | None = None

    def __post_init__(self) -> None:
        problems = [*_outside_limits(self), *_unknown_words(self), *_too_much_disease(self)]
        if problems:
            raise PhantomSpecError(problems)

    @property
    def gap_mm(self) -> float:
        """Distance between the centres of neighbouring slices [mm]."""
        return self.thickness_mm if self.spacing_mm is None else self.spacing_mm

    @property
    def slice_count(self) -> int:
        """Number of slices."""
        return max(1, round(COVERAGE_MM / self.gap_mm)) if self.slices is None else self.slices

    @property
    def pixel_mm(self) -> float:
        """Distance between the centres of neighbouring pixels [mm]."""
        return self.fov_mm / self.matrix

    @property
    def extents(self) -> Mapping[str, float]:
        """Extent asked for, by pattern [% of lung volume]."""
        return {name: float(getattr(self, name)) for name in EXTENTS}

    def as_options(self) -> dict[str, float | int | str | None]:
        """Give the options as plain values, as they stand in ``truth.json``."""
        options = asdict(self)
        options["study_date"] = None if self.study_date is None else self.study_date.isoformat()
        return options


class PhantomSpecError(ScanError):
    """A phantom was asked for that cannot be made."""

    headline = "This phantom cannot be made"


def _outside_limits(spec: PhantomSpec) -> list[Problem]:
    problems = []
    for name, (low, high) in _LIMITS.items():
        value = getattr(spec, name)
        if value is None or low <= value <= high:
            continue
        problems.append(
            Problem(
                code="phantom_option_range",
                message=f"{name} is {value:g}.",
                mend=f"Give a value from {low:g} to {high:g}.",
                found=str(value),
            )
        )
    return problems


def _unknown_words(spec: PhantomSpec) -> list[Problem]:
    allowed = {"kernel": ("soft", "sharp"), "position": ("supine", "prone")}
    return [
        Problem(
            code="phantom_option_unknown",
            message=f"{name} is '{getattr(spec, name)}'.",
            mend=f"Give one of: {', '.join(words)}.",
            found=str(getattr(spec, name)),
        )
        for name, words in allowed.items()
        if getattr(spec, name) not in words
    ]


def _too_much_disease(spec: PhantomSpec) -> list[Problem]:
    total = sum(spec.extents.values()) + spec.progressed
    if total <= 90:
        return []
    return [
        Problem(
            code="phantom_extents_sum",
            message=f"The extents add up to {total:g} % of the lungs.",
            mend="Ask for 90 % or less together: vessels and airways take their part.",
            found=f"{total:g}",
        )
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class PhantomTruth:
    """What is true of a phantom that was made, measured on its label maps and its image without noise.

    Parameters
    ----------
    lung_volume_ml
        Volume of both lungs [mL].
    mean_density_hu
        Mean density of both lungs without noise [HU].
    lung_mass_g
        Mass of both lungs, blood in their vessels included [g].
    volume_ml, percent
        Volume [mL] and share of lung volume [%] of each label.
    """

    spec: PhantomSpec
    lung_volume_ml: float
    right_lung_ml: float
    left_lung_ml: float
    mean_density_hu: float
    lung_mass_g: float
    volume_ml: Mapping[str, float]
    percent: Mapping[str, float]
    dicom: Path | None = None
    truth: Path | None = None

    def as_record(self) -> dict[str, object]:
        """Give the truth as plain values, as they stand in ``truth.json``."""
        return {
            "schema": "breathline/phantom-truth/1",
            "options": self.spec.as_options(),
            "lung_volume_ml": round(self.lung_volume_ml, 3),
            "right_lung_ml": round(self.right_lung_ml, 3),
            "left_lung_ml": round(self.left_lung_ml, 3),
            "mean_density_hu": round(self.mean_density_hu, 3),
            "lung_mass_g": round(self.lung_mass_g, 3),
            "volume_ml": {name: round(value, 3) for name, value in self.volume_ml.items()},
            "percent": {name: round(value, 4) for name, value in self.percent.items()},
        }
