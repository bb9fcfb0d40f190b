"""Chains and webs of linear losses with rates that coincide, nearly coincide or differ, against exact exponentials.

The judge is mpmath's matrix exponential at 30 digits. Errors are relative to the largest value in the run that a state
could have if nothing cancelled: the exponential with all feeding taken as positive.
"""

import mpmath
import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from titer.engine import BOLUS, NOT_FINITE, RATE, RUNNING, SET, Ensemble, compile_kernel, make_events
from titer.engine.cascade import find_cascade
from titer.engine.textbook import system_of
from titer.errors import SolveError

SIZE = 4
TIMES = np.array([0.0, 0.02, 0.3, 1.0, 6.0])
EIGHT_DIGITS = 1e-8
DIGITS = 30  # of the judge


def web(size=SIZE):
    """Each state has its own loss and is fed by all before it; one more is not linear and reads the last."""
    states = [f"s{i}" for i in range(size)]
    pairs = [(i, j) for i in range(size) for j in range(i)]

    def rates(t, x, p):
        found = {}
        for i, name in enumerate(states):
            found[name] = -getattr(p, f"k{i}") * getattr(x, name)
            for j in range(i):
                found[name] = found[name] + getattr(p, f"a{i}{j}") * getattr(x, states[j])
        return found | {"slow": p.follow * getattr(x, states[-1]) - x.slow * x.slow / (1.0 + x.slow * x.slow)}

    parameters = {f"k{i}": 1.0 for i in range(size)} | {f"a{i}{j}": 0.0 for i, j in pairs} | {"follow": 0.0}
    return system_of(
        "w",
        dict.fromkeys([*states, "slow"], 0.0),
        parameters,
        rates,
        outputs=lambda t, x, p: {name: getattr(x, name) for name in [*states, "slow"]},
    )


@pytest.fixture(scope="module")
def kernel():
    found = compile_kernel(web(), "explicit")
    assert found.plan.cascade.states == tuple(f"w.s{i}" for i in range(SIZE))
    return found


def chain_matrix(rates):
    return np.diag(-np.asarray(rates, float)) + np.diag(np.asarray(rates, float)[:-1], -1)


def parameters_of(matrix, follow=0.0):
    n = len(matrix)
    return np.array([*(-np.diag(matrix)), *(matrix[i, j] for i in range(n) for j in range(i)), follow])


def run(kernel, matrix, dose, inflow=0.0):
    """States at TIMES after a dose into each state and with a constant inflow into the first. (n_times, n_states)"""
    n = len(matrix)
    ensemble = Ensemble(kernel, parameters_of(matrix))
    events = make_events(1, 0, 0.0, [BOLUS] * n + [RATE], [*range(n), 0], [*dose, inflow])
    values = ensemble.advance(TIMES[-1], events, TIMES)[0, :, :n]
    assert ensemble.status[0] == RUNNING
    return values


def exact(matrix, dose, inflow):
    """The states, and what they would be if nothing cancelled. Both (n_times, n_states)."""
    start = np.array([*dose, inflow])
    states = np.array([_exponential(matrix, t) @ start for t in TIMES])
    bounds = np.array([_exponential(_all_positive(matrix), t) @ np.abs(start) for t in TIMES])
    return states[:, :-1], bounds[:, :-1]


def _exponential(matrix, t):
    n = len(matrix)
    wider = np.zeros((n + 1, n + 1))
    wider[:n, :n], wider[0, n] = matrix, 1.0
    with mpmath.workdps(DIGITS):
        return np.array(mpmath.expm(mpmath.matrix(wider.tolist()) * float(t)).tolist(), dtype=float)


def _all_positive(matrix):
    return np.where(np.eye(len(matrix), dtype=bool), matrix, np.abs(matrix))


def worst(values, matrix, dose, inflow=0.0):
    expected, scale = exact(matrix, dose, inflow)
    peak = scale.max(axis=0)
    first = 1  # at time 0 the output is read before the dose
    return np.max((np.abs(values - expected) / np.where(peak > 0, peak, 1.0))[first:])


