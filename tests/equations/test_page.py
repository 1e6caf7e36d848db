"""The page of the equations says what is built in."""

from __future__ import annotations

from runpy import run_path

from breathline.equations import EQUATIONS
from breathline.physiology import FORMULAS
from tests.conftest import ROOT


def test_the_page_is_up_to_date() -> None:
    written = run_path(str(ROOT / "data-raw" / "equations_page.py"))["page"]()
    found = (ROOT / "docs" / "reference" / "equations.md").read_text(encoding="utf-8")
    assert found == written, "Run data-raw/equations_page.py."


def test_every_equation_and_formula_has_its_paragraph() -> None:
    text = (ROOT / "docs" / "reference" / "equations.md").read_text(encoding="utf-8")
    for key in (*EQUATIONS, *FORMULAS):
        assert f"`{key}`: " in text
