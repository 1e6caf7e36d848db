"""Every word of the draft's catalogue is used."""

from __future__ import annotations

import re

from breathline.report.catalogue import read_wording
from tests.conftest import ROOT

FOLDER = ROOT / "src" / "breathline" / "report" / "care"

FROM_THE_RECORD = ("care.keyword.why_", "care.patient.before_", "care.abstract.", "care.patient.")
"""Keys whose last part is a judgement, a kind of fact, or a sex."""


def test_every_word_is_used():
    source = "\n".join(path.read_text(encoding="utf-8") for path in sorted(FOLDER.glob("*.py")))
    for key in read_wording("care/words.toml").messages:
        last = key.rpartition(".")[2]
        named = re.search(rf"""['"]{last}['"]""", source) is not None  # put together from a list of names
        assert key in source or named or key.startswith(FROM_THE_RECORD), key
