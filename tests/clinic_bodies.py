"""Bodies with a closed form, to test the clock without the engine.

One drug amount decays; neutrophils and platelets return to their own level and are pushed down by the drug; the
logarithm of the M-protein grows and is pushed down; neuropathy follows everything taken so far; the hazard of an event
is constant. Every patient goes from own dose to own dose, element by element, so a patient's numbers cannot depend on
the others.
"""

from __future__ import annotations

import numpy as np

from titer.clinic.doses import Doses
from titer.patients import streams

DECAY, TURNOVER = 0.8, 0.25  # per day
PER_MINUTE = 1 / 1440


class ClosedFormBodies:
    """Implements `titer.clinic.clock.Bodies`.

    fail_at: row → day at which its integration fails. weights: of each component's doses, 1 where not given; a negative
    one lifts the counts. shows: further signals that can be seen ("neuropathy", "temperature").
    """

    def __init__(
        self, patients, *, seed=1, growth=0.004, hazards=None, fail_at=None, slope=0.03, weights=(), shows=(), lacks=()
    ):
        ids = np.asarray(patients)
        spread = streams.normal(seed, ids, "test:spread", 4)
        self.anc0, self.platelets0 = 3.0 * np.exp(0.4 * spread[:, 0]), 180 * np.exp(0.4 * spread[:, 1])
        self.slope = slope * np.exp(0.5 * spread[:, 2])
        self.growth, self.kill = growth * np.exp(0.5 * spread[:, 3]), 0.0008 * np.exp(spread[:, 3])
        n = len(ids)
        self.amount, self.taken = np.zeros(n), np.zeros(n)
        self.anc_pushed, self.platelets_pushed = np.zeros(n), np.zeros(n)
        self.log_m = np.full(n, np.log(30.0))
        self.day, self.until = np.zeros(n), np.zeros(n)
        self.running, self.has_failed = np.ones(n, bool), np.zeros(n, bool)
        self.fail_at, self.hazards = fail_at or {}, hazards or {}
        self.threshold = {name: streams.exponential(seed, ids, f"event:{name}", 1)[:, 0] for name in self.hazards}
        self.weights, self.shows, self.lacks = weights, shows, frozenset(lacks)
        self.segments = 0
        self.kept = {}

    def look(self, days_ago=0):
        return self.kept[days_ago] if days_ago else self._now()

    def _now(self):
        now = {
            "anc": self.anc0 * np.exp(-self.anc_pushed),
            "platelets": self.platelets0 * np.exp(-0.6 * self.platelets_pushed),
            "haemoglobin": np.full(len(self.amount), 105.0),
            "m_protein": np.exp(self.log_m),
        }
        more = {
            "neuropathy": np.floor(np.minimum(self.slope * self.taken / 12, 4.0)),
            "temperature": 37.0 + np.minimum(1.2 * self.anc_pushed, 3.0),
        }
        return now | {name: more[name] for name in self.shows}

    def run(self, until_day: float, doses: Doses, keep_days: int = 0):
        """At one moment values are read before a dose acts."""
        kept_at = {until_day - k: k for k in range(1, keep_days + 1)}
        moments = sorted({*(np.unique(doses.minute) * PER_MINUTE).tolist(), *kept_at})
        at = doses.minute * PER_MINUTE
        for moment in moments:
            if moment in kept_at:
                self._advance(moment, np.ones(len(self.day), bool))
                self.kept[kept_at[moment]] = self._now()
            now = at == moment
            rows = np.zeros(len(self.day), bool)
            rows[doses.row[now]] = True
            self._advance(moment, rows)
            weight = np.array([self._weight(c) for c in doses.component[now].tolist()])
            np.add.at(self.amount, doses.row[now], doses.given[now] * weight)
            np.add.at(self.taken, doses.row[now], doses.given[now] * np.maximum(weight, 0))
        self._advance(until_day, np.ones(len(self.day), bool))
        for row, day in self.fail_at.items():
            if self.running[row] and day <= until_day:
                self.running[row], self.has_failed[row], self.until[row] = False, True, day

    def _weight(self, component):
        return self.weights[component] if component < len(self.weights) else 1.0

    def _advance(self, day: float, rows):
        on = self.running & rows
        dt = np.where(on, day - self.day, 0.0)
        left, turned = np.exp(-DECAY * dt), np.exp(-TURNOVER * dt)
        push = self.slope * self.amount * (turned - left) / (DECAY - TURNOVER)
        self.anc_pushed = np.where(on, self.anc_pushed * turned + push, self.anc_pushed)
        self.platelets_pushed = np.where(on, self.platelets_pushed * turned + push, self.platelets_pushed)
        killed = self.kill * self.amount * (1 - left) / DECAY
        self.log_m = np.where(on, self.log_m + self.growth * dt - killed, self.log_m)
        self.amount = np.where(on, self.amount * left, self.amount)
        self.until = np.where(on, day, self.until)
        self.day = np.where(rows, day, self.day)
        self.segments += int((on & (dt > 0)).sum())

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

    def without_effect(self):
        return self.lacks
