"""Results on disk: Parquet tables that appear whole or not at all.

A table grows in a hidden temporary file, one row group per batch, and gets its name only when everything is written.
The manifest comes last: a folder without `manifest.json` is not a finished result, whatever else it holds.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from titer.errors import InputError, StorageError

MANIFEST = "manifest.json"
LOCK = ".lock"


@contextmanager
def _storage_errors(doing: str, path: Path):
    """Turn what the operating system says into an error that says what to do."""
    try:
        yield
    except OSError as reason:
        raise StorageError(
            f"{doing} failed: {reason.strerror or reason}",
            where=str(path),
            right="a folder that can be written to, on a disk with room",
            hint="free some room or choose another folder with --out; nothing half-written was kept",
        ) from reason


@dataclass(frozen=True)
class Words:
    """A column of a few words on many rows: `words[codes]`. Stored as a Parquet dictionary."""

    codes: NDArray
    words: Sequence[str]

    def __len__(self) -> int:
        return len(self.codes)

    @classmethod
    def constant(cls, word: str, n: int) -> Words:
        """The same word on every row."""
        return cls(np.zeros(n, np.int32), [word])


class ResultStore:
    """A folder of results in the making; use it as a context manager.

    Leaving the block by an error removes what was begun; an earlier finished result in the folder stays as it was.

    Args:
        folder: made if it is not there.

    Raises:
        InputError: the path is a file.
        StorageError: the folder cannot be made or written to.
    """

    def __init__(self, folder: str | Path) -> None:
        self.folder = Path(folder)
        if self.folder.exists() and not self.folder.is_dir():
            raise InputError(
                f"'{self.folder}' is a file", right="a folder for the results", hint="choose another --out"
            )
        with _storage_errors("making the folder of results", self.folder):
            self.folder.mkdir(parents=True, exist_ok=True)
        self._writers: dict[str, Any] = {}
        self._rows: dict[str, int] = {}
        self._files: dict[str, Path] = {}

    def __enter__(self) -> ResultStore:
        self._lock = _only_writer(self.folder)
        self._remove_leftovers()
        return self

    def __exit__(self, kind, error, trace) -> None:
        try:
            self._leave(kind)
        finally:
            (self.folder / LOCK).unlink(missing_ok=True)
            self._lock.close()

    def _leave(self, kind) -> None:
        for writer in self._writers.values():
            with suppress(OSError):  # closing after a failed write fails again; the first error is the one to tell
                writer.close()
        if kind is not None:
            for path in self._files.values():
                path.unlink(missing_ok=True)

    def write(self, table: str, columns: Mapping[str, Any]) -> None:
        """Append rows to a table. The first call fixes its columns and their types."""
        import pyarrow as pa
        import pyarrow.parquet as pq

        with _storage_errors(f"writing table '{table}'", self.folder):
            batch = pa.table({name: _arrow_column(values) for name, values in columns.items()})
            if table not in self._writers:
                path = self._begin(f"{table}.parquet")
                self._writers[table] = pq.ParquetWriter(path, batch.schema, compression="zstd", compression_level=1)
                self._rows[table] = 0
            self._writers[table].write_table(batch.cast(self._writers[table].schema))
            self._rows[table] += batch.num_rows

    def add_file(self, name: str, content: bytes) -> None:
        """Put a whole file (a plot, a report) beside the tables."""
        with _storage_errors(f"writing '{name}'", self.folder):
            _write_durably(self._begin(name), content)

    def finish(self, manifest: Mapping[str, Any]) -> None:
        """Close the tables, give every file its name, and write the manifest last."""
        with _storage_errors("finishing the results", self.folder):
            for writer in self._writers.values():
                writer.close()
            self._writers.clear()
            files = {}
            for name, partial in sorted(self._files.items()):
                files[name] = {"sha256": _sha256(partial), "rows": self._rows.get(name.removesuffix(".parquet"))}
            text = json.dumps({**manifest, "files": files}, indent=2, allow_nan=False) + "\n"
            _write_durably(self._begin(MANIFEST), text.encode())
            # All is on disk; from here on files only get their names, the manifest last.
            (self.folder / MANIFEST).unlink(missing_ok=True)
            for name in sorted(self._files, key=lambda name: name == MANIFEST):
                os.replace(self._files[name], self.folder / name)
            self._files.clear()

    def _begin(self, name: str) -> Path:
        path = self.folder / f".{name}.partial"
        self._files[name] = path
        return path

    def _remove_leftovers(self) -> None:
        """What a killed run left behind; its names are hidden and end in `.partial`."""
        with _storage_errors("clearing an unfinished run", self.folder):
            for path in self.folder.glob(".*.partial"):
                path.unlink(missing_ok=True)


def _only_writer(folder: Path) -> IO[str]:
    """A lock on the folder that the system frees when the process ends, however it ends.

    Raises:
        StorageError: another run holds it.
    """
    with _storage_errors("locking the folder of results", folder):
        file = (folder / LOCK).open("w")
    try:
        if os.name == "nt":
            import msvcrt

            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined]
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        file.close()
        raise StorageError(
            "another run is writing into this folder", where=str(folder), hint="wait for it, or choose another --out"
        ) from None
    return file


def _arrow_column(values: Any) -> Any:
    import pyarrow as pa

    if isinstance(values, Words):
        return pa.DictionaryArray.from_arrays(pa.array(values.codes.astype(np.int32)), pa.array(values.words))
    return pa.array(np.asarray(values))


def _write_durably(path: Path, content: bytes) -> None:
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def read_manifest(folder: str | Path) -> dict[str, Any]:
    """The manifest of a finished result.

    Raises:
        InputError: there is none, so the run did not finish, or it is damaged.
    """
    path = Path(folder) / MANIFEST
    try:
        return json.loads(path.read_text())
    except FileNotFoundError:
        raise InputError(
            f"'{folder}' holds no finished result", right=f"a folder with {MANIFEST}", hint="run it again"
        ) from None
    except ValueError as reason:
        raise InputError(f"{path} is damaged ({reason})", hint="run the comparison again") from None
