"""Random numbers that belong to a patient: Philox4x64-10, counted by (patient, purpose, index).

A draw is a function of (seed, patient, purpose, index) and of nothing else, so cohort size, order, chunks and threads
change no bit of it, and a new purpose never shifts an old one. Counter = (patient, hash of purpose, block, 0),
key = (seed, 0); one block holds four draws. Nothing else in the package draws numbers.

Source: Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3", doi 10.1145/2063384.2063405.
"""

from __future__ import annotations

import hashlib
from functools import lru_cache
from operator import index

import numpy as np
from numpy.typing import ArrayLike, NDArray

from titer.errors import InputError

ROUNDS = 10
MULTIPLIERS = (np.uint64(0xD2E7470EE14C6C93), np.uint64(0xCA5A826395121157))
WEYL = (0x9E3779B97F4A7C15, 0xBB67AE8584CAA73B)
WORD = 2**64
PER_BLOCK = 4
AT_ONCE = 8192  # blocks in work together: the dozen arrays of one round then stay in the processor's cache

Words = NDArray[np.uint64]
Floats = NDArray[np.float64]


def uniform(seed: int, patients: ArrayLike, purpose: str, n: int, *, start: int = 0) -> Floats:
    """Uniform draws, never exactly 0 or 1.

    Args:
        seed: whole number from 0 to 2^64 - 1.
        patients: patient numbers, 0 or more. Shape (n_patients,).
        purpose: what the draws are for, any text; draws of two purposes are independent.
        n: how many draws per patient.
        start: index of the first draw. Draw j is the same number whatever `n` and `start`.

    Returns:
        Multiples of 2^-53, from 2^-53 to 1 - 2^-53. Shape (n_patients, n).

    Raises:
        InputError: a seed or patient number outside its range.

    Source: Salmon et al. 2011; 52 of the 64 bits are used, so that the largest value still lies below 1.

    Example:
        >>> alone = uniform(1, [17], "assay:anc", 3)
        >>> bool((alone == uniform(1, range(100), "assay:anc", 8)[17, :3]).all())
        True
    """
    ids, n, start = _patient_numbers(patients), _count(n, "n"), _count(start, "start")
    first, last = start // PER_BLOCK, -(-(start + n) // PER_BLOCK)
    words = _draw_blocks(_seed(seed), ids, hash_purpose(purpose), first, last - first)
    words = words.reshape(len(ids), words.shape[1] * PER_BLOCK)[:, start - first * PER_BLOCK :][:, :n]
    return to_unit_interval(words)


def normal(seed: int, patients: ArrayLike, purpose: str, n: int, *, start: int = 0) -> Floats:
    """Standard normal draws, by the inverse of the normal distribution, so one draw takes one number.

    Arguments, shape and errors as in `uniform`. Values lie between -8.3 and 8.3.

    Example:
        >>> normal(1, [0, 1], "eta:lenalidomide.cl", 1).shape
        (2, 1)
    """
    from scipy.special import ndtri

    return ndtri(uniform(seed, patients, purpose, n, start=start))


def exponential(seed: int, patients: ArrayLike, purpose: str, n: int, *, start: int = 0) -> Floats:
    """Exponential draws with mean 1: thresholds for a cumulative hazard.

    Arguments, shape and errors as in `uniform`.

    Example:
        >>> bool((exponential(1, [0, 1], "event:vte", 2) > 0).all())
        True
    """
    return -np.log(uniform(seed, patients, purpose, n, start=start))


@lru_cache(maxsize=4096)
def hash_purpose(purpose: str) -> int:
    """64-bit number of a purpose: the first 8 bytes of BLAKE2b, least significant first.

    Example:
        >>> hash_purpose("event:vte") == hash_purpose("event:vte ")
        False
    """
    return int.from_bytes(hashlib.blake2b(purpose.encode(), digest_size=8).digest(), "little")


