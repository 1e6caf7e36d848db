"""The groups of published trials, fed as simulated patients, and judged by the criteria as the papers judged them.

A paper prints the mean of a change; the spread is printed, follows from a printed p value, or is taken from another
cohort, and every row says which. Patients are drawn from normal distributions with a fixed seed, get litres by the
reference equation, and pass through the same code as a patient's record. What cannot be fed is listed with the reason.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats

from benchmarks.row import Row
from breathline.equations import EQUATIONS, predict
from breathline.model.assessment import Timeline
from breathline.model.criterion import Period
from breathline.model.measurement import Measurement, Moment
from breathline.model.patient import Person, Sex
from breathline.model.safety import EventsStatus, SafetySummary
from breathline.outcomes import standardise
from breathline.verdict import CRITERIA, Evidence

SEED = 20240304
PATIENTS = 2000
TRIALS = 1000
WOMAN = Person(id="simulated", sex=Sex.FEMALE, age_years=50.0, height_cm=162.0, weight_kg=65.0)
BASELINE_WEEK = -1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """A group of patients as a paper describes it.

    Parameters
    ----------
    weeks
        From baseline to follow-up.
    baseline, change
        Mean and standard deviation of FVC, in points of % predicted, or in litres where `litres`.
    spread
        Where the standard deviation of the change comes from.
    """

    name: str
    count: int
    weeks: float
    baseline: tuple[float, float]
    change: tuple[float, float]
    spread: str
    litres: bool = False


KHANNA = Group(
    name="Khanna 2011, imatinib in SSc-ILD",
    count=20,
    weeks=52,
    baseline=(65.2, 14.0),
    change=(1.74, 10.2),
    spread="SD of the EUSTAR cohort over 12 months; the abstract prints none",
)
SPIERA = Group(
    name="Spiera 2011, imatinib in diffuse SSc",
    count=24,
    weeks=52,
    baseline=(87.0, 21.1),
    change=(6.4, 10.8),
    spread="SD from the printed p = 0.008 with 24 patients; baseline of the EUSTAR cohort",
)
EUSTAR = Group(
    name="Hoffmann-Vold 2021, EUSTAR cohort",
    count=826,
    weeks=52,
    baseline=(87.0, 21.1),
    change=(-0.1, 10.2),
    spread="printed",
)
DANIELS = tuple(
    Group(
        name=f"Daniels 2010, IPF, {arm}",
        count=count,
        weeks=96,
        baseline=(2.5, 0.6),
        change=(change, 0.40),
        spread="SD of another trial in IPF over 48 weeks (0.286 L), times √2 for 96; baseline of the same",
        litres=True,
    )
    for arm, count, change in (("imatinib", 59, -0.25), ("placebo", 60, -0.18))
)

NOT_REPRODUCED = {
    "Fraticelli 2014: 4 good, 15 stable, 7 worse of 26": "the abstract prints counts, no means or spreads of FVC, "
    "DLCO and PaO2; its definition of good response is a criterion here, those of stable and worse are not printed",
    "Daniels 2010: PaO2 better at 48 weeks (p = 0.005), DLCO": "means without spreads, and no criterion for them",
    "Khanna 2011, Spiera 2011: skin score": "no criterion of the list asks for it; it is judged as an outcome measure",
    "Distler 2008, Chung 2009": "one and two patients, without printed values",
    "Sabnani 2009, Pope 2011, Prey 2012, Gordon 2014": "results were not found",
}


def simulate(group: Group, count: int, seed: int = SEED) -> list[tuple[float, float]]:
    """Draw patients: FVC at both dates [L]; what nobody could breathe (below 0.4 L) is drawn again."""
    random = np.random.default_rng(seed)
    scales = (1.0, 1.0) if group.litres else tuple(expected(week) / 100.0 for week in _weeks(group))
    found: list[tuple[float, float]] = []
    while len(found) < count:
        baseline = random.normal(*group.baseline)
        followup = baseline + random.normal(*group.change)
        pair = (baseline * scales[0], followup * scales[1])
        if min(pair) >= 0.4:
            found.append(pair)
    return found


def _weeks(group: Group) -> tuple[float, float]:
    return BASELINE_WEEK, BASELINE_WEEK + group.weeks


def expected(week: float) -> float:
    """Give the FVC expected of the simulated person at that week [L]."""
    age = WOMAN.age_years + week * 7.0 / 365.25
    return predict(
        EQUATIONS["gli_2022_fvc"], 1.0, unit="L", sex=Sex.FEMALE, age_years=age, height_cm=162.0
    ).predicted


def evidence(group: Group, pair: tuple[float, float]) -> Evidence:
    """Give the evidence of one simulated patient, on treatment."""
    tests = [
        Measurement(measure="fvc", value=float(value), unit="L", when=Moment(week=week))
        for week, value in zip(_weeks(group), pair, strict=True)
    ]
    return Evidence(
        person=WOMAN,
        timeline=Timeline(treatment_start=Moment(week=0.0), treatment_stop=None),
        standings=standardise(tests, WOMAN),
        changes=(),
        before=(),
        safety=SafetySummary(status=EventsStatus.NOT_RECORDED),
        period=Period.ON,
    )


def labels(name: str, group: Group, pairs: Sequence[tuple[float, float]]) -> Counter[str]:
    """Count what a criterion says of each patient."""
    return Counter(CRITERIA[name].judge(evidence(group, pair)).label for pair in pairs)


def points(group: Group, pairs: Sequence[tuple[float, float]]) -> np.ndarray:
    """Give the changes as points of % predicted, or litres, as read back from the record."""
    if group.litres:
        return np.array([last - first for first, last in pairs])
    before, after = (expected(week) for week in _weeks(group))
    return np.array([100.0 * (last / after - first / before) for first, last in pairs])


def significant(group: Group) -> float:
    """Give the share of simulated trials of the published size whose mean change differs from 0 at p < 0.05."""
    random = np.random.default_rng(SEED)
    changes = random.normal(*group.change, size=(TRIALS, group.count))
    return float(np.mean(stats.ttest_1samp(changes, 0.0, axis=1).pvalue < 0.05))


def of_the_mean(group: Group) -> str:
    """Give what EUSTAR's bands say of a patient who changed by the published mean."""
    first = group.baseline[0]
    before, after = (expected(week) / 100.0 for week in _weeks(group))
    return (
        CRITERIA["eustar_12mo"]
        .judge(evidence(group, (first * before, (first + group.change[0]) * after)))
        .label
    )


