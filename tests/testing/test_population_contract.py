"""The contract of population models has been seen to fail on a model that is wrong in just that way."""

from __future__ import annotations

from dataclasses import replace

import pytest

from breathline.exposure import MODELS, PopulationModel
from breathline.exposure.population import Covariate, Residual, Variability
from breathline.sources import Source
from breathline.testing import ContractError, check_population_model

GOTTA = MODELS["imatinib_gotta_2014"]
AGE = GOTTA.covariates[0]


@pytest.mark.parametrize(
    ("model", "complaint"),
    [
        (replace(GOTTA, people=""), "people or description is missing"),
        (replace(GOTTA, source=()), "names no source"),
        (replace(GOTTA, source=(Source("nobody_1900"),)), "'nobody_1900'"),
        (replace(GOTTA, unit="spoons"), "'spoons' is not known"),
        (replace(GOTTA, unit="mg/L"), "cannot be pooled"),
        (
            replace(GOTTA, covariates=(Covariate(key="star_sign", reference=1, plausible=(0, 12)),)),
            "'star_sign'",
        ),
        (replace(GOTTA, covariates=(replace(AGE, reference=17.0), GOTTA.covariates[1])), "is not plausible"),
        (
            replace(GOTTA, covariates=(replace(AGE, plausible=(18.0, 300.0)), GOTTA.covariates[1])),
            "= 300 gives",
        ),
        (
            replace(GOTTA, variability=Variability(parameters=("wings",), covariance=((0.1,),))),
            "a parameter varies that it does not have",
        ),
        (
            replace(
                GOTTA,
                variability=Variability(
                    parameters=("clearance", "volume"), covariance=((0.1, 0.2), (0.2, 0.1))
                ),
            ),
            "its covariance is none",
        ),
        (replace(GOTTA, residual=Residual(proportional=0.0)), "no residual error"),
    ],
)
def test_check_population_model_fails_on(model: PopulationModel, complaint: str) -> None:
    with pytest.raises(ContractError, match="breaks its contract") as error:
        check_population_model(model)
    assert any(complaint in broken for broken in error.value.broken)


def test_it_would_see_a_curve_that_is_not_linear(monkeypatch: pytest.MonkeyPatch) -> None:
    from breathline.exposure.kernel import concentrations

    def saturated(kernel, times, amounts, at):
        return concentrations(kernel, times, amounts, at) ** 0.9

    monkeypatch.setattr("breathline.testing.population.concentrations", saturated)
    with pytest.raises(ContractError, match="doses do not add up"):
        check_population_model(GOTTA)
