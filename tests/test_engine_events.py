"""Doses and other events: order at equal times, lag, bioavailability, infusions, resets, and what is refused."""

import numpy as np
import pytest

from titer.engine import BOLUS, RATE, RESET, SET, Ensemble, Events, bolus, compile_kernel, infusion, make_events, merge
from titer.engine.textbook import one_compartment, system_of
from titer.errors import InputError

DEPOT, CENTRAL = 0, 1


@pytest.fixture(scope="module")
def oral():
    return compile_kernel(one_compartment(), "explicit")


@pytest.fixture(scope="module")
def saturable():
    return compile_kernel(one_compartment(saturable=True), "explicit")


def patients(kernel, n=1):
    return np.tile(kernel.system.typical(), (n, 1))


def test_an_output_is_read_before_a_dose_of_the_same_moment(oral):
    events = make_events(1, 0, [0.0, 1.0], BOLUS, CENTRAL, 100.0)
    values = Ensemble(oral, patients(oral)).advance(2.0, events, [0.0, 0.0, 1.0, 1.0, 2.0])
    conc = values[0, :, 0]
    assert conc[0] == conc[1] == 0.0
    np.testing.assert_allclose(conc[2:4], 2.0 * np.exp(-2.0), rtol=1e-12)
    np.testing.assert_allclose(conc[4], 2.0 * (np.exp(-2.0) + np.exp(-4.0)), rtol=1e-12)


def test_an_event_at_the_end_waits_for_the_next_call(oral):
    ensemble = Ensemble(oral, patients(oral))
    values = ensemble.advance(1.0, make_events(1, 0, 1.0, BOLUS, CENTRAL, 100.0))
    assert values[0, -1, 0] == 0.0
    values = ensemble.advance(2.0, times=[1.0, 2.0])
    np.testing.assert_allclose(values[0, :, 0], [0.0, 2.0 * np.exp(-2.0)], rtol=1e-12)


def test_events_given_early_wait_and_mix_with_later_ones(oral):
    days = np.arange(0.0, 6.0)
    at_once = Ensemble(oral, patients(oral)).advance(6.0, make_events(1, 0, days, BOLUS, DEPOT, 10.0))
    ensemble = Ensemble(oral, patients(oral))
    ensemble.advance(1.0, make_events(1, 0, [0.0, 2.0, 4.0], BOLUS, DEPOT, 10.0))
    in_parts = ensemble.advance(6.0, make_events(1, 0, [1.0, 3.0, 5.0], BOLUS, DEPOT, 10.0))
    np.testing.assert_allclose(in_parts, at_once, rtol=1e-12)


def test_reset_and_dose_at_one_moment_resets_first(oral):
    events = make_events(1, 0, [0.0, 1.0, 1.0], [BOLUS, BOLUS, RESET], CENTRAL, [100.0, 50.0, 0.0])
    values = Ensemble(oral, patients(oral)).advance(1.5, events)
    np.testing.assert_allclose(values[0, 0, 0], 1.0 * np.exp(-1.0), rtol=1e-12)


def test_a_parameter_is_set_for_one_patient_only(oral):
    column = oral.system.parameter_index("pk.cl")
    dose = make_events(2, [0, 1], 0.0, BOLUS, CENTRAL, 100.0)
    ensemble = Ensemble(oral, patients(oral, 2))
    values = ensemble.advance(2.0, merge(dose, make_events(2, 1, 1.0, SET, column, 0.0)))
    np.testing.assert_allclose(values[:, 0, 0], [2 * np.exp(-4.0), 2 * np.exp(-2.0)], rtol=1e-12)
    assert ensemble.parameters[:, column].tolist() == [100.0, 0.0]


def test_a_dose_into_a_state_of_the_method_acts_at_once(saturable):
    """The kept slope of the step before must not survive the dose."""
    events = make_events(1, 0, [0.0, 1.0], BOLUS, CENTRAL, 500.0)
    found = Ensemble(saturable, patients(saturable), rtol=1e-10, atol=1e-10).advance(1.1, events)[0, 0, 0]
    long_way = Ensemble(saturable, patients(saturable), rtol=1e-10, atol=1e-10)
    long_way.advance(1.0, make_events(1, 0, 0.0, BOLUS, CENTRAL, 500.0))
    start = long_way.states
    start[0, CENTRAL] += 500.0
    again = Ensemble(saturable, patients(saturable), rtol=1e-10, atol=1e-10, time=1.0, states=start).advance(1.1)
    np.testing.assert_allclose(found, again[0, 0, 0], rtol=1e-9)


