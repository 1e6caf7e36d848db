"""The scans of a record: each measured, and each later one compared with the one it is judged against."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from breathline.errors import Problem, ScanError, Severity
from breathline.model.assessment import ScanSummary
from breathline.model.correction import NOT_CORRECTED, ScanCorrections
from breathline.model.ct_change import CtChange
from breathline.model.measurement import Measurement, Moment, Origin
from breathline.model.patient import ScanRef
from breathline.model.volume import QualityFlag, ScanMeasurement, Step
from breathline.outcomes import OUTCOMES
from breathline.outcomes.scan_pairs import days_between, partner_of
from breathline.progress import Progress, silent
from breathline.units import same_kind

if TYPE_CHECKING:
    from breathline.ct.measure import MeasuredScan


@dataclass(slots=True)
class ScanResults:
    """What was found on the scans of a record, growing scan by scan."""

    summaries: list[ScanSummary] = field(default_factory=list)
    measurements: list[Measurement] = field(default_factory=list)
    changes: list[CtChange] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    corrections: Mapping[str, ScanCorrections] = field(default_factory=dict)

    def corrected(self, ref: ScanRef) -> ScanCorrections:
        """Give what readers corrected on a scan."""
        return self.corrections.get(ref.name, NOT_CORRECTED)


@dataclass(frozen=True, slots=True)
class Pair:
    """Two scans that are compared, and the start of the treatment that days are counted from."""

    baseline: ScanRef
    followup: ScanRef
    start: Moment | None

    @property
    def days(self) -> float:
        """From the baseline to the follow-up."""
        days = days_between(self.baseline.when, self.followup.when, self.start)
        assert days is not None, "scans without a day have no partner"
        return days


def measure_scans(
    scans: Sequence[ScanRef],
    start: Moment | None,
    folder: Path,
    progress: Progress,
    corrections: Mapping[str, ScanCorrections] = MappingProxyType({}),
) -> ScanResults:
    """Measure every scan in order of time, and compare it with the one it is judged against.

    No more than two scans are in memory at a time. A scan that cannot be measured, and two that cannot be compared, are
    told and left out.

    Parameters
    ----------
    start
        Start of the treatment that is judged; None where it is not recorded.
    folder
        Where label maps are written, as ``ct/<scan>/``, and comparisons, as ``ct/change/<follow-up>.*``.
    corrections
        What readers corrected, by the name of the scan.
    """
    found = ScanResults(corrections=corrections)
    done: list[ScanRef] = []
    kept: tuple[str, MeasuredScan] | None = None
    for place, ref in enumerate(scans):
        measured = _measure(ref, folder, found, progress)
        if measured is None:
            continue
        partner = _partner(ref, done, start)
        if partner is not None:
            if kept is None or kept[0] != partner.name:
                # Rare: the scan that would have been the baseline could not be measured, and this one was let go.
                kept = None
                kept = (partner.name, _read_again(partner, found, progress))
            _compare(Pair(partner, ref, start), (kept[1], measured), folder, found, progress)
        done.append(ref)
        wanted = _next_partner(scans[place + 1 :], done, start)
        if wanted == ref.name:
            kept = (ref.name, measured)
        elif kept is not None and wanted != kept[0]:
            kept = None
        del measured
    return found


def _partner(ref: ScanRef, done: Sequence[ScanRef], start: Moment | None) -> ScanRef | None:
    name = partner_of(ref.when, [(one.name, one.when) for one in done], start)
    return next((one for one in done if one.name == name), None)


def _next_partner(coming: Sequence[ScanRef], done: Sequence[ScanRef], start: Moment | None) -> str:
    """Name the scan that the next one will be compared with."""
    partners = (_partner(ref, done, start) for ref in coming)
    return next((one.name for one in partners if one is not None), "")


def _measure(ref: ScanRef, folder: Path, found: ScanResults, progress: Progress) -> MeasuredScan | None:
    # Loaded here, because half of the time in which tables alone are assessed would go into loading it.
    from breathline.ct.corrected import correct_scan  # noqa: PLC0415
    from breathline.ct.measure import measure_scan, write_scan  # noqa: PLC0415

    said = found.corrected(ref)
    try:
        measured = correct_scan(measure_scan(ref.files or ref.path, progress=_naming(ref, progress)), said)
    except ScanError as error:
        found.summaries.append(_refused(ref, error))
        found.problems += [_as_warning(problem, ref) for problem in error.problems]
        return None
    write_scan(measured, folder / "ct" / ref.name)
    result = measured.result
    found.summaries.append(_summarised(ref, result, said))
    if said.not_measurable:  # looked at, and nothing taken from it
        return None
    found.measurements += [_dated(item, ref) for item in result.measurements if is_judged_unit(item)]
    found.steps += [step for step in result.steps if step not in found.steps]
    return replace(measured, found=None)  # airways and what was recovered are written, and not needed again


def _read_again(ref: ScanRef, found: ScanResults, progress: Progress) -> MeasuredScan:
    from breathline.ct.corrected import correct_scan  # noqa: PLC0415 - as above
    from breathline.ct.measure import measure_scan  # noqa: PLC0415

    measured = measure_scan(ref.files or ref.path, progress=_naming(ref, progress))
    return replace(correct_scan(measured, found.corrected(ref)), found=None)


def _compare(
    pair: Pair,
    scans: tuple[MeasuredScan, MeasuredScan],
    folder: Path,
    found: ScanResults,
    progress: Progress,
) -> None:
    from breathline.ct.align import AlignmentError  # noqa: PLC0415 - as above
    from breathline.ct.compare import compare_measured  # noqa: PLC0415
    from breathline.ct.comparison_summary import (  # noqa: PLC0415
        summarise_comparison,
        summarise_refusal,
        write_change,
    )

    names, named = (pair.baseline.name, pair.followup.name), _naming(pair.followup, progress)
    try:
        comparison = compare_measured(*scans, progress=named)
    except AlignmentError as error:
        change = summarise_refusal(error, names, pair.days)
        found.problems.append(_not_compared(change))
    else:
        files = write_change(comparison, folder, names[1], progress=named)
        change = summarise_comparison(comparison, names, pair.days, files)
        if found.corrected(pair.baseline).left_out:
            change = _judged_apart(change)
        found.steps += [step for step in comparison.steps if step not in found.steps]
    found.changes.append(change)


def _judged_apart(change: CtChange) -> CtChange:
    """Judge by each scan's own extents: the comparison of places still holds the regions that were left out."""
    told = QualityFlag(
        code="region_left_out",
        severity=Severity.WARNING,
        message="The change map still holds the regions that a reader left out; no judgement rests on it.",
    )
    return replace(change, believed=False, quality=(*change.quality, told))


