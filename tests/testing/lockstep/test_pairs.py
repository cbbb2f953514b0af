"""Two cases of one order on one backend: what is right passes, what only a pair can show is found, and told so that one can act on it."""

from __future__ import annotations

import pickle
import time
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import pytest

from refund_fsm import BadData, Order, OrderLine, Policy, RefundCase, RefundRequest, Workflow
from refund_fsm.scenario import START, Opening
from refund_fsm.testing import verify_implementation
from refund_fsm.testing.lockstep.implementation import Abilities
from refund_fsm.testing.lockstep.names import fit
from refund_fsm.testing.lockstep.pair_plan import Pair, Setting
from refund_fsm.testing.lockstep.pair_report import PairReport
from refund_fsm.testing.lockstep.pair_suite import PairSuite, last_application
from tests.testing.lockstep.services import never
from tests.testing.lockstep.sharing import SHOP, VIRTUAL, Desk, Ends, Sent, ShopDesk, Ticket
from tests.workflows import ALL


def held(make: Any, shared: Any, workflow: Workflow = VIRTUAL, **more: Any) -> PairReport:
    """The report of pairs alone."""
    settings: dict[str, Any] = {"criterion": (), "examples": 0, "isolation": "none", **more}
    report = verify_implementation(make, workflow, shared=shared, **settings)
    assert isinstance(report, PairReport)
    return report


def suite_of(workflow: Workflow) -> PairSuite:
    return PairSuite(Setting(fit(None, workflow), Policy.guide(), Abilities(True, True, False)))


# 1. What is tried


@pytest.fixture(scope="module")
def tried() -> list[Pair]:
    """The shop's pairs."""
    return list(suite_of(SHOP).pairs())


def _standing(pair: Pair) -> tuple[str, str]:
    """Where the first case was when the second filed first, and whether it was taken."""
    filing = next(call for call in pair.plan.calls if call.case == 1 and call.event in ("submit", "contact_merchant"))
    said = [look.said for call in pair.plan.calls if call.row <= filing.row and call is not filing for look in call.looks if look.case == 0]
    (state,) = said[-1]
    return state, "taken" if filing.taken else "refused"


def _waits(pair: Pair) -> bool:
    """Whether time alone passes, in which the window may close."""
    return any(step.event is None and step.request is None for step in pair.steps)


def test_the_second_files_while_the_first_is_in_any_state(tried: list[Pair]) -> None:
    one_line = [pair for pair in tried if pair.steps[0].request and len({step.request.sku for step in pair.steps if step.request}) == 1]
    found = {_standing(pair) for pair in one_line}
    for key, state in SHOP.states.items():
        opens = not state.final and key != "draft"
        assert ((key, "refused") in found) is (opens or key == "refunded"), key
        assert ((key, "taken") in found) is not opens, f"{key}: after a part was paid the rest can be claimed"


def test_on_two_lines_neither_keeps_the_other(tried: list[Pair]) -> None:
    two = [pair for pair in tried if len({step.request.sku for step in pair.steps if step.request}) == 2]
    assert len(two) > 20 and all(_standing(pair)[1] == "taken" for pair in two if not _waits(pair))
    assert any(all(case is not None and case.paid_fen for case in pair.cases) for pair in two)


@pytest.mark.parametrize("key", ["third_party", "virtual"])
def test_no_more_is_paid_than_the_line_is_worth(key: str) -> None:
    suite = suite_of(ALL[key])
    paid_twice = 0
    for pair in (*suite.pairs(), *suite.random(15, 1)):
        first, second = (case for case in pair.cases if case is not None)
        if first.request.sku == second.request.sku:
            assert first.paid_fen + second.paid_fen <= pair.order.line(first.request.sku).balance_fen
            assert not (first.is_open and second.is_open)
            paid_twice += bool(first.paid_fen and second.paid_fen)
    assert paid_twice > 2, "parts, which together are the whole"


