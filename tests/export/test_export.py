"""The exports are text that says what the table does: their tables, held to the guards and effects; their names; bad input.

What the tools say of them is in `test_spin`, `test_xstate`, `test_pnml` and `test_prism`.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import subprocess
import sys
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, Literal

import pytest

from refund_fsm import BadData, Policy, Workflow, WorkflowError, effect, graph, guard, orders
from refund_fsm.case import machine
from refund_fsm.export import FORMATS, render
from refund_fsm.export.identifiers import Identifiers
from refund_fsm.export.prism.lattice import Lattice
from refund_fsm.export.tables import EffectTable, condition, effect_table, guard_table, tables_of
from refund_fsm.simulate.behaviour import Behaviour, Choice, Share
from refund_fsm.simulate.behaviour.delays import Empirical, Fixed, Uniform
from refund_fsm.workflow.facts import Partial, assignments, reads_of
from refund_fsm.workflow.rows import CLOCK
from tests.awkward import WORKFLOW as AWKWARD
from tests.exchange import WORKFLOW as EXCHANGE
from tests.places import ROOT

WORKFLOWS = {**{key: orders.get(key) for key in orders.keys()}, EXCHANGE.key: EXCHANGE, AWKWARD.key: AWKWARD}
EACH = [pytest.param(workflow, id=key) for key, workflow in WORKFLOWS.items()]
GUIDE = Policy.guide()
ENDS = {"promela": "}\n", "xstate": "}\n", "pnml": "</pnml>\n", "prism": "endrewards\n"}
HOUR = timedelta(hours=1)
RENDERED = """
import hashlib
from tests.export.test_export import FORMATS, orders, rendered
for key in orders.keys():
    for to in FORMATS:
        print(hashlib.sha256(rendered(orders.get(key), to).encode()).hexdigest())
