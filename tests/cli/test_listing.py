"""``breathline list`` shows what is registered, with its sources."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from breathline.cli import main
from breathline.cli.listing import REGISTRIES
from breathline.equations import EQUATIONS
from breathline.exposure import MODELS
from breathline.outcomes import OUTCOMES
from breathline.physiology import FORMULAS


@pytest.mark.parametrize(
    ("kind", "registry"),
    [("measures", OUTCOMES), ("equations", EQUATIONS), ("formulas", FORMULAS), ("models", MODELS)],
)
def test_everything_registered_is_listed_with_its_source(kind: str, registry: object) -> None:
    told = CliRunner().invoke(main, ["list", kind, "--json"])
    assert told.exit_code == 0
    rows = json.loads(told.output)
    assert [row["key"] for row in rows] == list(registry)  # type: ignore[call-overload]
    text = CliRunner().invoke(main, ["list", kind]).output
    for row in rows:
        assert f"{row['key']}: {row['label']}" in text
        for cited in (row, row.get("error"), row.get("important_difference")):
            if cited and cited.get("source"):
                sources = [cited["source"]] if isinstance(cited["source"], str) else cited["source"]
                assert all(source in text for source in sources)


def test_the_text_of_a_measure() -> None:
    text = CliRunner().invoke(main, ["list", "measures"]).output
    start = text.index("dlco: ")
    assert text[start:].startswith(
        "dlco: DLCO [mL/min/mmHg]\n"
        "    higher is better\n"
        "    How readily gas passes from the air sacs into the blood.\n"
        "    error 4 mL/min/mmHg: Zavorsky, Eur Respir J 2017;49:1600962, doi 10.1183/13993003.00962-2016, "
    )
    assert "hb: Haemoglobin [g/dL]\n    supporting value, never judged" in text
    assert "[not verified against the publication]" in text


def test_the_text_of_an_equation() -> None:
    text = CliRunner().invoke(main, ["list", "equations"]).output
    assert (
        "gibbons_2001_walk: Six-minute walk distance, Gibbons 2001 [m]\n"
        "    868.8 − 2.99 A − 74.7 in women [m]\n"
        "    no spread printed, so neither z-score nor lower limit\n"
        "    age_years 20 to 80 years\n"
        "    source: Gibbons, "
    ) in text


def test_a_kind_that_this_version_lacks(monkeypatch: pytest.MonkeyPatch) -> None:
    lacking = dict(
        REGISTRIES, patterns=("breathline.nowhere", "PATTERNS"), models=("breathline.ct", "NOTHING")
    )
    monkeypatch.setattr("breathline.cli.listing.REGISTRIES", lacking)
    for kind in ("patterns", "models"):
        told = CliRunner().invoke(main, ["list", kind])
        assert told.exit_code == 0
        assert told.stderr == f"None built in yet: there are no {kind}.\n"
        assert told.stdout == ""
        assert json.loads(CliRunner().invoke(main, ["list", kind, "--json"]).stdout) == []


def test_an_unknown_kind_is_wrong_use() -> None:
    assert CliRunner().invoke(main, ["list", "hopes"]).exit_code == 2
