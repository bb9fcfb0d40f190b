"""Whether patients come to their visits, when their blood is drawn, and which doses they forget."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from titer.dosing.regimen import MINUTES_PER_DAY
from titer.errors import InputError
from titer.patients import streams

LONGEST_WINDOW = 6  # day; blood of a visit is drawn after the visit before, a week ago


@dataclass(frozen=True)
class Attendance:
    """How well a cohort keeps to the plan; by default perfectly.

    Args:
        missed_visit: probability that a patient does not come to a visit. The first visit is never missed.
        window_day: blood is drawn on one of the last so many days before the visit or on its day, each as likely; 0 to
            6. Decisions are made at the visit.
        missed_dose: probability that a dose of the plan is not taken, of a patient in the middle.
        missed_dose_spread: standard deviation of its logit between patients; 0 where all are alike.

    Raises:
        InputError: a number out of range.

    Example:
        >>> Attendance(missed_dose=0.05, missed_dose_spread=1.0).window_day
        0
    """

    missed_visit: float = 0.0
    window_day: int = 0
    missed_dose: float = 0.0
    missed_dose_spread: float = 0.0

    def __post_init__(self) -> None:
        for name in ("missed_visit", "missed_dose"):
            if not 0 <= getattr(self, name) < 1:
                raise InputError(f"{name} is {getattr(self, name)}", right="a probability: 0 or more, below 1")
        if not 0 <= self.missed_dose_spread < np.inf:
            raise InputError(f"missed_dose_spread is {self.missed_dose_spread}", right="0 or more")
        if not isinstance(self.window_day, int) or not 0 <= self.window_day <= LONGEST_WINDOW:
            raise InputError(f"window_day is {self.window_day}", right=f"whole days from 0 to {LONGEST_WINDOW}")


@dataclass
class Diary:
    """The luck of a cohort with visits and doses.

    A draw is keyed by the patient and the week of the visit, or by the patient, the drug and the minute of the dose, so
    that it depends neither on what was decided before nor on the other patients.

    Args:
        attendance: how likely things are.
        seed: of the study.
        patients: numbers of the patients. Shape (n_patients,).
        n_weeks: how many weekly visits there can be.
    """

    attendance: Attendance
    seed: int
    patients: NDArray[np.int64]
    n_weeks: int
    _missed: NDArray[np.bool_] | None = field(default=None, init=False, repr=False)
    _days_ago: NDArray[np.int8] | None = field(default=None, init=False, repr=False)
    _forgets: NDArray | None = field(default=None, init=False, repr=False)

    def __post_init__(self) -> None:
        likely = self.attendance
        if likely.missed_visit:
            self._missed = self._uniform("attendance:visit", self.n_weeks) < likely.missed_visit
            self._missed[:, 0] = False
        if likely.window_day:
            days = np.floor(self._uniform("attendance:window", self.n_weeks) * (likely.window_day + 1))
            self._days_ago = days.astype(np.int8)
            self._days_ago[:, 0] = 0
        if likely.missed_dose:
            self._forgets = _around(likely, streams.normal(self.seed, self.patients, "attendance:spread", 1)[:, 0])

    def comes(self, week: int) -> NDArray[np.bool_]:
        """Who comes to a visit of that week, if one is due. Shape (n_patients,)."""
        return np.ones(len(self.patients), bool) if self._missed is None else ~self._missed[:, week]

    def drawn_days_ago(self, week: int) -> NDArray[np.int8] | None:
        """How long before the visit the blood was drawn, day; None where it is always the same day."""
        return None if self._days_ago is None else self._days_ago[:, week]

    def forgotten(
        self, rows: NDArray[np.int64], drugs: list[str], minutes: NDArray[np.int64]
    ) -> NDArray[np.bool_] | None:
        """Which doses are not taken.

        Args:
            rows: places of the patients. Shape (n_rows,).
            drugs: of each dose.
            minutes: of the calendar, of each dose. Shape (n_doses,).

        Returns:
            Shape (n_rows, n_doses); None where no dose is ever missed.
        """
        if self._forgets is None:
            return None
        missed = np.zeros((len(rows), len(minutes)), bool)
        day, clock = minutes // MINUTES_PER_DAY, minutes % MINUTES_PER_DAY
        own = np.array([f"{drug}:{minute}" for drug, minute in zip(drugs, clock.tolist(), strict=True)])
        for purpose in dict.fromkeys(own.tolist()):
            doses = np.flatnonzero(own == purpose)
            first = int(day[doses].min())
            draws = streams.uniform(
                self.seed,
                self.patients[rows],
                f"attendance:dose:{purpose}",
                int(day[doses].max()) - first + 1,
                start=first,
            )
            missed[:, doses] = draws[:, day[doses] - first] < self._forgets[rows, None]
        return missed

    def _uniform(self, purpose: str, n: int) -> NDArray:
        return streams.uniform(self.seed, self.patients, purpose, n)


def _around(likely: Attendance, normal: NDArray) -> NDArray:
    """Each patient's own probability: the logit of the middle one, spread normally."""
    middle = np.log(likely.missed_dose / (1 - likely.missed_dose))
    return 1 / (1 + np.exp(-(middle + likely.missed_dose_spread * normal)))
