"""Survival statistics against lifelines on the same data, and what happens where nothing can be estimated.

Judge: lifelines (in the test extra). Seeds are fixed; tolerances are those of the judge's own convergence.
"""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lifelines import AalenJohansenFitter, CoxPHFitter, KaplanMeierFitter
from lifelines.statistics import logrank_test

from titer.trials.statistics import kaplan_meier
from titer.trials.survival import cumulative_incidence, hazard_ratio, logrank


def trial(seed, n=160, *, ties, benefit=0.6):
    rng = np.random.default_rng(seed)
    treated = rng.random(n) < 0.5
    time = rng.exponential(np.where(treated, 12 / benefit, 12))
    censored = rng.exponential(25, n)
    event = time <= censored
    time = np.minimum(time, censored)
    return (np.ceil(time) if ties else time), event, treated


CASES = [
    pytest.param(seed, ties, id=f"seed {seed}, {'ties' if ties else 'all different'}")
    for seed in (1, 2, 3)
    for ties in (True, False)
]


@pytest.mark.parametrize(("seed", "ties"), CASES)
def test_kaplan_meier_and_its_band_equal_lifelines(seed, ties):
    time, event, _ = trial(seed, ties=ties)
    ours, judge = kaplan_meier(time, event), KaplanMeierFitter().fit(time, event)
    at = judge.survival_function_at_times(ours.time).to_numpy()
    band = judge.confidence_interval_.loc[ours.time].to_numpy()
    assert np.allclose(ours.survival, at, atol=1e-12)
    alive = ours.survival > 0
    assert np.allclose(np.column_stack([ours.low, ours.high])[alive], band[alive], atol=1e-9)
    assert alive.sum() > 20


@pytest.mark.parametrize(("seed", "ties"), CASES)
def test_logrank_equals_lifelines(seed, ties):
    time, event, treated = trial(seed, ties=ties)
    ours = logrank(time, event, treated)
    judge = logrank_test(time[treated], time[~treated], event[treated], event[~treated])
    assert ours.z**2 == pytest.approx(judge.test_statistic, rel=1e-9)
    assert ours.p == pytest.approx(judge.p_value, rel=1e-9)
    assert ours.z > 0  # the treated live longer in these data


@pytest.mark.parametrize(("seed", "ties"), CASES)
@pytest.mark.parametrize("stratified", [False, True])
def test_hazard_ratio_equals_lifelines(seed, ties, stratified):
    time, event, treated = trial(seed, ties=ties)
    strata = np.arange(len(time)) % 3 if stratified else None
    ours = hazard_ratio(time, event, treated, strata)
    table = pd.DataFrame(
        {"time": time, "event": event, "treated": treated.astype(int), "stratum": np.arange(len(time)) % 3}
    )
    judge = CoxPHFitter(strata=["stratum"]) if stratified else CoxPHFitter()
    table = table if stratified else table.drop(columns="stratum")
    row = judge.fit(table, "time", "event").summary.loc["treated"]
    expected = [row["exp(coef)"], row["exp(coef) lower 95%"], row["exp(coef) upper 95%"]]
    # lifelines stops its Newton steps at 1e-7 of the log likelihood; a small p magnifies that
    assert [ours.value, ours.low, ours.high] == pytest.approx(expected, rel=1e-5)
    assert ours.p == pytest.approx(row["p"], rel=1e-3)


@pytest.mark.parametrize("seed", [1, 2])
def test_cumulative_incidence_and_its_band_equal_lifelines_where_times_differ(seed):
    rng = np.random.default_rng(seed)
    time, cause = rng.exponential(10, 150), rng.integers(0, 3, 150)
    ours = cumulative_incidence(time, cause, of=2)
    judge = AalenJohansenFitter(seed=1).fit(time, cause, event_of_interest=2)
    assert np.allclose(ours.share, judge.cumulative_density_.iloc[1:, 0], atol=1e-12)
    band = judge.confidence_interval_.iloc[1:].to_numpy()
    known = (ours.share > 0) & ~np.isnan(ours.low)
    assert known.sum() > 40
    assert np.allclose(np.column_stack([ours.low, ours.high])[known], band[known], atol=1e-9)


def aalen_johansen_by_hand(time, cause, of):
    """The definition, time by time."""
    free, share, rows = 1.0, 0.0, []
    for moment in sorted(set(time)):
        at_risk = sum(t >= moment for t in time)
        share += free * sum(t == moment and c == of for t, c in zip(time, cause, strict=True)) / at_risk
        free *= 1 - sum(t == moment and c > 0 for t, c in zip(time, cause, strict=True)) / at_risk
        rows.append(share)
    return rows


def test_cumulative_incidence_with_ties_is_the_definition():
    rng = np.random.default_rng(5)
    time, cause = np.ceil(rng.exponential(6, 80)), rng.integers(0, 3, 80)
    assert np.allclose(cumulative_incidence(time, cause).share, aalen_johansen_by_hand(time, cause, 1), atol=1e-12)


