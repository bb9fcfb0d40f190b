"""The doses of a run as an event table with the columns of NONMEM."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from titer.errors import InputError
from titer.interop.event_tables.order import MOST_DOSES
from titer.interop.event_tables.table import TICKS_PER_DAY, EventTable
from titer.interop.event_tables.write import check_ending, writing
from titer.library import drugs as library_drugs
from titer.library import models as library_models
from titer.trials.results import Batch, Results
from titer.units import conversion

MINUTES_PER_HOUR = 60
HOURS_PER_DAY = 24
TICKS_PER_MINUTE = TICKS_PER_DAY // 1440
# What DV holds in an observation record; the number stands in the column DVID.
DVID = {"anc": 1, "platelets": 2, "haemoglobin": 3, "m_protein": 4}


@dataclass(frozen=True)
class EventExport:
    """What was written.

    Args:
        path: the file.
        compartments: number in CMT → drug.
        observations: number in DVID → laboratory value.
        arms: number in ARM → arm; empty where there is one arm and no such column.
        patients, rows: how many.
    """

    path: Path
    compartments: Mapping[int, str]
    observations: Mapping[int, str]
    arms: Mapping[int, str]
    patients: int
    rows: int


def export_event_table(folder: str | Path, path: str | Path) -> EventExport:
    """Write the doses that the patients of a finished run were given, and what was reported of them, as an event table.

    Doses of 0 (held, missed, stopped) are left out; equal doses at equal intervals stand in one record with II and
    ADDL. A laboratory value that was reported is a record with EVID 0, its value in DV and its kind in DVID; it stands
    above the doses of its moment, as a visit sees the patient before the day's dose. Covariates that a model of the
    library reads have a column each. With several arms a patient would be there more than once, so arm 2 begins at ID
    10, 100, …, whichever is above every patient's number, and the columns ARM and PATIENT say who it is.

    Args:
        folder: results of `titer compare --out` or `titer trial --out`.
        path: ends in .csv or .parquet.

    Returns:
        What was written, with the meaning of the numbers in CMT, DVID and ARM.

    Raises:
        InputError: the run did not finish, or the path has another ending.
        StorageError: the file cannot be written.

    Accuracy: times and intervals are whole minutes; reading the table back gives the same doses, minute for minute
        (tests/test_event_tables_export.py).
    """
    results = Results.open(folder)
    path = check_ending(path)
    numbers = {arm: place for place, arm in enumerate(results.arms, 1)}
    compartments = _compartments(results)
    width = _width(results)
    patients = rows = 0
    with writing(path) as file:
        for batch in results.batches():
            columns = _of_batch(batch, compartments)
            if len(numbers) > 1:
                columns = _with_arm(columns, numbers[batch.arm], width)
            patients, rows = patients + len(batch.patients), rows + len(columns["ID"])
            file.add(columns)
    return EventExport(
        path,
        {number: drug for drug, number in compartments.items()},
        {number: name for name, number in DVID.items()},
        {number: arm for arm, number in numbers.items()} if len(numbers) > 1 else {},
        patients,
        rows,
    )


def _compartments(results: Results) -> dict[str, int]:
    """Drug → CMT, in the order of the drugs' names."""
    given: set[str] = set()
    for batch in results.batches():
        given |= set(batch.words("doses", "drug").tolist())
    return {drug: place for place, drug in enumerate(sorted(given), 1)}


def _width(results: Results) -> int:
    """The first power of ten above every patient's number."""
    most = max((int(batch.patients.max()) for batch in results.batches()), default=0)
    return 10 ** len(str(most))


def _with_arm(columns: Mapping[str, NDArray], number: int, width: int) -> dict[str, NDArray]:
    patient = columns["ID"]
    moved = {**columns, "ID": patient + (number - 1) * width}
    return moved | {"ARM": np.full(len(patient), number), "PATIENT": patient}


