"""Owns `simulate`: many cases, cut into tasks, handed to threads or to any executor, and added up.

The result does not depend on how the cases are cut or where they are played. Must not draw or step: `one_by_one` and `waves` do.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError, Executor, Future, ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from refund_fsm.errors import BadData, CalendarOutOfRange, RefundFsmError, TooLong
from refund_fsm.eventlog import EventLog, Rows
from refund_fsm.simulate.behaviour import Behaviour
from refund_fsm.simulate.chain import Chain, Tables, chain_of, payers, tables_of
from refund_fsm.simulate.interrupts import interruptible
from refund_fsm.simulate.sample import one_by_one, waves
from refund_fsm.simulate.sample.kinds import Kinds
from refund_fsm.simulate.sample.one_by_one import no_rows, rows_for
from refund_fsm.simulate.sample.result import Result
from refund_fsm.simulate.sample.sums import DONE, MAX_STEPS, OFF_CALENDAR, Sums, sums_for
from refund_fsm.simulate.sample.waves import Laid, places_of
from refund_fsm.workflow import Policy, Workflow

MAX_CASES = 10**12
MAX_SEED = 2**63 - 1
MAX_WORKERS = 1_024
TASK = 1 << 19  # cases of one task: some tens of milliseconds
LOG_ROWS = 1 << 17  # of the log that a task fills at once
LOGGED_TASK = 1 << 14  # cases of one task whose rows travel
AHEAD = 3  # tasks under way or waiting for each worker: what is kept in memory

Progress = Callable[[int, int], None]  # cases played, cases asked for


class Piece(NamedTuple):
    """What one task gives back: its cases added up, and the rows of its log (empty without one)."""

    first: int
    last: int
    sums: Sums
    logs: tuple[Rows, ...]


def simulate(
    workflow: Workflow,
    behaviour: Behaviour,
    *,
    cases: int,
    seed: int,
    start: datetime,
    policy: Policy | None = None,
    workers: int = 1,
    executor: Executor | None = None,
    log: Path | str | None = None,
    progress: Progress | None = None,
    first: int = 0,
) -> Result:
    """Plays `cases` cases that all open at `start`, numbered from `first`, and adds them up.

    The same seed gives the same result, bit for bit, for any number of `workers` (threads) and any `executor` (whose tasks must
    find this package; Dask's `Client.get_executor()` is one), on one platform with one set of versions. `policy=None` is the
    guide's. `log` names a `.parquet` or `.csv` file for the event log, written as it goes. `progress` is called with the cases
    played and asked for, after each task.

    An interrupt (Ctrl-C) ends it after the task at hand (a second one at once) with what is known so far: a result that says it is
    `partial`; its log is kept beside the name asked for, as `NAME.partial.SUFFIX`. Raises `BadData` naming the argument;
    `CalendarOutOfRange` where a case needs a day that the policy's calendar must not guess; `TooLong` for a case of more than
    `sums.MAX_STEPS` steps.
    """
    _check_number("cases", cases, 1, MAX_CASES)
    _check_number("seed", seed, 0, MAX_SEED)
    _check_number("workers", workers, 1, MAX_WORKERS)
    _check_number("first", first, 0, MAX_CASES)
    if executor is not None and not isinstance(executor, Executor):
        raise BadData("executor", executor, "a concurrent.futures.Executor, or None")
    if progress is not None and not callable(progress):
        raise BadData("progress", progress, "a function of the cases played and asked for, or None")
    chain = chain_of(workflow, behaviour, start, policy)
    tables, who = tables_of(chain), payers(chain)
    total, kinds = sums_for(tables, len(who)), Kinds(chain, tables, seed)
    played = 0
    with interruptible() as stop, EventLog.to(log, workflow, chain.start, kinds.columns, first + cases - 1) as book:
        for piece in _pieces(chain, tables, len(who), seed, (first, first + cases), workers, executor, book is not None):
            for mine, added in zip(total, piece.sums, strict=True):
                mine += added
            if book is not None:
                for rows in piece.logs:
                    book.write(rows, kinds.of(rows))
            played += piece.last - piece.first
            try:
                if progress is not None:
                    progress(played, cases)
            except KeyboardInterrupt:
                stop.asked = True
            if stop.asked:
                break
        if book is not None and played < cases:
            book.interrupted()
    ranges = ((seed, first, first + played),) if played else ()
    return Result(workflow, behaviour, chain.policy, chain.start, ranges, cases, who, total, chain.policy.calendar.version)


def play_task(tables: Tables, places: Laid | None, payer_count: int, seed: int, first: int, last: int, logged: bool) -> tuple[int, Piece]:
    """One task: runs anywhere. Returns how it ended (`sums.DONE` or an error) and the piece. With `places` cases are played together."""
    sums = sums_for(tables, payer_count)
    if not logged and places is not None:
        return waves.play(tables, places, seed, first, last, sums), Piece(first, last, sums, ())
    if not logged:
        code, _, _ = one_by_one.play(tables, seed, first, last, sums, no_rows())
        return code, Piece(first, last, sums, ())
    logs, at = [], first
    while at < last:  # ends: a log of LOG_ROWS rows holds at least one case
        log = rows_for(LOG_ROWS)
        code, at, rows = one_by_one.play(tables, seed, at, last, sums, log)
        logs.append(Rows(*(column[:rows].copy() for column in log)))
        if code != DONE:
            return code, Piece(first, at, sums, tuple(logs))
    return DONE, Piece(first, last, sums, tuple(logs))


def _pieces(
    chain: Chain, tables: Tables, payer_count: int, seed: int, span: tuple[int, int], workers: int, executor: Executor | None, logged: bool
) -> Iterator[Piece]:
    """The tasks' pieces in the order of the cases."""
    size = LOGGED_TASK if logged else TASK
    cuts = range(span[0], span[1], size)
    own = ThreadPoolExecutor(workers) if executor is None else None
    pool: Executor = executor or own  # type: ignore[assignment]  # one of the two is there
    waiting: list[tuple[int, Future[tuple[int, Piece]]]] = []
    ahead = AHEAD * workers if executor is None else max(AHEAD * workers, 16)
    try:
        todo = iter(cuts)
        places = None if logged else places_of(tables)

        def hand(at: int) -> Future[tuple[int, Piece]]:
            return pool.submit(play_task, tables, places, payer_count, seed, at, min(at + size, span[1]), logged)

        while True:  # ends: every round waits for one task
            try:
                while len(waiting) < ahead and (at := next(todo, None)) is not None:
                    waiting.append((at, hand(at)))
                if not waiting:
                    return
                at, future = waiting.pop(0)
                try:
                    code, piece = future.result()
                except (RefundFsmError, CancelledError):  # what is cancelled may have nobody left to play it
                    raise
                except Exception:  # once more: Dask can take a result for an error when the worker that had it ends meanwhile
                    code, piece = hand(at).result()
            except RefundFsmError:
                raise
            except (CancelledError, Exception) as error:  # whatever an executor raises when its workers are gone (Dask: KilledWorker)
                raise BadData("executor", type(error).__name__, f"an executor whose workers live ({error})") from error
            if code != DONE:
                raise _failure(code, chain)
            yield piece
    finally:
        for _, future in waiting:
            future.cancel()
        if own is not None:
            own.shutdown(wait=True, cancel_futures=True)


def _failure(code: int, chain: Chain) -> RefundFsmError:
    if code == OFF_CALENDAR:
        return CalendarOutOfRange(
            f"a case that opens on {chain.start.date()} needs working days that are not known ({chain.policy.calendar.version}); "
            "ways out: a newer chinesecalendar, a days_file, or beyond = 'provisional'"
        )
    return TooLong(f"behaviour of {chain.workflow.key}: a case took more than {MAX_STEPS:,} steps; does it go round in no time?")


def _check_number(field: str, value: object, least: int, most: int) -> None:
    if type(value) is not int or not least <= value <= most:
        raise BadData(field, value, f"a whole number from {least:,} to {most:,}")
