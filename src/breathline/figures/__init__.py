"""Figures drawn from an assessment."""
