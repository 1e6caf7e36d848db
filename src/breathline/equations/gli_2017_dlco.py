"""GLI 2017, corrected 2020: transfer factor, transfer coefficient, alveolar volume (Stanojevic, Eur Respir J)."""

from __future__ import annotations

from functools import partial

from breathline.equations.equation import Input, ReferenceEquation
from breathline.equations.gli_tables import lms
from breathline.sources import Source

SOURCE = Source("stanojevic_2017", "table 3 as corrected in Eur Respir J 2020;56:1750010")
INPUTS = (
    Input(name="age_years", low=5, high=85, unit="years"),
    Input(name="height_cm", low=80, high=230, unit="cm"),
)
NOTE = "For haemoglobin-corrected or uncorrected values alike; derived in people of European ancestry."
PRINTED = (
    "M = exp(a0 + a1·ln H + a2·ln A + M-spline), S = exp(p0 + p1·ln A + S-spline), L = q0, "
    "with height H [cm] and age A [years]"
)


def _equation(key: str, label: str, *, measure: str, unit: str, parameter: str) -> ReferenceEquation:
    return ReferenceEquation(
        key=key,
        label=label,
        measure=measure,
        unit=unit,
        inputs=INPUTS,
        source=SOURCE,
        distribution=partial(lms, table="gli_2017", parameter=parameter),
        printed=PRINTED,
        description=NOTE,
    )


DLCO = _equation("gli_2017_dlco", "DLCO, GLI 2017", measure="dlco", unit="mL/min/mmHg", parameter="DLCO")
TLCO = _equation(
    "gli_2017_tlco", "TLCO (SI), GLI 2017", measure="dlco", unit="mmol/min/kPa", parameter="TLCO"
)
KCO = _equation("gli_2017_kco", "KCO, GLI 2017", measure="kco", unit="mL/min/mmHg/L", parameter="KCO_trad")
KCO_SI = _equation(
    "gli_2017_kco_si", "KCO (SI), GLI 2017", measure="kco", unit="mmol/min/kPa/L", parameter="KCO_SI"
)
VA = _equation("gli_2017_va", "Alveolar volume, GLI 2017", measure="va", unit="L", parameter="VA")
