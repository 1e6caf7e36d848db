"""The report as text: what it says, what it never lets through, and that it is written whole or not."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

from breathline.errors import OutputError
from breathline.figures.style import JUDGEMENT_COLOURS, PALETTE, PATTERN_STYLES
from breathline.model.assessment import Assessment
from breathline.model.measurement import Moment
from breathline.model.safety import EventsStatus
from breathline.report import write_report
from breathline.report.catalogue import read_wording
from breathline.report.page import render_page
from breathline.report.sections.outcomes import relative_change, trend_scale
from tests.report.example import VARIANTS, example, hostile, write_slices
from tests.report.laying_out import content_of

VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr"}


class Page(HTMLParser):
    """Reads a page, counting what matters and refusing elements that do not nest."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.tags: Counter[str] = Counter()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.attributes: list[tuple[str, str, str]] = []
        self.words: list[str] = []
        self.feed(text)
        self.close()
        assert self.open == [], f"never closed: {self.open}"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags[tag] += 1
        for name, value in attrs:
            self.attributes.append((tag, name, value or ""))
            if name == "id":
                self.ids.append(value or "")
            if name == "href" and (value or "").startswith("#"):
                self.links.append((value or "")[1:])
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        assert self.open, f"</{tag}> closes nothing"
        assert self.open[-1] == tag, f"</{tag}> closes <{self.open[-1]}>"
        self.open.pop()

    def handle_data(self, data: str) -> None:
        if not {"style", "svg"} & set(self.open):
            self.words.append(data)

    @property
    def text(self) -> str:
        return re.sub(r"\s+", " ", " ".join(self.words))


def report_text(assessment: Assessment, folder: Path) -> str:
    return render_page(content_of(assessment, folder=folder))


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Page, Path]:
    folder = tmp_path_factory.mktemp("assessment")
    write_slices(folder, example())
    text = write_report(example(), folder).read_text(encoding="utf-8")
    return text, Page(text), folder


@pytest.mark.parametrize("name", VARIANTS)
def test_every_variant_is_a_sound_page(name: str, tmp_path: Path) -> None:
    page = Page(report_text(VARIANTS[name](), tmp_path))
    assert page.tags["h1"] == 1
    assert page.tags["main"] == 1
    assert [key for key, count in Counter(page.ids).items() if count > 1] == []
    assert set(page.links) <= set(page.ids)
    assert page.tags["script"] == 0
    sizes = [(tag, name) for tag, name, _ in page.attributes if tag == "th" and name == "scope"]
    assert len(sizes) == page.tags["th"]
    assert (
        len([1 for tag, name, value in page.attributes if tag == "img" and name == "alt" and value])
        == page.tags["img"]
    )
    assert page.tags["caption"] == page.tags["table"]


def test_nothing_in_the_page_names_another_place(whole: tuple[str, Page, Path]) -> None:
    for tag, name, value in whole[1].attributes:
        if name in {"src", "href", "srcset", "data", "action", "poster", "xlink:href"}:
            assert value.startswith(("data:", "#")), (tag, name, value[:60])
        assert not name.startswith("on"), (tag, name)
    assert "url(" not in whole[0]
    assert "@import" not in whole[0]


def test_the_policy_forbids_every_request(whole: tuple[str, Page, Path]) -> None:
    assert "default-src 'none'; style-src 'unsafe-inline'; img-src data:" in whole[0].replace("&#39;", "'")


def test_the_answer_stands_before_everything_else(whole: tuple[str, Page, Path]) -> None:
    assert re.findall(r"<h2[^>]*>([^<]+)</h2>", whole[0]) == [
        "Did the patient respond?",
        "Outcomes",
        "Benefit and harm",
        "Read with care",
        "Summary",
        "Benefit beside harm",
        "Timeline",
        "CT before and on treatment",
        "Treatment",
        "The sides of the disease",
        "Before treatment and on treatment",
        "Slope before treatment and on it",
        "Criteria",
        "Laboratory values",
        "Values by visit",
        "Why each was judged so",
        "History",
        "All warnings and notes",
        "Methods",
        "Limitations",
        "Sources",
        "Provenance",
        "Every condition of the criteria",
    ]
    text = whole[1].text
    assert text.index("Example data: the values are invented.") < text.index("Did the patient respond?")
    assert text.index("Did the patient respond?") < text.index(example().verdicts[0].statement)


