"""Event tables as they lie on disk: text and Parquet files as columns of cells, each row with its number."""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from titer.errors import InputError

Column = list[str] | NDArray[Any]  # cells as text, or numbers as a typed file holds them
MISSING = ("", ".", "NA")
# columns that say what is given, to whom and when: a table without one of them says something else
DRIVING = ("ID", "TIME", "EVID", "AMT", "RATE", "II", "ADDL", "SS", "CMT")
NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eEdD][+-]?\d+)?", re.ASCII)
IGNORED = {
    "#": "lines that begin with #",
    "@": "lines that begin with # or @ or a letter",
    "C": "lines that begin with # or C",
}


@dataclass(frozen=True)
class RawTable:
    """Columns before any meaning.

    Args:
        name: of the file.
        row_word: "line" or "row".
        rows: number of each row in the file. Shape (n_rows,).
        columns: name as written → cells.
        ignored: how many lines were left out as comments.
    """

    name: str
    row_word: str
    rows: NDArray[np.int64]
    columns: Mapping[str, Column]
    ignored: int = 0

    def numbers(self, name: str) -> NDArray[np.float64]:
        """A column as numbers, NaN where missing.

        Raises:
            InputError: a cell that is not a number, with its row.
        """
        cells = self.columns[name]
        if isinstance(cells, np.ndarray):
            return self._finite(name, cells.astype(np.float64))
        known = {text: _number(text) for text in set(cells)}
        wrong = {text for text, value in known.items() if value is None}
        if wrong:
            place = next(i for i, text in enumerate(cells) if text in wrong)
            raise InputError(
                f"'{shown(cells[place])}' is not a number",
                where=self.place(place, name),
                right="a number, or '.' where there is none",
                hint=_hint(name, cells[place]),
            )
        return self._finite(name, np.array([known[text] for text in cells], np.float64))

    def _finite(self, name: str, values: NDArray[np.float64]) -> NDArray[np.float64]:
        wrong = np.flatnonzero(np.isinf(values))
        if len(wrong):
            raise InputError(
                f"the value is {values[wrong[0]]}", where=self.place(int(wrong[0]), name), right="a finite number"
            )
        return values

    def place(self, row: int, column: str) -> str:
        """Where a cell stands, for errors."""
        return f"{self.name}, {self.row_word} {self.rows[row]}, column {column}"


def _number(text: str) -> float | None:
    if text in MISSING:
        return np.nan
    if not NUMBER.fullmatch(text):
        return None
    return float(text.replace("d", "e").replace("D", "e"))


def shown(text: str) -> str:
    """A cell as errors show it: printable, and not longer than a line."""
    clean = text if text.isprintable() else repr(text)[1:-1]
    return clean if len(clean) <= 40 else clean[:39] + "…"


def _hint(column: str, text: str) -> str:
    if column.upper() == "TIME" and ":" in text:
        return "clock times are not read; write hours since the first record"
    if re.fullmatch(r"[+-]?\d+,\d+", text):
        return "write decimals with a point"
    if column.upper() in DRIVING:
        return f"correct the row; {column.upper()} says what is given, to whom or when, so do not leave it out"
    return f"leave the column out with drop=['{column}'] (--drop {column})"


def read_raw(path: str | Path, ignore: str = "#") -> RawTable:
    """Columns of a text file (comma, tab or blanks between cells) or a Parquet file, by the ending of its name.

    Raises:
        InputError: no such file, another ending, not text, no names in the first line, rows of unequal length.
    """
    path = Path(path)
    if ignore not in IGNORED:
        raise InputError(f"lines to ignore are given as '{ignore}'", right="'#', '@' or 'C'")
    ending = path.suffix.lower()
    if ending not in (".csv", ".txt", ".dat", ".tab", ".tsv", ".parquet"):
        raise InputError(f"'{path.name}' is not an event table", right="a file that ends in .csv or .parquet")
    try:
        content = path.read_bytes()
    except OSError as reason:
        raise InputError(f"'{path}' cannot be read: {reason.strerror or reason}", right="an event table") from None
    return _parquet(path.name, content) if ending == ".parquet" else _text(path.name, content, ignore)


