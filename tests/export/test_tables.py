"""The tables that exports are written from, held to the guards and effects themselves."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Literal

import pytest

from refund_fsm import Workflow, WorkflowError, effect, graph, guard, orders
from refund_fsm.export.tables import EffectTable, condition, effect_table, guard_table, tables_of
from refund_fsm.workflow import Partial, assignments, reads_of
from tests.awkward import WORKFLOW as AWKWARD
from tests.exchange import WORKFLOW as EXCHANGE
from tests.export.rendered import GUIDE, rendered
from tests.workflows import EVERY_WORKFLOW_EVEN_AWKWARD


@EVERY_WORKFLOW_EVEN_AWKWARD
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


@EVERY_WORKFLOW_EVEN_AWKWARD
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
