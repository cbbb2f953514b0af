"""Owns what a report says about the call that departs, so that one sees why: how it is to be judged and by which guards, the facts that
these read and the fields that they come from, what was handed over and called, and the time that had passed.

Must not call an implementation.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from refund_fsm.case import RefundCase, Refusal
from refund_fsm.errors import RefundFsmError
from refund_fsm.paths import facts_read
from refund_fsm.scenario import Opening, Path, Player
from refund_fsm.testing.lockstep.origins import INSTANTS, origins
from refund_fsm.testing.lockstep.plan import Call
from refund_fsm.text import SHANGHAI, Text, words
from refund_fsm.workflow import CLOCK, Guard, Policy, Rule, Workflow, reads_of

UNSAID = ("sku", "title", "quantity")  # of a line: what no report needs to say
LINES = 4  # of an order that are told beside the claimed one
EXACT = "%Y-%m-%d %H:%M:%S.%f"


def circumstances(workflow: Workflow, policy: Policy, path: Path, calls: Sequence[Call] = ()) -> tuple[Text, ...]:
    """What is to be known of the last call of a path, or of its opening where it has none, one line each. `calls` are those that its last
    step came to."""
    player = Player.opened(workflow, policy, path.opening)
    if not path.steps:
        return tuple(_order(path.opening, ()))
    for step in path.steps[:-1]:
        player = player.passed(step.event, step.by or "", step.at, step.details)
    last, case = path.steps[-1], player.case
    opening = path.opening._replace(order=case.order, at=max(last.at, case.now))
    after = player.passed(last.event, last.by or "", last.at, last.details).case
    lines = list(_rang(case, after, waits=last.event is None and not last.details))
    fields: Mapping[str, Sequence[str]] = {}
    if last.event is not None:
        lines += _judged(case, last.event, last.by or "", last.at, last.details)
        facts, fields = _read(case, opening, path.opening.at, last.event)
        lines += facts
    lines += _order(opening, [name for names in fields.values() for name in names])
    lines += _time(case, last.at)
    lines += _limits(case, after)
    if last.event is not None:
        lines += _handed(last.details)
    return (*lines, *_called(calls))


def verdict_of(case: RefundCase, event: str | None, by: str, at: datetime, details: Mapping[str, Any]) -> tuple[str, str]:
    """What is expected of a call, as a word or a few, and the key of the state that it leads to: the code of a refusal with the guards that
    fail, or the ids of the rules that fire."""
    if event is not None:
        refusal = case.ask(event, at=at, by=by, **details).refusal
        if refusal is not None:
            reached = case.advance(to=at) if at >= case.now else case
            return " ".join((refusal.code, *(sorted(one.name for one in refusal.failed_guards)))), reached.state.key
    after = Player(case, Opening(case.order, case.request, case.now)).passed(event, by, max(at, case.now), details).case
    fired = " ".join(step.rule.id for step in after.steps[len(case.steps) :])
    return fired, after.state.key


# How it is to be judged


def _judged(case: RefundCase, event: str, by: str, at: datetime, details: Mapping[str, Any]) -> Iterator[Text]:
    """The verdict: the refusal with its code, its words and the guards that fail, or the rule with the guards that hold."""
    verdict = case.ask(event, at=at, by=by, **details)
    if verdict.refusal is not None:
        code, said = verdict.refusal.code, _words_of(verdict.refusal)
        yield Text(f"应当拒绝（{code}）：{said.zh}", f"to be refused ({code}): {said.en}")
        yield from _guards(verdict.refusal.failed_guards, Text("不满足的条件", "guards that fail"))
    elif verdict.rule is not None:
        rule = verdict.rule
        yield Text(f"应当接受（{rule.id}）：{_leads(rule).zh}", f"to be taken ({rule.id}): {_leads(rule).en}")
        yield from _guards(rule.when, Text("满足的条件", "guards that hold"))


def _rang(before: RefundCase, after: RefundCase, *, waits: bool) -> Iterator[Text]:
    """What the clock is to do in the step; that it does nothing is said where nothing else happens (`waits`)."""
    rang = [step for step in after.steps[len(before.steps) :] if step.by == CLOCK.key]
    for step in rang:
        leads, at = _leads(step.rule), words.stamp(step.at)
        yield Text(f"时钟应在{at}执行（{step.rule.id}）：{leads.zh}", f"the clock is to act at {at} ({step.rule.id}): {leads.en}")
    if waits and not rang:
        yield Text("时钟在此之前不应执行任何操作", "the clock is to do nothing by then")


def _words_of(refusal: Refusal) -> Text:
    try:
        return refusal.text
    except RefundFsmError as error:  # a guard that cannot say why
        return Text(str(error), str(error))


def _leads(rule: Rule) -> Text:
    if rule.internal:
        return Text(f"仍为“{rule.dest.zh}”", f"stays in “{rule.dest.en}”")
    return Text(f"“{rule.source.zh}”转为“{rule.dest.zh}”", f"from “{rule.source.en}” to “{rule.dest.en}”")


def _guards(guards: Iterable[Guard], title: Text) -> Iterator[Text]:
    told = [Text(f"{one.name}（{one.text.zh}）", f"{one.name} ({one.text.en})") for one in guards]
    if told:
        yield Text(f"{title.zh}：{'；'.join(one.zh for one in told)}", f"{title.en}: {'; '.join(one.en for one in told)}")


def _read(case: RefundCase, opening: Opening, opened: datetime, event: str) -> tuple[list[Text], dict[str, Sequence[str]]]:
    """The facts that the guards of the event read, those of the guards that fail on a line of their own; and by fact, the fields that it
    comes from."""
    known = case.workflow.events.get(event)
    if known is None or known.actor.key == CLOCK.key:
        return [], {}
    reached = case.advance(to=opening.at)
    facts = facts_read(reached, event, opening.at)
    if not facts:
        return [], {}
    filed = next((step.at for step in reversed(reached.steps) if case.workflow.events[step.event].files), opened)
    found = origins(case.workflow, case.policy, opening if known.files else opening._replace(at=filed))
    fields: dict[str, Sequence[str]] = {name: found.get(name, ()) for name in facts}
    kept = {name: by for by, name in _set_by(reached)}
    failing = _read_by_failing(reached, event, opening.at)
    lines = []
    titles = (Text("这些条件所看的事实（来自）", "facts that they read (from)"), Text("其他所看的事实（来自）", "other facts read (from)"))
    for title, wanted in zip(titles if failing else titles[:1] * 2, (True, False), strict=True):
        told = ", ".join(_fact(name, facts[name], kept.get(name), fields[name]) for name in facts if (name in failing) is wanted)
        if told:
            lines.append(Text(f"{title.zh}：{told}", f"{title.en}: {told}"))
    return lines, fields


def _set_by(case: RefundCase) -> Iterator[tuple[str, str]]:
    """The facts that an effect has changed, each with the event that did, the last one last."""
    for step in case.steps:
        if step.rule.effect is not None:
            yield from ((step.event, one) for one in step.rule.effect.changes if getattr(step.before, one) != getattr(step.after, one))


def _read_by_failing(case: RefundCase, event: str, at: datetime) -> frozenset[str]:
    refusal = case.ask(event, at=at, by=case.workflow.events[event].actor.key).refusal
    domains = case.workflow.domains(case.policy)
    failed = refusal.failed_guards if refusal is not None else ()
    return frozenset(name for guard in failed for name in reads_of(guard, domains))


def _fact(name: str, value: Any, kept: str | None, fields: Sequence[str]) -> str:
    source = f"set by {kept}" if kept is not None else ", ".join(one for one in fields if one != name)
    return f"{name}={value}{f' ({source})' if source else ''}"


# What was there


def _order(opening: Opening, fields: Iterable[str]) -> Iterator[Text]:
    """The order's dates, its lines and the request, with the fields' own names; of the `fields` that matter, how long before."""
    order, request, at = opening
    instants = [(name, then) for name in INSTANTS if (then := getattr(order, name)) is not None]
    dated = [_dated(name, then, at if name in fields else then) for name, then in instants]
    marks = {name: value for name, value in order.model_dump(exclude_defaults=True).items() if isinstance(value, bool)}
    more = [*_pairs(marks), *_pairs(dict(order.attributes))]
    yield Text(f"订单：{', '.join([*(one.zh for one in dated), *more])}", f"order: {', '.join([*(one.en for one in dated), *more])}")
    claimed = order.line(request.sku)
    others = [line for line in order.lines if line is not claimed]
    for line in (claimed, *others[:LINES]):
        traits = {name: value for name, value in line.model_dump(exclude_defaults=True).items() if name not in UNSAID}
        place = order.lines.index(line) + 1
        zh = f"（申请退款，第{place}行，共{len(order.lines)}行）" if others and line is claimed else ""
        en = f" (claimed, number {place} of {len(order.lines)})" if others and line is claimed else ""
        yield Text(f"商品 {line.sku}{zh}：{', '.join(_pairs(traits))}", f"line {line.sku}{en}: {', '.join(_pairs(traits))}")
    asked = {name: value for name in ("kind", "reason", "amount_fen", "quantity") if (value := getattr(request, name)) is not None}
    pairs = ", ".join(_pairs({**asked, **request.attributes}))
    yield Text(f"申请：{pairs}", f"request: {pairs}")


def _dated(name: str, then: datetime, at: datetime) -> Text:
    told = f"{name} {exact(then)}"
    if then == at:
        return Text(told, told)
    return Text(f"{told}（{_span(abs(at - then))}{'前' if then < at else '后'}）", f"{told} ({_span(abs(at - then))} {_side(then, at)})")


def _side(then: datetime, at: datetime) -> str:
    return "earlier" if then < at else "later"


def _time(case: RefundCase, at: datetime) -> Iterator[Text]:
    since, late = _span(abs(at - case.now)), at < case.now
    when = f"{exact(at)} ({at.astimezone(UTC):%Y-%m-%d %H:%M} UTC)"
    zh, en = ("早于前一步", "before the step before it") if late else ("距前一步", "after the step before it")
    yield Text(f"时间：{when}，{zh}{since}", f"time: {when}, {since} {en}")


def _limits(before: RefundCase, after: RefundCase) -> Iterator[Text]:
    """The limit that ran before the call, and the one that is to run after it where that is another."""
    told = [
        None if case.due is None else f"{words.stamp(case.due.at)} ({case.due.limit.field} {case.due.length})" for case in (before, after)
    ]
    if told[0] is not None:
        yield Text(f"此前的期限：{told[0]}", f"limit before it: {told[0]}")
    if told[1] is not None and told[1] != told[0]:
        yield Text(f"此后的期限：{told[1]}", f"limit to run after it: {told[1]}")


def _span(apart: timedelta) -> str:
    """A span in figures, such as `6 d 13:59:00.000001`."""
    days, rest = apart.days, timedelta(seconds=apart.seconds, microseconds=apart.microseconds)
    return f"{days} d {rest}" if days else str(rest)


# What was done


def _handed(details: Mapping[str, Any]) -> Iterator[Text]:
    """The details as they were handed over; text as Python writes it, so that a note of blanks is seen to be one."""
    told = ", ".join(f"{name} {_detail(value)}" for name, value in details.items())
    yield Text(f"附带：{told or '无'}", f"handed over: {told or 'nothing'}")


def _detail(value: Any) -> str:
    if isinstance(value, tuple):
        return f"({', '.join(f'{piece.kind} by {piece.by} at {exact(piece.at)}' for piece in value)})"
    return repr(value)


def _called(calls: Sequence[Call]) -> Iterator[Text]:
    """The calls of the step, in the implementation's names, time that was brought to it included."""
    told = ", ".join(_call(one) for one in calls)
    if told:
        yield Text(f"调用：{told}", f"called: {told}")


