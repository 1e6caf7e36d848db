"""The command line: one file a group of commands; it only reads arguments, calls the library, and tells."""

from breathline.cli.ct import ct
from breathline.cli.main import main

main.add_command(ct)

__all__ = ["main"]
