"""The visit that decisions are made at, and the few changes that decisions make."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from titer.clinic.rulebook import RuleBook
from titer.clinic.sheet import Sheet
from titer.clinic.therapy import NEVER, Action, Therapy

Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Visit:
    """Who is seen on a day, and where the plans stand.

    Args:
        day: of the calendar.
        seen: who is there. Shape (n_patients,).
        ongoing: which drugs the patient's plan still holds, of those on treatment. Shape (n_patients, n_drugs).
        plan_day: day of each patient's plan. Shape (n_patients,).
        begins: whose plan has a first day of a cycle within the coming week. Shape (n_patients,).
        cycle: number of the cycle that begins or runs, counted from 1. Shape (n_patients,).
        planned: level that the plan gives in the coming week. Shape (n_patients, n_drugs).
    """

    day: int
    seen: Flags
    ongoing: Flags
    plan_day: NDArray[np.int64]
    begins: Flags
    cycle: NDArray[np.int64]
    planned: NDArray

    def looked_at(self, therapy: Therapy, column: int) -> Flags:
        """Who is there and still on the drug, held or not."""
        return self.seen & self.ongoing[:, column] & ~therapy.stopped[:, column]


def stop_drug(therapy: Therapy, rows: Flags, column: int, sheet: Sheet) -> None:
    """For good."""
    sheet.write(rows, column, Action.STOP)
    therapy.stopped[rows, column], therapy.held[rows, column] = True, False
    therapy.held_since[rows, column] = NEVER


def set_level(therapy: Therapy, visit: Visit, rows: Flags, column: int, level: NDArray) -> Flags:
    """Bring the level down to another where that is lower; says whose really fell."""
    fell = rows & (level < therapy.dose[:, column])
    therapy.cap[fell, column] = therapy.dose[fell, column] = level[fell]
    therapy.raised[fell, column] &= level[fell] > visit.planned[fell, column]
    therapy.level[fell, column] += 1
    therapy.changed[fell, column] = visit.plan_day[fell]
    return fell


def next_lower(book: RuleBook, therapy: Therapy, column: int) -> NDArray:
    """The rung below each patient's level; the level itself at the lowest, or without a ladder."""
    ladder, dose = book.ladders[column], therapy.dose[:, column]
    return dose.copy() if ladder is None else ladder.next_lower(dose)


def lower_level(book: RuleBook, therapy: Therapy, visit: Visit, rows: Flags, column: int) -> Flags:
    """Down by one rung; says whose level really fell."""
    return set_level(therapy, visit, rows, column, next_lower(book, therapy, column))


def stops_at_floor(book: RuleBook, therapy: Therapy, column: int) -> Flags:
    """For whom a further reduction means to stop: no rung is left, and the ladder says so."""
    ladder = book.ladders[column]
    if ladder is None or ladder.at_floor == "stay":
        return np.zeros(len(therapy.dose), bool)
    return np.asarray(next_lower(book, therapy, column) >= therapy.dose[:, column], bool)
