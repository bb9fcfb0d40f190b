"""Answers of a query as CSV, JSON or Parquet, written whole or not at all."""

from __future__ import annotations

import csv
import json
import math
import os
import sys
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import IO, Any

from titer.errors import InputError, nearest
from titer.trials.query import Answer
from titer.trials.store import whole_file

SUFFIXES = (".csv", ".json", ".parquet")
ROWS_AT_ONCE = 50_000


def check_file(path: Path, overwrite: bool) -> None:
    """Refuse a file of an unknown kind, or one that exists and is not to be replaced.

    Raises:
        InputError: either of these, or its folder is missing.
    """
    if path.suffix not in SUFFIXES:
        near = nearest(path.suffix, SUFFIXES)
        raise InputError(f"'{path}' is of no known kind", right="a name that ends in " + ", ".join(SUFFIXES), hint=near)
    if path.is_dir() or not path.parent.is_dir():
        raise InputError(f"'{path}' cannot be written", right="a file in a folder that exists")
    if path.exists() and not overwrite:
        raise InputError(f"'{path}' exists", right="a new file", hint="--overwrite, or another --out")


def plain(value: Any) -> Any:
    """A value as JSON has it: numbers that are not finite are null, times are ISO 8601 texts.

    Example:
        >>> plain(float("nan")), plain(Decimal("1.5")), plain(date(2025, 1, 2))
        (None, 1.5, '2025-01-02')
    """
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, date | datetime | time):
        return value.isoformat()
    if isinstance(value, dict):
        return {str(key): plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [plain(inner) for inner in value]
    return str(value) if isinstance(value, timedelta | bytes) or not _is_json(value) else value


def _is_json(value: Any) -> bool:
    return value is None or isinstance(value, bool | int | str)


def print_csv(answer: Answer) -> int:
    """All rows on standard output, names first; a missing value is empty. Returns the number of rows."""
    return _csv(answer, sys.stdout)


def _csv(answer: Answer, file: Any) -> int:
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(answer.columns)
    n = 0
    for row in answer.rows:
        writer.writerow([_cell(value) for value in row])
        n += 1
    return n


def _cell(value: Any) -> Any:
    return json.dumps(plain(value)) if isinstance(value, list | dict | tuple) else plain(value)


def write_answer(answer: Answer, path: Path) -> int:
    """All rows into a file whose name says the format; it gets its name when it is whole.

    Raises:
        StorageError: it cannot be written.
    """
    with whole_file(path) as partial:
        return _parquet(answer, partial) if path.suffix == ".parquet" else _text(answer, partial, path.suffix)


def _text(answer: Answer, path: Path, suffix: str) -> int:
    with path.open("w", encoding="utf-8", newline="") as file:
        n = _csv(answer, file) if suffix == ".csv" else _json(answer, file)
        file.flush()
        os.fsync(file.fileno())
    return n


def _json(answer: Answer, file: IO[str]) -> int:
    """An array of objects, one a line."""
    n = 0
    file.write("[")
    for row in answer.rows:
        told = dict(zip(answer.columns, map(plain, row), strict=True))
        file.write((",\n" if n else "\n") + json.dumps(told, ensure_ascii=False, allow_nan=False))
        n += 1
    file.write("\n]\n")
    return n


def _parquet(answer: Answer, path: Path) -> int:
    import pyarrow as pa
    import pyarrow.parquet as pq

    fields = [pa.field(name, _arrow_type(kind)) for name, kind in answer.columns.items()]
    schema, n = pa.schema(fields), 0
    with pq.ParquetWriter(path, schema, compression="zstd") as writer:
        while rows := list(islice(answer.rows, ROWS_AT_ONCE)):
            columns = zip(*rows, strict=True)
            arrays = [_arrow(column, field.type) for column, field in zip(columns, fields, strict=True)]
            writer.write_table(pa.Table.from_arrays(arrays, schema=schema))
            n += len(rows)
    return n


def _arrow_type(kind: str) -> Any:
    """Arrow's type for one of DuckDB's; a kind that is rare in answers (lists, structures) is kept as JSON text."""
    import pyarrow as pa

    whole = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER", "HUGEINT")
    if kind in whole:
        return pa.int64()
    if kind in ("FLOAT", "DOUBLE") or kind.startswith("DECIMAL"):
        return pa.float64()
    return pa.bool_() if kind == "BOOLEAN" else pa.string()


def _arrow(values: Any, kind: Any) -> Any:
    import pyarrow as pa

    if not pa.types.is_string(kind):
        return pa.array([plain(value) for value in values], kind)
    texts = [value if value is None or isinstance(value, str) else json.dumps(plain(value)) for value in values]
    return pa.array(texts, kind)
