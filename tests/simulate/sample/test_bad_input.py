"""What cannot be sampled is named."""

from __future__ import annotations

import subprocess
import sys
import textwrap
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import Any

import pytest

from refund_fsm import BadData, CalendarOutOfRange, Policy, Rule
from refund_fsm.errors import TooLong
from refund_fsm.simulate import Fixed, simulate
from tests.samples import at
from tests.simulate.sample.playing import played
from tests.simulate.simulated import START, choice, toyed
from tests.toys import ASK, END, TURN, A, B, toy


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        ("cases", 0, "cases: 0; expected a whole number from 1"),
        ("cases", -5, "cases: -5"),
        ("cases", 1e6, "cases: 1000000.0"),
        ("cases", True, "cases: True"),
        ("seed", -1, "seed: -1; expected a whole number from 0 to"),
        ("seed", 2**63, "seed: 9223372036854775808"),
        ("workers", 0, "workers: 0"),
        ("first", -1, "first: -1"),
        ("start", "2026-02-12", "start: '2026-02-12'; expected a datetime with a time zone"),
        ("start", START.replace(tzinfo=None), "start: "),
        ("start", START.replace(microsecond=1), "start: .*a whole second"),
        ("start", at("2199-12-31 10:00"), "start: .*an instant before the last day of 2199"),
        ("policy", "guide", "policy: 'guide'; expected a Policy, or None"),
        ("behaviour", None, "behaviour: None; expected a Behaviour"),
        ("workflow", "virtual", "workflow: 'virtual'; expected a Workflow"),
        ("executor", 3, "executor: 3; expected a concurrent.futures.Executor"),
        ("log", ".", "log: '.'; expected"),
        ("log", "a\0.csv", "log: .*a place that can be written"),
        ("progress", 3, "progress: 3; expected a function"),
        ("log", "log.txt", "log: 'log.txt'; expected a file whose name ends in .parquet or .csv"),
        ("log", "/nowhere/log.csv", "log: '/nowhere/log.csv'; expected a place that can be written"),
        ("log", "/nowhere/log.parquet", "log: '/nowhere/log.parquet'; expected a place that can be written"),
    ],
)
def test_bad_input_is_named(field: str, value: Any, told: str) -> None:
    with pytest.raises(BadData, match=told):
        played(**{field: value})


def test_a_dead_executor_is_named() -> None:
    class Dead(Executor):
        def submit(self, *_: Any, **__: Any) -> Future[Any]:
            future: Future[Any] = Future()
            future.set_exception(BrokenProcessPool("a child process terminated abruptly"))
            return future

    with pytest.raises(BadData, match="executor: 'BrokenProcessPool'; expected an executor whose workers live"):
        played(executor=Dead())
    gone = ThreadPoolExecutor(1)
    gone.shutdown()
    with pytest.raises(BadData, match="executor: 'RuntimeError'"):
        played(executor=gone)


def test_a_start_outside_the_calendar_is_an_error_or_provisional() -> None:
    strict = Policy(beyond="error")
    with pytest.raises(CalendarOutOfRange, match="2027"):
        played(start=at("2027-01-04 10:00"), policy=strict)
    with pytest.raises(CalendarOutOfRange, match="needs working days that are not known"):
        played(start=at("2026-12-20 10:00"), policy=strict)
    known = played(start=START, policy=strict)
    assert known.provisional_cases == 0 and known.outcomes == played().outcomes
    assert played(start=at("2026-12-20 10:00")).provisional_cases > 1_000


def test_a_behaviour_that_goes_round_without_time_is_stopped() -> None:
    workflow = toy(Rule("T1", A, TURN, B, "assumed"), Rule("T2", B, TURN, A, "assumed"), Rule("T3", B, ASK, END, "assumed"))
    rows = choice("a", "turn"), choice("b", "turn"), choice("b", "ask", Fixed(value=5))
    with pytest.raises(TooLong, match="go round in no time"):
        simulate(workflow, toyed(*rows), cases=3, seed=1, start=START)


def test_it_needs_its_extra() -> None:
    """Without numpy the error names the command; a behaviour can be read all the same."""
    code = """
        import sys
        sys.modules["numpy"] = None
        from refund_fsm.simulate import Behaviour
        print(Behaviour.default("virtual").order_type)
        from refund_fsm import MissingPart
        try:
            from refund_fsm.simulate import simulate
        except MissingPart as error:
            print(error)
    """
    done = subprocess.run([sys.executable, "-c", textwrap.dedent(code)], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[0] == "virtual" and 'pip install "numba<1,>=0.61" "numpy<3,>=2"' in done.stdout