# Expected words: the values of tests/report/example.py and their exact differences.
@pytest.mark.parametrize(
    "words",
    [
        "−1 class",
        "III III II II −1 class",
        "+5.1 +71 % +1.1 to +9.1",  # 12.3 − 7.2 ± 4.0; 5.1 / 7.2
        "7.2 37 % · z −4.3 8.1 10.6 12.3 64 % · z −2.5",  # 7.2 / 19.3, 12.3 / 19.3; (7.2 − 19.3) / 2.8
        "+146 +56 % +105 to +187",  # 408 − 262 ± 41; 146 / 262
        "−14.9 points −62 %",  # 9.2 − 24.1; −14.9 / 24.1
        "lower is better",
        "better: Forced vital capacity (FVC); worse: TLC; composites, not counted: CPI better",
        "first after 20 weeks; not yet confirmed by a second visit",
        "first after 12 weeks; confirmed by a second visit; by persons’ judgements alone",
        "+17.4 +5.8 to +29.0 for the better 5.7 0.9 to 10.5 12.3",
        "99 % / 98 % / <1 %",  # 5.1 and 5.1 − 1.08 over 4.0/1.96: z = 2.50 and 1.97
        "+1.3 no change beyond error",  # 12.3 − 11.0, the best before treatment
        "None occurred",
        "56 000 mg",
        "24.1 (21.6–26.6)",
        "80 % of lung height above the base",
        "not done",
        "unable",
        "[not verified against the publication]",
        "4be14be1",
    ],
)
def test_it_says(words: str, whole: tuple[str, Page, Path]) -> None:
    assert words in whole[1].text.replace("\N{NO-BREAK SPACE}", " ").replace("\N{NARROW NO-BREAK SPACE}", " ")


def test_percent_predicted_never_stands_alone(whole: tuple[str, Page, Path]) -> None:
    table = re.search(r'<table class="outcomes">.*?</table>', whole[0], re.DOTALL)
    assert table is not None
    cells = re.findall(r"<td[^>]*>([^<]+)<small>\d+ %( · z −?[\d.]+)</small>", table[0])
    assert len(cells) == 8  # FVC, DLCO, PaO2 and walk have an equation in the example, at both dates
    assert all(value.strip() and z for value, z in cells)
    body = table[0].partition("<tbody>")[2]
    assert body.count(" %") == 8 + table[0].count('class="relative"')


def test_symbols_tell_judgements_apart_without_colour(whole: tuple[str, Page, Path]) -> None:
    drawn = set(re.findall(r'<svg class="icon (\w+)"[^>]*>(<\w+)', whole[0]))
    assert {name for name, _ in drawn} >= {"better", "worse", "no_change"}
    assert ("better", "<circle") in drawn
    assert ("worse", "<rect") in drawn


def test_none_occurred_and_not_recorded_are_different_answers(tmp_path: Path) -> None:
    def told(status: EventsStatus) -> str:
        safety = replace(example().safety, status=status, sentence="")
        page = Page(report_text(replace(example(), safety=safety), tmp_path))
        return page.text

    none, unknown = told(EventsStatus.NONE_OCCURRED), told(EventsStatus.NOT_RECORDED)
    assert "Adverse events were asked about and none occurred." in none
    assert "This does not mean that none occurred." in unknown
    assert "This does not mean that none occurred." not in none


def test_many_events_leave_page_one_but_none_is_lost(tmp_path: Path) -> None:
    assessment = VARIANTS["many_events"]()
    page = Page(report_text(assessment, tmp_path))
    table = page.text[page.text.index("Every adverse event") :]
    assert "all-events" in page.ids
    assert table.count("Periorbital oedema") == 4  # one a week in seven, 28 weeks
    assert "17 more on treatment" in page.text  # 20 began on it, the three gravest stand on page one
    assert "dose halved for a week" in page.text


def test_patient_text_with_markup_shows_as_text(tmp_path: Path) -> None:
    page = Page(report_text(hostile(), tmp_path))
    assert page.tags["script"] == 0
    assert "<script>document.title='owned'" in page.text
    assert ("img", "onerror", "alert(1)") not in page.attributes
    assert "مرض النسيج الضام المختلط" in page.text


