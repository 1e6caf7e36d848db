"""The contract of a criterion: what any verdict it gives must carry."""

from __future__ import annotations

from collections.abc import Iterable

from breathline.model.assessment import Verdict
from breathline.testing.contract import Findings

CANNOT_TELL = "cannot_tell"


def check_verdict(verdict: Verdict, *, labels: Iterable[str] = ("met", "not_met")) -> None:
    """Check one verdict of a criterion, such as each vignette of its tests gives.

    Parameters
    ----------
    verdict
        What the criterion said.
    labels
        The answers it may give besides ``cannot_tell``.

    Raises
    ------
    ContractError
        If the label is unknown, "cannot tell" does not say what is missing, or the reasons, the statement
        or the sources are missing.
    """
    found = Findings(f"The verdict of '{verdict.criterion}'")
    allowed = {*labels, CANNOT_TELL}
    found.expect(verdict.label in allowed, f"the label '{verdict.label}' is none of {sorted(allowed)}")
    found.expect(bool(verdict.title and verdict.statement), "title or statement is missing")
    found.expect(bool(verdict.source), "it names no source")
    if verdict.label == CANNOT_TELL:
        found.expect(bool(verdict.missing), "it cannot tell, but does not say what is missing")
    else:
        found.expect(bool(verdict.reasons), "it decides without a reason")
    found.finish()
