"""Owns the command line `refund-fsm`: arguments, exit codes, errors in one line. What is shown is made elsewhere.

Exit codes: 0 done, 1 something was found, 2 the input is wrong, 3 a part is missing.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from refund_fsm.cli import many as cli_many
from refund_fsm.cli.options import BehaviourOption, File, JsonOption, LangOption, OrderType, PolicyOption, instant_of, naming
from refund_fsm.errors import BadData, MissingPart, RefundFsmError
from refund_fsm.text.console import Languages, complain, show, show_json, show_text

if TYPE_CHECKING:
    from refund_fsm.case import RefundCase
    from refund_fsm.scenario import Scenario
    from refund_fsm.workflow import Order

FOUND, WRONG, MISSING, STOPPED = 1, 2, 3, 130
CRITERIA = ("states", "rules", "rule_pairs", "prime_paths", "guard_outcomes", "limits", "refusals", "w")  # paths.CRITERIA, tested


class Views(StrEnum):
    """The views of a picture."""

    FULL = "full"
    SPINE = "spine"


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


@app.command()
def demo(
    names: Annotated[list[str] | None, typer.Argument(metavar="[SCENARIO]...", help="Shipped scenarios; default: a few.")] = None,
    every: Annotated[bool, typer.Option("--all", help="Play all shipped scenarios.")] = False,
    listed: Annotated[bool, typer.Option("--list", help="List the shipped scenarios.")] = False,
    lang: LangOption = Languages.BOTH,
    json: JsonOption = False,
) -> None:
    """Play refund cases of all order types, move by move, with the reason for every move and every refusal."""
    from refund_fsm.cli import demo
    from refund_fsm.scenario import shipped

    if listed and json:
        show_json([{"name": name, "title": {"zh": t.zh, "en": t.en} if t else None} for name, t in demo.titles().items()])
    elif listed:
        show(list(demo.list_parts(lang)))
    else:
        played = demo.traces(shipped() if every else names or demo.SHORT)
        show_json(demo.demo_dict(played)) if json else show(list(demo.parts(played, lang)))


@app.command()
def orders(lang: LangOption = Languages.BOTH, json: JsonOption = False) -> None:
    """List the order types, and when each applies."""
    from refund_fsm.cli.show import orders_list, orders_parts

    show_json(orders_list()) if json else show(list(orders_parts(lang)))


@app.command("show")
def show_workflow(order_type: OrderType, lang: LangOption = Languages.BOTH, json: JsonOption = False) -> None:
    """Show an order type's table: states, limits, rules, and where each rule comes from."""
    from refund_fsm.cli.show import workflow_dict, workflow_parts
    from refund_fsm.orders.lookup import workflow_of

    workflow = workflow_of(order_type)
    show_json(workflow_dict(workflow)) if json else show(list(workflow_parts(workflow, lang)))


@app.command()
def run(file: File, lang: LangOption = Languages.BOTH, json: JsonOption = False) -> None:
    """Play a scenario file and print its trace. Exit code 1 when an event was refused that the file does not say is refused."""
    from refund_fsm.cli.trace_view import parts
    from refund_fsm.scenario import find, load, play

    trace = play(load(find(file)))
    show_json(trace.to_dict()) if json else show(list(parts(trace, lang)))
    if not trace.sound:
        raise typer.Exit(FOUND)


@app.command()
def advise(
    file: File,
    at: Annotated[str | None, typer.Option("--at", help="As of when (ISO, with offset); default: the file's last instant.")] = None,
    lang: LangOption = Languages.BOTH,
    json: JsonOption = False,
) -> None:
    """Say what to do now about a scenario's order or case, until when, and where to tap."""
    from refund_fsm import advice
    from refund_fsm.scenario import find, load

    scenario = load(find(file))
    when = scenario.last_instant if at is None else instant_of(at, "--at")
    if when < scenario.order.paid_at:
        raise BadData(f"{scenario.where}: --at", when.isoformat(), f"not before order.paid_at, {scenario.order.paid_at.isoformat()}")
    subject = _subject(scenario, when)
    if subject is scenario.order:
        found = advice.advise(scenario.order, when, lang.value, policy=scenario.policy, workflow=scenario.workflow)
    else:
        found = advice.advise(subject, when, lang.value)
    show_json(found.to_dict()) if json else show([str(found)])


def _subject(scenario: Scenario, at: datetime) -> RefundCase | Order:
    """The case as far as its events have got by an instant; the order alone while no case is open."""
    from refund_fsm.scenario import play

    if scenario.request is None or scenario.opened_at is None or at < scenario.opened_at:
        return scenario.order
    return play(scenario, until=at).case


