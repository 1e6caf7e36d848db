"""Gzip with and without the faster library. Oracle: Python's own gzip reads both."""

from __future__ import annotations

import gzip

import numpy as np
import pytest

from breathline import gzipped as packing

PARTS = [np.random.default_rng(n).normal(0, 20, 20_000).astype(np.int16).tobytes() for n in range(7)] + [
    b"",
    b"end",
]


@pytest.mark.parametrize("noisy", [False, True])
@pytest.mark.parametrize("library", ["found", "none"])
def test_what_is_packed_is_read_again(library: str, noisy: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    if library == "none":
        monkeypatch.setattr(packing, "_fast", None)
    assert gzip.decompress(packing.gzipped(PARTS[0], noisy=noisy)) == PARTS[0]
    assert gzip.decompress(b"".join(packing.gzipped_parts(iter(PARTS), noisy=noisy))) == b"".join(PARTS)
    assert packing.gzipped(PARTS[1]) == packing.gzipped(PARTS[1]), "the same content gives the same file"
