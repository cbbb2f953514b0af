"""Owns `cover`: which suite of concrete paths a criterion asks for, and what its goals are called.

Each path has an order, a request, and events with instants, actors and details; after each step the state, or the refusal, that
is expected. Must not make paths: `play` does.
"""

from __future__ import annotations

from collections.abc import Mapping

from refund_fsm.errors import BadData
from refund_fsm.graph.shortest import choices
from refund_fsm.paths.boundaries import boundaries_suite
from refund_fsm.paths.conditions import conditions_suite
from refund_fsm.paths.goals import CRITERIA as _CRITERIA
from refund_fsm.paths.play import complete_suite, covering_suite
from refund_fsm.paths.space import Space
from refund_fsm.paths.suite import Suite
from refund_fsm.paths.w import MAX_EXTRA_STATES
from refund_fsm.workflow import Policy, Workflow

WHOLE = ("conditions", "mcdc", "boundaries")  # made of orders and instants, not of moves through a `Space`
CRITERIA = (*_CRITERIA, *WHOLE, "w")


def goal_names(workflow: Workflow, criterion: str, policy: Policy | None = None) -> tuple[str, ...]:
    """The names of what a criterion other than `w` asks for; `policy=None`: under any choice of what a policy fixes as a fact.

    Quicker than `cover`, which makes the paths (but for `conditions`, `mcdc` and `boundaries`). `BadData` for another criterion.
    """
    if criterion not in (*_CRITERIA, *WHOLE):
        raise BadData("criterion", criterion, f"one of {', '.join((*_CRITERIA, *WHOLE))}")
    found: dict[str, None] = {}
    for one in (policy,) if policy else choices(workflow):
        if criterion in WHOLE:
            found.update(dict.fromkeys(_whole(workflow, one, criterion).goals))
            continue
        space = Space(workflow, one, finely=criterion == "guard_outcomes", late=criterion == "limits")
        goals = _CRITERIA[criterion](space)
        found.update(dict.fromkeys((*goals.names, *(name for extra in goals.extras for name in extra.names))))
    return tuple(found)


def cover(
    workflow: Workflow,
    criterion: str,
    policy: Policy | None = None,
    *,
    extra_states: int = 0,
    seen: Mapping[str, str] | None = None,
) -> Suite:
    """A suite of concrete paths for a criterion; `policy=None` is the workflow's own profile.

    | criterion | goals |
    |---|---|
    | `states`, `rules`, `rule_pairs` | each of them; two rules one after the other |
    | `prime_paths` | the longest paths over rules that meet no state twice, and the simple round trips |
    | `guard_outcomes` | each guard of each rule: true, and false while the rule's other guards hold; all answers of a limit's guards |
    | `limits` | each row of each limit, in each special period: a minute before, at, a minute after; an event too late; rules that keep \
the count, or move it |
    | `refusals` | each refusal code that a state has for an actor |
    | `conditions` | in every state in which an event is possible, every combination of the facts that its guards read and that can occur \
there, as judged at the event |
    | `mcdc` | of these combinations, for each fact two that differ in it alone and in the verdict |
    | `boundaries` | a minute and a microsecond before, at, after: each end of a limit, begun on every sort of day, and each change of the \
facts that turns the verdict on a filing; amounts below, at and above the balance; traits of one line and of the others |
    | `w` | every event and the passing of every limit in every class of configurations, and what tells the class after it from others |

    A suite of `w` finds every fault of an implementation that has at most `extra_states` classes more than the merged graph. For
    one that tells states apart less finely, `seen` says by our state's key what it shows of it (one 处理中 for two states).

    `BadData` for an unknown criterion, a state that `seen` lacks, for `extra_states` or `seen` with another criterion than `w`, or
    so many that the suite would pass `w.MAX_PATHS`, which names its size. `TooLong` beyond `goals.MAX_PRIME_PATHS` prime paths and
    `truth.MAX_ROWS` combinations of `conditions`, before they are looked for;
    `WorkflowError` for facts that are not finite, or openings that have not the facts they were asked for.
    """
    if not isinstance(workflow, Workflow):
        raise BadData("workflow", workflow, "a Workflow")
    if criterion not in CRITERIA:
        raise BadData("criterion", criterion, f"one of {', '.join(CRITERIA)}")
    if type(extra_states) is not int or not 0 <= extra_states <= MAX_EXTRA_STATES:
        raise BadData("extra_states", extra_states, f"a whole number from 0 to {MAX_EXTRA_STATES}")
    if policy is not None and not isinstance(policy, Policy):
        raise BadData("policy", policy, "a Policy, or None for the profile of the workflow")
    policy = policy or workflow.default_policy()
    if seen is not None:
        for key in workflow.states:
            if not isinstance(seen.get(key), str):
                raise BadData(f"seen[{key}]", seen.get(key), "what is seen of the state, as text")
    if criterion == "w":
        return complete_suite(workflow, policy, extra_states, seen)
    if seen is not None:
        raise BadData("seen", criterion, "the criterion w: only its suite depends on what is seen")
    if extra_states:
        raise BadData("extra_states", extra_states, f"0: only the criterion w has them, not {criterion}")
    return _whole(workflow, policy, criterion) if criterion in WHOLE else covering_suite(workflow, policy, criterion)


def _whole(workflow: Workflow, policy: Policy, criterion: str) -> Suite:
    return boundaries_suite(workflow, policy) if criterion == "boundaries" else conditions_suite(workflow, policy, criterion)
