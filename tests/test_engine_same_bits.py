"""A patient's bits depend on nothing but the patient. A split run stays within tolerance."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from titer.engine import BOLUS, RATE, SET, Ensemble, compile_kernel, make_events
from titer.engine.textbook import system_of

TIMES = np.arange(0.0, 21.5, 0.5)


def chain_with_drug():
    """Oral drug that blocks a chain with feedback: cascade, power and events of every kind."""

    def rates(t, x, p):
        c = x.central / p.v
        made = p.k * x.stem * (1.0 / x.cells) ** p.gamma * (1.0 - p.emax * c / (p.ec50 + c))
        return {
            "depot": -p.ka * x.depot,
            "central": p.ka * x.depot - p.ke * x.central,
            "stem": made - p.k * x.stem,
            "transit": p.k * (x.stem - x.transit),
            "cells": p.k * (x.transit - x.cells),
        }

    return system_of(
        "m",
        {"depot": 0.0, "central": 0.0, "stem": 1.0, "transit": 1.0, "cells": 1.0},
        {"ka": 40.0, "ke": 4.0, "v": 50.0, "k": 0.8, "gamma": 0.2, "emax": 0.9, "ec50": 0.3},
        rates,
        outputs=lambda t, x, p: {"cells": x.cells, "conc": x.central / p.v},
    )


N = 300


@pytest.fixture(scope="module")
def cohort():
    """Patients with own doses; every seventh has an infusion, ka = ke, or a change of a parameter."""
    system = chain_with_drug()
    rng = np.random.default_rng(7)
    parameters = system.typical() * np.exp(0.3 * rng.standard_normal((N, len(system.parameters))))
    parameters[::7, system.parameter_index("m.ka")] = parameters[::7, system.parameter_index("m.ke")]
    return compile_kernel(system, "explicit"), parameters


def events_of(patients):
    rows = []
    for place, patient in enumerate(patients):
        rng = np.random.default_rng(patient)
        for day in range(14):
            rows.append((place, day + (patient % 3) / 10, BOLUS, 0, float(rng.uniform(5, 50))))
        if patient % 7 == 1:
            rows += [(place, 3.3, RATE, 1, 20.0), (place, 4.8, RATE, 1, -20.0)]
        if patient % 7 == 2:
            rows += [(place, 5.0, SET, 1, 2.0), (place, 6.0, RATE, 2, 0.01)]
    return make_events(len(patients), *zip(*rows, strict=True))


def run(cohort, patients, threads=1):
    kernel, parameters = cohort
    ensemble = Ensemble(kernel, parameters[patients], threads=threads)
    ensemble._threads = threads
    values = ensemble.advance(21.0, events_of(patients), TIMES)
    assert ensemble.running.all()
    return values


@pytest.fixture(scope="module")
def everybody(cohort):
    return run(cohort, np.arange(N))


def test_batch_equals_one_by_one(cohort, everybody):
    for patient in (0, 1, 2, 7, 8, 150, 299):
        assert np.array_equal(run(cohort, np.array([patient]))[0], everybody[patient])


@pytest.mark.parametrize("size", [5, 20, 33])
def test_size_of_the_cohort_changes_no_bit(cohort, everybody, size):
    assert np.array_equal(run(cohort, np.arange(size)), everybody[:size])


def test_order_of_patients_changes_no_bit(cohort, everybody):
    order = np.random.default_rng(1).permutation(N)
    assert np.array_equal(run(cohort, order), everybody[order])


@pytest.mark.parametrize("threads", [2, 3])
def test_threads_change_no_bit(cohort, everybody, threads):
    assert np.array_equal(run(cohort, np.arange(N), threads), everybody)


def test_runs_on_several_threads_by_itself(cohort):
    kernel, parameters = cohort
    assert Ensemble(kernel, parameters, threads=2)._pool is not None


@settings(max_examples=15, deadline=None)
@given(stops=st.lists(st.floats(0.0, 20.9), max_size=6))
def test_splitting_a_run_changes_nothing(stops):
    kernel = compile_kernel(chain_with_drug(), "explicit")
    parameters, patients = kernel.system.typical(), np.array([8])
    whole = Ensemble(kernel, parameters).advance(21.0, events_of(patients), [21.0])
    parts = Ensemble(kernel, parameters)
    events = events_of(patients)
    for stop in sorted(stops):
        parts.advance(stop, events)
        events = None
    split = parts.advance(21.0, events, [21.0])
    np.testing.assert_allclose(split, whole, rtol=2e-5, atol=1e-7)  # some tens of steps at rtol 1e-6


def test_more_clearance_never_raises_exposure(cohort):
    kernel, parameters = cohort
    faster = parameters.copy()
    faster[:, kernel.system.parameter_index("m.ke")] *= 1.3
    slow, fast = (
        Ensemble(kernel, p).advance(13.0, make_events(N, np.arange(N), 0.0, BOLUS, 0, 20.0), np.linspace(0.1, 13, 40))
        for p in (parameters, faster)
    )
    assert np.all(fast[:, :, 1] <= slow[:, :, 1] + 1e-12) or np.mean(fast[:, :, 1].sum(1) < slow[:, :, 1].sum(1)) == 1.0
