"""The pages about criteria say what the code does."""

from __future__ import annotations

import re
from pathlib import Path

from breathline.verdict import CRITERIA
from tests.verdict.criteria_page import MARK, PAGE, write_tables

HOW_TO = Path(__file__).resolve().parents[2] / "docs" / "how-to" / "criterion.md"


def test_the_tables_are_those_of_the_rules():
    assert PAGE.read_text(encoding="utf-8").partition(MARK)[2].strip() == write_tables().strip()


def test_every_criterion_has_its_section():
    text = PAGE.read_text(encoding="utf-8")
    for name, criterion in CRITERIA.items():
        if criterion.source is not None:
            assert f"### `{name}`" in text


def test_the_example_of_the_how_to_runs():
    blocks = re.findall(r"```python\n(.*?)```", HOW_TO.read_text(encoding="utf-8"), re.DOTALL)
    assert len(blocks) == 2
    space: dict[str, object] = {}
    for block in blocks:
        exec(compile(block, str(HOW_TO), "exec"), space)
    judge, patient = space["CRITERION"].judge, space["patient"]
    assert judge(patient(fvc={-50.0: 3.0, -1.0: 2.7})).label == "met"
