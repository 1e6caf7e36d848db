"""What changed between two visits of phantoms, beside the truth: classes of places, and whether intervals hold it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from benchmarks.change_pairs import ChangedPair, make
from benchmarks.row import Row
from breathline.ct.change_volumes import JUDGED, TOLD, doubtful_ml
from breathline.ct.compare import Comparison, compare_measured
from breathline.ct.regions import find_regions
from breathline.model.ct_change import CHANGE_CODES

NUMBERS = (5, 6, 7, 9, 10, 11, *range(21, 27))
"""Pairs that nothing was derived on; some of each course."""
KAPPA, COVERAGE = 0.75, (92.0, 98.0)
PRESENT_ML = 10.0
"""A change of which neither the scans nor the truth show more is not there: its interval begins at nothing [mL]."""
PRESENT_PERCENT = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A figure with its interval beside the truth.

    Parameters
    ----------
    parts
        What the interval was made from: of a volume what was set aside, what was added, the region and the lungs [mL];
        of a change of extent both extents [%].
    """

    what: str
    value: float
    low: float
    high: float
    true: float
    parts: tuple[float, ...]

    @property
    def inside(self) -> bool:
        """Whether the interval holds the truth."""
        return self.low <= self.true <= self.high


def rows() -> Iterator[Row]:
    """Measure every pair."""
    tables, volumes, extents = [], [], []
    for number in NUMBERS:
        pair = make(number)
        comparison = compare_measured(pair.baseline, pair.followup)
        tables.append(confusion(comparison, pair))
        volumes += held_volumes(comparison, pair)
        extents += held_extents(comparison, pair)
    on = f"{len(NUMBERS)} phantom pairs of random variety, 208 × 208 × 75"
    kappa = agreement(np.sum(tables, axis=0))
    yield Row(
        what="classes of change against the truth, over all places diseased at either date: κ", on=on,
        figure=f"{kappa:.2f}; of single pairs {', '.join(f'{agreement(own):.2f}' for own in tables)}",
        wanted=f"≥ {KAPPA}", met=kappa >= KAPPA,
    )  # fmt: skip
    for name, found in (
        ("volumes of change, whole lungs and regions", volumes),
        ("changes of extent", extents),
    ):
        share = 100.0 * float(np.mean([item.inside for item in found]))
        yield Row(
            what=f"95 % intervals of {name} that hold the truth", on=on, figure=f"{share:.0f} % of {len(found)}",
            wanted=f"{COVERAGE[0]:.0f} to {COVERAGE[1]:.0f} %", met=COVERAGE[0] <= share <= COVERAGE[1],
        )  # fmt: skip


def confusion(comparison: Comparison, pair: ChangedPair) -> np.ndarray:
    """Count places by true and by found change: those that are diseased at either date and were compared."""
    found, true = comparison.change.labels.labels, pair.change
    here = (true > CHANGE_CODES["unchanged"]) & compared(comparison)
    table = np.zeros((8, 8))
    np.add.at(table, (true[here], found[here]), 1.0)
    return table


def agreement(table: np.ndarray) -> float:
    """Give Cohen's κ of a table of counts."""
    shares = table / table.sum()
    by_chance = float(shares.sum(axis=0) @ shares.sum(axis=1))
    return (float(np.trace(shares)) - by_chance) / (1.0 - by_chance)


def compared(comparison: Comparison) -> np.ndarray:
    """Tell which places were compared."""
    found = comparison.change.labels.labels
    return (found > 0) & (found != CHANGE_CODES["not_compared"])


def held_volumes(comparison: Comparison, pair: ChangedPair) -> list[Held]:
    """Hold volumes of change against the truth, by region."""
    regions = find_regions(comparison.baseline.lungs).labels
    lung = (pair.before > 0) & (comparison.change.labels.labels != CHANGE_CODES["not_compared"])
    # Lung that was not found lies in no region: it counts to the whole.
    truth, each = np.where(lung, pair.change, 0), comparison.baseline.volume.geometry.voxel_ml
    lungs_ml = float(comparison.change.amounts_ml[list(TOLD["lungs"])].sum())
    found = []
    for item in comparison.volumes:
        if (
            item.change not in JUDGED
            or item.change == "unchanged"
            or item.low_ml is None
            or item.high_ml is None
        ):
            continue
        here = truth == CHANGE_CODES[item.change]
        if item.region != "lungs":
            here = here & np.isin(regions, TOLD[item.region])
        true = float(np.count_nonzero(here)) * each
        if max(true, item.volume_ml) >= PRESENT_ML:
            amounts = comparison.change.amounts_ml[list(TOLD[item.region])].sum(axis=0)
            parts = (*doubtful_ml(amounts, item.change), float(amounts.sum()), lungs_ml)
            name = f"{item.change} {item.region}"
            found.append(
                Held(
                    what=name,
                    value=item.volume_ml,
                    low=item.low_ml,
                    high=item.high_ml,
                    true=true,
                    parts=parts,
                )
            )
    return found


def held_extents(comparison: Comparison, pair: ChangedPair) -> list[Held]:
    """Hold changes of extent in the same tissue against the truth."""
    truth = pair.extents(comparison.change.labels.labels != CHANGE_CODES["not_compared"])
    found = []
    for item in comparison.same_tissue:
        if item.measure not in truth or item.low is None or item.high is None:
            continue
        before, after = truth[item.measure]
        if max(before, after, item.baseline, item.followup) >= PRESENT_PERCENT:
            change, parts = item.followup - item.baseline, (item.baseline, item.followup)
            true = after - before
            found.append(
                Held(what=item.measure, value=change, low=item.low, high=item.high, true=true, parts=parts)
            )
    return found
