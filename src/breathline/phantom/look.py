"""How tissue and disease look: the standard look, and looks drawn at random within what scans show.

A method derived on one look learns that look. A `variety` draws every density, cell size, width, border and
sharpness anew (domain randomisation, after Billot et al. 2023), so that what holds over many varieties does not
hang on one choice of ours.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

import numpy as np


class Look(NamedTuple):
    """Densities [g/mL], sizes [mm] and shares that decide how the lungs look.

    Parameters
    ----------
    normal, lobular, patchy, lean
        Density of normal lung after a full breath, its variation from lobule to lobule and over larger
        patches, and its rise towards the couch, as shares of it.
    haze, haze_lobular, haze_patchy, haze_grain
        What ground-glass adds, and how that varies over lobules, patches and finely.
    haze_clumps, drift
        How ground-glass varies over clumps of a centimetre, as filling air spaces do; how normal lung varies
        over half a lobe, as share of it, by its blood flow and by hardening of the beam.
    net_ground, net_fine, net_fine_mm, net_fine_width, net_coarse, net_coarse_mm, net_coarse_width
        Reticulation: what its ground adds; density, mesh and width of its fine and coarse lines.
    cyst, cyst_mm, cyst_wall, cyst_wall_mm
        Honeycombing: density in its cysts, their size, and the density and half width of their walls.
    solid
        Density of consolidation.
    empty
        Density where emphysema has taken the walls.
    blood
        Vessels [HU]; contrast medium raises it.
    border
        Multiplies the widths of the patterns' borders.
    pleural, basal, focal
        Multiply how much disease keeps to the pleura and to the bases, and how patchy ground-glass is.
    haze_pleural, haze_depth_mm
        How much ground-glass keeps to the pleura, as in organising pneumonia, and how deep it reaches.
    haze_net
        What faint lines within ground-glass add: crazy paving, which is ground-glass, not fibrosis.
    blur, edge, noise, grain
        Multiply the kernel's point spread, edge enhancement, noise and the spatial frequency of the noise.
    """

    normal: float = 0.112
    lobular: float = 0.07
    patchy: float = 0.05
    lean: float = 0.17
    haze: float = 0.21
    haze_lobular: float = 0.045
    haze_patchy: float = 0.05
    haze_grain: float = 0.03
    net_ground: float = 0.07
    net_fine: float = 0.62
    net_fine_mm: float = 4.6
    net_fine_width: float = 0.75
    net_coarse: float = 0.95
    net_coarse_mm: float = 11.5
    net_coarse_width: float = 1.7
    cyst: float = 0.05
    cyst_mm: float = 7.2
    cyst_wall: float = 0.98
    cyst_wall_mm: float = 0.75
    solid: float = 1.035
    empty: float = 0.025
    blood: float = 42.0
    border: float = 1.0
    pleural: float = 1.0
    basal: float = 1.0
    blur: float = 1.0
    edge: float = 1.0
    noise: float = 1.0
    grain: float = 1.0
    haze_clumps: float = 0.0
    drift: float = 0.0
    focal: float = 1.0
    haze_pleural: float = 1.0
    haze_depth_mm: float = 30.0
    haze_net: float = 0.0


RANGES: Mapping[str, tuple[float, float]] = MappingProxyType(
    {
        "normal": (0.085, 0.16),
        "lobular": (0.03, 0.12),
        "patchy": (0.02, 0.12),
        "lean": (0.05, 0.45),
        "haze": (0.10, 0.50),
        "haze_lobular": (0.02, 0.12),
        "haze_patchy": (0.02, 0.12),
        "haze_grain": (0.01, 0.06),
        "net_ground": (0.02, 0.20),
        "net_fine": (0.40, 0.85),
        "net_fine_mm": (3.4, 6.5),
        "net_fine_width": (0.5, 1.1),
        "net_coarse": (0.75, 1.03),
        "net_coarse_mm": (8.5, 16.0),
        "net_coarse_width": (1.1, 2.5),
        "cyst": (0.01, 0.12),
        "cyst_mm": (5.0, 11.0),
        "cyst_wall": (0.85, 1.04),
        "cyst_wall_mm": (0.5, 1.2),
        "solid": (0.92, 1.06),
        "empty": (0.01, 0.05),
        "blood": (30.0, 220.0),
        "border": (0.5, 2.5),
        "pleural": (0.0, 1.3),
        "basal": (-0.3, 1.3),
        "blur": (0.75, 1.35),
        "edge": (0.5, 1.5),
        "noise": (0.6, 1.7),
        "grain": (0.8, 1.25),
        "haze_clumps": (0.0, 0.30),
        "drift": (0.0, 0.35),
        "focal": (0.7, 2.5),
        "haze_pleural": (0.0, 3.5),
        "haze_depth_mm": (8.0, 40.0),
        "haze_net": (0.0, 0.25),
    }
)
"""Range from which a variety draws each: densities and sizes as the Fleischner glossary (Hansell et al. 2008) and
unenhanced or enhanced scans allow; the shares and multipliers are conventions of ours."""

STANDARD = Look()


def look_of(variety: int) -> Look:
    """Give the look of a variety; 0 is the standard look.

    >>> look_of(0) == STANDARD
    True
    >>> look_of(5) == look_of(5) != look_of(6)
    True
    """
    if variety == 0:
        return STANDARD
    random = np.random.default_rng([variety, 41])
    return Look(**{name: float(random.uniform(low, high)) for name, (low, high) in RANGES.items()})
