"""Where each patient stands with each drug: the state that decisions read and change."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import ArrayLike, NDArray

NEVER = -1  # in columns of days: it has not happened


class Action(IntEnum):
    """What was decided about a drug at a visit."""

    NONE = 0
    HOLD = 1
    STAY_HELD = 2
    RESUME = 3
    RESUME_LOWER = 4
    STOP = 5  # for good
    REDUCE = 6  # without a pause
    ESCALATE = 7
    DELAY_CYCLE = 8
    START_CYCLE = 9
    GIVE = 10  # a supportive treatment
    START_LOWER = 11  # another starting dose than the planned one, before the first dose

    @property
    def word(self) -> str:
        """As the tables write it.

        Example:
            >>> Action.STAY_HELD.word
            'stay held'
        """
        return self.name.lower().replace("_", " ")


@dataclass
class Therapy:
    """Where each patient stands. Changed in place by `decide` and by the clock.

    Drugs are those of the plan and of a crossover, whether or not a rule names them; rules are those of the protocol.
    Days are those of the calendar, `NEVER` where it did not happen.

    Args:
        dose: present level, per day of treatment: the smaller of plan and cap, the cap alone where it was raised.
            Shape (n_patients, n_drugs), as all up to `every`.
        cap: level that a rule has set, infinite where none has.
        raised: whether the cap stands above the plan.
        level: how often a rule lowered it, less how often one raised it.
        held: whether it is held.
        held_since: day on which the present hold began.
        owed: a long delay of the cycle costs a level, which is taken off when the hold ends.
        stopped: for good.
        completed: by a rule that says when the treatment is over, not by what it did.
        changed: day of the plan on which the level last changed or the last hold ended.
        every: of the planned days of treatment every so many-th is used.
        firing: rules that held the drug in the present or last hold. Shape (n_patients, n_rules), as the next three.
        episodes: how many holds each rule took part in.
        spent: rules that act once (`EscalateRule`), or once until they were not so (`ReduceRule`), and have.
        blocking: cycle rules that made the present cycle wait.
        line: 0 for the regimen, 1 for the crossover. Shape (n_patients,), as all that follow.
        begun: day on which that plan began.
        delay: days by which the patient's plan lies behind the calendar, whole weeks.
        waiting: whether a cycle waits now.
        due: day on which the waiting cycle was due.
    """

    dose: NDArray
    cap: NDArray
    raised: NDArray[np.bool_]
    level: NDArray[np.int8]
    held: NDArray[np.bool_]
    held_since: NDArray[np.int32]
    owed: NDArray[np.bool_]
    stopped: NDArray[np.bool_]
    completed: NDArray[np.bool_]
    changed: NDArray[np.int32]
    every: NDArray[np.int32]
    firing: NDArray[np.bool_]
    episodes: NDArray[np.int16]
    spent: NDArray[np.bool_]
    blocking: NDArray[np.bool_]
    line: NDArray[np.int8]
    begun: NDArray[np.int32]
    delay: NDArray[np.int32]
    waiting: NDArray[np.bool_]
    due: NDArray[np.int32]

    @classmethod
    def starting(cls, dose: ArrayLike, n_rules: int) -> Therapy:
        """Everybody is at the start of the plan. dose: first levels, shape (n_patients, n_drugs)."""
        first = np.array(dose, float)
        by_drug, by_rule, n = first.shape, (len(first), n_rules), len(first)
        return cls(
            dose=first,
            cap=np.full(by_drug, np.inf),
            raised=np.zeros(by_drug, bool),
            level=np.zeros(by_drug, np.int8),
            held=np.zeros(by_drug, bool),
            held_since=np.full(by_drug, NEVER, np.int32),
            owed=np.zeros(by_drug, bool),
            stopped=np.zeros(by_drug, bool),
            completed=np.zeros(by_drug, bool),
            changed=np.zeros(by_drug, np.int32),
            every=np.ones(by_drug, np.int32),
            firing=np.zeros(by_rule, bool),
            episodes=np.zeros(by_rule, np.int16),
            spent=np.zeros(by_rule, bool),
            blocking=np.zeros(by_rule, bool),
            line=np.zeros(n, np.int8),
            begun=np.zeros(n, np.int32),
            delay=np.zeros(n, np.int32),
            waiting=np.zeros(n, bool),
            due=np.full(n, NEVER, np.int32),
        )

    def plan_day(self, day: int) -> NDArray[np.int64]:
        """Day of each patient's own plan on a day of the calendar; 0 is its first. Shape (n_patients,)."""
        return np.asarray(day - self.begun - self.delay, np.int64)

    def cycles_since_change(self, plan_day: ArrayLike, length: ArrayLike) -> NDArray:
        """Whole cycles of the plan in which a drug was neither changed nor held, up to now; the present one and that of
        the change do not count. 0 while held. Shape (n_patients, n_drugs).

        Args:
            plan_day: day of each patient's plan. Shape (n_patients,).
            length: of a cycle of that plan, day. Shape (n_patients,), or one for all.
        """
        days = np.broadcast_to(np.asarray(length), len(self.dose))[:, None]
        first = -(-self.changed // days)  # the first cycle that has nothing before the change
        whole = np.asarray(plan_day)[:, None] // days - first
        return np.where(self.held, 0, np.maximum(whole, 0)).astype(float)

    def cross_over(self, rows: NDArray[np.bool_], day: int) -> None:
        """These begin the other plan on that day, at its doses; a drug that was stopped for good stays stopped."""
        self.cap[rows], self.raised[rows], self.level[rows] = np.inf, False, 0
        self.held[rows], self.held_since[rows], self.owed[rows] = False, NEVER, False
        self.changed[rows], self.every[rows] = 0, 1
        self.firing[rows], self.episodes[rows], self.spent[rows], self.blocking[rows] = False, 0, False, False
        self.line[rows], self.begun[rows], self.delay[rows] = 1, day, 0
        self.waiting[rows], self.due[rows] = False, NEVER


def action_words() -> tuple[str, ...]:
    """Of every `Action`, in the order of their numbers."""
    return tuple(action.word for action in Action)


def places_of(names: Sequence[str], among: Sequence[str]) -> list[int]:
    """Where names stand in another list; those that are not there are left out.

    Example:
        >>> places_of(["b", "x"], ["a", "b"])
        [1]
    """
    return [list(among).index(name) for name in names if name in among]
