"""What is wrong with measured concentrations and could only be seen beside the dosing log."""

from __future__ import annotations

from breathline.errors import Problem, Severity
from breathline.exposure.individual import NO_HOURS
from breathline.model.exposure import ExposureSummary, MeasuredLevel
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
        if level.remark and not _told_by_intake(level)
    )


def _told_by_intake(level: MeasuredLevel) -> bool:
    """Tell whether the row by itself shows why it cannot be used, so that it was told when it was read."""
    own = level.concentration
    return own.value is None or own.when is None or own.unit not in UNITS or level.remark == NO_HOURS
