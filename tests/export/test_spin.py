"""The Promela export, verified by spin: what the library says of a workflow, said again by a tool that others wrote.

Skips where spin (`apt-get install spin`) or a C compiler is missing. One model is compiled once for all that is asked of it.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import pytest

from refund_fsm import Actor, Event, Policy, Rule, Workflow, graph
from refund_fsm.export import formulas, render
from tests.awkward import WORKFLOW as AWKWARD
from tests.exchange import WORKFLOW as EXCHANGE
from tests.workflows import ALL

POLICIES = {"guide": Policy.guide(), "escalate": Policy(on_merchant_silence="escalate")}
CASES = [pytest.param(ALL[key], policy, id=f"{key}-{name}") for key in ALL for name, policy in POLICIES.items()]
CASES.append(pytest.param(AWKWARD, POLICIES["guide"], id=AWKWARD.key))
# Of what a search for cycles goes through many times: values that leave every guard both its answers. Dead ends are searched for all.
FEWER = {"shop_official": {"reason": ("changed_mind", "quality", "not_received"), "line_class": ("ordinary", "electronic")}}
ASSUMED = {EXCHANGE.key: 1, AWKWARD.key: 2}  # the others can stay, and fail to pay, for ever
COMPILER = next(filter(None, map(shutil.which, ("gcc", "cc", "clang"))), None)
SAFETY = ("-DSAFETY", "-DNOCLAIM", "-DPEG")  # the last counts how often each line was executed
LONGEST = 300  # seconds that one call of a tool may take: only a model that is far too large gets there
DEPTH = ("-m1000000", "-w20")  # steps that the search may go deep; a small table at first
OUTSIDER = Actor("outsider", "旁人", "outsider")

pytestmark = [
    pytest.mark.skipif(shutil.which("spin") is None, reason="spin is missing: apt-get install spin"),
    pytest.mark.skipif(COMPILER is None, reason="a C compiler is missing: apt-get install gcc libc6-dev"),
]


class Verdict(NamedTuple):
    """What spin says: the fault in its own words (None: none found), the ids of the rules that lead to it, and where it counts them, of
    all that fire."""

    fault: str | None
    trail: tuple[str, ...]
    fired: frozenset[str]


class Spin:
    """One model in a folder of its own, translated once, and compiled once for claims and once for safety."""

    def __init__(self, text: str, folder: Path) -> None:
        self.text, self.folder, self.known = text, folder, dict[tuple[str, ...], Verdict]()
        (folder / "model.pml").write_text(text, encoding="utf-8")
        _called(folder, "spin", "-o3", "-a", "model.pml")

    def safety(self) -> Verdict:
        """Dead ends (invalid end states) and failed assertions, without any claim."""
        return self._verdict(self._compiled("safety", *SAFETY), *DEPTH)

    def claim(self, name: str) -> Verdict:
        """The claim of that name: an acceptance cycle, or a failed assertion."""
        return self._verdict(self._compiled("claims"), "-a", "-N", name, *DEPTH)

    def _compiled(self, name: str, *flags: str) -> str:
        if not (self.folder / name).exists():
            _called(self.folder, str(COMPILER), "-O0", "-w", *flags, "-o", name, "pan.c")
        return f"./{name}"

    def _verdict(self, *asked: str) -> Verdict:
        """What is asked twice, as of a table that two policies leave alike, is searched once."""
        if asked not in self.known:
            self.known[asked] = self._searched(*asked)
        return self.known[asked]

    def _searched(self, program: str, *options: str) -> Verdict:
        said = _called(self.folder, program, *options)
        assert "max search depth too small" not in said, said
        errors = re.search(r"errors: (\d+)", said)
        assert errors, said
        if errors[1] == "0":
            return Verdict(None, (), frozenset(self._fired(said)))
        fault = re.search(r"^pan:\d+: (.*) \(at depth", said, re.MULTILINE)
        assert fault, said
        claim = options[:0] if "-N" not in options else ("-N", options[options.index("-N") + 1])
        told = _called(self.folder, program, "-r", *claim, "model.pml.trail")
        return Verdict(fault[1], tuple(re.findall(r"^\s*(\S+) \S+ \S+ \S+$", told, re.MULTILINE)), frozenset())

    def _fired(self, said: str) -> Iterator[str]:
        """The ids of the rules on the lines that spin executed; a rule's own line is the one before that which prints its id."""
        lines = self.text.splitlines()
        for number in re.findall(r"trans\s+\d+ model\.pml:(\d+)", said):
            found = re.search(r'^ +:: d_step \{ /\*.*printf\("(\S+) ', "".join(lines[int(number) - 1 : int(number) + 1]))
            if found:
                yield found[1]


