"""One digest of all rows of a result, whatever its chunks, its parts and the order in which they were made."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from titer.errors import StorageError
from titer.trials.columns import Columns, Words, decode_groups
from titer.trials.stored import part_files, tables

WORD_BYTES = 16


def content_digest(folder: str | Path) -> str:
    """SHA-256 over the sorted rows of all tables of a finished result.

    Rows are sorted by patient, then arm, and stay in their order within both; columns count by name and type. A word
    counts by its letters, so that dictionaries may differ; all NaN are one.

    Cost: every table is read once, a part at a time, in the memory of a few parts.

    Raises:
        InputError: no finished result.
        StorageError: a part is missing or damaged, or parts are not in order of patients.

    Example:
        >>> from tempfile import TemporaryDirectory
        >>> from titer.trials.chunks import Chunk
        >>> from titer.trials.columns import encode_table
        >>> from titer.trials.store import ResultStore
        >>> with TemporaryDirectory() as folder:
        ...     with ResultStore(folder) as store:
        ...         store.begin({"seed": 1})
        ...         store.write_chunk(Chunk(0, 0, 3), {"visits": encode_table([{"patient": np.arange(3)}])})
        ...         store.finish({"seed": 1})
        ...     content_digest(folder)[:8]
        '10aa271f'
    """
    whole = hashlib.sha256()
    for table in tables(folder):
        rows = hashlib.sha256()
        header = ""
        for path, columns in _parts(folder, table):
            header = _same_header(header, columns, path)
            rows.update(_row_bytes(columns))
        whole.update(f"{table}\n{header}\n{rows.hexdigest()}\n".encode())
    return whole.hexdigest()


def _parts(folder: str | Path, table: str) -> Iterator[tuple[Path, Columns]]:
    """Each part with its groups of rows joined; parts of growing patients."""
    last = -1
    for path in part_files(folder, table):
        groups = [group for group in decode_groups(path) if len(group["patient"])]
        if not groups:
            continue
        columns = {name: _joined([_plain(group[name]) for group in groups]) for name in groups[0]}
        if columns["patient"].min() <= last:
            raise StorageError(
                "parts are not in order of patients", where=str(path), right="parts as they were written"
            )
        last = columns["patient"].max()
        yield path, columns


def _plain(column: Any) -> NDArray:
    """Numbers as they are, words as digests of one length. Shape (n_rows,) or (n_rows, WORD_BYTES)."""
    if isinstance(column, Words):
        return _word_digests(column.words)[np.asarray(column.codes)]
    if column.dtype.kind in "OU":
        words, codes = np.unique(column.astype(str), return_inverse=True)
        return _word_digests(words.tolist())[codes]
    if column.dtype.kind == "f":
        return np.where(np.isnan(column), column.dtype.type(np.nan), column)
    return column


def _word_digests(words: Any) -> NDArray[np.uint8]:
    digests = [hashlib.sha256(str(word).encode()).digest()[:WORD_BYTES] for word in words]
    return np.frombuffer(b"".join(digests), np.uint8).reshape(-1, WORD_BYTES)


def _joined(arrays: list[NDArray]) -> NDArray:
    return np.concatenate(arrays)


def _same_header(before: str, columns: Mapping[str, NDArray], path: Path) -> str:
    header = ",".join(f"{name}:{'word' if column.ndim > 1 else column.dtype.str}" for name, column in columns.items())
    if before not in ("", header):
        raise StorageError("a part has other columns than those before it", where=str(path), right=before)
    return header


def _row_bytes(columns: Mapping[str, NDArray]) -> bytes:
    """The rows, one after another, each as the bytes of its columns."""
    # Parts are written arm by arm in order of arms, and a stable sort keeps that order within a patient.
    order = np.argsort(columns["patient"], kind="stable")
    pieces = [np.ascontiguousarray(column).reshape(len(order), -1).view(np.uint8) for column in columns.values()]
    return np.concatenate(pieces, axis=1)[order].tobytes()
