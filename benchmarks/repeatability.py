"""Simulated patients scanned again: how far extents repeat, and how changes are judged.

    python -m benchmarks repeatability

Pairs are kept in data-raw/repeatability/pairs.jsonl, one line each, as soon as they are measured, and those that are
there are not made again: delete the file when a change alters results. A patient takes some three minutes of one core.
A patient is judged by the error found on all the others, never on itself.
"""

from __future__ import annotations

import json
import time
from collections.abc import Collection, Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np

from benchmarks.row import Row
from breathline.model.change import Judgement, OutcomeMeasure
from breathline.model.measurement import Measurement
from breathline.model.protocol import Match
from breathline.model.repeatability import Repeatability
from breathline.outcomes import OUTCOMES, judge_change
from breathline.repeatability import RepeatPair, summarise
from breathline.repeatability.derive import judged_spreads
from breathline.repeatability.simulate import KINDS, TRUE_CHANGE, SimulatedPair, simulate_pairs

KEPT = Path(__file__).resolve().parents[1] / "data-raw" / "repeatability" / "pairs.jsonl"
PATIENTS = range(1, 7)
MEASURES = ("ct_ground_glass", "ct_ild")
LARGEST_SD, LARGEST_SHIFT, LEAST_SHARE = 0.5, 0.5, 95.0


@dataclass(frozen=True)
class Kept:
    """A pair, and the number of the patient."""

    number: int
    simulated: SimulatedPair

    @property
    def pair(self) -> RepeatPair:
        return self.simulated.pair


def kept_pairs(path: Path = KEPT) -> list[Kept]:
    """Read the pairs that were measured."""
    lines = path.read_text().splitlines() if path.exists() else []
    return [_read(json.loads(line)) for line in lines]


def _read(line: dict) -> Kept:
    pair = dict(line["pair"])
    for name in ("raw", "same_tissue"):
        pair[name] = {key: tuple(values) for key, values in pair[name].items()}
    pair["match"] = None if pair["match"] is None else Match(pair["match"])
    truth = {key: tuple(values) for key, values in line["truth"].items()}
    found = SimulatedPair(kind=line["kind"], pair=RepeatPair(**pair), truth=truth)
    return Kept(line["number"], found)


def measure_missing(
    numbers: Collection[int],
    kinds: Collection[str] = KINDS,
    path: Path = KEPT,
    aligned: Collection[str] = (Match.MATCHED, Match.INSPIRATION),
) -> None:
    """Measure what is not there yet."""
    path.parent.mkdir(parents=True, exist_ok=True)
    for number in numbers:
        there = {(one.number, one.simulated.kind) for one in kept_pairs(path)}
        wanted = [kind for kind in kinds if (number, kind) not in there]
        spent = time.process_time()
        for found in simulate_pairs(number, wanted, aligned=aligned) if wanted else ():
            seconds = time.process_time() - spent
            spent = time.process_time()
            with path.open("a") as file:
                file.write(json.dumps({"number": number, **_rounded(asdict(found))}) + "\n")
            print(f"patient {number}, {found.kind}: {seconds:.0f} s of processor", flush=True)


def _rounded(item):
    """Keep five digits that count of every number."""
    if isinstance(item, dict):
        return {key: _rounded(value) for key, value in item.items()}
    if isinstance(item, list | tuple):
        return [_rounded(value) for value in item]
    return float(f"{item:.5g}") if isinstance(item, float) else item


def rows() -> list[Row]:
    """Measure what is missing, and tell all of it."""
    measure_missing(PATIENTS)
    kept = kept_pairs()
    return [*_spread_rows(kept), *_breath_rows(kept), *_change_rows(kept)]


def of_kind(kept: list[Kept], kind: str) -> list[Kept]:
    """Keep pairs of one kind."""
    return [one for one in kept if one.simulated.kind == kind]


def _spread_rows(kept: list[Kept]) -> Iterator[Row]:
    still = [one.pair for one in kept if one.simulated.kind != TRUE_CHANGE]
    for finding in summarise(still):
        if finding.measure not in MEASURES:
            continue
        spread, matched = finding.spread, finding.match is Match.MATCHED
        line = f"; {spread.at_zero:.2f} + {spread.per_level:.3f} · extent" if spread.grows else ""
        yield Row(
            what=f"wSD of {finding.measure}{', same tissue' if finding.same_tissue else ''}",
            on=f"{finding.match.value}, {spread.pairs} pairs, extents of {spread.mean:.0f} % on average",
            figure=f"{spread.sd:.2f} points ({spread.sd_low:.2f} to {spread.sd_high:.2f}); "
            f"RC {spread.coefficient:.2f}; bias {spread.bias:+.2f}{line}",
            wanted=f"≤ {LARGEST_SD} points" if matched else "",
            met=spread.sd <= LARGEST_SD if matched else None,
        )  # fmt: skip


