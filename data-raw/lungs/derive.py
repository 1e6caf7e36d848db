"""Derive the network that outlines dense lung, from the chests that make_chests.py drew and from real normal scans.

    python data-raw/lungs/make_chests.py FOLDER 64
    python data-raw/lungs/real_chests.py REAL.npz=SCAN ...
    PYTHONPATH=data-raw python data-raw/lungs/derive.py FOLDER [MINUTES] [--real REAL.npz ...]

Needs PyTorch and onnx beside Breathline; neither is needed to use what it writes, src/breathline/ct/lungs.onnx. It runs
on a processor, more quickly on a graphics card. Real scans without dense disease show it hearts, hila and diaphragms as
they are; into their lungs dense disease is painted, so that the truth is known. Every tenth chest is held out and only
scored.

The shipped weights came of chests 0 to 63 and of two scans (normal001 and nlst-101287 of the project's test data) in
two runs on one core: 45 minutes of the first, in which real scans were 0.3 of the patches, 0.8 of those were painted,
and there were no slices apart and no filled bowel; then 24 minutes more (``--earlier``) as it stands here.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from learning import Shelf, UNet, device_here, export, is_held_out, learn
from torch.nn import functional

from breathline.ct.lung_network import BLOCKS, GRID_MM, HIGHEST_HU, LOWEST_HU, MULTIPLE, SCALE_HU

TARGET = Path(__file__).resolve().parents[2] / "src" / "breathline" / "ct" / "lungs.onnx"
WIDTHS = (24, 48, 96)
PATCH, BATCH = 64, 4
REAL_SHARE = 0.4
"""Share of the patches that are of real scans."""
APART, INTERVAL_MM = 0.2, 10.0
"""Share of the patches that are seen as interval HRCT shows them, and the gap of its slices [mm]."""
DENSE_HU = (-400.0, 150.0)
DENSE_WEIGHT = 6.0
"""Dense tissue in and near the lungs counts so many times more: the rest is plain from its density."""
NEAR_MM = 28.0


@dataclass(frozen=True, eq=False)
class Chest:
    """Density [HU] and share that is lung on the grid of `GRID_MM`: (slices, rows, columns)."""

    hu: torch.Tensor
    lungs: torch.Tensor
    places: torch.Tensor

    @classmethod
    def read(cls, path: Path, device: torch.device) -> Chest:
        kept = np.load(path)
        hu = halved(torch.from_numpy(np.clip(kept["hu"], LOWEST_HU, HIGHEST_HU).astype(np.float32))).to(
            device
        )
        lungs = halved(torch.from_numpy(kept["lungs"].astype(np.float32))).to(device)
        places = (lungs > 0.5).nonzero().to(torch.int16)
        return cls(hu, lungs, places)


def halved(values: torch.Tensor) -> torch.Tensor:
    """Means of blocks of eight voxels: what is drawn is twice as fine as the network's grid."""
    return functional.avg_pool3d(values[None], 2)[0]


def smooth(cells: int, device: torch.device, layers: int = 1) -> torch.Tensor:
    """Noise over a patch that varies over PATCH / cells voxels: (layers, patch, patch, patch), spread about one."""
    coarse = torch.randn(1, layers, cells + 2, cells + 2, cells + 2, device=device)
    return 1.6 * functional.interpolate(coarse, size=(PATCH,) * 3, mode="trilinear", align_corners=True)[0]


