"""The Jacobian of an assembled system: which entries it has, and the tree of each."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from titer.engine.differentiate import differentiate, guard
from titer.model.expression import Expression, evaluate
from titer.model.system import TIME, System


@dataclass(frozen=True)
class Jacobian:
    """Derivatives of the rates, without the zeros.

    Args:
        n: number of states.
        entries: (rate, state) → tree of d rate / d state, per day; missing entries are zero for every patient.
        time_slopes: rate → tree of d rate / d t; missing ones are zero.
    """

    n: int
    entries: dict[tuple[int, int], Expression]
    time_slopes: dict[int, Expression]

    @property
    def pattern(self) -> frozenset[tuple[int, int]]:
        return frozenset(self.entries)


def jacobian_of(system: System) -> Jacobian:
    """Differentiate the rates of a system by its states and by time.

    Args:
        system: an assembled system; only its states and rates are read.

    Returns:
        The entries that are not zero by structure. Each is finite wherever its rate is (see `differentiate`).

    Accuracy: exact (tests/test_stiff_jacobian.py, against SymPy and against differences).
    Source: definition (chain rule).
    """
    names = [*system.states, TIME]
    columns = {name: column for column, name in enumerate(system.states)}
    entries: dict[tuple[int, int], Expression] = {}
    time_slopes: dict[int, Expression] = {}
    for row, tangent in enumerate(differentiate(system.rates, names)):
        for name, slope in tangent.items():
            safe = guard(slope, names)
            if name in columns:
                entries[row, columns[name]] = safe
            else:
                time_slopes[row] = safe
    return Jacobian(len(system.states), entries, time_slopes)


def evaluate_jacobian(
    jacobian: Jacobian, system: System, t: float, states: np.ndarray, parameters: np.ndarray
) -> np.ndarray:
    """The full matrix of one patient, by NumPy from the trees: the plain definition that kernels must meet.

    Shapes: states (n_states,), parameters (n_parameters,) → (n_states, n_states).
    """
    values = dict(zip(system.states, states, strict=True)) | dict(zip(system.parameters, parameters, strict=True))
    matrix = np.zeros((jacobian.n, jacobian.n))
    with np.errstate(all="ignore"):
        found = evaluate(tuple(jacobian.entries.values()), values | {TIME: t})
    for place, value in zip(jacobian.entries, found, strict=True):
        matrix[place] = value
    return matrix