def _text(name: str, content: bytes, ignore: str) -> RawTable:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as reason:
        raise InputError(f"{name} is not text in UTF-8 (byte {reason.start})", right="a CSV file in UTF-8") from None
    lines = [(i, line) for i, line in enumerate(re.split(r"\r\n|\n|\r", text), 1) if line.strip()]
    kept = [(i, line) for i, line in lines if not line.lstrip().startswith("#")]
    if not kept:
        raise InputError(f"{name} is empty", right="a line of column names and one line per record")
    separator = _separator(name, kept[0][1])
    names = _names(name, kept[0][0], _cells(name, *kept[0], separator), lines[0][1])
    body = [(i, line) for i, line in kept[1:] if not _left_out(line, ignore)]
    rows = [_cells(name, i, line, separator) for i, line in body]
    for (i, _), row in zip(body, rows, strict=True):
        if len(row) != len(names):
            raise InputError(
                f"the line has {len(row)} cells", where=f"{name}, line {i}", right=f"{len(names)}, one for each column"
            )
    columns = {column: [row[place] for row in rows] for place, column in enumerate(names)}
    return RawTable(name, "line", np.array([i for i, _ in body], np.int64), columns, len(lines) - 1 - len(body))


def _left_out(line: str, ignore: str) -> bool:
    first = line.lstrip()[0]
    return (ignore == "@" and (first == "@" or first.isalpha())) or (ignore == "C" and first == "C")


def _separator(name: str, header: str) -> str | None:
    """Comma, tab, or None for blanks."""
    if "," in header:
        return ","
    if ";" in header:
        raise InputError(
            f"the cells of {name} are parted by semicolons",
            right="commas, tabs or blanks, and decimals with a point",
            hint="save it again as a plain CSV file",
        )
    return "\t" if "\t" in header else None


def _cells(name: str, number: int, line: str, separator: str | None) -> list[str]:
    if '"' in line and separator is not None:
        try:
            return [cell.strip() for cell in next(csv.reader([line], delimiter=separator, strict=True))]
        except (csv.Error, StopIteration) as reason:
            raise InputError(
                f"the line cannot be split into cells ({reason})", where=f"{name}, line {number}", right="plain CSV"
            ) from None
    return [cell.strip() for cell in line.split(separator)]


def _names(name: str, number: int, cells: Sequence[str], first_line: str) -> list[str]:
    where = f"{name}, line {number}"
    if all(_number(cell) is not None for cell in cells):
        hint = (
            "take the # from the line of names" if "ID" in first_line.upper() and first_line.strip()[0] == "#" else ""
        )
        raise InputError(
            "there are no column names", where=where, right="names in the first line: ID,TIME,AMT,…", hint=hint
        )
    _refuse_doubled(cells, where)
    return list(cells)


def _refuse_doubled(names: Sequence[str], where: str) -> None:
    seen: set[str] = set()
    for place, column in enumerate(names, 1):
        if not column:
            raise InputError(f"column {place} has no name", where=where, right="a name for each column")
        if column.upper() in seen:
            raise InputError(f"column '{shown(column)}' is there twice", where=where, right="each name once")
        seen.add(column.upper())


def _parquet(name: str, content: bytes) -> RawTable:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        table = pq.read_table(pa.BufferReader(content))
    except (pa.ArrowException, OSError) as reason:
        first = str(reason).splitlines()[0] if str(reason) else type(reason).__name__
        raise InputError(f"{name} is not a Parquet file that can be read ({first})", right="a Parquet file") from None
    _refuse_doubled(table.column_names, f"{name}, names of the columns")
    columns = {column: _arrow_cells(name, column, table[column]) for column in table.column_names}
    return RawTable(name, "row", np.arange(1, table.num_rows + 1), columns)


def _arrow_cells(name: str, column: str, values: Any) -> Column:
    import pyarrow as pa

    kind = values.type
    if pa.types.is_dictionary(kind):
        values, kind = values.cast(kind.value_type), kind.value_type
    if pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_null(kind):
        return values.cast(pa.float64(), safe=False).to_numpy()
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        return [(text or "").strip() for text in values.to_pylist()]
    raise InputError(f"the column holds {kind}", where=f"{name}, column {column}", right="numbers or text")


def raw_of(columns: Mapping[str, Any], name: str) -> RawTable:
    """Columns that are in memory already, numbers or words, as a table whose rows are counted from 1.

    Raises:
        InputError: columns of unequal length, or one that holds neither numbers nor words.
    """
    arrays = {column: np.atleast_1d(np.asarray(values)) for column, values in columns.items()}
    _refuse_doubled(list(arrays), f"{name}, names of the columns")
    lengths = {len(values) for values in arrays.values()}
    if len(lengths) > 1:
        raise InputError(f"the columns of {name} have lengths {sorted(lengths)}", right="one length")
    cells: dict[str, Column] = {}
    for column, values in arrays.items():
        if values.ndim != 1 or values.dtype.kind not in "iufUO":
            raise InputError(f"the column holds {values.dtype}", where=f"{name}, column {column}", right="numbers")
        words = values.dtype.kind in "UO"
        cells[column] = ["" if v is None else str(v).strip() for v in values] if words else values.astype(float)
    return RawTable(name, "row", np.arange(1, max(lengths, default=0) + 1), cells)
