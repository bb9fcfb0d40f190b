"""Courses on bodies with a closed form, and what tests ask of their tables."""

from __future__ import annotations

import numpy as np

from clinic_bodies import ClosedFormBodies
from clinic_protocols import US
from titer.clinic.course import ClinicPlan, follow
from titer.clinic.doses import Doses, Reason
from titer.clinic.ledger import replay_schedule
from titer.clinic.therapy import Action
from titer.dosing.parse import parse_regimen
from titer.library.rules.assays import ASSAYS
from titer.library.rules.imwg import IMWG_2016

DRUGS = ["lenalidomide", "dexamethasone", "pomalidomide", "filgrastim"]
LD = parse_regimen("lenalidomide 25 mg days 1-21 of 28 + dexamethasone 40 mg days 1,8,15,22 of 28", DRUGS)
DAYS, N, SEED = 28 * 6, 40, 5


def regimen(text):
    return parse_regimen(text, DRUGS)


def plan(protocol=US, **more):
    return ClinicPlan(protocol, ASSAYS, IMWG_2016, **more)


def run(
    given=LD, looked_after=None, patients=range(N), days=DAYS, *, facts=None, leave_day=None, plan_days=None, **body
):
    own = np.array(patients)
    bodies = ClosedFormBodies(own, seed=SEED, **body)
    return follow(
        bodies,
        own,
        given,
        looked_after or plan(),
        days,
        SEED,
        facts=facts,
        leave_day=leave_day,
        plan_days=plan_days,
    )


def decisions(course, *, drug=None, action=None, patient=None):
    """Rows of the table, as dicts with words."""
    table, words = course.ledger.tables()["decisions"], course.ledger.words
    rows = [{name: column[i] for name, column in table.items()} for i in range(len(table["day"]))]
    for row in rows:
        row["drug"], row["action"] = words["drug"][row["drug"]], Action(row["action"])
        row["rule"] = words["rule"][row["rule"]] if row["rule"] >= 0 else ""
        row["signal"] = words["signal"][row["signal"]] if row["signal"] >= 0 else ""
    return [
        row
        for row in rows
        if (drug is None or row["drug"] == drug)
        and (action is None or row["action"] == action)
        and (patient is None or row["patient"] == patient)
    ]


def doses(course, drug=None, patient=None):
    """Columns of the table: of one drug, of one patient."""
    table = course.ledger.tables()["doses"]
    own = np.ones(len(table["minute"]), bool)
    if drug is not None:
        own &= table["drug"] == list(course.ledger.drugs).index(drug)
    if patient is not None:
        own &= table["patient"] == patient
    return {name: column[own] for name, column in table.items()} | {"day": table["minute"][own] // 1440}


def reasons(course, **which):
    return {Reason(code).word for code in doses(course, **which)["reason"].tolist()}


def replay(course, days=None, **body):
    """True values on every day of a tick (or other days), of the doses in the ledger given as a fixed schedule."""
    schedule = replay_schedule(course.ledger.tables()["doses"], course.patients)
    bodies = ClosedFormBodies(course.patients, seed=SEED, **body)
    row = np.repeat(np.arange(len(course.patients)), np.diff(schedule.start))
    zero = np.zeros(len(row), int)
    found = {name: [] for name in bodies.look()}
    stops = list(course.days.tolist() if days is None else days)
    for begin, end in zip([0, *stops[:-1]], stops, strict=True):
        now = (schedule.minute >= begin * 1440) & (schedule.minute < end * 1440)
        amount = schedule.amount[now]
        made = Doses(
            row[now], schedule.component[now], zero[now], schedule.minute[now], amount, amount, zero[now], zero[now]
        )
        bodies.run(float(end), made)
        for name, value in bodies.look().items():
            found[name].append(value)
    return {name: np.stack(values, axis=1) for name, values in found.items()}
