"""Owns the faults inside a guard: a row of its table answered otherwise, a fact taken to be so always, a clause dropped or negated.

Clauses are read in the guard's own source; a guard that has none to read (made by another function, or typed at a prompt) has no faults
of clauses, and those of rows and facts all the same. Must not know which workflow it is.
"""

from __future__ import annotations

import ast
import copy
import inspect
import textwrap
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from types import CodeType, FunctionType
from typing import Any

from refund_fsm.testing.mutation.mutant import Mutant
from refund_fsm.workflow import Guard, Policy, Value, Workflow, assignments, reads_of


def asked(workflow: Workflow) -> dict[str, Guard]:
    """The guards that rules ask."""
    return {guard.name: guard for rule in workflow.rules for guard in rule.when}


def _with_guard(workflow: Workflow, guard: Guard, instead: Guard) -> dict[str, Any]:
    rules = tuple(replace(rule, when=tuple(instead if one is guard else one for one in rule.when)) for rule in workflow.rules)
    return {"rules": rules}


def _faulty(workflow: Workflow, operator: str, name: str, guard: Guard, instead: Guard) -> Mutant:
    return Mutant(operator, name, guard.name, workflow, partial(_with_guard, workflow, guard, instead))


def rows_flipped(workflow: Workflow, policy: Policy) -> Iterator[Mutant]:
    """Each guard × each row of the facts that it reads."""
    domains = workflow.domains(policy)
    for guard in asked(workflow).values():
        for known in assignments(reads_of(guard, domains), domains):
            told = ", ".join(f"{name}={value}" for name, value in known.items())
            yield _faulty(workflow, "guard row flipped", f"{guard.name} answers otherwise where {told}", guard, flipped(guard, known))


def flipped(guard: Guard, row: Mapping[str, Value]) -> Guard:
    """The guard with the other answer for facts of one row."""

    def test(facts: Any) -> bool:
        answer = guard(facts)
        return not answer if all(getattr(facts, name) == value for name, value in row.items()) else answer

    return Guard(f"{guard.name} but for one row", test, guard.text)


def facts_ignored(workflow: Workflow, policy: Policy) -> Iterator[Mutant]:
    """Each guard × each fact that it reads × each value."""
    domains = workflow.domains(policy)
    for guard in asked(workflow).values():
        for name in reads_of(guard, domains):
            for value in domains[name]:
                yield _faulty(workflow, "fact ignored", f"{guard.name} takes {name} to be {value}", guard, taking(guard, name, value))


def taking(guard: Guard, name: str, value: Value) -> Guard:
    """The guard that takes one fact to be so, whatever it is."""

    def test(facts: Any) -> bool:
        return guard(replace(facts, **{name: value}))

    return Guard(f"{guard.name} with {name} {value}", test, guard.text)


def clauses_changed(workflow: Workflow, _: Policy) -> Iterator[Mutant]:
    """Each guard × each clause of its source: dropped, negated, and `<` for `<=` where it compares by size."""
    for guard in asked(workflow).values():
        for operator, name, instead in clause_faults(guard):
            yield _faulty(workflow, operator, name, guard, instead)


STRICTER: Mapping[type[ast.cmpop], ast.cmpop] = {ast.Lt: ast.LtE(), ast.LtE: ast.Lt(), ast.Gt: ast.GtE(), ast.GtE: ast.Gt()}
Change = Callable[[ast.expr], ast.expr | None]


def clause_faults(guard: Guard) -> Iterator[tuple[str, str, Guard]]:
    """Operator, name and guard of each fault of a clause; none where the guard's source cannot be read."""
    tree = _source_of(guard.test)
    names: dict[str, int] = {}
    for node in () if tree is None else ast.walk(tree):
        for operator, told, change in _changes(node):
            assert tree is not None, "it was walked through"
            made = _compiled(tree, node, change, guard.test)
            name = f"{guard.name}: {told}"
            names[name] = names.get(name, 0) + 1
            yield operator, name if names[name] == 1 else f"{name} (no. {names[name]})", Guard(name, made, guard.text)


