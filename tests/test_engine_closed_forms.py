"""One- and two-compartment kinetics against their closed forms, to 8 digits."""

import numpy as np
import pytest
from scipy.linalg import expm

from engine_systems import two_compartments
from titer.engine import BOLUS, RATE, Ensemble, compile_kernel, make_events
from titer.engine.textbook import one_compartment

TIMES = np.linspace(0.0, 3.0, 61)
EIGHT_DIGITS = 1e-8


@pytest.fixture(scope="module")
def oral():
    return compile_kernel(one_compartment(), "explicit")


def run(kernel, values, kind, state, times, amounts, **options):
    system = kernel.system
    parameters = system.typical()
    for name, value in values.items():
        parameters[system.parameter_index(f"pk.{name}")] = value
    events = make_events(1, 0, times, kind, system.state_index(f"pk.{state}"), amounts)
    ensemble = Ensemble(kernel, parameters, **options)
    return ensemble.advance(TIMES[-1], events, TIMES)[0], ensemble


def relative(found, expected):
    return np.max(np.abs(found - expected)) / np.max(np.abs(expected)), found / expected - 1


def test_the_whole_of_linear_kinetics_is_stepped_exactly(oral):
    assert oral.plan.cascade.states == ("pk.depot", "pk.central", "pk.auc")


@pytest.mark.parametrize("ka", [24.0, 62.4, 2.1, 2.0019, 2.0001, 2.0 + 1e-9, 1.9999, 0.5])
def test_oral_dose_matches_closed_form_to_8_digits(oral, ka):
    values, ensemble = run(oral, {"ka": ka}, BOLUS, "depot", [0.0], [100.0])
    ke, v = 2.0, 50.0
    # Written with expm1, so that the expected value keeps its digits where ka comes close to ke.
    conc = 100 / v * ka * np.exp(-ke * TIMES) * -np.expm1(-(ka - ke) * TIMES) / (ka - ke)
    np.testing.assert_allclose(values[1:, 0], conc[1:], rtol=EIGHT_DIGITS)
    np.testing.assert_allclose(ensemble.states[0, 0], 100 * np.exp(-ka * 3.0), rtol=EIGHT_DIGITS)


def test_oral_dose_matches_closed_form_when_ka_equals_ke(oral):
    values, ensemble = run(oral, {"ka": 2.0}, BOLUS, "depot", [0.0], [100.0])
    np.testing.assert_allclose(values[1:, 0], (2.0 * 2.0 * TIMES * np.exp(-2.0 * TIMES))[1:], rtol=EIGHT_DIGITS)
    auc = 2.0 / 2.0 * (1 - (1 + 2.0 * TIMES) * np.exp(-2.0 * TIMES))
    np.testing.assert_allclose(values[3:, 1], auc[3:], rtol=EIGHT_DIGITS)
    np.testing.assert_allclose(ensemble.states[0, 0], 100 * np.exp(-6.0), rtol=EIGHT_DIGITS)


@pytest.mark.parametrize("ke", [2.0, 1e-7])
def test_infusion_matches_closed_form_to_8_digits(oral, ke):
    values, _ = run(oral, {"cl": 50.0 * ke}, RATE, "central", [0.5, 1.5], [40.0, -40.0])
    during = np.clip(TIMES - 0.5, 0.0, 1.0)
    conc = 40 / 50 * -np.expm1(-ke * during) / ke * np.exp(-ke * np.clip(TIMES - 1.5, 0.0, None))
    np.testing.assert_allclose(values[:, 0], conc, rtol=EIGHT_DIGITS, atol=1e-15)


@pytest.mark.parametrize("ka", [2.0, 2.0003, 24.0])
def test_infusion_into_the_depot_matches_the_matrix_exponential(oral, ka):
    values, _ = run(oral, {"ka": ka}, RATE, "depot", [0.0], [40.0])
    system = np.array([[-ka, 0, 0, 40.0], [ka, -2.0, 0, 0], [0, 1 / 50, 0, 0], [0, 0, 0, 0]])
    expected = np.array([expm(system * t)[:, 3] for t in TIMES])
    np.testing.assert_allclose(values[1:, 0], expected[1:, 1] / 50, rtol=EIGHT_DIGITS)
    np.testing.assert_allclose(values[1:, 1], expected[1:, 2], rtol=EIGHT_DIGITS)


def test_area_under_the_curve_ends_at_dose_over_clearance(oral):
    _, ensemble = run(oral, {}, BOLUS, "depot", [0.0], [100.0])
    ensemble.advance(60.0)
    np.testing.assert_allclose(ensemble.states[0, 2], 100 / 100, rtol=EIGHT_DIGITS)


def test_repeated_doses_add_up(oral):
    values, _ = run(oral, {}, BOLUS, "depot", [0.0, 1.0, 2.0], [100.0, 50.0, 25.0])
    single = 24.0 / 22.0 * 2.0
    expected = sum(
        np.where(t < TIMES, amount / 100 * single * (np.exp(-2.0 * (TIMES - t)) - np.exp(-24.0 * (TIMES - t))), 0.0)
        for t, amount in ((0.0, 100.0), (1.0, 50.0), (2.0, 25.0))
    )
    np.testing.assert_allclose(values[1:, 0], expected[1:], rtol=EIGHT_DIGITS)


def test_a_linear_system_takes_one_step_from_event_to_event(oral):
    _, ensemble = run(oral, {}, BOLUS, "depot", [0.0, 1.0, 2.0], [100.0, 50.0, 25.0])
    assert ensemble.steps[0] < 30


def test_two_compartments_match_the_matrix_exponential_to_8_digits():
    """Compartments that exchange form a circle, so the adaptive method steps them."""
    kernel = compile_kernel(two_compartments(), "explicit")
    assert kernel.plan.cascade.states == ("pk.depot",)
    values, _ = run(kernel, {}, BOLUS, "depot", [0.0], [100.0], rtol=1e-11, atol=1e-12)
    ka, cl, q, v1, v2 = kernel.system.typical()
    matrix = np.array([[-ka, 0, 0], [ka, -(cl + q) / v1, q / v2], [0, q / v1, -q / v2]])
    expected = np.array([expm(matrix * t) @ [100.0, 0, 0] for t in TIMES])
    np.testing.assert_allclose(values[1:, 0], expected[1:, 1] / v1, rtol=EIGHT_DIGITS)
