"""Owns arrays as compiled loops see them: where they begin and how long they are, and nothing else. So each access is one address and
one load, which costs a hundredth of the compiler's time for an array of numba (its strides, its owner, places from the end).

Arrays are contiguous, in C order, of one to three dimensions. Places are counted from the beginning, and nothing is checked: a place
must be there, and a slice begin and end within. With `NUMBA_BOUNDSCHECK=1` in the environment all of it is, and what is not there
raises `IndexError`; a hundred times as slow.
A tuple of arrays and numbers is handed over as one row of words (`Handed`), and read from it by those who are compiled (`taken`).
"""

from __future__ import annotations

import hashlib
import itertools
import operator
from functools import cache
from typing import Any

import numpy as np
from llvmlite import ir
from numba import config, types
from numba.core import cgutils
from numba.core.typing.templates import AbstractTemplate, infer_global, signature
from numba.extending import NativeValue, lower_builtin, models, register_model, typeof_impl, unbox
from numba.np.numpy_support import from_dtype

KINDS = ("<i8", "<u8", "<f8", "|u1")  # of arrays; what is true is a number
WORD = ir.IntType(64)


# 1. Handing over


class Handed:
    """Arguments as words: of a number itself, of an array its address and its shape. Keeps them alive."""

    __slots__ = ("_words", "address", "arguments", "layout")

    def __init__(self, arguments: tuple[Any, ...]) -> None:
        words: list[int] = []
        self.arguments = arguments
        self.layout = tuple(_laid(one, words) for one in arguments)
        self._words = np.array(words, np.int64)
        self.address = self._words.ctypes.data


def _laid(one: Any, words: list[int]) -> Any:
    """What one argument is, its words being added: `int`, `float`, (type of a tuple, what its fields are) or (dtype, dimensions)."""
    if isinstance(one, np.ndarray):
        if not (one.flags.carray and one.dtype.str in KINDS and one.ndim >= 1):  # loops would read beyond it, or change what must not be
            raise TypeError(f"an array of {one.dtype} of {one.ndim} dimensions for a loop: it must be of {KINDS}, in C order, writeable")
        words += (one.ctypes.data, *one.shape)
        return one.dtype.str, one.ndim
    if isinstance(one, tuple):
        return type(one), tuple(_laid(field, words) for field in one)
    if isinstance(one, (float, np.floating)):
        words.append(int(np.float64(one).view(np.int64)))
        return float
    words.append(int(one))
    return int


class HandedType(types.Type):
    """What `Handed` is for numba: one address."""

    def __init__(self, layout: Any) -> None:
        self.layout = layout
        self.types = tuple(_type_of(one) for one in layout)
        super().__init__(name=f"Handed({', '.join(map(str, self.types))})")

    @property
    def key(self) -> Any:
        """By what two of them are the same."""
        return self.layout


class Tied(types.NamedTuple):
    """A named tuple, under a short name: numba's has all fields in it, and stands in the name of each function.

    The name says what the fields are, if only as a hash: code that was kept by another process is told apart by nothing but names.
    """

    def __init__(self, fields: Any, cls: Any) -> None:
        super().__init__(fields, cls)
        self.name = f"{cls.__name__}_{hashlib.sha256(f'{cls.__module__}.{self.name}'.encode()).hexdigest()[:16]}"


class View(types.Type):
    """An array, by where it begins and how long it is."""

    def __init__(self, dtype: Any, ndim: int) -> None:
        self.dtype, self.ndim = dtype, ndim
        super().__init__(name=f"{dtype}{'x' * ndim}")


def _type_of(what: Any) -> Any:
    if what is int:
        return types.int64
    if what is float:
        return types.float64
    if isinstance(what[0], str):
        return View(from_dtype(np.dtype(what[0])), what[1])
    return Tied([_type_of(one) for one in what[1]], what[0])


register_model(HandedType)(models.OpaqueModel)
register_model(Tied)(models.TupleModel)


_handed = cache(HandedType)  # asked for at each call


@typeof_impl.register(Handed)
def _typeof(handed: Handed, context: Any) -> HandedType:
    return _handed(handed.layout)


@unbox(HandedType)
def _unboxed(kind: Any, handed: Any, c: Any) -> NativeValue:
    address = c.pyapi.object_getattr_string(handed, "address")
    words = c.builder.inttoptr(c.pyapi.long_as_longlong(address), ir.IntType(8).as_pointer())
    c.pyapi.decref(address)
    return NativeValue(words)


@register_model(View)
class _ViewModel(models.StructModel):
    def __init__(self, manager: Any, kind: View) -> None:
        super().__init__(manager, kind, [("data", types.CPointer(kind.dtype)), *((f"n{n}", types.intp) for n in range(kind.ndim))])


def taken(handed: Handed) -> tuple[Any, ...]:
    """The arguments that were handed over."""
    return handed.arguments


class _Taken(AbstractTemplate):
    key = taken

    def generic(self, args: Any, kws: Any) -> Any:
        return signature(types.Tuple(args[0].types), *args) if isinstance(args[0], HandedType) else None


infer_global(taken, types.Function(_Taken))


