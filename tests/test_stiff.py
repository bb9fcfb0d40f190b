"""The stiff method as a kernel: published problems, order, dense output, lanes, and agreement with the plain step."""

from __future__ import annotations

import numpy as np
import pytest

from stiff_problems import PUBLISHED, bare_system, network, robertson
from titer.engine import RESET, RUNNING, SET, STOPPED, Ensemble, bolus, compile_kernel, infusion, make_events, merge
from titer.engine.jacobian import evaluate_jacobian, jacobian_of
from titer.engine.rodas5p import interpolate, take_step
from titer.engine.textbook import one_compartment
from titer.model import expression as e


def run(system, until, *, parameters=None, rtol=1e-6, atol=1e-9, times=None, method="stiff", **settings):
    """Values at `times` (default: the end), shape (n_patients, n_times, n_states)."""
    parameters = np.ones((1, len(system.parameters))) if parameters is None else parameters
    ensemble = Ensemble(compile_kernel(system, method=method), parameters, rtol=rtol, atol=atol, **settings)
    values = ensemble.advance(until, times=np.array([until]) if times is None else np.asarray(times, float))
    assert np.all(ensemble.status == 0)
    return values


@pytest.mark.parametrize("name", PUBLISHED)
def test_published_end_values_are_met(name):
    problem = PUBLISHED[name]()
    values = run(problem.system, problem.until, rtol=1e-9, atol=problem.atol)[0, 0]
    # 1e-6: error per step 1e-9, grown along the way; the published digits are good to 1e-10 or better
    assert values == pytest.approx(problem.end, rel=1e-6)


@pytest.mark.parametrize("name", PUBLISHED)
def test_tighter_tolerance_gives_smaller_error(name):
    problem = PUBLISHED[name]()
    errors = []
    for rtol in (1e-4, 1e-6, 1e-8):
        values = run(problem.system, problem.until, rtol=rtol, atol=problem.atol)[0, 0]
        errors.append(np.max(np.abs(values / problem.end - 1)))
    assert errors[0] > errors[2]
    assert errors[2] < 1e-5


def test_robertson_equals_radau_along_the_way():
    from scipy.integrate import solve_ivp

    problem, times = robertson(), [0.4, 4.0, 40.0]
    judge = solve_ivp(
        lambda t, y: problem.system.derivative(t, y, np.empty(0)),
        (0, times[-1]),
        problem.system.start_values(np.empty((1, 0)))[0],
        "Radau",
        t_eval=times,
        rtol=1e-8,
        atol=1e-13,
    )
    values = run(problem.system, times[-1], rtol=1e-8, atol=1e-14, times=times)[0]
    assert values == pytest.approx(judge.y.T, rel=1e-5)


def swinging():
    """Two states with explicit time; not stiff, smooth."""
    t, a, b = e.symbol("t"), e.symbol("m.a"), e.symbol("m.b")
    wave = e.exp(-((t - 1.0) ** 2.0))
    return bare_system({"m.a": -2.0 * t * a**2.0 * b + wave, "m.b": a - b * t}, starts=(1.0, 0.5))


def errors_of_equal_steps(times, counts):
    """Largest error at `times` when t = 0 .. 2 is walked in equal steps; the judge runs at 1e-13."""
    judge = run(swinging(), 2.0, rtol=1e-13, atol=1e-15, times=times)
    return [np.abs(run(swinging(), 2.0, times=times, fixed_step=2.0 / n) - judge).max() for n in counts]


def test_error_falls_with_order_five():
    errors = errors_of_equal_steps([2.0], (20, 40, 80))
    slopes = np.log2(np.array(errors[:-1]) / errors[1:])
    assert np.all(slopes > 4.5)
    assert np.all(slopes < 6.0)


def test_dense_output_falls_with_order_four_or_better():
    errors = errors_of_equal_steps([0.613, 1.087, 1.561], (20, 40, 80))
    slopes = np.log2(np.array(errors[:-1]) / errors[1:])
    assert np.all(slopes > 3.7)


def test_outputs_of_a_fast_state_keep_to_the_tolerance_where_what_it_follows_has_a_corner():
    fast, rtol, times = 1e3, 1e-5, np.linspace(0.0, 4.0, 801)
    a, b = e.symbol("m.a"), e.symbol("m.b")
    system = bare_system({"m.a": e.number(-1.0), "m.b": fast * (e.maximum(a, 0.0) - b)})
    corners = np.linspace(1.0, 2.0, 101)  # day on which a reaches 0
    starts = np.column_stack([corners, corners + 1 / fast])
    found = run(system, 4.0, parameters=np.ones((101, 0)), rtol=rtol, atol=rtol, times=times, states=starts)[:, :, 1]
    left = corners[:, None] - times
    exact = np.where(left > 0, left + 1 / fast, np.exp(fast * np.minimum(left, 0.0)) / fast)
    # 3.3 rtol; by the error at the ends of the steps alone 4,600 rtol
    assert np.abs(found - exact).max() < 10 * rtol


