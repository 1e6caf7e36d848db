"""The command line: one file a group of commands; it only reads arguments, calls the library, and tells."""

from breathline.cli.ct import ct
from breathline.cli.main import main
from breathline.cli.phantom import phantom as _phantom

main.add_command(_phantom)

main.add_command(ct)

__all__ = ["main"]
