"""Columns that drive a model: covariates it reads and parameters that a column sets, carried over missing cells."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from titer.errors import InputError
from titer.interop.event_tables.table import EventTable, Floats, Integers
from titer.model.system import System
from titer.patients.cohort import Cohort
from titer.patients.individuals import sample_individuals

Carry = Literal["locf", "nocb"]
CARRIES = {"locf": "last value carried forward", "nocb": "next value carried backward"}
# Names that data sets of the field use for a covariate of the library.
COVARIATE_ALIASES = {"WT": "weight", "BW": "weight", "CLCR": "crcl", "CRCL": "crcl", "CCR": "crcl", "FOOD": "fed"}
# Names of NMTRAN for a parameter's role: those of the declared name, and those that a dosing entry names.
PARAMETER_ALIASES = {"CL": "cl", "V": "v", "VC": "v", "KA": "ka", "Q": "q"}
MISSING_CODES = (-9, -99, -999, -9999)  # what data sets write where a value is missing; here it is '.'
ENTRY_ALIASES = {"F1": "bioavailability", "ALAG1": "lag"}


@dataclass(frozen=True)
class Drivers:
    """Which columns drive a system.

    Args:
        covariates: covariate of a model → column of the table.
        parameters: flat parameter → column of the table.
        unused: columns that nothing reads.
    """

    covariates: Mapping[str, str]
    parameters: Mapping[str, str]
    unused: tuple[str, ...]

    @property
    def columns(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys((*self.covariates.values(), *self.parameters.values())))


@dataclass(frozen=True, eq=False)
class ParameterSets:
    """Parameters as they change over the records of each patient.

    Args:
        values: one row per set. Shape (n_sets, n_parameters).
        of_record: which set a record has. Shape (n_records,).
        defaults: covariates that the table lacks, as "name value unit (model)".
        filled: how many missing cells were carried over.
    """

    values: Floats
    of_record: Integers
    defaults: tuple[str, ...]
    filled: int


def find_drivers(table: EventTable, system: System) -> Drivers:
    """What each further column of a table means to a system.

    A column is, in this order: a flat parameter ("lenalidomide.cl"), an alias of NMTRAN (CL, V, KA, F1, ALAG1) where
    exactly one parameter of the system has that role, a covariate by its name or a usual short name, or unused.

    Raises:
        InputError: an alias that fits several models, or two columns for one thing.
    """
    covariates: dict[str, str] = {}
    parameters: dict[str, str] = {}
    unused = []
    known = {c.name.upper(): c.name for model in system.models for c in model.covariates}
    flat = {name.upper(): name for name in system.parameters}
    for column in table.columns:
        key = column.upper()
        covariate = known.get(key) or known.get(COVARIATE_ALIASES.get(key, "").upper())
        parameter = flat.get(key) or (None if key in known else _parameter_of_alias(table, system, column))
        if parameter:
            _claim(table, parameters, parameter, column)
        elif covariate:
            _claim(table, covariates, covariate, column)
        else:
            unused.append(column)
    return Drivers(covariates, parameters, tuple(unused))


def _claim(table: EventTable, claimed: dict[str, str], thing: str, column: str) -> None:
    if thing in claimed:
        raise InputError(
            f"columns {claimed[thing]} and {column} both set '{thing}'",
            where=table.name,
            right="one of them",
            hint=f"leave one out with drop=['{column}'] (--drop {column})",
        )
    claimed[thing] = column


def _parameter_of_alias(table: EventTable, system: System, column: str) -> str | None:
    key = column.upper()
    if key in ENTRY_ALIASES:
        fitting = [getattr(dosing, ENTRY_ALIASES[key]) for dosing in system.doses.values()]
    elif key in PARAMETER_ALIASES:
        keys = [dosing.state.split(".")[0] for dosing in system.doses.values()]
        fitting = [f"{key}.{PARAMETER_ALIASES[column.upper()]}" for key in keys]
    else:
        return None
    found = sorted({name for name in fitting if name in system.parameters})
    if len(found) > 1:
        raise InputError(
            f"column {column} could set {' or '.join(found)}",
            where=table.name,
            right="the full name of the parameter as the name of the column",
            hint=f"rename it to {found[0]}",
        )
    return found[0] if found else None


def carried(table: EventTable, column: str, carry: Carry) -> tuple[Floats, int]:
    """A column without gaps: inside a patient a missing cell takes the last known value (locf) or the next (nocb).

    Where there is none on that side, the nearest known value on the other side stands in.

    Returns:
        Values, shape (n_records,), and how many were filled.

    Raises:
        InputError: a patient has no value at all.
    """
    values = table.columns[column]
    known = ~np.isnan(values)
    if known.all():
        return values, 0
    place = np.arange(len(values))
    new = np.concatenate([[True], table.id[1:] != table.id[:-1]])
    begin = np.maximum.accumulate(np.where(new, place, 0))
    end = np.append(place[new][1:], len(values))[np.cumsum(new) - 1]  # one past the patient's last record
    last = np.maximum.accumulate(np.where(known, place, -1))
    following = np.minimum.accumulate(np.where(known, place, len(values))[::-1])[::-1]
    has_last, has_next = last >= begin, following < end
    empty = np.flatnonzero(~has_last & ~has_next)
    if len(empty):
        raise InputError(
            f"patient {table.id[empty[0]]} has no value",
            where=table.place(int(empty[0]), column),
            right="a value in at least one record of each patient",
        )
    wanted = np.where(has_last, last, following) if carry == "locf" else np.where(has_next, following, last)
    return values[np.where(known, place, wanted)], int((~known).sum())


def refuse_impossible(table: EventTable, system: System, drivers: Drivers) -> None:
    """Refuse a code for "missing", a negative quantity and a weight of 0: a model would make numbers of them.

    Raises:
        InputError: with row and column.
    """
    measured = {c.name for model in system.models for c in model.covariates if c.unit}
    for column in drivers.columns:
        values = table.columns[column]
        thing = next((name for name, own in drivers.covariates.items() if own == column), "")
        wrong = np.isin(values, MISSING_CODES)
        if thing in measured:
            wrong |= values < 0
        if thing == "weight":
            wrong |= values == 0
        if wrong.any():
            row = int(np.flatnonzero(wrong)[0])
            right = "above 0" if thing == "weight" else "0 or more" if thing in measured else "a value"
            hint = "write '.' where it is not known"
            raise InputError(f"{column} is {values[row]:g}", where=table.place(row, column), right=right, hint=hint)


def zeros_of(table: EventTable, system: System, drivers: Drivers) -> list[str]:
    """Columns of covariates with a unit that hold 0, which NONMEM's users write for a missing value."""
    measured = {c.name for model in system.models for c in model.covariates if c.unit}
    return [
        column for name, column in drivers.covariates.items() if name in measured and (table.columns[column] == 0).any()
    ]


