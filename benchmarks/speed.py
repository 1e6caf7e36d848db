"""Time and memory of one scan from DICOM to files, growth with slices, and a peer on the same volume.

The peer is the forward pass of lungmask's R231 network (PyPI `lungmask`, whatever its weights: time does not depend
on them). It runs where `BREATHLINE_PEERS` names a Python that has lungmask, on some of the slices; its time for all
of them is in proportion.
"""

from __future__ import annotations

import os
import subprocess
import tempfile
from pathlib import Path

from benchmarks.row import Row, measured
from breathline.ct.measure import measure_scan, write_scan
from breathline.phantom import PhantomSpec, write_phantom

SLICES = (160, 320, 640)
HEIGHT_MM = 320.0
DISEASE = {"ground_glass": 12, "reticulation": 6, "honeycombing": 3, "consolidation": 2}
PEER_SLICES = 24
PEER = """
import sys, time, torch
from lungmask.resunet import UNet
torch.set_num_threads(2)
network = UNet(n_classes=3, padding=True, depth=5, up_mode="upsample", batch_norm=True, residual=False).eval()
cells = torch.zeros(1, 1, 256, 256)
with torch.inference_mode():
    network(cells)
    started = time.perf_counter()
    for _ in range(int(sys.argv[1])):
        network(cells)
print(time.perf_counter() - started)
"""


def _measure(source: Path, out: str) -> None:
    write_scan(measure_scan(source), Path(out))


def rows() -> list[Row]:
    """Measure 160, 320 and 640 slices of one chest; the peer runs right after the 320."""
    found, times = [], {}
    with tempfile.TemporaryDirectory() as folder:
        for slices in SLICES:
            made = Path(folder) / str(slices)
            write_phantom(
                made, PhantomSpec(seed=61, slices=slices, thickness_mm=HEIGHT_MM / slices, **DISEASE)
            )
            _, first, _ = measured(_measure, made / "dicom", f"{folder}/out")
            _, second, peak = measured(_measure, made / "dicom", f"{folder}/out")
            times[slices] = min(first, second)
            if slices == 320:
                found += [_time_row(times[slices], peak), *_peer_rows(times[slices])]
    for few, many in zip(SLICES, SLICES[1:], strict=False):
        growth = times[many] / times[few] / (many / few)
        figure = f"{times[few]:.1f} s to {times[many]:.1f} s: {growth:.2f} times linear"
        what = "growth with the number of slices"
        on = f"{few} to {many} slices of one chest"
        found.append(Row(what=what, on=on, figure=figure, wanted="≤ 1.1 times linear", met=growth <= 1.1))
    return found


def _time_row(seconds: float, peak: float) -> Row:
    return Row(
        what="time and peak memory, DICOM to measurements and label files",
        on="phantom 512 × 512 × 320, better of two runs",
        figure=f"{seconds:.1f} s, {peak:.2f} GiB",
        wanted="≤ 20 s, ≤ 2.5 GiB",
        met=seconds <= 20 and peak <= 2.5,
    )


def _peer_rows(ours: float) -> list[Row]:
    python = os.environ.get("BREATHLINE_PEERS")
    if not python:
        return []
    done = subprocess.run([python, "-c", PEER, str(PEER_SLICES)], check=True, capture_output=True, text=True)
    theirs = float(done.stdout) * 320 / PEER_SLICES
    return [
        Row(
            what="times faster than the forward passes of lungmask R231",
            on=f"320 slices of 256 × 256, from {PEER_SLICES} timed",
            figure=f"{theirs / ours:.0f} times ({theirs:.0f} s against {ours:.1f} s)",
            wanted="≥ 20 times",
            met=theirs >= 20 * ours,
        )
    ]
