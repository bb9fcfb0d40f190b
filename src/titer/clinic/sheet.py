"""Decisions of one visit as they are made, and as rows for the ledger."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from titer.clinic.chart import Chart
from titer.clinic.conditions import Compare, Condition, leaves
from titer.clinic.therapy import Action, Therapy

NO_RULE = -1
NO_SIGNAL = -1


@dataclass(frozen=True)
class Decisions:
    """Decisions of one visit, one row each. Every array has shape (n_decisions,).

    Args:
        row: place of the patient in the cohort.
        drug: place among the drugs of the ledger.
        action: `Action` codes.
        rule: place in the protocol; -1 where none had a part.
        signal: place among the ledger's signals, of the first value of that rule that decided; -1 where none.
        value: that value as it was seen; days since an event.
        level_before, level_after: how often a rule lowered the drug, less how often one raised it.
        dose_before, dose_after: level per day of treatment; a drug that is held keeps its level.
    """

    row: NDArray[np.int64]
    drug: NDArray[np.int8]
    action: NDArray[np.int8]
    rule: NDArray[np.int16]
    signal: NDArray[np.int8]
    value: NDArray
    level_before: NDArray[np.int8]
    level_after: NDArray[np.int8]
    dose_before: NDArray
    dose_after: NDArray

    def __len__(self) -> int:
        return len(self.row)


class Sheet:
    """What is decided about each drug of each patient; nothing until it is written.

    Args:
        therapy: where the patients stand before.
        signals: names that have codes in the ledger.
    """

    def __init__(self, therapy: Therapy, signals: tuple[str, ...]) -> None:
        shape = therapy.dose.shape
        self._codes = {name: code for code, name in enumerate(signals)}
        self.level_before, self.dose_before = therapy.level.copy(), therapy.dose.copy()
        self.about = np.zeros(shape, bool)
        self.action = np.full(shape, Action.NONE, np.int8)
        self.rule = np.full(shape, NO_RULE, np.int16)
        self.signal = np.full(shape, NO_SIGNAL, np.int8)
        self.value = np.full(shape, np.nan)

    def write(self, rows: NDArray[np.bool_], column: int, action: Action) -> None:
        self.about[rows, column], self.action[rows, column] = True, action

    def give_reason(
        self, rows: NDArray[np.bool_], column: int, chart: Chart, place: int, condition: Condition, asked: int, so: bool
    ) -> None:
        """Name the rule for those of the rows that have none yet, with the value that decided.

        Args:
            rows: whose decision it is. Shape (n_patients,).
            column: of the drug that is decided about.
            chart: of the visit.
            place: of the rule.
            condition: of the rule that decided.
            asked: place of the drug that the condition was asked about.
            so: whether it decided by being so, or by not being so.
        """
        own = rows & (self.rule[:, column] == NO_RULE)
        if not own.any():
            return
        signal, value = first_deciding(chart, condition, asked, so, self._codes)
        self.rule[own, column] = place
        self.signal[own, column], self.value[own, column] = signal[own], value[own]

    def decisions(self, therapy: Therapy) -> Decisions:
        """The rows, by patient and then by drug. therapy: where the patients stand now."""
        row, column = np.nonzero(self.about)
        action = self.action[row, column]
        dose = np.where(action == Action.STOP, 0.0, therapy.dose[row, column])
        return Decisions(
            row,
            column.astype(np.int8),
            action,
            self.rule[row, column],
            self.signal[row, column],
            self.value[row, column],
            self.level_before[row, column],
            therapy.level[row, column],
            self.dose_before[row, column],
            dose,
        )


def first_deciding(
    chart: Chart, condition: Condition, column: int, so: bool, codes: dict[str, int]
) -> tuple[NDArray[np.int8], NDArray]:
    """Of each patient, the first comparison or event of a condition that is so (or not so), and what it saw.

    Where none is, the first of all. Shape (n_patients,) each.
    """
    parts = list(leaves(condition))
    signal, value = np.empty(0, np.int8), np.empty(0)
    for part in reversed(parts):
        name = part.signal if isinstance(part, Compare) else part.event
        own = np.asarray(chart.value(part, column), float)
        if not len(signal):
            signal, value = np.full(own.shape, codes[name], np.int8), own.copy()
        hit = chart.truth(part, column).so == so
        signal[hit], value[hit] = codes[name], own[hit]
    first_name = parts[0].signal if isinstance(parts[0], Compare) else parts[0].event
    none = ~np.logical_or.reduce([chart.truth(part, column).so == so for part in parts])
    signal[none], value[none] = codes[first_name], np.asarray(chart.value(parts[0], column), float)[none]
    return signal, value
