"""From cells to a checked `EventTable`: what each column means, and every rule that a record must keep.

Where NONMEM, mrgsolve and rxode2 differ, `docs/event_tables.md` says which way is taken here.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from titer.errors import InputError, nearest
from titer.interop.event_tables.files import IGNORED, RawTable, raw_of, read_raw, shown
from titer.interop.event_tables.rules import ORDER_RULES, RECORD_RULES, WHOLE, Rule
from titer.interop.event_tables.table import (
    DOSE,
    FURTHEST,
    OBSERVATION,
    OTHER,
    TICKS_PER_DAY,
    TIME_UNITS,
    EventTable,
    Floats,
    Integers,
)

NUMERIC = ("ID", "TIME", "AMT", "EVID", "RATE", "II", "ADDL", "SS", "DV", "MDV")
RESERVED = (*NUMERIC, "CMT")
# Columns that would change what a record means and that are not read; a table with one is refused, not misread.
REFUSED = {
    "DATE": "dates",
    "DAT1": "dates",
    "DAT2": "dates",
    "DAT3": "dates",
    "CALL": "the data item CALL",
    "CONT": "the data item CONT",
    "PCMT": "the data item PCMT",
    "L1": "the data item L1",
    "L2": "the data item L2",
    "DUR": "durations of infusions (write RATE)",
}


def read_event_table(
    path: str | Path, *, time_unit: str = "h", ignore: str = "#", drop: Sequence[str] = ()
) -> EventTable:
    """Read and check an event table with the columns of NONMEM.

    Columns are found by name, whatever their case and order: ID and TIME must be there, with AMT, EVID, CMT, RATE, II,
    ADDL, SS, DV and MDV as needed; every other column is a covariate or a parameter of the model it is run through.
    Empty cells, '.' and 'NA' are missing, which is 0 where NONMEM takes 0, and never 0 for a covariate.

    Args:
        path: ends in .csv, .txt, .dat, .tab or .tsv (cells parted by commas, tabs or blanks) or .parquet.
        time_unit: of TIME, II and RATE: "h", "day" or "min".
        ignore: lines left out as comments: "#", or as in NONMEM "@" (any letter) or "C".
        drop: columns not to read, such as one that holds words.

    Returns:
        The records in the order of the file.

    Raises:
        InputError: the file cannot be read, or a record is not sound; it names row and column.

    Accuracy: times are kept in microseconds.

    Example:
        >>> import tempfile, pathlib
        >>> path = pathlib.Path(tempfile.mkdtemp()) / "doses.csv"
        >>> _ = path.write_text("ID,TIME,AMT,II,ADDL,DV\\n1,0,25,24,20,.\\n1,12,.,.,.,180\\n")
        >>> table = read_event_table(path)
        >>> table.evid.tolist(), table.additional.tolist()
        ([1, 0], [20, 0])
    """
    return _checked(read_raw(path, ignore), time_unit, drop, IGNORED[ignore])


def event_table(columns: Mapping[str, Any], *, time_unit: str = "h", name: str = "event table") -> EventTable:
    """The same from columns in memory: name → numbers (words for CMT). Rows are counted from 1.

    Raises:
        InputError: as `read_event_table`.

    Example:
        >>> event_table({"ID": [1, 1], "TIME": [0, 8], "AMT": [25, 0]}).evid.tolist()
        [1, 0]
    """
    return _checked(raw_of(columns, name), time_unit, (), "")


def _checked(raw: RawTable, time_unit: str, drop: Sequence[str], ignoring: str) -> EventTable:
    if time_unit not in TIME_UNITS:
        raise InputError(f"'{time_unit}' is no unit of time", right=", ".join(TIME_UNITS), hint="time_unit='h'")
    raw = _without(raw, drop)
    found = _reserved(raw)
    if not len(raw.rows):
        raise InputError(f"{raw.name} has no record", right="at least one line below the names")
    numbers = {name: raw.numbers(found[name]) for name in NUMERIC if name in found}
    records = _records(raw, numbers, found, time_unit)
    _obey(RECORD_RULES, raw, found, records)
    _obey(ORDER_RULES, raw, found, records)
    others = {name: raw.numbers(name) for name in raw.columns if name.upper() not in RESERVED}
    return _table(raw, records, others, time_unit, ignoring)


def _without(raw: RawTable, drop: Sequence[str]) -> RawTable:
    known = {name.upper(): name for name in raw.columns}
    for name in drop:
        if name.upper() not in known:
            raise InputError(f"there is no column '{name}' to drop", where=raw.name, hint=nearest(name, raw.columns))
    gone = {name.upper() for name in drop}
    columns = {name: cells for name, cells in raw.columns.items() if name.upper() not in gone}
    return RawTable(raw.name, raw.row_word, raw.rows, columns, raw.ignored)


def _reserved(raw: RawTable) -> dict[str, str]:
    """Reserved name → name in the file."""
    found = {name.upper(): name for name in raw.columns if name.upper() in RESERVED}
    for name in raw.columns:
        if name.upper() in REFUSED:
            raise InputError(
                f"{REFUSED[name.upper()]} are not read",
                where=f"{raw.name}, column {name}",
                right="hours since the first record in TIME, and no such column",
                hint=f"leave it out with drop=['{name}'] (--drop {name})",
            )
    for name in ("ID", "TIME"):
        if name not in found:
            raise InputError(
                f"there is no column {name}", where=raw.name, right="ID and TIME", hint=nearest(name, raw.columns)
            )
    return found


def _records(raw: RawTable, numbers: Mapping[str, Floats], found: Mapping[str, str], time_unit: str) -> dict[str, Any]:
    """Every reserved column with what stands in where it is missing; EVID and MDV derived as NONMEM does."""
    n = len(raw.rows)
    records: dict[str, Any] = {name: numbers.get(name, np.full(n, np.nan)) for name in NUMERIC}
    for name in ("AMT", "RATE", "II", "ADDL", "SS"):
        records[name] = np.nan_to_num(records[name])
    for name in WHOLE:
        _refuse_fractions(raw, found.get(name, name), records[name])
    given = (records["AMT"] != 0) | (records["RATE"] != 0) | (records["SS"] != 0)
    without_dose = np.where(records["MDV"] == 1, OTHER, OBSERVATION)
    derived = np.where(given, DOSE, without_dose)
    records["derived"] = np.isnan(records["EVID"])
    records["EVID"] = np.where(records["derived"], derived, records["EVID"])
    records["CMT"] = _compartments(raw, found)
    unit = TIME_UNITS[time_unit]
    for name in ("TIME", "II"):
        _refuse_far(raw, found.get(name, name), records[name] * (unit / TICKS_PER_DAY))
    # Round to whole ticks here and nowhere else; NaN in TIME is refused by its rule, so what stands in does not matter.
    records["tick"] = np.rint(np.nan_to_num(records["TIME"]) * unit).astype(np.int64)
    records["interval"] = np.rint(records["II"] * unit).astype(np.int64)
    return records


def _refuse_fractions(raw: RawTable, column: str, values: Floats) -> None:
    odd = np.flatnonzero(~np.isnan(values) & ((values != np.rint(values)) | (np.abs(values) > 2**53)))
    if len(odd):
        raise InputError(
            f"the value is {values[odd[0]]:g}", where=raw.place(int(odd[0]), column), right="a whole number"
        )


def _refuse_far(raw: RawTable, column: str, days: Floats) -> None:
    far = np.flatnonzero(np.abs(days) > FURTHEST)
    if len(far):
        raise InputError(
            f"the value is {days[far[0]]:g} days",
            where=raw.place(int(far[0]), column),
            right=f"less than {FURTHEST:g} days",
            hint="say the unit with time_unit (--time-unit)",
        )


def _compartments(raw: RawTable, found: Mapping[str, str]) -> np.ndarray:
    """CMT as text: whole numbers without a point, 0 as missing."""
    if "CMT" not in found:
        return np.full(len(raw.rows), "", dtype="U1")
    cells = raw.columns[found["CMT"]]
    if isinstance(cells, np.ndarray):
        cells = ["" if np.isnan(v) else repr(float(v)) for v in cells]
    tidy = {text: _tidy(text) for text in set(cells)}
    for place, text in enumerate(cells):
        if tidy[text] is None:
            raise InputError(
                f"compartment '{shown(text)}'",
                where=raw.place(place, found["CMT"]),
                right="a name, or a whole number from 1",
                hint="turning a compartment off (CMT below 0) is not known here" if text.startswith("-") else "",
            )
    return np.array([tidy[text] for text in cells], dtype=np.str_)


def _tidy(text: str) -> str | None:
    if text in ("", ".", "NA"):
        return ""
    try:
        number = float(text)
    except ValueError:
        return text if text[0].isalpha() and text.isprintable() else None
    if not (number >= 0 and number == int(min(number, 1e9))):
        return None
    return str(int(number)) if number else ""


def _obey(rules: Sequence[Rule], raw: RawTable, found: Mapping[str, str], records: Mapping[str, Any]) -> None:
    for rule in rules:
        broken = np.flatnonzero(rule.broken(records))
        if len(broken):
            row = int(broken[0])
            values = {name: f"{column[row]:g}" for name, column in records.items() if column.dtype.kind == "f"}
            raise InputError(
                rule.what.format(**values),
                where=raw.place(row, found.get(rule.column, rule.column)),
                right=rule.right,
                hint=rule.hint,
            )


def _table(
    raw: RawTable, records: Mapping[str, Any], others: Mapping[str, Floats], time_unit: str, ignoring: str
) -> EventTable:
    def whole(name: str) -> Integers:
        return records[name].astype(np.int64)

    evid = whole("EVID")
    mdv = np.where(np.isnan(records["MDV"]), evid != OBSERVATION, records["MDV"]).astype(np.int64)
    return EventTable(
        name=raw.name,
        row_word=raw.row_word,
        row=raw.rows,
        time_unit=time_unit,
        id=whole("ID"),
        tick=records["tick"],
        evid=evid,
        amount=records["AMT"],
        compartment=records["CMT"],
        rate=records["RATE"],
        interval=records["interval"],
        additional=whole("ADDL"),
        steady=records["SS"] == 1,
        dv=records["DV"],
        mdv=mdv,
        columns=others,
        notes=tuple(_notes(raw, records, others, ignoring)),
    )


def _notes(raw: RawTable, records: Mapping[str, Any], others: Mapping[str, Floats], ignoring: str) -> list[str]:
    """What is not wrong and yet may not be meant."""
    notes = []
    if raw.ignored:
        notes.append(f"{raw.ignored} lines were left out ({ignoring})")
    if records["derived"].any():
        notes.append(f"EVID of {records['derived'].sum():,} records follows from AMT, RATE, SS and MDV")
    dosing = (records["EVID"] == 1) | (records["EVID"] == 4)
    nothing = dosing & (records["AMT"] == 0)
    if nothing.any():
        notes.append(f"{nothing.sum():,} doses have AMT 0 and give nothing")
    idle = (records["interval"] > 0) & (records["ADDL"] == 0) & (records["SS"] == 0)
    if idle.any():
        notes.append(f"II of {idle.sum():,} records has neither ADDL nor SS beside it and does nothing")
    for name in others:
        if name.upper() == "RACE":  # no slip of the pen for RATE
            continue
        close = difflib.get_close_matches(name.upper(), [r for r in RESERVED if len(r) > 2], n=1, cutoff=0.74)
        if close:
            notes.append(f"column {name} is read as a covariate; if {close[0]} was meant, rename it")
    return notes
