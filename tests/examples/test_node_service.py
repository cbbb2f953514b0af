"""The service in Node held against virtual goods, by lines and over HTTP; and every word of `PROTOCOL.md` held against what is said."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import tomllib
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from refund_fsm import Evidence, Order, OrderLine, RefundRequest, orders
from refund_fsm.testing import LockstepReport, Names, RemoteService, verify_implementation
from refund_fsm.testing.remote.messages import FURTHER, NEEDED
from refund_fsm.workflow import Frozen

FOLDER = Path(__file__).parent / "node"
SERVICE = ["node", str(FOLDER / "service.mjs")]
PROTOCOL = (FOLDER / "PROTOCOL.md").read_text(encoding="utf-8")
VIRTUAL = orders.get("virtual")
NAMES = Names.from_file(FOLDER / "names.toml")
AT = datetime.fromisoformat("2026-02-12T10:00:00+08:00")
node = pytest.mark.skipif(shutil.which("node") is None, reason="node is missing: install Node.js 20 or later")


def verified(service: RemoteService, *criteria: str, **more: Any) -> LockstepReport:
    given: dict[str, Any] = {"examples": 20, "max_search_calls": 200, **more}
    return verify_implementation(service, VIRTUAL, names=NAMES, criterion=criteria, isolation="none", **given)


@node
def test_the_service_does_as_the_workflow_says() -> None:
    with RemoteService.of_command(SERVICE) as service:
        report = verified(service, "refusals", "limits", "conditions")
        assert report.ok, report.text("en")
        assert service.said() == ()


@node
@pytest.mark.parametrize(
    ("fault", "criterion", "kind", "event"),
    [
        ("third-round", "conditions", "acceptance", "request_evidence"),
        ("day-late", "limits", "deadline", "reject"),
        ("weekdays-only", "boundaries", "deadline", "contact_support"),
    ],
)
def test_a_fault_of_the_service_is_found(fault: str, criterion: str, kind: str, event: str) -> None:
    with RemoteService.of_command([*SERVICE, "--fault", fault]) as service:
        report = verified(service, criterion, examples=0, max_search_calls=200)
    assert report.divergence is not None and report.counterexample is not None
    assert (report.divergence.kind, report.counterexample.steps[-1].event) == (kind, event), report.text("en")


@pytest.fixture
def url() -> Iterator[str]:
    with subprocess.Popen([*SERVICE, "--port", "0"], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().strip()
        finally:
            process.kill()


@node
def test_over_http_it_says_the_same(url: str) -> None:
    with RemoteService.of_url(url) as service:
        report = verified(service, "rules", examples=5)
    assert report.ok, report.text("en")


# The document


def transcript() -> list[tuple[str, str]]:
    """What is asked and what is answered, as the document has it."""
    (block,) = re.findall(r"^```text\n(.*?)^```$", PROTOCOL, re.MULTILINE | re.DOTALL)
    lines = block.splitlines()
    assert [line[:2] for line in lines] == ["→ ", "← "] * (len(lines) // 2)
    return [(one[2:], other[2:]) for one, other in zip(lines[::2], lines[1::2], strict=True)]


class Told:
    """A link that is asked what the document says, and answers it."""

    def __init__(self) -> None:
        self.left = transcript()

    def exchange(self, message: bytes, _seconds: float) -> bytes:
        asked, answer = self.left.pop(0)
        assert json.loads(message) == json.loads(asked)
        assert message.count(b"\n") == 1 and message.endswith(b"\n") and message.isascii()
        return answer.encode()

    def drop(self) -> None: ...

    def close(self) -> None: ...

    def said(self) -> tuple[str, ...]:
        return ()


def test_what_the_document_asks_is_what_is_asked() -> None:
    link = Told()
    service = RemoteService(link, "command", SERVICE, 1)
    assert set(service.operations) == {*NEEDED, *FURTHER}
    card = OrderLine(sku="CARD", title="月卡", quantity=1, paid_fen=9900)
    order = Order(id="O-7", order_type="virtual", lines=[card], paid_at=AT - timedelta(minutes=30))
    case = service()
    case.open(order, RefundRequest(sku="CARD", reason="unused"), AT)
    photo = Evidence(kind="photo", by="buyer", at=AT)
    rows: list[tuple[str, str, int, dict[str, Any], bool]] = [
        ("ask", "customer", 1, {}, True),
        ("take", "desk", 2, {}, True),
        ("decline", "desk", 3, {"note": " \n"}, False),
        ("ask-for-evidence", "desk", 3, {}, True),
        ("bring-evidence", "customer", 4, {"evidence": (photo,)}, True),
    ]
    for event, by, minutes, details, taken in rows:
        assert case.apply(event, by, AT + timedelta(minutes=minutes), details) is taken
    case.advance(AT + timedelta(days=9))
    assert case.state() == "in-review" and case.due() == datetime.fromisoformat("2026-02-25T00:00:00+08:00")
    case.close()
    assert not link.left


@node
def test_what_the_document_answers_is_what_the_service_answers() -> None:
    asked, answers = zip(*transcript(), strict=True)
    done = subprocess.run(SERVICE, input="".join(f"{one}\n" for one in asked), capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.splitlines() == list(answers)


def table(heading: str) -> dict[str, list[str]]:
    """The rows of the table under a line, by what the first cell names."""
    (text,) = re.findall(rf"^{heading}\n\n((?:\|.*\n)+)", PROTOCOL, re.MULTILINE)
    rows = [[cell.strip() for cell in line.strip().strip("|").split("|")] for line in text.splitlines()[2:]]
    return {first.strip("`"): others for first, *others in rows}


@pytest.mark.parametrize(
    ("heading", "model"),
    [("An order:", Order), ("A line of it:", OrderLine), ("A request:", RefundRequest), ("A piece of evidence:", Evidence)],
)
def test_the_document_has_every_field(heading: str, model: type[Frozen]) -> None:
    found = table(heading)
    assert {name: what for name, (_, what) in found.items()} == {name: one.description for name, one in model.model_fields.items()}
    for name, (holds, _) in found.items():
        default = model.model_fields[name].default
        assert ("null" in holds) is (default is None), name
        assert ("fen" in holds) is name.endswith("_fen"), name


def test_the_document_has_every_operation() -> None:
    found = table(r"may be open at once, .*\n?.*one at a time\.")
    assert set(found) == {"hello", *NEEDED, *FURTHER}


def test_the_files_of_names_fit() -> None:
    assert NAMES.fitted(VIRTUAL) is VIRTUAL
    (block,) = re.findall(r"^```toml\n(.*?)^```$", PROTOCOL, re.MULTILINE | re.DOTALL)
    names = Names(**tomllib.loads(block))
    assert set(VIRTUAL.events) - set(names.fitted(VIRTUAL).events) == {"start_review", "add_evidence"}


def test_the_calendar_is_chinas() -> None:
    from datetime import date

    import chinese_calendar  # type: ignore[import-untyped, unused-ignore]  # the package has no types

    text = (FOLDER / "calendar.mjs").read_text(encoding="utf-8")
    off, made_up = (set(block.split()) for block in re.findall(r"new Set\(`(.*?)`", text, re.DOTALL))
    days = [date(2025, 1, 1) + timedelta(days=number) for number in range(730)]
    assert off == {str(day) for day in days if day.weekday() < 5 and not chinese_calendar.is_workday(day)}  # type: ignore[no-untyped-call, unused-ignore]  # the same
    assert made_up == {str(day) for day in days if day.weekday() > 4 and chinese_calendar.is_workday(day)}  # type: ignore[no-untyped-call, unused-ignore]  # the same
