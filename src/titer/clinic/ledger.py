"""The book of a cohort: every decision, also to change nothing, and every dose, planned and given.

Kept as lists of column arrays that grow by one block a tick, and read as plain NumPy columns. Words (drug, action,
rule, signal) are stored as small whole numbers; `Ledger.words` says what they mean.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from titer.clinic.doses import reason_words
from titer.clinic.observables import OBSERVABLES
from titer.clinic.protocol import Protocol
from titer.clinic.sheet import NO_RULE, NO_SIGNAL, Decisions
from titer.clinic.therapy import Action, action_words
from titer.dosing.regimen import MINUTES_PER_DAY
from titer.errors import InputError

DECISION_COLUMNS: dict[str, type] = {
    "patient": np.int64,
    "day": np.int32,
    "drug": np.int8,
    "action": np.int8,
    "rule": np.int16,
    "signal": np.int8,
    "value": np.float64,
    "level_before": np.int8,
    "level_after": np.int8,
    "dose_before": np.float64,
    "dose_after": np.float64,
}
DOSE_COLUMNS: dict[str, type] = {
    "patient": np.int64,
    "component": np.int16,
    "drug": np.int8,
    "minute": np.int64,
    "planned": np.float64,
    "given": np.float64,
    "duration": np.int32,
    "reason": np.int8,
}


@dataclass
class Ledger:
    """Decisions and doses of a cohort, as they come.

    Args:
        patients: number of each patient. Shape (n_patients,).
        drugs: every drug of the regimen, then of a crossover, then supportive treatments; its place is the code in the
            column `drug`.
        protocol: whose rules decide.
        stop_rule: what the decision to stop for good is called, e.g. "progression (IMWG 2016)".
        stop_signal: value that this decision looks at.
        signals: values that decisions look at, whose places are the codes in the column `signal`; those of the
            protocol where not given. The value to stop by is one of them in any case.
        units: of the doses, drug by drug; none where not given.
    """

    patients: NDArray[np.int64]
    drugs: Sequence[str]
    protocol: Protocol
    stop_rule: str = "progression"
    stop_signal: str = "m_protein"
    signals: Sequence[str] = ()
    units: Sequence[str] = ()
    _decisions: list[dict[str, NDArray]] = field(default_factory=list, repr=False)
    _doses: list[dict[str, NDArray]] = field(default_factory=list, repr=False)
    _until: NDArray | None = field(default=None, repr=False)
    _tables: dict[str, dict[str, NDArray]] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        self.signals = tuple(dict.fromkeys((*(self.signals or self.protocol.signals), self.stop_signal)))

    @property
    def words(self) -> Mapping[str, tuple[str, ...]]:
        """What the whole numbers in the columns drug, action, rule, signal and reason mean; -1 is none."""
        return {
            "drug": tuple(self.drugs),
            "action": action_words(),
            "rule": (*(rule.name for rule in self.protocol.rules), self.stop_rule),
            "signal": tuple(self.signals),
            "reason": reason_words(),
        }

    def add_decisions(self, day: int, decisions: Decisions, values: Mapping[str, NDArray]) -> None:
        """Write down what was decided, with every value the rules saw.

        Args:
            day: of the visit.
            decisions: as `decide.decide` made them.
            values: signal → what was seen of it, NaN where nothing. Shape (n_patients,), or (n_patients, n_drugs) for
                what belongs to a drug.
        """
        block = {name: column for name, column in vars(decisions).items() if name != "row"}
        block |= {"patient": self.patients[decisions.row], "day": np.full(len(decisions), day)}
        self._write(block, {name: _of_rows(values[name], decisions) for name in self.signals if name in values})

    def add_stops(self, day: int, stopped: NDArray[np.bool_], dose: NDArray, level: NDArray, value: NDArray) -> None:
        """Write down that drugs end for good at progression.

        Args:
            day: of the visit at which it was decided.
            stopped: which drugs of which patients. Shape (n_patients, n_drugs of the plans).
            dose, level: dose level of each drug until now, and how often it was lowered. Same shape.
            value: of the signal that the decision rests on. Shape (n_patients,).
        """
        row, drug = np.nonzero(stopped)
        block = {
            "patient": self.patients[row],
            "day": np.full(len(row), day),
            "drug": drug,
            "action": np.full(len(row), Action.STOP),
            "rule": np.full(len(row), len(self.protocol.rules)),
            "signal": np.full(len(row), self.signals.index(self.stop_signal)),
            "value": value[row],
            "level_before": level[row, drug],
            "level_after": level[row, drug],
            "dose_before": dose[row, drug],
            "dose_after": np.zeros(len(row)),
        }
        self._write(block, {self.stop_signal: value[row]})

    def _write(self, block: dict[str, NDArray], seen: Mapping[str, NDArray]) -> None:
        """Keep some decisions with the values that they looked at, NaN for the other signals."""
        unseen = np.full(len(block["patient"]), np.nan)
        self._decisions.append(block | {f"seen_{name}": seen.get(name, unseen) for name in self.signals})
        self._tables = {}

    def add_doses(self, rows: NDArray, columns: Mapping[str, NDArray]) -> None:
        """Write down doses.

        Args:
            rows: place of the patient of each dose. Shape (n_doses,).
            columns: component, drug, minute, planned, given, duration, reason. Shape (n_doses,) each.
        """
        self._doses.append({"patient": self.patients[rows], **columns})
        self._tables = {}

    def end_doses(self, day: NDArray) -> None:
        """Doses from that day on were made ahead but never taken; they are left out of the table.

        Args:
            day: of death or failure, infinite for the others. Shape (n_patients,).
        """
        self._until = np.asarray(day, float)
        self._tables = {}

    def tables(self) -> dict[str, dict[str, NDArray]]:
        """Columns of "decisions" and "doses", in order of time and, at one time, of patients.

        They are made once and shared: do not change them.
        """
        if not self._tables:
            seen: dict[str, type] = {f"seen_{name}": np.float64 for name in self.signals}
            self._tables = {
                "decisions": _in_order(_join(self._decisions, DECISION_COLUMNS | seen)),
                "doses": self._taken(_join(self._doses, DOSE_COLUMNS)),
            }
        return self._tables

    def _taken(self, doses: dict[str, NDArray]) -> dict[str, NDArray]:
        """The doses without those that came after the patient's end."""
        if self._until is None:
            return doses
        until = self._until[np.searchsorted(self.patients, doses["patient"])]
        kept = doses["minute"] < until * MINUTES_PER_DAY
        return doses if kept.all() else {name: column[kept] for name, column in doses.items()}

    def story(self, patient: int) -> list[str]:
        """One patient's decisions that changed something, as lines to read.

        Example of a line: day 21: hold lenalidomide (neutropenia: anc 0.71 10^9/L), 25 mg
        """
        table, words = self.tables()["decisions"], self.words
        quiet = (table["action"] == Action.NONE) | (table["action"] == Action.START_CYCLE)
        own = np.flatnonzero((table["patient"] == patient) & (~quiet | (table["dose_before"] != table["dose_after"])))
        return [self._line({name: column[i] for name, column in table.items()}, words) for i in own]

    def _line(self, row: Mapping, words: Mapping[str, tuple[str, ...]]) -> str:
        drug, action = words["drug"][row["drug"]], words["action"][row["action"]]
        reason = f" ({words['rule'][row['rule']]}{self._seen(row)})" if row["rule"] != NO_RULE else ""
        if row["action"] == Action.STOP:
            return f"day {row['day']}: {action} {drug}{reason}"
        shown = f"{row['dose_before']:g} -> {row['dose_after']:g}"
        if row["dose_before"] == row["dose_after"] or row["action"] == Action.GIVE:
            shown = f"{row['dose_after']:g}"
        unit = self.units[row["drug"]] if self.units else ""
        return f"day {row['day']}: {action} {drug}{reason}, {shown} {unit}".rstrip()

    def _seen(self, row: Mapping) -> str:
        """The value that decided, as ": anc 0.71 10^9/L"."""
        if row["signal"] == NO_SIGNAL or np.isnan(row["value"]):
            return ""
        known = OBSERVABLES[self.signals[row["signal"]]]
        if known.kind == "event":
            return f": {known.name} {row['value']:.3g} days ago"
        return f": {known.name} {row['value']:.3g} {known.unit}".rstrip()


