"""A refund service for memberships and gift cards, one file over SQLite. It knows nothing of `refund_fsm` but the shape of an order.

Written as such services are: a table of order lines, one of tickets, of which the database lets one at a time be open on a line, a log,
status names of its own (coarser than the workflow's: everything that customer service works on is 处理中), operations that check and then
update, and a job that closes what is overdue. It takes a new ticket up by itself, so nobody starts a review.
"""

from __future__ import annotations

import sqlite3
from datetime import date, datetime, time, timedelta, timezone
from typing import TYPE_CHECKING, Any

import chinese_calendar  # type: ignore[import-untyped, unused-ignore]  # the package has no types

if TYPE_CHECKING:
    from collections.abc import Mapping

    from refund_fsm import Order, RefundRequest

BEIJING = timezone(timedelta(hours=8))
SUPPORT_DAYS, PAYOUT_DAYS, ESCALATION_DAYS = 3, 7, 7  # working days
COMPLAINT_DAYS, EVIDENCE_HOURS, FOUND_AT_ONCE_HOURS, EVIDENCE_ROUNDS = 7, 48, 24, 2

SCHEMA = """
CREATE TABLE line (
  id INTEGER PRIMARY KEY, order_id TEXT NOT NULL, sku TEXT NOT NULL, pieces INTEGER NOT NULL, paid_fen INTEGER NOT NULL,
  balance_fen INTEGER NOT NULL, other_ticket INTEGER NOT NULL, UNIQUE (order_id, sku)
);
CREATE TABLE ticket (
  id INTEGER PRIMARY KEY, line INTEGER NOT NULL REFERENCES line, status TEXT NOT NULL, since TEXT NOT NULL, seen TEXT NOT NULL,
  reason TEXT NOT NULL, benefits_used INTEGER NOT NULL, paid_at TEXT NOT NULL, found_at_once INTEGER NOT NULL,
  asked_fen INTEGER, asked_pieces INTEGER, claim_fen INTEGER NOT NULL, rounds INTEGER NOT NULL
);
CREATE TABLE log (ticket INTEGER NOT NULL, at TEXT NOT NULL, who TEXT NOT NULL, what TEXT NOT NULL, note TEXT, files INTEGER NOT NULL);
"""
ONE_AT_A_TIME = "CREATE UNIQUE INDEX open_ticket ON ticket (line) WHERE status NOT IN ('新建', '已退款', '已关闭', '已撤销')"
LEFT = (
    "SELECT line.*, balance_fen - coalesce((SELECT sum(claim_fen) FROM ticket WHERE line = line.id AND status = '已退款'), 0) AS left_fen"
)

# operation: who may do it, in which statuses, the next status (None: as it is), and what has to come with it
OPERATIONS: dict[str, tuple[str, tuple[str, ...], str | None, str | None]] = {
    "联系客服": ("用户", ("新建",), "处理中", None),
    "要求补充凭证": ("客服", ("处理中",), "待凭证", None),
    "补交凭证": ("用户", ("待凭证",), "处理中", "files"),
    "同意退款": ("客服", ("处理中",), "打款中", "note"),
    "拒绝": ("客服", ("处理中",), "已拒绝", "note"),
    "投诉": ("用户", ("已拒绝",), "官方复核", None),
    "认可拒绝": ("用户", ("已拒绝",), "已关闭", None),
    "复核通过": ("客服", ("官方复核",), "打款中", "note"),
    "复核维持": ("客服", ("官方复核",), "已关闭", "note"),
    "撤销": ("用户", ("新建", "处理中", "待凭证", "已拒绝", "官方复核"), "已撤销", None),
    "上传凭证": ("用户", ("处理中", "已拒绝", "官方复核"), None, "files"),
    "到账": ("支付", ("打款中",), "已退款", None),
    "打款失败": ("支付", ("打款中",), "打款异常", None),
    "重新打款": ("支付", ("打款异常",), "打款中", None),
}
COUNTED_TOGETHER = ({"打款中", "打款异常"},)  # the limit of a payout runs on through a failure


class Database:
    """The tickets of a shop, in a file or in memory."""

    def __init__(self, path: str = ":memory:") -> None:
        self.db = sqlite3.connect(path, isolation_level=None)
        self.db.row_factory = sqlite3.Row
        self.db.executescript(SCHEMA)
        self.db.execute(ONE_AT_A_TIME)

    def close(self) -> None:
        """Closes it."""
        self.db.close()


