"""Owns `sensitivity`: what the exact figures do when one number of the behaviour or the policy changes, ranked.

Every change is computed by the law of the changed chain: no derivative, no random numbers. Must not know an order type.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, get_args, get_origin

from pydantic import BaseModel

from refund_fsm.errors import BadData, RefundFsmError
from refund_fsm.simulate import figures as names
from refund_fsm.simulate.behaviour import Behaviour
from refund_fsm.simulate.chain import Chain, chain_of
from refund_fsm.simulate.interrupts import interruptible
from refund_fsm.simulate.law.exact import HORIZON, HOUR, Law, law_of
from refund_fsm.simulate.law.lattice import fits
from refund_fsm.text import Text
from refund_fsm.workflow import Policy, Span, Workflow

if TYPE_CHECKING:
    from refund_fsm.diagram import Lang

STEP = timedelta(hours=4)  # coarser than the law's own: what is compared is off by the same
SHARE = 0.1  # by which weights and delays change
IDLE = ("beyond", "days_file", "small_amount_fen")  # fields of the policy that say nothing of the process


@dataclass(frozen=True, slots=True)
class Effect:
    """One change: where it is (`choices[12].weight`, `policy.return_days`), what it is in words, and what each figure does then."""

    place: str
    parameter: Text
    change: Text
    effects: Mapping[str, float]


@dataclass(frozen=True)
class Sensitivity:
    """All changes of one behaviour and policy. `base` holds the figures without any, in the units of `figures`."""

    workflow: Workflow
    behaviour: Behaviour
    policy: Policy
    start: datetime
    step: timedelta
    horizon: timedelta
    base: Mapping[str, float]
    rows: tuple[Effect, ...]
    asked: int

    @property
    def partial(self) -> bool:
        """Whether fewer changes were computed than there are."""
        return len(self.rows) < self.asked

    def ranked(self, figure: str) -> tuple[Effect, ...]:
        """The rows, what moves the figure most first; ties in the order of the behaviour's rows. `BadData` for a figure not asked for."""
        if figure not in self.base:
            raise BadData("figure", figure, f"one that was asked for: {', '.join(self.base)}")
        return tuple(sorted(self.rows, key=lambda row: -_size(row.effects[figure])))

    def summary(self, lang: Lang = "both", *, most: int = 12) -> str:
        """For each figure the changes that move it most, in Chinese, English or both."""
        from refund_fsm.simulate.report.whatif_view import text

        return text(self, lang, most)

    def to_json(self, *, indent: int | None = None) -> str:
        """The base figures and all rows as JSON."""
        rows = [
            {"place": row.place, "parameter": _both(row.parameter), "change": _both(row.change), "effects": _finite(row.effects)}
            for row in self.rows
        ]
        data = {
            "order_type": self.workflow.key,
            "illustrative": True,
            "start": self.start.isoformat(),
            "step_seconds": self.step // timedelta(seconds=1),
            "horizon_seconds": self.horizon // timedelta(seconds=1),
            "base": _finite(self.base),
            "partial": self.partial,
            "rows": rows,
        }
        return json.dumps(data, ensure_ascii=False, indent=indent)

    def to_frame(self) -> Any:
        """The rows as a table of polars or pandas: place, zh, en, change, and a column for each figure."""
        from refund_fsm.simulate.figures import frame

        return frame(
            [
                {"place": row.place, "zh": row.parameter.zh, "en": row.parameter.en, "change": row.change.en, **row.effects}
                for row in self.rows
            ]
        )


class _Change(NamedTuple):
    """A change that is still to be computed."""

    place: str
    parameter: Text
    change: Text
    chain: Chain


def sensitivity(
    workflow: Workflow,
    behaviour: Behaviour,
    *,
    start: datetime,
    policy: Policy | None = None,
    figures: Sequence[str] | None = None,
    step: timedelta = STEP,
    horizon: timedelta = HORIZON,
    workers: int = 2,
    progress: Callable[[int, int], None] | None = None,
) -> Sensitivity:
    """What each of the `figures` does when one thing changes (names of `figures.known`, but `statutory`; percentiles such as `money:p80`).

    Changes: every weight of a choice, and of the mix, 10 % up, the others scaled; every delay 10 % longer; every whole number of the
    policy that matters here one up and one down, every choice of it to each other one. Each is the exact law of the changed chain
    on a lattice of `step`, computed by `workers` threads; `progress` is called with the changes done and asked for. An interrupt
    (Ctrl-C) ends it with the rows that are known, marked `partial`. Raises `BadData` as `first_passage` does, and for a figure that
    is none.
    """
    asked = _asked(workflow, figures)
    if not asked or "statutory" in asked or not all(isinstance(name, str) for name in asked):
        raise BadData("figures", figures, "names of figures, such as arbitration, money:p95, outcome:refunded (statutory is for simulate)")
    for name in asked:
        names.label_of(workflow, name)
    if type(workers) is not int or not 1 <= workers <= 64:
        raise BadData("workers", workers, "a whole number from 1 to 64")
    if progress is not None and not callable(progress):
        raise BadData("progress", progress, "a function of the changes done and asked for, or None")
    chain = chain_of(workflow, behaviour, start, policy)
    only = Law.items_of(workflow, asked)
    laws = {step: law_of(chain, step, horizon, only=only)}
    base = {name: laws[step].figure(name) for name in asked}
    changed = list(_changes(chain))
    for fine in {_step(change.chain, step) for change in changed} - {step}:
        laws[fine] = law_of(chain, fine, horizon, only=only)

    def effects(change: _Change) -> dict[str, float]:
        like = laws[_step(change.chain, step)]
        law = law_of(change.chain, like.step, horizon, like, only)
        return {name: _difference(law.figure(name), like.figure(name)) for name in asked}

    rows: list[Effect] = []
    with interruptible() as stop, ThreadPoolExecutor(workers) as pool:
        for one, effect in zip(changed, pool.map(effects, changed), strict=True):
            rows.append(Effect(one.place, one.parameter, one.change, effect))
            if progress is not None:
                progress(len(rows), len(changed))
            if stop.asked:
                pool.shutdown(cancel_futures=True)
                break
    return Sensitivity(workflow, behaviour, chain.policy, chain.start, step, horizon, base, tuple(rows), len(changed))


