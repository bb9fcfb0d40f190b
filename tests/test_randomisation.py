"""Who enters a trial, when, and in which arm: balance, chance, and independence of how the trial is run."""

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from titer.errors import InputError
from titer.trials.accrual import DAYS_PER_MONTH, dropout_days, entry_days, rate_for
from titer.trials.design import Design, design_of
from titer.trials.enrolment import enrol, enrol_trials, join_enrolments, stratum_label
from titer.trials.randomisation import permuted_blocks, simple_randomisation
from titer.trials.study_file import example_study, parse_study

ARMS = """
[[arms]]
name = "d"
regimen = "dexamethasone 40 mg weekly"
[[arms]]
name = "Rd"
regimen = "lenalidomide 25 mg days 1-21 of 28 + dexamethasone 40 mg weekly"
"""


def design(n=200, more="", **changes):
    text = f'name = "s"\npatients = {n}\n{more}{ARMS}'
    for table, lines in changes.items():
        text += f"[{table}]\n{lines}\n"
    return design_of(parse_study(text))


# ---------------------------------------------------------------- blocks


@settings(max_examples=60, deadline=None)
@given(
    st.integers(1, 60),
    st.lists(st.integers(1, 3), min_size=2, max_size=3),
    st.lists(st.integers(1, 3), min_size=1, max_size=2),
    st.integers(1, 3),
    st.integers(0, 10**6),
)
def test_every_whole_block_holds_the_ratio_exactly(n, ratio, multiples, n_strata, seed):
    sizes = tuple(sum(ratio) * k for k in multiples)
    strata = np.arange(n) % n_strata
    arms = permuted_blocks(seed, np.arange(n) * 3, strata, ratio, sizes)
    for stratum in range(n_strata):
        own = arms[strata == stratum]
        least, most = len(own) // sum(ratio), -(-len(own) // sum(ratio))
        counts = np.bincount(own, minlength=len(ratio))
        # However blocks fall, no arm is off its share by more than one largest block can hold of it.
        for arm, share in enumerate(ratio):
            assert least * share - max(multiples) * share <= counts[arm] <= most * share + max(multiples) * share
        if len(sizes) == 1 and len(own) >= sizes[0]:
            whole = own[: len(own) // sizes[0] * sizes[0]].reshape(-1, sizes[0])
            for arm, share in enumerate(ratio):
                assert ((whole == arm).sum(axis=1) == share * multiples[0]).all()


def test_all_orders_of_a_block_are_equally_likely():
    arms = permuted_blocks(1, np.arange(4 * 6000), np.zeros(4 * 6000), (1, 1), (4,)).reshape(-1, 4)
    orders = sorted(set(permutations((0, 0, 1, 1))))
    counts = [int((arms == np.array(order)).all(axis=1).sum()) for order in orders]
    # chi-square with 5 degrees of freedom is below 20.5 in 99.9% of samples
    assert sum((count - 1000) ** 2 / 1000 for count in counts) < 20.5


def test_strata_are_balanced_each_by_itself():
    strata = np.array([0, 1, 1, 0, 1, 0, 0, 1] * 10)
    arms = permuted_blocks(7, np.arange(80), strata, (1, 1), (4,))
    assert [int(arms[strata == k].sum()) for k in (0, 1)] == [20, 20]


def test_a_later_patient_changes_nothing_for_those_before():
    patients, strata = np.arange(90), np.arange(90) % 4
    whole = permuted_blocks(3, patients, strata, (1, 2), (3, 6))
    for n in (1, 17, 50):
        assert (permuted_blocks(3, patients[:n], strata[:n], (1, 2), (3, 6)) == whole[:n]).all()


def test_simple_randomisation_follows_the_ratio():
    arms = simple_randomisation(1, np.arange(30_000), (1, 2))
    assert arms.mean() == pytest.approx(2 / 3, abs=4 * np.sqrt(2 / 9 / 30_000))


@pytest.mark.parametrize(("ratio", "blocks"), [((1, 1), (3,)), ((1, 1), ()), ((0, 0), (2,))])
def test_blocks_that_cannot_hold_the_ratio_are_refused(ratio, blocks):
    with pytest.raises(InputError, match="blocks of"):
        permuted_blocks(1, [0, 1], [0, 0], ratio, blocks)


# ---------------------------------------------------------------- accrual and dropout


def test_accrual_is_a_poisson_process():
    """Counts in months of the full rate: mean and variance equal the rate; bounds are four standard errors."""
    days = entry_days(1, np.arange(40_000), 100.0)
    counts = np.bincount((days / DAYS_PER_MONTH).astype(int))[:-1]
    n = len(counts)
    assert counts.mean() == pytest.approx(100, abs=4 * np.sqrt(100 / n))
    assert counts.var(ddof=1) == pytest.approx(100, rel=4 * np.sqrt(2 / n))


def test_a_ramp_halves_the_patients_of_its_months():
    days = entry_days(1, np.arange(4000), 200.0, ramp_up_month=10.0)
    assert np.searchsorted(days, 10 * DAYS_PER_MONTH) == pytest.approx(1000, abs=130)
    assert (np.diff(days) >= 0).all()


@pytest.mark.parametrize(("months", "ramp"), [(12, 0), (12, 3), (4, 8)])
def test_the_planned_number_enters_in_the_planned_time(months, ramp):
    rate = rate_for(5000, months, ramp)
    days = entry_days(2, np.arange(5000), rate, ramp)
    assert days[-1] / DAYS_PER_MONTH == pytest.approx(months, rel=0.06)


def test_dropout_has_the_yearly_share_of_each_arm():
    share = np.repeat([0.0, 0.1, 0.4], 20_000)
    days = dropout_days(1, np.arange(60_000), share).reshape(3, -1)
    assert np.isinf(days[0]).all()
    assert [(row < 365.25).mean() for row in days[1:]] == pytest.approx([0.1, 0.4], abs=0.014)


# ---------------------------------------------------------------- screening


def test_candidates_are_screened_in_order_until_the_trial_is_full():
    made = enrol(design(150, **{"eligibility.criteria": 'old = "age >= 60 year"\nkidneys = "crcl >= 60 mL/min"'}))
    assert len(made) == 150
    assert made.screened == made.patients[-1] + 1
    assert made.excluded == made.screened - 150
    assert set(made.failures) == {"old", "kidneys"}
    assert max(made.failures.values()) <= made.excluded <= sum(made.failures.values())
    assert made.entry_day[0] == 0
    assert (np.diff(made.entry_day) >= 0).all()


def test_more_patients_leave_those_before_as_they_were():
    small, large = enrol(design(60)), enrol(design(120))
    for name in ("patients", "stratum", "arm", "dropout_day"):
        assert (getattr(large, name)[:60] == getattr(small, name)).all()


def test_repeated_trials_have_their_own_candidates():
    asked = design(40, **{"eligibility.criteria": 'old = "age >= 60 year"'})
    trials = enrol_trials(asked, 3)
    assert (trials[0].patients == enrol(asked).patients).all()
    everybody = join_enrolments(trials)
    assert len(np.unique(everybody.patients)) == 120
    assert [trial.first for trial in trials[1:]] == [trial.patients[-1] + 1 for trial in trials[:-1]]


def test_strata_have_names():
    asked = design_of(parse_study(example_study()))
    labels = [stratum_label(asked, code) for code in range(4)]
    assert labels[3] == "prior_lines >= 2: yes, age >= 65 year: yes"
    assert len(set(labels)) == 4


def test_nobody_who_is_asked_to_be_impossible_enters():
    with pytest.raises(InputError, match=r"none of .* candidates may enter.*'old'"):
        enrol(design(4, **{"eligibility.criteria": 'old = "age >= 119 year"'}))


def test_labels_screen_candidates_and_what_is_not_known_is_no_pass():
    arms = '[[arms]]\nname = "R"\nregimen = "lenalidomide 25 mg days 1-21 of 28"\n'
    text = f'name = "s"\npatients = 2\n{arms}[eligibility]\nlabels = true\n'
    with pytest.raises(InputError, match=r"none of .* may enter.*label: .*\(not known\).*eligibility.assume") as caught:
        enrol(design_of(parse_study(text)))
    assert "ask for" in caught.value.what
    for line in ("medications = []", "allergies = []", "pregnant = false"):
        assert line in caught.value.hint
    assumed = (
        "[eligibility.assume]\npregnant = false\nallergies = []\nprior_imid_severe_reaction = false\nmedications = "
    )
    # The protocol lowers the start of those whose kidneys are weak, so the label's rule on that forbids nobody here.
    assert enrol(design_of(parse_study(text + assumed + "[]"))).screened == 2
    planned = text.replace("[eligibility]", 'protocol = "us-label-planned-start"\n[eligibility]')
    weak = enrol(design_of(parse_study(planned.replace("= 2", "= 40") + assumed + "[]")))
    assert set(weak.failures) == {"label: renal_moderate_us", "label: renal_moderate_eu"}
    with pytest.raises(InputError, match=r"none of .* may enter.*failed 'label: lenalidomide_with_another_imid'"):
        enrol(design_of(parse_study(text + assumed + '["pomalidomide"]')))


def test_candidates_under_the_null_are_screened_as_planned():
    """The reference alone would let in whom a label keeps from the other arm."""
    assumed = "pregnant = false\nallergies = []\nprior_imid_severe_reaction = false\nmedications = []"
    one = design(30, **{"eligibility": "labels = true", "eligibility.assume": assumed})
    arms = tuple(arm.model_copy(update={"protocol": "us-label-planned-start"}) for arm in one.study.arms)
    strict = design_of(one.study.model_copy(update={"arms": arms}))
    planned, null = enrol(strict), enrol(strict.under_null())
    assert planned.excluded > 0
    assert (planned.patients == null.patients).all()
    assert planned.failures == null.failures
    again = Design.of(strict.under_null().asked())
    assert (enrol(again).patients == planned.patients).all()
    assert {arm.regimen.text for arm in again.arms} == {strict.arms[0].regimen.text}


def test_what_is_not_known_of_a_candidate_is_no_pass():
    asked = design(5, **{"eligibility.criteria": 'a = "thromboprophylaxis is none"'})
    made = enrol(asked)
    assert made.failures["a (not known)"] == made.excluded > 0
