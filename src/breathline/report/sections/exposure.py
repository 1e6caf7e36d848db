"""Doses in detail, and what of them reached the blood."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from breathline.figures.wording import Wording
from breathline.model.assessment import Assessment
from breathline.model.exposure import (
    Band,
    Course,
    CovariateUsed,
    DoseResponse,
    DrugExposure,
    Levels,
    MeasuredLevel,
    ModelExposure,
)
from breathline.report.drawing import Drawing
from breathline.report.sections.citations import Citations
from breathline.report.sections.front import LONGEST_NAME
from breathline.report.sections.harm import LONGEST_NOTE


@dataclass(frozen=True, slots=True, kw_only=True)
class CourseDetail:
    """What was left out, changed or doubtful in one course."""

    drug: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LogRow:
    """A row of the dosing log as it came."""

    line: str
    written: str
    remark: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelRow:
    """What one model says: of patients like this one, and of this one."""

    label: str
    people: str
    typical: str
    trough: str
    peak: str
    area: str
    own: tuple[str, str, str] | None
    assumed: str
    cites: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelRow:
    """A measured concentration as it came, and what it was held against."""

    when: str
    written: str
    expected: str
    used: str
    remark: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DrugView:
    """One drug in the blood, in words."""

    key: str
    drug: str
    heading: str
    unit: str
    untold: str
    pooled: str
    models: tuple[ModelRow, ...]
    covariates: tuple[str, ...]
    levels: tuple[LevelRow, ...]
    cautions: tuple[str, ...]
    figure: Drawing | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponseRow:
    """A fitted curve of change against dose, in words."""

    label: str
    shape: str
    points: str
    result: str


def view_details(assessment: Assessment, say: Wording) -> tuple[CourseDetail, ...]:
    """Put interruptions, changes of dose and doubts of every course into words; courses without any are left out."""
    ordered = sorted(assessment.exposure.courses, key=lambda course: course.role != "treatment")
    found = (CourseDetail(drug=say.cut(c.drug, LONGEST_NAME), lines=tuple(_lines(c, say))) for c in ordered)
    return tuple(one for one in found if one.lines)


def _lines(course: Course, say: Wording) -> Iterable[str]:
    for gap in course.interruptions:
        first, last = say.short_moment(gap.start), say.short_moment(gap.stop)
        yield _because(
            say("dosing.interrupted", days=say.amount(gap.days), first=first, last=last), gap.reason, say
        )
    for change in course.changes:
        key = "dosing.reduced" if change.after < change.before else "dosing.raised"
        told = say(
            key,
            when=say.short_moment(change.when),
            before=say.amount(change.before),
            after=say.amount(change.after),
            unit=course.unit,
        )
        yield _because(told, change.reason, say)
    if course.overlap_days:
        yield say("dosing.overlap", days=say.amount(course.overlap_days))
    yield from course.remarks


def _because(told: str, reason: str, say: Wording) -> str:
    return f"{told} ({say.cut(reason, LONGEST_NOTE)})." if reason else f"{told}; {say('dosing.no_reason')}"


def view_log(assessment: Assessment, say: Wording) -> tuple[LogRow, ...]:
    """Give every row of the dosing log as it came, with what is doubtful about it."""
    return tuple(
        LogRow(
            line="" if row.row is None else str(row.row),
            written=say.cut(row.written or row.drug, LONGEST_NOTE),
            remark=say.cut(
                "; ".join(doubt for doubt in (row.amount_doubt, row.span_doubt) if doubt), LONGEST_NOTE
            ),
        )
        for row in assessment.exposure.log
    )


def view_drugs(assessment: Assessment, say: Wording, citations: Citations) -> tuple[DrugView, ...]:
    """Put every estimate of concentrations into words, in the order of `ordered_drugs`."""
    return tuple(_drug(drug, say, citations) for drug in ordered_drugs(assessment))


def ordered_drugs(assessment: Assessment) -> tuple[DrugExposure, ...]:
    """Give the judged drugs before the others."""
    judged = {course.key for course in assessment.exposure.courses if course.role == "treatment"}
    return tuple(sorted(assessment.exposure.drugs, key=lambda drug: drug.drug not in judged))


def _drug(drug: DrugExposure, say: Wording, citations: Citations) -> DrugView:
    unit = say.unit(drug.unit)
    return DrugView(
        key=drug.drug,
        drug=drug.drug,
        heading=say("levels.of", analyte=drug.analyte or drug.drug),
        unit=unit,
        untold=drug.untold,
        pooled="" if drug.pooled is None else _pooled(drug.pooled, len(drug.models), unit, say),
        models=tuple(_model(model, say, citations) for model in drug.models),
        covariates=tuple(_covariates(drug, say)),
        levels=tuple(_level(level, unit, say) for level in drug.levels),
        cautions=drug.cautions,
    )


def _pooled(levels: Levels, models: int, unit: str, say: Wording) -> str:
    return say(
        "levels.pooled.one" if models == 1 else "levels.pooled.many",
        count=models,
        trough=_band(levels.trough, say),
        peak=_band(levels.peak, say),
        area=_band(levels.auc24, say),
        mean=_band(levels.mean, say),
        unit=unit,
    )


def _model(model: ModelExposure, say: Wording, citations: Citations) -> ModelRow:
    own = model.individual
    clearance = model.clearance
    return ModelRow(
        label=model.label,
        people=model.people,
        typical=_number(model.typical[0], say),
        trough=_band(model.patients.trough, say),
        peak=_band(model.patients.peak, say),
        area=_band(model.patients.auc24, say),
        own=None
        if own is None or clearance is None
        else (_band(own.trough, say), _band(own.auc24, say), _band(clearance, say)),
        assumed="; ".join(
            [
                *(f"{one.label} {_value(one, say)}" for one in model.covariates if one.assumed),
                *model.assumptions,
            ]
        ),
        cites=citations.cite(model.source),
    )


def _covariates(drug: DrugExposure, say: Wording) -> Iterable[str]:
    """Give what was taken from the record, each once."""
    seen: set[str] = set()
    for model in drug.models:
        for one in model.covariates:
            if not one.assumed and one.key not in seen:
                seen.add(one.key)
                yield say("levels.covariate", label=one.label, value=_value(one, say), origin=one.reason)


def _value(one: CovariateUsed, say: Wording) -> str:
    if one.unit == "1":
        return say(f"levels.{one.key}.{'yes' if one.value else 'no'}")
    unit = say.unit(one.unit)
    return f"{one.value:.3g} {unit}"


def _level(level: MeasuredLevel, unit: str, say: Wording) -> LevelRow:
    return LevelRow(
        when=say.short_moment(level.concentration.when),
        written=say.cut(level.concentration.written, LONGEST_NOTE),
        expected="" if level.predicted is None else f"{_band(level.predicted, say)} {unit}",
        used=say("levels.used" if level.used else "levels.not_used"),
        remark=level.remark,
    )


def view_responses(assessment: Assessment, say: Wording) -> tuple[ResponseRow, ...]:
    """Put the curves of change against dose into words; see `untold_responses` for those that were not drawn."""
    return tuple(_response(one, say) for one in assessment.exposure.responses if not one.untold)


def untold_responses(assessment: Assessment, say: Wording) -> tuple[str, ...]:
    """Say for which measures no curve could be told, one sentence a reason."""
    reasons: dict[str, list[str]] = {}
    for one in assessment.exposure.responses:
        if one.untold:
            reasons.setdefault(one.untold, []).append(one.label)
    return tuple(
        say("response.untold", reason=reason, measures=", ".join(dict.fromkeys(labels)))
        for reason, labels in reasons.items()
    )


def _response(one: DoseResponse, say: Wording) -> ResponseRow:
    unit = say.unit(one.unit, difference=True)
    if one.slope is not None:
        result = say(
            "response.slope", slope=_estimate(one.slope, say, per=100.0), unit=unit, dose=one.dose_unit
        )
    elif one.effect_at_most is not None and one.half_at is not None:
        effect, half = _estimate(one.effect_at_most, say), _estimate(one.half_at, say)
        result = say("response.emax", effect=effect, unit=unit, half=half, dose=one.dose_unit)
    else:
        result = ""
    return ResponseRow(
        label=one.label,
        shape=say("response.line" if one.shape == "linear" else "response.curve"),
        points=str(len(one.points)),
        result=result,
    )


def _estimate(estimate: tuple[float, float | None, float | None], say: Wording, per: float = 1.0) -> str:
    value, low, high = (None if part is None else f"{part * per:.3g}".replace("-", "−") for part in estimate)
    ends = [say("response.open") if end is None else end for end in (low, high)]
    return say("response.estimate", value=value, low=ends[0], high=ends[1])


def _band(band: Band, say: Wording) -> str:
    low, high = _number(band.low, say), _number(band.high, say)
    return say("levels.band", value=_number(band.value, say), low=low, high=high)


def _number(number: float, say: Wording) -> str:
    """Write a concentration with three digits or all before the point."""
    return say.amount(round(number)) if abs(number) >= 100 else f"{number:.3g}"
