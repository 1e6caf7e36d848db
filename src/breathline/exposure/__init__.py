"""What was taken, how much, for how long."""

from breathline.exposure.courses import judged_treatment, summarise_exposure

__all__ = ["judged_treatment", "summarise_exposure"]
