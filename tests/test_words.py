"""One word for one thing, the field's: no docstring and no public name of the package holds a retired word, but for what the table lists.

A path is planned or played through a workflow, step by step; a trace is what a system or a case was observed to do; an opening is the
order, the request and the instant that a case opens with.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, NamedTuple

import pytest

import refund_fsm

ROOT = Path(refund_fsm.__file__).parent


@dataclass(frozen=True)
class Retired:
    """A word, in all its `forms` (a regular expression), that is used no more for what it `meant`; `instead` is.

    Each with its reason, what keeps it: `phrases` (regular expressions) in which it means another thing, `names` (the last parts of
    dotted names, a parameter in brackets), and `rooms`, or modules, that have it of another thing all through.
    """

    forms: str
    meant: str
    instead: str
    phrases: Mapping[str, str] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)
    rooms: Mapping[str, str] = field(default_factory=dict)


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
            "cli.app.check (docstring)": "the help of a command",
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
        phrases={r"`examples`": "the argument of verify_implementation"},
        names={
            "example_of": "public: a field of Workflow, and what the tables give for it",
            "goods_example_of": "the same, of two tables",
            "verify_implementation(examples)": "public: how many random paths are carried out",
        },
        rooms={"refund_fsm.testing.hypothesis": "what Hypothesis calls one: all that a test draws in one run"},
    ),
    Retired(
        r"sampl(es?|ed|ing)",
        "a made-up opening, or facts that stand for others",
        "opening; facts",
        rooms={"refund_fsm.simulate": "what statistics calls one: many cases played"},
    ),
)


class Said(NamedTuple):
    """A docstring or a public name: its dotted name, and what it says in small letters."""

    where: str
    words: str


def modules() -> Iterator[tuple[str, str]]:
    """The package's modules by name, with their source."""
    for path in sorted(ROOT.rglob("*.py")):
        parts = path.relative_to(ROOT.parent).with_suffix("").parts
        yield ".".join(parts[:-1] if parts[-1] == "__init__" else parts), path.read_text(encoding="utf-8")


def said_in(module: str, source: str) -> Iterator[Said]:
    """All docstrings of a module; its name, the public names that it and its classes define, and the parameters of what is public."""
    tree = ast.parse(source)
    yield from (_name(module, module), *_docstring(module, tree))
    yield from _inside(module, tree, public=True)


def _inside(where: str, node: ast.AST, *, public: bool) -> Iterator[Said]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            yield from _defined(f"{where}.{child.name}", child, public=public)
            continue
        if public:
            yield from (_name(f"{where}.{name}", name) for name in _assigned(child))
        yield from _inside(where, child, public=public and isinstance(child, ast.If | ast.Try))


def _defined(where: str, node: ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef, *, public: bool) -> Iterator[Said]:
    yield from _docstring(where, node)
    public = public and (not node.name.startswith("_") or node.name == "__init__")
    if public:
        yield _name(where, node.name)
    if isinstance(node, ast.ClassDef):
        yield from _inside(where, node, public=public)
        return
    if public:
        yield from (_name(f"{where}({name})", name) for name in _parameters(node.args))
        yield from (_name(f"{where.rpartition('.')[0]}.{name}", name) for name in _set_on_self(node))
    yield from _inside(where, node, public=False)


def _docstring(where: str, node: ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[Said]:
    text = ast.get_docstring(node)
    if text is not None:
        yield Said(f"{where} (docstring)", " ".join(text.split()).lower())


def _name(where: str, name: str) -> Said:
    return Said(where, " ".join(re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+", name)).lower())


def _assigned(node: ast.AST) -> Iterator[str]:
    targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
    names = (one.id for target in targets for one in ast.walk(target) if isinstance(one, ast.Name))
    yield from (name for name in names if not name.startswith("_"))


def _parameters(given: ast.arguments) -> Iterator[str]:
    found = (*given.posonlyargs, *given.args, given.vararg, *given.kwonlyargs, given.kwarg)
    yield from (one.arg for one in found if one is not None and not one.arg.startswith("_"))


def _set_on_self(function: ast.AST) -> Iterator[str]:
    for node in ast.walk(function):
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store) and ast.unparse(node.value) == "self":
            yield from (name for name in [node.attr] if not name.startswith("_"))


def held(retired: Retired, everything: Iterable[Said]) -> dict[str, str]:
    """By dotted name, the passages that hold the word beyond what the table lists."""
    wrong = {}
    for said in everything:
        if any(f".{said.where}".endswith(f".{name}") for name in retired.names):
            continue
        if any(re.match(rf"{re.escape(room)}\b", said.where) for room in retired.rooms):
            continue
        left = said.words
        for phrase in retired.phrases:
            left = re.sub(rf"(?<!\w){phrase}(?!\w)", "…", left)
        found = re.search(rf"\b({retired.forms})\b", left)
        if found is not None:
            wrong[said.where] = left[max(0, found.start() - 40) : found.end() + 40]
    return wrong


SAID = [said for module, source in modules() for said in said_in(module, source)]


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
