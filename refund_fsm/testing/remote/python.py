"""Owns the text of an adapter in Python, which needs nothing but Python. Must not run it."""

from __future__ import annotations

PYTHON = '''@TITLE@
#
# Run it by:  refund-fsm verify … --command "python3 adapter.py"
#
# It reads one operation a line from stdin and writes one answer a line to stdout, both JSON. Put your service in where it says TODO.
# Until then a case is a toy that takes what MOVES holds, which is nothing.

import json
import sys
from datetime import datetime

# Who may do what, with what has to come with it:
@EVENTS@
#
# The states that a case can be in:
@STATES@

MOVES = {
    # TODO: either rows such as ("a state", "an event"): ("who", "the next state"), or calls of your service in `Case`
}
FURTHER = ["advance", "close"]  # TODO: add "due" where your service knows the deadline of a state


class Case:
    """One case of the service."""

    def __init__(self, order, request, at):
        # TODO: create the case. Amounts are in fen; `at` is when this happens, and the service should take it for now.
        self.now = at
        self.status = @INITIAL@

    def apply(self, event, by, at, details):
        # TODO: do it, and say whether it was taken; what is refused changes nothing.
        actor, following = MOVES.get((self.status, event), (None, None))
        if actor != by or at < self.now:
            return False
        self.now, self.status = at, following
        return True

    def advance(self, to):
        # TODO: let time pass; whatever falls due by then happens by itself.
        self.now = max(self.now, to)

    def state(self):
        # TODO: the state, in the words above, or in your own with --names names.toml.
        return self.status

    def due(self):
        # TODO: the deadline of the state as a datetime with a zone, or None.
        return None

    def close(self):
        # TODO: put away what the case has left.
        pass


cases = {}


def answer(asked):
    """What is answered to one operation."""
    op, key = asked["op"], asked.get("case")
    if op == "hello":
        return {"protocol": 1, "operations": ["open", "apply", "state", *FURTHER]}
    if op == "open":
        cases[key] = Case(asked["order"], asked["request"], datetime.fromisoformat(asked["at"]))
        return {}
    case = cases[key]
    if op == "apply":
        return {"taken": case.apply(asked["event"], asked["by"], datetime.fromisoformat(asked["at"]), asked["details"])}
    if op == "advance":
        case.advance(datetime.fromisoformat(asked["to"]))
    elif op == "state":
        return {"state": case.state()}
    elif op == "due":
        due = case.due()
        return {"due": due.isoformat() if due else None}
    elif op == "close":
        cases.pop(key).close()
    else:
        return {"error": f"no such operation: {op}"}
    return {}


def main():
    answers, sys.stdout = sys.stdout, sys.stderr  # so that what your service prints is not taken for an answer
    for line in sys.stdin:
        asked = json.loads(line)
        try:
            told = answer(asked)
        except Exception as error:
            told = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps({"id": asked["id"], **told}), file=answers, flush=True)


if __name__ == "__main__":
    main()
'''
