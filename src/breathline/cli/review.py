"""``breathline review``: the local page on which a reader checks an assessment and puts it right."""

from __future__ import annotations

import webbrowser
from pathlib import Path

import click

from breathline.cli.telling import say, told


@click.command("review")
@click.argument("out", type=click.Path(path_type=Path))
@click.option(
    "--port", type=click.IntRange(0, 65535), default=0, help="Port on this computer; any free one without it."
)
@click.option("--no-browser", is_flag=True, help="Print the link and open nothing.")
@click.option("--quiet", is_flag=True, help="Print nothing but the link.")
def review_command(out: Path, port: int, *, no_browser: bool, quiet: bool) -> None:
    """Open the review page of the assessment in OUT, on this computer alone, until Ctrl-C is pressed."""
    with told():
        from breathline.review import open_review  # noqa: PLC0415 - drawing code loads when it is needed

        server = open_review(out, port)
        click.echo(server.link)
        say("The page answers only to this link and only on this computer. Ctrl-C ends it.", quiet=quiet)
        if not no_browser:
            webbrowser.open(server.link)
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            say("The review has ended; every correction that was saved is kept.", quiet=quiet)
        finally:
            server.server_close()
