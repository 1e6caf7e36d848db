"""GAP index and stage of idiopathic pulmonary fibrosis (Ley, Ann Intern Med 2012)."""

from __future__ import annotations

from math import floor

from breathline.equations.percent import check_percent
from breathline.equations.points import (
    Band,
    Mortality,
    PointScore,
    Scored,
    Stage,
    add_points,
    score_choice,
    score_value,
)
from breathline.errors import OutOfRangeError
from breathline.model.measurement import Absence, Value
from breathline.model.patient import Sex
from breathline.sources import Source

SOURCE = Source(
    "ley_2012",
    "figure 2 and table 3",
    verified=False,
    note="points and mortality as two independent calculators print them; the abstract agrees to the whole percent",
)

ADULT_AGE_YEARS = (18.0, 115.0)

SEX = ((Sex.FEMALE.value, Band("female", 0)), (Sex.MALE.value, Band("male", 1)))
AGE = (Band("≤ 60 years", 0), Band("61–65 years", 1, 61.0), Band("> 65 years", 2, 66.0))
"""By completed years, as an age is told: the printed table has no line between 60 and 61."""

FVC = (
    Band("FVC < 50 %", 2),
    Band("FVC 50–75 %", 1, 50.0),
    Band("FVC > 75 %", 0, 75.0, included=False),
)
DLCO = (
    Band("DLCO ≤ 35 %", 2),
    Band("DLCO 36–55 %", 1, 35.0, included=False),
    Band("DLCO > 55 %", 0, 55.0, included=False),
)
"""A DLCO between 35 and 36 % counts as above 35."""

DLCO_UNABLE = Band("DLCO cannot be performed", 3)

STAGES = (
    Stage(label="I", low=0, high=3, mortality=Mortality(one_year=5.6, two_years=10.9, three_years=16.3)),
    Stage(label="II", low=4, high=5, mortality=Mortality(one_year=16.2, two_years=29.9, three_years=42.1)),
    Stage(label="III", low=6, high=8, mortality=Mortality(one_year=39.2, two_years=62.1, three_years=76.8)),
)


def gap_points(
    *, sex: Sex | None, age_years: float | None, fvc_percent: Value, dlco_percent: Value
) -> PointScore:
    """Add up gender, age and physiology, 0 to 8 points; more is worse.

    Parameters
    ----------
    sex, age_years
        None where not recorded; the age in years [years].
    fvc_percent
        FVC [% of predicted], or the reason why there is none.
    dlco_percent
        DLCO [% of predicted]. ``Absence.UNABLE``, not able to perform it because of the disease, scores 3
        points; any other absence is missing.

    Returns
    -------
    PointScore
        Points and stage with the mortality printed for it. Where a value is missing, `points` is None,
        `missing` names it, and the stage stands only if it is the same whatever the value is.

    Raises
    ------
    OutOfRangeError
        If an age or a percentage cannot be.

    References
    ----------
    Ley B et al., Ann Intern Med 2012;156:684, figure 2 and table 3. Not validated in other diseases than
    idiopathic pulmonary fibrosis; see `breathline.equations.ild_gap_2014`.

    Examples
    --------
    >>> got = gap_points(sex=Sex.MALE, age_years=64.0, fvc_percent=60.0, dlco_percent=Absence.UNABLE)
    >>> got.points, got.stage.label
    (6, 'III')
    """
    return add_points(
        gap_parts(sex=sex, age_years=age_years, fvc_percent=fvc_percent, dlco_percent=dlco_percent), STAGES
    )


def gap_parts(
    *, sex: Sex | None, age_years: float | None, fvc_percent: Value, dlco_percent: Value
) -> tuple[Scored, ...]:
    """Score each of the four parts, which ILD-GAP shares."""
    _check_age(age_years)
    check_percent("FVC", fvc_percent)
    check_percent("DLCO", dlco_percent)
    return (
        score_choice("sex", None if sex is None else sex.value, SEX),
        score_value("age", None if age_years is None else float(floor(age_years)), AGE),
        score_value("FVC % of predicted", None if isinstance(fvc_percent, Absence) else fvc_percent, FVC),
        _score_dlco(dlco_percent),
    )


def _score_dlco(percent: Value) -> Scored:
    name = "DLCO % of predicted"
    if percent is Absence.UNABLE:
        return Scored(name, DLCO_UNABLE.printed, DLCO_UNABLE.points, DLCO_UNABLE.points)
    if isinstance(percent, Absence):
        return score_value(name, None, (*DLCO, DLCO_UNABLE))
    return score_value(name, percent, DLCO)


def _check_age(age_years: float | None) -> None:
    low, high = ADULT_AGE_YEARS
    if age_years is not None and not low <= age_years <= high:
        raise OutOfRangeError(
            f"The GAP index holds for adults ({low:g} to {high:g} years); found an age of {age_years:g}."
        )
