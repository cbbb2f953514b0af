"""A server that redirects, fails, hangs in the middle, never ends, or is not there: told in words; and a connection that stays open."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import pytest

from refund_fsm import BadData, Policy
from refund_fsm.scenario.path import START
from refund_fsm.testing import RemoteService
from refund_fsm.testing.lockstep import CallFault
from refund_fsm.testing.openings import Choices, opening_of
from refund_fsm.testing.remote.web import WebLink
from tests.testing.lockstep.services import VIRTUAL

ORDER, REQUEST, _ = opening_of(Choices(b""), VIRTUAL, Policy.guide())
HELLO = {"protocol": 1, "operations": ["open", "apply", "state"]}


def page(body: str | bytes, status: str = "200 OK", *headers: str) -> bytes:
    raw = body.encode() if isinstance(body, str) else body
    return "\r\n".join((f"HTTP/1.1 {status}", f"Content-Length: {len(raw)}", *headers, "", "")).encode() + raw


class Server:
    """Answers every POST with what `said` makes of it, over connections that stay open unless it closes them; counts them."""

    def __init__(self) -> None:
        self.connections = 0
        self.closes = False  # after each answer, without a word
        self.event: Any = lambda asked: [page(json.dumps({"id": asked["id"], "taken": False, "state": "draft"}))]
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}/refunds?shop=1"
        self.ended = threading.Event()
        self.thread = threading.Thread(target=self._serve)
        self.thread.start()

    def _serve(self) -> None:
        while not self.ended.is_set():
            connection, _ = self._socket.accept()
            self.connections += not self.ended.is_set()
            with connection, suppress(OSError):
                connection.settimeout(20)
                while self._answered(connection):
                    pass

    def _answered(self, connection: socket.socket) -> bool:
        head = b""
        while b"\r\n\r\n" not in head:
            data = connection.recv(65536)
            if not data:
                return False
            head += data
        head, _, body = head.partition(b"\r\n\r\n")
        assert head.startswith(b"POST /refunds?shop=1 HTTP/1.1\r\n") and b"application/json" in head
        length = int(head.lower().partition(b"content-length:")[2].split()[0])
        while len(body) < length:
            body += connection.recv(65536)
        asked = json.loads(body)
        plain = HELLO if asked["op"] == "hello" else {}
        for part in self.event(asked) if asked["op"] == "apply" else [page(json.dumps({"id": asked["id"], **plain}))]:
            connection.sendall(part)
            if self.ended.wait(0.02 if part is DRIP else 0):
                return False
        return not self.closes

    def end(self) -> None:
        self.ended.set()
        with suppress(OSError):
            socket.create_connection(self._socket.getsockname()).close()
        self.thread.join()
        self._socket.close()


DRIP = b" "


def dripping() -> Iterator[bytes]:
    """What never ends, in small pieces, each of which comes soon."""
    while True:
        yield DRIP


def flooding() -> Iterator[bytes]:
    yield b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    while True:
        yield b"10000\r\n" + b"x" * 65536 + b"\r\n"


@contextmanager
def serving() -> Iterator[Server]:
    server = Server()
    try:
        yield server
    finally:
        server.end()


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with serving() as one:
        yield one


FAULTS = [
    # what comes to an event, the kind of the fault, what is told of it
    (
        [page("", "302 Found", "Location: http://127.0.0.1:1/\x1b[1m")],
        "nonsense",
        r"status 302, to http://127.0.0.1:1/\x1b[1m; expected 200",
    ),
    ([page("<h1>oh\x1b[2J</h1>", "500 Internal Server Error")], "nonsense", r"status 500; expected 200. The body: '<h1>oh\x1b[2J</h1>'"),
    ([page("", "204 No Content")], "nonsense", "status 204; expected 200"),
    ([page("<html>")], "nonsense", "an answer that is no JSON: '<html>'"),
    ([page("")], "nonsense", "an answer that is no JSON: ''"),
    ([page('{"id": 99, "taken": true}')], "nonsense", "an answer with the id 99"),
    ([b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n{", dripping], "hung", "no answer within 0.3 s"),
    ([b"HTTP/1.1 200 OK\r\nX-Slow: ", dripping], "hung", "no answer within 0.3 s"),
    ([b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", dripping], "hung", "no answer within 0.3 s"),
    ([flooding], "nonsense", "an answer of more than 1,048,576 bytes: 'xxx"),
    ([b"SSH-2.0-OpenSSH_9\r\n"], "raised", "the server did not answer by HTTP (BadStatusLine"),
    ([b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n{", None], "nonsense", "a body that ends 49 bytes too early: '{'"),
    ([None], "raised", "the server did not answer by HTTP (RemoteDisconnected"),
]


@pytest.mark.parametrize(("parts", "kind", "told"), FAULTS, ids=[told for _, _, told in FAULTS])
def test_a_fault_is_told_in_plain_words(parts: list[Any], kind: str, told: str, server: Server) -> None:
    def said(_: Any) -> Iterator[bytes]:
        for part in parts:
            if part is None:
                raise OSError  # the connection is closed here
            yield from part() if callable(part) else (part,)

    server.event, threads = said, threading.active_count()
    with RemoteService.of_url(server.url, timeout=20) as service:
        service._timeout = 0.3 if kind == "hung" else 20
        case = service()
        case.open(ORDER, REQUEST, START)
        with pytest.raises(CallFault) as caught:
            case.apply("contact_support", "buyer", START, {})
        assert caught.value.kind == kind and str(caught.value).startswith(told)
        assert str(caught.value).isprintable() and len(str(caught.value)) < 1000
        service._timeout = 20
        service().open(ORDER, REQUEST, START)  # another case goes on
    assert threading.active_count() == threads


def test_one_connection_serves_all_and_one_that_the_server_closed_is_opened_anew() -> None:
    with serving() as server, RemoteService.of_url(server.url) as service:
        for _ in range(3):
            case = service()
            case.open(ORDER, REQUEST, START)
            assert case.apply("contact_support", "buyer", START, {}) is False and case.state() == "draft"
        assert server.connections == 1
        server.closes = True
        for number in range(3):
            service().open(ORDER, REQUEST, START)
            server.ended.wait(0.05)  # until the end of the connection has come
            assert server.connections == 1 + number


@pytest.mark.parametrize(
    "url",
    [
        *("ftp://127.0.0.1/", "file:///etc/passwd", "127.0.0.1:80", "http://", "http://u:p@127.0.0.1/", "http://127.0.0.1/#x"),
        *("http://127.0.0.1:x/", "http://127.0.0.1:99999/", "http://[::1/", "http://a b/", "http://a/\n", "http://ü/", "", None, 5),
    ],
)
def test_what_is_no_http_url_is_bad_data(url: Any) -> None:
    with pytest.raises(BadData) as caught:
        RemoteService.of_url(url)
    assert caught.value.field == "url"


def test_nobody_there_is_bad_data() -> None:
    with socket.create_server(("127.0.0.1", 0)) as one:
        url = f"http://127.0.0.1:{one.getsockname()[1]}/"
    with pytest.raises(BadData, match="no connection to the server"):
        RemoteService.of_url(url)
    with pytest.raises(BadData, match="no connection to the server"):
        RemoteService.of_url("http://no-such-host.invalid/")


def test_a_server_that_takes_the_connection_and_says_nothing_is_bad_data() -> None:
    with socket.create_server(("127.0.0.1", 0)) as one, pytest.raises(BadData, match=r"no answer within 0\.3 s"):
        RemoteService.of_url(f"http://127.0.0.1:{one.getsockname()[1]}/", timeout=0.3)


def test_plain_http_where_tls_is_expected_is_bad_data(server: Server) -> None:
    with pytest.raises(BadData, match="a service that answers hello; no"):
        RemoteService.of_url(server.url.replace("http:", "https:"), timeout=0.3)
    assert WebLink("https://127.0.0.1/x").url == "https://127.0.0.1/x"