def test_missing_scans_and_slices_are_said(tmp_path: Path) -> None:
    assert "The record has no CT scan." in Page(report_text(VARIANTS["no_scans"](), tmp_path)).text
    assert "no slices were kept of it" in Page(report_text(example(), tmp_path)).text
    broken = tmp_path / example().scans[0].folder
    broken.mkdir(parents=True)
    (broken / "slices.npz").write_bytes(b"PK\x03\x04 not a whole archive")
    assert "its file of slices cannot be read" in Page(report_text(example(), tmp_path)).text


def test_slices_outside_the_assessment_are_not_read(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    write_slices(elsewhere, example())
    folder = tmp_path / "assessment"
    scans = tuple(replace(s, folder=f"../elsewhere/{s.folder}") for s in example().scans)
    assert "no slices were kept of it" in Page(report_text(replace(example(), scans=scans), folder)).text


def test_every_value_of_a_visit_is_shown(tmp_path: Path) -> None:
    first = next(s for s in example().measurements if s.measurement.measure == "fvc")
    again = replace(first, measurement=replace(first.measurement, value=2.43))
    measurements = (*example().measurements, again)
    assert "2.21 / 2.43" in Page(report_text(replace(example(), measurements=measurements), tmp_path)).text


def test_a_huge_note_is_cut_and_says_so(tmp_path: Path) -> None:
    page = Page(report_text(hostile(), tmp_path))
    history = hostile().patient.history
    more = f"{len(history) - len(history[:4000].rstrip()):,}".replace(",", " ")
    assert f"…, {more} more characters in the record" in page.text
    assert "{braces} $x_1$" not in page.text
    short = replace(hostile().patient, history="{braces} $x_1$ {{ 7*7 }}")
    assert "{braces} $x_1$ {{ 7*7 }}" in Page(report_text(replace(hostile(), patient=short), tmp_path)).text


def test_a_moment_without_a_week_shows_its_date(tmp_path: Path) -> None:
    page = Page(report_text(VARIANTS["no_treatment_start"](), tmp_path))
    assert "2006-07-24" in page.text
    assert "Cannot be told" in page.text
    assert "treatment_start in patient.toml" in page.text
    assert "First value against the last, because the start of treatment is not recorded." in page.text
    assert "Last value before treatment against" not in page.text


def test_the_same_assessment_gives_the_same_bytes(whole: tuple[str, Page, Path]) -> None:
    before = {p.name: p.read_bytes() for p in (whole[2] / "figures").iterdir()}
    assert write_report(example(), whole[2]).read_text(encoding="utf-8") == whole[0]
    assert {p.name: p.read_bytes() for p in (whole[2] / "figures").iterdir()} == before
    names = ("balance", "course", "ct", "forest", "outcomes", "timeline")
    assert sorted(before) == [f"{name}.{ending}" for name in names for ending in ("png", "svg")]


def test_a_report_that_cannot_be_written_leaves_the_old_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = write_report(VARIANTS["no_scans"](), tmp_path)
    before = target.read_bytes()

    def full(_self: Path, _target: Path) -> Path:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(OutputError, match="No space left on device"):
        write_report(example(), tmp_path)
    assert target.read_bytes() == before
    assert [p.name for p in tmp_path.rglob(".*")] == []


def test_a_huge_record_stays_small_enough(whole: tuple[str, Page, Path]) -> None:
    assert len(whole[0].encode()) < 12_000_000


def test_an_unknown_label_and_step_stand_as_they_are(tmp_path: Path) -> None:
    verdicts = (replace(example().verdicts[0], label="stage_2"), *example().verdicts[1:])
    text = Page(report_text(replace(example(), verdicts=verdicts), tmp_path)).text
    assert "stage 2" in text
    assert "Step “a step nobody described” with sigma mm = 1.5, iterations = 3, fast = yes." in text


def test_every_message_is_used_somewhere() -> None:
    package = Path(__file__).parents[2] / "src" / "breathline"
    texts = [p.read_text(encoding="utf-8") for p in (package / "figures").glob("*.py")]
    texts += [
        p.read_text(encoding="utf-8")
        for p in (package / "report").rglob("*")
        if p.suffix in {".py", ".jinja", ".typ"}
    ]
    source = "\n".join(texts)
    # Keys whose last part comes from the record or the model.
    by_name = ("unit.", "difference_unit.", "class_name.", "verdict_label.", "method.", "fact_name.")
    by_name += ("absence.", "judgement.", "pattern.", "quality.severity.", "exposure.role.", "ct.role.")
    by_name += (
        "criteria.",
        "domain_state.",
        "slope_judgement.",
        "timeline.events_note.",
        "safety.",
        "smoking.",
        "patient.female",
        "patient.male",
    )
    by_name += ("first.counted.", "regions.")
    by_name += ("causality.", "labs.onset.", "labs.not_recorded", "labs.empty")
    by_name += ("balance.judgement.", "levels.female.", "levels.current_smoker.")
    by_name += ("figure.title_", "figure.regions_")
    by_name += ("corrections.map.", "corrections.region.")
    by_name += ("change.compared.", "change.kind.", "change.region.")
    for key in read_wording().messages:
        stem = key.removesuffix(".one").removesuffix(".many")
        assert stem in source or key.startswith(by_name), key


def luminance(colour: str) -> float:
    parts = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """Contrast ratio as WCAG 2.2 defines it."""
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_the_contrast_ratio_is_the_one_of_wcag() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21.0)  # WCAG 2.2: black on white
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.005)  # WebAIM contrast checker


