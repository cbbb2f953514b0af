"""Owns the commands about whole workflows: `orders`, `show`, `check`, `export`, `paths`. Each asks one question and tells the answer."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

import typer

from refund_fsm.cli.answers import tell, tell_written
from refund_fsm.cli.options import (
    EXPORTS,
    FOUND,
    ORDER_TYPES,
    BehaviourOption,
    JsonOption,
    LangOption,
    OrderType,
    PolicyOption,
    naming,
    number,
    offering,
    policy_of,
    whole,
)
from refund_fsm.errors import BadData, one_of
from refund_fsm.text.console import show_text

HOUR = timedelta(hours=1)
CRITERIA = (  # paths.CRITERIA, tested
    *("states", "rules", "rule_pairs", "prime_paths", "guard_outcomes", "limits", "refusals"),
    *("conditions", "mcdc", "boundaries", "w"),
)


def orders(lang: LangOption = None, json: JsonOption = False) -> None:
    """List the order types, and when each applies."""
    from refund_fsm.cli import workflow_view

    tell(workflow_view.orders_answer(), lang, json)


def show(order_type: OrderType, lang: LangOption = None, json: JsonOption = False) -> None:
    """Show an order type's table: states, limits, rules, and where each rule comes from."""
    from refund_fsm.cli import workflow_view
    from refund_fsm.orders.lookup import workflow_of

    tell(workflow_view.workflow_answer(workflow_of(order_type)), lang, json)


def check(
    order_type: Annotated[
        str | None,
        typer.Argument(
            metavar="[ORDER_TYPE]",
            autocompletion=ORDER_TYPES,
            help="An order type, or module:attribute of a Workflow (that module is run); default: all registered ones.",
        ),
    ] = None,
    policy: PolicyOption = None,
    lang: LangOption = None,
    json: JsonOption = False,
) -> None:
    """Prove a workflow sound, or show what is wrong, each with the shortest way to it. Exit code 1 when something is found."""
    from refund_fsm import soundness
    from refund_fsm.cli import soundness_view
    from refund_fsm.orders import keys
    from refund_fsm.orders.lookup import workflow_of

    found = policy_of(policy, "--policy")
    reports = [soundness.check(workflow_of(name), found) for name in ([order_type] if order_type else keys())]
    tell(soundness_view.answer(reports), lang, json)
    if not all(report.ok for report in reports):
        raise typer.Exit(FOUND)


def export(
    order_type: OrderType,
    to: Annotated[
        str,
        typer.Option(
            "--to",
            metavar="FORMAT",
            autocompletion=EXPORTS,
            help="promela (the model checker spin), xstate (XState 5, JSON), pnml (a Petri net, for process mining), or prism (Storm).",
        ),
    ],
    policy: PolicyOption = None,
    behaviour: BehaviourOption = None,
    step: Annotated[
        float | None,
        typer.Option(
            "--step", metavar="HOURS", parser=number("--step", "hours"), help="With --to prism: a step of time; default: 24, or less."
        ),
    ] = None,
    output: Annotated[str | None, typer.Option("-o", "--output", metavar="FILE", help="Write a file; default: print it.")] = None,
) -> None:
    """Write a workflow for tools that others made, so that they can check what we say of it."""
    from refund_fsm import export
    from refund_fsm.cli.outputs import inputs_of, output_of
    from refund_fsm.cli.questions import behaviour_of, named, span_of
    from refund_fsm.orders.lookup import workflow_of
    from refund_fsm.workflow import write_text

    one_of("--to", to, export.FORMATS)
    for option, value in (("--behaviour", behaviour), ("--step", step)):
        if value is not None and to != "prism":
            raise BadData(option, value, f"--to prism beside it, not --to {to}")
    workflow, found = workflow_of(order_type), policy_of(policy, "--policy")
    inputs = inputs_of(policy, found, behaviour)
    file = output_of(output, "--output", inputs)
    given = behaviour_of(workflow, behaviour) if to == "prism" else None
    hours = export.step_of(workflow) / HOUR if step is None else step
    span = span_of("--step", hours, HOUR, "hours") if to == "prism" else None
    with named(behaviour, step=hours), naming(behaviour="--behaviour"):
        text = export.render(workflow, to, found, behaviour=given, step=span)  # type: ignore[arg-type]  # any other name is refused there
    show_text(text) if file is None else tell_written([write_text(file, text, "--output", inputs=inputs)])


def paths(
    order_type: OrderType,
    criterion: Annotated[
        str,
        typer.Option("--cover", metavar="CRITERION", autocompletion=offering(lambda: CRITERIA), help=f"One of {', '.join(CRITERIA)}."),
    ] = "rules",
    extra_states: Annotated[
        int,
        typer.Option(
            "--extra-states",
            metavar="N",
            parser=whole("--extra-states"),
            help="With --cover w: how many states a faulty service may have more.",
        ),
    ] = 0,
    policy: PolicyOption = None,
    output: Annotated[
        str | None, typer.Option("-o", "--output", metavar="FILE", help="Write a .json file, or a .py test file for pytest.")
    ] = None,
    lang: LangOption = None,
    json: JsonOption = False,
) -> None:
    """Make a covering suite of concrete paths: order, request, events with instants, and what is expected after each."""
    from refund_fsm.cli import paths_view
    from refund_fsm.cli.outputs import inputs_of, output_of
    from refund_fsm.orders.lookup import workflow_of
    from refund_fsm.paths import cover
    from refund_fsm.workflow import write_text

    workflow, asked = workflow_of(order_type), policy_of(policy, "--policy")
    inputs = inputs_of(policy, asked)
    file = paths_view.checked(output_of(output, "--output", inputs))
    with naming(criterion="--cover", extra_states="--extra-states"):
        found = cover(workflow, criterion, asked, extra_states=extra_states)
    if file is None:
        tell(paths_view.answer(found), lang, json)
        return
    text = paths_view.file_text(found, file.suffix, order_type)
    tell_written([write_text(file, text, "--output", inputs=inputs)])
