"""Room of any implementation held against a workflow, step by step: covering suites, random paths, the shortest counterexample.

Must not know an order type, nor need Hypothesis.
"""

from __future__ import annotations

from refund_fsm.testing.lockstep.implementation import Abilities, CallFault, Make, SignatureFault, abilities_of
from refund_fsm.testing.lockstep.model import Model, Table
from refund_fsm.testing.lockstep.names import Names, fit
from refund_fsm.testing.lockstep.plan import Call, Plan, Writer
from refund_fsm.testing.lockstep.random_paths import NO_SUCH_EVENT, lacking
from refund_fsm.testing.lockstep.search import lead

__all__ = [
    "NO_SUCH_EVENT",
    "Abilities",
    "Call",
    "CallFault",
    "Make",
    "Model",
    "Names",
    "Plan",
    "SignatureFault",
    "Table",
    "Writer",
    "abilities_of",
    "fit",
    "lacking",
    "lead",
]
