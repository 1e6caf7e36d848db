"""Change one thing of a module at a time, and see whether a test notices::

    python -m benchmarks.mutants src/breathline/verdict tests/verdict 80 7

Eighty mutants (`benchmarks.mutations`) are drawn with seed 7; one is killed if a test fails. No file is touched. What
is run on import is changed by importing the module anew, from memory, in a process of its own. A function is changed
in place, in a process that has collected the tests already; that costs next to nothing.

A run on the code as it is tells which tests call which function, and only those are asked about a mutant of it. It is
kept in ``benchmarks/out``; a test written since is asked about every mutant. Tests that killed mutants of the same
module come first, and the first that fails ends it.
"""

from __future__ import annotations

import ast
import gc
import importlib.util
import json
import os
import random
import resource
import signal
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import _lru_cache_wrapper
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import CodeType, FunctionType

import pytest
from hypothesis import Phase, settings

from benchmarks.mutations import Mutant, mutants
from benchmarks.row import Row, measured

ROOT = Path(__file__).resolve().parents[1]
KEPT = ROOT / "benchmarks" / "out"

FOLDERS = {
    "verdict": ("tests/verdict",),
    "outcomes": ("tests/outcomes",),
    "equations": ("tests/equations", "tests/cli/test_predict.py"),
    "physiology": ("tests/physiology", "tests/equations"),
}
PAGES = ("test_pages.py", "test_page.py")
"""They hold a page against what is built in, so that they notice every number and know of none whether it is right."""

SLOW = (
    "test_same_as_pyspiro_for_random_people",
    "test_every_equation_keeps_its_contract",
    "test_every_formula_keeps_its_contract",
    "test_asking_for_expected_values_does_not_load_pandas",
    "test_gradient_and_gas_equation_agree",
    "test_more_is_never_less",
    "test_swapping_better_and_worse_mirrors_the_label",
    "test_shares_are_those_of_the_normal_distribution_that_was_fed",
    "test_every_verdict_survives_the_archive",
    "test_every_measure_gets_one_answer_with_a_reason",
    "test_the_order_of_the_table_changes_no_answer",
    "test_the_mirror_course_has_the_mirror_slopes",
    "test_a_better_last_value_never_gives_a_worse_slope",
    "test_every_measure_keeps_its_contract",
)
"""Tests that take seconds are not asked, so that a mutant which they alone would notice counts as alive."""

COUNT, SEED = 100, 20261127
WANTED = 90.0

MOST_SECONDS = 60
"""A test that computes for longer has been given a loop without end [s]. Waiting is not counted."""

MOST_EXAMPLES = 20
"""How many examples a law is tried on where its test does not say: fewer than usual, so that no more are killed."""

MOST_BYTES = 4 * 1024**3

