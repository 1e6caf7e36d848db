"""Write the pages of docs/reference that say what is built in: `make docs`.

The page of the equations has a script of its own, equations_page.py.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import click
from click.testing import CliRunner

from breathline.cli import main as cli
from breathline.ct.patterns import DEFAULT_METHOD
from breathline.model.volume import LUNG_CODES, PATTERN_CODES

FOLDER = Path(__file__).parents[1] / "docs" / "reference"
NOTE = "Written by `data-raw/reference_pages.py` from what is built in; a test keeps it so."
WIDTH = 100
BETTER = {"higher": "higher", "lower": "lower", None: "not judged"}


def main() -> None:
    """Write every page."""
    for name, page in PAGES.items():
        (FOLDER / name).write_text(page(), encoding="utf-8")


def listed(kind: str) -> list[dict[str, Any]]:
    """Give what `breathline list` gives as JSON."""
    ran = CliRunner().invoke(cli, ["list", kind, "--json"], catch_exceptions=False)
    rows: list[dict[str, Any]] = json.loads(ran.stdout)
    return rows


def measures() -> str:
    """Give the page of the outcome measures."""
    rows = listed("measures")
    table = [
        f"| [`{row['key']}`](#{row['key']}) | {row['label']} | {_unit(row['unit'])} | {BETTER[row['better']]} "
        f"| {_limit(row, 'error')} | {_limit(row, 'important_difference')} |"
        for row in rows
    ]
    parts = [
        "# Outcome measures",
        NOTE,
        "`breathline list measures` prints the same. The key is what stands in `visits.csv`. A change is better or "
        "worse if it passes the error *and* the important difference; "
        "[how change is judged](../explanation/change.md) says more. “Not verified” means that nobody has yet held "
        "the number against the publication itself.",
        "\n".join(
            [
                "| key | measure | unit | better | error | important difference |",
                "|---|---|---|---|---|---|",
                *table,
            ]
        ),
        *("\n".join(_measure(row)) for row in rows),
    ]
    return "\n\n".join(parts) + "\n"


def _measure(row: Mapping[str, Any]) -> Iterator[str]:
    yield f"## {row['key']}\n"
    unit = f" [{row['unit']}]" if _unit(row["unit"]) else ""
    yield f"{row['label']}{unit}. {row['description']}".rstrip() + "\n"
    low, high = row["plausible"]
    yield f"- Domain: {row['domain'].replace('_', ' ')}; taken: {low:g} to {high:g}{_spaced(row['unit'])}."
    if row["other_units"]:
        yield f"- Converted: {', '.join(f'`{unit}`' for unit in row['other_units'])}."
    if row["code"]:
        yield f"- Code: {row['code']}."
    for name, words in (("error", "Error"), ("important_difference", "Important difference")):
        if row[name]:
            yield f"- {words}: {row[name]['limit']}. {_sentence(row[name]['printed'])} Source: {row[name]['source']}."
    if row["equation"]:
        yield f"- Expected value: `{row['equation']}`, see [equations](equations.md)."


def _limit(row: Mapping[str, Any], name: str) -> str:
    return str(row[name]["limit"]) if row[name] else "–"


def _unit(unit: str) -> str:
    return "" if unit == "1" else unit


def _spaced(unit: str) -> str:
    return f" {unit}" if _unit(unit) else ""


def _sentence(text: str) -> str:
    return f"“{text.rstrip('.')}”." if text else ""


def criteria() -> str:
    """Give the page of the criteria; their tables stand on the page that explains them."""
    parts = [
        "# Criteria",
        NOTE,
        "Each condition with its limit stands in [The criteria, and how they are read](../explanation/criteria.md); "
        "[I want another criterion](../how-to/criterion.md) shows how to add one.",
        "| key | criterion | read | answers |\n|---|---|---|---|\n"
        + "\n".join(
            f"| `{row['key']}` | {row.get('title') or row.get('label') or row['key']} "
            f"| {', '.join(row.get('periods', [])).replace('_', ' ')} "
            f"| {', '.join(row.get('labels', [])).replace('_', ' ')} |"
            for row in listed("criteria")
        ),
    ]
    sources = [(row["key"], row["source"]) for row in listed("criteria") if row.get("source")]
    parts.append("## Sources")
    parts.append("\n".join(f"- `{key}`: {source}" for key, source in sources))
    return "\n\n".join(parts) + "\n"


def patterns() -> str:
    """Give the page of the pattern methods and their codes."""

    def codes(table: Mapping[str, int]) -> str:
        return "\n".join(f"| {code} | `{name}` |" for name, code in [("background", 0), *table.items()])

    methods = "\n".join(
        f"- `{row['key']}`{' (the default)' if row['key'] == DEFAULT_METHOD else ''}: "
        f"{row.get('description') or row.get('label') or 'see [how a chest CT is measured](../explanation/hrct.md)'}"
        for row in listed("patterns")
    )
    head = "| code | name |\n|---|---|\n"
    parts = [
        "# Patterns on CT",
        NOTE,
        "## Methods",
        f"{methods}\n\n`breathline ct measure SCAN -o OUT --method KEY` chooses one.",
        "## Codes in `patterns.nii.gz`",
        head + codes(PATTERN_CODES),
        "## Codes in `lungs.nii.gz`",
        head + codes(LUNG_CODES),
    ]
    return "\n\n".join(parts) + "\n"


def models() -> str:
    """Give the page of the population models of drugs."""
    parts = [
        "# Models of exposure",
        NOTE,
        "[Dose and exposure](../explanation/exposure.md) says how they are used.",
    ]
    for row in listed("models"):
        lines = [row.get("description", "")]
        sources = row.get("source", [])
        lines += [f"- Source: {one}" for one in ([sources] if isinstance(sources, str) else sources)]
        parts.append(
            f"## `{row['key']}`: {row.get('label', '')}\n\n" + "\n".join(line for line in lines if line)
        )
    return "\n\n".join(parts) + "\n"


def commands() -> str:
    """Give the help of every command."""
    parts = [
        "# Commands",
        NOTE,
        "Progress and messages go to standard error, results to standard output. Exit codes: 0 done, 1 the run "
        "failed, 2 wrong use, 3 the record cannot be used.",
    ]
    for path, command in _commands(cli, ("breathline",)):
        context = click.Context(
            command,
            info_name=" ".join(path),
            terminal_width=WIDTH,
            max_content_width=WIDTH,
            help_option_names=["-h", "--help"],
        )
        parts.append(f"## {' '.join(path)}\n\n```text\n{command.get_help(context)}\n```")
    return "\n\n".join(parts) + "\n"


def _commands(
    command: click.Command, path: tuple[str, ...]
) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    yield path, command
    if isinstance(command, click.Group):
        for name, below in sorted(command.commands.items()):
            yield from _commands(below, (*path, name))


PAGES: Mapping[str, Callable[[], str]] = {
    "measures.md": measures,
    "criteria.md": criteria,
    "patterns.md": patterns,
    "models.md": models,
    "commands.md": commands,
}

if __name__ == "__main__":
    main()
