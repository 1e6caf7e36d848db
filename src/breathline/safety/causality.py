"""How likely a drug caused an event: Naranjo's scale and the WHO-UMC categories, from structured answers.

No answer is made up: a question without one counts nothing, is named, and the categories it leaves open are given.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from breathline.model.patient import Answer
from breathline.model.safety import Causality
from breathline.sources import Source

NARANJO = Source(
    "naranjo_1981", "the ten questions and their points", note="as reprinted with permission in later papers"
)
WHO_UMC = Source(
    "who_umc", "table of causality categories", note="as reprinted with permission in later papers"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A question on causality, as printed, with Naranjo's points for yes and no where it is one of his."""

    key: str
    printed: str
    yes: int = 0
    no: int = 0


NARANJO_QUESTIONS: tuple[Question, ...] = (
    Question(
        key="previous_reports", yes=1, printed="Are there previous conclusive reports on this reaction?"
    ),
    Question(
        key="after_drug",
        yes=2,
        no=-1,
        printed="Did the adverse event appear after the suspected drug was administered?",
    ),
    Question(
        key="better_on_withdrawal",
        yes=1,
        printed="Did the adverse event improve when the drug was discontinued or a specific antagonist was "
        "administered?",
    ),
    Question(
        key="back_on_rechallenge",
        yes=2,
        no=-1,
        printed="Did the adverse event reappear when the drug was re-administered?",
    ),
    Question(
        key="alternative_causes",
        yes=-1,
        no=2,
        printed="Are there alternative causes that could on their own have caused the reaction?",
    ),
    Question(
        key="back_on_placebo", yes=-1, no=1, printed="Did the reaction reappear when a placebo was given?"
    ),
    Question(
        key="toxic_concentration",
        yes=1,
        printed="Was the drug detected in blood or other fluids in concentrations known to be toxic?",
    ),
    Question(
        key="dose_response",
        yes=1,
        printed="Was the reaction more severe when the dose was increased or less severe when the dose was "
        "decreased?",
    ),
    Question(
        key="similar_before",
        yes=1,
        printed="Did the patient have a similar reaction to the same or similar drugs in any previous exposure?",
    ),
    Question(
        key="objective_evidence", yes=1, printed="Was the adverse event confirmed by any objective evidence?"
    ),
)

WHO_UMC_QUESTIONS: tuple[Question, ...] = (
    Question(key="plausible_time", printed="Is the time relationship to drug intake plausible?"),
    Question(key="other_explanation", printed="Could disease or other drugs explain the event?"),
    Question(key="plausible_withdrawal", printed="Is the response to withdrawal plausible?"),
    Question(
        key="definitive_event", printed="Is the event definitive, pharmacologically or phenomenologically?"
    ),
    Question(key="satisfactory_rechallenge", printed="Was rechallenge satisfactory, if necessary?"),
    Question(key="more_data", printed="Are more data under examination or to be had?"),
)

QUESTIONS: Mapping[str, Question] = {
    question.key: question for question in (*NARANJO_QUESTIONS, *WHO_UMC_QUESTIONS)
}

NARANJO_CATEGORIES = ((9, "definite"), (5, "probable"), (1, "possible"))
"""Least score of each category; below the last it is doubtful."""

Answers = Mapping[str, Answer | None]


def judge_causality(answers: Answers, drug: str = "") -> tuple[Causality, ...]:
    """Judge by every method at least one question of which has an answer.

    Examples
    --------
    >>> found = judge_causality({"after_drug": Answer.YES, "alternative_causes": Answer.NO}, "imatinib")
    >>> found[0].score, found[0].category, found[0].lowest, found[0].highest
    (4, 'possible', 'possible', 'definite')
    """
    methods = ((NARANJO_QUESTIONS, _naranjo), (WHO_UMC_QUESTIONS, _who_umc))
    return tuple(
        judge(answers, drug)
        for questions, judge in methods
        if any(answers.get(question.key) is not None for question in questions)
    )


