"""Lay real scans without dense disease out on the grid of 2 mm, with their lungs as Breathline outlines them.

    python data-raw/lungs/real_chests.py SCAN.npz=FOLDER ...

Look at the outlines first: what is wrong in them is learnt.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
from scipy import ndimage

from breathline.ct.lung_network import GRID_MM as NETWORK_MM
from breathline.ct.lungs import find_lungs
from breathline.ct.read import read_scan

GRID_MM = NETWORK_MM / 2


def main() -> None:
    for pair in sys.argv[1:]:
        target, folder = (Path(part) for part in pair.split("="))
        volume = read_scan(folder)
        lungs = find_lungs(volume).lungs.labels > 0
        zoom = np.array(volume.geometry.spacing_mm) / GRID_MM
        wide = [2 * int(max(0.0, 0.5 / step)) + 1 for step in zoom]
        hu = ndimage.uniform_filter(np.maximum(volume.hu, -1024).astype(np.float32), wide)
        hu = ndimage.zoom(hu, zoom, order=1, grid_mode=True, mode="nearest").astype(np.int16)
        share = ndimage.zoom(lungs.astype(np.float32), zoom, order=1, grid_mode=True, mode="nearest")
        np.savez_compressed(target, hu=hu, lungs=share > 0.5)
        print(target, hu.shape, int((share > 0.5).sum() * GRID_MM**3 / 1000), "mL", flush=True)


if __name__ == "__main__":
    main()
