"""Hy's law: hepatocellular injury with jaundice, which warns of severe drug-induced liver injury."""

from __future__ import annotations

from collections.abc import Sequence

from breathline.model.measurement import Absence, Moment
from breathline.model.safety import GradedLab, HysLaw, HysLawAnswer
from breathline.sources import Source

SOURCE = Source(
    "fda_dili_2009",
    "components of a Hy's law case",
    note="the limit for alkaline phosphatase as commonly used; the guidance says 'elevated serum ALP'",
)
PRINTED = (
    "3-fold or greater elevations above the ULN of ALT or AST; elevation of serum TBL to >2xULN, without initial "
    "findings of cholestasis (elevated serum ALP); no other reason can be found"
)

AMINOTRANSFERASE_TIMES_ULN = 3.0
BILIRUBIN_TIMES_ULN = 2.0
PHOSPHATASE_TIMES_ULN = 2.0

TOGETHER_DAYS = 30.0
"""Bilirubin may rise after the aminotransferases; a later rise is another event. Our choice, not the guidance's."""

OTHER_CAUSES = (
    "Other causes (viral hepatitis, earlier liver disease, another drug) must be ruled out by a physician."
)


def judge_hys_law(labs: Sequence[GradedLab], treatment_start: Moment | None) -> HysLaw:
    """Hold the values after the start of treatment against the laboratory part of Hy's law.

    Parameters
    ----------
    labs
        Every laboratory value; those without the upper limit of their laboratory cannot be used.
    treatment_start
        None where not recorded; then every value counts.

    Returns
    -------
    HysLaw
        Met where ALT or AST is at least 3 × ULN and bilirubin above 2 × ULN on the same day or within 30 days
        after, with alkaline phosphatase below 2 × ULN; whether another cause explains it is not asked.
    """
    times = {key: _times_uln(labs, key, treatment_start) for key in ("alt", "ast", "bilirubin", "alp")}
    enzymes = sorted([*times["alt"], *times["ast"]], key=lambda found: found[0].order)
    if not enzymes:
        return _untold(("ALT or AST on treatment, with its upper limit",))
    raised = [when for when, ratio in enzymes if ratio >= AMINOTRANSFERASE_TIMES_ULN]
    if not raised:
        return HysLaw(
            answer=HysLawAnswer.NOT_MET,
            sentence="Hy's law is not met: no ALT or AST reached 3 times the upper limit on treatment.",
            source=str(SOURCE),
        )
    answers = [_at(when, times["bilirubin"], times["alp"]) for when in raised]
    order = (HysLawAnswer.MET, HysLawAnswer.CANNOT_TELL, HysLawAnswer.NOT_MET)
    return min(answers, key=lambda answer: order.index(answer.answer))


_Ratio = tuple[Moment, float]


def _times_uln(labs: Sequence[GradedLab], test: str, start: Moment | None) -> list[_Ratio]:
    found = []
    for graded in labs:
        lab = graded.lab
        if graded.test != test or lab.when is None or isinstance(lab.value, Absence) or not lab.high:
            continue
        if lab.low is not None and lab.low > lab.high:
            continue
        if start is None or lab.when.order > start.order:
            found.append((lab.when, float(f"{lab.value / lab.high:.9g}")))
    return found


def _at(when: Moment, bilirubin: Sequence[_Ratio], phosphatase: Sequence[_Ratio]) -> HysLaw:
    """Judge one day on which an aminotransferase was raised enough."""
    near = [ratio for day, ratio in bilirubin if 0.0 <= day.order - when.order <= TOGETHER_DAYS]
    if not near:
        return _untold(("bilirubin within 30 days of the raised ALT or AST",), when)
    if max(near) <= BILIRUBIN_TIMES_ULN:
        return HysLaw(
            answer=HysLawAnswer.NOT_MET,
            when=when,
            sentence="Hy's law is not met: ALT or AST reached 3 times the upper limit, and bilirubin did not pass "
            "twice its own within 30 days.",
            source=str(SOURCE),
        )
    initial = [ratio for day, ratio in phosphatase if abs(day.order - when.order) <= TOGETHER_DAYS]
    if not initial:
        return _untold(("alkaline phosphatase within 30 days of the raised ALT or AST",), when)
    if max(initial) >= PHOSPHATASE_TIMES_ULN:
        return HysLaw(
            answer=HysLawAnswer.NOT_MET,
            when=when,
            sentence="Hy's law is not met: ALT or AST and bilirubin are raised as it asks, and so is alkaline "
            "phosphatase, which speaks for cholestasis.",
            source=str(SOURCE),
        )
    return HysLaw(
        answer=HysLawAnswer.MET,
        when=when,
        sentence="The laboratory part of Hy's law is met: ALT or AST at least 3 times, and bilirubin more than twice "
        f"the upper limit, without raised alkaline phosphatase. {OTHER_CAUSES}",
        source=str(SOURCE),
    )


def _untold(missing: tuple[str, ...], when: Moment | None = None) -> HysLaw:
    return HysLaw(
        answer=HysLawAnswer.CANNOT_TELL,
        when=when,
        sentence=f"Hy's law cannot be judged; missing: {'; '.join(missing)}.",
        missing=missing,
        source=str(SOURCE),
    )
