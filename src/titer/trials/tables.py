"""The tables of a run, as columns ready to be stored: patients, visits, doses, decisions, events, status."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import IntEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from titer.clinic.course import Course, End
from titer.clinic.response import Response
from titer.errors import ModelError
from titer.patients.cohort import Cohort
from titer.trials.columns import Columns, Words

KEYS = ("patient", "arm", "regimen")


def letters(n: int) -> list[str]:
    """Short names of arms, in order: A, B, C, …, Z, A2, B2, …

    Example:
        >>> letters(3)
        ['A', 'B', 'C']
    """
    return [chr(ord("A") + i % 26) + (str(i // 26 + 1) if i >= 26 else "") for i in range(n)]


def parameter_table(patients: NDArray, names: Sequence[str], values: NDArray) -> Columns:
    """Parameters of each patient, one column each, as "model.parameter". values: shape (n_patients, n_parameters)."""
    return {"patient": patients, **dict(zip(names, values.T, strict=True))}


def tables_of(
    course: Course, cohort: Cohort, outcomes: Mapping[str, NDArray], arm: str, regimen: str
) -> dict[str, Columns]:
    """Every table of one arm of one chunk; each row names patient, arm and regimen.

    Args:
        course: what happened.
        cohort: the patients, in the same order.
        outcomes: from `endpoints`.
        arm: its letter.
        regimen: its text.

    Raises:
        ModelError: a covariate of the population has the name of a key or an endpoint.
    """
    taken = sorted(set(cohort.columns) & {*KEYS, *outcomes})
    if taken:
        raise ModelError(f"covariates {taken} have names of columns of the results", right="other names")
    ledger = course.ledger.tables()
    tables = {
        "patients": {"patient": course.patients, **cohort.columns, **_outcome_columns(outcomes)},
        "visits": _visits(course),
        "doses": _named(ledger["doses"], course.ledger.words),
        "decisions": _decisions(course, ledger["decisions"]),
        "events": _events(course),
        "status": {"patient": course.patients, "status": _enum_words(course.end, End), "day": course.end_day},
    }
    return {name: _keyed(columns, arm, regimen) for name, columns in tables.items()}


def _keyed(columns: Mapping[str, Any], arm: str, regimen: str) -> Columns:
    n = len(columns["patient"])
    keys = {"patient": columns["patient"], "arm": Words.constant(arm, n), "regimen": Words.constant(regimen, n)}
    return keys | {name: column for name, column in columns.items() if name != "patient"}


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
