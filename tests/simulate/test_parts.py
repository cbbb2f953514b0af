"""Compiled code reads what there is: what a loop must not be handed is refused, and so are those who must not call a part of it."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import Any, NamedTuple

import numba
import numpy as np
import pytest
from numba.core.errors import TypingError
from numpy.typing import NDArray

from refund_fsm.simulate.compiled import apart, kept, summing
from refund_fsm.simulate.compiled.views import Handed, HandedType, View
from refund_fsm.simulate.law.cells import hope
from refund_fsm.simulate.sample.elementary import exp
from refund_fsm.simulate.sample.quantiles import normal
from tests.places import ROOT

# 1. Who calls a part


@kept
def _of_a_normal(p: Any) -> Any:
    return exp(normal(p))


def test_a_part_is_called_by_loops_and_by_nobody_else() -> None:
    """`normal` has parts of its own: code that numba links its own way would go to the address 0 for them."""

    def theirs(p: Any) -> Any:
        return normal(p)

    compiled_theirs: Any = numba.njit(theirs)
    for _ in range(2):  # before a loop compiled it, and after
        with pytest.raises(TypeError, match="normal is a part of loops, which Python cannot call"):
            normal(0.5)
        with pytest.raises(TypeError, match="normal is a part of loops, and is called by what `kept`"):
            compiled_theirs(0.5)
        assert _of_a_normal(0.5) == 1.0
    assert exp.py_func(0.0) == 1.0  # type: ignore[attr-defined]


def test_others_use_numba_beside_it_as_ever() -> None:
    """Our types and operators are kept apart; what numba knows, arrays, lists and text among it, is as it was."""
    assert _of_a_normal(0.5) == 1.0

    def theirs(values: Any) -> Any:
        found = [value for value in values if value > 1.0]
        return np.exp(sum(found)), len("ab" + "c"), min(values[0], values[-1])

    compiled_theirs: Any = numba.njit(theirs)
    assert compiled_theirs(np.array([1.0, 2.0, 3.0])) == (pytest.approx(np.exp(5.0), rel=1e-15), 3, 1.0)


@summing
def _summed(values: Any) -> Any:
    found = 0.0
    for place in range(len(values)):
        found += values[place]
    return found


@apart
def _in_order(values: Any) -> Any:
    found = 0.0
    for place in range(len(values)):
        found += values[place]
    return found


def test_sums_are_added_up_in_any_order_only_where_they_may_be() -> None:
    for function, any_order in ((_summed, True), (_in_order, False)):
        part: Any = function
        part.compile((View(numba.float64, 1),))
        (lowered,) = part.overloads.values()
        assert ("fadd reassoc" in str(lowered.library._final_module)) == any_order


# 2. What a loop is handed


@kept
def _last(values: Any) -> Any:
    return values[len(values) - 1]


def _read_only() -> NDArray[np.float64]:
    found = np.ones(3)
    found.flags.writeable = False
    return found


@pytest.mark.parametrize(
    "wrong",
    [
        np.ones((3, 2))[:, 0],
        np.ones((2, 3), order="F"),
        np.ones(3, np.float32),
        np.ones(3, bool),
        np.ones(3, ">f8"),
        np.array(1.0),
        np.frombuffer(bytearray(25), np.float64, 3, 1),
        _read_only(),
    ],
    ids=["every other", "columns first", "float32", "bool", "big-endian", "no dimension", "not aligned", "read-only"],
)
def test_an_array_that_a_loop_would_read_wrongly_is_refused(wrong: Any) -> None:
    with pytest.raises(TypeError, match="for a loop"):
        _last(wrong)
    assert _last(np.array(wrong, np.float64).reshape(-1)) == wrong.flat[-1]


@kept
def _every_other(values: Any) -> Any:
    return values[::2][1]


def test_a_slice_with_a_step_is_not_compiled() -> None:
    with pytest.raises(TypingError):
        _every_other(np.arange(5))


class Pair(NamedTuple):
    one: Any
    other: Any


def test_tuples_of_other_fields_have_another_name() -> None:
    """Compiled code of two processes is told apart by names, in which the types of its arguments stand."""
    pairs = [Pair(np.ones(2), 1), Pair(np.ones(2, np.int64), 1), Pair(np.ones((2, 2)), 1), Pair(np.ones(2), 1.0), Pair(Pair(1, 2), 1)]
    names = [str(HandedType(Handed((one,)).layout)) for one in pairs]
    assert len(set(names)) == len(pairs)
    assert all("Pair_" in name and len(name) < 40 for name in names), "and a short one"
    assert str(HandedType(Handed((Pair(np.zeros(7), 3),)).layout)) == names[0], "whatever they are filled with"


# 3. Places that there are not


PROGRAM = """
import numpy as np
from refund_fsm.simulate.compiled import kept
@kept
def at(values, place):
    return values[place]
@kept
def between(values, begin, end):
    return len(values[1, begin:end])
@kept
def put(values, place):
    values[place] = 7
line, block = np.arange(3), np.zeros((2, 3))
for found in ((at, line, 2), (put, line, 0), (between, block, 1, 3), (between, block, 3, 3)):
    print(found[0](*found[1:]))
for wrong in ((at, line, 3), (at, line, -1), (put, line, 3), (between, block, 0, 4), (between, block, -1, 2), (between, block, 2, 1)):
    try:
        print(wrong[0](*wrong[1:]))
    except IndexError as error:
        print(error)
"""


def test_numba_can_be_told_to_look_for_bounds(tmp_path: Any) -> None:
    file = tmp_path / "program.py"
    file.write_text(PROGRAM)
    environment = {**os.environ, "NUMBA_BOUNDSCHECK": "1", "NUMBA_CACHE_DIR": str(tmp_path / "cache"), "PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, str(file)], capture_output=True, text=True, env=environment, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == ["2", "None", "2", "0", *["index is out of bounds"] * 6]


@pytest.mark.parametrize(
    ("alive", "count"),
    [([0.5], 1), ([1e-20], 1), ([0.5, 0.4], 2), ([0.5, 1e-20], 1), ([0.5, 0.4, 1e-20, 1e-21], 2)],
    ids=str,
)
def test_cells_are_followed_until_there_is_no_hope_and_no_further(alive: list[float], count: int) -> None:
    assert hope.py_func(np.array(alive), 1e-14) == count  # type: ignore[attr-defined]
