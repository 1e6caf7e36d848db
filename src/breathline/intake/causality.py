"""``causality.csv``: the answers of a physician on whether a drug caused an event."""

from __future__ import annotations

from collections.abc import Sequence

from breathline.intake.findings import Findings, clipped, nearest
from breathline.intake.rows import CausalityRow
from breathline.intake.timeline import Timeline
from breathline.model.patient import Answer, CausalityAnswer

QUESTIONS = (
    "previous_reports", "after_drug", "better_on_withdrawal", "back_on_rechallenge", "alternative_causes",
    "back_on_placebo", "toxic_concentration", "dose_response", "similar_before", "objective_evidence",
    "plausible_time", "other_explanation", "plausible_withdrawal", "definitive_event",
    "satisfactory_rechallenge", "more_data",
)  # fmt: skip
"""Keys of the questions that may be answered: the ten of Naranjo, then those of WHO-UMC."""

_ANSWERS = {
    "yes": Answer.YES, "y": Answer.YES, "true": Answer.YES,
    "no": Answer.NO, "n": Answer.NO, "false": Answer.NO,
    "unknown": Answer.UNKNOWN, "not known": Answer.UNKNOWN, "do not know": Answer.UNKNOWN,
    "not done": Answer.UNKNOWN,
    "not needed": Answer.NOT_NEEDED, "not necessary": Answer.NOT_NEEDED,
}  # fmt: skip


def build_causality(
    rows: Sequence[CausalityRow], timeline: Timeline, file: str, findings: Findings
) -> tuple[CausalityAnswer, ...]:
    """Turn the rows into answers; one that cannot be read counts as unanswered, and is told."""
    found = []
    given: dict[tuple[object, ...], int] = {}
    for row in rows:
        question = "_".join(row.question.lower().replace("-", " ").split())
        if question not in QUESTIONS:
            findings.warning(
                "unknown_question",
                f"'{clipped(row.question)}' is not a question on causality.{nearest(question, QUESTIONS)} The row is "
                "not used.",
                f"Questions: {', '.join(QUESTIONS)}.",
                file=file,
                row=row.line,
                column="question",
                found=row.question,
            )
            continue
        key = (row.term.casefold(), row.start, row.start_week, row.drug.casefold(), question)
        if key in given:
            findings.error(
                "answered_twice",
                f"The question '{question}' on this event and drug is answered on line {given[key]} already.",
                "Delete one of the two.",
                file=file,
                row=row.line,
                column="question",
            )
        given.setdefault(key, row.line)
        found.append(
            CausalityAnswer(
                term=row.term,
                start=timeline.moment(row.start, row.start_week),
                drug=row.drug,
                question=question,
                answer=_answer(row, file, findings),
                row=row.line,
            )
        )
    return tuple(found)


def _answer(row: CausalityRow, file: str, findings: Findings) -> Answer | None:
    word = " ".join(row.answer.lower().replace("_", " ").split())
    if not word:
        return None
    if word not in _ANSWERS:
        findings.warning(
            "unclear_answer",
            f"'{clipped(row.answer)}' is none of yes, no, unknown and not_needed; the question counts as unanswered.",
            "Write one of them, or leave the cell empty.",
            file=file,
            row=row.line,
            column="answer",
            found=row.answer,
        )
    return _ANSWERS.get(word)
