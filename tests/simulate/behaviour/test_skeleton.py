"""A behaviour to start from runs as it is, for any workflow; and a written behaviour is as terse as those that ship."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from refund_fsm import BadData, Limit, Rule, Workflow, orders
from refund_fsm.cli import main
from refund_fsm.simulate import Behaviour, Choice, Fixed, Share, first_passage, simulate, skeleton
from refund_fsm.simulate.behaviour.behaviour import SHIPPED
from tests.exchange import WORKFLOW as EXCHANGE
from tests.simulate.many import START, penniless
from tests.toys import END, GO, TICK, TURN, A, B, toy
from tests.workflows import EVEN_AWKWARD

ODD = 'a "quoted" \\ word, 中文 { = }'


@pytest.mark.parametrize("workflow", [*EVEN_AWKWARD.values(), penniless()], ids=lambda one: one.key)
def test_a_skeleton_runs_as_it_is(workflow: Workflow) -> None:
    behaviour = skeleton(workflow)
    assert Behaviour.from_toml(behaviour.to_toml()) == behaviour and "assumed" in behaviour.note
    played = simulate(workflow, behaviour, cases=2_000, seed=1, start=START)
    law = first_passage(workflow, behaviour, start=START, step=timedelta(hours=1))
    assert sum(law.outcomes.values()) == pytest.approx(1)
    ends = {key: one.value for key, one in played.outcomes.items() if one.value > 0.05}
    assert len(ends) >= 2 or len(law.outcomes) == 2, "not everything ends alike"
    for key, share in ends.items():
        assert law.outcomes[key] == pytest.approx(share, abs=0.06), key


def test_every_state_that_somebody_leaves_has_rows_and_the_main_path_can_be_gone() -> None:
    behaviour = skeleton(EXCHANGE)
    left = {rule.source.key for rule in EXCHANGE.rules if not rule.by_clock}
    assert {row.state for row in behaviour.choices} == left
    law = first_passage(EXCHANGE, behaviour, start=START, step=timedelta(hours=12))
    assert all(law.state_shares[state.key] > 0 for path in EXCHANGE.spine for state in path)
    assert all(row.delay is None or row.delay.expected <= 240 for row in behaviour.choices)


def test_what_only_the_clock_moves_at_first_has_a_skeleton() -> None:
    limit = Limit("return_days", cites="assumed")
    workflow = toy(Rule("T1", A, TICK, B, "assumed"), Rule("T2", B, TURN, END, "assumed"), limits={A: limit})
    behaviour = skeleton(workflow)
    assert [(row.state, row.event) for row in behaviour.choices] == [("b", "turn")]
    assert first_passage(workflow, behaviour, start=START, step=timedelta(hours=6)).outcomes["end"] == pytest.approx(1)
    with pytest.raises(BadData, match="a rule that somebody but the clock fires"):
        skeleton(toy(Rule("T1", A, TICK, B, "assumed"), Rule("T2", B, TICK, END, "assumed"), limits={A: limit, B: limit}))


def nobody(facts: object, at: datetime) -> None:
    """No order has any facts."""


def test_what_no_order_opens_has_no_skeleton() -> None:
    with pytest.raises(BadData, match=r"workflow: .* expected an example_of that gives an order"):
        skeleton(toy(Rule("T1", A, GO, END, "assumed")).variant(example_of=nobody))
    with pytest.raises(BadData, match="workflow: 'virtual'; expected a Workflow"):
        skeleton("virtual")  # type: ignore[arg-type]


def test_the_command_writes_one_for_an_own_workflow_that_the_others_take(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    name = "tests.exchange:WORKFLOW"
    assert main(["behaviour", name, "--toml"]) == 0
    path = tmp_path / "exchange.toml"
    path.write_text(capsys.readouterr().out, encoding="utf-8")
    assert main(["simulate", name, "--behaviour", str(path), "--cases", "500"]) == 0
    assert main(["exact", name, "--behaviour", str(path), "--step", "24"]) == 0
    capsys.readouterr()
    assert main(["simulate", name, "--cases", "500"]) == 2
    assert "refund-fsm behaviour MODULE:NAME --toml" in capsys.readouterr().err


@pytest.mark.parametrize("key", orders.keys())
def test_a_written_behaviour_is_no_longer_than_the_shipped_file(key: str) -> None:
    shipped, behaviour = (SHIPPED / f"{key}.toml").read_text(encoding="utf-8"), Behaviour.default(key)
    written = behaviour.to_toml()
    assert Behaviour.from_toml(written) == behaviour
    assert len(written.splitlines()) <= len(shipped.splitlines()) and "when = {}" not in written


def test_every_word_is_spelled_so_that_it_is_read_again() -> None:
    row = Choice(state=ODD, event="go.on", delay=Fixed(value=0.1), when={ODD: (True, 1, "1"), "b c": False}, cites=ODD)
    behaviour = Behaviour(order_type="x", note=ODD, mix=(Share(weight=1e12), Share(weight=1e-300, freight_insurance=True)), choices=(row,))
    assert Behaviour.from_toml(behaviour.to_toml()) == behaviour
