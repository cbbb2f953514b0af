"""The package's structure: what stands where, who may take from whom, one way through for each command.

Rooms import downwards only, from each other's faces, and no two modules take from each other, directly or round about, for types neither.
What may do otherwise is listed here by name, with the reason. One word for one thing, the field's: a path is planned or played through
a workflow, step by step; a trace is what a system or a case was observed to do; an opening is the order, the request and the instant that
a case opens with.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping
from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import Any

import pytest

from tests.rooms import PACKAGE, Arrow, arrows, circles, sources
from tests.wording import Retired, held, modules, said_in

ROOMS = (  # from the bottom; `store` and `logs` are not built yet
    *("errors", "text", "workflow", "orders", "platforms", "case", "scenario", "advice", "eventlog", "store", "graph", "soundness"),
    *("paths", "diagram", "simulate", "export", "logs", "testing", "cli"),
)
INNER = {  # the rooms within rooms, and the modules that stand below them all
    "diagram": ("layout", "timeline", "page", "replay"),
    "export": ("prism",),
    "simulate": ("compiled", "figures", "interrupts", "sojourn", "behaviour", "chain", "sample", "law", "report"),
    "testing": ("openings", "mutation", "lockstep", "remote", "hypothesis", "coverage"),
}
ROOT = {"__init__.py", "__main__.py", "errors.py", "lookup.py", "py.typed"}
HANDS_ON = {"", "__main__", "lookup", "testing.plugin", "testing.strategies"}  # own nothing: the names that users know

UP = {  # a value's own face methods, which look up inside the function: their view takes the value
    ("case.case", "RefundCase.to_json"): ("case.saved", "the written form is a view of the case"),
    ("case.case", "RefundCase.from_json"): ("case.saved", "the same, read"),
    ("case.case", "RefundCase.from_jsonl"): ("case.saved", "the same, read line by line"),
    ("cli.app", "_version"): ("", "the version is the package's own"),
    ("paths.suite", "Suite.to_pytest"): ("paths.pytest_file", "the file is a view of the suite"),
    ("simulate.sample.result", "Result.summary"): ("simulate.report.summary", "the summary is a view of the result"),
    ("simulate.sample.result", "Result.to_json"): ("simulate.sample.saved", "the written form is a view of the result"),
    ("simulate.sample.result", "Result.from_json"): ("simulate.sample.saved", "the same, read"),
    ("simulate.law.exact", "Law.summary"): ("simulate.report.summary", "the summary is a view of the law"),
    ("simulate.law.whatif", "Sensitivity.summary"): ("simulate.report.whatif_view", "the summary is a view of the sensitivity"),
    ("simulate.report.comparison", "Comparison.diagram"): ("simulate.report.difference", "the map is a view of the comparison"),
    ("simulate.report.comparison", "Comparison.summary"): ("simulate.report.summary", "the summary is a view of the comparison"),
    ("testing.lockstep.report", "Departure.reproduction"): ("testing.lockstep.pytest_file", "the file is a view of the departure"),
}
PAST_FACES = {  # modules that other rooms name, since the face would load them for everybody, or since they are read as `words.instant`
    "case.move_words": "words that only who tells a move needs",
    "case.parts": "the cap of a saved case: who reads none needs none",
    "case.plain": "a case as plain data: who neither writes nor traces one needs none",
    "diagram.dark": "one colour that plots share",
    "diagram.diverging": "the two colours of a change, which plots share",
    "diagram.fonts": "read as a module; plots embed the same font",
    "diagram.metrics": "how wide a label is, where plots break it",
    "diagram.palette": "the colours that plots share",
    "graph.drift": "read as a module; only pages and simulations look for what changes by itself",
    "graph.shortest": "takes scenarios along: nobody who explores or simulates needs them",
    "graph.illustration": "read as a module; only the gallery shows made-up traffic",
    "orders.fact_labels": "read as a module; a case has no use for labels",
    "orders.guidance": "the words that guide a buyer: a case has no use for them",
    "orders.lookup": "names a workflow on command lines and in files: a case has no use for it",
    "simulate.behaviour.curves": "scipy: who reads a behaviour does not need it",
    "simulate.figures": "read as a module: figures.label_of",
    "simulate.report.comparison": "what is told is loaded when it is told",
    "simulate.report.page": "matplotlib: what is told is loaded when it is told",
    "simulate.report.settings": "what is told is loaded when it is told",
    "simulate.report.summary": "read as a module; what is told is loaded when it is told",
    "simulate.report.whatif_view": "read as a module; what is told is loaded when it is told",
    "text.console": "what prints is loaded by who prints",
    "text.html": "what writes pages is loaded by who writes pages",
    "text.literals": "what writes files of Python is loaded by who writes them",
    "text.numbers": "what tells figures is loaded by who tells figures",
    "text.cells": "what spreadsheets read is loaded by who writes for them",
    "text.sections": "what answers are made of is loaded by who answers",
    "text.terminal": "what lays out text is loaded by who lays out text",
    "text.words": "read as a module: words.instant, words.yuan",
    "workflow.facts": "read as a module",
    "workflow.policy_words": "read as a module; only who tells of a policy needs its words",
    "workflow.values": "read as a module: values.name, values.prose",
}

BY_TEXT = {  # modules that import by a name in a text, which no reader of imports sees
    "": "the public names, loaded when they are first used",
    "orders.lookup": "a user's own workflow, by `module:attribute`",
    "orders.registry": "an order type, loaded when it is first asked for",
    "simulate": "the public names, loaded when they are first used",
    "testing": "the same",
    "testing.lockstep.pytest_file": "a user's own workflow, found again by its name",
    "workflow.rows": "guards and effects are pickled by name",
}
RETIRED = (
    Retired(
        r"walk(s|ed|ing)?",
        "a path through a workflow",
        "path",
        phrases={
            r"random walks?": "the mathematicians' word for what graph.illustration does",
            r"`walks`": "the attribute of LockstepReport",
        },
        names={"LockstepReport.walks": "public: how many random paths were carried out"},
    ),
    Retired(r"rout(es?|ed|ing)", "a path through a workflow", "path"),
    Retired(
        r"ways?",
        "a path through a workflow",
        "path",
        phrases={r"under way": "of what goes on: a file, a payout, a stock of cases"},
        names={
            "Judge.ways": "public: by place of the original, the distance from an opening and a shortest path",
            "cli.workflows.check (docstring)": "the help of a command",
        },
    ),
    Retired(
        r"script(s|ed|ing)?",
        "a path, or bytes that are read as one",
        "path; choices",
        rooms={"refund_fsm.diagram.page": "the JavaScript of a page"},
    ),
    Retired(
        r"examples?",
        "a made-up order, request and instant that a case opens with",
        "opening",
        phrases={r"`examples`": "the argument of verify_implementation", r"`tests/examples/\S+`": "a folder"},
        names={
            "example_of": "public: a field of Workflow, and what the tables give for it",
            "goods_example_of": "the same, of two tables",
            "official_example_of": "the same, of the platform's own table",
            "Workflow.__init__(example_of)": "the same",
            "verify_implementation(examples)": "public: how many random paths are carried out",
            "cli.verifying.verify(examples)": "the same, as an option",
        },
        rooms={"refund_fsm.testing.hypothesis": "what Hypothesis calls one: all that a test draws in one run"},
    ),
    Retired(
        r"sampl(es?|ed|ing)",
        "a made-up opening, or facts that stand for others",
        "opening; facts",
        names={"refund_fsm (docstring)": "the map of the rooms, which names `simulate.sample`"},
        rooms={"refund_fsm.simulate": "what statistics calls one: many cases played"},
    ),
)

MODULES = sources()
ARROWS = arrows(MODULES)
SAID = [said for module, source in modules() for said in said_in(module, source)]


def room_of(module: str) -> str:
    return module.partition(".")[0]


def inner_of(module: str) -> str:
    """The room within the room, or what stands for one; empty for what stands in the room itself."""
    room, _, rest = module.partition(".")
    inner = rest.partition(".")[0]
    return inner if inner in INNER.get(room, ()) else ""


def looking_up(found: Iterable[Arrow]) -> list[Arrow]:
    """Imports of a higher room, of the package's own face, or of a higher room within the same room."""
    up = []
    for arrow in found:
        user, owner = room_of(arrow.user), room_of(arrow.owner)
        if arrow.user in HANDS_ON:
            continue
        if not arrow.owner or owner == "lookup":
            up.append(arrow)
        elif user != owner:
            up += [arrow] if ROOMS.index(owner) > ROOMS.index(user) else []
        elif inner_of(arrow.user) and inner_of(arrow.owner):
            ranks = INNER[user]
            up += [arrow] if ranks.index(inner_of(arrow.owner)) > ranks.index(inner_of(arrow.user)) else []
    return up


