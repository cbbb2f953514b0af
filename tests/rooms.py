"""Owns the reading of the package's imports: which module takes what from which, at the top or inside a function, types included."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

import refund_fsm

PACKAGE = Path(refund_fsm.__file__).parent


class Arrow(NamedTuple):
    """Module `user` takes `name` from module `owner`; `inside` is the function in which it does, empty at the top of the module."""

    user: str
    owner: str
    name: str
    inside: str


def sources() -> dict[str, str]:
    """The text of every module by its name below the package: `case.engine`; a face by its room's, the package's own by ``."""
    found = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = path.relative_to(PACKAGE).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path.read_text(encoding="utf-8")
    return found


def arrows(users: Mapping[str, str], modules: Mapping[str, str] | None = None) -> list[Arrow]:
    """Every import of one of the modules (None: of the users themselves) by a user, those for types alone included."""
    return [arrow for user, text in users.items() for arrow in _of(ast.parse(text), user, modules or users, ())]


def _of(node: ast.AST, user: str, modules: Mapping[str, str], inside: tuple[str, ...]) -> Iterator[Arrow]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.ImportFrom):
            assert child.level == 0, f"{user}: imports by dots hide whom they look at"
            if (child.module or "").partition(".")[0] == "refund_fsm":
                base = (child.module or "").partition(".")[2]
                for one in child.names:
                    whole = f"{base}.{one.name}".lstrip(".")
                    yield Arrow(user, whole if whole in modules else base, one.name, ".".join(inside))
        elif isinstance(child, ast.Import):
            for one in child.names:
                if one.name.partition(".")[0] == "refund_fsm":
                    yield Arrow(user, one.name.partition(".")[2], one.name, ".".join(inside))
        named = isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef))
        yield from _of(child, user, modules, (*inside, child.name) if named else inside)  # type: ignore[attr-defined]  # these have names


def circles(found: Iterable[Arrow]) -> list[list[str]]:
    """The groups of modules that reach each other (Tarjan 1972), each sorted."""
    edges: dict[str, set[str]] = {}
    for arrow in found:
        edges.setdefault(arrow.user, set()).add(arrow.owner)
    number: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    groups: list[list[str]] = []

    def visit(one: str) -> None:
        number[one] = low[one] = len(number)
        stack.append(one)
        for other in sorted(edges.get(one, ())):
            if other not in number:
                visit(other)
            if other in stack:
                low[one] = min(low[one], low[other])
        if low[one] == number[one]:
            group = stack[stack.index(one) :]
            del stack[stack.index(one) :]
            if len(group) > 1:
                groups.append(sorted(group))

    for one in sorted(edges):
        if one not in number:
            visit(one)
    return groups