LIBRARIES = ("pydantic", "numpy", "scipy.stats", "numba")
BELOW = {
    "breathline.physiology": ("breathline.units", "breathline.model.patient", "breathline.sources"),
    "breathline.equations": ("breathline.physiology", "breathline.model.measurement"),
    "breathline.outcomes": ("breathline.equations", "breathline.model.assessment"),
    "breathline.verdict": ("breathline.outcomes",),
}
"""What is loaded once for all mutants: never the package that is changed, nor what imports it."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """A mutant with the module it belongs to."""

    module: str
    path: Path
    mutant: Mutant

    def __str__(self) -> str:
        return f"{self.path.name}:{self.mutant.line}: {self.mutant.what}"

    @property
    def code(self) -> CodeType:
        return compile(self.mutant.tree, str(self.path), "exec", dont_inherit=True)

    @property
    def callee(self) -> str:
        """The function it lies in, as `Known.callers` has it."""
        return f"{self.path.name}:{self.mutant.place.name.removesuffix('.<locals>.')}"


@dataclass(slots=True)
class Known:
    """What is known of the tests.

    Parameters
    ----------
    seconds
        What each takes, by its name.
    callers
        The tests that call a function, by ``file:name``; an empty one where it is called on import.
    kills
        How often each killed a mutant of a module, by module.
    """

    seconds: dict[str, float] = field(default_factory=dict)
    callers: dict[str, list[str]] = field(default_factory=dict)
    kills: dict[str, dict[str, int]] = field(default_factory=dict)

    def is_imported(self, drawn: Drawn) -> bool:
        """Whether a mutant shows in what is run on import."""
        return (
            not drawn.mutant.place.outermost
            or bool(drawn.mutant.needs)
            or "" in self.callers.get(drawn.callee, [""])
        )

    def asked(self, drawn: Drawn, tests: Iterable[str]) -> list[str]:
        """Give those tests that may notice a mutant, those first that are likely to."""
        callers = None if self.is_imported(drawn) else set(self.callers[drawn.callee])
        kills = self.kills.get(drawn.module, {})

        def likely(test: str) -> tuple[int, bool, float]:
            return -kills.get(test, 0), drawn.path.stem not in test, self.seconds.get(test, 0.0)

        return sorted(
            (one for one in tests if callers is None or one in callers or one not in self.seconds), key=likely
        )

    def remember(self, drawn: Drawn, killer: str) -> None:
        """Count a test that killed a mutant."""
        kills = self.kills.setdefault(drawn.module, {})
        kills[killer] = kills.get(killer, 0) + 1


class _Watch:
    """Notes which functions of the changed package are called, and by which test."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.test = f"{folder}{os.sep}", ""
        self.caches: list[_lru_cache_wrapper] = []
        self.called: dict[str, dict[str, None]] = {}

    def __call__(self, frame, _event, _arg) -> None:
        code = frame.f_code
        if code.co_filename.startswith(self.folder):
            name = f"{code.co_filename.removeprefix(self.folder)}:{code.co_qualname}"
            self.called.setdefault(name, {})[self.test] = None

    def begin(self, test: str) -> None:
        """Watch a test; what an earlier one left in caches would hide its calls."""
        sys.settrace(None)
        if not self.test:
            self.caches = [one for one in gc.get_objects() if type(one) is _lru_cache_wrapper]
        for one in self.caches:
            if one.__module__.startswith("breathline."):
                one.cache_clear()
        self.test = test
        sys.settrace(self)


class _Session:
    """Has pytest collect the tests and hands them to `work` instead of running them."""

    def __init__(self, work: Callable[[Sequence[pytest.Item]], None]) -> None:
        self.work, self.failed = work, False

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        if session.testsfailed:
            raise session.Failed("collecting failed")
        self.work([item for item in session.items if getattr(item, "originalname", "") not in SLOW])
        return True


class _Reports:
    """Notes how long a test took and whether it failed."""

    def __init__(self) -> None:
        self.seconds: Counter[str] = Counter()
        self.failed = ""

    def pytest_runtest_logreport(self, report) -> None:
        self.seconds[report.nodeid] += report.duration
        if report.failed:
            self.failed = report.nodeid


class _Changed(SourceFileLoader):
    """Imports one module as its mutant; a finder of that one module too."""

    def __init__(self, drawn: Drawn) -> None:
        super().__init__(drawn.module, str(drawn.path))
        self.drawn = drawn

    def find_spec(self, fullname, _path=None, _target=None):
        if fullname != self.name:
            return None
        inside = [str(Path(self.path).parent)] if self.is_package(fullname) else None
        return importlib.util.spec_from_file_location(
            fullname, self.path, loader=self, submodule_search_locations=inside
        )

    def exec_module(self, module) -> None:
        exec(self.drawn.mutant.needs, module.__dict__)
        exec(self.drawn.code, module.__dict__)


def _in_a_child(work: Callable[[], object], *, silent: bool = True) -> tuple[int, object]:
    """Run `work` in a process of its own; give its exit status and what it gave."""
    with tempfile.NamedTemporaryFile("r", encoding="utf-8") as answer:
        child = os.fork()
        if not child:
            if silent and not os.environ.get("LOUD"):
                quiet = os.open(os.devnull, os.O_WRONLY)
                os.dup2(quiet, 1)
                os.dup2(quiet, 2)
            status = 1
            try:
                Path(answer.name).write_text(json.dumps(work()), encoding="utf-8")
                status = 0
            finally:
                os._exit(status)
        status = os.waitpid(child, 0)[1]
        text = answer.read()
        return status, json.loads(text) if text else None


def _collected(tests: Iterable[str], work: Callable[[Sequence[pytest.Item]], None]) -> int:
    settings.register_profile(
        "mutants",
        derandomize=True,
        database=None,
        phases=(Phase.explicit, Phase.generate),
        max_examples=MOST_EXAMPLES,
    )
    settings.load_profile("mutants")
    options = ["-q", "-s", "--assert=plain", "-p", "no:cacheprovider", "--no-header", "--rootdir", str(ROOT)]
    return int(pytest.main([*options, *tests], plugins=[_Session(work)]))


