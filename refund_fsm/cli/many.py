"""Owns the commands about many cases: `simulate`, `exact`, `compare`, `behaviour`. Arguments only; the work is done elsewhere."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from refund_fsm.cli.options import BehaviourOption, JsonOption, LangOption, OrderType, PolicyOption, naming
from refund_fsm.errors import BadData
from refund_fsm.text.console import Languages, complain, show, show_json, show_text

STOPPED = 130
START_HELP = "When all cases open (ISO, with offset); default: 2026-02-12T10:00:00+08:00, on the eve of the Spring Festival."

app = typer.Typer()
Cases = Annotated[int, typer.Option("--cases", metavar="N", help="How many cases.")]
Seed = Annotated[int, typer.Option("--seed", metavar="N", help="The same seed gives the same result.")]
Start = Annotated[str | None, typer.Option("--start", metavar="INSTANT", help=START_HELP)]
Workers = Annotated[int, typer.Option("--workers", metavar="N", help="Threads; the result does not depend on them.")]
Plot = Annotated[
    Path | None, typer.Option("--plot", metavar="FILE", help="Write a picture: .svg, .png, or .html, a report with tables and diagram.")
]
Step = Annotated[float | None, typer.Option("--step", metavar="HOURS", help="The lattice's step; default: 1.")]
Horizon = Annotated[float | None, typer.Option("--horizon", metavar="DAYS", help="How far to look; default: 120.")]


@app.command()
def simulate(
    order_type: OrderType,
    cases: Cases = 100_000,
    seed: Seed = 1,
    start: Start = None,
    policy: PolicyOption = None,
    behaviour: BehaviourOption = None,
    workers: Workers = 1,
    log: Annotated[Path | None, typer.Option("--log", metavar="FILE", help="Write the event log: .parquet or .csv.")] = None,
    plot: Plot = None,
    lang: LangOption = Languages.BOTH,
    json: JsonOption = False,
) -> None:
    """Play many cases at random and show what they add up to. Ctrl-C ends it with what is known so far (exit code 130)."""
    from refund_fsm.cli import questions as commands

    asked = commands.question(order_type, policy, behaviour, start)
    picture = commands.plot_path(plot)
    result = asked.played(cases=cases, seed=seed, workers=workers, log=log)
    _tell(result, picture, lang, json)
    if result.partial:
        kept = f"; the log so far is {commands.partial_name(log)}" if log else ""
        complain(f"interrupted after {result.cases:,} of {cases:,} cases{kept}")
        raise typer.Exit(STOPPED)


@app.command()
def exact(
    order_type: OrderType,
    start: Start = None,
    policy: PolicyOption = None,
    behaviour: BehaviourOption = None,
    step: Step = None,
    horizon: Horizon = None,
    sensitivity: Annotated[bool, typer.Option("--sensitivity", help="Rank what to change first: weights, delays, policy.")] = False,
    figure: Annotated[
        list[str] | None,
        typer.Option("--figure", metavar="NAME", help="With --sensitivity, repeatable: what is ranked; default: arbitration, money:p95."),
    ] = None,
    plot: Plot = None,
    lang: LangOption = Languages.BOTH,
    json: JsonOption = False,
) -> None:
    """Compute the exact law of a workflow, without random numbers: outcomes, times, breaches, with an estimate of the lattice's error."""
    from refund_fsm.cli import questions as commands
    from refund_fsm.simulate.report import whatif_view

    asked = commands.question(order_type, policy, behaviour, start)
    picture = commands.plot_path(plot)
    if figure and not sensitivity:
        raise BadData("--figure", figure[0], "--sensitivity beside it")
    ranks = asked.figures(figure or ())
    law = asked.law(step, horizon)
    if not (sensitivity and json):
        _tell(law, picture, lang, json)
    if not sensitivity:
        return
    try:
        ranked = asked.sensitivity(step, horizon, ranks)
    except KeyboardInterrupt:  # a second one: the law at least is told
        ranked = None
    if not json:  # the law is on the screen by now
        show(["", *whatif_view.parts(ranked, lang)] if ranked else [])
    else:
        show_text(f'{{"law": {law.to_json(indent=2)},\n"sensitivity": {ranked.to_json(indent=2) if ranked else "null"}}}\n')
        _save(law, picture, lang, json)
    if ranked is None or ranked.partial:
        raise typer.Exit(STOPPED)


