"""Dose-modification rules as data, and what they decide for a whole cohort at one visit.

Rules act on values, with the label's own thresholds; grades play no part. A rule holds a drug below one value and lets
it resume at another; all rules of a drug must be clear before it resumes, not only the one that held it. The rules of
labels are in `titer.library.rules`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import IntEnum
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from titer.errors import InputError, nearest
from titer.model.declare import Source

# What a clinic can see at a visit, and the unit in which rules and tables write it.
LABORATORY = {"anc": "10^9/L", "platelets": "10^9/L", "haemoglobin": "g/L", "m_protein": "g/L"}
NO_RULE = -1
Resume = Literal["same level", "next lower"]


class Action(IntEnum):
    """What was decided about a drug at a visit."""

    NONE = 0
    HOLD = 1
    STAY_HELD = 2
    RESUME = 3
    RESUME_LOWER = 4
    STOP = 5  # for good; decided by the clinic for every drug, not by a hold rule


@dataclass(frozen=True)
class Ladder:
    """Dose levels of a drug, highest first; the last is the floor.

    A level is what is taken on a day of treatment, as labels write it: 10 mg twice daily is level 20, and 15 mg every
    48 h is level 15.
    """

    drug: str
    unit: str
    rungs: tuple[float, ...]
    wording: str
    source: Source

    def __post_init__(self) -> None:
        falling = all(high > low for high, low in zip(self.rungs, self.rungs[1:], strict=False))
        if not self.rungs or not falling or self.rungs[-1] <= 0:
            raise InputError(
                f"ladder of {self.drug} is {self.rungs}", right="positive dose levels, each lower than the one before"
            )

    def next_lower(self, amount: ArrayLike) -> NDArray:
        """The highest rung below each amount; the amount itself where there is none, which is never below the floor.

        Example:
            >>> Ladder("invented", "mg", (20.0, 10.0, 5.0), "", Source("none")).next_lower([20, 15, 5, 2])
            array([10., 10.,  5.,  2.])
        """
        dose, rising = np.asarray(amount, float), np.array(self.rungs[::-1])
        place = np.searchsorted(rising, dose * (1 - 1e-9), side="left") - 1
        return np.where(place >= 0, rising[np.maximum(place, 0)], dose)


@dataclass(frozen=True)
class HoldRule:
    """Hold a drug below a value, resume it at a value.

    Args:
        name: what it protects from, unique in a protocol.
        drug: that is held.
        signal, unit: laboratory value that is looked at.
        hold_below: held when the value is below.
        resume_at: clear again when the value is this or more.
        first_resume: dose after the first time this rule held, when no other rule of the drug held with it.
        later_resume: dose after every other time.
        wording: the label's words.
        source: where they stand.
        note: how unclear words were read.
    """

    name: str
    drug: str
    signal: str
    unit: str
    hold_below: float
    resume_at: float
    first_resume: Resume
    later_resume: Resume
    wording: str
    source: Source
    note: str = ""

    def __post_init__(self) -> None:
        where = f"rule '{self.name}'"
        if self.signal not in LABORATORY:
            raise InputError(f"signal '{self.signal}' is not known", where=where, hint=nearest(self.signal, LABORATORY))
        if self.unit != LABORATORY[self.signal]:
            raise InputError(
                f"threshold of {self.signal} is in '{self.unit}'", where=where, right=f"'{LABORATORY[self.signal]}'"
            )
        if not 0 < self.hold_below <= self.resume_at:
            raise InputError(
                f"holds below {self.hold_below:g} and resumes at {self.resume_at:g} {self.unit}",
                where=where,
                right="positive values, resuming at or above the value that holds",
            )


@dataclass(frozen=True)
class VisitPhase:
    """From this day on, a visit every so many days."""

    from_day: int
    every_day: int


@dataclass(frozen=True)
class Calendar:
    """When blood is counted. Days are counted from the first dose; all are whole weeks.

    Args:
        phases: in order; the first starts on day 0.
        while_held_every_day: interval while a drug is held.
        wording, source: of the schedule.
    """

    phases: tuple[VisitPhase, ...]
    while_held_every_day: int
    wording: str
    source: Source

    def __post_init__(self) -> None:
        starts = [phase.from_day for phase in self.phases]
        steps = [phase.every_day for phase in self.phases] + [self.while_held_every_day]
        whole_weeks = all(day % 7 == 0 for day in starts + steps) and all(step > 0 for step in steps)
        if not starts or starts[0] != 0 or starts != sorted(set(starts)) or not whole_weeks:
            raise InputError(
                f"calendar with phases from days {starts}, every {steps[:-1]} days",
                right="phases in order, the first from day 0, all in whole weeks",
            )

    def planned(self, day: int) -> bool:
        """Whether the schedule has a visit on that day, for a patient who takes all drugs.

        Example:
            >>> monthly = Calendar((VisitPhase(0, 28),), 7, "", Source("none"))
            >>> monthly.planned(28), monthly.planned(35)
            (True, False)
        """
        phase = [p for p in self.phases if p.from_day <= day][-1]
        return (day - phase.from_day) % phase.every_day == 0

    def due(self, day: int, held: ArrayLike) -> NDArray[np.bool_]:
        """Who is seen on that day. held: whether any drug of the patient is held. Shape (n_patients,)."""
        now = np.asarray(held, bool)
        return np.full(now.shape, self.planned(day)) | (now & (day % self.while_held_every_day == 0))


@dataclass(frozen=True)
class Protocol:
    """Rules of a study or label, with the visits that they need.

    Args:
        rules: where several hold one drug at once, the first in this order is named in the ledger.
        ladders: of the drugs whose dose can be lowered.
        calendar: of blood counts.
        response_every_day: interval of M-protein assessments, day.
    """

    name: str
    rules: tuple[HoldRule, ...]
    ladders: tuple[Ladder, ...]
    calendar: Calendar
    response_every_day: int = 28

    def __post_init__(self) -> None:
        names = [rule.name for rule in self.rules]
        doubled = sorted({name for name in names if names.count(name) > 1})
        if doubled:
            raise InputError(f"protocol '{self.name}' has rules {doubled} more than once", right="each name once")
        laddered = {ladder.drug for ladder in self.ladders}
        for rule in self.rules:
            if "next lower" in (rule.first_resume, rule.later_resume) and rule.drug not in laddered:
                raise InputError(
                    f"rule '{rule.name}' lowers {rule.drug}, which has no ladder", where=f"protocol '{self.name}'"
                )

    @property
    def drugs(self) -> tuple[str, ...]:
        """Drugs under a rule, each once."""
        return tuple(dict.fromkeys(rule.drug for rule in self.rules))

    @property
    def signals(self) -> tuple[str, ...]:
        """Values that the rules look at, each once."""
        return tuple(dict.fromkeys(rule.signal for rule in self.rules))

    def ladder(self, drug: str) -> Ladder | None:
        return next((ladder for ladder in self.ladders if ladder.drug == drug), None)

    def for_drugs(self, drugs: Sequence[str]) -> Protocol:
        """The same protocol with the rules of these drugs only."""
        rules = tuple(rule for rule in self.rules if rule.drug in drugs)
        return replace(self, rules=rules)

    def without_actions(self) -> Protocol:
        """The same visits, and no rule."""
        return replace(self, name=f"{self.name}, no action", rules=(), ladders=())


@dataclass
class Therapy:
    """Where each patient stands with each drug under a rule. Changed in place by `decide`.

    Args:
        dose: present dose level, in the ladder's unit per day of treatment. Shape (n_patients, n_drugs).
        level: how often it was lowered. Same shape.
        held: whether it is held. Same shape.
        firing: rules that held the drug in the present or last hold. Shape (n_patients, n_rules).
        episodes: how many holds each rule took part in. Shape (n_patients, n_rules).
    """

    dose: NDArray
    level: NDArray[np.int8]
    held: NDArray[np.bool_]
    firing: NDArray[np.bool_]
    episodes: NDArray[np.int16]

    @classmethod
    def starting(cls, protocol: Protocol, dose: ArrayLike) -> Therapy:
        """Nobody is held. dose: first level of each patient and drug, shape (n_patients, n_drugs of the protocol)."""
        first = np.array(dose, float)
        by_rule = (len(first), len(protocol.rules))
        return cls(
            first,
            np.zeros(first.shape, np.int8),
            np.zeros(first.shape, bool),
            np.zeros(by_rule, bool),
            np.zeros(by_rule, np.int16),
        )


@dataclass(frozen=True)
class Decisions:
    """What was decided at one visit. Every array but `ongoing` has shape (n_patients, n_drugs of the protocol).

    `rule` is the place of the rule in the protocol (-1 where none had a part), `value` the value it saw; for a hold the
    rule that fired, while held a rule that is not clear, for a resumption the rule that had held.
    `ongoing` says which drugs were decided about. Shape (n_drugs of the protocol,).
    """

    action: NDArray[np.int8]
    rule: NDArray[np.int8]
    value: NDArray
    level_before: NDArray[np.int8]
    level_after: NDArray[np.int8]
    dose_before: NDArray
    dose_after: NDArray
    ongoing: NDArray[np.bool_]


@dataclass(frozen=True)
class _View:
    """What one drug's rules make of a visit; shapes (n_patients, n_rules of the drug)."""

    places: list[int]
    value: NDArray
    low: NDArray[np.bool_]
    clear: NDArray[np.bool_]
    seen: NDArray[np.bool_] = field(repr=False)