def test_the_last_application_is_found_where_they_are_counted() -> None:
    found = {}
    for key in ("third_party", "shop_official"):
        workflow = ALL[key]
        line = OrderLine(sku="CUP", title="杯子", quantity=1, paid_fen=9900)
        order = Order(id="O-1", order_type=key, lines=(line,), paid_at=START)
        request = RefundRequest(sku="CUP", kind="refund_only", reason="not_shipped" if key == "third_party" else "changed_mind")
        found[key] = last_application(workflow, workflow.default_policy(), Opening(order, request, START))
    assert found == {"third_party": None, "shop_official": Policy.platform().max_applications - 1}


def test_interleavings_are_those_of_the_seed() -> None:
    suite = suite_of(VIRTUAL)
    one, same, other = ([pair.steps for pair in suite.random(8, seed)] for seed in (3, 3, 4))
    assert one == same != other


# 2. What is right passes


@pytest.mark.parametrize(("make", "shared", "workflow"), [(Ticket, Desk, VIRTUAL), (Sent, ShopDesk, SHOP)])
def test_cases_that_know_each_other_pass(make: Any, shared: Any, workflow: Workflow) -> None:
    report = held(make, shared, workflow, examples=20)
    assert report.ok and report.pair is None and report.pairs > 40, report.text("en")
    assert f"Pairs of cases of one order: {report.pairs}." in report.text("en") and "同一订单的两单" in report.text("zh")


class Hearing(Ticket):
    """One that could be told news."""

    def news(self, order: Order, at: datetime) -> None:  # noqa: ARG002  # nothing is made of it
        raise AssertionError("its backend knows")


class Kept(Desk):
    """Counts backends that are open."""

    left = 0

    def __init__(self) -> None:
        super().__init__()
        type(self).left += 1

    def close(self) -> None:
        super().close()
        type(self).left -= 1


def test_one_with_ears_is_told_nothing_of_the_other_and_every_backend_is_closed_once() -> None:
    report = held(Hearing, Kept)
    assert report.ok and held(Ticket, Kept, criterion="states").paths > 0
    assert Kept.left == 0


# 3. What only a pair can show is found


class Blind(Desk):
    """Each case knows of itself alone."""

    def known(self, order: Order, case: RefundCase) -> Order:  # noqa: ARG002  # that is what is wrong with it
        return order


class Forgetful(Desk):
    """Knows what is open, and forgets what was paid."""

    def known(self, order: Order, case: RefundCase) -> Order:
        told = super().known(order, case)
        return order.model_copy(update={"lines": tuple(line.model_copy(update={"refunded_fen": 0}) for line in told.lines)})


class OneByOne(Desk):
    """Lets one case at a time be open in an order, not on a line."""

    def known(self, order: Order, case: RefundCase) -> Order:
        told = super().known(order, case)
        taken = next((line.open_case for line in told.lines if line.open_case), None)
        return told.model_copy(update={"lines": tuple(line.model_copy(update={"open_case": taken}) for line in told.lines)})


class Drafted(Desk):
    """Counts drafts."""

    def known(self, order: Order, case: RefundCase) -> Order:
        other = next((one.case_id for one in self.cases if one.case_id != case.case_id and not one.state.final), None)
        lines = tuple(line.model_copy(update={"open_case": other}) for line in super().known(order, case).lines)
        return order.model_copy(update={"lines": lines})


class Talking(ShopDesk):
    """Does not count a case that is talking."""

    def known(self, order: Order, case: RefundCase) -> Order:
        talking = any(one.state.key == "negotiating" for one in self.cases)
        return order if talking else super().known(order, case)


class Restless(Desk):
    """A second filing turns the first case back."""

    def known(self, order: Order, case: RefundCase) -> Order:
        told = super().known(order, case)
        for place, one in enumerate(self.cases):
            if one.case_id != case.case_id and one.state.key == "requested":
                self.cases[place] = one.apply("cancel", at=max(one.now, case.now), by="buyer")
        return told


FAULTS: list[tuple[Any, Workflow, str, list[tuple[int, str | None]]]] = [
    (Blind, VIRTUAL, "acceptance", [(0, None), (1, None), (1, "contact_support"), (0, "contact_support")]),
    (OneByOne, VIRTUAL, "acceptance", [(0, None), (1, None), (1, "contact_support"), (0, "contact_support")]),
    (Drafted, VIRTUAL, "acceptance", [(0, None), (1, None), (1, "contact_support")]),
    (Restless, VIRTUAL, "state", [(0, None), (1, None), (1, "contact_support"), (0, "contact_support")]),
    (Talking, SHOP, "acceptance", [(0, None), (1, None), (1, "contact_merchant"), (0, "contact_merchant")]),
]


