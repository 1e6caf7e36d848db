"""What the five imatinib models share: where their numbers were read, and what binds the drug."""

from __future__ import annotations

from breathline.sources import Source

BINDING = (
    "Imatinib is bound to α1-acid glycoprotein, which rises with inflammation: total concentrations are then higher at "
    "the same free, active concentration.",
    "No target concentration of imatinib in fibrosis is known; those of leukaemia and stromal tumours are not carried "
    "over.",
)
"""What must be known before a concentration is read."""

LATE = ("time on the drug: parameters of day 29 and later are used from the first day on",)
"""Assumption of the models whose parameters change in the first four weeks."""


def secondary(note: str) -> Source:
    """Give the table from which numbers were taken, with what is to be known of them."""
    return Source(
        "yang_2025", "Table 1", verified=False, note=f"secondary table, read in a transcription of it; {note}"
    )
