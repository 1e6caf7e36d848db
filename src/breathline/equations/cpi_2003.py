"""Composite physiologic index (Wells, Am J Respir Crit Care Med 2003)."""

from __future__ import annotations

from dataclasses import dataclass

from breathline.equations.percent import check_percent
from breathline.model.measurement import Absence, Value
from breathline.sources import Source

SOURCE = Source("wells_2003", "abstract")


@dataclass(frozen=True, slots=True, kw_only=True)
class CompositePhysiologicIndex:
    """The index, or what is missing for it.

    Parameters
    ----------
    value
        The extent of fibrosis on CT that the lung function speaks of [%]; higher is worse. NOT_RECORDED where
        something is missing.
    missing
        What is missing, in words: "DLCO % of predicted".
    """

    value: Value
    missing: tuple[str, ...] = ()


def composite_physiologic_index(
    fvc_percent: Value, fev1_percent: Value, dlco_percent: Value
) -> CompositePhysiologicIndex:
    """Estimate the extent of fibrosis from lung function, with the effect of emphysema taken out.

    CPI = 91.0 − 0.65·DLCO % − 0.53·FVC % + 0.34·FEV1 %. It was fitted in idiopathic pulmonary fibrosis; it can
    fall below zero in good function, and is given as it comes out.

    Parameters
    ----------
    fvc_percent, fev1_percent, dlco_percent
        Measured values as percent of predicted [%], DLCO uncorrected or corrected for haemoglobin alike; or the
        reason why there is none.

    Returns
    -------
    CompositePhysiologicIndex
        The index, or everything that is missing for it.

    Raises
    ------
    OutOfRangeError
        If a percentage cannot be.

    References
    ----------
    Wells AU et al., Am J Respir Crit Care Med 2003;167:962, abstract.

    Examples
    --------
    >>> round(composite_physiologic_index(60.0, 70.0, 40.0).value, 6)
    57.0
    >>> composite_physiologic_index(60.0, 70.0, Absence.UNABLE).missing
    ('DLCO % of predicted',)
    """
    given = {"FVC": fvc_percent, "FEV1": fev1_percent, "DLCO": dlco_percent}
    missing = tuple(f"{name} % of predicted" for name, value in given.items() if isinstance(value, Absence))
    for name, value in given.items():
        check_percent(name, value)
    if (
        isinstance(fvc_percent, Absence)
        or isinstance(fev1_percent, Absence)
        or isinstance(dlco_percent, Absence)
    ):
        return CompositePhysiologicIndex(value=Absence.NOT_RECORDED, missing=missing)
    return CompositePhysiologicIndex(
        value=91.0 - 0.65 * dlco_percent - 0.53 * fvc_percent + 0.34 * fev1_percent
    )
