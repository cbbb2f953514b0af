"""Owns the step from a table to `transitions`: the only importer of that package. Every move of every case is made here.

One shared `transitions.Machine` without a model serves all cases of a workflow. A small unregistered cursor is the model
of one trigger, so nothing is kept alive and nothing is left behind when a guard raises. The machine has no callbacks:
effects are applied by the caller, after the move, on its own copy. What `transitions` logs of our machines (some lines a step) is
left out of its log, and of our machines' alone: `logged` tells of cases.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import Any
from weakref import WeakKeyDictionary

from transitions import EventData, Machine, Transition

from refund_fsm.workflow import Guard, Rule, Workflow

NO_SIGN: Any = object()


class _Name(str):
    """The name of a machine of ours, by which `transitions` begins each line of its log."""

    __slots__ = ()


def _is_foreign(record: logging.LogRecord) -> bool:
    """Whether a line of `transitions` is about somebody else's machine."""
    return not (isinstance(record.args, tuple) and record.args and isinstance(record.args[0], _Name))


logging.getLogger("transitions.core").addFilter(_is_foreign)


class Cursor:
    """The model of one trigger: a place in the machine, and nothing else."""

    __slots__ = ("state",)

    def __init__(self, state: str) -> None:
        self.state = state


class Move(Transition):
    """A transition of a machine that has no callbacks: all guards hold, then the state is the new one; nothing is called around that."""

    def execute(self, event_data: EventData) -> bool:
        """Whether it was taken."""
        for condition in self.conditions:
            guard: Any = condition.func
            if guard(*event_data.args) != condition.target:
                return False
        if self.dest:
            cursor: Any = event_data.model
            cursor.state = self.dest
        return True


class Stepper:
    """A workflow's machine, and the rule that each of its moves stands for."""

    __slots__ = ("_events", "_rules", "machine")

    def __init__(self, workflow: Workflow) -> None:
        self.machine = Machine(
            model=None,
            states=list(workflow.states),
            initial=workflow.initial.key,
            auto_transitions=False,
            send_event=False,
            queued=False,
        )
        self.machine.name = _Name(f"refund_fsm {workflow.key}: ")
        self.machine.wildcard_all = self.machine.wildcard_same = NO_SIGN  # `*` and `=` are keys of states like any other
        self.machine.add_transitions([_transition(rule) for rule in workflow.rules])
        self._events = self.machine.events
        for event in self._events.values():
            for source, found in event.transitions.items():
                event.transitions[source] = [_moved(one) for one in found]
        self._rules: dict[tuple[str, str, str], tuple[Rule, ...]] = {}
        for rule in workflow.rules:
            place = (rule.source.key, rule.event.name, rule.dest.key)
            self._rules[place] = (*self._rules.get(place, ()), rule)

    def fire(self, source: str, event: str, facts: Any) -> Rule | None:
        """Triggers the event: the rule that fired, or None when every guard combination failed.

        The event must be possible in `source`; `transitions` raises `MachineError` otherwise.
        """
        cursor = Cursor(source)
        try:
            if not self._events[event].trigger(cursor, facts):
                return None
        except Exception:
            self._blame(source, event, facts)
            raise
        return self._rule(source, event, cursor.state, facts)

    def first(self, source: str, event: str, facts: Any) -> Rule | None:
        """The rule that `fire` would take, found without a move."""
        for transition, failed in self._asked(source, event, facts):
            if not failed:
                return self._rule(source, event, source if transition.dest is None else transition.dest, facts)
        return None

    def _rule(self, source: str, event: str, dest: str, facts: Any) -> Rule:
        """The rule of a move. One, but for a workflow that was not checked: then the first that holds, which is the machine's."""
        found = self._rules[source, event, dest]
        return found[0] if len(found) == 1 else next(rule for rule in found if rule.holds(facts))

    def failed(self, source: str, event: str, facts: Any) -> tuple[Guard, ...]:
        """All guards that fail, over every rule of the event in `source`, in the order of the table."""
        return tuple(dict.fromkeys(guard for _, failed in self._asked(source, event, facts) for guard in failed))

    def _asked(self, source: str, event: str, facts: Any) -> Iterator[tuple[Any, list[Guard]]]:
        for transition in self._events[event].transitions[source]:
            guards: list[Any] = [condition.func for condition in transition.conditions]
            try:
                failed = [guard for guard in guards if not guard(facts)]
            except Exception:
                self._blame(source, event, facts)
                raise
            yield transition, failed

    def _blame(self, source: str, event: str, facts: Any) -> None:
        """Raises the `WorkflowError` that names the rule whose guard raises; passes where none of them does."""
        for (start, name, _), rules in self._rules.items():
            if (start, name) == (source, event):
                for rule in rules:
                    rule.holds(facts)


def _moved(one: Transition) -> Move:
    guards: Any = [condition.func for condition in one.conditions]
    dest: Any = one.dest  # None where the rule stays where it is
    return Move(one.source, dest, guards)


def _transition(rule: Rule) -> dict[str, Any]:
    """A row as `transitions` takes it: the guards themselves as conditions, None as the destination of an internal rule."""
    return {
        "trigger": rule.event.name,
        "source": rule.source.key,
        "dest": None if rule.internal else rule.dest.key,
        "conditions": list(rule.when),
    }


_steppers: WeakKeyDictionary[Workflow, Stepper] = WeakKeyDictionary()


def stepper_of(workflow: Workflow) -> Stepper:
    """The one stepper of a workflow, made when first asked for."""
    stepper = _steppers.get(workflow)
    if stepper is None:
        stepper = _steppers.setdefault(workflow, Stepper(workflow))
    return stepper