def to_unit_interval(words: Words) -> Floats:
    """Random words to numbers strictly between 0 and 1.

    The top 52 bits plus a half, over 2^52. With 53 bits the largest would round to 1.
    """
    return ((words >> np.uint64(12)).astype(np.float64) + 0.5) * 2.0**-52


def philox(counter: tuple[Words, Words, Words, Words], key: tuple[int, int]) -> tuple[Words, Words, Words, Words]:
    """One block per element: the definition, in plain NumPy.

    Args:
        counter: four arrays of 64-bit words of one shape.
        key: two words.

    Returns:
        Four arrays of 64-bit words.

    Accuracy: bit for bit equal to numpy.random.Philox and to Random123's known answers (tests/test_streams.py).
    Source: Salmon et al. 2011, section 3.3; constants as in Random123.
    """
    c0, c1, c2, c3 = counter
    for turn in range(ROUNDS):
        k0, k1 = (np.uint64((k + turn * weyl) % WORD) for k, weyl in zip(key, WEYL, strict=True))
        high0, low0 = _multiply(MULTIPLIERS[0], c0)
        high1, low1 = _multiply(MULTIPLIERS[1], c2)
        c0, c1, c2, c3 = high1 ^ c1 ^ k0, low1, high0 ^ c3 ^ k1, low0
    return c0, c1, c2, c3


def _multiply(factor: np.uint64, words: Words) -> tuple[Words, Words]:
    """High and low word of the 128-bit product, from four products of half-words."""
    half, mask = np.uint64(32), np.uint64(0xFFFFFFFF)
    factor_low, factor_high = factor & mask, factor >> half
    low, high = words & mask, words >> half
    cross = factor_high * low + ((factor_low * low) >> half)  # cannot overflow: (2^32-1)^2 + 2^32-1 < 2^64
    other = factor_low * high + (cross & mask)
    return factor_high * high + (cross >> half) + (other >> half), factor * words


def _draw_blocks(seed: int, ids: Words, purpose: int, first: int, n_blocks: int) -> Words:
    """Blocks `first` to `first + n_blocks` of each patient. Shape (n_patients, n_blocks, 4)."""
    total = len(ids) * n_blocks
    out = np.empty((total, PER_BLOCK), np.uint64)
    for begin in range(0, total, AT_ONCE):  # over patients and blocks alike, so that either may be the longer
        place = np.arange(begin, min(begin + AT_ONCE, total))
        some, block = ids[place // n_blocks], (place % n_blocks + first).astype(np.uint64)
        words = philox((some, np.full_like(some, purpose), block, np.zeros_like(some)), (seed, 0))
        out[begin : begin + AT_ONCE] = np.stack(words, axis=-1)
    return out.reshape(len(ids), n_blocks, PER_BLOCK)


def _seed(seed: int) -> int:
    try:
        value = index(seed)
    except TypeError:
        raise InputError(f"seed is {seed!r}", right="a whole number from 0 to 2^64 - 1") from None
    if not 0 <= value < WORD:
        raise InputError(f"seed is {seed}", right="a whole number from 0 to 2^64 - 1")
    return value


def _count(value: int, name: str) -> int:
    try:
        number = index(value)
    except TypeError:
        raise InputError(f"{name} is {value!r}", right="a whole number, 0 or more") from None
    if number < 0:
        raise InputError(f"{name} is {number}", right="a whole number, 0 or more")
    return number


def _patient_numbers(patients: ArrayLike) -> Words:
    ids = np.asarray(patients)
    if ids.size == 0:
        return np.empty(0, np.uint64)
    if ids.ndim != 1 or ids.dtype.kind not in "iu":
        raise InputError(
            f"patient numbers have type {ids.dtype} and {ids.ndim} axes", right="one axis of whole numbers, 0 or more"
        )
    if ids.min() < 0:
        raise InputError(f"patient number {ids.min()} is negative", right="whole numbers, 0 or more")
    return np.ascontiguousarray(ids, np.uint64)
