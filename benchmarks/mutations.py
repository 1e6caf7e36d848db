"""What a module can be changed into, one thing at a time: its mutants.

A number (one more and one less, or one percent), a comparison (with or without its end, and turned round), ``and`` for
``or``, a sign, a condition turned round, the first for the last, the smaller for the larger, a word of a table
(``at_least`` for ``more_than``, `FALL` for `RISE`), a truth value, and what a function returns. Left alone are strings,
annotations, assertions, and the truth values that decide nothing (``frozen=True``, ``strict=True``).
"""

from __future__ import annotations

import ast
import builtins
import copy
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

COMPARISONS: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
}
OPERATORS: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.Pow: ast.Mult,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
}
PAIRS = (
    ("at_least", "more_than"),
    ("at_most", "less_than"),
    ("any_of", "all_of"),
    ("max", "min"),
    ("any", "all"),
    ("floor", "ceil"),
    ("bisect_left", "bisect_right"),
    ("minimum", "maximum"),
    ("FALL", "RISE"),
    ("RELATIVE", "ABSOLUTE"),
    ("ANY_TWO", "BASELINE_TO_LAST"),
    ("BEFORE", "ON"),
    ("MET", "NOT_MET"),
    ("BETTER", "WORSE"),
    ("UNABLE", "NOT_DONE"),
    ("HIGHER", "LOWER"),
    ("MALE", "FEMALE"),
    ("AT_LEAST", "MORE_THAN"),
    ("AT_MOST", "LESS_THAN"),
)
ONE_WAY = {
    "Counted.PERCENT_PREDICTED": "RELATIVE",
    "Pairing.A_YEAR_APART": "BASELINE_TO_LAST",
    "Answer.CANNOT_TELL": "NOT_MET",
    "Judgement.CANNOT_TELL": "NO_CHANGE",
    "Judgement.NO_CHANGE": "CANNOT_TELL",
}
NAMES = {**dict(PAIRS), **{other: one for one, other in PAIRS}}

HOMES = {
    "breathline.verdict.conditions": ("any_of", "all_of"),
    "breathline.verdict.limits": ("at_least", "more_than", "at_most", "less_than"),
    "bisect": ("bisect_left", "bisect_right"),
    "math": ("floor", "ceil"),
}
"""Where the words come from that a mutant may need and its module did not import."""

RETURNS = {"bool": "not (VALUE)", "str": '""', "float": "(VALUE) * 1.01", "FloatArray": "(VALUE) * 1.01"}
DECIDE_NOTHING = ("dataclass", "field")


@dataclass(frozen=True, slots=True)
class Place:
    """The function that something lies in.

    Parameters
    ----------
    name
        Its qualified name; empty for what is run when the module is imported.
    outermost
        That of the function around all functions around it.
    """

    name: str = ""
    outermost: str = ""

    def inside(self, name: str, *, function: bool) -> Place:
        """Give the place within a class or a function of this name."""
        path = f"{self.name}{name}"
        return Place(
            f"{path}.<locals>." if function else f"{path}.", self.outermost or (path if function else "")
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Mutant:
    """A module with one thing changed.

    Parameters
    ----------
    needs
        What must be imported besides: ``from math import ceil``.
    source
        The module as it is.
    index, new
        Which of its nodes, in order of `ast.walk`, is put in whose place.
    """

    line: int
    what: str
    place: Place
    needs: str
    source: str
    index: int
    new: ast.AST

    @property
    def tree(self) -> ast.Module:
        """The module as it is changed."""
        tree = ast.parse(self.source)
        target = next(islice(ast.walk(tree), self.index, None))
        return ast.fix_missing_locations(_Replace(target, copy.deepcopy(self.new)).visit(tree))


def mutants(source: str) -> list[Mutant]:
    """Give every mutant of a module, in order of its lines."""
    tree = ast.parse(source)
    index = {id(node): index for index, node in enumerate(ast.walk(tree))}
    known = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)} | set(dir(builtins))
    homes = {name: f"from {home} import {name}" for home, names in HOMES.items() for name in names}
    found = []
    for node, place, returns in _deciding(tree, Place(), ""):
        for new in mutations(node, returns):
            name = new.id if isinstance(node, ast.Name) and isinstance(new, ast.Name) else ""
            if name and name not in known and name not in homes:
                continue
            one = Mutant(
                line=node.lineno,
                what=f"{_short(node)} → {_short(new)}",
                place=place,
                needs=homes[name] if name and name not in known else "",
                source=source,
                index=index[id(node)],
                new=new,
            )
            found.append(one)
    return sorted(found, key=lambda one: one.line)


