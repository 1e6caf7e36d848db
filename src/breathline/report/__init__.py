"""The report a clinician reads: sections and templates over an assessment; it computes nothing."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from breathline.report.pdf import Paper
    from breathline.report.writing import write_report

__all__ = ["Paper", "write_report"]

# Loaded on first use: the review page shares the words of the report, and draws nothing.
_SURFACE = {"Paper": "breathline.report.pdf", "write_report": "breathline.report.writing"}


def __getattr__(name: str) -> Any:
    if name not in _SURFACE:
        raise AttributeError(f"breathline.report has no '{name}'.")
    return getattr(import_module(_SURFACE[name]), name)
