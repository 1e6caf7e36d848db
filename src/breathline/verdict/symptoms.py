"""Symptoms, as far as a record tells: a person's judgement, or a class of breathlessness that changed."""

from breathline.verdict.changes import Moved
from breathline.verdict.conditions import Whichever
from breathline.verdict.levels import SaidToBe
from breathline.verdict.limits import Counted, Towards, at_least

ONE_CLASS = 1.0
"""Classes have no decimals: the smallest change there is."""


def worse_symptoms(printed: str) -> Whichever:
    """Ask for symptoms that got worse, by whichever way was recorded."""
    return _symptoms(printed, "worse", Towards.RISE)


def better_symptoms(printed: str) -> Whichever:
    """Ask for symptoms that got better, by whichever way was recorded."""
    return _symptoms(printed, "better", Towards.FALL)


def _symptoms(printed: str, word: str, towards: Towards) -> Whichever:
    return Whichever(
        printed=printed,
        parts=(
            SaidToBe(printed=f"Symptoms said to be {word} than before", measure="symptoms", word=word),
            _class(f"mMRC grade {word} by one or more", "mmrc", towards),
            _class(f"NYHA class {word} by one or more", "nyha_class", towards),
        ),
    )


def _class(printed: str, measure: str, towards: Towards) -> Moved:
    return Moved(
        printed=printed,
        measure=measure,
        counted=Counted.ABSOLUTE,
        towards=towards,
        limits=(at_least(ONE_CLASS),),
    )
