"""Cases on their way and ended, of all shipped scenarios and of made-up people across a New Year; and what each says of itself.

`python -m tests.case.lives YEAR FILE` writes them as JSON: run with another `chinesecalendar` in front, they are cases that it counted.
"""

from __future__ import annotations

import json
import random
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from refund_fsm import Policy, RefundCase, orders
from refund_fsm.scenario import find, load, play, shipped
from refund_fsm.simulate import Behaviour, play_case
from refund_fsm.text import SHANGHAI

MADE_UP = 4  # of each order type
CUTS = 4  # instants of each life at which it is looked at
APART = 4  # of the events of a scenario those after which its case is looked at


def of_scenarios() -> Iterator[RefundCase]:
    """The case of each shipped scenario after some of its events, and after the last."""
    for name in shipped():
        scenario = load(find(name))
        rows = scenario.rows if scenario.request else ()
        for row in (*rows[len(name) % APART : -1 : APART], *rows[-1:]):
            yield play(scenario, until=row.at).case


def across_new_year(year: int, **policy: Any) -> Iterator[RefundCase]:
    """Lives that begin in December before that year, at some of their instants, and ended."""
    draw = random.Random(year)
    for key in orders.keys():
        for number in range(MADE_UP):
            start = datetime(year - 1, 12, draw.randint(5, 31), draw.randint(0, 23), tzinfo=SHANGHAI)
            chosen = draw.choice((Policy(**policy), Policy(**policy, window_starts="next_day", roll_over=True, receipt_days=6)))
            ended = play_case(orders.get(key), Behaviour.default(key), case=number, seed=year, start=start, policy=chosen)
            lives = list(_life(ended, draw))
            yield from draw.sample(lives, min(CUTS, len(lives)))
            yield ended


def _life(ended: RefundCase, draw: random.Random) -> Iterator[RefundCase]:
    """The case after each of its steps, and while its limits run or are passed."""
    kept: dict[str, Any] = {"policy": ended.policy, "workflow": ended.workflow, "case_id": ended.case_id}
    one = RefundCase.open(ended.order, ended.request, at=ended.opened_at, **kept)
    yield one
    for step in ended.steps:
        if len(one.steps) < ended.steps.index(step) + 1:  # not where the clock has fired it by now
            one = one.apply(step.event, at=step.at, by=step.by, **step.details)
        yield one
        if one.due is not None and one.due.at > one.now:
            yield one.advance(to=one.now + (one.due.at - one.now) * draw.choice((0.5, 0.99)))
            if one.due.then is None:
                yield one.advance(to=one.due.at + timedelta(hours=draw.choice((0, 30))))


def said(case: RefundCase) -> dict[str, Any]:
    """What is decided of a case, and the limit that runs."""
    due = case.due
    return {
        "state": case.state.key,
        "now": case.now.isoformat(),
        "steps": [[step.rule.id, step.at.isoformat(), step.due and step.due.at.isoformat()] for step in case.steps],
        "facts": repr(case.facts),
        "recorded": [[step.breach.at.isoformat(), step.breach.provisional] for step in case.steps if step.breach],
        "breaches": [[breach.limit.field, breach.at.isoformat(), breach.provisional] for breach in case.breaches()],
        "paid_fen": case.paid_fen,
        "due": due and [due.at.isoformat(), due.provisional, due.then and due.then.id],
    }


def main(year: int, file: Path) -> None:
    """Writes all of them."""
    found = [[case.to_json(), said(case)] for case in (*of_scenarios(), *across_new_year(year))]
    file.write_text(json.dumps(found), encoding="utf-8")


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]))
