"""Six-minute walk of healthy adults in seven countries (Casanova, Eur Respir J 2011)."""

from __future__ import annotations

from breathline.equations.equation import Distribution, Input, People, ReferenceEquation
from breathline.equations.six_minute_walk import AS_IN_SINGH, HEIGHT, POSSIBLE_PERCENT, WEIGHT, normal
from breathline.physiology.inputs import BUILD_OF_EQUATIONS
from breathline.sources import Source


def _distribution(people: People) -> Distribution:
    H, A, W = people["height_cm"], people["age_years"], people["weight_kg"]
    effort = people["heart_rate_max_percent"]
    return normal(361.0 - 4.0 * A + 2.0 * H + 3.0 * effort - 1.5 * W - 30.0 * (1.0 - people["male"]))


WALK = ReferenceEquation(
    key="casanova_2011_walk",
    label="Six-minute walk distance, Casanova 2011",
    measure="six_minute_walk",
    unit="m",
    inputs=(
        Input(name="age_years", low=40, high=80, unit="years"),
        HEIGHT,
        WEIGHT,
        Input(name="heart_rate_max_percent", low=40, high=110, unit="%"),
    ),
    source=Source(
        "casanova_2011",
        AS_IN_SINGH,
        verified=False,
        note="coefficients read in Singh 2014; the meaning of the heart rate term and the age range were not "
        "checked",
    ),
    distribution=_distribution,
    printed="361 − 4 A + 2 H + 3 HRmax − 1.5 W − 30 in women [m], with the highest heart rate of the walk in % "
    "of 220 − A",
    has_spread=False,
    possible_percent=POSSIBLE_PERCENT,
    build=BUILD_OF_EQUATIONS,
    description="It asks how hard the heart worked, so a patient held back by the lungs is expected to walk "
    "less: a low heart rate hides a short walk. Prefer an equation without it for disease.",
)
