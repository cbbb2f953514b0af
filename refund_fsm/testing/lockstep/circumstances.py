"""Owns what a report says about the call that departs, so that one sees why: what was handed over, the facts that its guards read and the
order that they come from, how it is to be judged, and the time that had passed. Must not call an implementation.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from refund_fsm.case import RefundCase
from refund_fsm.errors import RefundFsmError
from refund_fsm.paths import facts_read
from refund_fsm.scenario import Opening, Path
from refund_fsm.text import SHANGHAI, Text
from refund_fsm.workflow import CLOCK, Policy, Workflow

INSTANTS = ("paid_at", "shipped_at", "signed_at", "activated_at")
EXACT = "%Y-%m-%d %H:%M:%S.%f"


def circumstances(workflow: Workflow, policy: Policy, path: Path) -> tuple[Text, ...]:
    """What is to be known of the last call of a path, or of its opening where it has none, one line each."""
    order, request, at = path.opening
    case = RefundCase.open(order, request, at=at, policy=policy, workflow=workflow)
    lines = [*_order(path.opening)]
    if not path.steps:
        return tuple(lines)
    for step in path.steps[:-1]:
        case = _after(case, step.event, step.by or "", step.at, step.details)
    last = path.steps[-1]
    lines += _time(case, last.at)
    if last.event is not None:
        lines += _handed(last.details)
        lines += _judged(case, last.event, last.by or "", last.at, last.details)
    return tuple(lines)


def _after(case: RefundCase, event: str | None, by: str, at: datetime, details: Mapping[str, Any]) -> RefundCase:
    if event is not None and case.ask(event, at=at, by=by, **details).allowed:
        return case.apply(event, at=at, by=by, **details)
    return case.advance(to=max(at, case.now))


def _order(opening: Opening) -> Iterator[Text]:
    """The order's dates, the claimed line and the request, with the fields' own names."""
    order, request, _ = opening
    dated = [f"{name} {exact(at)}" for name in INSTANTS if (at := getattr(order, name)) is not None]
    marks = {name: value for name, value in order.model_dump(exclude_defaults=True).items() if isinstance(value, bool)}
    line = order.line(request.sku)
    traits = {name: value for name, value in line.model_dump(exclude_defaults=True).items() if name not in ("sku", "title", "quantity")}
    asked = {name: value for name in ("kind", "reason", "amount_fen", "quantity") if (value := getattr(request, name, None)) is not None}
    asked.update(request.attributes)
    told = ", ".join([*dated, *_pairs(marks), *_pairs(dict(order.attributes))])
    more = f"; {len(order.lines)} lines" if len(order.lines) > 1 else ""
    yield Text(f"订单：{told}", f"order: {told}")
    yield Text(f"商品 {line.sku}：{', '.join(_pairs(traits))}{more}", f"line {line.sku}: {', '.join(_pairs(traits))}{more}")
    yield Text(f"申请：{', '.join(_pairs(asked))}", f"request: {', '.join(_pairs(asked))}")


def _time(case: RefundCase, at: datetime) -> Iterator[Text]:
    apart = at - case.now
    since = _span(abs(apart))
    if apart < timedelta(0):
        yield Text(f"时间：{exact(at)}，早于前一步{since}", f"time: {exact(at)}, {since} before the step before it")
    else:
        yield Text(f"时间：{exact(at)}，距前一步{since}", f"time: {exact(at)}, {since} after the step before it")


def _span(apart: timedelta) -> str:
    """A span in figures, such as `6 d 13:59:00.000001`."""
    days, rest = apart.days, timedelta(seconds=apart.seconds, microseconds=apart.microseconds)
    return f"{days} d {rest}" if days else str(rest)


def _handed(details: Mapping[str, Any]) -> Iterator[Text]:
    """The details as they were handed over; text as Python writes it, so that a note of blanks is seen to be one."""
    shown = [f"{name} {_detail(value)}" for name, value in details.items()]
    told = ", ".join(shown)
    yield Text(f"附带：{told or '无'}", f"handed over: {told or 'nothing'}")


def _detail(value: Any) -> str:
    if isinstance(value, tuple):
        return f"({', '.join(f'{piece.kind} by {piece.by} at {exact(piece.at)}' for piece in value)})"
    return repr(value)


def _judged(case: RefundCase, event: str, by: str, at: datetime, details: Mapping[str, Any]) -> Iterator[Text]:
    """The facts that are read, and the verdict with its rule or its refusal."""
    reached = case.advance(to=at) if at >= case.now else case
    if event in case.workflow.events and case.workflow.events[event].actor.key != CLOCK.key:
        facts = ", ".join(f"{name}={value}" for name, value in facts_read(reached, event, max(at, case.now)).items())
        if facts:
            yield Text(f"条件所看的事实：{facts}", f"facts that its guards read: {facts}")
    verdict = case.ask(event, at=at, by=by, **details)
    if verdict.refusal is None:
        rule = "" if verdict.rule is None else f" ({verdict.rule.id})"
        yield Text(f"应当接受{rule}", f"to be taken{rule}")
        return
    code = verdict.refusal.code
    try:
        words = verdict.refusal.text
    except RefundFsmError as error:  # a guard that cannot say why
        words = Text(str(error), str(error))
    yield Text(f"应当拒绝（{code}）：{words.zh}", f"to be refused ({code}): {words.en}")


def exact(at: datetime) -> str:
    """An instant in Shanghai, as exact as it is."""
    told = at.astimezone(SHANGHAI).strftime(EXACT)
    return told.removesuffix(".000000").removesuffix(":00")


def _pairs(values: Mapping[str, Any]) -> list[str]:
    return [f"{name} {value if str(value).isprintable() else repr(value)}" for name, value in values.items()]


def of_case(before: RefundCase, case: RefundCase, event: str | None, by: str, at: datetime, details: Mapping[str, Any]) -> tuple[Text, ...]:
    """What is to be known of a call on a case that knows its newest order: the time since it was as `before`, what is handed over, the
    facts, the verdict."""
    lines = [*_time(before, at)]
    if event is not None:
        lines += [*_handed(details), *_judged(case, event, by, at, details)]
    return tuple(lines)


def of_opening(opening: Opening) -> tuple[Text, ...]:
    """The order's dates, the claimed line and the request."""
    return tuple(_order(opening))
