"""From a system to machine code that Python can call."""

from __future__ import annotations

import ctypes
import hashlib
import time
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from titer.engine.cache import kept_library
from titer.engine.cascade import NO_CASCADE, find_cascade
from titer.engine.codegen import Writer
from titer.engine.compiler import (
    FLAGS,
    WIDE_FLAG,
    Compiler,
    compile_library,
    find_compiler,
    has_wide_vectors,
    processor,
)
from titer.engine.generate import Plan, SteppingMethod, kernel_source
from titer.errors import InputError, nearest
from titer.model.system import System

METHOD_NAMES = ("explicit", "stiff")
MOST_LANES = 64  # work space of a lane is some kilobytes: beyond this it leaves the processor's cache


def _nothing_more(plan: Plan, writer: Writer) -> str:
    return ""


def _stiff_code(plan: Plan, writer: Writer) -> str:
    from titer.engine.stiff import stiff_source
    from titer.engine.undershoot import StiffPlan

    assert isinstance(plan, StiffPlan)  # as `_stiff_plan` made it
    return stiff_source(plan, writer)


def _as_it_is(plan: Plan) -> Plan:
    return plan


def _stiff_plan(plan: Plan) -> Plan:
    from titer.engine.undershoot import stiff_plan

    return stiff_plan(plan)


def stepping_method(name: str) -> SteppingMethod:
    """The method of that name: "explicit" (Tsit5) or "stiff" (Rodas5P).

    Raises:
        InputError: no method of that name.
    """
    if name == "explicit":
        return SteppingMethod("tsit5.c", 5, True, _as_it_is, _nothing_more, 16)
    if name == "stiff":
        return SteppingMethod("rodas5p.c", 5, False, _stiff_plan, _stiff_code, 8)
    raise InputError(f"method '{name}' is not known", right="explicit, stiff or auto", hint=nearest(name, METHOD_NAMES))


class Job(ctypes.Structure):
    """One call of `titer_run`; mirrors Job in source/lanes.h field by field."""

    _fields_ = (
        ("n_patients", ctypes.c_int64),
        ("next", ctypes.c_void_p),
        ("time", ctypes.c_double),
        ("until", ctypes.c_double),
        ("rtol", ctypes.c_double),
        ("atol", ctypes.c_void_p),
        ("max_step", ctypes.c_double),
        ("fixed_step", ctypes.c_double),
        ("max_steps", ctypes.c_int64),
        ("records", ctypes.c_void_p),
        ("parameters", ctypes.c_void_p),
        ("event_end", ctypes.c_void_p),
        ("event_next", ctypes.c_void_p),
        ("event_time", ctypes.c_void_p),
        ("event_kind", ctypes.c_void_p),
        ("event_target", ctypes.c_void_p),
        ("event_value", ctypes.c_void_p),
        ("n_times", ctypes.c_int64),
        ("times", ctypes.c_void_p),
        ("values", ctypes.c_void_p),
        ("n_watches", ctypes.c_int64),
        ("watch_state", ctypes.c_void_p),
        ("watch_terminal", ctypes.c_void_p),
        ("watch_threshold", ctypes.c_void_p),
        ("watch_found", ctypes.c_void_p),
        ("status", ctypes.c_void_p),
        ("stopped_at", ctypes.c_void_p),
        ("steps", ctypes.c_void_p),
        ("rejected", ctypes.c_void_p),
    )


