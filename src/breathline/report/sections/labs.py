"""Laboratory values: what each test did on treatment, then every value as it came."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from breathline.figures.wording import Wording
from breathline.model.assessment import Assessment
from breathline.model.measurement import Absence, Moment
from breathline.model.safety import GradedLab, Onset
from breathline.report.sections.front import LONGEST_NAME
from breathline.report.sections.harm import LONGEST_NOTE


@dataclass(frozen=True, slots=True, kw_only=True)
class TestRow:
    """One test: before treatment, the worst value on it, and the last one."""

    label: str
    baseline: str
    baseline_when: str
    worst: str
    worst_when: str
    grade: str
    criterion: str
    onset: str
    last: str
    last_when: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ValueRow:
    """One row of the table as it came, and what was made of it."""

    when: str
    test: str
    known_as: str
    value: str
    limits: str
    grade: str
    criterion: str
    remark: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LabsView:
    """The laboratory section; `state` is ``recorded``, ``empty`` or ``not_recorded``."""

    state: str
    caption: str
    tests: tuple[TestRow, ...]
    values: tuple[ValueRow, ...]
    hys_law: str
    ungraded: str


def view_labs(assessment: Assessment, say: Wording) -> LabsView:
    """Put the laboratory values into words; none is left out."""
    safety = assessment.safety
    labs = safety.labs
    if labs is None:
        return LabsView(state="not_recorded", caption="", tests=(), values=(), hys_law="", ungraded="")
    start = assessment.timeline.treatment_start
    tests = dict.fromkeys(lab.test for lab in labs if lab.test)
    ungraded = sum(lab.grade is None for lab in labs)
    return LabsView(
        state="recorded" if labs else "empty",
        caption=say("labs.caption", version=safety.version.value),
        tests=tuple(_test([lab for lab in labs if lab.test == test], start, say) for test in tests),
        values=tuple(_value(lab, say) for lab in labs),
        hys_law=safety.hys_law.sentence if safety.hys_law is not None else "",
        ungraded=say.plural("labs.ungraded", ungraded) if ungraded else "",
    )


def _test(labs: Sequence[GradedLab], start: Moment | None, say: Wording) -> TestRow:
    """Tell one test: the baseline is the last value up to the first day of treatment."""
    numbers = sorted((lab for lab in labs if not isinstance(lab.lab.value, Absence)), key=_order)
    dated = [lab for lab in numbers if lab.lab.when is not None]
    before = [lab for lab in dated if start is not None and _order(lab) <= start.order]
    on = [lab for lab in numbers if lab not in before]
    worst = max(on, key=lambda lab: (lab.grade or 0, lab.onset is Onset.EMERGENT), default=None)
    graded = worst if worst is not None and worst.grade else None
    return TestRow(
        label=labs[0].label,
        baseline=_number(before[-1:], say),
        baseline_when=_when(before[-1:], say),
        worst=_number([graded] if graded else [], say),
        worst_when=_when([graded] if graded else [], say),
        grade=_grade(worst, say) if worst is not None else say("labs.none_on"),
        criterion=graded.criterion if graded else "",
        onset=say(f"labs.onset.{graded.onset.value}") if graded and graded.onset else "",
        last=_number([lab for lab in on if lab in dated][-1:], say),
        last_when=_when([lab for lab in on if lab in dated][-1:], say),
    )


def _order(lab: GradedLab) -> float:
    return lab.lab.when.order if lab.lab.when is not None else 0.0


def _number(labs: Iterable[GradedLab], say: Wording) -> str:
    return next((_measured(lab, say) for lab in labs), say("safety.unknown"))


def _when(labs: Iterable[GradedLab], say: Wording) -> str:
    return next((say.short_moment(lab.lab.when) for lab in labs), "")


def _measured(lab: GradedLab, say: Wording) -> str:
    result = lab.lab
    if isinstance(result.value, Absence):
        return say.cut(result.recorded, LONGEST_NAME) or say(f"absence.{result.value.value}")
    text = say.cut(result.recorded, LONGEST_NAME) or f"{result.value:g}"
    unit = say.unit(result.unit)
    return f"{text} {unit}".strip()


def _grade(lab: GradedLab, say: Wording) -> str:
    if lab.grade is None:
        return say("labs.no_grade")
    if lab.without_symptoms is not None and lab.without_symptoms != lab.grade:
        return say("labs.grade_symptoms", grade=lab.grade, without=lab.without_symptoms)
    return str(lab.grade)


def _value(lab: GradedLab, say: Wording) -> ValueRow:
    result = lab.lab
    return ValueRow(
        when=say.moment(result.when),
        test=say.cut(result.test, LONGEST_NAME),
        known_as=lab.label if lab.label.casefold() != result.test.casefold() else "",
        value=_measured(lab, say),
        limits=_limits(result.low, result.high, say),
        grade=_grade(lab, say),
        criterion=f"{lab.term}: {lab.criterion}" if lab.criterion else "",
        remark=say.cut("; ".join(part for part in (lab.reason, lab.note) if part), LONGEST_NOTE),
    )


def _limits(low: float | None, high: float | None, say: Wording) -> str:
    if low is None or high is None:
        one = say("labs.from", low=f"{low:g}") if low is not None else ""
        return say("labs.up_to", high=f"{high:g}") if high is not None else one
    return say("labs.limits", low=f"{low:g}", high=f"{high:g}")
