"""Age, height and weight: what a person can be, and what a number outside that likely is.

The limits below are guards against slips of the keyboard, wide enough for any adult who can do a lung
function test; no clinical statement hangs on them.
"""

from __future__ import annotations

AGE_YEARS = (0.0, 115.0)
HEIGHT_CM = (100.0, 230.0)
WEIGHT_KG = (25.0, 350.0)
BMI_POSSIBLE = (10.0, 60.0)
BMI_USUAL = (14.0, 45.0)
KG_PER_POUND = 0.45359237
CM_PER_INCH = 2.54

Refusal = tuple[str, str, str]
"""Code, message and mend."""


def within(value: float, limits: tuple[float, float]) -> bool:
    """Tell whether a value lies within limits, these included."""
    return limits[0] <= value <= limits[1]


def check_age(years: float) -> Refusal | None:
    """Refuse an age nobody reaches."""
    if within(years, AGE_YEARS):
        return None
    cause = f" {years:g} looks like a year of birth." if within(years, (1900, 2100)) else ""
    return (
        "impossible_age",
        f"An age of {years:g} years cannot be (0 to 115 are allowed).{cause}",
        "Give the age at the start of treatment in years, or the birth date as birth_date.",
    )


def check_height(cm: float) -> Refusal | None:
    """Refuse a height outside 100–230 cm, naming the unit it was likely given in."""
    if within(cm, HEIGHT_CM):
        return None
    message = f"A height of {cm:g} cm cannot be ({HEIGHT_CM[0]:g} to {HEIGHT_CM[1]:g} are allowed)."
    if within(cm * 100, HEIGHT_CM):
        return (
            "height_in_metres",
            f"{message} {cm:g} looks like metres.",
            f"Give centimetres: height_cm = {cm * 100:g}.",
        )
    if within(cm / 10, HEIGHT_CM):
        return (
            "height_in_millimetres",
            f"{message} {cm:g} looks like millimetres.",
            f"Give centimetres: height_cm = {cm / 10:g}.",
        )
    if within(cm * CM_PER_INCH, (120.0, 220.0)):
        return (
            "height_in_inches",
            f"{message} {cm:g} looks like inches.",
            f"Give centimetres: height_cm = {cm * CM_PER_INCH:.0f}.",
        )
    return "impossible_height", message, "Give the height in centimetres, such as height_cm = 162."


def check_weight(kg: float) -> Refusal | None:
    """Refuse a weight outside 25–350 kg, naming the unit it was likely given in."""
    if within(kg, WEIGHT_KG):
        return None
    message = f"A weight of {kg:g} kg cannot be ({WEIGHT_KG[0]:g} to {WEIGHT_KG[1]:g} are allowed)."
    if within(kg / 1000, WEIGHT_KG):
        return "weight_in_grams", f"{message} {kg:g} looks like grams.", f"Write weight_kg = {kg / 1000:g}."
    if within(kg * KG_PER_POUND, WEIGHT_KG) and kg > WEIGHT_KG[1]:
        pounds = kg * KG_PER_POUND
        return "weight_in_pounds", f"{message} {kg:g} looks like pounds.", f"Write weight_kg = {pounds:.0f}."
    return "impossible_weight", message, "Give the weight in kilograms, such as weight_kg = 61."


def check_build(cm: float, kg: float) -> tuple[Refusal, bool] | None:
    """Hold height against weight; the second part tells whether it is an error (else a warning)."""
    bmi = kg / (cm / 100) ** 2
    if within(bmi, BMI_USUAL):
        return None
    in_kg = kg * KG_PER_POUND
    pounds = within(in_kg / (cm / 100) ** 2, (15.0, 40.0)) and bmi > BMI_USUAL[1]
    cause = f" {kg:g} looks like pounds, which would be {in_kg:.0f} kg." if pounds else ""
    code = "weight_in_pounds" if pounds else "impossible_build"
    possible = within(bmi, BMI_POSSIBLE)
    verb = "is very unusual" if possible else "cannot be"
    message = f"{kg:g} kg at {cm:g} cm is a body mass index of {bmi:.0f} kg/m², which {verb}.{cause}"
    mend = f"Write weight_kg = {in_kg:.0f} if so; else check" if pounds else "Check"
    return (code, message, f"{mend} height and weight."), not possible
