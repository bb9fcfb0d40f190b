"""A checked event table, and the whole ticks in which its times are kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

# A tick is a microsecond. Times and intervals are whole numbers of them from the moment they are read, so that a dose
# repeated every 8.1 h falls on the same instant as an observation written 24.3, and no float is ever compared.
TICKS_PER_DAY = 86_400_000_000
TIME_UNITS = {"min": TICKS_PER_DAY // 1440, "h": TICKS_PER_DAY // 24, "day": TICKS_PER_DAY}
FURTHEST = 1e8  # day; beyond it microseconds no longer fit into a double

OBSERVATION, DOSE, OTHER, RESET, RESET_AND_DOSE = 0, 1, 2, 3, 4


@dataclass(frozen=True, eq=False)
class EventTable:
    """One row per record, in the order of the file; checked, so that it can be run.

    Args:
        name: file it came from.
        row_word: what a number in `row` counts: "line" of a text file, "row" of a Parquet file.
        row: number of each record in the file. Shape (n_records,), as all arrays that follow.
        time_unit: "h", "day" or "min", of TIME and II in the file.
        id: number of the patient; records of one patient stand together.
        tick: TIME in microseconds, not decreasing inside a patient but at a reset.
        evid: 0 observation, 1 dose, 2 other, 3 reset, 4 reset and dose.
        amount: AMT in the unit of the model's dosing entry; 0 where nothing is given.
        compartment: CMT as written, a number or a name; "" where missing.
        rate: RATE, amount per time unit; 0 for a dose at once.
        interval: II in ticks.
        additional: ADDL.
        steady: whether SS is 1.
        dv: DV, NaN where missing.
        mdv: MDV, as given or derived.
        columns: every other column by the name in the file, NaN where missing.
        notes: sentences on what was ignored or is unusual.
    """

    name: str
    row_word: str
    row: Integers
    time_unit: str
    id: Integers
    tick: Integers
    evid: Integers
    amount: Floats
    compartment: NDArray[np.str_]
    rate: Floats
    interval: Integers
    additional: Integers
    steady: NDArray[np.bool_]
    dv: Floats
    mdv: Integers
    columns: Mapping[str, Floats]
    notes: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.id)

    @property
    def doses(self) -> NDArray[np.bool_]:
        """Which records give a dose. Shape (n_records,)."""
        return (self.evid == DOSE) | (self.evid == RESET_AND_DOSE)

    @property
    def observations(self) -> NDArray[np.bool_]:
        """Which records are looked at: EVID 0, and 2, which asks for a prediction without a measurement."""
        return (self.evid == OBSERVATION) | (self.evid == OTHER)

    @property
    def time(self) -> Floats:
        """TIME in the unit of the file."""
        return self.tick / TIME_UNITS[self.time_unit]

    @property
    def days(self) -> Floats:
        return days_of(self.tick)

    def place(self, record: int, column: str) -> str:
        """Where a record stands, for errors."""
        return f"{self.name}, {self.row_word} {self.row[record]}, column {column}"


def days_of(tick: Integers) -> Floats:
    """Ticks in days."""
    return tick / TICKS_PER_DAY