def folders_of(modules: Mapping[str, str]) -> set[str]:
    """The faces: modules that are folders."""
    return {module for module in modules if any(other.startswith(f"{module}.") for other in modules)}


def past_faces(found: Iterable[Arrow], modules: Mapping[str, str]) -> list[Arrow]:
    """Imports from the inside of another room, or of another room within the same room, that no row above allows."""
    faces = folders_of(modules)
    past = []
    for arrow in found:
        same = room_of(arrow.user) == room_of(arrow.owner)
        at_home = same and inner_of(arrow.user) in ("", inner_of(arrow.owner))  # a room may reach into the rooms within it
        alone = "." not in arrow.owner or (same and arrow.owner.count(".") == 1)  # a module that stands below the rooms within
        if not (at_home or alone or arrow.user in HANDS_ON or arrow.owner in faces or arrow.owner in PAST_FACES):
            past.append(arrow)
    return past


def is_listed(arrow: Arrow) -> bool:
    return (arrow.user, arrow.inside) in UP and UP[arrow.user, arrow.inside][0] == arrow.owner


# 1. What stands where


def test_the_root_holds_rooms_and_what_is_agreed() -> None:
    found = {path.name for path in PACKAGE.iterdir() if path.name != "__pycache__"}
    assert {name for name in found if "." in name} == ROOT
    assert {name for name in found if "." not in name} <= set(ROOMS)


