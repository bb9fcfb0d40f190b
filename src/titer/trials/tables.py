"""The tables of a run, as columns ready to be stored: patients, visits, doses, decisions, events, status."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import IntEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from titer.clinic.course import Course, End
from titer.clinic.response import Response
from titer.patients.cohort import Cohort
from titer.trials.store import Words

Columns = dict[str, Any]


def tables_of(course: Course, cohort: Cohort, outcomes: Mapping[str, NDArray], regimen: str) -> dict[str, Columns]:
    """Every table of one arm of one chunk; each row names patient and regimen.

    Args:
        course: what happened.
        cohort: the patients, in the same order.
        outcomes: from `endpoints`.
        regimen: its text.
    """
    ledger = course.ledger.tables()
    tables = {
        "patients": {"patient": course.patients, **cohort.columns, **_outcome_columns(outcomes)},
        "visits": _visits(course),
        "doses": _named(ledger["doses"], course.ledger.words),
        "decisions": _decisions(course, ledger["decisions"]),
        "events": _events(course),
        "status": {"patient": course.patients, "status": _enum_words(course.end, End), "day": course.end_day},
    }
    return {name: _with_regimen(columns, regimen) for name, columns in tables.items()}


def _with_regimen(columns: Mapping[str, Any], regimen: str) -> Columns:
    label = Words.constant(regimen, len(columns["patient"]))
    return {"patient": columns["patient"], "regimen": label, **{k: v for k, v in columns.items() if k != "patient"}}


def _outcome_columns(outcomes: Mapping[str, NDArray]) -> Columns:
    return {**outcomes, "best_response": _enum_words(outcomes["best_response"], Response)}


def _visits(course: Course) -> Columns:
    """One row per patient and week on treatment: true values, and reported ones where there was a visit."""
    row, tick = np.nonzero(~np.isnan(next(iter(course.true.values()))))
    columns = {"patient": course.patients[row], "day": course.days[tick].astype(np.int32)}
    columns |= {name: values[row, tick] for name, values in course.true.items()}
    return columns | {f"{name}_reported": values[row, tick] for name, values in course.observed.items()}


def _decisions(course: Course, columns: Mapping[str, Any]) -> Columns:
    """Decisions with a column for every value that a rule may have seen.

    The columns do not depend on the rules of an arm, so that arms of different drugs fit into one table.
    """
    named = _named(columns, course.ledger.words)
    unseen = np.full(len(columns["patient"]), np.nan)
    seen = {f"seen_{signal}": named.pop(f"seen_{signal}", unseen) for signal in course.observed}
    return named | seen


def _events(course: Course) -> Columns:
    days = {
        **course.event_day,
        "response": course.response.response_day,
        "progression": course.response.progression_day,
    }
    kind, row = np.nonzero(~np.isnan(np.stack(list(days.values()))))
    order = np.argsort(row, kind="stable")
    kind, row = kind[order], row[order]
    return {
        "patient": course.patients[row],
        "event": Words(kind, list(days)),
        "day": np.stack(list(days.values()))[kind, row],
    }


def _named(columns: Mapping[str, Any], words: Mapping[str, Sequence[str]]) -> Columns:
    """Small whole numbers as the words they stand for; -1 is empty."""
    named = dict(columns)
    for name in words.keys() & named.keys():
        meanings = [*words[name], ""]
        named[name] = Words(np.asarray(named[name]) % len(meanings), meanings)
    return named


def _enum_words(codes: NDArray, kind: type[IntEnum]) -> Words:
    return Words(codes, [member.name.lower().replace("_", " ") for member in kind])
