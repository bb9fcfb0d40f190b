"""States a rounding below zero: powers bear them, long steps stay long, and real mistakes are still seen."""

from __future__ import annotations

import numpy as np
import pytest

from stiff_problems import bare_system
from titer.engine import NOT_FINITE, Ensemble, compile_kernel
from titer.engine.cascade import NO_CASCADE
from titer.engine.generate import Plan
from titer.engine.undershoot import signed_bases, stiff_plan, too_low, with_floor
from titer.model import expression as e

X, Y, N = e.symbol("x"), e.symbol("y"), e.symbol("n")


def test_long_steps_survive_a_state_that_decays_to_nothing():
    a, b = e.symbol("m.a"), e.symbol("m.b")
    system = bare_system({"m.a": -60.0 * a, "m.b": a**1.5 / (0.1 + a**1.5) - 1e4 * b}, starts=(1.0, 0.0))
    ensemble = Ensemble(compile_kernel(system, "stiff"), np.empty((1, 0)), rtol=1e-6, atol=1e-9)
    values = ensemble.advance(30.0, times=[0.05, 2.0, 30.0])[0]
    assert ensemble.status[0] == 0
    assert ensemble.steps[0] + ensemble.rejected[0] < 200  # 4,500 before powers had a floor
    c = np.exp(-3.0) ** 1.5
    assert values[0] == pytest.approx([np.exp(-3.0), c / (0.1 + c) / 1e4], rel=1e-2)
    assert np.abs(values[1:]).max() < 1e-9


@pytest.mark.parametrize("root", [lambda u: u**1.5, e.sqrt, lambda u: (2.0 * u) ** e.symbol("m.n")])
def test_state_that_really_turns_negative_is_reported(root):
    a, b = e.symbol("m.a"), e.symbol("m.b")
    system = bare_system({"m.a": e.number(-1.0), "m.b": root(a) - b}, ("m.n",), starts=(1.0, 0.0))
    ensemble = Ensemble(compile_kernel(system, "stiff"), np.array([[1.3]]), rtol=1e-6, atol=1e-9)
    ensemble.advance(3.0)
    assert ensemble.status[0] == NOT_FINITE
    assert ensemble.stopped_at[0] == pytest.approx(1.0, abs=1e-4)


def test_only_bases_that_may_be_negative_are_found():
    trees = [X**2.0, X**-1.0, e.exp(X) ** 0.5, e.maximum(X, 0.0) ** N, (X * X) ** 0.5, N**1.5, X / (1.0 + Y)]
    assert signed_bases(trees, ["x", "y"]) == ()
    found = signed_bases([X**1.5, e.sqrt(1.0 - Y), 2.0**X, (X / N) ** N], ["x", "y"])
    assert set(found) == {X, 1.0 - Y, X / N}


def test_floor_changes_nothing_above_zero_and_gives_zero_below():
    trees = [X**1.5 + e.sqrt(Y) + X]
    floored = with_floor(trees, signed_bases(trees, ["x", "y"]))
    above, below = {"x": 0.3, "y": 2.0}, {"x": -0.3, "y": -2.0}
    assert e.evaluate(floored, above) == e.evaluate(trees, above)
    assert e.evaluate(floored, below) == [-0.3]


def test_plan_without_such_powers_is_left_alone():
    system = bare_system({"m.a": -(e.symbol("m.a") ** 2.0)})
    plan = stiff_plan(Plan(system, NO_CASCADE, dict(system.outputs)))
    assert plan.bases == ()
    assert plan.rates[0] is system.rates[0]


def test_outputs_get_a_floor_only_where_rates_watch_the_base():
    a, b = e.symbol("m.a"), e.symbol("m.b")
    system = bare_system({"m.a": -(a**0.5), "m.b": -b})
    outputs = {"watched": a**0.5, "alone": b**0.5}
    plan = stiff_plan(Plan(system, NO_CASCADE, outputs))
    with np.errstate(invalid="ignore"):
        seen = e.evaluate(tuple(plan.outputs.values()), {"m.a": np.float64(-1e-20), "m.b": np.float64(-1e-20)})
    assert seen[0] == 0.0
    assert np.isnan(seen[1])


def test_allowance_follows_the_states_in_a_base():
    count = too_low([X - 2.0 * Y], [[e.number(1.5)]], ["x", "y"], {"x": "ax", "y": "ay"})
    off = {"ax": 0.1, "ay": 0.2}
    assert e.evaluate([count], off | {"x": 1.0, "y": 0.7}) == [0.0]  # 0.4 below, 0.5 allowed
    assert e.evaluate([count], off | {"x": 1.0, "y": 0.8}) == [1.0]


@pytest.mark.parametrize("method", ["explicit", "stiff"])
def test_a_parameter_exponent_that_is_whole_bears_negative_bases(method):
    a = e.symbol("m.a")
    system = bare_system({"m.a": (a - 3.0) ** e.symbol("m.n") / 10.0}, ("m.n",), starts=(1.0,))
    kernel = compile_kernel(system, method)
    assert kernel.derivative(0.0, [1.0], [2.0])[0] == pytest.approx(0.4, rel=1e-14)
    ensemble = Ensemble(kernel, [[2.0], [3.0]], rtol=1e-8, atol=1e-10)
    values = ensemble.advance(1.0)[:, 0, 0]
    assert ensemble.running.all()
    # With u = a - 3: u' = u^2 / 10 and u' = u^3 / 10, both from u = -2.
    np.testing.assert_allclose(values, [3 - 1 / (1 / 2 + 1 / 10), 3 - 1 / np.sqrt(1 / 4 - 1 / 5)], rtol=1e-6)


def test_too_low_counts_only_where_an_exponent_is_not_whole():
    count = too_low([X], [[N]], ["x"], {"x": "ax"})
    with np.errstate(invalid="ignore"):
        found = [e.evaluate([count], {"x": -1.0, "ax": 0.1, "n": np.float64(n)})[0] for n in (2.0, 3.0, 1.5)]
    assert found == [0.0, 0.0, 1.0]