def _called(folder: Path, *command: str) -> str:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=LONGEST, check=False)
    assert done.returncode == 0 or "errors: " in done.stdout, f"{' '.join(command)}: {done.stdout}{done.stderr}"
    return done.stdout


Spun = Callable[..., Spin]


@pytest.fixture(scope="module")
def spun(tmp_path_factory: pytest.TempPathFactory) -> Spun:
    """Models by their text, so that workflows that a policy leaves alike are verified once."""
    made: dict[str, Spin] = {}

    def spin(workflow: Workflow, policy: Policy | None = None, *, only: str | None = None, fewer: bool = False) -> Spin:
        text = render(workflow, "promela", policy)
        for name, values in FEWER.get(workflow.key, {}).items() if fewer else ():
            chosen = " ".join(f":: fact_{name} = {name}_{value}" for value in values)
            text, found = re.subn(rf"if (:: fact_{name} = {name}_\w+ )+fi;", f"if {chosen} fi;", text)
            assert found == 1, name
        if only is not None:  # one claim, or with "" none: a smaller program, sooner compiled
            text = re.sub(rf"^ltl (?!{only or 'none'} ).*\n", "", text, flags=re.MULTILINE)
        if text not in made:
            made[text] = Spin(text, tmp_path_factory.mktemp("spin"))
        return made[text]

    return spin


# 1. The workflows as they are


@pytest.mark.parametrize(("workflow", "policy"), CASES)
def test_spin_finds_no_dead_end_and_the_rules_that_the_library_says_fire(spun: Spun, workflow: Workflow, policy: Policy) -> None:
    verdict = spun(workflow, policy).safety()
    assert verdict.fault is None, verdict
    found = graph.explore(workflow, policy)
    fired = {found.rules[number] for number in set(found.rule_at) if number >= 0}
    assert verdict.fired == fired


@pytest.mark.parametrize(("workflow", "policy"), CASES)
def test_every_filed_case_ends_and_is_paid_at_most_once(spun: Spun, workflow: Workflow, policy: Policy) -> None:
    assert formulas.claims(workflow) == ("ends", "money")
    for name in formulas.claims(workflow):
        verdict = spun(workflow, policy, fewer=True).claim(name)
        assert verdict.fault is None, (name, verdict)


@pytest.mark.parametrize(("workflow", "policy"), CASES)
def test_each_assumption_is_needed(spun: Spun, workflow: Workflow, policy: Policy) -> None:
    """Without it spin goes round for ever: over nothing, over rules that stay where they are, over payouts that fail."""
    rules = workflow.by_id
    doubts = formulas.doubts(workflow, workflow.domains(policy))
    assert len(doubts) == ASSUMED.get(workflow.key, 3)
    for name in doubts:
        verdict = spun(workflow, policy, fewer=True).claim(name)
        assert verdict.fault == "acceptance cycle", (name, verdict)
        if name == "if_stayed_for_ever":
            assert rules[verdict.trail[-1]].internal
        if name == "if_withheld_for_ever":
            payers = {rule.source.key for rule in workflow.rules if rule.event.pays}
            assert {rules[one].source.key for one in verdict.trail[-2:]} & payers


# 2. Seeded faults


def _added(workflow: Workflow, source: str, dest: str) -> Workflow:
    """The workflow with one rule more, F1, that nothing guards."""
    event = Event("go_wrong", OUTSIDER, "出错", "go wrong")
    return workflow.variant(rules=(*workflow.rules, Rule("F1", workflow.states[source], event, workflow.states[dest], "assumed")))


def _payment(workflow: Workflow) -> Rule:
    return next(rule for rule in workflow.rules if rule.event.pays)


def _changed(workflow: Workflow, place: Rule, **changes: object) -> Workflow:
    return workflow.variant(rules=tuple(replace(rule, **changes) if rule is place else rule for rule in workflow.rules))  # type: ignore[arg-type]  # fields of Rule


