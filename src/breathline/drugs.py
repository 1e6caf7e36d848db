"""Drugs by their names, so that one drug is one drug whatever it is called, and a slip of the keyboard is noticed."""

from __future__ import annotations

from difflib import get_close_matches
from functools import cache

from breathline.model.exposure import Drug
from breathline.registry import Registry

DRUGS: Registry[Drug] = Registry("drug", "breathline.drugs")
"""What patients with fibrotic lung disease are given, by non-proprietary name."""

_TABLE: tuple[tuple[str, tuple[str, ...], tuple[float, float] | None], ...] = (
    # key, other names, lowest and highest single dose ever given [mg]
    ("imatinib", ("imatinib mesylate", "imatinib mesilate", "glivec", "gleevec", "sti571"), (50, 800)),
    ("nilotinib", ("tasigna",), (50, 400)),
    ("dasatinib", ("sprycel",), (20, 180)),
    ("nintedanib", ("nintedanib esylate", "ofev", "vargatef", "bibf 1120"), (50, 250)),
    ("pirfenidone", ("esbriet",), (200, 1200)),
    ("nerandomilast", (), (3, 18)),
    ("prednisone", ("pred", "prednison", "decortin"), (0.5, 250)),
    ("prednisolone", ("prednisolon", "decortin h"), (0.5, 250)),
    ("methylprednisolone", ("methylprednisolon", "medrol", "solu-medrol", "urbason", "mp"), (1, 2000)),
    ("dexamethasone", ("dex", "dexamethason"), (0.25, 100)),
    ("hydrocortisone", ("cortisol", "hydrocortison"), (2.5, 500)),
    ("mycophenolate mofetil", ("mmf", "cellcept", "mycophenolate", "mycophenolatmofetil"), (125, 3000)),
    ("mycophenolate sodium", ("mycophenolic acid", "mpa", "myfortic", "ec-mps"), (90, 2160)),
    ("azathioprine", ("aza", "imuran", "imurek", "azathioprin"), (10, 400)),
    ("cyclophosphamide", ("cyc", "ctx", "cytoxan", "endoxan", "cyclophosphamid"), (25, 4000)),
    ("rituximab", ("rtx", "mabthera", "rituxan"), (50, 2000)),
    ("methotrexate", ("mtx", "methotrexat"), (2, 60)),
    ("ciclosporin", ("cyclosporine", "cyclosporin", "cyclosporin a", "ciclosporin a", "csa", "neoral"), (10, 1000)),
    ("tacrolimus", ("fk506", "prograf", "advagraf"), (0.2, 40)),
    ("leflunomide", ("arava",), (5, 100)),
    ("hydroxychloroquine", ("hcq", "hydroxychloroquin", "plaquenil", "quensyl"), (50, 800)),
    ("tocilizumab", ("tcz", "actemra", "roactemra"), (50, 1300)),
    ("abatacept", ("orencia",), (50, 1500)),
    ("infliximab", ("remicade",), (50, 1500)),
    ("etanercept", ("enbrel",), (10, 100)),
    ("adalimumab", ("humira",), (10, 160)),
    ("tofacitinib", ("xeljanz",), (2, 22)),
    ("baricitinib", ("olumiant",), (1, 8)),
    ("belimumab", ("benlysta",), (80, 1500)),
    ("anifrolumab", ("saphnelo",), (50, 1000)),
    ("immunoglobulin", ("ivig", "immunoglobulins", "intravenous immunoglobulin"), (1000, 250000)),
    ("sildenafil", ("revatio", "viagra"), (5, 100)),
    ("tadalafil", ("adcirca", "cialis"), (2.5, 40)),
    ("bosentan", ("tracleer",), (15, 250)),
    ("ambrisentan", ("volibris", "letairis"), (2.5, 10)),
    ("macitentan", ("opsumit",), (5, 75)),
    ("treprostinil", ("tyvaso", "remodulin"), None),
    ("iloprost", ("ilomedin", "ventavis"), None),
    ("acetylcysteine", ("n-acetylcysteine", "acetylcystein", "nac"), (100, 15000)),
    ("cotrimoxazole", ("co-trimoxazole", "tmp/smx", "tmp-smx", "bactrim", "trimethoprim-sulfamethoxazole"), None),
    ("pantoprazole", ("pantoprazol", "pantozol"), (10, 160)),
    ("omeprazole", ("omeprazol",), (10, 160)),
    ("esomeprazole", ("esomeprazol", "nexium"), (10, 160)),
    ("furosemide", ("furosemid", "frusemide", "lasix"), (5, 1000)),
    ("folic acid", ("folate", "folsäure"), (0.1, 30)),
    ("colecalciferol", ("cholecalciferol", "vitamin d", "vitamin d3"), None),
    ("nifedipine", ("adalat",), (5, 90)),
    ("amlodipine", ("norvasc",), (1.25, 20)),
    ("codeine", (), (5, 240)),
    ("morphine", (), (0.5, 300)),
    ("oxygen", ("o2",), None),
)  # fmt: skip

for _key, _names, _range in _TABLE:
    DRUGS.add(_key, Drug(key=_key, names=_names, single_dose_mg=_range))


@cache
def _by_name() -> dict[str, Drug]:
    return {name: drug for drug in DRUGS.values() for name in (drug.key, *drug.names)}


def find_drug(name: str) -> Drug | None:
    """Give the drug that is called so, or None.

    >>> drug = find_drug("Glivec ")
    >>> drug.key if drug else "unknown"
    'imatinib'
    """
    return _by_name().get(" ".join(name.casefold().split()))


def drug_key(name: str) -> str:
    """Give the key of a drug, or the name itself in small letters where the drug is not known.

    >>> drug_key("MMF"), drug_key("Wonderdrug")
    ('mycophenolate mofetil', 'wonderdrug')
    """
    drug = find_drug(name)
    return drug.key if drug else " ".join(name.casefold().split())


def nearest_drug(name: str) -> str:
    """Give the known name most like one that is not known, or nothing.

    >>> nearest_drug("imatinb")
    'imatinib'
    """
    near = get_close_matches(" ".join(name.casefold().split())[:80], _by_name(), n=1, cutoff=0.8)
    return near[0] if near else ""
