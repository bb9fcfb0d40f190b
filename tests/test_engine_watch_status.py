"""Crossings located, failures counted and named, runs ended."""

import numpy as np
import pytest

from titer.engine import (
    BOLUS,
    NOT_FINITE,
    RUNNING,
    STEP_TOO_SMALL,
    STOPPED,
    TOO_MANY_STEPS,
    Ensemble,
    compile_kernel,
    make_events,
)
from titer.engine.textbook import one_compartment, system_of
from titer.errors import InputError, SolveError
from titer.model.expression import exp, log


def gompertz():
    """Hazard a exp(b t) on a state that decays, so that nothing is linear."""

    def rates(t, x, p):
        return {"g": p.b * x.g, "hazard": p.a * x.g * x.g / x.g}

    return system_of(
        "h", {"g": 1.0, "hazard": 0.0}, {"a": 0.1, "b": 0.3}, rates, outputs=lambda t, x, p: {"h": x.hazard}
    )


@pytest.fixture(scope="module")
def hazard():
    return compile_kernel(gompertz(), "explicit")


def expected_day(level, a=0.1, b=0.3):
    return np.log1p(level * b / a) / b


def test_crossing_of_a_hazard_matches_closed_form(hazard):
    levels = np.array([0.01, 0.3, 1.0, 4.0, 1e9, np.inf])
    ensemble = Ensemble(hazard, np.tile(hazard.system.typical(), (6, 1)), rtol=1e-11, atol=1e-13)
    watch = ensemble.watch("h.hazard", levels)
    for day in (1.0, 3.0, 9.0, 15.0):
        ensemble.advance(day)
    np.testing.assert_allclose(watch.day[:4], expected_day(levels[:4]), rtol=1e-9)
    assert np.isnan(watch.day[4:]).all()
    assert ensemble.running.all()


def test_crossing_is_as_good_as_the_tolerance(hazard):
    ensemble = Ensemble(hazard, hazard.system.typical())
    watch = ensemble.watch("h.hazard", 1.0)
    ensemble.advance(20.0)
    np.testing.assert_allclose(watch.day, expected_day(1.0), rtol=1e-5)


def test_crossing_of_a_state_of_the_cascade(request):
    kernel = compile_kernel(one_compartment(), "explicit")
    ensemble = Ensemble(kernel, kernel.system.typical())
    watch = ensemble.watch("pk.auc", 0.5)
    ensemble.advance(10.0, make_events(1, 0, 0.0, BOLUS, 1, 100.0))
    np.testing.assert_allclose(watch.day, np.log(2.0) / 2.0, rtol=1e-10)


def test_a_terminal_crossing_ends_the_run_there(hazard):
    ensemble = Ensemble(hazard, np.tile(hazard.system.typical(), (2, 1)), rtol=1e-10, atol=1e-12)
    other = ensemble.watch("h.g", np.array([1.2, 10.0]))
    watch = ensemble.watch("h.hazard", np.array([0.5, np.inf]), terminal=True)
    values = ensemble.advance(8.0, times=np.arange(9.0))
    day = expected_day(0.5)
    assert ensemble.status.tolist() == [STOPPED, RUNNING]
    np.testing.assert_allclose([watch.day[0], ensemble.stopped_at[0]], day, rtol=1e-8)
    np.testing.assert_allclose(ensemble.states[0], [np.exp(0.3 * day), 0.5], rtol=1e-7)
    assert np.array_equal(np.isfinite(values[0, :, 0]), np.arange(9.0) <= day)
    assert np.isfinite(values[1]).all()
    np.testing.assert_allclose(other.day, [np.log(1.2) / 0.3, np.log(10.0) / 0.3], rtol=1e-8)
    assert np.isnan(ensemble.advance(9.0)[0]).all()


def test_what_comes_after_a_terminal_crossing_is_not_found(hazard):
    ensemble = Ensemble(hazard, hazard.system.typical())
    late = ensemble.watch("h.hazard", 0.5001)
    first, second = (ensemble.watch("h.hazard", level, terminal=True) for level in (0.50005, 0.5))
    ensemble.advance(30.0)
    assert np.isfinite(second.day[0])
    assert np.isnan([late.day[0], first.day[0]]).all()


