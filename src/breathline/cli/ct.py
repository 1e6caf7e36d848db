"""``breathline ct``: one scan measured, or two compared."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from breathline.cli.telling import progress_bars, say, told
from breathline.model.patient import Sex
from breathline.outputs import check_folder


@click.group()
def ct() -> None:
    """Measure chest CT, or compare two."""


@ct.command()
@click.argument("scan", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("-o", "--out", required=True, type=click.Path(path_type=Path), help="Folder for the results.")
@click.option("--method", default=None, help="Pattern method; see `breathline list patterns`.")
@click.option(
    "--lungs",
    default=None,
    type=click.Path(path_type=Path, exists=True),
    metavar="MASK",
    help="Lungs drawn elsewhere: NIfTI, MHA, NRRD, DICOM SEG, or a folder of lobes.",
)
@click.option("--age", type=float, default=None, help="To judge the breath by predicted TLC [years].")
@click.option("--height", type=float, default=None, help="Likewise [cm].")
@click.option("--sex", type=click.Choice(["female", "male"]), default=None, help="Likewise.")
@click.option("--json", "as_text", is_flag=True, help="Print the measurements as JSON.")
@click.option("--quiet", is_flag=True, help="No progress and no messages.")
def measure(
    scan: tuple[Path, ...],
    out: Path,
    *,
    method: str | None,
    lungs: Path | None,
    as_text: bool,
    quiet: bool,
    **person: Any,
) -> None:
    """Measure one chest CT: a DICOM folder, DICOM files, or a NIfTI, MHA or NRRD file."""
    with told(), progress_bars(quiet=quiet) as progress:
        # Loaded here so that `breathline --help` answers at once.
        from breathline.ct.measure import FILES, MARK, as_json, measure_scan, write_scan  # noqa: PLC0415
        from breathline.ct.patterns import DEFAULT_METHOD  # noqa: PLC0415
        from breathline.ct.regional import region_table  # noqa: PLC0415

        check_folder(out, mark=MARK, holds=FILES)  # before the work, not after it
        source = scan[0] if len(scan) == 1 else list(scan)
        measured = measure_scan(
            source,
            method=method or DEFAULT_METHOD,
            lungs=lungs,
            predicted_tlc_l=_predicted_tlc_l(**person),
            progress=progress,
        )
        write_scan(measured, out)
        content = as_json(measured.result)
    for flag in content["quality"]:
        if flag["severity"] != "note":
            say(flag["message"], quiet=quiet)
    if as_text:
        click.echo(json.dumps(content, indent=2, ensure_ascii=False))
        return
    for item in content["measurements"]:
        if item["region"] == "lungs":
            number = f"{item['value']:.1f} {item['unit']} ({item['low']:.1f} to {item['high']:.1f})"
            say(f"{item['measure']}: {number}", quiet=quiet)
    say(f"\n{region_table(measured.result.measurements)}\n", quiet=quiet)
    say(f"Written to {out}", quiet=quiet)


@ct.command()
@click.argument("baseline", type=click.Path(path_type=Path))
@click.argument("followup", type=click.Path(path_type=Path))
@click.option("-o", "--out", required=True, type=click.Path(path_type=Path), help="Folder for the results.")
@click.option("--method", default=None, help="Pattern method; see `breathline list patterns`.")
@click.option("--json", "as_text", is_flag=True, help="Print what changed as JSON.")
@click.option("--quiet", is_flag=True, help="No progress and no messages.")
def compare(
    baseline: Path, followup: Path, *, out: Path, method: str | None, as_text: bool, quiet: bool
) -> None:
    """Compare two chest CT of one patient place by place: what cleared, stayed, came or turned to scar."""
    with told(), progress_bars(quiet=quiet) as progress:
        from breathline.ct.compare import (  # noqa: PLC0415
            FILES,
            MARK,
            change_record,
            compare_scans,
            write_comparison,
        )
        from breathline.ct.patterns import DEFAULT_METHOD  # noqa: PLC0415

        check_folder(out, mark=MARK, holds=FILES)
        found = compare_scans(baseline, followup, method=method or DEFAULT_METHOD, progress=progress)
        write_comparison(found, out, progress=progress)
        content = change_record(found)
    for flag in content["quality"]:
        if flag["severity"] != "note":
            say(flag["message"], quiet=quiet)
    if as_text:
        click.echo(json.dumps(content, indent=2, ensure_ascii=False))
        return
    for item in content["volumes"]:
        if item["region"] == "lungs":
            ends = item["low_ml"], item["high_ml"]
            interval = "" if None in ends else f" ({ends[0]:.0f} to {ends[1]:.0f})"
            say(f"{item['change'].replace('_', ' ')}: {item['volume_ml']:.0f} mL{interval}", quiet=quiet)
    for item in content["same_tissue"]:
        say(_same_tissue_line(item), quiet=quiet)
    say(f"Written to {out}", quiet=quiet)


def _same_tissue_line(item: Mapping[str, Any]) -> str:
    """Say what a measure of two scans was, as scanned and of the same tissue."""
    change = item["followup"] - item["baseline"]
    return (
        f"{item['measure'].removeprefix('ct_').replace('_', ' ')} [{item['unit']}]: "
        f"{item['baseline_raw']:.1f} to {item['followup_raw']:.1f} as scanned; {item['baseline']:.1f} to "
        f"{item['followup']:.1f} in the same tissue, {change:+.1f} ({item['low']:+.1f} to {item['high']:+.1f})"
    )


def _predicted_tlc_l(*, age: float | None, height: float | None, sex: str | None) -> float | None:
    """Predict total lung capacity, where all that it depends on is given [L]."""
    given = (age, height, sex)
    if all(item is None for item in given):
        return None
    if age is None or height is None or sex is None:
        raise click.UsageError("Predicted TLC needs --age, --height and --sex together.")
    from breathline.equations import EQUATIONS, expected_arrays  # noqa: PLC0415

    found = expected_arrays(EQUATIONS["gli_2021_tlc"], sex=Sex(sex).value, age_years=age, height_cm=height)
    return float(found.M[0])
