"""``breathline list``: what is built in, with sources."""

from __future__ import annotations

import json
from collections.abc import Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Any

import click

from breathline.cli.telling import told

if TYPE_CHECKING:
    from breathline.equations import ReferenceEquation
    from breathline.model.change import OutcomeMeasure, Threshold
    from breathline.model.repeatability import Repeatability
    from breathline.physiology import Formula
    from breathline.verdict import Criterion

REGISTRIES: Mapping[str, tuple[str, str]] = {
    "measures": ("breathline.outcomes", "OUTCOMES"),
    "equations": ("breathline.equations", "EQUATIONS"),
    "formulas": ("breathline.physiology", "FORMULAS"),
    "criteria": ("breathline.verdict", "CRITERIA"),
    "patterns": ("breathline.ct.patterns", "PATTERN_METHODS"),
    "models": ("breathline.exposure", "MODELS"),
}
"""What can be listed: the module and the registry in it, loaded only when asked for."""

_UNIT_WORDS = {"1": "", "class": " class", "score": " points"}
_SCALES = {"absolute": "", "relative": " % of the value", "percent_predicted": " points of % predicted"}


@click.command("list")
@click.argument("kind", type=click.Choice(list(REGISTRIES)))
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def list_items(kind: str, as_json: bool) -> None:
    """Say what is built in (and added by other packages), with the sources of every number."""
    with told():
        rows = [_ROWS.get(kind, _other)(key, item) for key, item in _registry(kind).items()]
    if as_json:
        click.echo(json.dumps(rows, indent=2, ensure_ascii=False))
    elif not rows:
        click.echo(f"None built in yet: there are no {kind}.", err=True)
    else:
        click.echo("\n".join(_text(row) for row in rows))


def _registry(kind: str) -> Mapping[str, Any]:
    """Load the registry of that kind; empty where this version has none."""
    module, name = REGISTRIES[kind]
    try:
        found = import_module(module)
    except ModuleNotFoundError as missing:
        if missing.name != module:
            raise
        return {}
    registry: Mapping[str, Any] = getattr(found, name, {})
    return registry


def _measure(key: str, measure: OutcomeMeasure) -> dict[str, Any]:
    return {
        "key": key,
        "label": measure.label,
        "unit": measure.unit,
        "other_units": list(measure.other_units),
        "code": measure.code,
        "domain": measure.domain.value,
        "better": measure.direction.value if measure.direction else None,
        "plausible": list(measure.plausible),
        "error": _threshold(measure.error, measure.unit),
        "repeatability": _repeatability(measure.repeatability),
        "important_difference": _threshold(measure.important_difference, measure.unit),
        "equation": measure.equation,
        "description": measure.description,
    }


def _repeatability(known: Repeatability | None) -> dict[str, Any] | None:
    if known is None:
        return None
    return {
        "wsd": {
            match.value: {"at_zero": within.sd, "per_level": within.per_level, "pairs": within.pairs}
            for match, within in known.raw.items()
        },
        "source": str(known.source),
        "verified": known.source.verified,
    }


def _threshold(threshold: Threshold | None, unit: str) -> dict[str, Any] | None:
    if threshold is None:
        return None
    scale = _SCALES[threshold.scale.value] or _UNIT_WORDS.get(unit, f" {unit}")
    return {
        "limit": f"{threshold.value:g}{scale}",
        "value": threshold.value,
        "scale": threshold.scale.value,
        "printed": threshold.printed,
        "source": str(threshold.source),
        "verified": threshold.source.verified,
    }


def _equation(key: str, equation: ReferenceEquation) -> dict[str, Any]:
    return {
        "key": key,
        "label": equation.label,
        "unit": equation.unit,
        "measure": equation.measure,
        "holds_for": {i.name: [i.low, i.high, i.unit] for i in equation.inputs},
        "printed": equation.printed,
        "spread": equation.has_spread,
        "source": str(equation.source),
        "verified": equation.source.verified,
        "description": equation.description,
    }


def _formula(key: str, formula: Formula) -> dict[str, Any]:
    return {
        "key": key,
        "label": formula.label,
        "unit": formula.unit,
        "holds_for": {i.name: [i.low, i.high, i.unit] for i in formula.inputs},
        "printed": formula.printed,
        "source": str(formula.source),
        "verified": formula.source.verified,
        "description": formula.description,
    }


def _criterion(key: str, criterion: Criterion) -> dict[str, Any]:
    row = _other(key, criterion)
    row |= {
        "printed": criterion.printed,
        "periods": [period.value for period in criterion.periods],
        "labels": list(criterion.labels),
    }
    if criterion.source:
        row["verified"] = criterion.source.verified
    if criterion.rule:
        row["window"] = criterion.rule.window.printed
        row["conditions"] = [
            f"{case.label}: {case.condition.printed}" for case in criterion.rule.cases if case.condition
        ]
        row["presumes"] = [presumption.printed for presumption in criterion.rule.presumes]
        row["note"] = criterion.rule.note
    return row


def _other(key: str, item: object) -> dict[str, Any]:
    """Show what any registered item may carry."""
    row: dict[str, Any] = {"key": key}
    for name in ("label", "title", "description", "source"):
        value = getattr(item, name, "")
        if value:
            row[name] = [str(one) for one in value] if isinstance(value, tuple) else str(value)
    return row


_ROWS: Mapping[str, Any] = {
    "measures": _measure,
    "equations": _equation,
    "formulas": _formula,
    "criteria": _criterion,
}


def _repeat_lines(known: Mapping[str, Any] | None) -> list[str]:
    if known is None:
        return []
    each = [
        f"    {match}: wSD {found['at_zero']:.2g} + {found['per_level']:.2g} · level, {found['pairs']} pairs"
        for match, found in known["wsd"].items()
    ]
    return [f"error 2.77 · wSD, by how alike two scans were made: {known['source']}", *each]


def _text(row: Mapping[str, Any]) -> str:
    """Give one item as a heading and indented lines, leaving out what it does not have."""
    unit = f" [{row['unit']}]" if row.get("unit", "1") not in _UNIT_WORDS else ""
    lines = [f"{row['key']}: {row.get('label') or row.get('title') or ''}{unit}".rstrip(": ")]
    if "better" in row:
        lines.append(f"{row['better']} is better" if row["better"] else "supporting value, never judged")
    lines += [row[name] for name in ("description",) if row.get(name)]
    for name, words in (("error", "error"), ("important_difference", "important difference")):
        if row.get(name):
            lines.append(f"{words} {row[name]['limit']}: {row[name]['source']}")
            lines.append(f"    {row[name]['printed']}")
    lines += _repeat_lines(row.get("repeatability"))
    if row.get("equation"):
        lines.append(f"expected value: {row['equation']}")
    if row.get("printed") and "holds_for" in row:
        lines.append(row["printed"])
    if not row.get("spread", True):
        lines.append("no spread printed, so neither z-score nor lower limit")
    for name, (low, high, of) in row.get("holds_for", {}).items():
        lines.append(f"{name} {low:g} to {high:g} {'' if of == '1' else of}".rstrip())
    lines += [f"“{row['printed']}”"] if row.get("printed") and "labels" in row else []
    for name in ("window", "note"):
        lines += [f"{name}: {row[name]}"] if row.get(name) else []
    for name, words in (("presumes", "presumes"), ("periods", "read"), ("labels", "answers")):
        lines += [f"{words}: {', '.join(row[name])}".replace("_", " ")] if row.get(name) else []
    source = row.get("source", "")
    lines += [f"source: {one}" for one in ([source] if isinstance(source, str) else source) if one]
    return "\n    ".join(lines)
