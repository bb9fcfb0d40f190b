"""A look ahead: where a system goes by itself, and how fast its fastest rate is there.

Many a system is mild where it starts and stiff a moment later (Robertson's reactions start without the intermediate
that makes them stiff). So the typical patient, undosed, is run forward by the plain stiff step with a coarse tolerance,
and the Jacobian is looked at on the way. This takes tens of milliseconds.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from titer.engine.jacobian import evaluate_jacobian, jacobian_of
from titer.engine.rodas5p import take_step
from titer.model.system import System

HORIZON_DAY = 100.0
FIRST_STEP_DAY = 1e-6
ATTEMPTS = 80
COARSE = 1e-2  # relative error of a step
SMALLEST_SHARE = 1e-9  # sizes below this share of the largest state are not resolved


def jacobians_ahead(system: System, parameters: np.ndarray, states: np.ndarray) -> Iterator[np.ndarray]:
    """Jacobians at the places that a coarse run without doses visits, the start first.

    Args:
        system: an assembled system.
        parameters: of one patient, shape (n_parameters,).
        states: where the run starts, shape (n_states,).

    Yields:
        Matrices of shape (n_states, n_states), per day; the last ones lie at most `HORIZON_DAY` ahead. The run ends
        early where a rate is not finite, or after `ATTEMPTS` steps.

    Accuracy: 1% a step; the time slope of the rates is left out.
    """
    found = jacobian_of(system)
    t, h, x = 0.0, FIRST_STEP_DAY, np.asarray(states, float)
    matrix = evaluate_jacobian(found, system, t, x, parameters)
    yield matrix
    for _ in range(ATTEMPTS):
        new, error = _step(system, parameters, matrix, t, x, h)
        if error <= 1.0:
            t, x = t + h, new
            matrix = evaluate_jacobian(found, system, t, x, parameters)
            yield matrix
        h *= float(np.clip(0.9 * max(error, 1e-6) ** -0.2, 0.1, 10.0)) if np.isfinite(error) else 0.1
        if t >= HORIZON_DAY or h < 1e-3 * FIRST_STEP_DAY:
            return


def _step(system: System, parameters: np.ndarray, matrix: np.ndarray, t: float, x: np.ndarray, h: float):
    """The new state, and its error over tolerance; infinite where the step failed."""

    def rates(time: float, place: np.ndarray) -> np.ndarray:
        return system.derivative(time, place, parameters)

    with np.errstate(all="ignore"):
        try:
            new, error, _ = take_step(rates, matrix, 0.0, t, x, h)
        except np.linalg.LinAlgError:
            return x, np.inf
        size = np.maximum(np.abs(x), np.abs(new))
        ratio = np.abs(error) / (COARSE * size + SMALLEST_SHARE * np.max(size) + 1e-300)
    worst = float(np.max(ratio))
    return new, worst if np.isfinite(worst) else np.inf
