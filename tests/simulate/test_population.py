"""Many cases: each is a legal case to the second, the sums do not depend on how they are played, logs and bad input."""

from __future__ import annotations

import collections
import csv
import json
import os
import signal
import subprocess
import sys
import textwrap
import tracemalloc
import warnings
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from numba import njit

from refund_fsm import BadData, CalendarOutOfRange, Policy, Rule, Workflow, orders
from refund_fsm.eventlog import COLUMNS
from refund_fsm.simulate import Behaviour, Exponential, Fixed, Result, Share, play_case, simulate
from refund_fsm.simulate.chain.chain import Chain, chain_of
from refund_fsm.simulate.chain.tables import Tables, payers, tables_of
from refund_fsm.simulate.figures import limit_names
from refund_fsm.simulate.sample import one_by_one, population
from refund_fsm.simulate.sample.numbers import case_key, root_of, uniform
from refund_fsm.simulate.sample.one_by_one import rows_for
from refund_fsm.simulate.sample.replay import replayed
from refund_fsm.simulate.sample.sums import PAID_FEN, PARCELS, VIOLATIONS, Sums, sums_for
from tests.awkward import WORKFLOW as AWKWARD
from tests.exchange import WORKFLOW as EXCHANGE
from tests.samples import at
from tests.simulate.simulated import POLICIES, START, behaviour_of, choice, toyed
from tests.toys import ASK, END, TURN, A, B, raise_flag, toy, unflagged

ALL = [*(orders.get(key) for key in orders.keys()), EXCHANGE]
VIRTUAL, DEFAULT = orders.get("virtual"), Behaviour.default("virtual")
FAR = at("2040-01-01 00:00")


def played(**more: Any) -> Result:
    given: dict[str, Any] = {"cases": 3_000, "seed": 7, "start": START, **more}
    return simulate(given.pop("workflow", VIRTUAL), given.pop("behaviour", DEFAULT), **given)


# 1. Every case is a legal one

INSTANTS = st.datetimes(min_value=at("2026-01-01 00:00").replace(tzinfo=None), max_value=at("2027-01-31 00:00").replace(tzinfo=None))


@st.composite
def chains(draw: st.DrawFn) -> Chain:
    """A workflow's shipped behaviour, some of it slower or silent, under some policy, from some instant."""
    workflow = draw(st.sampled_from(ALL))
    behaviour = behaviour_of(workflow)
    for _ in range(draw(st.integers(0, 3))):
        row = draw(st.sampled_from(behaviour.choices))
        behaviour = behaviour.changed(state=row.state, event=row.event, delay=draw(st.sampled_from([0.01, 0.3, 4.0, 60.0])))
    silent = draw(st.sampled_from([None, *(row for row in behaviour.choices if row.event == "nothing")]))
    if silent is not None:
        behaviour = behaviour.changed(state=silent.state, event="nothing", actor=silent.actor, weight=40.0, workflow=workflow)
    start = draw(INSTANTS).replace(microsecond=0)
    return chain_of(workflow, behaviour, at(start.isoformat()), draw(st.sampled_from(list(POLICIES.values()))))


def one_case(chain: Chain, tables: Tables, seed: int, number: int) -> tuple[Sums, list[tuple[str, Any]]]:
    """The sums of one case, and the rules that fired with their instants."""
    sums, log = sums_for(tables, len(payers(chain))), rows_for(0)
    _, _, rows = one_by_one.play(tables, seed, number, number + 1, sums, log)
    midnight = chain.start.replace(hour=0, minute=0, second=0)
    return sums, [(chain.rules[int(log.rule[row])], midnight + timedelta(seconds=int(log.second[row]))) for row in range(rows)]


@given(chains(), st.integers(0, 2**62))
def test_every_case_is_one_of_the_library(chain: Chain, seed: int) -> None:
    """`RefundCase` takes the same events and fires the same rules at the same seconds, with the same breaches, payouts and clocks."""
    tables = tables_of(chain)
    who = payers(chain)
    for number in range(6):
        sums, fired = one_case(chain, tables, seed, number)
        case = replayed(chain, tables, seed, number)
        assert [(step.rule.id, step.at) for step in case.steps] == fired
        names = {id(limit): name for name, (_, limit) in zip(limit_names(chain.workflow), chain.workflow.groups, strict=True)}
        found = collections.Counter(names[id(one.limit)] for one in case.breaches(at=case.now if case.state.final else FAR))
        assert found == {name: count for name, count in zip(names.values(), sums.breaches.tolist(), strict=True) if count}
        assert case.state.final == (sums.open.sum() == 0)
        assert case.paid_fen == sums.totals[PAID_FEN]
        assert not case.state.final or case.statutory_passed == bool(sums.totals[VIOLATIONS])
        sent = any("tracking_no" in step.rule.event.needs for step in case.steps)
        assert sent == bool(sums.totals[PARCELS])
        if sent and case.freight is not None:
            assert dict(zip(who, sums.payers.tolist(), strict=False))[case.freight.payer] == 1


