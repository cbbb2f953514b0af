"""Owns the commands about many cases: `simulate`, `exact`, `compare`, `behaviour`. Each reads its words, asks one question (`questions`)
and tells the answer."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from refund_fsm.cli.answers import tell, tell_written
from refund_fsm.cli.options import (
    STOPPED,
    WHEN,
    BehaviourOption,
    JsonOption,
    LangOption,
    OrderType,
    PolicyOption,
    naming,
    number,
    whole,
    written,
)
from refund_fsm.errors import BadData
from refund_fsm.text import Languages
from refund_fsm.text.console import complain, show_text
from refund_fsm.text.sections import Answer

if TYPE_CHECKING:
    from refund_fsm.cli.questions import Question
    from refund_fsm.simulate import Law

START_HELP = f"When all cases open ({WHEN}); default: 2026-02-12T10:00, on the eve of the Spring Festival."

CASES, SEED, WORKERS = whole("--cases"), whole("--seed"), whole("--workers")
Cases = Annotated[int, typer.Option("--cases", metavar="N", parser=CASES, help="How many cases.")]
Seed = Annotated[int, typer.Option("--seed", metavar="N", parser=SEED, help="The same seed gives the same result.")]
Start = Annotated[str | None, typer.Option("--start", metavar="INSTANT", help=START_HELP)]
Workers = Annotated[int, typer.Option("--workers", metavar="N", parser=WORKERS, help="Threads; the result does not depend on them.")]
Plot = Annotated[
    str | None, typer.Option("--plot", metavar="FILE", help="Write a picture: .svg, .png, or .html, a report with tables and diagram.")
]
Step = Annotated[
    float | None, typer.Option("--step", metavar="HOURS", parser=number("--step", "hours"), help="The lattice's step; default: 1.")
]
Horizon = Annotated[
    float | None, typer.Option("--horizon", metavar="DAYS", parser=number("--horizon", "days"), help="How far to look; default: 120.")
]


def simulate(
    order_type: OrderType,
    cases: Cases = 100_000,
    seed: Seed = 1,
    start: Start = None,
    policy: PolicyOption = None,
    behaviour: BehaviourOption = None,
    workers: Workers = 1,
    log: Annotated[str | None, typer.Option("--log", metavar="FILE", help="Write the event log: .parquet or .csv.")] = None,
    plot: Plot = None,
    lang: LangOption = None,
    json: JsonOption = False,
) -> None:
    """Play many cases at random and show what they add up to. Ctrl-C ends it with what is known so far (exit code 130)."""
    from refund_fsm.cli import questions
    from refund_fsm.simulate.report import summary
    from refund_fsm.workflow import partial_of

    asked = questions.question(order_type, policy, behaviour, start)
    picture = questions.plot_path(plot, asked)
    book = questions.log_path(log, asked, picture)
    result = asked.played(cases=cases, seed=seed, workers=workers, log=book)
    answer = summary.answer(result)
    tell(answer, lang, json)
    _picture(result, answer, picture, lang, json)
    if result.partial:
        kept = f"; the log so far is {partial_of(book)}" if book else ""
        complain(f"interrupted after {result.cases:,} of {cases:,} cases{kept}")
        raise typer.Exit(STOPPED)


def exact(
    order_type: OrderType,
    start: Start = None,
    policy: PolicyOption = None,
    behaviour: BehaviourOption = None,
    step: Step = None,
    horizon: Horizon = None,
    sensitivity: Annotated[
        bool, typer.Option("--sensitivity", help="Rank what to change first: weights, delays, policy; --plot draws it.")
    ] = False,
    figure: Annotated[
        list[str] | None,
        typer.Option("--figure", metavar="NAME", help="With --sensitivity, repeatable: what is ranked; default: arbitration, money:p95."),
    ] = None,
    plot: Plot = None,
    lang: LangOption = None,
    json: JsonOption = False,
) -> None:
    """Compute the exact law of a workflow, without random numbers: outcomes, times, breaches, with an estimate of the lattice's error.

    A fine step takes long: size and time are said before. Ctrl-C ends it with the law in steps of an hour (exit code 130).
    """
    from refund_fsm.cli import questions
    from refund_fsm.simulate.report import whatif_view

    asked = questions.question(order_type, policy, behaviour, start)
    picture = questions.plot_path(plot, asked)
    if figure and not sensitivity:
        raise BadData("--figure", figure[0], "--sensitivity beside it")
    ranks = asked.figures(figure or ())
    law, answer = _patient(asked, step, horizon, lang, json)
    if not sensitivity:
        tell(answer, lang, json)
        _picture(law, answer, picture, lang, json)
        return
    if not json:  # the law is told at once: what changes it takes long
        tell(answer, lang, json)
    ranked = asked.ranked(step, horizon, ranks)
    whole = whatif_view.law_and_ranks(answer, ranked)
    if json:
        tell(whole, lang, json)
    elif ranked is not None:
        tell(whatif_view.answer(ranked), lang, json, after=True)
    _picture(law, whole, picture, lang, json, ranks=ranked, partial=ranked is None or ranked.partial)
    if ranked is None or ranked.partial:
        raise typer.Exit(STOPPED)


def compare(
    order_type: OrderType,
    policy: Annotated[
        list[str] | None,
        typer.Option(
            "--policy", metavar="NAME|FILE", help="Twice: two policies. Default: guide, statute; of a platform's own table platform, guide."
        ),
    ] = None,
    behaviour: Annotated[list[str] | None, typer.Option("--behaviour", metavar="FILE", help="Once for both, or twice.")] = None,
    start: Annotated[list[str] | None, typer.Option("--start", metavar="INSTANT", help="Once for both, or twice.")] = None,
    other: Annotated[
        str | None, typer.Option("--other", metavar="ORDER_TYPE", help="Another order type, or module:attribute (that module is run).")
    ] = None,
    cases: Annotated[
        int | None, typer.Option("--cases", metavar="N", parser=CASES, help="Simulate so many cases of each; default: the exact law.")
    ] = None,
    seed: Annotated[
        int | None, typer.Option("--seed", metavar="N", parser=SEED, help="With --cases; both use the same random numbers.")
    ] = None,
    workers: Workers = 1,
    step: Step = None,
    horizon: Horizon = None,
    plot: Plot = None,
    lang: LangOption = None,
    json: JsonOption = False,
) -> None:
    """Show what changes between two policies, behaviours, starts or order types: exactly, or with --cases by simulation.

    Of two policies and two starts an .html plot shows all four.
    """
    from refund_fsm.cli import questions
    from refund_fsm.simulate.report import summary

    means = questions.means_of(cases, seed, workers, step, horizon)
    pair = questions.two_questions(order_type, policy or [], behaviour or [], start or [], other)
    picture = questions.plot_path(plot, *pair)
    found = questions.compared(pair, means)
    answer = summary.comparison_answer(found)
    tell(answer, lang, json)
    page = picture is not None and picture.suffix.lower() == ".html"
    _picture(found, answer, picture, lang, json, others=questions.corners(pair, means) if page else ())


def behaviour(
    order_type: OrderType,
    file: BehaviourOption = None,
    toml: Annotated[bool, typer.Option("--toml", help="Print it as a behaviour file, to start from.")] = False,
    lang: LangOption = None,
    json: JsonOption = False,
) -> None:
    """List what a behaviour assumes, and what of it cites the guide. Of a workflow for which none ships: a skeleton to start from."""
    from refund_fsm.cli import behaviour_view
    from refund_fsm.cli.questions import behaviour_of
    from refund_fsm.orders.lookup import workflow_of

    if toml and json:
        raise BadData("--toml", True, "no --json beside it")
    workflow = workflow_of(order_type)
    found = behaviour_of(workflow, file, made_up=True)
    show_text(found.to_toml()) if toml else tell(behaviour_view.answer(workflow, found), lang, json)


def _patient(asked: Question, step: float | None, horizon: float | None, lang: Languages | None, json: bool) -> tuple[Law, Answer]:
    """The law and its answer. Of a fine lattice it is said before what it will take, and Ctrl-C shows the law on the library's own step."""
    from refund_fsm.cli.questions import STEP_HOURS
    from refund_fsm.simulate.report import summary

    rough = asked.rough_law(step, horizon)
    if rough is None:
        law = asked.law(step, horizon)
        return law, summary.answer(law)
    known = summary.answer(rough[0])
    try:  # from the line on that says so
        complain(f"{rough[1]}; Ctrl-C shows the law in steps of {STEP_HOURS:g} h, which is known")
        law = asked.law(step, horizon)
        return law, summary.answer(law)
    except KeyboardInterrupt:
        complain(f"interrupted: this is the law in steps of {STEP_HOURS:g} h, not of {step:g}")
        tell(known, lang, json)
        raise typer.Exit(STOPPED) from None


def _picture(
    one: Any, answer: Answer, path: Path | None, lang: Languages | None, json: bool, *, partial: bool = False, **more: Any
) -> None:
    """The picture, where it is wanted; of what is partial, beside the name that was asked for."""
    if path is None:
        return
    from refund_fsm.simulate import Comparison, save_comparison_plot, save_plot
    from refund_fsm.workflow import partial_of

    save = save_comparison_plot if isinstance(one, Comparison) else save_plot
    with naming(path="--plot"), warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always", UserWarning)
        done = save(
            one, partial_of(path) if partial or getattr(one, "partial", False) else path, written(lang).value, answer=answer, **more
        )
    for warning in told:
        complain(str(warning.message))
    if not json:
        tell_written([done], after=True)
