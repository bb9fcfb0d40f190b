"""Random streams: the generator is Philox4x64-10, and a draw belongs to its patient, purpose and index alone."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from titer.errors import InputError
from titer.patients import streams

ANY_WORD = st.integers(0, 2**64 - 1)
# Random123 1.09, tests/kat_vectors, lines "philox4x64 10": counter, key, answer.
KNOWN_ANSWERS = [
    ((0, 0, 0, 0), (0, 0), (0x16554D9ECA36314C, 0xDB20FE9D672D0FDC, 0xD7E772CEE186176B, 0x7E68B68AEC7BA23B)),
    (
        (2**64 - 1,) * 4,
        (2**64 - 1,) * 2,
        (0x87B092C3013FE90B, 0x438C3C67BE8D0224, 0x9CC7D7C69CD777B6, 0xA09CAEBF594F0BA0),
    ),
    (
        (0x243F6A8885A308D3, 0x13198A2E03707344, 0xA4093822299F31D0, 0x082EFA98EC4E6C89),
        (0x452821E638D01377, 0xBE5466CF34E90C6C),
        (0xA528F45403E61D95, 0x38C72DBD566E9788, 0xA5A1610E72FD18B5, 0x57BD43B5E52B7FE6),
    ),
]


def block(counter, key):
    words = tuple(np.array([word], np.uint64) for word in counter)
    return [int(word[0]) for word in streams.philox(words, key)]


def numpy_block(counter, key):
    """NumPy's Philox counts up before it draws, so it starts one below."""
    whole = sum(word << (64 * place) for place, word in enumerate(counter))
    generator = np.random.Philox(counter=(whole - 1) % 2**256, key=key[0] + (key[1] << 64))
    return [int(word) for word in generator.random_raw(4)]


@pytest.mark.parametrize(("counter", "key", "answer"), KNOWN_ANSWERS)
def test_philox_gives_the_known_answers_of_random123(counter, key, answer):
    assert block(counter, key) == list(answer)


@given(st.tuples(*[ANY_WORD] * 4), st.tuples(*[ANY_WORD] * 2))
def test_philox_equals_numpy_bit_for_bit(counter, key):
    assert block(counter, key) == numpy_block(counter, key)


@pytest.mark.parametrize("patients", [[0], [17], [5, 6, 7], [2**63 - 1]])
def test_draws_are_the_words_of_the_declared_counter(patients):
    got = streams.uniform(9, patients, "eta:x.cl", 7)
    purpose = streams.hash_purpose("eta:x.cl")
    for row, patient in zip(got, patients, strict=True):
        words = numpy_block((patient, purpose, 0, 0), (9, 0)) + numpy_block((patient, purpose, 1, 0), (9, 0))
        assert (row == [((word >> 12) + 0.5) / 2**52 for word in words[:7]]).all()


def test_numbers_are_pinned_so_that_old_results_stay_reproducible():
    assert streams.hash_purpose("eta:lenalidomide.cl") == 0x834989CDC55F145E
    assert streams.uniform(1, [17], "eta:lenalidomide.cl", 2).tolist() == [[0.1667748751675665, 0.13269624996189455]]


@settings(max_examples=30)
@given(st.lists(st.integers(0, 2**63 - 1), min_size=1, max_size=60), st.randoms(use_true_random=False))
def test_order_and_chunks_change_nothing(patients, random):
    whole = dict(zip(patients, streams.normal(3, patients, "a", 5).tolist(), strict=True))
    shuffled = random.sample(patients, len(patients))
    cut = random.randint(0, len(patients))
    parts = np.concatenate([streams.normal(3, shuffled[:cut], "a", 5), streams.normal(3, shuffled[cut:], "a", 5)])
    assert [whole[patient] for patient in shuffled] == parts.tolist()


@pytest.mark.parametrize("draw", [streams.uniform, streams.normal, streams.exponential])
def test_a_patient_has_the_same_bits_in_a_cohort_of_any_size(draw):
    whole = draw(1, np.arange(20_000), "a", 3)
    for size in (1, 2, 7, 17, 1000):
        assert (draw(1, np.arange(size), "a", 3) == whole[:size]).all()
    scattered = np.arange(0, 20_000, 3)
    assert (draw(1, scattered, "a", 3) == whole[scattered]).all()


@given(st.integers(0, 20), st.integers(0, 20), st.integers(0, 9))
def test_asking_for_more_or_later_draws_changes_none(start, n, more):
    whole = streams.uniform(2, [4, 9], "a", start + n + more)
    assert (streams.uniform(2, [4, 9], "a", n, start=start) == whole[:, start : start + n]).all()


def test_seed_purpose_patient_and_index_each_give_other_numbers():
    draws = np.stack([streams.uniform(seed, range(50), purpose, 9) for seed in (0, 1) for purpose in ("a", "b")])
    assert len(np.unique(draws)) == draws.size


def test_uniform_never_reaches_zero_or_one():
    ends = streams.to_unit_interval(np.array([0, 2**64 - 1], np.uint64))
    assert ends.tolist() == [2.0**-53, 1 - 2.0**-53]


def test_draws_have_the_declared_distributions():
    from scipy import stats

    ids = np.arange(20_000)
    for draw, law in [(streams.uniform, "uniform"), (streams.normal, "norm"), (streams.exponential, "expon")]:
        values = draw(7, ids, "shape", 2)
        # seeded, so this cannot fail now and then; 1e-3 is no worse than chance for six looks
        assert all(stats.kstest(column, law).pvalue > 1e-3 for column in values.T)
        assert abs(np.corrcoef(values.T)[0, 1]) < 4 / np.sqrt(len(ids))


def test_p_values_over_purposes_and_seeds_are_themselves_uniform():
    from scipy import stats

    looks = [
        stats.kstest(streams.uniform(s, np.arange(2000), f"{w}", 1)[:, 0], "uniform")
        for s in range(10)
        for w in "abcdefghij"
    ]
    assert stats.kstest([look.pvalue for look in looks], "uniform").pvalue > 1e-3


@pytest.mark.parametrize("seed", [-1, 2**64, 1.5, "one"])
def test_an_impossible_seed_is_refused(seed):
    with pytest.raises(InputError, match="seed is"):
        streams.uniform(seed, [1], "a", 1)


@pytest.mark.parametrize("patients", [[-1], [0.5], [[1, 2]]])
def test_impossible_patient_numbers_are_refused(patients):
    with pytest.raises(InputError, match="patient number"):
        streams.uniform(1, patients, "a", 1)


def test_no_patients_give_no_draws():
    assert streams.normal(1, [], "a", 3).shape == (0, 3)
