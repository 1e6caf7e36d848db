"""The assessment on disk: ``assessment.json``, written and read back without loss."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from breathline.errors import AssessmentError
from breathline.model.assessment import SCHEMA, Assessment

NAME = "assessment.json"


@cache
def _adapter() -> TypeAdapter[Assessment]:
    return TypeAdapter(Assessment)


def to_json(assessment: Assessment) -> str:
    """Give the assessment as JSON text, keys in the order of the fields; the same input gives the same text."""
    content = _adapter().dump_python(assessment, mode="json")
    return json.dumps(content, indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def write_assessment(assessment: Assessment, target: Path) -> None:
    """Write ``assessment.json``."""
    target.write_text(to_json(assessment), encoding="utf-8")


def read_assessment(source: Path) -> Assessment:
    """Read what `write_assessment` wrote.

    Parameters
    ----------
    source
        The file, or the folder of results in which it lies as ``assessment.json``.

    Raises
    ------
    AssessmentError
        If there is no such file, or it is of another version, or was changed so that it is no longer an
        assessment.
    """
    if source.is_dir():
        source = source / NAME
    try:
        content = json.loads(source.read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        raise AssessmentError(
            f"There is no {source.name} in '{source.parent}'. Name a folder that 'breathline assess' wrote."
        ) from None
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError) as error:
        raise AssessmentError(
            f"{source.name} is not an assessment: {error}. Assess the patient again."
        ) from None
    found = content.get("schema") if isinstance(content, dict) else None
    if found != SCHEMA:
        raise AssessmentError(
            f"{source.name} has the schema {found!r}; this version reads {SCHEMA!r}. Assess the patient again."
        )
    try:
        return _adapter().validate_python(content)
    except ValidationError as error:
        raise AssessmentError(
            f"{source.name} was changed and can no longer be read ({error.error_count()} places). "
            "Assess the patient again."
        ) from None
