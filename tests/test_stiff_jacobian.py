"""Derivatives of trees: SymPy and differences are the judges, zeros and corners the traps."""

from __future__ import annotations

import time

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from stiff_problems import bare_system, network
from titer.engine.differentiate import differentiate, guard
from titer.engine.jacobian import evaluate_jacobian, jacobian_of
from titer.model import expression as e

X, Y, K, V = e.symbol("x"), e.symbol("y"), e.symbol("k"), e.symbol("v")

EVERY_KIND = {
    "sum": X + Y + 3.0,
    "difference": X - 2.0 * Y,
    "product": X * Y * K,
    "square": X * X,
    "quotient": X / (K + Y),
    "saturation": X / (K + X),
    "negative": -X * Y,
    "integer power": X**3.0 * Y,
    "float exponent two": X**2.0,
    "minus two": (X + Y) ** -2.0,
    "power 1.5": (X * Y) ** 1.5,
    "power one half": (X + 1.0) ** 0.5,
    "parameter exponent": X**V / (K**V + X**V),
    "state exponent": (K + Y) ** X,
    "number to a state": 2.0**X,
    "exponential": e.exp(-K * X) * Y,
    "logarithm": e.log(X + Y * Y),
    "square root": e.sqrt(X * Y + 1.0),
    "absolute": e.absolute(X - 2.0 * Y),
    "a step to a root": e.held(X * Y) - (e.held(X * Y) - X * Y),
    "minimum": e.minimum(X, Y * K),
    "maximum": e.maximum(X * X, Y),
    "where": e.where(X > Y, X * X, Y * X),
    "where both": e.where(e.both(X > 0.1, Y < 5.0), X * Y, X),
    "where not": e.where(e.negate(e.either(X > 7.0, e.equal(Y, 3.0))), e.sqrt(X), Y),
    "step in time": e.where(e.symbol("t") >= 1.0, X, 2.0 * X),
}
POINT = {"x": 1.3, "y": 0.7, "k": 0.9, "v": 2.3, "t": 0.5}


def slopes(tree, values, names=("x", "y")):
    """Guarded derivatives as numbers, with 0 for what is missing."""
    tangent = differentiate([tree], names)[0]
    found = {name: guard(slope, names) for name, slope in tangent.items()}
    with np.errstate(all="ignore"):
        numbers = dict(zip(found, e.evaluate(tuple(found.values()), values), strict=True))
    return np.array([float(numbers.get(name, 0.0)) for name in names])


def differences(tree, values, names=("x", "y"), step=1e-6):
    def at(name, shift):
        return float(e.evaluate([tree], values | {name: values[name] + shift})[0])

    return np.array([(at(name, step) - at(name, -step)) / (2 * step) for name in names])


def to_sympy(tree):
    import sympy

    function = {
        "+": sympy.Add,
        "*": sympy.Mul,
        "-": lambda a, b: a - b,
        "/": lambda a, b: a / b,
        "pow": sympy.Pow,
        "neg": lambda a: -a,
        "exp": sympy.exp,
        "log": sympy.log,
        "sqrt": sympy.sqrt,
        "abs": sympy.Abs,
        "held": lambda a: a,
        "min": sympy.Min,
        "max": sympy.Max,
    }
    if tree.op == "number":
        return sympy.Float(tree.value, 30)
    if tree.op == "symbol":
        return sympy.Symbol(tree.value, real=True)
    return function[tree.op](*(to_sympy(a) for a in tree.args))


def test_every_operation_of_the_tree_is_differentiated_here():
    used = {node.op for node in e.walk(EVERY_KIND.values())} - {"number", "symbol"}
    assert used >= set(e.ARITHMETIC)


@pytest.mark.parametrize("kind", EVERY_KIND)
def test_derivative_equals_differences(kind):
    # 1e-7: central differences of step 1e-6 are good to about 1e-9
    assert slopes(EVERY_KIND[kind], POINT) == pytest.approx(differences(EVERY_KIND[kind], POINT), rel=1e-7, abs=1e-7)


@pytest.mark.parametrize("kind", [k for k in EVERY_KIND if "where" not in k and "step" not in k])
def test_derivative_equals_sympy(kind):
    import sympy

    judge = [sympy.diff(to_sympy(EVERY_KIND[kind]), sympy.Symbol(name, real=True)) for name in ("x", "y")]
    numbers = [float(d.evalf(20, subs={sympy.Symbol(n, real=True): v for n, v in POINT.items()})) for d in judge]
    assert slopes(EVERY_KIND[kind], POINT) == pytest.approx(numbers, rel=1e-13, abs=1e-14)