def bent(chest: Chest, random: np.random.Generator) -> tuple[torch.Tensor, torch.Tensor]:
    """Cut a patch out of a chest, turned, stretched and bent as chests differ."""
    device = chest.hu.device
    shape = torch.tensor(chest.hu.shape, device=device, dtype=torch.float32)
    if random.random() < 0.5:
        centre = chest.places[random.integers(len(chest.places))].float()
    else:
        centre = shape * torch.tensor(random.uniform(0.3, 0.7, 3), device=device, dtype=torch.float32)
    axis = torch.linspace(-PATCH / 2, PATCH / 2, PATCH, device=device)
    grid = torch.stack(torch.meshgrid(axis, axis, axis, indexing="ij"), dim=-1)
    angles = random.normal(0.0, 0.09, 3)
    turn = np.eye(3)
    for n, (a, b) in enumerate(((0, 1), (0, 2), (1, 2))):
        one = np.eye(3)
        one[a, a] = one[b, b] = np.cos(angles[n])
        one[a, b], one[b, a] = -np.sin(angles[n]), np.sin(angles[n])
        turn = turn @ one
    scale = random.uniform(0.85, 1.2) * random.uniform(0.88, 1.12, 3)
    if random.random() < 0.15:
        scale[2] = -scale[2]
    grid = grid @ torch.tensor(turn @ np.diag(scale), device=device, dtype=torch.float32).T
    if random.random() < 0.8:
        for cells, most_mm in ((3, 12.0), (8, 3.0)):
            grid = grid + random.uniform(0, most_mm) / GRID_MM / 1.6 * smooth(cells, device, 3).permute(
                1, 2, 3, 0
            )
    where = (2.0 * (grid + centre) / (shape - 1) - 1.0).flip(-1)[None]
    hu = functional.grid_sample(chest.hu[None, None] - LOWEST_HU, where, align_corners=True)[0, 0]
    lungs = functional.grid_sample(chest.lungs[None, None], where, align_corners=True)[0, 0]
    return hu + LOWEST_HU, lungs


def painted(hu: torch.Tensor, lungs: torch.Tensor, random: np.random.Generator) -> torch.Tensor:
    """Fill part of the lungs with dense disease, the more so towards the pleura; its truth stays lung."""
    chosen = _chosen(
        hu, lungs, _towards_pleura(lungs) * random.uniform(0, 3) + _blobs(hu.device, random), random
    )
    level = random.uniform(25.0, 70.0) if random.random() < 0.8 else random.uniform(-250.0, 25.0)
    grain = (
        random.uniform(8.0, 35.0) * smooth(48, hu.device)[0]
        + random.uniform(0, 20.0) * smooth(12, hu.device)[0]
    )
    return torch.where(chosen, torch.maximum(hu, level + grain), hu)


def flooded(
    hu: torch.Tensor, lungs: torch.Tensor, random: np.random.Generator
) -> tuple[torch.Tensor, torch.Tensor]:
    """Put an effusion where fluid gathers: at the back or the base, even and as dense as water; no lung."""
    rows = torch.linspace(-1, 1, PATCH, device=hu.device)
    back = random.choice([-1.0, 1.0], p=[0.2, 0.8]) * rows[None, :, None]
    height = -random.uniform(0.0, 1.0) * rows[:, None, None]
    chosen = _chosen(hu, lungs, 6.0 * (back + height) + 0.4 * _blobs(hu.device, random), random)
    fluid = random.uniform(-5.0, 22.0) + 3.0 * smooth(24, hu.device)[0]
    return torch.where(chosen, fluid, hu), lungs * ~chosen


def stuffed(hu: torch.Tensor, lungs: torch.Tensor, random: np.random.Generator) -> torch.Tensor:
    """Fill bowel below the lungs with stool and pockets of gas, which look much as airless lung does; no lung."""
    device = hu.device
    near = functional.max_pool3d(functional.max_pool3d(lungs[None, None], 4), 7, 1, 3)
    near = functional.interpolate(near, scale_factor=4.0)[0, 0] > 0.5
    free = near & (lungs < 0.02) & (hu > -200) & (hu < 150)
    heights = torch.linspace(-1, 1, PATCH, device=device)[:, None, None]
    score = smooth(int(random.integers(3, 7)), device)[0] - random.uniform(0.5, 3.0) * heights
    values = score[free][::7]
    if values.numel() < 50:
        return hu
    chosen = free & (score > torch.quantile(values[:100000], 1.0 - random.uniform(0.03, 0.25)))
    stool = random.uniform(-120.0, 50.0) + random.uniform(20.0, 120.0) * smooth(24, device)[0]
    gas = smooth(int(random.integers(10, 24)), device)[0] > random.uniform(0.8, 2.0)
    return torch.where(chosen, torch.where(gas, -960.0, stool.clamp(-400.0, 150.0)), hu)