@pytest.mark.parametrize(
    "rates",
    [
        [1, 1, 1, 1],
        [1, 2, 1, 1],
        [1, 1, 3, 1],
        [2, 1, 2, 1],
        [1, 1.0005, 1.001, 1.0015],
        [1, 1.002, 1.004, 1.006],
        [1, 1.05, 1.1, 0.95],
        [24, 24, 24, 1e-3],
        [60, 0, 60, 60.001],
        [0, 0, 0, 0],
        [-0.3, -0.3, -0.3, 1],
    ],
)
def test_three_and_more_rates_that_nearly_coincide_keep_8_digits(kernel, rates):
    matrix, dose = chain_matrix(rates), [100.0, 0.0, 0.0, 0.0]
    matrix[[1, 2, 3], [0, 1, 2]] = [2.0, 1.0, 3.0]
    assert worst(run(kernel, matrix, dose), matrix, dose) < EIGHT_DIGITS
    assert worst(run(kernel, matrix, dose, 7.0), matrix, dose, 7.0) < EIGHT_DIGITS


ONE_RATE = st.one_of(
    st.sampled_from([0.0, 0.5, 1.0, 1.0 + 1e-9, 1.0005, 1.001, 1.002, 1.01, 1.1, 2.0, 24.0, 62.4]),
    st.floats(0.01, 50.0),
)
FEED = st.one_of(st.just(0.0), st.floats(-3.0, 3.0), st.floats(1e-6, 1e4))


@settings(max_examples=25, deadline=None)
@given(
    rates=st.lists(ONE_RATE, min_size=SIZE, max_size=SIZE),
    feeds=st.lists(FEED, min_size=6, max_size=6),
    inflow=st.sampled_from([0.0, 3.0]),
)
@example(rates=[1.0, 1.0, 1.0, 1.0], feeds=[1.0, 1.0, 1.0, 1.0, 1.0, 1.0], inflow=3.0)
@example(rates=[1.0, 1.0, 2.0, 1.0], feeds=[1.0, 0.0, 1.0, 1.0, 0.0, 1.0], inflow=0.0)
def test_random_and_clustered_rates_match_the_matrix_exponential(kernel, rates, feeds, inflow):
    matrix = np.diag(-np.array(rates))
    matrix[np.tril_indices(SIZE, -1)] = feeds
    dose = [100.0, 0.0, -5.0, 1.0]
    assert worst(run(kernel, matrix, dose, inflow), matrix, dose, inflow) < EIGHT_DIGITS


def test_a_state_that_reads_a_chain_of_equal_rates_follows_it(kernel):
    """The stages of the adaptive method see the same chain as the outputs."""
    chains = [chain_matrix(rates) for rates in ([1, 1, 1, 1], [1, 1.00002, 1.00004, 1.00006], [1, 1.01, 1.02, 1.03])]
    ends = []
    for matrix in chains:
        ensemble = Ensemble(kernel, parameters_of(matrix, follow=0.2), rtol=1e-9, atol=1e-12)
        ends.append(ensemble.advance(6.0, make_events(1, 0, 0.0, BOLUS, 0, 10.0))[0, 0, -1])
    assert ends[0] == pytest.approx(ends[1], rel=1e-3)
    assert ends[0] == pytest.approx(ends[2], rel=0.1)
    assert ends[1] != ends[0]
    from scipy.integrate import solve_ivp

    def rates(t, y):
        return [*(chains[0] @ y[:4]), 0.2 * y[3] - y[4] ** 2 / (1 + y[4] ** 2)]

    found = solve_ivp(rates, (0, 6), [10.0, 0, 0, 0, 0], "DOP853", rtol=1e-12, atol=1e-14)
    assert ends[0] == pytest.approx(found.y[4, -1], rel=1e-7)


