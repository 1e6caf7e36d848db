"""Change against dose or exposure: a straight line, and a curve that levels off (Emax), each with its interval.

Given the dose of half the effect, the other two parameters of the Emax curve are linear, so the profile of the
likelihood is exact: no starting value is needed, and a limit that the data do not set is seen and said.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from breathline.model.assessment import Assessment
from breathline.model.exposure import DoseResponse, Role

FEWEST_FOR_LINE = 3
FEWEST_FOR_EMAX = 5
DOSES_FOR_EMAX = 3
GRID = 600
FURTHEST = 100.0
"""The dose of half the effect is looked for between the lowest dose over this and the highest times this."""

ACROSS = (
    "Each point is a patient, and doses were not given by chance: patients who are sicker, or who bear the drug badly, "
    "get other doses. Such a curve shows that dose and change went together; it cannot show that the dose caused the "
    "change, nor what another dose would do for one patient."
)

_Floats = npt.NDArray[np.float64]


def fit_line(points: Sequence[tuple[float, float]], empty: DoseResponse) -> DoseResponse:
    """Fit a straight line by least squares.

    Parameters
    ----------
    points
        Dose or exposure, and change.
    empty
        What is fitted: measure, label and units.

    Returns
    -------
    DoseResponse
        `slope` with its 95 % interval (Student's t); or why there is none.
    """
    from scipy.stats import t  # noqa: PLC0415 - needed only where a curve can be fitted

    refusal = _refusal(points, FEWEST_FOR_LINE, 2)
    if refusal:
        return _with(empty, "linear", points, untold=refusal)
    x, y = _columns(points)
    spread = float(((x - x.mean()) ** 2).sum())
    slope = float(((x - x.mean()) * (y - y.mean())).sum()) / spread
    rest = y - y.mean() - slope * (x - x.mean())
    freedom = len(x) - 2
    sd = float(np.sqrt((rest**2).sum() / freedom))
    half = float(t.ppf(0.975, freedom)) * sd / spread**0.5
    return _with(empty, "linear", points, slope=(slope, slope - half, slope + half), residual_sd=sd)


def fit_emax(points: Sequence[tuple[float, float]], empty: DoseResponse) -> DoseResponse:
    """Fit change = e0 + emax · dose / (half_at + dose), with intervals from the profile of the likelihood.

    Parameters
    ----------
    points
        Dose or exposure, not below zero, and change.
    empty
        What is fitted: measure, label and units.

    Returns
    -------
    DoseResponse
        `effect_at_most` and `half_at`; an end of an interval is None where the data set no limit.
    """
    from scipy.stats import f  # noqa: PLC0415 - needed only where a curve can be fitted

    refusal = _refusal(points, FEWEST_FOR_EMAX, DOSES_FOR_EMAX)
    if refusal:
        return _with(empty, "emax", points, untold=refusal)
    x, y = _columns(points)
    halves = np.geomspace(x[x > 0].min() / FURTHEST, x.max() * FURTHEST, GRID)
    shapes = x / (halves[:, None] + x)
    centred = shapes - shapes.mean(axis=1, keepdims=True)
    weight = (centred**2).sum(axis=1)
    effects = (centred * (y - y.mean())).sum(axis=1) / weight
    losses = ((y - y.mean()) ** 2).sum() - effects**2 * weight
    best = int(losses.argmin())
    freedom = len(x) - 3
    limit = losses[best] * (1.0 + float(f.ppf(0.95, 1, freedom)) / freedom)
    inside = np.flatnonzero(losses <= limit)
    reach = np.sqrt(np.maximum(limit - losses[inside], 0.0) / weight[inside])
    open_low, open_high = bool(inside[0] == 0), bool(inside[-1] == GRID - 1)
    highest, lowest = (effects[inside] + reach).max(), (effects[inside] - reach).min()
    # With no upper limit for the half dose the curve may be a straight line, whose end is nowhere in sight.
    half = (
        float(halves[best]),
        None if open_low else float(halves[inside[0]]),
        None if open_high else float(halves[inside[-1]]),
    )
    return _with(
        empty,
        "emax",
        points,
        effect_at_most=(
            float(effects[best]),
            None if open_high and lowest < 0 else float(lowest),
            None if open_high and highest > 0 else float(highest),
        ),
        half_at=half,
        residual_sd=float(np.sqrt(max(losses[best], 0.0) / freedom)),
    )


def relate_patients(
    assessments: Sequence[Assessment], measure: str, *, against: str = "dose"
) -> tuple[DoseResponse, DoseResponse]:
    """Hold the change of one measure in several patients against their dose or their exposure.

    Parameters
    ----------
    assessments
        One a patient, all treated with the same drug.
    measure
        Key of the measure.
    against
        ``dose``, the mean daily dose, or ``auc24``, the area over 24 hours: the patient's own where concentrations
        were measured, else that expected.

    Returns
    -------
    tuple[DoseResponse, DoseResponse]
        A line and an Emax curve; `ACROSS` says what they can show.

    Raises
    ------
    ValueError
        If `against` is neither.
    """
    if against not in ("dose", "auc24"):
        raise ValueError(f"'{against}' is neither 'dose' nor 'auc24'.")
    found = [point for one in assessments if (point := _point(one, measure, against)) is not None]
    units = {unit for _, _, unit, _, _ in found}
    label, unit = next(((label, unit) for _, _, _, label, unit in found), (measure, ""))
    empty = DoseResponse(
        measure=measure, label=label, unit=unit, dose_unit="".join(units) if len(units) == 1 else "", shape=""
    )
    if len(units) > 1:
        untold = f"The doses are in different units ({', '.join(sorted(units))})."
        return _with(empty, "linear", (), untold=untold), _with(empty, "emax", (), untold=untold)
    points = [(x, y) for x, y, *_ in found]
    return fit_line(points, empty), fit_emax(points, empty)


def _point(assessment: Assessment, measure: str, against: str) -> tuple[float, float, str, str, str] | None:
    """Give dose, change, unit of the dose, label and unit of one patient; None where one is missing."""
    change = next((one for one in assessment.changes if one.measure == measure), None)
    treated = [course for course in assessment.exposure.courses if course.role is Role.TREATMENT]
    if change is None or change.delta is None or len({course.key for course in treated}) != 1:
        return None
    course = treated[-1]
    if against == "dose":
        dose = course.daily_dose
        return None if dose is None else (dose, change.delta, f"{course.unit}/day", change.label, change.unit)
    drug = next((one for one in assessment.exposure.drugs if one.drug == course.key), None)
    if drug is None or drug.pooled is None:
        return None
    own = [model.individual.auc24.value for model in drug.models if model.individual is not None]
    area = float(np.median(own)) if own else drug.pooled.auc24.value
    return area, change.delta, f"{drug.unit}·h", change.label, change.unit


def _refusal(points: Sequence[tuple[float, float]], fewest: int, doses: int) -> str:
    """Say why there can be no curve; nothing where there can be one."""
    different = len({round(x, 6) for x, _ in points})
    if len(points) < fewest:
        return f"Too few points for a curve ({fewest} are needed)."
    if different < doses:
        told = (
            "The dose was the same each time" if different == 1 else f"There are {different} different doses"
        )
        return f"{told}, so nothing can be told of its effect ({doses} different ones are needed)."
    return ""


def _columns(points: Sequence[tuple[float, float]]) -> tuple[_Floats, _Floats]:
    table = np.array(points, dtype=np.float64)
    return table[:, 0], table[:, 1]


def _with(
    empty: DoseResponse, shape: str, points: Sequence[tuple[float, float]], **found: object
) -> DoseResponse:
    own = {name: getattr(empty, name) for name in ("measure", "label", "unit", "dose_unit")}
    return DoseResponse(**own, shape=shape, points=tuple(points), **found)  # type: ignore[arg-type]
