"""Named criteria of response and progression, one file each."""

from collections.abc import Iterable
from difflib import get_close_matches

from breathline.errors import RegistryError
from breathline.registry import Registry
from breathline.verdict import (
    ats_ers_2000,
    ats_ers_2000_failure,
    cpi_2003,
    ers_ats_2022,
    eustar_12mo,
    fraticelli_2014,
    gap_2012,
    goh_2008,
    ild_gap_2014,
    inbuild,
    nyha_change,
    omeract_ctd_ild,
    omeract_ctd_ild_improvement,
    overall,
    ppf_2022,
)
from breathline.verdict.criterion import Criterion, Evidence
from breathline.verdict.domains import find_domains

CRITERIA: Registry[Criterion] = Registry("criterion", "breathline.verdict")

for _module in (
    overall,
    ppf_2022,
    inbuild,
    omeract_ctd_ild,
    omeract_ctd_ild_improvement,
    ats_ers_2000,
    ats_ers_2000_failure,
    fraticelli_2014,
    eustar_12mo,
    nyha_change,
    ers_ats_2022,
    goh_2008,
    gap_2012,
    ild_gap_2014,
    cpi_2003,
):
    CRITERIA.add(_module.CRITERION.key, _module.CRITERION)
CRITERIA.add(overall.BEFORE.key, overall.BEFORE)


def check_names(names: Iterable[str]) -> None:
    """Refuse names nobody registered, all at once, before anything long is done.

    Raises
    ------
    RegistryError
        Naming what is known and the nearest name to each.
    """
    wrong = [name for name in names if name not in CRITERIA]
    if wrong:
        raise RegistryError(" ".join(_unknown(name) for name in wrong) + f" Known: {', '.join(CRITERIA)}.")


def _unknown(name: str) -> str:
    near = get_close_matches(name, CRITERIA, n=1)
    return f"There is no criterion '{name}'." + (f" Did you mean '{near[0]}'?" if near else "")


__all__ = ["CRITERIA", "Criterion", "Evidence", "check_names", "find_domains"]
