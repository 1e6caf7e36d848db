"""Derive the network that outlines dense lung, from the chests that make_chests.py drew and from real normal scans.

    python data-raw/lungs/make_chests.py FOLDER 400
    python data-raw/lungs/derive.py FOLDER [MINUTES] [--real SCAN.npz ...]

Needs PyTorch and onnx beside Breathline; neither is needed to use what it writes, src/breathline/ct/lungs.onnx. A
graphics card makes it bearable. Real scans without dense disease (real_chests.py) show it hearts, hila and diaphragms
as they are; into their lungs dense disease is painted, so that the truth is known.
"""

from __future__ import annotations

import argparse
import time
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from breathline.ct.lung_network import BLOCKS, GRID_MM, HIGHEST_HU, LOWEST_HU, SCALE_HU

TARGET = Path(__file__).resolve().parents[2] / "src" / "breathline" / "ct" / "lungs.onnx"
WIDTHS = (24, 48, 96)
PATCH, BATCH = 64, 4
RATE, RATE_GOING_ON, DECAY, EMA = 3e-3, 1.5e-3, 1e-3, 0.995
KEPT_EVERY = 300.0
"""What was learnt is written so often, in case the run is cut short [s]."""
HELD_OUT = 10
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


def block(wide: int, out: int) -> nn.Sequential:
    parts = []
    for n in (wide, out):
        parts += [nn.Conv3d(n, out, 3, padding=1, bias=False), nn.BatchNorm3d(out), nn.ReLU(inplace=True)]
    return nn.Sequential(*parts)


class UNet(nn.Module):
    """Encoder and decoder with links between (Çiçek et al. 2016), small; blocks of eight voxels are its cells."""

    def __init__(self, widths: tuple[int, ...] = WIDTHS) -> None:
        super().__init__()
        self.down = nn.ModuleList(block(a, b) for a, b in pairwise((BLOCKS, *widths)))
        self.up = nn.ModuleList(block(a + b, a) for a, b in zip(widths[-2::-1], widths[:0:-1], strict=True))
        self.last = nn.Conv3d(widths[0], BLOCKS, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        kept = []
        for number, part in enumerate(self.down):
            x = part(x if number == 0 else functional.max_pool3d(x, 2))
            kept.append(x)
        kept.pop()
        for part in self.up:
            x = part(torch.cat([functional.interpolate(x, scale_factor=2.0), kept.pop()], dim=1))
        return self.last(x)


class Chests:
    """The chests there are; more are taken up while others draw them."""

    def __init__(self, folder: Path, real: list[Path], device: torch.device) -> None:
        self.folder, self.device = folder, device
        self.real = [Chest.read(path, device) for path in real]
        self.drawn: list[Chest] = []
        self.known: set[str] = set()

    def look(self, most: int) -> None:
        for path in sorted(self.folder.glob("[0-9]*.npz")):
            if path.name in self.known or int(path.stem) % HELD_OUT == HELD_OUT - 1:
                continue
            if not most:
                return
            most -= 1
            self.known.add(path.name)
            self.drawn.append(Chest.read(path, self.device))

    def batch(self, random: np.random.Generator) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        found = []
        for _ in range(BATCH):
            real = bool(self.real) and random.random() < REAL_SHARE
            chests = self.real if real else self.drawn
            found.append(draw(chests[random.integers(len(chests))], real, random))
        hu, lungs, weight = (torch.stack(part) for part in zip(*found, strict=True))
        given = folded((hu - LOWEST_HU) / SCALE_HU - 1.0).contiguous(memory_format=torch.channels_last_3d)
        return given, folded(lungs), folded(weight)


def train(chests: Chests, minutes: float, target: Path, earlier: Path | None) -> UNet:
    """Minimise the weighted cross-entropy by AdamW with one cycle of the rate; keep a running mean of the weights."""
    seed = 1 if earlier is None else 2
    torch.manual_seed(seed)
    random = np.random.default_rng(seed)
    device = chests.device
    network = UNet().to(device, memory_format=torch.channels_last_3d)
    highest = RATE
    if earlier is not None:
        network.load_state_dict(torch.load(earlier, map_location=device))
        highest = RATE_GOING_ON
    mean = torch.optim.swa_utils.AveragedModel(
        network, multi_avg_fn=torch.optim.swa_utils.get_ema_multi_avg_fn(EMA), use_buffers=True
    )
    optimiser = torch.optim.AdamW(network.parameters(), highest, weight_decay=DECAY)
    started = shown = kept = time.monotonic()
    losses, steps = [], 0
    while not chests.drawn:
        chests.look(1000)
        time.sleep(1.0)
    while (part := (time.monotonic() - started) / (60.0 * minutes)) < 1.0:
        rate = highest * (
            min(1.0, part / 0.05) if part < 0.05 else 0.5 * (1 + np.cos(np.pi * (part - 0.05) / 0.95))
        )
        for group in optimiser.param_groups:
            group["lr"] = rate
        x, y, weight = chests.batch(random)
        with torch.autocast(device.type, torch.bfloat16, enabled=True):
            said = network(x)
        loss = functional.binary_cross_entropy_with_logits(said.float(), y, weight=weight)
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        optimiser.step()
        mean.update_parameters(network)
        losses.append(loss.detach())
        steps += 1
        if steps % 20 == 0:
            chests.look(5)
        if time.monotonic() - shown > 30:
            told = float(torch.stack(losses).mean())
            print(f"{part:.2f} step {steps}: loss {told:.4f}, {len(chests.drawn)} chests", flush=True)
            losses, shown = [], time.monotonic()
        if time.monotonic() - kept > KEPT_EVERY:
            torch.save(mean.module.state_dict(), target.with_suffix(".pt"))
            kept = time.monotonic()
    return mean.module.eval()


def export(network: UNet, target: Path) -> None:
    torch.onnx.export(
        network, (torch.zeros(1, BLOCKS, 32, 32, 32),), str(target), input_names=["blocks"],
        output_names=["logits"], dynamo=False,
        dynamic_axes={name: {2: "slices", 3: "rows", 4: "columns"} for name in ("blocks", "logits")},
    )  # fmt: skip


def main() -> None:
    given = argparse.ArgumentParser()
    given.add_argument("folder", type=Path)
    given.add_argument("minutes", type=float, nargs="?", default=40.0)
    given.add_argument("--real", type=Path, nargs="*", default=[])
    given.add_argument("--earlier", type=Path, help="weights (.pt) to go on from")
    given.add_argument("--out", type=Path, default=TARGET)
    asked = given.parse_args()
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    network = train(Chests(asked.folder, asked.real, device), asked.minutes, asked.out, asked.earlier).cpu()
    torch.save(network.state_dict(), asked.out.with_suffix(".pt"))
    export(network, asked.out)


if __name__ == "__main__":
    main()
