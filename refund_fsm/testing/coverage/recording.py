"""Owns the record of what a program does with cases: every call on any `RefundCase`, told to a listener as an `Attempt`.

For coverage of somebody's own tests. Must not change what the calls do.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from refund_fsm.case import RefundCase, Refused
from refund_fsm.paths import Attempt
from refund_fsm.scenario import PLAYED

Listener = Callable[[Attempt], None]


@contextmanager
def recording(listener: Listener) -> Iterator[None]:
    """While it lasts, tells of every `apply`, `advance` and `ask` on every case but those that this package plays by itself.

    A verdict of `ask` tells of a refusal, and of nothing else. One at a time; not for several threads.
    """
    apply, advance, ask = RefundCase.apply, RefundCase.advance, RefundCase.ask

    def told(case: RefundCase, after: RefundCase, event: str | None, by: str | None, at: Any, refusal: Any = None) -> None:
        if case.case_id != PLAYED:
            listener(Attempt(case, after, event, by, at, refusal))

    def passed(case: RefundCase, at: Any) -> RefundCase:
        return advance(case, to=at) if at >= case.now else case

    def recorded_apply(case: RefundCase, event: str, *, at: Any, by: str, **details: Any) -> RefundCase:
        try:
            after = apply(case, event, at=at, by=by, **details)
        except Refused as refused:
            told(case, passed(case, refused.refusal.at), event, by, refused.refusal.at, refused.refusal)
            raise
        if after is not case:
            told(case, after, event, by, after.now)
        return after

    def recorded_advance(case: RefundCase, *, to: Any) -> RefundCase:
        after = advance(case, to=to)
        told(case, after, None, None, after.now)
        return after

    def recorded_ask(case: RefundCase, event: str, *, at: Any, by: str, **details: Any) -> Any:
        verdict = ask(case, event, at=at, by=by, **details)
        if verdict.refusal is not None:
            told(case, passed(case, verdict.refusal.at), event, by, verdict.refusal.at, verdict.refusal)
        return verdict

    _patched(apply=recorded_apply, advance=recorded_advance, ask=recorded_ask)
    try:
        yield
    finally:
        _patched(apply=apply, advance=advance, ask=ask)


def _patched(**functions: Callable[..., Any]) -> None:
    for name, function in functions.items():
        setattr(RefundCase, name, function)
