"""An assessment as the example patient gives it, and variants that are hard to print.

The values are invented; the changes below are their exact differences.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import numpy as np

from breathline.errors import Problem, Severity
from breathline.keyslices import write_key_slices
from breathline.model.assessment import SCHEMA, Assessment, ScanSummary, Standing, Subject, Timeline, Verdict
from breathline.model.change import Change, Direction, Domain, Judgement
from breathline.model.course import (
    Confirmation,
    DomainFinding,
    Projection,
    Response,
    Slope,
    Spell,
    Trajectory,
)
from breathline.model.exposure import Course, ExposureSummary, Role
from breathline.model.measurement import Absence, Measurement, Moment, Origin, Standardised
from breathline.model.patient import Diagnosis, Event, InputFile, Sex
from breathline.model.safety import EventsStatus, SafetySummary
from breathline.model.volume import PATTERN_CODES, KeySlice, QualityFlag, Step
from breathline.outcomes.reliable import rely_on
from breathline.sources import Source

START = date(2006, 3, 6)
WEEKS = (-52, -26, -1, 4, 12, 20)
DISTLER = Source("distler_2008", "Methods", verified=False)
KHANNA = "Khanna, J Rheumatol 2015;42:2168, doi 10.3899/jrheum.141182"
ZAVORSKY = "Zavorsky, Eur Respir J 2017;49:1600962, doi 10.1183/13993003.00962-2016, Table 4"
SWIGRIS = "Swigris, Thorax 2010;65:173, doi 10.1136/thx.2009.113498"


def at(week: float) -> Moment:
    return Moment(week=week, date=START + timedelta(days=round(7 * week)))


# measure: label, unit, domain, direction, decimals, predicted (None: no equation), SD for z, values at WEEKS
TABLE: dict[
    str, tuple[str, str, Domain, Direction, int, float | None, float, tuple[float | Absence, ...]]
] = {
    "nyha_class": (
        "NYHA class",
        "class",
        Domain.SYMPTOMS,
        Direction.LOWER,
        0,
        None,
        0,
        (2.0, 2.0, 3.0, 3.0, 2.0, 2.0),
    ),
    "fvc": (
        "Forced vital capacity (FVC)",
        "L",
        Domain.FUNCTION,
        Direction.HIGHER,
        2,
        2.86,
        0.49,
        (2.21, 1.94, 1.62, 1.70, 1.84, 1.95),
    ),
    "dlco": (
        "Diffusing capacity (DLCO)",
        "mL/min/mmHg",
        Domain.GAS_EXCHANGE,
        Direction.HIGHER,
        1,
        19.3,
        2.8,
        (11.0, 9.4, 7.2, 8.1, 10.6, 12.3),
    ),
    "pao2": (
        "Arterial oxygen pressure (PaO2)",
        "mmHg",
        Domain.GAS_EXCHANGE,
        Direction.HIGHER,
        0,
        82.0,
        7.5,
        (71.0, Absence.NOT_DONE, 56.0, 60.0, 68.0, 73.0),
    ),
    "six_minute_walk": (
        "Six-minute walk distance",
        "m",
        Domain.EXERCISE,
        Direction.HIGHER,
        0,
        480.0,
        84.5,
        (395.0, 340.0, 262.0, Absence.UNABLE, 371.0, 408.0),
    ),
}
ERRORS = {"nyha_class": 0.0, "fvc": 0.334, "dlco": 4.0, "pao2": 9.0, "six_minute_walk": 41.0}
IMPORTANT = {"nyha_class": 1.0, "fvc": 0.162, "dlco": 1.08, "pao2": None, "six_minute_walk": 28.0}
CT = {
    "ct_ground_glass": (
        "Ground-glass extent on CT",
        Direction.LOWER,
        {-1: (24.1, 21.6, 26.6), 20: (9.2, 7.4, 11.0)},
    ),
    "ct_reticulation": (
        "Reticulation extent on CT",
        Direction.LOWER,
        {-1: (8.3, 6.1, 10.5), 20: (7.6, 5.5, 9.7)},
    ),
}


def _standardised(measure: str, value: float) -> Standardised | None:
    predicted, spread = TABLE[measure][5], TABLE[measure][6]
    if predicted is None:
        return None
    return Standardised(
        predicted=predicted,
        percent_predicted=100 * value / predicted,
        z=(value - predicted) / spread,
        lower_limit=predicted - 1.645 * spread,
        equation=f"invented_{measure}",
        source=DISTLER,
    )


def _standings() -> tuple[Standing, ...]:
    found = []
    for measure, row in TABLE.items():
        for number, (week, value) in enumerate(zip(WEEKS, row[7], strict=True)):
            own = Measurement(
                measure=measure,
                value=value,
                unit=row[1],
                when=at(week),
                origin=Origin(file="visits.csv", row=number + 2),
            )
            known = None if isinstance(value, Absence) else _standardised(measure, value)
            found.append(Standing(measurement=own, label=row[0], standardised=known))
    for measure, (label, _, values) in CT.items():
        for week, (value, low, high) in values.items():
            own = Measurement(
                measure=measure,
                value=value,
                unit="%",
                when=at(week),
                low=low,
                high=high,
                region="lungs",
                origin=Origin(scan=f"week{week:+d}"),
            )
            found.append(Standing(measurement=own, label=label))
    for measure, label, unit, values in (
        ("ct_lung_volume", "Lung volume on CT", "L", {-1: 2.61, 20: 3.02}),
        ("ct_mean_density", "Mean lung density on CT", "HU", {-1: -668.0, 20: -742.0}),
    ):
        for week, value in values.items():
            own = Measurement(
                measure=measure,
                value=value,
                unit=unit,
                when=at(week),
                region="lungs",
                origin=Origin(scan=f"week{week:+d}"),
            )
            found.append(Standing(measurement=own, label=label))
    return tuple(found)


def _judge(delta: float, error: float | None, direction: Direction) -> Judgement:
    if error is None or abs(delta) <= error:
        return Judgement.NO_CHANGE
    return Judgement.BETTER if (delta > 0) == (direction is Direction.HIGHER) else Judgement.WORSE


def _change(measure: str, first: int, last: int) -> Change:
    label, unit, domain, direction, decimals, _, _, values = TABLE[measure]
    before, after = values[WEEKS.index(first)], values[WEEKS.index(last)]
    shared = {
        "measure": measure,
        "label": label,
        "unit": unit,
        "domain": domain,
        "direction": direction,
        "baseline": before,
        "followup": after,
        "baseline_when": at(first),
        "followup_when": at(last),
        "error": ERRORS[measure] or None,
        "important_difference": IMPORTANT[measure],
        "decimals": decimals,
        "error_source": ZAVORSKY,
        "important_difference_source": SWIGRIS if IMPORTANT[measure] else "",
        "source": (KHANNA,),
    }
    if isinstance(before, Absence) or isinstance(after, Absence):
        reason = f"{label} is absent at one of the two visits, so its change cannot be told."
        return Change(judgement=Judgement.CANNOT_TELL, reason=reason, **shared)  # type: ignore[arg-type]
    delta = after - before
    judgement = _judge(delta, ERRORS[measure], direction)
    spread = ERRORS[measure]
    return Change(
        judgement=judgement,
        reason=f"{label} changed by {delta:+.{decimals}f} {unit}, error {spread:g} {unit}.",
        delta=delta,
        relative_percent=None if unit == "class" else 100 * delta / before,
        low=delta - spread if spread else None,
        high=delta + spread if spread else None,
        baseline_standardised=_standardised(measure, before),
        followup_standardised=_standardised(measure, after),
        reliability=rely_on(delta, spread, IMPORTANT[measure], direction) if spread else None,
        **shared,  # type: ignore[arg-type]
    )


def _ct_change(measure: str) -> Change:
    label, direction, values = CT[measure]
    before, after = values[-1], values[20]
    delta = after[0] - before[0]
    spread = float(np.hypot(before[2] - before[0], after[2] - after[0]))
    return Change(
        measure=measure,
        label=label,
        unit="%",
        domain=Domain.IMAGING,
        direction=direction,
        judgement=_judge(delta, spread, direction),
        reason=f"{label} changed by {delta:+.1f} points of lung volume.",
        baseline=before[0],
        followup=after[0],
        baseline_when=at(-1),
        followup_when=at(20),
        delta=delta,
        relative_percent=100 * delta / before[0],
        low=delta - spread,
        high=delta + spread,
        error=spread,
    )


def example() -> Assessment:
    changes = (*(_change(measure, -1, 20) for measure in TABLE), *(_ct_change(measure) for measure in CT))
    course = tuple(_change(measure, -1, week) for week in (4, 12, 20) for measure in TABLE)
    before = tuple(_change(measure, -52, -1) for measure in TABLE)
    return Assessment(
        schema=SCHEMA,
        patient=Subject(
            id="example-01",
            sex=Sex.FEMALE,
            age_years=64.0,
            height_cm=162.0,
            weight_kg=61.0,
            smoking="never smoked",
            diagnoses=(
                Diagnosis(text="Mixed connective tissue disease", code="ICD-10:M35.1"),
                Diagnosis(
                    text="Interstitial lung disease with rapidly progressive fibrosis", code="ICD-10:J84.1"
                ),
            ),
            history="Raynaud's phenomenon for nine years, puffy hands, arthritis, antibodies to U1-RNP.\n"
            "Breathlessness worsened over twelve months despite immunosuppression.",
            example=True,
        ),
        timeline=Timeline(
            treatment_start=at(0), treatment_stop=at(20), visits=tuple(at(week) for week in WEEKS)
        ),
        measurements=_standings(),
        scans=tuple(_scan(week) for week in (-1, 20)),
        changes=changes,
        course=course,
        before=before,
        safety=SafetySummary(status=EventsStatus.NONE_OCCURRED, sentence="No adverse event occurred."),
        exposure=ExposureSummary(recorded=True, courses=COURSES),
        verdicts=VERDICTS,
        summary=SUMMARY,
        warnings=(
            Problem(
                code="one_visit_incomplete",
                message="No arterial oxygen pressure at week −26 (not done).",
                mend="Nothing to mend if it was not measured.",
                severity=Severity.NOTE,
                file="visits.csv",
                row=9,
            ),
        ),
        steps=STEPS,
        inputs=(
            InputFile(file="patient.toml", sha256="4be1" * 16, bytes=812),
            InputFile(file="visits.csv", sha256="90fa" * 16, bytes=1934),
            InputFile(file="doses.csv", sha256="c27d" * 16, bytes=402),
            InputFile(file="events.csv", sha256="01b3" * 16, bytes=66),
            InputFile(file="ct/week-1 (300 files)", sha256="77e0" * 16, bytes=158_400_512),
            InputFile(file="ct/week+20 (300 files)", sha256="ab45" * 16, bytes=158_400_512),
        ),
        version="0.1.0",
        against_best=(_change("dlco", -52, 20),),
        responses=RESPONSES,
        trajectories=TRAJECTORIES,
        domains=DOMAINS,
        domains_before=DOMAINS_BEFORE,
    )


RESPONSES = (
    Response(
        measure="dlco",
        label="Diffusing capacity (DLCO)",
        domain=Domain.GAS_EXCHANGE,
        judgement=Judgement.BETTER,
        confirmation=Confirmation.UNCONFIRMED,
        better=Spell(first=at(20), last=at(20), visits=1, weeks_to_first=20.0, held_weeks=0.0),
        best=12.3,
        best_when=at(20),
        sentence="Diffusing capacity (DLCO): better first after 20 weeks, at one visit, to the last one.",
    ),
)

TRAJECTORIES = (
    Trajectory(
        measure="dlco",
        label="Diffusing capacity (DLCO)",
        unit="mL/min/mmHg",
        domain=Domain.GAS_EXCHANGE,
        direction=Direction.HIGHER,
        decimals=1,
        values=6,
        sd=1.44,
        widening=1.0,
        judgement=Judgement.BETTER,
        sentence="Diffusing capacity (DLCO) fell before treatment and rose on it.",
        before=Slope(per_year=-3.9, low=-7.1, high=-0.7),
        on=Slope(per_year=13.5, low=4.2, high=22.8),
        difference=Slope(per_year=17.4, low=5.8, high=29.0),
        projection=Projection(when=at(20), expected=5.7, low=0.9, high=10.5, observed=12.3),
        source=ZAVORSKY,
    ),
    Trajectory(
        measure="fvc",
        label="Forced vital capacity (FVC)",
        unit="L",
        domain=Domain.FUNCTION,
        direction=Direction.HIGHER,
        decimals=2,
        values=2,
        sd=0.12,
        widening=1.0,
        judgement=Judgement.CANNOT_TELL,
        sentence="Forced vital capacity (FVC): its values lie too close together for a slope.",
    ),
)

DOMAINS = (
    DomainFinding(
        domain=Domain.FUNCTION,
        name="Lung function",
        state="mixed",
        measured=False,
        confirmation=Confirmation.NOT_ASKED,
        better=("Forced vital capacity (FVC)",),
        worse=("TLC",),
        composites=("CPI better",),
    ),
    DomainFinding(
        domain=Domain.GAS_EXCHANGE,
        name="Gas exchange",
        state="better",
        measured=True,
        confirmation=Confirmation.UNCONFIRMED,
        better=("Diffusing capacity (DLCO)",),
        weeks_to_first=20.0,
    ),
    DomainFinding(
        domain=Domain.SYMPTOMS,
        name="Symptoms",
        state="better",
        measured=False,
        confirmation=Confirmation.CONFIRMED,
        better=("NYHA class",),
        weeks_to_first=12.0,
    ),
)

DOMAINS_BEFORE = (
    DomainFinding(
        domain=Domain.GAS_EXCHANGE,
        name="Gas exchange",
        state="worse",
        measured=True,
        confirmation=Confirmation.CONFIRMED,
        worse=("Diffusing capacity (DLCO)",),
        weeks_to_first=26.0,
    ),
)


COURSES = (
    Course(
        drug="cyclophosphamide",
        role=Role.PREVIOUS,
        start=at(-78),
        stop=at(-54),
        unit="mg",
        daily_dose=26.8,
        total_dose=4500.0,
        weeks=24.0,
        reason="progression",
    ),
    Course(
        drug="azathioprine",
        role=Role.PREVIOUS,
        start=at(-50),
        stop=at(-3),
        unit="mg",
        daily_dose=100.0,
        total_dose=32900.0,
        weeks=47.0,
        reason="progression",
    ),
    Course(
        drug="prednisolone",
        role=Role.PREVIOUS,
        start=at(-78),
        stop=at(-2),
        unit="mg",
        daily_dose=15.0,
        total_dose=7980.0,
        weeks=76.0,
        reason="no effect",
    ),
    Course(
        drug="imatinib",
        role=Role.TREATMENT,
        start=at(0),
        stop=at(20),
        unit="mg",
        daily_dose=400.0,
        total_dose=56000.0,
        weeks=20.0,
    ),
)

VERDICTS = (
    Verdict(
        criterion="overall",
        title="Response to treatment",
        label="better",
        statement="The patient improved on treatment beyond measurement error, without adverse events.",
        reasons=(
            "5 of 7 measures improved beyond error: NYHA class, DLCO, PaO2, six-minute walk distance and "
            "ground-glass extent. FVC rose by no more than its error.",
            "No measure worsened.",
            "No adverse event occurred.",
        ),
    ),
    Verdict(
        criterion="omeract_ctd_ild",
        title="OMERACT CTD-ILD: progression",
        label="not_met",
        statement="FVC rose by 20 % and DLCO by 71 %: no progression.",
        source=(KHANNA,),
    ),
    Verdict(
        criterion="ppf_2022",
        title="Progressive pulmonary fibrosis 2022, before treatment",
        label="cannot_tell",
        statement="One of three conditions is met; the imaging condition cannot be told.",
        reasons=("FVC fell by 21 points of % predicted within a year.",),
        missing=("an earlier CT scan",),
    ),
)

SUMMARY = (
    "A 64-year-old woman with mixed connective tissue disease and rapidly progressive pulmonary "
    "fibrosis despite cyclophosphamide, azathioprine and prednisolone was treated with imatinib 400 "
    "mg/day for 20 weeks. NYHA class improved from III to II, DLCO from 7.2 to 12.3 mL/min/mmHg, the "
    "six-minute walk distance from 262 to 408 m, PaO2 from 56 to 73 mmHg, and ground-glass on CT from "
    "24.1 to 9.2 % of lung volume. Reticulation did not change beyond error. No adverse events "
    "occurred."
)

STEPS = (
    Step(name="read_patient", version="0.1.0", inputs=("patient.toml", "visits.csv")),
    Step(
        name="read",
        parameters={"slices": 300, "slice_spacing_mm": 1.0, "format": "DICOM"},
        version="0.1.0",
        inputs=("week-1",),
    ),
    Step(
        name="read",
        parameters={"slices": 300, "slice_spacing_mm": 1.0, "format": "DICOM"},
        version="0.1.0",
        inputs=("week+20",),
    ),
    Step(
        name="segment_lungs",
        parameters={"edge_hu": -400, "closing_mm": 6.0},
        version="0.1.0",
        inputs=("week-1",),
    ),
    Step(
        name="segment_lungs",
        parameters={"edge_hu": -400, "closing_mm": 6.0},
        version="0.1.0",
        inputs=("week+20",),
    ),
    Step(
        name="a_step_nobody_described",
        parameters={"sigma_mm": 1.5, "iterations": 3, "fast": True},
        version="2",
    ),
)


def _scan(week: int) -> ScanSummary:
    return ScanSummary(
        name=f"week{week:+d}",
        when=at(week),
        facts={
            "manufacturer": "Example",
            "kernel": "B50f",
            "kvp": 120.0,
            "slice_thickness_mm": 1.0,
            "slices": 300,
            "contrast": "",
            "interval": False,
        },
        quality=(
            (
                QualityFlag(
                    code="shallow_breath",
                    severity=Severity.WARNING,
                    message="Lung volume is 2.6 L, less than at full inspiration; the lung looks denser.",
                ),
            )
            if week < 0
            else ()
        ),
        labels=dict(PATTERN_CODES),
        folder=f"ct/week{week:+d}",
    )


def _chest(height: float, extent: float, seed: int) -> KeySlice:
    """Draw two ellipses of lung in a body, with patches of ground-glass and reticulation at the back."""
    rng = np.random.default_rng(seed)
    rows, columns = 300, 400
    y, x = np.mgrid[:rows, :columns].astype(float)
    hu = np.full((rows, columns), -1000.0)
    hu[((x - 200) / 190) ** 2 + ((y - 150) / 135) ** 2 < 1] = 40.0
    labels = np.zeros((rows, columns), np.uint8)
    grow = 0.8 + 0.4 * (1 - height)
    for centre in (110.0, 290.0):
        lung = ((x - centre) / (72 * grow)) ** 2 + ((y - 150) / (98 * grow)) ** 2 < 1
        noise = rng.normal(0, 1, (rows, columns))
        field = np.real(np.fft.ifft2(np.fft.fft2(noise) * np.exp(-(_frequency(rows, columns) ** 2) * 3000)))
        score = field / field.std() + (y - 150) / 60
        glass = lung & (score > np.quantile(score[lung], 1 - extent))
        net = lung & (score > np.quantile(score[lung], 0.95))
        hu[lung] = -850
        hu[glass] = -600
        hu[net] = -350
        labels[lung], labels[glass], labels[net] = (
            1,
            PATTERN_CODES["ground_glass"],
            PATTERN_CODES["reticulation"],
        )
    hu += rng.normal(0, 25, hu.shape)
    return KeySlice(
        height=height,
        position_mm=-200 + 260 * height,
        hu=hu.astype(np.int16),
        labels=labels,
        pixel_mm=(0.85, 0.85),
    )


def _frequency(rows: int, columns: int) -> np.ndarray:
    return np.hypot(np.fft.fftfreq(rows)[:, None], np.fft.fftfreq(columns)[None, :])


def write_slices(folder: Path, assessment: Assessment) -> None:
    """Lay drawn slices where the assessment says its scans are."""
    for number, scan in enumerate(assessment.scans):
        target = folder / scan.folder
        target.mkdir(parents=True, exist_ok=True)
        extent = (0.45, 0.2)[number % 2]
        heights = (0.8, 0.6, 0.4, 0.2)
        write_key_slices(
            target / "slices.npz", [_chest(h, extent * (1.3 - h), 7 + n) for n, h in enumerate(heights)]
        )


def events_not_recorded() -> Assessment:
    return replace(
        example(),
        safety=SafetySummary(
            status=EventsStatus.NOT_RECORDED,
            sentence="Adverse events were not recorded, so safety cannot be told.",
        ),
    )


def no_scans() -> Assessment:
    return replace(
        example(),
        scans=(),
        changes=tuple(c for c in example().changes if c.domain is not Domain.IMAGING),
        measurements=tuple(s for s in example().measurements if not s.measurement.measure.startswith("ct_")),
    )


def no_treatment_start() -> Assessment:
    """Only dates are known: no week, no change, no verdict beyond "cannot be told"."""

    def dated(when: Moment | None) -> Moment | None:
        return None if when is None else Moment(date=when.date)

    full = no_scans()
    return replace(
        full,
        timeline=Timeline(
            treatment_start=None, treatment_stop=None, visits=tuple(map(dated, full.timeline.visits))
        ),  # type: ignore[arg-type]
        measurements=tuple(
            replace(s, measurement=replace(s.measurement, when=dated(s.measurement.when)))
            for s in full.measurements
        ),
        changes=tuple(
            replace(
                c,
                judgement=Judgement.CANNOT_TELL,
                reason="The start of treatment is not recorded.",
                baseline=Absence.NOT_RECORDED,
                followup=Absence.NOT_RECORDED,
                baseline_when=None,
                followup_when=None,
                delta=None,
                relative_percent=None,
                low=None,
                high=None,
                baseline_standardised=None,
                followup_standardised=None,
                reliability=None,
            )
            for c in full.changes
        ),
        course=(),
        before=(),
        against_best=(),
        responses=(),
        trajectories=(),
        domains=(),
        domains_before=(),
        exposure=ExposureSummary(recorded=False),
        verdicts=(
            replace(
                VERDICTS[0],
                label="cannot_tell",
                statement="The start of treatment is not recorded.",
                reasons=(),
                missing=("treatment_start in patient.toml",),
            ),
        ),
        summary="The start of treatment is not recorded, so the response cannot be told.",
    )


def hostile() -> Assessment:
    """Markup, script, right-to-left text, braces, a dollar sign, and a note of 40,000 characters."""
    base = many_events()
    script = (
        "<script>document.title='owned';fetch('http://example.com/x')</script><img src=x onerror=alert(1)>"
    )
    arabic = "مرض النسيج الضام المختلط"
    return replace(
        base,
        patient=replace(
            base.patient,
            id=script,
            smoking=script,
            example=False,
            diagnoses=(
                Diagnosis(text=script),
                Diagnosis(text=arabic, code='"><b>'),
                Diagnosis(text="膠原病"),
            ),
            history=f"{script}\n{arabic}\n{'A very long note. ' * 1200}{'unbroken' * 300} "
            "{braces} $x_1$ {{ 7*7 }}",
        ),
        summary=f"{script} {arabic}",
        safety=replace(
            base.safety,
            events=(
                Event(term=script, start=at(3), note=arabic, outcome="{0} %s </table>"),
                *base.safety.events[1:],
            ),
        ),
        exposure=ExposureSummary(
            recorded=True,
            courses=(
                replace(COURSES[3], drug=f"{arabic} $x_1$"),
                replace(COURSES[0], drug="<b>bold</b>" * 12),
            ),
        ),
    )


def many_events() -> Assessment:
    terms = ("Nausea", "Periorbital oedema", "Muscle cramp", "Rash", "Diarrhoea", "Fatigue", "Neutropenia")
    events = tuple(
        Event(
            term=terms[n % 7],
            start=at(-8 + n),
            stop=at(-7 + n) if n % 3 else None,
            grade=1 + n % 3 if n % 5 else None,
            serious=[True, False, None][n % 3],
            outcome="recovered" if n % 3 else "",
            action="none",
            relation="possible",
            note="dose halved for a week" if n == 12 else "",
            row=n + 2,
        )
        for n in range(28)
    )
    return replace(
        example(),
        safety=SafetySummary(
            status=EventsStatus.OCCURRED,
            events=events,
            on_treatment=tuple(range(8, 28)),
            serious=7,
            worst_grade=3,
            sentence="20 adverse events began or worsened on treatment, worst grade 3; 7 were serious.",
        ),
    )


def no_standardised() -> Assessment:
    full = example()
    return replace(
        full,
        measurements=tuple(replace(s, standardised=None) for s in full.measurements),
        changes=tuple(
            replace(c, baseline_standardised=None, followup_standardised=None) for c in full.changes
        ),
    )


VARIANTS = {
    "example": example,
    "events_not_recorded": events_not_recorded,
    "no_scans": no_scans,
    "no_treatment_start": no_treatment_start,
    "hostile": hostile,
    "many_events": many_events,
    "no_standardised": no_standardised,
}
