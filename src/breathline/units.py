"""The units of the clinic and the dozen conversions between them.

Units are kept as the clinic writes them (``mL/min/mmHg``); `ucum` gives the UCUM code for exports. Units of
one kind convert by a factor; a unit of another kind is refused, never guessed.
"""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches

from breathline.errors import UnitError

DLCO_SI_TO_TRADITIONAL = 2.986
"""mL/min/mmHg for one mmol/min/kPa, as in the ATS/ERS standards for DLCO (Graham 2017)."""

MMHG_PER_KPA = 7.50062
GRAMS_PER_MOLE = {"creatinine": 113.118}
"""Molar mass of a measure whose laboratories print mass or amount of substance [g/mol]."""


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit: its kind, how many base units of that kind one of it is, and its UCUM code."""

    kind: str
    factor: float
    ucum: str


UNITS: dict[str, Unit] = {
    "1": Unit("count", 1.0, "1"),
    "class": Unit("count", 1.0, "1"),
    "score": Unit("count", 1.0, "1"),
    "%": Unit("percent", 1.0, "%"),
    "fraction": Unit("percent", 100.0, "1"),
    "L": Unit("volume", 1.0, "L"),
    "mL": Unit("volume", 0.001, "mL"),
    "dL": Unit("volume", 0.1, "dL"),
    "m": Unit("length", 1.0, "m"),
    "cm": Unit("length", 0.01, "cm"),
    "mm": Unit("length", 0.001, "mm"),
    "km": Unit("length", 1000.0, "km"),
    "ft": Unit("length", 0.3048, "[ft_i]"),
    "kg": Unit("mass", 1.0, "kg"),
    "g": Unit("mass", 0.001, "g"),
    "mg": Unit("mass", 1e-6, "mg"),
    "ug": Unit("mass", 1e-9, "ug"),
    "lb": Unit("mass", 0.45359237, "[lb_av]"),
    "mL/min/mmHg": Unit("transfer factor", 1.0, "mL/min/mm[Hg]"),
    "mmol/min/kPa": Unit("transfer factor", DLCO_SI_TO_TRADITIONAL, "mmol/min/kPa"),
    "mL/min/mmHg/L": Unit("transfer coefficient", 1.0, "mL/min/mm[Hg]/L"),
    "mmol/min/kPa/L": Unit("transfer coefficient", DLCO_SI_TO_TRADITIONAL, "mmol/min/kPa/L"),
    "mmHg": Unit("pressure", 1.0, "mm[Hg]"),
    "kPa": Unit("pressure", MMHG_PER_KPA, "kPa"),
    "g/dL": Unit("mass concentration", 1.0, "g/dL"),
    "g/L": Unit("mass concentration", 0.1, "g/L"),
    "mg/dL": Unit("mass concentration", 1e-3, "mg/dL"),
    "umol/L": Unit("substance concentration", 1e-3, "umol/L"),
    "mg/g": Unit("albumin or protein to creatinine", 1.0, "mg/g"),
    "mg/mmol": Unit("albumin or protein to creatinine", 8.84, "mg/mmol"),
    "mL/min/1.73m2": Unit("filtration rate", 1.0, "mL/min/{1.73_m2}"),
    "U/L": Unit("enzyme activity", 1.0, "U/L"),
    "ukat/L": Unit("enzyme activity", 60.0, "ukat/L"),
    "10^9/L": Unit("cell count", 1.0, "10*9/L"),
    "10^6/L": Unit("cell count", 0.001, "10*6/L"),
    "HU": Unit("radiodensity", 1.0, "[hnsf'U]"),
    "h": Unit("time", 1.0, "h"),
    "d": Unit("time", 24.0, "d"),
    "wk": Unit("time", 168.0, "wk"),
    "s": Unit("time", 1.0 / 3600.0, "s"),
    "in": Unit("length", 0.0254, "[in_i]"),
    "kg/m2": Unit("body mass index", 1.0, "kg/m2"),
    "m2": Unit("area", 1.0, "m2"),
    "mg/kg": Unit("dose by body weight", 1.0, "mg/kg"),
    "ug/kg": Unit("dose by body weight", 0.001, "ug/kg"),
    "mg/m2": Unit("dose by body surface", 1.0, "mg/m2"),
    "IU": Unit("international units", 1.0, "[iU]"),
    "tablet": Unit("dosage form", 1.0, "{tablet}"),
    "capsule": Unit("dosage form", 1.0, "{capsule}"),
    "puff": Unit("dosage form", 1.0, "{puff}"),
    "L/min": Unit("flow", 1.0, "L/min"),
    "mg/L": Unit("mass concentration", 1e-4, "mg/L"),
    "ug/L": Unit("mass concentration", 1e-7, "ug/L"),
    "ng/mL": Unit("mass concentration", 1e-7, "ng/mL"),
    "ng/L": Unit("mass concentration", 1e-10, "ng/L"),
    "pg/mL": Unit("mass concentration", 1e-10, "pg/mL"),
    "mmol/L": Unit("substance concentration", 1.0, "mmol/L"),
    "10^12/L": Unit("cell count", 1000.0, "10*12/L"),
    "mm/h": Unit("sedimentation", 1.0, "mm/h"),
    "mEq/L": Unit("charge concentration", 1.0, "meq/L"),
    "mIU/L": Unit("hormone activity", 1.0, "m[iU]/L"),
    "U/mL": Unit("enzyme activity", 1000.0, "U/mL"),
}

PER_LITRE: dict[str, tuple[str, float]] = {
    "g/dL": ("mass", 10.0),
    "g/L": ("mass", 1.0),
    "mg/dL": ("mass", 1e-2),
    "mg/L": ("mass", 1e-3),
    "ug/L": ("mass", 1e-6),
    "ng/mL": ("mass", 1e-6),
    "ng/L": ("mass", 1e-9),
    "pg/mL": ("mass", 1e-9),
    "mmol/L": ("substance", 1e-3),
    "umol/L": ("substance", 1e-6),
}
"""Concentrations as grams or moles in a litre; from one to the other leads only the molar mass."""

_CONCENTRATIONS = {"mass concentration", "substance concentration"}

_SPELLINGS: dict[str, str] = {
    "": "1",
    "percent": "%",
    "l": "L",
    "litre": "L",
    "liter": "L",
    "litres": "L",
    "liters": "L",
    "ml": "mL",
    "metre": "m",
    "meter": "m",
    "metres": "m",
    "meters": "m",
    "feet": "ft",
    "lbs": "lb",
    "pounds": "lb",
    "µg": "ug",
    "μg": "ug",
    "mcg": "ug",
    "ml/min/mmhg": "mL/min/mmHg",
    "ml/mmhg/min": "mL/min/mmHg",
    "ml/(min.mmhg)": "mL/min/mmHg",
    "ml/(min*mmhg)": "mL/min/mmHg",
    "ml·min-1·mmhg-1": "mL/min/mmHg",
    "ml/min/mm[hg]": "mL/min/mmHg",
    "mmol/kpa/min": "mmol/min/kPa",
    "mmol/min/kpa": "mmol/min/kPa",
    "mmol/(min.kpa)": "mmol/min/kPa",
    "mmol/(min*kpa)": "mmol/min/kPa",
    "mmol·min-1·kpa-1": "mmol/min/kPa",
    "ml/min/mmhg/l": "mL/min/mmHg/L",
    "ml/min/mm[hg]/l": "mL/min/mmHg/L",
    "mmol/min/kpa/l": "mmol/min/kPa/L",
    "mmhg": "mmHg",
    "mm[hg]": "mmHg",
    "torr": "mmHg",
    "kpa": "kPa",
    "g/dl": "g/dL",
    "gm/dl": "g/dL",
    "g/l": "g/L",
    "mg/dl": "mg/dL",
    "µmol/l": "umol/L",
    "μmol/l": "umol/L",
    "umol/l": "umol/L",
    "micromol/l": "umol/L",
    "ml/min/1.73m2": "mL/min/1.73m2",
    "ml/min/1.73 m2": "mL/min/1.73m2",
    "ml/min/1.73m²": "mL/min/1.73m2",
    "ml/min/{1.73_m2}": "mL/min/1.73m2",
    "u/l": "U/L",
    "iu/l": "U/L",
    "µkat/l": "ukat/L",
    "μkat/l": "ukat/L",
    "ukat/l": "ukat/L",
    "x10^9/l": "10^9/L",
    "10*9/l": "10^9/L",
    "10e9/l": "10^9/L",
    "/nl": "10^9/L",
    "10^3/ul": "10^9/L",
    "10^3/µl": "10^9/L",
    "k/ul": "10^9/L",
    "/ul": "10^6/L",
    "/mm3": "10^6/L",
    "/mm^3": "10^6/L",
    "/mm³": "10^6/L",
    "cells/ul": "10^6/L",
    "cells/µl": "10^6/L",
    "cells/mm3": "10^6/L",
    "10^3/mm3": "10^9/L",
    "10*3/ul": "10^9/L",
    "x10e9/l": "10^9/L",
    "x10^3/ul": "10^9/L",
    "tsd/ul": "10^9/L",
    "gpt/l": "10^9/L",
    "meq/l": "mEq/L",
    "miu/l": "mIU/L",
    "mu/l": "mIU/L",
    "u/ml": "U/mL",
    "/µl": "10^6/L",
    "hu": "HU",
    "G/l": "10^9/L",  # giga, not gram: the only spelling in which the size of a letter tells
    "G/L": "10^9/L",
    "10^9/l": "10^9/L",
    "10^12/l": "10^12/L",
    "10*12/l": "10^12/L",
    "10^6/ul": "10^12/L",
    "10^6/µl": "10^12/L",
    "mmol/l": "mmol/L",
    "mg/l": "mg/L",
    "ug/l": "ug/L",
    "µg/l": "ug/L",
    "μg/l": "ug/L",
    "ng/ml": "ng/mL",
    "ng/l": "ng/L",
    "pg/ml": "pg/mL",
    "mm/hr": "mm/h",
    "iu": "IU",
    "u": "IU",
    "units": "IU",
    "mg/m²": "mg/m2",
    "µg/kg": "ug/kg",
    "mcg/kg": "ug/kg",
    "tablets": "tablet",
    "tab": "tablet",
    "capsules": "capsule",
    "puffs": "puff",
    "l/min": "L/min",
    "hours": "h",
    "days": "d",
    "weeks": "wk",
    "inch": "in",
    "inches": "in",
    "points": "score",
    "point": "score",
    "grade": "class",
}


def parse_unit(text: str) -> str:
    """Give the clinic's standard spelling of a unit.

    Raises
    ------
    UnitError
        If the unit is unknown; the message proposes the nearest known one.

    Examples
    --------
    >>> parse_unit("ml/min/mmHg")
    'mL/min/mmHg'
    """
    stripped = text.strip()
    if stripped in UNITS:
        return stripped
    spelling = _SPELLINGS.get(stripped) or _SPELLINGS.get(stripped.lower())
    if spelling is not None:
        return spelling
    near = get_close_matches(stripped, UNITS, n=1)
    hint = f" Did you mean '{near[0]}'?" if near else ""
    raise UnitError(f"The unit '{stripped}' is not known.{hint}")


def convert(value: float, unit: str, to: str, *, of: str = "") -> float:
    """Turn a value from one unit into another of the same kind.

    Parameters
    ----------
    value
        The number, in `unit`.
    unit, to
        Units, in any spelling `parse_unit` knows.
    of
        Key of the measure. Only between mass and amount of a substance does it matter: mg/dL is turned into umol/L
        for creatinine alone, never for another laboratory value with the factor of creatinine.

    Raises
    ------
    UnitError
        If a unit is unknown or the two are of different kinds.

    Examples
    --------
    >>> round(convert(5.0, "mmol/min/kPa", "mL/min/mmHg"), 2)
    14.93
    >>> round(convert(1.0, "mg/dL", "umol/L", of="creatinine"), 1)
    88.4
    """
    source, target = parse_unit(unit), parse_unit(to)
    if source == target:
        return value
    a, b = UNITS[source], UNITS[target]
    if a.kind != b.kind and same_kind(source, target, of=of):
        return convert_concentration(value, source, target, grams_per_mole=GRAMS_PER_MOLE[of])
    if a.kind != b.kind:
        raise UnitError(f"'{source}' measures {a.kind} and cannot be turned into '{target}' ({b.kind}).")
    return value * (a.factor / b.factor)


def same_kind(unit: str, other: str, *, of: str = "") -> bool:
    """Tell whether two units measure the same kind of thing, so that one converts into the other.

    >>> same_kind("mL", "L"), same_kind("mL", "%")
    (True, False)
    >>> same_kind("mg/dL", "umol/L"), same_kind("mg/dL", "umol/L", of="creatinine")
    (False, True)
    """
    kinds = {UNITS[parse_unit(unit)].kind, UNITS[parse_unit(other)].kind}
    return len(kinds) == 1 or (of in GRAMS_PER_MOLE and kinds == _CONCENTRATIONS)


def convert_concentration(value: float, unit: str, to: str, *, grams_per_mole: float | None) -> float:
    """Turn the concentration of one substance from one unit into another.

    Parameters
    ----------
    value
        The number, in `unit`.
    unit, to
        Units, in any spelling `parse_unit` knows.
    grams_per_mole
        Molar mass of the substance [g/mol], needed between mass and amount of substance.

    Raises
    ------
    UnitError
        If a unit is unknown, or the two cannot be turned into each other.

    Notes
    -----
    amount of substance = mass / molar mass

    Examples
    --------
    >>> round(convert_concentration(1.0, "mg/dL", "umol/L", grams_per_mole=584.66), 1)  # bilirubin
    17.1
    """
    source, target = parse_unit(unit), parse_unit(to)
    if source == target or source not in PER_LITRE or target not in PER_LITRE:
        return convert(value, source, target)
    (kind, factor), (other, per) = PER_LITRE[source], PER_LITRE[target]
    in_base = value * factor
    if kind != other:
        if grams_per_mole is None:
            raise UnitError(f"'{source}' cannot be turned into '{target}' without the molar mass.")
        in_base = in_base / grams_per_mole if kind == "mass" else in_base * grams_per_mole
    return in_base / per


def dimension(unit: str) -> str:
    """Tell what a unit measures, concentrations by mass apart from those by amount of substance.

    >>> dimension("mg/dL"), dimension("umol/L"), dimension("U/L")
    ('mass', 'substance', 'enzyme activity')
    """
    known = parse_unit(unit)
    return PER_LITRE[known][0] if known in PER_LITRE else UNITS[known].kind


def ucum(unit: str) -> str:
    """Give the UCUM code of a unit, for exports.

    >>> ucum("mmHg")
    'mm[Hg]'
    """
    return UNITS[parse_unit(unit)].ucum
