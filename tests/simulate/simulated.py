"""Behaviours and calendars that the tests of simulation and law share: toys with closed forms, and a calendar on which every day works."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

from refund_fsm import Policy, Workflow
from refund_fsm.simulate.behaviour import Behaviour, Choice, Share
from refund_fsm.simulate.behaviour.delays import Fixed
from tests.samples import at

START = at("2026-02-12 10:00")
FESTIVAL = ("2026-02-12 10:00", "2026-02-14 00:00", "2026-02-20 23:59:59", "2026-03-02 08:30")
POLICIES = {"guide": Policy.guide(), "statute": Policy.statute(), "escalate": Policy(on_merchant_silence="escalate")}


def toyed(*choices: Choice, **more: Any) -> Behaviour:
    """A behaviour of a toy: everything is small."""
    return Behaviour(order_type="toy", mix=(Share(weight=1, facts={"size": "s"}),), choices=choices, **more)


def choice(state: str, event: str, delay: Any = None, weight: float = 1.0, **more: Any) -> Choice:
    """A row; without a delay it happens at once, unless it is nothing."""
    if event != "nothing" and delay is None:
        delay = Fixed(value=0)
    return Choice(state=state, event=event, delay=delay, weight=weight, **more)


def every_day_works(folder: Path, **fields: Any) -> Policy:
    """A policy on whose calendar every day of the years 2026 to 2031 works."""
    path = folder / "every_day.toml"
    first = date(2026, 1, 1)
    days = (first + timedelta(days=number) for number in range((date(2032, 1, 1) - first).days))
    path.write_text(f"years = {list(range(2026, 2032))}\nworking = [{', '.join(map(str, days))}]\n", encoding="utf-8")
    return Policy(days_file=path, **fields)


EXCHANGE_CHOICES: tuple[Any, ...] = (
    choice("wished", "ask_exchange", weight=9),
    choice("wished", "withdraw", Fixed(value=3)),
    {"state": "checking", "event": "accept", "weight": 7, "delay": {"kind": "uniform", "least": 0, "most": 2, "unit": "working_days"}},
    {"state": "checking", "event": "decline", "weight": 2, "delay": {"kind": "exponential", "mean": 20}},
    {"state": "checking", "event": "nothing", "actor": "warehouse", "weight": 1},
    {"state": "checking", "event": "withdraw", "weight": 1, "delay": {"kind": "lognormal", "median": 40, "sigma": 0.5}},
    {"state": "checking", "event": "nothing", "actor": "buyer", "weight": 9},
    {"state": "awaiting_goods", "event": "send_goods", "delay": {"kind": "triangular", "least": 0, "mode": 2, "most": 9, "unit": "days"}},
    {"state": "inspecting", "event": "pass_goods", "weight": 8, "delay": {"kind": "uniform", "least": 1, "most": 4, "unit": "days"}},
    {"state": "inspecting", "event": "refund_instead", "weight": 8, "delay": {"kind": "uniform", "least": 1, "most": 4, "unit": "days"}},
    {"state": "inspecting", "event": "fail_goods", "weight": 1, "delay": {"kind": "empirical", "values": [20, 44.5], "weights": [1, 3]}},
    {"state": "replacing", "event": "wrong_again", "weight": 2, "delay": {"kind": "exponential", "mean": 60}},
    {"state": "replacing", "event": "keep", "weight": 5, "delay": {"kind": "exponential", "mean": 100}},
    {"state": "replacing", "event": "nothing", "actor": "buyer", "weight": 2},
)


def exchanging() -> Behaviour:
    """A behaviour of the exchange workflow: counts that run out, an effect on a derived fact, a limit in hours."""
    mix: Any = [
        {"weight": 5, "facts": {"stock": "plenty"}},
        {"weight": 3, "facts": {"stock": "last_one"}},
        {"weight": 1, "facts": {"stock": "none"}},
        {"weight": 1, "facts": {"stock": "plenty", "worn": True}},
    ]
    return Behaviour(order_type="exchange", facts={"reason": "too_small", "size": "M", "worn": False}, mix=mix, choices=EXCHANGE_CHOICES)


def behaviour_of(workflow: Workflow) -> Behaviour:
    """The behaviour that ships for a registered workflow, or the exchange's."""
    return exchanging() if workflow.key == "exchange" else Behaviour.default(workflow.key)
