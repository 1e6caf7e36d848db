"""One lung at two real visits. Oracle: the lung's tissue, whose mass hardly changes; landmarks set in both pictures."""

from __future__ import annotations

import numpy as np
from benchmarks.landmarks import MASS_PERCENT, by_outline, masses_g, visits

from breathline.ct.align import align


def test_the_lung_keeps_its_mass_and_the_outlines_bring_landmarks_nearer(real_ct):
    before, after = visits(real_ct / "landmark-pair")
    found = align(before.picture, before.lung, after.picture, before.lung)
    masses = masses_g(before, after, found)
    assert abs(100.0 * (masses[1] / masses[0] - 1.0)) <= MASS_PERCENT
    # A lung of 3.4 L at -862 HU, as the data's own description says, weighs 464 g.
    assert abs(masses[0] - 3360 * 0.138) < 15
    truth = after.landmarks_mm - before.landmarks_mm
    unaligned = np.linalg.norm(truth, axis=1).mean()
    assert np.linalg.norm(by_outline(before, after) - truth, axis=1).mean() < 0.5 * unaligned
