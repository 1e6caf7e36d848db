"""One mutant and the tests: the module imported anew or its function changed in place, in a process of its own."""

from __future__ import annotations

import gc
import importlib.util
import json
import os
import resource
import signal
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import _lru_cache_wrapper
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import CodeType, FunctionType

import pytest
from hypothesis import Phase, settings

from benchmarks.mutations import Mutant

ROOT = Path(__file__).resolve().parents[1]

MOST_SECONDS = 60
"""A test that computes for longer has been given a loop without end [s]. Waiting is not counted."""

MOST_EXAMPLES = 20
"""How many examples a law is tried on where its test does not say: fewer than usual, so that no more are killed."""

MOST_BYTES = 4 * 1024**3

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


class Watch:
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


class Changed(SourceFileLoader):
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


def in_a_child(work: Callable[[], object], *, silent: bool = True) -> tuple[int, object]:
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


def collected(tests: Iterable[str], work: Callable[[Sequence[pytest.Item]], None]) -> int:
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


def run_tests(items: Sequence[pytest.Item], begin: Callable[[str], None] = lambda _: None) -> _Reports:
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


def limit_process() -> None:
    resource.setrlimit(resource.RLIMIT_DATA, (MOST_BYTES, MOST_BYTES))
    signal.setitimer(signal.ITIMER_PROF, MOST_SECONDS)


def change_in_place(drawn: Drawn) -> None:
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


def answer_of(status: int, found: object) -> str:
    """Tell a mutant that ended the process (too long, too much memory) from a fault of this program."""
    if os.WIFSIGNALED(status):
        return f"signal {os.WTERMSIG(status)}"
    if status:
        raise SystemExit("A mutant could not be made; LOUD=1 shows why.")
    return str(found)
