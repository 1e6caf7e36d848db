"""``patient.toml``: who was treated, for what, from when."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date as Date
from datetime import datetime
from typing import Any

from pydantic_core import PydanticCustomError

from breathline.intake import cell
from breathline.intake.body import check_age, check_height, check_weight
from breathline.intake.findings import Findings, clipped, nearest
from breathline.model.patient import Diagnosis, Sex

FILE = "patient.toml"
KEYS = (
    "id",
    "sex",
    "birth_date",
    "age",
    "height_cm",
    "weight_kg",
    "smoking",
    "diagnoses",
    "treatment_start",
    "history",
    "example",
)
TEMPLATE = """\
    id = "P-001"
    sex = "female"
    birth_date = 1957-03-02
    height_cm = 162
    weight_kg = 61
    smoking = "never"
    diagnoses = [{ text = "Mixed connective tissue disease", code = "ICD-10:M35.1" }]
    treatment_start = 2021-02-15"""

_SEXES = {
    "female": Sex.FEMALE, "f": Sex.FEMALE, "woman": Sex.FEMALE, "w": Sex.FEMALE, "weiblich": Sex.FEMALE,
    "male": Sex.MALE, "m": Sex.MALE, "man": Sex.MALE, "männlich": Sex.MALE,
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonFile:
    """What ``patient.toml`` says; whatever is None was not recorded. The birth date goes no further."""

    id: str = ""
    sex: Sex | None = None
    birth_date: Date | None = None
    age: float | None = None
    height_cm: float | None = None
    weight_kg: float | None = None
    smoking: str = ""
    diagnoses: tuple[Diagnosis, ...] = ()
    treatment_start: Date | None = None
    history: str = ""
    example: bool = False


@dataclass(frozen=True, slots=True)
class _Keys:
    """The keys of the file, with the line each stands on; reads one after the other."""

    values: Mapping[str, Any]
    text: str
    findings: Findings

    def line(self, key: str) -> int | None:
        for number, line in enumerate(self.text.splitlines(), start=1):
            if re.match(rf"\s*[\"']?{re.escape(key)}[\"']?\s*[=.\]]|\s*\[+\s*{re.escape(key)}\s*\]", line):
                return number
        return None

    def refuse(self, key: str, code: str, message: str, mend: str) -> None:
        found = clipped(str(self.values.get(key, "")))
        self.findings.error(code, message, mend, file=FILE, row=self.line(key), column=key, found=found)

    def text_of(self, key: str) -> str:
        value = self.values.get(key, "")
        if isinstance(value, str):
            return value.strip()
        if isinstance(value, int | float) and not isinstance(value, bool):
            return str(value)
        self.refuse(key, "not_text", "A text is expected here.", f'Write it in quotation marks: {key} = "…".')
        return ""

    def number_of(self, key: str) -> float | None:
        value = self.values.get(key)
        if value is None or value == "":
            return None
        if isinstance(value, bool) or not isinstance(value, int | float | str):
            self.refuse(key, "not_a_number", "A number is expected here.", f"Write {key} = and the number.")
            return None
        try:
            return cell.parse_number(str(value), cell.Sheet(FILE))
        except PydanticCustomError as refused:
            context = refused.context or {}
            self.refuse(key, refused.type, str(context.get("message")), str(context.get("mend")))
            return None

    def date_of(self, key: str) -> Date | None:
        value = self.values.get(key)
        if value is None or value == "":
            return None
        if isinstance(value, datetime):
            value = value.date()
        try:
            return cell.parse_date(str(value))
        except PydanticCustomError as refused:
            context = refused.context or {}
            self.refuse(key, refused.type, str(context.get("message")), str(context.get("mend")))
            return None


def parse_person(text: str, findings: Findings) -> PersonFile | None:
    """Read the text of ``patient.toml``; None where it cannot be read at all."""
    try:
        values = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError, ValueError) as error:
        _report_broken(text, error, findings)
        return None
    keys = _Keys(values, text, findings)
    for key in values:
        if key not in KEYS:
            keys.refuse(
                key,
                "unknown_key",
                f"The key '{clipped(key)}' is not known here.{nearest(key, KEYS)}",
                f"Rename it, or delete it. Known keys: {', '.join(KEYS)}.",
            )
    _warn_missing(keys)
    return PersonFile(
        id=_id(keys),
        sex=_sex(keys),
        birth_date=keys.date_of("birth_date"),
        age=_checked(keys, "age", check_age),
        height_cm=_checked(keys, "height_cm", check_height),
        weight_kg=_checked(keys, "weight_kg", check_weight),
        smoking=keys.text_of("smoking"),
        diagnoses=_diagnoses(keys),
        treatment_start=keys.date_of("treatment_start"),
        history=keys.text_of("history"),
        example=_example(keys),
    )


def _checked(keys: _Keys, key: str, check: Any) -> float | None:
    value = keys.number_of(key)
    if value is None:
        return None
    refused: tuple[str, str, str] | None = check(value)
    if refused is None:
        return value
    keys.refuse(key, *refused)
    return None


def _warn_missing(keys: _Keys) -> None:
    """Tell what percent of predicted needs and the file does not give."""
    for names, what in ((("birth_date", "age"), "age"), (("height_cm",), "height")):
        if any(keys.values.get(name) not in (None, "") for name in names):
            continue
        keys.findings.warning(
            f"missing_{what}",
            f"The {what} is not recorded, so no value can be given as percent of predicted.",
            f"Add {' or '.join(names)}.",
            file=FILE,
            column=names[0],
        )


_LIKE_A_NAME = re.compile(r"[^\W\d_]{2,}(?:,\s*|\s+)[^\W\d_]{2,}(?:\s+[^\W\d_]{2,})*")


def _id(keys: _Keys) -> str:
    name = keys.text_of("id")
    if _LIKE_A_NAME.fullmatch(name):
        keys.findings.warning(
            "id_looks_like_a_name",
            "The id looks like a name, and it is written into every result.",
            'Use a study number or pseudonym, such as id = "P-001".',
            file=FILE,
            row=keys.line("id"),
            column="id",
        )
    if not name and not any(p.column == "id" for p in keys.findings.problems):
        keys.findings.error(
            "missing_id",
            "The patient has no id.",
            'Add a line such as id = "P-001": a study number or pseudonym, not a name.',
            file=FILE,
            row=keys.line("id"),
            column="id",
        )
    return name


def _sex(keys: _Keys) -> Sex | None:
    word = keys.text_of("sex").lower()
    if not word:
        keys.findings.warning(
            "missing_sex",
            "The sex is not recorded, so no value can be given as percent of predicted.",
            'Add sex = "female" or sex = "male".',
            file=FILE,
            column="sex",
        )
        return None
    if word not in _SEXES:
        keys.refuse(
            "sex",
            "unknown_sex",
            f"'{clipped(word)}' is not a sex for which reference values exist.",
            'Write sex = "female" or sex = "male"; delete the line where it is not recorded.',
        )
        return None
    return _SEXES[word]


def _diagnoses(keys: _Keys) -> tuple[Diagnosis, ...]:
    value = keys.values.get("diagnoses", ())
    items = [value] if isinstance(value, str | dict) else value
    if not isinstance(items, list | tuple):
        keys.refuse("diagnoses", "not_diagnoses", "This is not a list of diagnoses.", _DIAGNOSES_MEND)
        return ()
    found = [_diagnosis(item) for item in items]
    if None in found:
        keys.refuse("diagnoses", "not_diagnoses", "A diagnosis here has no text.", _DIAGNOSES_MEND)
    return tuple(item for item in found if item is not None)


_DIAGNOSES_MEND = 'Write diagnoses = [{ text = "Systemic sclerosis", code = "ICD-10:M34.9" }].'


def _diagnosis(item: object) -> Diagnosis | None:
    if isinstance(item, str) and item.strip():
        return Diagnosis(text=item.strip())
    if isinstance(item, dict) and not set(item) - {"text", "code"}:
        text, code = item.get("text"), item.get("code", "")
        if isinstance(text, str) and text.strip() and isinstance(code, str):
            return Diagnosis(text=text.strip(), code=code.strip())
    return None


def _example(keys: _Keys) -> bool:
    value = keys.values.get("example", False)
    if not isinstance(value, bool):
        keys.refuse(
            "example", "not_yes_or_no", "Either true or false is expected here.", "Write example = true."
        )
        return False
    return value


_LINE = re.compile(r"\(at line (\d+)")
_DATE_WITHOUT_QUOTES = re.compile(
    r"=\s*(\d{1,2}[./-]\d{1,2}[./-]\d{2,4}|\d{4}[./-]\d{1,2}[./-]\d{1,2})\s*(?:#.*)?$"
)
_WORD_WITHOUT_QUOTES = re.compile(r"=\s*(?!true\b|false\b|inf\b|nan\b)([^\W\d][^\"'#\[\]{}]*?)\s*(?:#.*)?$")
_COMMA_NUMBER = re.compile(r"=\s*(\d+,\d+)\s*(?:#.*)?$")


def _report_broken(text: str, error: Exception, findings: Findings) -> None:
    at = _LINE.search(str(error))
    lines = text.splitlines()
    number = min(int(at[1]), len(lines)) if at else None
    line = lines[number - 1] if number else ""
    message, mend, code = _likely_cause(line)
    if not message:
        reason = clipped(re.sub(r" \(at (line|end).*", "", str(error)) or type(error).__name__)
        message = f"The file is not written as TOML asks for ({reason})."
        mend = (
            "Each line is a key, '=' and a value; texts stand in quotation marks, dates are year-month-day."
        )
    findings.error(code, message, mend, file=FILE, row=number, found=line)


def _likely_cause(line: str) -> tuple[str, str, str]:
    as_date = _DATE_WITHOUT_QUOTES.search(line)
    if as_date:
        try:
            cell.parse_date(as_date[1])
        except PydanticCustomError as refused:
            context = refused.context or {}
            return str(context.get("message")), str(context.get("mend")), refused.type
    comma = _COMMA_NUMBER.search(line)
    if comma:
        right = comma[1].replace(",", ".")
        return f"'{comma[1]}' has a decimal comma.", f"Write it with a point: {right}.", "decimal_comma"
    word = _WORD_WITHOUT_QUOTES.search(line)
    if word:
        shown = clipped(word[1])
        return f"The text {shown} stands without quotation marks.", f'Write "{shown}".', "missing_quotes"
    return "", "", "broken_toml"


def missing_file() -> tuple[str, str]:
    """Give the message for a folder without ``patient.toml``, and how to write one."""
    return (
        "There is no patient.toml, the file that says who was treated.",
        f"Write it with any text editor; all but the id may be left out:\n{TEMPLATE}",
    )


def age_at(birth: Date, day: Date) -> float:
    """Give the age on a day [years]."""
    return round((day - birth).days / 365.25, 2)
