"""Owns how a behaviour is shown: what of it is assumed, and what cites the guide. Must not judge it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from refund_fsm.console import Aligned, Languages, plain
from refund_fsm.show import cited
from refund_fsm.simulate.behaviour import ASSUMED, ILLUSTRATIVE, Behaviour
from refund_fsm.simulate.delays import Quantity
from refund_fsm.spec import Workflow
from refund_fsm.text import Text

if TYPE_CHECKING:
    from rich.console import RenderableType

PLACE, SAYS, CITES = Text("位置", "place"), Text("内容", "what it says"), Text("依据", "cites")
WEIGHTS = Text("依据只涉及用时；所有权重都是假设的", "what is cited is how long it takes; all weights are assumed")


def data(behaviour: Behaviour) -> dict[str, Any]:
    """The behaviour as plain data, with the places of what is assumed and of what is cited."""
    return {
        "order_type": behaviour.order_type,
        "illustrative": True,
        "assumed": [{"place": place, "says": says} for place, says in behaviour.assumed()],
        "cited": [{"place": place, "says": says, "cites": cites} for place, says, cites in cited_rows(behaviour)],
        "behaviour": behaviour.model_dump(mode="json"),
    }


def cited_rows(behaviour: Behaviour) -> Iterator[tuple[str, str, str]]:
    """Every row that rests on more than an assumption: its place, what it says, what it cites."""
    for place, share in enumerate(behaviour.mix):
        if share.cites != ASSUMED:
            yield f"mix[{place}]", f"weight {share.weight:g}: {_facts(share.facts)}", share.cites
    for place, row in enumerate(behaviour.choices):
        if row.cites != ASSUMED:
            delay = f", {_told(row.delay)}" if row.delay else ""
            when = f" ({_facts(row.when)})" if row.when else ""
            yield f"choices[{place}]", f"{row.state}: {row.event}{when}, weight {row.weight:g}{delay}", row.cites


def parts(workflow: Workflow, behaviour: Behaviour, lang: Languages) -> Iterator[RenderableType | str]:
    """The behaviour for people."""
    label = workflow.label
    yield plain(lang.say(Text(f"{label.zh}：行为", f"{label.en}: behaviour")), "bold")
    yield lang.say(ILLUSTRATIVE)
    if behaviour.note:
        yield behaviour.note
    rows = list(cited_rows(behaviour))
    yield ""
    yield plain(lang.say(Text(f"有依据的（{len(rows)} 项）", f"What cites the guide or the law ({len(rows)})")), "bold")
    yield lang.say(WEIGHTS)
    yield Aligned([lang.stack(one) for one in (PLACE, SAYS, CITES)], [[place, says, cited(cites, lang)] for place, says, cites in rows])
    assumed = [list(one) for one in behaviour.assumed()]
    yield ""
    yield plain(lang.say(Text(f"假设的（{len(assumed)} 项）", f"What is assumed ({len(assumed)})")), "bold")
    yield Aligned([lang.stack(one) for one in (PLACE, SAYS)], assumed)


def _facts(facts: dict[str, Any]) -> str:
    return ", ".join(f"{name}={'|'.join(map(str, one)) if isinstance(one, tuple) else one}" for name, one in facts.items())


def _told(quantity: Quantity) -> str:
    """`uniform least 1, most 2 working_days`, in the words of the file."""
    given = {name: one for name, one in quantity.model_dump().items() if isinstance(one, float)}
    return f"{quantity.kind} {', '.join(f'{name} {one:g}' for name, one in given.items())} {quantity.unit}"