def test_a_case_can_be_looked_at() -> None:
    """The number that a log names leads to the case."""
    case = play_case(VIRTUAL, DEFAULT, case=4711, seed=7, start=START)
    assert case == play_case(VIRTUAL, DEFAULT, case=4711, seed=7, start=START) and case.steps and case.case_id == "SIM-7-4711"
    for field, value in (("case", -1), ("seed", 1.0)):
        with pytest.raises(BadData, match=f"{field}: "):
            play_case(VIRTUAL, DEFAULT, **{"case": 1, "seed": 1, "start": START, field: value})  # type: ignore[arg-type]  # that is the point


def test_groups_of_which_only_some_states_have_a_clock() -> None:
    """The awkward workflow: keywords for names, and a state with a clock entered after the group's limit has passed."""
    rows = []
    for (state, event), rules in AWKWARD.rules_at.items():
        if rules[0].actor.key != "clock" and not rules[0].source.final:
            rows.append(choice(state, event, Exponential(mean=40)))
    facts = {one.name: one.start(Policy.guide())[0] for one in AWKWARD.fact_fields}
    behaviour = Behaviour(order_type=AWKWARD.key, mix=(Share(weight=1, facts=facts),), choices=tuple(rows))
    chain = chain_of(AWKWARD, behaviour, START)
    tables = tables_of(chain)
    for number in range(200):
        _, fired = one_case(chain, tables, 3, number)
        assert [(step.rule.id, step.at) for step in replayed(chain, tables, 3, number).steps] == fired


def test_a_drawn_event_that_is_no_longer_accepted_does_not_happen() -> None:
    """The flag goes up after one hour, which bars the end that was drawn for later; the other way remains."""
    workflow = toy(
        Rule("T1", A, TURN, A, "assumed", effect=raise_flag), Rule("T2", A, ASK, END, "assumed", when=(unflagged,)),
    )  # fmt: skip
    found = simulate(
        workflow, toyed(choice("a", "turn", Fixed(value=1)), choice("a", "ask", Fixed(value=2))), cases=10, seed=1, start=START
    )
    assert found.rule_counts == {"T1": 10, "T2": 0} and found.open_in == {"a": 10}
    sooner = simulate(
        workflow, toyed(choice("a", "turn", Fixed(value=2)), choice("a", "ask", Fixed(value=1))), cases=10, seed=1, start=START
    )
    assert sooner.rule_counts == {"T1": 0, "T2": 10} and sooner.outcomes["end"].value == 1


# 2. The same sums, however they are played


@pytest.fixture(scope="module")
def whole() -> Result:
    return played()


@pytest.mark.parametrize("task", [1, 7, 999, 100_000])
@pytest.mark.parametrize("workers", [1, 3])
def test_any_chunking_and_any_workers(whole: Result, task: int, workers: int, monkeypatch: pytest.MonkeyPatch) -> None:
    if task == 1:
        whole = played(cases=40)
    monkeypatch.setattr(population, "TASK", task)
    assert played(cases=whole.cases, workers=workers) == whole


def test_any_executor(whole: Result, monkeypatch: pytest.MonkeyPatch) -> None:
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


