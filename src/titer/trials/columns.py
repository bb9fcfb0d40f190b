"""Tables as columns, and columns as Parquet bytes: the same rows give the same bytes."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from titer.errors import StorageError

Columns = dict[str, Any]  # column → array or Words, all of one length


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

    def texts(self) -> NDArray[np.object_]:
        """The word of each row. Shape (n_rows,).

        Example:
            >>> Words(np.array([1, 0]), ["no", "yes"]).texts().tolist()
            ['yes', 'no']
        """
        return np.array(self.words, object)[np.asarray(self.codes)]


@dataclass(frozen=True)
class Part:
    """One table of one chunk, ready to be written.

    Args:
        content: a whole Parquet file, one row group per arm.
        rows: in it.
        sha256: of the content.
    """

    content: bytes
    rows: int
    sha256: str


def encode_table(groups: Sequence[Mapping[str, Any]]) -> Part:
    """One table as a Parquet file (zstd), one row group for each group of rows.

    The first group fixes the columns and their types.

    Args:
        groups: column → array or `Words`; the same columns in each, all of one length within a group.

    Raises:
        StorageError: a later group has other columns or types.

    Example:
        >>> encode_table([{"patient": np.arange(3)}, {"patient": np.arange(2)}]).rows
        5
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    tables = [pa.table({name: _arrow_column(values) for name, values in group.items()}) for group in groups]
    sink = BytesIO()
    with pq.ParquetWriter(sink, tables[0].schema, compression="zstd", compression_level=1) as writer:
        for table in tables:
            writer.write_table(_fitted(table, tables[0].schema), row_group_size=max(1, table.num_rows))
    content = sink.getvalue()
    return Part(content, sum(table.num_rows for table in tables), hashlib.sha256(content).hexdigest())


def _fitted(table: Any, schema: Any) -> Any:
    import pyarrow as pa

    try:
        return table.cast(schema)
    except (pa.ArrowInvalid, ValueError) as reason:
        raise StorageError(
            f"rows of one table do not fit together: {reason}", right="the same columns and types in every arm"
        ) from None


def _arrow_column(values: Any) -> Any:
    import pyarrow as pa

    if isinstance(values, Words):
        return pa.DictionaryArray.from_arrays(pa.array(values.codes.astype(np.int32)), pa.array(values.words))
    return pa.array(np.asarray(values))


def decode_groups(source: bytes | Path, columns: Sequence[str] | None = None) -> list[Columns]:
    """The groups of rows of a Parquet file as columns again.

    Args:
        source: the file, or its content.
        columns: which; None for all.

    Raises:
        StorageError: the file cannot be read.

    Example:
        >>> part = encode_table([{"patient": np.arange(3), "arm": Words.constant("A", 3)}])
        >>> decode_groups(part.content)[0]["arm"].words
        ['A']
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(BytesIO(source) if isinstance(source, bytes) else source) as file:
            groups = [file.read_row_group(i, columns=columns) for i in range(file.num_row_groups)]
    except (pa.ArrowException, OSError) as reason:
        raise _damaged(source, reason) from None
    return [{name: _column(group[name]) for name in group.column_names} for group in groups]


def _damaged(source: bytes | Path, reason: Exception) -> StorageError:
    return StorageError(
        f"a table cannot be read: {reason}",
        where="" if isinstance(source, bytes) else str(source),
        right="a Parquet file as it was written",
        hint="the same command with --resume makes damaged parts again",
    )


def _column(chunked: Any) -> Any:
    import pyarrow as pa

    array = chunked.combine_chunks()
    if isinstance(array, pa.ChunkedArray):  # as some versions give back
        array = pa.concat_arrays(array.chunks) if array.num_chunks else pa.array([], array.type)
    if pa.types.is_dictionary(array.type):
        return Words(array.indices.to_numpy(zero_copy_only=False), array.dictionary.to_pylist())
    return array.to_numpy(zero_copy_only=False)


class ChunkTables(Mapping[str, list[Columns]]):
    """The tables of one chunk: table → groups of rows, one per arm; read from their files only when asked for.

    Args:
        held: table → groups in memory, or the path of the file that holds them.
    """

    def __init__(self, held: Mapping[str, Sequence[Mapping[str, Any]] | Path]) -> None:
        self._held = dict(held)

    def __getitem__(self, table: str) -> list[Columns]:
        return self.groups(table)

    def __iter__(self) -> Iterator[str]:
        return iter(self._held)

    def __len__(self) -> int:
        return len(self._held)

    def groups(self, table: str, columns: Sequence[str] | None = None) -> list[Columns]:
        """The groups of a table, with some of its columns or all."""
        held = self._held[table]
        if isinstance(held, Path):
            return decode_groups(held, columns)
        return [{name: group[name] for name in columns or group} for group in held]
