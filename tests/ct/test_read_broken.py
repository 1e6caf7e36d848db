"""Broken files. Oracle: a scan is read or refused with a reason; nothing else happens, and nothing swells."""

from __future__ import annotations

import random
import subprocess
import sys
import warnings
from pathlib import Path

import pytest

from breathline.ct.read import read_scan
from breathline.errors import ScanError
from tests.ct.breakage import KINDS, break_one, write_whole

TIMES = 25


@pytest.mark.parametrize("kind", KINDS)
def test_a_broken_scan_is_read_or_refused(
    tmp_path: Path, kind: str, capfd: pytest.CaptureFixture[str]
) -> None:
    write_whole(tmp_path / "whole", kind)
    read_scan(tmp_path / "whole")
    told: list[str] = []
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for seed in range(TIMES):
            how = break_one(tmp_path / "whole", tmp_path / "broken", random.Random(f"{kind} {seed}"))
            try:
                read_scan(tmp_path / "broken")
            except ScanError as refusal:
                told.append(str(refusal))
            except Exception as error:
                raise AssertionError(f"seed {seed}: {how}: {error!r}") from error
    assert told
    assert capfd.readouterr().err == ""


def test_a_header_that_claims_the_earth_takes_no_memory(tmp_path: Path) -> None:
    (tmp_path / "claim.mha").write_text(
        "ObjectType = Image\nNDims = 3\nBinaryData = True\nBinaryDataByteOrderMSB = False\n"
        "DimSize = 60000 60000 10000\nElementSpacing = 1 1 1\nElementType = MET_SHORT\nElementDataFile = LOCAL\n"
    )
    (tmp_path / "claim.nrrd").write_text(
        "NRRD0004\ntype: short\ndimension: 3\nsizes: 60000 60000 10000\nencoding: raw\nendian: little\n\n"
    )
    script = (
        "import resource, sys\nfrom pathlib import Path\nfrom breathline.ct.read import read_scan\n"
        "from breathline.errors import ScanError\n"
        "resource.setrlimit(resource.RLIMIT_AS, (4 * 2**30, 4 * 2**30))\n"
        "try:\n    read_scan(Path(sys.argv[1]))\n"
        "except ScanError as refusal:\n    print(refusal.problems[0].code)\n"
    )
    for name in ("claim.mha", "claim.nrrd"):
        done = subprocess.run(
            [sys.executable, "-c", script, str(tmp_path / name)],
            check=False,
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert (done.stdout.strip(), done.stderr) == ("too_large", "")