def test_a_result_is_written_and_read_again(whole: Result) -> None:
    text = whole.to_json()
    assert Result.from_json(text) == whole and '"illustrative": true' in text
    for bad, told in (("{", "valid JSON"), ("[]", "format"), (text.replace('"format": 1', '"format": 9'), "format: 9")):
        with pytest.raises(BadData, match=told):
            Result.from_json(bad)
    with pytest.raises(BadData, match="fingerprint"):
        Result.from_json(text, orders.get("third_party"))
    data = json.loads(text)
    for changes, told in (
        ({"ranges": [[7, 0, 5]]}, "ranges: .*the numbers of 3,000 cases"),
        ({"asked": 1}, "asked: 1"),
        ({"sums": {**data["sums"], "rules": {"shape": [10**12], "places": [], "values": []}}}, r"sums\.rules\.shape: "),
        ({"sums": {**data["sums"], "open": {"shape": [11], "places": [0], "values": [-3]}}}, r"sums\.open: -3"),
        ({"calendar": None, "payers": 3}, "result: "),
    ):
        with pytest.raises(BadData, match=told):
            Result.from_json(json.dumps({**data, **changes}))
    assert data["calendar"] == Policy.guide().calendar.version


def test_other_working_days_do_not_merge(tmp_path: Path) -> None:
    days = tmp_path / "days.toml"
    days.write_text("off = [2026-03-02]\n")
    one = played(cases=10, policy=Policy(days_file=days))
    days.write_text("off = [2026-03-03]\n")
    with pytest.raises(BadData, match="calendar: "):
        one + played(cases=10, policy=Policy(days_file=days), first=10)


def test_dask_and_a_worker_that_is_ended(whole: Result, monkeypatch: pytest.MonkeyPatch) -> None:
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
            assert played(executor=client.get_executor()) == whole
            victims = [worker["pid"] for worker in client.run(lambda: {"pid": os.getpid()}).values()]

            def kill_one(done: int, _: int) -> None:
                if victims and done >= 200:
                    os.kill(victims.pop(), signal.SIGKILL)
                    victims.clear()

            assert played(executor=client.get_executor(), progress=kill_one) == whole
            assert not victims


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
    monkeypatch.undo()
    tracemalloc.start()
    try:
        most = []
        for cases in (10 * population.TASK, 60 * population.TASK):
            tracemalloc.reset_peak()
            played(cases=cases, workers=2)
            most.append(tracemalloc.get_traced_memory()[1])
    finally:
        tracemalloc.stop()
    assert most[1] < 1.25 * most[0]


# 3. The event log


@pytest.mark.parametrize("suffix", [".parquet", ".csv"])
def test_the_log_is_what_happened(suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"log{suffix}"
    found = played(cases=400, log=path, workers=2)
    assert found == played(cases=400)
    rows = _rows(path)
    assert tuple(rows[0]) == COLUMNS and sum(found.rule_counts.values()) == len(rows)
    cases = [int(row["case:concept:name"]) for row in rows]
    assert cases == sorted(cases) and set(cases) <= set(range(400))
    for number in (0, 17, 399):
        mine = [row for row in rows if int(row["case:concept:name"]) == number]
        case = play_case(VIRTUAL, DEFAULT, case=number, seed=7, start=START)
        assert [(row["rule"], row["concept:name"], row["org:resource"], row["state"]) for row in mine] == [
            (step.rule.id, step.event, step.by, step.dest.key) for step in case.steps
        ]
        assert [_stamp(row) for row in mine] == [step.at.isoformat() for step in case.steps]
        assert {int(row["amount"]) for row in mine} == {case.amount_fen}
    assert [one.name for one in tmp_path.iterdir()] == [path.name]


def _rows(path: Path) -> list[dict[str, Any]]:
    if path.suffix == ".csv":
        with path.open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))
    from pyarrow import parquet

    rows: list[dict[str, Any]] = parquet.read_table(path).to_pylist()
    return rows


def _stamp(row: dict[str, Any]) -> str:
    value = row["time:timestamp"]
    return f"{value[:10]}T{value[11:19]}+08:00" if isinstance(value, str) else str(value.isoformat())


@pytest.mark.parametrize("workflow", ALL[:3], ids=orders.keys())
def test_pm4py_finds_every_finished_case_fitting(workflow: Workflow, tmp_path: Path) -> None:
    pm4py = pytest.importorskip("pm4py")
    from refund_fsm import export

    behaviour = Behaviour.default(workflow.key)
    path, net_path = tmp_path / "log.parquet", tmp_path / "net.pnml"
    found = simulate(workflow, behaviour, cases=150, seed=3, start=START, log=path)
    assert found.outcomes["open"].value == 0
    net_path.write_text(export.render(workflow, "pnml"), encoding="utf-8")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pandas

        frame = pandas.read_parquet(path)
        assert frame["case:concept:name"].nunique() == 150
        net, initial, final = pm4py.read_pnml(str(net_path))
        aligned = pm4py.conformance_diagnostics_alignments(frame, net, initial, final, multi_processing=False)
        assert len(aligned) == 150 and all(one["fitness"] == 1.0 for one in aligned)
        broken = frame[frame["case:concept:name"] == "0"].iloc[:-1]
        assert pm4py.conformance_diagnostics_alignments(broken, net, initial, final)[0]["fitness"] < 1.0


