"""Each contract check has been seen to fail on an item that is wrong in just that way."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from breathline.ct.align.alignment import Alignment, LungAlignment, LungQuality
from breathline.ct.align.register import Field
from breathline.equations import EQUATIONS, Input, ReferenceEquation
from breathline.equations.equation import Distribution, People
from breathline.model.assessment import Verdict
from breathline.model.change import Direction, OutcomeMeasure, Scale, Threshold
from breathline.model.volume import PATTERN_CODES, LabelMap, Volume
from breathline.outcomes import OUTCOMES
from breathline.sources import Source
from breathline.testing import (
    ContractError,
    check_alignment,
    check_criterion,
    check_equation,
    check_outcome,
    check_pattern_method,
    check_verdict,
)

DLCO = OUTCOMES["dlco"]
WALK = EQUATIONS["enright_1998_walk"]


def limit(**change: Any) -> Threshold:
    assert DLCO.error is not None
    return replace(DLCO.error, **change)


@pytest.mark.parametrize(
    ("measure", "complaint"),
    [
        (replace(DLCO, unit="furlong"), "'furlong' is not a known spelling"),
        (replace(DLCO, other_units=("mmHg",)), "'mmHg' cannot be turned"),
        (replace(DLCO, plausible=(70.0, 0.5)), "is not ordered"),
        (replace(DLCO, key="DL-CO"), "not lower_case_words"),
        (replace(DLCO, description=""), "label or description"),
        (replace(DLCO, code="LOINC:19911-6"), "mistyped"),
        (replace(DLCO, equation="nobody_1900"), "no equation 'nobody_1900'"),
        (replace(DLCO, equation="gli_2022_fvc"), "speaks of 'fvc'"),
        (replace(DLCO, conditions=("weather",)), "'weather' is not a measure"),
        (replace(DLCO, made_of=("weather",)), "'weather', of which it is made, is not a measure"),
        (replace(DLCO, variant_of="weather"), "'weather', of which it is made, is not a measure"),
        (replace(DLCO, variant_of="fvc"), "its equation speaks of 'dlco'"),
        (replace(DLCO, learning=limit(printed="")), "its learning effect lacks the printed words"),
        (replace(DLCO, error=limit(value=0.0)), "error is not positive"),
        (replace(DLCO, error=limit(printed="")), "lacks the printed words"),
        (replace(DLCO, error=limit(source=Source("nobody_1900"))), "'nobody_1900'"),
        (replace(DLCO, error=None), "no measurement error"),
        (replace(DLCO, important_difference=None), "no important difference"),
        (replace(DLCO, direction=None), "never held against limits"),
        (replace(DLCO, error=limit(value=100.0)), "the largest improvement"),
        (
            replace(OUTCOMES["hrct_reading"], direction=Direction.LOWER),
            "a reading of 1.0 is judged worse",
        ),
        (
            replace(OUTCOMES["hrct_reading"], plausible=(0.0, 1.0)),
            "a comparison is",
        ),
        (
            replace(DLCO, important_difference=limit(value=200.0, scale=Scale.RELATIVE)),
            "the largest improvement",
        ),
    ],
)
def test_check_outcome_fails_on(measure: OutcomeMeasure, complaint: str) -> None:
    with pytest.raises(ContractError, match="breaks its contract") as error:
        check_outcome(measure)
    assert any(complaint in broken for broken in error.value.broken)


def test_check_outcome_would_see_a_rule_that_is_not_symmetric(monkeypatch: pytest.MonkeyPatch) -> None:
    # The printed "relative to baseline" without care for the mirror: this is why limits.py does not use it.
    def lopsided(threshold: Threshold, pair: Any) -> float:
        return threshold.value / 100.0 * pair.baseline

    monkeypatch.setattr("breathline.outcomes.change.importance_in_unit", lopsided)
    wide = replace(DLCO, error=limit(value=0.1), important_difference=limit(value=60.0, scale=Scale.RELATIVE))
    with pytest.raises(ContractError, match="yet"):
        check_outcome(wide)


def test_check_outcome_would_see_absence_taken_for_a_number(monkeypatch: pytest.MonkeyPatch) -> None:
    from breathline.model.change import Judgement

    monkeypatch.setattr(
        "breathline.outcomes.change._absence_judgement", lambda before, after: Judgement.NO_CHANGE
    )
    with pytest.raises(ContractError, match="not_done is judged no_change"):
        check_outcome(DLCO)


def normal(mean: Callable[[People], Any], sd: float | None) -> Callable[[People], Distribution]:
    def distribution(people: People) -> Distribution:
        M = np.asarray(mean(people), dtype=float)
        return Distribution(np.ones_like(M), M, None if sd is None else sd / M)

    return distribution


def crooked(people: People) -> Distribution:
    M = 500.0 + 0.0 * people["age_years"]
    return Distribution(np.ones_like(M), M, -50.0 / M)  # a negative spread: the lower limit lies above


def by_position(people: People) -> Distribution:
    age = people["age_years"]
    M = 500.0 + np.arange(len(age), dtype=float)  # depends on the others in the array
    return Distribution(np.ones_like(M), M, 50.0 / M)


AGE_ONLY = (Input(name="age_years", low=40, high=80, unit="years"),)


def equation(**change: Any) -> ReferenceEquation:
    base: dict[str, Any] = {
        "inputs": AGE_ONLY,
        "distribution": normal(lambda p: 600.0 - p["age_years"], 50.0),
    }
    return replace(WALK, **(base | change))


def test_a_plain_equation_passes() -> None:
    check_equation(equation())


@pytest.mark.parametrize(
    ("wrong", "complaint"),
    [
        (equation(measure="marathon"), "no measure 'marathon'"),
        (equation(source=Source("nobody_1900")), "not in references.bib"),
        (equation(label=""), "the label is missing"),
        (equation(printed=""), "how the publication prints it"),
        (equation(distribution=normal(lambda p: p["age_years"] - 50.0, 5.0)), "it predicts -10"),
        (equation(distribution=normal(lambda p: 600.0 - p["age_years"], None)), "has_spread"),
        (equation(distribution=crooked), "the lower limit lies above the median"),
        (equation(distribution=by_position), "scalar and array forms differ"),
        (
            equation(distribution=normal(lambda p: np.where(p["age_years"] < 60, 600.0, 500.0), 50.0)),
            "it jumps at age ",
        ),
    ],
)
def test_check_equation_fails_on(wrong: ReferenceEquation, complaint: str) -> None:
    with pytest.raises(ContractError) as error:
        check_equation(wrong)
    assert any(complaint in broken for broken in error.value.broken)


@pytest.mark.parametrize(
    ("patched", "replacement", "complaint"),
    [
        ("physiology.inputs.out_of_range", lambda *_: "Out of range.", "is not refused naming the range"),
        ("physiology.inputs.out_of_range", lambda *_: "40 140 80 200 130", "looks like metres|in metres"),
        (
            "physiology.inputs._male",
            lambda label, sex, count, refused: np.zeros(count),
            "the sex 0 is not refused",
        ),
        ("equations.equation.Z_OF_LOWER_LIMIT", -1.96, "the lower limit has z"),
        ("equations.equation.convert", lambda value, unit, to: 1.0, "the same value in"),
        ("equations.equation._unlikely", lambda percent, limits: percent < 0, r"where \d+\.\d+ is expected"),
        (
            "equations.equation._possible",
            lambda own, limits: np.ones(len(own), dtype=bool),
            "a value of .* is not refused",
        ),
    ],
)
def test_check_equation_would_see_missing_guards(
    monkeypatch: pytest.MonkeyPatch, patched: str, replacement: object, complaint: str
) -> None:
    monkeypatch.setattr(f"breathline.{patched}", replacement)
    with pytest.raises(ContractError, match=complaint):
        check_equation(WALK)


def by_density(volume: Volume, lungs: LabelMap) -> LabelMap:
    """The plainest honest method: thresholds inside the lungs."""
    labels = np.zeros_like(lungs.labels)
    inside = lungs.labels > 0
    for name, low in (
        ("emphysema", -2048),
        ("normal", -950),
        ("ground_glass", -700),
        ("consolidation", -200),
    ):
        labels[inside & (volume.hu >= low)] = PATTERN_CODES[name]
    return LabelMap(labels=labels, geometry=lungs.geometry, names=dict(PATTERN_CODES))


def changed(
    change: Callable[[LabelMap, Volume, LabelMap], LabelMap],
) -> Callable[[Volume, LabelMap], LabelMap]:
    return lambda volume, lungs: change(by_density(volume, lungs), volume, lungs)


def with_labels(got: LabelMap, labels: Any) -> LabelMap:
    return replace(got, labels=labels)


def forgetful() -> Callable[[Volume, LabelMap], LabelMap]:
    calls = iter(range(100))
    return changed(
        lambda got, volume, lungs: with_labels(
            got, np.where((lungs.labels > 0) & (next(calls) % 2 == 1), 1, got.labels).astype(np.uint8)
        )
    )


def test_thresholds_pass() -> None:
    check_pattern_method(by_density)


@pytest.mark.parametrize(
    ("wrong", "complaint"),
    [
        (changed(lambda got, v, lungs: with_labels(got, got.labels[:-1])), "not on the grid"),
        (changed(lambda got, v, lungs: with_labels(got, got.labels.astype(np.int32))), "not uint8"),
        (changed(lambda got, v, lungs: replace(got, names={"normal": 7})), "not the standard ones"),
        (changed(lambda got, v, lungs: replace(got, names={"normal": 1})), "codes without a name"),
        (changed(lambda got, v, lungs: with_labels(got, np.maximum(got.labels, 1))), "outside the lungs"),
        (
            changed(lambda got, v, lungs: with_labels(got, got.labels * (v.hu < -700).astype(np.uint8))),
            "have no label",
        ),
        (forgetful(), "gives another output"),
        (
            changed(lambda got, v, lungs: with_labels(got, (2 * (lungs.labels > 0)).astype(np.uint8))),
            "hold 100 % of opacities",
        ),
        (
            changed(lambda got, v, lungs: with_labels(got, (lungs.labels > 0).astype(np.uint8))),
            "100 % normal or emphysema",
        ),
        (
            changed(
                lambda got, v, lungs: with_labels(
                    got,
                    np.where((lungs.labels > 0) & (np.indices(v.hu.shape)[0] < 24), 1, got.labels).astype(
                        np.uint8
                    ),
                )
            ),
            "moving the chest",
        ),
    ],
)
def test_check_pattern_method_fails_on(wrong: Callable[[Volume, LabelMap], LabelMap], complaint: str) -> None:
    with pytest.raises(ContractError, match="breaks its contract") as error:
        check_pattern_method(wrong)
    assert any(complaint in broken for broken in error.value.broken)


def by_centroid(
    baseline: Volume, baseline_lungs: LabelMap, followup: Volume, followup_lungs: LabelMap
) -> Alignment:
    """Lay centroids on each other: right for the contract's chest, which only shifts."""
    steps = np.array(baseline.geometry.spacing_mm)
    ends = [np.argwhere(lungs.labels).mean(axis=0) * steps for lungs in (baseline_lungs, followup_lungs)]
    shape = (6, 6, 6)
    field = Field(
        displacement=np.broadcast_to(ends[1] - ends[0], (*shape, 3)).astype(np.float32),
        cells=np.ones(shape, dtype=bool),
        origin_mm=np.zeros(3),
        step_mm=40.0,
    )
    quality = LungQuality(
        name="lung", inverse_mm=0.0, inverse_95_mm=0.0, likeness=1.0, vessel_overlap=1.0, least_jacobian=1.0,
        volume_ml=(1.0, 1.0), mass_g=(1.0, 1.0), doubtful_percent=0.0,
    )  # fmt: skip
    lungs = tuple(
        LungAlignment(
            code=code,
            field=field,
            jacobian=np.ones(shape, dtype=np.float32),
            doubtful=np.zeros(shape, dtype=bool),
            quality=quality,
        )
        for code in (1, 2)
    )
    return Alignment(
        baseline_lungs=baseline_lungs,
        followup_geometry=followup.geometry,
        lungs=lungs,
        doubtful_regions={},
        flags=(),
        steps=(),
    )


