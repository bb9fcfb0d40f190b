"""Datasets on disk: grown as Parquet batch by batch, then turned into CSV or Dataset-JSON where that is asked for."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Literal, get_args

import numpy as np

from titer.errors import InputError, nearest
from titer.interop.adam.declare import Dataset, Variable
from titer.interop.dataset_json import Column, header, write_dataset_json
from titer.trials.columns import Columns, Words

Form = Literal["parquet", "csv", "dataset-json"]
SUFFIX = {"parquet": "parquet", "csv": "csv", "dataset-json": "json"}
ROWS_AT_ONCE = 50_000


def check_form(form: str) -> None:
    """Refuse a format that is not known."""
    if form not in get_args(Form):
        raise InputError(
            f"format '{form}' is not known", right="one of " + ", ".join(SUFFIX), hint=nearest(form, SUFFIX)
        )


class DatasetFile:
    """One dataset in the making: a Parquet file that carries names, labels and origins of its variables.

    Args:
        folder: where it grows.
        dataset: what is written.
    """

    def __init__(self, folder: Path, dataset: Dataset) -> None:
        import pyarrow as pa
        import pyarrow.parquet as pq

        types = {"text": pa.string(), "integer": pa.int64(), "float": pa.float64()}
        fields = [pa.field(v.name, types[v.kind], metadata=_metadata(v)) for v in dataset.variables]
        self.dataset, self.records = dataset, 0
        self.schema = pa.schema(fields, metadata={"name": dataset.name, "label": dataset.label})
        self.path = folder / f"{dataset.name.lower()}.parquet"
        self._writer = pq.ParquetWriter(self.path, self.schema, compression="zstd")

    def write(self, columns: Columns) -> None:
        """Append the records of a batch; variables that it does not name are missing."""
        import pyarrow as pa

        n = len(columns["patient"])
        arrays = [_array(columns.get(field.name), field.type, n) for field in self.schema]
        self._writer.write_table(pa.Table.from_arrays(arrays, schema=self.schema))
        self.records += n

    def close(self) -> None:
        """Finish the file."""
        self._writer.close()
        with self.path.open("rb") as file:
            os.fsync(file.fileno())

    def convert(self, form: Form, study: str, source: Mapping[str, str], created: str) -> Path:
        """The dataset in the format asked for, in place of the Parquet file."""
        if form == "parquet":
            return self.path
        path = self.path.with_suffix("." + SUFFIX[form])
        if form == "csv":
            self._write_csv(path)
        else:
            columns = [_column(variable, self._longest(variable)) for variable in self.dataset.variables]
            told = header(self.dataset.name, self.dataset.label, columns, self.records, study, source, created)
            write_dataset_json(path, told, self._rows())
        self.path.unlink()
        return path

    def _batches(self, columns: list[str] | None = None) -> Iterator[Any]:
        import pyarrow.parquet as pq

        with pq.ParquetFile(self.path) as file:
            yield from file.iter_batches(batch_size=ROWS_AT_ONCE, columns=columns)

    def _rows(self) -> Iterator[tuple[Any, ...]]:
        for batch in self._batches():
            yield from zip(*(column.to_pylist() for column in batch.columns), strict=True)

    def _write_csv(self, path: Path) -> None:
        import pyarrow.csv as csv

        with path.open("wb") as file:
            with csv.CSVWriter(file, self.schema) as writer:
                for batch in self._batches():
                    writer.write_batch(batch)
            file.flush()
            os.fsync(file.fileno())

    def _longest(self, variable: Variable) -> int:
        """Characters of the longest value of a text; at least 1."""
        import pyarrow.compute as pc

        if variable.kind != "text":
            return 0
        lengths = (pc.max(pc.utf8_length(batch.column(0))).as_py() for batch in self._batches([variable.name]))
        return max([1, *(length for length in lengths if length)])


def _metadata(variable: Variable) -> dict[str, str]:
    return {"label": variable.label, "origin": variable.origin}


def _column(variable: Variable, length: int) -> Column:
    data_type = {"text": "string", "integer": "integer", "float": "double"}[variable.kind]
    return Column(variable.name, variable.label, data_type, length, variable.key)  # type: ignore[arg-type]


def _array(values: Any, kind: Any, n: int) -> Any:
    """Values as Arrow; a missing word has code -1, a missing number is NaN."""
    import pyarrow as pa

    if values is None:
        return pa.nulls(n, kind)
    if isinstance(values, Words):
        codes = np.asarray(values.codes, np.int32)
        places = pa.array(codes, mask=codes < 0)
        return pa.DictionaryArray.from_arrays(places, pa.array(values.words, pa.string())).cast(kind)
    numbers = np.asarray(values)
    if numbers.dtype.kind != "f":
        return pa.array(numbers).cast(kind)
    missing = np.isnan(numbers)
    return pa.array(np.where(missing, 0, numbers), mask=missing).cast(kind)
