"""What every command shares: messages and progress on stderr, and exit codes for errors."""

from __future__ import annotations

import os
import signal
import sys
import threading
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from tqdm import tqdm

from breathline.cli.problems import group_problems
from breathline.errors import BreathlineError, ProblemsError
from breathline.progress import Progress, silent

DEBUG = "BREATHLINE_DEBUG"
"""Set in the environment, it shows where a fault of the program lies."""


@contextmanager
def told() -> Iterator[None]:
    """Turn an error into a message on stderr and its exit code; never a traceback."""
    try:
        with _cleaned_up_when_ended():
            yield
    except ProblemsError as error:
        lines = [f"  - {group.text()}" for group in group_problems(error.problems)]
        click.echo("\n".join([f"{error.headline}:", *lines]), err=True)
        raise SystemExit(error.exit_code) from None
    except BreathlineError as error:
        click.echo(str(error), err=True)
        raise SystemExit(error.exit_code) from None
    except BrokenPipeError:  # who read our output has seen enough, as 'head' does; click ends quietly
        raise
    except OSError as error:
        where = f" '{error.filename}'" if error.filename else ""
        click.echo(f"The file system refused{where}: {error.strerror or error}.", err=True)
        raise SystemExit(1) from None
    except MemoryError:
        click.echo("There is not enough memory for this scan. Close other programs and try again.", err=True)
        raise SystemExit(1) from None
    except (click.exceptions.Exit, click.Abort, click.ClickException):
        raise
    except Exception as error:  # the last resort: a fault of ours that nobody foresaw
        if os.environ.get(DEBUG):
            raise
        click.echo(_unforeseen(error), err=True)
        raise SystemExit(1) from None


def _unforeseen(error: Exception) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    place = f" in {Path(frames[-1].filename).name}, line {frames[-1].lineno}" if frames else ""
    return (
        f"Breathline failed in a way nobody foresaw ({type(error).__name__}{place}), and no result was written. "
        f"This is a fault of the program: please report it. With {DEBUG}=1 set, it tells more."
    )


@contextmanager
def _cleaned_up_when_ended() -> Iterator[None]:
    """Let a request to end, as a shutdown sends it, clean up as Ctrl-C does."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def end(_number: int, _frame: object) -> None:
        raise SystemExit(128 + signal.SIGTERM)

    before = signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


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
