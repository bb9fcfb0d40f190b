"""Rodas5P as numbers: order conditions, stability, dense output, and the measured order of the plain step.

Order conditions of a Rosenbrock method (Hairer & Wanner II, IV.7): one for each rooted tree. A vertex with one branch
sums over alpha + gamma, a vertex with several multiplies sums over alpha; the weights must give 1 over the density.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from titer.engine import rodas5p

Tree = tuple  # a rooted tree is the sorted tuple of its branches


@cache
def trees(order: int) -> tuple[Tree, ...]:
    """Rooted trees with `order` vertices."""
    return tuple(sorted(set(_forests(order - 1))))


@cache
def _forests(vertices: int) -> tuple[tuple[Tree, ...], ...]:
    if vertices == 0:
        return ((),)
    found = set()
    for first in range(1, vertices + 1):
        for branch in trees(first):
            for rest in _forests(vertices - first):
                found.add(tuple(sorted((branch, *rest))))
    return tuple(found)


def size(tree: Tree) -> int:
    return 1 + sum(size(branch) for branch in tree)


def density(tree: Tree) -> int:
    return size(tree) * int(np.prod([density(branch) for branch in tree], dtype=int))


def lower(rows: tuple[tuple[float, ...], ...]) -> np.ndarray:
    full = np.zeros((rodas5p.STAGES, rodas5p.STAGES))
    for i, row in enumerate(rows):
        full[i, : len(row)] = row
    return full


def classical() -> tuple[np.ndarray, np.ndarray]:
    """alpha and gamma of the textbook form, from the transformed coefficients: u = gamma k."""
    gamma = np.linalg.inv(np.eye(rodas5p.STAGES) / rodas5p.GAMMA - lower(rodas5p.C))
    return lower(rodas5p.A) @ gamma, gamma


def stage_weights(tree: Tree, alpha: np.ndarray, gamma: np.ndarray) -> np.ndarray:
    if not tree:
        return np.ones(rodas5p.STAGES)
    if len(tree) == 1:
        return (alpha + gamma) @ stage_weights(tree[0], alpha, gamma)
    return np.prod([alpha @ stage_weights(branch, alpha, gamma) for branch in tree], axis=0)


def defects(weights: np.ndarray, up_to: int, theta: float = 1.0) -> list[float]:
    """How far weights of the u form miss each order condition."""
    alpha, gamma = classical()
    b = gamma.T @ weights
    checked = [tree for order in range(1, up_to + 1) for tree in trees(order)]
    return [abs(b @ stage_weights(t, alpha, gamma) - theta ** size(t) / density(t)) for t in checked]


def step_weights() -> np.ndarray:
    return np.array([*rodas5p.A[-1], 1.0])


def test_there_are_as_many_trees_as_the_textbook_counts():
    assert [len(trees(order)) for order in range(1, 7)] == [1, 1, 2, 4, 9, 20]


def test_weights_meet_every_order_condition_up_to_five():
    # 1e-12: coefficients up to 165 with 16 digits
    assert max(defects(step_weights(), up_to=5)) < 1e-12
    assert max(defects(step_weights(), up_to=6)) > 1e-6


def test_embedded_weights_meet_order_four_and_not_five():
    embedded = step_weights() - np.eye(rodas5p.STAGES)[-1]
    assert max(defects(embedded, up_to=4)) < 1e-12
    assert max(defects(embedded, up_to=5)) > 1e-5


@pytest.mark.parametrize("theta", [0.0, 0.17, 0.5, 0.83, 1.0])
def test_dense_output_meets_order_four_inside_the_step(theta):
    dense = np.array(rodas5p.DENSE)
    inside = rodas5p.interpolate(theta, np.zeros(rodas5p.STAGES), step_weights(), dense)
    assert max(defects(inside, up_to=4, theta=theta)) < 1e-12


def test_times_and_time_slopes_are_the_row_sums():
    alpha, gamma = classical()
    assert np.allclose(alpha.sum(axis=1), rodas5p.TIMES, atol=1e-13)
    assert np.allclose(gamma.sum(axis=1), [*rodas5p.TIME_SLOPES, 0, 0, 0], atol=1e-12)


def stability(z: complex) -> complex:
    """What one step makes of 1 when the rate is z x."""
    alpha, gamma = classical()
    b = gamma.T @ step_weights()
    return 1 + z * b @ np.linalg.solve(np.eye(rodas5p.STAGES) - z * (alpha + gamma), np.ones(rodas5p.STAGES))


def test_method_is_l_stable():
    on_axis = [abs(stability(1j * w)) for w in np.logspace(-3, 6, 400)]
    assert max(on_axis) <= 1 + 1e-12
    assert abs(stability(-1e8)) < 1e-6
    assert all(abs(stability(-z)) < 1 for z in np.logspace(-3, 8, 100))


def swinging(t, x):
    return np.array([-2.0 * t * x[0] ** 2 * x[1], np.cos(t) * x[0] + np.sin(x[1])])


def swinging_jacobian(t, x):
    return np.array([[-4.0 * t * x[0] * x[1], -2.0 * t * x[0] ** 2], [np.cos(t), np.cos(x[1])]])


def swinging_time_slope(t, x):
    return np.array([-2.0 * x[0] ** 2 * x[1], -np.sin(t) * x[0]])


def walk_to_one(n_steps: int) -> np.ndarray:
    """The state at t = 1, by equal steps."""
    x, h = np.array([1.0, 0.5]), 1.0 / n_steps
    for k in range(n_steps):
        t = k * h
        x, _, _ = rodas5p.take_step(swinging, swinging_jacobian(t, x), swinging_time_slope(t, x), t, x, h)
    return x


def test_error_of_the_plain_step_falls_with_order_five():
    fine = walk_to_one(512)
    errors = [np.abs(walk_to_one(n) - fine).max() for n in (8, 16, 32)]
    slopes = np.log2(np.array(errors[:-1]) / errors[1:])
    assert np.all(slopes > 4.6)
    assert np.all(slopes < 5.6)


def step_over_a_corner(corner: float) -> tuple[float, np.ndarray]:
    """One step of length 1 of a state that follows max(corner - t, 0) a thousand times as fast.

    What `dense_error` says of it, and the true errors of the dense output at 0, 1/100, …, 1.
    """
    fast, places = 1e3, np.linspace(0.0, 1.0, 101)

    def rates(t, x):
        return np.array([-1.0, fast * (max(x[0], 0.0) - x[1])])

    jacobian, old = np.array([[0.0, 0.0], [fast, -fast]]), np.array([corner, corner + 1 / fast])
    new, _, dense = rodas5p.take_step(rates, jacobian, 0.0, 0.0, old, 1.0)
    inside = np.array([rodas5p.interpolate(place, old, new, dense)[1] for place in places])
    found = rodas5p.dense_error(rates, jacobian, 0.0, 1.0, old, new, dense)[1]
    return abs(found), np.abs(inside - np.maximum(corner - places, 0.0))


def test_dense_error_is_what_a_fast_state_is_off_by_at_a_corner():
    shares = []
    for corner in np.linspace(0.005, 0.995, 199):
        found, errors = step_over_a_corner(corner)
        # 0.003: three times the distance, 1/1000, by which the fast state lags behind
        assert found == pytest.approx(errors[75], abs=0.003)
        shares.append(found / errors.max())
    assert rodas5p.LOOK == 0.75
    assert np.mean(shares) == pytest.approx(0.6, abs=0.05)
    assert np.mean(np.array(shares) < 0.05) < 0.05  # few places of the corner go unseen


def test_dense_error_falls_with_order_five_where_rates_are_smooth():
    t, old = 0.3, np.array([1.0, 0.5])
    jacobian, slope = swinging_jacobian(t, old), swinging_time_slope(t, old)
    errors = []
    for h in (0.02, 0.01, 0.005):
        new, _, dense = rodas5p.take_step(swinging, jacobian, slope, t, old, h)
        errors.append(np.abs(rodas5p.dense_error(swinging, jacobian, t, h, old, new, dense)).max())
    assert np.log2(np.array(errors[:-1]) / errors[1:]) == pytest.approx(5.0, abs=0.3)
