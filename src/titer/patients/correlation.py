"""Correlated standard normals, made so that no draw depends on how many patients are drawn."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from titer.errors import ModelError, nearest

Pairs = Iterable[tuple[str, str, float]]


def factor_of(names: Sequence[str], pairs: Pairs, where: str) -> tuple[tuple[str, ...], NDArray[np.float64]]:
    """Names that a correlation touches, in the order of `names`, and the lower triangle that makes them correlate.

    Args:
        names: everything that varies, in the declared order.
        pairs: (name, other name, correlation).
        where: for messages.

    Raises:
        ModelError: an unknown name, a name with itself, a pair named twice, a correlation outside -1 to 1, or
            correlations that no distribution can have together.

    Example:
        >>> factor_of(["cl", "ka", "vc"], [("cl", "vc", 0.6)], "a doctest")[1].round(2).tolist()
        [[1.0, 0.0], [0.6, 0.8]]
    """
    pairs = tuple(pairs)
    for pair in pairs:
        _check_pair(pair, names, where)
    if len({frozenset(pair[:2]) for pair in pairs}) < len(pairs):
        raise ModelError("a correlation is declared twice", where=where, right="each pair once")
    group = tuple(name for name in names if any(name in pair[:2] for pair in pairs))
    matrix = np.eye(len(group))
    for left, right, value in pairs:
        i, j = group.index(left), group.index(right)
        matrix[i, j] = matrix[j, i] = value
    try:
        return group, np.asarray(np.linalg.cholesky(matrix), np.float64)
    except np.linalg.LinAlgError:
        raise ModelError(
            f"the correlations of {', '.join(group)} cannot hold together",
            where=where,
            right="a positive definite matrix: if a follows b and b follows c, a follows c",
        ) from None


def correlate(
    draws: Mapping[str, NDArray[np.float64]], names: Sequence[str], pairs: Pairs, where: str
) -> dict[str, NDArray[np.float64]]:
    """Draws with the wished correlations; each stays standard normal, and those without correlation stay as they are.

    Written as sums over columns and not as a matrix product, whose rounding changes with the number of patients.

    Args:
        draws: name → independent standard normals. Shape (n_patients,) each.
        names, pairs, where: as in `factor_of`.
    """
    group, factor = factor_of(names, pairs, where)
    mixed = dict(draws)
    for i, name in enumerate(group):
        total = np.zeros_like(draws[name])
        for j in range(i + 1):
            total += factor[i, j] * draws[group[j]]
        mixed[name] = total
    return mixed


def _check_pair(pair: tuple[str, str, float], names: Sequence[str], where: str) -> None:
    left, right, value = pair
    for name in (left, right):
        if name not in names:
            raise ModelError(
                f"a correlation names '{name}', which does not vary", where=where, hint=nearest(name, names or [""])
            )
    if left == right:
        raise ModelError(f"'{left}' is correlated with itself", where=where, right="two different names")
    if not -1 < value < 1:
        raise ModelError(f"the correlation of {left} and {right} is {value}", where=where, right="between -1 and 1")