def test_incidences_of_all_events_and_survival_add_up_to_one():
    rng = np.random.default_rng(6)
    time, cause = np.ceil(rng.exponential(6, 80)), rng.integers(0, 3, 80)
    total = sum(cumulative_incidence(time, cause, of).share for of in (1, 2))
    assert np.allclose(total + kaplan_meier(time, cause > 0).survival, 1.0, atol=1e-12)


def test_stratified_logrank_is_the_sum_over_strata():
    """Judge: sums of expected minus observed and of variances from lifelines, stratum by stratum."""
    time, event, treated = trial(4, ties=True)
    strata = np.arange(len(time)) % 4
    difference = variance = 0.0
    for code in range(4):
        own = strata == code
        t, e, g = time[own], event[own], treated[own]
        found = logrank_test(t[g], t[~g], e[g], e[~g])
        fewer = _expected_of_treated(t, e, g) - (e & g).sum()
        difference += fewer
        variance += fewer**2 / found.test_statistic
    ours = logrank(time, event, treated, strata)
    assert ours.z == pytest.approx(difference / np.sqrt(variance), rel=1e-9)


def _expected_of_treated(time, event, treated):
    return sum(
        ((time == moment) & event).sum() * (time[treated] >= moment).sum() / (time >= moment).sum()
        for moment in np.unique(time[event])
    )


def test_one_stratum_for_all_changes_nothing():
    time, event, treated = trial(2, ties=True)
    same = np.full(len(time), 7)
    assert logrank(time, event, treated, same).z == pytest.approx(logrank(time, event, treated).z, rel=1e-12)
    assert hazard_ratio(time, event, treated, same).value == pytest.approx(hazard_ratio(time, event, treated).value)


def test_exchanging_the_arms_turns_the_sign():
    time, event, treated = trial(3, ties=True)
    there, back = logrank(time, event, treated), logrank(time, event, ~treated)
    assert there.z == pytest.approx(-back.z)
    assert hazard_ratio(time, event, treated).value == pytest.approx(1 / hazard_ratio(time, event, ~treated).value)


NOTHING, ALL, HALF = np.zeros(6, bool), np.ones(6, bool), np.array([False] * 3 + [True] * 3)
RISING = np.arange(1.0, 7.0)
DEGENERATE = {
    "no event": (RISING, NOTHING, HALF, "no event happened", "no event happened"),
    "all events at one time": (np.ones(6), ALL, HALF, "no event happened while", "events at one time"),
    "one arm without patients": (RISING, ALL, ALL, "one arm has no patients", "one arm has no patients"),
    "nobody": (RISING[:0], ALL[:0], ALL[:0], "one arm has no patients", "one arm has no patients"),
    "one arm without events": (RISING, ~HALF, HALF, None, "in one of the arms"),
    "separation": (RISING, ALL, HALF, None, "no patient of the other was at risk"),
    "one arm left before the first event": (RISING, HALF, HALF, "while patients of both", "in one of the arms"),
}


@pytest.mark.parametrize("name", DEGENERATE)
def test_what_cannot_be_estimated_is_nan_with_a_reason(name):
    time, event, treated, no_test, no_ratio = DEGENERATE[name]
    test, ratio = logrank(time, event, treated), hazard_ratio(time, event, treated)
    assert np.isnan(ratio.value)
    assert no_ratio in ratio.reason
    assert ratio.as_json()["value"] is None
    if no_test is None:
        assert test.reason == ""
        assert 0 < test.p < 1
    else:
        assert no_test in test.reason
        assert np.isnan(test.p)


def test_incidence_of_an_event_that_never_happened_is_zero():
    found = cumulative_incidence([1.0, 2.0, 3.0], [2, 0, 2], of=1)
    assert found.share.tolist() == [0.0, 0.0, 0.0]
    assert found.at(0.5).value == 0.0
    assert len(cumulative_incidence([], []).share) == 0


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(1, 6), st.booleans(), st.booleans(), st.integers(0, 2)), min_size=0, max_size=14))
def test_any_small_trial_gives_numbers_or_a_reason(rows):
    time, event, treated, strata = (np.array([row[i] for row in rows]) for i in range(4))
    for codes in (None, strata):
        test, ratio = logrank(time, event, treated, codes), hazard_ratio(time, event, treated, codes)
        assert np.isnan(test.z) == bool(test.reason)
        assert np.isnan(ratio.value) == bool(ratio.reason)
        if not ratio.reason:
            assert 0 < ratio.low <= ratio.value <= ratio.high
        if not test.reason:
            assert 0 <= test.p <= 1


def test_incidence_stays_once_nobody_is_left():
    over = cumulative_incidence([1.0, 2.0, 3.0, 4.0], [1, 2, 1, 2])
    assert over.at(9.0).value == 0.5
    assert np.isnan(cumulative_incidence([1.0, 2.0, 3.0, 4.0], [1, 2, 1, 0]).at(9.0).value)
