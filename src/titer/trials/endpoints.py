"""Endpoints of each patient, read from what is known of a cohort.

Answers:  best response, PFS, TTP, overall survival, duration of response, worst counts and grades, their burden in
          weeks, first days of events, holds, reductions and stops for toxicity, cycles that waited, dose intensity,
          cumulative dose.
Assumed:  a patient without event is censored at the last assessment of the disease, for survival at the last day of
          observation; counts are those on treatment with the regimen, from the first visit after the first dose;
          planned doses are those of the calendar on which no cycle waits.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
from numpy.typing import NDArray

from titer.clinic.course import Course, End
from titer.clinic.grading import GradeTable, grade
from titer.clinic.ledger import dose_totals
from titer.clinic.response import Response
from titer.dosing.regimen import MINUTES_PER_DAY
from titer.trials.followed import Followed, with_word

DAYS_PER_MONTH = 365.25 / 12
SEVERE, MODERATE = 3, 2  # grades from which toxicity is counted
ILLNESSES = {  # of patients with an immune core
    name: f"{name}_day" for name in ("fever", "febrile_neutropenia", "flu_like", "fatigue")
}
LOWERED = ("resume lower", "reduce")
DAYS_PER_WEEK = 7
Columns = dict[str, NDArray]


def endpoints(known: Course | Followed, tables: Mapping[str, GradeTable], drug: str) -> Columns:
    """One value per patient and endpoint.

    Args:
        known: the course, or what is known of it up to a day (`Followed.until`); patients in increasing order.
        tables: laboratory test → table that grades it ("anc", "platelets", "haemoglobin").
        drug: whose dose intensity is counted; NaN for patients who are not planned to get it.

    Returns:
        Columns of shape (n_patients,). Days count from the first dose and are NaN where it did not happen; flags are
        bool; `*_event` says whether the time before it is an event (True) or censored.
    """
    cohort = Followed.of_course(known) if isinstance(known, Course) else known
    return {
        **response_endpoints(cohort),
        **time_endpoints(cohort),
        **_laboratory(cohort, tables),
        **{f"{name}_day": day for name, day in cohort.event_day.items()},
        **_decisions(cohort),
        **_dosing(cohort, drug),
        "therapy_end_day": cohort.therapy_end_day,
        "crossover_day": cohort.crossover_day,
        "end_day": cohort.end_day,
        "failed": cohort.end == End.FAILED,
    }


def response_endpoints(cohort: Followed) -> Columns:
    """Best response, and the days of response and progression."""
    best = cohort.best
    return {
        "best_response": best,
        "responder": best >= Response.PARTIAL,
        "vgpr_or_better": best >= Response.VERY_GOOD_PARTIAL,
        "complete_response": best >= Response.COMPLETE,
        "response_day": cohort.response_day,
        "progression_day": cohort.progression_day,
    }


def time_endpoints(cohort: Followed) -> Columns:
    """PFS, TTP, duration of response and overall survival: days, and whether each is an event."""
    died = cohort.end == End.EVENT
    progression, response = cohort.progression_day, cohort.response_day
    first = np.fmin(progression, np.where(died, cohort.end_day, np.nan))
    happened = ~np.isnan(first)
    pfs = np.where(happened, first, np.nan_to_num(cohort.last_assessment))
    return {
        "pfs_day": pfs,
        "pfs_event": happened,
        "ttp_day": np.where(np.isnan(progression), pfs, progression),
        "ttp_event": ~np.isnan(progression),
        "dor_day": pfs - response,
        "dor_event": happened & ~np.isnan(response),
        "os_day": cohort.end_day,
        "os_event": died,
    }


def _laboratory(cohort: Followed, tables: Mapping[str, GradeTable]) -> Columns:
    columns: Columns = {}
    on_treatment = cohort.days[None, :] <= cohort.therapy_end_day[:, None]
    on_treatment[:, 0] = False  # before the first dose
    for test, table in tables.items():
        reported = np.where(on_treatment, cohort.observed[test], np.nan)
        weekly = np.where(on_treatment, cohort.true[test], np.nan)
        # As reported at visits, and as it truly was at the end of every week: the second does not depend on the
        # calendar of visits, which samples the rest week of one regimen and the treatment of another.
        for name, values in ((test, reported), (f"{test}_weekly", weekly)):
            columns[f"{name}_lowest"] = _lowest(values)
            # The lower limit of normal only tells grade 1 from 0; grades 2 to 4 do not need it.
            columns[f"{name}_worst_grade"] = grade(columns[f"{name}_lowest"], table)
        columns[f"{test}_g3_day"] = _first_day(_finite_grade(reported, table) >= SEVERE, cohort.days)
        grades = _finite_grade(weekly, table)
        for least in (MODERATE, SEVERE):
            columns[f"{test}_weeks_g{least}"] = (grades >= least).sum(axis=1).astype(np.int32)
    return columns


def _finite_grade(values: NDArray, table: GradeTable) -> NDArray[np.int8]:
    """Grades; a value beyond single precision (a patient about to fail) is not known."""
    return grade(np.where(np.isfinite(values), values, np.nan), table)


def _lowest(values: NDArray) -> NDArray:
    seen = ~np.isnan(values).all(axis=1)
    lowest = np.full(len(values), np.nan)
    lowest[seen] = np.nanmin(values[seen], axis=1)
    return lowest


def _first_day(flags: NDArray[np.bool_], days: NDArray) -> NDArray:
    """Day of the first true week of each patient, NaN where there is none. flags: shape (n_patients, n_weeks)."""
    return np.where(flags.any(axis=1), days[np.argmax(flags, axis=1)].astype(float), np.nan)


def _decisions(cohort: Followed) -> Columns:
    hold, lowered = first_decision(cohort, ("hold",)), first_decision(cohort, LOWERED)
    toxic = np.where(cohort.therapy_end == End.TOXICITY, cohort.therapy_end_day, np.nan)
    return {
        "any_hold": ~np.isnan(hold),
        "any_reduction": ~np.isnan(lowered),
        "hold_day": hold,
        "reduction_day": lowered,
        "toxicity_stop_day": toxic,
    }


def first_decision(cohort: Followed, actions: Iterable[str]) -> NDArray:
    """Day of the first decision of these kinds on the regimen, NaN where there was none. Shape (n_patients,)."""
    table, day = cohort.decisions, np.full(len(cohort), np.inf)
    if len(table["patient"]):
        row = cohort.rows_of(table)
        own = with_word(table["action"], tuple(actions)) & ~_crossed(cohort, row, table["day"])
        np.minimum.at(day, row[own], table["day"][own])
    return np.where(np.isfinite(day), day, np.nan)


def _crossed(cohort: Followed, row: NDArray, day: NDArray) -> NDArray[np.bool_]:
    """Rows from the day on which the patient crossed over."""
    with np.errstate(invalid="ignore"):
        return day >= cohort.crossover_day[row]


def _dosing(cohort: Followed, drug: str) -> Columns:
    planned, given = doses_until_crossover(cohort, drug)
    with np.errstate(invalid="ignore"):
        intensity = np.where(planned > 0, given / planned, np.nan)
    waited = delay_days(cohort)
    return {
        "relative_dose_intensity": intensity * _moving_share(cohort.therapy_end_day, waited),
        "cumulative_dose": given,
        "delay_day": waited,
        "any_delay": waited > 0,
    }


def _moving_share(treated_day: NDArray, waited: NDArray) -> NDArray:
    """Share of the days of treatment on which the plan went on, exactly 1 where no cycle waited.

    While a cycle waits nothing is planned by the patient's own calendar; by the undelayed one doses would have been.
    """
    share = np.ones(len(waited))
    late = waited > 0  # then the days of treatment are more than 0, too
    share[late] = (treated_day[late] - waited[late]) / treated_day[late]
    return share


def delay_days(cohort: Followed) -> NDArray:
    """Days of treatment with the regimen on which the patient's cycle waited, 0 where none did. Shape (n_patients,).

    The ledger tells every week of waiting, drug by drug; a week that treatment did not outlast counts to its end.
    """
    table, waited = cohort.decisions, np.zeros(len(cohort))
    if not len(table["patient"]):
        return waited
    row = cohort.rows_of(table)
    own = with_word(table["action"], ("delay cycle",)) & ~_crossed(cohort, row, table["day"])
    weeks = np.unique(np.stack([row[own], np.asarray(table["day"], np.int64)[own]]), axis=1)
    left = np.clip(cohort.therapy_end_day[weeks[0]] - weeks[1], 0, DAYS_PER_WEEK)
    np.add.at(waited, weeks[0], left)
    return waited


def doses_until_crossover(cohort: Followed, drug: str) -> tuple[NDArray, NDArray]:
    """Amount of a drug planned and given on the regimen, NaN where the arm lacks it. Shape (n_patients,) each."""
    table = cohort.doses
    drugs = list(table["drug"].words) if "drug" in table else []
    if drug not in drugs:
        return np.full(len(cohort), np.nan), np.full(len(cohort), np.nan)
    own = ~_crossed(cohort, cohort.rows_of(table), table["minute"] / MINUTES_PER_DAY)
    plain = {name: table[name][own] for name in ("patient", "minute", "planned", "given")}
    plain["drug"] = np.asarray(table["drug"].codes)[own]
    edges = np.array([0, cohort.days[-1] + 1])
    planned, given = dose_totals(plain, cohort.patients, drugs.index(drug), edges)
    return planned[:, 0].astype(float), given[:, 0].astype(float)  # NumPy counts no rows in whole numbers


def burden(cohort: Followed, table: GradeTable, span_day: int = 28) -> dict[str, NDArray[np.int64]]:
    """Toxicity over time: patient-weeks on treatment, and those of them spent at grade 2 or more and 3 or more.

    Args:
        cohort: of one arm.
        table: of the laboratory test.
        span_day: length of a span, whole weeks.

    Returns:
        "weeks", "g2", "g3", and the patients "treated" and with grade 3 or more at least "once" in each span. Shape
        (n_spans,). True weekly values, so that it does not depend on the calendar of visits.
    """
    values = np.where(cohort.days[None, :] <= cohort.therapy_end_day[:, None], cohort.true[table.test], np.nan)[:, 1:]
    known, grades = ~np.isnan(values), _finite_grade(values, table)
    span = (cohort.days[1:] - 1) // span_day
    n = int(span[-1]) + 1
    severe = grades >= SEVERE
    return {
        "weeks": np.bincount(span, known.sum(axis=0), n).astype(np.int64),
        "g2": np.bincount(span, (grades >= MODERATE).sum(axis=0), n).astype(np.int64),
        "g3": np.bincount(span, severe.sum(axis=0), n).astype(np.int64),
        "treated": np.array([known[:, span == k].any(axis=1).sum() for k in range(n)], np.int64),
        "once": np.array([severe[:, span == k].any(axis=1).sum() for k in range(n)], np.int64),
    }
