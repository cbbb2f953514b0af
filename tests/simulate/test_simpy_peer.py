"""Another program that plays the same behaviour, in SimPy, asking guards and facts: what becomes of cases, and when, agrees."""

from __future__ import annotations

import math
from datetime import datetime

import numpy as np
import pytest

from refund_fsm import Policy, orders
from refund_fsm.simulate import Behaviour, Result, figures, simulate
from tests.samples import at

pytest.importorskip("simpy", reason="the peer is played by SimPy")

from tests.benchmarks.simpy_peer import Peer, Tally  # after the check that SimPy is there

CASES, OURS = 2_000, 300_000
SEED = 20260212
MOST = 4.5  # standard errors
RARE = 3  # a share of fewer cases than this is taken as this, for its standard error
EVE, AUTUMN = at("2026-02-12 10:00"), at("2026-09-28 23:30")  # before the Spring Festival; before the National Day
PLACES = [
    ("self_operated", EVE, Policy.guide()),
    ("third_party", EVE, Policy.guide()),
    ("third_party", AUTUMN, Policy.statute().model_copy(update={"on_merchant_silence": "escalate"})),
    ("virtual", EVE, Policy.guide()),
]


def played(key: str, start: datetime, policy: Policy, behaviour: Behaviour | None = None) -> tuple[Result, Tally]:
    """What both say of a behaviour; SimPy may play another one than we do."""
    workflow, ours = orders.get(key), Behaviour.default(key)
    found = simulate(workflow, ours, cases=OURS, seed=SEED, start=start, policy=policy)
    return found, Peer(workflow, behaviour or ours, start=start, seed=SEED, policy=policy).run(CASES)


def standard_errors(theirs: int, ours: float) -> float:
    """By how many standard errors two shares differ: a count of `CASES`, and our share of `OURS`."""
    p = max((theirs + ours * OURS) / (CASES + OURS), RARE / CASES)
    return abs(theirs / CASES - ours) / math.sqrt(p * (1 - p) * (1 / CASES + 1 / OURS))


def shares_apart(result: Result, tally: Tally) -> dict[str, float]:
    """The standard errors between all shares: outcomes, rules, breaches, the law's clock, who pays the freight."""
    limits = figures.limit_names(result.workflow)
    return {
        **{key: standard_errors(tally.outcomes[key], one.value) for key, one in result.outcomes.items()},
        **{key: standard_errors(tally.rule_cases[key], one.value) for key, one in result.rule_shares.items()},
        **{name: standard_errors(tally.breach_cases[place], result.breach_shares[name].value) for place, name in enumerate(limits)},
        "statutory": standard_errors(tally.violations, result.statutory_share.value),
        **{f"freight {who}": standard_errors(tally.payers[who], count / OURS) for who, count in result.freight.items()},
    }


def money_apart(result: Result, tally: Tally) -> tuple[float, float]:
    """The two-sample Kolmogorov–Smirnov statistic of the time to the money, by whole hours, and its critical value at 0.001.

    Hours make ties, which make the statistic smaller, never larger: the test errs on the side of agreement.
    """
    scipy = pytest.importorskip("scipy.special")
    ours = result.time_to_money.counts
    theirs = np.array([tally.money[hour] for hour in range(len(ours))])
    n, m = int(ours.sum()), int(theirs.sum())
    distance = float(np.abs(np.cumsum(ours) / n - np.cumsum(theirs) / m).max())
    return distance, float(scipy.kolmogi(0.001)) * math.sqrt((n + m) / (n * m))


@pytest.mark.parametrize(("key", "start", "policy"), PLACES, ids=lambda one: one if isinstance(one, str) else "")
def test_simpy_says_the_same(key: str, start: datetime, policy: Policy) -> None:
    result, tally = played(key, start, policy)
    apart = shares_apart(result, tally)
    assert not {name: round(one, 1) for name, one in apart.items() if one > MOST}
    distance, critical = money_apart(result, tally)
    assert distance < critical
    assert sum(tally.outcomes.values()) == CASES


def test_the_comparison_sees_a_wrong_weight_and_a_wrong_delay() -> None:
    behaviour = Behaviour.default("third_party")
    result, tally = played("third_party", EVE, Policy.guide(), behaviour.changed(state="reviewing", event="reject", weight=1.5))
    assert shares_apart(result, tally)["S10"] > MOST
    result, tally = played("third_party", EVE, Policy.guide(), behaviour.changed(state="refunding", event="refund_paid", delay=1.15))
    distance, critical = money_apart(result, tally)
    assert distance > critical


def test_its_log_is_that_of_the_cases(tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("log") / "peer.csv"
    peer = Peer(orders.get("virtual"), Behaviour.default("virtual"), start=EVE, seed=SEED)
    tally = peer.run(50, log=path)
    lines = path.read_text(encoding="utf-8").splitlines()
    assert lines[0] == "case:concept:name,concept:name,time:timestamp,org:resource,state,rule,amount"
    assert len(lines) - 1 == sum(tally.rules.values())
    assert sum(line.split(",")[4] == "refunded" for line in lines) == tally.outcomes["refunded"]
