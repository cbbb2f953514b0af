"""Owns how limits and sources are told on the command line: rows with their guards, special periods, why a limit ends when it does, and
the sign of what the platform itself published. Must not count or judge anything.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from refund_fsm.orders import fact_labels
from refund_fsm.text import Languages, Text, words
from refund_fsm.text.sections import Cell, Table, columns
from refund_fsm.workflow import (
    ASSUMED,
    ASSUMED_TEXT,
    CatalogueRule,
    Guard,
    Limit,
    Policy,
    Span,
    SpecialPeriod,
    Workflow,
    cited,
    counting,
    provenance,
)
from refund_fsm.workflow import spelled as ids_of

if TYPE_CHECKING:
    from refund_fsm.case import Breach, Due
    from refund_fsm.scenario import Trace

PLATFORM = "▣"  # before what the platform itself published
SPECIAL = "※"  # before days in which limits become others
PLATFORM_MEANS = Text("平台自己公布的规则，附副本日期", "published by the platform itself, with the date of the copy")
OTHERWISE = Text("其他情况", "otherwise")
NEVER_SHORTER = Text("原时限更长的不变", "the ordinary end stands where it is later")
ORDINARILY = Text("否则到", "else")
SINCE = Text("因为", "because")
HELD = Text("不早于", "not before")
COPY = Text("{}（{}的副本）", "{}, copy of {}")


# 1. Sources
def is_published(id: str, catalogue: Mapping[str, CatalogueRule]) -> bool:
    """Whether the platform itself published what a citation names."""
    return isinstance(catalogue.get(id), CatalogueRule) and provenance(id, catalogue) == "platform"


def sources(cites: str, workflow: Workflow, lang: Languages) -> str:
    """Citations as written, `assumed` in the languages, with the platform's sign before what the platform published."""
    found: list[str] = []
    before = False
    for word in cites.split():
        now = all(is_published(id, workflow.catalogue) for id in ids_of(word))
        found.append(f"{PLATFORM} {word}" if now and not before else word)
        before = now
    return cited(" ".join(found) if PLATFORM in "".join(found) else cites, lang)


def published(rule: CatalogueRule) -> Text | None:
    """Where a rule of the platform stands: title and date of the copy."""
    if rule.published is None:
        return None
    title, on = rule.published.title, rule.published.copied.isoformat()
    return Text(COPY.zh.format(title.zh, on), COPY.en.format(title.en, on))


# 2. Rows of a limit
def row_text(limit: Limit, policy: Policy, lang: Languages, *, alone: bool = True) -> str:
    """A row of a limit: its length under a policy with its unit and its field, its guards, and what is added to it when."""
    value = None if limit.length is not None else getattr(policy, limit.field)
    said = lang.say(words.length(limit.length_in(policy), limit.unit), " ")
    lines = [f"{value.at_least}–{said} ({limit.field})" if isinstance(value, Span) else f"{said} ({limit.field})"]
    lines += [guard_text(guard, lang) for guard in limit.when]
    if not limit.when and not alone:
        lines.append(lang.say(OTHERWISE, " "))
    if limit.plus is not None and limit.plus_when is not None:
        lines.append(f"+ {limit.plus_in(policy)} ({limit.plus}): {guard_text(limit.plus_when, lang)}")
    return "\n".join(lines)


def guard_text(guard: Guard, lang: Languages) -> str:
    """A guard: its name and what it states."""
    return f"{guard.name}: {lang.say(guard.text, ' ')}"


def row_dict(limit: Limit, policy: Policy) -> dict[str, Any]:
    """What is said of a row beside field, unit and citations."""
    return {
        "length": limit.length_in(policy),
        "when": [guard.name for guard in limit.when],
        "plus": limit.plus,
        "plus_length": limit.plus_in(policy),
        "plus_when": limit.plus_when.name if limit.plus_when else None,
    }


# 3. Special periods
def specials(workflow: Workflow, policy: Policy) -> list[SpecialPeriod]:
    """The special periods of a policy that a table's limits can meet, in the policy's order."""
    count = counting(workflow, policy)
    places = {place for row in workflow.limit_rows for place, _, _ in count.relevant(row)}
    return [policy.special[place] for place in sorted(places)]