def moving(change: Callable[[np.ndarray], np.ndarray]) -> Callable[..., Alignment]:
    def align(*scans: Any) -> Alignment:
        good = by_centroid(*scans)
        lungs = tuple(
            replace(lung, field=replace(lung.field, displacement=change(lung.field.displacement)))
            for lung in good.lungs
        )
        return replace(good, lungs=lungs)

    return align


def everywhere(*scans: Any) -> Alignment:
    good = by_centroid(*scans)
    return replace(
        good, baseline_lungs=replace(good.baseline_lungs, labels=np.ones_like(good.baseline_lungs.labels))
    )


def folding(*scans: Any) -> Alignment:
    good = by_centroid(*scans)
    lungs = tuple(replace(lung, quality=replace(lung.quality, least_jacobian=-0.1)) for lung in good.lungs)
    return replace(good, lungs=lungs)


def wandering() -> Callable[..., Alignment]:
    random = np.random.default_rng(1)
    return moving(lambda field: field + random.normal(0, 0.01, 3).astype(np.float32))


def test_centroids_pass() -> None:
    check_alignment(by_centroid)


@pytest.mark.parametrize(
    ("wrong", "complaint"),
    [
        (moving(lambda field: field + np.float32(1)), "the same scan twice moves"),
        (moving(np.zeros_like), "a shift is missed by 11.5 mm"),
        (moving(np.abs), "does not turn it round"),
        (everywhere, "moves outside the lungs"),
        (folding, "the lung folds"),
        (wandering(), "gives another output"),
    ],
)
def test_check_alignment_fails_on(wrong: Callable[..., Alignment], complaint: str) -> None:
    with pytest.raises(ContractError, match="The alignment breaks its contract") as error:
        check_alignment(wrong)
    assert any(complaint in broken for broken in error.value.broken)


