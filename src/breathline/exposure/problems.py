"""What is wrong with measured concentrations and could only be seen beside the dosing log."""

from __future__ import annotations

from breathline.errors import Problem, Severity
from breathline.model.exposure import ExposureSummary
from breathline.model.patient import Concentration
from breathline.units import UNITS

FILE = "labs.csv"


def tell_problems(exposure: ExposureSummary) -> tuple[Problem, ...]:
    """Give one problem for each concentration that could not be used, or that does not fit the log."""
    return tuple(
        Problem(
            code="concentration_out_of_band" if level.used else "concentration_not_used",
            severity=Severity.WARNING,
            message=f"The concentration of {level.concentration.drug} "
            + (f"{level.remark}." if level.used else f"is not used: {level.remark}."),
            mend="Look up the value, its date and the doses taken before it.",
            file=FILE,
            row=level.concentration.row,
            found=level.concentration.written,
        )
        for drug in exposure.drugs
        for level in drug.levels
        if level.remark and not _told_by_intake(level.concentration)
    )


def _told_by_intake(level: Concentration) -> bool:
    """Tell whether the row itself shows why it cannot be used, so that it was told when it was read."""
    lacking = level.value is None or level.when is None or level.hours_after_dose is None
    return lacking or level.unit not in UNITS
