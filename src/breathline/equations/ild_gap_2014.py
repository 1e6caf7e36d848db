"""ILD-GAP index: the GAP index for chronic interstitial lung disease of any kind (Ryerson, Chest 2014)."""

from __future__ import annotations

from enum import StrEnum

from breathline.equations.gap_2012 import gap_parts
from breathline.equations.points import Band, Mortality, PointScore, Stage, add_points, score_choice
from breathline.model.measurement import Value
from breathline.model.patient import Sex
from breathline.sources import Source

SOURCE = Source(
    "ryerson_2014",
    "table of the ILD-GAP index",
    verified=False,
    note="points and the mortality at one and three years as a secondary source prints them; two years unchecked",
)


class IldSubtype(StrEnum):
    """The diseases the index was made for; it says nothing of others."""

    IPF = "idiopathic pulmonary fibrosis"
    UNCLASSIFIABLE = "unclassifiable interstitial lung disease"
    CTD_ILD = "connective tissue disease-associated interstitial lung disease"
    CHRONIC_HP = "chronic hypersensitivity pneumonitis"
    IDIOPATHIC_NSIP = "idiopathic nonspecific interstitial pneumonia"


SUBTYPE = (
    (IldSubtype.IPF.value, Band("IPF", 0)),
    (IldSubtype.UNCLASSIFIABLE.value, Band("unclassifiable ILD", 0)),
    (IldSubtype.CTD_ILD.value, Band("CTD-ILD", -2)),
    (IldSubtype.CHRONIC_HP.value, Band("chronic HP", -2)),
    (IldSubtype.IDIOPATHIC_NSIP.value, Band("idiopathic NSIP", -2)),
)

STAGES = (
    Stage(label="0–1", low=0, high=1, mortality=Mortality(one_year=3.1, two_years=6.6, three_years=10.2)),
    Stage(label="2–3", low=2, high=3, mortality=Mortality(one_year=8.8, two_years=18.0, three_years=26.9)),
    Stage(label="4–5", low=4, high=5, mortality=Mortality(one_year=18.2, two_years=35.0, three_years=49.2)),
    Stage(label="> 5", low=6, high=8, mortality=Mortality(one_year=33.5, two_years=58.9, three_years=74.8)),
)


def ild_gap_points(
    *,
    subtype: IldSubtype | None,
    sex: Sex | None,
    age_years: float | None,
    fvc_percent: Value,
    dlco_percent: Value,
) -> PointScore:
    """Add the points of the disease to those of the GAP index; a sum below 0 counts as 0.

    Parameters
    ----------
    subtype
        The disease; None where it is not known or is none of them.
    sex, age_years, fvc_percent, dlco_percent
        As for `breathline.equations.gap_2012.gap_points`.

    Returns
    -------
    PointScore
        0 to 8 points, more is worse, with the mortality printed for that range; what is missing is named.

    Raises
    ------
    OutOfRangeError
        If an age or a percentage cannot be.

    References
    ----------
    Ryerson CJ et al., Chest 2014;145:723.

    Examples
    --------
    >>> got = ild_gap_points(
    ...     subtype=IldSubtype.CTD_ILD, sex=Sex.FEMALE, age_years=64.0, fvc_percent=60.0, dlco_percent=30.0
    ... )
    >>> got.points, got.stage.mortality.three_years
    (2, 26.9)
    """
    disease = score_choice("disease", None if subtype is None else subtype.value, SUBTYPE)
    parts = gap_parts(sex=sex, age_years=age_years, fvc_percent=fvc_percent, dlco_percent=dlco_percent)
    return add_points((disease, *parts), STAGES)
