"""Which interstitial lung disease a record names, as far as a criterion asks."""

from __future__ import annotations

import re
from collections.abc import Mapping

from breathline.equations.ild_gap_2014 import IldSubtype
from breathline.model.patient import Diagnosis, Person
from breathline.verdict.criterion import Evidence

CODES: Mapping[IldSubtype, tuple[str, ...]] = {
    IldSubtype.IPF: ("J84.112",),
    IldSubtype.CTD_ILD: ("M05", "M06", "M32", "M33", "M34", "M35.0", "M35.1"),
    IldSubtype.CHRONIC_HP: ("J67",),
    IldSubtype.IDIOPATHIC_NSIP: ("J84.113",),
}
"""Beginnings of ICD-10 codes (J84.112 and J84.113 are of ICD-10-CM)."""

WORDS: Mapping[IldSubtype, str] = {
    IldSubtype.IPF: r"idiopathic pulmonary fibrosis|\bipf\b|cryptogenic fibrosing alveolitis",
    IldSubtype.UNCLASSIFIABLE: r"unclassifiable (interstitial|ild)",
    IldSubtype.CTD_ILD: r"connective tissue disease|\bmctd\b|\bctd\b|systemic sclerosis|scleroderma|\bssc\b|myositis|"
    r"antisynthetase|anti-synthetase|sj(ö|oe|o)gren|rheumatoid|lupus erythematosus",
    IldSubtype.CHRONIC_HP: r"hypersensitivity pneumonitis|extrinsic allergic alveolitis",
    IldSubtype.IDIOPATHIC_NSIP: r"idiopathic non-?specific interstitial|idiopathic nsip",
}

UNCERTAIN = re.compile(
    r"\b(no|not|non-ipf|without|excluded|unlikely|possible|suspected|probable|question|r/o)\b|\?"
)
"""A diagnosis that is denied or in doubt tells nothing here."""


def subtype_of(person: Person) -> IldSubtype | None:
    """Give the one disease the record names; None where it names none of them, or two that exclude each other."""
    found = {subtype for diagnosis in person.diagnoses for subtype in _subtypes(diagnosis)}
    return found.pop() if len(found) == 1 else None


def _subtypes(diagnosis: Diagnosis) -> set[IldSubtype]:
    code = diagnosis.code.split(":")[-1].strip().upper()
    by_code = {subtype for subtype, starts in CODES.items() if code and code.startswith(starts)}
    text = diagnosis.text.casefold()
    if by_code or UNCERTAIN.search(text):
        return by_code
    return {subtype for subtype, words in WORDS.items() if re.search(words, text)}


def names_ipf(evidence: Evidence) -> str:
    """Say that the record names idiopathic pulmonary fibrosis; empty where it does not."""
    if subtype_of(evidence.person) is IldSubtype.IPF:
        return (
            "The recorded diagnosis is idiopathic pulmonary fibrosis, of which this criterion does not speak."
        )
    return ""


def names_no_ctd(evidence: Evidence) -> str:
    """Say that the record names a disease that is not of the connective tissue; empty where it names none."""
    return _another(evidence, IldSubtype.CTD_ILD)


def names_no_ipf(evidence: Evidence) -> str:
    """Say that the record names a disease other than idiopathic pulmonary fibrosis; empty where it names none."""
    return _another(evidence, IldSubtype.IPF)


def _another(evidence: Evidence, meant: IldSubtype) -> str:
    found = subtype_of(evidence.person)
    return "" if found in (None, meant) else f"The record names {found}."
