"""Risk scores: points for facts, summed. What is not known leaves a range, and the range decides as far as it can."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from titer.clinic.safety.conditions import COMPARE, AbstractCondition, Case, Condition, Number, Seen, Truth
from titer.source import Source


@dataclass(frozen=True)
class Item:
    """Points that a patient gets where a condition is true."""

    points: int
    when: Condition
    words: str


@dataclass(frozen=True, eq=False)
class Score:
    """A sum of points.

    Args:
        name: as the field calls it.
        items: each counts on its own.
        source: where the points stand.
        note: what is open about them.

    Example:
        >>> from titer.clinic.safety.conditions import number
        >>> from titer.patients.columns import PatientColumns
        >>> from titer.patients.record import read_record
        >>> score = Score("age", (Item(1, number("age_year") >= 80, "80 years or more"),), Source("invented"))
        >>> columns = PatientColumns.from_records([read_record({"age_year": 81}), read_record({})])
        >>> [bound.tolist() for bound in score.bounds(Case(columns))]
        [[1, 0], [1, 1]]
    """

    name: str
    items: tuple[Item, ...]
    source: Source
    note: str = ""

    def bounds(self, case: Case) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Lowest and highest score that the known facts allow, equal where all are known. Shape (n_patients,) each."""
        low = np.zeros(len(case.columns), np.int64)
        high = low.copy()
        for item in self.items:
            truth = case.truth(item.when)
            sure, possible = item.points * truth.yes, item.points * ~truth.no
            low += np.minimum(sure, possible)
            high += np.maximum(sure, possible)
        return low, high

    @property
    def value(self) -> Number:
        """The score as a number to be compared: `SAVED.value >= 2`."""
        return Number(lambda op, limit: _ScoreCompare(self, op, limit))


@dataclass(frozen=True, eq=False)
class _ScoreCompare(AbstractCondition):
    score: Score
    op: str
    limit: float

    def evaluate(self, case: Case) -> Truth:
        low, high = self.score.bounds(case)
        compare = COMPARE[self.op]
        at_low, at_high = compare(low, self.limit), compare(high, self.limit)
        return Truth(at_low & at_high, ~at_low & ~at_high)  # one-sided comparisons agree in between

    def asks(self, case: Case) -> tuple[str, ...]:
        if not case.truth(self).unknown[0]:
            return ()
        return tuple(dict.fromkeys(name for item in self.score.items for name in item.when.asks(case)))

    def seen(self, case: Case) -> Seen:
        low, high = (int(bound[0]) for bound in self.score.bounds(case))
        points = {item.words: item.points for item in self.score.items if case.truth(item.when).yes[0]}
        total = f"{low}" if low == high else f"{low} to {high}"
        why = ", ".join(f"{words} {value:+d}" for words, value in points.items()) or "no item"
        return {f"{self.score.name} score": f"{total} ({why})"}

    def __str__(self) -> str:
        return f"{self.score.name} score {self.op} {self.limit:g}"
