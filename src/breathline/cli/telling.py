"""What every command shares: messages and progress on stderr, and exit codes for errors."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

import click
from tqdm import tqdm

from breathline.cli.problems import group_problems
from breathline.errors import BreathlineError, ProblemsError
from breathline.progress import Progress, silent


@contextmanager
def told() -> Iterator[None]:
    """Turn an error of ours into a message on stderr and its exit code; never a traceback."""
    try:
        yield
    except ProblemsError as error:
        lines = [f"  - {group.text()}" for group in group_problems(error.problems)]
        click.echo("\n".join([f"{error.headline}:", *lines]), err=True)
        raise SystemExit(error.exit_code) from None
    except BreathlineError as error:
        click.echo(str(error), err=True)
        raise SystemExit(error.exit_code) from None
    except OSError as error:
        where = f" '{error.filename}'" if error.filename else ""
        click.echo(f"The file system refused{where}: {error.strerror or error}.", err=True)
        raise SystemExit(1) from None
    except MemoryError:
        click.echo("There is not enough memory for this scan. Close other programs and try again.", err=True)
        raise SystemExit(1) from None


@contextmanager
def progress_bars(*, quiet: bool) -> Iterator[Progress]:
    """Give a progress function that draws one bar a step on stderr, and nothing where nobody looks."""
    if quiet or not sys.stderr.isatty():
        yield silent
        return
    bars: dict[str, tqdm[None]] = {}

    def show(step: str, done: int, total: int) -> None:
        bar = bars.get(step)
        if bar is None or done == 0:
            if bar is not None:
                bar.close()
            bar = bars[step] = tqdm(total=total, desc=step, leave=False, unit="", file=sys.stderr)
        bar.update(done - bar.n)
        if done >= total:
            bar.close()
            del bars[step]

    try:
        yield show
    finally:
        for bar in bars.values():
            bar.close()


def say(message: str, *, quiet: bool = False) -> None:
    """Tell the user something on stderr."""
    if not quiet:
        click.echo(message, err=True)
