"""Measured order of the explicit method and of its dense output."""

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from titer.engine import Ensemble, compile_kernel
from titer.engine.textbook import system_of

STEPS = [0.2, 0.1, 0.05, 0.025]
END = 2.0


@pytest.fixture(scope="module")
def kernel():
    """Lotka and Volterra's prey and predator: not linear, nothing cancels."""
    system = system_of(
        "o",
        {"prey": 1.0, "predator": 2.0},
        {"k": 1.0},
        lambda t, x, p: {"prey": x.prey * (p.k - x.predator), "predator": x.predator * (x.prey - p.k)},
        outputs=lambda t, x, p: {"prey": x.prey},
    )
    return compile_kernel(system, "explicit")


def reference(times):
    """SciPy's DOP853 at the tightest tolerance it takes."""
    found = solve_ivp(
        lambda t, x: [x[0] * (1 - x[1]), x[1] * (x[0] - 1)],
        (0.0, times[-1]),
        [1.0, 2.0],
        method="DOP853",
        rtol=3e-14,
        atol=1e-15,
        t_eval=times,
        max_step=0.02,
    )
    return found.y[0]


def measured_order(kernel, times):
    expected = reference(times)
    runs = [Ensemble(kernel, [1.0], fixed_step=h).advance(END, times=times)[0, :, 0] for h in STEPS]
    return np.polyfit(np.log(STEPS), np.log([np.max(np.abs(values - expected)) for values in runs]), 1)[0]


def test_error_falls_with_the_declared_order(kernel):
    assert abs(measured_order(kernel, np.array([END])) - 5.0) < 0.35


def test_error_of_dense_output_falls_with_order_4_or_better(kernel):
    """Local error of a dense output of order 4 falls with the fifth power of the step."""
    assert 3.8 < measured_order(kernel, np.linspace(0.013, END, 97)) < 5.5


def test_error_follows_the_tolerance(kernel):
    expected = reference(np.array([END]))[0]
    found = []
    for rtol in (1e-5, 1e-7, 1e-9):
        ensemble = Ensemble(kernel, [1.0], rtol=rtol, atol=rtol)
        found.append(abs(ensemble.advance(END)[0, 0, 0] - expected))
    # Each step's error is below the tolerance; some dozens of them add up.
    assert np.all(np.array(found) < 30 * np.array([1e-5, 1e-7, 1e-9]))
    assert found[0] > found[1] > found[2]
