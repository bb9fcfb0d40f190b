"""Which method suits a system: explicit, or the one for stiff systems.

An explicit method has to keep its step below about 3.3 / (fastest rate), however smooth the solution is. The fastest
rate is the largest eigenvalue of the Jacobian of the states outside the linear cascade, at the typical patient's start,
at states moved away from it, and where the undosed patient goes from there (`titer.engine.ahead`). Where it is above
`FASTEST_EXPLICIT` per day, steps of a few minutes would be needed, and the stiff method, whose step costs about five
times as much, wins.
"""

from __future__ import annotations

from itertools import chain

import numpy as np

from titer.engine.ahead import jacobians_ahead
from titer.engine.cascade import find_cascade
from titer.engine.jacobian import evaluate_jacobian, jacobian_of
from titer.model.system import System

FASTEST_EXPLICIT = 500.0  # per day
SHIFTS = (0.5, 2.0)  # states are looked at halved and doubled too


def choose_method(system: System) -> str:
    """ "stiff" or "explicit".

    Accuracy: a rule of thumb, from typical parameters, near the start and along the undosed run. A system that becomes
        stiff elsewhere, under a dose, is still solved by the explicit method, slowly; name the method then.
    Source: definition above.
    """
    return "stiff" if fastest_rate(system) > FASTEST_EXPLICIT else "explicit"


def fastest_rate(system: System) -> float:
    """Largest modulus of the eigenvalues outside the linear cascade, per day, at, around and ahead of the start."""
    exact = set(find_cascade(system).states)
    free = np.array([i for i, name in enumerate(system.states) if name not in exact], dtype=int)
    if not len(free):
        return 0.0
    typical = system.typical()
    start = system.start_values(typical)[0]
    around = (evaluate_jacobian(jacobian_of(system), system, 0.0, start * shift, typical) for shift in SHIFTS)
    return max(
        _largest(matrix[np.ix_(free, free)]) for matrix in chain(around, jacobians_ahead(system, typical, start))
    )


def _largest(jacobian: np.ndarray) -> float:
    finite = np.where(np.isfinite(jacobian), jacobian, 0.0)
    return float(np.max(np.abs(np.linalg.eigvals(finite))))