def test_a_parameter_set_during_a_run_may_make_rates_coincide_and_part(kernel):
    matrix = chain_matrix([1.0, 2.0, 4.0, 8.0])
    column = [kernel.system.parameter_index(f"w.k{i}") for i in range(SIZE)]
    events = make_events(
        1, 0, [0.0, *[1.0] * 4, *[2.0] * 4], [BOLUS, *[SET] * 8], [0, *column, *column], [100.0, *[3.0] * 4, 1, 2, 4, 8]
    )
    found = Ensemble(kernel, parameters_of(matrix)).advance(3.0, events)[0, 0, :SIZE]
    equal = matrix.copy()
    np.fill_diagonal(equal, -3.0)
    steps = [_exponential(m, 1.0)[:SIZE, :SIZE] for m in (matrix, equal, matrix)]
    np.testing.assert_allclose(found, steps[2] @ steps[1] @ steps[0] @ [100.0, 0, 0, 0], rtol=EIGHT_DIGITS)


def test_neighbours_with_coinciding_rates_change_no_bit(kernel):
    rng = np.random.default_rng(4)
    rows = []
    for k in range(40):
        rates = rng.uniform(0.5, 5.0, SIZE)
        rates[: (1, 2, 3, 4)[k % 4]] = rates[0]
        rows.append(parameters_of(chain_matrix(rates), follow=0.3))
    events = [make_events(n, np.arange(n), 0.5, BOLUS, 0, 10.0) for n in (40, 1)]
    together = Ensemble(kernel, np.array(rows)).advance(5.0, events[0], TIMES[:4])
    for k in range(40):
        alone = Ensemble(kernel, rows[k]).advance(5.0, events[1], TIMES[:4])
        assert np.array_equal(alone[0], together[k])


def test_chains_are_stepped_exactly_as_far_as_they_keep_their_digits():
    found = find_cascade(web(9))
    assert 4 <= len(found.states) < 9


@pytest.mark.parametrize(("k", "day"), [(200.0, 3.55), (-1.0, None)])
def test_a_cascade_that_overflows_is_not_finite_on_that_day(k, day):
    system = system_of(
        "g", {"a": 1.0}, {"k": 1.0}, lambda t, x, p: {"a": p.k * x.a}, outputs=lambda t, x, p: {"a": x.a}
    )
    compiled = compile_kernel(system, "explicit")
    assert compiled.plan.cascade.states == ("g.a",)
    ensemble = Ensemble(compiled, [[k], [-1.0]])
    values = ensemble.advance(10.0, times=[1.0, 10.0])
    assert ensemble.status[1] == RUNNING
    np.testing.assert_allclose(values[:, 0, 0], np.exp([k, -1.0]), rtol=1e-12)
    if day is None:
        assert ensemble.status[0] == RUNNING
        return
    assert ensemble.status[0] == NOT_FINITE
    assert ensemble.stopped_at[0] == pytest.approx(day, rel=1e-2)
    assert np.isnan(values[0, 1, 0])
    with pytest.raises(SolveError, match="not finite"):
        ensemble.raise_for_status()


def test_a_rate_constant_of_nought_over_nought_is_not_finite_at_the_start():
    system = system_of(
        "q",
        {"a": 1.0},
        {"k": 0.0, "v": 0.0},
        lambda t, x, p: {"a": -p.k / p.v * x.a},
        outputs=lambda t, x, p: {"a": x.a},
    )
    ensemble = Ensemble(compile_kernel(system, "explicit"), [[0.0, 0.0], [1.0, 1.0], [1.0, 1.0]])
    values = ensemble.advance(10.0, make_events(3, 2, 4.0, SET, 1, 0.0), [5.0, 10.0])
    assert ensemble.status.tolist() == [NOT_FINITE, RUNNING, NOT_FINITE]
    assert ensemble.stopped_at[[0, 2]] == pytest.approx([0.0, 4.0], abs=1e-12)
    assert np.isnan(values[[0, 2]]).all()
    assert np.isfinite(values[1]).all()