def _step(chain: Chain, step: timedelta) -> timedelta:
    """The step, or one hour where a limit in hours is no whole number of it."""
    return step if fits(chain, step) else min(step, HOUR)


def default_figures(workflow: Workflow) -> tuple[str, ...]:
    """What is looked at when nothing is named: arbitration and the slowest twentieth, where the workflow has them, else an outcome."""
    found = ("arbitration",) if names.disputes(workflow) else ()
    if any(rule.event.pays for rule in workflow.rules):
        return (*found, "money:p95")
    return found or (next(name for name in names.known(workflow) if name.startswith("outcome:")),)


def _asked(workflow: Workflow, figures: object) -> tuple[str, ...]:
    if not isinstance(workflow, Workflow):
        raise BadData("workflow", workflow, "a Workflow, such as orders.get('virtual')")
    if figures is None:
        return default_figures(workflow)
    if isinstance(figures, str):
        return (figures,)
    return tuple(figures) if isinstance(figures, Sequence) else ()


def _size(effect: float) -> float:
    return abs(effect) if math.isfinite(effect) else 0.0


def _difference(one: float, base: float) -> float:
    return one - base if math.isfinite(one) and math.isfinite(base) else math.nan


def _changes(chain: Chain) -> Iterator[_Change]:
    yield from _weights(chain)
    yield from _mixes(chain)
    yield from _delays(chain)
    yield from _policies(chain)


def _weights(chain: Chain) -> Iterator[_Change]:
    rows = chain.behaviour.choices
    contested = {
        max(number, -1 - number) for node in chain.nodes for draws in node.draws for drawn in draws if len(drawn) > 1 for number in drawn
    }
    for place in sorted(contested):
        more = rows[place].model_copy(update={"weight": rows[place].weight * (1 + SHARE)})
        label = _row_label(chain, place)
        yield _Change(
            f"choices[{place}].weight",
            Text(f"{label.zh}的权重", f"weight of {label.en}"),
            Text("+10%，其余按比例", "+10 %, the others scaled"),
            _with_row(chain, place, more),
        )


def _mixes(chain: Chain) -> Iterator[_Change]:
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
        yield _Change(
            f"mix[{place}].weight",
            Text(f"此类售后单的占比：{told}{insured.zh}", f"share of cases: {told}{insured.en}"),
            Text("+10%，其余按比例", "+10 %, the others scaled"),
            replace(chain, behaviour=behaviour, openings=openings),
        )


def _delays(chain: Chain) -> Iterator[_Change]:
    drawn = {number for node in chain.nodes for draws in node.draws for one in draws for number in one if number >= 0}
    for place in sorted(drawn):
        row = chain.behaviour.choices[place]
        if row.delay is None or row.delay.expected <= 0:
            continue
        label = _row_label(chain, place)
        yield _Change(
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


def _policies(chain: Chain) -> Iterator[_Change]:
    limits = {limit.field for _, limit in chain.workflow.groups}
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
                yield _Change(f"policy.{field}", Text(f"政策 {field}", f"policy {field}"), told, changed)


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
    limits = {limit.field for _, limit in chain.workflow.groups}
    if field in limits:
        return replace(chain, policy=policy)
    other = chain_of(chain.workflow, chain.behaviour, chain.start, policy)
    same = other.nodes == chain.nodes and [one.node for one in other.openings] == [one.node for one in chain.openings]
    return None if same else other


def _finite(values: Mapping[str, float]) -> dict[str, float | None]:
    return {name: value if math.isfinite(value) else None for name, value in values.items()}


def _both(text: Text) -> dict[str, str]:
    return {"zh": text.zh, "en": text.en}