def mutations(node: ast.AST, returns: str = "") -> Iterator[ast.AST]:
    """Give what a node may be changed into; `returns` is the annotation of the function it lies in."""
    if (
        isinstance(node, ast.Return)
        and returns in RETURNS
        and not isinstance(node.value, ast.Constant | None)
    ):
        yield ast.parse("return " + RETURNS[returns].replace("VALUE", ast.unparse(node.value))).body[0]
    elif type(node) in CHANGES:
        yield from CHANGES[type(node)](node)


def _constants(node: ast.Constant) -> Iterator[ast.AST]:
    match node.value:
        case bool() as truth:
            yield ast.Constant(not truth)
        case int() as number:
            yield from (ast.Constant(number + 1), ast.Constant(number - 1))
        case float() as number:
            yield ast.Constant(number + 0.01 * max(1.0, abs(number)))


def _comparisons(node: ast.Compare) -> Iterator[ast.AST]:
    for place, old in enumerate(node.ops):
        for new in COMPARISONS[type(old)]:
            yield ast.Compare(node.left, [*node.ops[:place], new(), *node.ops[place + 1 :]], node.comparators)


def _both(node: ast.BoolOp) -> Iterator[ast.AST]:
    yield ast.BoolOp(ast.Or() if isinstance(node.op, ast.And) else ast.And(), node.values)


def _operators(node: ast.BinOp) -> Iterator[ast.AST]:
    kinds_joined = isinstance(node.op, ast.BitOr) and isinstance(node.left, ast.Name)
    if type(node.op) in OPERATORS and not kinds_joined:
        yield ast.BinOp(node.left, OPERATORS[type(node.op)](), node.right)


def _additions(node: ast.AugAssign) -> Iterator[ast.AST]:
    if type(node.op) in OPERATORS:
        yield ast.AugAssign(node.target, OPERATORS[type(node.op)](), node.value)


def _signs(node: ast.UnaryOp) -> Iterator[ast.AST]:
    if not isinstance(node.op, ast.UAdd):
        yield node.operand


def _names(node: ast.Name) -> Iterator[ast.AST]:
    if node.id in NAMES and isinstance(node.ctx, ast.Load):
        yield ast.Name(NAMES[node.id], ast.Load())


def _words(node: ast.Attribute) -> Iterator[ast.AST]:
    word = NAMES.get(node.attr) or ONE_WAY.get(ast.unparse(node))
    if word:
        yield ast.Attribute(node.value, word, ast.Load())


def _choices(node: ast.IfExp) -> Iterator[ast.AST]:
    if not isinstance(node.test, ast.Compare):  # which is turned round by itself
        yield ast.IfExp(node.test, node.orelse, node.body)


def _branches(node: ast.If) -> Iterator[ast.AST]:
    if isinstance(node.test, ast.Name | ast.Call | ast.Attribute):
        yield ast.If(ast.UnaryOp(ast.Not(), node.test), node.body, node.orelse)


CHANGES: dict[type, Callable[[Any], Iterator[ast.AST]]] = {
    ast.Constant: _constants,
    ast.Compare: _comparisons,
    ast.BoolOp: _both,
    ast.BinOp: _operators,
    ast.AugAssign: _additions,
    ast.UnaryOp: _signs,
    ast.Name: _names,
    ast.Attribute: _words,
    ast.IfExp: _choices,
    ast.If: _branches,
}


def _deciding(node: ast.AST, place: Place, returns: str) -> Iterator[tuple[ast.AST, Place, str]]:
    """Give all that can be changed, with the function it lies in and what that returns."""
    for name, value in ast.iter_fields(node):
        if name in ("annotation", "returns", "type_params"):
            continue
        within = place, returns
        if name == "body" and isinstance(node, ast.ClassDef):
            within = place.inside(node.name, function=False), ""
        elif name == "body" and isinstance(node, ast.FunctionDef | ast.Lambda):
            made = getattr(node, "returns", None)
            own = node.name if isinstance(node, ast.FunctionDef) else "<lambda>"
            within = place.inside(own, function=True), ast.unparse(made) if made else ""
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST) and not _decides_nothing(child):
                if hasattr(child, "lineno"):
                    yield (child, *within)
                yield from _deciding(child, *within)


def _decides_nothing(node: ast.AST) -> bool:
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        return node.func.id in DECIDE_NOTHING
    return isinstance(node, ast.Assert) or (isinstance(node, ast.keyword) and node.arg == "strict")


class _Replace(ast.NodeTransformer):
    def __init__(self, target: ast.AST, new: ast.AST) -> None:
        self.target, self.new = target, new

    def visit(self, node: ast.AST) -> ast.AST:
        if node is self.target:
            return ast.copy_location(self.new, node)
        return self.generic_visit(node)


def _short(node: ast.AST) -> str:
    return ast.unparse(node).partition("\n")[0]
