"""Owns the reading of the package's words: every docstring and every public name, and which of them hold a retired word."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

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
