"""Owns the verdict on a workflow: `check` looks for every fault that its configuration graph can show, each with a witness.

| kind | subjects | found when |
|---|---|---|
| `unreachable_state` | state | no case reaches it |
| `dead_rule` | rule | no case ever fires it |
| `guard_never_true`, `guard_never_false` | guard | it always answers the same where a case asks it |
| `limit_never_due` | state | no case enters the state of a limit; or the limit passes and no clock rule of the state holds |
| `limit_never_due` | states, row | this row of the limit (the name of its field) counts in nothing that a case reaches |
| `clash` | two rules | both can fire at once: at one event, or at one limit |
| `final_left` | rule | it leads out of a final state |
| `dead_end` | state | no move leads out of it, nor after moves that stay in it |
| `cannot_end` | state | no final state can be reached any more, though the case can go on |
| `blocker` | actor, state | if the actor does nothing, nobody else and no clock ever leads out of the state |
| `livelock` | states | actors can go round for ever, and no clock ends it: see `rounds` |
| `paid_twice` | rule | it pays in a case that was paid before; or leads a paid case to an end that is good without money |
| `not_paid` | rule | it leads, unpaid, to a final state that payments lead to and that is not good without money |

The first six are judged over all choices of the facts that the policy fixes, and what alone the size of a count (`max_…`) below the
guide's brings about is told apart: it is off under this policy, and no fault. Facts are constant at filing, as in the graph, and
only openings that some order can have count. A case may wait wherever it is, so a limit can fall due wherever it is entered.
Must not change a workflow, nor know an order type by name.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from refund_fsm.errors import BadData, TooLong, WorkflowError
from refund_fsm.graph import ConfigGraph, explore
from refund_fsm.soundness.ends import ends
from refund_fsm.soundness.hits import Choice, Hit
from refund_fsm.soundness.money import money
from refund_fsm.soundness.never import never
from refund_fsm.soundness.report import Accepted, Finding, Report
from refund_fsm.soundness.rounds import rounds
from refund_fsm.soundness.space import witness
from refund_fsm.text import Text
from refund_fsm.workflow import KNOWN_FINDINGS, FrozenDict, NotFinite, Policy, Workflow

KINDS = KNOWN_FINDINGS
MAX_CHOICES = 64  # of the facts that the policy fixes: each has a graph of its own
REFILED = Text(
    "没有哪个订单能在再次提交时保持同样的事实。",
    "no order keeps these facts until it is filed: the graph takes facts as constant there, a case derives them anew.",
)


def check(workflow: Workflow, policy: Policy | None = None) -> Report:
    """Everything that is wrong with a workflow, checked or `unchecked`, beyond what it accepts.

    What a policy switches off (no second attempt under `max_resubmissions = 0`) is in `Report.off`. `policy=None` takes lengths and
    sizes from the guide's and judges every choice of the facts that the policy fixes; with a policy only its own choice counts, but
    for what never is. Raises `BadData` for what is no `Workflow`, facts that are not
    finite, or an `example_of` that gives no order; `TooLong` beyond `MAX_CHOICES` choices or too many configurations;
    `WorkflowError` for an effect that does not what it says.
    """
    _check_asked(workflow, policy)
    choices = _choices(workflow, policy or workflow.default_policy())
    if not any(choice.merged.openings for choice in choices):
        raise BadData("workflow", workflow, "an example_of that gives an order for some facts that a case can open with")
    lowered = _lowered(workflow, policy or workflow.default_policy())
    fuller = _choices(workflow, (policy or workflow.default_policy()).model_copy(update=lowered)) if lowered else []
    ever = {(hit.kind, hit.subjects) for hit in never(workflow, fuller)} if lowered else set()
    hits: list[Hit] = []
    off: list[Hit] = []
    for hit in never(workflow, choices):
        (off if lowered and (hit.kind, hit.subjects) not in ever else hits).append(hit)
    elsewhere = [hit for choice in fuller for hit in _stuck(choice)]
    for number, choice in enumerate(choices):
        (hits if number == 0 or policy is None else elsewhere).extend(_stuck(choice))
    return _report(workflow, choices, _Hits(hits, off, elsewhere), {name: getattr(policy, name) for name in lowered})


class _Hits(NamedTuple):
    """What is found under the policy, what it switches off, and what is found elsewhere and so is needed among the acceptances."""

    found: Sequence[Hit]
    off: Sequence[Hit]
    elsewhere: Sequence[Hit]


def _stuck(choice: Choice) -> tuple[Hit, ...]:
    return (*ends(choice), *rounds(choice.merged), *money(choice.merged))


def _lowered(workflow: Workflow, policy: Policy) -> dict[str, int]:
    """The sizes of counts that the policy has below the guide's, by field, as the guide has them."""
    guide = Policy.guide()
    sizes = {one.up_to: getattr(guide, one.up_to) for one in workflow.fact_fields if one.up_to is not None}
    return {name: size for name, size in sizes.items() if getattr(policy, name) < size}


