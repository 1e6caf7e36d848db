"""Contract checks that every registered item passes; public, so that extensions can use them in their tests.

Each raises `ContractError`, which names everything that is wrong with the item::

    from breathline.testing import check_outcome

    def test_my_measure():
        check_outcome(MEASURE)
"""

from breathline.testing.alignment import check_alignment
from breathline.testing.contract import ContractError
from breathline.testing.criterion import check_criterion, check_verdict
from breathline.testing.equation import check_equation
from breathline.testing.formula import check_formula
from breathline.testing.outcome import check_outcome
from breathline.testing.pattern import check_pattern_method
from breathline.testing.population import check_population_model

__all__ = [
    "ContractError",
    "check_alignment",
    "check_criterion",
    "check_equation",
    "check_formula",
    "check_outcome",
    "check_pattern_method",
    "check_population_model",
    "check_verdict",
]
