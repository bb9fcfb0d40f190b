"""Who gets which arm: permuted blocks within strata, or every patient for himself.

Every draw belongs to the patient who opens a block (or, without blocks, to the patient), so the list of a trial depends
on the order of entry and on nothing else: not on chunks, nor on workers.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from titer.errors import InputError
from titer.patients.streams import uniform


def permuted_blocks(
    seed: int, patients: ArrayLike, strata: ArrayLike, ratio: Sequence[int], blocks: Sequence[int]
) -> NDArray[np.int64]:
    """Arms in permuted blocks, within each stratum by itself.

    Args:
        seed: of the study.
        patients: numbers of the patients in the order in which they enter. Shape (n_patients,).
        strata: code of each patient's stratum. Shape (n_patients,).
        ratio: patients of each arm in one round; the arms are numbered in this order.
        blocks: sizes of blocks, each a multiple of the sum of the ratio; one of them is drawn for each block.

    Returns:
        Number of each patient's arm. Shape (n_patients,).

    Raises:
        InputError: a block that cannot hold the ratio.

    Accuracy: in every whole block the ratio is exact; every order of a block is equally likely
        (tests/test_randomisation.py).
    Source: Zelen 1974, J Chronic Dis 27:365, for blocks within strata.

    Example:
        >>> arms = permuted_blocks(1, range(8), [0] * 8, (1, 1), (4,))
        >>> [int(arms[:4].sum()), int(arms[4:].sum())]
        [2, 2]
    """
    numbers, codes = np.asarray(patients, np.int64), np.asarray(strata, np.int64)
    _check(ratio, blocks)
    sizes = _block_sizes(seed, numbers, blocks)
    arms = np.empty(len(numbers), np.int64)
    for stratum in np.unique(codes):
        own = np.flatnonzero(codes == stratum)
        arms[own] = _one_stratum(seed, numbers[own], sizes[own], ratio)
    return arms


def simple_randomisation(seed: int, patients: ArrayLike, ratio: Sequence[int]) -> NDArray[np.int64]:
    """Arms drawn for every patient by himself, with the probabilities of the ratio.

    Example:
        >>> simple_randomisation(1, range(6), (0, 1)).tolist()
        [1, 1, 1, 1, 1, 1]
    """
    edges = np.cumsum(np.asarray(ratio, float)) / np.sum(ratio)
    draws = uniform(seed, np.asarray(patients, np.int64), "randomisation:simple", 1)[:, 0]
    return np.searchsorted(edges[:-1], draws, side="right").astype(np.int64)


def _check(ratio: Sequence[int], blocks: Sequence[int]) -> None:
    in_round = sum(ratio)
    if in_round < 1 or min(ratio) < 0 or not blocks or any(size < 1 or size % in_round for size in blocks):
        raise InputError(
            f"blocks of {list(blocks)} for the ratio {list(ratio)}", right=f"multiples of {max(in_round, 1)}"
        )


def _block_sizes(seed: int, numbers: NDArray[np.int64], blocks: Sequence[int]) -> NDArray[np.int64]:
    """The size of the block that each patient would open. Shape (n_patients,)."""
    if len(blocks) == 1:
        return np.full(len(numbers), blocks[0])
    draw = uniform(seed, numbers, "randomisation:block", 1)[:, 0]
    return np.asarray(blocks)[(draw * len(blocks)).astype(np.int64)]


def _one_stratum(
    seed: int, numbers: NDArray[np.int64], sizes: NDArray[np.int64], ratio: Sequence[int]
) -> NDArray[np.int64]:
    openers, begin = [], 0
    while begin < len(numbers):
        openers.append(begin)
        begin += int(sizes[begin])
    arms = np.empty(len(numbers), np.int64)
    for size in np.unique(sizes[openers]):
        opens = np.array([place for place in openers if sizes[place] == size])
        lists = _shuffled(seed, numbers[opens], int(size), ratio)
        places = opens[:, None] + np.arange(size)
        inside = places < len(numbers)
        arms[places[inside]] = lists[inside]
    return arms


def _shuffled(seed: int, openers: NDArray[np.int64], size: int, ratio: Sequence[int]) -> NDArray[np.int64]:
    """One block for each opener, all orders equally likely. Shape (n_openers, size)."""
    slots = np.repeat(np.arange(len(ratio)), np.asarray(ratio) * (size // sum(ratio)))
    keys = uniform(seed, openers, "randomisation:order", size)
    return slots[np.argsort(keys, axis=1, kind="stable")]
