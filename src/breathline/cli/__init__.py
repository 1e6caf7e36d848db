"""The command line: one file a group of commands; it only reads arguments, calls the library, and tells."""

from breathline.cli.main import main

__all__ = ["main"]
