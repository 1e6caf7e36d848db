"""Write the errors that CT changes are judged by, from the pairs that `python -m benchmarks repeatability` measured.

    python data-raw/repeatability/derive.py

Writes src/breathline/outcomes/ct_repeatability.toml and the tables of docs/explanation/repeatability.md.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from benchmarks.repeatability import kept_pairs

from breathline import __version__
from breathline.repeatability import Finding, summarise
from breathline.repeatability.derive import judged_spreads
from breathline.repeatability.simulate import FIRST_SEED, TRUE_CHANGE
from breathline.repeatability.write import rounded

ROOT = Path(__file__).resolve().parents[2]
TABLE = ROOT / "src" / "breathline" / "outcomes" / "ct_repeatability.toml"
PAGE = ROOT / "docs" / "explanation" / "repeatability.md"
BEGIN, END = "<!-- table -->\n", "<!-- end of table -->\n"
SHOWN = {
    "ct_ground_glass": "ground-glass [points]",
    "ct_reticulation": "reticulation [points]",
    "ct_honeycombing": "honeycombing [points]",
    "ct_consolidation": "consolidation [points]",
    "ct_emphysema": "emphysema [points]",
    "ct_ild": "all interstitial [points]",
    "ct_fibrosis": "fibrosis [points]",
    "ct_vessels": "vessels [points]",
    "ct_lung_volume": "lung volume [mL]",
    "ct_mean_density": "mean density [HU]",
    "ct_haa": "high-attenuation areas [points]",
    "ct_laa950": "low-attenuation areas [points]",
}


def lines(findings: Sequence[Finding], about: str) -> Iterator[str]:
    """Give the lines of the table of errors."""
    yield "# Written by data-raw/repeatability/derive.py; nothing here is typed by hand. What each number means stands"
    yield "# in docs/explanation/repeatability.md. `sd` + `per_level` · level is what changes are judged by."
    yield f'\n[study]\nversion = "{__version__}"\nphantoms = "{about}"'
    for same_tissue, values in ((False, "as_measured"), (True, "same_tissue")):
        for finding in findings:
            if finding.same_tissue is not same_tissue:
                continue
            spreads = judged_spreads(findings, finding.measure, same_tissue=same_tissue)
            within = spreads.get(finding.match)
            if within is None:
                continue
            spread = finding.spread
            yield f"\n[{values}.{finding.match.value}.{finding.measure}]"
            yield f"sd = {rounded(within.sd)}\nper_level = {rounded(within.per_level)}\npairs = {within.pairs}"
            yield f"wsd = [{rounded(spread.sd)}, {rounded(spread.sd_low)}, {rounded(spread.sd_high)}]"
            yield f'unit = "{finding.unit}"\nbias = {rounded(spread.bias)}'


def page_table(findings: Sequence[Finding]) -> Iterator[str]:
    """Give the table of the page: wSD with its interval, and the repeatability coefficient, by class."""
    classes = list(dict.fromkeys(finding.match for finding in findings))
    yield "| | " + " | ".join(match.value.replace("_", " ") for match in classes) + " |"
    yield "|---" * (len(classes) + 1) + "|"
    for same_tissue in (False, True):
        for measure, words in SHOWN.items():
            found = {
                f.match: f.spread for f in findings if f.measure == measure and f.same_tissue is same_tissue
            }
            if not found:
                continue
            cells = [
                "" if (s := found.get(match)) is None
                else f"{short(s.sd)} ({short(s.sd_low)} to {short(s.sd_high)}); {short(s.coefficient)}"
                for match in classes
            ]  # fmt: skip
            yield f"| {words}{', same tissue' if same_tissue else ''} | " + " | ".join(cells) + " |"


def short(number: float) -> str:
    """Give two digits that count, and no decimals from ten on."""
    return f"{number:.0f}" if number >= 10 else f"{number:.2g}"


def main() -> None:
    kept = [one for one in kept_pairs() if one.simulated.kind != TRUE_CHANGE]
    numbers = sorted({one.number for one in kept})
    findings = summarise(one.pair for one in kept)
    about = (
        f"{len(numbers)} simulated patients, seeds {FIRST_SEED + numbers[0]} to {FIRST_SEED + numbers[-1]}"
    )
    TABLE.write_text("\n".join(lines(findings, about)) + "\n", encoding="utf-8")
    if PAGE.exists():
        head, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
        _, _, tail = rest.partition(END)
        table = "\n".join([f"{about[0].upper()}{about[1:]}.\n", *page_table(findings)])
        PAGE.write_text(f"{head}{BEGIN}{table}\n{END}{tail}", encoding="utf-8")


if __name__ == "__main__":
    main()
