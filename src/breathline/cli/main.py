"""The group all commands hang on."""

from __future__ import annotations

import click

from breathline import __version__


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="breathline")
def main() -> None:
    """Did this patient's fibrotic lung disease respond to treatment, beyond error, and safely?"""  # noqa: D400
