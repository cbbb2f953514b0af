"""Owns where the money goes: that no case pays twice, none that was paid also ends well without money (`State.good`), and none comes
without a payment to where a payment leads.

Counts payments along every path, over pairs of a place and whether it was paid before.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator

from refund_fsm.soundness.hits import Hit, rule_text, state_text
from refund_fsm.soundness.space import GraphPath, Space
from refund_fsm.text import Text

Spot = tuple[int, bool]


def money(space: Space) -> Iterator[Hit]:
    """Each rule that can pay for a second time, or leads a case that was paid to an end that is good without money; and each rule that
    leads unpaid into a final state that payments lead to, unless it is such an end."""
    good = {key for key, state in space.workflow.states.items() if state.final and state.good}
    goals = {rule.dest.key for rule in space.rules if rule.event.pays and space.workflow.states[rule.dest.key].final} - good
    tree: dict[Spot, tuple[Spot | None, int]] = {(2 * config, False): (None, -1) for config in space.openings}
    met: set[tuple[str, str]] = set()
    todo = deque(tree)
    while todo:  # ends: every pair is added once
        spot = todo.popleft()
        place, paid = spot
        for number, dest in space.moves[place]:
            rule = space.rules[number]
            after = (dest, paid or rule.event.pays)
            again = (paid and rule.event.pays) or (after[1] and rule.dest.key in good and not rule.internal)
            kinds = [("paid_twice", again), ("not_paid", not after[1] and rule.dest.key in goals)]
            for kind, found in kinds:
                if found and (kind, rule.id) not in met:
                    met.add((kind, rule.id))
                    yield _hit(space, kind, rule.id, _path(space, tree, spot, number))
            if after not in tree:
                tree[after] = (spot, number)
                todo.append(after)


def _hit(space: Space, kind: str, rule: str, path: GraphPath) -> Hit:
    said = rule_text(space.workflow, rule)
    dest = space.workflow.by_id[rule].dest
    if kind == "paid_twice" and dest.final and dest.good:
        where = state_text(space.workflow, dest.key)
        zh = f"已付款的案件又到了不需要付款的圆满终态{where.zh}：{said.zh}。"
        return Hit(kind, (rule,), Text(zh, f"A case that was paid ends in {where.en}, which is good without money: {said.en}."), path)
    if kind == "paid_twice":
        return Hit(kind, (rule,), Text(f"同一案件付款两次：{said.zh}。", f"One case pays twice: {said.en}."), path)
    where = state_text(space.workflow, dest.key)
    message = Text(f"没有付款就到了{where.zh}：{said.zh}。", f"{where.en} is reached without a payment: {said.en}.")
    return Hit(kind, (rule,), message, path)


def _path(space: Space, tree: dict[Spot, tuple[Spot | None, int]], spot: Spot, last: int) -> GraphPath:
    rules = [last]
    before, number = tree[spot]
    while before is not None:  # ends: each step is nearer to an opening
        rules.append(number)
        spot = before
        before, number = tree[spot]
    return GraphPath(space, spot[0] // 2, tuple(reversed(rules)))