def small_trees():
    leaves = st.sampled_from([X, Y, K]) | st.floats(-2, 2).map(e.number)

    def grow(inner):
        two = st.tuples(inner, inner)
        return st.one_of(
            two.map(lambda p: p[0] + p[1]),
            two.map(lambda p: p[0] - p[1]),
            two.map(lambda p: p[0] * p[1]),
            two.map(lambda p: p[0] / (2.0 + p[1] * p[1])),
            two.map(lambda p: e.where(p[0] > p[1], p[0] * p[1], p[1])),
            two.map(lambda p: e.maximum(p[0], p[1])),
            two.map(lambda p: e.minimum(p[0], p[1])),
            inner.map(lambda a: e.combine("exp", -(a * a))),
            inner.map(lambda a: e.combine("log", 1.0 + a * a)),
            inner.map(lambda a: e.combine("sqrt", 0.5 + a * a)),
            inner.map(lambda a: e.combine("abs", a)),
            st.tuples(inner, st.sampled_from([2.0, 3.0, 1.5, -1.0])).map(lambda p: (1.0 + p[0] * p[0]) ** p[1]),
        )

    return st.recursive(leaves, grow, max_leaves=10)


@settings(max_examples=80, deadline=None, derandomize=True)
@given(tree=small_trees(), x=st.floats(-2, 2), y=st.floats(-2, 2))
def test_derivative_of_random_trees_equals_differences(tree, x, y):
    values = POINT | {"x": x, "y": y}
    fine = differences(tree, values)
    shifted = [differences(tree, values | {"x": x + dx, "y": y + dy}) for dx in (-2e-6, 2e-6) for dy in (-2e-6, 2e-6)]
    assume(np.all(np.abs(fine) < 1e4))
    assume(np.allclose(shifted, fine, rtol=1e-4, atol=1e-4))  # no corner between the points of the difference
    assert slopes(tree, values) == pytest.approx(fine, rel=1e-3, abs=1e-3)


@pytest.mark.parametrize(
    ("tree", "expected"),
    [
        (X**2.0, 0.0),
        (X**1.5, 0.0),
        (X**0.7, 0.0),
        (X**V, 0.0),
        (X ** e.symbol("one"), 1.0),
        (e.sqrt(X), 0.0),
        (X**V / (K**V + X**V), 0.0),
        (X ** e.symbol("one") / (K + X ** e.symbol("one")), 1 / 0.9),
        (e.combine("exp", V * e.log(X)), 0.0),
        (e.maximum(X, 0.0) ** 0.5, 0.0),
        (e.where(X > 0.0, e.log(X), 0.0), 0.0),
        (Y / (1.0 + e.combine("exp", 1e4 * (1.0 - X))), 0.0),
    ],
    ids=str,
)
def test_derivative_at_a_state_of_zero_is_finite(tree, expected):
    found = slopes(tree, POINT | {"x": 0.0, "one": 1.0})[0]
    assert found == pytest.approx(expected, abs=1e-12)


def test_guard_leaves_alone_what_cannot_fail():
    harmless = [X * Y, X / K, (X * Y) ** 3.0, e.exp(-K) * X, e.where(X > Y, X, Y)]
    assert all(guard(tree, ["x", "y"]) is tree for tree in harmless)
    risky = [K / X, X**0.5, e.log(X), e.exp(X), X**-1.0, K**Y]
    assert all(guard(tree, ["x", "y"]) is not tree for tree in risky)


def test_derivatives_share_the_costly_parts_of_their_tree():
    hill = X**V / (K**V + X**V)
    slope = differentiate([hill], ["x"])[0]["x"]
    powers = {node.digest for node in e.walk([hill, slope]) if node.op == "pow"}
    assert len(powers) == 2  # x**v and k**v, both there already


def test_comparisons_and_constants_have_no_derivative():
    assert differentiate([X > Y, e.number(3.0), K * K], ["x", "y"]) == [{}, {}, {}]


def test_jacobian_of_a_system_has_its_pattern_and_time_slopes():
    t = e.symbol("t")
    system = bare_system({"x": -K * X + 2.0 * t, "y": K * X - Y * Y}, parameters=("k",))
    found = jacobian_of(system)
    assert found.pattern == {(0, 0), (1, 0), (1, 1)}
    assert [float(slope.value) for slope in found.time_slopes.values()] == [2.0]
    matrix = evaluate_jacobian(found, system, 0.0, np.array([1.0, 3.0]), np.array([0.5]))
    assert matrix.tolist() == [[-0.5, 0.0], [0.5, -6.0]]


def test_fifty_two_states_are_differentiated_in_a_second():
    began = time.process_time()
    found = jacobian_of(network(52))
    assert time.process_time() - began < 1.0
    assert 150 <= len(found.entries) <= 4 * 52
