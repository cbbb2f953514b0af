"""Owns the command `replay`: a page in which the cases of an event log, or simulated ones, travel over their workflow."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from refund_fsm.cli.answers import tell_written
from refund_fsm.cli.many import Seed, Start
from refund_fsm.cli.options import ORDER_TYPES, BehaviourOption, LangOption, PolicyOption, naming, policy_of, whole, written
from refund_fsm.errors import BadData

if TYPE_CHECKING:
    from refund_fsm.cli.questions import Question
    from refund_fsm.diagram import Page
    from refund_fsm.text import AnyLang

HTML = ".html"
ORDER_TYPE = "A registered order type, or module:attribute of a Workflow: that module is run."


def replay(
    file: Annotated[
        str | None, typer.Argument(metavar="[FILE]", help="An event log, as simulate --log writes it: .parquet or .csv.")
    ] = None,
    simulate: Annotated[
        str | None,
        typer.Option("--simulate", metavar="ORDER_TYPE", autocompletion=ORDER_TYPES, help=f"Play cases instead. {ORDER_TYPE}"),
    ] = None,
    output: Annotated[str, typer.Option("-o", "--output", metavar="PATH", help="The page, a .html file.")] = "replay.html",
    cases: Annotated[
        int, typer.Option("--cases", metavar="N", parser=whole("--cases"), help="How many cases to show; of a log, evenly chosen.")
    ] = 200,
    order_type: Annotated[
        str | None,
        typer.Option("--order-type", metavar="ORDER_TYPE", autocompletion=ORDER_TYPES, help="With FILE, of your own workflow: its name."),
    ] = None,
    policy: PolicyOption = None,
    behaviour: BehaviourOption = None,
    seed: Seed = 1,
    start: Start = None,
    lang: LangOption = None,
) -> None:
    """Write a page in which cases travel over the phases of their workflow, with a clock: from an event log, or simulated."""
    from refund_fsm.cli.outputs import inputs_of, output_of
    from refund_fsm.cli.questions import question
    from refund_fsm.diagram.replay import MAX_CASES

    if (file is None) == (simulate is None):
        raise BadData("FILE", file, "the name of an event log, or --simulate ORDER_TYPE instead")
    for option, given in (("--behaviour", behaviour), ("--start", start)):
        if given is not None and simulate is None:
            raise BadData(option, given, "--simulate beside it: a log has been played")
    if order_type is not None and file is None:
        raise BadData("--order-type", order_type, "a FILE beside it: --simulate names its own")
    if Path(output).suffix.lower() != HTML:
        raise BadData("--output", output, f"a name that ends in {HTML}")
    if not 1 <= cases <= MAX_CASES:
        raise BadData("--cases", cases, f"a whole number from 1 to {MAX_CASES:,}")
    place = output_of(output, "--output", inputs_of(file, policy, policy_of(policy, "--policy"), behaviour))
    assert place is not None, "it has a name"
    with naming(log="FILE", policy="--policy", path="--output"):
        if simulate is not None:
            page = _simulated(question(simulate, policy, behaviour, start), cases, seed, written(lang).value)
        else:
            page = _logged(str(file), order_type, policy, cases, written(lang).value)
        tell_written([page.save(place)])


def _simulated(asked: Question, cases: int, seed: int, lang: AnyLang) -> Page:
    from refund_fsm import diagram
    from refund_fsm.cli.progress import bar, notices
    from refund_fsm.cli.questions import named
    from refund_fsm.simulate import play_case
    from refund_fsm.simulate.behaviour import ILLUSTRATIVE

    played = []
    with named(asked.file), notices(), bar(cases, "cases", "") as progress:
        for number in range(cases):
            played.append(play_case(asked.workflow, asked.behaviour, case=number, seed=seed, start=asked.start, policy=asked.policy))
            if progress is not None:
                progress(number + 1, cases)
    return diagram.replay(asked.workflow, played, cases=cases, lang=lang, policy=asked.policy, note=ILLUSTRATIVE)


def _logged(file: str, order_type: str | None, policy: str | None, cases: int, lang: AnyLang) -> Page:
    from refund_fsm import diagram, eventlog
    from refund_fsm.orders.lookup import workflow_of

    log = eventlog.read(file, None if order_type is None else workflow_of(order_type), policy_of(policy, "--policy"))
    return diagram.replay(log.workflow, log, cases=cases, lang=lang, policy=log.policy)