def _run(items: Sequence[pytest.Item], begin: Callable[[str], None] = lambda _: None) -> _Reports:
    """Run tests until one fails."""
    reports = _Reports()
    items[0].config.pluginmanager.register(reports)
    for item, following in zip(items, [*items[1:], None], strict=True):
        signal.setitimer(signal.ITIMER_PROF, MOST_SECONDS)
        begin(item.nodeid)
        item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
        if reports.failed:
            break
    return reports


def _killer(drawn: Drawn, known: Known, items: Sequence[pytest.Item]) -> str:
    """Give the first test that notices a mutant; empty if none does."""
    by_name = {item.nodeid: item for item in items}
    asked = known.asked(drawn, by_name)
    return _run([by_name[one] for one in asked]).failed if asked else ""


def _limited() -> None:
    resource.setrlimit(resource.RLIMIT_DATA, (MOST_BYTES, MOST_BYTES))
    signal.setitimer(signal.ITIMER_PROF, MOST_SECONDS)


def _change(drawn: Drawn) -> None:
    """Give a function the code of its mutant, wherever it is held."""
    found = {}
    parts = [drawn.code]
    while parts:
        code = parts.pop()
        found[code.co_qualname, code.co_firstlineno] = code
        parts += [part for part in code.co_consts if isinstance(part, CodeType)]
    changed = 0
    for one in gc.get_objects():
        if type(one) is FunctionType and one.__code__.co_filename == str(drawn.path):
            old = one.__code__
            if old.co_qualname == drawn.mutant.place.outermost:
                one.__code__ = found[old.co_qualname, old.co_firstlineno]
                changed += 1
    if not changed:
        raise LookupError(drawn.callee)


def _in_place(drawn: Drawn, known: Known, items: Sequence[pytest.Item]) -> str:
    def work() -> str:
        _limited()
        _change(drawn)
        return _killer(drawn, known, items)

    return _said(*_in_a_child(work))


def _anew(drawn: Drawn, known: Known, files: Sequence[str]) -> str:
    """Ask the most likely file of tests first, then all others."""
    likely = [one.partition("::")[0] for one in known.asked(drawn, known.seconds)]
    first = next((one for one in likely if one in files), files[0])

    def work(chosen: Sequence[str]) -> str:
        _limited()
        sys.meta_path.insert(0, _Changed(drawn))
        found: list[str] = []
        status = _collected(chosen, lambda items: found.append(_killer(drawn, known, items)))
        return found[0] if found else f"collecting, {status}"

    for chosen in ([first], [one for one in files if one != first]):
        found = _said(*_in_a_child(lambda chosen=chosen: work(chosen)))
        if found:
            return found
    return ""


def _said(status: int, found: object) -> str:
    """Tell a mutant that ended the process (too long, too much memory) from a fault of this program."""
    if os.WIFSIGNALED(status):
        return f"signal {os.WTERMSIG(status)}"
    if status:
        raise SystemExit("A mutant could not be made; LOUD=1 shows why.")
    return str(found)


def _look(items: Sequence[pytest.Item], watch: _Watch) -> Known:
    """Run the tests on the code as it is, and learn what they call."""

    def work() -> list:
        reports = _run(items, watch.begin)
        sys.settrace(None)
        if reports.failed:
            raise SystemExit(f"{reports.failed} fails on the code as it is.")
        return [reports.seconds, {place: list(by) for place, by in watch.called.items()}]

    status, found = _in_a_child(work)
    if status:
        raise SystemExit("The tests fail on the code as it is; LOUD=1 shows them.")
    return Known(*found)


def draw(folder: Path, count: int, seed: int, only: str = "") -> tuple[list[Drawn], int]:
    """Draw so many mutants of a folder; also say of how many."""
    package = ".".join(folder.parts[folder.parts.index("breathline") :])
    every = [
        Drawn(package if path.stem == "__init__" else f"{package}.{path.stem}", path, mutant)
        for path in sorted(folder.glob("*.py"))
        if only in ("", path.stem)
        for mutant in mutants(path.read_text(encoding="utf-8"))
    ]
    return random.Random(seed).sample(every, min(count, len(every))), len(every)


