"""Owns the names, labels and units of what is computed of many cases, so that samples, exact laws and comparisons speak alike.

Must not compute: `result` and `exact` do.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from refund_fsm.errors import BadData, MissingPart
from refund_fsm.text import Text
from refund_fsm.text.numbers import Interval, Unit
from refund_fsm.workflow import Workflow

OPEN = "open"  # the outcome of a case that is left where it is
QUANTILES = (0.5, 0.9, 0.95)


@dataclass(frozen=True, slots=True)
class Figure:
    """One number: its name (such as `outcome:refunded`), label, unit, and the value with its interval."""

    name: str
    label: Text
    unit: Unit
    interval: Interval

    @property
    def value(self) -> float:
        """The estimate, or the exact value."""
        return self.interval.value


def disputes(workflow: Workflow) -> tuple[str, ...]:
    """Where a case goes that the parties do not settle: the ends of the spine's further paths (the shop: platform arbitration)."""
    return tuple(dict.fromkeys(path[-1].key for path in workflow.spine[1:]))


def pays(workflow: Workflow) -> bool:
    """Whether any rule pays; where none does there are no figures of money, and the time to the end says how long it takes."""
    return any(rule.event.pays for rule in workflow.rules)


def limit_names(workflow: Workflow) -> tuple[str, ...]:
    """A name for each limit group: its states, such as `requested/reviewing`."""
    return tuple("/".join(state.key for state in group) for group, _ in workflow.groups)


def times(workflow: Workflow) -> tuple[str, ...]:
    """Which times from the start there are: to the first payout (`money`) where anything pays, and to the end, whatever it is (`end`)."""
    return ("money", "end") if pays(workflow) else ("end",)


def limit_label(workflow: Workflow, name: str) -> Text:
    """The states that a limit counts together, by the limit's name, in words."""
    group, _ = workflow.groups[limit_names(workflow).index(name)]
    return Text("、".join(state.zh for state in group), ", ".join(state.en for state in group))


def percentile(p: float) -> str:
    """`p95` of 0.95."""
    return f"p{100 * p:g}"


def label_of(workflow: Workflow, name: str) -> Text:
    """What a figure is, in both languages; `BadData` for a name that is none."""
    kind, _, rest = name.partition(":")
    states, rules = workflow.states, workflow.by_id
    if name in _FIXED and _has(workflow, name):
        return _FIXED[name]
    if kind == "outcome" and rest in states and states[rest].final:
        return Text(f"结果：{states[rest].zh}", f"outcome: {states[rest].en}")
    if kind == "reach" and rest in states:
        return Text(f"曾进入：{states[rest].zh}", f"ever in: {states[rest].en}")
    if kind == "stay" and rest in states:
        return Text(f"每件平均停留：{states[rest].zh}", f"mean time per case in: {states[rest].en}")
    if kind == "rule" and rest in rules:
        return Text(f"触发过 {rest} {rules[rest].event.zh}", f"{rest} fires: {rules[rest].event.en}")
    if kind == "breach" and rest in limit_names(workflow):
        label = limit_label(workflow, rest)
        return Text(f"超过时限：{label.zh}", f"limit passed: {label.en}")
    if kind in times(workflow) and rest.startswith("p") and _is_percentile(rest):
        return Text(f"{_TIMES[kind].zh} {rest}", f"{_TIMES[kind].en}, {rest}")
    raise BadData("figure", name, f"one of {', '.join(known(workflow))}")


def _has(workflow: Workflow, name: str) -> bool:
    """Whether a workflow has a figure that not every one has."""
    without = {
        "arbitration": not disputes(workflow),
        "statutory": not workflow.law,
        "paid": not pays(workflow),
        "money:mean": not pays(workflow),
    }
    return not without.get(name, False)


def _is_percentile(text: str) -> bool:
    try:
        return 0 < float(text[1:]) < 100
    except ValueError:
        return False


_TIMES = {"money": Text("退款到账时间", "time to the money"), "end": Text("结束时间", "time to the end")}
_FIXED = {
    "outcome:open": Text("结果：未结束", "outcome: left open"),
    "arbitration": Text("进入平台介入／官方客服的比例", "share that ends up in arbitration or with official service"),
    **{f"{kind}:mean": Text(f"{label.zh}，平均", f"{label.en}, mean") for kind, label in _TIMES.items()},
    "paid": Text("每件平均退款金额", "mean amount paid out per case"),
    "steps": Text("每件步数", "steps per case"),
    "statutory": Text("超过法定退款期限", "the statutory refund period passed"),
}


def known(workflow: Workflow) -> Iterator[str]:
    """The names of all figures of a workflow, percentiles of the times to the money and to the end among them."""
    finals = [key for key, state in workflow.states.items() if state.final]
    yield from (f"outcome:{key}" for key in (*finals, OPEN))
    if disputes(workflow):
        yield "arbitration"
    yield from (name for kind in times(workflow) for name in (f"{kind}:mean", *(f"{kind}:{percentile(p)}" for p in QUANTILES)))
    yield from (("paid",) if pays(workflow) else ())
    yield "steps"
    yield from (f"breach:{name}" for name in limit_names(workflow))
    if workflow.law:
        yield "statutory"
    yield from (f"reach:{key}" for key in workflow.states)
    yield from (f"stay:{key}" for key, state in workflow.states.items() if not state.final)
    yield from (f"rule:{key}" for key in workflow.by_id)


def rows_of(all_of: Mapping[str, Figure]) -> list[dict[str, Any]]:
    """Figures as rows of plain data."""
    return [
        {
            "name": one.name,
            "zh": one.label.zh,
            "en": one.label.en,
            "unit": one.unit,
            "value": one.value,
            "low": one.interval.low,
            "high": one.interval.high,
        }
        for one in all_of.values()
    ]


def frame(rows: list[dict[str, Any]]) -> Any:
    """Rows as a polars table, or a pandas one; `MissingPart` where neither is installed."""
    try:
        import polars
    except ModuleNotFoundError:
        try:
            import pandas
        except ModuleNotFoundError:
            raise MissingPart.of("to_frame (pandas will do too)", "polars") from None
        return pandas.DataFrame(rows)
    return polars.DataFrame(rows)
