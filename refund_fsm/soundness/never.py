"""Owns what never is: states never reached, rules that never fire, guards that never hold or never fail, limits that never count.

Judged over all choices of the facts that the policy fixes: what only one choice does not use is not dead. There is no path to
what never is; the witness leads as near to it as a case gets.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from refund_fsm.soundness.hits import Choice, Hit, nearest, rule_text, state_text, states_text
from refund_fsm.soundness.space import GraphPath, Space
from refund_fsm.text import Text
from refund_fsm.workflow import CLOCK, Event, Guard, Rule, Workflow

Asking = tuple[tuple[Guard, Event | None], ...]
UNREACHED = Text("没有任何案件能走到这里。", "no case gets there.")


def never(workflow: Workflow, choices: Sequence[Choice]) -> Iterator[Hit]:
    """All hits of this module."""
    reached = {key for choice in choices for key in choice.merged.places_of}
    for key in workflow.states:
        if key not in reached:
            said = state_text(workflow, key)
            message = Text(f"状态{said.zh}永远到不了。", f"The state {said.en} is never reached.")
            yield Hit("unreachable_state", (key,), message, None, UNREACHED)
    yield from _rules(workflow, choices)
    yield from _guards(workflow, choices)
    for state in dict.fromkeys([*(state for group, _ in workflow.groups for state in group), *workflow.law]):
        if state.key not in reached:
            message = Text(
                f"期限永远不会到期：状态“{state.zh}”({state.key})永远到不了。",
                f"The limit of {state.key} ({state.en}) never falls due: the state is never reached.",
            )
            yield Hit("limit_never_due", (state.key,), message, None, UNREACHED)
    yield from _limit_rows(workflow, choices)


def _limit_rows(workflow: Workflow, choices: Sequence[Choice]) -> Iterator[Hit]:
    """Rows of a limit that count in no configuration that a case reaches: their guards never hold, or an earlier row always comes first.
    A limit of states that no case reaches has its own findings."""
    counting = {row for choice in choices for row in _counting_rows(choice.merged)}
    for group, (states, rows) in enumerate(workflow.groups):
        found = [near for state in states if (near := nearest([choice.merged for choice in choices], state.key)) is not None]
        if len(rows) == 1 or not found:
            continue
        said = states_text(workflow, [state.key for state in states])
        space, place = min(found, key=lambda one: one[0].tree[one[1]][2])
        for number, row in enumerate(rows):
            if (group, number) in counting:
                continue
            name = row.field if [one.field for one in rows].count(row.field) == 1 else f"{row.field}#{number + 1}"
            zh = f"{said.zh}的期限中，第{number + 1}行（{row.field}）从不起算：其条件从不成立，或总有前面的行先成立。"
            why = "its guards never hold, or an earlier row always does"
            message = Text(zh, f"Row {number + 1} ({row.field}) of the limit of {said.en} never counts: {why}.")
            yield Hit("limit_never_due", (*(state.key for state in states), name), message, space.path_to(place))


def _counting_rows(space: Space) -> set[tuple[int, int]]:
    """The limits, and their rows, that count in what cases reach."""
    numbers = {space.graph.count_of[place // 2] for place in space.moves} - {-1}
    return {space.graph.counts[number][:2] for number in numbers}


def _rules(workflow: Workflow, choices: Sequence[Choice]) -> Iterator[Hit]:
    spaces = [choice.merged for choice in choices]
    fired = {space.rules[move.rule].id for space in spaces for moves in space.moves.values() for move in moves}
    for rule in workflow.rules:
        if rule.id in fired:
            continue
        said = rule_text(workflow, rule.id)
        tail, path = _why_dead(workflow, choices, rule)
        message = Text(f"{said.zh}从不生效：{tail.zh}", f"{said.en} never fires: {tail.en}")
        yield Hit("dead_rule", (rule.id,), message, path, UNREACHED if path is None else None)


def _why_dead(workflow: Workflow, choices: Sequence[Choice], rule: Rule) -> tuple[Text, GraphPath | None]:
    """Why a rule never fires, and the path as near to it as a case gets."""
    found = nearest([choice.merged for choice in choices], rule.source.key)
    if found is None:
        return Text("其起始状态永远到不了。", "its source is never reached."), None
    path = _asked_for(*found, rule.event)
    if rule.by_clock and rule.source.key not in workflow.limits_at:
        return Text("由时钟触发，而该状态没有期限。", "the clock fires it, and its source has no limit."), path
    if rule.source.final:
        return Text("终态不再接受操作。", "a final state takes no event."), path
    shadowed = [
        (choice.raw.tree[place][2], number, place)
        for number, choice in enumerate(choices)
        for place in choice.raw.places_of.get(rule.source.key, ())
        if all(one(choice.raw.graph.facts_of(place // 2)) for one in rule.when)
    ]
    if not shadowed:
        return Text("其条件从不同时成立。", "its guards never hold together."), path
    _, number, place = min(shadowed)
    space = choices[number].raw
    if rule.by_clock and space.spin(place // 2):
        return Text("时钟在同一期限内没完没了。", "the clock goes round for ever under one limit."), space.path_to(place)
    return Text("总有别的规则先于它生效。", "another rule always comes first."), _asked_for(space, place, rule.event)


def _asked_for(space: Space, place: int, event: Event | None) -> GraphPath:
    """To a place, and there the event is asked for, unless it is the clock's, or none."""
    return space.path_to(place) if event is None or event.actor.key == CLOCK.key else space.path_to(place, tried=event.name)


