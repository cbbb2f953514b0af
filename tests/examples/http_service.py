"""An exchange service behind HTTP: a shop sends it requests for another size, its warehouse and a timer tell it the rest.

    POST /cases                {"shop": …, "order": …, "request": …, "at": …} → 201, the case
    POST /cases/7/events       {"event": …, "by": …, "at": …, "details": …}   → 200, or 409 when it is refused
    GET  /cases/7                                                             → 200, {"id": 7, "status": …, "deadline": …}

Of an order's line one exchange at a time is under way. All in memory, one process, standard library. It
knows nothing of `refund_fsm`; bodies are JSON.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import chinese_calendar  # type: ignore[import-untyped, unused-ignore]  # the package has no types

BEIJING = timezone(timedelta(hours=8))
SWAPS = 2
CHECK_WORKING_DAYS, SEND_DAYS, INSPECT_DAYS, KEEP_HOURS = 2, 7, 3, 240
ENDED = ("done", "closed", "refunded")


@dataclass
class Case:
    """One exchange. `stock` is None where there is plenty."""

    shop: str
    order: dict[str, Any]
    request: dict[str, Any]
    seen: datetime
    since: datetime
    status: str = "wish"
    stock: int | None = None
    swaps: int = SWAPS
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def line(self) -> tuple[str, str, str]:
        """The order's line that it is about."""
        return self.shop, self.order["id"], self.request["sku"]

    @property
    def under_way(self) -> bool:
        """Whether it was asked for and has not ended."""
        return self.status != "wish" and self.status not in ENDED

    @property
    def deadline(self) -> datetime | None:
        """When the timer may act, or somebody is late."""
        day = self.since.astimezone(BEIJING).date()
        if self.status == "sent":
            return self.since + timedelta(hours=KEEP_HOURS)
        if self.status == "checking":
            left = CHECK_WORKING_DAYS
            while left:  # ends: there is a working day in every week
                day += timedelta(days=1)
                left -= is_working(day)
        elif self.status in ("awaiting", "inspection"):
            day += timedelta(days=SEND_DAYS if self.status == "awaiting" else INSPECT_DAYS)
        else:
            return None
        return datetime.combine(day + timedelta(days=1), time(), BEIJING)

    def tell(self, event: str, by: str, at: datetime, details: dict[str, Any], others: Iterable[Case] = ()) -> bool:
        """Whether the event is accepted. `others` are the cases that the service has beside this one."""
        rule = RULES.get((self.status, event))
        if rule is None or at < self.seen:
            return False
        actor, following, needs = rule
        late = self.deadline is not None and at >= self.deadline
        if actor != by or not all(str(details.get(need) or "").strip() for need in needs) or (by == "timer" and not late):
            return False
        if event == "ask" and (any(clashes(self, other) for other in others) or self._taken()):
            return False
        if not self._possible(event, at):
            return False
        self.status, self.since, self.seen = following, at, at
        return True

    def _possible(self, event: str, at: datetime) -> bool:
        """What the stock and earlier swaps allow; takes note of what the event uses up."""
        if event == "ask":
            self.stock = self._stock_at(at)
            return self.stock != 0 and not self.request["attributes"].get("worn", False)
        if event == "swap":
            possible = self.stock != 0
            self.stock = self.stock - 1 if self.stock else self.stock
            return possible
        if event == "refund":
            return self.stock == 0
        if event == "misfit":
            self.swaps -= 1
            return self.swaps >= 0
        return True

    def _taken(self) -> bool:
        """Whether the shop has given the line to somebody else."""
        return any(line["sku"] == self.request["sku"] and line["open_case"] is not None for line in self.order["lines"])

    def _stock_at(self, at: datetime) -> int | None:
        given = self.order["attributes"]
        gone = given.get("sold_out_after_days")
        if gone is not None and at >= datetime.fromisoformat(self.order["paid_at"]) + timedelta(days=gone):
            return 0
        return {"none": 0, "last_one": 1, "plenty": None}[given["stock"]]


def clashes(case: Case, other: Case) -> bool:
    """Whether another case keeps one from being asked for."""
    return other is not case and other.under_way and other.line == case.line


# status and event: who, the next status, and what has to come with it
RULES: dict[tuple[str, str], tuple[str, str, tuple[str, ...]]] = {
    ("wish", "ask"): ("user", "checking", ()),
    ("wish", "withdraw"): ("user", "closed", ()),
    ("checking", "withdraw"): ("user", "closed", ()),
    ("checking", "accept"): ("depot", "awaiting", ()),
    ("checking", "decline"): ("depot", "closed", ("note",)),
    ("checking", "auto-accept"): ("timer", "awaiting", ()),
    ("awaiting", "post"): ("user", "inspection", ("tracking_no",)),
    ("awaiting", "auto-close"): ("timer", "closed", ()),
    ("inspection", "swap"): ("depot", "sent", ()),
    ("inspection", "fail"): ("depot", "closed", ("note", "evidence")),
    ("inspection", "refund"): ("depot", "refunded", ()),
    ("sent", "misfit"): ("user", "checking", ()),
    ("sent", "keep"): ("user", "done", ()),
    ("sent", "auto-keep"): ("timer", "done", ()),
}


def is_working(day: date) -> bool:
    """Whether a day is a working day; beyond the published calendar, weekends alone are free."""
    try:
        return bool(chinese_calendar.is_workday(day))  # type: ignore[no-untyped-call, unused-ignore]  # the same
    except NotImplementedError:
        return day.weekday() < 5


class Handler(BaseHTTPRequestHandler):
    """The three resources."""

    server: Server

    def do_GET(self) -> None:
        """A case."""
        number, case = self._case()
        if case is None:
            self._answer(404, {"error": "no such case"})
        else:
            self._answer(200, _shown(number, case))

    def do_POST(self) -> None:
        """A new case, or an event."""
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        at = datetime.fromisoformat(body["at"])
        if self.path == "/cases":
            case = Case(body["shop"], body["order"], body["request"], at, at)
            self._answer(201, _shown(self.server.add(case), case))
            return
        number, known = self._case()
        if known is None:
            self._answer(404, {"error": "no such case"})
            return
        with known.lock, self.server.filing if body["event"] == "ask" else nullcontext():  # one at a time on a line
            taken = known.tell(body["event"], body["by"], at, body["details"], self.server.of_shop[known.shop])
        self._answer(200 if taken else 409, _shown(number, known))

    def _case(self) -> tuple[int, Case | None]:
        number = int(self.path.split("/")[2])
        return number, self.server.cases.get(number)

    def _answer(self, code: int, body: dict[str, Any]) -> None:
        data = json.dumps(body).encode()
        self.send_response(code)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_: object) -> None:
        """Nothing is logged."""


def _shown(number: int, case: Case) -> dict[str, Any]:
    return {"id": number, "status": case.status, "deadline": case.deadline.isoformat() if case.deadline else None}


class Server(ThreadingHTTPServer):
    """The cases, and a thread for each request."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.cases: dict[int, Case] = {}
        self.of_shop: dict[str, list[Case]] = {}
        self.filing = threading.Lock()
        self._lock = threading.Lock()

    def add(self, case: Case) -> int:
        """The number of a new case."""
        with self._lock:
            number = len(self.cases) + 1
            self.cases[number] = case
            self.of_shop.setdefault(case.shop, []).append(case)
        return number


@contextmanager
def serving() -> Iterator[str]:
    """A server on a free port, as its address; it stops at the end."""
    with Server() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()
