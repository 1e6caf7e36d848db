"""A scan–rescan study: every pair measured, and how far each measure repeats."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from breathline.ct.measure import MeasuredScan, measure_scan
from breathline.ct.patterns import DEFAULT_METHOD
from breathline.errors import Problem, ScanError, Severity, TableError
from breathline.model.protocol import Match
from breathline.progress import Progress, silent
from breathline.repeatability.pair import RepeatPair, Values, pair_of
from breathline.repeatability.simulate import FIRST_SEED, simulate_pairs
from breathline.repeatability.statistics import Spread, spread_of
from breathline.repeatability.table import PairRow, read_pairs

WITHOUT_ZERO = ("HU", "1")
"""Units of measures whose zero is a convention."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """How far one measure repeats in one class of pairs.

    Parameters
    ----------
    same_tissue
        True for extents of the same tissue in two scans laid on each other.
    """

    measure: str
    unit: str
    match: Match
    same_tissue: bool
    spread: Spread


@dataclass(frozen=True, slots=True, kw_only=True)
class Study:
    """A finished study.

    Parameters
    ----------
    refused
        Pairs that could not be measured, with the reason.
    simulated
        What phantoms it was done on, in words; empty where the scans are a site's own.
    """

    findings: tuple[Finding, ...]
    pairs: tuple[RepeatPair, ...]
    refused: tuple[Problem, ...] = ()
    simulated: str = ""

    @property
    def warnings(self) -> tuple[str, ...]:
        """What a reader should know of single pairs."""
        return tuple(f"{pair.subject}: {note}" for pair in self.pairs for note in pair.notes)


def study_pairs(table: Path, *, method: str = DEFAULT_METHOD, progress: Progress = silent) -> Study:
    """Measure a table of scan pairs.

    Parameters
    ----------
    table
        CSV with the columns subject, first, second and, if wanted, class; see `read_pairs`.
    method
        Name of the pattern method.

    Raises
    ------
    TableError
        If the table cannot be used, or none of its pairs; carries every problem.
    """
    rows = read_pairs(table)
    pairs: list[RepeatPair] = []
    refused: list[Problem] = []
    for number, row in enumerate(rows):
        progress("pairs", number, len(rows))
        try:
            pairs.append(_measured(row, method))
        except ScanError as error:
            refused += [_as_refusal(problem, row, table.name) for problem in error.problems]
    progress("pairs", len(rows), len(rows))
    if not pairs:
        raise TableError(refused)
    return Study(findings=summarise(pairs), pairs=tuple(pairs), refused=tuple(refused))


def study_phantoms(count: int, *, first: int = 1, progress: Progress = silent) -> Study:
    """Do the study on simulated patients: eight postures and protocols each, all classes of pairs.

    Parameters
    ----------
    count, first
        How many patients, and the number of the first; the same number is the same patient.
    """
    kinds = [match.value for match in Match]
    pairs = []
    for done, number in enumerate(range(first, first + count)):
        for step, found in enumerate(simulate_pairs(number, kinds)):
            progress("pairs", done * len(kinds) + step, count * len(kinds))
            pairs.append(found.pair)
    progress("pairs", count * len(kinds), count * len(kinds))
    return Study(
        findings=summarise(pairs), pairs=tuple(pairs), simulated=words_for_phantoms(first, first + count - 1)
    )


def words_for_phantoms(first: int, last: int) -> str:
    """Say which phantoms a study was done on."""
    return f"{last - first + 1} simulated patients, seeds {FIRST_SEED + first} to {FIRST_SEED + last}"


def _measured(row: PairRow, method: str) -> RepeatPair:
    scans: list[MeasuredScan] = []
    for name, path in (("first", row.first), ("second", row.second)):
        try:
            scans.append(measure_scan(path, method=method))
        except ScanError as error:
            raise ScanError(
                [
                    replace(problem, message=f"the {name} scan: {problem.message}")
                    for problem in error.problems
                ]
            ) from error
    return pair_of(row.subject, scans[0], scans[1], match=row.match)


def _as_refusal(problem: Problem, row: PairRow, table: str) -> Problem:
    message = f"The pair of {row.subject} is left out: {problem.message}"
    return replace(problem, message=message, file=table, row=row.line, column="", severity=Severity.WARNING)


def summarise(pairs: Iterable[RepeatPair]) -> tuple[Finding, ...]:
    """Give the spread of every measure in every class of pairs; pairs without a class are not counted."""
    counted = [pair for pair in pairs if pair.match is not None]
    found = []
    for match in Match:
        own = [pair for pair in counted if pair.match is match]
        for same_tissue in (False, True):
            for measure in dict.fromkeys(key for pair in own for key in _values(pair, same_tissue)):
                finding = _finding(measure, match, own, same_tissue=same_tissue)
                found.append(finding)
    return tuple(found)


def _values(pair: RepeatPair, same_tissue: bool) -> Values:
    return pair.same_tissue if same_tissue else pair.raw


def _finding(measure: str, match: Match, pairs: Sequence[RepeatPair], *, same_tissue: bool) -> Finding:
    both = [values[measure] for pair in pairs if measure in (values := _values(pair, same_tissue))]
    unit = "%" if same_tissue else next(pair.units[measure] for pair in pairs if measure in pair.units)
    first, second = zip(*both, strict=True)
    spread = spread_of(first, second, has_zero=unit not in WITHOUT_ZERO)
    return Finding(measure=measure, unit=unit, match=match, same_tissue=same_tissue, spread=spread)
