"""Supportive treatments: courses of doses that begin at a visit, whatever is decided about the drugs of the plan."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from titer.clinic.chart import NO_DRUG, Chart
from titer.clinic.doses import Doses, Reason, no_doses
from titer.clinic.rulebook import RuleBook
from titer.clinic.sheet import Decisions, first_deciding
from titer.clinic.steps import Visit
from titer.clinic.therapy import NEVER, Action, Therapy
from titer.dosing.regimen import MINUTES_PER_DAY

Flags = NDArray[np.bool_]


@dataclass
class Support:
    """The courses of every support rule; one at a time of each rule and patient.

    Args:
        book: the rules.
        n_patients: how many.
        components: place of each rule's treatment among the components of the run.
        drugs: code of each rule's treatment in the ledger.
    """

    book: RuleBook
    n_patients: int
    components: tuple[int, ...]
    drugs: tuple[int, ...]
    begun: NDArray[np.int32] = field(init=False)
    ends: NDArray = field(init=False)
    given: dict[str, NDArray] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        shape = self.n_patients, len(self.book.supports)
        self.begun, self.ends = np.full(shape, NEVER, np.int32), np.full(shape, -np.inf)
        self.given = {one.rule.give.drug: np.full(self.n_patients, np.nan) for one in self.book.supports}

    def decide(self, chart: Chart, therapy: Therapy, visit: Visit, treated: Flags) -> list[Decisions]:
        """Begin courses for those who need one and have none."""
        made = [self._decide(i, chart, therapy, visit, treated) for i in range(len(self.book.supports))]
        return [decisions for decisions in made if len(decisions)]

    def _decide(self, i: int, chart: Chart, therapy: Therapy, visit: Visit, treated: Flags) -> Decisions:
        placed = self.book.supports[i]
        rule, needs = placed.rule, chart.truth(placed.rule.when)
        begins = treated & visit.seen & needs.so & (visit.day >= self.ends[:, i])
        if rule.only_held:
            begins &= therapy.held[:, list(placed.columns)].any(axis=1)
        length = rule.give.end_day
        self.begun[begins, i], self.ends[begins, i] = visit.day, np.inf if length is None else visit.day + length
        self.given[rule.give.drug][begins] = visit.day
        rows = np.flatnonzero(begins)
        codes = {name: code for code, name in enumerate(self.book.signals)}
        signal, value = first_deciding(chart, rule.when, NO_DRUG, True, codes)
        nothing, no_level = np.zeros(len(rows)), np.zeros(len(rows), np.int8)
        return Decisions(
            rows,
            np.full(len(rows), self.drugs[i], np.int8),
            np.full(len(rows), Action.GIVE, np.int8),
            np.full(len(rows), placed.place, np.int16),
            signal[rows],
            value[rows],
            no_level,
            no_level,
            nothing,
            np.full(len(rows), rule.give.amount),
        )

    def end(self, rows: Flags, day: int) -> None:
        """Treatment is over for these: what would go on without end stops; a course that is counted is finished."""
        endless = rows[:, None] & np.isinf(self.ends) & (self.begun != NEVER)
        self.ends[endless] = day

    def doses(self, day: int, until_day: int, observed: Flags) -> Doses:
        """What is given from `day` on, up to but not including `until_day`, to those who are still there."""
        parts = [self._doses(i, day, until_day, observed) for i in range(len(self.book.supports))]
        return Doses.join([part for part in parts if len(part.row)]) if parts else no_doses()

    def _doses(self, i: int, day: int, until_day: int, observed: Flags) -> Doses:
        give = self.book.supports[i].rule.give
        running = observed & (self.begun[:, i] != NEVER) & (self.ends[:, i] > day)
        parts = []
        for first in np.unique(self.begun[running, i]).tolist():
            minutes = give.dose_minutes(day - first, until_day - first) + first * MINUTES_PER_DAY
            rows = np.flatnonzero(running & (self.begun[:, i] == first))
            parts.append(self._of_rows(i, rows, minutes))
        return Doses.join(parts)

    def _of_rows(self, i: int, rows: NDArray[np.int64], minutes: NDArray[np.int64]) -> Doses:
        give, n = self.book.supports[i].rule.give, len(rows) * len(minutes)
        amount = np.full(n, give.amount)
        return Doses(
            np.repeat(rows, len(minutes)),
            np.full(n, self.components[i], np.int32),
            np.full(n, self.drugs[i], np.int8),
            np.tile(minutes, len(rows)),
            amount,
            amount.copy(),
            np.full(n, give.infusion_minutes, np.int32),
            np.full(n, Reason.SUPPORT, np.int8),
        )
