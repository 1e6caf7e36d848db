"""From a patient folder to a record, every problem reported at once."""

from breathline.intake.record import read_patient

__all__ = ["read_patient"]
