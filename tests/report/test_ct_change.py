"""What the report says of the comparison of two scans. Oracle: the numbers of an assessment written by hand."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from breathline.errors import Severity
from breathline.figures.change import CHANGE_LOOKS, draw_change, overlay, swatch
from breathline.keyslices import read_change_slices, write_change_slices
from breathline.model.assessment import Assessment
from breathline.model.ct_change import ChangeSlice, ChangeVolume, Compared, CtChange, LungQuality, SameTissue
from breathline.model.volume import QualityFlag
from breathline.report import write_report
from breathline.report.catalogue import read_wording
from breathline.report.sections.ct_change import judged_pair, view_ct_changes
from tests.report.example import example

LABELS = {
    "unchanged": 1, "cleared": 2, "persistent": 3, "new": 4, "progressed": 5, "regressed": 6, "not_compared": 7
}  # fmt: skip
VOLUMES = {"unchanged": 3000.0, "cleared": 600.0, "persistent": 300.0, "new": 50.0, "progressed": 40.0,
           "regressed": 10.0, "not_compared": 0.0}  # fmt: skip
SAY = read_wording()


def slices() -> tuple[ChangeSlice, ...]:
    change = np.zeros((60, 90), np.uint8)
    change[5:55, 5:85] = 1
    for place, code in enumerate((2, 3, 4, 5, 6, 7)):
        change[10:50, 8 + 12 * place : 18 + 12 * place] = code
    lung = np.full(change.shape, -820, np.int16)
    return tuple(
        ChangeSlice(
            height=height, position_mm=0.0, baseline=lung, followup=np.where(change > 0, lung, -2048),
            change=change, pixel_mm=(3.0, 3.0),
        )
        for height in (0.15, 0.75)
    )  # fmt: skip


def compared() -> CtChange:
    names = [scan.name for scan in example().scans]
    whole = [
        ChangeVolume(region="lungs", change=name, volume_ml=value, low_ml=0.8 * value, high_ml=1.2 * value)
        for name, value in VOLUMES.items()
    ]
    lower = ChangeVolume(
        region="right_lower_peripheral", change="cleared", volume_ml=123.0, low_ml=90.0, high_ml=160.0
    )
    return CtChange(
        baseline=names[0],
        followup=names[1],
        days=147.0,
        compared=Compared.PLACES,
        believed=True,
        labels=LABELS,
        volumes=(*whole, lower),
        same_tissue=(
            SameTissue(
                measure="ct_ground_glass", unit="%", baseline_raw=22.1, followup_raw=9.4, baseline=21.8, followup=10.2,
                low=-13.4, high=-9.8,
            ),
        ),
        lungs=(
            LungQuality(
                name="right_lung", inverse_mm=0.52, inverse_95_mm=1.14, likeness=0.66, vessel_overlap=0.51,
                least_jacobian=0.6, volume_ml=(2010.0, 2205.0), mass_g=(420.0, 378.0), doubtful_percent=1.4,
            ),
        ),
        protocol=(QualityFlag(code="kernels_differ", severity=Severity.WARNING, message="The kernels differ."),),
        files={"slices": "ct/change/after.slices.npz"},
    )  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "ct" / "change").mkdir(parents=True)
    write_change_slices(tmp_path / "ct" / "change" / "after.slices.npz", slices())
    return tmp_path


def assessed(change: CtChange) -> Assessment:
    return replace(example(), ct_changes=(change,))


def test_slices_of_a_comparison_read_back_without_loss(folder: Path) -> None:
    for kept, own in zip(read_change_slices(folder / compared().files["slices"]), slices(), strict=True):
        assert (kept.height, kept.pixel_mm) == (own.height, own.pixel_mm)
        for name in ("baseline", "followup", "change"):
            assert np.array_equal(getattr(kept, name), getattr(own, name))


def test_the_numbers_stand_in_the_report(folder: Path) -> None:
    (view,) = view_ct_changes(assessed(compared()), folder, SAY)
    assert ("Cleared", "600", "480 to 720", "15.0") in view.volumes
    assert view.tissue[0][2:] == ("22.1", "9.4", "21.8", "10.2", "−11.6", "−13.4 to −9.8")
    assert view.regions == (("Right lower, peripheral", "123 (90 to 160)", "–", "–", "–", "–"),)
    assert (
        "0.5 mm from where it set out (95 % within 1.1 mm); 51 % of the vessels overlap" in view.alignment[0]
    )
    assert "mass 420 → 378 g (ratio 0.90)" in view.alignment[0]
    assert (
        view.sentences[1]
        == "The extents of this pair are judged in the same tissue at the baseline’s breath."
    )
    page = write_report(assessed(compared()), folder).read_text(encoding="utf-8")
    for text in ("What changed between the scans", "480 to 720", "The kernels differ."):
        assert text in page
    assert (folder / "figures" / "ct-change.png").stat().st_size > 10_000


def test_pictures_run_from_the_apex_down_and_say_what_they_show(folder: Path) -> None:
    (view,) = view_ct_changes(assessed(compared()), folder, SAY)
    assert [level.height for level in view.levels] == [SAY("ct.height", percent=n) for n in ("75", "15")]
    alt = view.levels[0].panels[2][1]
    assert alt.startswith("What changed")
    assert "Cleared, New, Progressed (towards scar), Regressed, Persistent" in alt


@pytest.mark.parametrize("path", ["ct/change/none.npz", "../outside.npz"])
def test_pictures_that_are_gone_or_lie_elsewhere_leave_the_tables(folder: Path, path: str) -> None:
    write_change_slices(folder.parent / "outside.npz", slices())
    (view,) = view_ct_changes(assessed(replace(compared(), files={"slices": path})), folder, SAY)
    assert view.levels == ()
    assert view.volumes


def test_a_refusal_is_told_with_its_reason(folder: Path) -> None:
    refused = replace(
        compared(), compared=Compared.NOTHING, reason="neither lung is found again.", believed=False, volumes=(),
        same_tissue=(), lungs=(), files={}, obstacle="The two scans may be of different patients.",
    )  # fmt: skip
    (view,) = view_ct_changes(assessed(refused), folder, SAY)
    assert view.sentences == (
        "The two scans could not be laid on each other: neither lung is found again.",
        "No CT measure of this pair is judged: The two scans may be of different patients.",
    )
    assert "neither lung is found again" in write_report(assessed(refused), folder).read_text(
        encoding="utf-8"
    )


def test_the_pair_that_is_judged_comes_first() -> None:
    other = replace(compared(), followup="later")
    assert judged_pair(replace(example(), ct_changes=(other, compared()))) == compared()
    assert judged_pair(replace(example(), ct_changes=(other,))) == other
    assert judged_pair(example()) is None


def test_changes_stay_apart_without_colour() -> None:
    # Grey levels by ITU-R 601, as Pillow converts them: the commonest one, and the share of pixels that are lines.
    seen = {}
    for name in CHANGE_LOOKS:
        grey = np.asarray(Image.fromarray(swatch(name, (60, 60))).convert("L"), dtype=int)[5:-5, 5:-5]
        ground = int(np.bincount(grey.ravel()).argmax())
        seen[name] = (ground, 100.0 * float((np.abs(grey - ground) > 10).mean()))
    for one in seen:
        for other in seen:
            apart = np.subtract(seen[one], seen[other])
            assert one == other or abs(apart[0]) > 10 or abs(apart[1]) > 10, (one, other, seen)


def test_the_overlay_draws_each_change_where_it_is() -> None:
    item = slices()[0]
    picture = overlay(item, LABELS, 1)
    plain = overlay(replace(item, change=np.zeros_like(item.change)), LABELS, 1)
    differs = (picture != plain).any(axis=2)
    assert not differs[item.change <= 1].any()
    for name in CHANGE_LOOKS:
        assert differs[item.change == LABELS[name]].any(), name


def test_the_figure_has_a_row_for_each_height() -> None:
    figure = draw_change(slices(), LABELS, ("Baseline", "Follow-up"), SAY)
    assert len(figure.axes) == 2 * 3 + len(CHANGE_LOOKS)
