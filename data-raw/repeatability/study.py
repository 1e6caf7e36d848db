"""Scan simulated patients again and again, and keep what was measured.

    python data-raw/repeatability/study.py FOLDER FIRST LAST [KIND ...]

Every pair is one line of FOLDER/pairs.jsonl, written as soon as it is measured; pairs that are there are not made again.
"""

from __future__ import annotations

import json
import sys
import time
from dataclasses import asdict
from pathlib import Path

from breathline.repeatability.simulate import KINDS, simulate_pairs


def kept(path: Path) -> set[tuple[int, str]]:
    """Tell which pairs are there."""
    if not path.exists():
        return set()
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    return {(line["number"], line["kind"]) for line in lines}


def main() -> None:
    path = Path(sys.argv[1]) / "pairs.jsonl"
    path.parent.mkdir(parents=True, exist_ok=True)
    for number in range(int(sys.argv[2]), int(sys.argv[3]) + 1):
        there = kept(path)
        wanted = [kind for kind in sys.argv[4:] or KINDS if (number, kind) not in there]
        if not wanted:
            continue
        spent = time.process_time()
        for found in simulate_pairs(number, wanted):
            seconds, spent = time.process_time() - spent, time.process_time()
            line = {"number": number, "seconds": round(seconds, 1), **asdict(found)}
            with path.open("a") as file:
                file.write(json.dumps(line) + "\n")
            haze = found.pair.raw["ct_ground_glass"]
            print(number, found.kind, f"{seconds:.0f} s", *(f"{v:.2f}" for v in haze), flush=True)


if __name__ == "__main__":
    main()
