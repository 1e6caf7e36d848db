"""Adverse events and laboratory values, graded by CTCAE and summarised."""

from breathline.safety.causality import judge_causality
from breathline.safety.events import grade_events, match_event
from breathline.safety.hys_law import judge_hys_law
from breathline.safety.incidence import follow_up, incidence_of
from breathline.safety.lab_grades import grade_labs
from breathline.safety.laboratory import match_test
from breathline.safety.summary import summarise_safety
from breathline.safety.time_to_event import time_to_first_event

__all__ = [
    "follow_up",
    "grade_events",
    "grade_labs",
    "incidence_of",
    "judge_causality",
    "judge_hys_law",
    "match_event",
    "match_test",
    "summarise_safety",
    "time_to_first_event",
]
