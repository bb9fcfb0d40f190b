"""Bodies with a closed form, to test the clock without the engine.

One drug amount decays; neutrophils and platelets return to their own level and are pushed down by the drug; the
logarithm of the M-protein grows and is pushed down; the hazard of an event is constant. Every line works element by
element, so a patient's numbers cannot depend on the others.
"""

from __future__ import annotations

import numpy as np

from titer.clinic.prescription import Doses
from titer.patients import streams

DECAY, TURNOVER = 0.8, 0.25  # per day
PER_MINUTE = 1 / 1440


class ClosedFormBodies:
    """Implements `titer.clinic.course.Bodies`. fail_at: row → day at which its integration fails."""

    def __init__(self, patients, *, seed=1, growth=0.004, hazards=None, fail_at=None, slope=0.03):
        ids = np.asarray(patients)
        spread = streams.normal(seed, ids, "test:spread", 4)
        self.anc0, self.platelets0 = 3.0 * np.exp(0.4 * spread[:, 0]), 180 * np.exp(0.4 * spread[:, 1])
        self.slope = slope * np.exp(0.5 * spread[:, 2])
        self.growth, self.kill = growth * np.exp(0.5 * spread[:, 3]), 0.0008 * np.exp(spread[:, 3])
        self.amount = np.zeros(len(ids))
        self.anc_pushed, self.platelets_pushed = np.zeros(len(ids)), np.zeros(len(ids))
        self.log_m = np.full(len(ids), np.log(30.0))
        self.day, self.until = 0.0, np.zeros(len(ids))
        self.running = np.ones(len(ids), bool)
        self.has_failed = np.zeros(len(ids), bool)
        self.fail_at = fail_at or {}
        self.hazards = hazards or {}
        self.threshold = {n: streams.exponential(seed, ids, f"event:{n}", 1)[:, 0] for n in self.hazards}
        self.segments = 0

    def look(self):
        return {
            "anc": self.anc0 * np.exp(-self.anc_pushed),
            "platelets": self.platelets0 * np.exp(-0.6 * self.platelets_pushed),
            "haemoglobin": np.full(len(self.amount), 105.0),
            "m_protein": np.exp(self.log_m),
        }

    def run(self, until_day: float, doses: Doses):
        """Dose times are the plan's, the same for all; amounts differ."""
        for minute in np.unique(doses.minute):
            self._advance(minute * PER_MINUTE)
            now = doses.minute == minute
            np.add.at(self.amount, doses.row[now], doses.given[now])
        self._advance(until_day)
        for row, day in self.fail_at.items():
            if self.running[row] and day <= until_day:
                self.running[row], self.has_failed[row], self.until[row] = False, True, day

    def _advance(self, day: float):
        dt = day - self.day
        if dt > 0:
            on = self.running
            left, turned = np.exp(-DECAY * dt), np.exp(-TURNOVER * dt)
            push = self.slope * self.amount * (turned - left) / (DECAY - TURNOVER)
            self.anc_pushed = np.where(on, self.anc_pushed * turned + push, self.anc_pushed)
            self.platelets_pushed = np.where(on, self.platelets_pushed * turned + push, self.platelets_pushed)
            killed = self.kill * self.amount * (1 - left) / DECAY
            self.log_m = np.where(on, self.log_m + self.growth * dt - killed, self.log_m)
            self.amount = np.where(on, self.amount * left, self.amount)
            self.until = np.where(on, day, self.until)
            self.segments += int(on.sum())
        self.day = day

    def stop(self, rows):
        self.running &= ~rows

    def failed(self):
        return self.has_failed

    def stopped_at(self):
        return self.until

    def event_days(self):
        days = {}
        for name, hazard in self.hazards.items():
            day = self.threshold[name] / hazard
            days[name] = np.where(day <= self.until, day, np.nan)
        return days
