"""What a protocol decides about every drug of every patient at one visit.

The order is that of `titer.clinic.protocol`: stop for good, hold, stay held, resume, reduce, escalate, nothing. One
drug gets one of them at a visit. Whether a cycle begins or waits is decided beside them: a cycle that waits gives
nothing, and the toxicity of the cycle before still holds or lowers a drug, else visits on day 1 would never see it.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from titer.clinic.chart import Chart
from titer.clinic.cycles import decide_cycles
from titer.clinic.protocol import HoldRule
from titer.clinic.rulebook import Placed, RuleBook
from titer.clinic.sheet import Decisions, Sheet
from titer.clinic.steps import Visit, next_lower, set_level, stop_drug, stops_at_floor
from titer.clinic.therapy import NEVER, Action, Therapy

Flags = NDArray[np.bool_]


def decide(book: RuleBook, chart: Chart, therapy: Therapy, visit: Visit) -> list[Decisions]:
    """Decide about every ongoing drug of every patient who is seen; `therapy` is brought up to date.

    A value that was not measured fires no rule and clears none. Patients that are not seen are left alone, but for the
    first day of a cycle that they missed (`cycles.decide_cycles`).

    Args:
        book: the rules.
        chart: opened for the visit.
        therapy: where the patients stand.
        visit: who is seen, and where the plans stand.

    Returns:
        Cycles that begin or wait, where any does; then one decision for each ongoing drug under a rule, and while its
        cycle waits only what is changed or held.
    """
    cycles, sheet = Sheet(therapy, book.signals), Sheet(therapy, book.signals)
    for column in range(len(book.drugs)):
        _stop(book, chart, therapy, visit, column, sheet)
    decide_cycles(book, chart, therapy, visit, sheet, cycles)
    of_cycles = cycles.decisions(therapy)
    for column in np.flatnonzero(book.ruled).tolist():
        _decide_drug(book, chart, therapy, visit, column, sheet)
    return [of_cycles, sheet.decisions(therapy)] if len(of_cycles) else [sheet.decisions(therapy)]


def _stop(book: RuleBook, chart: Chart, therapy: Therapy, visit: Visit, column: int, sheet: Sheet) -> None:
    """Rules that stop the drug, and holds that have lasted too long."""
    looked = visit.looked_at(therapy, column)
    for stop in book.stops[column]:
        fires = looked & chart.truth(stop.rule.when, column).so
        if fires.any():
            sheet.give_reason(fires, column, chart, stop.place, stop.rule.when, column, True)
            stop_drug(therapy, fires, column, sheet)
            therapy.completed[fires, column] = stop.rule.completes
    for hold in book.holds[column]:
        longest = hold.rule.longest_day
        if longest is None:
            continue
        lasted = visit.day - therapy.held_since[:, column]
        late = looked & therapy.held[:, column] & therapy.firing[:, hold.place] & (lasted > longest)
        late &= ~(therapy.waiting & chart.truth(hold.rule.until, column).so)  # only its cycle keeps it from resuming
        if late.any():
            sheet.give_reason(late, column, chart, hold.place, hold.rule.until, column, False)
            stop_drug(therapy, late, column, sheet)


def _decide_drug(book: RuleBook, chart: Chart, therapy: Therapy, visit: Visit, column: int, sheet: Sheet) -> None:
    looked = visit.looked_at(therapy, column)
    sheet.write(looked & ~therapy.waiting, column, Action.NONE)
    looked &= ~therapy.waiting | (visit.plan_day > 0)  # before the first dose there is nothing to be held for
    free = looked & ~therapy.held[:, column]
    if book.holds[column]:
        _hold_or_resume(book, chart, therapy, visit, column, sheet, looked)
    free &= ~therapy.held[:, column] & ~therapy.stopped[:, column]
    if book.reductions[column]:
        free &= ~_reduce(book, chart, therapy, visit, column, sheet, free)
    if book.escalations[column]:
        _escalate(book, chart, therapy, visit, column, sheet, free & ~therapy.waiting)


# ---- hold and resume -------------------------------------------------------------------------------------------------


def _hold_or_resume(
    book: RuleBook, chart: Chart, therapy: Therapy, visit: Visit, column: int, sheet: Sheet, looked: Flags
) -> None:
    rules, was_held = book.holds[column], looked & therapy.held[:, column]
    now = [chart.truth(one.rule.when, column) for one in rules]
    fires = np.stack([looked & truth.so for truth in now], axis=1)
    any_fires = fires.any(axis=1)
    if not any_fires.any() and not was_held.any():
        return
    places = [one.place for one in rules]
    # A rule that had no part in the hold has nothing to recover from: it is clear when it is known not to fire.
    quiet = np.stack([truth.known & ~truth.so for truth in now], axis=1) & ~therapy.firing[:, places]
    clear = np.stack([chart.truth(one.rule.until, column).so for one in rules], axis=1) | quiet
    resumes = was_held & clear.all(axis=1) & ~any_fires & ~therapy.waiting
    holds, stays = ~was_held & any_fires, was_held & ~resumes
    _count_firing(therapy, places, fires, holds, stays)
    target, wants_lower = _resume_level(book, therapy, rules, column)
    ends = (holds | resumes) & wants_lower & stops_at_floor(book, therapy, column)
    _name_rule(chart, therapy, rules, column, sheet, fires, clear, (holds, stays, resumes))
    stop_drug(therapy, ends, column, sheet)
    _write_hold(therapy, visit, column, sheet, holds & ~ends, stays)
    _write_resume(therapy, visit, column, sheet, resumes & ~ends, target)


def _count_firing(therapy: Therapy, places: list[int], fires: Flags, holds: Flags, stays: Flags) -> None:
    fired = fires & (holds | stays)[:, None]
    already = therapy.firing[:, places] & ~holds[:, None]  # a new hold starts afresh
    therapy.firing[:, places] = already | fired
    therapy.episodes[:, places] += fired & ~already


def _resume_level(
    book: RuleBook, therapy: Therapy, rules: list[Placed[HoldRule]], column: int
) -> tuple[NDArray, Flags]:
    """The level after the hold, and whether any of its rules wants a lower one; two that do still cost one level."""
    places, dose = [one.place for one in rules], therapy.dose[:, column]
    firing = therapy.firing[:, places]
    alone = (therapy.episodes[:, places] == 1) & (firing.sum(axis=1) == 1)[:, None]
    first = np.array([one.rule.first_resume == "next lower" and one.rule.first_dose is None for one in rules])
    later = np.array([one.rule.later_resume == "next lower" for one in rules])
    lower = np.asarray((firing & np.where(alone, first, later)).any(axis=1), bool) | therapy.owed[:, column]
    below = next_lower(book, therapy, column)
    target = np.where(lower, below, dose)
    for place, one in enumerate(rules):
        if one.rule.first_dose is not None:
            own = firing[:, place] & alone[:, place]
            target[own] = np.where(dose > one.rule.first_dose, one.rule.first_dose, below)[own]
            lower |= own
    return target, lower


def _name_rule(
    chart: Chart,
    therapy: Therapy,
    rules: list[Placed[HoldRule]],
    column: int,
    sheet: Sheet,
    fires: Flags,
    clear: Flags,
    decided: tuple[Flags, Flags, Flags],
) -> None:
    """For a hold the first rule that fired, while held the first that is not clear, then the first that had held."""
    holds, stays, resumes = decided
    for i, one in enumerate(rules):
        sheet.give_reason(holds & fires[:, i], column, chart, one.place, one.rule.when, column, True)
        sheet.give_reason(stays & ~clear[:, i], column, chart, one.place, one.rule.until, column, False)
        had_held = resumes & therapy.firing[:, one.place]
        sheet.give_reason(had_held, column, chart, one.place, one.rule.until, column, True)
    for i, one in enumerate(rules):  # every rule is clear, and one fires nevertheless
        sheet.give_reason(stays & fires[:, i], column, chart, one.place, one.rule.when, column, True)


def _write_hold(therapy: Therapy, visit: Visit, column: int, sheet: Sheet, holds: Flags, stays: Flags) -> None:
    therapy.held[holds, column], therapy.held_since[holds, column] = True, visit.day
    sheet.write(holds, column, Action.HOLD)
    sheet.write(stays, column, Action.STAY_HELD)


def _write_resume(therapy: Therapy, visit: Visit, column: int, sheet: Sheet, resumes: Flags, target: NDArray) -> None:
    fell = set_level(therapy, visit, resumes, column, target)
    therapy.held[resumes, column], therapy.held_since[resumes, column] = False, NEVER
    therapy.owed[resumes, column] = False
    therapy.changed[resumes, column] = visit.plan_day[resumes]
    sheet.write(resumes, column, Action.RESUME)
    sheet.write(fell, column, Action.RESUME_LOWER)


# ---- without a pause -------------------------------------------------------------------------------------------------


def _reduce(
    book: RuleBook, chart: Chart, therapy: Therapy, visit: Visit, column: int, sheet: Sheet, free: Flags
) -> Flags:
    """Reduce where a rule fires that has not acted since it was last not so; of several, the lowest level counts."""
    target, acted = therapy.dose[:, column].copy(), np.zeros_like(free)
    for one in book.reductions[column]:
        now = chart.truth(one.rule.when, column)
        therapy.spent[now.known & ~now.so, one.place] = False
        fires = free & now.so & ~therapy.spent[:, one.place]
        sheet.give_reason(fires, column, chart, one.place, one.rule.when, column, True)
        lower = _share(book, therapy, column, one.rule.share)
        target[fires] = np.minimum(target, lower)[fires]
        therapy.spent[fires, one.place] = True
        acted |= fires
    ends = acted & stops_at_floor(book, therapy, column)
    stop_drug(therapy, ends, column, sheet)
    sheet.write(set_level(therapy, visit, acted & ~ends, column, target), column, Action.REDUCE)
    return acted


def _share(book: RuleBook, therapy: Therapy, column: int, share: float | None) -> NDArray:
    """The level that a reduction leaves, never below the floor of a ladder."""
    if share is None:
        return next_lower(book, therapy, column)
    ladder, dose = book.ladders[column], therapy.dose[:, column]
    floor = 0.0 if ladder is None else ladder.rungs[-1]
    return np.maximum(dose * share, np.minimum(dose, floor))


def _escalate(
    book: RuleBook, chart: Chart, therapy: Therapy, visit: Visit, column: int, sheet: Sheet, free: Flags
) -> None:
    """Raise, once for each rule and patient; several rules raise to the highest of their levels."""
    target, acted = therapy.dose[:, column].copy(), np.zeros_like(free)
    for one in book.escalations[column]:
        rule = one.rule
        allowed = free & ~therapy.spent[:, one.place] & (therapy.dose[:, column] < rule.to)
        if not rule.even_if_lowered:
            allowed &= therapy.level[:, column] <= 0
        fires = allowed & chart.truth(rule.when, column).so
        sheet.give_reason(fires, column, chart, one.place, rule.when, column, True)
        target[fires] = np.maximum(target[fires], rule.to)
        therapy.spent[fires, one.place] = True
        acted |= fires
    therapy.cap[acted, column] = therapy.dose[acted, column] = target[acted]
    therapy.raised[:, column] |= acted & (target > visit.planned[:, column])
    therapy.level[acted, column] -= 1
    therapy.changed[acted, column] = visit.plan_day[acted]
    sheet.write(acted, column, Action.ESCALATE)