def test_one_kernel_step_equals_the_plain_step():
    system = swinging()
    found = jacobian_of(system)
    x, h, none = np.array([1.0, 0.5]), 0.25, np.empty(0)
    values = {"t": 0.0} | dict(zip(system.states, x, strict=True))
    slope = np.zeros(2)
    for row, tree in found.time_slopes.items():
        slope[row] = e.evaluate([tree], values)[0]
    matrix = evaluate_jacobian(found, system, 0.0, x, none)
    new, _, dense = take_step(lambda t, y: system.derivative(t, y, none), matrix, slope, 0.0, x, h)
    compiled = run(system, h, times=[0.4 * h, h], fixed_step=h)[0]
    # 1e-13: the same formulas, other order of rounding
    assert compiled[1] == pytest.approx(new, rel=1e-13)
    assert compiled[0] == pytest.approx(interpolate(0.4, x, new, dense), rel=1e-13)


@pytest.mark.parametrize("n_patients", [1, 5, 19])
def test_a_patients_bits_do_not_depend_on_the_cohort(n_patients):
    system = network(12)
    parameters = np.random.default_rng(4).uniform(0.5, 2.0, (19, 12))
    whole = run(system, 30.0, parameters=parameters, times=[0.5, 7.0, 30.0])
    part = run(system, 30.0, parameters=parameters[-n_patients:], times=[0.5, 7.0, 30.0])
    assert np.array_equal(whole[-n_patients:], part)
    turned = run(system, 30.0, parameters=parameters[::-1].copy(), times=[0.5, 7.0, 30.0])
    assert np.array_equal(whole, turned[::-1])


def test_network_of_ten_equals_radau():
    from scipy.integrate import solve_ivp

    system, ones = network(10), np.ones(10)
    found = jacobian_of(system)
    judge = solve_ivp(
        lambda t, y: system.derivative(t, y, ones),
        (0, 5.0),
        system.start_values(ones)[0],
        "Radau",
        jac=lambda t, y: evaluate_jacobian(found, system, t, y, ones),
        rtol=1e-7,
        atol=1e-9,
    )
    values = run(system, 5.0, rtol=1e-8, atol=1e-10)[0, 0]
    assert values == pytest.approx(judge.y[:, -1], rel=1e-5, abs=1e-7)


def test_elimination_by_tables_equals_the_straight_line(monkeypatch):
    from titer.engine import stiff

    system, parameters = network(12), np.random.default_rng(4).uniform(0.5, 2.0, (3, 12))
    straight = run(system, 30.0, parameters=parameters, rtol=1e-8, atol=1e-10)
    monkeypatch.setattr(stiff, "LONGEST", 0)
    by_tables = run(system, 30.0, parameters=parameters, rtol=1e-8, atol=1e-10)
    assert not np.array_equal(straight, by_tables)  # else the same kernel ran twice
    assert straight == pytest.approx(by_tables, rel=1e-9)


def test_stiff_equals_explicit_on_a_network_that_is_not_stiff():
    system = swinging()
    times = np.linspace(0.0, 2.0, 9)
    stiff, explicit = (run(system, 2.0, rtol=1e-9, atol=1e-11, times=times, method=m) for m in ("stiff", "explicit"))
    assert stiff == pytest.approx(explicit, rel=1e-7)


def dosed(method, system, parameters, stops, *, rtol=1e-9, atol=1e-9):
    """Outputs at 21 days of 0 to 10, after boluses, an infusion, a changed parameter and a reset state."""
    n = len(parameters)
    everyone = np.arange(n)
    events = merge(
        bolus(system, "drug", parameters, np.repeat(everyone, 3), np.tile([0.0, 2.0, 4.5], n), 100.0),
        infusion(system, "drug", parameters, everyone, 6.0, 80.0, duration=0.7),
        make_events(n, everyone, 5.0, SET, system.parameter_index("pk.km"), 2.0),
        make_events(n, everyone, 8.0, RESET, system.state_index("pk.auc"), 0.0),
    )
    ensemble = Ensemble(compile_kernel(system, method), parameters, rtol=rtol, atol=atol)
    times, parts, now = np.linspace(0.0, 10.0, 21), [], -1.0
    for stop in stops:
        due = times[(times > now) & (times <= stop)]
        parts.append(ensemble.advance(stop, events, times=due))
        events, now = None, stop
    ensemble.raise_for_status()
    return np.concatenate(parts, axis=1)


