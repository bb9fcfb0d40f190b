"""Sparse elimination decided ahead of time: which unknown goes first, where fill-in appears, what is computed when.

The matrix W = I / (gamma h) - J has the same pattern for every patient and step, so the elimination is planned once and
written out as straight-line arithmetic (`generate` of the stiff method), without an index or a branch at run time.
Pivots stay on the diagonal: 1 / (gamma h) dominates it as steps shrink, so a poor pivot is answered by a shorter step.
"""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import dataclass
from functools import cached_property

import numpy as np

Entry = tuple[int, int]


@dataclass(frozen=True)
class Elimination:
    """A planned LU factorisation without pivoting search.

    Args:
        order: order[k] is the unknown that is eliminated in step k.
        entries: (row, column) of every entry of L and U in original numbers, row after row in the order of elimination.
        updates: for each entry, the pairs (place of l, place of u) whose products are subtracted from it.
        pivots: place of each unknown's diagonal entry, by original number.
    """

    order: tuple[int, ...]
    entries: tuple[Entry, ...]
    updates: tuple[tuple[tuple[int, int], ...], ...]
    pivots: tuple[int, ...]

    @cached_property
    def rank(self) -> dict[int, int]:
        """Unknown → the step in which it is eliminated."""
        return {unknown: k for k, unknown in enumerate(self.order)}

    @property
    def n_operations(self) -> int:
        """Multiplications and divisions of one factorisation."""
        rank = self.rank
        below = sum(rank[row] >= rank[column] for row, column in self.entries)
        return below + sum(len(pairs) for pairs in self.updates)

    def below(self, row: int) -> list[tuple[int, int]]:
        """(place, column) of L in a row, in the order of elimination."""
        rank = self.rank
        found = [(place, c) for place, (r, c) in enumerate(self.entries) if r == row and rank[c] < rank[row]]
        return sorted(found, key=lambda item: rank[item[1]])

    def above(self, row: int) -> list[tuple[int, int]]:
        """(place, column) of U right of the diagonal in a row, in the order of elimination."""
        rank = self.rank
        found = [(place, c) for place, (r, c) in enumerate(self.entries) if r == row and rank[c] > rank[row]]
        return sorted(found, key=lambda item: rank[item[1]])


def plan_elimination(n: int, pattern: Set[Entry]) -> Elimination:
    """Plan the factorisation of an n x n matrix with a full diagonal.

    Args:
        n: number of unknowns.
        pattern: (row, column) of entries that may differ from zero; the diagonal is added.

    Returns:
        The plan. The same pattern gives the same plan.

    Source: Markowitz H., The elimination form of the inverse, Management Science 3:255 (1957), on the diagonal only.

    Example:
        >>> arrow = {(0, j) for j in range(4)} | {(i, 0) for i in range(4)}
        >>> plan_elimination(4, arrow).order  # the hub goes late, so nothing fills in
        (1, 2, 0, 3)
    """
    order, filled = _markowitz(n, pattern)
    rank = {unknown: k for k, unknown in enumerate(order)}
    entries = tuple(sorted(filled, key=lambda entry: (rank[entry[0]], rank[entry[1]])))
    place = {entry: k for k, entry in enumerate(entries)}
    updates = tuple(_updates(entry, order, rank, place) for entry in entries)
    return Elimination(tuple(order), entries, updates, tuple(place[i, i] for i in range(n)))


def _markowitz(n: int, pattern: Set[Entry]) -> tuple[list[int], set[Entry]]:
    """Order of the pivots, and the pattern with its fill-in."""
    columns = [{j for r, j in pattern if r == i} - {i} for i in range(n)]
    rows = [{i for i, c in pattern if c == j} - {j} for j in range(n)]
    filled = set(pattern) | {(i, i) for i in range(n)}
    left, order = set(range(n)), []
    while left:
        pivot = min(left, key=lambda k: (len(rows[k]) * len(columns[k]), k))
        left.remove(pivot)
        order.append(pivot)
        for i in rows[pivot]:
            columns[i] = (columns[i] | columns[pivot]) - {pivot, i}
            filled |= {(i, j) for j in columns[pivot]}
        for j in columns[pivot]:
            rows[j] = (rows[j] | rows[pivot]) - {pivot, j}
    return order, filled


def _updates(entry: Entry, order: Sequence[int], rank: dict[int, int], place: dict[Entry, int]):
    row, column = entry
    earlier = order[: min(rank[row], rank[column])]
    return tuple((place[row, k], place[k, column]) for k in earlier if (row, k) in place and (k, column) in place)


def factorise(plan: Elimination, matrix: np.ndarray) -> np.ndarray:
    """Carry out the plan in NumPy, entry by entry: the definition of what the generated code does.

    Args:
        plan: from `plan_elimination`.
        matrix: values, shape (n, n).

    Returns:
        The factors in the places of the plan; the diagonal holds the reciprocals of the pivots. Shape (n_entries,).

    Example:
        >>> factorise(plan_elimination(1, set()), np.array([[4.0]]))
        array([0.25])
    """
    rank = plan.rank
    factors = np.zeros(len(plan.entries))
    for place, (row, column) in enumerate(plan.entries):
        value = matrix[row, column] - sum(factors[lower] * factors[upper] for lower, upper in plan.updates[place])
        if row == column:
            value = 1.0 / value
        elif rank[column] < rank[row]:
            value *= factors[plan.pivots[column]]
        factors[place] = value
    return factors


def solve(plan: Elimination, factors: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Solve with the factors. Shape (n,) → (n,).

    Example:
        >>> plan = plan_elimination(2, {(0, 1)})
        >>> solve(plan, factorise(plan, np.array([[2.0, 1.0], [0.0, 4.0]])), np.array([4.0, 8.0]))
        array([1., 2.])
    """
    x = np.array(right, float)
    for row in plan.order:
        x[row] -= sum(factors[place] * x[column] for place, column in plan.below(row))
    for row in reversed(plan.order):
        x[row] = (x[row] - sum(factors[place] * x[column] for place, column in plan.above(row))) * factors[
            plan.pivots[row]
        ]
    return x
