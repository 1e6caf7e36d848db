"""Did this patient's fibrotic lung disease respond to treatment, beyond error, and safely.

The public surface, and nothing else::

    record = breathline.read_patient("patient")
    assessment = breathline.assess(record, folder=Path("out"))
    breathline.write_report(assessment, Path("out"))
"""

from importlib import import_module
from typing import Any

__version__ = "0.1.0"

# Loaded on first use: a table is read in a second although CT needs compiled code.
_SURFACE = {
    "Assessment": "breathline.model.assessment",
    "BreathlineError": "breathline.errors",
    "RecordError": "breathline.errors",
    "ScanError": "breathline.errors",
    "assess": "breathline.pipeline",
    "compare_scans": "breathline.ct.compare",
    "measure_scan": "breathline.ct.measure",
    "read_assessment": "breathline.archive",
    "read_patient": "breathline.record",
    "write_assessment": "breathline.archive",
    "write_case_report": "breathline.report.care",
    "write_phantom": "breathline.phantom",
    "write_report": "breathline.report",
}

__all__ = [
    "Assessment",
    "BreathlineError",
    "RecordError",
    "ScanError",
    "__version__",
    "assess",
    "compare_scans",
    "measure_scan",
    "read_assessment",
    "read_patient",
    "write_assessment",
    "write_case_report",
    "write_phantom",
    "write_report",
]


def __getattr__(name: str) -> Any:
    if name not in _SURFACE:
        raise AttributeError(f"breathline has no '{name}'. It offers: {', '.join(__all__)}.")
    return getattr(import_module(_SURFACE[name]), name)


def __dir__() -> list[str]:
    return __all__
