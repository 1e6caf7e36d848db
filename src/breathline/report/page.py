"""The page: the content of the report laid out as one HTML file."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from breathline.figures.palette import PALETTE


@cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("breathline.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


def render_page(content: Mapping[str, object]) -> str:
    """Lay out the whole report as one HTML document, from what `report_content` gives."""
    return _environment().get_template("report.html.jinja").render(content, style=_style())


def _style() -> Markup:
    palette = " ".join(f"--{name}: {colour};" for name, colour in PALETTE.items())
    rules = files("breathline.report").joinpath("templates/report.css").read_text(encoding="utf-8")
    # Our own file, no part of it from the record: the one text that is not escaped.
    return Markup(f":root {{ {palette} }}\n{rules}")  # noqa: S704
