"""The engines of benchmarks/immune_core.py. Each takes rows of parameters and a tolerance.

Every function returns (states of shape (n, 90, n_states), processor seconds of one core, least of `REPEATS`). A run
goes from a compiled model with the parameters in memory to a table of states in memory; compiling is told apart.

    Titer           making the ensemble and `advance`, one thread, the stiff method
    libRoadRunner   the SBML that Titer writes of the same system, by CVODE's method for stiff systems; how it is set,
                    for speed, is said in measuring.py
    SciPy LSODA     `odeint`, ODEPACK's Fortran loop, on Titer's compiled rates (gcc -O3): what is measured is the
                    method, not NumPy reading trees
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import immune_core_case as case
import numpy as np
from measuring import RoadRunner, best_of

from titer.engine import Ensemble, Kernel, compile_kernel
from titer.interop.sbml import sbml_text
from titer.model.expression import symbol

REPEATS = 3
ATOL = 1e-2  # per rtol
MOST_STEPS = 1_000_000
Answer = tuple[np.ndarray, float]


@cache
def kernel() -> Kernel:
    """Of the states; the other outputs cost next to nothing and are left out for every engine."""
    system = case.system()
    return compile_kernel(replace(system, outputs={name: symbol(name) for name in system.states}), "stiff")


def run_titer(rows: np.ndarray, rtol: float) -> tuple[np.ndarray, float, Ensemble]:
    made = []

    def run() -> np.ndarray:
        made.append(Ensemble(kernel(), rows, rtol=rtol, atol=rtol * ATOL, threads=1, max_steps=MOST_STEPS))
        return made[-1].advance(case.DAYS, case.events(len(rows)), case.output_days())

    values, seconds = best_of(run, REPEATS)
    made[-1].raise_for_status()
    return values, seconds, made[-1]


@cache
def roadrunner() -> RoadRunner:
    return RoadRunner(case.system(), sbml_text(case.system()))


def run_roadrunner(rows: np.ndarray, rtol: float) -> Answer:
    peer, days, starts = roadrunner(), case.output_days(), case.starts(rows)
    peer.set_tolerance(rtol, rtol * ATOL)

    def person(row: np.ndarray, start: np.ndarray) -> np.ndarray:
        peer.begin(row, start)
        return peer.follow(days)

    return best_of(lambda: np.array([person(*pair) for pair in zip(rows, starts, strict=True)]), REPEATS)


def run_scipy(rows: np.ndarray, rtol: float) -> Answer:
    from scipy.integrate import odeint

    rates, days = kernel().derivative, np.concatenate([[0.0], case.output_days()])

    def person(row: np.ndarray, start: np.ndarray) -> np.ndarray:
        options = {"rtol": rtol, "atol": rtol * ATOL, "mxstep": MOST_STEPS, "tfirst": True}
        return odeint(lambda t, y: rates(t, y, row), start, days, **options)[1:]

    starts = case.starts(rows)
    return best_of(lambda: np.array([person(*pair) for pair in zip(rows, starts, strict=True)]), REPEATS)
