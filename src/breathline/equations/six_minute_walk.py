"""What the equations of the six-minute walk share."""

from __future__ import annotations

import numpy as np

from breathline.equations.equation import Z_OF_LOWER_LIMIT as Z
from breathline.equations.equation import Distribution, FloatArray, Input, Limits

HEIGHT = Input(name="height_cm", low=140, high=200, unit="cm")
WEIGHT = Input(name="weight_kg", low=40, high=130, unit="kg")
"""No paper prints the range of its people's height and weight; these are those of ordinary adults."""

POSSIBLE_PERCENT: Limits = (1.0, 200.0)
"""Some patients walk a few metres; a guard, no clinical statement [%]."""

AS_IN_SINGH = "as printed in Singh, Eur Respir J 2014;44:1447, table 5"


def normal(M: FloatArray, below_expected: FloatArray | float | None = None) -> Distribution:
    """Give the normal distribution around an expected distance.

    Parameters
    ----------
    M
        Expected distance [m].
    below_expected
        Distance from it down to the lower limit of normal [m], taken as 1.645 standard deviations; None where
        the publication prints none.
    """
    S = None if below_expected is None else below_expected / -Z / M
    return Distribution(np.ones_like(M), M, S)