@pytest.mark.parametrize(("shared", "workflow", "kind", "steps"), FAULTS, ids=lambda one: getattr(one, "__name__", ""))
def test_a_fault_between_two_cases_is_found(shared: Any, workflow: Workflow, kind: str, steps: list[tuple[int, str | None]]) -> None:
    report = held(Ticket, shared, workflow)
    assert report.divergence is not None and report.pair is not None and report.counterexample is None
    assert (report.divergence.kind, report.divergence.place) == (kind, len(steps)), report.text("en")
    found = [(step.case, step.event) for step in report.pair.steps]
    mirrored = [(1 - case, event) for case, event in steps]
    assert sorted(found[:2]) == steps[:2] and found[2:] in (steps[2:], mirrored[2:]), report.text("en")
    assert report.again and report.proven


def test_money_that_was_paid_and_is_forgotten_is_found() -> None:
    report = held(Ticket, Forgetful)
    assert report.pair is not None
    events = [step.event for step in report.pair.steps if step.event]
    assert events == ["contact_support", "start_review", "approve_refund", "refund_paid", "contact_support"]
    assert "Nothing is left to refund on this item" in report.text("en")


# 4. What is told of it


@pytest.fixture(scope="module")
def blind() -> PairReport:
    """What comes of cases that do not know each other."""
    return held(Ticket, Blind)


def test_a_report_says_which_case_and_what_the_other_was_doing(blind: PairReport) -> None:
    title, _, head, *rows = blind.text("en").splitlines()
    assert "of two cases of one order, the first departs at step 4 (acceptance, apply): expected refused; got taken." in title
    assert head.split() == ["#", "when", "case", "who", "what", "expected", "got", "the", "other", "case"]
    assert [row.split()[3] for row in rows[:4]] == ["first", "second", "second", "first"]
    assert rows[3].endswith("Requested, due 2026-03-05 24:00  ←") and "refused, Not filed" in rows[3]
    told = "\n".join(rows)
    for part in ("first: line SKU-1", "second: line SKU-1", "amount_ok=False", "other_case_open=True"):
        assert part in told
    assert "Another case, SECOND, is open on this item; finish or cancel it first." in told
    assert "with any one step less it does not show itself" in told
    zh = blind.text("zh")
    assert "第4步第一单不一致（接受与否不符，apply）。应当：拒绝；实际：接受。" in zh and "该商品已有一笔售后正在处理（SECOND）" in zh


def test_the_reproduction_fails_on_it_and_passes_on_the_right_one(blind: PairReport) -> None:
    source = blind.reproduction()
    assert "from tests.testing.lockstep.sharing import Ticket as make" in source
    assert "from tests.testing.lockstep.test_pairs import Blind as shared" in source
    for shared, passes in ((Desk, True), (Blind, False)):
        space: dict[str, Any] = {}
        exec(compile(source, "reproduction", "exec"), space)
        space["shared"] = shared
        (test,) = [value for name, value in space.items() if name.startswith("test_")]
        if passes:
            test()
        else:
            with pytest.raises(AssertionError):
                test()


def test_a_single_case_that_departs_is_reproduced_on_a_backend_of_its_own() -> None:
    class Lazy(Ticket):
        def due(self) -> datetime | None:
            return None

    report = held(Lazy, Desk, criterion="rules")
    assert report.pair is None and report.counterexample is not None and report.pairs == 0
    source = report.reproduction()
    assert "backend = shared()" in source and "service = make(backend)" in source and "for one in (service, backend):" in source
    space: dict[str, Any] = {}
    exec(compile(source.replace("from your_service import make", ""), "reproduction", "exec"), space)
    space["make"] = Ticket
    (test,) = [value for name, value in space.items() if name.startswith("test_")]
    test()


def test_a_report_of_a_pair_travels(blind: PairReport) -> None:
    assert pickle.loads(pickle.dumps(blind)).text("en") == blind.text("en")
    local = held(lambda desk: Ticket(desk), Blind)
    assert "from your_service import make, shared" in pickle.loads(pickle.dumps(local)).reproduction()


