"""Composite physiologic index (Wells, Am J Respir Crit Care Med 2003)."""

from breathline.equations.cpi_2003 import SOURCE, composite_physiologic_index
from breathline.model.assessment import Verdict
from breathline.model.measurement import Absence
from breathline.verdict.criterion import Criterion, Evidence
from breathline.verdict.scores import BOTH, Found, Named, State, not_found, score_verdict

PRINTED = (
    "CPI = 91.0 − 0.65 × DLCO % − 0.53 × FVC % + 0.34 × FEV1 %, in percent of predicted; higher is worse."
)


def score(state: State) -> Found:
    """Give the extent of fibrosis that the lung function speaks of."""
    got = composite_physiologic_index(state.fvc, state.fev1, state.dlco)
    if isinstance(got.value, Absence):
        return not_found(got.missing)
    shown = f"{got.value:.1f}"
    values = {"FVC": state.fvc, "FEV1": state.fev1, "DLCO": state.dlco}
    return Found(
        label=shown.replace("-", "\N{MINUS SIGN}"),
        statement=f"Composite physiologic index {shown}; higher is worse.".replace("-", "\N{MINUS SIGN}"),
        score=got.value,
        reasons=tuple(f"{name} {value:.1f} % of predicted." for name, value in values.items()),
    )


def judge(evidence: Evidence) -> Verdict:
    """Give the index before treatment or on it."""
    named = Named(
        key=CRITERION.key,
        title=CRITERION.title,
        source=SOURCE,
        presumed=("Fitted in idiopathic pulmonary fibrosis.",),
    )
    return score_verdict(named, evidence, score)


CRITERION = Criterion(
    key="cpi_2003",
    title="Composite physiologic index",
    printed=PRINTED,
    judge=judge,
    source=SOURCE,
    periods=BOTH,
)
