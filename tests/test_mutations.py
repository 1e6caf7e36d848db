"""What the count of mutants changes: the oracle is the list of kinds at the head of `benchmarks.mutations`."""

from __future__ import annotations

import ast

import pytest
from benchmarks.mutations import Mutant, mutants


def changes(source: str) -> list[str]:
    return [one.what for one in mutants(source)]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("x = 2", ["2 → 3", "2 → 1"]),
        ("x = 5.0", ["5.0 → 5.05"]),
        ("x = 0.5", ["0.5 → 0.51"]),
        ("x = True", ["True → False"]),
        ("x = a < b", ["a < b → a <= b", "a < b → a >= b"]),
        ("x = a <= b < c", [
            "a <= b < c → a < b < c", "a <= b < c → a > b < c", "a <= b < c → a <= b <= c", "a <= b < c → a <= b >= c",
        ]),
        ("x = a and b", ["a and b → a or b"]),
        ("x = a + b", ["a + b → a - b"]),
        ("x = a * b", ["a * b → a / b"]),
        ("x = -a", ["-a → a"]),
        ("x = not a", ["not a → a"]),
        ("x += a", ["x += a → x -= a"]),
        ("x = max(a)", ["max → min"]),
        ("x = any(a)", ["any → all"]),
        ("x = at_least(a)", ["at_least → more_than"]),
        ("x = Towards.FALL", ["Towards.FALL → Towards.RISE"]),
        ("x = Answer.CANNOT_TELL", ["Answer.CANNOT_TELL → Answer.NOT_MET"]),
        ("x = a if b else c", ["a if b else c → c if b else a"]),
        ("if a:\n    b()", ["if a: → if not a:"]),
        ("def f() -> float:\n    return a", ["return a → return a * 1.01"]),
        ("def f() -> bool:\n    return a", ["return a → return not a"]),
        ("def f() -> str:\n    return a", ["return a → return ''"]),
        # Left alone: annotations, assertions, strings, and what decides nothing.
        ("x: tuple[int, 2] | None = a", []),
        ("assert a < 2", []),
        ("x = 'a'", []),
        ("x = zip(a, b, strict=True)", []),
        ("@dataclass(frozen=True)\nclass A:\n    b: int", []),
        ("Kind = float | str", []),
    ],
)  # fmt: skip
def test_what_is_changed(source: str, expected: list[str]) -> None:
    assert changes(source) == expected


def test_a_mutant_is_the_module_with_one_thing_changed() -> None:
    source = "LIMIT = 5.0\n\n\ndef f(x):\n    def g(y):\n        return y >= LIMIT\n    return g(x)\n"
    by_what: dict[str, Mutant] = {one.what: one for one in mutants(source)}
    limit, inner = by_what["5.0 → 5.05"], by_what["y >= LIMIT → y > LIMIT"]
    assert ast.unparse(limit.tree) == ast.unparse(ast.parse(source.replace("5.0", "5.05")))
    assert ast.unparse(inner.tree) == ast.unparse(ast.parse(source.replace(">=", ">")))
    assert (limit.place.name, limit.place.outermost) == ("", "")
    assert (inner.place.name, inner.place.outermost) == ("f.<locals>.g.<locals>.", "f")


def test_a_word_that_the_module_lacks_is_imported() -> None:
    (one,) = mutants("x = floor(a)")
    assert one.needs == "from math import ceil"
