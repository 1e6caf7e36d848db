"""Adverse events."""

from breathline.safety.events import summarise_events

__all__ = ["summarise_events"]
