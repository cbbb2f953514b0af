"""Owns the commands about single cases: `demo`, `run`, `advise`. Each reads its words, asks one question and tells the answer."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from refund_fsm.cli.answers import tell
from refund_fsm.cli.options import FOUND, SCENARIOS, WHEN, File, JsonOption, LangOption, instant_of, naming, spoken

if TYPE_CHECKING:
    from refund_fsm.text import Languages


def demo(
    names: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[SCENARIO]...",
            autocompletion=SCENARIOS,
            help="Shipped scenarios; default: one.",
        ),
    ] = None,
    every: Annotated[bool, typer.Option("--all", help="Play all shipped scenarios.")] = False,
    listed: Annotated[bool, typer.Option("--list", help="List the shipped scenarios.")] = False,
    lang: LangOption = None,
    json: JsonOption = False,
) -> None:
    """Play a refund case, or others, move by move, with the reason for every move and every refusal."""
    from refund_fsm.cli import demo_view
    from refund_fsm.scenario import find, load, play, shipped

    if listed:
        answer = demo_view.titles_answer()
    else:
        chosen = shipped() if every else names or demo_view.SHORT
        answer = demo_view.answer([play(load(find(name))) for name in demo_view.known(chosen)])
    tell(answer, lang, json)


def run(file: File, lang: LangOption = None, json: JsonOption = False) -> None:
    """Play a scenario file, or read a saved case, and print its trace. Exit code 1 when an event was refused unforeseen by the file.

    What may happen where it was refused: refund-fsm draw ORDER_TYPE --view near --state KEY.
    """
    from refund_fsm.cli import subjects, trace_view
    from refund_fsm.scenario import find, load, play, recorded

    case = subjects.saved_case(file, "file")
    trace = play(load(find(file))) if case is None else recorded(case, file)
    tell(trace_view.answer(trace), lang, json)
    if not trace.sound:
        raise typer.Exit(FOUND)


def advise(
    file: File,
    at: Annotated[str | None, typer.Option("--at", help=f"As of when ({WHEN}); default: the file's last instant.")] = None,
    role: Annotated[
        str | None,
        typer.Option("--role", metavar="KEY", help="Whom to advise: an actor of the workflow but the clock; default: who files."),
    ] = None,
    lang: LangOption = None,
    json: JsonOption = False,
) -> None:
    """Say what to do now about a scenario's order or case, or a saved case, until when, and where to tap; or what waits for another."""
    from refund_fsm import advice
    from refund_fsm.case import RefundCase
    from refund_fsm.cli import subjects, trace_view
    from refund_fsm.text.sections import Answer, Section, json_of, lines

    subject = subjects.advised(file, None if at is None else instant_of(at, "--at"))
    with naming(role="--role"):
        found = advice.advise(**subject, lang=spoken(lang).value, role=role)
    case = subject["subject"]

    def sections(languages: Languages) -> Iterator[Section]:
        yield from lines([str(found)])
        if isinstance(case, RefundCase):
            yield from trace_view.timeline(case.advance(to=found.at), languages)

    tell(Answer(sections, lambda: json_of(found.to_dict())), lang, json)
