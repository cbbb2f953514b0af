"""Owns what people are told of a comparison, as sections. Must not lay them out."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from refund_fsm.simulate.behaviour import ILLUSTRATIVE
from refund_fsm.simulate.report import overview, settings
from refund_fsm.text import Text
from refund_fsm.text.numbers import Unit, between, bound, decimals, estimate, half, number, unit_text
from refund_fsm.text.sections import Cell, Column, Section, numbers, tabled

if TYPE_CHECKING:
    from refund_fsm.simulate.report.comparison import Comparison, Row

MAIN = ("outcome", "arbitration", "money", "end", "paid", "steps", "breach", "statutory")
FURTHER = 12  # of the states and rules, as many rows
LEAST: dict[Unit, float] = {"share": 0.0005, "hours": 1.2, "fen": 1.0}  # 0.05 points, 0.05 days, 0.01 yuan: less is not seen
DIFFERS = Text("主要数字中有差别的", "Main figures that differ")
ALIKE = Text("没有明显差别的主要数字", "Main figures without a clear difference")
UNCLEAR = Text("无明显差别", "no clear difference")
HIGHER, LOWER = Text("▲ 更高", "higher ▲"), Text("▼ 更低", "lower ▼")
CERTAIN = Text(
    "两者都是精确分布：差值的误差是两者误差估计（步长减半带来的变化）之和",
    "both are exact laws: the error of a difference is the sum of their estimated errors (what halving the step changed)",
)
NOT_ESTIMATED = Text(
    "两者都是精确分布：误差未估计，因为两倍步长不能整除一天或超出计算范围",
    "both are exact laws: their errors are not estimated, for twice the step divides no day or is beyond the horizon",
)
STATUTORY = Text("法定退款期限只在模拟中统计", "the statutory refund period is followed in simulations only")
INDEPENDENT = Text("差值的区间按独立样本算（95 %）", "intervals of differences are those of independent samples (95 %)")
COMMON = Text(
    "差值的区间按独立样本算（95 %）；两者用同样的随机数，真实误差更小，故偏保守",
    "intervals of differences are those of independent samples (95 %): conservative here, for both use the same random numbers",
)
NO_INTERVAL = Text("区间不详", "interval not known")


def title(comparison: Comparison) -> Text:
    """What is compared with what, as a heading."""
    a, b = comparison.names
    label = comparison.a.workflow.label
    same = comparison.a.workflow.key == comparison.b.workflow.key
    return Text(f"{label.zh + '：' if same else ''}{a.zh} → {b.zh}", f"{label.en + ': ' if same else ''}{a.en} → {b.en}")


def notices(comparison: Comparison) -> Iterator[Text]:
    """What must not be overlooked, and how the intervals are to be read."""
    yield from warnings(comparison)
    yield _reading(comparison)
    if comparison.exact and (comparison.a.workflow.law or comparison.b.workflow.law):
        yield STATUTORY


def warnings(comparison: Comparison) -> Iterator[Text]:
    """What must not be overlooked, of both."""
    yield ILLUSTRATIVE
    for name, one in zip(comparison.names, (comparison.a, comparison.b), strict=True):
        for notice in settings.notices(one):
            if notice != ILLUSTRATIVE:
                yield Text(f"{notice.zh}（{name.zh}）", f"{notice.en} ({name.en})")


def _reading(comparison: Comparison) -> Text:
    if comparison.exact:
        return CERTAIN if _estimated(comparison) else NOT_ESTIMATED
    return COMMON if comparison.common_cases else INDEPENDENT


def _estimated(comparison: Comparison) -> bool:
    """Whether the errors of two laws are both estimated, so that those of their differences are."""
    return any(math.isfinite(row.difference.high) for row in comparison.rows)


def _error(comparison: Comparison) -> Text:
    """What the column is called that says how well a difference is known."""
    if not comparison.exact:
        return Text("差值区间", "its interval")
    return overview.ESTIMATED if _estimated(comparison) else overview.NOT_ESTIMATED


def settings_rows(comparison: Comparison) -> list[tuple[Cell, Cell, Cell]]:
    """The settings beside each other, with the names above them; what is the same in both is said once. Under the policies stand the
    fields in which they differ."""
    a, b = settings.rows(comparison.a), settings.rows(comparison.b)
    labels = list(dict.fromkeys(label for label, _ in (*a, *b)))
    ours, theirs = dict(a), dict(b)
    found: list[tuple[Cell, Cell, Cell]] = [("", *comparison.names)]
    for label in labels:
        one, other = ours.get(label, ""), theirs.get(label, "")
        found.append((label, one, Text("同左", "the same") if one == other else other))
        if label == settings.POLICY:
            found += ((f"· {name}", one, two) for name, one, two in settings.policy_rows(comparison.a.policy, comparison.b.policy))
    return found


def sections(comparison: Comparison) -> Iterator[Section]:
    """The main figures in their order; then the states and rules that clearly differ, the clearest first; then what one alone has."""
    yield _section(Text("主要数字", "Main figures"), _main(comparison), comparison)
    yield from _further(comparison)


def _main(comparison: Comparison) -> list[Row]:
    return [row for row in comparison.rows if _kind(row) in MAIN and max(row.a.value, row.b.value) > overview.NEVER]


def _further(comparison: Comparison) -> Iterator[Section]:
    """The states and rules that clearly differ, the clearest first; then what one alone has."""
    further = [row for row in comparison.ranked() if row.clear and not _is_told(row, comparison)][:FURTHER]
    if further:
        yield _section(Text("状态和规则中差别最明显的", "States and rules that differ most clearly"), further, comparison)
    alone = [(name, side) for side in ("a", "b") for name in comparison.only_in[side] if _alone_matters(comparison, name, side)]
    if alone:
        yield _alone(comparison, alone)


def by_difference(comparison: Comparison) -> tuple[Section, tuple[Section, ...], Section | None]:
    """The same for who wants what differs first: the main figures that differ, the states and rules that do, what one alone has; then
    the main figures that do not, or by less than can be seen, None where all do."""
    rows = _main(comparison)
    differs = [row for row in rows if _is_seen(row)]
    alike = [row for row in rows if not _is_seen(row)]
    first = _section(DIFFERS, differs, comparison)
    return first, tuple(_further(comparison)), _section(ALIKE, alike, comparison) if alike else None


def _is_seen(row: Row) -> bool:
    """Whether a figure differs by more than its error, and by as much as people can see."""
    return _verdict(row) != UNCLEAR and not abs(row.difference.value) < LEAST.get(row.unit, 0.0)


def _kind(row: Row) -> str:
    return row.name.partition(":")[0]


def _is_told(row: Row, comparison: Comparison) -> bool:
    """Whether it is a main figure, or says the same as one: a final state is reached by the cases whose outcome it is."""
    kind, _, key = row.name.partition(":")
    return kind in MAIN or (kind == "reach" and comparison.a.workflow.states[key].final)


def _section(heading: Text, rows: Iterable[Row], comparison: Comparison) -> Section:
    columns = (
        Column(overview.WHAT),
        *numbers(*comparison.names, Text("差值", "difference")),
        Column(overview.UNIT),
        *numbers(_error(comparison)),
        Column(Text("", "")),
    )
    return tabled(heading, columns, tuple(_row(row) for row in rows))


def _row(row: Row) -> tuple[Cell, ...]:
    difference, unit = row.difference, row.unit
    places = decimals(difference, unit)
    return (
        overview.LABELS.get(row.name, row.label),
        number(row.a.value, unit, places),
        number(row.b.value, unit, places),
        number(difference.value, unit, places, sign=True),
        unit_text(unit),
        bound(difference, unit) if row.exact else between(difference, unit, sign=True),
        _verdict(row),
    )


def _verdict(row: Row) -> Cell:
    if not math.isfinite(row.difference.value):
        return ""
    if not row.difference.value:
        return UNCLEAR
    if math.isnan(half(row.difference)):
        return NO_INTERVAL
    if not row.clear:
        return UNCLEAR
    return HIGHER if row.difference.value > 0 else LOWER


def _alone_matters(comparison: Comparison, name: str, side: str) -> bool:
    """Whether it is a main figure that is not 0: the rules of another order type are no news."""
    one = comparison.a if side == "a" else comparison.b
    return name.partition(":")[0] in MAIN and overview.happens(one.figures()[name])


def _alone(comparison: Comparison, alone: Iterable[tuple[str, str]]) -> Section:
    rows: list[tuple[Cell, ...]] = []
    for name, side in alone:
        one, label = (comparison.a, comparison.names[0]) if side == "a" else (comparison.b, comparison.names[1])
        figure = one.figures()[name]
        rows.append((figure.label, label, estimate(figure.interval, figure.unit), unit_text(figure.unit)))
    columns = (Column(overview.WHAT), Column(Text("只见于", "only in")), *numbers(overview.VALUE), Column(overview.UNIT))
    return tabled(Text("只有一方有的数字", "Figures that one alone has"), columns, tuple(rows))
