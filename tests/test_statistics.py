"""Figures and their intervals against closed forms and SciPy."""

import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from titer.trials.statistics import (
    fraction,
    kaplan_meier,
    mean,
    median_difference,
    paired_difference,
    paired_share_difference,
)


@pytest.mark.parametrize(("k", "n"), [(0, 10), (3, 10), (10, 10), (417, 1000)])
def test_fraction_has_wilsons_interval(k, n):
    from scipy.stats import binomtest

    figure = fraction(np.arange(n) < k)
    interval = binomtest(k, n).proportion_ci(method="wilson")
    assert (figure.value, figure.low, figure.high) == pytest.approx((k / n, interval.low, interval.high), abs=1e-12)


def test_no_patients_give_no_figure():
    assert fraction([]).as_json() == {"value": None, "low": None, "high": None}
    assert np.isnan(mean([np.nan]).value)


@settings(deadline=None, max_examples=30)
@given(st.lists(st.tuples(st.integers(1, 12), st.booleans()), min_size=2, max_size=60))
def test_kaplan_meier_equals_scipy(pairs):
    from scipy import stats

    time, event = np.array([p[0] for p in pairs], float), np.array([p[1] for p in pairs])
    if event.all() or not event.any():
        return
    curve = kaplan_meier(time, event)
    reference = stats.ecdf(stats.CensoredData(uncensored=time[event], right=time[~event])).sf
    np.testing.assert_allclose(curve.survival, reference.evaluate(curve.time), atol=1e-12)


def test_kaplan_meier_band_equals_scipy():
    from scipy import stats

    rng = np.random.default_rng(3)
    time, event = np.round(rng.exponential(10, 300), 1) + 0.1, rng.random(300) < 0.7
    curve = kaplan_meier(time, event)
    reference = stats.ecdf(stats.CensoredData(uncensored=time[event], right=time[~event])).sf
    with warnings.catch_warnings():
        warnings.simplefilter(
            "ignore", RuntimeWarning
        )  # SciPy says that the band is undefined where survival is 0 or 1
        band = reference.confidence_interval(method="log-log")
    inner = (curve.survival > 0) & (curve.survival < 1)
    np.testing.assert_allclose(curve.low[inner], band.low.evaluate(curve.time)[inner], atol=1e-10)
    np.testing.assert_allclose(curve.high[inner], band.high.evaluate(curve.time)[inner], atol=1e-10)


def test_median_of_exponential_times_is_near_its_closed_form_and_inside_its_interval():
    time = np.random.default_rng(1).exponential(10, 4000)
    median = kaplan_meier(time, np.ones(4000)).median()
    assert median.low < 10 * np.log(2) < median.high


def test_median_that_is_not_reached_is_not_invented():
    assert np.isnan(kaplan_meier([1.0, 2.0, 3.0], [True, False, False]).median().value)


def test_pairing_narrows_the_interval():
    rng = np.random.default_rng(2)
    reference = rng.normal(0, 10, 500)
    values = reference + 1 + rng.normal(0, 0.1, 500)
    assert paired_difference(values, reference).high - paired_difference(values, reference).low < 0.05


def test_median_difference_covers_a_known_shift():
    rng = np.random.default_rng(5)
    reference = rng.exponential(10, 1500)
    figure = median_difference(reference + 3, np.ones(1500), reference, np.ones(1500), seed=1)
    assert figure.value == pytest.approx(3)
    assert figure.low == pytest.approx(3, abs=1e-9)


def test_median_difference_is_the_same_for_the_same_seed():
    rng = np.random.default_rng(6)
    a, b, event = rng.exponential(10, 200), rng.exponential(12, 200), rng.random(200) < 0.8
    assert median_difference(a, event, b, event, seed=4) == median_difference(a, event, b, event, seed=4)


@pytest.mark.parametrize("n", range(2, 300, 2))
def test_median_of_equally_spaced_events_is_the_middle_one(n):
    """Half of the patients have had the event at time n/2; rounding of the product must not move it."""
    assert kaplan_meier(np.arange(1.0, n + 1), np.ones(n)).median().value == n / 2


def test_upper_limit_of_the_median_is_not_invented_where_the_curve_reaches_zero():
    assert np.isnan(kaplan_meier([1.0, 2.0, 3.0, 4.0], [1, 1, 1, 1]).median().high)


def test_paired_shares_without_a_differing_patient_keep_an_interval():
    figure = paired_share_difference([True] * 4, [True] * 4)
    assert figure.value == 0
    assert figure.low < 0 < figure.high


def test_paired_shares_cover_a_known_difference():
    rng = np.random.default_rng(8)
    covered = 0
    for _ in range(200):
        luck = rng.random(300)
        covered += (figure := paired_share_difference(luck < 0.35, luck < 0.30)).low <= 0.05 <= figure.high
    assert covered >= 180  # 95% of 200 is 190; fewer than 180 has a chance of about 1 in 1000


def test_mean_stays_within_what_is_possible():
    assert mean([1.0, 1.0, 0.5], lowest=0.0, highest=1.0).high == 1.0