def some_workflows(place: int) -> pytest.MarkDecorator:
    """Two workflows for each fault, all of them in turn."""
    chosen = [list(ALL)[(place + more) % len(ALL)] for more in (0, 2)]
    return pytest.mark.parametrize("workflow", [ALL[key] for key in chosen], ids=chosen)


COUNTING = [pytest.param(one, id=key) for key, one in ALL.items() if any(field.up_to for field in one.fact_fields)]


def _counting(workflow: Workflow) -> Rule:
    """The first rule whose effect counts down, and whose guards look at the count; of a table without counts the first whose effect
    makes what no rule undoes and some guard bars."""
    counts = {one.name for one in workflow.fact_fields if one.up_to} or {"goods_returned"}
    return next(rule for rule in workflow.rules if rule.effect and counts & {*rule.effect.changes})


@some_workflows(0)
def test_a_second_payout_is_found(spun: Spun, workflow: Workflow) -> None:
    paid = _payment(workflow)
    verdict = spun(_added(workflow, paid.dest.key, paid.source.key), only="").safety()
    assert verdict.fault and "assertion violated" in verdict.fault and "paid<=1" in verdict.fault
    assert verdict.trail.count(paid.id) == 2 and "F1" in verdict.trail


@some_workflows(1)
def test_a_payout_left_out_on_the_way_to_its_state_is_found(spun: Spun, workflow: Workflow) -> None:
    paid = _payment(workflow)
    verdict = spun(_added(workflow, paid.source.key, paid.dest.key), only="money").claim("money")
    assert verdict.fault and verdict.trail[-1] == "F1" and paid.id not in verdict.trail


@pytest.mark.parametrize("workflow", [pytest.param(one, id=key) for key, one in ALL.items() if any(s.good for s in one.states.values())])
def test_a_good_end_without_money_after_a_payout_is_found(spun: Spun, workflow: Workflow) -> None:
    good, paid = next(key for key, state in workflow.states.items() if state.good), _payment(workflow)
    verdict = spun(_added(workflow, paid.dest.key, good), only="money").claim("money")
    assert verdict.fault and verdict.trail[-2:] == (paid.id, "F1")
    assert spun(_added(workflow, paid.source.key, good), only="money").claim("money").fault is None, "unpaid it may end there"


@some_workflows(2)
def test_a_state_without_rules_is_found(spun: Spun, workflow: Workflow) -> None:
    paid = _payment(workflow)
    verdict = spun(workflow.variant(rules=tuple(rule for rule in workflow.rules if rule.source.key != paid.source.key)), only="").safety()
    assert verdict.fault == "invalid end state"
    assert workflow.by_id[verdict.trail[-1]].dest.key == paid.source.key


@some_workflows(3)
def test_a_state_without_a_way_out_for_some_facts_is_found(spun: Spun, workflow: Workflow) -> None:
    rules = tuple(rule for rule in workflow.rules if rule.when or rule.source.key != workflow.initial.key)
    verdict = spun(workflow.variant(rules=rules), only="").safety()
    assert (verdict.fault, verdict.trail) == ("invalid end state", ())


@some_workflows(4)
def test_a_way_back_without_end_is_found(spun: Spun, workflow: Workflow) -> None:
    """It is no assumption of the claim: only waiting, staying and failing payouts are."""
    onward = next(r for r in workflow.rules if not (r.when or r.effect or r.internal or r.by_clock or r.dest.final))
    verdict = spun(_added(workflow, onward.dest.key, onward.source.key), only="ends").claim("ends")
    assert verdict.fault == "acceptance cycle" and "F1" in verdict.trail[-3:]


@some_workflows(5)
def test_a_round_that_nothing_counts_is_found(spun: Spun, workflow: Workflow) -> None:
    counting = _counting(workflow)
    verdict = spun(_changed(workflow, counting, effect=None), only="ends").claim("ends")
    assert verdict.fault == "acceptance cycle" and counting.id in verdict.trail


@pytest.mark.parametrize("workflow", COUNTING)
def test_a_count_below_nothing_is_found(spun: Spun, workflow: Workflow) -> None:
    counting = _counting(workflow)
    verdict = spun(_changed(workflow, counting, when=()), only="").safety()
    assert verdict.fault and "assertion violated" in verdict.fault
    assert verdict.trail.count(counting.id) == Policy.guide().max_resubmissions + 1  # as many as max_evidence_requests
