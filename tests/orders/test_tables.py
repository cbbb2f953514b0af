"""The tables of the package against rules.md, row by row, read from the file itself. Nothing of the tables is copied here."""

from __future__ import annotations

import re
from dataclasses import dataclass, fields, replace
from typing import Any

import pytest

from refund_fsm import CLOCK, Policy, Rule, Span, Workflow, orders
from refund_fsm.orders.guidance_texts import GUIDANCE
from refund_fsm.workflow.rows import Limit
from tests.places import ROOT

FILE = ROOT.parent / "shared" / "rules.md"
if not FILE.exists():
    pytest.skip("no ../shared/rules.md beside the checkout: the tables cannot be compared with the contract", allow_module_level=True)
TEXT = FILE.read_text(encoding="utf-8")
COLUMN = {"mall": "self_operated", "shop": "third_party", "virtual": "virtual"}


def section(title: str) -> str:
    """The text under a heading, up to the next heading."""
    (found,) = re.findall(rf"^#+ {re.escape(title)}[^\n]*\n(.*?)(?=^#|\Z)", TEXT, re.M | re.S)
    return str(found)


def tables(text: str) -> list[list[str]]:
    """The cells of all table rows, headers and rulers left out."""
    rows: list[list[str]] = []
    lines = text.splitlines()
    for place, line in enumerate(lines):
        if line.startswith("|") and not line.startswith("|---") and not (place + 1 < len(lines) and lines[place + 1].startswith("|---")):
            rows.append([cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]])
    return rows


def ticked(text: str) -> tuple[str, ...]:
    """The names in backquotes, in order."""
    return tuple(re.findall(r"`([a-z_]+)`", text))


def spelled(cites: str) -> tuple[str, ...]:
    """A provenance cell, its ranges spelled out."""
    found: list[str] = []
    for part in re.split(r",\s*", cites):
        ends = re.fullmatch(r"([A-Z])(\d+)–([A-Z])(\d+)", part)
        found += [f"{ends[1]}{n}" for n in range(int(ends[2]), int(ends[4]) + 1)] if ends else [part]
    return tuple(found)


@dataclass(frozen=True)
class Row:
    """One rule as rules.md has it. `takes` and `sets` are facts."""

    id: str
    source: str
    event: str
    actor: str
    dest: str
    internal: bool
    guards: tuple[str, ...]
    needs: tuple[str, ...]
    sets: tuple[str, ...]
    takes: tuple[str, ...]
    cites: tuple[str, ...]


def taken_by() -> dict[str, str]:
    """Which fact an event takes one of, by § 3: "`resubmit` takes one"."""
    found = {}
    for fact, values, _ in tables(section("3. Facts")):
        for event in re.findall(r"`([a-z_]+)` takes one", values):
            found[event] = ticked(fact)[0]
    return found


def conditions(cell: str, event: str) -> dict[str, tuple[str, ...]]:
    """Guards, needs and effects of a rule: "`guard`; needs note; sets `fact`"."""
    found: dict[str, tuple[str, ...]] = {"guards": (), "needs": (), "sets": (), "takes": ()}
    for part in filter(None, (part.strip() for part in cell.split(";"))):
        if part.startswith("needs "):
            found["needs"] = tuple(re.sub(r"\(.*?\)", "", part.removeprefix("needs ")).replace(",", " ").split())
        elif part.startswith("sets "):
            found["sets"] = ticked(part)
        elif part.startswith("takes one "):
            found["takes"] = (taken_by()[event],)
        else:
            assert re.fullmatch(r"`[a-z_]+`(, `[a-z_]+`)*", part), part
            found["guards"] = ticked(part)
    return found