"""


def daily(workflow: Workflow) -> Behaviour:
    """A behaviour of whole days: anybody may do anything that the table has, a day after the entry."""
    opens = {one.name: one.start(GUIDE)[0] for one in workflow.fact_fields}
    choices = tuple(
        Choice(state=state, event=event, delay=Fixed(value=1, unit="days"))
        for state, event in workflow.rules_at
        if workflow.events[event].actor != CLOCK
    )
    return Behaviour(order_type=workflow.key, facts=opens, mix=(Share(weight=1),), choices=choices)


def rendered(workflow: Workflow, to: Any, policy: Policy | None = None) -> str:
    """The text, of the daily behaviour where the format is of one; an hour divides all limits."""
    return render(workflow, to, policy, behaviour=daily(workflow), step=HOUR) if to == "prism" else render(workflow, to, policy)


# 1. Tables


@pytest.mark.parametrize("workflow", EACH)
def test_a_guard_and_its_table_and_its_formula_agree_on_all_facts(workflow: Workflow) -> None:
    domains = workflow.domains(GUIDE)
    for one in workflow.guards.values():
        table = guard_table(one, domains)
        text = condition(table.reads, table.holds, domains, _one_of)
        code = compile(text.replace("&&", "and").replace("||", "or").replace("true", "True").replace("false", "False"), "formula", "eval")
        space = {"same": lambda a, b: type(a) is type(b) and a == b, "any": any}
        for known in assignments([name for name in domains if name in reads_of(one, domains)], domains):
            told = one(Partial(known))
            assert told == (tuple(known[name] for name in table.reads) in table.holds)
            assert told == eval(code, {**space, **known, "__builtins__": {}}), (text, known)  # our own formula


def _one_of(name: str, values: tuple[object, ...]) -> str:
    return f"any(same({name}, v) for v in {values!r})"


@pytest.mark.parametrize("workflow", EACH)
def test_an_effect_and_its_table_agree_on_all_facts_that_are_reached(workflow: Workflow) -> None:
    _, effects = tables_of(workflow, workflow.domains(GUIDE))
    found = graph.explore(workflow, GUIDE)
    width, seen = len(found.events), set[str]()
    for cell, number in enumerate(found.rule_at):
        rule = workflow.by_id[found.rules[number]] if number >= 0 else None
        if rule is None or rule.effect is None:
            continue
        before, after = found.facts_of(cell // width), found.facts_of(found.successor[cell])
        assert replace(before, **_made(effects[rule.effect.name], before)) == after
        seen.add(rule.effect.name)
    assert seen == set(effects)


def _made(table: EffectTable, facts: Any) -> dict[str, Any]:
    outcome = table.rows[tuple(getattr(facts, name) for name in table.reads)]
    return {name: value for name, value in zip(table.changes, outcome, strict=True) if value is not None}


def test_a_table_reads_no_more_than_matters() -> None:
    guards, effects = tables_of(orders.get("self_operated"), orders.get("self_operated").domains(GUIDE))
    assert guards["window_open"].reads == ("reason", "goods", "in_window", "excluded"), "window_kept is never true in the mall"
    assert effects["take_attempt"] == EffectTable(("attempts_left",), ("attempts_left",), {(1,): (0,), (2,): (1,)})
    assert effects["keep_evidence"] == EffectTable((), ("has_evidence",), {(): (True,)})
    _, effects = tables_of(AWKWARD, AWKWARD.domains(GUIDE))
    assert effects["copy_reason"].reads == ("reason",), "a value that is handed on is read"
    assert effects["turn_round"].reads == ("deed", "turns"), "a look that an unknown value cannot notice is found out"


@dataclass(frozen=True, slots=True)
class Wide:
    """More sets of facts than can be asked one by one: 2 × 8 ** 6."""

    a: bool
    b: Literal[0, 1, 2, 3, 4, 5, 6, 7]
    c: Literal[0, 1, 2, 3, 4, 5, 6, 7]
    d: Literal[0, 1, 2, 3, 4, 5, 6, 7]
    e: Literal[0, 1, 2, 3, 4, 5, 6, 7]
    f: Literal[0, 1, 2, 3, 4, 5, 6, 7]
    g: Literal[0, 1, 2, 3, 4, 5, 6, 7]


@effect("a")
def sees(facts: Any) -> Any:
    return replace(facts, a=facts.b > 3)


@effect("a")
def peeps(facts: Any) -> Any:
    return replace(facts, a=facts.a is not True)


@effect("a")
def meddles(facts: Any) -> Any:
    return replace(facts, a=True, b=0)


@effect("a")
def loses(_facts: Any) -> Any:
    return True


@guard(zh="真", en="true")
def holds(facts: Any) -> bool:
    return bool(facts.a)


def _wide(run: Any) -> Workflow:
    return EXCHANGE.variant(facts=Wide, rules=(replace(EXCHANGE.rules[0], when=(holds,), effect=run),))


def test_effects_that_cannot_be_tabulated_are_errors() -> None:
    wide = _wide(sees)
    assert effect_table(sees, wide, wide.domains(GUIDE)).reads == ("b",)
    for run, fault in ((peeps, "cannot be written as a table"), (meddles, "changes b, which it does not list"), (loses, "not a Wide")):
        for to in ("promela", "xstate", "prism"):
            with pytest.raises(WorkflowError, match=fault) as caught:
                rendered(_wide(run), to)
            assert caught.value.row == f"effect {run.name}"


# 2. Text


@pytest.mark.parametrize("to", FORMATS)
@pytest.mark.parametrize("workflow", EACH)
def test_an_export_is_made_without_the_graph_and_the_machine(workflow: Workflow, to: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """What would prove itself."""

    def forbidden(*_: object, **__: object) -> None:
        raise AssertionError("asked")

    for owner, name in ((graph, "explore"), (machine, "stepper_of"), (machine.Stepper, "__init__")):
        monkeypatch.setattr(owner, name, forbidden)
    text = rendered(workflow, to)
    assert text.endswith(ENDS[to]) and all(len(line) == len(line.rstrip()) for line in text.splitlines())
    assert text == rendered(workflow, to, GUIDE)


def test_an_export_is_the_same_in_every_process() -> None:
    mine = [hashlib.sha256(rendered(orders.get(key), to).encode()).hexdigest() for key in orders.keys() for to in FORMATS]
    for seed in ("1", "2"):
        done = subprocess.run(
            (sys.executable, "-c", RENDERED),
            env={**os.environ, "PYTHONHASHSEED": seed},
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=True,
        )
        assert done.stdout.split() == mine


@pytest.mark.parametrize("workflow", EACH)
def test_the_model_says_every_rule_once_and_marks_final_states_alone(workflow: Workflow) -> None:
    text = render(workflow, "promela")
    assert re.findall(r'printf\("(\S+) ', text) == [rule.id for key in workflow.states for rule in workflow.rules if rule.source.key == key]
    labels = re.findall(r"^(at|end)_\w+: /\*", text, re.MULTILINE)
    assert labels == ["end" if state.final else "at" for state in workflow.states.values()]
    for key, one in workflow.guards.items():
        assert re.search(rf"#define is_{key} .*{re.escape(one.text.zh.split()[0])}", text)


@pytest.mark.parametrize("workflow", EACH)
def test_the_policy_is_in_the_export(workflow: Workflow) -> None:
    policy = Policy(return_days=9, max_resubmissions=5, max_evidence_requests=5, payout_working_days={"at_least": 1, "at_most": 8})  # type: ignore[arg-type]  # pydantic takes the table
    for _, limit in workflow.groups:
        told = json.loads(render(workflow, "xstate", policy))["delays"]
        length = limit.length_in(policy)
        assert any(one["field"] == limit.field and one["length"] == length and one["unit"] == limit.unit for one in told.values())
    counts = [one.name for one in workflow.fact_fields if one.up_to]
    text = render(workflow, "promela", policy)
    assert counts and all(re.search(rf"byte fact_{name} = 5; ", text) for name in counts)


def test_delays_of_one_field_and_two_lengths_are_two() -> None:
    told = json.loads(render(AWKWARD, "xstate"))
    assert {name: one["states"] for name, one in told["delays"].items()} == {"x_hours_5": ["a-b", "a_b"], "x_hours_7": ["a.b"]}
    group = told["machine"]["states"]["a_b_and_a_b_2"]
    assert list(group["states"]) == ["a_b", "a_b_2"] and list(group["after"]) == ["x_hours_5"]


def test_identifiers_are_plain_and_never_shared() -> None:
    names = Identifiers(("in_use",))
    told = [
        names.of(*one)
        for one in (("in_", "use"), ("in_", "a-b"), ("in_", "a_b"), ("in", "_a_b"), ("v_", 1), ("v_", "1"), ("v_", True), ("v_", "退款"))
    ]
    assert told == ["in_use_2", "in_a_b", "in_a_b_2", "in_a_b_3", "v_1", "v_1_2", "v_True", "v___"]
    assert names.of("in_", "a_b") == "in_a_b_2"
    assert names.of("", "in_use") == "in_use_3", "what is reserved is nobody's"


@pytest.mark.parametrize("workflow", EACH)
def test_the_chain_has_every_rule_that_can_fire_once(workflow: Workflow) -> None:
    text = rendered(workflow, "prism")
    ids = re.findall(r"^  // (\S+) .*\n  \[rule\] ", text, re.MULTILINE)
    assert ids == [rule.id for key in workflow.states for rule in workflow.rules if rule.source.key == key]
    assert "// Rules that nobody chooses: none.\n" in text
    assert re.findall(r'^label "final_(\w+)"', text, re.MULTILINE) == [
        re.sub(r"\W", "_", key) for key, state in workflow.states.items() if state.final
    ]


def test_the_chain_leaves_out_what_nobody_does() -> None:
    """Rules that nobody chooses, the states that they alone lead to, the facts that they alone look at."""
    workflow = orders.get("virtual")
    behaviour, undone = daily(workflow), ("request_evidence", "complain")
    fewer = behaviour.model_copy(update={"choices": tuple(row for row in behaviour.choices if row.event not in undone)})
    text = render(workflow, "prism", behaviour=fewer)
    told = re.search(r"^// Rules that nobody chooses: (.*)\.$", text, re.MULTILINE)
    assert told and set(told[1].split(", ")) >= {"V11", "V12", *(rule.id for rule in workflow.rules if rule.event.name in undone)}
    assert "fact_evidence_requests_left" not in text and "// escalated:" not in text and "// V11 " not in text
    assert "fact_evidence_requests_left" in render(workflow, "prism", behaviour=behaviour)


def test_the_step_divides_the_day_and_every_length() -> None:
    workflow = orders.get("virtual")
    behaviour = daily(workflow)
    assert render(workflow, "prism", behaviour=behaviour) == render(workflow, "prism", behaviour=behaviour, step=timedelta(days=1))
    assert "\n  doing=later : 1/3;\n" in render(workflow, "prism", behaviour=behaviour, step=timedelta(minutes=20))
    for step in (timedelta(0), timedelta(hours=-24), timedelta(hours=7), timedelta(days=2), 24):
        with pytest.raises(BadData) as caught:
            render(workflow, "prism", behaviour=behaviour, step=step)  # type: ignore[arg-type]  # one is no timedelta
        assert caught.value.field == "step"
    with pytest.raises(BadData, match="evidence_hours, 36 h") as caught:
        render(workflow, "prism", Policy(evidence_hours=36), behaviour=behaviour)
    assert caught.value.field == "step"
    assert render(workflow, "prism", Policy(evidence_hours=36), behaviour=behaviour, step=12 * HOUR)


def test_the_behaviour_that_ships_is_put_on_the_lattice(monkeypatch: pytest.MonkeyPatch) -> None:
    asked, loose = [], delayed(Uniform(least=0, most=24))

    def put(behaviour: Behaviour, step: timedelta) -> Behaviour:
        asked.append((behaviour.order_type, step))
        return daily(orders.get(behaviour.order_type))

    monkeypatch.setattr(Behaviour, "on_lattice", put)
    monkeypatch.setattr(Behaviour, "default", lambda _: loose)
    virtual = orders.get("virtual")
    assert render(virtual, "prism", step=12 * HOUR) == render(virtual, "prism", behaviour=daily(virtual), step=12 * HOUR)
    assert render(virtual, "prism") and asked == [("virtual", 12 * HOUR), ("virtual", 24 * HOUR)]


DELAYS = (  # that are no whole steps of a day, and to what they are rounded
    (Uniform(least=0, most=24), Empirical(values=(0, 24))),
    (Fixed(value=1, unit="working_days"), Fixed(value=24)),
    (Fixed(value=36), Fixed(value=48)),
    (Fixed(value=24.001), Fixed(value=24)),
    (Empirical(values=(24, 30)), Fixed(value=24)),
)


def delayed(delay: Any) -> Behaviour:
    """The daily behaviour with another delay in its fifth row."""
    behaviour = daily(orders.get("virtual"))
    rows = list(behaviour.choices)
    rows[4] = rows[4].model_copy(update={"delay": delay})
    return behaviour.model_copy(update={"choices": tuple(rows)})


@pytest.mark.parametrize(("delay", "rounded"), DELAYS, ids=repr)
def test_a_delay_that_is_not_of_whole_steps_is_rounded(delay: Any, rounded: Any) -> None:
    workflow = orders.get("virtual")
    assert render(workflow, "prism", behaviour=delayed(delay)) == render(workflow, "prism", behaviour=delayed(rounded))


def test_a_delay_of_too_many_steps_is_named() -> None:
    with pytest.raises(BadData) as caught:
        render(orders.get("virtual"), "prism", behaviour=delayed(Fixed(value=1e9, unit="days")))
    assert caught.value.field == "choices[4].delay"


def test_parts_of_a_day_are_whole_steps_as_near_as_floating_point_numbers_come() -> None:
    law = Empirical(values=(1 / 3, 2 / 3, 31 / 15), weights=(1, 1, 2), unit="days")
    assert law.values[2] * 15 != 31
    assert Lattice(timedelta(minutes=96)).chances(law, "") == ((5, 1 / 4), (10, 1 / 3), (31, 1.0))
    lattice = Lattice(8 * HOUR)
    assert lattice.chances(Empirical(values=(0, 8, 16), weights=(0, 3, 0)), "") == ((1, 1.0),)


def test_bad_behaviours_are_named() -> None:
    workflow, other = orders.get("virtual"), daily(orders.get("third_party"))
    behaviour = daily(workflow)
    opens = {name: value for name, value in behaviour.facts.items() if name != "reason"}
    asked: tuple[tuple[Any, str], ...] = (
        (other, "behaviour.order_type"),
        ("virtual", "behaviour"),
        (behaviour.model_copy(update={"facts": opens}), "mix[0].facts.reason"),
        (behaviour.model_copy(update={"facts": {**opens, "reason": "whim"}}), "facts.reason"),
        (behaviour.model_copy(update={"facts": {**behaviour.facts, "evidence_requests_left": 1}}), "mix[0].facts.evidence_requests_left"),
    )
    for given, field in asked:
        with pytest.raises(BadData) as caught:
            render(workflow, "prism", behaviour=given)
        assert caught.value.field == field


def test_bad_input_is_named() -> None:
    shop = orders.get("third_party")
    asked: tuple[tuple[tuple[Any, ...], dict[str, Any], str], ...] = (
        (("third_party", "promela"), {}, "workflow"),
        ((shop, "petri"), {}, "to"),
        ((shop, ["promela"]), {}, "to"),
        ((shop, "xstate", "guide"), {}, "policy"),
        ((shop, "pnml"), {"behaviour": daily(shop)}, "behaviour"),
        ((shop, "promela"), {"step": HOUR}, "step"),
        ((EXCHANGE, "prism"), {}, "order_type"),
    )
    for arguments, more, field in asked:
        with pytest.raises(BadData) as caught:
            render(*arguments, **more)
        assert caught.value.field == field