def test_a_threshold_already_reached_is_found_at_once(hazard):
    ensemble = Ensemble(hazard, hazard.system.typical())
    ensemble.advance(5.0)
    watch = ensemble.watch("h.hazard", 0.01)
    ensemble.advance(6.0)
    assert watch.day[0] == 5.0


def test_a_dose_that_jumps_over_the_threshold_is_found_at_the_dose(hazard):
    ensemble = Ensemble(hazard, hazard.system.typical())
    watch = ensemble.watch("h.g", 50.0)
    ensemble.advance(6.0, make_events(1, 0, 2.5, BOLUS, 0, 100.0))
    assert watch.day[0] == 2.5


def test_watching_changes_no_bit_of_the_run(hazard):
    plain, watched = (Ensemble(hazard, hazard.system.typical()) for _ in range(2))
    watched.watch("h.hazard", 0.7)
    times = np.linspace(0, 9, 50)
    assert np.array_equal(plain.advance(9.0, times=times), watched.advance(9.0, times=times))


def test_stopped_patients_stay_where_they_are(hazard):
    ensemble = Ensemble(hazard, np.tile(hazard.system.typical(), (3, 1)))
    ensemble.advance(1.0)
    before = ensemble.states
    ensemble.stop(np.array([False, True, False]))
    values = ensemble.advance(2.0)
    assert ensemble.status.tolist() == [RUNNING, STOPPED, RUNNING]
    assert ensemble.stopped_at[1] == 1.0
    assert np.array_equal(ensemble.states[1], before[1])
    assert np.isnan(values[1]).all()
    assert np.isfinite(values[[0, 2]]).all()
    ensemble.raise_for_status()


def explosive():
    """x' = a x^2 reaches infinity at day 1 / a; with a = 0 nothing happens."""
    return system_of(
        "e", {"x": 1.0}, {"a": 0.0}, lambda t, x, p: {"x": p.a * x.x * x.x}, outputs=lambda t, x, p: {"x": x.x}
    )


def test_one_patient_who_fails_spoils_no_other():
    kernel = compile_kernel(explosive(), "explicit")
    ensemble = Ensemble(kernel, np.array([[0.0], [0.25], [0.0], [0.5]]))
    values = ensemble.advance(10.0, times=[1.0, 10.0])
    assert ensemble.status[[0, 2]].tolist() == [RUNNING, RUNNING]
    assert np.isin(ensemble.status[[1, 3]], [STEP_TOO_SMALL, NOT_FINITE]).all()
    np.testing.assert_allclose(ensemble.stopped_at[[1, 3]], [4.0, 2.0], rtol=1e-3)
    assert np.array_equal(values[[0, 2]], np.ones((2, 2, 1)))
    np.testing.assert_allclose(values[[1, 3], 0, 0], [1 / 0.75, 2.0], rtol=1e-5)
    assert np.isnan(values[[1, 3], 1]).all()
    with pytest.raises(SolveError, match=r"2 of 4 patients did not finish\. Where: first is patient 1 at day 4"):
        ensemble.raise_for_status()


def test_a_rate_that_is_not_a_number_is_noticed_and_not_accepted():
    system = system_of(
        "n", {"x": 1.0}, {"k": 1.0}, lambda t, x, p: {"x": -p.k + 0 * log(x.x)}, outputs=lambda t, x, p: {"x": x.x}
    )
    ensemble = Ensemble(compile_kernel(system, "explicit"), [1.0])
    ensemble.advance(3.0)
    assert ensemble.status[0] == NOT_FINITE
    np.testing.assert_allclose(ensemble.stopped_at, 1.0, atol=1e-6)


def test_too_many_steps_are_reported_with_the_day():
    system = system_of(
        "f", {"x": 1.0}, {"k": 1e6}, lambda t, x, p: {"x": p.k * (exp(-x.x) - x.x)}, outputs=lambda t, x, p: {"x": x.x}
    )
    ensemble = Ensemble(compile_kernel(system, "explicit"), [1e6], max_steps=200)
    ensemble.advance(3.0)
    assert ensemble.status[0] == TOO_MANY_STEPS
    assert 0 < ensemble.stopped_at[0] < 0.01
    assert ensemble.steps[0] + ensemble.rejected[0] == 200
    with pytest.raises(SolveError, match="stiff"):
        ensemble.raise_for_status()