def _not_compared(change: CtChange) -> Problem:
    pair = f"{change.baseline} and {change.followup}"
    side_by_side, check = "Their extents stand side by side.", "Check that both are of this patient."
    return Problem(
        code="scans_not_compared",
        severity=Severity.WARNING,
        message=f"The scans of {pair} were not compared place by place: {change.reason}",
        mend=check if change.obstacle else side_by_side,
        file=f"ct ({change.followup})",
    )


def check_scans(
    scans: Sequence[ScanRef], progress: Progress = silent
) -> tuple[tuple[ScanRef, ...], tuple[Problem, ...]]:
    """Read every picture of every scan without measuring it; give the scans that can be read, and what is wrong."""
    from breathline.ct.read import read_scan  # noqa: PLC0415 - as above

    usable: list[ScanRef] = []
    problems: list[Problem] = []
    for ref in scans:
        try:
            read_scan(ref.files or ref.path, progress=_naming(ref, progress))
        except ScanError as error:
            problems += [_as_warning(problem, ref) for problem in error.problems]
        else:
            usable.append(ref)
    return tuple(usable), tuple(problems)


def is_judged_unit(measurement: Measurement) -> bool:
    """Tell the percentage that is judged from the same extent in mL, which stays in ``measurements.json``."""
    measure = OUTCOMES.get(measurement.measure)
    return measure is None or same_kind(measurement.unit, measure.unit, of=measure.key)


def _naming(ref: ScanRef, progress: Progress) -> Progress:
    def named(step: str, done: int, total: int) -> None:
        progress(f"{ref.name}: {step}", done, total)

    return named


def _summarised(ref: ScanRef, result: ScanMeasurement, said: ScanCorrections) -> ScanSummary:
    marked = QualityFlag(code="not_measurable", severity=Severity.ERROR, message=said.not_measurable)
    return ScanSummary(
        name=ref.name,
        when=ref.when,
        facts=dict(result.scan),
        quality=(*result.quality, marked) if said.not_measurable else result.quality,
        labels=dict(result.labels),
        folder=f"ct/{ref.name}",
    )


def _refused(ref: ScanRef, error: ScanError) -> ScanSummary:
    flags = tuple(
        # Where the folder lay on this computer is nobody's business in a result that is passed on.
        QualityFlag(
            code=problem.code,
            severity=Severity.ERROR,
            message=str(replace(problem, file=Path(problem.file).name)),
        )
        for problem in error.problems
    )
    return ScanSummary(name=ref.name, when=ref.when, facts={}, quality=flags)


def _as_warning(problem: Problem, ref: ScanRef) -> Problem:
    return Problem(
        code=problem.code,
        severity=Severity.WARNING,
        message=f"The scan of {ref.name} could not be measured and is left out: {problem.message}",
        mend=problem.mend,
        file=f"ct/{Path(problem.file).name}" if Path(problem.file).name else f"ct ({ref.name})",
    )


def _dated(measurement: Measurement, ref: ScanRef) -> Measurement:
    return Measurement(
        measure=measurement.measure,
        value=measurement.value,
        unit=measurement.unit,
        when=ref.when,
        low=measurement.low,
        high=measurement.high,
        region=measurement.region,
        method=measurement.method,
        device=measurement.device,
        note=measurement.note,
        origin=Origin(scan=ref.name),
    )