VERDICT = Verdict(
    criterion="nyha_change",
    title="Change of NYHA class",
    label="met",
    statement="Better by two classes.",
    reasons=("NYHA class fell from 4 to 2.",),
    source=("NYHA 1994",),
)


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"label": "perhaps"}, "'perhaps' is none of"),
        ({"statement": ""}, "title or statement"),
        ({"source": ()}, "no source"),
        ({"reasons": ()}, "without a reason"),
        ({"label": "cannot_tell"}, "does not say what is missing"),
    ],
)
def test_check_verdict_fails_on(change: dict[str, Any], complaint: str) -> None:
    check_verdict(VERDICT)
    with pytest.raises(ContractError, match=complaint):
        check_verdict(replace(VERDICT, **change))


def branches(*, without: str = "") -> list[Any]:
    from tests.verdict.test_inbuild import VIGNETTES

    return [evidence for name, (evidence, _) in VIGNETTES.items() if name != without]


def inbuild(**change: Any) -> Any:
    from breathline.verdict import CRITERIA

    return replace(CRITERIA["inbuild"], **change)


def test_check_criterion_passes_one_that_is_right() -> None:
    check_criterion(inbuild(), branches())


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"printed": ""}, "printed words are missing"),
        ({"source": None}, "names no source"),
        ({"source": Source("nobody_1900")}, "not in references.bib"),
        ({"key": "another"}, "a verdict is named 'inbuild'"),
        ({"labels": ("met", "not_met", "perhaps")}, "no vignette gives 'perhaps'"),
        ({"labels": ("met",)}, "'not_met' is none of"),
        ({"judge": lambda evidence: replace(VERDICT, label="met")}, "an empty record gives 'met'"),
    ],
)
def test_check_criterion_fails_on(change: dict[str, Any], complaint: str) -> None:
    with pytest.raises(ContractError) as error:
        check_criterion(inbuild(**change), branches())
    assert any(complaint in broken for broken in error.value.broken), error.value.broken


def test_check_criterion_sees_a_branch_without_a_vignette() -> None:
    with pytest.raises(ContractError) as error:
        check_criterion(inbuild(), branches(without="FVC by 5 % and fibrosis measured"))
    assert set(error.value.broken) == {"no vignette shows 'Extent of fibrosis increased' met"}


def test_check_criterion_sees_a_condition_without_printed_words() -> None:
    from breathline.verdict.conditions import any_of
    from breathline.verdict.inbuild import LARGE, RULE
    from breathline.verdict.rule import Case, criterion_of

    wordless = any_of("Either", replace(LARGE, printed=""))
    rule = replace(RULE, cases=(Case(label="met", statement="Yes.", condition=wordless), RULE.cases[1]))
    with pytest.raises(ContractError, match="has no printed words"):
        check_criterion(criterion_of(rule), branches())