def test_nan_in_a_parameter_names_patient_and_parameter(hazard):
    parameters = np.tile(hazard.system.typical(), (3, 1))
    parameters[2, 1] = np.nan
    with pytest.raises(InputError, match=r"parameter 'h.b' is nan\. Where: patient 2"):
        Ensemble(hazard, parameters)
    with pytest.raises(InputError, match=r"state 'h.hazard' is inf\. Where: patient 0"):
        Ensemble(hazard, parameters[:1], states=[[1.0, np.inf]])
    with pytest.raises(InputError, match="shape"):
        Ensemble(hazard, parameters[:, :1])
    with pytest.raises(InputError, match="rtol is 0"):
        Ensemble(hazard, parameters[:1], rtol=0.0)
    with pytest.raises(InputError, match="NaN"):
        Ensemble(hazard, parameters[:1]).watch("h.hazard", np.nan)


@pytest.mark.parametrize(
    "options",
    [
        {"threads": -1},
        {"threads": 0},
        {"threads": 1.5},
        {"rtol": np.inf},
        {"rtol": np.nan},
        {"atol": np.inf},
        {"atol": np.nan},
        {"atol": [1e-8, -1.0]},
        {"atol": [1e-8, 1e-8, 1e-8]},
        {"max_steps": 0},
        {"max_steps": 0.5},
        {"max_step": np.nan},
        {"max_step": np.inf},
        {"fixed_step": 0.0},
        {"time": np.nan},
    ],
)
def test_an_option_that_cannot_be_is_refused(hazard, options):
    with pytest.raises(InputError, match=rf"{next(iter(options))} .*Right: "):
        Ensemble(hazard, hazard.system.typical(), **options)


def test_a_fixed_step_reports_a_rate_that_is_not_a_number():
    system = system_of("n", {"x": 1.0}, {"k": 1.0}, lambda t, x, p: {"x": p.k * (x.x - 2.0) ** 0.5})
    ensemble = Ensemble(compile_kernel(system, "explicit"), [1.0], fixed_step=0.1, max_steps=1000)
    ensemble.advance(1.0)
    assert ensemble.status[0] == NOT_FINITE
    assert ensemble.stopped_at[0] == 0.0
    assert ensemble.steps[0] + ensemble.rejected[0] == 1


@pytest.mark.parametrize("method", ["explicit", "stiff"])
def test_outputs_before_a_terminal_crossing_are_those_without_it(method):
    system = system_of(
        "c",
        {"a": 1.0, "h": 0.0},
        {"k": 0.3},
        lambda t, x, p: {"a": -p.k * x.a * x.a, "h": x.a},
        outputs=lambda t, x, p: {"a": x.a, "h": x.h},
    )
    kernel, times = compile_kernel(system, method), np.linspace(0.0, 10.0, 81)
    plain, ended = (Ensemble(kernel, system.typical()) for _ in range(2))
    watch = ended.watch("c.h", 2.0, terminal=True)
    expected, values = plain.advance(10.0, times=times)[0], ended.advance(10.0, times=times)[0]
    before = times < watch.day[0]
    assert np.array_equal(values[before], expected[before])
    assert np.isnan(values[~before]).all()
    np.testing.assert_allclose(watch.day, np.expm1(0.6) / 0.3, rtol=1e-5)
    np.testing.assert_allclose(ended.states[0], [np.exp(-0.6), 2.0], rtol=1e-5)


def test_an_output_at_the_very_moment_of_a_terminal_crossing_is_the_state_there(hazard):
    first, again = (Ensemble(hazard, hazard.system.typical()) for _ in range(2))
    day = first.watch("h.hazard", 0.5, terminal=True).day
    first.advance(8.0)
    again.watch("h.hazard", 0.5, terminal=True)
    values = again.advance(8.0, times=[day[0], 8.0])[0, :, 0]
    assert values[0] == pytest.approx(0.5, rel=1e-9)
    assert np.isnan(values[1])
