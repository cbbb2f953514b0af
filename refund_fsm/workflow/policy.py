"""Owns `Policy`: every number and choice that neither the guide nor the law fixes, and its two profiles.

Each field says where its default comes from (`Policy.cites_of`). Must not know a state, an event or an order type.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import cached_property, partial
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, StrictBool, StrictInt, model_validator

from refund_fsm.errors import BadData, one_of
from refund_fsm.workflow.calendar import WorkCalendar, instant
from refund_fsm.workflow.files import read_toml
from refund_fsm.workflow.platform import Edition, edition_at, editions
from refund_fsm.workflow.special import SpecialPeriod, check_apart
from refund_fsm.workflow.values import Frozen, Grown, meant, placed

MAX_DAYS = 365  # the longest limit in days: a slip of the keyboard is an error, not a case that lives for ever
MAX_SPECIAL = 500  # periods: years of notices
MAX_TIMES = 9  # the most attempts or requests: the configuration graph enumerates them

Days = Annotated[StrictInt, Field(ge=1, le=MAX_DAYS)]
Hours = Annotated[StrictInt, Field(ge=1, le=24 * MAX_DAYS)]
Times = Annotated[StrictInt, Field(ge=0, le=MAX_TIMES)]
Fen = Annotated[StrictInt, Field(ge=0)]


class Cites(str):
    """Where a policy field's default comes from: catalogue ids, or `assumed`, separated by spaces."""

    __slots__ = ()


class Span(Frozen):
    """Working days, from `at_least` to `at_most`. Only the maximum is a limit; the minimum bounds simulated durations."""

    at_least: Annotated[Days, meant("the fewest, for simulated durations alone")]
    at_most: Annotated[Days, meant("the most, which is the limit")]

    @model_validator(mode="after")
    @placed
    def _ordered(self) -> Span:
        if self.at_least > self.at_most:
            raise BadData("at_least", self.at_least, f"at most at_most, which is {self.at_most}")
        return self


@placed
def _named(value: object) -> object:
    """A path, or None; an empty name would be that of the current folder."""
    if value == "":
        raise BadData("", value, "the name of a file")
    return value


def _span(at_least: int, at_most: int) -> Any:
    """A default that is made when it is first needed, so that importing builds no validator."""
    return Field(default_factory=partial(Span, at_least=at_least, at_most=at_most))


