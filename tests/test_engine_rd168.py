"""The measured case, small: the accuracy that benchmarks/rd168.py claims holds; the first days match another solver."""

import sys
from pathlib import Path

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from titer.engine import Ensemble, compile_kernel

sys.path.insert(0, str(Path(__file__).parents[1] / "benchmarks"))
case = pytest.importorskip("rd168_case")

N, CLAIMED_RTOL = 48, 5e-8


@pytest.fixture(scope="module")
def kernel():
    return compile_kernel(case.system(), "explicit", outputs=case.output_names())


def run(kernel, rtol, n=N):
    ensemble = Ensemble(kernel, case.parameters(n), rtol=rtol, atol=rtol / 100)
    values = ensemble.advance(case.DAYS, case.events(n), case.output_days())
    ensemble.raise_for_status()
    return values, ensemble


def test_pharmacokinetics_are_stepped_exactly(kernel):
    assert kernel.plan.cascade.states == ("rd.depot", "rd.central", "rd.auc")


def test_worst_error_is_below_1e6_at_the_tolerance_of_the_benchmark(kernel):
    reference, _ = run(kernel, 1e-11)
    found, ensemble = run(kernel, CLAIMED_RTOL)
    assert np.abs(found / reference - 1).max() < 1e-6
    assert ensemble.steps.mean() < 2700  # 126 doses, some twenty steps each; more would cost the speed that is claimed


def test_first_doses_match_an_independent_solver(kernel):
    system, row, days = case.system(), case.parameters(1)[0], 4
    states = np.array(case.system_starts(row))
    for _ in range(days):
        states[0] += case.DOSE_MG
        solved = solve_ivp(
            lambda t, x: system.derivative(t, x, row), (0.0, 1.0), states, method="LSODA", rtol=1e-10, atol=1e-12
        )
        states = solved.y[:, -1]
    found, _ = run(kernel, 1e-9, n=1)
    expected = states[[list(case.STATES).index(name) for name in case.COMPARED]]
    np.testing.assert_allclose(found[0, days], expected, rtol=1e-7)