def _source_of(test: Callable[[Any], bool]) -> ast.FunctionDef | None:
    if not isinstance(test, FunctionType) or test.__closure__ or not _is_readable(test):
        return None
    found = ast.parse(textwrap.dedent(inspect.getsource(test))).body[0]
    return found if isinstance(found, ast.FunctionDef) else None


def _is_readable(test: FunctionType) -> bool:
    try:
        ast.parse(textwrap.dedent(inspect.getsource(test)))
    except (OSError, SyntaxError):  # typed at a prompt; a lambda amid a line
        return False
    return True


def _changes(node: ast.AST) -> Iterator[tuple[str, str, Change]]:
    """What can be done to a node of a guard: an operand of `and` or `or` dropped, a clause negated, a comparison made stricter."""
    if isinstance(node, ast.BoolOp):
        for number, one in enumerate(node.values):
            yield "clause dropped", f"{ast.unparse(one)} dropped", partial(_without, number)
            if not isinstance(one, (ast.BoolOp, ast.Compare)):
                yield "clause negated", f"{ast.unparse(one)} negated", partial(_negated_at, number)
    elif isinstance(node, ast.Compare):
        yield "clause negated", f"{ast.unparse(node)} negated", _negated
        if len(node.ops) == 1 and type(node.ops[0]) in STRICTER:
            yield "< for <=", f"{ast.unparse(node)} with the end {_end(node.ops[0])}", _stricter
    elif isinstance(node, ast.Return) and isinstance(node.value, (ast.Attribute, ast.UnaryOp)):
        yield "clause negated", f"{ast.unparse(node.value)} negated", _negated


def _end(op: ast.cmpop) -> str:
    return "left out" if isinstance(op, (ast.LtE, ast.GtE)) else "taken in"


def _without(number: int, node: Any) -> ast.expr:
    rest = [one for place, one in enumerate(node.values) if place != number]
    return rest[0] if len(rest) == 1 else ast.BoolOp(node.op, rest)


def _negated_at(number: int, node: Any) -> ast.expr:
    return ast.BoolOp(node.op, [_negated(one) if place == number else one for place, one in enumerate(node.values)])


def _negated(node: Any) -> Any:
    if isinstance(node, ast.Return):
        return ast.Return(_negated(node.value))
    return ast.UnaryOp(ast.Not(), node)


def _stricter(node: Any) -> ast.expr:
    return ast.Compare(node.left, [STRICTER[type(node.ops[0])]], node.comparators)


def _compiled(tree: ast.FunctionDef, node: ast.AST, change: Change, test: Callable[[Any], bool]) -> Callable[[Any], bool]:
    """The function with one of its nodes changed."""
    made = copy.deepcopy(tree)
    made.decorator_list, made.returns = [], None
    changed = _Changed(node, change).visit(made)
    code = compile(ast.fix_missing_locations(ast.Module([changed], [])), "<a faulty guard>", "exec")
    body = next(one for one in code.co_consts if isinstance(one, CodeType))
    assert isinstance(test, FunctionType)
    faulty = FunctionType(body, test.__globals__, test.__name__, test.__defaults__)
    return lambda facts: bool(faulty(facts))


class _Changed(ast.NodeTransformer):
    """Puts a change in the place of one node, known by where it stands and what it is."""

    def __init__(self, target: ast.AST, change: Change) -> None:
        self._target, self._change = target, change

    def visit(self, node: ast.AST) -> Any:
        if _same(node, self._target):
            return self._change(node)  # type: ignore[arg-type]  # an expression, or the statement that returns one
        return super().visit(node)


def _same(one: ast.AST, other: ast.AST) -> bool:
    places = ("lineno", "col_offset", "end_lineno", "end_col_offset")
    return type(one) is type(other) and all(getattr(one, name, None) == getattr(other, name, None) for name in places)
