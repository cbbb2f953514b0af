"""A process that dies, answers nonsense, late or not at all: told in words, ended with all that it started, and started anew."""

from __future__ import annotations

import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from refund_fsm import BadData, MissingPart, Policy
from refund_fsm.scenario.path import START
from refund_fsm.testing import RemoteService, verify_implementation
from refund_fsm.testing.lockstep import CallFault
from refund_fsm.testing.openings import Choices, opening_of
from refund_fsm.testing.remote.process import ProcessLink
from tests.testing.lockstep.services import VIRTUAL

BAD = [sys.executable, "-S", "-E", str(Path(__file__).parent / "bad_service.py")]
ORDER, REQUEST, _ = opening_of(Choices(b""), VIRTUAL, Policy.guide())
FAULTS = [
    # what it does at an event, the kind of the fault, what is told of it
    ("nothing", "hung", "no answer within 0.3 s"),
    ("half", "hung", "no answer within 0.3 s"),
    ("noisy", "hung", "no answer within 0.3 s"),
    ("text", "nonsense", r"an answer that is no JSON: 'hello\x1b[2J there'"),
    ("bytes", "nonsense", "an answer that is no JSON: '\ufffd\ufffd'"),
    ("list", "nonsense", "an answer that is no JSON object: '[1, 2]'"),
    ("nan", "nonsense", "an answer that is no JSON: "),
    ("deep", "nonsense", "an answer that is no JSON: '[[["),
    ("blank", "nonsense", "an answer that is no JSON: ''"),
    ("other", "nonsense", "an answer with the id 2, to the operation 3"),
    ("float", "nonsense", "an answer with the id 3.0, to the operation 3"),
    ("lacks", "nonsense", "an answer without taken: {'state': 'draft'}"),
    ("number", "nonsense", "an answer whose taken is 1; expected true or false"),
    ("state", "nonsense", "an answer whose state is None; expected text"),
    ("naive", "nonsense", "an answer whose due is '2026-03-02T10:00:00'; expected an instant with a zone"),
    ("words", "nonsense", "an answer whose due is 'soon'; expected an instant with a zone"),
    ("error", "raised", r"the service says: no\x1b[31m stock\nleft"),
    ("twice", "nonsense", "more than one line to an answer: '{"),
    ("long", "nonsense", "an answer of more than 1,048,576 bytes: '{"),
    ("endless", "nonsense", "an answer of more than 1,048,576 bytes: 'xxx"),
    ("die", "raised", r"the process ended, exit code 17; its stderr: first words | \x1b[31mred\x07 words"),
    ("killed", "raised", "the process was ended by signal 9"),
    ("deaf", "raised", "the process closed its stdin or stdout, and goes on"),
    ("child", "raised", "the process ended, exit code 1; its stderr: child "),
]


class Watched(ProcessLink):
    """A link that remembers the processes that it started."""

    def __init__(self, command: list[str]) -> None:
        super().__init__(command)
        self.started: list[int] = []

    def _start(self) -> None:
        super()._start()
        assert self._process is not None
        self.started.append(self._process.pid)


def is_there(pid: int) -> bool:
    """Whether a process runs: one that has ended and is not waited for by its parent does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def service_of(link: ProcessLink, timeout: float = 20.0) -> RemoteService:
    return RemoteService(link, "command", link.command, timeout, 60.0)


def asked(service: RemoteService) -> Any:
    """What comes of one event on a fresh case."""
    case = service()
    case.open(ORDER, REQUEST, START)
    return case.apply("contact_support", "buyer", START, {}), case.state(), case.due()


@pytest.mark.parametrize(("does", "kind", "told"), FAULTS, ids=[does for does, _, _ in FAULTS])
def test_a_fault_is_told_in_plain_words_and_nothing_is_left_of_the_process(does: str, kind: str, told: str) -> None:
    link, threads = Watched([*BAD, does]), threading.active_count()
    with service_of(link, 0.3 if kind == "hung" else 20.0) as service:
        with pytest.raises(CallFault) as caught:
            asked(service)
        assert caught.value.kind == kind and str(caught.value).startswith(told)
        assert str(caught.value).isprintable() and len(str(caught.value)) < 1000
    assert [pid for pid in link.started if is_there(pid)] == [] and link.started
    assert threading.active_count() == threads
    if does == "child":
        child = int(caught.value.told.rpartition("child ")[2])
        for _ in range(1000):  # it is killed; the system may take a moment
            if not is_there(child):
                break
            time.sleep(0.01)
        assert not is_there(child), "what the process started ends with it"


def test_a_flood_on_stderr_is_drained_and_only_its_end_is_kept() -> None:
    with service_of(Watched([*BAD, "flood"])) as service:
        assert asked(service) == (False, "draft", None)
        assert sum(map(len, service.said())) <= 4096


def test_a_service_that_died_is_started_again_for_the_next_case_and_the_old_case_is_gone() -> None:
    link = Watched([*BAD, "die"])
    with service_of(link) as service:
        case = service()
        case.open(ORDER, REQUEST, START)
        with pytest.raises(CallFault, match="exit code 17"):
            case.apply("contact_support", "buyer", START, {})
        assert len(link.started) == 1
        case.close()  # nothing is started to close a case that is gone
        with pytest.raises(CallFault, match="ended with its service"):
            case.state()
        other = service()
        other.open(ORDER, REQUEST, START)
        assert other.state() == "draft" and len(link.started) == 2
        other.close()


def test_an_error_that_is_told_leaves_the_process_as_it_is() -> None:
    link = Watched([*BAD, "error"])
    with service_of(link) as service:
        for _ in range(2):
            with pytest.raises(CallFault, match="stock"):
                asked(service)
    assert len(link.started) == 1


def test_several_cases_are_told_apart_and_a_case_that_was_not_opened_is_not_closed() -> None:
    with service_of(Watched([sys.executable, "-S", "-E", "-c", ECHO])) as service:
        one, other = service(), service()
        one.close()
        one.open(ORDER, REQUEST, START)
        other.open(ORDER, REQUEST, START)
        assert (one.state(), other.state(), one.state()) == ("case 1", "case 2", "case 1")
        assert not hasattr(one, "due") and not hasattr(one, "news") and not hasattr(one, "sing")


ECHO = """
import json, sys
known = set()
for line in sys.stdin:
    asked = json.loads(line)
    told = {"id": asked["id"]}
    if asked["op"] == "hello":
        told |= {"protocol": 1, "operations": ["state", "open", "apply", "close"]}
    elif asked["op"] == "open":
        known.add(asked["case"])
    elif asked["op"] == "close":
        known.remove(asked["case"])
    else:
        told["state"] = "case " + asked["case"]
    print(json.dumps(told), flush=True)
