"""The assembled myeloma system: the kernel against an independent engine, and laws of the whole."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reference import reference_states
from titer.engine import BOLUS, Ensemble, compile_kernel, make_events
from titer.library import load_population, relapsed_myeloma_models
from titer.library.signals import SIGNALS
from titer.model import assemble
from titer.patients.individuals import individual_parameters
from titer.patients.population import sample

N = 20
DAYS = 28
DOSES = [(float(day), "lenalidomide", 25.0) for day in range(DAYS) if day % 28 < 21] + [
    (float(day), "dexamethasone", 40.0) for day in range(0, DAYS, 7)
]


@pytest.fixture(scope="module")
def system():
    return assemble(relapsed_myeloma_models(), SIGNALS)


@pytest.fixture(scope="module")
def kernel(system):
    return compile_kernel(system)


@pytest.fixture(scope="module")
def parameters(system):
    cohort = sample(load_population("relapsed-myeloma"), 11, np.arange(N))
    return individual_parameters(system, cohort, 11)


def bolus_doses(system, doses):
    return sorted((day, system.doses[drug].state, amount) for day, drug, amount in doses)


def events(system, doses, n):
    rows = bolus_doses(system, doses)
    day, target, amount = zip(*[(d, system.state_index(s), a) for d, s, a in rows], strict=True)
    return make_events(
        n, np.repeat(np.arange(n), len(rows)), np.tile(day, n), BOLUS, np.tile(target, n), np.tile(amount, n)
    )


def final_states(kernel, parameters, doses, *, until=float(DAYS), rtol=1e-9, atol=1e-12, stops=(), **options):
    ensemble = Ensemble(kernel, parameters, rtol=rtol, atol=atol, **options)
    first, *rest = [*stops, until]
    ensemble.advance(first, events(kernel.system, doses, len(parameters)))
    for stop in rest:
        ensemble.advance(stop)
    ensemble.raise_for_status()
    return ensemble.states


def worst_relative(found, expected):
    """Largest difference over all patients, relative to each state's largest size."""
    scale = np.abs(expected).max(axis=0)
    moved = scale > 1e-9
    return float((np.abs(found - expected)[:, moved] / scale[moved]).max())


def test_twenty_patients_equal_an_independent_engine(system, kernel, parameters):
    """Every week and patient, each output relative to its own value at that time."""
    weeks = np.arange(7.0, DAYS + 1, 7.0)
    states = reference_states(system, parameters, bolus_doses(system, DOSES), weeks)
    ensemble = Ensemble(kernel, parameters, rtol=1e-7, atol=1e-10)
    found = ensemble.advance(float(DAYS), events(system, DOSES, N), times=weeks)
    for name in ("anc", "platelets", "haemoglobin", "m_protein", "ikaros", "immune_killing"):
        expected = np.stack(
            [system.observe(day, states[:, k], parameters)[name] for k, day in enumerate(weeks)], axis=1
        )
        worst = np.abs(found[:, :, kernel.output_names.index(name)] / expected - 1).max()
        assert worst < 1e-5, (name, worst)  # what is promised; 3e-6 was measured over 168 days at this tolerance


def test_accuracy_of_a_comparison_is_what_its_documentation_says(system, kernel, parameters):
    """At the tolerances of compare_regimens, 12 weeks: counts and M-protein within 1e-4 of their own values."""
    weeks = np.arange(7.0, 85.0, 7.0)
    doses = [(float(d), "lenalidomide", 25.0) for d in range(84) if d % 28 < 21]
    doses += [(float(d), "dexamethasone", 40.0) for d in range(0, 84, 7)]
    runs = []
    for rtol, atol in ((1e-5, 1e-8), (1e-10, 1e-12)):
        ensemble = Ensemble(kernel, parameters, rtol=rtol, atol=atol)
        runs.append(ensemble.advance(84.0, events(system, doses, N), times=weeks))
    for name in ("anc", "platelets", "haemoglobin", "m_protein"):
        column = kernel.output_names.index(name)
        assert np.abs(runs[0][:, :, column] / runs[1][:, :, column] - 1).max() < 1e-4, name


def test_stiff_method_agrees(system, parameters):
    stiff = compile_kernel(system, method="stiff")
    explicit = compile_kernel(system, method="explicit")
    a = final_states(stiff, parameters[:4], DOSES, rtol=1e-8, atol=1e-11)
    b = final_states(explicit, parameters[:4], DOSES)
    assert worst_relative(a, b) < 1e-5


@settings(max_examples=8, deadline=None)
@given(st.lists(st.floats(0.01, DAYS - 0.01), min_size=1, max_size=6, unique=True))
def test_splitting_a_run_changes_nothing(kernel, parameters, stops):
    whole = final_states(kernel, parameters[:4], DOSES, rtol=1e-8)
    split = final_states(kernel, parameters[:4], DOSES, rtol=1e-8, stops=sorted(stops))
    assert worst_relative(split, whole) < 1e-5


def test_the_order_of_patients_changes_no_bit(kernel, parameters):
    order = np.random.default_rng(1).permutation(N)
    a = final_states(kernel, parameters, DOSES, rtol=1e-6)
    b = final_states(kernel, parameters[order], DOSES, rtol=1e-6)
    np.testing.assert_array_equal(a[order], b)


@settings(max_examples=10, deadline=None)
@given(st.floats(1.05, 4.0))
def test_more_clearance_never_raises_exposure(system, kernel, parameters, factor):
    faster = parameters[:4].copy()
    faster[:, system.parameter_index("lenalidomide.cl")] *= factor
    auc = system.state_index("lenalidomide.auc")
    slow = final_states(kernel, parameters[:4], DOSES, rtol=1e-6)[:, auc]
    assert (final_states(kernel, faster, DOSES, rtol=1e-6)[:, auc] < slow).all()


def test_without_doses_blood_and_immune_signals_stay_at_rest(system, kernel, parameters):
    still = parameters.copy()
    still[:, system.parameter_index("myeloma.growth")] = 0.0
    ensemble = Ensemble(kernel, still, rtol=1e-8, atol=1e-10)
    values = ensemble.advance(365.0, times=[0.0, 365.0])
    for name in ("ikaros", "immune_killing", "anc", "platelets", "haemoglobin", "m_protein"):
        column = kernel.output_names.index(name)
        np.testing.assert_allclose(values[:, 1, column], values[:, 0, column], rtol=1e-3, err_msg=name)


def test_kernel_rates_equal_the_plain_reading(system, kernel, parameters):
    """One tiny fixed step of the kernel is the derivative of the plain definition."""
    step = 1e-6
    ensemble = Ensemble(kernel, parameters, fixed_step=step)
    start = ensemble.states
    ensemble.advance(step)
    plain = system.derivative(0.0, start, parameters)
    np.testing.assert_allclose((ensemble.states - start) / step, plain, rtol=1e-4, atol=1e-5)
