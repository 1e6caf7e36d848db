"""The review page as the server gives it: everything that is known in words; pictures come after."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from pathlib import Path

from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined

from breathline.figures.palette import PALETTE
from breathline.figures.wording import Wording
from breathline.model.measurement import Absence
from breathline.report.catalogue import read_wording
from breathline.report.sections.citations import Citations
from breathline.report.sections.corrections import view_corrections
from breathline.report.sections.front import overall_verdict, patient_line
from breathline.report.sections.outcomes import view_outcomes
from breathline.report.sections.quality import view_warnings
from breathline.review.saying import correctable, regions_of
from breathline.review.session import Review

FIGURES = ("timeline", "balance")
SCRIPTS = ("app.js", "pane.js", "picture.js", "volume.js", "gestures.js", "brush.js", "forms.js")


@dataclass(frozen=True, slots=True, kw_only=True)
class ValueRow:
    """A value that a person wrote down, as the table of values shows it."""

    number: int
    label: str
    when: str
    value: str
    unit: str
    plain: str
    where: str


@cache
def review_wording() -> Wording:
    """Give the words of the report and those of this page."""
    own = read_wording("messages.toml", "breathline.review")
    return Wording({**read_wording().messages, **own.messages})


@cache
def _environment() -> Environment:
    return Environment(
        loader=ChoiceLoader([PackageLoader("breathline.review"), PackageLoader("breathline.report")]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


@lru_cache(maxsize=1)
def render_review(review: Review) -> str:
    """Lay out the page; nothing on it changes while the assessment is open, and corrections are asked for anew."""
    say, assessment = review_wording(), review.assessment
    return (
        _environment()
        .get_template("review.html.jinja")
        .render(
            say=say,
            assessment=assessment,
            patient=patient_line(assessment.patient, say),
            verdict=overall_verdict(assessment, say, Citations()),
            outcomes=view_outcomes(assessment, say, Citations()),
            values=_values(review, say),
            warnings=view_warnings(assessment, say),
            scans=review.scans,
            pairs=len(review.pairs),
            pair=None if review.first is None else review.pairs[review.first],
            scripts=SCRIPTS,
            regions=[
                (key, say.optional(f"corrections.region.{key}", key.replace("_", " ")))
                for key in regions_of(review)
            ],
            absences=[(item.value, say(f"absence.{item.value}")) for item in Absence],
            figures=[name for name in FIGURES if figure_file(review.folder, name).is_file()],
            corrected=view_corrections(assessment, say),
            command=f"breathline assess PATIENT -o NEW --corrections {review.corrections_folder}",
        )
    )


def figure_file(folder: Path, name: str) -> Path:
    """Name the file of a figure that the assessment left."""
    return folder / "figures" / f"{name}.svg"


def _values(review: Review, say: Wording) -> tuple[ValueRow, ...]:
    rows = []
    for number, item in enumerate(correctable(review)):
        found = item.measurement
        absent = isinstance(found.value, Absence)
        plain = "" if absent else f"{found.value:g}"
        rows.append(
            ValueRow(
                number=number,
                label=item.label,
                when=say.moment(found.when),
                value=say(f"absence.{found.value.value}") if isinstance(found.value, Absence) else plain,
                unit=say.unit(found.unit),
                plain=plain,
                where=_where(found.origin.file, found.origin.row, say),
            )
        )
    return tuple(rows)


def _where(file: str, row: int | None, say: Wording) -> str:
    return file if row is None else say("quality.where_row", file=file, row=row)


def style_sheet() -> str:
    """Give the page's style with the colours of the report."""
    palette = " ".join(f"--{name}: {colour};" for name, colour in PALETTE.items())
    rules = files("breathline.review").joinpath("static/review.css").read_text(encoding="utf-8")
    return f":root {{ {palette} }}\n{rules}"
