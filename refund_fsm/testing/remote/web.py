"""Owns a service behind HTTP: one POST for each message over a connection that stays open, within a time that nothing can stretch.

Redirects are not followed, proxies and cookies not used. Must not know what a message says.
"""

from __future__ import annotations

import http.client
import io
import selectors
import socket
import ssl
from contextlib import suppress
from typing import Any
from urllib.parse import SplitResult, urlsplit

from refund_fsm.errors import BadData
from refund_fsm.testing.remote.link import MAX_ANSWER, Deadline, excerpt, fault

EXPECTED = "http://host:port/path or https://…, without a user's name and without a fragment"
HEADERS = {"Content-Type": "application/json", "Accept": "application/json"}
SCHEMES = {"http": http.client.HTTPConnection, "https": http.client.HTTPSConnection}


class WebLink:
    """A link to the service at a URL."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._parts = checked(url)
        self._path = (self._parts.path or "/") + (f"?{self._parts.query}" if self._parts.query else "")
        self._connection: http.client.HTTPConnection | None = None
        self._socket: _Timed | None = None

    def exchange(self, message: bytes, seconds: float) -> bytes:
        """As in `Link`."""
        deadline = Deadline(seconds)
        try:
            return self._exchange(message, deadline)
        except TimeoutError:
            raise deadline.passed() from None
        except http.client.HTTPException as error:
            told = f"{type(error).__name__}: {error}".rstrip(": ")
            raise fault("raised", f"the server did not answer by HTTP ({told})"[:500]) from None
        except (OSError, ValueError) as error:
            raise fault("raised", f"no connection to the server ({getattr(error, 'strerror', None) or error})"[:500]) from None

    def _exchange(self, message: bytes, deadline: Deadline) -> bytes:
        connection = self._connected(deadline)
        connection.request("POST", self._path, message, HEADERS)
        answer = connection.getresponse()
        body = answer.read(MAX_ANSWER + 1)
        if answer.status != http.client.OK:
            where = f", to {str(answer.getheader('Location'))[:200]}" if 300 <= answer.status < 400 else ""
            raise fault("nonsense", f"status {answer.status}{where}; expected 200. The body: {excerpt(body)}")
        if len(body) > MAX_ANSWER:
            raise fault("nonsense", f"an answer of more than {MAX_ANSWER:,} bytes: {excerpt(body)}")
        if answer.length:
            raise fault("nonsense", f"a body that ends {answer.length:,} bytes too early: {excerpt(body)}")
        if answer.will_close:
            self.drop()
        return body

    def _connected(self, deadline: Deadline) -> http.client.HTTPConnection:
        """A connection on which all that is read and written counts against the deadline."""
        if self._connection is not None and self._socket is not None and not self._socket.is_stale():
            self._socket.deadline = deadline
            return self._connection
        self.drop()
        kind = SCHEMES[self._parts.scheme]
        connection: http.client.HTTPConnection = kind(self._parts.hostname or "", self._parts.port, timeout=deadline.left())
        self._connection = connection
        connection.connect()
        connection.auto_open = 0  # it is opened here alone
        made: Any = _Timed(connection.sock, deadline)  # has all of a socket that a connection uses
        self._socket = connection.sock = made
        return connection

    def drop(self) -> None:
        """Closes the connection."""
        connection, self._connection, self._socket = self._connection, None, None
        if connection is not None:
            with suppress(OSError):
                connection.close()

    def close(self) -> None:
        """The same: the server was not started here."""
        self.drop()

    def said(self) -> tuple[str, ...]:
        """Nothing: a server writes elsewhere."""
        return ()


class _Timed:
    """A socket of which everything that is read and written counts against one deadline, however small its pieces. It closes with the
    last that reads from it, as sockets do."""

    def __init__(self, plain: socket.socket, deadline: Deadline) -> None:
        self.plain, self.deadline = plain, deadline
        self._readers, self._closed = 0, False

    def sendall(self, data: bytes) -> None:
        self.plain.settimeout(self.deadline.left())
        self.plain.sendall(data)

    def makefile(self, _mode: str) -> io.BufferedReader:
        """What one response is read from."""
        self._readers += 1
        return io.BufferedReader(_Reading(self))

    def close(self) -> None:
        self._closed = True
        self._close_unread()

    def read_to_end(self) -> None:
        """A response has been read."""
        self._readers -= 1
        self._close_unread()

    def _close_unread(self) -> None:
        if self._closed and not self._readers:
            self.plain.close()

    def is_stale(self) -> bool:
        """Whether the server has closed the connection, or says something unasked: nothing must be sent on it then."""
        if self._closed or (isinstance(self.plain, ssl.SSLSocket) and self.plain.pending()):
            return True
        with selectors.DefaultSelector() as selector:
            selector.register(self.plain, selectors.EVENT_READ)
            return bool(selector.select(0))


class _Reading(io.RawIOBase):
    """The reading side for one response."""

    def __init__(self, timed: _Timed) -> None:
        self._timed = timed

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        self._timed.plain.settimeout(self._timed.deadline.left())
        return self._timed.plain.recv_into(buffer)

    def close(self) -> None:
        if not self.closed:
            super().close()
            self._timed.read_to_end()


def checked(url: object) -> SplitResult:
    """The parts of a URL; `BadData` for what is none, and for another scheme than http and https."""
    if not isinstance(url, str) or not url.isascii() or not url.isprintable() or " " in url:
        raise BadData("url", url, EXPECTED)
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018  # it is read here, where what is wrong with it can be told
    except ValueError as error:
        raise BadData("url", url, f"{EXPECTED} ({error})") from None
    if parts.scheme not in SCHEMES or not parts.hostname or "@" in parts.netloc or parts.fragment:
        raise BadData("url", url, EXPECTED)
    return parts