def parameter_sets(
    table: EventTable,
    system: System,
    drivers: Drivers,
    carry: Carry,
    *,
    overrides: Mapping[str, float],
    spread: bool,
    seed: int,
) -> ParameterSets:
    """The parameters of each patient, anew at each record where a driving column changes.

    Args:
        overrides: flat parameter → value for everybody; a column of the same parameter wins.
        spread: whether patients get their own deviation from the typical value; the same one at each change.
        seed: of those deviations.

    Raises:
        InputError: a missing covariate, or a value that a parameter cannot have.
    """
    refuse_impossible(table, system, drivers)
    filled = {column: carried(table, column, carry) for column in drivers.columns}
    matrix = np.stack([values for values, _ in filled.values()], axis=1) if filled else np.zeros((len(table), 0))
    new = np.concatenate([[True], table.id[1:] != table.id[:-1]])
    changed = new | np.concatenate([[True], (matrix[1:] != matrix[:-1]).any(axis=1)])
    first = np.flatnonzero(changed)  # the record at which each set begins
    of_record = np.cumsum(changed) - 1
    numbers = patient_numbers(table) if spread else table.id
    turn = _turns(numbers[first])  # a cohort holds each patient once
    values = np.empty((len(first), len(system.parameters)))
    defaults: tuple[str, ...] = ()
    for step in range(int(turn.max()) + 1):
        which = np.flatnonzero(turn == step)
        rows = first[which]
        cohort = _cohort(numbers[rows], system, drivers, filled, rows)
        set_here = {p: filled[column][0][rows] for p, column in drivers.parameters.items()}
        found = sample_individuals(system, cohort, seed, overrides={**overrides, **set_here}, spread=spread)
        values[which] = found.values
        defaults = tuple(f"{d.covariate} {d.value:g} {d.unit}".rstrip() + f" ({d.model})" for d in found.defaulted)
    return ParameterSets(values, of_record, defaults, sum(n for _, n in filled.values()))


def patient_numbers(table: EventTable) -> Integers:
    """What keys the deviations of each record: column PATIENT, for a patient who is in several arms, else ID.

    Raises:
        InputError: a number in PATIENT that is none.
    """
    column = next((name for name in table.columns if name.upper() == "PATIENT"), None)
    if column is None:
        return table.id
    values = table.columns[column]
    wrong = np.flatnonzero(~((values >= 0) & (values == np.rint(values)) & (values < 2**53)))
    if len(wrong):
        row = int(wrong[0])
        raise InputError(
            f"the patient is {values[row]:g}", where=table.place(row, column), right="a whole number from 0"
        )
    return values.astype(np.int64)


def _turns(numbers: Integers) -> Integers:
    """How often each number stood before. Shape (n,).

    Example:
        >>> _turns(np.array([4, 4, 7, 4])).tolist()
        [0, 1, 0, 2]
    """
    order = np.argsort(numbers, kind="stable")
    ordered, place = numbers[order], np.arange(len(numbers))
    fresh = np.concatenate([[True], ordered[1:] != ordered[:-1]])
    turns = np.empty(len(numbers), np.int64)
    turns[order] = place - np.maximum.accumulate(np.where(fresh, place, 0))
    return turns


def _cohort(numbers: Integers, system: System, drivers: Drivers, filled, rows: Integers) -> Cohort:
    units = {c.name: c.unit for model in reversed(system.models) for c in model.covariates}
    columns = {name: filled[column][0][rows] for name, column in drivers.covariates.items()}
    return Cohort(numbers, columns, {name: units[name] for name in columns})