@app.command()
def compare(
    order_type: OrderType,
    policy: Annotated[
        list[str] | None, typer.Option("--policy", metavar="NAME|FILE", help="Twice: two policies. Default: guide, statute.")
    ] = None,
    behaviour: Annotated[list[str] | None, typer.Option("--behaviour", metavar="FILE", help="Once for both, or twice.")] = None,
    start: Annotated[list[str] | None, typer.Option("--start", metavar="INSTANT", help="Once for both, or twice.")] = None,
    other: Annotated[str | None, typer.Option("--other", metavar="ORDER_TYPE", help="Another order type, or module:attribute.")] = None,
    cases: Annotated[
        int | None, typer.Option("--cases", metavar="N", help="Simulate so many cases of each; default: the exact law.")
    ] = None,
    seed: Annotated[int | None, typer.Option("--seed", metavar="N", help="With --cases; both use the same random numbers.")] = None,
    workers: Workers = 1,
    step: Step = None,
    horizon: Horizon = None,
    plot: Plot = None,
    lang: LangOption = Languages.BOTH,
    json: JsonOption = False,
) -> None:
    """Show what changes between two policies, behaviours, starts or order types: exactly, or with --cases by simulation."""
    from refund_fsm.cli import questions as commands
    from refund_fsm.simulate.report import page as report
    from refund_fsm.simulate.report import summary

    means = commands.means_of(cases, seed, workers, step, horizon)
    pair = commands.two_questions(order_type, policy or [], behaviour or [], start or [], other)
    picture = commands.plot_path(plot)
    found = commands.compared(pair, means)
    show_text(f"{found.to_json(indent=2)}\n") if json else show(list(summary.comparison_parts(found, lang)))
    if picture is not None:
        with naming(path="--plot"):
            path = report.save_comparison_plot(found, picture, lang.value)
        if not json:
            show(["", str(path)])


@app.command()
def behaviour(
    order_type: OrderType,
    file: BehaviourOption = None,
    toml: Annotated[bool, typer.Option("--toml", help="Print it as a behaviour file, to start from.")] = False,
    lang: LangOption = Languages.BOTH,
    json: JsonOption = False,
) -> None:
    """List what a behaviour assumes, and what of it cites the guide."""
    from refund_fsm.cli import behaviour_view
    from refund_fsm.cli.questions import behaviour_of
    from refund_fsm.orders.lookup import workflow_of

    if toml and json:
        raise BadData("--toml", True, "no --json beside it")
    workflow = workflow_of(order_type)
    found = behaviour_of(workflow, file)
    if toml:
        show_text(found.to_toml())
    elif json:
        show_json(behaviour_view.data(workflow, found))
    else:
        show(list(behaviour_view.parts(workflow, found, lang)))


def _tell(one: Any, picture: Path | None, lang: Languages, json: bool) -> None:
    """The result or law on stdout, and its picture where it is wanted."""
    from refund_fsm.simulate.report import summary

    show_text(f"{one.to_json(indent=2)}\n") if json else show(list(summary.parts(one, lang)))
    _save(one, picture, lang, json)


def _save(one: Any, picture: Path | None, lang: Languages, json: bool) -> None:
    from refund_fsm.cli import questions as commands
    from refund_fsm.simulate.report import page as report

    if picture is None:
        return
    path = commands.partial_name(picture) if getattr(one, "partial", False) else picture
    with naming(path="--plot"):
        report.save_plot(one, path, lang.value)
    if not json:
        show(["", str(path)])
