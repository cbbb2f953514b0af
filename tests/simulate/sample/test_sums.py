"""The sums are the same however the cases are played: in chunks, by threads, processes and clusters, merged."""

from __future__ import annotations

import gc
import os
import signal
import tracemalloc
import warnings
from collections.abc import Callable
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from refund_fsm import BadData, Policy
from refund_fsm.simulate import Result
from refund_fsm.simulate.sample import population
from tests.simulate.sample.playing import DEFAULT, played


@pytest.mark.parametrize("task", [1, 7, 999, 100_000])
@pytest.mark.parametrize("workers", [1, 3])
def test_any_chunks_and_any_workers_give_the_same_result(whole: Result, task: int, workers: int, monkeypatch: pytest.MonkeyPatch) -> None:
    if task == 1:
        whole = played(cases=40)
    monkeypatch.setattr(population, "TASK", task)
    assert played(cases=whole.cases, workers=workers) == whole


def test_any_executor_gives_the_same_result(whole: Result, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(population, "TASK", 1_000)
    with ThreadPoolExecutor(2) as threads:
        assert played(executor=threads) == whole
    with ProcessPoolExecutor(2) as processes:
        assert played(executor=processes) == whole


def test_results_merge_exactly(whole: Result) -> None:
    parts = [played(cases=1_000, first=first) for first in (2_000, 0, 1_000)]
    merged = parts[0] + parts[1] + parts[2]
    assert merged == whole and merged.ranges == ((7, 0, 3_000),)
    assert merged.time_to_money.quantile(0.95) == whole.time_to_money.quantile(0.95)
    with pytest.raises(BadData, match="none may count twice"):
        whole + parts[0]
    with pytest.raises(BadData, match="policy: "):
        whole + played(policy=Policy.statute())
    other = whole + played(seed=8)
    assert other.cases == 6_000 and len(other.ranges) == 2


def test_another_seed_is_another_result(whole: Result) -> None:
    assert played(seed=8) != whole and played(cases=2_999) != whole


def test_what_if_draws_the_same_numbers() -> None:
    """A change in one state leaves every case alone that never gets there: the numbers are the state's own."""
    slower = DEFAULT.changed(state="escalated", delay=3.0)
    one, other = played(), played(behaviour=slower)
    before = ("draft", "requested", "reviewing", "awaiting_evidence", "rejected")
    assert all(one.stay(key) == other.stay(key) for key in before)
    assert one.rule_counts["V08"] == other.rule_counts["V08"] > 0 and one.stay("escalated") != other.stay("escalated")


def test_other_working_days_do_not_merge(tmp_path: Path) -> None:
    days = tmp_path / "days.toml"
    days.write_text("off = [2026-03-02]\n")
    one = played(cases=10, policy=Policy(days_file=days))
    days.write_text("off = [2026-03-03]\n")
    with pytest.raises(BadData, match="calendar: "):
        one + played(cases=10, policy=Policy(days_file=days), first=10)


def test_a_cluster_gives_the_same_result_though_a_worker_is_ended(whole: Result, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two worker processes of a real cluster; one is killed while it plays, and the result is the same to the bit."""
    distributed = pytest.importorskip("distributed")
    monkeypatch.setattr(population, "TASK", 20)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a killed worker is complained about
        with (
            distributed.LocalCluster(
                n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None, silence_logs=50, worker_dashboard_address=None
            ) as cluster,
            distributed.Client(cluster) as client,
        ):
            victims = [worker["pid"] for worker in client.run(lambda: {"pid": os.getpid()}).values()]

            def kill_one(done: int, _: int) -> None:
                if victims and done >= 200:
                    os.kill(victims.pop(), signal.SIGKILL)
                    victims.clear()

            assert played(executor=client.get_executor(), progress=kill_one) == whole
            assert not victims


def test_a_task_that_an_executor_lost_is_played_once_more(whole: Result, monkeypatch: pytest.MonkeyPatch) -> None:
    lost: list[Future[Any]] = []

    class Losing(ThreadPoolExecutor):
        def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
            if len(lost) == 2:
                return super().submit(fn, *args, **kwargs)
            lost.append(Future())
            lost[-1].set_exception(ValueError("not enough values to unpack"))
            return lost[-1]

    monkeypatch.setattr(population, "TASK", 1_000)
    with Losing(2) as threads:
        assert played(executor=threads) == whole and len(lost) == 2


def test_more_cases_need_no_more_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is kept for tasks does not grow with the cases: an executor sees at most so many at once."""

    class Counting(ThreadPoolExecutor):
        most = here = 0

        def submit(self, *arguments: Any, **more: Any) -> Future[Any]:
            type(self).here += 1
            type(self).most = max(self.most, self.here)
            return super().submit(*arguments, **more)

    monkeypatch.setattr(population, "TASK", 10)
    done: list[int] = []

    def note(cases: int, _: int) -> None:
        done.append(cases)
        Counting.here -= 1

    with Counting(2) as pool:
        played(executor=pool, progress=note)
    assert Counting.most <= 17 and len(done) == 300 and done == sorted(done) and done[-1] == 3_000
    monkeypatch.setattr(population, "TASK", 1_000)
    tracemalloc.start()
    try:
        most = []
        for cases in (20 * population.TASK, 120 * population.TASK):
            gc.collect()
            tracemalloc.reset_peak()
            played(cases=cases, executor=_AtOnce())
            most.append(tracemalloc.get_traced_memory()[1])
    finally:
        tracemalloc.stop()
    assert most[1] < 1.25 * most[0]


class _AtOnce(Executor):
    """Plays a task when it is handed over, so that as many results as may wait do wait, whatever the machine does besides."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        done: Future[Any] = Future()
        done.set_result(fn(*args, **kwargs))
        return done