def _check_asked(workflow: Workflow, policy: Policy | None) -> None:
    if not isinstance(workflow, Workflow):
        raise BadData("workflow", workflow, "a Workflow")
    if policy is not None and not isinstance(policy, Policy):
        raise BadData("policy", policy, "a Policy, or None for the profile of the workflow")
    try:
        assert workflow.fact_fields is not None  # raises NotFinite
    except NotFinite as error:
        raise BadData(f"facts.{error.field}", workflow.facts, f"finite facts ({error.why})") from None
    if len(workflow.by_id) != len(workflow.rules):
        raise BadData("rules", [rule.id for rule in workflow.rules], "each rule id once")


def _choices(workflow: Workflow, policy: Policy) -> list[Choice]:
    """The policy's own choice of the facts that it fixes, then all others."""
    fixed = [one for one in workflow.fact_fields if one.by_policy]
    domains = [one.domain(policy) for one in fixed]
    if math.prod(map(len, domains)) > MAX_CHOICES:
        raise TooLong(f"workflow {workflow.key}: more than soundness.MAX_CHOICES = {MAX_CHOICES} choices of what the policy fixes")
    own = tuple(getattr(policy, one.name) for one in fixed)
    found = []
    for values in dict.fromkeys((own, *itertools.product(*domains))):
        chosen = dict(zip((one.name for one in fixed), values, strict=True))
        one = policy if values == own else policy.model_copy(update=chosen)
        found.append(Choice(workflow, one, chosen, _explored(workflow, one)))
    return found


def _explored(workflow: Workflow, policy: Policy) -> ConfigGraph:
    """The graph that other tools use too, where no rules clash."""
    try:
        return explore(workflow, policy)
    except WorkflowError:
        return explore(workflow, policy, strict=False)  # raises again for what is not a clash


def _report(workflow: Workflow, choices: Sequence[Choice], hits: _Hits, lowered: Mapping[str, int]) -> Report:
    """The shortest hit of each kind and subject, told apart by the acceptances. One that another choice needs is needed."""
    best: dict[tuple[str, tuple[str, ...]], Hit] = {}
    for hit in hits.found:
        known = best.setdefault((hit.kind, hit.subjects), hit)
        if hit.path is not None and known.path is not None and len(hit.path) < len(known.path):
            best[hit.kind, hit.subjects] = hit
    accepts = {(one.finding, one.subject): one for one in workflow.accepts}
    findings, accepted = [], []
    for hit in sorted(best.values(), key=lambda hit: KINDS.index(hit.kind)):
        finding = _finding(hit, choices)
        why = accepts.get((finding.kind, finding.subject))
        if why is None:
            findings.append(finding)
        else:
            accepted.append(Accepted(finding, why))
    needed = {(hit.kind, " ".join(hit.subjects)) for hit in (*hits.found, *hits.off, *hits.elsewhere)}
    unneeded = tuple(one for one in workflow.accepts if (one.finding, one.subject) not in needed)
    size = sum(len(choice.graph) for choice in choices)
    off = tuple(_finding(hit, choices) for hit in hits.off)
    return Report(workflow, size, tuple(findings), tuple(accepted), unneeded, off, FrozenDict(dict(lowered)))


def _finding(hit: Hit, choices: Sequence[Choice]) -> Finding:
    choice = next((one for one in choices if hit.path is not None and hit.path.space.policy is one.policy), choices[0])
    path = None if hit.path is None else witness(hit.path)
    lacks = None if path is not None else hit.lacks or REFILED
    return Finding(hit.kind, hit.subjects, hit.message, path, lacks, choice.policy, choice.chosen)
