"""Free words held against a list of known wordings; what is not clear is left unmatched, with suggestions.

A text is matched, in this order: as it stands; with its words in another order; without words that say only how
bad, since when, where or after what ("mild", "at night", "left"); and with slips of spelling. Whatever names two
things, denies ("no nausea") or breaks off is not matched.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from rapidfuzz import fuzz, process
from rapidfuzz.distance import OSA

from breathline.model.safety import MatchMethod, TermMatch

AMERICAN = (
    ("aemi", "emi"), ("haem", "hem"), ("oedem", "edem"), ("rrhoe", "rrhe"), ("rhoe", "rhe"), ("pnoe", "pne"),
    ("oesoph", "esoph"), ("leuco", "leuko"), ("paed", "ped"), ("gynaec", "gynec"), ("aesth", "esth"),
    ("paeni", "peni"), ("colour", "color"), ("tumour", "tumor"), ("odour", "odor"), ("generalis", "generaliz"),
    ("localis", "localiz"), ("ionis", "ioniz"), ("ischaem", "ischem"), ("grey", "gray"), ("faec", "fec"),
)  # fmt: skip
"""British spellings and the American ones in which CTCAE is printed."""

HOW_BAD_OR_WHEN = frozenset((
    "a", "an", "the", "some", "very", "mild", "mildly", "moderate", "moderately", "severe", "severely",
    "slight", "slightly", "marked", "minor", "major", "bit", "bad", "extreme", "extremely", "always",
    "quite", "rather", "terrible", "pitting", "diffuse", "generalized", "widespread", "grade", "ctcae",
    "nos", "unspecified", "new", "newly", "onset", "intermittent", "intermittently", "persistent",
    "recurrent", "recurring", "occasional", "occasionally", "transient", "ongoing", "continuing",
    "worsening", "worsened", "worse", "progressive", "increasing", "chronic", "acute", "sudden", "frequent",
    "repeated", "morning", "mornings", "evening", "evenings", "night", "nights", "nightly", "nocturnal",
    "daytime", "daily", "day", "days", "week", "weeks", "month", "months", "hour", "hours", "since", "for",
    "after", "before", "during", "while", "at", "on", "in", "of", "with", "from", "to", "per", "every",
    "time", "times", "drug", "drugs", "treatment", "medication", "therapy", "tablet", "tablets", "capsule",
    "capsules", "pill", "pills", "intake", "taking", "dose", "dosing", "related", "induced", "associated",
    "due", "secondary", "caused", "by", "possibly", "probably", "suspected", "likely", "patient", "reports",
    "reported", "complains", "complaint", "complaining", "experienced", "having", "had", "has", "episode",
    "episodes", "event", "symptom", "symptoms", "exertion", "exercise", "rest", "resolved", "improving",
    "improved", "imatinib", "nintedanib", "pirfenidone", "mycophenolate", "cyclophosphamide", "rituximab",
    "azathioprine", "prednisone", "prednisolone", "methotrexate", "steroid", "steroids",
))  # fmt: skip
"""Words that do not change which event is meant."""

SIDES = frozenset((
    "left", "right", "bilateral", "bilaterally", "both", "unilateral", "around", "about", "under", "over",
))  # fmt: skip
"""Words that say on which side; left out only where the event is not known with them."""

PLACES = frozenset((
    "arm", "arms", "leg", "legs", "hand", "hands", "foot", "feet", "finger", "fingers", "toe", "toes",
    "trunk", "thorax", "neck", "shoulder", "shoulders", "thigh", "thighs", "calf", "calves", "knee",
    "knees", "wrist", "elbow", "hip", "hips", "body", "lobe", "his", "her",
    "my", "their",
))  # fmt: skip
"""Parts of the body, left out of a text last, and never of a known wording: a swollen leg is no swollen eye."""

DENIALS = frozenset((
    "no", "not", "never", "denies", "denied", "without", "nil", "none", "negative", "absence", "absent",
    "free",
))  # fmt: skip

BREAKS_OFF = frozenset((
    "an", "the", "in", "of", "at", "on", "with", "for", "after", "before", "to", "from", "and", "or",
))  # fmt: skip

MORE = re.compile(r"\b(?:increase|rais|elevat|high\b|rise\b|gain)|(?:cytosis|philia)\b|\btachy")
LESS = re.compile(r"\b(?:decrease|reduc|low\b|drop|fall\b|loss\b|lost\b)|(?:penia|penic)\b|\bbrady")
"""Words that turn an event into its opposite; a slip of spelling never bridges the two."""


LONGEST_TEXT = 200
"""Longer texts are notes, not the name of an event."""

EDITS = ((4, 0), (8, 1), (16, 2), (10_000, 3))
"""Slips of spelling allowed in a word shorter than so many letters."""

SHORTEST_MISSPELT = 5
"""A text shorter than this (such as "CK") must stand as it is."""

LONGEST_ABBREVIATION = 3
"""Up to this length words are not run together: "a b" is no "AB"."""

TOO_GENERAL = frozenset({"Pain", "Fracture", "Localized edema"})
"""Terms that are no answer where a place was left out: CTCAE has terms for the places."""

CLOSE_ENOUGH_TO_SUGGEST = 75.0

MOST_SUGGESTIONS = 4

_TO_AMERICAN = dict(AMERICAN)
_BRITISH = re.compile("|".join(sorted(_TO_AMERICAN, key=len, reverse=True)))
_SEPARATORS = re.compile(
    r"\s*(?:,|;|:|/|\(|\)|\+|&|\band\b|\bwith\b|\bor\b|\brequiring\b|\bneeding\b|\btreated\b| - )\s*"
)
_CLAUSES = re.compile(r"\s*(?:[,;:(]|\brequiring\b|\bneeding\b|\btreated\b)\s*")
_NOT_WORDS = re.compile(r"[^a-z0-9]+")


def plain(text: str) -> str:
    """Give a text in small American letters without signs, arrows turned into words.

    >>> plain("Peri-orbital OEDEMA (L>R)"), plain("ALT ↑")
    ('peri orbital edema l r', 'alt increased')
    """
    folded = text.replace("↑", " increased ").replace("↓", " decreased ").replace("ß", "ss").casefold()
    folded = unicodedata.normalize("NFKD", folded.replace("'", "").replace("’", ""))
    letters = "".join(sign for sign in folded if not unicodedata.combining(sign))
    words = _NOT_WORDS.sub(" ", letters).strip()
    return _BRITISH.sub(lambda found: _TO_AMERICAN[found[0]], words)


@dataclass(frozen=True, slots=True)
class _Key:
    """A text without some of its words, its words sorted and singular, and run together."""

    words: tuple[str, ...]

    @property
    def sorted(self) -> str:
        return " ".join(sorted(self.words))

    @property
    def joined(self) -> str:
        return "".join(self.words)


@dataclass(slots=True)
class Vocabulary:
    """Known wordings and the terms they name; a wording that names several terms is ambiguous.

    Parameters
    ----------
    entries
        Wording and term, as often as needed; a term is a wording of itself.
    harmless
        Sets of words that may be left out of a text without changing what it names, one set after the other;
        the last of them is left out of texts only, never of wordings.
    by_parts
        Whether a text may go on after a comma or in brackets with what does not change it. For names of
        laboratory tests it may not: "bilirubin (direct)" is another test.

    Examples
    --------
    >>> words = Vocabulary([("Nausea", "Nausea"), ("feeling sick", "Nausea")])
    >>> found = words.match("mild naussea")
    >>> found.term, found.method.value, found.score
    ('Nausea', 'spelling', 85.7)
    """

    entries: Iterable[tuple[str, str]]
    harmless: tuple[frozenset[str], ...] = (HOW_BAD_OR_WHEN, SIDES, PLACES)
    by_parts: bool = True
    _terms: dict[str, set[str]] = field(default_factory=dict, init=False)
    _levels: tuple[Mapping[str, Mapping[str, str]], ...] = field(default=(), init=False)
    _joined: dict[str, str] = field(default_factory=dict, init=False)
    _whole: set[str] = field(default_factory=set, init=False)

    def __post_init__(self) -> None:
        """Index every wording, whole and without its harmless words."""
        known = [(plain(wording), term) for wording, term in self.entries]
        for words, term in known:
            self._terms.setdefault(words, set()).add(term)
        self._whole = {self._key(words, 0).joined for words in self._terms}
        indexed = max(len(self.harmless), 1)
        levels: list[dict[str, dict[str, str]]] = [defaultdict(dict) for _ in range(indexed)]
        for words, term in known:
            for level, index in enumerate(levels):
                key = self._key(words, level)
                if not self._names_something(key, level):
                    continue
                for form in (key.sorted, key.joined):
                    index[form][term] = min(index[form].get(term, words), words, key=len)
        self._levels = (*levels, levels[-1])
        self._joined = {wording: wording.replace(" ", "") for wording in self._terms}

    def _names_something(self, key: _Key, level: int) -> bool:
        """Tell whether what is left of a wording still names it: "low" of "feeling low" does not."""
        if level == 0 or len(key.words) > 1:
            return bool(key.words)
        return key.joined in self._whole

    def match(self, text: str) -> TermMatch:
        """Say which term a text names, how that was found, or why it is not matched."""
        words = plain(text)
        if not words or len(text) > LONGEST_TEXT:
            return self._unmatched(text, "the text names no event" if not words else "the text is too long")
        whole = self._by_words(text, words, 0)
        if whole is not None:
            return whole
        tokens = words.split()
        if DENIALS & set(tokens):
            return self._unmatched(text, "the text denies something")
        if tokens[-1] in BREAKS_OFF:
            return self._unmatched(text, "the text breaks off")
        parts = self._by_parts(text) if self.by_parts else None
        return self._by_less(text, words) or parts or self._by_spelling(text, words)

    def _key(self, words: str, level: int) -> _Key:
        """Leave out nothing (0), the first set of harmless words (1), the second too (2), and so on."""
        return _Key(tuple(_singular(word) for word in self._kept(words, level)))

    def _kept(self, words: str, level: int) -> list[str]:
        if level == 0:
            return words.split()
        left_out = frozenset[str]().union(*self.harmless[:level])
        return [word for word in words.split() if word not in left_out and not word.isdigit()]

    def _by_words(self, text: str, words: str, level: int) -> TermMatch | None:
        key = self._key(words, level)
        if not key.words:
            return None
        exact = dict.fromkeys(self._terms.get(words, ()), words) if level == 0 else {}
        index = self._levels[level]
        joined = index.get(key.joined, {}) if len(key.joined) > LONGEST_ABBREVIATION else {}
        found = exact or index.get(key.sorted) or joined
        if not found:
            return None
        if len(found) > 1:
            return self._ambiguous(text, found)
        ((term, wording),) = found.items()
        if level == len(self.harmless) and term in TOO_GENERAL:
            return None
        method = MatchMethod.TERM if wording == plain(term) and not level else MatchMethod.WORDING
        dropped = " ".join(word for word in words.split() if _singular(word) not in key.words)
        return TermMatch(text=text, term=term, score=100.0, method=method, wording=wording, left_out=dropped)

    def _by_less(self, text: str, words: str) -> TermMatch | None:
        found = (self._by_words(text, words, level) for level in range(1, len(self.harmless) + 1))
        return next((match for match in found if match is not None), None)

    def _by_parts(self, text: str) -> TermMatch | None:
        """Look at what stands between commas, slashes and "and": two events in one row are two rows."""
        spaced = text.replace("↑", " increased ").replace("↓", " decreased ").casefold()
        parts = [part for part in _SEPARATORS.split(spaced) if plain(part)]
        if len(parts) < 2:
            return None
        found = [self._part(part) for part in parts]
        terms = {match.term for match in found if match is not None and match.term}
        terms |= {term for match in found if match is not None for term in match.suggestions}
        if len(terms) > 1:
            return self._ambiguous(text, terms)
        first, *rest = (part for part in _CLAUSES.split(spaced) if plain(part))
        head = self._part(first)
        if rest and head is not None and head.term:
            left_out = " ".join(plain(part) for part in rest)
            return TermMatch(
                text=text,
                term=head.term,
                score=head.score,
                method=head.method,
                wording=head.wording,
                left_out=left_out,
            )
        return self._unmatched(text, "only a part of the text is known", terms) if terms else None

    def _part(self, part: str) -> TermMatch | None:
        words = plain(part)
        if DENIALS & set(words.split()):
            return None
        found = (self._by_words(part, words, level) for level in range(len(self.harmless) + 1))
        return next((match for match in found if match is not None), None)

    def _by_spelling(self, text: str, words: str) -> TermMatch:
        for level in range(len(self.harmless) + 1):
            kept = " ".join(self._kept(words, level))
            best = self._nearest(kept)
            if not best:
                continue
            distance = min(best.values())
            terms = {
                term for wording, edits in best.items() if edits == distance for term in self._terms[wording]
            }
            if len(terms) > 1:
                return self._ambiguous(text, terms)
            (term,) = terms
            wording = min(best, key=lambda one: (best[one], one))
            longest = max(len(kept.replace(" ", "")), len(wording.replace(" ", "")))
            dropped = " ".join(word for word in words.split() if word not in kept.split())
            return TermMatch(
                text=text,
                term=term,
                score=round(100.0 * (1.0 - distance / longest), 1),
                method=MatchMethod.SPELLING,
                wording=wording,
                left_out=dropped,
            )
        return self._unmatched(text, "no known wording is near enough", self._suggested(words))

    def _nearest(self, words: str) -> dict[str, int]:
        """Give the wordings within the slips allowed, each with how many slips away it is."""
        joined = words.replace(" ", "")
        if len(joined) < SHORTEST_MISSPELT:
            return {}
        allowed = _allowed(joined)
        near = process.extract(joined, self._joined, scorer=OSA.distance, score_cutoff=allowed, limit=None)
        return {
            wording: int(edits)
            for run_together, edits, wording in near
            if len(run_together) >= SHORTEST_MISSPELT and _same_but_for_spelling(words, wording)
        }

    def _suggested(self, words: str) -> set[str]:
        near = process.extract(
            words, list(self._terms), scorer=fuzz.ratio, score_cutoff=CLOSE_ENOUGH_TO_SUGGEST, limit=3
        )
        return {term for wording, _, _ in near for term in self._terms[wording]}

    def _ambiguous(self, text: str, terms: Iterable[str]) -> TermMatch:
        return self._unmatched(text, "it may mean more than one", terms, MatchMethod.AMBIGUOUS)

    @staticmethod
    def _unmatched(
        text: str, why: str, terms: Iterable[str] = (), method: MatchMethod = MatchMethod.UNMATCHED
    ) -> TermMatch:
        suggestions = tuple(sorted(terms))[:MOST_SUGGESTIONS]
        return TermMatch(text=text, method=method, why=why, suggestions=suggestions)


def _singular(word: str) -> str:
    ending = len(word) > 4 and word.endswith("s") and not word.endswith(("ss", "us", "is"))
    return word[:-1] if ending else word


def _allowed(word: str) -> int:
    return next(edits for length, edits in EDITS if len(word) < length)


def _short(words: Iterable[str]) -> set[str]:
    """Give the words of one or two letters, which no slip of spelling explains."""
    return {word for word in words if len(word) < 3}


def _same_but_for_spelling(text: str, wording: str) -> bool:
    """Tell slips of spelling from another event: no word is added or missing, and none says the opposite.

    "Hyper" and "hypo" must stand in both or in neither: a text that has lost the beginning of either is unclear.
    """
    mine, theirs = text.split(), wording.split()
    if len(mine) == len(theirs):
        if any(OSA.distance(a, b) > _allowed(min(a, b, key=len)) for a, b in zip(mine, theirs, strict=True)):
            return False
    elif OSA.distance("".join(mine), "".join(theirs)) > 1 or _short(mine) ^ _short(theirs):
        return False
    if text[0] != wording[0] and OSA.distance(text, wording) > 1:
        return False
    for one, other in ((text, wording), (wording, text)):
        if MORE.search(one) and LESS.search(other):
            return False
        if any(sign in one and sign not in other for sign in ("hyper", "hypo")):
            return False
    return True
