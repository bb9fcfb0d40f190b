"""Reading stored results: the manifest, the tables and their parts, and one digest of all rows.

Example:
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     read_manifest(folder)  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    titer.errors.InputError: '...' holds no finished result...
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from titer.errors import InputError, StorageError, nearest

MANIFEST = "manifest.json"
RUN = "run.json"
CHUNKS = "chunks"
UNFINISHED = "unfinished"


def read_manifest(folder: str | Path) -> dict[str, Any]:
    """The manifest of a finished result: how the run was made, and every file with its SHA-256.

    Raises:
        InputError: there is none, so the run did not finish, or it is damaged.
    """
    return _read_object(Path(folder), MANIFEST)


def read_run(folder: str | Path) -> dict[str, Any]:
    """What was asked: `run.json` of a finished result.

    Raises:
        InputError: there is none, or it is damaged.
    """
    return _read_object(Path(folder), RUN)


def _read_object(folder: Path, name: str) -> dict[str, Any]:
    path = folder / name
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        raise _unfinished(folder, name) from None
    except (OSError, ValueError) as reason:
        raise InputError(f"{path} is damaged ({reason})", hint="run it again") from None
    if not isinstance(found, dict):
        raise InputError(f"{path} is damaged (it holds no object)", hint="run it again")
    return found


def _unfinished(folder: Path, name: str) -> InputError:
    if (folder / UNFINISHED).is_dir():
        what = f"the run in '{folder}' is unfinished"
        return InputError(what, right=f"a folder with {name}", hint="run the same command again with --resume")
    return InputError(
        f"'{folder}' holds no finished result",
        right=f"a folder with {name}, as --out of `titer compare` or `titer trial` makes it",
        hint="run it again",
    )


def tables(folder: str | Path) -> tuple[str, ...]:
    """Names of the tables of a finished result, in alphabetical order.

    Raises:
        InputError: the run did not finish, or its manifest is damaged.
    """
    return tuple(sorted({name.split("/")[0] for name in _part_names(folder)}))


def part_files(folder: str | Path, table: str | None = None) -> list[Path]:
    """The Parquet files of a table, or of all tables, in order of patients.

    Raises:
        InputError: no such table, or no finished result.
        StorageError: a part that the manifest names is missing.
    """
    names = _part_names(folder)
    known = {name.split("/")[0] for name in names}
    if table is not None and table not in known:
        raise InputError(f"the results have no table '{table}'", where=str(folder), hint=nearest(table, known or [""]))
    paths = [Path(folder) / name for name in names if table is None or name.split("/")[0] == table]
    for path in paths:
        if not path.is_file():
            raise StorageError(
                "a part of the results is missing",
                where=str(path),
                hint="the command that made them, with --resume, makes it again",
            )
    return paths


def _part_names(folder: str | Path) -> list[str]:
    files = read_manifest(folder).get("files", {})
    parts = sorted(name for name in files if name.count("/") == 1 and name.endswith(".parquet") and ".." not in name)
    if not parts and any(name.endswith(".parquet") for name in files):
        raise InputError(
            f"'{folder}' holds results of an older version of Titer",
            right="one folder of parts for each table",
            hint="run it again",
        )
    return parts


def read_table(folder: str | Path, table: str, columns: Sequence[str] | None = None) -> Any:
    """A table of a finished result, all its parts together, as a `pyarrow.Table`.

    Args:
        folder: of the results.
        table: its name.
        columns: which; None for all.

    Raises:
        InputError: no finished result, no such table or column.
        StorageError: a part is missing or damaged.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    parts = []
    for path in part_files(folder, table):
        try:
            with pq.ParquetFile(path) as file:
                _check_columns(columns, file.schema_arrow.names, table)
                parts.append(file.read(columns=columns))
        except (pa.ArrowException, OSError) as reason:
            raise StorageError(
                f"a part of table '{table}' is damaged: {reason}",
                where=str(path),
                hint="the command that made the results, with --resume, makes it again",
            ) from None
    # A part in which nobody has a value (an arm without patients) may lack its column: it is null there.
    return pa.concat_tables(parts, promote_options="default").unify_dictionaries()


def _check_columns(wanted: Sequence[str] | None, known: Sequence[str], table: str) -> None:
    for name in wanted or ():
        if name not in known:
            raise InputError(f"table '{table}' has no column '{name}'", hint=nearest(name, known))


def has_sha256(path: Path, expected: str) -> bool:
    """Whether a file is there with exactly these bytes."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest() == expected
    except FileNotFoundError:
        return False
