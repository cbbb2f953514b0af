"""Owns how a loop and its parts become machine code. Must not know what they compute, nor where the code is kept.

Each part is typed and lowered once, and all of them are optimised together with the loop that they are of, once. numba itself makes
machine code of each part as well, and optimises it again in each function that calls it. Passes that look for what our loops do not do
(closures, `with`, array expressions) are left out; of numba's types and operators just those are loaded that our loops use.
"""

from __future__ import annotations

import gc
from functools import cache
from typing import Any

from numba import _dynfunc, types
from numba.core import fastmathpass, intrinsics
from numba.core.codegen import JITCodeLibrary
from numba.core.compiler import CompilerBase
from numba.core.compiler_machinery import PassManager, register_pass
from numba.core.cpu import CPUContext
from numba.core.lowering import Lower
from numba.core.registry import cpu_target
from numba.core.typed_passes import NativeLowering, NoPythonBackend, NopythonTypeInference, PreLowerStripPhis
from numba.core.typing import Context, templates
from numba.core.untyped_passes import FixupArgs, IRProcessing, ReconstructSSA, TranslateByteCode

# Functions that stand in Python, which numba would compile before they can be used: those of strings, lists and whole arrays
OVERLOADED = (templates._OverloadFunctionTemplate, templates._OverloadAttributeTemplate)


class _PartLibrary(JITCodeLibrary):
    """The code of a part, as it was lowered: it is never run by itself."""

    def _optimize_functions(self, module: Any) -> None:
        module.data_layout = self._codegen._data_layout

    def finalize(self) -> None:
        self._finalized = True

    def alone(self) -> Any:
        """The part without those that it calls."""
        return super()._get_module_for_linking()

    def _get_module_for_linking(self) -> Any:
        """Asked for where numba compiles the caller as any other: it would leave out what the part calls, and go to the address 0."""
        raise TypeError(f"{self.name} is a part of loops, and is called by what `kept`, `part` and their like compile alone")


class _LoopLibrary(JITCodeLibrary):
    """The code of a loop with all its parts, those of parts too."""

    def _optimize_functions(self, module: Any) -> None:
        module.data_layout = self._codegen._data_layout

    def finalize(self) -> None:
        for one in _called(self):
            self._final_module.link_in(one.alone(), preserve=True)
        self._linking_libraries = []
        super().finalize()


def _called(library: Any) -> list[_PartLibrary]:
    """The parts that code calls, and that these call."""
    every: dict[Any, None] = {}
    todo = list(library._linking_libraries)
    while todo:  # ends: each is added once, and parts do not call in circles
        if (one := todo.pop()) not in every:
            every[one] = None
            todo += one._linking_libraries
    return list(every)


@register_pass(mutates_CFG=True, analysis_only=False)
class _PartLowering(NativeLowering):
    """A part becomes code that is not run by itself: who calls it links it, see `_LoopLibrary`."""

    _name = "refund_fsm_part_lowering"

    def run_pass(self, state: Any) -> bool:
        state.library = _PartLibrary(state.targetctx.codegen(), state.func_id.func_qualname)
        state.type_annotation = None
        state.flags.no_compile = True
        super().run_pass(state)
        lowered = state["cr"]
        fndesc = lowered.fndesc
        # by this its callers know it, and numba wants it to look like a function that is compiled
        key = _dynfunc.make_function(fndesc.lookup_module(), fndesc.qualname, "", 0, lowered.env, (state.library,))
        state.targetctx.insert_user_function(key, fndesc, [state.library])
        state["cr"] = lowered._replace(cfunc=key)
        return True


@register_pass(mutates_CFG=True, analysis_only=False)
class _LoopLowering(NativeLowering):
    """A loop becomes machine code, with all its parts."""

    _name = "refund_fsm_loop_lowering"

    def run_pass(self, state: Any) -> bool:
        state.library = _LoopLibrary(state.targetctx.codegen(), state.func_id.func_qualname)
        state.library.enable_object_caching()
        state.type_annotation = None
        return bool(super().run_pass(state))


