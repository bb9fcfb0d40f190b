"""Columns to a text or Parquet file, piece by piece; the file appears whole or not at all."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from titer.errors import InputError
from titer.trials.store import whole_file

ENDINGS = (".csv", ".parquet")


def check_ending(path: str | Path) -> Path:
    """The path, if it can be written to by `write_columns`.

    Raises:
        InputError: another ending than .csv or .parquet, or no such folder.
    """
    path = Path(path)
    if path.suffix.lower() not in ENDINGS:
        raise InputError(f"'{path.name}' has no ending that says what to write", right="a name with .csv or .parquet")
    if not path.parent.is_dir():
        raise InputError(f"there is no folder '{path.parent}'", right="a folder that is there")
    return path


def write_columns(path: str | Path, columns: Mapping[str, Any]) -> None:
    """Write columns of equal length: comma-separated text with '.' for missing values, or Parquet with nulls.

    Numbers in text have as many digits as reading them back exactly needs.

    Args:
        path: ends in .csv or .parquet.
        columns: name → array of numbers or words.

    Raises:
        InputError: another ending.
        StorageError: the file cannot be written.
    """
    with writing(path) as file:
        file.add(columns)


class ColumnFile:
    """A table that grows by batches of rows with the same columns."""

    def __init__(self, path: Path, as_text: bool) -> None:
        self._file, self._as_text = path.open("wb"), as_text
        self._parquet: Any = None
        self._begun = False

    def add(self, columns: Mapping[str, Any]) -> None:
        """Append rows."""
        if self._as_text:
            self._file.write(_text(columns, with_names=not self._begun))
        else:
            self._add_parquet(columns)
        self._begun = True

    def _add_parquet(self, columns: Mapping[str, Any]) -> None:
        import pyarrow as pa
        import pyarrow.parquet as pq

        table = pa.table({name: pa.array(np.asarray(values), from_pandas=True) for name, values in columns.items()})
        if self._parquet is None:
            self._parquet = pq.ParquetWriter(self._file, table.schema, compression="zstd")
        self._parquet.write_table(table)

    def close(self) -> None:
        if self._parquet is not None:
            self._parquet.close()
        self._file.close()


@contextmanager
def writing(path: str | Path) -> Iterator[ColumnFile]:
    """A file to add batches to, under a hidden name until the block is left without an error.

    Raises:
        InputError: another ending than .csv or .parquet.
        StorageError: the file cannot be written.
    """
    path = check_ending(path)
    with whole_file(path) as partial:
        file = ColumnFile(partial, path.suffix.lower() == ".csv")
        try:
            yield file
        finally:
            file.close()


def _text(columns: Mapping[str, Any], with_names: bool) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    if with_names:
        writer.writerow(columns)
    writer.writerows(zip(*(_cells(np.asarray(values)) for values in columns.values()), strict=True))
    return out.getvalue().encode()


def _cells(values: np.ndarray) -> list[Any]:
    if values.dtype.kind != "f":
        return values.tolist()
    return ["." if v != v else int(v) if v == int(v) and abs(v) < 1e15 else repr(v) for v in values.tolist()]