def _of_batch(batch: Batch, compartments: Mapping[str, int]) -> dict[str, NDArray]:
    names, units = batch.words("doses", "drug"), batch.units()
    doses = {
        "patient": batch.column("doses", "patient"),
        "drug": np.array([compartments[name] for name in names], np.int64),
        "minute": batch.column("doses", "minute"),
        "given": batch.column("doses", "given") * _factors(names, units),
        "duration": batch.column("doses", "duration", 0),
    }
    reported = {name: batch.column("visits", f"{name}_reported") for name in DVID}
    visits = {"patient": batch.column("visits", "patient"), "day": batch.column("visits", "day"), **reported}
    table = event_table_of(doses, visits)
    place = batch.place(table["ID"])
    read = {c.name for model in library_models().values() for c in model.covariates}
    people = batch.table("patients")
    return table | {name: np.asarray(people[name], float)[place] for name in sorted(read & set(people))}


def _factors(names: NDArray, units: NDArray) -> NDArray[np.float64]:
    """From the unit of each dose to that of its drug's model."""
    wanted = {dosing.drug: dosing.unit for model in library_drugs().values() for dosing in model.doses}
    known = {
        (name, unit): conversion(unit, wanted[name]) if unit and name in wanted else 1.0
        for name, unit in set(zip(names.tolist(), units.tolist(), strict=True))
    }
    return np.array([known[pair] for pair in zip(names.tolist(), units.tolist(), strict=True)], float)


def event_table_of(doses: Mapping[str, Any], visits: Mapping[str, Any] | None = None) -> dict[str, NDArray]:
    """Doses, and what was reported at visits, as the columns of an event table; times in hours.

    Args:
        doses: columns patient, drug (number of its compartment), minute, given, duration (minutes). Shape (n_doses,).
        visits: columns patient, day, and laboratory values named in `DVID`, NaN where nothing was reported.

    Returns:
        ID, TIME, AMT, EVID, CMT, RATE, II, ADDL, DV, MDV, DVID, ordered by patient and time, observations first.

    Raises:
        InputError: a dose below 0.

    Example:
        >>> doses = {"patient": [1] * 3, "drug": [1] * 3, "minute": [0, 1440, 2880], "given": [25.0] * 3,
        ...          "duration": [0] * 3}
        >>> table = event_table_of(doses)
        >>> table["AMT"].tolist(), table["II"].tolist(), table["ADDL"].tolist()
        ([25.0], [24.0], [2])
    """
    parts = [_dose_records(doses)]
    if visits is not None:
        parts += [_observations(visits, name) for name in DVID if name in visits]
    joined = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    order = np.lexsort((joined["DVID"], joined["CMT"], joined["EVID"], joined["minute"], joined["ID"]))
    sorted_columns = {name: column[order] for name, column in joined.items()}
    minute = sorted_columns.pop("minute")
    return {"ID": sorted_columns.pop("ID"), "TIME": minute / MINUTES_PER_HOUR, **sorted_columns}


def _dose_records(doses: Mapping[str, Any]) -> dict[str, NDArray]:
    patient, drug = np.asarray(doses["patient"], np.int64), np.asarray(doses["drug"], np.int64)
    minute, duration = np.asarray(doses["minute"], np.int64), np.asarray(doses["duration"], np.int64)
    given = np.asarray(doses["given"], float)
    if (given < 0).any() or np.isnan(given).any():
        raise InputError("a dose is below 0 or not a number", right="amounts of 0 or more")
    order = np.lexsort((minute, given, duration, drug, patient))
    order = order[given[order] > 0]
    patient, drug, minute, duration, given = (a[order] for a in (patient, drug, minute, duration, given))
    first, count, gap = _runs((patient, drug, duration, given), minute)
    n, length = len(first), duration[first]
    rate = np.divide(given[first] * MINUTES_PER_HOUR, length, out=np.zeros(n), where=length > 0)
    return {
        "ID": patient[first],
        "minute": minute[first],
        "AMT": given[first],
        "EVID": np.ones(n, np.int64),
        "CMT": drug[first],
        "RATE": rate,
        "II": gap / MINUTES_PER_HOUR,
        "ADDL": count - 1,
        "DV": np.full(n, np.nan),
        "MDV": np.ones(n, np.int64),
        "DVID": np.zeros(n, np.int64),
    }


