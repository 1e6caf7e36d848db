"""Fetch the viewer of the review page from npm, check it, and put it with its licences where the page serves it.

    python data-raw/vendor_niivue.py

Needs npm. The viewer is taken as it was published; nothing in it is changed.
"""

from __future__ import annotations

import hashlib
import io
import subprocess
import tarfile
import tempfile
from pathlib import Path

STATIC = Path(__file__).resolve().parents[1] / "src" / "breathline" / "review" / "static"
NIIVUE = "@niivue/niivue@0.69.0"
ARCHIVE_SHA256 = "6e9a6a471b428eb3b258a0086beca9187d95e43a781a39e8a519c6da246af485"
MODULE = "package/dist/niivue.umd.js"

BUNDLED = (
    "@lukeed/uuid@2.0.1",
    "@ungap/structured-clone@1.3.0",
    "array-equal@1.0.2",
    "fflate@0.8.2",
    "gl-matrix@3.4.4",
    "nifti-reader-js@0.8.0",
    "zarrita@0.5.4",
    "@zarrita/storage@0.2.0",
    "numcodecs@0.3.2",
)
"""Packages within the module, as its source map lists them, each MIT or ISC."""

NIIVUE_LICENCE = """\
BSD 2-Clause License

Copyright (c) 2021, Niivue
All rights reserved.

Redistribution and use in source and binary forms, with or without
modification, are permitted provided that the following conditions are met:

1. Redistributions of source code must retain the above copyright notice, this
   list of conditions and the following disclaimer.

2. Redistributions in binary form must reproduce the above copyright notice,
   this list of conditions and the following disclaimer in the documentation
   and/or other materials provided with the distribution.

THIS SOFTWARE IS PROVIDED BY THE COPYRIGHT HOLDERS AND CONTRIBUTORS "AS IS"
AND ANY EXPRESS OR IMPLIED WARRANTIES, INCLUDING, BUT NOT LIMITED TO, THE
IMPLIED WARRANTIES OF MERCHANTABILITY AND FITNESS FOR A PARTICULAR PURPOSE ARE
DISCLAIMED. IN NO EVENT SHALL THE COPYRIGHT HOLDER OR CONTRIBUTORS BE LIABLE
FOR ANY DIRECT, INDIRECT, INCIDENTAL, SPECIAL, EXEMPLARY, OR CONSEQUENTIAL
DAMAGES (INCLUDING, BUT NOT LIMITED TO, PROCUREMENT OF SUBSTITUTE GOODS OR
SERVICES; LOSS OF USE, DATA, OR PROFITS; OR BUSINESS INTERRUPTION) HOWEVER
CAUSED AND ON ANY THEORY OF LIABILITY, WHETHER IN CONTRACT, STRICT LIABILITY,
OR TORT (INCLUDING NEGLIGENCE OR OTHERWISE) ARISING IN ANY WAY OUT OF THE USE
OF THIS SOFTWARE, EVEN IF ADVISED OF THE POSSIBILITY OF SUCH DAMAGE.
"""
"""As it stands in the project's repository; the package names the licence and does not carry its text."""

FONT_NOTE = "The typeface Roboto within the module is under the Apache License 2.0.\n"


def packed(name: str) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        found = subprocess.run(["npm", "pack", "--silent", name], cwd=folder, check=True, capture_output=True)
        return (Path(folder) / found.stdout.decode().split()[-1]).read_bytes()


def member(archive: bytes, wanted: str) -> bytes:
    with tarfile.open(fileobj=io.BytesIO(archive)) as files:
        for item in files:
            if item.name.lower() in (wanted.lower(), f"{wanted.lower()}.md"):
                stream = files.extractfile(item)
                if stream is not None:
                    return stream.read()
    raise SystemExit(f"{wanted} is not in the package")


def main() -> None:
    archive = packed(NIIVUE)
    found = hashlib.sha256(archive).hexdigest()
    if found != ARCHIVE_SHA256:
        raise SystemExit(
            f"{NIIVUE} has the checksum {found}, not the one that was looked at. Nothing was changed."
        )
    (STATIC / "niivue.min.js").write_bytes(member(archive, MODULE))
    texts = [f"niivue.min.js is {NIIVUE} as published on npm.\n\n{NIIVUE_LICENCE}\n{FONT_NOTE}"]
    texts += [
        f"It holds {name}:\n\n{member(packed(name), 'package/LICENSE').decode('utf-8').strip()}\n"
        for name in BUNDLED
    ]
    line = "\n" + "-" * 80 + "\n\n"
    (STATIC / "niivue.LICENSE.txt").write_text(line.join(texts), encoding="utf-8")


if __name__ == "__main__":
    main()
