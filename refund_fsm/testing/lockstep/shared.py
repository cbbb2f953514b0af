"""Owns what makes cases that share a backend: the caller's two functions, checked, and an implementation on a backend of its own.

Must not know what is asked of an implementation.
"""

from __future__ import annotations

import inspect
import pickle
from collections.abc import Callable
from typing import Any

from refund_fsm.errors import BadData, RefundFsmError
from refund_fsm.testing.lockstep.implementation import Make

NO_BACKEND = "shared"


class BackendError(RefundFsmError):
    """What `shared` raised instead of giving a backend, in words, so that another process can tell it."""


class Shared:
    """`make(backend)` gives a case, `shared()` a backend. Called, it gives one case on a backend of its own, which is closed with it."""

    def __init__(self, make: Make, shared: Callable[[], Any]) -> None:
        self.make, self.shared = make, shared

    def backend(self) -> Any:
        """A fresh backend; `BackendError` when there is none."""
        try:
            return self.shared()
        except Exception as error:
            raise BackendError(f"{NO_BACKEND}() raised {type(error).__name__}: {error}") from error

    def __call__(self) -> Any:
        backend = self.backend()
        made = self.make(backend)
        return made if getattr(backend, "close", None) is None else _Owner(made, backend)

    def __repr__(self) -> str:
        return f"{self.make!r} over {self.shared!r}"


class _Owner:
    """A case with a backend to close. It has the methods that the case has, and `close`."""

    def __init__(self, made: Any, backend: Any) -> None:
        self._made, self._backend = made, backend

    def __getattr__(self, name: str) -> Any:
        return getattr(self._made, name)

    def __repr__(self) -> str:
        return repr(self._made)

    def close(self) -> None:
        """Closes the case, where it can be closed, then the backend."""
        close_all(self._made, self._backend)


def close_all(*some: Any) -> None:
    """Closes each that has a `close`, the others too when one of them raises; the first that was raised is raised."""
    raised: BaseException | None = None
    for one in some:
        close = getattr(one, "close", None)
        try:
            if close is not None:
                close()
        except BaseException as error:
            raised = raised or error
    if raised is not None:
        raise raised


def sharing(make: Make, shared: object, isolation: str) -> Shared:
    """Both functions as one; `BadData` naming the one that cannot be called as it must be, or that no other process can find."""
    _check(shared, "shared", (), "a function that makes one backend for each pair of cases, taking no argument")
    _check(make, "make", (object(),), "with shared, a class or a function that takes a backend and gives an implementation: make(backend)")
    assert callable(shared)
    if isolation == "process":
        try:
            pickle.dumps(shared)
        except Exception as error:
            why = f"something that another process finds by its module and name, or isolation='thread' ({type(error).__name__}: {error})"
            raise BadData("shared", shared, why) from None
    return Shared(make, shared)


def _check(one: object, field: str, arguments: tuple[object, ...], expected: str) -> None:
    if not callable(one):
        raise BadData(field, one, expected)
    if inspect.iscoroutinefunction(one):
        raise BadData(field, one, f"{expected}; not a coroutine function")
    try:
        inspect.signature(one).bind(*arguments)
    except TypeError:
        raise BadData(field, one, expected) from None
    except ValueError:  # some that are made in C have no signature: calling will tell
        return