def progressed(group: Group, pairs: Sequence[tuple[float, float]]) -> int:
    """Count those whose FVC fell by 10 % of its value or more, as INBUILD and the trial count it."""
    return labels("inbuild", group, pairs)["met"]


def arms_differ(shares: Sequence[float]) -> float:
    """Give the share of simulated trials in which Fisher's test tells the arms apart at p < 0.05."""
    random = np.random.default_rng(SEED)
    told = 0
    for _ in range(TRIALS):
        events = [random.binomial(g.count, share) for g, share in zip(DANIELS, shares, strict=True)]
        table = [[e, g.count - e] for e, g in zip(events, DANIELS, strict=True)]
        told += stats.fisher_exact(table).pvalue < 0.05
    return told / TRIALS


def rows() -> list[Row]:
    """Judge every group, and list what cannot be."""
    return [*_one_arm(), *_eustar(), *_daniels(), *_not_reproduced()]


def _one_arm() -> list[Row]:
    found = []
    for group, says, label, wanted in (
        (KHANNA, "not significant", "stable", False),
        (SPIERA, "improved, p = 0.008", "improvement", True),
    ):
        pairs = simulate(group, PATIENTS)
        changes = points(group, pairs)
        near = abs(changes.mean() - group.change[0]) < 3.0 * changes.std() / np.sqrt(PATIENTS)
        counts = labels("eustar_12mo", group, pairs)
        power = significant(group)
        on = f"{group.name} ({group.spread})"
        found += [
            Row(
                what="mean change of FVC read back, points of % predicted",
                on=on,
                figure=f"{changes.mean():+.2f}",
                wanted=f"{group.change[0]:+.2f}",
                met=bool(near),
            ),
            Row(
                what="a patient with the mean change, by EUSTAR's bands",
                on=on,
                figure=of_the_mean(group),
                wanted=f"{label} (paper: {says})",
                met=of_the_mean(group) == label,
            ),
            Row(
                what=f"trials of {group.count} with p < 0.05",
                on=on,
                figure=f"{100 * power:.0f} %",
                wanted="most" if wanted else "few",
                met=power > 0.5 if wanted else power < 0.5,
            ),
            Row(what="patients by EUSTAR's bands", on=on, figure=_shares(counts)),
        ]
    return found


def _shares(counts: Counter[str]) -> str:
    total = sum(counts.values())
    return ", ".join(
        f"{label.replace('_', ' ')} {100 * count / total:.0f} %" for label, count in counts.most_common()
    )


def _eustar() -> list[Row]:
    counts = labels("eustar_12mo", EUSTAR, simulate(EUSTAR, PATIENTS))
    share = 100.0 * (counts["moderate_decline"] + counts["significant_decline"]) / PATIENTS
    return [
        Row(
            what="progressive (moderate or significant decline) over 12 months",
            on=f"{EUSTAR.name} (spread {EUSTAR.spread}; normal, which the cohort is not)",
            figure=f"{share:.0f} %",
            wanted="27 ± 3 %",
            met=abs(share - 27.0) <= 3.0,
        )
    ]


def _daniels() -> list[Row]:
    shares = [progressed(group, simulate(group, PATIENTS)) / PATIENTS for group in DANIELS]
    differ = arms_differ(shares)
    return [
        Row(
            what="FVC fell by ≥ 10 % of its value within 96 weeks, imatinib and placebo",
            on=f"Daniels 2010, IPF ({DANIELS[0].spread})",
            figure=f"{100 * shares[0]:.0f} % and {100 * shares[1]:.0f} %; told apart in {100 * differ:.0f} % of trials",
            wanted="seldom told apart (paper: no difference, p = 0.89)",
            met=differ < 0.5,
        )
    ]


def _not_reproduced() -> list[Row]:
    return [
        Row(what="not reproduced", on=what, figure="–", wanted=why) for what, why in NOT_REPRODUCED.items()
    ]
