"""Owns what a caller hands over: orders, refund requests, evidence, listings. Money is whole fen, instants are aware.

Checks that a value can be what it claims to be. What the rules make of it is a guard's business.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Literal, Protocol, runtime_checkable

from pydantic import Field, PlainSerializer, PlainValidator, StrictBool, StrictInt, StrictStr, WithJsonSchema, model_validator

from refund_fsm.errors import BadData
from refund_fsm.text import Text
from refund_fsm.workflow.values import OF_ATTRIBUTES, Attributes, Frozen, Grown, Instant, Name, NotEmpty, Prose, attributes, meant, placed

MAX_FEN = 10**12  # ten thousand million yuan: a larger amount is a slip
MAX_LINES = 1000
MAX_PIECES = 1_000_000  # of one line
MAX_EVIDENCE = 100

Fen = Annotated[StrictInt, Field(ge=0, le=MAX_FEN)]
PaymentMethod = Literal["wechat", "alipay", "bank_card"]
EvidenceKind = Literal["photo", "video", "unboxing_video", "chat_log"]
Given = Annotated[dict[str, str | int | bool], PlainValidator(placed(attributes)), PlainSerializer(dict), WithJsonSchema(OF_ATTRIBUTES)]

EVIDENCE_LABELS: dict[str, Text] = {
    "photo": Text("照片", "photo"),
    "video": Text("视频", "video"),
    "unboxing_video": Text("开箱视频", "unboxing video"),
    "chat_log": Text("聊天记录", "chat log"),
}


class OrderLine(Grown):
    """One item of an order. `paid_fen` is for the whole line; what earlier cases refunded or hold is subtracted from it."""

    later = frozenset({"applications", "fresh", "electronic"})

    sku: Annotated[Name, meant("the item's SKU, once in an order")]
    title: Annotated[Name, meant("what the item is called")]
    quantity: Annotated[StrictInt, Field(ge=1, le=MAX_PIECES), meant("how many of it")]
    paid_fen: Annotated[Fen, meant("what was paid for the whole line, in fen")]
    refunded_fen: Annotated[Fen, meant("what earlier cases have refunded of it, in fen")] = 0
    pending_fen: Annotated[Fen, meant("what other cases hold of it, in fen")] = 0
    no_reason_excluded: Annotated[StrictBool, meant("whether it is excluded from returns without a reason")] = False
    open_case: Annotated[Name | None, meant("the id of another open case on the line")] = None
    applications: Annotated[StrictInt, Field(ge=0, le=1_000_000), meant("how many after-sales were filed for the item before")] = 0
    fresh: Annotated[StrictBool, meant("whether it is fresh food")] = False
    electronic: Annotated[StrictBool, meant("whether it is electronic material")] = False

    @model_validator(mode="after")
    @placed
    def _balance(self) -> OrderLine:
        if self.refunded_fen + self.pending_fen > self.paid_fen:
            taken = self.refunded_fen + self.pending_fen
            raise BadData("refunded_fen + pending_fen", taken, f"at most paid_fen, which is {self.paid_fen}")
        return self

    @property
    def balance_fen(self) -> int:
        """What can still be refunded of the line, in fen: paid − refunded − pending (A10)."""
        return self.paid_fen - self.refunded_fen - self.pending_fen


class Order(Grown):
    """An order as the shop system knows it. All instants but `paid_at` are None until they happen."""

    later = frozenset({"cross_border", "special_order"})

    id: Annotated[Name, meant("the order's id")]
    order_type: Annotated[Name, meant("the key of the workflow that refunds of it follow, such as third_party")]
    lines: Annotated[NotEmpty[OrderLine], Field(max_length=MAX_LINES), meant("its items, each SKU once")]
    paid_at: Annotated[Instant, meant("when it was paid")]
    shipped_at: Annotated[Instant | None, meant("when it was shipped; null before")] = None
    signed_at: Annotated[Instant | None, meant("when the goods were signed for; null before")] = None
    activated_at: Annotated[Instant | None, meant("when virtual goods were activated; null before")] = None
    benefits_used: Annotated[StrictBool, meant("whether benefits of virtual goods have been used")] = False
    freight_insurance: Annotated[StrictBool, meant("whether return freight is insured")] = False
    payment_method: Annotated[PaymentMethod, meant("how it was paid")] = "wechat"
    cross_border: Annotated[StrictBool, meant("whether the goods come from abroad")] = False
    special_order: Annotated[StrictBool, meant("whether it is taxed, shipped by direct mail, or custom-made")] = False
    attributes: Annotated[Given, meant("whatever a workflow of the user's own wants to know of it")] = Field(default_factory=Attributes)

    if TYPE_CHECKING:  # what it takes: a list of lines, and instants in ISO text, are as good as what it keeps

        def __init__(
            self,
            *,
            id: str,
            order_type: str,
            lines: Sequence[OrderLine],
            paid_at: datetime | str,
            shipped_at: datetime | str | None = None,
            signed_at: datetime | str | None = None,
            activated_at: datetime | str | None = None,
            benefits_used: bool = False,
            freight_insurance: bool = False,
            payment_method: PaymentMethod = "wechat",
            cross_border: bool = False,
            special_order: bool = False,
            attributes: Mapping[str, str | int | bool] = ...,
        ) -> None: ...

    @model_validator(mode="after")
    @placed
    def _in_order(self) -> Order:
        if self.shipped_at is not None and self.shipped_at < self.paid_at:
            raise BadData("shipped_at", self.shipped_at.isoformat(), f"not before paid_at, {self.paid_at.isoformat()}")
        if self.signed_at is not None:
            if self.shipped_at is None:
                raise BadData("signed_at", self.signed_at.isoformat(), "a shipped_at too: goods are shipped before they are signed for")
            if self.signed_at < self.shipped_at:
                raise BadData("signed_at", self.signed_at.isoformat(), f"not before shipped_at, {self.shipped_at.isoformat()}")
        if self.activated_at is not None and self.activated_at < self.paid_at:
            raise BadData("activated_at", self.activated_at.isoformat(), f"not before paid_at, {self.paid_at.isoformat()}")
        seen: set[str] = set()
        for place, line in enumerate(self.lines):
            if line.sku in seen:
                raise BadData(f"lines[{place}].sku", line.sku, "each SKU once in an order")
            seen.add(line.sku)
        return self

    def line(self, sku: str) -> OrderLine:
        """The line of a SKU; `BadData` when the order has none."""
        for line in self.lines:
            if line.sku == sku:
                return line
        raise BadData("sku", sku, f"a SKU of the order {self.id}: {', '.join(line.sku for line in self.lines)}")

    def after(self, case: Taking, of: str | None = None) -> Order:
        """This order as a case of it leaves the line: what the case has paid and what it still holds, whether it is open, and that it was
        filed (`applications`). So the next case on the line starts right, and `RefundCase.with_order` tells a case that is there already.

        This order must not count the case yet: take the one that the case was opened with, or its newest one (`case.order`), and of
        several cases one after the other. `of` is the id of the case that is to be told: what is its own is left out, as it knows that.
        A draft takes nothing. Raises `BadData` for a case of another order, and for one that leaves less than nothing of the line.
        """
        if not isinstance(case, Taking):
            raise BadData("case", case, "a RefundCase")
        if (case.order.id, case.order.order_type) != (self.id, self.order_type):
            other = f"{case.order.id}, of the type {case.order.order_type}"
            raise BadData("case", case.case_id, f"a case of the order {self.id}, of the type {self.order_type}; not of {other}")
        line = self.line(case.request.sku)
        if case.case_id == of:
            return self
        refunded = line.refunded_fen + case.paid_fen
        if refunded + line.pending_fen > line.paid_fen:
            left = f"at most {line.balance_fen}, the balance of {line.sku} in an order that does not count the case yet"
            raise BadData("case.paid_fen", case.paid_fen, left)
        pending = line.pending_fen + min(case.pending_fen, line.paid_fen - refunded - line.pending_fen)
        open_case = case.case_id if case.is_open else None if line.open_case == case.case_id else line.open_case
        new = {"refunded_fen": refunded, "pending_fen": pending, "open_case": open_case, "applications": line.applications + case.is_filed}
        changed = line.model_copy(update=new)
        return self.model_copy(update={"lines": tuple(changed if one is line else one for one in self.lines)})


@runtime_checkable
class Taking(Protocol):
    """A case as an order sees it: what it takes of its line, in fen, and whether it is open and was filed."""

    @property
    def case_id(self) -> str: ...
    @property
    def order(self) -> Order: ...
    @property
    def request(self) -> RefundRequest: ...
    @property
    def paid_fen(self) -> int: ...
    @property
    def pending_fen(self) -> int: ...
    @property
    def is_open(self) -> bool: ...
    @property
    def is_filed(self) -> bool: ...


class Evidence(Frozen):
    """One piece of evidence: what it is, who brought it and when. `sha256` is of the file, which stays outside."""

    kind: Annotated[EvidenceKind, meant("what it is")]
    by: Annotated[Name, meant("the actor who brought it")]
    at: Annotated[Instant, meant("when it was brought")]
    sha256: Annotated[
        Annotated[StrictStr, Field(pattern=r"^[0-9a-f]{64}$")] | None,
        meant("the SHA-256 of the file, in hexadecimal digits"),
    ] = None
    note: Annotated[Prose, meant("what is to be said about it")] = ""

    if TYPE_CHECKING:  # what it takes

        def __init__(self, *, kind: EvidenceKind, by: str, at: datetime | str, sha256: str | None = None, note: str = "") -> None: ...


class RefundRequest(Grown):
    """What the buyer asks for. `kind` is None for virtual goods. `amount_fen=None` claims the line's balance (A10), or, with a `quantity`,
    the share of so many pieces; one without the other. What it claims is `claimed_fen`."""

    later = frozenset({"quantity"})

    sku: Annotated[Name, meant("the SKU of the line that it is about")]
    kind: Annotated[Name | None, meant("what is asked for, such as return_and_refund; null for virtual goods")] = None
    reason: Annotated[Name, meant("why, one of the reasons of the workflow's facts")]
    attributes: Annotated[Given, meant("whatever a workflow of the user's own wants to know of it")] = Field(default_factory=Attributes)
    description: Annotated[Prose, meant("the buyer's own words")] = ""
    amount_fen: Annotated[Annotated[StrictInt, Field(gt=0, le=MAX_FEN)] | None, meant("what is claimed, in fen; null: the balance")] = None
    quantity: Annotated[Annotated[StrictInt, Field(ge=1, le=MAX_PIECES)] | None, meant("how many pieces of the line; null: all")] = None
    evidence: Annotated[tuple[Evidence, ...], Field(max_length=MAX_EVIDENCE), meant("what shows it")] = ()

    if TYPE_CHECKING:  # what it takes

        def __init__(
            self,
            *,
            sku: str,
            kind: str | None = None,
            reason: str,
            attributes: Mapping[str, str | int | bool] = ...,
            description: str = "",
            amount_fen: int | None = None,
            quantity: int | None = None,
            evidence: Sequence[Evidence] = (),
        ) -> None: ...

    @model_validator(mode="after")
    @placed
    def _one_of_both(self) -> RefundRequest:
        if self.quantity is not None and self.amount_fen is not None:
            raise BadData("quantity", self.quantity, f"None beside amount_fen, which is {self.amount_fen}: one says how much")
        return self

    def claimed_fen(self, line: OrderLine) -> int:
        """What is claimed of a line, in fen: `amount_fen`, or the balance (A10), or the share of `quantity` pieces: what was paid for the
        line × quantity ÷ its pieces, rounded down, and all that is left where less than one piece's share would remain (assumed)."""
        if self.amount_fen is not None:
            return self.amount_fen
        if self.quantity is None:
            return line.balance_fen
        share, left = line.paid_fen * self.quantity // line.quantity, line.balance_fen
        return left if 0 <= left - share < line.paid_fen // line.quantity else share


class Listing(Frozen):
    """What a buyer sees of an item: the badge at its lower left, and who the page says sells and ships it."""

    badge: Annotated[Prose, meant("the badge at the item's lower left")] = ""
    sold_by: Annotated[Prose, meant("who the page says sells and ships it")] = ""
