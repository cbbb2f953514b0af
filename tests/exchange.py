"""A user's own workflow, outside the package and from its public names alone: exchange (换货) of an item for another size."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Annotated, Literal

from refund_fsm import (
    CATALOGUE,
    CLOCK,
    Acceptance,
    Actor,
    CatalogueRule,
    Event,
    Ground,
    Label,
    Limit,
    Order,
    OrderLine,
    Policy,
    RefundRequest,
    Rule,
    State,
    Text,
    UpTo,
    Workflow,
    effect,
    guard,
)

# 1. Who acts, and what a case can be
BUYER = Actor("buyer", "买家", "buyer")
WAREHOUSE = Actor("warehouse", "仓库", "warehouse")
wished = State("wished", "想换货", "Exchange wished for")
fixed = Text("核对期间不能改尺码。", "The size is fixed by now.")
checking = State("checking", "仓库核对中", "Warehouse checking", note=(BUYER, "W2", fixed))
awaiting_goods = State("awaiting_goods", "待寄回原商品", "Awaiting the goods")
inspecting = State("inspecting", "仓库验货中", "Warehouse inspecting")
replacing = State("replacing", "换货已发出", "Replacement sent")
replaced = State("replaced", "换货完成", "Replaced", final=True)
refused = State("refused", "换货被拒", "Refused", final=True)
refunded = State("refunded", "改为退款", "Refunded instead", final=True)
withdrawn = State("withdrawn", "已撤回", "Withdrawn", final=True)

# 2. What happens
ask_exchange = Event("ask_exchange", BUYER, "申请换货", "ask for an exchange", files=True)
accept = Event("accept", WAREHOUSE, "同意换货", "accept the exchange")
decline = Event("decline", WAREHOUSE, "拒绝换货", "decline the exchange", needs=("note",))
check_timeout = Event("check_timeout", CLOCK, "超时视为同意", "accepted by the clock")
send_goods = Event("send_goods", BUYER, "寄回原商品", "send the goods", needs=("tracking_no",))
send_timeout = Event("send_timeout", CLOCK, "超时未寄回", "not sent in time")
pass_goods = Event("pass_goods", WAREHOUSE, "验货通过并换货", "pass the goods and send the other size")
fail_goods = Event("fail_goods", WAREHOUSE, "验货不通过", "fail the goods", needs=("note", "evidence"))
refund_instead = Event("refund_instead", WAREHOUSE, "缺货退款", "refund instead", pays=True)
wrong_again = Event("wrong_again", BUYER, "还是不合适", "it does not fit either")
keep = Event("keep", BUYER, "确认收货", "keep it")
keep_timeout = Event("keep_timeout", CLOCK, "超时自动确认", "kept by the clock")
withdraw = Event("withdraw", BUYER, "撤回", "withdraw")


# 3. Facts
REASONS = {"too_small": Text("偏小", "too small"), "too_large": Text("偏大", "too large"), "colour": Text("颜色不合适", "wrong colour")}


@dataclass(frozen=True, slots=True)
class ExchangeFacts:
    """What a guard may read: the attributes of the request and the order, and how often a swap may go wrong."""

    reason: Annotated[Literal["too_small", "too_large", "colour"], Label("换货原因", "Why", REASONS)]
    size: Annotated[Literal["S", "M", "L", 42], Label("要换的尺码", "Size wished for")]
    stock: Literal["none", "last_one", "plenty"]
    worn: Annotated[bool, Label("已穿过", "Worn")]
    swaps_left: Annotated[int, UpTo("max_resubmissions")]
    sent_back: bool = False


def facts_of(order: Order, request: RefundRequest, at: datetime, policy: Policy) -> ExchangeFacts:
    """The facts at an instant: the stock is known until it is sold out for everybody."""
    sold_out = order.attributes.get("sold_out_after_days")
    gone = sold_out is not None and at >= order.paid_at + timedelta(days=int(sold_out))
    return ExchangeFacts(
        reason=request.reason,  # type: ignore[arg-type]  # checked against the facts when the case is opened
        size=request.attributes["size"],  # type: ignore[arg-type]  # the shop's form offers these
        stock="none" if gone else order.attributes["stock"],  # type: ignore[arg-type]  # the same
        worn=bool(request.attributes.get("worn", False)),
        swaps_left=policy.max_resubmissions,
    )


def example_of(facts: ExchangeFacts, at: datetime) -> tuple[Order, RefundRequest]:
    """An order and a request that have the facts."""
    line = OrderLine(sku="COAT", title="大衣", quantity=1, paid_fen=59_900)
    order = Order(id="X-1", order_type=WORKFLOW.key, lines=(line,), paid_at=at - timedelta(days=3), attributes={"stock": facts.stock})
    return order, RefundRequest(sku="COAT", reason=facts.reason, attributes={"size": facts.size, "worn": facts.worn})


# 4. Guards and effects
def _why_stock(ground: Ground) -> Text:
    size = ground.request.attributes["size"]
    return Text(f"{size}码已无货（{ground.order.id}）。", f"Size {size} is sold out ({ground.order.id}).")


@guard(zh="有货", en="the size is in stock", why=_why_stock)
def in_stock(facts: ExchangeFacts) -> bool:
    return facts.stock != "none"


@guard(zh="无货", en="the size is out of stock")
def out_of_stock(facts: ExchangeFacts) -> bool:
    return facts.stock == "none"


@guard(zh="未穿过", en="it was not worn")
def unworn(facts: ExchangeFacts) -> bool:
    return not facts.worn


@guard(zh="还可以再换", en="another swap is left")
def swap_left(facts: ExchangeFacts) -> bool:
    return facts.swaps_left > 0


@effect("sent_back")
def note_parcel(facts: ExchangeFacts) -> ExchangeFacts:
    return replace(facts, sent_back=True)


@effect("stock")
def take_from_stock(facts: ExchangeFacts) -> ExchangeFacts:
    return replace(facts, stock="none" if facts.stock == "last_one" else facts.stock)


@effect("swaps_left", "sent_back")
def take_swap(facts: ExchangeFacts) -> ExchangeFacts:
    return replace(facts, swaps_left=facts.swaps_left - 1, sent_back=False)


# 5. The table
RULES = (
    Rule("X01", wished, ask_exchange, checking, "W1", when=(unworn, in_stock)),
    Rule("X02", wished, withdraw, withdrawn, "assumed"),
    Rule("X03", checking, accept, awaiting_goods, "W2"),
    Rule("X04", checking, decline, refused, "W2"),
    Rule("X05", checking, check_timeout, awaiting_goods, "assumed"),
    Rule("X06", checking, withdraw, withdrawn, "assumed"),
    Rule("X07", awaiting_goods, send_goods, inspecting, "A12", effect=note_parcel),
    Rule("X08", awaiting_goods, send_timeout, withdrawn, "assumed"),
    Rule("X09", inspecting, pass_goods, replacing, "W2", when=(in_stock,), effect=take_from_stock),
    Rule("X10", inspecting, fail_goods, refused, "W2"),
    Rule("X11", inspecting, refund_instead, refunded, "W2 assumed", when=(out_of_stock,)),
    Rule("X12", replacing, wrong_again, checking, "assumed", when=(swap_left,), effect=take_swap),
    Rule("X13", replacing, keep, replaced, "W1"),
    Rule("X14", replacing, keep_timeout, replaced, "assumed"),
)
LIMITS: Mapping[State | tuple[State, ...], Limit] = {
    checking: Limit("check_working_days", cites="W2", length=2),
    awaiting_goods: Limit("return_days", cites="assumed"),
    inspecting: Limit("inspection_days", cites="assumed", length=3),
    replacing: Limit("keep_hours", cites="assumed", length=240),
}
OWN_RULES = {
    "W1": CatalogueRule("W1", Text("未穿过的商品可以换尺码。", "What was not worn can be exchanged for another size.")),
    "W2": CatalogueRule("W2", Text("仓库两个工作日内核对。", "The warehouse checks within two working days.")),
}

WORKFLOW = Workflow(
    key="exchange",
    label=Text("换货流程", "Exchange"),
    rules=RULES,
    initial=wished,
    facts=ExchangeFacts,
    facts_of=facts_of,
    example_of=example_of,
    limits=LIMITS,
    law={inspecting: Limit("statutory_refund_days", cites="L1")},
    spine=((wished, checking, awaiting_goods, inspecting, replacing, replaced),),
    catalogue={**CATALOGUE, **OWN_RULES},
    accepts=(
        Acceptance("blocker", "buyer wished", Text("尚未申请。", "Nothing is asked for yet."), "assumed"),
        Acceptance("blocker", "warehouse inspecting", Text("只有仓库能验货。", "Only the warehouse inspects."), "W2"),
    ),
)
