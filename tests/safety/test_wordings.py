"""Free words matched to terms: three lists written by a person, of which the first was there before the matcher.

``event_wordings.csv`` was committed before any matcher; the two others were written later, each before the matcher
had seen it: ``event_wordings_second.csv`` was then used to add wordings, ``event_wordings_held_out.csv`` was not.
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from pathlib import Path

import pytest

from breathline.model.safety import CtcaeVersion, MatchMethod
from breathline.safety import match_event, match_test
from breathline.safety.ctcae import read_table, terms
from tests.conftest import ROOT

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Score:
    wordings: int
    right: float
    wrong: float
    rows: tuple[str, ...]


def score(name: str) -> Score:
    """Compare with what the list says: matched to its term, or not matched and, where it says so, suggested."""
    rows = list(csv.DictReader((HERE / name).read_text(encoding="utf-8").splitlines()))
    right, wrong = 0, []
    for row in rows:
        found = match_event(row["wording"])
        suggested = {term for term in row["suggests"].split("|") if term}
        right += found.term == row["term"] and suggested <= set(found.suggestions)
        if found.term and found.term != row["term"]:
            wrong.append(f"{row['wording']} -> {found.term}")
    return Score(len(rows), right / len(rows), len(wrong) / len(rows), tuple(wrong))


def test_the_list_written_before_the_matcher_is_met():
    got = score("event_wordings.csv")
    assert got.wordings >= 150
    assert got.right >= 0.95, got
    assert got.wrong <= 0.01, got


@pytest.mark.parametrize("name", ["event_wordings_second.csv", "event_wordings_held_out.csv"])
def test_wordings_nobody_prepared_for_are_seldom_wrong(name):
    got = score(name)
    assert got.right >= 0.8, got
    assert got.wrong <= 0.02, got  # what is not right is reported as not matched


@pytest.mark.parametrize(
    ("text", "term", "method", "wording", "left_out"),
    [
        ("Nausea", "Nausea", MatchMethod.TERM, "nausea", ""),
        ("DIARRHOEA", "Diarrhea", MatchMethod.TERM, "diarrhea", ""),
        ("mild itching", "Pruritus", MatchMethod.WORDING, "itching", "mild"),
        ("naussea", "Nausea", MatchMethod.SPELLING, "nausea", ""),
        ("pains joint", "Arthralgia", MatchMethod.WORDING, "joint pain", ""),
    ],
)
def test_a_match_says_how_it_was_found(text, term, method, wording, left_out):
    found = match_event(text)
    assert (found.term, found.method, found.left_out) == (term, method, left_out)
    assert found.wording == wording
    assert (found.score == 100.0) == (method is not MatchMethod.SPELLING)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("no nausea", "the text denies something"),
        ("pain in", "the text breaks off"),
        ("rash", "it may mean more than one"),
        ("xyzzy", "no known wording is near enough"),
        ("low", "no known wording is near enough"),
        ("very soft", "no known wording is near enough"),
        ("itchy eyes", "no known wording is near enough"),
        ("???", "the text names no event"),
        ("", "the text names no event"),
        ("nausea " * 40, "the text is too long"),
    ],
)
def test_what_is_not_clear_is_not_guessed(text, why):
    found = match_event(text)
    assert (found.term, found.score, found.why) == ("", 0.0, why)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("hypertention", "Hypotension"),
        ("hypotention", "Hypertension"),
        ("hypoglycemea", "Hyperglycemia"),
        ("thrombocytosis", "Platelet count decreased"),
        ("neutrophilia", "Neutrophil count decreased"),
        ("potassium low", "Hyperkalemia"),
        ("weight loss", "Weight gain"),
    ],
)
def test_a_slip_of_spelling_never_turns_an_event_into_its_opposite(one, other):
    assert match_event(one).term != other


@pytest.mark.parametrize(
    ("name", "described"),
    [
        ("event_wordings.csv", "written before the matcher"),
        ("event_wordings_second.csv", "the same now, after"),
        ("event_wordings_held_out.csv", "the same now: rules"),
    ],
)
def test_the_guide_says_what_is_measured(name, described):
    got = score(name)
    guide = (ROOT / "docs" / "explanation" / "safety.md").read_text(encoding="utf-8")
    (row,) = [line for line in guide.splitlines() if line.startswith(f"| {described}")]
    figures = [f"{100 * share:.1f} %" for share in (got.right, got.wrong, 1 - got.right - got.wrong)]
    assert [cell.strip() for cell in row.split("|")[2:-1]] == [str(got.wordings), *figures]


def test_the_guide_counts_the_terms():
    guide = (ROOT / "docs" / "explanation" / "safety.md").read_text(encoding="utf-8")
    five, six = (len(terms(version)) for version in CtcaeVersion)
    assert f"Version 5: {five} terms. Version 6: {six} terms" in guide


def test_the_example_of_the_guide_runs(capsys):
    guide = (ROOT / "docs" / "explanation" / "safety.md").read_text(encoding="utf-8")
    (code,) = re.findall(r"```python\n(.*?)```", guide, re.DOTALL)
    exec(code, {})
    assert capsys.readouterr().out.split() == ["2.0", "0.5"]


def test_every_wording_names_a_known_term():
    known = set(terms(CtcaeVersion.V5))
    assert {row["term"] for row in read_table("event_wordings")} <= known


@pytest.mark.parametrize("term", terms(CtcaeVersion.V5))
def test_every_term_is_known_by_its_own_name(term):
    assert match_event(term).term == term


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("ALT", "alt"), ("SGPT", "alt"), ("GOT", "ast"), ("Alk. Phos.", "alp"), ("gamma-GT", "ggt"), ("Hb", "haemoglobin"),
        ("Haemoglobin", "haemoglobin"), ("WBC", "leukocytes"), ("Plt", "platelets"),
        ("Creatinine (serum)", "creatinine"), ("creatinin", "creatinine"), ("K", "potassium"), ("Na", "sodium"),
        ("T. Bili", ""), ("Total bilirubin", "bilirubin"), ("CPK", "ck"), ("Lipase", "lipase"), ("INR", "inr"),
        ("fasting glucose", "glucose_fasting"), ("glucose", "glucose"), ("Ca (corrected)", ""),
        ("corrected calcium", "calcium_corrected"), ("magic enzyme", ""), ("bilirubin direct", ""),
        ("ALT (GPT)", "alt"), ("AST (SGOT)", "ast"), ("Bilirubin, direct", ""), ("CK-MB", ""), ("HDL cholesterol", ""),
        ("urine creatinine", ""), ("protein C", ""), ("ALP (bone)", ""), ("albumin/creatinine", ""),
    ],
)  # fmt: skip
def test_names_of_laboratory_tests(name, key):
    assert match_test(name).term == key
