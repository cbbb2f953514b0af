"""Owns `sensitivity`: what the exact figures do when one number of the behaviour or the policy changes, ranked.

Every change is computed by the law of the changed chain: no derivative, no random numbers. Must not know an order type.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from refund_fsm.errors import BadData
from refund_fsm.simulate import figures as names
from refund_fsm.simulate.behaviour import Behaviour
from refund_fsm.simulate.chain import Chain, chain_of
from refund_fsm.simulate.interrupts import Stop, Stopped, interruptible
from refund_fsm.simulate.law.changes import Change, changes_of
from refund_fsm.simulate.law.exact import HORIZON, HOUR, Law, law_of
from refund_fsm.simulate.law.laying import fits
from refund_fsm.text import Text
from refund_fsm.workflow import Policy, Workflow

if TYPE_CHECKING:
    from refund_fsm.diagram import Lang

STEP = timedelta(hours=4)  # coarser than the law's own: what is compared is off by the same


@dataclass(frozen=True, slots=True)
class Effect:
    """One change: where it is (`choices[12].weight`, `policy.return_days`), what it is in words, and what each figure does then."""

    place: str
    parameter: Text
    change: Text
    effects: Mapping[str, float]


@dataclass(frozen=True)
class Sensitivity:
    """All changes of one behaviour and policy. `base` holds the figures without any, in the units of `figures`."""

    workflow: Workflow
    behaviour: Behaviour
    policy: Policy
    start: datetime
    step: timedelta
    horizon: timedelta
    base: Mapping[str, float]
    rows: tuple[Effect, ...]
    asked: int

    @property
    def partial(self) -> bool:
        """Whether fewer changes were computed than there are."""
        return len(self.rows) < self.asked

    def ranked(self, figure: str) -> tuple[Effect, ...]:
        """The rows, what moves the figure most first; ties in the order of the behaviour's rows. `BadData` for a figure not asked for."""
        if figure not in self.base:
            raise BadData("figure", figure, f"one that was asked for: {', '.join(self.base)}")
        return tuple(sorted(self.rows, key=lambda row: -_size(row.effects[figure])))

    def summary(self, lang: Lang = "both", *, most: int = 12) -> str:
        """For each figure the changes that move it most, in Chinese, English or both."""
        from refund_fsm.simulate.report.whatif_view import text

        return text(self, lang, most)

    def to_json(self, *, indent: int | None = None) -> str:
        """The base figures and all rows as JSON."""
        rows = [
            {"place": row.place, "parameter": _both(row.parameter), "change": _both(row.change), "effects": _finite(row.effects)}
            for row in self.rows
        ]
        data = {
            "order_type": self.workflow.key,
            "illustrative": True,
            "start": self.start.isoformat(),
            "step_seconds": self.step // timedelta(seconds=1),
            "horizon_seconds": self.horizon // timedelta(seconds=1),
            "base": _finite(self.base),
            "partial": self.partial,
            "rows": rows,
        }
        return json.dumps(data, ensure_ascii=False, indent=indent)

    def to_frame(self) -> Any:
        """The rows as a table of polars or pandas: place, zh, en, change, and a column for each figure."""
        from refund_fsm.simulate.figures import frame

        return frame(
            [
                {"place": row.place, "zh": row.parameter.zh, "en": row.parameter.en, "change": row.change.en, **row.effects}
                for row in self.rows
            ]
        )


