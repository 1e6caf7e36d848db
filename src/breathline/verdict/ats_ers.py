"""What response and failure by the ATS/ERS statement of 2000 have in common."""

from breathline.sources import Source
from breathline.verdict.changes import Moved
from breathline.verdict.conditions import NotAssessed, SomeOf, Whichever, any_of
from breathline.verdict.imaging import less_disease, more_disease
from breathline.verdict.limits import Counted, Limit, Towards, at_least
from breathline.verdict.rule import Presumption
from breathline.verdict.symptoms import better_symptoms, worse_symptoms

SOURCE = Source(
    "ats_ers_2000",
    "response to therapy",
    verified=False,
    note="limits and structure as a secondary source prints them",
)

PRESUMES = (
    Presumption(printed="Idiopathic pulmonary fibrosis, for which the statement was written"),
    Presumption(printed="Documented on two consecutive visits over 3 to 6 months, which is not asked here"),
)


def responded() -> SomeOf:
    """At least two of symptoms, imaging and physiology, for the better."""
    return _two_of_three(
        better_symptoms("A decrease in symptoms"),
        less_disease("Reduction of parenchymal abnormalities on chest radiograph or HRCT"),
        _physiology("Physiologic improvement, two or more of the following", Towards.RISE),
    )


def failed() -> SomeOf:
    """At least two of symptoms, imaging and physiology, for the worse."""
    return _two_of_three(
        worse_symptoms("An increase in symptoms"),
        more_disease("An increase in opacities on chest radiograph or HRCT"),
        _physiology("Deterioration of lung function, two or more of the following", Towards.FALL),
    )


def _two_of_three(*parts: Whichever | SomeOf) -> SomeOf:
    return SomeOf(printed="Two or more of the three", count=2, parts=parts)


def _physiology(printed: str, towards: Towards) -> SomeOf:
    word = "increase" if towards is Towards.RISE else "decrease"

    def moved(words: str, measure: str, counted: Counted, limit: Limit) -> Moved:
        return Moved(printed=words, measure=measure, counted=counted, towards=towards, limits=(limit,))

    volumes = (("fvc", "VC"), ("tlc", "TLC"))
    return SomeOf(
        printed=printed,
        count=2,
        parts=(
            Whichever(
                printed=f"≥ 10 % {word} in TLC or VC, or at least 200 mL",
                parts=tuple(
                    moved(f"{name} {sign} {word}", measure, counted, at_least(value))
                    for measure, name in volumes
                    for sign, counted, value in (
                        ("≥ 10 %", Counted.RELATIVE, 10.0),
                        ("≥ 200 mL", Counted.ABSOLUTE, 0.2),
                    )
                ),
            ),
            any_of(
                f"≥ 15 % {word} in single-breath DLCO, or at least 3 mL/min/mmHg",
                moved(f"≥ 15 % {word} in DLCO", "dlco", Counted.RELATIVE, at_least(15.0)),
                moved(f"≥ 3 mL/min/mmHg {word} in DLCO", "dlco", Counted.ABSOLUTE, at_least(3.0)),
            ),
            Whichever(
                printed=f"≥ 4 points {word} in O2 saturation, or ≥ 4 mmHg in PaO2, on exercise",
                parts=(
                    moved(
                        f"≥ 4 points {word} of the lowest saturation of the walk test",
                        "spo2_nadir",
                        Counted.ABSOLUTE,
                        at_least(4.0),
                    ),
                    NotAssessed(printed="PaO2 on exercise", why="a record holds PaO2 at rest"),
                ),
            ),
        ),
    )
