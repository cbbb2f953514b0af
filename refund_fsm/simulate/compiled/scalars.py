"""Owns what compiled loops do with single numbers, where numba would compile a function of its own for it, or load all of numpy.

Each does the same in Python. Must not know what the numbers are.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Callable
from typing import Any

from llvmlite import ir
from numba import types
from numba.core.typing.templates import AbstractTemplate, infer_global, signature
from numba.extending import lower_builtin


def smaller(one: Any, other: Any) -> Any:
    """The smaller of two numbers; the first where they are equal."""
    return other if other < one else one


def larger(one: Any, other: Any) -> Any:
    """The larger of two numbers; the first where they are equal."""
    return other if other > one else one


def floored(x: Any) -> float:
    """The whole number below, as a float."""
    return float(math.floor(x))


def float_of(bits: Any) -> float:
    """The float that has these bits."""
    return float(struct.unpack("<d", struct.pack("<q", bits))[0])


def bits_of(x: Any) -> int:
    """The bits of a float, as a signed number."""
    return int(struct.unpack("<q", struct.pack("<d", x))[0])


def _known(function: Callable[..., Any], typed: Callable[..., Any]) -> None:
    """Tells numba which types a function takes and gives: (arguments, result), or None."""

    class _Typed(AbstractTemplate):
        key = function

        def generic(self, args: Any, kws: Any) -> Any:
            return typed(*map(types.unliteral, args))

    infer_global(function, types.Function(_Typed))


def _alike(one: Any, other: Any) -> Any:
    if not (isinstance(one, types.Number) and isinstance(other, types.Number)):
        return None
    both = types.float64 if types.float64 in (one, other) else types.int64
    return signature(both, both, both)


_known(smaller, _alike)
_known(larger, _alike)
_known(floored, lambda x: signature(types.float64, types.float64))
_known(float_of, lambda x: signature(types.float64, types.int64))
_known(bits_of, lambda x: signature(types.int64, types.float64))


def _chosen(function: Any, sign: str) -> None:
    def lowered(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        compare = builder.fcmp_ordered if sig.return_type == types.float64 else builder.icmp_signed
        return builder.select(compare(sign, args[1], args[0]), args[1], args[0])

    lower_builtin(function, types.Any, types.Any)(lowered)


_chosen(smaller, "<")
_chosen(larger, ">")


@lower_builtin(floored, types.float64)
def _floored(context: Any, builder: Any, sig: Any, args: Any) -> Any:
    return builder.call(builder.module.declare_intrinsic("llvm.floor", [ir.DoubleType()]), args)


@lower_builtin(float_of, types.int64)
def _float_of(context: Any, builder: Any, sig: Any, args: Any) -> Any:
    return builder.bitcast(args[0], ir.DoubleType())


@lower_builtin(bits_of, types.float64)
def _bits_of(context: Any, builder: Any, sig: Any, args: Any) -> Any:
    return builder.bitcast(args[0], ir.IntType(64))