def decide(
    protocol: Protocol,
    therapy: Therapy,
    seen: NDArray[np.bool_],
    values: Mapping[str, NDArray],
    ongoing: NDArray[np.bool_] | None = None,
) -> Decisions:
    """Decide about every ongoing drug of every patient who is seen; `therapy` is brought up to date.

    A value that was not measured (NaN) fires no rule and clears none.

    Args:
        protocol: the rules.
        therapy: where the patients stand.
        seen: who is at a visit. Shape (n_patients,).
        values: signal → reported values. Shape (n_patients,) each.
        ongoing: which drugs the plan still holds; all where not given. Shape (n_drugs of the protocol,).

    Returns:
        Decisions of all patients; those not seen and drugs that are over have action NONE and rule -1.
    """
    before = therapy.level.copy(), therapy.dose.copy()
    action = np.zeros(therapy.dose.shape, np.int8)
    rule = np.full(therapy.dose.shape, NO_RULE, np.int8)
    value = np.full(therapy.dose.shape, np.nan)
    planned = np.ones(len(protocol.drugs), bool) if ongoing is None else np.asarray(ongoing, bool)
    for column, drug in enumerate(protocol.drugs):
        if not planned[column]:
            continue
        view = _look(protocol, drug, seen, values)
        action[:, column], rule[:, column], value[:, column] = _decide_drug(protocol, therapy, column, drug, view)
    return Decisions(action, rule, value, before[0], therapy.level.copy(), before[1], therapy.dose.copy(), planned)


