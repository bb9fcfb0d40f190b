"""What is run chunk by chunk: the job, its chunks, who works on them, and the sign of life of a chunk.

A job is plain data that says what is asked. Whoever works on it (this process, another, or one on a cluster) prepares
what it needs by itself, once, and turns chunks of patients into tables. Since a patient's result depends on that
patient alone, the rows do not depend on how patients are cut into chunks, on their order, or on who works.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Literal, Protocol, get_args

from titer.errors import InputError, nearest
from titer.trials.columns import Columns, Part, encode_table

Kind = Literal["threads", "processes", "dask"]
MOST_WORKERS = 1024
MOST_CHUNKS = 100_000


@dataclass(frozen=True)
class Chunk:
    """Patients begin, …, end - 1 (places from 0), worked on together.

    Example:
        >>> str(Chunk(index=1, begin=1000, end=2000))
        'chunk 1 (patients 1000 to 1999)'
    """

    index: int
    begin: int
    end: int

    def __len__(self) -> int:
        return self.end - self.begin

    def __str__(self) -> str:
        return f"chunk {self.index} (patients {self.begin} to {self.end - 1})"


class Job(Protocol):
    """What is asked, and how a chunk of it is worked out. It is pickled for workers in other processes.

    `run` may call `beat` now and then, so that progress is seen within a chunk and a run that ends early ends soon.
    """

    @property
    def identity(self) -> Mapping[str, Any]:
        """What is asked, as plain JSON: two runs with one identity, n and chunk give the same bytes."""
        ...

    def run(self, chunk: Chunk) -> dict[str, list[Columns]]:
        """Table → groups of rows, one per arm. Every table has a column `patient`."""
        ...


@dataclass(frozen=True)
class Workers:
    """Who works on the chunks.

    Args:
        count: chunks worked on at once; a Dask cluster has its own number.
        kind: "threads" of this process, "processes" of this machine, or the workers of a "dask" cluster.
        address: of the Dask scheduler, as "tcp://10.0.0.1:8786".

    Raises:
        InputError: an unknown kind, a number out of range, an address without Dask or Dask without an address.

    Example:
        >>> Workers(2, "processes").kernel_threads(None, cores=8)
        4
    """

    count: int = 1
    kind: Kind = "threads"
    address: str | None = None

    def __post_init__(self) -> None:
        if self.kind not in get_args(Kind):
            raise InputError(f"workers of kind {self.kind!r}", hint=nearest(str(self.kind), get_args(Kind)))
        if isinstance(self.count, bool) or not isinstance(self.count, int) or not 1 <= self.count <= MOST_WORKERS:
            raise InputError(f"{self.count!r} workers", right=f"a whole number from 1 to {MOST_WORKERS}")
        if (self.kind == "dask") != bool(self.address):
            raise InputError(
                f"workers of kind '{self.kind}' with the address {self.address!r}",
                right="the address of a Dask scheduler for the kind 'dask', none for the others",
                hint='Workers(kind="dask", address="tcp://127.0.0.1:8786")',
            )

    def kernel_threads(self, asked: int | None, cores: int | None = None) -> int | None:
        """Threads that integrate a chunk: as asked, else the cores shared out; None for all cores."""
        if asked is not None:
            return asked
        if self.kind == "dask":
            return 1  # the cluster counts one core for each task
        return None if self.count == 1 else max(1, (cores or os.cpu_count() or 1) // self.count)


def chunks_of(n: int, size: int) -> list[Chunk]:
    """All n patients in chunks of a size; the last may be smaller.

    Raises:
        InputError: n or size below 1, or so many chunks that a folder could not hold them well.

    Example:
        >>> [(chunk.begin, chunk.end) for chunk in chunks_of(5, 2)]
        [(0, 2), (2, 4), (4, 5)]
    """
    if n < 1 or size < 1:
        raise InputError(f"{n} patients in chunks of {size}", right="1 or more of both")
    if -(-n // size) > MOST_CHUNKS:
        raise InputError(
            f"{n:,} patients in chunks of {size} make {-(-n // size):,} chunks",
            right=f"at most {MOST_CHUNKS:,} chunks",
            hint=f"chunks of {-(-n // MOST_CHUNKS):,} or more",
        )
    return [Chunk(index, begin, min(begin + size, n)) for index, begin in enumerate(range(0, n, size))]


@dataclass(frozen=True)
class Done:
    """A chunk that was worked out.

    Args:
        parts: table → its file, where the run is stored; else None.
        tables: table → groups of rows, where they are still in memory; else None.
    """

    chunk: Chunk
    parts: Mapping[str, Part] | None
    tables: Mapping[str, list[Columns]] | None


def work(job: Job, chunk: Chunk, *, encode: bool, keep: bool) -> Done:
    """Work a chunk out; `encode` it for the store, `keep` its rows for the caller."""
    tables = job.run(chunk)
    parts = {name: encode_table(groups) for name, groups in tables.items()} if encode else None
    return Done(chunk, parts, tables if keep else None)


class StoppedError(Exception):
    """The run ends early: raised inside a chunk by `beat`, and never seen by the caller."""


_watching = threading.local()


def beat(share: float) -> None:
    """Say that a share (0 to 1) of the present chunk is done; does nothing where nobody watches.

    Example:
        >>> with watched(print):
        ...     beat(0.5)
        0.5
    """
    watcher = getattr(_watching, "watcher", None)
    if watcher is not None:
        watcher(share)


@contextmanager
def watched(watcher: Callable[[float], None] | None) -> Iterator[None]:
    """Every `beat` of this thread goes to a watcher."""
    before = getattr(_watching, "watcher", None)
    _watching.watcher = watcher
    try:
        yield
    finally:
        _watching.watcher = before
