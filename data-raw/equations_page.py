"""Write docs/reference/equations.md from what is registered.

python data-raw/equations_page.py
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from breathline.equations import EQUATIONS, QUANTITIES, ReferenceEquation
from breathline.outcomes import OUTCOMES
from breathline.physiology import FORMULAS, Formula
from breathline.physiology.inputs import Input

TARGET = Path(__file__).parents[1] / "docs" / "reference" / "equations.md"

HEAD = """\
# Reference equations and formulas

Written by `data-raw/equations_page.py` from what is built in; a test keeps it so.

A **reference equation** says what a healthy person of that age, sex and size has. The value of a patient is held
against it: percent of the predicted median, z-score, and lower limit of normal (the 5th percentile, z = −1.645).
How it works, and what is refused, stands in [Expected values](../explanation/expected-values.md).

A **formula** turns what was measured into something else. It has no range of the healthy.

"Not verified" means that nobody has yet held the numbers against the publication itself. The sentence behind it
says where they were read instead.
"""

ORDER = "Where a measure has several equations, the first one is used unless another is asked for."


def main() -> None:
    """Write the page."""
    TARGET.write_text(page(), encoding="utf-8")


def page() -> str:
    """Give the page as Markdown."""
    parts = [HEAD, f"## Reference equations\n\n{ORDER}\n"]
    for measure in dict.fromkeys(equation.measure for equation in EQUATIONS.values()):
        label = OUTCOMES[measure].label if measure in OUTCOMES else QUANTITIES[measure]
        parts.append(f"### {label[0].upper()}{label[1:]} (`{measure}`)\n")
        parts += [_equation(one) for one in EQUATIONS.values() if one.measure == measure]
    parts.append("## Formulas\n")
    parts += [_formula(one) for one in FORMULAS.values()]
    return "\n".join(parts)


def _equation(equation: ReferenceEquation) -> str:
    spread = (
        "" if equation.has_spread else "No spread is printed, so there is neither z-score nor lower limit."
    )
    lines = [*_common(equation), spread, *_possible(equation)]
    return _paragraph(f"#### `{equation.key}`: {equation.label}{_unit(equation.unit)}", lines)


def _formula(formula: Formula) -> str:
    return _paragraph(f"### `{formula.key}`: {formula.label}{_unit(formula.unit)}", _common(formula))


def _common(item: ReferenceEquation | Formula) -> list[str]:
    asks = [
        *(["sex"] if isinstance(item, ReferenceEquation) or item.by_sex else []),
        *map(_range, item.inputs),
    ]
    build = f"body mass index {item.build[0]:g} to {item.build[1]:g} kg/m²" if item.build else ""
    return [
        f"`{item.printed}`",
        f"Holds for: {', '.join([*asks, *([build] if build else [])])}.",
        item.description,
        f"Source: {item.source}.",
    ]


def _range(need: Input) -> str:
    unit = "" if need.unit == "1" else f" {need.unit}"
    known = "" if need.required else " where it is known"
    return f"`{need.name}` {need.low:g} to {need.high:g}{unit}{known}"


def _possible(equation: ReferenceEquation) -> list[str]:
    if equation.possible_percent is None:
        return []
    low, high = equation.possible_percent
    return [f"A value below {low:g} or above {high:g} % of the expected one is refused."]


def _unit(unit: str) -> str:
    return "" if unit == "1" else f" [{unit}]"


def _paragraph(heading: str, lines: Iterable[str]) -> str:
    return f"{heading}\n\n" + "\n".join(f"- {line}" for line in lines if line) + "\n"


if __name__ == "__main__":
    main()
