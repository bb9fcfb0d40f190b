"""Day 1 of a cycle: what a new cycle needs, and the patient's calendar, which waits until it has it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from titer.clinic.chart import NO_DRUG, Chart
from titer.clinic.protocol import CycleRule
from titer.clinic.rulebook import Placed, RuleBook
from titer.clinic.sheet import Sheet
from titer.clinic.steps import Visit, lower_level, stop_drug, stops_at_floor
from titer.clinic.therapy import NEVER, Action, Therapy

Flags = NDArray[np.bool_]
DAYS_PER_TICK = 7


@dataclass(frozen=True)
class _Asked:
    """One cycle rule at one visit. Shape (n_patients,) each."""

    placed: Placed[CycleRule]
    matters: Flags
    blocks: Flags


def decide_cycles(book: RuleBook, chart: Chart, therapy: Therapy, visit: Visit, sheet: Sheet, cycles: Sheet) -> None:
    """Let cycles begin or wait; `therapy` is brought up to date.

    A patient who missed the visit of day 1 begins the cycle, unless a rule waits for its value; one whose cycle waits
    goes on waiting until it is seen that all it needs is there.

    Args:
        book: the rules.
        chart: of the visit.
        therapy: where the patients stand.
        visit: who is seen, and whose cycle begins.
        sheet: gets the drugs that a delay has stopped.
        cycles: gets the cycles that begin or wait.
    """
    due = visit.begins & visit.ongoing.any(axis=1)
    if not book.cycles or not due.any():
        return
    _stop_late(book, chart, therapy, visit, sheet, due)
    asked = [_ask(placed, chart, therapy, visit, due) for placed in book.cycles]
    blocked = np.logical_or.reduce([one.blocks for one in asked])
    begins = np.logical_or.reduce([one.matters for one in asked]) & ~blocked
    _lower_late(book, chart, therapy, visit, (sheet, cycles), asked, begins)
    _begin(chart, therapy, visit, cycles, asked, begins)
    _delay(chart, therapy, visit, cycles, asked, blocked)
    over = due & therapy.waiting & ~blocked & ~begins  # nothing that a rule is about is left
    therapy.waiting[over], therapy.due[over], therapy.blocking[over] = False, NEVER, False


def _stop_late(book: RuleBook, chart: Chart, therapy: Therapy, visit: Visit, sheet: Sheet, due: Flags) -> None:
    """A delay that has lasted longer than a rule allows stops its drugs."""
    waited = visit.day - therapy.due
    for placed in book.cycles:
        longest = placed.rule.longest_day
        if longest is None:
            continue
        late = visit.seen & due & therapy.waiting & therapy.blocking[:, placed.place] & (waited > longest)
        for column in placed.columns:
            own = late & visit.ongoing[:, column] & ~therapy.stopped[:, column]
            sheet.give_reason(own, column, chart, placed.place, placed.rule.needs, NO_DRUG, False)
            stop_drug(therapy, own, column, sheet)


def _ask(placed: Placed[CycleRule], chart: Chart, therapy: Therapy, visit: Visit, due: Flags) -> _Asked:
    rule, columns = placed.rule, list(placed.columns)
    left = (visit.ongoing[:, columns] & ~therapy.stopped[:, columns]).any(axis=1)
    matters = due & left & (visit.cycle >= rule.first_cycle)
    met = chart.truth(rule.needs)
    waits = met.known | therapy.waiting | rule.wait_if_not_known
    return _Asked(placed, matters, matters & ~met.so & waits)


def _lower_late(
    book: RuleBook,
    chart: Chart,
    therapy: Therapy,
    visit: Visit,
    sheets: tuple[Sheet, Sheet],
    asked: Sequence[_Asked],
    begins: Flags,
) -> None:
    """A long delay lowers drugs by one level, or stops them at the floor.

    One that is held owes the level until it resumes, so that the delay and the hold of one toxicity cost one together.
    """
    sheet, cycles = sheets
    waited = np.where(therapy.waiting, visit.day - therapy.due, 0)
    for one in asked:
        rule, place = one.placed.rule, one.placed.place
        if rule.lower_after_day is None:
            continue
        late = begins & visit.seen & therapy.blocking[:, place] & (waited > rule.lower_after_day)
        for column in one.placed.columns:
            own = late & visit.looked_at(therapy, column)
            therapy.owed[own & therapy.held[:, column], column] = True
            own &= ~therapy.held[:, column] & (cycles.rule[:, column] < 0)  # several rules of one delay cost one level
            ends = own & stops_at_floor(book, therapy, column)
            sheet.give_reason(ends, column, chart, place, rule.needs, NO_DRUG, True)
            stop_drug(therapy, ends, column, sheet)
            cycles.give_reason(own & ~ends, column, chart, place, rule.needs, NO_DRUG, True)
            lower_level(book, therapy, visit, own & ~ends, column)


def _begin(chart: Chart, therapy: Therapy, visit: Visit, cycles: Sheet, asked: Sequence[_Asked], begins: Flags) -> None:
    written = begins & visit.seen
    for column in range(therapy.dose.shape[1]):
        own = written & visit.ongoing[:, column] & ~therapy.stopped[:, column]
        cycles.write(own, column, Action.START_CYCLE)
        for one in asked:
            rows = own & one.matters
            cycles.give_reason(rows, column, chart, one.placed.place, one.placed.rule.needs, NO_DRUG, True)
    therapy.waiting[begins], therapy.due[begins] = False, NEVER
    therapy.blocking[begins] = False


def _delay(
    chart: Chart, therapy: Therapy, visit: Visit, cycles: Sheet, asked: Sequence[_Asked], blocked: Flags
) -> None:
    first = blocked & ~therapy.waiting
    therapy.due[first] = visit.day
    for column in range(therapy.dose.shape[1]):  # each week, seen or not: the ledger tells all the waiting
        own = blocked & visit.ongoing[:, column] & ~therapy.stopped[:, column]
        cycles.write(own, column, Action.DELAY_CYCLE)
        for one in asked:
            rule = one.placed.rule
            cycles.give_reason(own & one.blocks, column, chart, one.placed.place, rule.needs, NO_DRUG, False)
    for one in asked:
        therapy.blocking[:, one.placed.place] |= one.blocks
    therapy.waiting |= blocked
    therapy.delay[blocked] += DAYS_PER_TICK
