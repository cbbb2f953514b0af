"""Owns the command line `refund-fsm`: its commands in order, exit codes, errors in one line. What they do stands with each family.

Exit codes: `EXIT_CODES`, which the help shows.
"""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Annotated

import typer

from refund_fsm.cli import cases, many, moves, pictures, platforms, replays, verifying, workflows
from refund_fsm.cli.options import FOUND, MISSING, PIPE_CLOSED, STOPPED, UNPRINTED, WRONG, LangOption, remember
from refund_fsm.errors import Ending, MissingPart, RefundFsmError, needing
from refund_fsm.text.console import complain, guarded

COMMANDS = (  # in the order of the help
    *(cases.demo, workflows.orders, workflows.show, cases.run, cases.advise, moves.move, pictures.draw, workflows.check, workflows.export),
    *(workflows.paths, verifying.verify, many.simulate, many.exact, many.compare, many.behaviour, replays.replay, platforms.platform),
)

EXIT_CODES = (
    "退出码 / Exit codes: 0 done; 1 something was found (a refused event, a fault, a stale picture); 2 the input is wrong, or a file "
    "cannot be written; 3 a part is missing; 4 what was to be printed is lost (stdout is full or closed); 130 interrupted; 141 the "
    "reader of a pipe has gone; 143 terminated."
)

app = typer.Typer(
    name="refund-fsm",
    help="小红书售后退款状态机 / Xiaohongshu's after-sales refunds as executable state machines.",
    epilog=EXIT_CODES,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(wanted: bool) -> None:
    if wanted:
        from refund_fsm import __version__

        typer.echo(f"refund-fsm {__version__}")
        raise typer.Exit


@app.callback(invoke_without_command=True)
def _start(
    context: typer.Context,
    lang: LangOption = None,
    version: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")] = False,  # noqa: ARG001  # its callback ends it
) -> None:
    remember(lang)
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
    with guarded() as stdout:
        code = _run(arguments)
        stdout.flush()
        if stdout.lost is None or code not in (0, FOUND, WRONG):
            return code
        if isinstance(stdout.lost, BrokenPipeError):
            return PIPE_CLOSED
        return _failed(f"stdout: {stdout.lost.strerror or stdout.lost}; what was to be printed is lost", UNPRINTED)


def _run(arguments: Sequence[str] | None) -> int:
    try:
        with needing("this command"), _terminable():
            return int(app(None if arguments is None else list(arguments), prog_name="refund-fsm", standalone_mode=False) or 0)
    except MissingPart as error:
        return _failed(error, MISSING)
    except RefundFsmError as error:
        from refund_fsm.case import Refused  # here, so that the help does not load it

        return _failed(error, FOUND if isinstance(error, Refused) else WRONG)
    except (KeyboardInterrupt, typer.Abort):
        return STOPPED
    except SystemExit as error:  # typer has answered a shell that completes a line
        return error.code if isinstance(error.code, int) else 0
    except Terminated as error:
        return 128 + error.number
    except Exception as error:
        if not hasattr(error, "format_message"):  # typer's usage errors; the class has moved between its versions
            raise
        return _failed(error.format_message(), WRONG)


class Terminated(Ending):
    """Somebody ended the process by a signal: what is half done is put away first."""

    def __init__(self, number: int) -> None:
        self.number = number
        super().__init__(number)


@contextmanager
def _terminable() -> Iterator[None]:
    """A `with` block that SIGTERM and SIGHUP leave by an exception, as Ctrl-C does, so that no half-written file stays behind."""
    numbers = [getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def end(number: int, _: object) -> None:
        raise Terminated(number)

    before = {number: signal.signal(number, end) for number in numbers if signal.getsignal(number) is signal.SIG_DFL}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _failed(error: object, code: int) -> int:
    complain(str(error))
    return code