@pytest.mark.parametrize(
    ("text", "ground"),
    [
        *((name, "paper") for name in ("ink", "muted", "accent", *JUDGEMENT_COLOURS)),
        *((name, f"{name}-wash") for name in JUDGEMENT_COLOURS),
        *(("ink", f"{name}-wash") for name in JUDGEMENT_COLOURS),
        *(("muted", f"{name}-wash") for name in JUDGEMENT_COLOURS),
        *((name, "treatment") for name in ("ink", "muted")),
        ("ink", "wash"),
        ("muted", "wash"),
        ("accent", "example-wash"),
        ("ink", "example-wash"),
        ("example", "example-wash"),
    ],
)
def test_text_has_aa_contrast(text: str, ground: str) -> None:
    assert contrast(PALETTE[text], PALETTE[ground]) >= 4.5  # WCAG 2.2, 1.4.3


@pytest.mark.parametrize("pattern", PATTERN_STYLES)
def test_outlines_stand_out_from_dark_lung(pattern: str) -> None:
    assert contrast(PATTERN_STYLES[pattern][0], "#6a6a6a") >= 2.2  # grey of ground-glass at −730 HU
    assert contrast(PATTERN_STYLES[pattern][0], "#333333") >= 3.0  # WCAG 1.4.11, aerated lung


def test_outlines_differ_without_colour() -> None:
    assert len({dashes for _, dashes in PATTERN_STYLES.values()}) == len(PATTERN_STYLES)


def test_a_moment_that_is_not_known_is_said() -> None:
    say = read_wording()
    assert say.moment(None) == "date not known"
    assert say.moment(Moment(week=-1.0)) == "week −1"


def test_no_percent_of_a_baseline_that_is_printed_as_zero():
    changed = replace(example().changes[0], baseline=0.02, decimals=1, relative_percent=1755.0)
    assert relative_change(changed, read_wording()) == ""
    assert relative_change(replace(changed, baseline=2.0), read_wording()) == "+1755 %"


@pytest.mark.parametrize(("change", "height"), [(1.0, 0.5), (0.02, 0.01), (4.0, 1.0)])
def test_a_trend_line_is_as_steep_as_the_change_is_large_beside_its_error(
    change: float, height: float
) -> None:
    # Oracle: with an error of 1, the line's canvas spans 2, or the values where they span more.
    fvc = next(one for one in example().changes if one.measure == "fvc")
    down = trend_scale(replace(fvc, error=1.0), [2.0, 2.0 + change])
    canvas = trend_scale(replace(fvc, error=1.0), [0.0, 4.0])
    assert down(2.0) - down(2.0 + change) == pytest.approx(height * (canvas(0.0) - canvas(4.0)), abs=0.11)
