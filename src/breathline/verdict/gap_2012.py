"""GAP stage of idiopathic pulmonary fibrosis (Ley, Ann Intern Med 2012)."""

from breathline.equations.gap_2012 import SOURCE, gap_points
from breathline.equations.points import PointScore, Stage
from breathline.model.assessment import Verdict
from breathline.verdict.criterion import Criterion, Evidence
from breathline.verdict.disease import names_no_ipf
from breathline.verdict.scores import BOTH, Found, Named, State, found_points, score_verdict

PRINTED = (
    "Gender: female 0, male 1. Age: ≤ 60 0, 61–65 1, > 65 2. FVC % predicted: > 75 0, 50–75 1, < 50 2. "
    "DLCO % predicted: > 55 0, 36–55 1, ≤ 35 2, cannot perform 3. Stage I 0–3, II 4–5, III 6–8 points."
)


def score(state: State) -> Found:
    """Add up gender, age and physiology."""
    got = gap_points(sex=state.sex, age_years=state.age_years, fvc_percent=state.fvc, dlco_percent=state.dlco)
    return found_points(got, label=_stage)


def _stage(_: PointScore, stage: Stage) -> str:
    return f"stage_{stage.label}"


def judge(evidence: Evidence) -> Verdict:
    """Give the stage before treatment or on it."""
    another = names_no_ipf(evidence)
    presumed = (
        f"Idiopathic pulmonary fibrosis. But: {another}" if another else "Idiopathic pulmonary fibrosis."
    )
    named = Named(key=CRITERION.key, title=CRITERION.title, source=SOURCE, presumed=(presumed,))
    return score_verdict(named, evidence, score)


CRITERION = Criterion(
    key="gap_2012",
    title="GAP stage",
    printed=PRINTED,
    judge=judge,
    source=SOURCE,
    periods=BOTH,
    labels=("stage_I", "stage_II", "stage_III"),
)
