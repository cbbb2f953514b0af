"""Owns the `hypothesis` entry point: `st.from_type` knows our public types wherever Hypothesis is imported.

Hypothesis calls `register` when it is imported, also in programs that have nothing to do with refunds. So nothing of ours is loaded
then: the types of a module are registered when that module has been imported, by a finder that looks at these few names and at
nothing else; the strategies themselves are made when one is first asked for. Must not know an order type.
"""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable, Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

TYPES = {
    "refund_fsm.workflow.model": ("Evidence", "Listing", "Order", "OrderLine", "RefundRequest"),
    "refund_fsm.workflow.policy": ("Policy", "Span"),
    "refund_fsm.case.case": ("RefundCase",),
}
SHOPS = ("某某旗舰店", "红薯小铺", "")
MOST_FEN = 200_000


def register() -> None:
    """Registers the types of modules that are loaded, and sees to the others. Called by Hypothesis; twice does no harm."""
    for module in TYPES:
        if module in sys.modules:
            _register_types(sys.modules[module])
    if not any(isinstance(finder, _AfterImport) for finder in sys.meta_path):
        sys.meta_path.insert(0, _AfterImport())


class _AfterImport(MetaPathFinder):
    """Finds our three modules as everybody else does, and registers their types once they are loaded."""

    _busy = False

    def find_spec(
        self,
        name: str,
        path: Sequence[str] | None,  # noqa: ARG002  # the protocol has it
        target: ModuleType | None = None,  # noqa: ARG002  # the same
    ) -> ModuleSpec | None:
        if name not in TYPES or self._busy:
            return None
        self._busy = True  # the search below asks this finder too
        try:
            spec = importlib.util.find_spec(name)
        finally:
            self._busy = False
        if spec is not None and spec.loader is not None:
            spec.loader = _Registering(spec.loader)
        return spec


class _Registering(Loader):
    """A loader that registers the module's types after the real one has run it."""

    def __init__(self, loader: Loader) -> None:
        self._loader = loader

    def __getattr__(self, name: str) -> Any:
        return getattr(self._loader, name)

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        return self._loader.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        self._loader.exec_module(module)
        module.__loader__ = self._loader
        if module.__spec__ is not None:
            module.__spec__.loader = self._loader
        _register_types(module)


def _register_types(module: ModuleType) -> None:
    from hypothesis import strategies as st

    for name in TYPES[module.__name__]:
        kind = getattr(module, name, None)
        if kind is not None:  # None while the module is still being run
            st.register_type_strategy(kind, _strategy_of(name))


def _strategy_of(name: str) -> Callable[[type], Any]:
    def asked(_: type) -> Any:
        return _MADE[name]()

    return asked


def _workflows() -> Any:
    """Any registered workflow."""
    from hypothesis import strategies as st

    from refund_fsm import orders

    return st.sampled_from([orders.get(key) for key in orders.keys()])


def _openings(part: int) -> Any:
    from refund_fsm.testing.hypothesis.strategies import orders_and_requests

    return _workflows().flatmap(orders_and_requests).map(lambda opening: opening[part])


def _cases() -> Any:
    from refund_fsm.testing.hypothesis.strategies import cases

    return _workflows().flatmap(cases)


def _evidence() -> Any:
    from hypothesis import strategies as st

    from refund_fsm.testing.openings import DESCRIPTIONS, EVIDENCE_KINDS, FIRST_DAY
    from refund_fsm.text import SHANGHAI
    from refund_fsm.workflow import Evidence

    return st.builds(
        Evidence,
        kind=st.sampled_from(EVIDENCE_KINDS),
        by=st.sampled_from(("buyer", "merchant", "platform")),
        at=st.datetimes(FIRST_DAY.replace(tzinfo=None), FIRST_DAY.replace(tzinfo=None, year=2027), timezones=st.just(SHANGHAI)),
        sha256=st.none() | st.text("0123456789abcdef", min_size=64, max_size=64),
        note=st.sampled_from(DESCRIPTIONS),
    )


def _order_lines() -> Any:
    from hypothesis import strategies as st

    from refund_fsm.testing.openings import TITLES
    from refund_fsm.workflow import OrderLine

    def line(amounts: tuple[int, int, int], sku: str, title: str, quantity: int, excluded: bool, open_case: str | None) -> OrderLine:
        balance, refunded, pending = amounts
        return OrderLine(
            sku=sku,
            title=title,
            quantity=quantity,
            paid_fen=balance + refunded + pending,
            refunded_fen=refunded,
            pending_fen=pending,
            no_reason_excluded=excluded,
            open_case=open_case,
        )

    fen = st.integers(0, MOST_FEN)
    sku = st.from_regex(r"SKU-[0-9]{1,6}", fullmatch=True)
    named = st.sampled_from(TITLES)
    return st.builds(line, st.tuples(fen, fen, fen), sku, named, st.integers(1, 99), st.booleans(), st.none() | st.just("RC-OTHER"))


def _listings() -> Any:
    """Listings that `order_type_of` knows, found by asking it."""
    from hypothesis import strategies as st

    from refund_fsm.errors import RefundFsmError
    from refund_fsm.orders import OWN_BADGES, OWN_SELLER, order_type_of
    from refund_fsm.workflow import Listing

    def is_known(listing: Listing) -> bool:
        try:
            order_type_of(listing)
        except RefundFsmError:
            return False
        return True

    badges, sellers = (st.sampled_from((*own, *SHOPS)) for own in (OWN_BADGES, (OWN_SELLER,)))
    return st.builds(Listing, badge=badges, sold_by=sellers).filter(is_known)


def _spans() -> Any:
    from hypothesis import strategies as st

    from refund_fsm.workflow import Span

    return st.tuples(st.integers(1, 15), st.integers(0, 15)).map(lambda pair: Span(at_least=pair[0], at_most=pair[0] + pair[1]))


def _policies() -> Any:
    """Policies that are valid and short enough to be used: either profile, with any of its fields changed."""
    from hypothesis import strategies as st

    from refund_fsm.workflow import PROFILES, Policy

    changed: dict[str, Any] = {}
    for name in Policy.model_fields:
        if name.endswith("working_days") and hasattr(getattr(Policy.guide(), name), "at_most"):
            changed[name] = _spans()
        elif name.endswith(("_days", "_hours")):
            changed[name] = st.integers(1, 60)
        elif name.startswith("max_"):
            changed[name] = st.integers(0, 3)
    changed["small_amount_fen"] = st.integers(0, MOST_FEN)
    changed["window_starts"] = st.sampled_from(("signing_day", "next_day"))
    changed["on_merchant_silence"] = st.sampled_from(("approve", "escalate"))
    changed["roll_over"] = st.booleans()

    def policy(profile: str, fields: dict[str, Any]) -> Policy:
        return Policy.from_mapping({"profile": profile, **fields})

    return st.builds(policy, st.sampled_from(PROFILES), st.fixed_dictionaries({}, optional=changed))


_MADE: dict[str, Callable[[], Any]] = {
    "Order": lambda: _openings(0),
    "RefundRequest": lambda: _openings(1),
    "RefundCase": _cases,
    "Evidence": _evidence,
    "OrderLine": _order_lines,
    "Listing": _listings,
    "Policy": _policies,
    "Span": _spans,
}
