"""A case report to be written by a person, drafted from an assessment after the CARE guidelines of 2013."""

from breathline.report.care.writing import write_case_report

__all__ = ["write_case_report"]
