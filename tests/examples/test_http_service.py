"""The HTTP service held, over a real socket, against a workflow of a user's own. What a user writes is the client, the names and the
first test."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from functools import partial
from itertools import count
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from refund_fsm import Order, Policy, RefundRequest, guard
from refund_fsm.testing import LockstepReport, Names, verify_implementation
from tests.examples import http_service
from tests.examples.http_service import RULES, Case, serving
from tests.exchange import RULES as ROWS
from tests.exchange import WORKFLOW, ExchangeFacts

NAMES = Names(
    events={
        "ask": "ask_exchange", "withdraw": "withdraw", "accept": "accept", "decline": "decline", "auto-accept": "check_timeout",
        "post": "send_goods", "auto-close": "send_timeout", "swap": "pass_goods", "fail": "fail_goods", "refund": "refund_instead",
        "misfit": "wrong_again", "keep": "keep", "auto-keep": "keep_timeout",
    },
    states={
        "wish": "wished", "checking": "checking", "awaiting": "awaiting_goods", "inspection": "inspecting", "sent": "replacing",
        "done": "replaced", "closed": {"refused", "withdrawn"}, "refunded": "refunded",
    },
    actors={"user": "buyer", "depot": "warehouse", "timer": "clock"},
)  # fmt: skip


class Shop:
    """A shop that uses the server."""

    numbers = count()

    def __init__(self, url: str) -> None:
        self.url, self.name = url, f"shop-{next(self.numbers)}"


class Client:
    """One case of a shop on the server. The timer's events are sent to it as they fall due."""

    def __init__(self, shop: Shop) -> None:
        self.shop = shop

    def open(self, order: Order, request: RefundRequest, at: datetime) -> None:
        """Creates the case."""
        told = {"order": order.model_dump(mode="json"), "request": request.model_dump(mode="json"), "at": at.isoformat()}
        self.case = f"/cases/{self._call('/cases', {'shop': self.shop.name, **told})[1]['id']}"

    def apply(self, event: str, by: str, at: datetime, details: Mapping[str, Any]) -> bool:
        """Sends an event; 409 is no."""
        plain = {name: [one.kind for one in value] if name == "evidence" else value for name, value in details.items()}
        return self._call(f"{self.case}/events", {"event": event, "by": by, "at": at.isoformat(), "details": plain})[0] == 200

    def state(self) -> str:
        """Asks for the status."""
        return str(self._call(self.case)[1]["status"])

    def due(self) -> datetime | None:
        """Asks for the deadline."""
        found = self._call(self.case)[1]["deadline"]
        return None if found is None else datetime.fromisoformat(found)

    def _call(self, path: str, body: Any = None) -> tuple[int, Any]:
        data = None if body is None else json.dumps(body).encode()
        try:
            with urlopen(Request(self.shop.url + path, data), timeout=60) as answer:
                return answer.status, json.load(answer)
        except HTTPError as error:
            with error:
                if error.code != 409:
                    raise
                return error.code, json.load(error)


@pytest.fixture
def url() -> Iterator[str]:
    with serving() as address:
        yield address


def verified(url: str, **more: Any) -> LockstepReport:
    criteria = ("refusals", "limits", "rule_pairs")
    return verify_implementation(lambda: Client(Shop(url)), WORKFLOW, names=NAMES, criterion=criteria, **{"examples": 40, **more})


def test_the_service_does_as_the_workflow_says(url: str) -> None:
    report = verified(url)
    assert report.ok, report.text("en")


def test_a_missing_check_is_found(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(RULES, ("inspection", "fail"), ("depot", "closed", ()))
    report = verified(url, max_search_calls=500)
    assert report.counterexample is not None, report.text("en")
    assert [step.event for step in report.counterexample.steps] == ["ask_exchange", "accept", "send_goods", "fail_goods"]
    assert report.counterexample.steps[-1].refusal == "missing_detail"


def test_a_wrong_deadline_is_found(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http_service, "KEEP_HOURS", 239)
    report = verified(url, max_search_calls=500)
    assert report.divergence is not None and report.divergence.kind == "deadline"
    assert report.counterexample is not None and len(report.counterexample) == 4 and "due" in report.text("en")


def test_a_server_error_is_reported(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(RULES, ("sent", "keep"), ("user", "lost", ()))
    monkeypatch.setattr(http_service.Server, "handle_error", lambda *_: None)
    real = Case.__dict__["deadline"].fget
    monkeypatch.setattr(Case, "deadline", property(lambda case: 1 // 0 if case.status == "lost" else real(case)))
    report = verified(url, max_search_calls=500)
    assert report.divergence is not None and report.divergence.kind == "raised", report.text("en")
    assert report.counterexample is not None and report.counterexample.steps[-1].event == "keep" and len(report.counterexample) == 5


def test_a_server_that_hangs_is_reported(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    stuck, real = threading.Event(), Case.tell

    def tell(case: Case, event: str, *rest: Any) -> bool:
        if event == "decline" and case.status == "checking":
            stuck.wait(60)
        return real(case, event, *rest)

    monkeypatch.setattr(Case, "tell", tell)
    report = verified(url, timeout=0.5, max_search_calls=300)
    stuck.set()
    assert report.divergence is not None and (report.divergence.kind, report.divergence.part) == ("hung", "apply"), report.text("en")
    assert report.counterexample is not None and report.counterexample.steps[-1].event == "decline"


# Two cases of one order, in one shop: a workflow that looks at the order's line, and `shared`


@dataclass(frozen=True, slots=True)
class LineFacts(ExchangeFacts):
    """Whether another exchange of the line is under way, besides."""

    line_taken: bool = False


def facts_of(order: Order, request: RefundRequest, at: datetime, policy: Policy) -> LineFacts:
    return LineFacts(**asdict(WORKFLOW.facts_of(order, request, at, policy)), line_taken=order.line(request.sku).open_case is not None)


def example_of(facts: LineFacts, at: datetime) -> tuple[Order, RefundRequest]:
    made = WORKFLOW.example_of(facts, at)
    assert made is not None
    line = made[0].lines[0].model_copy(update={"open_case": "X-OTHER" if facts.line_taken else None})
    return made[0].model_copy(update={"lines": (line,)}), made[1]


@guard(zh="该商品没有其他换货在进行", en="no other exchange of the item is under way")
def line_free(facts: LineFacts) -> bool:
    return not facts.line_taken


ONE_AT_A_TIME = WORKFLOW.variant(
    rules=[replace(row, when=(*row.when, line_free)) if row.event.files else row for row in ROWS],
    facts=LineFacts,
    facts_of=facts_of,
    example_of=example_of,
)


class StateAlone(Client):
    """Is not asked for deadlines, so that there are half as many requests."""

    due = None  # type: ignore[assignment]  # as if it were not there


def held_together(url: str) -> Any:
    return verify_implementation(StateAlone, ONE_AT_A_TIME, names=NAMES, criterion=(), examples=0, shared=partial(Shop, url))


def test_two_cases_of_one_shop_do_as_the_workflow_says(url: str) -> None:
    report = held_together(url)
    assert report.ok and report.pairs > 40, report.text("en")


def test_a_shop_that_lets_two_exchanges_of_a_line_be_under_way_is_found(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http_service, "clashes", lambda *_: False)
    report = held_together(url)
    assert report.divergence is not None and report.divergence.kind == "acceptance", report.text("en")
    assert [(step.case, step.event) for step in report.pair.steps[-2:]] == [(1, "ask_exchange"), (0, "ask_exchange")]
    assert "no other exchange of the item is under way" in report.text("en") and "该商品没有其他换货在进行" in report.text("zh")