def rules_of(title: str, letter: str, mall: list[Row]) -> list[Row]:
    """The rules of one § 7 table, ids given out in order, one for each source."""
    found: list[Row] = []
    for events, actor, way, told, cites in tables(section(title)):
        for event in ticked(events):
            same = [row for row in mall if row.event == event]
            ways = [(row.source, row.dest, row.internal) for row in same] if way == "as in the mall" else ways_of(way)
            if told == "as in the mall":
                said = {name: getattr(same[0], name) for name in ("guards", "needs", "sets", "takes")}
            else:
                said = conditions(told, event)
            for source, dest, internal in ways:
                found.append(Row(f"{letter}{len(found) + 1:02}", source, event, actor, dest, internal, cites=spelled(cites), **said))
    return found


def ways_of(cell: str) -> list[tuple[str, str, bool]]:
    """`a / b → c`, or `a / b, stays (internal)`."""
    if cell.endswith(", stays (internal)"):
        return [(state, state, True) for state in cell.removesuffix(", stays (internal)").split(" / ")]
    sources, dest = cell.split(" → ")
    return [(source, dest, False) for source in sources.split(" / ")]


MALL = rules_of("7.1", "M", [])
CONTRACT = {"self_operated": MALL, "third_party": rules_of("7.2", "S", MALL), "virtual": rules_of("7.3", "V", MALL)}


def told(rule: Rule) -> Row:
    """One rule of the package in the same form. What its effect does is found by running it."""
    sets, takes = effect_of(rule)
    guards = tuple(guard.name for guard in rule.when)
    places = (rule.id, rule.source.key, rule.event.name, rule.actor.key, rule.dest.key, rule.internal)
    return Row(*places, guards, rule.event.needs, sets, takes, rule.sources)


