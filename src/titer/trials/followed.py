"""What is known of a cohort up to a day of each patient: the ground on which endpoints stand.

Made from a course as it was run, or from the tables that were stored of it. `until` takes away everything that came
later, so that one definition of an endpoint serves the whole follow-up, a data cut and every interim look.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from titer.clinic.course import Course, End
from titer.clinic.response import Response
from titer.dosing.regimen import MINUTES_PER_DAY
from titer.trials.columns import Columns, Words

Floats = NDArray[np.float64]
# Columns of doses and decisions that endpoints read; others stay where they are.
DOSE_COLUMNS = ("patient", "drug", "minute", "planned", "given")
DECISION_COLUMNS = ("patient", "day", "drug", "action")
PER_PATIENT = (
    "response_day",
    "progression_day",
    "therapy_end_day",
    "therapy_end",
    "crossover_day",
    "end_day",
    "end",
)
REPORTED = "_reported"


@dataclass(frozen=True, eq=False)
class Followed:
    """A cohort in one arm. Arrays are of shape (n_patients,) unless they say otherwise; days count from the first dose.

    Args:
        patients: numbers, increasing.
        days: of the weekly clock. Shape (n_weeks,).
        true: signal → true value each week, NaN where not followed. Shape (n_patients, n_weeks).
        observed: signal → reported value, NaN where there was no visit. Same shape.
        doses: patient, drug (`Words`), minute, planned, given. Shape (n_doses,) each.
        decisions: patient, day, drug, action (`Words`). Shape (n_decisions,) each.
        assessments: row (place of the patient), day, response (best so far), progressed; of the first line only, in
            order of time. Shape (n_assessments,) each.
        event_day: event → day, NaN where it did not happen.
        response_day, progression_day: as confirmed; NaN where not.
        therapy_end_day, therapy_end: when and why the regimen ended (`End` codes).
        crossover_day: when another regimen began, NaN where it did not.
        end_day, end: when and why observation ended.
    """

    patients: NDArray[np.int64]
    days: NDArray[np.int64]
    true: Mapping[str, NDArray]
    observed: Mapping[str, NDArray]
    doses: Columns
    decisions: Columns
    assessments: Mapping[str, NDArray]
    event_day: Mapping[str, Floats]
    response_day: Floats
    progression_day: Floats
    therapy_end_day: Floats
    therapy_end: NDArray[np.int8]
    crossover_day: Floats
    end_day: Floats
    end: NDArray[np.int8]

    @classmethod
    def of_course(cls, course: Course) -> Followed:
        """Of a course as it was run."""
        ledger, words = course.ledger.tables(), course.ledger.words
        first = course.assessments["line"] == 0
        kept = {name: course.assessments[name][first] for name in ("row", "day", "response", "progressed")}
        return cls(
            patients=course.patients,
            days=course.days,
            true=course.true,
            observed=course.observed,
            doses=_in_words({name: ledger["doses"][name] for name in DOSE_COLUMNS}, words),
            decisions=_in_words({name: ledger["decisions"][name] for name in DECISION_COLUMNS}, words),
            assessments=kept,
            event_day=course.event_day,
            response_day=course.response.response_day,
            progression_day=course.response.progression_day,
            therapy_end_day=course.therapy_end_day,
            therapy_end=course.therapy_end,
            crossover_day=course.crossover_day,
            end_day=course.end_day,
            end=course.end,
        )

    def __len__(self) -> int:
        return len(self.patients)

    @property
    def best(self) -> NDArray[np.int8]:
        """Best response so far (`Response` codes)."""
        row, last = self.assessments["row"], np.full(len(self), -1)
        last[row] = np.arange(len(row))  # rows are in order of time: the last one written is the latest
        if not len(row):
            return np.full(len(self), Response.NOT_EVALUABLE, np.int8)
        best = np.where(last >= 0, self.assessments["response"][last], Response.NOT_EVALUABLE).astype(np.int8)
        best[(best == Response.NOT_EVALUABLE) & ~np.isnan(self.progression_day)] = Response.PROGRESSION
        return best

    @property
    def last_assessment(self) -> Floats:
        """Day of the last assessment, NaN where there was none."""
        day = np.full(len(self), np.nan)
        day[self.assessments["row"]] = self.assessments["day"]
        return day

    def known_progression(self) -> Floats:
        """Day of the visit at which progression became known, NaN where it did not."""
        return self._first_day(self.assessments["progressed"])

    def known_response(self) -> Floats:
        """Day of the visit that confirmed a partial response or better, NaN where none did."""
        return self._first_day(self.assessments["response"] >= Response.PARTIAL)

    def _first_day(self, chosen: NDArray[np.bool_]) -> Floats:
        day = np.full(len(self), np.nan)
        places = np.flatnonzero(chosen)[::-1]  # written backwards, so that the earliest stays
        day[self.assessments["row"][places]] = self.assessments["day"][places]
        return day

    def rows_of(self, table: Columns) -> NDArray[np.int64]:
        """Place of the patient of each row of doses or decisions."""
        return np.asarray(np.searchsorted(self.patients, table["patient"]), np.int64)

    def _before_cut(self, table: Columns, time: str, cut: Floats) -> NDArray[np.bool_]:
        """Rows of doses or decisions up to a time of each patient; all of a table that was left out."""
        if time not in table:
            return np.ones(len(table["patient"]), bool)
        return table[time] <= cut[self.rows_of(table)]

    def select(self, rows: ArrayLike) -> Followed:
        """Some of the patients, by a mask or by increasing places."""
        places = np.arange(len(self))[np.asarray(rows)]
        new = np.full(len(self), -1)
        new[places] = np.arange(len(places))
        kept = new[self.assessments["row"]] >= 0
        assessments = {name: column[kept] for name, column in self.assessments.items()}
        return replace(
            self,
            patients=self.patients[places],
            true={name: values[places] for name, values in self.true.items()},
            observed={name: values[places] for name, values in self.observed.items()},
            doses=_take(self.doses, new[self.rows_of(self.doses)] >= 0),
            decisions=_take(self.decisions, new[self.rows_of(self.decisions)] >= 0),
            assessments=assessments | {"row": new[assessments["row"]]},
            event_day={name: day[places] for name, day in self.event_day.items()},
            **{name: getattr(self, name)[places] for name in PER_PATIENT},
        )

    def until(self, day: ArrayLike) -> Followed:
        """The same patients as they were known on a day of each: what came later is not there.

        Args:
            day: from each patient's first dose; infinite for all that was followed. Shape (n_patients,) or ().

        Returns:
            A response or progression counts where it was confirmed by then. Whoever was observed beyond that day is
            observed to it (`End.COMPLETED`); whoever was treated beyond it is on treatment (`End.COMPLETED`).
        """
        cut = np.broadcast_to(np.asarray(day, float), (len(self),))
        if not (self.end_day > cut).any():
            return self
        seen = self.assessments["day"] <= cut[self.assessments["row"]]
        later = self.days[None, :] > cut[:, None]
        treated, observed = self.therapy_end_day > cut, self.end_day > cut
        return replace(
            self,
            true={name: np.where(later, np.nan, values) for name, values in self.true.items()},
            observed={name: np.where(later, np.nan, values) for name, values in self.observed.items()},
            doses=_take(self.doses, self._before_cut(self.doses, "minute", cut * MINUTES_PER_DAY - 1)),
            decisions=_take(self.decisions, self._before_cut(self.decisions, "day", cut)),
            assessments={name: column[seen] for name, column in self.assessments.items()},
            event_day={name: _not_after(days, days, cut) for name, days in self.event_day.items()},
            response_day=_not_after(self.response_day, self.known_response(), cut),
            progression_day=_not_after(self.progression_day, self.known_progression(), cut),
            therapy_end_day=np.minimum(self.therapy_end_day, cut),
            therapy_end=np.where(treated, End.COMPLETED, self.therapy_end).astype(np.int8),
            crossover_day=_not_after(self.crossover_day, self.crossover_day, cut),
            end_day=np.minimum(self.end_day, cut),
            end=np.where(observed, End.COMPLETED, self.end).astype(np.int8),
        )


def _not_after(day: Floats, known: Floats, cut: Floats) -> Floats:
    """The days of what was known by the cut."""
    with np.errstate(invalid="ignore"):
        return np.where(known <= cut, day, np.nan)


def _in_words(columns: Mapping[str, NDArray], words: Mapping[str, Sequence[str]]) -> Columns:
    return {name: Words(column, words[name]) if name in words else column for name, column in columns.items()}


def _take(columns: Columns, rows: NDArray) -> Columns:
    if rows.dtype == bool and rows.all():
        return columns
    return {
        name: Words(np.asarray(column.codes)[rows], column.words) if isinstance(column, Words) else column[rows]
        for name, column in columns.items()
    }


def with_word(column: Words, words: Sequence[str]) -> NDArray[np.bool_]:
    """Rows whose word is one of these.

    Example:
        >>> with_word(Words(np.array([0, 1, 0]), ["hold", "stop"]), ["hold"]).tolist()
        [True, False, True]
    """
    codes = [code for code, word in enumerate(column.words) if word in words]
    return np.isin(np.asarray(column.codes), codes)


# ---- from stored tables ----------------------------------------------------------------------------------------------


def assessment_table(course: Course) -> Columns:
    """The table of assessments, ready to be stored: patient, day, line, m_protein, response, progressed."""
    told = course.assessments
    names = [member.name.lower().replace("_", " ") for member in Response]
    return {
        "patient": course.patients[told["row"]],
        "day": told["day"],
        "line": told["line"],
        "m_protein": told["m_protein"],
        "response": Words(told["response"], names),
        "progressed": told["progressed"],
    }


def followed_of_tables(tables: Mapping[str, Columns], days: NDArray[np.int64]) -> Followed:
    """A cohort from the stored rows of one arm.

    Args:
        tables: "patients" (with the endpoints to the end of follow-up), "assessments", "events", and where they are
            needed "visits", "doses", "decisions".
        days: of the weekly clock. Shape (n_weeks,).

    Returns:
        Equal to `Followed.of_course` of the course that was stored (tests/test_trial.py).
    """
    people = tables["patients"]
    patients = people["patient"]
    signals = _signals(tables.get("visits", {}))
    visits = tables.get("visits", {"patient": np.empty(0, np.int64), "day": np.empty(0, np.int64)})
    return Followed(
        patients=patients,
        days=days,
        true={name: _weekly(visits, name, patients, days) for name in signals},
        observed={name: _weekly(visits, f"{name}{REPORTED}", patients, days) for name in signals},
        doses=_some(tables.get("doses", {}), DOSE_COLUMNS),
        decisions=_some(tables.get("decisions", {}), DECISION_COLUMNS),
        assessments=_assessments(tables["assessments"], patients),
        event_day=_event_days(tables["events"], patients),
        response_day=people["response_day"],
        progression_day=people["progression_day"],
        therapy_end_day=people["therapy_end_day"],
        therapy_end=_codes(people["therapy_end"]),
        crossover_day=people["crossover_day"],
        end_day=people["end_day"],
        end=_codes(people["end"]),
    )


def _some(table: Columns, names: Sequence[str]) -> Columns:
    return {name: table[name] for name in names} if table else {"patient": np.empty(0, np.int64)}


def _signals(visits: Mapping[str, NDArray]) -> list[str]:
    return [name.removesuffix(REPORTED) for name in visits if name.endswith(REPORTED)]


def _weekly(visits: Columns, name: str, patients: NDArray, days: NDArray) -> NDArray[np.float32]:
    values = np.full((len(patients), len(days)), np.nan, np.float32)
    values[np.searchsorted(patients, visits["patient"]), np.searchsorted(days, visits["day"])] = visits[name]
    return values


def _assessments(table: Columns, patients: NDArray) -> dict[str, NDArray]:
    first = table["line"] == 0
    names: Sequence[str] = table["response"].words
    meaning = np.array([Response[word.upper().replace(" ", "_")] for word in names], np.int8)
    return {
        "row": np.searchsorted(patients, table["patient"][first]),
        "day": table["day"][first],
        "response": meaning[np.asarray(table["response"].codes)[first]],
        "progressed": np.asarray(table["progressed"])[first],
    }


def _event_days(table: Columns, patients: NDArray) -> dict[str, Floats]:
    found: dict[str, Floats] = {}
    for code, word in enumerate(table["event"].words):
        if word in ("response", "progression"):
            continue
        own = np.asarray(table["event"].codes) == code
        day = np.full(len(patients), np.nan)
        day[np.searchsorted(patients, table["patient"][own])] = table["day"][own]
        found[word] = day
    return found


def _codes(words: Words) -> NDArray[np.int8]:
    meaning = np.array([End[word.upper().replace(" ", "_")] for word in words.words], np.int8)
    return meaning[np.asarray(words.codes)]


def join_light(parts: Sequence[Followed]) -> Followed:
    """Several cohorts as one, in order of patients, without weekly values, doses and decisions."""
    patients = np.concatenate([part.patients for part in parts])
    order = np.argsort(patients, kind="stable")
    place = np.empty(len(order), np.int64)
    place[order] = np.arange(len(order))
    begin = np.cumsum([0, *(len(part) for part in parts)])
    rows = [place[part.assessments["row"] + at] for part, at in zip(parts, begin, strict=False)]
    assessments = {
        n: np.concatenate([part.assessments[n] for part in parts]) for n in ("day", "response", "progressed")
    }
    assessments["row"] = np.concatenate(rows)
    in_time = np.argsort(assessments["day"], kind="stable")
    events = tuple(dict.fromkeys(name for part in parts for name in part.event_day))
    nothing: Columns = {"patient": np.empty(0, np.int64)}
    return Followed(
        patients=patients[order],
        days=parts[0].days,
        true={},
        observed={},
        doses=nothing,
        decisions=nothing,
        assessments={name: column[in_time] for name, column in assessments.items()},
        event_day={name: np.concatenate([_event(part, name) for part in parts])[order] for name in events},
        **{name: np.concatenate([getattr(part, name) for part in parts])[order] for name in PER_PATIENT},
    )


def _event(part: Followed, name: str) -> Floats:
    return part.event_day.get(name, np.full(len(part), np.nan))
