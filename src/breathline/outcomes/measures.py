"""The outcome measures that are built in, one line each, and those other packages add."""

from breathline.model.change import OutcomeMeasure
from breathline.outcomes import (
    ct_consolidation,
    ct_emphysema,
    ct_fibrosis,
    ct_ground_glass,
    ct_honeycombing,
    ct_ild,
    ct_reticulation,
    dlco,
    fio2,
    fvc,
    nyha_class,
    pao2,
    six_minute_walk,
)
from breathline.registry import Registry

OUTCOMES: Registry[OutcomeMeasure] = Registry("outcome measure", "breathline.outcomes")

for _module in (
    nyha_class,
    fvc,
    dlco,
    six_minute_walk,
    pao2,
    fio2,
    ct_ground_glass,
    ct_reticulation,
    ct_honeycombing,
    ct_consolidation,
    ct_emphysema,
    ct_ild,
    ct_fibrosis,
):
    OUTCOMES.add(_module.MEASURE.key, _module.MEASURE)