# 5. What hangs, ends, raises, or is no sense


class Hangs(Ticket):
    """Never comes back from a second filing."""

    def apply(self, event: str, by: str, at: datetime, details: Mapping[str, Any]) -> bool:
        if event == "contact_support" and any(one.is_open for one in self.desk.cases):
            time.sleep(3600)
        return super().apply(event, by, at, details)


def test_what_hangs_is_reported_with_the_case() -> None:
    report = held(Hangs, Desk, isolation="thread", timeout=0.3)
    assert report.divergence is not None and (report.divergence.kind, report.divergence.part) == ("hung", "apply"), str(report)
    assert report.pair is not None and report.pair.fault.case is not None and "no answer within 0.3 s" in report.text("en")


def test_what_ends_its_process_is_reported_with_the_case() -> None:
    report = held(Ends, Desk, isolation="process", max_search_calls=1)
    assert report.divergence is not None and report.divergence.kind == "raised" and "exit code 17" in report.divergence.got
    assert report.pair is not None and report.pair.steps[-1].event == "contact_support"
    assert "Stopped after 0 tries" in report.text("en")


def test_an_isolated_run_says_the_same(blind: PairReport) -> None:
    assert held(Ticket, Blind, isolation="thread").text("en") == blind.text("en")


class Loud(Ticket):
    """Raises where another case is on the desk."""

    def open(self, order: Any, request: Any, at: datetime) -> None:
        if self.desk.cases:
            raise KeyError("ticket")
        super().open(order, request, at)


class Odd(Ticket):
    """Says yes in words."""

    def apply(self, event: str, by: str, at: datetime, details: Mapping[str, Any]) -> Any:
        taken = super().apply(event, by, at, details)
        return taken if len(self.desk.cases) < 2 else "yes"


class Same:
    """Makes one case twice."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def __new__(cls, desk: Desk) -> Any:
        made = getattr(desk, "made", None) or Ticket(desk)
        desk.made = made  # type: ignore[attr-defined]  # the desk keeps it
        return made


class Unmade(Desk):
    """Cannot be closed the second time."""

    def close(self) -> None:
        if len(self.cases) > 1:
            raise OSError("in use")
        super().close()


@pytest.mark.parametrize(
    ("make", "shared", "kind", "part", "got"),
    [
        (Loud, Desk, "raised", "open", "KeyError: 'ticket'"),
        (Odd, Desk, "nonsense", "apply", "apply gave 'yes', which is no bool"),
        (Same, Desk, "nonsense", "make", "make(backend) gave the same object for both cases"),
        (Ticket, Unmade, "raised", "close", "OSError: in use"),
    ],
)
def test_what_it_does_wrong_is_reported(make: Any, shared: Any, kind: str, part: str, got: str) -> None:
    report = held(make, shared)
    assert report.divergence is not None and report.pair is not None
    assert (report.divergence.kind, report.divergence.part, report.divergence.got) == (kind, part, got), str(report)
    assert got in report.text("en") and got in report.text("zh") and compile(report.reproduction(), "reproduction", "exec")


def broken() -> Any:
    raise RuntimeError("no database")


def test_a_backend_that_cannot_be_made_is_reported() -> None:
    report = held(Ticket, broken)
    assert report.divergence is not None and (report.divergence.kind, report.divergence.part) == ("raised", "make")
    assert "shared() raised RuntimeError: no database" in report.text("en")


def takes_one(_: Any) -> Any:
    raise AssertionError("nothing runs")


async def later() -> Any:
    raise AssertionError("nothing runs")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ({"shared": 3}, "shared: 3; expected a function that makes one backend for each pair of cases, taking no argument"),
        ({"shared": takes_one}, "shared: <function takes_one"),
        ({"shared": later}, "shared: <function later"),
        ({"make": never}, "make: <function never"),
        ({"shared": lambda: Desk(), "isolation": "process"}, "shared: <function"),
    ],
)
def test_a_wrong_argument_is_named_before_anything_runs(arguments: dict[str, Any], told: str) -> None:
    with pytest.raises(BadData) as caught:
        held(**{"make": takes_one, "shared": never, **arguments})
    assert str(caught.value).startswith(told)