def test_an_interrupt_leaves_what_is_known(tmp_path: Path) -> None:
    """Ctrl-C: a partial result, its log under another name and readable, nothing under the final one."""
    path = tmp_path / "log.csv"

    def stop(done: int, _: int) -> None:
        if done >= 2 * population.LOGGED_TASK:
            raise KeyboardInterrupt

    found = played(cases=10**6, log=path, progress=stop)
    assert found.partial and found.cases == 2 * population.LOGGED_TASK and found.asked == 10**6
    assert [one.name for one in tmp_path.iterdir()] == ["log.partial.csv"]
    assert int(_rows(tmp_path / "log.partial.csv")[-1]["case:concept:name"]) == found.cases - 1
    assert found == _asking(played(cases=found.cases), 10**6)


def _asking(result: Result, cases: int) -> Result:
    from dataclasses import replace

    return replace(result, asked=cases)


def test_an_error_leaves_the_old_log_alone(tmp_path: Path) -> None:
    path = tmp_path / "log.parquet"
    path.write_text("old")

    def fail(*_: int) -> None:
        raise RuntimeError("mine")

    with pytest.raises(RuntimeError, match="mine"):
        played(log=path, progress=fail)
    assert path.read_text() == "old" and [one.name for one in tmp_path.iterdir()] == ["log.parquet"]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full")
@pytest.mark.parametrize("suffix", [".parquet", ".csv"])
def test_a_full_disk(suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"log{suffix}"
    path.write_text("old")
    (tmp_path / f"{path.name}.part-{os.getpid()}").symlink_to("/dev/full")
    with pytest.raises(BadData, match=r"log: .*a file that can be written"):
        played(cases=200_000, log=path)
    assert path.read_text() == "old"


# 4. Bad input

NAN = float("nan")


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
        ("log", "a\0.csv", "log: .*the name of a file"),
        ("progress", 3, "progress: 3; expected a function"),
        ("log", "log.txt", "log: 'log.txt'; expected a file whose name ends in .parquet or .csv"),
        ("log", "/nowhere/log.csv", "log: '/nowhere/log.csv'; expected a file that can be written"),
        ("log", "/nowhere/log.parquet", "log: '/nowhere/log.parquet'; expected a file that can be written"),
    ],
)
def test_bad_input(field: str, value: Any, told: str) -> None:
    with pytest.raises(BadData, match=told):
        played(**{field: value})


def test_a_dead_executor() -> None:
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


def test_a_start_outside_the_calendar() -> None:
    strict = Policy(beyond="error")
    with pytest.raises(CalendarOutOfRange, match="2027"):
        played(start=at("2027-01-04 10:00"), policy=strict)
    with pytest.raises(CalendarOutOfRange, match="needs working days that are not known"):
        played(start=at("2026-12-20 10:00"), policy=strict)
    known = played(start=START, policy=strict)
    assert known.provisional_cases == 0 and known.outcomes == played().outcomes
    assert played(start=at("2026-12-20 10:00")).provisional_cases > 1_000


def test_a_behaviour_that_goes_round_without_time() -> None:
    from refund_fsm.errors import TooLong

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
    assert done.stdout.splitlines()[0] == "virtual" and 'pip install "refund-fsm[simulate]"' in done.stdout


def test_numbers_of_this_platform_stay_what_they_are() -> None:
    """The generator is SplitMix64, keyed by seed, case and draw: these are its numbers, and must not change unseen."""

    def drawn(seed: int, case: int, draw: int) -> tuple[int, float]:
        key = case_key(root_of(seed), case)
        return key, uniform(key, draw)

    compiled: Any = njit(drawn)
    key, u = compiled(7, 0, 5)
    mask = (1 << 64) - 1

    def mixed(z: int) -> int:
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & mask
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & mask
        return z ^ (z >> 31)

    gamma = 0x9E3779B97F4A7C15
    assert int(key) == mixed(mixed((7 + gamma) & mask))
    assert u == (mixed((int(key) + 5 * gamma) & mask) >> 11) / 2**53
