"""Runs a job chunk by chunk, by any kind and number of workers, and goes on where an earlier run stopped."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import closing

from titer.errors import InputError
from titer.trials.chunks import Chunk, Done, Job, Workers, chunks_of
from titer.trials.chunks import beat as beat
from titer.trials.columns import ChunkTables
from titer.trials.store import ResultStore
from titer.trials.workers import Pool, Task, open_pool

# progress(patients done, all patients, "3 of 20 chunks")
Progress = Callable[[float, float, str], None]
ONE_WORKER = Workers()


def run_chunks(
    job: Job,
    n: int,
    chunk_size: int,
    *,
    store: ResultStore | None = None,
    workers: Workers = ONE_WORKER,
    resume: bool = False,
    progress: Progress | None = None,
) -> Iterator[tuple[Chunk, ChunkTables]]:
    """Work out every chunk of a job.

    Only the calling process writes into the store: parts of a chunk as soon as it is done, in any order, then its line
    of the journal. At most a few chunks for each worker are under way or wait in memory.

    Args:
        job: what is asked; its identity, n and chunk_size are what a resumed run must have in common with the first.
        n: patients, at places 0 to n - 1.
        chunk_size: patients worked on together. The rows do not depend on it.
        store: where tables are written; None to keep none.
        workers: who works. The rows do not depend on them.
        resume: go on with the unfinished run in the store.
        progress: called with patients done, n, and a few words.

    Returns:
        Chunks with their tables, in order of chunks. The check of the store is made at once, the work as chunks are
        asked for; leaving early ends the workers.

    Raises:
        InputError: n, chunk size or workers cannot be used; the store holds work on another question.
        StorageError: the store cannot be written; it can be resumed.
        WorkerError: workers died again and again.
        TiterError: whatever the job raises.

    Example:
        >>> import numpy as np
        >>> class Squares:
        ...     identity = {"what": "squares"}
        ...     def run(self, chunk):
        ...         numbers = np.arange(chunk.begin, chunk.end)
        ...         return {"squares": [{"patient": numbers, "square": numbers**2}]}
        >>> [tables["squares"][0]["square"].tolist() for _, tables in run_chunks(Squares(), 5, 2)]
        [[0, 1], [4, 9], [16]]
    """
    chunks = chunks_of(n, chunk_size)
    if store is not None:
        store.begin({**job.identity, "n": n, "chunk": chunk_size}, resume=resume)
    elif resume:
        raise InputError("there is no folder to resume", hint="name it with --out")
    return _results(job, chunks, store, workers, _Told(chunks, progress))


class _Told:
    """How far the run is, told to whoever wants to know."""

    def __init__(self, chunks: list[Chunk], progress: Progress | None) -> None:
        self._progress, self._n, self._chunks = progress, chunks[-1].end, len(chunks)
        self._patients, self._done = 0, 0

    def finished(self, chunk: Chunk) -> None:
        self._patients += len(chunk)
        self._done += 1
        self._tell(0.0)

    def within(self, chunk: Chunk, share: float) -> None:
        if share < 1:  # the whole of it is told once it is written
            self._tell(share * len(chunk))

    def _tell(self, more: float) -> None:
        if self._progress is not None:
            self._progress(self._patients + more, float(self._n), f"{self._done:,} of {self._chunks:,} chunks")


class _Run:
    """One run: what is whole already, what is under way, and what has arrived before its turn."""

    def __init__(self, store: ResultStore | None, pool: Pool, missing: Iterable[Chunk], told: _Told) -> None:
        self._store, self._pool, self._told = store, pool, told
        self._waiting = iter(missing)
        self._under_way = 0
        self._arrived: dict[int, ChunkTables] = {}

    def tables_of(self, chunk: Chunk) -> ChunkTables:
        """The tables of a missing chunk, as soon as it is done."""
        while chunk.index not in self._arrived:
            self._keep_busy()
            self._receive(self._pool.take())
        return self._arrived.pop(chunk.index)

    def _keep_busy(self) -> None:
        # Chunks that arrived early count too, so that one slow chunk does not let the others fill the memory.
        while self._under_way + len(self._arrived) < self._pool.slots:
            following = next(self._waiting, None)
            if following is None:
                return
            self._pool.submit(following)
            self._under_way += 1

    def _receive(self, done: Done) -> None:
        self._under_way -= 1
        if self._store is not None and done.parts is not None:
            self._store.write_chunk(done.chunk, done.parts)
        self._told.finished(done.chunk)
        self._arrived[done.chunk.index] = (
            ChunkTables(done.tables) if done.tables is not None else _stored(self._store, done.chunk)
        )


def _results(
    job: Job, chunks: list[Chunk], store: ResultStore | None, workers: Workers, told: _Told
) -> Iterator[tuple[Chunk, ChunkTables]]:
    whole: frozenset[int] = frozenset() if store is None else store.chunks
    missing = [chunk for chunk in chunks if chunk.index not in whole]
    for chunk in chunks:
        if chunk.index in whole:
            told.finished(chunk)
    task = Task(job, encode=store is not None, keep=workers.kind == "threads" or store is None)
    # Where nothing is missing there is nobody to start.
    with closing(open_pool(task, workers if missing else ONE_WORKER, told.within)) as pool:
        run = _Run(store, pool, missing, told)
        for chunk in chunks:
            yield chunk, _stored(store, chunk) if chunk.index in whole else run.tables_of(chunk)


def _stored(store: ResultStore | None, chunk: Chunk) -> ChunkTables:
    assert store is not None  # only a store can hold what was done before
    return store.read_chunk(chunk)