def sensitivity(
    workflow: Workflow,
    behaviour: Behaviour,
    *,
    start: datetime,
    policy: Policy | None = None,
    figures: Sequence[str] | None = None,
    step: timedelta = STEP,
    horizon: timedelta = HORIZON,
    workers: int = 2,
    progress: Callable[[int, int], None] | None = None,
) -> Sensitivity:
    """What each of the `figures` does when one thing changes (names of `figures.known`, but `statutory`; percentiles such as `money:p80`).

    Changes: every weight of a choice, and of the mix, 10 % up, the others scaled; every delay 10 % longer; every whole number of the
    policy that matters here one up and one down, every choice of it to each other one. Each is the exact law of the changed chain
    on a lattice of `step`, computed by `workers` threads; `progress` is called with the changes done and asked for. An interrupt
    (Ctrl-C) ends it with the rows that are known, marked `partial`. Raises `BadData` as `first_passage` does, and for a figure that
    is none.
    """
    asked = _asked(workflow, figures)
    if type(workers) is not int or not 1 <= workers <= 64:
        raise BadData("workers", workers, "a whole number from 1 to 64")
    if progress is not None and not callable(progress):
        raise BadData("progress", progress, "a function of the changes done and asked for, or None")
    chain = chain_of(workflow, behaviour, start, policy)
    only = Law.items_of(workflow, asked)
    laws = {step: law_of(chain, step, horizon, only=only)}
    base = {name: laws[step].figure(name) for name in asked}
    changed = list(changes_of(chain))
    for fine in {_step(change.chain, step) for change in changed} - {step}:
        laws[fine] = law_of(chain, fine, horizon, only=only)

    def effects(change: Change, stop: Stop) -> dict[str, float]:
        like = laws[_step(change.chain, step)]
        law = law_of(change.chain, like.step, horizon, like, only, stop)
        return {name: _difference(law.figure(name), like.figure(name)) for name in asked}

    rows = _rows(changed, effects, workers, progress)
    return Sensitivity(workflow, behaviour, chain.policy, chain.start, step, horizon, base, rows, len(changed))


def _rows(
    changed: Sequence[Change],
    effects: Callable[[Change, Stop], dict[str, float]],
    workers: int,
    progress: Callable[[int, int], None] | None,
) -> tuple[Effect, ...]:
    """What the changes do, in their order; those that were computed before an interrupt."""
    rows: list[Effect] = []
    with interruptible() as stop, ThreadPoolExecutor(workers) as pool:
        found = pool.map(lambda change: effects(change, stop), changed)
        try:
            for one, effect in zip(changed, found, strict=True):
                rows.append(Effect(one.place, one.parameter, one.change, effect))
                if progress is not None:
                    progress(len(rows), len(changed))
                if stop.asked:
                    break
        except Stopped:  # the change that was waited for has ended halfway
            pass
        finally:
            stop.asked = True  # for those that are still at work, however this ends
            pool.shutdown(cancel_futures=True)
    return tuple(rows)


def _step(chain: Chain, step: timedelta) -> timedelta:
    """The step, or one hour where a limit in hours is no whole number of it."""
    return step if fits(chain, step) else min(step, HOUR)


def default_figures(workflow: Workflow) -> tuple[str, ...]:
    """What is looked at when nothing is named: arbitration, where the workflow has it, and the slowest twentieth: of those who
    are paid, else of all."""
    found = ("arbitration",) if names.disputes(workflow) else ()
    return (*found, f"{names.times(workflow)[0]}:p95")


def _asked(workflow: Workflow, figures: object) -> tuple[str, ...]:
    """The names of the figures that are asked for; `BadData` for those that are none, or not of the law."""
    if not isinstance(workflow, Workflow):
        raise BadData("workflow", workflow, "a Workflow, such as orders.get('virtual')")
    asked = default_figures(workflow) if figures is None else (figures,) if isinstance(figures, str) else figures
    asked = tuple(asked) if isinstance(asked, Sequence) else ()
    if not asked or "statutory" in asked or not all(isinstance(name, str) for name in asked):
        raise BadData("figures", figures, "names of figures, such as arbitration, money:p95, outcome:refunded (statutory is for simulate)")
    for name in asked:
        names.label_of(workflow, name)
    return asked


def _size(effect: float) -> float:
    return abs(effect) if math.isfinite(effect) else 0.0


def _difference(one: float, base: float) -> float:
    return one - base if math.isfinite(one) and math.isfinite(base) else math.nan


def _finite(values: Mapping[str, float]) -> dict[str, float | None]:
    return {name: value if math.isfinite(value) else None for name, value in values.items()}


def _both(text: Text) -> dict[str, str]:
    return {"zh": text.zh, "en": text.en}
