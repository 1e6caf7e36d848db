"""The population models that are built in, one line each, and those other packages add."""

from breathline.exposure import (
    imatinib_demetri_2009,
    imatinib_gotta_2014,
    imatinib_petain_2008,
    imatinib_schmidli_2005,
    imatinib_widmer_2006,
    mycophenolate_mizaki_2023,
    nintedanib_schmid_2018,
)
from breathline.exposure.population import PopulationModel
from breathline.registry import Registry

MODELS: Registry[PopulationModel] = Registry("population model", "breathline.models")

for _module in (
    imatinib_widmer_2006,
    imatinib_petain_2008,
    imatinib_schmidli_2005,
    imatinib_demetri_2009,
    imatinib_gotta_2014,
    nintedanib_schmid_2018,
    mycophenolate_mizaki_2023,
):
    MODELS.add(_module.MODEL.key, _module.MODEL)


def models_of(drug: str) -> tuple[PopulationModel, ...]:
    """Give every model of a drug, by the key of the drug."""
    return tuple(model for model in MODELS.values() if model.drug == drug)