def _breath_rows(kept: list[Kept]) -> Iterator[Row]:
    """Tell what a deeper breath alone does."""
    own = of_kind(kept, Match.INSPIRATION)
    if not own:
        return
    deeper = np.array([np.divide(*one.pair.raw["ct_lung_volume"][::-1]) for one in own])
    on = f"a breath deeper by {100 * (deeper.mean() - 1):.0f} % alone, {len(own)} pairs"
    for name, wanted in (("same_tissue", True), ("raw", False)):
        aligned = [one for one in own if getattr(one.pair, name)]
        shifts = np.array([-np.subtract(*getattr(one.pair, name)["ct_ground_glass"]) for one in aligned])
        what = "change of ground-glass" + (" in the same tissue" if wanted else " as measured")
        inside = 100.0 * float(np.mean(np.abs(shifts) <= LARGEST_SHIFT))
        yield Row(
            what=what, on=on,
            figure=f"{shifts.mean():+.2f} points on average, {shifts.min():+.2f} to {shifts.max():+.2f}; "
            f"{inside:.0f} % within ±{LARGEST_SHIFT}",
            wanted=f"within ±{LARGEST_SHIFT} points" if wanted else "",
            met=bool(np.all(np.abs(shifts) <= LARGEST_SHIFT)) if wanted else None,
        )  # fmt: skip
        judged = [
            _judged(one, getattr(one.pair, name)["ct_ground_glass"], kept, same_tissue=wanted)
            for one in aligned
        ]
        share = 100.0 * float(np.mean([found is Judgement.NO_CHANGE for found in judged]))
        yield Row(
            what=f"{what}: judged no change",
            on=on,
            figure=f"{share:.0f} %",
            wanted="≥ 95 %",
            met=share >= LEAST_SHARE,
        )


def _change_rows(kept: list[Kept]) -> Iterator[Row]:
    """Tell how true changes of three points or more are judged."""
    own = of_kind(kept, TRUE_CHANGE)
    if not own:
        return
    true = np.array([-np.subtract(*one.simulated.truth["ct_ground_glass"]) for one in own])
    found = np.array([-np.subtract(*one.pair.raw["ct_ground_glass"]) for one in own])
    least, most = np.abs(true).min(), np.abs(true).max()
    on = f"true changes of ground-glass of {least:.1f} to {most:.1f} points, {len(own)} pairs"
    measure = OUTCOMES["ct_ground_glass"]
    matters = measure.important_difference.value
    judged = [_judged(one, one.pair.raw["ct_ground_glass"], kept, same_tissue=False) for one in own]
    right = np.array(
        [j is (Judgement.BETTER if t < 0 else Judgement.WORSE) for j, t in zip(judged, true, strict=True)]
    )
    errors = np.array([_error(one, one.pair.raw["ct_ground_glass"], kept) for one in own])
    beyond = (np.abs(found) > errors) & (np.sign(found) == np.sign(true))
    yield Row(
        what="told beyond error, in the right direction", on=on, figure=f"{100 * beyond.mean():.0f} %",
        wanted="≥ 95 %", met=bool(100 * beyond.mean() >= LEAST_SHARE),
    )  # fmt: skip
    yield Row(
        what=f"judged better or worse, rightly (also at least the {matters:g} points that matter)", on=on,
        figure=f"{100 * right.mean():.0f} %", wanted="≥ 95 %", met=bool(100 * right.mean() >= LEAST_SHARE),
    )  # fmt: skip
    slope = float(np.dot(found, true) / np.dot(true, true))
    yield Row(
        what="measured change against the true one", on=on,
        figure=f"{100 * slope:.0f} % of it; mean error {np.abs(found - true).mean():.2f} points",
    )  # fmt: skip


def _measure(one: Kept, kept: list[Kept], *, same_tissue: bool) -> OutcomeMeasure:
    """Describe ground-glass with the error found on the other patients."""
    others = [
        other.pair for other in kept if other.number != one.number and other.simulated.kind != TRUE_CHANGE
    ]
    spreads = judged_spreads(summarise(others), "ct_ground_glass", same_tissue=same_tissue)
    measure = OUTCOMES["ct_ground_glass"]
    known = measure.repeatability
    return replace(measure, repeatability=Repeatability(source=known.source, raw=spreads, same_tissue={}))


def _changed(one: Kept, values: tuple[float, float], kept: list[Kept], *, same_tissue: bool):
    before, after = (Measurement(measure="ct_ground_glass", value=value, unit="%") for value in values)
    match = one.pair.match
    return judge_change(_measure(one, kept, same_tissue=same_tissue), before, after, match=match)


def _judged(one: Kept, values: tuple[float, float], kept: list[Kept], *, same_tissue: bool) -> Judgement:
    return _changed(one, values, kept, same_tissue=same_tissue).judgement


def _error(one: Kept, values: tuple[float, float], kept: list[Kept]) -> float:
    error = _changed(one, values, kept, same_tissue=False).error
    return float("inf") if error is None else error
