"""One cell of a table: a number, a date, a week, yes or no; refused with its likely cause and its mend."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field
from datetime import date as Date
from datetime import timedelta
from typing import NoReturn

from pydantic_core import PydanticCustomError

from breathline.intake.findings import clipped

EARLIEST_YEAR = 1900
LONGEST_WEEKS = 5200.0  # a hundred years: what lies beyond is a slip of the keyboard

_NUMBER = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,4})?", re.ASCII)
_DECIMAL_COMMA = re.compile(r"[+-]?\d+,\d+", re.ASCII)
_THOUSANDS = re.compile(r"[+-]?\d{1,3}(?:([ ,.'’])\d{3})(?:\1\d{3})*(?:[.,]\d+)?", re.ASCII)
_WITH_UNIT = re.compile(r"[+-]?\d+(?:[.,]\d+)?\s*(?P<unit>[^\W\d_%°][^\d]{0,30}.{0,10}|%)$")
_EXCEL_ERROR = re.compile(r"#(?:N/A|NV|DIV/0!|VALUE!|WERT!|REF!|BEZUG!|NAME\?|NUM!|NULL!|#+)", re.IGNORECASE)
_NOTHING = frozenset(
    {"na", "n/a", "n.a.", "nan", "null", "none", "nil", "-", "--", "–", "—", ".", "?", "missing"}
)

_ISO_DATE = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?:[T ]00:00(?::00(?:\.0+)?)?)?", re.ASCII)
_ISO_LOOSE = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})", re.ASCII)
_ISO_COMPACT = re.compile(r"((?:19|20)\d{2})(\d{2})(\d{2})", re.ASCII)
_DAY_OR_MONTH_FIRST = re.compile(r"(\d{1,2})[-/. ](\d{1,2})[-/. ](\d{4}|\d{2})", re.ASCII)
_PARTIAL = re.compile(r"(\d{4})(?:-(\d{2}))?", re.ASCII)
_SERIAL = re.compile(r"\d{5}(?:\.\d+)?", re.ASCII)
_EXCEL_DAY_ZERO = Date(1899, 12, 30)

_YES = frozenset({"yes", "y", "true", "1", "serious", "ja", "oui"})
_NO = frozenset({"no", "n", "false", "0", "not serious", "nein", "non"})


@dataclass(slots=True)
class Sheet:
    """What the cells of one table share: how its numbers are written, and what had to be supposed."""

    file: str
    decimal_comma: bool = False
    commas: list[int] = field(default_factory=list)
    supposed_hours: list[tuple[int, str]] = field(default_factory=list)
    single_doses: list[int] = field(default_factory=list)
    line: int = 0


def refuse(code: str, message: str, mend: str = "") -> NoReturn:
    """Refuse a cell: what was found and what is allowed, and how to mend it."""
    raise PydanticCustomError(code, "{message}", {"message": message, "mend": mend})


def tidy(text: str) -> str:
    """Take away the spaces around a text and the odd signs that office programs put into numbers."""
    return text.replace("\u00a0", " ").replace("\u202f", " ").replace("\u2212", "-").strip()


def parse_number(text: str, sheet: Sheet) -> float:
    """Read a number written with a decimal point (or with a comma in a table divided by semicolons)."""
    text = tidy(text)
    if _NUMBER.fullmatch(text):
        value = float(text)
        if not math.isfinite(value):
            refuse(
                "number_too_large",
                f"'{clipped(text)}' is too large to be a number.",
                "Write the number in full.",
            )
        return value
    if _DECIMAL_COMMA.fullmatch(text) and sheet.decimal_comma:
        sheet.commas.append(sheet.line)
        return float(text.replace(",", "."))
    return _refuse_number(text)


def _refuse_number(text: str) -> NoReturn:
    shown = clipped(text)
    if _EXCEL_ERROR.fullmatch(text):
        refuse(
            "excel_error",
            f"'{shown}' is an error message of the spreadsheet, not a number.",
            "Mend the formula, or leave the cell empty where nothing was recorded.",
        )
    if text[:1] in "<>≤≥~≈":
        refuse(
            "number_with_limit",
            f"'{shown}' is a limit, not a number, and a limit cannot be compared.",
            "Give the number that was measured; where there is none, leave the cell empty.",
        )
    if text.lower() in _NOTHING:
        refuse(
            "unclear_absence",
            f"'{shown}' does not say why there is no number.",
            "Leave the cell empty (not recorded), or write 'not_done', or 'unable' (could not be done "
            "because of the disease).",
        )
    if _DECIMAL_COMMA.fullmatch(text):
        refuse(
            "decimal_comma",
            f"'{shown}' may be a decimal comma or a thousands separator.",
            f"Write it with a decimal point, such as {text.replace(',', '.')}, or without separator, such as "
            f"{text.replace(',', '')}.",
        )
    if _THOUSANDS.fullmatch(text):
        refuse(
            "thousands_separator",
            f"'{shown}' has a thousands separator.",
            "Write the number without it, with a point before the decimals.",
        )
    with_unit = _WITH_UNIT.fullmatch(text)
    if with_unit:
        refuse(
            "unit_in_value",
            f"'{shown}' is not a number alone.",
            "Write the number alone in its cell, and its unit in the column 'unit' (or in the heading).",
        )
    refuse("not_a_number", f"'{shown}' is not a number.", "Write a number such as 12.5.")


def parse_date(text: str) -> Date:
    """Read a calendar date as ISO 8601 writes it, year-month-day."""
    text = tidy(text)
    exact = _ISO_DATE.fullmatch(text)
    if exact is None:
        _refuse_date(text)
    found = _calendar(*(int(part) for part in exact.groups()))
    if found is None:
        refuse(
            "impossible_date",
            f"'{clipped(text)}' is not a day of the calendar.",
            "Look up the date and write it as year-month-day, such as 2021-02-28.",
        )
    if found.year < EARLIEST_YEAR:
        refuse(
            "impossible_date",
            f"'{clipped(text)}' lies before {EARLIEST_YEAR}.",
            "Look up the year and write the date as year-month-day, such as 2021-02-28.",
        )
    return found


def _calendar(year: int, month: int, day: int) -> Date | None:
    try:
        return Date(year, month, day)
    except ValueError:
        return None


def _refuse_date(text: str) -> NoReturn:
    shown = clipped(text)
    rule = "Dates are written as year-month-day (ISO 8601)"
    loose = _ISO_LOOSE.fullmatch(text) or _ISO_COMPACT.fullmatch(text)
    if loose:
        meant = _calendar(*(int(part) for part in loose.groups()))
        if meant is not None:
            refuse("date_not_iso", f"'{shown}' is not written as a date is here.", f"{rule}: write {meant}.")
    if _DAY_OR_MONTH_FIRST.fullmatch(text):
        _refuse_day_or_month_first(shown, text, rule)
    if _SERIAL.fullmatch(text) and 10000 <= float(text) < 80000:
        meant = _EXCEL_DAY_ZERO + timedelta(days=int(float(text)))
        refuse(
            "excel_date",
            f"'{shown}' is a day number of a spreadsheet, not a date (in Excel it would be {meant}).",
            "Format the column as text or as yyyy-mm-dd in the spreadsheet and save the table again.",
        )
    partial = _PARTIAL.fullmatch(text)
    if partial:
        missing = "the day is" if partial[2] else "the month and the day are"
        refuse(
            "incomplete_date",
            f"'{shown}' is not a whole date: {missing} missing.",
            f"{rule}, such as 2021-02-28. Where the day is unknown, give the likeliest and say so.",
        )
    if _EXCEL_ERROR.fullmatch(text):
        refuse("excel_error", f"'{shown}' is an error message of the spreadsheet, not a date.", f"{rule}.")
    refuse("not_a_date", f"'{shown}' is not a date.", f"{rule}, such as 2021-02-28.")


def _refuse_day_or_month_first(shown: str, text: str, rule: str) -> NoReturn:
    first, second, year_text = re.split(r"[-/. ]", text)
    year = int(year_text) if len(year_text) == 4 else 2000 + int(year_text)
    readings = [_calendar(year, int(second), int(first)), _calendar(year, int(first), int(second))]
    meant = sorted({str(day) for day in readings if day is not None})
    if len(meant) == 2:
        refuse(
            "ambiguous_date",
            f"'{shown}' can be read as {meant[0]} or as {meant[1]}.",
            f"{rule}: write the one that is meant.",
        )
    if meant:
        refuse(
            "date_not_iso",
            f"'{shown}' is written in an order that differs between countries.",
            f"{rule}: write {meant[0]} if that is meant.",
        )
    refuse("impossible_date", f"'{shown}' is not a day of the calendar.", f"{rule}, such as 2021-02-28.")


def parse_week(text: str, sheet: Sheet) -> float:
    """Read weeks from the start of treatment, negative before it."""
    bare = tidy(text)
    if _ISO_DATE.fullmatch(bare):
        refuse(
            "date_in_week",
            f"'{clipped(bare)}' is a date, and this column holds weeks from the start of treatment.",
            "Put it into a date column, or count the weeks (negative before treatment).",
        )
    week = parse_number(bare, sheet)
    if abs(week) > LONGEST_WEEKS:
        refuse(
            "impossible_week",
            f"'{clipped(bare)}' weeks from the start of treatment is more than a lifetime.",
            "Give weeks from the start of treatment, or use a date column.",
        )
    return week


def parse_yes_no(text: str) -> bool:
    """Read yes or no."""
    word = tidy(text).lower()
    if word in _YES:
        return True
    if word in _NO:
        return False
    return refuse(
        "not_yes_or_no",
        f"'{clipped(text)}' is neither yes nor no.",
        "Write 'yes' or 'no', or leave the cell empty where it was not recorded.",
    )


_PERIODS_H = {"h": 1.0, "d": 24.0, "wk": 168.0}
_PERIOD_WORDS = {
    "h": "h", "hr": "h", "hrs": "h", "hour": "h", "hours": "h",
    "d": "d", "day": "d", "days": "d",
    "w": "wk", "wk": "wk", "wks": "wk", "week": "wk", "weeks": "wk",
}  # fmt: skip
_PERIOD = re.compile(r"(?:every |each )?(?P<count>\d+(?:\.\d+)?)?\s*(?P<word>[a-z]+)", re.ASCII)
_EVERY = {
    "daily": 24.0, "once daily": 24.0, "qd": 24.0, "od": 24.0, "q24h": 24.0, "p1d": 24.0,
    "twice daily": 12.0, "bid": 12.0, "bd": 12.0, "b.i.d.": 12.0, "q12h": 12.0,
    "three times daily": 8.0, "tid": 8.0, "tds": 8.0, "t.i.d.": 8.0, "q8h": 8.0,
    "four times daily": 6.0, "qid": 6.0, "qds": 6.0, "q6h": 6.0,
    "every other day": 48.0, "alternate days": 48.0,
    "weekly": 168.0, "once weekly": 168.0, "p1w": 168.0, "p7d": 168.0,
    "every other week": 336.0, "fortnightly": 336.0, "p2w": 336.0, "p14d": 336.0,
}  # fmt: skip
_NO_INTERVAL = frozenset({"once", "single", "single dose", "continuous", "continuously", "as needed", "prn"})
SINGLE = frozenset({"once", "single", "single dose"})
"""Words of a dose that was given one time and not again."""

_PLAIN_HOURS = frozenset({4.0, 6.0, 8.0, 12.0, 24.0, 48.0, 72.0, 168.0})


def parse_every(text: str) -> tuple[float | None, bool]:
    """Read the interval between administrations [h], and whether hours had to be supposed.

    >>> parse_every("2 weeks"), parse_every("twice daily"), parse_every("24"), parse_every("once")
    ((336.0, False), (12.0, False), (24.0, True), (None, False))
    """
    word = " ".join(tidy(text).lower().split())
    if word in _NO_INTERVAL:
        return None, False
    if word in _EVERY:
        return _EVERY[word], False
    if _NUMBER.fullmatch(word) and float(word) in _PLAIN_HOURS:
        return float(word), True
    period = _PERIOD.fullmatch(word)
    unit = _PERIOD_WORDS.get(period["word"]) if period else None
    count = float(period["count"] or 1) if period else 0.0
    if unit is None or not 0.0 < count < 1000.0:
        return refuse(
            "unknown_interval",
            f"'{clipped(text)}' does not say how often the dose was taken.",
            "Write the interval with its unit, such as '24 h', '12 h', '2 weeks' or 'daily'.",
        )
    return count * _PERIODS_H[unit], False
