"""ILD-GAP index of chronic interstitial lung disease (Ryerson, Chest 2014)."""

from functools import partial

from breathline.equations.ild_gap_2014 import SOURCE, IldSubtype, ild_gap_points
from breathline.equations.points import PointScore, Stage
from breathline.model.assessment import Verdict
from breathline.verdict.criterion import Criterion, Evidence
from breathline.verdict.disease import subtype_of
from breathline.verdict.scores import BOTH, Found, Named, State, found_points, score_verdict

PRINTED = (
    "The points of GAP, and for the disease: IPF 0, unclassifiable ILD 0, CTD-ILD −2, idiopathic NSIP −2, chronic "
    "HP −2; a sum below 0 counts as 0."
)


def score(state: State, *, subtype: IldSubtype | None) -> Found:
    """Add up the disease, gender, age and physiology."""
    got = ild_gap_points(
        subtype=subtype,
        sex=state.sex,
        age_years=state.age_years,
        fvc_percent=state.fvc,
        dlco_percent=state.dlco,
    )
    return found_points(got, label=_points)


def _points(got: PointScore, stage: Stage) -> str:
    return stage.label if got.points is None else str(got.points)


def judge(evidence: Evidence) -> Verdict:
    """Give the points before treatment or on it."""
    subtype = subtype_of(evidence.person)
    taken = f"The disease is taken from the diagnoses: {subtype}." if subtype else "One of the five diseases."
    named = Named(key=CRITERION.key, title=CRITERION.title, source=SOURCE, presumed=(taken,))
    return score_verdict(named, evidence, partial(score, subtype=subtype))


CRITERION = Criterion(
    key="ild_gap_2014", title="ILD-GAP index", printed=PRINTED, judge=judge, source=SOURCE, periods=BOTH
)
