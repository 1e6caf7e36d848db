"""The command line: one file a group of commands; it only reads arguments, calls the library, and tells."""

from breathline.cli.check import check
from breathline.cli.listing import list_items
from breathline.cli.main import main
from breathline.cli.predict import predict

main.add_command(check)
main.add_command(list_items)
main.add_command(predict)

__all__ = ["main"]
