"""Which method suits a system: explicit, or the one for stiff systems.

An explicit method has to keep its step below about 3.3 / (fastest rate), however smooth the solution is. The fastest rate is
the largest eigenvalue of the Jacobian of the states outside the linear cascade, at the typical patient's start and at
states moved away from it. Where it is above `FASTEST_EXPLICIT` per day, steps of a few minutes would be needed, and
the stiff method, whose step costs about five times as much, wins.
"""

from __future__ import annotations

import numpy as np

from titer.engine.cascade import find_cascade
from titer.model.system import System

FASTEST_EXPLICIT = 500.0  # per day
SHIFTS = (1.0, 0.5, 2.0)  # states are looked at where they start, halved and doubled


def choose_method(system: System) -> str:
    """ "stiff" or "explicit".

    Accuracy: a rule of thumb, from typical parameters and states near the start. A system that becomes stiff elsewhere
        is still solved by the explicit method, slowly; name the method then.
    Source: definition above.
    """
    return "stiff" if fastest_rate(system) > FASTEST_EXPLICIT else "explicit"


def fastest_rate(system: System) -> float:
    """Largest modulus of the eigenvalues outside the linear cascade, per day, at and around the start.

    Accuracy: Jacobian by differences, about 1e-6 relative.
    """
    exact = set(find_cascade(system).states)
    free = np.array([i for i, name in enumerate(system.states) if name not in exact], dtype=int)
    if not len(free):
        return 0.0
    typical = system.typical()
    start = system.start_values(typical)[0]
    found = [_largest(_jacobian(system, start * shift, typical, free)) for shift in SHIFTS]
    return max(found)


def _jacobian(system: System, states: np.ndarray, parameters: np.ndarray, free: np.ndarray) -> np.ndarray:
    """By central differences, over the free states. Shape (n_free, n_free)."""
    steps = 1e-6 * np.maximum(np.abs(states[free]), 1e-3)
    moved = np.tile(states, (2 * len(free), 1))
    rows = np.arange(len(free))
    moved[rows, free] += steps
    moved[len(free) + rows, free] -= steps
    with np.errstate(all="ignore"):
        rates = system.derivative(0.0, moved, np.tile(parameters, (len(moved), 1)))[:, free]
    return ((rates[: len(free)] - rates[len(free) :]) / (2 * steps[:, None])).T


def _largest(jacobian: np.ndarray) -> float:
    finite = np.where(np.isfinite(jacobian), jacobian, 0.0)
    return float(np.max(np.abs(np.linalg.eigvals(finite))))
