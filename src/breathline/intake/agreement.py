"""Values held against one another: twice on a day, FEV1 above FVC, a transfer factor in the other units."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from itertools import pairwise
from statistics import median

from breathline.intake.findings import Findings, clipped
from breathline.intake.visits import FILE, VisitValue
from breathline.units import DLCO_SI_TO_TRADITIONAL, UNITS

REPEAT_WORDS = ("repeat", "again", "second", "duplicate test", "retest")
CHECKED_WORDS = ("checked", "verified", "confirmed")
"""What a note says where somebody looked the value up: a contradiction is then told, not refused."""

LEAST_GAP = 1.9
"""Groups of values this far apart, with nothing between them, raise the question of two unit systems."""

SURE_RATIO = 2.2
"""At this ratio somebody must answer it: no treatment doubles a transfer factor, and a disease that more than
halves it between two tests is so rare that looking at the print-out once is fair."""

POSSIBLE_VA_L = (0.8, 9.5)
"""Alveolar volumes an adult can have [L]: DLCO divided by KCO gives the alveolar volume."""

BELOW_EXPECTED, ABOVE_EXPECTED = 0.40, 1.60
"""Fractions of the expected value beyond which the other unit system is worth asking about."""

MOST_OF_EXPECTED = 2.0
"""Nobody has more than twice the lung volume, walk or oxygen of a healthy person of the same build."""

SELDOM_BELOW_EXPECTED = 0.25
"""A patient all of whose values are below this fraction can rarely do the test at all; the other system is
then likelier, and somebody must look."""

SELDOM_BELOW = 5.0
"""The same where no expected value can be computed: about a quarter of what a small adult has [mL/min/mmHg]."""

DRY_AIR_MMHG = 713.0
"""Pressure of dry gas in the airways at sea level: 760 mmHg less 47 mmHg of water vapour [mmHg]."""

ROOM_AIR_LIMIT_MMHG = 150.0
"""Oxygen in moist air at sea level; arterial blood stays below it unless oxygen is given [mmHg]."""

TRANSFER_KINDS = ("transfer factor", "transfer coefficient")
OTHER_SYSTEM = {
    "mL/min/mmHg": "mmol/min/kPa",
    "mmol/min/kPa": "mL/min/mmHg",
    "mL/min/mmHg/L": "mmol/min/kPa/L",
    "mmol/min/kPa/L": "mL/min/mmHg/L",
}


def check_agreement(values: Sequence[VisitValue], findings: Findings) -> None:
    """Hold the values of a record against one another and report what contradicts."""
    _check_twice(values, findings)
    _check_fev1(values, findings)
    _check_oxygen(values, findings)
    _check_series(values, findings)
    _check_alveolar_volume(values, findings)


def _number(value: VisitValue) -> float | None:
    return value.value if isinstance(value.value, float | int) else None


def _says(value: VisitValue, words: Sequence[str]) -> bool:
    note = value.row.note.casefold()
    return any(word in note for word in words)


def _tell(value: VisitValue, findings: Findings) -> Callable[..., None]:
    return findings.warning if _says(value, CHECKED_WORDS) else findings.error


def _check_twice(values: Sequence[VisitValue], findings: Findings) -> None:
    seen: dict[tuple[object, ...], VisitValue] = {}
    for value in values:
        if value.day is None:
            continue
        key = (value.measure.key, value.day, value.row.method.casefold())
        first = seen.setdefault(key, value)
        if first is value or _says(value, REPEAT_WORDS) or _says(first, REPEAT_WORDS):
            continue
        _report_twice(first, value, findings)


def _report_twice(first: VisitValue, value: VisitValue, findings: Findings) -> None:
    day = value.row.date if value.row.date is not None else f"week {value.row.week:g}"
    same = first.row.model_dump(exclude={"line"}) == value.row.model_dump(exclude={"line"})
    if same and first.line != value.line:
        findings.error(
            "duplicate_row",
            f"The row says the same as line {first.line}.",
            "Delete one of the two.",
            file=FILE,
            row=value.line,
        )
        return
    findings.error(
        "measured_twice",
        f"{value.measure.label} stands there twice on {day}: {clipped(first.row.value)} on line {first.line} "
        f"and {clipped(value.row.value)} here.",
        "Delete the one that does not count; or say in 'method' how they differ (such as 'before "
        "bronchodilator'), or write 'repeat' in the note of the second.",
        file=FILE,
        row=value.line,
        column=value.column,
        found=value.row.value,
    )


def _by_visit(values: Sequence[VisitValue]) -> dict[object, dict[str, VisitValue]]:
    visits: dict[object, dict[str, VisitValue]] = defaultdict(dict)
    for value in values:
        if value.day is not None and _number(value) is not None:
            visits[value.day, value.row.method.casefold()].setdefault(value.measure.key, value)
    return visits


def _check_fev1(values: Sequence[VisitValue], findings: Findings) -> None:
    for visit in _by_visit(values).values():
        fev1, fvc = visit.get("fev1"), visit.get("fvc")
        if fev1 is None or fvc is None:
            continue
        small, large = _number(fev1), _number(fvc)
        if small is None or large is None or small <= large:
            continue
        findings.error(
            "fev1_above_fvc",
            f"FEV1 ({small:.2f} L) is above FVC ({large:.2f} L, line {fvc.line}) on the same day, which "
            "cannot be.",
            "Look up both values; they may have been swapped.",
            file=FILE,
            row=fev1.line,
            column=fev1.column,
            found=fev1.row.value,
        )


def _check_oxygen(values: Sequence[VisitValue], findings: Findings) -> None:
    for visit in _by_visit(values).values():
        pao2, fio2 = visit.get("pao2"), visit.get("fio2")
        pressure = _number(pao2) if pao2 is not None else None
        if pao2 is None or pressure is None:
            continue
        percent = _number(fio2) if fio2 is not None else None
        limit = ROOM_AIR_LIMIT_MMHG if percent is None else DRY_AIR_MMHG * percent / 100
        if pressure <= limit:
            continue
        given = (
            "without oxygen (no fio2 is recorded)" if percent is None else f"breathing {percent:g} % oxygen"
        )
        cause = " The number looks like mmHg." if pao2.stated_unit == "kPa" else ""
        _tell(pao2, findings)(
            "impossible_oxygen",
            f"PaO2 of {pao2.stated:g} {pao2.stated_unit} ({pressure:.0f} mmHg) cannot be {given}.{cause}",
            "Look up the value and its unit; record the oxygen given as 'fio2' on the same day.",
            file=FILE,
            row=pao2.line,
            column=pao2.column,
            found=pao2.row.value,
        )


def _check_series(values: Sequence[VisitValue], findings: Findings) -> None:
    series: dict[str, list[VisitValue]] = defaultdict(list)
    for value in values:
        if UNITS[value.measure.unit].kind in TRANSFER_KINDS and (_number(value) or 0.0) > 0:
            series[value.measure.key].append(value)
    for of_one in series.values():
        _check_two_systems(of_one, findings)


def _check_two_systems(series: Sequence[VisitValue], findings: Findings) -> None:
    ordered = sorted(series, key=lambda value: _number(value) or 0.0)
    numbers = [_number(value) or 0.0 for value in ordered]
    gaps = [(high / low, place) for place, (low, high) in enumerate(pairwise(numbers), 1)]
    gap, place = max(gaps, default=(1.0, 0))
    if gap < LEAST_GAP:
        _check_jump(series, findings)
        return
    ratio = median(numbers[place:]) / median(numbers[:place])
    low, high = ordered[:place], ordered[place:]
    certain = len(low) != len(high)
    suspects, others = (low, high) if _is_suspect(low, high) else (high, low)
    apart = {v.stated_unit for v in low}.isdisjoint(v.stated_unit for v in high)
    sure = ratio >= SURE_RATIO or apart
    for value in suspects:
        looked_up = _says(value, CHECKED_WORDS) or (
            not certain and any(_says(other, CHECKED_WORDS) for other in others)
        )
        tell = findings.error if sure and not looked_up else findings.warning
        _report_two_systems(value, others, ratio, tell, certain=certain)


def _check_jump(series: Sequence[VisitValue], findings: Findings) -> None:
    """Look for a jump between neighbours in time: a course that goes down and up again hides it from its range."""
    for earlier, later in pairwise(sorted(series, key=_place)):
        low, high = sorted((_number(earlier) or 0.0, _number(later) or 0.0))
        if high >= SURE_RATIO * low:
            looked_up = _says(earlier, CHECKED_WORDS) or _says(later, CHECKED_WORDS)
            tell = findings.warning if looked_up else findings.error
            _report_two_systems(later, [earlier], high / low, tell, certain=False)
            return


def _is_suspect(group: Sequence[VisitValue], other: Sequence[VisitValue]) -> bool:
    """Take the smaller group for the odd one, and of two equal ones the later."""
    if len(group) != len(other):
        return len(group) < len(other)
    return max(_place(value) for value in group) > max(_place(value) for value in other)


def _place(value: VisitValue) -> float:
    return float(value.row.date.toordinal()) if value.row.date is not None else (value.row.week or 0.0)


def _report_two_systems(
    value: VisitValue,
    others: Sequence[VisitValue],
    ratio: float,
    tell: Callable[..., None],
    *,
    certain: bool,
) -> None:
    unit = value.stated_unit
    direction = "below" if (_number(value) or 0) < (_number(others[0]) or 0) else "above"
    lines = ", ".join(str(line) for line in sorted(other.line for other in others))
    theirs = f"other values (lines {lines})" if len(others) > 1 else f"other value (line {lines})"
    which = "this value" if certain else "one of the two"
    tell(
        "other_unit_system",
        f"{value.measure.label} of {value.stated:g} {unit} lies {ratio:.1f} times {direction} the patient's "
        f"{theirs}; the two unit systems differ 2.986 times, so {which} is likely in the other one "
        f"({OTHER_SYSTEM[unit]}).",
        "Look at the laboratory's print-out and correct the unit; if it is right, write "
        "'checked' in the note.",
        file=FILE,
        row=value.line,
        column=value.column,
        found=value.row.value,
    )


def _check_alveolar_volume(values: Sequence[VisitValue], findings: Findings) -> None:
    for visit in _by_visit(values).values():
        dlco, kco = visit.get("dlco"), visit.get("kco")
        if dlco is None or kco is None:
            continue
        transfer, coefficient = _number(dlco) or 0.0, _number(kco) or 0.0
        if transfer <= 0 or coefficient <= 0:
            continue
        volume = transfer / coefficient
        low, high = _volume_limits(visit)
        factors = (DLCO_SI_TO_TRADITIONAL, 1 / DLCO_SI_TO_TRADITIONAL)
        meant = next((f for f in factors if low <= volume * f <= high), None)
        if low <= volume <= high or meant is None:
            continue
        _tell(dlco, findings)(
            "other_unit_system",
            f"DLCO ({dlco.stated:g} {dlco.stated_unit}) divided by KCO ({kco.stated:g} {kco.stated_unit}, "
            f"line {kco.line}) gives an alveolar volume of {volume:.1f} L, which cannot be here "
            f"({low:.1f} to {high:.1f} L); with one of the two in the other unit system it would be "
            f"{volume * meant:.1f} L.",
            "Look at the laboratory's print-out and correct the unit of DLCO or KCO; if both are right, "
            "write 'checked' in the note.",
            file=FILE,
            row=dlco.line,
            column=dlco.column,
            found=dlco.row.value,
        )


def _volume_limits(visit: dict[str, VisitValue]) -> tuple[float, float]:
    # The alveolar volume takes in nearly all of the vital capacity and cannot exceed the total capacity;
    # the allowances are for uneven ventilation and for tests of different quality.
    low, high = POSSIBLE_VA_L
    fvc, tlc = visit.get("fvc"), visit.get("tlc")
    if fvc is not None:
        low = max(low, 0.6 * (_number(fvc) or 0.0))
    if tlc is not None:
        high = min(high, 1.25 * (_number(tlc) or high))
    return (low, high) if low < high else POSSIBLE_VA_L


def check_expected(
    values: Sequence[VisitValue], expected: Sequence[float | None], findings: Findings
) -> None:
    """Hold each value against what is expected of a healthy person; same order, same units."""
    _check_above_200(values, expected, findings)
    told = {problem.row for problem in findings.problems if problem.code == "other_unit_system"}
    fractions: list[tuple[VisitValue, float]] = []
    for value, normal in zip(values, expected, strict=True):
        number = None if value.line in told else _number(value)
        if UNITS[value.measure.unit].kind not in TRANSFER_KINDS or number is None or number <= 0:
            continue
        if normal is not None and normal > 0:
            fractions.append((value, number / normal))
    # In severe disease low values are the rule; only a series that is low throughout may be in the other unit.
    for key in dict.fromkeys(value.measure.key for value, _ in fractions):
        series = [(value, fraction) for value, fraction in fractions if value.measure.key == key]
        highest = max(fraction for _, fraction in series)
        for value, fraction in series:
            if fraction >= ABOVE_EXPECTED:
                _report_expected(value, fraction, _tell(value, findings))
            elif highest <= BELOW_EXPECTED and value.stated_unit.startswith("mL"):
                _report_low(value, fraction, findings, [one for one, _ in series], highest)
    _check_without_expected(values, expected, findings)


def _check_above_200(
    values: Sequence[VisitValue], expected: Sequence[float | None], findings: Findings
) -> None:
    """Refuse what is more than twice the expected value; transfer factors have a closer look of their own."""
    for value, normal in zip(values, expected, strict=True):
        number = _number(value)
        if (
            UNITS[value.measure.unit].kind in TRANSFER_KINDS
            or number is None
            or normal is None
            or normal <= 0
        ):
            continue
        if number <= MOST_OF_EXPECTED * normal:
            continue
        _tell(value, findings)(
            "percent_above_200",
            f"{value.measure.label} of {value.stated:g} {value.stated_unit} is {number / normal:.0%} of what is "
            "expected in health at this sex, age and height; a percentage above 200 cannot be.",
            "Look up the value, and sex, birth date and height in patient.toml; if all are right, write 'checked' "
            "in the note.",
            file=FILE,
            row=value.line,
            column=value.column,
            found=value.row.value,
        )


def _report_low(
    value: VisitValue, fraction: float, findings: Findings, series: Sequence[VisitValue], highest: float
) -> None:
    if any(_says(one, CHECKED_WORDS) for one in series):
        return
    tell = findings.error if highest < SELDOM_BELOW_EXPECTED else findings.warning
    _report_expected(value, fraction, tell)


def _report_expected(value: VisitValue, fraction: float, tell: Callable[..., None]) -> None:
    high = fraction >= ABOVE_EXPECTED
    other = fraction / DLCO_SI_TO_TRADITIONAL if high else fraction * DLCO_SI_TO_TRADITIONAL
    percent = " Or the number is a percentage of predicted." if high else ""
    tell(
        "other_unit_system",
        f"{value.measure.label} of {value.stated:g} {value.stated_unit} is {fraction:.0%} of what is "
        f"expected in health at this sex, age and height; in {OTHER_SYSTEM[value.stated_unit]} it would be "
        f"{other:.0%}.{percent}",
        "Look at the laboratory's print-out; if the unit is right, write 'checked' in the note.",
        file=FILE,
        row=value.line,
        column=value.column,
        found=value.row.value,
    )


def _check_without_expected(
    values: Sequence[VisitValue], expected: Sequence[float | None], findings: Findings
) -> None:
    """Ask about transfer factors that are all very low in a patient of whom nothing can be expected."""
    series = [
        (value, normal)
        for value, normal in zip(values, expected, strict=True)
        if UNITS[value.measure.unit].kind == "transfer factor" and _number(value) is not None
    ]
    low = [value for value, normal in series if normal is None and (_number(value) or 0.0) < SELDOM_BELOW]
    looked_up = any(_says(value, CHECKED_WORDS) for value in low)
    if looked_up or len(low) != len(series):
        return
    for value in low:
        if value.stated_unit not in OTHER_SYSTEM or not value.stated_unit.startswith("mL"):
            continue
        findings.warning(
            "other_unit_system",
            f"{value.measure.label} of {value.stated:g} {value.stated_unit} would be very low in an adult, and "
            f"would not be in {OTHER_SYSTEM[value.stated_unit]}.",
            "Look at the laboratory's print-out; if the unit is right, write 'checked' in the note.",
            file=FILE,
            row=value.line,
            column=value.column,
            found=value.row.value,
        )