def _guards(workflow: Workflow, choices: Sequence[Choice]) -> Iterator[Hit]:
    for name, asked in _asked(workflow).items():
        answers, near = _answers(choices, asked)
        for value, kind in ((True, "guard_never_true"), (False, "guard_never_false")):
            if value in answers:
                continue
            zh, en = ("成立", "true") if value else ("不成立", "false")
            text = workflow.guards[name].text
            where = Text("", "") if near is not None else Text("(从未被问到)", " (it is never asked)")
            message = Text(f"条件“{text.zh}”({name})从不{zh}{where.zh}。", f"The guard {name} ({text.en}) is never {en}{where.en}.")
            yield Hit(kind, (name,), message, near, UNREACHED if near is None else None)


def _asked(workflow: Workflow) -> Mapping[str, Mapping[str, Asking]]:
    """By guard name and state, where a case asks it, and at which event (None: on entering the state, to count a limit or to start the
    law's clock): not in a final state but by the clock, and by the clock only under a limit."""
    found: dict[str, dict[str, Asking]] = {name: {} for name in workflow.guards}
    for rule in workflow.rules:
        if rule.source.key not in workflow.limits_at if rule.by_clock else rule.source.final:
            continue
        for guard in rule.when:
            places = found[guard.name]
            places[rule.source.key] = (*places.get(rule.source.key, ()), (guard, rule.event))
    counted = [(key, row) for key, rows in workflow.limits_at.items() for row in rows]
    for key, row in (*counted, *((state.key, limit) for state, limit in workflow.law.items())):
        for guard in row.guards:
            places = found[guard.name]
            places[key] = (*places.get(key, ()), (guard, None))
    return found


def _answers(choices: Sequence[Choice], asked: Mapping[str, Asking]) -> tuple[set[bool], GraphPath | None]:
    """What a guard answers where it is asked, up to both; and the path to the nearest place where it is."""
    answers: set[bool] = set()
    near: list[tuple[int, int, int, Event | None]] = []
    for choice in choices:  # most guards have given both answers before every set of facts has been looked at
        facts_at = choice.merged.facts_at
        for key, guards in asked.items():
            answers.update(one(facts_at[place]) for place in choice.merged.places_of.get(key, ()) for one, _ in guards)
    if len(answers) == 2:
        return answers, None
    for number, choice in enumerate(choices):
        space = choice.raw
        for key, guards in asked.items():
            places = space.places_of.get(key, ())
            near += [(space.tree[place][2], number, place, guards[0][1]) for place in places[:1]]
            answers.update(one(space.graph.facts_of(place // 2)) for place in places for one, _ in guards)
    if not near:
        return answers, None
    _, number, place, event = min(near, key=lambda one: one[:3])
    return answers, _asked_for(choices[number].raw, place, event)
