"""Figures and their intervals against closed forms and SciPy."""

import math
import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import norm

from titer.errors import InputError
from titer.trials.looks import boundaries, conditional_power
from titer.trials.statistics import (
    exact_fraction,
    fraction,
    kaplan_meier,
    mean,
    median_difference,
    paired_difference,
    paired_share_difference,
    share_difference,
    share_test,
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


# ---------------------------------------------------------------- shares in different patients, exact intervals


def test_exact_interval_is_the_inverted_binomial_test():
    """Bounds at which the observed count has a tail of exactly 2.5%."""
    from scipy.stats import binom

    for count, n in ((1, 10), (7, 12), (61, 100), (10, 10), (0, 7)):
        figure = exact_fraction(count, n)
        if count:
            assert binom.sf(count - 1, n, figure.low) == pytest.approx(0.025, rel=1e-6)
        if count < n:
            assert binom.cdf(count, n, figure.high) == pytest.approx(0.025, rel=1e-6)
    assert math.isnan(exact_fraction(0, 0).value)


def test_newcombe_interval_meets_the_published_example():
    """Newcombe 1998, Stat Med 17:873, table II, method 10: 56/70 against 48/80 gives 0.0524 to 0.3339."""
    figure = share_difference([True] * 56 + [False] * 14, [True] * 48 + [False] * 32)
    assert (round(figure.low, 4), round(figure.high, 4)) == (0.0524, 0.3339)
    none = share_difference([False] * 10, [False] * 10)  # the same table: 0/10 against 0/10 gives -0.2775 to 0.2775
    assert (round(none.low, 4), round(none.high, 4)) == (-0.2775, 0.2775)


def test_stratified_test_of_shares_is_mantel_and_haenszel():
    """Judge: the formula written out, on three strata."""
    rng = np.random.default_rng(3)
    strata, treated = rng.integers(0, 3, 300), rng.random(300) < 0.5
    flags = rng.random(300) < 0.3 + 0.2 * treated
    z, p, reason = share_test(flags, treated, strata)
    difference = variance = 0.0
    for code in range(3):
        own = strata == code
        n, ours, those = own.sum(), (own & treated).sum(), (own & flags).sum()
        difference += (own & treated & flags).sum() - ours * those / n
        variance += ours * (n - ours) * those * (n - those) / (n**2 * (n - 1))
    assert z == pytest.approx(difference / np.sqrt(variance), rel=1e-9)
    assert reason == ""
    assert p == pytest.approx(2 * norm.sf(abs(z)), rel=1e-6)


def test_shares_that_cannot_be_tested_have_a_reason():
    half = [True, False] * 5
    assert share_test([True] * 10, half)[2] == "all patients are alike"
    assert share_test(half, [True] * 10)[2] == "one arm has no patients"
    assert share_test(half, half, half)[2].startswith("in no stratum")


# ---------------------------------------------------------------- interim looks


def test_boundaries_meet_the_published_tables_for_five_equal_looks():
    """Reboussin, DeMets, Kim and Lan 2000, Control Clin Trials 21:190; two-sided 0.05 (one-sided 0.025)."""
    fifths = [0.2, 0.4, 0.6, 0.8, 1.0]
    assert boundaries(fifths, 0.025, "obrien-fleming") == pytest.approx(
        [4.8769, 3.3569, 2.6803, 2.2898, 2.0310], abs=1e-3
    )
    assert boundaries(fifths, 0.025, "pocock") == pytest.approx([2.4380, 2.4268, 2.4101, 2.3966, 2.3859], abs=1e-3)


def test_boundaries_spend_alpha_and_no_more():
    """Brownian motion at the looks, drawn: the share of paths that ever cross is alpha."""
    looks = np.array([0.3, 0.55, 1.0])
    limits = boundaries(looks, 0.025, "pocock")
    rng = np.random.default_rng(1)
    steps = rng.standard_normal((400_000, 3)) * np.sqrt(np.diff([0.0, *looks]))
    z = np.cumsum(steps, axis=1) / np.sqrt(looks)
    # standard error of a share of 0.025 in 400,000 draws is 0.00025
    assert (z >= limits).any(axis=1).mean() == pytest.approx(0.025, abs=0.001)


def test_a_trial_that_ends_early_spends_what_is_left():
    assert boundaries([0.5, 0.8], 0.025, "obrien-fleming")[0] == boundaries([0.5, 1.0], 0.025, "obrien-fleming")[0]
    assert boundaries([0.8], 0.025, "obrien-fleming")[0] == pytest.approx(1.959964, abs=1e-5)


def test_conditional_power_is_a_share_of_drawn_futures():
    rng = np.random.default_rng(2)
    z, fraction, limit = 1.2, 0.4, 1.97
    now = z * np.sqrt(fraction)
    final = now + z / np.sqrt(fraction) * (1 - fraction) + rng.standard_normal(400_000) * np.sqrt(1 - fraction)
    assert conditional_power(z, fraction, limit) == pytest.approx((final >= limit).mean(), abs=0.003)


def test_looks_that_do_not_rise_are_refused():
    with pytest.raises(InputError, match="looks at"):
        boundaries([0.5, 0.5], 0.025, "pocock")
    with pytest.raises(InputError, match="not known"):
        boundaries([0.5, 1.0], 0.025, "haybittle")  # type: ignore[arg-type]