def _files(folder: Path, tests: Sequence[str]) -> list[str]:
    """Give every file of tests, and the modules that hold examples."""
    found = [
        path
        for one in tests
        for path in ([Path(one)] if one.endswith(".py") else sorted(Path(one).glob("test_*.py")))
    ]
    examples = [
        path.relative_to(ROOT) for path in sorted(folder.glob("*.py")) if ">>>" in path.read_text("utf-8")
    ]
    return [str(path) for path in (*found, *examples) if path.name not in PAGES]


def measure(
    folder: str, tests: Sequence[str], count: int, seed: int, only: str = ""
) -> tuple[int, int, list[str]]:
    """Give how many mutants of a folder there are, how many were drawn, and those that lived."""
    os.chdir(ROOT)
    where = (ROOT / folder).resolve()
    package = ".".join(where.parts[where.parts.index("breathline") :])
    for name in (*LIBRARIES, *BELOW[package]):
        importlib.import_module(name)
    assert package not in sys.modules, "the modules to be changed are loaded already"
    files = _files(where, tests)
    drawn, every = draw(where, count, seed, only)
    kept = KEPT / f"mutants-{where.name}.json"
    status, lived = _in_a_child(lambda: _changed_in_place(drawn, files, where, kept), silent=False)
    known = _recall(kept)
    if status or known is None:
        raise SystemExit("The tests cannot be run on the code as it is.")
    nothing = replace(
        drawn[0], mutant=replace(drawn[0].mutant, index=0, new=ast.parse(drawn[0].mutant.source))
    )
    assert not _anew(nothing, known, files), "nothing was changed, and yet a test fails"
    lived += [
        str(one) for one in drawn if known.is_imported(one) and _lives(one, _anew(one, known, files), known)
    ]
    _keep(kept, known)
    return every, len(drawn), sorted(lived)


def _changed_in_place(drawn: Sequence[Drawn], files: Sequence[str], where: Path, kept: Path) -> list[str]:
    """Collect the tests, run them once if that was not done yet, and change one function after the other."""
    lived: list[str] = []
    watch = _Watch(where)

    def work(items: Sequence[pytest.Item]) -> None:
        sys.settrace(None)
        known = _recall(kept) or _look(items, watch)
        _keep(kept, known)
        lived.extend(
            str(one)
            for one in drawn
            if not known.is_imported(one) and _lives(one, _in_place(one, known, items), known)
        )
        _keep(kept, known)

    sys.settrace(watch)
    if _collected(files, work):
        raise SystemExit("The tests cannot be collected.")
    return lived


def _lives(drawn: Drawn, killer: str, known: Known) -> bool:
    if killer:
        known.remember(drawn, killer)
    print(f"{drawn}: {killer or 'LIVED'}", file=sys.stderr, flush=True)
    return not killer


def _recall(kept: Path) -> Known | None:
    return Known(*json.loads(kept.read_text(encoding="utf-8"))) if kept.exists() else None


def _keep(kept: Path, known: Known) -> None:
    kept.parent.mkdir(exist_ok=True)
    kept.write_text(json.dumps([known.seconds, known.callers, known.kills]), encoding="utf-8")


def rows() -> list[Row]:
    """Measure every folder on mutants drawn with the seed of this file."""
    found = []
    for folder, tests in FOLDERS.items():
        (every, drawn, lived), _, _ = measured(measure, f"src/breathline/{folder}", tests, COUNT, SEED)
        killed = 100.0 * (drawn - len(lived)) / drawn
        on = f"`{folder}`, {drawn} of {every} drawn with seed {SEED}"
        figure = f"{killed:.0f} % ({drawn - len(lived)})"
        found.append(
            Row(what="mutants killed", on=on, figure=figure, wanted=f"≥ {WANTED:g} %", met=killed >= WANTED)
        )
        found += [Row(what="lived", on=folder, figure=f"`{one}`".replace("|", "\\|")) for one in lived]
    return found


def main() -> int:
    """Take a folder of the package, tests (separated by commas), how many mutants, a seed, and perhaps one module."""
    folder, tests, count, seed, only = [*sys.argv[1:], "", "", "", ""][:5]
    every, drawn, lived = measure(folder, tests.split(","), int(count or COUNT), int(seed or SEED), only)
    for one in lived:
        print(f"lived: {one}")
    print(f"{folder}: {drawn} of {every} mutants drawn, {drawn - len(lived)} killed, {len(lived)} lived")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