@app.command()
def draw(
    order_types: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[ORDER_TYPE]...", help="Registered order types, or module:attribute of a Workflow; default: all registered ones."
        ),
    ] = None,
    output: Annotated[Path, typer.Option("-o", "--output", metavar="PATH", help="A folder, or a .dot .svg .png .mmd .html file.")] = Path(
        "diagrams"
    ),
    every: Annotated[bool, typer.Option("--all", help="All kinds of pictures, the pages, and a README that shows them.")] = False,
    view: Annotated[Views, typer.Option("--view", help="Every rule, or the main way alone.")] = Views.FULL,
    policy: PolicyOption = None,
    case: Annotated[
        str | None, typer.Option("--case", metavar="FILE", help="Lay a case over it: a scenario, or a saved case (.json).")
    ] = None,
    at: Annotated[str | None, typer.Option("--at", help="With --case: as of when (ISO, with offset).")] = None,
    counts: Annotated[
        str | None, typer.Option("--counts", metavar="FILE", help="JSON or TOML: counts by rule id, waits_hours by state.")
    ] = None,
    before: Annotated[
        str | None, typer.Option("--before", metavar="NAME|FILE", help="Show what changed since a policy, or another workflow.")
    ] = None,
    check: Annotated[bool, typer.Option("--check", help="Write nothing; exit code 1 when a file there is stale or missing.")] = False,
    lang: LangOption = Languages.BOTH,
) -> None:
    """Draw the workflows with Graphviz: SVG, PNG, DOT, Mermaid, and pages to play with."""
    from refund_fsm import diagram
    from refund_fsm.cli import drawing

    found = drawing.case_of(case, None if at is None else instant_of(at, "--at"))
    told, waits = drawing.counts_of(counts)
    asked = drawing.Drawing(
        workflows=drawing.workflows_of(order_types, found),
        output=output,
        lang=lang.value,
        view=view.value,
        policy=drawing.policy_of(policy, "--policy"),
        case=found,
        counts=told,
        waits=waits,
        before=drawing.before_of(before),
        every=every,
    )
    files, lacking = asked.files()
    if lacking:
        complain(f"not in the embedded font, shown in the reader's own fonts: {lacking}")
    if not check:
        show([str(path) for path in asked.write(files)])
        return
    stale = diagram.stale(output.parent if asked.into_file else output, files)
    for name in stale:
        complain(f"stale: {name}")
    raise typer.Exit(FOUND if stale else 0)


@app.command()
def check(
    order_type: Annotated[
        str | None,
        typer.Argument(metavar="[ORDER_TYPE]", help="An order type, or module:attribute of a Workflow; default: all registered ones."),
    ] = None,
    policy: PolicyOption = None,
    lang: LangOption = Languages.BOTH,
    json: JsonOption = False,
) -> None:
    """Prove a workflow sound, or show what is wrong, each with the shortest way to it. Exit code 1 when something is found."""
    from refund_fsm.cli import soundness_view
    from refund_fsm.cli.drawing import policy_of

    found = soundness_view.reports(order_type, policy_of(policy, "--policy"))
    show_json(soundness_view.data(found)) if json else show(list(soundness_view.parts(found, lang)))
    if not all(report.ok for report in found):
        raise typer.Exit(FOUND)


@app.command()
def export(
    order_type: OrderType,
    to: Annotated[
        str,
        typer.Option(
            "--to",
            metavar="FORMAT",
            help="promela (the model checker spin), xstate (XState 5, JSON), pnml (a Petri net, for process mining), or prism (Storm).",
        ),
    ],
    policy: PolicyOption = None,
    behaviour: BehaviourOption = None,
    step: Annotated[float | None, typer.Option("--step", metavar="HOURS", help="With --to prism: a step of time; default: 24.")] = None,
    output: Annotated[Path | None, typer.Option("-o", "--output", metavar="FILE", help="Write a file; default: print it.")] = None,
) -> None:
    """Write a workflow for tools that others made, so that they can check what we say of it."""
    from refund_fsm import export
    from refund_fsm.cli.drawing import policy_of
    from refund_fsm.cli.questions import behaviour_of, named, span_of
    from refund_fsm.orders.lookup import workflow_of
    from refund_fsm.workflow import write_text

    workflow, found = workflow_of(order_type), policy_of(policy, "--policy")
    given = behaviour_of(workflow, behaviour) if behaviour is not None or to == "prism" else None
    span = None if step is None else span_of("--step", step, timedelta(hours=1))
    with named(behaviour), naming(behaviour="--behaviour"):
        text = export.render(workflow, to, found, behaviour=given, step=span)  # type: ignore[arg-type]  # any other name is refused there
    show_text(text) if output is None else show([str(write_text(output, text, "--output"))])


@app.command()
def paths(
    order_type: OrderType,
    criterion: Annotated[
        str,
        typer.Option("--cover", metavar="CRITERION", help=f"One of {', '.join(CRITERIA)}."),
    ] = "rules",
    extra_states: Annotated[
        int, typer.Option("--extra-states", help="With --cover w: how many states a faulty service may have more.")
    ] = 0,
    policy: PolicyOption = None,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", metavar="FILE", help="Write a .json file, or a .py test file for pytest.")
    ] = None,
    lang: LangOption = Languages.BOTH,
    json: JsonOption = False,
) -> None:
    """Make a covering suite of concrete paths: order, request, events with instants, and what is expected after each."""
    from refund_fsm.cli.drawing import policy_of
    from refund_fsm.cli.paths_view import parts, write
    from refund_fsm.orders.lookup import workflow_of
    from refund_fsm.paths import cover

    workflow = workflow_of(order_type)
    found = cover(workflow, criterion, policy_of(policy, "--policy"), extra_states=extra_states)
    if output is not None:
        show([str(write(found, output, order_type))])
    elif json:
        show_json(found.to_dict())
    else:
        show(list(parts(found, lang)))


app.add_typer(cli_many.app)


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command line and returns the exit code. No exception of the package's own ends in a traceback."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # a console that lacks a character shows its code, instead of failing
            stream.reconfigure(errors="backslashreplace")
    try:
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
