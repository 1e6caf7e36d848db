"""Citations as the report prints them."""

from __future__ import annotations

from breathline.sources import citation


def test_short_citation() -> None:
    assert citation("ries_2005") == "Ries, COPD 2005;2:105–110, doi 10.1081/COPD-200050655"


def test_a_body_is_one_author() -> None:
    assert citation("ats_ers_2000").startswith(
        "American Thoracic Society and European Respiratory Society, "
        "Am J Respir Crit Care Med 2000;161:646–664"
    )
