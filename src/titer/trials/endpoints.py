"""Endpoints of each patient, read from the course of a cohort.

Answers:  best response, PFS, TTP, duration of response, worst counts and grades, events, holds, reductions, intensity.
Assumed:  a patient without event is censored at the last assessment of the disease; counts are those reported on
          treatment, from the first visit after the first dose.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from titer.clinic.course import Course
from titer.clinic.grading import GradeTable, grade
from titer.clinic.response import Response
from titer.clinic.rules import Action

DAYS_PER_MONTH = 365.25 / 12
Columns = dict[str, NDArray]


def endpoints(course: Course, tables: Mapping[str, GradeTable]) -> Columns:
    """One value per patient and endpoint.

    Args:
        course: what happened; its patients in increasing order.
        tables: laboratory test → table that grades it ("anc", "platelets", "haemoglobin").

    Returns:
        Columns of shape (n_patients,). Days count from the first dose and are NaN where it did not happen; flags are
        bool; `*_event` says whether the time before it is an event (True) or censored.
    """
    return {
        **_response(course),
        **_times(course),
        **_laboratory(course, tables),
        **{f"{name}_day": day for name, day in course.event_day.items()},
        **_dosing(course),
        "end_day": course.end_day,
    }


def _response(course: Course) -> Columns:
    best = course.response.best
    return {
        "best_response": best,
        "responder": best >= Response.PARTIAL,
        "vgpr_or_better": best >= Response.VERY_GOOD_PARTIAL,
        "complete_response": best >= Response.COMPLETE,
        "response_day": course.response.response_day,
        "progression_day": course.response.progression_day,
    }


def _times(course: Course) -> Columns:
    progression = course.response.progression_day
    death = course.event_day.get("death", np.full_like(progression, np.nan))
    last = np.fmax(course.response.last_day, 0.0)
    progressed, died = ~np.isnan(progression), ~np.isnan(death)
    pfs = np.fmin(progression, death)
    response = course.response.response_day
    return {
        "pfs_day": np.where(progressed | died, pfs, last),
        "pfs_event": progressed | died,
        "ttp_day": np.where(progressed, progression, np.where(died, death, last)),
        "ttp_event": progressed,
        "dor_day": np.where(progressed | died, pfs, last) - response,
        "dor_event": (progressed | died) & ~np.isnan(response),
    }


def _laboratory(course: Course, tables: Mapping[str, GradeTable]) -> Columns:
    columns: Columns = {}
    for test, table in tables.items():
        worst = _lowest(course.observed[test][:, 1:])
        columns[f"{test}_lowest"] = worst
        # The lower limit of normal only tells grade 1 from 0; grades 3 and 4 do not need it.
        columns[f"{test}_worst_grade"] = grade(worst, table)
    return columns


def _lowest(values: NDArray) -> NDArray:
    seen = ~np.isnan(values).all(axis=1)
    lowest = np.full(len(values), np.nan)
    lowest[seen] = np.nanmin(values[seen], axis=1)
    return lowest


def _dosing(course: Course) -> Columns:
    ledger = course.ledger.tables()
    decisions, doses = ledger["decisions"], ledger["doses"]
    counted = np.isin(doses["drug"], _counted_drugs(course))
    planned = _sum_by_patient(course, doses["patient"][counted], doses["planned"][counted])
    given = _sum_by_patient(course, doses["patient"][counted], doses["given"][counted])
    with np.errstate(invalid="ignore"):
        intensity = np.where(planned > 0, given / planned, np.nan)
    return {
        "any_hold": _any_action(course, decisions, Action.HOLD),
        "any_reduction": _any_action(course, decisions, Action.RESUME_LOWER),
        "relative_dose_intensity": intensity,
    }


def _counted_drugs(course: Course) -> list[int]:
    """Dose intensity counts the drugs under a rule; where there is none, the first drug of the regimen."""
    drugs = list(course.ledger.drugs)
    ruled = [drugs.index(name) for name in course.ledger.protocol.drugs if name in drugs]
    return ruled or [0]


def counted_drug(course: Course) -> str:
    """Name of the drugs whose doses the dose intensity counts."""
    return " + ".join(course.ledger.drugs[place] for place in _counted_drugs(course))


def _sum_by_patient(course: Course, patients: NDArray, amounts: NDArray) -> NDArray:
    return np.bincount(np.searchsorted(course.patients, patients), amounts, minlength=len(course.patients))


def _any_action(course: Course, decisions: Mapping[str, NDArray], action: Action) -> NDArray[np.bool_]:
    rows = np.searchsorted(course.patients, decisions["patient"][decisions["action"] == action])
    flags = np.zeros(len(course.patients), bool)
    flags[rows] = True
    return flags


def intensity_by_cycle(course: Course, cycle_days: int) -> NDArray[np.float32]:
    """Dose given over dose planned in each cycle, NaN off treatment. Shape (n_patients, n_cycles)."""
    doses = course.ledger.tables()["doses"]
    counted = np.isin(doses["drug"], _counted_drugs(course))
    n_cycles = int(np.ceil(course.days[-1] / cycle_days))
    cycle = doses["minute"][counted] // (1440 * cycle_days)
    cell = np.searchsorted(course.patients, doses["patient"][counted]) * n_cycles + cycle
    size = len(course.patients) * n_cycles
    planned = np.bincount(cell, doses["planned"][counted], minlength=size)
    given = np.bincount(cell, doses["given"][counted], minlength=size)
    with np.errstate(invalid="ignore"):
        share = np.where(planned > 0, given / planned, np.nan)
    return share.reshape(-1, n_cycles).astype(np.float32)
