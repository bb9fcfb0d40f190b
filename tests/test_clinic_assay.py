"""What the laboratory reports: size of the scatter, and that a visit's draw belongs to the visit."""

from dataclasses import replace

import numpy as np
import pytest

from titer.clinic.assay import Laboratory
from titer.clinic.observables import LABORATORY
from titer.errors import InputError
from titer.library.rules.assays import ASSAYS

PATIENTS = np.arange(4000)
ANC, PLATELETS, HAEMOGLOBIN, M_PROTEIN = ASSAYS


def test_every_laboratory_signal_has_an_assay_in_its_unit():
    assert {a.test: a.unit for a in ASSAYS} == LABORATORY


@pytest.mark.parametrize("assay", ASSAYS, ids=lambda a: a.test)
@pytest.mark.parametrize("day_to_day", [True, False])
def test_scatter_has_the_declared_size(assay, day_to_day):
    level = 20.0
    lab = Laboratory((assay,), 1, PATIENTS, 4, day_to_day=day_to_day)
    seen = np.stack([lab.report(assay.test, week, np.full(len(PATIENTS), level)) for week in range(4)])
    relative = assay.proportional**2 + (assay.day_to_day**2 if day_to_day else 0)
    expected = np.sqrt(relative * level**2 + assay.additive**2)
    # 16,000 draws: the standard deviation is known to 0.6%, the mean to expected / 126; four of those.
    assert abs(seen.std() / expected - 1) < 0.024
    assert abs(seen.mean() - level) < 4 * expected / 126


def test_draw_of_a_visit_depends_on_patient_test_and_week_only():
    true = np.full(3, 2.0)
    short = Laboratory(ASSAYS, 7, [5, 9, 11], 3)
    long = Laboratory(ASSAYS[:1], 7, [11, 4, 5], 40)
    np.testing.assert_array_equal(short.report("anc", 2, true)[[2, 0]], long.report("anc", 2, true)[[0, 2]])
    assert len(set(short.report("anc", 2, true)) | set(short.report("anc", 1, true))) == 6


def test_noise_leaves_other_seeds_and_tests_unrelated():
    one, two = Laboratory(ASSAYS, 1, PATIENTS, 1), Laboratory(ASSAYS, 2, PATIENTS, 1)
    true = np.full(len(PATIENTS), 50.0)
    for left, right in [((one, "anc"), (two, "anc")), ((one, "anc"), (one, "platelets"))]:
        correlation = np.corrcoef(left[0].report(left[1], 0, true), right[0].report(right[1], 0, true))[0, 1]
        assert abs(correlation) < 4 / np.sqrt(len(PATIENTS))


def test_nothing_is_reported_below_zero_and_exact_reports_the_truth():
    true = np.full(len(PATIENTS), 0.1)
    assert Laboratory((M_PROTEIN,), 1, PATIENTS, 1).report("m_protein", 0, true).min() == 0
    np.testing.assert_array_equal(Laboratory(ASSAYS, 1, PATIENTS, 1, exact=True).report("anc", 0, true), true)


def test_total_scatter_of_the_m_protein_is_what_was_published():
    # Katzmann 2011: 8.1% in patients with 10 g/L and more
    total = np.hypot(M_PROTEIN.proportional, M_PROTEIN.day_to_day)
    assert total == pytest.approx(0.081, abs=5e-4)


@pytest.mark.parametrize("name", ["proportional", "additive", "day_to_day"])
@pytest.mark.parametrize("size", [-0.1, np.inf, np.nan])
def test_impossible_size_is_refused(name, size):
    with pytest.raises(InputError, match=f"{name} of assay 'anc'"):
        replace(ANC, **{name: size})