def _towards_pleura(lungs: torch.Tensor) -> torch.Tensor:
    return 1.0 - functional.avg_pool3d(lungs[None, None], 7, 1, 3)[0, 0]


def _blobs(device: torch.device, random: np.random.Generator) -> torch.Tensor:
    return smooth(int(random.integers(3, 9)), device)[0] + 0.4 * smooth(20, device)[0]


def _chosen(
    hu: torch.Tensor, lungs: torch.Tensor, score: torch.Tensor, random: np.random.Generator
) -> torch.Tensor:
    """Choose the part of the lungs with the highest score, one to thirty in a hundred, and the edge of lung beside."""
    share = float(np.exp(random.uniform(np.log(0.01), np.log(0.3))))
    inside = lungs > 0.02
    values = score[inside][::7]
    if values.numel() < 50:
        return inside & False
    chosen = inside & (score > torch.quantile(values[:100000], 1.0 - share))
    # a dark rim left between what is painted and the wall would tell the network where lung was
    beside = functional.max_pool3d(chosen[None].float(), 3, 1, 1)[0] > 0
    return chosen | (beside & (lungs < 0.5) & (hu < 0))


def looked_at(hu: torch.Tensor, random: np.random.Generator) -> torch.Tensor:
    """Change density as scanners differ: noise, slices, contrast medium, edges."""
    if random.random() < 0.2:  # thick slices
        hu = functional.avg_pool3d(hu[None, None], (3, 1, 1), 1, (1, 0, 0))[0, 0]
    if random.random() < APART:
        hu = apart(hu, random)
    if random.random() < 0.3:  # what is dense is denser
        hu = torch.where(hu > 0, hu * random.uniform(0.7, 2.5), hu)
    hu = hu + random.normal(0.0, 10.0) + random.uniform(0, 15.0) * torch.randn_like(hu)
    return hu.clamp(LOWEST_HU, HIGHEST_HU)


def apart(hu: torch.Tensor, random: np.random.Generator) -> torch.Tensor:
    """Keep a slice every 10 mm, noisy as thin slices are, and interpolate between: interval HRCT."""
    gap = INTERVAL_MM / GRID_MM
    heights = np.arange(random.uniform(0, gap), PATCH, gap)
    places = np.arange(PATCH)
    there = np.clip(np.searchsorted(heights, places) - 1, 0, len(heights) - 2)
    part = np.clip((places - heights[there]) / gap, 0.0, 1.0)
    between = np.zeros((PATCH, len(heights)))
    between[places, there], between[places, there + 1] = 1.0 - part, part
    nearest = torch.from_numpy(np.minimum(np.rint(heights), PATCH - 1).astype(np.int64)).to(hu.device)
    slices = hu[nearest]
    slices = slices + random.uniform(0, 30.0) * torch.randn_like(slices)
    return torch.tensordot(torch.from_numpy(between).to(hu), slices, dims=1)


