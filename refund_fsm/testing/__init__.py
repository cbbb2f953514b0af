"""Owns what tests of a workflow, the package's own or a user's, are made of. Must not know an order type by name.

The public names, loaded when they are first used. What draws and shortens needs the extra `testing` (Hypothesis); suites,
lockstep and mutants need nothing more.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from refund_fsm.testing.hypothesis.profiles import register_profiles as register_profiles
    from refund_fsm.testing.hypothesis.profiles import settings_for as settings_for
    from refund_fsm.testing.hypothesis.stateful import LockstepMachine as LockstepMachine
    from refund_fsm.testing.hypothesis.stateful import machine_for as machine_for
    from refund_fsm.testing.hypothesis.strategies import cases as cases
    from refund_fsm.testing.hypothesis.strategies import legal_paths as legal_paths
    from refund_fsm.testing.hypothesis.strategies import near_misses as near_misses
    from refund_fsm.testing.hypothesis.strategies import orders_and_requests as orders_and_requests
    from refund_fsm.testing.lockstep.groups import Group as Group
    from refund_fsm.testing.lockstep.implementation import BareCase as BareCase
    from refund_fsm.testing.lockstep.implementation import CaseImplementation as CaseImplementation
    from refund_fsm.testing.lockstep.implementation import Implementation as Implementation
    from refund_fsm.testing.lockstep.names import Names as Names
    from refund_fsm.testing.lockstep.pair_report import PairReport as PairReport
    from refund_fsm.testing.lockstep.report import Departure as Departure
    from refund_fsm.testing.lockstep.report import Divergence as Divergence
    from refund_fsm.testing.lockstep.report import LockstepReport as LockstepReport
    from refund_fsm.testing.lockstep.verify import verify_implementation as verify_implementation
    from refund_fsm.testing.mutation import Judge as Judge
    from refund_fsm.testing.mutation import Mutant as Mutant
    from refund_fsm.testing.mutation import killed_by as killed_by
    from refund_fsm.testing.mutation import mutants as mutants
    from refund_fsm.testing.remote.service import RemoteImplementation as RemoteImplementation
    from refund_fsm.testing.remote.service import RemoteService as RemoteService

_HOMES = {
    "hypothesis.stateful": ("LockstepMachine", "machine_for"),
    "hypothesis.profiles": ("register_profiles", "settings_for"),
    "hypothesis.strategies": ("cases", "legal_paths", "near_misses", "orders_and_requests"),
    "lockstep.groups": ("Group",),
    "lockstep.implementation": ("BareCase", "CaseImplementation", "Implementation"),
    "lockstep.names": ("Names",),
    "lockstep.pair_report": ("PairReport",),
    "lockstep.report": ("Departure", "Divergence", "LockstepReport"),
    "lockstep.verify": ("verify_implementation",),
    "mutation": ("Judge", "Mutant", "killed_by", "mutants"),
    "remote.service": ("RemoteImplementation", "RemoteService"),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}

__all__ = [*_HOME_OF]  # built from the one table above, so that the two cannot disagree


def __getattr__(name: str) -> Any:
    if name in _HOME_OF:
        value = getattr(importlib.import_module(f"refund_fsm.testing.{_HOME_OF[name]}"), name)
        globals()[name] = value
        return value
    raise AttributeError(f"module 'refund_fsm.testing' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