def _call(call: Call) -> str:
    at = exact(call.at)
    if call.event is None:
        return f"news(order, {at})" if call.details else f"advance({at})"
    return f"apply({call.event!r}, {call.by!r}, {at}, {'{…}' if call.details else '{}'})"


def exact(at: datetime) -> str:
    """An instant in Shanghai, as exact as it is."""
    told = at.astimezone(SHANGHAI).strftime(EXACT)
    return told.removesuffix(".000000").removesuffix(":00")


def _pairs(values: Mapping[str, Any]) -> list[str]:
    return [f"{name} {value if str(value).isprintable() else repr(value)}" for name, value in values.items()]


def of_case(before: RefundCase, case: RefundCase, event: str | None, by: str, at: datetime, details: Mapping[str, Any]) -> tuple[Text, ...]:
    """What is to be known of a call on a case that knows its newest order: the time since it was as `before`, what is handed over, the
    facts, the verdict."""
    lines = [*_time(before, at)]
    if event is not None:
        facts, _ = _read(case, Opening(case.order, case.request, at), case.opened_at, event)
        lines += [*_handed(details), *_judged(case, event, by, at, details), *facts]
    return tuple(lines)


def of_opening(opening: Opening) -> tuple[Text, ...]:
    """The order's dates, the claimed line and the request."""
    dates, line, *_, request = _order(opening, ())
    return dates, line, request