class _Typing(Context):
    """What our loops know of numba's types: numbers, tuples, ranges and what stands in this room, but nothing that numba itself would
    have to compile first. Remembers what operators make of which types: they are asked for by the thousand."""

    def __init__(self) -> None:
        self._made: dict[Any, Any] = {}
        super().__init__()
        self._load()

    def _load(self) -> None:
        from numba.core.typing import builtins, collections, mathdecl  # noqa: F401

        for registry in (templates.builtin_registry, mathdecl.registry):
            known = templates.RegistryLoader(registry)
            for one in known.new_registrations("functions"):
                if not issubclass(one, OVERLOADED):
                    self.insert_function(one(self))
            for one in known.new_registrations("attributes"):
                if not issubclass(one, OVERLOADED):
                    self.insert_attributes(one(self))
            for name, kind in known.new_registrations("globals"):
                if isinstance(kind, types.Function) and any(issubclass(one, OVERLOADED) for one in kind.templates):
                    continue
                before = self._lookup_global(name)
                if before is None:
                    self.insert_global(name, kind)
                else:
                    self._remove_global(name)
                    self._insert_global(name, before.augment(kind))

    def refresh(self) -> None:
        """Nothing is new since it was made."""

    def load_additional_registries(self) -> None:
        """None."""

    def resolve_function_type(self, func: Any, args: Any, kws: Any) -> Any:
        if kws or isinstance(func, types.Dispatcher):
            return super().resolve_function_type(func, args, kws)
        key = func, tuple(args)
        found = self._made.get(key)
        if found is None:
            found = self._made[key] = super().resolve_function_type(func, args, kws)
        return found


class _Target(CPUContext):
    """numba's, which remembers how each operator is lowered."""

    def __init__(self, typing: _Typing, context: Any) -> None:
        self.__dict__ = {**context.__dict__}
        self.typing_context = typing
        super().refresh()
        self._got: dict[Any, Any] = {}
        self._sizes: dict[str, int] = {}

    def refresh(self) -> None:
        """Nothing is new since it was made."""

    def load_additional_registries(self) -> None:
        """What our loops do: numbers, ranges, tuples, slices, roots. All that numba knows takes half a second, BLAS among it."""
        from numba.cpython import builtins, mathimpl, numbers, rangeobj, slicing, tupleobj  # noqa: F401

        self.install_registry(mathimpl.registry)

    def get_abi_sizeof(self, kind: Any) -> int:
        """How many bytes a type takes: LLVM is asked once for each."""
        if (key := str(kind)) not in self._sizes:
            self._sizes[key] = super().get_abi_sizeof(kind)
        return self._sizes[key]

    def post_lowering(self, module: Any, library: Any) -> None:
        """As numba's, but that nothing counts references."""
        if self.fastmath:
            fastmathpass.rewrite_module(module, self.fastmath)
        if self.is32bit:
            intrinsics.fix_divmod(module)

    def get_function(self, fn: Any, sig: Any, _firstcall: bool = True) -> Any:
        key = fn, sig.args, sig.return_type
        found = self._got.get(key)
        if found is None:
            try:
                found = super().get_function(fn, sig, False)
            except NotImplementedError:  # what is known only since it was asked for
                super().refresh()
                found = super().get_function(fn, sig, False)
            self._got[key] = found
        bound = object.__new__(type(found))  # for this context, which knows what is lowered and how: the same but for that
        bound.__dict__.update(found.__dict__, _context=self)
        return bound


@cache
def contexts() -> tuple[_Typing, _Target]:
    typing = _Typing()
    return typing, _Target(typing, cpu_target.target_context)


class _Pipeline(CompilerBase):
    lowering: Any

    def __init__(self, typing: Any, target: Any, *arguments: Any) -> None:
        super().__init__(*contexts(), *arguments)

    def define_pipelines(self) -> list[PassManager]:
        pm = PassManager(self.lowering._name)
        for one in (
            *(TranslateByteCode, FixupArgs, IRProcessing, ReconstructSSA),
            *(NopythonTypeInference, PreLowerStripPhis, self.lowering, NoPythonBackend),
        ):
            pm.add_pass(one, one._name)
        pm.finalize()
        return [pm]


class PartPipeline(_Pipeline):
    lowering = _PartLowering


class _Apart(Lower):
    def setup_function(self, fndesc: Any) -> None:
        super().setup_function(fndesc)
        self.function.attributes.add("noinline")


@register_pass(mutates_CFG=True, analysis_only=False)
class _ApartLowering(_PartLowering):
    """A part that is called, never put in place."""

    _name = "refund_fsm_apart_lowering"

    @property
    def lowering_class(self) -> Any:
        return _Apart


class ApartPipeline(_Pipeline):
    lowering = _ApartLowering


class LoopPipeline(_Pipeline):
    lowering = _LoopLowering

    def compile_extra(self, func: Any) -> Any:
        """The loop with all its parts. Millions of objects are made, and nearly all stay: nobody looks meanwhile which are left over."""
        looks = gc.isenabled()
        gc.disable()
        try:
            return super().compile_extra(func)
        finally:
            if looks:
                gc.enable()