def draw(
    chest: Chest, real: bool, random: np.random.Generator
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Give density, truth and weight of a patch."""
    hu, lungs = bent(chest, random)
    if random.random() < (0.5 if real else 0.2) and (lungs > 0.5).any():
        hu = painted(hu, lungs, random)
    if random.random() < 0.1 and (lungs > 0.5).any():
        hu, lungs = flooded(hu, lungs, random)
    if random.random() < 0.25:
        hu = stuffed(hu, lungs, random)
    wide = 2 * round(NEAR_MM / GRID_MM / 2) + 1
    near = functional.max_pool3d(functional.max_pool3d(lungs[None, None], 2), wide, 1, wide // 2)
    near = functional.interpolate(near, scale_factor=2.0)[0, 0] > 0.5
    dense = near & (hu > DENSE_HU[0]) & (hu < DENSE_HU[1])
    weight = 1.0 + (DENSE_WEIGHT - 1.0) * dense.float()
    return looked_at(hu, random), lungs, weight


def folded(x: torch.Tensor) -> torch.Tensor:
    """Make channels of the eight voxels of a block: (batch, z, y, x) to (batch, 8, z/2, y/2, x/2)."""
    n, z, y, w = x.shape
    x = x.view(n, z // 2, 2, y // 2, 2, w // 2, 2)
    return x.permute(0, 2, 4, 6, 1, 3, 5).reshape(n, BLOCKS, z // 2, y // 2, w // 2)


class Loss:
    """Draws patches of phantom chests and of real ones, and weighs what the network says of them."""

    def __init__(self, drawn: Shelf[Chest], real: list[Chest]) -> None:
        self.drawn, self.real = drawn, real

    def __call__(
        self, say: Callable[[torch.Tensor], torch.Tensor], random: np.random.Generator
    ) -> torch.Tensor:
        found = []
        for _ in range(BATCH):
            real = bool(self.real) and random.random() < REAL_SHARE
            chest = self.real[random.integers(len(self.real))] if real else self.drawn.draw(random)
            found.append(draw(chest, real, random))
        hu, lungs, weight = (torch.stack(part) for part in zip(*found, strict=True))
        said = say(folded((hu - LOWEST_HU) / SCALE_HU - 1.0))
        return functional.binary_cross_entropy_with_logits(said, folded(lungs), weight=folded(weight))


def score(network: UNet, paths: list[Path]) -> None:
    """Print, for chests held out, how well the lungs are told, and how much of what is dense in them."""
    for path in paths:
        chest = Chest.read(path, torch.device("cpu"))
        pad = [size for n in reversed(chest.hu.shape) for size in (0, -n % MULTIPLE)]
        hu = functional.pad(chest.hu, pad, value=LOWEST_HU)
        with torch.no_grad():
            said = network.cpu()(folded((hu[None] - LOWEST_HU) / SCALE_HU - 1.0)) > 0
        found, true = said, folded(functional.pad(chest.lungs, pad)[None]) > 0.5
        dense = true & (folded(hu[None]) > DENSE_HU[0])
        dice = 2.0 * float((found & true).sum()) / float(found.sum() + true.sum())
        inside = float(found[dense].float().mean())
        print(
            f"{path.stem} held out: Dice {dice:.4f}, {100 * inside:.0f} % of what is dense inside", flush=True
        )


def main() -> None:
    given = argparse.ArgumentParser()
    given.add_argument("folder", type=Path)
    given.add_argument("minutes", type=float, nargs="?", default=75.0)
    given.add_argument("--real", type=Path, nargs="*", default=[])
    given.add_argument("--earlier", type=Path, help="weights (.pt) to go on from")
    given.add_argument("--out", type=Path, default=TARGET)
    asked = given.parse_args()
    device = device_here()
    network = UNet(3, BLOCKS, BLOCKS, WIDTHS)
    shelf = Shelf(asked.folder, lambda path: [Chest.read(path, device)])
    loss = Loss(shelf, [Chest.read(path, device) for path in asked.real])
    if asked.earlier is not None:
        network.load_state_dict(torch.load(asked.earlier, map_location="cpu"))
    network = learn(network, loss, shelf, asked.minutes, asked.out, going_on=asked.earlier is not None)
    score(network, [path for path in sorted(asked.folder.glob("[0-9]*.npz")) if is_held_out(path)])
    blocks = torch.zeros(1, BLOCKS, 32, 32, 32)
    export(network, blocks, ("blocks", "logits"), {2: "slices", 3: "rows", 4: "columns"}, asked.out)


if __name__ == "__main__":
    main()
