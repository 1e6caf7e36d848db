"""The report a clinician reads: sections and templates over an assessment; it computes nothing."""

from breathline.report.pdf import Paper
from breathline.report.writing import write_report

__all__ = ["Paper", "write_report"]
