"""Room of what a process is: rows and tables, facts, policy, calendar, catalogue, orders and requests, how values and files are read.

Must not know an order type, nor how a case is stepped or drawn.
"""

from __future__ import annotations

from refund_fsm.workflow.bounds import Bounds, fault
from refund_fsm.workflow.calendar import FIRST_YEAR, LAST_YEAR, Deadline, Unit, WorkCalendar, instant, published
from refund_fsm.workflow.catalogue import ASSUMED, ASSUMED_TEXT, CATALOGUE, CatalogueRule, cited, provenance, spelled
from refund_fsm.workflow.counts import Count, Counting, End, Kind, Why, counting
from refund_fsm.workflow.facts import Domain, FactField, Label, NotFinite, Partial, UpTo, Value, assignments, known_in, reads_of
from refund_fsm.workflow.festivals import festival, made_up_for, published_festivals
from refund_fsm.workflow.files import MAX_BYTES, read_bytes, read_toml
from refund_fsm.workflow.former import as_of, looks_at_days
from refund_fsm.workflow.model import EVIDENCE_LABELS, MAX_EVIDENCE, Evidence, EvidenceKind, Listing, Order, OrderLine, RefundRequest
from refund_fsm.workflow.platform import Edition, edition_at, editions
from refund_fsm.workflow.policy import PROFILES, Policy, Span
from refund_fsm.workflow.profiled import differing, field_text, field_texts, policy_text
from refund_fsm.workflow.rows import (
    CLOCK,
    Acceptance,
    Actor,
    Effect,
    Event,
    Freight,
    Ground,
    Guard,
    Limit,
    Rule,
    State,
    effect,
    guard,
    unit_of,
)
from refund_fsm.workflow.spec import Workflow
from refund_fsm.workflow.special import SpecialPeriod
from refund_fsm.workflow.values import Frozen, FrozenDict, Name, NotEmpty, Prose, meant, placed
from refund_fsm.workflow.wellformed import KNOWN_FINDINGS, KNOWN_NEEDS
from refund_fsm.workflow.writing import Draft, kind_of, partial_of, place_of, put_all, write, write_text

__all__ = [
    "ASSUMED",
    "ASSUMED_TEXT",
    "CATALOGUE",
    "CLOCK",
    "EVIDENCE_LABELS",
    "FIRST_YEAR",
    "KNOWN_FINDINGS",
    "KNOWN_NEEDS",
    "LAST_YEAR",
    "MAX_BYTES",
    "MAX_EVIDENCE",
    "PROFILES",
    "Acceptance",
    "Actor",
    "Bounds",
    "CatalogueRule",
    "Count",
    "Counting",
    "Deadline",
    "Domain",
    "Draft",
    "Edition",
    "Effect",
    "End",
    "Event",
    "Evidence",
    "EvidenceKind",
    "FactField",
    "Freight",
    "Frozen",
    "FrozenDict",
    "Ground",
    "Guard",
    "Kind",
    "Label",
    "Limit",
    "Listing",
    "Name",
    "NotEmpty",
    "NotFinite",
    "Order",
    "OrderLine",
    "Partial",
    "Policy",
    "Prose",
    "RefundRequest",
    "Rule",
    "Span",
    "SpecialPeriod",
    "State",
    "Unit",
    "UpTo",
    "Value",
    "Why",
    "WorkCalendar",
    "Workflow",
    "as_of",
    "assignments",
    "cited",
    "counting",
    "differing",
    "edition_at",
    "editions",
    "effect",
    "fault",
    "festival",
    "field_text",
    "field_texts",
    "guard",
    "instant",
    "kind_of",
    "known_in",
    "looks_at_days",
    "made_up_for",
    "meant",
    "partial_of",
    "place_of",
    "placed",
    "policy_text",
    "provenance",
    "published",
    "published_festivals",
    "put_all",
    "read_bytes",
    "read_toml",
    "reads_of",
    "spelled",
    "unit_of",
    "write",
    "write_text",
]
