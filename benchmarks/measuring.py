"""What several benchmarks share: processor time, the time to make a kernel, and libRoadRunner at its best.

libRoadRunner runs CVODE on code from LLVM with all of its optimisations on (5% faster than its default; its newer
compiler LLJIT loads a file four times as fast and runs it no faster). Of one person after another, the clock alone is
set back, and all values go in by one call: `resetAll` gives the same numbers and costs half a millisecond more.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable, Sequence

import numpy as np

from titer.engine import Kernel
from titer.interop.sbml.elements import CORE, element, to_text
from titer.interop.sbml.mathml import math
from titer.interop.sbml.names import sid_of
from titer.model import System
from titer.model.expression import symbol


class MissingError(Exception):
    """The engine is not installed here."""


def best_of(run: Callable[[], np.ndarray], repeats: int) -> tuple[np.ndarray, float]:
    """What a run returns, and the least processor time, in seconds, that it took."""
    seconds = []
    for _ in range(repeats):
        begun = time.process_time()
        values = run()
        seconds.append(time.process_time() - begun)
    return values, min(seconds)


def kernel_seconds(make: Callable[[], Kernel]) -> tuple[float, float]:
    """Seconds to make a kernel the first time, with an empty cache, and again from the cache."""
    before = os.environ.get("TITER_CACHE")
    with tempfile.TemporaryDirectory() as folder:
        os.environ["TITER_CACHE"] = folder
        try:
            return make().seconds, make().seconds
        finally:
            os.environ.pop("TITER_CACHE") if before is None else os.environ.update(TITER_CACHE=before)


def bare_sbml(system: System) -> str:
    """The rates of a system alone, without models behind it; every value is 0 until it is set."""
    named = {symbol(name).digest: sid_of(name) for name in (*system.parameters, *system.states)}
    quantities = [element("parameter", {"id": sid, "value": "0", "constant": "false"}) for sid in named.values()]
    rules = [
        element("rateRule", {"variable": sid_of(name)}, math(rate, named))
        for name, rate in zip(system.states, system.rates, strict=True)
    ]
    lists = element("listOfParameters", {}, *quantities), element("listOfRules", {}, *rules)
    return to_text(element("sbml", {"xmlns": CORE, "level": "3", "version": "2"}, element("model", {}, *lists)))


class RoadRunner:
    """libRoadRunner with one system loaded.

    Args:
        system: of which the text was made.
        text: SBML.

    Raises:
        MissingError: it is not installed.
    """

    def __init__(self, system: System, text: str) -> None:
        try:
            import roadrunner
        except ImportError:
            raise MissingError("pip install libroadrunner") from None
        roadrunner.Logger.setLevel(roadrunner.Logger.LOG_ERROR)
        options = roadrunner.LoadSBMLOptions()
        options.modelGeneratorOpt |= options.OPTIMIZE
        begun = time.perf_counter()
        self.engine = roadrunner.RoadRunner(text, options)
        self.load_seconds = time.perf_counter() - begun
        self.clock = roadrunner.SelectionRecord.TIME
        ids = list(self.engine.model.getGlobalParameterIds())
        self.places = [ids.index(sid_of(name)) for name in (*system.parameters, *system.states)]
        self.engine.timeCourseSelections = [sid_of(name) for name in system.states]

    def set_tolerance(self, rtol: float, atol: float, *, stiff: bool = True) -> None:
        integrator = self.engine.integrator
        integrator.relative_tolerance, integrator.absolute_tolerance = rtol, atol
        integrator.stiff, integrator.maximum_num_steps = stiff, 1_000_000

    def begin(self, parameters: np.ndarray, starts: np.ndarray) -> None:
        """Put one run's parameters and states in, at time 0."""
        self.engine.reset(self.clock)
        self.engine.model.setGlobalParameterValues(self.places, np.concatenate([parameters, starts]))

    def follow(self, times: Sequence[float] | np.ndarray) -> np.ndarray:
        """The states at increasing times above 0. Shape (n_times, n_states)."""
        return np.array(self.engine.simulate(times=[0.0, *times]))[1:]