def effect_of(rule: Rule) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The facts that the effect sets and takes, tried on facts where every one of them can show."""
    if rule.effect is None:
        return (), ()
    workflow = next(w for w in map(orders.get, orders.keys()) if rule in w.rules)
    known = {one.name: (False if one.values and False in one.values else one.domain(Policy())[-1]) for one in workflow.fact_fields}
    before: Any = replace(workflow.facts(**known), **({"in_window": True} if "in_window" in known else {}))
    after = rule.effect(before)
    moved = {f.name: (getattr(before, f.name), getattr(after, f.name)) for f in fields(before)}
    sets = tuple(name for name in rule.effect.changes if moved[name] == (False, True))
    takes = tuple(name for name in rule.effect.changes if moved[name][0] is not False and moved[name][1] == moved[name][0] - 1)
    changed = {name for name, (one, other) in moved.items() if one != other}
    assert changed == {*sets, *takes} == set(rule.effect.changes), f"{rule.effect.name} changes {changed}"
    return sets, takes


@pytest.mark.parametrize("key", orders.keys())
def test_a_table_has_the_rules_of_the_contract_in_its_order(key: str) -> None:
    assert [rule.id for rule in orders.get(key).rules] == [row.id for row in CONTRACT[key]]


@pytest.mark.parametrize(("key", "row"), [pytest.param(key, row, id=row.id) for key in orders.keys() for row in CONTRACT[key]])
def test_a_rule_is_as_the_contract_says(key: str, row: Row) -> None:
    assert told(orders.get(key).by_id[row.id]) == row


@pytest.mark.parametrize("key", orders.keys())
def test_the_filing_events_and_the_payment_are_those_of_the_contract(key: str) -> None:
    filing = ticked(section("3. Facts").split("|")[0].split("filing event")[1].split(";")[0])
    events = orders.get(key).events
    assert {name for name, event in events.items() if event.files} == set(filing) & set(events)
    assert {name for name, event in events.items() if event.pays} == {"refund_paid"}


def all_states() -> dict[str, tuple[str, str, bool]]:
    return {ticked(key)[0]: (zh, en, final == "yes") for key, zh, en, final in tables(section("5. States"))}


def test_the_states_are_those_of_the_contract() -> None:
    found = {s.key: (s.zh, s.en, s.final) for key in orders.keys() for s in orders.get(key).states.values()}
    assert found == all_states()


def test_the_events_have_the_labels_of_the_contract() -> None:
    (said,) = re.findall(r"^Events: (.*?)\.$", TEXT, re.M | re.S)
    labels = dict(pair.split(" ", 1) for pair in re.split(r";\s+", said))
    found = {event.name: event.zh for key in orders.keys() for event in orders.get(key).events.values()}
    assert found == labels


def test_the_actors_have_the_labels_of_the_contract() -> None:
    (said,) = re.findall(r"^Actors: (.*?)\.$", TEXT, re.M | re.S)
    found = {actor.key: actor.zh for key in orders.keys() for actor in orders.get(key).actors.values()}
    assert found == dict(re.findall(r"`([a-z]+)` ([^,]+)", said))
    assert CLOCK.key in found


def test_kinds_and_reasons_are_those_of_the_contract() -> None:
    said = {ticked(fact)[0]: values for fact, values, *_ in tables(section("3. Facts")) if len(ticked(fact)) == 1}
    goods, virtual = said["reason"].split("Virtual:")
    for key in orders.keys():
        known = {one.name: one.values for one in orders.get(key).fact_fields}
        assert set(known["reason"] or ()) == set(ticked(virtual if key == "virtual" else goods))
        assert known.get("kind") == (None if key == "virtual" else ticked(said["kind"]))
    kinds, labelled = re.findall(r"^Kinds: (.*?)\. Reasons: (.*?)\.$", TEXT, re.M | re.S)[0]
    assert set(ticked(labelled)) == set(ticked(said["reason"]))
    reasons = dict(re.findall(r"`(\w+)` ([^,]+)", labelled.replace("\n", " ")))
    for key, guidance in GUIDANCE.items():
        assert {name: one.text.zh for name, one in guidance.reasons.items()} == {name: reasons[name] for name in guidance.reasons}
        assert [one.text.zh for one in guidance.kinds.values()] == ([] if key == "virtual" else kinds.split(", "))


@pytest.mark.parametrize("key", orders.keys())
def test_the_facts_are_those_of_the_contract(key: str) -> None:
    short = next(short for short, long in COLUMN.items() if long == key)
    rows = [(ticked(name), who) for name, _, who in tables(section("3. Facts"))]
    said = {name for names, who in rows for name in names if who == "all" or short in who}
    assert {one.name for one in orders.get(key).fact_fields} == said


def limits_of() -> dict[str, dict[tuple[str, ...], tuple[str, int, str, bool, tuple[str, ...]]]]:
    """§ 6 for each order type: the states counted together, and (field, length, unit, by clock, provenance)."""
    found: dict[str, dict[tuple[str, ...], Any]] = {key: {} for key in orders.keys()}
    for states, *cells in tables(section("6. Limits")):
        groups = [ticked(part) for part in states.split(";")]
        first: Any = None
        for key, cell in zip(found, cells, strict=True):
            if cell.startswith("–"):
                continue
            limit = limit_of(cell, first)
            first = first or limit
            for group in groups:
                if set(group) <= set(orders.get(key).states):
                    found[key][group] = limit
    return found


def limit_of(cell: str, first: Any) -> Any:
    own = re.search(r"\(([^()]+)\)$", cell)
    if cell.startswith(("as in the mall", "the same")):
        return (*first[:-1], spelled(own[1])) if own else first
    parts = re.fullmatch(r"`(\w+)` (?:\d+–)?(\d+) (d|wd|h), (clock|breach) \((.+)\)", cell)
    assert parts, cell
    unit = {"d": "days", "wd": "working_days", "h": "hours"}[parts[3]]
    return parts[1], int(parts[2]), unit, parts[4] == "clock", spelled(parts[5])


@pytest.mark.parametrize("key", orders.keys())
def test_the_limits_are_those_of_the_contract(key: str) -> None:
    workflow = orders.get(key)
    found = {tuple(state.key for state in group): told_limit(workflow, group[0].key, limit) for group, limit in workflow.groups}
    assert found == limits_of()[key]
    for group, _ in workflow.groups:
        assert len({state.key in workflow.clock_rules for state in group}) == 1, group


def told_limit(workflow: Workflow, state: str, limit: Limit) -> tuple[str, int, str, bool, tuple[str, ...]]:
    return limit.field, limit.length_in(Policy()), limit.unit, state in workflow.clock_rules, tuple(limit.cites.split())


@pytest.mark.parametrize(("field", "least", "most"), [(f, int(a), int(b)) for f, a, b in re.findall(r"`(\w+)` (\d+)–(\d+) wd", TEXT)])
def test_a_span_has_the_bounds_of_the_contract(field: str, least: int, most: int) -> None:
    assert getattr(Policy(), field) == Span(at_least=least, at_most=most)


def test_the_statutory_clock_is_that_of_the_contract() -> None:
    field, days = re.findall(r"`(statutory_refund_days)` (\d+) d", TEXT)[0]
    (state,) = re.findall(r"statutory clock runs from the entry into `(\w+)`", TEXT)
    assert getattr(Policy(), field) == int(days)
    for key in orders.keys():
        law = {source.key: limit.field for source, limit in orders.get(key).law.items()}
        assert law == ({state: field} if state in orders.get(key).states else {})


@pytest.mark.parametrize(
    ("name", "said", "statute"),
    [
        ("max_evidence_requests", r"at most (\d+) times \(`max_evidence_requests`\)", None),
        ("max_resubmissions", r"at most (\d+) times per case \(`max_resubmissions`\)", None),
        ("found_at_once_hours", r"less than (\d+) hours from `paid_at` \(`found_at_once_hours`\)", None),
        ("on_merchant_silence", r"`on_merchant_silence`: `(\w+)` \(default\)", None),
        ("receipt_days", r"`receipt_days` (\d+) days", r"\((\d+) in `statute`, because of L1\)"),
        ("small_amount_fen", r"(\d+) yuan \(`small_amount_fen`\)", None),
    ],
)
def test_a_default_is_that_of_the_contract(name: str, said: str, statute: str | None) -> None:
    (found,) = re.findall(said, TEXT)
    expected = int(found) * (100 if name.endswith("_fen") else 1) if found.isdigit() else found
    assert getattr(Policy.guide(), name) == expected
    assert getattr(Policy.statute(), name) == (int(re.findall(statute, TEXT)[0]) if statute else expected)


def test_the_profiles_differ_as_the_contract_says() -> None:
    assert re.search(r"\| Start of the seven days \| `guide`: the signing day is day 1; `statute`: the next day", TEXT)
    assert re.search(r"\| Roll-over of a last day on a holiday \| off in `guide`, on in `statute`", TEXT)
    guide, statute = Policy.guide(), Policy.statute()
    assert (guide.window_starts, guide.roll_over, guide.no_reason_days) == ("signing_day", False, 7)
    assert (statute.window_starts, statute.roll_over, statute.no_reason_days) == ("next_day", True, 7)
    assert {name for name in Policy.model_fields if getattr(guide, name) != getattr(statute, name)} == {
        "window_starts",
        "roll_over",
        "receipt_days",
    }


def test_the_spines_are_those_of_the_contract() -> None:
    sentence = TEXT[TEXT.index("Spines, for the pictures.") :].split("\n\n")[0].replace("\n", " ")
    said = dict(re.findall(r"(Mall|Shop|Virtual): ([^.]*)", sentence))
    assert len(said) == len(orders.keys())
    mall = said["Mall"].split(", and ")[0]
    for short, way in said.items():
        main, branch = way.replace("the same", mall).split(", and ")
        spine = [tuple(state.key for state in states) for states in orders.get(COLUMN[short.lower()]).spine]
        assert spine[0] == tuple(main.split(", ")), short
        assert spine[1][-2:] == tuple(branch.split(" → ")) and len(spine) == 2, short


def test_the_reader_reads_something() -> None:
    assert {key: len(rows) for key, rows in CONTRACT.items()} == {key: len(orders.get(key).rules) for key in orders.keys()}
    assert sum(len(row.sets) + len(row.takes) for rows in CONTRACT.values() for row in rows) > 20
    assert sum(len(row.guards) for rows in CONTRACT.values() for row in rows) > 30