@dataclass(frozen=True, repr=False)
class Kernel:
    """Machine code for one system and method.

    Args:
        system: what it was made from.
        method: "explicit" or "stiff".
        plan: internal order of the states, cascade, outputs.
        library_path: the compiled file.
        from_cache: whether that file was there already.
        seconds: what making or finding it took.
    """

    system: System
    method: str
    plan: Plan
    library_path: Path
    from_cache: bool
    seconds: float

    def __repr__(self) -> str:
        return f"Kernel({self.method}, {self.system!r})"

    @cached_property
    def library(self) -> ctypes.CDLL:
        library = ctypes.CDLL(str(self.library_path))
        library.titer_run.argtypes = [ctypes.POINTER(Job)]
        assert library.titer_job_size() == ctypes.sizeof(Job)
        return library

    @cached_property
    def order(self) -> np.ndarray:
        """Place in the system's state vector of each internal state. Shape (n_states,)."""
        place = {name: i for i, name in enumerate(self.system.states)}
        return np.array([place[name] for name in self.plan.states], dtype=np.int64)

    @cached_property
    def internal(self) -> np.ndarray:
        """Internal place of each state of the system. Shape (n_states,)."""
        places = np.empty_like(self.order)
        places[self.order] = np.arange(len(self.order))
        return places

    @property
    def output_names(self) -> tuple[str, ...]:
        return tuple(self.plan.outputs)

    @cached_property
    def record_size(self) -> int:
        """Doubles kept of a patient; the states come first, in internal order."""
        return int(self.library.titer_record_size())

    @cached_property
    def lanes(self) -> int:
        """Patients worked on side by side."""
        return int(self.library.titer_lanes())

    def derivative(self, t: float, states: np.ndarray, parameters: np.ndarray) -> np.ndarray:
        """Rates of one patient as the compiled code has them, to be compared with `System.derivative`.

        Shapes: states (n_states,), parameters (n_parameters,) → (n_states,).
        """
        inside = np.ascontiguousarray(np.asarray(states, float)[self.order])
        values = np.ascontiguousarray(parameters, dtype=float)
        result = np.empty(len(inside))
        pointers = [ctypes.c_void_p(array.ctypes.data) for array in (inside, values, result)]
        self.library.titer_rates(ctypes.c_double(t), *pointers)
        return result[self.internal]


def compile_kernel(
    system: System, method: str = "auto", *, outputs: Iterable[str] | None = None, lanes: int | None = None
) -> Kernel:
    """Make, or find in the cache, the machine code of a system.

    Args:
        system: an assembled system.
        method: "explicit" for mild systems, "stiff" for stiff ones, "auto" to choose (`titer.engine.choose`).
        outputs: names of the outputs that runs return; None for all.
        lanes: patients side by side, 1 to 64; None for what suits the processor.

    Returns:
        The kernel.

    Raises:
        InputError: unknown method or output, or a number of lanes out of range.
        CompileError: no compiler, or it refused.
        StorageError: neither the cache folder nor a temporary one can be written, or the cache is not private.

    Example:
        >>> from titer.engine.textbook import one_compartment
        >>> compile_kernel(one_compartment()).method
        'explicit'
    """
    started = time.perf_counter()
    if method == "auto":
        from titer.engine.choose import choose_method

        method = choose_method(system)
    chosen = stepping_method(method)
    cascade = find_cascade(system) if method == "explicit" else NO_CASCADE
    plan = chosen.adapt(Plan(system, cascade, _chosen_outputs(system, outputs)))
    width = min(chosen.widest, 16 if has_wide_vectors() else 8) if lanes is None else _checked_lanes(lanes)
    source = kernel_source(plan, chosen, width)
    path, from_cache = _library_of(source, width)
    return Kernel(system, method, plan, path, from_cache, time.perf_counter() - started)


def _checked_lanes(lanes: int) -> int:
    if isinstance(lanes, bool) or lanes != int(lanes) or not 1 <= lanes <= MOST_LANES:
        raise InputError(f"lanes is {lanes}", right=f"a whole number, 1 to {MOST_LANES}")
    return int(lanes)


def _chosen_outputs(system: System, names: Iterable[str] | None) -> dict:
    if names is None:
        return dict(system.outputs)
    names = list(names)
    for name in names:
        if name not in system.outputs:
            raise InputError(f"the system has no output '{name}'", hint=nearest(name, system.outputs))
    return {name: system.outputs[name] for name in names}


def _library_of(source: str, width: int) -> tuple[Path, bool]:
    compiler = find_compiler()
    flags = (*FLAGS, WIDE_FLAG) if has_wide_vectors() and width >= 8 else FLAGS

    def make(path: Path) -> None:
        text = path.with_suffix(".c")
        try:
            text.write_text(source, encoding="utf-8")
            compile_library(compiler, text, path, flags)
        finally:
            text.unlink(missing_ok=True)

    return kept_library(_key(source, compiler, flags), make)


def _key(source: str, compiler: Compiler, flags: tuple[str, ...]) -> str:
    name, features = processor()
    parts = [source, *compiler.command, compiler.version, *flags, name, *sorted(features)]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:40]
