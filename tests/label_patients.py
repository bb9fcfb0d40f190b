"""Patients whose counts are written down, week by week, to see what a protocol makes of them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from titer.clinic.course import ClinicPlan, follow
from titer.dosing.parse import parse_regimen
from titer.library.rules.assays import ASSAYS
from titer.library.rules.imwg import IMWG_2016

DRUGS = dict.fromkeys(("lenalidomide", "dexamethasone", "pomalidomide", "thalidomide", "aspirin", "enoxaparin"), "mg")
NORMAL = {"anc": 3.0, "platelets": 200.0, "haemoglobin": 110.0, "m_protein": 30.0}


class WrittenBodies:
    """Implements `titer.clinic.course.Bodies` for one patient; each signal has one value a week, the last one stays."""

    def __init__(self, values, events=None):
        self.values, self.week, self.day = {**{k: [v] for k, v in NORMAL.items()}, **values}, 0, 0.0
        self.happened = events or {}

    def look(self, days_ago=0):
        week = max(self.week - days_ago // 7, 0)
        return {name: np.array([float(list(v)[min(week, len(v) - 1)])]) for name, v in self.values.items()}

    def run(self, until_day, doses, keep_days=0):
        self.day, self.week = until_day, round(until_day / 7)

    def stop(self, rows):
        pass

    def failed(self):
        return np.array([False])

    def stopped_at(self):
        return np.array([self.day])

    def event_days(self):
        return {name: np.array([day if day <= self.day else np.nan]) for name, day in self.happened.items()}

    def without_effect(self):
        return frozenset()


def walk(protocol, regimen, weeks, *, facts=None, weekly=True, **values):
    """The course of one patient who is seen exactly, every week where `weekly`."""
    if weekly:
        calendar = replace(protocol.calendar, phases=protocol.calendar.phases[:1])
        calendar = replace(calendar, phases=(replace(calendar.phases[0], every_day=7),))
        protocol = replace(protocol, calendar=calendar)
    plan = ClinicPlan(protocol, ASSAYS, IMWG_2016, exact=True, stop_at_progression=False)
    known = {name: [value] for name, value in (facts or {}).items()}
    regimen = parse_regimen(regimen, DRUGS) if isinstance(regimen, str) else regimen
    return follow(WrittenBodies(values), [1], regimen, plan, 7 * weeks, 1, facts=known)


def actions(course, drug):
    """(day, action, rule, level after) of one drug, without the visits at which nothing was decided."""
    words, table = course.ledger.words, course.ledger.tables()["decisions"]
    rows = range(len(table["day"]))
    named = [{column: table[column][row] for column in table} for row in rows]
    return [
        (int(r["day"]), words["action"][r["action"]], words["rule"][r["rule"]], float(r["dose_after"]))
        for r in named
        if words["drug"][r["drug"]] == drug and words["action"][r["action"]] not in ("none", "stay held")
    ]


def weekly_dose(course, drug):
    """Largest dose of a drug in each week."""
    words, table = course.ledger.words, course.ledger.tables()["doses"]
    own = np.array([words["drug"][code] == drug for code in table["drug"]], bool)
    week = table["minute"][own] // (7 * 1440)
    return [float(table["given"][own][week == k].max(initial=0.0)) for k in range(len(course.days) - 1)]
