"""Owns the command `verify`: a service in any language, a process or behind HTTP, held against a workflow; or a start for it."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Annotated, Any

import typer

from refund_fsm.cli.answers import tell
from refund_fsm.cli.options import (
    FOUND,
    JsonOption,
    LangOption,
    OrderType,
    PolicyOption,
    choice,
    naming,
    number,
    offering,
    policy_of,
    whole,
)
from refund_fsm.cli.workflows import CRITERIA
from refund_fsm.errors import BadData, one_of
from refund_fsm.text.console import show_text

if TYPE_CHECKING:
    from refund_fsm.testing import Names, RemoteService
    from refund_fsm.workflow import Workflow

LANGUAGES = ("python", "javascript")  # testing.remote.LANGUAGES, tested
CAN_BE_LEFT_OUT = ("unknown_event", "time_reversed", "wrong_actor", "not_due", "missing_detail")  # lockstep's own, tested
ASKED = ("command", "url", "timeout", "examples", "seed", "max_search_calls", "most", "leave_out", "policy")
FIELDS = {name: f"--{name.replace('_', '-')}" for name in ASKED}


def verify(
    order_type: OrderType,
    command: Annotated[
        str | None,
        typer.Option("--command", metavar="COMMAND", help="Starts the service: a program and its arguments, run without a shell."),
    ] = None,
    url: Annotated[str | None, typer.Option("--url", metavar="URL", help="Where the service takes operations, over http or https.")] = None,
    write_adapter: Annotated[
        str | None,
        typer.Option("--write-adapter", help="Print a program to start from, instead.", **choice("--write-adapter", str, LANGUAGES)),
    ] = None,
    names: Annotated[
        str | None, typer.Option("--names", metavar="FILE", help="How the service calls things (TOML: events, states, actors, …).")
    ] = None,
    policy: PolicyOption = None,
    criterion: Annotated[
        list[str] | None,
        typer.Option(
            "--criterion",
            metavar="CRITERION",
            autocompletion=offering(lambda: CRITERIA),
            help=f"One of {', '.join(CRITERIA)}; may be given again. Default: w, which takes others along.",
        ),
    ] = None,
    examples: Annotated[
        int, typer.Option("--examples", metavar="N", parser=whole("--examples"), help="How many random cases come after the suites.")
    ] = 500,
    seed: Annotated[int, typer.Option("--seed", metavar="N", parser=whole("--seed"), help="The same seed gives the same cases.")] = 0,
    timeout: Annotated[
        float,
        typer.Option("--timeout", metavar="SECONDS", parser=number("--timeout", "seconds"), help="How long an answer may take."),
    ] = 10.0,
    max_search_calls: Annotated[
        int,
        typer.Option(
            "--max-search-calls", metavar="N", parser=whole("--max-search-calls"), help="How many calls may look for a shorter path."
        ),
    ] = 50_000,
    most: Annotated[
        int,
        typer.Option("--most", metavar="N", parser=whole("--most"), help="How many kinds of divergence are gathered, not only the first."),
    ] = 1,
    leave_out: Annotated[
        list[str] | None,
        typer.Option(
            "--leave-out",
            metavar="CODE",
            autocompletion=offering(lambda: CAN_BE_LEFT_OUT),
            help=f"A refusal that the service never meets: one of {', '.join(CAN_BE_LEFT_OUT)}; may be given again.",
        ),
    ] = None,
    lang: LangOption = None,
    json: JsonOption = False,
) -> None:
    """Hold a service of any language against a workflow. Exit code 1 when it departs, with a shortest path to that."""
    from refund_fsm.orders.lookup import workflow_of

    _check_one(command=command, url=url, write_adapter=write_adapter)
    workflow = workflow_of(order_type)
    if write_adapter is not None:
        from refund_fsm.testing.remote import skeleton

        show_text(skeleton(workflow, write_adapter))
        return
    from refund_fsm.cli import verify_view
    from refund_fsm.cli.progress import notices
    from refund_fsm.testing import verify_implementation

    found, called = policy_of(policy, "--policy"), _names_of(names, workflow)
    for one in criterion or ():
        one_of("--criterion", one, CRITERIA)
    asked: dict[str, Any] = {"examples": examples, "seed": seed, "timeout": timeout, "max_search_calls": max_search_calls}
    asked |= {"most": most, "leave_out": leave_out or ()}
    with naming(**FIELDS), notices("testing"), _service(command, url, timeout) as service:
        report = verify_implementation(service, workflow, criterion=criterion or "w", names=called, policy=found, isolation="none", **asked)
    tell(verify_view.answer(report, service.said()), lang, json)
    if not report.ok:
        raise typer.Exit(FOUND)


def _check_one(**given: str | None) -> None:
    """One of the options, and no second one, says what is to be done."""
    several = [FIELDS.get(name, "--write-adapter") for name, value in given.items() if value is not None]
    if not several:
        raise BadData("--command", None, "a command that starts the service; or --url; or --write-adapter, for a program to start from")
    if len(several) > 1:
        raise BadData(several[1], next(value for name, value in [*given.items()][::-1] if value is not None), f"no {several[0]} beside it")


def _service(command: str | None, url: str | None, timeout: float) -> RemoteService:
    from refund_fsm.testing import RemoteService

    if command is None:
        return RemoteService.of_url(url or "", timeout=timeout)
    try:
        words = shlex.split(command)
    except ValueError as error:
        raise BadData("command", command, f"words, quoted as in a shell ({error})") from None
    if not words:
        raise BadData("command", command, "a program and its arguments")
    return RemoteService.of_command(words, timeout=timeout)


def _names_of(file: str | None, workflow: Workflow) -> Names | None:
    """The names of a file, which fit the workflow; what is wrong with them is told by the file and the place in it."""
    from refund_fsm.testing import Names

    if file is None:
        return None
    try:
        found = Names.from_file(file)
        found.fitted(workflow)
    except BadData as error:
        place = error.field.partition(".")[2]
        raise BadData(f"--names {file}: {place}" if place else "--names", error.value, error.expected) from None
    return found