def _look(protocol: Protocol, drug: str, seen: NDArray[np.bool_], values: Mapping[str, NDArray]) -> _View:
    places = [i for i, rule in enumerate(protocol.rules) if rule.drug == drug]
    rules = [protocol.rules[i] for i in places]
    value = np.stack([values[rule.signal] for rule in rules], axis=1)
    low = seen[:, None] & (value < np.array([rule.hold_below for rule in rules]))
    clear = seen[:, None] & (value >= np.array([rule.resume_at for rule in rules]))
    return _View(places, value, low, clear, seen)


def _decide_drug(protocol: Protocol, therapy: Therapy, column: int, drug: str, view: _View):
    was_held = therapy.held[:, column]
    holds = ~was_held & view.low.any(axis=1)
    resumes = was_held & view.clear.all(axis=1)
    stays = was_held & view.seen & ~resumes
    _count_firing(therapy, view, holds, stays)
    lowers = _lower(protocol, therapy, column, drug, resumes & _asks_lower(protocol, therapy, view))
    therapy.held[:, column] = (was_held | holds) & ~resumes
    action = np.select(
        [holds, stays, lowers, resumes],
        [Action.HOLD, Action.STAY_HELD, Action.RESUME_LOWER, Action.RESUME],
        Action.NONE,
    )
    return action, *_name_rule(therapy, view, holds, stays, resumes)


def _count_firing(therapy: Therapy, view: _View, holds: NDArray, stays: NDArray) -> None:
    fired = view.low & (holds | stays)[:, None]
    already = therapy.firing[:, view.places] & ~holds[:, None]  # a new hold starts afresh
    therapy.firing[:, view.places] = already | fired
    therapy.episodes[:, view.places] += fired & ~already


def _asks_lower(protocol: Protocol, therapy: Therapy, view: _View) -> NDArray[np.bool_]:
    """Whether any rule of the hold wants the next lower dose; two that do still cost one level."""
    firing, episodes = therapy.firing[:, view.places], therapy.episodes[:, view.places]
    first = np.array([protocol.rules[i].first_resume == "next lower" for i in view.places])
    later = np.array([protocol.rules[i].later_resume == "next lower" for i in view.places])
    is_first = (episodes == 1) & (firing.sum(axis=1) == 1)[:, None]
    return np.asarray((firing & np.where(is_first, first, later)).any(axis=1), bool)


def _lower(protocol: Protocol, therapy: Therapy, column: int, drug: str, asked: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Lower the dose of those asked by one rung; says whose dose really fell (nobody's at the floor)."""
    ladder = protocol.ladder(drug)
    if ladder is None:
        return np.zeros_like(asked)
    dose = therapy.dose[:, column].copy()
    therapy.dose[:, column] = np.where(asked, ladder.next_lower(dose), dose)
    fell = np.asarray(therapy.dose[:, column] < dose)
    therapy.level[:, column] += fell
    return fell


def _name_rule(therapy: Therapy, view: _View, holds: NDArray, stays: NDArray, resumes: NDArray):
    part = np.where(
        holds[:, None],
        view.low,
        np.where(stays[:, None], ~view.clear, therapy.firing[:, view.places] & resumes[:, None]),
    )
    first = part.argmax(axis=1)
    has = part.any(axis=1)
    rule = np.where(has, np.array(view.places)[first], NO_RULE)
    return rule, np.where(has, view.value[np.arange(len(first)), first], np.nan)
