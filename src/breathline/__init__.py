"""Did this patient's fibrotic lung disease respond to treatment, beyond error, and safely."""

__version__ = "0.1.0"
