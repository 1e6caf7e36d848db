"""Diffusing capacity of the lung for carbon monoxide, corrected for haemoglobin."""

from dataclasses import replace

from breathline.outcomes import dlco

# The same test, with the same error and the same expected value (which is that of normal haemoglobin); a measure
# of its own, so that a corrected value is never compared with one that is not.
MEASURE = replace(
    dlco.MEASURE,
    key="dlco_hb",
    label="DLCO (Hb-corrected)",
    code="",
    variant_of="dlco",
    description="DLCO as it would be at normal haemoglobin; anaemia lowers what is measured.",
)
