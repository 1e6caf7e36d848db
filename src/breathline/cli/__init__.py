"""The command line: one file a group of commands; it only reads arguments, calls the library, and tells."""

from breathline.cli.assess import assess_command, demo_command
from breathline.cli.case_report import case_report
from breathline.cli.check import check
from breathline.cli.ct import ct
from breathline.cli.listing import list_items
from breathline.cli.main import main
from breathline.cli.phantom import phantom
from breathline.cli.predict import predict
from breathline.cli.report import report_command
from breathline.cli.review import review_command

for command in (
    demo_command,
    check,
    assess_command,
    report_command,
    review_command,
    case_report,
    ct,
    phantom,
    predict,
    list_items,
):
    main.add_command(command)

__all__ = ["main"]