class RefundService:
    """One ticket, in the database of its shop, or in one of its own."""

    def __init__(self, database: Database | None = None) -> None:
        mine = Database() if database is None else database
        self.own = mine if database is None else None
        self.db = mine.db
        self.id = 0

    def close(self) -> None:
        """Closes its own database."""
        if self.own is not None:
            self.own.close()

    def open(self, order: Order, request: RefundRequest, at: datetime) -> None:
        """Creates the ticket, and the line where it is the first of it."""
        line = order.line(request.sku)
        balance = line.paid_fen - line.refunded_fen - line.pending_fen
        told = (order.id, line.sku, line.quantity, line.paid_fen, balance, line.open_case is not None)
        self.db.execute("INSERT OR IGNORE INTO line VALUES (NULL, ?, ?, ?, ?, ?, ?)", told)
        (known,) = self.db.execute("SELECT id FROM line WHERE order_id = ? AND sku = ?", (order.id, line.sku)).fetchone()
        row = (known, "新建", at.isoformat(), at.isoformat(), request.reason, order.benefits_used, order.paid_at.isoformat(), False)
        asked = (request.amount_fen, request.quantity, 0, EVIDENCE_ROUNDS)
        made = self.db.execute(f"INSERT INTO ticket VALUES (NULL, {', '.join('?' * 12)})", (*row, *asked))
        self.id = made.lastrowid or 0

    def state(self) -> str:
        """The status."""
        return str(self.ticket["status"])

    @property
    def ticket(self) -> sqlite3.Row:
        """Its row."""
        found: sqlite3.Row = self.db.execute("SELECT * FROM ticket WHERE id = ?", (self.id,)).fetchone()
        return found

    def apply(self, event: str, by: str, at: datetime, details: Mapping[str, Any]) -> bool:
        """Does an operation, if it may be done."""
        ticket = self.ticket
        if event not in OPERATIONS or at < datetime.fromisoformat(ticket["seen"]):
            return False
        who, statuses, following, needed = OPERATIONS[event]
        note, files = str(details.get("note") or "").strip(), len(details.get("evidence") or ())
        given = {"note": bool(note), "files": files > 0, None: True}[needed]
        if by != who or ticket["status"] not in statuses or not given or not self._allowed(event, ticket):
            return False
        self.db.execute("BEGIN")
        try:
            self._done(event, ticket, at)
            self.db.execute("INSERT INTO log VALUES (?, ?, ?, ?, ?, ?)", (self.id, at.isoformat(), by, event, note, files))
            self._move(ticket, following or ticket["status"], at)
        except sqlite3.IntegrityError:  # another ticket is open on the line
            self.db.execute("ROLLBACK")
            return False
        self.db.execute("COMMIT")
        return True

    def _done(self, event: str, ticket: sqlite3.Row, at: datetime) -> None:
        """What an operation writes down."""
        if event == "联系客服":
            at_once = at - datetime.fromisoformat(ticket["paid_at"]) < timedelta(hours=FOUND_AT_ONCE_HOURS)
            claim = self._claim(ticket)[0]
            self.db.execute("UPDATE ticket SET found_at_once = ?, claim_fen = ? WHERE id = ?", (at_once, claim, self.id))
        elif event == "要求补充凭证":
            self.db.execute("UPDATE ticket SET rounds = rounds - 1 WHERE id = ?", (self.id,))

    def _claim(self, ticket: sqlite3.Row) -> tuple[int, sqlite3.Row]:
        """What is claimed of the line: an amount, some of its pieces, or all that other tickets have left of it; and the line."""
        line = self.db.execute(f"{LEFT} FROM line WHERE id = ?", (ticket["line"],)).fetchone()
        if ticket["asked_fen"] is not None:
            return ticket["asked_fen"], line
        share = line["paid_fen"] * (ticket["asked_pieces"] or 0) // line["pieces"]
        rest = line["left_fen"] - share
        return (line["left_fen"] if ticket["asked_pieces"] is None or 0 <= rest < line["paid_fen"] // line["pieces"] else share), line

    def _allowed(self, event: str, ticket: sqlite3.Row) -> bool:
        """The business rules of the operations that have some."""
        if event == "联系客服":
            claim, line = self._claim(ticket)
            return 0 < claim <= line["left_fen"] and not line["other_ticket"]
        if event == "要求补充凭证":
            return bool(ticket["rounds"] > 0)
        if event == "同意退款":
            unused = not ticket["benefits_used"]
            in_time = ticket["reason"] == "unused" and ticket["found_at_once"]
            return bool(ticket["reason"] == "platform_fault" or (unused and (ticket["reason"] == "wrong_purchase" or in_time)))
        return True

    def _move(self, ticket: sqlite3.Row, status: str, at: datetime) -> None:
        """Enters a status; the count of its limit starts unless it goes on."""
        goes_on = status == ticket["status"] or any({status, ticket["status"]} <= group for group in COUNTED_TOGETHER)
        self.db.execute(
            "UPDATE ticket SET status = ?, since = ?, seen = ? WHERE id = ?",
            (status, ticket["since"] if goes_on else at.isoformat(), at.isoformat(), self.id),
        )

    def due(self) -> datetime | None:
        """When the limit of the present status is reached."""
        ticket = self.ticket
        since = datetime.fromisoformat(ticket["since"]).astimezone(BEIJING)
        if ticket["status"] == "待凭证":
            return since + timedelta(hours=EVIDENCE_HOURS)
        if ticket["status"] == "已拒绝":
            return datetime.combine(since.date() + timedelta(days=COMPLAINT_DAYS + 1), time(), BEIJING)
        days = {"处理中": SUPPORT_DAYS, "打款中": PAYOUT_DAYS, "打款异常": PAYOUT_DAYS, "官方复核": ESCALATION_DAYS}.get(ticket["status"])
        return None if days is None else end_of_working_day(since.date(), days)

    def advance(self, to: datetime) -> None:
        """The job that runs every minute: what is overdue goes on by itself."""
        self.db.execute("UPDATE ticket SET seen = max(seen, ?) WHERE id = ?", (to.isoformat(), self.id))
        following = {"待凭证": "处理中", "已拒绝": "已关闭"}
        ticket, due = self.ticket, self.due()
        if ticket["status"] in following and due is not None and due <= to:
            self._move(ticket, following[ticket["status"]], due)
            self.db.execute("UPDATE ticket SET seen = ? WHERE id = ?", (to.isoformat(), self.id))


def end_of_working_day(day: date, count: int) -> datetime:
    """24:00 of the `count`-th working day after a day; beyond the published calendar, weekends alone are free."""
    while count:  # ends: there is a working day in every week
        day += timedelta(days=1)
        try:
            count -= chinese_calendar.is_workday(day)  # type: ignore[no-untyped-call, unused-ignore]  # the same
        except NotImplementedError:
            count -= day.weekday() < 5
    return datetime.combine(day + timedelta(days=1), time(), BEIJING)
