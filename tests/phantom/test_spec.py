from __future__ import annotations

from dataclasses import replace

import pytest

from breathline.errors import ScanError
from breathline.phantom import PhantomSpec


def test_every_problem_is_told_at_once() -> None:
    with pytest.raises(ScanError) as refused:
        PhantomSpec(matrix=8, kernel="B31f", ground_glass=80, reticulation=30)
    # oracle: the limits printed in the docstring of PhantomSpec
    assert str(refused.value) == (
        "This phantom cannot be made:\n"
        "  - matrix is 8. Give a value from 32 to 1024.\n"
        "  - kernel is 'B31f'. Give one of: soft, sharp.\n"
        "  - The extents add up to 110 % of the lungs. "
        "Ask for 90 % or less together: vessels and airways take their part."
    )


def test_nan_is_refused() -> None:
    with pytest.raises(ScanError, match="ground_glass is nan"):
        PhantomSpec(ground_glass=float("nan"))


def test_slices_cover_300_mm_by_default() -> None:
    # oracle: exact arithmetic, 300 mm / spacing
    assert PhantomSpec().slice_count == 300
    assert PhantomSpec(thickness_mm=1, spacing_mm=10).slice_count == 30
    assert replace(PhantomSpec(), slices=7).slice_count == 7