@dataclass(frozen=True)
class FixedSchedule:
    """Doses that do not depend on anything: what a ledger says was given, ready to be given again.

    Rows are sorted by patient, then time. `start` has n_patients + 1 entries: patient i owns rows start[i]:start[i+1].
    """

    start: NDArray[np.int64]
    minute: NDArray[np.int64]
    component: NDArray[np.int16]
    amount: NDArray
    duration: NDArray[np.int32]


def replay_schedule(doses: Mapping[str, NDArray], patients: NDArray[np.int64]) -> FixedSchedule:
    """The doses given, per patient, as a fixed schedule.

    Args:
        doses: the ledger's table of doses.
        patients: numbers of the patients, in the order wanted. Shape (n_patients,).

    Returns:
        Every dose with an amount above 0; held doses are left out.

    Raises:
        InputError: a dose belongs to a patient who is not among them.
    """
    order_of = {int(number): place for place, number in enumerate(patients)}
    unknown = set(np.unique(doses["patient"]).tolist()) - set(order_of)
    if unknown:
        raise InputError(f"the ledger has doses of patient {min(unknown)}", right="patients of this cohort")
    given = np.flatnonzero(doses["given"] > 0)
    row = np.array([order_of[int(p)] for p in doses["patient"][given]], np.int64)
    order = np.lexsort((doses["component"][given], doses["minute"][given], row))
    given, row = given[order], row[order]
    start = np.searchsorted(row, np.arange(len(patients) + 1))
    return FixedSchedule(
        start.astype(np.int64),
        doses["minute"][given],
        doses["component"][given],
        doses["given"][given],
        doses["duration"][given],
    )


