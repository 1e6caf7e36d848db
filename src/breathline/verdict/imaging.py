"""Imaging, as far as a record tells: a reader who compared two scans, or extents measured on CT beyond their error.

What the extents cannot show (traction bronchiectasis, coarseness, loss of lobar volume) is named as not assessed. A
reader sees all of it, so that a reading stands for the whole.
"""

from breathline.verdict.changes import BeyondError
from breathline.verdict.conditions import NotAssessed, Opposite, Whichever, all_of, any_of
from breathline.verdict.levels import SaidToBe
from breathline.verdict.limits import Towards

UNSEEN = "extents measured on CT do not show it, and no reader compared the scans"


def progression_on_imaging(printed: str) -> Whichever:
    """Ask for any of the six radiological signs of the guideline of 2022."""
    return Whichever(
        printed=printed,
        parts=(
            _read_as("worse"),
            any_of(
                "Signs measured on CT",
                NotAssessed(
                    printed="Increased extent or severity of traction bronchiectasis and bronchiolectasis",
                    why=UNSEEN,
                ),
                all_of(
                    "New ground-glass opacity with traction bronchiectasis",
                    _increased("Ground-glass increased", "ct_ground_glass"),
                    NotAssessed(printed="Traction bronchiectasis in it", why=UNSEEN),
                ),
                any_of(
                    "New fine reticulation; increased extent or increased coarseness of reticular abnormality",
                    _increased("Extent of reticulation increased", "ct_reticulation"),
                    NotAssessed(printed="Increased coarseness of reticular abnormality", why=UNSEEN),
                ),
                _increased("New or increased honeycombing", "ct_honeycombing"),
                NotAssessed(printed="Increased lobar volume loss", why=UNSEEN),
            ),
        ),
    )


def more_fibrosis(printed: str) -> Whichever:
    """Ask for an increased extent of fibrosis."""
    return Whichever(
        printed=printed, parts=(_read_as("worse"), _increased("Extent of fibrosis increased", "ct_fibrosis"))
    )


def less_disease(printed: str) -> Whichever:
    """Ask for a reduced extent of all interstitial abnormality."""
    return Whichever(
        printed=printed,
        parts=(
            _read_as("better"),
            BeyondError(
                printed="Extent of interstitial abnormality decreased", measure="ct_ild", towards=Towards.FALL
            ),
        ),
    )


def more_disease(printed: str) -> Whichever:
    """Ask for an increased extent of all interstitial abnormality."""
    return Whichever(
        printed=printed,
        parts=(_read_as("worse"), _increased("Extent of interstitial abnormality increased", "ct_ild")),
    )


def unchanged_or_better(printed: str) -> Opposite:
    """Ask that interstitial abnormality did not increase."""
    return Opposite(printed=printed, part=more_disease("HRCT worse"))


def _read_as(word: str) -> SaidToBe:
    return SaidToBe(
        printed=f"HRCT read as {word} than the previous scan",
        measure="hrct_reading",
        word=word,
    )


def _increased(printed: str, measure: str) -> BeyondError:
    return BeyondError(printed=printed, measure=measure, towards=Towards.RISE)
