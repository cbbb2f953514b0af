"""Owns how a case is told of a newer order: what may be new in it, what contradicts, and the case that knows it.

What a newer order changes is for the next filing event. Must not know an order type.
"""

from __future__ import annotations

from datetime import datetime

from refund_fsm.case.engine import MAX_STEPS, Head, Live
from refund_fsm.case.newer import News
from refund_fsm.errors import BadData, TooLong
from refund_fsm.workflow import Guard, Order, OrderLine

NEW_INSTANTS = ("shipped_at", "signed_at", "activated_at")  # instants that are unknown until they are told, and then stand
NEW_OF_AN_ORDER = ("benefits_used",)  # of the order, that may be another thing each time
NEW_OF_A_LINE = ("refunded_fen", "pending_fen", "open_case", "applications")


def check_news(head: Head, live: Live, order: object, at: datetime) -> None:
    """That an order can be news to the case; else `BadData` naming field, value and what was expected."""
    if not isinstance(order, Order):
        raise BadData("order", order, "an Order")
    if at < live.now:
        raise BadData("at", at.isoformat(), f"not before {live.now.isoformat()}, which the case {head.case_id} has reached")
    check_newer(head.order, order)


def check_newer(was: Order, order: Order) -> None:
    """That one order can be news to who knows the other; else `BadData` naming field, value and what was expected."""
    for name in Order.model_fields:
        before, now = getattr(was, name), getattr(order, name)
        if name == "lines":
            _check_lines(was.lines, order.lines)
        elif before != now and name not in NEW_OF_AN_ORDER and not (name in NEW_INSTANTS and before is None):
            raise _contradicted(f"order.{name}", now, before)


def _check_lines(was: tuple[OrderLine, ...], lines: tuple[OrderLine, ...]) -> None:
    if [line.sku for line in lines] != [line.sku for line in was]:
        raise BadData("order.lines", [line.sku for line in lines], f"the SKUs {', '.join(line.sku for line in was)}, in this order")
    for place, (before, now) in enumerate(zip(was, lines, strict=True)):
        for name in OrderLine.model_fields:
            if name not in NEW_OF_A_LINE and getattr(before, name) != getattr(now, name):
                raise _contradicted(f"order.lines[{place}].{name}", getattr(now, name), getattr(before, name))


def _contradicted(field: str, value: object, known: object) -> BadData:
    said, stands = (one.isoformat() if isinstance(one, datetime) else one for one in (value, known))
    return BadData(field, said, f"{stands!r}, as the case knows it: news may tell what was not known, and what other cases have taken")


def told(head: Head, live: Live, order: Order, at: datetime) -> tuple[Head, Live]:
    """The case at `at`, to which its clock has run, once it knows a newer order. `TooLong` beyond `MAX_STEPS` news."""
    if len(live.changes) >= MAX_STEPS:
        raise TooLong(f"case {head.case_id}: more than {MAX_STEPS:,} news; last in {live.state.key}")
    news = News(len(live.steps), at, order, head.order, head.request.sku, head.case_id)
    head = head.knowing(order, _to_itself(order, head.case_id))
    amount = head.claimed_fen if live.state.key == head.workflow.initial.key else live.amount_fen
    return head, live._replace(now=at, amount_fen=amount, changes=(*live.changes, news))


def _to_itself(order: Order, case_id: str) -> Order:
    """The order as the case is judged by it: it is no other case to itself."""
    if all(line.open_case != case_id for line in order.lines):
        return order
    lines = tuple(line.model_copy(update={"open_case": None}) if line.open_case == case_id else line for line in order.lines)
    return order.model_copy(update={"lines": lines})


def why_news(head: Head, live: Live, at: datetime, failed: tuple[Guard, ...]) -> tuple[News, ...]:
    """The news but for which a filing at an instant would not fail the guards that it fails: for each the last that turned it."""
    left, found = list(failed), []
    for news in (change for change in reversed(live.changes) if isinstance(change, News)):
        if not left:
            break
        before = head.knowing(news.was, _to_itself(news.was, head.case_id)).derive(at, live.kept)
        turned = [guard for guard in left if guard(before)]
        if turned:
            found.append(news)
            left = [guard for guard in left if guard not in turned]
    return tuple(reversed(found))
