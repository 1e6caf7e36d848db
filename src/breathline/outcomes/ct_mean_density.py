"""Mean lung density on CT."""

from breathline.model.change import Domain, OutcomeMeasure

MEASURE = OutcomeMeasure(
    key="ct_mean_density",
    label="Mean lung density on CT",
    unit="HU",
    domain=Domain.IMAGING,
    direction=None,  # Not judged: it also rises when the breath is not deep, and is not yet adjusted for that.
    plausible=(-1000.0, 100.0),
    decimals=0,
    description=(
        "Mean of the Hounsfield units of the lungs; it rises with disease and when the breath is not deep."
    ),
)