def special_dict(period: SpecialPeriod) -> dict[str, Any]:
    """A special period as plain data."""
    return {
        "limit": period.limit,
        "when": list(period.when),
        "start": period.start.isoformat(),
        "end": period.end.isoformat(),
        "unit": period.unit,
        "length": period.length,
        "never_shorter": period.never_shorter,
        "cites": list(ids_of(period.cites)),
    }


def special_table(workflow: Workflow, policy: Policy, lang: Languages) -> Table:
    """The special periods that a table's limits can meet."""
    headings = (
        *(Text("时限", "limit"), Text("条件", "guards"), Text("到期落在", "if it would end in")),
        *(Text("改为", "becomes"), Text("依据", "cites")),
    )
    rows: list[tuple[Cell, ...]] = []
    for one in specials(workflow, policy):
        guards = "\n".join(guard_text(workflow.guards[name], lang) for name in one.when)
        length = lang.say(words.length(one.length, one.unit), " ") + (f"\n{lang.say(NEVER_SHORTER)}" if one.never_shorter else "")
        rows.append((one.limit, guards, words.period(one.start, one.end), length, sources(one.cites, workflow, lang)))
    return Table(columns(*headings), tuple(rows), ruled=True)


# 4. Why a limit ends when it does
def why_lines(due: Due, workflow: Workflow, lang: Languages) -> Iterator[str]:
    """Why a limit ends when it does: row and guards, special period, what was added, what it may not come before; nothing of a limit that
    is one length whatever the facts."""
    why = due.why
    several = len(workflow.limits_at.get(_state_of(due.limit, workflow), ())) > 1
    if not (several or why.special or why.plus or why.held):
        return
    for one in lang.each:
        yield _why(due, workflow, one)


def _why(due: Due, workflow: Workflow, lang: Any) -> str:
    why = due.why
    told = [f"{due.limit.field} {words.length(due.length, due.unit).get(lang)}"]
    if why.special is not None:
        days = words.period(why.special.start, why.special.end)
        ordinary = f", {ORDINARILY.get(lang)} {words.stamp(why.ordinary)}" if why.ordinary else ""
        cites = why.special.cites.replace(ASSUMED, ASSUMED_TEXT.get(lang))
        told.append(f"{SPECIAL} {days} ({cites}{ordinary})")
    if why.plus:
        told.append(f"+ {why.plus} ({due.limit.plus})")
    if why.guards:
        told.append(f"{SINCE.get(lang)} {', '.join(guard.text.get(lang) for guard in why.guards)}")
    facts = [
        f"{fact_labels.of_field(workflow, name).get(lang)}: {_value(workflow, name, value).get(lang)}" for name, value in why.facts.items()
    ]
    told += [f"[{'; '.join(facts)}]"] if facts else []
    if why.held is not None:
        told.append(f"{HELD.get(lang)} {words.stamp(why.held)}")
    return " · ".join(told)


def _value(workflow: Workflow, name: str, value: Any) -> Text:
    return (
        Text("是" if value else "否", "yes" if value else "no") if isinstance(value, bool) else fact_labels.of_value(workflow, name, value)
    )


def _state_of(limit: Limit, workflow: Workflow) -> str:
    return next((states[0].key for states, rows in workflow.groups if any(row is limit for row in rows)), "")


def due_before(trace: Trace, number: int) -> Due | None:
    """The limit that ran when a step was made, by its place among the steps."""
    steps = trace.case.steps
    return steps[number - 1].due if 0 < number <= len(steps) else None


def length_of(breach: Breach, trace: Trace) -> Text:
    """The length of a limit that was passed, as it was counted then."""
    dues = (row.due for row in trace.rows if row.due is not None)
    due = next((due for due in dues if due.at == breach.at and due.limit is breach.limit), None)
    if due is not None:
        return words.length(due.length, due.unit)
    return words.length(breach.limit.length_in(trace.case.policy), breach.limit.unit)
