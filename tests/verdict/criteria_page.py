"""The tables of ``docs/explanation/criteria.md``, written from the rules: ``python -m tests.verdict.criteria_page``."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from breathline.outcomes import OUTCOMES
from breathline.verdict import CRITERIA, Criterion
from breathline.verdict.changes import BeyondError, Moved
from breathline.verdict.conditions import NotAssessed, Opposite, Whichever
from breathline.verdict.levels import Level, SaidToBe
from breathline.verdict.limits import Counted

PAGE = Path(__file__).resolve().parents[2] / "docs" / "explanation" / "criteria.md"
MARK = "<!-- The tables below are written from the rules; a test compares them. -->\n"
SIGNS = {"at least": "≥", "more than": ">", "at most": "≤", "less than": "<"}


def write_tables() -> str:
    """Give one section for each criterion but the overall one."""
    return "\n".join(_section(criterion) for name, criterion in CRITERIA.items() if name in _named())


def _named() -> list[str]:
    return [name for name, criterion in CRITERIA.items() if criterion.source is not None]


def _section(criterion: Criterion) -> str:
    rule = criterion.rule
    read = " and ".join(period.value.replace("_", " ") for period in criterion.periods)
    lines = [f"### `{criterion.key}`: {criterion.title}", "", f"> {criterion.printed}", ""]
    lines += [f"Source: {criterion.source}.", ""]
    if rule is None:
        return "\n".join([*lines, f"Read {read}, from the last values within 26 weeks.", ""])
    answers = ", ".join(f"`{label}`" for label in criterion.labels)
    lines += [f"Window: {rule.window.printed}. Read {read}. Answers: {answers}.", ""]
    lines += ["| printed words | read from | asked |", "|---|---|---|"]
    for case in rule.cases:
        lines.append(f"| **`{case.label}`** | | {'' if case.condition else 'where no other holds'} |")
        lines += [f"| {' | '.join(row)} |" for row in _rows(case.condition)] if case.condition else []
    lines.append("")
    if rule.presumes:
        lines += [f"Taken as given: {'; '.join(p.printed for p in rule.presumes)}.", ""]
    return "\n".join([*lines, *([rule.note, ""] if rule.note else [])])


def _rows(condition, depth: int = 0) -> Iterator[tuple[str, str, str]]:
    words = "— " * depth + condition.printed
    match condition:
        case Moved():
            yield words, f"`{condition.measure}`", f"{condition.towards} {_limits(condition)}"
        case BeyondError():
            yield words, f"`{condition.measure}`", f"{condition.towards} beyond the error of two scans"
        case Level():
            yield words, f"`{condition.measure}`", _limits(condition)
        case SaidToBe():
            yield words, f"`{condition.measure}`", condition.word
        case NotAssessed():
            yield words, "–", "not assessed"
        case Opposite():
            yield words, "", "the opposite of:"
            yield from _rows(condition.part, depth + 1)
        case _:
            yield words, "", _needs(condition)
            for part in condition.parts:
                yield from _rows(part, depth + 1)


def _needs(condition) -> str:
    if isinstance(condition, Whichever):
        return "whichever was recorded"
    return "all" if condition.count == len(condition.parts) else f"at least {condition.count}"


def _limits(condition: Moved | Level) -> str:
    change = isinstance(condition, Moved)
    units = {
        Counted.RELATIVE: "% of its value",
        Counted.PERCENT_PREDICTED: "points of % predicted" if change else "% predicted",
        Counted.ABSOLUTE: OUTCOMES[condition.measure].unit,
        Counted.Z_SCORE: "(z-score)",
    }
    limits = " and ".join(f"{SIGNS[limit.comparison]} {limit.value:g}" for limit in condition.limits)
    return f"{limits} {units[condition.counted]}".replace("-", "\N{MINUS SIGN}")


if __name__ == "__main__":
    head = PAGE.read_text(encoding="utf-8").partition(MARK)[0]
    PAGE.write_text(f"{head}{MARK}\n{write_tables()}", encoding="utf-8")