def _of_rows(values: NDArray, decisions: Decisions) -> NDArray:
    """The values that belong to each decision; a supportive treatment has no level of its own."""
    if values.ndim == 1:
        return values[decisions.row]
    inside = np.minimum(decisions.drug, values.shape[1] - 1)
    return np.where(decisions.drug < values.shape[1], values[decisions.row, inside], np.nan)


def _in_order(columns: dict[str, NDArray]) -> dict[str, NDArray]:
    """Rows by day, then by patient; a patient's own stay in their order."""
    order = np.lexsort((columns["patient"], columns["day"]))
    return {name: column[order] for name, column in columns.items()}


def _join(blocks: Sequence[Mapping[str, NDArray]], columns: Mapping[str, type]) -> dict[str, NDArray]:
    return {
        name: np.concatenate([np.asarray(block[name], kind) for block in blocks]) if blocks else np.empty(0, kind)
        for name, kind in columns.items()
    }


def dose_totals(
    doses: Mapping[str, NDArray], patients: NDArray[np.int64], drug: int, day_edges: NDArray
) -> tuple[NDArray, NDArray]:
    """Amounts of a drug planned and given, per patient and span of days.

    Their ratio is the dose intensity where no cycle waited: a waiting cycle has no rows.

    Args:
        doses: the ledger's table of doses.
        patients: numbers of the patients, increasing. Shape (n_patients,).
        drug: its code (place in `Ledger.drugs`).
        day_edges: increasing days; span j runs from edge j up to, not including, edge j + 1. Shape (n_spans + 1,).

    Returns:
        Planned and given, in the unit of the doses; 0 where therapy had ended. Shape (n_patients, n_spans) each.

    Example:
        >>> book = {"patient": [3, 3], "drug": [0, 0], "minute": [0, 1440], "planned": [25, 25], "given": [25, 0]}
        >>> [total.tolist() for total in dose_totals(book, np.array([3]), 0, np.array([0, 28]))]
        [[[50.0]], [[25.0]]]
    """
    table = {name: np.asarray(doses[name]) for name in ("patient", "drug", "minute", "planned", "given")}
    span = np.searchsorted(np.asarray(day_edges) * MINUTES_PER_DAY, table["minute"], side="right") - 1
    shape = len(patients), len(day_edges) - 1
    own = (table["drug"] == drug) & (span >= 0) & (span < shape[1])
    cell = np.searchsorted(patients, table["patient"][own]) * shape[1] + span[own]
    planned, given = (
        np.bincount(cell, table[name][own], minlength=shape[0] * shape[1]).reshape(shape)
        for name in ("planned", "given")
    )
    return planned, given
