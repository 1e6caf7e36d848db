"""What the equations of the arterial oxygen pressure share."""

from __future__ import annotations

from breathline.equations.equation import Input, Limits

ON_AIR = Input(name="fio2", low=20.5, high=21.5, unit="%", required=False)
"""No expected value on oxygen; where the FiO2 is not known it is not checked."""

POSSIBLE_PERCENT: Limits = (20.0, 200.0)
"""Below a fifth of the expected pressure nobody lives: kPa, more likely [%]."""

NOT_CHECKED = "neither the coefficients nor the range could be checked against the paper"
