"""Owns which single changes of a behaviour and a policy there are to ask about, each as a chain. Must not compute what they do."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache
from typing import Any, Literal, NamedTuple, get_args, get_origin

from pydantic import BaseModel

from refund_fsm.errors import RefundFsmError
from refund_fsm.simulate.chain import Chain, chain_of
from refund_fsm.text import Text
from refund_fsm.workflow import Policy, Span

SHARE = 0.1  # by which weights and delays change
IDLE = ("beyond", "days_file", "small_amount_fen", "special")  # fields of the policy that say nothing of the process


class Change(NamedTuple):
    """A change that is still to be computed."""

    place: str
    parameter: Text
    change: Text
    chain: Chain


def changes_of(chain: Chain) -> Iterator[Change]:
    """Every weight, share of the mix and delay a bit more, every field of the policy that matters a bit off."""
    yield from _weights(chain)
    yield from _mixes(chain)
    yield from _delays(chain)
    yield from _policies(chain)


def _weights(chain: Chain) -> Iterator[Change]:
    rows = chain.behaviour.choices
    contested = {
        max(number, -1 - number) for node in chain.nodes for draws in node.draws for drawn in draws if len(drawn) > 1 for number in drawn
    }
    for place in sorted(contested):
        more = rows[place].model_copy(update={"weight": rows[place].weight * (1 + SHARE)})
        label = _row_label(chain, place)
        yield Change(
            f"choices[{place}].weight",
            Text(f"{label.zh}的权重", f"weight of {label.en}"),
            Text("+10%，其余按比例", "+10 %, the others scaled"),
            _with_row(chain, place, more),
        )


def _mixes(chain: Chain) -> Iterator[Change]:
    shares = chain.behaviour.mix
    played = [place for place, share in enumerate(shares) if share.weight > 0]  # the openings, in order
    for number, place in enumerate(played if len(played) > 1 else ()):
        more = shares[place].model_copy(update={"weight": shares[place].weight * (1 + SHARE)})
        whole = 1 + SHARE * chain.openings[number].share
        openings = tuple(
            one._replace(share=one.share * (1 + SHARE if other == number else 1) / whole) for other, one in enumerate(chain.openings)
        )
        behaviour = BaseModel.model_copy(chain.behaviour, update={"mix": (*shares[:place], more, *shares[place + 1 :])})
        told = ", ".join(f"{name}={value}" for name, value in shares[place].facts.items())
        insured = Text("，有运费险", ", freight insured") if shares[place].freight_insurance else Text("", "")
        yield Change(
            f"mix[{place}].weight",
            Text(f"此类售后单的占比：{told}{insured.zh}", f"share of cases: {told}{insured.en}"),
            Text("+10%，其余按比例", "+10 %, the others scaled"),
            replace(chain, behaviour=behaviour, openings=openings),
        )


def _delays(chain: Chain) -> Iterator[Change]:
    drawn = {number for node in chain.nodes for draws in node.draws for one in draws for number in one if number >= 0}
    for place in sorted(drawn):
        row = chain.behaviour.choices[place]
        if row.delay is None or row.delay.expected <= 0:
            continue
        label = _row_label(chain, place)
        yield Change(
            f"choices[{place}].delay",
            Text(f"{label.zh}的用时", f"time of {label.en}"),
            Text("+10%", "+10 %"),
            _with_row(chain, place, row.model_copy(update={"delay": row.delay.scaled(1 + SHARE)})),
        )


def _with_row(chain: Chain, place: int, row: Any) -> Chain:
    """The chain with one row changed: who draws what, and where it leads, stays."""
    rows = chain.behaviour.choices
    choices = (*rows[:place], row, *rows[place + 1 :])
    # pydantic's own copy: the row is checked, and the others were
    return replace(chain, behaviour=BaseModel.model_copy(chain.behaviour, update={"choices": choices}))


def _row_label(chain: Chain, place: int) -> Text:
    row, workflow = chain.behaviour.choices[place], chain.workflow
    state, event = workflow.states[row.state], workflow.events.get(row.event)
    if event is None:
        actor = workflow.actors[str(row.actor)]
        return Text(f"“{state.zh}”状态下{actor.zh}未操作", f"“{state.en}”: {actor.en} does nothing")
    when = ", ".join(f"{name}={value}" for name, value in row.when.items())
    given = Text(f"（{when}）", f" ({when})") if when else Text("", "")
    return Text(f"“{state.zh}”状态下{event.zh}{given.zh}", f"“{state.en}”: {event.en}{given.en}")


def _policies(chain: Chain) -> Iterator[Change]:
    limits = _limits(chain)
    for field in Policy.model_fields:
        if field not in limits | _read(chain):
            continue
        for told, value in _others(chain.policy, field):
            try:
                policy = chain.policy.model_copy(update={field: value})
                changed = _with_policy(chain, field, policy)
            except RefundFsmError:  # no such policy: a limit of 0 days, or a mix that no order fits under it
                continue
            if changed is not None:
                yield Change(f"policy.{field}", Text(f"政策 {field}", f"policy {field}"), told, changed)


def _limits(chain: Chain) -> frozenset[str]:
    """The fields of the policy that limits are counted by, and that are added to them. Special periods keep their lengths."""
    rows = chain.workflow.limit_rows
    return frozenset({row.field for row in rows} | {row.plus for row in rows if row.plus is not None})


@lru_cache(maxsize=1)
def _read(chain: Chain) -> frozenset[str]:
    """The fields of the policy that the configurations depend on: those that are read when they are found."""
    seen: set[str] = set()

    class Watched(Policy):
        def __getattribute__(self, name: str) -> Any:
            if name in Policy.model_fields and name not in IDLE:
                seen.add(name)
            return super().__getattribute__(name)

    watched = Watched(**{name: getattr(chain.policy, name) for name in Policy.model_fields})
    seen.clear()
    chain_of(chain.workflow, chain.behaviour, chain.start, watched)
    return frozenset(seen)


def _others(policy: Policy, field: str) -> Iterator[tuple[Text, Any]]:
    """What a field can be changed to: one unit more or less, each other choice."""
    value = getattr(policy, field)
    if isinstance(value, bool):
        yield Text(f"→ {not value}", f"→ {not value}"), not value
    elif isinstance(value, int):
        yield Text("+1", "+1"), value + 1
        yield Text("−1", "−1"), value - 1
    elif isinstance(value, Span):
        yield Text("上限 +1", "maximum +1"), Span(at_least=value.at_least, at_most=value.at_most + 1)
        if value.at_most > value.at_least:
            yield Text("上限 −1", "maximum −1"), Span(at_least=value.at_least, at_most=value.at_most - 1)
    else:
        hint = Policy.model_fields[field].annotation
        for other in get_args(hint) if get_origin(hint) is Literal else ():
            if other != value:
                yield Text(f"→ {other}", f"→ {other}"), other


def _with_policy(chain: Chain, field: str, policy: Policy) -> Chain | None:
    """The chain under another policy; None where that changes nothing in it.

    A field that only limits read leaves the configurations as they are. Any other is asked of the workflow anew.
    """
    if field in _limits(chain):
        return replace(chain, policy=policy)
    other = chain_of(chain.workflow, chain.behaviour, chain.start, policy)
    same = other.nodes == chain.nodes and [one.node for one in other.openings] == [one.node for one in chain.openings]
    return None if same else other
