"""Six-minute walk of healthy elderly people (Troosters, Eur Respir J 1999)."""

from __future__ import annotations

from breathline.equations.equation import Distribution, Input, People, ReferenceEquation
from breathline.sources import Source


def _distribution(people: People) -> Distribution:
    """218 + 5.14 H − 5.32 A − 1.80 W + 51.31 for men [m], with H [cm], A [years], W [kg]."""
    H, A, W = people["height_cm"], people["age_years"], people["weight_kg"]
    M = 218.0 + 5.14 * H - 5.32 * A - 1.80 * W + 51.31 * people["male"]
    return Distribution(M * 0 + 1.0, M, None)


WALK = ReferenceEquation(
    key="troosters_1999_walk",
    label="Six-minute walk distance, Troosters 1999",
    measure="six_minute_walk",
    unit="m",
    inputs=(
        Input(name="age_years", low=50, high=85, unit="years"),
        Input(name="height_cm", low=140, high=200, unit="cm"),
        Input(name="weight_kg", low=40, high=130, unit="kg"),
    ),
    source=Source(
        "troosters_1999",
        "as printed in Singh, Eur Respir J 2014;44:1447",
        verified=False,
        note="coefficients read in Singh 2014; the coding of sex and the age range were not checked",
    ),
    distribution=_distribution,
    has_spread=False,
)
