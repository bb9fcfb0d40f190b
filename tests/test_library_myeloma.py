"""Myeloma under treatment: agreement with the published M-protein model, and the order of regimens."""

from __future__ import annotations

import numpy as np
import pytest

from library_runs import course_doses, run
from titer.evidence.calibration.srimani import m_protein_course, progression_free
from titer.evidence.calibration.trial import Bench, simulation
from titer.library import models

HOURS = 24.0
HIGH_DOSE = (1, 2, 3, 4, 9, 10, 11, 12, 17, 18, 19, 20)
BODY = [models()[key] for key in ("lenalidomide", "dexamethasone", "ikaros", "killing", "myeloma", "vte", "death")]
WEEKS = np.array([0, 4, 8, 13, 26, 52])


def typical(doses, days, **covariates):
    return run(BODY, doses, np.asarray(days, float) * HOURS, covariates)


@pytest.fixture(scope="module")
def courses():
    """M-protein over its start at WEEKS: ours and the published model's, in the same 300 patients."""
    bench = Bench.build(n=300, cycles=12)
    ours = bench.unchanging("rd-weekly", {}, 7.0 * WEEKS, ["m_protein"])["m_protein"]
    theirs = m_protein_course(bench.cohort(simulation("rd-weekly")), 7.0 * WEEKS, seed=1)
    return ours / ours[:, :1], theirs


@pytest.mark.parametrize("place", [1, 2, 3, 4, 5])
def test_median_m_protein_is_that_of_srimani(courses, place):
    """Two samples of 300 with a log SD above 1: medians scatter by about 10%."""
    ours, theirs = (np.median(course[:, place]) for course in courses)
    assert ours == pytest.approx(theirs, rel=0.25)


def test_fraction_below_half_at_26_weeks_lies_between_trial_and_srimani(courses):
    """The source's model gives 0.79 where the trial saw 0.715 respond (IMID268); ours was fitted to both."""
    ours, theirs = ((course[:, 4] < 0.5).mean() for course in courses)
    assert 0.715 - 0.06 < ours < theirs + 0.03


def test_progression_free_survival_is_that_of_srimani(courses):
    """Srimani's PFS is a hazard of its own; ours is M-protein 25% and 5 g/L above its lowest, or death.

    Near each other at 28 and 52 weeks; at two years the source's has the longer tail (0.40 against 0.25).
    """
    bench = Bench.build(n=300, cycles=12)
    days = np.arange(0.0, 729.0, 28.0)
    found = bench.unchanging("rd-weekly", {}, days, ["m_protein", "death_hazard"])
    protein = found["m_protein"]
    lowest = np.minimum.accumulate(protein, axis=1)
    progressed = np.logical_or.accumulate((protein >= 1.25 * lowest) & (protein >= lowest + 5.0), axis=1)
    alive = np.exp(-28.0 * np.cumsum(found["death_hazard"], axis=1))
    ours = (~progressed * alive).mean(axis=0)
    theirs = progression_free(bench.cohort(simulation("rd-weekly")), days, seed=1)
    assert ours[[7, 13]] == pytest.approx(theirs[[7, 13]], abs=0.12)
    assert ours[26] == pytest.approx(theirs[26], abs=0.18)


def test_more_lenalidomide_never_leaves_more_tumour():
    found = [
        typical(course_doses(dose, 40.0, cycles=3), [84.0])["m_protein"][0] for dose in (0.0, 5.0, 10.0, 15.0, 25.0)
    ]
    assert np.all(np.diff(found) < 0)


def test_the_pair_does_more_than_either_alone():
    days = [84.0]
    both = typical(course_doses(25.0, 40.0, cycles=3), days)["m_protein"][0]
    each = [typical(course_doses(*pair, cycles=3), days)["m_protein"][0] for pair in ((25.0, 0.0), (0.0, 40.0))]
    assert both < 0.6 * min(each)


def test_untreated_tumour_grows_at_its_own_rate():
    found = typical([], [0.0, 28.0])
    growth = models()["myeloma"].parameter("growth").value
    slowed = growth * (1 - found["m_protein"].mean() / 150.0)
    assert np.log(found["m_protein"][1] / found["m_protein"][0]) == pytest.approx(28.0 * slowed, rel=0.02)


def test_growth_stops_before_the_top():
    found = typical([], [0.0, 365.0, 3650.0])["m_protein"]
    assert np.all(np.diff(found) > 0)
    assert found[-1] < 150.0


def test_immune_killing_rises_under_lenalidomide_and_less_with_dexamethasone():
    days = [0.0, 56.0]
    alone = typical(course_doses(25.0, cycles=2), days)["immune_killing"]
    with_steroid = typical(course_doses(25.0, 40.0, cycles=2), days)["immune_killing"]
    assert alone[1] > with_steroid[1] > alone[0] == pytest.approx(1.0)


def test_thrombosis_hazard_orders_regimens_and_prophylaxis():
    days = [112.0]
    name = "vte.cumulative_hazard"
    every = {
        "none": typical([], days)[name][0],
        "steroid": typical(course_doses(0.0, 40.0, cycles=4), days)[name][0],
        "weekly": typical(course_doses(25.0, 40.0, cycles=4), days)[name][0],
        "high": typical(course_doses(25.0, 40.0, cycles=4, steroid_days=HIGH_DOSE), days)[name][0],
    }
    assert every["none"] < every["steroid"] < every["weekly"] < every["high"]
    guarded = typical(course_doses(25.0, 40.0, cycles=4), days, thromboprophylaxis=1.0)[name][0]
    assert guarded == pytest.approx(0.6 * every["weekly"])


def test_high_dose_dexamethasone_doubles_thrombosis_as_in_the_trial():
    """E4A03: 26% against 12% within four months (IMID242); no prophylaxis was asked for at first."""
    days, name = [112.0], "vte.cumulative_hazard"
    weekly = typical(course_doses(25.0, 40.0, cycles=4), days)[name][0]
    high = typical(course_doses(25.0, 40.0, cycles=4, steroid_days=HIGH_DOSE), days)[name][0]
    assert 1.2 < high / weekly < 2.5


def test_saved_score_separates_high_from_low_risk():
    days, name = [182.0], "vte.cumulative_hazard"
    doses = course_doses(25.0, 40.0, cycles=6)
    low, high = (typical(doses, days, recent_surgery=surgery)[name][0] for surgery in (0.0, 1.0))
    assert high / low == pytest.approx(1.85, rel=0.1)  # hazard ratio of the score's derivation


def test_death_hazard_rises_with_age_and_burden():
    days = [0.0, 182.0]
    young, old = (typical([], days, age=age)["death_hazard"] for age in (55.0, 80.0))
    assert old[0] > young[0]
    assert young[1] > young[0]
