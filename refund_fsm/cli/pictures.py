"""Owns the command `draw`: it reads its words, asks `drawing` for the files, and writes or compares them."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from refund_fsm.cli.answers import tell_written
from refund_fsm.cli.options import FOUND, ORDER_TYPES, WHEN, LangOption, PolicyOption, choice, instant_of, policy_of, written
from refund_fsm.text.console import complain


class Views(StrEnum):
    """The views of a picture."""

    FULL = "full"
    SPINE = "spine"
    PHASES = "phases"
    NEAR = "near"
    TIMELINE = "timeline"


class Papers(StrEnum):
    """The papers of a PDF."""

    A4 = "a4"
    A3 = "a3"


def draw(
    order_types: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[ORDER_TYPE]...",
            autocompletion=ORDER_TYPES,
            help="Registered order types, or module:attribute of a Workflow (that module is run); default: all registered ones.",
        ),
    ] = None,
    output: Annotated[
        str, typer.Option("-o", "--output", metavar="PATH", help="A folder, or a .dot .svg .png .pdf .mmd .html file.")
    ] = "diagrams",
    every: Annotated[bool, typer.Option("--all", help="All kinds of pictures, the pages, and a README that shows them.")] = False,
    view: Annotated[
        Views,
        typer.Option(
            "--view",
            help="Every rule, the main way, phase by phase, one state; a case over time.",
            **choice("--view", Views, Views),
        ),
    ] = Views.FULL,
    phase: Annotated[int | None, typer.Option("--phase", metavar="NUMBER", help="With --view phases: this one alone.")] = None,
    state: Annotated[str | None, typer.Option("--state", metavar="KEY", help="With --view near: the state to show.")] = None,
    paper: Annotated[
        Papers | None,
        typer.Option("--paper", help="With a .pdf or a folder: the paper; default of a .pdf: a4.", **choice("--paper", Papers, Papers)),
    ] = None,
    policy: PolicyOption = None,
    case: Annotated[
        str | None, typer.Option("--case", metavar="FILE", help="Lay a case over it: a scenario, or a saved case (.json).")
    ] = None,
    at: Annotated[str | None, typer.Option("--at", help=f"With --case: as of when ({WHEN}).")] = None,
    counts: Annotated[
        str | None, typer.Option("--counts", metavar="FILE", help="JSON or TOML: counts by rule id, waits_hours by state.")
    ] = None,
    before: Annotated[
        str | None, typer.Option("--before", metavar="NAME|FILE", help="Show what changed since a policy, or another workflow.")
    ] = None,
    width: Annotated[
        int | None, typer.Option("--width", metavar="PIXELS", help="With --view timeline: how wide; default 830, on a phone 390.")
    ] = None,
    check: Annotated[bool, typer.Option("--check", help="Write nothing; exit code 1 when a file there is stale or missing.")] = False,
    lang: LangOption = None,
) -> None:
    """Draw the workflows with Graphviz: SVG, PNG, PDF, DOT, Mermaid, and pages to play with."""
    from refund_fsm import diagram
    from refund_fsm.cli import drawing
    from refund_fsm.cli.outputs import inputs_of

    found = drawing.case_of(case, None if at is None else instant_of(at, "--at"))
    told, waits = drawing.counts_of(counts)
    chosen, older = policy_of(policy, "--policy"), drawing.before_of(before)
    asked = drawing.Drawing(
        workflows=drawing.workflows_of(order_types, found),
        output=drawing.place(output),
        lang=written(lang).value,
        view=view.value,
        phase=phase,
        state=state,
        paper=paper.value if paper is not None else None,
        policy=chosen,
        case=found,
        counts=told,
        waits=waits,
        before=older,
        width=width,
        every=every,
        inputs=inputs_of(policy, chosen, case, found, counts, before, older),
    )
    if not check:
        asked.check_output()
    files, lacking = asked.files()
    if lacking:
        instead = "as □" if asked.output.suffix.lower() == drawing.PDF else "in the reader's own fonts"
        complain(f"not in the embedded font, shown {instead}: {lacking}")
    if not check:
        tell_written(asked.write(files))
        return
    stale = diagram.stale(asked.folder, files)
    for name in stale:
        complain(f"stale: {name}")
    raise typer.Exit(FOUND if stale else 0)