def _naranjo(answers: Answers, drug: str) -> Causality:
    """Add up the points; "unknown" is an answer and counts 0, a question without an answer may count either way."""
    score, lowest, highest = 0, 0, 0
    for question in NARANJO_QUESTIONS:
        answer = answers.get(question.key)
        points = {Answer.YES: question.yes, Answer.NO: question.no}
        possible = (0, question.yes, question.no) if answer is None else (points.get(answer, 0),)
        score += 0 if answer is None else possible[0]
        lowest += min(possible)
        highest += max(possible)
    unanswered = _unanswered(NARANJO_QUESTIONS, answers)
    return Causality(
        method="naranjo",
        drug=drug,
        score=score,
        category=_category(score),
        lowest=_category(lowest),
        highest=_category(highest),
        answered=len(NARANJO_QUESTIONS) - len(unanswered),
        unanswered=unanswered,
        source=str(NARANJO),
    )


def _category(score: int) -> str:
    return next((name for least, name in NARANJO_CATEGORIES if score >= least), "doubtful")


def _unanswered(questions: Sequence[Question], answers: Answers) -> tuple[str, ...]:
    return tuple(question.printed for question in questions if answers.get(question.key) is None)


WHO_UMC_ORDER = ("unassessable", "conditional", "unlikely", "possible", "probable", "certain")


def _who_umc(answers: Answers, drug: str) -> Causality:
    category, reasons = _who_umc_category(answers)
    open_keys = [question.key for question in WHO_UMC_QUESTIONS if answers.get(question.key) is None]
    others = {category} | {_who_umc_category({**answers, **filled})[0] for filled in _fillings(open_keys)}
    reached = [name for name in WHO_UMC_ORDER if name in others]
    unanswered = _unanswered(WHO_UMC_QUESTIONS, answers)
    return Causality(
        method="who_umc",
        drug=drug,
        category=category,
        lowest=reached[0],
        highest=reached[-1],
        answered=len(WHO_UMC_QUESTIONS) - len(unanswered),
        unanswered=unanswered,
        reasons=reasons,
        source=str(WHO_UMC),
    )


def _fillings(keys: Sequence[str]) -> list[dict[str, Answer]]:
    """Give every way in which open questions could be answered."""
    found: list[dict[str, Answer]] = [{}]
    for key in keys:
        found = [{**one, key: answer} for one in found for answer in (Answer.YES, Answer.NO, Answer.UNKNOWN)]
    return found


def _who_umc_category(answers: Answers) -> tuple[str, tuple[str, ...]]:
    """Give the highest category all of whose printed criteria are answered for, and why not a higher one."""
    time, other = answers.get("plausible_time"), answers.get("other_explanation")
    if time is Answer.NO and other is Answer.YES:
        return "unlikely", (
            "the time makes a relationship improbable, and something else explains the event",
        )
    if time is Answer.YES and other is Answer.YES:
        return "possible", ("disease or other drugs could also explain the event",)
    if time is Answer.YES and other is Answer.NO:
        return _who_umc_unexplained(answers)
    if answers.get("more_data") is Answer.YES:
        return "conditional", ("more data are needed for an assessment",)
    return "unassessable", ("time relationship and other explanations are not answered, or contradict",)


def _who_umc_unexplained(answers: Answers) -> tuple[str, tuple[str, ...]]:
    """Tell certain, probable and possible apart where the time fits and nothing else explains the event."""
    if answers.get("plausible_withdrawal") is not Answer.YES:
        return "possible", ("a plausible response to withdrawal is not answered for",)
    if answers.get("definitive_event") is not Answer.YES:
        return "probable", ("the event is not said to be definitive",)
    if answers.get("satisfactory_rechallenge") not in (Answer.YES, Answer.NOT_NEEDED):
        return "probable", ("rechallenge is neither satisfactory nor said not to be needed",)
    return "certain", ()
