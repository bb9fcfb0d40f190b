"""Roots inside an equation: free ligand over twelve orders of magnitude; derivatives that ignore the steps to it."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import brentq

from stiff_problems import bare_system
from titer.engine import Ensemble, compile_kernel
from titer.engine.cascade import find_cascade
from titer.engine.differentiate import differentiate
from titer.engine.undershoot import signed_bases
from titer.library.immune.published.adaptive import ROOT_STEPS
from titer.model import expression as e
from titer.model.roots import free_ligand, positive_root, solve_rising

AFFINITIES = 1e-6 * 2.0 ** np.arange(-8, 9)  # of the 17 clones of Chen 2014, per pmol/L
amounts = st.floats(-4, 8).map(lambda power: 10.0**power)  # pmol/L
some_amounts = st.floats(-4, 8).map(lambda power: 10.0**power if power > -3 else 0.0)


def bound(free, sites):
    return sum(amount * affinity * free / (1 + affinity * free) for amount, affinity in sites)


def to_tree(sites):
    """Sites by name, their values beside them."""
    names = [f"s{place}" for place in range(len(sites))]
    return [(e.symbol(n), k) for n, (_, k) in zip(names, sites, strict=True)], dict(
        zip(names, (amount for amount, _ in sites), strict=True)
    )


@settings(max_examples=300, deadline=None, derandomize=True)
@given(total=amounts, own=st.lists(some_amounts, min_size=17, max_size=17))
def test_free_ligand_leaves_no_residual_among_17_clones(total, own):
    """1e-12: a few roundings of 18 summands; eight steps would leave 1e-11 in the worst of 200,000, nine none."""
    sites = list(zip(own, AFFINITIES, strict=True))
    free = free_ligand(total, sites, ROOT_STEPS[True])
    assert 0 < free <= total * (1 + 1e-12)
    assert free + bound(free, sites) == pytest.approx(total, rel=1e-12)


@settings(max_examples=200, deadline=None, derandomize=True)
@given(total=amounts, amount=some_amounts, affinity=st.floats(-9, -1).map(lambda power: 10.0**power))
def test_with_one_clone_the_start_is_the_root(total, amount, affinity):
    """1e-9: the difference of total and sites, both up to 1e8, is good to 1e-8 of what may be left of them."""
    free = free_ligand(total, [(amount, affinity)], ROOT_STEPS[False])
    assert free + bound(free, [(amount, affinity)]) == pytest.approx(total, rel=1e-9)


@settings(max_examples=100, deadline=None, derandomize=True)
@given(total=amounts, own=st.lists(some_amounts, min_size=17, max_size=17))
def test_steps_rise_to_the_root_and_never_pass_it(total, own):
    sites = list(zip(own, AFFINITIES, strict=True))
    path = [free_ligand(total, sites, steps) for steps in range(12)]
    for before, after in pairwise(path):
        assert after >= before * (1 - 1e-12)


def test_free_ligand_equals_a_bracketed_root():
    rng = np.random.default_rng(7)
    for _ in range(20):
        total, own = 10 ** rng.uniform(0, 6), 10 ** rng.uniform(0, 6, 17)
        sites = list(zip(own, AFFINITIES, strict=True))
        judge = brentq(lambda x: x + bound(x, sites) - total, 0.0, total, xtol=1e-300, rtol=1e-14)  # noqa: B023
        assert free_ligand(total, sites, ROOT_STEPS[True]) == pytest.approx(judge, rel=1e-11)


@pytest.mark.parametrize(
    ("a", "b", "c", "root"), [(1.0, 1e8, 1.0, 1e-8), (1.0, -1e8, 1.0, 1e8), (2.0, -4.0, 6.0, 3.0), (1.0, 5.0, 0.0, 0.0)]
)
def test_the_positive_root_of_a_quadratic_keeps_all_digits(a, b, c, root):
    assert positive_root(a, b, c) == pytest.approx(root, rel=1e-15)


def test_derivative_of_a_root_is_that_of_the_implicit_function():
    """-(df/dp)/(df/dx) for the total and for each kind of site, against 1e-6 differences of the numeric root."""
    sites = [(40.0, 1e-3), (7.0, 2e-2), (0.5, 0.4)]
    named, values = to_tree(sites)
    tree = free_ligand(e.symbol("total"), named, 10)
    values |= {"total": 55.0}
    tangent = differentiate([tree], values)[0]
    assert set(tangent) == set(values)
    for name, slope in tangent.items():
        step = 1e-5 * values[name]
        up, down = (float(e.evaluate([tree], values | {name: values[name] + d})[0]) for d in (step, -step))
        found = float(e.evaluate([slope], values)[0])
        assert found == pytest.approx((up - down) / (2 * step), rel=1e-7)


def test_derivative_of_a_root_equals_sympy():
    """log(k x) = c by steps from below; SymPy has the closed form, exp(c) / k."""
    import sympy

    k, c = e.symbol("k"), e.symbol("c")
    tree = solve_rising(lambda x: (e.log(k * x) - c, 1 / x), 1 / k, 12)
    ks, cs = sympy.symbols("k c", positive=True)
    closed = sympy.exp(cs) / ks
    values = {"k": 0.3, "c": 2.0}
    at = {ks: values["k"], cs: values["c"]}
    assert float(e.evaluate([tree], values)[0]) == pytest.approx(float(closed.subs(at)), rel=1e-13)
    for name, slope in differentiate([tree], ["k", "c"])[0].items():
        judge = float(sympy.diff(closed, ks if name == "k" else cs).subs(at))
        assert float(e.evaluate([slope], values)[0]) == pytest.approx(judge, rel=1e-13)


def test_a_held_value_is_its_argument_without_slope():
    x = e.symbol("x")
    tree = x * e.held(x)
    assert float(e.evaluate([tree], {"x": 3.0})[0]) == 9.0
    assert e.held(3.0) == 3.0
    slope = differentiate([tree], ["x"])[0]["x"]
    assert float(e.evaluate([slope], {"x": 3.0})[0]) == 3.0
    assert differentiate([e.held(x)], ["x"]) == [{}]
    assert e.held(e.number(2.0)) == e.number(2.0)


def test_text_of_a_root_is_short_however_many_steps_it_has():
    tree = free_ligand(e.symbol("total"), [(e.symbol("a"), 1.0), (e.symbol("b"), 2.0)], 10)
    assert str(e.held(e.symbol("x") + 1)) == "held(…)"
    assert len(str(tree)) < 1000


@pytest.mark.parametrize("method", ["explicit", "stiff"])
def test_a_kernel_computes_a_root_as_numpy_does(method):
    """dx/dt = -free: the free part of x among 2 kinds of site leaves. Judge: SciPy on the plain trees."""
    from scipy.integrate import solve_ivp

    x = e.symbol("m.x")
    system = bare_system({"m.x": -free_ligand(x, [(3.0, 0.5), (1.0, 4.0)], 8)}, starts=(10.0,))
    found = Ensemble(compile_kernel(system, method=method), system.typical()[None], rtol=1e-8, atol=1e-10)
    found.advance(6.0)
    judge = solve_ivp(
        lambda t, y: system.derivative(t, y, system.typical()), (0, 6), [10.0], "LSODA", rtol=1e-11, atol=1e-13
    )
    assert found.states[0, 0] == pytest.approx(judge.y[0, -1], rel=1e-6)


def test_what_is_held_still_counts_as_read_and_as_never_negative():
    """The exact cascade must not take a state that a held value hides, and a root of a square needs no floor."""
    x = e.symbol("m.x")
    assert find_cascade(bare_system({"m.x": -e.held(x)})).states == ()
    assert signed_bases([e.sqrt(e.held(x * x))], ["m.x"]) == ()
