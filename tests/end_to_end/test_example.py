"""The main job on the example patient; the oracle for CT is the phantom's own truth."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser

from breathline.archive import read_assessment, to_json

BETTER = ("nyha_class", "dlco", "six_minute_walk", "pao2", "ct_ground_glass")


def by_measure(assessed):
    return {change["measure"]: change for change in assessed["changes"]}


def test_the_five_measures_of_the_case_are_better(assessed):
    judged = {key: by_measure(assessed)[key]["judgement"] for key in BETTER}
    assert judged == dict.fromkeys(BETTER, "better")


def test_what_did_not_change_beyond_error_is_not_called_better(assessed):
    # FVC rises by 0.26 L, less than the 0.334 L of measurement error.
    assert by_measure(assessed)["fvc"]["judgement"] == "no_change"


def test_no_adverse_event_is_listed(assessed):
    assert assessed["safety"]["status"] == "none_occurred"
    assert assessed["safety"]["events"] == []


def test_the_true_change_of_ground_glass_lies_in_the_interval(assessed, example):
    baseline, followup = (
        json.loads((example / "truth" / name / "truth" / "truth.json").read_text(encoding="utf-8"))
        for name in ("baseline", "followup")
    )
    truth = followup["percent"]["ground_glass"] - baseline["percent"]["ground_glass"]
    change = by_measure(assessed)["ct_ground_glass"]
    assert change["low"] <= truth <= change["high"]
    assert change["high"] - change["low"] < 2 * abs(truth), "an interval this wide would say nothing"


def test_each_change_adds_up(assessed):
    for change in assessed["changes"]:
        if change["delta"] is not None:
            assert abs(change["followup"] - change["baseline"] - change["delta"]) < 1e-9


def test_the_deterioration_before_treatment_is_found(assessed):
    worse = {change["measure"] for change in assessed["before"] if change["judgement"] == "worse"}
    assert {"dlco", "six_minute_walk"} <= worse


def test_the_verdict_and_the_summary_agree(assessed):
    assert assessed["verdicts"][0]["criterion"] == "overall"
    assert assessed["verdicts"][0]["label"] == "improved"
    summary = assessed["summary"]
    for words in ("64-year-old woman", "mixed connective tissue disease", "imatinib 400 mg/day for 20 weeks"):
        assert words in summary
    assert "azathioprine" in summary
    assert "invented" in summary


def test_the_assessment_reads_back_without_loss(example, assessed):
    path = example / "assessment" / "assessment.json"
    assert to_json(read_assessment(path)) == path.read_text(encoding="utf-8")


def test_outputs_carry_no_path_and_no_date_of_birth(example):
    for name in ("assessment.json", "report.html"):
        text = (example / "assessment" / name).read_text(encoding="utf-8")
        assert str(example) not in text
        assert "birth" not in text.lower()


def test_label_maps_of_both_scans_are_there(example, assessed):
    for scan in assessed["scans"]:
        for name in ("lungs.nii.gz", "patterns.nii.gz", "measurements.json", "slices.npz"):
            assert (example / "assessment" / scan["folder"] / name).is_file()


class Links(HTMLParser):
    """Collects everything a browser would fetch."""

    def __init__(self) -> None:
        super().__init__()
        self.fetched: list[str] = []

    def handle_starttag(self, tag, attrs):
        for name, value in attrs:
            if name in ("src", "srcset", "data") or (name == "href" and tag in ("link", "use", "image")):
                self.fetched.append(value or "")


def test_the_report_fetches_nothing(example):
    text = (example / "assessment" / "report.html").read_text(encoding="utf-8")
    links = Links()
    links.feed(text)
    assert links.fetched, "the report has pictures"
    assert [one[:40] for one in links.fetched if not one.startswith(("data:", "#"))] == []
    assert not re.search(r"url\((?!['\"]?(data:|#))", text)
