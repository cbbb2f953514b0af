"""Owns what a run of `verify_implementation` is asked for: arguments are checked, criteria spelled out, the policy found.

Must not call an implementation, nor know an order type.
"""

from __future__ import annotations

from collections.abc import Iterable

from refund_fsm.errors import BadData
from refund_fsm.paths import CRITERIA, MAX_ROWS, Suite, size_of
from refund_fsm.testing.lockstep.names import Fit
from refund_fsm.workflow import Policy, Workflow

WITH_W = ("refusals", "limits", "conditions", "boundaries", "w")  # what the complete suite leaves to others comes first, being short
MAX_NUMBER = 10_000_000
MOST_KINDS = 1000  # that may be asked for


def check(make: object, workflow: object, paths: object, seed: object, timeout: object, max_search_calls: object, most: object) -> None:
    """`BadData` for an argument that is none; the implementation itself is looked at when it is made."""
    if not callable(make):
        raise BadData("make", make, "a class or a function that gives an implementation, taking no argument")
    if not isinstance(workflow, Workflow):
        raise BadData("workflow", workflow, "a Workflow")
    for name, number, top in (("examples", paths, MAX_NUMBER), ("max_search_calls", max_search_calls, MAX_NUMBER)):
        if type(number) is not int or not 0 <= number <= top:
            raise BadData(name, number, f"a whole number from 0 to {top:,}")
    if type(most) is not int or not 1 <= most <= MOST_KINDS:
        raise BadData("most", most, f"a whole number from 1 to {MOST_KINDS:,}")
    if type(seed) is not int:
        raise BadData("seed", seed, "a whole number")
    if isinstance(timeout, bool) or not isinstance(timeout, (int, float)) or not 0 < timeout <= 86_400:
        raise BadData("timeout", timeout, "seconds, more than 0 and at most a day")


def wanted_of(criterion: object) -> list[str | Suite]:
    """Criteria and suites in the order in which they are carried out, no criterion twice."""
    several = [criterion] if isinstance(criterion, (str, Suite)) else list(criterion) if isinstance(criterion, Iterable) else [criterion]
    found: list[str | Suite] = []
    for one in several:
        if not isinstance(one, Suite) and one not in CRITERIA:
            raise BadData("criterion", one, f"a Suite, or one of {', '.join(CRITERIA)}")
        found += WITH_W if one == "w" else (one,)
    return list(dict.fromkeys(found)) if all(isinstance(one, str) for one in found) else found


def bounded(wanted: list[str | Suite], workflow: Workflow, policy: Policy) -> list[str | Suite]:
    """With `mcdc` for `conditions` where the truth tables are too long."""
    too_long = size_of(workflow, policy) > MAX_ROWS
    return ["mcdc" if one == "conditions" and too_long else one for one in wanted]


def policy_for(policy: Policy | None, wanted: list[str | Suite], fitted: Fit) -> Policy:
    """The policy under which all is judged: the one given, that of the suites, or the workflow's own."""
    if policy is not None and not isinstance(policy, Policy):
        raise BadData("policy", policy, "a Policy, or None for the profile of the workflow")
    for one in wanted:
        if isinstance(one, Suite):
            if one.workflow.fingerprint != fitted.workflow.fingerprint:
                expected = f"a suite of the workflow {fitted.workflow.key!r} as the names leave it: names.fitted(workflow)"
                raise BadData("criterion", f"a suite of the workflow {one.workflow.key!r}", expected)
            if policy is not None and one.policy != policy:
                raise BadData("policy", policy, f"the policy of the suite of the criterion {one.criterion}, or None")
            policy = one.policy
    return fitted.workflow.default_policy() if policy is None else policy
