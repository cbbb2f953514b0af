"""Owns what is claimed of a workflow in linear temporal logic, and the assumptions that the claim of an end rests on.

`ends`: from every filed case, under the assumptions, the case is final from some time on. The assumptions are three kinds of
deed that do not go on for ever. They are found in the table by what a rule does, never by the name of a state, an event or an
order type, and an assumption that the table has no rule for is not made:

| deed | what it is | assumed |
|---|---|---|
| `waited` | nobody acts, which is possible in every state | `[]<>` final, or a deed other than waiting and staying |
| `stayed` | a rule that stays in its state, such as adding evidence | the same: only staying, and waiting, for ever is left out |
| `withheld` | the payer, who could pay, does something else, and may be asked again: the payout fails | `<>[]` not that |

The first two are as weak as can be: an endless run is left out only where nothing else happens in it for ever. So is the third:
"failures without end come with payments without end" would say less, but `money` bars the second. Any other endless round is no
assumption but a finding: that evidence is not asked for ever, or a request not filed anew for ever, follows from the guards that count.
`if_…_for_ever` is `ends` with one of the kinds allowed; a counterexample to it shows that the assumption is needed.

`money`: never more than one payout, exactly one in each state that a payout leads to, and none at an end that is good without money.
"""

from __future__ import annotations

from collections.abc import Mapping

from refund_fsm.export.tables import together
from refund_fsm.workflow import Domain, Rule, Workflow

WAITED, STAYED, MOVED, WITHHELD, PAID = "waited", "stayed", "moved", "withheld", "paid_out"
DEEDS: Mapping[str, str] = {
    "opened": "the case was opened",
    WAITED: "nobody acted",
    STAYED: "a rule fired that stays in its state",
    MOVED: "a rule fired that leads to another state",
    WITHHELD: "the payer could pay and did something else",
    PAID: "the money was paid",
}
_BARRED = {
    WAITED: "nobody acts for ever",
    STAYED: "rules that stay where they are go on for ever",
    WITHHELD: "payouts fail for ever",
}
NAMES = ("ends", "money", *(f"if_{deed}_for_ever" for deed in _BARRED))


def payers(workflow: Workflow, rule: Rule, domains: Mapping[str, Domain]) -> tuple[Rule, ...]:
    """The rules by which the rule's actor could have paid in its place, and may have the choice again later on.

    None for a rule that pays or stays, that leads where no such choice comes again, or whose guards bar the payment.
    """
    if rule.event.pays or rule.internal:
        return ()
    return tuple(
        other
        for other in workflow.rules
        if other.event.pays
        and (other.source.key, other.actor.key) == (rule.source.key, rule.actor.key)
        and other.source.key in _reached(workflow, rule.dest.key)
        and together(rule, other, domains)
    )


def _reached(workflow: Workflow, key: str) -> set[str]:
    """The states that some rules lead to from a state, itself included."""
    found, todo = {key}, [key]
    while todo:  # ends: every state is added once
        here = todo.pop()
        fresh = {rule.dest.key for rule in workflow.rules if rule.source.key == here} - found
        found |= fresh
        todo += fresh
    return found


def assumed(workflow: Workflow, domains: Mapping[str, Domain]) -> tuple[str, ...]:
    """The deeds that are assumed not to go on for ever: those that the workflow has rules for, and waiting."""
    stays = any(rule.internal and not rule.event.pays for rule in workflow.rules)
    withholds = any(payers(workflow, rule, domains) for rule in workflow.rules)
    return (WAITED, *((STAYED,) if stays else ()), *((WITHHELD,) if withholds else ()))


def claims(workflow: Workflow) -> tuple[str, ...]:
    """The names of what must hold: `ends`, and `money` where something pays."""
    return ("ends", "money") if any(rule.event.pays for rule in workflow.rules) else ("ends",)


def doubts(workflow: Workflow, domains: Mapping[str, Domain]) -> Mapping[str, str]:
    """The names of `ends` with one assumption left out, and in words what that allows. Refuted where the assumption is needed."""
    return {f"if_{deed}_for_ever": _BARRED[deed] for deed in assumed(workflow, domains)}


def written(workflow: Workflow, domains: Mapping[str, Domain], inside: Mapping[str, str]) -> list[str]:
    """Lines of Promela: an `ltl` for every claim and doubt. `inside` says for each state's key that the case is there."""
    deeds = assumed(workflow, domains)
    final = " || ".join(inside[key] for key, state in workflow.states.items() if state.final) or "false"
    lines = [
        f"#define ended ({final})",
        f"/* Final in the end, unless {', or '.join(_BARRED[deed] for deed in deeds)}. */",
        _ends("ends", deeds),
    ]
    for deed, (name, allowed) in zip(deeds, doubts(workflow, domains).items(), strict=True):
        lines += [
            f"/* The same, although {allowed}: refuted where that can be. */",
            _ends(name, tuple(one for one in deeds if one != deed)),
        ]
    paid = {rule.dest.key: f"({inside[rule.dest.key]} -> paid == 1)" for rule in workflow.rules if rule.event.pays}
    unpaid = {key: f"({inside[key]} -> paid == 0)" for key, state in workflow.states.items() if state.good and key not in paid}
    if paid:
        none = ", none at a good end without money" if unpaid else ""
        lines += [
            f"/* At most one payout{none}, and one where a payout leads. */",
            f"ltl money {{ [] (paid <= 1 && {' && '.join([*paid.values(), *unpaid.values()])}) }}",
        ]
    return lines


def _ends(name: str, barred: tuple[str, ...]) -> str:
    idle = [f"deed != {deed}" for deed in (WAITED, STAYED) if deed in barred]
    parts = [f"[]<> (ended || ({' && '.join(idle)}))"] if idle else []
    parts += [f"<>[] (deed != {WITHHELD})"] if WITHHELD in barred else []
    given = f"({' && '.join(parts)}) -> " if parts else ""
    return f"ltl {name} {{ {given}<>[] ended }}"
