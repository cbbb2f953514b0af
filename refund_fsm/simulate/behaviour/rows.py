"""Owns the rows of a behaviour: what an actor may choose in a state, and the kinds of cases in the mix; as data.

Must not know a workflow.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar

from pydantic import Field, PlainSerializer, PlainValidator, StrictBool, WithJsonSchema, model_validator

from refund_fsm.errors import BadData
from refund_fsm.simulate.behaviour.delays import KINDS, Amount, Quantity
from refund_fsm.workflow import Frozen, Name, Prose, Value, meant, placed

NOTHING = "nothing"  # the choice of doing nothing: a merchant who falls silent
ASSUMED = "assumed"


def _facts(value: object) -> Mapping[str, Value | tuple[Value, ...]]:
    """Facts by name: one value, or a list of them."""
    if not isinstance(value, Mapping):
        raise BadData("", value, "a table of facts")
    found: dict[str, Value | tuple[Value, ...]] = {}
    for name, one in value.items():
        given = tuple(one) if isinstance(one, (list, tuple)) else (one,)
        if not given or not all(isinstance(each, (bool, int, str)) for each in given):
            raise BadData(str(name), one, "text, a whole number, true or false, or a list of them")
        found[str(name)] = given if isinstance(one, (list, tuple)) else given[0]
    return found


def _plain(facts: Mapping[str, Value | tuple[Value, ...]]) -> dict[str, Any]:
    return {name: list(one) if isinstance(one, tuple) else one for name, one in facts.items()}


ONE: list[dict[str, Any]] = [{"type": "string"}, {"type": "integer"}, {"type": "boolean"}]
OF_FACTS: dict[str, Any] = {  # the JSON schema of facts
    "type": "object",
    "additionalProperties": {"anyOf": [*ONE, {"type": "array", "items": {"anyOf": ONE}, "minItems": 1}]},
}
GivenFacts = Annotated[dict[str, Any], PlainValidator(placed(_facts)), PlainSerializer(_plain), WithJsonSchema(OF_FACTS)]


class Share(Frozen):
    """One kind of case in the mix: the facts that a case opens with (those that `Behaviour.facts` leaves open, or that differ).

    `weight` counts relative to the other rows; `freight_insurance` says whether the order has it; `cites` whence the weight is.
    """

    weight: Annotated[Amount, meant("relative to the other rows")]
    facts: Annotated[GivenFacts, meant("the facts that such a case opens with")] = Field(default_factory=dict)
    freight_insurance: Annotated[StrictBool, meant("whether the order has it")] = False
    cites: Annotated[Prose, meant("whence the weight is: catalogue ids, or assumed")] = ASSUMED


class Choice(Frozen):
    """That an actor may choose an event in a state: with what weight, after what delay, for which facts (`when`; none: all).

    Weights are relative to the actor's other rows that hold for the case's facts and that the workflow accepts then. `event =
    "nothing"` needs the `actor`, and has no delay; otherwise the actor is the event's. `cites` says whence the delay is.
    """

    unsaid: ClassVar[frozenset[str]] = KINDS
    state: Annotated[Name, meant("the key of the state")]
    event: Annotated[Name, meant("the name of the event, or nothing")]
    weight: Annotated[Amount, meant("relative to the actor's other rows that hold")] = 1.0
    delay: Annotated[Quantity | None, meant("how long it takes; null for nothing")] = None
    when: Annotated[GivenFacts, meant("the facts for which the row holds, each with a value or several; none: all")] = Field(
        default_factory=dict
    )
    actor: Annotated[Name | None, meant("who does nothing; else null, or the event's own actor")] = None
    cites: Annotated[Prose, meant("whence the delay is: catalogue ids, or assumed")] = ASSUMED

    @model_validator(mode="after")
    @placed
    def _whole(self) -> Choice:
        if self.event == NOTHING and self.actor is None:
            raise BadData("actor", None, "the actor who does nothing")
        if self.event == NOTHING and self.delay is not None:
            raise BadData("delay", self.delay, "no delay: nothing is done")
        if self.event != NOTHING and self.delay is None:
            raise BadData("delay", None, f"how long {self.event} takes")
        if self.delay is not None and self.delay.unit == "fen":
            raise BadData("delay.unit", "fen", "hours, days or working_days")
        return self

    def holds(self, facts: Any) -> bool:
        """Whether `when` agrees with the facts."""
        for name, one in self.when.items():
            allowed = one if isinstance(one, tuple) else (one,)
            value = getattr(facts, name)
            if not any(type(value) is type(each) and value == each for each in allowed):
                return False
        return True
