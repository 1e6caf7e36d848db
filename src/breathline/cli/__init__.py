"""The command line: one file a group of commands; it only reads arguments, calls the library, and tells."""

from breathline.cli.check import check
from breathline.cli.listing import list_items
from breathline.cli.main import main
from breathline.cli.phantom import phantom
from breathline.cli.predict import predict

for command in (check, list_items, phantom, predict):
    main.add_command(command)

__all__ = ["main"]
