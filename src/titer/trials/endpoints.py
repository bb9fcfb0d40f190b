"""Endpoints of each patient, read from the course of a cohort.

Answers:  best response, PFS, TTP, duration of response, worst counts and grades, events, holds, reductions, intensity.
Assumed:  a patient without event is censored at the last assessment of the disease; counts are those reported on
          treatment, from the first visit after the first dose.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from titer.clinic.course import Course, End
from titer.clinic.grading import GradeTable, grade
from titer.clinic.ledger import dose_totals
from titer.clinic.response import Response
from titer.clinic.rules import Action

DAYS_PER_MONTH = 365.25 / 12
Columns = dict[str, NDArray]


def endpoints(course: Course, tables: Mapping[str, GradeTable], drug: str) -> Columns:
    """One value per patient and endpoint.

    Args:
        course: what happened; its patients in increasing order.
        tables: laboratory test → table that grades it ("anc", "platelets", "haemoglobin").
        drug: whose dose intensity is counted; NaN for patients who are not planned to get it.

    Returns:
        Columns of shape (n_patients,). Days count from the first dose and are NaN where it did not happen; flags are
        bool; `*_event` says whether the time before it is an event (True) or censored.
    """
    return {
        **_response(course),
        **_times(course),
        **_laboratory(course, tables),
        **{f"{name}_day": day for name, day in course.event_day.items()},
        **_dosing(course, drug),
        "end_day": course.end_day,
        "failed": course.end == End.FAILED,
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
    pfs, happened = course.progression_free()
    progression, response = course.response.progression_day, course.response.response_day
    return {
        "pfs_day": pfs,
        "pfs_event": happened,
        "ttp_day": np.where(np.isnan(progression), pfs, progression),
        "ttp_event": ~np.isnan(progression),
        "dor_day": pfs - response,
        "dor_event": happened & ~np.isnan(response),
    }


def _laboratory(course: Course, tables: Mapping[str, GradeTable]) -> Columns:
    columns: Columns = {}
    for test, table in tables.items():
        # As reported at visits, and as it truly was at the end of every week: the second does not depend on the
        # calendar of visits, which samples the rest week of one regimen and the treatment of another.
        for name, values in ((test, course.observed[test]), (f"{test}_weekly", course.true[test])):
            columns[f"{name}_lowest"] = _lowest(values[:, 1:])
            # The lower limit of normal only tells grade 1 from 0; grades 3 and 4 do not need it.
            columns[f"{name}_worst_grade"] = grade(columns[f"{name}_lowest"], table)
    return columns


def _lowest(values: NDArray) -> NDArray:
    seen = ~np.isnan(values).all(axis=1)
    lowest = np.full(len(values), np.nan)
    lowest[seen] = np.nanmin(values[seen], axis=1)
    return lowest


def _dosing(course: Course, drug: str) -> Columns:
    decisions = course.ledger.tables()["decisions"]
    return {
        "any_hold": _any_action(course, decisions, Action.HOLD),
        "any_reduction": _any_action(course, decisions, Action.RESUME_LOWER),
        "relative_dose_intensity": _intensity(course, drug, np.array([0, course.days[-1]]))[:, 0],
    }


def _intensity(course: Course, drug: str, day_edges: NDArray) -> NDArray:
    """Dose given over dose planned per span of days, NaN where nothing was planned. Shape (n_patients, n_spans)."""
    drugs = list(course.ledger.drugs)
    if drug not in drugs:
        return np.full((len(course.patients), len(day_edges) - 1), np.nan)
    doses = course.ledger.tables()["doses"]
    planned, given = dose_totals(doses, course.patients, drugs.index(drug), day_edges)
    with np.errstate(invalid="ignore"):
        return np.where(planned > 0, given / planned, np.nan)


def _any_action(course: Course, decisions: Mapping[str, NDArray], action: Action) -> NDArray[np.bool_]:
    rows = np.searchsorted(course.patients, decisions["patient"][decisions["action"] == action])
    flags = np.zeros(len(course.patients), bool)
    flags[rows] = True
    return flags


def intensity_by_cycle(course: Course, drug: str, cycle_days: int) -> NDArray[np.float32]:
    """Dose of a drug given over dose planned in each cycle, NaN off treatment. Shape (n_patients, n_cycles)."""
    edges = np.arange(0, course.days[-1] + cycle_days, cycle_days)
    return _intensity(course, drug, edges).astype(np.float32)
