"""What was taken, how much, for how long, and what of it reached the blood."""

from breathline.exposure.course_response import relate_course
from breathline.exposure.courses import judged_treatment, summarise_exposure
from breathline.exposure.estimate import describe_steps, estimate_exposure
from breathline.exposure.models import MODELS
from breathline.exposure.population import PopulationModel
from breathline.exposure.problems import tell_problems
from breathline.exposure.response import ACROSS, fit_emax, fit_line, relate_patients

__all__ = [
    "ACROSS",
    "MODELS",
    "PopulationModel",
    "describe_steps",
    "estimate_exposure",
    "fit_emax",
    "fit_line",
    "judged_treatment",
    "relate_course",
    "relate_patients",
    "summarise_exposure",
    "tell_problems",
]