"""
HELLO = "import sys; line = sys.stdin.readline(); {}"


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("sys.exit('no \\x1b[1m config')", r"the process ended, exit code 1; its stderr: no \x1b[1m config"),
        ("print(line, end='')", "an answer without operations"),
        ('print(\'{"id": 1, "protocol": true, "operations": []}\')', "protocol is True; expected 1"),
        ('print(\'{"id": 1, "protocol": 1, "operations": "open"}\')', "operations are 'open'; expected a list of names"),
        ('print(\'{"id": 1, "protocol": 1, "operations": ["open", "state"]}\')', "lack apply"),
        ('print(\'{"id": 1, "error": "busy"}\')', "the service says: busy"),
    ],
)
def test_who_does_not_say_hello_is_bad_data(code: str, told: str) -> None:
    with pytest.raises(BadData) as caught:
        RemoteService.of_command([sys.executable, "-S", "-E", "-c", HELLO.format(code)])
    assert caught.value.field == "command" and told in str(caught.value) and str(caught.value).isprintable()


@pytest.mark.parametrize("command", [[], "node x", [""], ["a\0b"], [1], None])
def test_what_is_no_command_is_bad_data(command: Any) -> None:
    with pytest.raises((BadData, TypeError)):
        RemoteService.of_command(command)


def test_a_program_that_is_not_there_is_a_missing_part_and_one_that_cannot_be_started_bad_data(tmp_path: Path) -> None:
    with pytest.raises(MissingPart, match="no_such_program is needed"):
        RemoteService.of_command(["no_such_program", "x"])
    with pytest.raises(BadData, match="a command that can be started"):
        RemoteService.of_command([str(tmp_path)])


@pytest.mark.parametrize("name", ["timeout", "startup"])
@pytest.mark.parametrize("seconds", [0, -1, True, "1", float("nan"), 10**9])
def test_a_timeout_is_seconds(name: str, seconds: Any) -> None:
    with pytest.raises(BadData, match=name):
        RemoteService.of_command(["true"], **{name: seconds})


def test_a_program_that_does_not_say_hello_in_time_is_bad_data_and_ended() -> None:
    link = Watched(["sleep", "600"])
    with pytest.raises(BadData, match=r"a service that answers hello; no answer within 0\.2 s"):
        RemoteService(link, "command", link.command, 0.1, 0.2)
    assert not is_there(link.started[0])


@pytest.mark.parametrize(
    ("does", "kind", "part"), [("nothing", "hung", "apply"), ("die", "raised", "apply"), ("state", "nonsense", "state")]
)
def test_a_run_reports_it(does: str, kind: str, part: str) -> None:
    link = Watched([*BAD, does])
    with service_of(link, 0.3 if kind == "hung" else 20.0) as service:
        found = verify_implementation(service, VIRTUAL, criterion="states", examples=0, isolation="none", max_search_calls=4)
        assert found.divergence is not None and (found.divergence.kind, found.divergence.part) == (kind, part), found.text("en")
        assert "RemoteService.of_command([" in found.reproduction()
        compile(found.reproduction(), "reproduction", "exec")
        with pytest.raises(BadData, match="make"):  # a process cannot be handed to another
            verify_implementation(service, VIRTUAL, isolation="process")
    assert not [pid for pid in link.started if is_there(pid)]


def test_a_service_that_nobody_closes_ends_with_its_value() -> None:
    link = Watched([*BAD, "error"])
    service = service_of(link)
    del service
    assert not is_there(link.started[0])