def people(n):
    system = one_compartment(saturable=True)
    return system, system.typical() * np.random.default_rng(7).uniform(0.6, 1.6, (n, len(system.parameters)))


def test_stiff_equals_explicit_under_doses():
    system, parameters = people(11)
    stiff, explicit = (dosed(method, system, parameters, [10.0]) for method in ("stiff", "explicit"))
    # 1e-6: two methods at 1e-9 a step, 10 days of 24-per-day absorption
    assert stiff == pytest.approx(explicit, rel=1e-6, abs=1e-8)
    assert stiff.max() > 1.0


def test_splitting_a_dosed_run_changes_nothing_beyond_tolerance():
    system, parameters = people(11)
    whole, split = (dosed("stiff", system, parameters, stops) for stops in ([10.0], [1.3, 2.0, 6.2, 7.0, 10.0]))
    assert whole == pytest.approx(split, rel=1e-6, abs=1e-8)


def test_crossing_of_a_hazard_is_located():
    a = e.symbol("m.a")
    system = bare_system({"m.a": -1000.0 * (a - 2.0), "m.hazard": 0.5 * a}, starts=(2.0, 0.0))
    ensemble = Ensemble(compile_kernel(system, "stiff"), np.empty((5, 0)), rtol=1e-8, atol=1e-10)
    watch = ensemble.watch("m.hazard", np.array([0.25, 1.0, 3.3, 7.0, np.inf]), terminal=True)
    ensemble.advance(5.0)
    assert watch.day[:3] == pytest.approx([0.25, 1.0, 3.3], rel=1e-9)
    assert np.isnan(watch.day[3:]).all()
    assert ensemble.status.tolist() == [STOPPED] * 3 + [RUNNING] * 2


@pytest.mark.parametrize("lanes", [1, 2, 4, 8, 16])
def test_width_changes_only_the_rounding(lanes):
    system, parameters = network(6), np.random.default_rng(1).uniform(0.5, 2.0, (9, 6))
    narrow, wide = (
        Ensemble(compile_kernel(system, "stiff", lanes=w), parameters, rtol=1e-7, atol=1e-9) for w in (lanes, 8)
    )
    assert narrow.advance(3.0) == pytest.approx(wide.advance(3.0), rel=1e-9)


@pytest.mark.parametrize("exponent", [0.5, 0.7, 1.0, 1.5, 2.0, 2.5])
def test_hill_term_that_starts_at_zero_runs(exponent):
    a, b, n = e.symbol("m.a"), e.symbol("m.b"), e.symbol("m.n")
    fixed = bare_system({"m.a": 1.0 - a, "m.b": a**exponent / (0.5 + a**exponent) - 50.0 * b}, starts=(0.0, 0.0))
    free = bare_system({"m.a": 1.0 - a, "m.b": a**n / (0.5 + a**n) - 50.0 * b}, ("m.n",), starts=(0.0, 0.0))
    times = [0.0, 0.1, 1.0, 5.0]
    one = run(fixed, 5.0, rtol=1e-8, atol=1e-10, times=times)
    other = run(free, 5.0, parameters=np.array([[exponent]]), rtol=1e-8, atol=1e-10, times=times)
    assert np.all(np.isfinite(one))
    assert one[0, -1] == pytest.approx([1 - np.exp(-5.0), one[0, -1, 1]])
    assert one == pytest.approx(other, rel=1e-6, abs=1e-9)


def test_blow_up_is_reported_and_spoils_no_neighbour():
    a, k = e.symbol("m.a"), e.symbol("m.k")
    system = bare_system({"m.a": k * a**2.0 - a}, ("m.k",))
    kernel = compile_kernel(system, method="stiff")
    ensemble = Ensemble(kernel, np.array([[0.5], [3.0], [0.5]]), rtol=1e-6, atol=1e-9)
    ensemble.advance(5.0, times=np.array([5.0]))
    assert ensemble.status[[0, 2]].tolist() == [0, 0]
    assert ensemble.status[1] != 0
    assert 0.3 < ensemble.stopped_at[1] < 0.6  # the solution leaves to infinity at log(3/2) = 0.405 day
    exact = 1 / (0.5 + 0.5 * np.exp(5.0))
    assert ensemble.states[0, 0] == pytest.approx(exact, rel=1e-5)


def test_jump_in_time_is_resolved():
    t, a = e.symbol("t"), e.symbol("m.a")
    system = bare_system({"m.a": e.where(t >= 1.0, 2.0, 0.0) - a}, starts=(1.0,))
    value = run(system, 3.0, rtol=1e-8, atol=1e-10)[0, 0, 0]
    assert value == pytest.approx(np.exp(-3.0) + 2.0 * (1.0 - np.exp(-2.0)), rel=1e-5)
