"""What the OMERACT rule of progression and its mirror image have in common."""

from breathline.verdict.changes import Moved
from breathline.verdict.conditions import SomeOf, all_of, any_of
from breathline.verdict.limits import Counted, Limit, Towards, at_least, less_than


def changed(towards: Towards) -> SomeOf:
    """FVC by 10 %, or by 5 to 10 % together with DLCO by 15 %, one way or the other."""
    word = "decline" if towards is Towards.FALL else "increase"

    def moved(printed: str, measure: str, *limits: Limit) -> Moved:
        return Moved(
            printed=printed, measure=measure, counted=Counted.RELATIVE, towards=towards, limits=limits
        )

    return any_of(
        "Either of the two",
        moved(f"≥ 10 % relative {word} in FVC", "fvc", at_least(10.0)),
        all_of(
            f"≥ 5 % to < 10 % relative {word} in FVC and ≥ 15 % relative {word} in DLCO",
            moved(f"≥ 5 % to < 10 % relative {word} in FVC", "fvc", at_least(5.0), less_than(10.0)),
            moved(f"≥ 15 % relative {word} in DLCO", "dlco", at_least(15.0)),
        ),
    )
