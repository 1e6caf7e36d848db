"""Change one limit, comparison or sign at a time, and see whether a test notices::

    python -m benchmarks.mutants src/breathline/verdict tests/verdict

A mutant is a module with one thing changed: a number, a comparison, ``and`` for ``or``, a sign, a word of a table
(``at_least`` for ``more_than``), a truth value. It is killed if a test fails. Strings are left alone. No file is
touched: the changed module is imported from memory.
"""

from __future__ import annotations

import ast
import copy
import importlib.abc
import importlib.util
import os
import random
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

MOST_SECONDS = 120
"""A mutant that takes longer has made a loop without end: killed."""

LOADED_ONCE = (
    "hypothesis",
    "pydantic",
    "breathline.outcomes",
    "breathline.physiology",
    "breathline.equations",
)

COMPARISONS = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
}
OPERATORS = {ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult}
NAMES = {
    "at_least": "more_than",
    "more_than": "at_least",
    "at_most": "less_than",
    "less_than": "at_most",
    "any_of": "all_of",
    "all_of": "any_of",
    "max": "min",
    "min": "max",
    "any": "all",
    "all": "any",
}
HOMES = dict.fromkeys(("any_of", "all_of"), "conditions")
HOMES |= dict.fromkeys(("at_least", "more_than", "at_most", "less_than"), "limits")
"""Where the words of the tables of criteria come from."""

ATTRIBUTES = {
    "FALL": "RISE",
    "RISE": "FALL",
    "RELATIVE": "ABSOLUTE",
    "ABSOLUTE": "RELATIVE",
    "PERCENT_PREDICTED": "RELATIVE",
    "ANY_TWO": "BASELINE_TO_LAST",
    "BASELINE_TO_LAST": "ANY_TWO",
    "A_YEAR_APART": "BASELINE_TO_LAST",
}


def mutations(node: ast.AST) -> Iterator[ast.AST]:
    """Give what a node may be changed into."""
    if isinstance(node, ast.Constant) and type(node.value) in (int, float):
        yield ast.Constant(
            node.value + (1 if isinstance(node.value, int) else 0.01 * max(1.0, abs(node.value)))
        )
    elif isinstance(node, ast.Constant) and isinstance(node.value, bool):
        yield ast.Constant(not node.value)
    elif isinstance(node, ast.Compare) and type(node.ops[0]) in COMPARISONS:
        yield ast.Compare(node.left, [COMPARISONS[type(node.ops[0])](), *node.ops[1:]], node.comparators)
    elif isinstance(node, ast.BoolOp):
        yield ast.BoolOp(ast.Or() if isinstance(node.op, ast.And) else ast.And(), node.values)
    elif isinstance(node, ast.BinOp) and type(node.op) in OPERATORS:
        yield ast.BinOp(node.left, OPERATORS[type(node.op)](), node.right)
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub | ast.Not):
        yield node.operand
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in NAMES:
        yield ast.Call(ast.Name(NAMES[node.func.id], ast.Load()), node.args, node.keywords)
    elif isinstance(node, ast.Attribute) and node.attr in ATTRIBUTES:
        yield ast.Attribute(node.value, ATTRIBUTES[node.attr], node.ctx)


class _Replace(ast.NodeTransformer):
    def __init__(self, target: ast.AST, new: ast.AST) -> None:
        self.target, self.new = target, new

    def visit(self, node: ast.AST) -> ast.AST:
        if node is self.target:
            return ast.copy_location(self.new, node)
        return self.generic_visit(node)


def mutants(source: str) -> list[tuple[int, str, str]]:
    """Give line, what was changed, and the whole changed source, for every mutant of a module."""
    found = []
    tree = ast.parse(source)
    skip = {id(n) for parent in ast.walk(tree) if _is_typing(parent) for n in ast.walk(parent)}
    for index, node in enumerate(ast.walk(tree)):
        if id(node) in skip:
            continue
        for new in mutations(node):
            twin = copy.deepcopy(tree)
            target = list(ast.walk(twin))[index]
            changed = ast.fix_missing_locations(_Replace(target, copy.deepcopy(new)).visit(twin))
            what = f"{ast.unparse(node)} → {ast.unparse(new)}"
            found.append((getattr(node, "lineno", 0), what, _with_names(ast.unparse(changed), new)))
    return found


def _is_typing(node: ast.AST) -> bool:
    """Leave annotations and the arguments of dataclasses alone: they do not decide."""
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "dataclass"


def _with_names(text: str, new: ast.AST) -> str:
    """Import what the mutant calls, where the module did not."""
    if isinstance(new, ast.Call) and isinstance(new.func, ast.Name):
        home = HOMES.get(new.func.id)
        if home:
            line = f"from breathline.verdict.{home} import {new.func.id}\n"
            marker = "from __future__ import annotations\n"
            if marker in text:
                return text.replace(marker, marker + line, 1)
            return line + text
    return text


class _Mutated(importlib.abc.MetaPathFinder, importlib.abc.InspectLoader):
    """Import one module from changed source."""

    def __init__(self, module: str, text: str) -> None:
        self.module, self.text = module, text

    def find_spec(self, fullname, _path=None, _target=None):
        return importlib.util.spec_from_loader(fullname, self) if fullname == self.module else None

    def get_source(self, _fullname: str) -> str:
        return self.text


def survives(module: str, text: str, tests: list[str]) -> bool:
    """Run the tests on a changed module, in a process of its own that has the libraries loaded already."""
    child = os.fork()
    if not child:
        signal.alarm(MOST_SECONDS)
        if not os.environ.get("LOUD"):
            quiet = os.open(os.devnull, os.O_WRONLY)
            os.dup2(quiet, 1)
            os.dup2(quiet, 2)
        sys.meta_path.insert(0, _Mutated(module, text))
        options = ["-x", "-q", "--assert=plain", "-p", "no:cacheprovider", "--no-header"]
        os._exit(int(pytest.main([*options, *tests])))
    return os.waitpid(child, 0)[1] == 0


def main() -> int:
    """Take a folder of the package or files of one, tests, and a share of the mutants (fixed seed).

    Several files or tests are separated by commas.
    """
    paths, tests = [Path(one) for one in sys.argv[1].split(",")], sys.argv[2].split(",")
    folder = paths[0] if paths[0].is_dir() else paths[0].parent
    paths = sorted(folder.glob("*.py")) if paths[0].is_dir() else paths
    share = float(sys.argv[3]) if len(sys.argv) > 3 else 1.0
    chance = random.Random(1)
    package = ".".join(folder.parts[folder.parts.index("breathline") :])
    for name in LOADED_ONCE:
        importlib.import_module(name)
    assert package not in sys.modules, "the modules to be changed are loaded already"
    first = paths[-1]
    if not survives(f"{package}.{first.stem}", first.read_text(encoding="utf-8"), tests):
        raise SystemExit("The tests fail on the code as it is.")
    counts = {True: 0, False: 0}
    for path in paths:
        module = package if path.stem == "__init__" else f"{package}.{path.stem}"
        for line, what, text in mutants(path.read_text(encoding="utf-8")):
            if chance.random() >= share:
                continue
            lived = survives(module, text, tests)
            counts[lived] += 1
            if lived:
                print(f"lived: {path.name}:{line}: {what}", flush=True)
    total = sum(counts.values())
    print(f"{counts[False]} of {total} mutants killed ({100 * counts[False] / total:.1f} %)")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