class Policy(Grown):
    """The choices under which a case is judged. Frozen; amounts in fen, lengths in the unit that the name ends in.

    Bad values raise `BadData` naming field, value and what was expected.
    """

    later = frozenset(
        {
            *("unshipped_review_hours", "fresh_review_hours", "shipped_review_hours", "parcel_return_days", "cross_border_receipt_days"),
            *("parcel_receipt_days", "extension_days", "signed_receipt_hours", "exchange_shipping_hours", "exchange_confirm_days"),
            *("after_sale_days", "electronic_after_sale_days", "max_applications", "fast_refund_fen", "dear_fen", "special"),
        }
    )

    # 1. Limits of states (rules.md § 6)
    negotiation_days: Annotated[Days, Cites("assumed"), meant("for talking with the merchant, in days")] = 2
    review_working_days: Annotated[Span, Cites("A11"), meant("for the platform's review, in working days")] = _span(1, 3)
    merchant_review_working_days: Annotated[Span, Cites("assumed"), meant("for the merchant's review, in working days")] = _span(1, 3)
    support_working_days: Annotated[Span, Cites("assumed"), meant("for the service provider's review, in working days")] = _span(1, 3)
    evidence_hours: Annotated[Hours, Cites("assumed"), meant("for bringing evidence that was asked for, in hours")] = 48
    return_days: Annotated[Days, Cites("assumed"), meant("for sending goods back, in days")] = 7
    transit_days: Annotated[Days, Cites("assumed"), meant("for a parcel on its way, in days")] = 15
    inspection_working_days: Annotated[Days, Cites("assumed"), meant("for the platform's inspection of goods, in working days")] = 2
    receipt_days: Annotated[Days, Cites("assumed"), meant("for the merchant to confirm a receipt, in days")] = 10
    payout_working_days: Annotated[Span, Cites("A13"), meant("for the payout, in working days")] = _span(3, 7)
    complaint_days: Annotated[Days, Cites("assumed"), meant("for a complaint, in days")] = 7
    arbitration_request_days: Annotated[Days, Cites("assumed"), meant("for asking for arbitration, in days")] = 7
    arbitration_working_days: Annotated[Days, Cites("B11 assumed"), meant("for an arbitration, in working days")] = 7
    escalation_working_days: Annotated[Days, Cites("assumed"), meant("for what was escalated, in working days")] = 7
    # Of the platform's own table alone (official.md § 3)
    unshipped_review_hours: Annotated[Hours, Cites("R4"), meant("for the answer to a refund before shipping, in hours")] = 24
    fresh_review_hours: Annotated[Hours, Cites("R5 R6"), meant("for the answer to a request for fresh food, in hours")] = 24
    shipped_review_hours: Annotated[Hours, Cites("R5 R6"), meant("for the answer to any other request, in hours")] = 36
    parcel_return_days: Annotated[Days, Cites("R8"), meant("for the tracking number of a return, in days")] = 7
    cross_border_receipt_days: Annotated[Days, Cites("R9"), meant("to confirm cross-border goods on their way back, in days")] = 10
    parcel_receipt_days: Annotated[Days, Cites("R9"), meant("to confirm goods on their way back, in days")] = 7
    extension_days: Annotated[Days, Cites("R10"), meant("by which the merchant may extend that limit once, in days")] = 7
    signed_receipt_hours: Annotated[Hours, Cites("R9"), meant("to confirm goods that were signed for, in hours")] = 48
    exchange_shipping_hours: Annotated[Hours, Cites("R14"), meant("to ship an exchange, in hours")] = 48
    exchange_confirm_days: Annotated[Days, Cites("R14"), meant("for the buyer to confirm an exchange, in days")] = 7
    # 2. The seven days, and the statutory clock
    no_reason_days: Annotated[Days, Cites("D4 L1"), meant("in which goods go back without a reason, in days")] = 7
    window_starts: Annotated[Literal["signing_day", "next_day"], Cites("D4"), meant("on which day these days begin")] = "signing_day"
    roll_over: Annotated[StrictBool, Cites("assumed"), meant("whether a last day on a holiday moves to the next working day")] = False
    statutory_refund_days: Annotated[Days, Cites("L1"), meant("for the refund that the law asks for after a receipt, in days")] = 7
    # 3. Gaps (rules.md § 2)
    on_merchant_silence: Annotated[Literal["approve", "escalate"], Cites("assumed"), meant("what follows when the merchant is silent")] = (
        "approve"
    )
    max_evidence_requests: Annotated[Times, Cites("assumed"), meant("how often evidence may be asked for")] = 2
    max_resubmissions: Annotated[Times, Cites("assumed"), meant("how often a refused request may be filed again")] = 2
    found_at_once_hours: Annotated[Hours, Cites("C4 assumed"), meant("within which a defect counts as found at once, in hours")] = 24
    small_amount_fen: Annotated[Fen, Cites("D6 assumed"), meant("up to which an amount is small, in fen")] = 5000
    after_sale_days: Annotated[Days, Cites("R2"), meant("after the receipt within which an after-sale may be filed, in days")] = 30
    electronic_after_sale_days: Annotated[Days, Cites("R2"), meant("the same for electronic material, in days")] = 15
    max_applications: Annotated[Times, Cites("R3"), meant("how often an after-sale may be filed for one item")] = 5
    fast_refund_fen: Annotated[Fen, Cites("R20"), meant("up to which shipped goods may be refunded at once, in fen")] = 200_000
    dear_fen: Annotated[Fen, Cites("R14"), meant("above which an order counts as dear, in fen")] = 20_000
    # 4. Special periods
    special: Annotated[
        tuple[SpecialPeriod, ...],
        Field(max_length=MAX_SPECIAL),
        AfterValidator(check_apart),
        Cites("R18"),
        meant("periods in which limits become others, the first that fits counting"),
    ] = ()
    # 5. The calendar
    beyond: Annotated[Literal["provisional", "error"], Cites("assumed"), meant("what becomes of days without a published calendar")] = (
        "provisional"
    )
    days_file: Annotated[Path | None, BeforeValidator(_named), Cites("assumed"), meant("a TOML file of the user's own days")] = None

    @classmethod
    def guide(cls) -> Policy:
        """The guide's reading: the signing day is day 1 of the seven (D4), no roll-over."""
        return cls()

    @classmethod
    def statute(cls) -> Policy:
        """The law's reading: the seven days start the day after signing (L3), a last day on a holiday rolls over (L4),
        and the merchant confirms a receipt early enough for a refund within seven days of it (L1)."""
        return cls(window_starts="next_day", roll_over=True, receipt_days=6)

    @classmethod
    def platform(cls, copy: str | None = None) -> Policy:
        """The platform's own rules beside the guide's numbers: the special periods of its notices, as read in the copy of a date
        (`"2026-03-09"`; None: the newest). `BadData` for a copy that is not known."""
        if copy is not None:
            one_of("copy", copy, editions())
        return cls._edition(edition_at(None) if copy is None else editions()[copy])

    @classmethod
    def _edition(cls, edition: Edition) -> Policy:
        return cls(special=edition.special)

    @classmethod
    def profile(cls, name: str, *, at: datetime | None = None) -> Policy:
        """`guide`, `statute` or `platform`; `BadData` for any other name, and for an `at` that is no instant. `at`: the edition that holds
        then, where a profile has several (the first one before any holds; None: the newest)."""
        one_of("profile", name, PROFILES)
        if at is not None:
            at = instant(at, "at")
        if name == "platform" and at is not None:
            return cls._edition(edition_at(at))
        made: Policy = getattr(cls, name)()
        return made

    @classmethod
    def from_mapping(cls, data: Mapping[str, Any], where: str = "policy") -> Policy:
        """A policy from plain data: `profile` (default `guide`), for `platform` the date of its `copy`, and fields that differ from
        it. `BadData` names the field."""
        rest = dict(data)
        try:
            profile = rest.pop("profile", "guide")
            copied = "copy" in rest and profile == "platform"
            base = cls.platform(rest.pop("copy")) if copied else cls.profile(profile)
            fields = {name: getattr(base, name) for name in cls.model_fields}
            return cls(**{**fields, **rest})
        except BadData as error:
            raise BadData(f"{where}.{error.field}", error.value, error.expected) from None

    @classmethod
    def from_file(cls, path: str | Path) -> Policy:
        """A policy from a TOML file: `profile = "guide" | "statute" | "platform"` (the last with `copy = "2026-03-09"` if it is not to be
        the newest), the fields that differ, and `[[special]]` rows (see `SpecialPeriod`). `BadData` names file and field.

        A relative `days_file` is looked for beside the policy file.
        """
        path = Path(path)
        data, _ = read_toml(path)
        if isinstance(data.get("days_file"), str) and data["days_file"]:
            data["days_file"] = path.parent / data["days_file"]
        return cls.from_mapping(data, where=str(path))

    @cached_property
    def calendar(self) -> WorkCalendar:
        """China's working days, with the user's own days when `days_file` is given."""
        return WorkCalendar(beyond=self.beyond, days_file=self.days_file)

    @cached_property
    def spelled(self) -> str:
        """All fields as one line of JSON, sorted by name."""
        import json  # here, so that importing the package does not load it

        return json.dumps(self.model_dump(mode="json"), sort_keys=True, ensure_ascii=False, separators=(",", ":"))

    @classmethod
    def cites_of(cls, field: str) -> str:
        """Where the default of a field comes from: catalogue ids or `assumed`, separated by spaces."""
        return next(str(mark) for mark in cls.model_fields[field].metadata if isinstance(mark, Cites))


PROFILES = ("guide", "statute", "platform")
