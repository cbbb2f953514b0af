"""Owns `Behaviour`: who does what, how likely and how fast, for one workflow; read from TOML and written to it.

Data only, checked against the workflow when it is put to use (`chain`). Must not draw anything, nor load numpy.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

from pydantic import Field, model_validator

from refund_fsm.errors import BadData, plain, shown
from refund_fsm.simulate.behaviour.delays import KINDS, Fixed, Quantity
from refund_fsm.simulate.behaviour.fitting import check_choice, check_facts, fits
from refund_fsm.simulate.behaviour.rows import ASSUMED, Choice, GivenFacts, Share
from refund_fsm.simulate.behaviour.written import toml_of
from refund_fsm.text import Text
from refund_fsm.workflow import Event, Frozen, Name, NotEmpty, Prose, Workflow, meant, placed, read_toml, write_text

SHIPPED = Path(__file__).parent / "shipped"
ILLUSTRATIVE = Text("示例（假设的行为，非真实数据）", "illustrative (assumed behaviour, no real data)")
MAX_ROWS = 2_000
MOST_FEN = 10**8  # a million yuan: 10^10 cases of it still add up in 63 bits


class Behaviour(Frozen):
    """How the actors of one workflow behave, and which cases there are.

    On entry into a state each actor with rows there draws one event by weight, and its delay; the earliest wins. A limit comes
    first at its own instant; other ties go by the order of the rules. An internal event leaves the other draws running; nothing
    is drawn again until the state is left. An event that the workflow no longer accepts when its time comes does not happen.

    `order_type` is the workflow's key, `facts` the facts that all cases open with, `mix` the kinds of cases, `amount` what is
    claimed (unit fen, rounded to whole fen, at least 1), `choices` the rows by state and event. Bad values raise `BadData` naming
    the place.
    """

    unsaid: ClassVar[frozenset[str]] = KINDS
    order_type: Annotated[Name, meant("the key of the workflow")]
    note: Annotated[Prose, meant("what is to be said about it")] = ""
    facts: Annotated[GivenFacts, meant("the facts that all cases open with")] = Field(default_factory=dict)
    amount: Annotated[Quantity, meant("what is claimed, in fen")] = Field(default_factory=lambda: Fixed(value=9900, unit="fen"))
    mix: Annotated[NotEmpty[Share], meant("the kinds of cases")] = Field(max_length=MAX_ROWS)
    choices: Annotated[NotEmpty[Choice], meant("who does what in which state")] = Field(max_length=MAX_ROWS)

    if TYPE_CHECKING:  # what it takes: lists of rows are as good as tuples

        def __init__(
            self,
            *,
            order_type: str,
            note: str = "",
            facts: Mapping[str, Any] = ...,
            amount: Quantity = ...,
            mix: Sequence[Share],
            choices: Sequence[Choice],
        ) -> None: ...

    @model_validator(mode="after")
    @placed
    def _sensible(self) -> Behaviour:
        if self.amount.unit != "fen":
            raise BadData("amount.unit", self.amount.unit, "'fen'")
        if self.amount.expected + 10 * self.amount.deviation > MOST_FEN:
            raise BadData("amount", _told(self.amount), f"amounts that are seldom above {MOST_FEN:,} fen")
        total = math.fsum(share.weight for share in self.mix)
        if total <= 0:
            raise BadData("mix", total, "weights that sum to more than 0")
        return self

    @classmethod
    def default(cls, order_type: str) -> Behaviour:
        """The behaviour that ships for an order type. Review and payout take what the guide says (A11, A13); all else is assumed."""
        known = shipped()
        if order_type not in known:
            raise BadData("order_type", order_type, f"one of {', '.join(known)}; for a workflow of your own, write a behaviour file")
        return cls.from_file(SHIPPED / f"{order_type}.toml")

    @classmethod
    def from_file(cls, path: Path | str) -> Behaviour:
        """A behaviour from a TOML file; `BadData` names file and place."""
        if not isinstance(path, (Path, str)):
            raise BadData("behaviour", path, "a path")
        data, _ = read_toml(path, "behaviour")
        return cls._from(data, str(path))

    @classmethod
    def from_toml(cls, text: str, where: str = "behaviour") -> Behaviour:
        """A behaviour from TOML text; `BadData` names the place."""
        import tomllib

        if not isinstance(text, str):
            raise BadData(where, text, "TOML text")
        try:
            data = tomllib.loads(text)
        except ValueError as error:
            raise BadData(where, text, f"valid TOML ({str(error)[:200]})") from None
        return cls._from(data, where)

    @classmethod
    def _from(cls, data: dict[str, Any], where: str) -> Behaviour:
        try:
            return cls(**data)
        except BadData as error:
            rows = data.get("choices")
            raise BadData(f"{where}: {error.field}", error.value, f"{error.expected}{_row_told(error.field, rows)}") from None

    def to_toml(self) -> str:
        """The behaviour as TOML, a row on a line; `from_toml` gives an equal one."""
        return toml_of(self)

    def save(self, path: Path | str) -> Path:
        """Writes `to_toml()` to a file, whole or not at all; returns the path. `BadData` when that cannot be."""
        return write_text(path, self.to_toml(), "behaviour")

    def changed(
        self,
        *,
        state: str | None = None,
        event: str | None = None,
        actor: str | None = None,
        weight: float = 1.0,
        delay: float = 1.0,
        workflow: Workflow | None = None,
    ) -> Behaviour:
        """A what-if: the rows of a state, an event and an actor (None: any), their weights and delays multiplied.

        An actor is told by rows that name one, and by the workflow otherwise (None: the registered one). `BadData` when no row fits,
        for factors that are no numbers from 0, and for an actor that cannot be told.
        """
        for field, factor in (("weight", weight), ("delay", delay)):
            if isinstance(factor, bool) or not isinstance(factor, (int, float)) or not 0 <= factor < math.inf:
                raise BadData(field, factor, "a factor: a number from 0")
        events = self._events(workflow) if actor is not None else {}
        places = [place for place, row in enumerate(self.choices) if fits(row, state, event, actor, events)]
        if not places:
            raise BadData("state, event, actor", (state, event, actor), "what at least one row has")
        rows = list(self.choices)
        for place in places:
            row = rows[place]
            scaled = row.delay.scaled(delay) if row.delay is not None and delay != 1.0 else row.delay
            rows[place] = row.model_copy(update={"weight": row.weight * weight, "delay": scaled})
        return self.model_copy(update={"choices": tuple(rows)})

    def on_lattice(self, step: timedelta, *, calendar: bool = False) -> Behaviour:
        """The behaviour with every delay rounded to whole multiples of `step`, for models that move in steps.

        Without `calendar` working days are days: such models know none. `BadData` for a step that divides no day.
        """
        from refund_fsm.simulate.behaviour.curves import on_lattice

        if not isinstance(step, timedelta) or step <= timedelta(0) or timedelta(days=1) % step:
            raise BadData("step", step, "a timedelta that divides a day, such as one day")
        rows = []
        for row in self.choices:
            delay = row.delay
            if delay is not None:
                if delay.unit == "working_days" and not calendar:
                    delay = delay.model_copy(update={"unit": "days"})
                delay = on_lattice(delay, step / timedelta(hours=1 if delay.unit == "hours" else 24))
            rows.append(row.model_copy(update={"delay": delay}))
        return self.model_copy(update={"choices": tuple(rows)})

    def _events(self, workflow: Workflow | None) -> Mapping[str, Event]:
        from refund_fsm import orders

        if workflow is None and self.order_type not in orders.keys():
            raise BadData("workflow", None, f"the workflow {self.order_type}, which is not registered: it says whose an event is")
        return (workflow or orders.get(self.order_type)).events

    def assumed(self) -> Iterator[tuple[str, str]]:
        """Every row that rests on an assumption alone: its place, such as `choices[3]`, and what it says."""
        yield "amount", _told(self.amount)
        total = math.fsum(share.weight for share in self.mix)
        for place, share in enumerate(self.mix):
            if share.cites == ASSUMED:
                told = ", ".join(f"{name}={value}" for name, value in share.facts.items())
                yield f"mix[{place}]", f"{100 * share.weight / total:.1f} %: {told}"
        for place, row in enumerate(self.choices):
            if row.cites == ASSUMED:
                delay = _told(row.delay) if row.delay else ""
                yield f"choices[{place}]", f"{row.state}: {row.event}, weight {row.weight:g}{', ' + delay if delay else ''}"

    def check(self, workflow: Workflow) -> None:
        """`BadData` naming the first row that does not fit the workflow, by place, state and event: unknown state, event, actor, fact."""
        if not isinstance(workflow, Workflow):
            raise BadData("workflow", workflow, "a Workflow, such as orders.get('virtual')")
        if self.order_type != workflow.key:
            raise BadData("behaviour.order_type", self.order_type, f"{workflow.key!r}, the workflow's key")
        check_facts(self.facts, workflow, "facts", several=False)
        for place, share in enumerate(self.mix):
            check_facts(share.facts, workflow, f"mix[{place}].facts", several=False)
        for place, row in enumerate(self.choices):
            try:
                check_choice(row, workflow, f"choices[{place}]")
            except BadData as error:
                raise BadData(error.field, error.value, f"{error.expected}{_row_told(error.field, self.choices)}") from None


def _row_told(field: str, rows: Any) -> str:
    """The state and the event of the row of the choices that a field names, read or as it was given; nothing where it names none."""
    found = re.match(r"choices\[(\d+)\]", field)
    if found is None or not isinstance(rows, (list, tuple)) or int(found[1]) >= len(rows):
        return ""
    row = rows[int(found[1])]
    state, event = (row.get(name) if isinstance(row, Mapping) else getattr(row, name, None) for name in ("state", "event"))
    told = (plain(one) if isinstance(one, str) and one.strip() else shown(one) for one in (state, event))
    return f", in the row {': '.join(told)}"


def _told(quantity: Quantity) -> str:
    """`uniform 1–3 working_days`, in short."""
    rest = {name: value for name, value in quantity.model_dump().items() if name not in ("kind", "unit") and value is not None}
    told = ", ".join(f"{name} {value:g}" if isinstance(value, float) else f"{name} {len(value)} entries" for name, value in rest.items())
    return f"{quantity.kind} {told} {quantity.unit}"


def shipped() -> tuple[str, ...]:
    """The order types for which a behaviour ships."""
    return tuple(sorted(path.stem for path in SHIPPED.glob("*.toml")))