@lower_builtin(taken, HandedType)
def _taken(context: Any, builder: Any, sig: Any, args: Any) -> Any:
    words = builder.bitcast(args[0], WORD.as_pointer())
    place = itertools.count()

    def word() -> Any:
        return builder.load(builder.gep(words, [WORD(next(place))]))

    def read(kind: Any) -> Any:
        if isinstance(kind, types.BaseTuple):
            return context.make_tuple(builder, kind, [read(one) for one in kind.types])
        if isinstance(kind, View):
            layout = context.get_value_type(kind)
            data = builder.inttoptr(word(), layout.elements[0])
            return _struct(builder, layout, [data, *(word() for _ in range(kind.ndim))])
        return builder.bitcast(word(), context.get_value_type(kind))

    return read(sig.return_type)


def _struct(builder: Any, layout: Any, values: Any) -> Any:
    found = ir.Constant(layout, ir.Undefined)
    for place, value in enumerate(values):
        found = builder.insert_value(found, value, place)
    return found


# 2. Reading and writing


def _places(at: Any) -> tuple[Any, ...]:
    return tuple(at.types) if isinstance(at, types.BaseTuple) else (at,)


def _left(view: View, at: Any) -> Any:
    """What is found at a place: an element, or a view of the dimensions that are left."""
    places = _places(at)
    if not all(isinstance(one, types.Integer) for one in places[:-1]) or len(places) > view.ndim:
        return None
    if isinstance(places[-1], types.SliceType) and not places[-1].has_step:
        return View(view.dtype, view.ndim - len(places) + 1)
    if isinstance(places[-1], types.Integer):
        return View(view.dtype, view.ndim - len(places)) if len(places) < view.ndim else view.dtype
    return None


@infer_global(operator.getitem)
class _Read(AbstractTemplate):
    def generic(self, args: Any, kws: Any) -> Any:
        if isinstance(args[0], View) and (found := _left(*args)) is not None:
            return signature(found, *args)
        return None


@infer_global(operator.setitem)
class _Write(AbstractTemplate):
    def generic(self, args: Any, kws: Any) -> Any:
        view, at, _ = args
        if isinstance(view, View) and _left(view, at) == view.dtype:
            return signature(types.none, view, at, view.dtype)
        return None


def _found(context: Any, builder: Any, kind: View, view: Any, at_kind: Any, at: Any) -> tuple[Any, list[Any]]:
    """The address of a place, and the lengths of the dimensions that are left from there."""
    kinds = _places(at_kind)
    places = [builder.extract_value(at, n) for n in range(len(kinds))] if isinstance(at_kind, types.BaseTuple) else [at]
    lengths = [builder.extract_value(view, 1 + n) for n in range(kind.ndim)]
    offset, left = None, lengths
    for n, (one, place) in enumerate(zip(kinds, places, strict=True)):
        left = lengths[n + 1 :]
        if isinstance(one, types.SliceType):
            part = context.make_helper(builder, one, value=place)
            begin, left = part.start, [builder.sub(part.stop, part.start), *left]
            _look(context, builder, part.stop, lengths[n], n, 1)
            _look(context, builder, begin, part.stop, n, 1)
        else:
            begin = context.cast(builder, place, one, types.intp)
            _look(context, builder, begin, lengths[n], n)
        offset = begin if offset is None else builder.add(builder.mul(offset, lengths[n]), begin)
    for length in lengths[len(kinds) :]:
        offset = builder.mul(offset, length)
    return builder.gep(builder.extract_value(view, 0), [offset]), left


def _look(context: Any, builder: Any, place: Any, length: Any, axis: int, beyond: int = 0) -> None:
    """Where numba is told to check bounds: that a place is there, or `beyond` it."""
    if config.BOUNDSCHECK:
        cgutils.do_boundscheck(context, builder, place, builder.add(length, WORD(beyond)), axis)


@lower_builtin(operator.getitem, View, types.Any)
def _read(context: Any, builder: Any, sig: Any, args: Any) -> Any:
    address, left = _found(context, builder, sig.args[0], args[0], sig.args[1], args[1])
    if isinstance(sig.return_type, View):
        return _struct(builder, context.get_value_type(sig.return_type), [address, *left])
    return builder.load(address)


@lower_builtin(operator.setitem, View, types.Any, types.Any)
def _write(context: Any, builder: Any, sig: Any, args: Any) -> Any:
    address, _ = _found(context, builder, sig.args[0], args[0], sig.args[1], args[1])
    builder.store(args[2], address)
    return context.get_dummy_value()


@infer_global(len)
class _Len(AbstractTemplate):
    def generic(self, args: Any, kws: Any) -> Any:
        return signature(types.intp, *args) if isinstance(args[0], View) else None


@lower_builtin(len, View)
def _len(context: Any, builder: Any, sig: Any, args: Any) -> Any:
    return builder.extract_value(args[0], 1)


def width(array: Any) -> int:
    """The length of the last dimension."""
    return int(array.shape[-1])


class _Width(AbstractTemplate):
    key = width

    def generic(self, args: Any, kws: Any) -> Any:
        return signature(types.intp, *args) if isinstance(args[0], View) else None


infer_global(width, types.Function(_Width))


@lower_builtin(width, View)
def _width(context: Any, builder: Any, sig: Any, args: Any) -> Any:
    return builder.extract_value(args[0], sig.args[0].ndim)
