"""Oxygen from the air to the blood: barometric pressure, alveolar gas, the alveolar–arterial gradient."""

from __future__ import annotations

from breathline.physiology.formula import Formula
from breathline.physiology.inputs import FloatArray, Input, People
from breathline.sources import Source

WATER_VAPOUR_MMHG = 47.0
"""Pressure of water vapour at 37 °C [mmHg]."""

FIO2_OF_AIR = 20.93
"""Oxygen in dry air [%]."""

FIO2 = Input(name="fio2", low=15, high=100, unit="%")
PACO2 = Input(name="paco2", low=10, high=130, unit="mmHg")
PAO2 = Input(name="pao2", low=20, high=700, unit="mmHg")
PRESSURE = Input(name="barometric_pressure", low=350, high=800, unit="mmHg")
QUOTIENT = Input(name="respiratory_quotient", low=0.6, high=1.3, unit="1")


def _alveolar(people: People) -> FloatArray:
    fio2, paco2, R = people["fio2"] / 100.0, people["paco2"], people["respiratory_quotient"]
    inspired = fio2 * (people["barometric_pressure"] - WATER_VAPOUR_MMHG)
    return inspired - paco2 / R + fio2 * paco2 * (1.0 - R) / R


def _gradient(people: People) -> FloatArray:
    return _alveolar(people) - people["pao2"]


def _ratio(people: People) -> FloatArray:
    return people["pao2"] / (people["fio2"] / 100.0)


def _pressure(people: People) -> FloatArray:
    """ISO 2533, 0 to 11 km: 6.5 K lost a kilometre from 288.15 K."""
    falling: FloatArray = 1.0 - 0.0065 * people["altitude_m"] / 288.15
    return 760.0 * falling**5.25588


ALVEOLAR_OXYGEN = Formula(
    key="alveolar_oxygen",
    label="Alveolar oxygen pressure",
    unit="mmHg",
    inputs=(FIO2, PRESSURE, PACO2, QUOTIENT),
    printed="PAO2 = FiO2·(PB − 47) − PaCO2/R + FiO2·PaCO2·(1 − R)/R",
    source=Source(
        "crapo_1999",
        "methods",
        verified=False,
        note="the full form, as a calculator made after that paper prints it",
    ),
    formula=_alveolar,
    description="The full alveolar gas equation. The short form without the last term is 2 mmHg lower on air "
    "and 10 mmHg lower on pure oxygen, at a PaCO2 of 40 mmHg and R = 0.8.",
)

AA_GRADIENT = Formula(
    key="aa_gradient",
    label="Alveolar–arterial oxygen gradient",
    unit="mmHg",
    inputs=(FIO2, PRESSURE, PACO2, QUOTIENT, PAO2),
    printed="A–a = PAO2 − PaO2",
    source=ALVEOLAR_OXYGEN.source,
    formula=_gradient,
    description="It rises with FiO2 in the healthy too; compare only at the same FiO2.",
)

PAO2_FIO2 = Formula(
    key="pao2_fio2",
    label="PaO2/FiO2",
    unit="mmHg",
    inputs=(PAO2, FIO2),
    printed="PaO2 / FiO2, with FiO2 as a fraction",
    source=Source("perez_padilla_2004", "abstract"),
    formula=_ratio,
    description="At the same shunt it falls with altitude; say the barometric pressure beside it.",
)

BAROMETRIC_PRESSURE = Formula(
    key="barometric_pressure",
    label="Barometric pressure at an altitude",
    unit="mmHg",
    inputs=(Input(name="altitude_m", low=-430, high=5500, unit="m"),),
    printed="PB = 760·(1 − 0.0065·h/288.15)^5.25588, with h [m]",
    source=Source(
        "iso_2533", "equation 12, 0 to 11 km", verified=False, note="not checked against the standard itself"
    ),
    formula=_pressure,
    description="Of the standard atmosphere. The true pressure differs with weather and latitude; a measured one is "
    "better.",
)
