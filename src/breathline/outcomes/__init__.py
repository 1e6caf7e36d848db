"""Outcome measures, one file each, and the judgement of change."""
