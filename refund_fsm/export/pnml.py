"""Owns the Petri net of a workflow in PNML (ISO/IEC 15909-2, the grammar of 2009), for process mining.

A place for each state, and a transition for each rule, labelled with its event; a rule that stays takes the token and puts it back.
The token starts on the initial state; where a rule leads back to that, it starts on a source of its own, to which nothing returns, and
each rule of the initial state has a second transition from there. A silent transition leads from each final state to the one sink,
whose token is the final marking. So the net is a workflow net, and sound where the table is. What to ask of it, and what to expect,
the file says itself (`_checks`). `$invisible$` and `finalmarkings` are what ProM and pm4py read; the grammar itself knows neither.
Guards, effects, limits and facts are not in the net: it allows every case of the workflow, and more.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.sax.saxutils import escape, quoteattr

from refund_fsm.export.identifiers import Identifiers
from refund_fsm.export.promela import said
from refund_fsm.text import Text
from refund_fsm.workflow import Policy, Rule, Workflow

NAMESPACE = "http://www.pnml.org/version-2009/grammar/pnml"
KIND = "http://www.pnml.org/version-2009/grammar/ptnet"
HEAD = """\
  {label} ({key})

  Made by refund-fsm, of the rules. A place is a state, a transition is a rule, its name is the event's.
  Guards are not in the net, nor are limits: it allows every case of the workflow, and more.
{checks}"""
CHECKS = """\

  Which check to use (the numbers are those of pm4py 2.7.23.11 for finished cases of this workflow):
  - check_soundness: sound, if the workflow is; it looks at the net alone, not at guards.
  - conformance_diagnostics_alignments: the check to use. Of every case that fits, fitness 1.0 and cost 1: the silent
    transition to the sink, where a deviation costs 10,000. fitness_alignments reckons it in, so its log_fitness is not 1 but
    0.9999 and more; the share of fitting traces, percentage_of_fitting_traces, is 100.
{tokens}"""
PLAIN = """\
  - Replay by tokens: the same verdicts, here, since one transition alone takes each event in each state."""
GUESSED = """\
  - Replay by tokens (conformance_diagnostics_token_based_replay): not to be used, for it accuses the innocent. In some states
    several transitions are named by one event (guards, which the net has not, say which fires), it takes one without looking
    ahead, and which one differs from process to process: {places}."""

_AN_ID = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*")
_NO_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def document(workflow: Workflow, policy: Policy) -> str:  # noqa: ARG001 — every export is made of a workflow and a policy
    """The net as XML, UTF-8. No policy changes it: what a policy fixes are facts and limits."""
    return "\n".join(_Net(workflow).lines()) + "\n"


class _Net:
    """The ids of one net, unique over places, transitions and arcs: a rule's own id where XML allows it."""

    def __init__(self, workflow: Workflow) -> None:
        self.workflow = workflow
        plain = [rule.id for rule in workflow.rules if _AN_ID.fullmatch(rule.id)]
        self.names = Identifiers(plain)
        self.transition = {rule.id: rule.id if rule.id in plain else self.names.of("rule_", rule.id) for rule in workflow.rules}
        self.sink = self.names.of("", "sink")
        returned_to = any(rule.dest.key == workflow.initial.key for rule in workflow.rules)
        self.source = self.names.of("", "source") if returned_to else None

    def place(self, key: str) -> str:
        return self.names.of("state_", key)

    def silent(self, key: str) -> str:
        return self.names.of("end_", key)

    def lines(self) -> list[str]:
        net = self.names.of("net_", self.workflow.key)
        label = said(self.workflow.label)
        return [
            '<?xml version="1.0" encoding="UTF-8"?>',
            "<!--",
            *(_comment(line) for line in self._head(label).splitlines()),
            "-->",
            f"<pnml xmlns={quoteattr(NAMESPACE)}>",
            f"  <net id={quoteattr(net)} type={quoteattr(KIND)}>",
            f"    {_name(label)}",
            f"    <page id={quoteattr(self.names.of('', 'page'))}>",
            *(f"      {line}" for line in self._page()),
            "    </page>",
            "    <finalmarkings>",
            f"      <marking><place idref={quoteattr(self.sink)}><text>1</text></place></marking>",
            "    </finalmarkings>",
            "  </net>",
            "</pnml>",
        ]

    def _head(self, label: str) -> str:
        key = said(Text(self.workflow.key, self.workflow.key))
        return HEAD.format(label=label, key=key, checks=self._checks())

    def _checks(self) -> str:
        """What to ask of the net, and what to expect of it."""
        guessed = [f"{event} in {state}" for (state, event), rules in self.workflow.rules_at.items() if len({r.dest for r in rules}) > 1]
        tokens = GUESSED.format(places="; ".join(guessed)) if guessed else PLAIN
        return CHECKS.format(tokens=tokens)

    def _page(self) -> Iterator[str]:
        states, initial, marked = self.workflow.states, self.workflow.initial.key, "<initialMarking><text>1</text></initialMarking>"
        if self.source is not None:
            yield f"<place id={quoteattr(self.source)}>{_name('source')}{marked}</place>"
        for key, state in states.items():
            token = marked if key == initial and self.source is None else ""
            yield f"<place id={quoteattr(self.place(key))}>{_name(key)}{token}</place> <!-- {_comment(said(state.text))} -->"
        yield f"<place id={quoteattr(self.sink)}>{_name('sink')}</place>"
        for rule in self.workflow.rules:
            yield from self._transition(rule, self.transition[rule.id], self.place(rule.source.key))
        for rule in self.workflow.rules:
            if self.source is not None and rule.source.key == initial:
                yield from self._transition(rule, self.names.of("first_", rule.id), self.source)
        for key, state in states.items():
            if state.final:
                silent = self.silent(key)
                tool = f'<toolspecific tool="ProM" version="6.4" activity="$invisible$" localNodeID={quoteattr(silent)}/>'
                yield f"<transition id={quoteattr(silent)}>{_name(silent)}{tool}</transition>"
                yield from self._arcs(self.place(key), silent, self.sink)

    def _transition(self, rule: Rule, number: str, source: str) -> Iterator[str]:
        note = said(Text(f"{rule.actor.zh}：{rule.event.zh}", f"{rule.actor.en}: {rule.event.en}"))
        yield f"<transition id={quoteattr(number)}>{_name(rule.event.name)}</transition> <!-- {_comment(note)} -->"
        yield from self._arcs(source, number, self.place(rule.dest.key))

    def _arcs(self, source: str, transition: str, dest: str) -> Iterator[str]:
        for prefix, one, other in (("to_", source, transition), ("from_", transition, dest)):
            yield f"<arc id={quoteattr(self.names.of(prefix, transition))} source={quoteattr(one)} target={quoteattr(other)}/>"


def _name(text: str) -> str:
    return f"<name><text>{escape(_printable(text))}</text></name>"


def _printable(text: str) -> str:
    """The text, what XML 1.0 has no sign for replaced."""
    return _NO_XML.sub("\ufffd", text)


def _comment(text: str) -> str:
    """Text in a comment, where two hyphens may not stand together, nor one at the end."""
    return re.sub("-(?=-|$)", "- ", _printable(text)).rstrip()