def _runs(keys: tuple[NDArray, ...], minute: NDArray[np.int64]) -> tuple[NDArray, NDArray, NDArray]:
    """Equal doses at equal intervals: place of the first of each run, number of doses, interval in minutes.

    Each run takes as many doses as fit, from the first on. A dose whose interval differs from the one before begins a
    run, unless the dose before it just began one: then it sets that run's interval.
    """
    n = len(minute)
    if not n:
        return np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0, np.int64)
    new = np.concatenate([[True], np.any([key[1:] != key[:-1] for key in keys], axis=0)])
    gap = np.concatenate([[0], np.diff(minute)])
    new |= gap <= 0  # of doses at one moment none repeats the other
    differs = ~new & ~np.concatenate([[True], new[:-1]]) & (gap != np.concatenate([[0], gap[:-1]]))
    stretch = np.arange(n) - np.maximum.accumulate(np.where(differs, -1, np.arange(n)))
    starts = new | (differs & (stretch % 2 == 1))
    first = np.flatnonzero(starts)
    count = np.diff(np.append(first, n))
    return first, count, np.where(count > 1, gap[np.minimum(first + 1, n - 1)], 0)


def _observations(visits: Mapping[str, Any], name: str) -> dict[str, NDArray]:
    """Values that were reported, as records."""
    values = np.asarray(visits[name], float)
    known = np.flatnonzero(~np.isnan(values))
    n = len(known)
    nothing, none = np.zeros(n), np.zeros(n, np.int64)
    return {
        "ID": np.asarray(visits["patient"], np.int64)[known],
        "minute": np.asarray(visits["day"], np.int64)[known] * HOURS_PER_DAY * MINUTES_PER_HOUR,
        "AMT": nothing,
        "EVID": none,
        "CMT": none,
        "RATE": nothing,
        "II": nothing,
        "ADDL": none,
        "DV": values[known],
        "MDV": none,
        "DVID": np.full(n, DVID[name]),
    }


def doses_of(table: EventTable) -> dict[str, NDArray]:
    """Every dose of an event table, those by ADDL too: patient, compartment, minute, given, duration in minutes.

    Ordered by patient, compartment and time. Times are rounded to minutes.

    Raises:
        InputError: more doses than memory is meant for.

    Example:
        >>> from titer.interop.event_tables import event_table
        >>> table = event_table({"ID": [1], "TIME": [0], "AMT": [25], "II": [24], "ADDL": [2]})
        >>> doses_of(table)["minute"].tolist()
        [0, 1440, 2880]
    """
    given = np.flatnonzero(table.doses & (table.amount > 0))
    n = table.additional[given] + 1
    if n.sum() > MOST_DOSES:
        raise InputError(f"ADDL makes {n.sum():,} doses", where=table.name, right=f"{MOST_DOSES:,} or fewer")
    record = np.repeat(given, n)
    number = np.arange(len(record)) - np.repeat(np.cumsum(n) - n, n)
    tick = table.tick[record] + number * table.interval[record]
    per_minute = table.rate[record] / MINUTES_PER_HOUR
    duration = np.divide(table.amount[record], per_minute, out=np.zeros(len(record)), where=per_minute > 0)
    columns = {
        "patient": table.id[record],
        "compartment": table.compartment[record],
        "minute": np.rint(tick / TICKS_PER_MINUTE).astype(np.int64),
        "given": table.amount[record],
        "duration": np.rint(duration).astype(np.int64),
    }
    order = np.lexsort((columns["given"], columns["minute"], columns["compartment"], columns["patient"]))
    return {name: column[order] for name, column in columns.items()}
