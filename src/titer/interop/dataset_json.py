"""CDISC Dataset-JSON 1.1: one dataset a file, its columns described, its rows as arrays.

Source: CDISC Dataset-JSON v1.1 specification, 2024-12-05 (top-level and column attributes, in their order).
"""

from __future__ import annotations

import json
import math
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from titer.errors import InputError

VERSION = "1.1.0"
DataType = Literal["string", "integer", "double"]


@dataclass(frozen=True)
class Column:
    """Metadata of one column, with the attributes of the standard that Titer uses.

    Args:
        name, label: of the variable.
        data_type: logical type; "double" for numbers with a fraction.
        length: characters of the longest text; 0 for numbers.
        key: place among the variables that identify a record, 0 for the others.
    """

    name: str
    label: str
    data_type: DataType
    length: int = 0
    key: int = 0

    def attributes(self, dataset: str) -> dict[str, Any]:
        """The JSON object of this column, in the order of the standard."""
        told: dict[str, Any] = {
            "itemOID": f"IT.{dataset}.{self.name}",
            "name": self.name,
            "label": self.label,
            "dataType": self.data_type,
        }
        if self.length:
            told["length"] = self.length
        if self.key:
            told["keySequence"] = self.key
        return told


def created_at() -> str:
    """Now, in UTC; or the moment that SOURCE_DATE_EPOCH names, so that a build can be repeated byte for byte.

    Raises:
        InputError: SOURCE_DATE_EPOCH is not a whole number of seconds.
    """
    told = os.environ.get("SOURCE_DATE_EPOCH")
    try:
        moment = datetime.now(UTC) if told is None else datetime.fromtimestamp(int(told), UTC)
    except (ValueError, OverflowError, OSError):
        raise InputError(f"SOURCE_DATE_EPOCH is '{told}'", right="whole seconds since 1970") from None
    return moment.strftime("%Y-%m-%dT%H:%M:%S+00:00")


def header(
    dataset: str,
    label: str,
    columns: Sequence[Column],
    records: int,
    study: str,
    source: Mapping[str, str],
    created: str,
) -> dict[str, Any]:
    """Everything of a file but its rows, in the order of the standard.

    Args:
        dataset, label: name and description.
        columns: in the order of the values of a row.
        records: how many rows follow.
        study: identifier of the study.
        source: name and version of the system that the data come from.
        created: date and time, ISO 8601.

    Example:
        >>> told = header("ADSL", "Subjects", [Column("AGE", "Age", "integer")], 0, "S1", {}, "2025-01-01T00:00:00")
        >>> told["itemGroupOID"], told["columns"][0]["itemOID"]
        ('IG.ADSL', 'IT.ADSL.AGE')
    """
    return {
        "datasetJSONCreationDateTime": created,
        "datasetJSONVersion": VERSION,
        "fileOID": f"titer.{study}.{dataset}",
        "originator": "Titer",
        "sourceSystem": {"name": source.get("name", "Titer"), "version": source.get("version", "unknown")},
        "studyOID": study,
        "metaDataVersionOID": f"MDV.{study}.1",
        "itemGroupOID": f"IG.{dataset}",
        "records": records,
        "name": dataset,
        "label": label,
        "columns": [column.attributes(dataset) for column in columns],
    }


def write_dataset_json(path: Path, told: Mapping[str, Any], rows: Iterable[Sequence[Any]]) -> int:
    """Write a file row by row, so that memory does not grow with the dataset.

    Args:
        path: of the new file.
        told: from `header`.
        rows: values in the order of the columns; None is missing, and so is a number that is not finite.

    Returns:
        How many rows were written.

    Raises:
        InputError: there are other than the announced number of rows, or a row has another length.
    """
    width, n = len(told["columns"]), 0
    with path.open("w", encoding="utf-8") as file:
        file.write(_ENCODER.encode(told)[:-1] + ', "rows": [')
        for row in rows:
            if len(row) != width:
                raise InputError(f"row {n + 1} has {len(row)} values", where=told["name"], right=f"{width} values")
            file.write((",\n" if n else "\n") + _encoded(row))
            n += 1
        file.write("\n]}\n")
        file.flush()
        os.fsync(file.fileno())
    if n != told["records"]:
        raise InputError(f"{n} rows were written", where=told["name"], right=f"the {told['records']} announced")
    return n


_ENCODER = json.JSONEncoder(ensure_ascii=False, allow_nan=False)  # one for all rows: making it takes longer than a row


def _encoded(row: Sequence[Any]) -> str:
    try:
        return _ENCODER.encode(list(row))
    except ValueError:  # a number that JSON does not have
        return _ENCODER.encode([None if isinstance(one, float) and not math.isfinite(one) else one for one in row])