def test_every_room_has_a_face_that_says_what_it_owns_and_what_it_must_not_do() -> None:
    folders = {path for path in PACKAGE.rglob("*") if path.is_dir() and any(path.glob("*.py"))}
    for folder in folders - {PACKAGE}:
        said = ast.get_docstring(ast.parse((folder / "__init__.py").read_text(encoding="utf-8"))) or ""
        assert "ust not" in said, f"{folder.name}: {said!r}"


def test_what_hands_on_owns_nothing() -> None:
    for module in HANDS_ON - {"", "__main__"}:
        made = [node for node in ast.walk(ast.parse(MODULES[module])) if isinstance(node, (ast.FunctionDef, ast.ClassDef))]
        assert not made, module


# 2. Who takes from whom


def test_errors_take_nothing_of_ours() -> None:
    assert not [arrow for arrow in ARROWS if arrow.user == "errors"]


def test_rooms_look_down_only() -> None:
    assert not [arrow for arrow in looking_up(ARROWS) if not is_listed(arrow)]


def test_no_two_modules_take_from_each_other() -> None:
    assert circles(arrow for arrow in ARROWS if not is_listed(arrow) and arrow.user) == []


def test_rooms_take_from_faces() -> None:
    assert past_faces(ARROWS, MODULES) == []


def test_inside_a_room_nobody_asks_its_face() -> None:
    faces = folders_of(MODULES)
    assert not [arrow for arrow in ARROWS if arrow.owner in faces and arrow.user.startswith(f"{arrow.owner}.")]


def test_names_are_imported_by_text_only_where_it_is_said() -> None:
    found = {module for module, text in MODULES.items() if any(word in text for word in ("import_module", "__import__", "resolve_name"))}
    assert found == set(BY_TEXT)


def test_every_row_of_what_is_allowed_is_needed() -> None:
    used = {(arrow.user, arrow.inside) for arrow in ARROWS if is_listed(arrow)}
    assert set(UP) == used
    assert set(PAST_FACES) <= {arrow.owner for arrow in ARROWS if room_of(arrow.user) != room_of(arrow.owner) or inner_of(arrow.user)}


@pytest.mark.parametrize(
    ("module", "line", "found"),
    [
        ("errors", "from refund_fsm.text import Text", "up"),
        ("case.engine", "from refund_fsm.simulate import Behaviour", "up"),
        ("case.engine", "from refund_fsm import RefundCase", "up"),
        ("simulate.chain.tables", "def f():\n    from refund_fsm.simulate.law import Law", "up"),
        ("text.text", "from refund_fsm.text.words import day", "circle"),
        ("workflow.policy", "if TYPE_CHECKING:\n    from refund_fsm.workflow.spec import Workflow", "circle"),
        ("soundness.money", "from refund_fsm.graph.exploration import FINAL", "past"),
        ("simulate.law.flow", "from refund_fsm.simulate.sample.numbers import GAMMA", "past"),
    ],
)
def test_a_planted_import_is_found(module: str, line: str, found: str) -> None:
    planted = {module: f"{MODULES[module]}\n{line}\n"}
    fresh = [*(arrow for arrow in ARROWS if arrow.user != module), *arrows(planted, MODULES)]
    assert [arrow for arrow in looking_up(fresh) if not is_listed(arrow)] or found != "up"
    assert circles(arrow for arrow in fresh if not is_listed(arrow) and arrow.user) or found != "circle"
    assert past_faces(fresh, MODULES) or found != "past"