def test_infusion_into_a_state_of_the_method_is_added_to_its_rate():
    constant = system_of("a", {"x": 1.0}, {"k": 0.0}, lambda t, x, p: {"x": p.k * x.x * x.x}, outputs=_x)
    kernel = compile_kernel(constant, "explicit")
    assert kernel.plan.n_adaptive == 1
    events = make_events(1, 0, [1.0, 3.0], RATE, 0, [2.0, -2.0])
    values = Ensemble(kernel, [0.0]).advance(5.0, events, [1.0, 2.0, 3.0, 5.0])
    np.testing.assert_allclose(values[0, :, 0], [1.0, 3.0, 5.0, 5.0], rtol=1e-12)


def _x(t, x, p):
    return {"x": x.x}


def test_bioavailability_and_lag_come_from_the_patient(oral):
    system = oral.system
    parameters = patients(oral, 2)
    parameters[1, system.parameter_index("pk.f")] = 0.5
    parameters[1, system.parameter_index("pk.lag")] = 0.25
    events = bolus(system, "drug", parameters, [0, 1], 1.0, 100.0)
    np.testing.assert_allclose(events.time, [1.1, 1.25])
    np.testing.assert_allclose(events.value, [80.0, 50.0])


def test_infusion_by_rate_and_by_duration_are_the_same(oral):
    parameters = patients(oral)
    by_rate = infusion(oral.system, "drug", parameters, 0, 0.0, 100.0, rate=200.0)
    by_duration = infusion(oral.system, "drug", parameters, 0, 0.0, 100.0, duration=0.5)
    for name in ("time", "kind", "target", "value"):
        assert np.array_equal(getattr(by_rate, name), getattr(by_duration, name))
    assert by_rate.value.tolist() == [160.0, -160.0]


def test_an_infusion_of_nothing_is_nothing(oral):
    events = infusion(oral.system, "drug", patients(oral), 0, 0.0, 0.0, rate=200.0)
    assert events.value.tolist() == [0.0, 0.0]


def test_a_dose_given_in_pieces_to_many_patients_is_not_multiplied(oral):
    events = bolus(oral.system, "drug", patients(oral, 50), np.arange(50), 0.0, 10.0)
    ensemble = Ensemble(oral, patients(oral, 50))
    ensemble.advance(0.1000001, events)
    np.testing.assert_allclose(ensemble.states[:, :2].sum(1), 8.0, rtol=1e-4)


def test_a_thousand_doses_on_tenths_of_days_are_a_thousand_doses(oral):
    """Sums of 0.1 do not hit the marks; no dose may be lost or doubled at a boundary."""
    ensemble = Ensemble(oral, patients(oral))
    days, total = np.arange(1000) * 0.1, 0.0
    for week in range(15):
        inside = days[(days >= 7 * week) & (days < 7 * week + 7)]
        ensemble.advance(7.0 * (week + 1), make_events(1, 0, inside, BOLUS, DEPOT, 1.0) if len(inside) else None)
        total += len(inside)
    ensemble.advance(140.0)
    np.testing.assert_allclose(ensemble.states[0, 2], 1000 / 100.0, rtol=1e-10)
    assert total == 1000


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda s, p: bolus(s, "drugg", p, 0, 0.0, 1.0), "did you mean 'drug'"),
        (lambda s, p: bolus(s, "drug", p, 0, 0.0, -50.0), "-50"),
        (lambda s, p: bolus(s, "drug", p, 0, 0.0, np.nan), "nan"),
        (lambda s, p: bolus(s, "drug", p, 0, 0.0, 1.0, route="intravenous"), "oral"),
        (lambda s, p: infusion(s, "drug", p, 0, 0.0, 1.0, rate=0.0), "above 0"),
        (lambda s, p: infusion(s, "drug", p, 0, 0.0, 1.0), "one of the two"),
        (lambda s, p: make_events(1, 3, 0.0, BOLUS, 0, 1.0), "patient 3"),
        (lambda s, p: make_events(1, 0, np.inf, BOLUS, 0, 1.0), "inf"),
    ],
)
def test_impossible_events_are_refused(oral, make, words):
    with pytest.raises(InputError, match=words):
        make(oral.system, patients(oral))


def test_events_before_now_out_of_order_or_out_of_range_are_refused(oral):
    ensemble = Ensemble(oral, patients(oral))
    ensemble.advance(5.0)
    with pytest.raises(InputError, match="day 4"):
        ensemble.advance(6.0, make_events(1, 0, 4.0, BOLUS, 0, 1.0))
    with pytest.raises(InputError, match="target 99"):
        ensemble.advance(6.0, make_events(1, 0, 5.5, BOLUS, 99, 1.0))
    kinds = np.zeros(2, np.int32)
    with pytest.raises(InputError, match="in order"):
        ensemble.advance(8.0, Events(np.array([0, 2]), np.array([7.0, 6.0]), kinds, kinds, np.ones(2)))
    with pytest.raises(InputError, match="day 2"):
        ensemble.advance(2.0)
    with pytest.raises(InputError, match="output times"):
        ensemble.advance(8.0, times=[9.0])
