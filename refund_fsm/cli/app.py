"""Owns the command line `refund-fsm`: its commands in order, exit codes, errors in one line. What they do stands with each family.

Exit codes: 0 done, 1 something was found, 2 the input is wrong, 3 a part is missing.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

import typer

from refund_fsm.cli import cases, many, pictures, workflows
from refund_fsm.cli.options import FOUND, MISSING, STOPPED, WRONG
from refund_fsm.errors import MissingPart, RefundFsmError, needing
from refund_fsm.text.console import complain

COMMANDS = (  # in the order of the help
    *(cases.demo, workflows.orders, workflows.show, cases.run, cases.advise, pictures.draw, workflows.check, workflows.export),
    *(workflows.paths, many.simulate, many.exact, many.compare, many.behaviour),
)

app = typer.Typer(
    name="refund-fsm",
    help="小红书售后退款状态机 / Xiaohongshu's after-sales refunds as executable state machines.",
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback(invoke_without_command=True)
def _start(context: typer.Context) -> None:
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())
        raise typer.Exit(WRONG)


for command in COMMANDS:
    app.command()(command)


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command line and returns the exit code. No exception of the package's own ends in a traceback."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # a console that lacks a character shows its code, instead of failing
            stream.reconfigure(errors="backslashreplace")
    try:
        with needing("this command"):
            return int(app(None if arguments is None else list(arguments), standalone_mode=False) or 0)
    except MissingPart as error:
        return _failed(error, MISSING)
    except RefundFsmError as error:
        from refund_fsm.case import Refused  # here, so that the help does not load it

        return _failed(error, FOUND if isinstance(error, Refused) else WRONG)
    except (KeyboardInterrupt, typer.Abort):
        return STOPPED
    except Exception as error:
        if not hasattr(error, "format_message"):  # typer's usage errors; the class has moved between its versions
            raise
        return _failed(error.format_message(), WRONG)


def _failed(error: object, code: int) -> int:
    complain(str(error))
    return code