# 3. Where a newcomer looks


def test_tests_mirror_the_rooms() -> None:
    here = Path(__file__).parent
    others = {"benchmarks", "examples", "fixtures", "web"}
    folders = {path.name for path in here.iterdir() if path.is_dir() and not path.name.startswith((".", "__"))}
    assert folders - others <= set(ROOMS)
    built = {room_of(module) for module in MODULES if module} - {"errors", "lookup", "__main__"}
    assert built <= folders


def test_the_map_names_every_room() -> None:
    said = ast.get_docstring(ast.parse(MODULES[""])) or ""
    rooms = {room_of(module) for module in MODULES if module} - {"lookup", "__main__"}
    assert not [room for room in sorted(rooms) if f"`{room}`" not in said]
    assert len(said.splitlines()) <= 40


def test_no_module_is_longer_than_agreed() -> None:
    long = {module: len(text.splitlines()) for module, text in MODULES.items()}
    assert {module: length for module, length in long.items() if length > 300} == {}


def test_no_function_is_longer_than_agreed() -> None:
    found = chain.from_iterable(_long_functions(module, text) for module, text in MODULES.items())
    assert sorted(found) == sorted(LONG_FUNCTIONS)


LONG_FUNCTIONS = {  # compiled loops, each over the arrays of one chain: cut in two they would hand each other all their variables
    "simulate.law.flow.forward": "forward recursion, cell by cell",
    "simulate.law.race._run": "one race between actors",
    "simulate.sample.one_by_one._play": "one case after another, in the order of the plain reading",
}


def _long_functions(module: str, text: str) -> list[str]:
    """Functions whose body, docstring and signature aside, passes 40 lines."""
    found = []
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            body = node.body[1:] if ast.get_docstring(node) is not None else node.body
            if body and (body[-1].end_lineno or 0) - body[0].lineno + 1 > 40:
                found.append(f"{module}.{node.name}")
    return found


# 4. One word for one thing


@pytest.mark.parametrize("retired", RETIRED, ids=lambda retired: retired.forms)
def test_no_docstring_and_no_public_name_holds_a_retired_word(retired: Retired) -> None:
    assert held(retired, SAID) == {}, f"say {retired.instead} for {retired.meant}"


@pytest.mark.parametrize("retired", RETIRED, ids=lambda retired: retired.forms)
def test_every_exception_of_the_table_is_needed(retired: Retired) -> None:
    tables = {"phrases": retired.phrases, "names": retired.names, "rooms": retired.rooms}
    known = held(retired, SAID)
    for kind, listed in tables.items():
        for one in listed:
            fewer: dict[str, Any] = {kind: {key: why for key, why in listed.items() if key != one}}
            assert held(replace(retired, **fewer), SAID) != known, one


PLANTED = '''
"""A walk."""

WALKS: int = 1
if WALKS:
    second_walk, other = 1, 2

class RandomWalker:
    """Makes a random walk, or
    walks on."""

    walk: int

    def __init__(self, of_walk):
        self.walked = self._walk = of_walk

    def make(self, *walks, **walking):
        def helper(walk):
            """A walk inside."""
            walk_here = 1

class _Hidden:
    """A random walk."""

    walk: int

def _walk(walk):
    """Walk."""

def random_walk():
    """A random walk is no walk."""
'''


def test_a_planted_word_is_found_wherever_it_stands_and_let_pass_where_it_means_another_thing() -> None:
    found = held(replace(RETIRED[0], names={"RandomWalker.walk": "listed"}), said_in("pack.walk", PLANTED))
    assert sorted(name.removeprefix("pack.walk") for name in found) == [
        "",
        " (docstring)",
        ".RandomWalker (docstring)",
        ".RandomWalker.__init__(of_walk)",
        ".RandomWalker.make(walking)",
        ".RandomWalker.make(walks)",
        ".RandomWalker.make.helper (docstring)",
        ".RandomWalker.walked",
        ".WALKS",
        "._walk (docstring)",
        ".random_walk (docstring)",
        ".second_walk",
    ]
