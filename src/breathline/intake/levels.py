"""Concentrations of drugs in ``labs.csv``: a test that is called as a drug is called."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from pydantic_core import PydanticCustomError

from breathline.drugs import drug_key, find_drug
from breathline.errors import Severity, UnitError
from breathline.intake import cell
from breathline.intake.findings import Findings, clipped
from breathline.intake.rows import LabRow
from breathline.intake.timeline import Timeline
from breathline.intake.visits import absence
from breathline.model.patient import Concentration
from breathline.units import parse_unit

BELOW_WORDS = (
    "blq",
    "bloq",
    "bql",
    "<loq",
    "<lloq",
    "below quantification",
    "below loq",
    "not detected",
    "n.d.",
)
"""Words for a concentration below the limit of quantification that do not give the limit."""

ENDINGS = (" level", " concentration", " trough", " plasma", " serum")
"""What laboratories write behind the name of a drug."""

NOT_A_DRUG_HERE = ("oxygen", "hydrocortisone", "folic acid", "colecalciferol", "immunoglobulin")
"""Names of drugs that in a laboratory table are the body's own."""

_BELOW = re.compile(r"<\s*(?P<limit>.+)")


@dataclass(frozen=True, slots=True)
class _Row:
    """A row with what is needed to tell its problems."""

    row: LabRow
    sheet: cell.Sheet
    findings: Findings

    def warn(self, code: str, message: str, mend: str, column: str, *, note: bool = False) -> None:
        self.findings.warning(
            code,
            message,
            mend,
            file=self.sheet.file,
            row=self.row.line,
            column=column,
            found=self.row.written,
            severity=Severity.NOTE if note else Severity.WARNING,
        )


def measured_drug(test: str) -> str:
    """Give the name of the drug that a test may be called after.

    >>> measured_drug("Imatinib trough")
    'imatinib'
    """
    name = " ".join(test.casefold().replace("_", " ").split())
    for ending in ENDINGS:
        name = name.removesuffix(ending)
    return name


def is_level(row: LabRow, taken: Sequence[str]) -> bool:
    """Tell whether a row is the concentration of a drug: of a known one, or of one in the dosing log."""
    name = measured_drug(row.test)
    drug = find_drug(name)
    if drug is not None:
        return drug.key not in NOT_A_DRUG_HERE
    return name in {one.casefold() for one in taken}


def build_levels(
    rows: Sequence[LabRow], timeline: Timeline, sheet: cell.Sheet, findings: Findings
) -> tuple[Concentration, ...]:
    """Turn rows into concentrations; one that cannot be used is kept as it came."""
    found: dict[str, Concentration] = {}
    for row in rows:
        one = _Row(row, sheet, findings)
        if row.written in found:
            one.warn(
                "duplicate_row",
                f"The row says the same as line {found[row.written].row}; it is counted once.",
                "Delete one of the two.",
                "test",
            )
            continue
        found[row.written] = _level(one, timeline)
    return tuple(found.values())


def _level(one: _Row, timeline: Timeline) -> Concentration:
    row = one.row
    when = timeline.moment(row.date, row.week)
    if when is None:
        one.warn("missing_date", "The row does not say when.", "Fill in the date.", "date")
    value, below = _value(one)
    hours = row.hours_after_dose
    if hours is None and value is not None:
        one.warn(
            "time_after_dose_missing",
            f"The concentration of {clipped(row.test)} has no time since the last dose, so nothing can be estimated "
            "from it; it is kept as it came.",
            "Fill in the column 'hours_after_dose' (24 for a trough under one dose a day).",
            "hours_after_dose",
        )
    if hours is not None and hours < 0:
        message = (
            f"{hours:g} hours after a dose cannot be; the concentration is kept as it came and not used."
        )
        one.warn("negative_value", message, "Count from the last dose.", "hours_after_dose")
        hours = None
    return Concentration(
        drug=drug_key(measured_drug(row.test)),
        value=value,
        unit=_unit(one),
        when=when,
        hours_after_dose=hours,
        below_limit=below,
        row=row.line,
        written=row.written,
    )


def _value(one: _Row) -> tuple[float | None, bool]:
    """Give the number and whether it is a limit that was not reached; None where there is no number."""
    row, sheet = one.row, one.sheet
    text = cell.tidy(row.value)
    below = _BELOW.fullmatch(text)
    if not text or absence(text) is not None:
        one.warn("value_not_recorded",
            f"The concentration of {clipped(row.test)} is empty or not done.", "", "value", note=True,
        )  # fmt: skip
        return None, False
    if text.casefold() in BELOW_WORDS:
        one.warn("below_quantification",
            f"The concentration '{clipped(text)}' lies below the limit of quantification, which is not given; it is "
            "kept as it came and not used.",
            "Write the limit, such as <25.", "value",
        )  # fmt: skip
        return None, True
    sheet.line = row.line
    try:
        value = cell.parse_number(below["limit"] if below else text, sheet)
    except PydanticCustomError as refused:
        context = refused.context or {}
        message = f"{context['message']} The concentration is kept as it came and not used."
        one.warn(refused.type, message, str(context["mend"]), "value")
        return None, False
    if value < 0 or (below and value == 0):
        message = f"A concentration of '{clipped(text)}' cannot be; it is kept as it came and not used."
        one.warn("negative_value", message, "Look up the value.", "value")
        return None, False
    if below:
        one.warn("below_quantification",
            f"The concentration '{clipped(text)}' lies below the limit of quantification; it is used as 'less than "
            f"{value:g}', not as a number.", "", "value", note=True,
        )  # fmt: skip
    return value, below is not None


def _unit(one: _Row) -> str:
    row = one.row
    if not row.unit:
        message = (
            f"The concentration of {clipped(row.test)} has no unit, and none is guessed; it is not used."
        )
        one.warn("unit_missing", message, "Write the unit, such as ng/mL.", "unit")
        return ""
    try:
        return parse_unit(row.unit)
    except UnitError as error:
        message = f"{error} The concentration is kept as it came and not used."
        one.warn("unknown_unit", message, "Write ng/mL, ug/L or mg/L.", "unit")
        return row.unit
