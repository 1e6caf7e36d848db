"""What deriving the networks has in common: their shape, examples that others still draw, and the descent.

Used by ``patterns/derive.py``, ``lungs/derive.py`` and ``change/derive.py``, which are run with this folder on the
path. Needs PyTorch.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Generic, TypeVar

import numpy as np
import onnx
import torch
from onnx import numpy_helper
from torch import nn
from torch.nn import functional

HELD_OUT = 10
"""Every so many examples are held out and only scored."""
RATE, RATE_GOING_ON, DECAY = 3e-3, 1.5e-3, 1e-3
WARMING = 0.05
"""Share of the time in which the rate rises; then it falls as half a wave."""
MEAN_OF = 0.995
"""What is kept is a running mean of the weights: how much of it stays in a step."""
TOLD_EVERY, KEPT_EVERY = 30.0, 300.0
"""Progress is printed, and what was learnt so far is written, so often [s]."""
TAKEN_EVERY, TAKEN = 20, 4
"""Every so many steps so many more examples are taken up."""
LAYOUTS = {2: torch.channels_last, 3: torch.channels_last_3d}

One = TypeVar("One")


class UNet(nn.Module):
    """Encoder and decoder with links between (Ronneberger et al. 2015; in three dimensions Çiçek et al. 2016)."""

    def __init__(self, dimensions: int, given: int, said: int, widths: tuple[int, ...]) -> None:
        super().__init__()
        self.layout = LAYOUTS[dimensions]
        self.halve = {2: functional.max_pool2d, 3: functional.max_pool3d}[dimensions]
        convolution = {2: nn.Conv2d, 3: nn.Conv3d}[dimensions]
        norm = {2: nn.BatchNorm2d, 3: nn.BatchNorm3d}[dimensions]

        def block(wide: int, out: int) -> nn.Sequential:
            parts = []
            for n in (wide, out):
                parts += [convolution(n, out, 3, padding=1, bias=False), norm(out), nn.ReLU(inplace=True)]
            return nn.Sequential(*parts)

        self.down = nn.ModuleList(block(a, b) for a, b in pairwise((given, *widths)))
        self.up = nn.ModuleList(block(a + b, a) for a, b in zip(widths[-2::-1], widths[:0:-1], strict=True))
        self.last = convolution(widths[0], said, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        kept = []
        for number, part in enumerate(self.down):
            x = part(x if number == 0 else self.halve(x, 2))
            kept.append(x)
        kept.pop()
        for part in self.up:
            x = part(torch.cat([functional.interpolate(x, scale_factor=2.0), kept.pop()], dim=1))
        return self.last(x)


def is_held_out(path: Path) -> bool:
    """Tell whether the example of this number is only scored."""
    return int(path.stem) % HELD_OUT == HELD_OUT - 1


class Shelf(Generic[One]):
    """The examples there are in a folder; more are taken up while others draw them."""

    def __init__(self, folder: Path, read: Callable[[Path], list[One]]) -> None:
        self.folder, self.read = folder, read
        self.known: set[str] = set()
        self.taken: list[One] = []
        while not self.taken:
            self.look(10_000)
            time.sleep(1.0 if not self.taken else 0.0)

    def look(self, most: int) -> None:
        """Take up at most so many files more."""
        for path in sorted(self.folder.glob("[0-9]*.npz")):
            if path.name in self.known or is_held_out(path):
                continue
            if not most:
                return
            most -= 1
            self.known.add(path.name)
            self.taken += self.read(path)

    def draw(self, random: np.random.Generator) -> One:
        """Draw one of the examples."""
        return self.taken[random.integers(len(self.taken))]


def device_here() -> torch.device:
    """Give the graphics card, or the processor where there is none."""
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


def learn(
    network: UNet,
    loss_of: Callable[[Callable[[torch.Tensor], torch.Tensor], np.random.Generator], torch.Tensor],
    shelf: Shelf,
    minutes: float,
    target: Path,
    going_on: bool = False,
) -> UNet:
    """Minimise a loss by AdamW with one cycle of the rate, for as long as there is time.

    Parameters
    ----------
    loss_of
        Draws a batch and gives the loss of what the network says of it.
    target
        Weights so far are written beside it, as ``.pt``.
    going_on
        The network has weights to go on from: the rate begins lower, and other examples are drawn.
    """
    seed = 2 if going_on else 1
    torch.manual_seed(seed)
    random = np.random.default_rng(seed)
    device = device_here()
    network = network.to(device, memory_format=network.layout)
    highest = RATE_GOING_ON if going_on else RATE
    mean = torch.optim.swa_utils.AveragedModel(
        network, multi_avg_fn=torch.optim.swa_utils.get_ema_multi_avg_fn(MEAN_OF), use_buffers=True
    )
    optimiser = torch.optim.AdamW(network.parameters(), highest, weight_decay=DECAY)

    def say(x: torch.Tensor) -> torch.Tensor:
        with torch.autocast(device.type, torch.bfloat16):
            said = network(x.contiguous(memory_format=network.layout))
        return said.float()

    started = told = kept = time.monotonic()
    losses: list[torch.Tensor] = []
    steps = 0
    network.train()
    while (part := (time.monotonic() - started) / (60.0 * minutes)) < 1.0:
        for group in optimiser.param_groups:
            group["lr"] = highest * _cycle(part)
        loss = loss_of(say, random)
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        optimiser.step()
        mean.update_parameters(network)
        losses.append(loss.detach())
        steps += 1
        if steps % TAKEN_EVERY == 0:
            shelf.look(TAKEN)
        if time.monotonic() - told > TOLD_EVERY:
            now = float(torch.stack(losses).mean())
            print(f"{part:.2f} step {steps}: loss {now:.4f}, {len(shelf.taken)} examples", flush=True)
            losses, told = [], time.monotonic()
        if time.monotonic() - kept > KEPT_EVERY:
            torch.save(mean.module.state_dict(), target.with_suffix(".pt"))
            kept = time.monotonic()
    torch.save(mean.module.state_dict(), target.with_suffix(".pt"))
    return mean.module.eval()


def _cycle(part: float) -> float:
    """Rate at a part of the time, as a share of the highest."""
    if part < WARMING:
        return part / WARMING
    return float(0.5 * (1 + np.cos(np.pi * (part - WARMING) / (1 - WARMING))))


def take_from_export(network: UNet, path: Path, given: torch.Tensor) -> None:
    """Take over the weights of a network that `export` wrote, so that it can be derived further.

    Its normalisation had become part of its convolutions: each is given back what it measures on some examples, so
    that at first the network says what it said.

    Parameters
    ----------
    given
        Examples (batch, channels, …).
    """
    model = onnx.load(str(path))
    kept = {one.name: torch.tensor(numpy_helper.to_array(one)) for one in model.graph.initializer}
    convolved = [node for node in model.graph.node if node.op_type == "Conv"]
    layers = [one for one in network.modules() if isinstance(one, nn.Conv2d | nn.Conv3d)]
    norms = [one for one in network.modules() if isinstance(one, nn.BatchNorm2d | nn.BatchNorm3d)]
    for number, (layer, node) in enumerate(zip(layers, convolved, strict=True)):
        weight, bias = (kept[name] for name in node.input[1:3])
        layer.weight.data.copy_(weight)
        (layer if layer.bias is not None else norms[number]).bias.data.copy_(bias)

    def measure(norm: nn.Module, shown: tuple[torch.Tensor]) -> None:
        over = [axis for axis in range(shown[0].ndim) if axis != 1]
        variance, mean = torch.var_mean(shown[0], dim=over, correction=0)
        norm.running_mean.copy_(mean)
        norm.running_var.copy_(variance)
        norm.weight.copy_((variance + norm.eps).sqrt())
        norm.bias.add_(mean)

    hooks = [norm.register_forward_pre_hook(measure) for norm in norms]
    with torch.no_grad():
        network.eval()(given)
    for hook in hooks:
        hook.remove()


def export(
    network: UNet, given: torch.Tensor, names: tuple[str, str], free: dict[int, str], target: Path
) -> None:
    """Write a network in ONNX, its normalisation made part of its convolutions.

    Parameters
    ----------
    given
        An example of what it is given.
    names
        What it is given and what it says are called.
    free
        Axes of any length.
    """
    torch.onnx.export(
        network.cpu(), (given,), str(target), input_names=[names[0]], output_names=[names[1]], dynamo=False,
        dynamic_axes=dict.fromkeys(names, free),
    )  # fmt: skip
