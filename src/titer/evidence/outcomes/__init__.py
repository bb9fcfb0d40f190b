"""Published outcomes, one row per printed number, as they were found; each row with its source.

The tables are data, not code: a prediction is compared with a row by its id (`IMID085`); no row is edited to fit.
"""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

from titer.errors import InputError, StorageError, nearest

COLUMNS = (
    "id",
    "drug",
    "regimen",
    "population",
    "endpoint",
    "value",
    "unit",
    "ci_low",
    "ci_high",
    "n",
    "time_point",
    "source",
    "confirmed",
)
TABLES = ("imids",)

# Unit as printed in the table -> unit that `titer.units.parse_unit` reads; a number without dimension is "".
UNITS: Mapping[str, str] = {
    "%": "%",
    "% (approx)": "%",
    "% (at least)": "%",
    "% change": "%",
    "% increase": "%",
    "% of baseline": "%",
    "% of dose": "%",
    "/uL": "1/uL",
    "HR": "",
    "L": "L",
    "L/h": "L/h",
    "OR": "",
    "RR": "",
    "days": "day",
    "fold": "",
    "g": "g",
    "g/L": "g/L",
    "g/dL": "g/dL",
    "h": "h",
    "months": "month",
    "ng*h/mL": "ng*h/mL",
    "ng/mL": "ng/mL",
    "patients": "",
    "per 100 PY": "1/year",
    "per 100 patient-cycles (RRMM: months)": "%",
    "power": "",
    "ratio": "",
    "ug*h/mL": "ug*h/mL",
    "ug/mL": "ug/mL",
    "weeks": "week",
    "x10^9/L": "10^9/L",
    "years": "year",
}
# The interval columns of these rows hold a printed range of patients, not a confidence interval: the endpoint says so.
RANGE_WORDS = ("range",)
# Percentages of these rows compare two groups and may be negative or above 100.
COMPARISON_WORDS = ("change", "ratio")


@dataclass(frozen=True)
class OutcomeRow:
    """One published number.

    Args:
        id: stable name of the row.
        drug, regimen, population, endpoint: as the source put them.
        value, unit: the printed number and its unit, as printed (`UNITS` translates it).
        low, high: printed interval; None where none was printed.
        n: patients behind the number; None where it was not printed.
        time_point: when it was measured.
        source: citation.
        confirmed: False where the source could not be read again and the number is quoted from memory.
    """

    id: str
    drug: str
    regimen: str
    population: str
    endpoint: str
    value: float
    unit: str
    low: float | None
    high: float | None
    n: int | None
    time_point: str
    source: str
    confirmed: bool

    @property
    def is_percentage(self) -> bool:
        """Whether the value is a percentage of a whole, from 0 to 100, and not a change or a ratio in percent."""
        compares = any(word in self.endpoint for word in COMPARISON_WORDS)
        return self.unit in ("%", "% (approx)", "% (at least)") and not compares

    @property
    def interval_is_range(self) -> bool:
        """Whether `low` and `high` are a range over patients and not a confidence interval."""
        return any(word in self.endpoint for word in RANGE_WORDS)


@lru_cache(maxsize=len(TABLES))
def load_outcomes(table: str = "imids") -> tuple[OutcomeRow, ...]:
    """Every row of a table of published outcomes, in the order of the file.

    Args:
        table: one of `TABLES`.

    Raises:
        InputError: there is no table of that name.
        StorageError: the file is damaged: a column is missing, a number cannot be read, an id is doubled.

    Example:
        >>> [row.value for row in load_outcomes() if row.id == "IMID085"]
        [60.6]
    """
    if table not in TABLES:
        raise InputError(f"there is no table of outcomes '{table}'", right=f"one of {', '.join(TABLES)}")
    text = files("titer.evidence.outcomes").joinpath(f"{table}.csv").read_bytes().decode("utf-8")
    return parse_outcomes(text, where=f"outcomes/{table}.csv")


def parse_outcomes(text: str, *, where: str = "outcome table") -> tuple[OutcomeRow, ...]:
    """Rows from the text of a table; see `load_outcomes`."""
    reader = csv.DictReader(io.StringIO(text, newline=""))
    if tuple(reader.fieldnames or ()) != COLUMNS:
        raise StorageError(f"columns are {reader.fieldnames}", where=where, right=", ".join(COLUMNS))
    rows = tuple(_row(record, f"{where}, line {line}") for line, record in enumerate(reader, start=2))
    seen: set[str] = set()
    for row in rows:
        if row.id in seen:
            raise StorageError(f"id {row.id} occurs twice", where=where, right="each id once")
        seen.add(row.id)
    return rows


def find_outcome(identifier: str, rows: Sequence[OutcomeRow] | None = None) -> OutcomeRow:
    """The row of that id.

    Raises:
        InputError: no such row.

    Example:
        >>> find_outcome("IMID268").endpoint
        'ORR'
    """
    rows = load_outcomes() if rows is None else rows
    for row in rows:
        if row.id == identifier:
            return row
    raise InputError(f"there is no outcome row '{identifier}'", hint=nearest(identifier, [r.id for r in rows]))


def binomial_interval(fraction: float, n: int, *, z: float = 1.959963984540054) -> tuple[float, float]:
    """95% Wilson interval of a fraction observed in n patients.

    Used where a source prints a percentage and a number of patients but no interval.

    Source: Wilson 1927, J Am Stat Assoc 22:209.

    Example:
        >>> [round(x, 3) for x in binomial_interval(0.606, 353)]
        [0.554, 0.656]
    """
    centre = fraction + z * z / (2 * n)
    half = z * math.sqrt(fraction * (1 - fraction) / n + z * z / (4 * n * n))
    scale = 1 + z * z / n
    return max(0.0, (centre - half) / scale), min(1.0, (centre + half) / scale)


def _row(record: Mapping[str, str], where: str) -> OutcomeRow:
    if None in record or None in record.values():
        raise StorageError("a field is missing or there is one too many", where=where, right=f"{len(COLUMNS)} fields")
    if record["confirmed"] not in ("yes", "memory"):
        raise StorageError(f"confirmed is '{record['confirmed']}'", where=where, right="yes or memory")
    if record["unit"] not in UNITS:
        raise StorageError(f"unit '{record['unit']}' is not known", where=where, hint=nearest(record["unit"], UNITS))
    try:
        value, n = float(record["value"]), int(record["n"]) if record["n"] else None
        low, high = _optional(record["ci_low"]), _optional(record["ci_high"])
    except ValueError as reason:
        raise StorageError(f"a number cannot be read: {reason}", where=where, right="plain numbers") from None
    if not math.isfinite(value) or (low is not None and high is not None and not low <= value <= high):
        raise StorageError(f"value {value} is outside its interval {low} to {high}", where=where)
    words = {name: record[name] for name in ("id", "drug", "regimen", "population", "endpoint", "unit")}
    rest = {name: record[name] for name in ("time_point", "source")}
    return OutcomeRow(**words, **rest, value=value, low=low, high=high, n=n, confirmed=record["confirmed"] == "yes")


def _optional(text: str) -> float | None:
    return float(text) if text else None
