"""A translation is one file: no template has words of its own, and every word of the catalogue reaches the reader."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from breathline import report
from breathline.archive import to_json
from breathline.figures.wording import Wording
from breathline.model.assessment import Assessment
from breathline.report.catalogue import read_wording
from breathline.report.page import render_page
from breathline.sources import references
from tests.report.example import example, many_events, no_treatment_start
from tests.report.laying_out import content_of
from tests.report.patients import many_measures, many_visits

TEMPLATES = Path(report.__file__).parent / "templates"
OPENED, CLOSED = "\N{MATHEMATICAL LEFT WHITE SQUARE BRACKET}", "\N{MATHEMATICAL RIGHT WHITE SQUARE BRACKET}"


class Words(HTMLParser):
    """Collects what a reader sees or hears: text, and the attributes that screen readers tell."""

    HEARD = ("alt", "aria-label", "title", "content")

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.quiet = 0
        self.found: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "style":
            self.quiet += 1
        if tag != "meta":
            self.found += [value or "" for name, value in attrs if name in self.HEARD]

    def handle_endtag(self, tag: str) -> None:
        if tag == "style":
            self.quiet -= 1

    def handle_data(self, data: str) -> None:
        if not self.quiet:
            self.found.append(data)


def wrapped() -> Wording:
    """A catalogue of another tongue: each message between brackets."""
    return Wording(
        {
            key: text if key.startswith("language.") else f"{OPENED}{text}{CLOSED}"
            for key, text in read_wording().messages.items()
        }
    )


def unwrapped(text: str) -> str:
    """Take out every message, the inner ones first, as a message can hold others."""
    inner = re.compile(f"{OPENED}[^{OPENED}{CLOSED}]*{CLOSED}")
    while inner.search(text):
        text = inner.sub(" ", text)
    return text


def texts_of(assessment: Assessment) -> list[str]:
    """Every text of the assessment and its sources, the longest first."""

    def walk(item: object) -> list[str]:
        if isinstance(item, dict):
            return [text for key, value in item.items() for text in (key, *walk(value))]
        if isinstance(item, list):
            return [text for value in item for text in walk(value)]
        return [item] if isinstance(item, str) else []

    found = {*walk(json.loads(to_json(assessment)))}
    found |= {text.replace("_", " ") for text in found}
    return sorted((text for text in found if text.strip()), key=len, reverse=True)


@pytest.mark.parametrize(
    "name", ["example", "many_events", "many_visits", "many_measures", "no_treatment_start"]
)
def test_a_translation_reaches_every_word(name: str) -> None:
    makers = (example, many_events, many_visits, many_measures, no_treatment_start)
    assessment = next(make for make in makers if make.__name__ == name)()
    page = render_page(content_of(assessment, wrapped()))
    page = re.sub(
        r'<ol class="sources">.*?</ol>', "", page, flags=re.DOTALL
    )  # names and titles of publications
    left = []
    texts = texts_of(assessment)
    for words in Words(page).found:
        rest = unwrapped(words)
        if not re.search(r"[^\W\d_]{2}", rest):
            continue
        for text in texts:
            rest = rest.replace(text.strip(), " ")
        if re.search(r"[^\W\d_]{2}", rest):
            left.append(rest.strip())
    assert left == []
    assert references()


def test_the_search_for_words_finds_them() -> None:
    page = render_page(content_of(example(), wrapped())).replace("<main>", "<main>Own words")
    assert "Own words" in [unwrapped(words).strip() for words in Words(page).found]


@pytest.mark.parametrize("template", sorted(TEMPLATES.glob("*.jinja")), ids=lambda path: path.name)
def test_no_template_of_the_page_has_words(template: Path) -> None:
    text = re.sub(
        r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", "", template.read_text(encoding="utf-8"), flags=re.DOTALL
    )
    text = re.sub(r"<style>.*?</style>", "", text, flags=re.DOTALL)
    shown = re.sub(r"<[^>]*>", " ", text)
    assert re.findall(r"[^\W\d_]{2,}", shown) == []
    heard = re.findall(r'\b(?:alt|aria-label|title)="([^"]*)"', text)
    assert [words for words in heard if re.search(r"[^\W\d_]{2}", words)] == []


@pytest.mark.parametrize("template", sorted(TEMPLATES.glob("*.typ")), ids=lambda path: path.name)
def test_no_template_of_the_pdf_has_words(template: Path) -> None:
    code = re.sub(r"(?m)^\s*//.*$", "", template.read_text(encoding="utf-8"))
    strings = re.findall(r'"([^"]*)"', code)
    # A text for readers has a space between words or a capital letter; keys, colours and SVG have neither.
    prose = [
        one for one in strings if re.search(r"[^\W\d_]{2} [^\W\d_]{2}|^[A-Z][a-z]", one) and "<" not in one
    ]
    assert [one for one in prose if not re.search(r"[=/'\\]", one)] == []
    markup = re.findall(r"\[([^\[\]]*)\]", re.sub(r'"[^"]*"', "", code))
    bare = [re.sub(r"#(?:[\w.-]+(?:\([^()]*\))?|\{.*?\})", "", one) for one in markup]
    assert [
        one
        for one in bare
        if re.search(r"[^\W\d_]{2}", one) and "#" not in one and "(" not in one and "<" not in one
    ] == []
