"""One patient, or a few, through visits made by hand: what the rules decide, without clock or bodies."""

from __future__ import annotations

import numpy as np

from titer.clinic.chart import Chart
from titer.clinic.decide import decide
from titer.clinic.observables import OBSERVABLES
from titer.clinic.rulebook import RuleBook
from titer.clinic.steps import Visit
from titer.clinic.therapy import Action, Therapy

EVERYTHING = tuple(OBSERVABLES)


class Walk:
    """Visits of a cohort. dose: first level of each drug, shape (n_patients, n_drugs)."""

    def __init__(self, protocol, dose, drugs=("lenalidomide",), known=EVERYTHING, cycle_length=28):
        self.dose = np.array(dose, float)
        self.book = RuleBook.of(protocol, drugs, known)
        self.therapy = Therapy.starting(self.dose, len(self.book.protocol.rules))
        self.chart = Chart(len(self.dose), self.book.conditions())
        self.length = cycle_length

    def visit(self, day, seen=None, events=None, planned=None, **values):
        """Decisions of one visit: a list of rows (patient, drug, action, rule, signal, value, dose before, after)."""
        n, k = self.dose.shape
        seen = np.ones(n, bool) if seen is None else np.array(seen)
        therapy, plan = self.therapy, self.dose if planned is None else np.array(planned, float)
        therapy.dose[:] = np.where(therapy.raised, therapy.cap, np.minimum(plan, therapy.cap))
        plan_day = therapy.plan_day(day)
        begins = plan_day % self.length == 0
        now = Visit(day, seen, np.ones((n, k), bool), plan_day, begins, plan_day // self.length + 1, plan)
        values = {name: np.where(seen, np.asarray(value, float), np.nan) for name, value in values.items()}
        values |= {"day": np.full(n, float(day)), "cycle": now.cycle.astype(float), "level": therapy.dose.copy()}
        values["cycles_since_change"] = therapy.cycles_since_change(plan_day, self.length)
        events = {name: np.asarray(day, float) for name, day in (events or {}).items()}
        self.chart.open(day, seen, values, events, therapy.begun)
        self.made = decide(self.book, self.chart, therapy, now)
        return [row for block in self.made for row in self._rows(block)]

    def _rows(self, block):
        rules = [rule.name for rule in self.book.protocol.rules]
        columns = ("row", "drug", "action", "rule", "signal", "value", "dose_before", "dose_after")
        for row, drug, action, rule, signal, value, before, after in zip(
            *(getattr(block, name).tolist() for name in columns), strict=True
        ):
            yield (
                row,
                self.book.drugs[drug],
                Action(action),
                rules[rule] if rule >= 0 else "",
                self.book.signals[signal] if signal >= 0 else "",
                value,
                before,
                after,
            )

    def given(self):
        """Levels that are taken now; 0 while held, stopped or waiting. Shape (n_patients, n_drugs)."""
        off = self.therapy.held | self.therapy.stopped | self.therapy.waiting[:, None]
        return np.where(off, 0.0, self.therapy.dose)


def walk(protocol, start, *, days=7, drugs=("lenalidomide",), **courses):
    """Actions and levels of one patient and drug, one visit after another. courses: signal → values in turn."""
    patient = Walk(protocol, [[start]], drugs)
    length = {len(values) for values in courses.values()}
    assert len(length) == 1
    actions, doses = [], []
    for i in range(length.pop()):
        rows = patient.visit(days * i, **{signal: [values[i]] for signal, values in courses.items()})
        actions.append(rows[-1][2])
        doses.append(float(patient.given()[0, 0]))
    return actions, doses
