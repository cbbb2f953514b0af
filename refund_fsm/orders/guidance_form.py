"""Owns the form of `Guidance`: what the advice says about one order type and cannot read off its table. The data is in `guidance_texts`.

Must not judge: whether an event is possible is asked of the case. An order type without guidance gets general advice.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from refund_fsm.text import Text
from refund_fsm.workflow import Deadline, Order, OrderLine, Policy, spelled


@dataclass(frozen=True, slots=True)
class Said:
    """One thing that the advice may say, and the catalogue ids (or `assumed`) that it rests on. `{name}` in it is filled in."""

    text: Text
    cites: str = ""

    @property
    def sources(self) -> tuple[str, ...]:
        """The ids, ranges spelled out."""
        return spelled(self.cites)

    def filled(self, **parts: Text) -> Text:
        """The text with every `{name}` replaced, each language by its own."""
        zh = {name: part.zh for name, part in parts.items()}
        en = {name: part.en for name, part in parts.items()}
        return Text(self.text.zh.format(**zh), self.text.en.format(**en))


def said(cites: str, zh: str, en: str) -> Said:
    """Shorthand for a row of data."""
    return Said(Text(zh, en), cites)


@dataclass(frozen=True, kw_only=True)
class Overtaken:
    """A request of a kind, filed while the goods were in one place, once they have left it: it stays `as_filed`; `anew` is said
    where it can be ended and another filed, `travelling` while they travel."""

    kind: str
    goods: str
    as_filed: Said
    anew: Said
    travelling: Said


@dataclass(frozen=True, kw_only=True)
class SentBack:
    """Goods that the buyer has sent back: the fact that says so and the event by which they arrive. `there` and `lost` are said while
    the case runs, `kept` and `undelivered` once it has ended without a refund, `ending` before the buyer ends it so.

    `taken` are other events that show that they arrived. Where others can be sent in exchange, the fact `exchanged` says that they were:
    `instead` is said then, and `ending_well` before the case ends as an exchange."""

    fact: str
    arrival: str
    taken: tuple[str, ...] = ()
    exchanged: str | None = None
    instead: Said | None = None
    ending_well: Said | None = None
    there: Said
    lost: Said
    kept: Said
    undelivered: Said
    ending: Said


@dataclass(frozen=True, kw_only=True)
class Term:
    """How long a reason holds: until `end(order, policy)`, which the policy's `field` sets. `ahead` and `over` name that instant."""

    reason: str
    field: str
    end: Callable[[Order, Policy], datetime]
    ahead: Said
    over: Said


@dataclass(frozen=True, kw_only=True)
class Period:
    """The days in which anything may be filed: until `end(order, line, policy)`, which the policy's `field(line)` sets. `unsigned` is said
    before they run, `ahead` and `over` of their end, `again` of what is left to file after a case that still runs."""

    end: Callable[[Order, OrderLine, Policy], datetime | None]
    field: Callable[[OrderLine], str]
    unsigned: Said
    ahead: Said
    over: Said
    again: Said


@dataclass(frozen=True, kw_only=True)
class Applications:
    """How often one line may be claimed: `most` is a field of the policy. `unused` is said before anything was filed,
    `left`, `last` and `none` of what remains."""

    most: str
    unused: Said
    left: Said
    last: Said
    none: Said


@dataclass(frozen=True, kw_only=True)
class NoReason:
    """Days in which a refusal for want of a reason is groundless, though nothing is judged by them: until `end(order)`, named by the
    catalogue id `term`. `ahead` and `over` are said to the one who files, `warned` to one who may refuse by `refusal`, `groundless` in
    the state `refused` where that was done before the end, `excluded` of lines that have no such days."""

    end: Callable[[Order], datetime | None]
    term: str
    refusal: str
    refused: str
    ahead: Said
    over: Said
    warned: Said
    groundless: Said
    excluded: Said


@dataclass(frozen=True, kw_only=True)
class Guidance:
    """What the advice says about one order type.

    `asks` are the events, in order, that decide whether a kind and a reason fit: the last one is asked, those before it are
    taken. `better_first` maps an event to the one that had better come before it, and why. `states` is by state key, and `open_in`
    by state key and event what is said there while that event is possible; `kinds`, `reasons`, `goods` are by the values of those
    facts; `goods_at` says where the goods are, and `goods_open` by place and kind what is said while that kind would be taken there;
    `unsaid` is by place what the rules do not say. `window(signed_at, policy)` is when the days of no-reason return end, None where
    there are none, and `window_guard` names the guard that watches them; `not_signed` is said of lines that have such days, before
    they run; `holidays` says how holidays count in them. `faults` are the reasons that need no such days. `keep` is said as long as a
    case may go on, evidence wanted or not. `refusing` is said where refusing the delivery counts as sending the goods back.

    `period`, `applications` and `no_reason` are for order types that have them. `told` is by event what whoever may send it is told with
    it; `because` by the name of a guard what is said where the clock acts as it does since that holds; `notices` by catalogue id what the
    special periods that rest on it are called; `kind_money` by kind what is said of the money; `bound` by state key the one actor whom
    its limit binds, where others may move the case as well. A text may name fields of the policy.
    """

    process: Said
    applies: Said
    where: tuple[Said, ...]
    filing: tuple[Said, ...]
    asks: tuple[str, ...]
    kinds: Mapping[str, Said] = field(default_factory=dict)
    reasons: Mapping[str, Said]
    better_first: Mapping[str, tuple[str, Said]] = field(default_factory=dict)
    states: Mapping[str, Said]
    open_in: Mapping[tuple[str, str], Said] = field(default_factory=dict)
    evidence: tuple[Said, ...]
    keep: Said
    refunder: Said
    money: Said
    law: tuple[Said, ...]
    manner: Said
    small_amount: Said
    last_resort: Said
    goods: Mapping[str, Said] = field(default_factory=dict)
    goods_at: Callable[[Order, datetime], str] | None = None
    window: Callable[[datetime, Policy], Deadline] | None = None
    window_guard: str | None = None
    not_signed: Said | None = None
    holidays: Said | None = None
    faults: frozenset[str] = frozenset()
    goods_open: Mapping[tuple[str, str], Said] = field(default_factory=dict)
    refusing: Mapping[str, Said] = field(default_factory=dict)
    unsaid: Mapping[str, Said] = field(default_factory=dict)
    overtaken: tuple[Overtaken, ...] = ()
    sent_back: SentBack | None = None
    terms: tuple[Term, ...] = ()
    pieces: Said
    period: Period | None = None
    applications: Applications | None = None
    no_reason: NoReason | None = None
    told: Mapping[str, Said] = field(default_factory=dict)
    because: Mapping[str, Said] = field(default_factory=dict)
    notices: Mapping[str, Said] = field(default_factory=dict)
    kind_money: Mapping[str, Said] = field(default_factory=dict)
    bound: Mapping[str, str] = field(default_factory=dict)
    activated: Said | None = None
    not_activated: Said | None = None
