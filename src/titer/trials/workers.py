"""Who works on chunks: this thread, threads of this process, or processes of this machine.

All of them are pools with the same four words: `submit` a chunk, `take` the next that is done (in any order), `slots`
to keep filled, and `close`. A pool raises what the job raised; a process that dies is replaced, its chunk begun again.
"""

from __future__ import annotations

import pickle
import queue
import signal
import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Protocol

from titer.errors import TiterError, WorkerError
from titer.trials.chunks import Chunk, Done, Job, StoppedError, Workers, watched, work

MOST_DEATHS = 3  # workers that one chunk may cost before the run gives up
PATIENCE_S = 5.0  # for a process to end when it was asked to
# A thread that waits without end may not hear the keyboard (another thread took the signal; always so on Windows).
LISTEN_S = 0.25
Watcher = Callable[[Chunk, float], None]


@dataclass(frozen=True)
class Task:
    """What every worker is told.

    Args:
        job: what is run.
        encode: whether the chunk is wanted as Parquet files.
        keep: whether its rows are wanted too.
    """

    job: Job
    encode: bool
    keep: bool

    def do(self, chunk: Chunk) -> Done:
        return work(self.job, chunk, encode=self.encode, keep=self.keep)


class Pool(Protocol):
    """Workers, however they come."""

    @property
    def slots(self) -> int:
        """Chunks that should be submitted and not taken at any time, so that nobody waits."""
        ...

    def submit(self, chunk: Chunk) -> None: ...

    def take(self) -> Done:
        """The next chunk that is done; waits for it."""
        ...

    def close(self) -> None:
        """End all work, also what has begun."""
        ...


def open_pool(task: Task, workers: Workers, watcher: Watcher | None = None) -> Pool:
    """The pool that was asked for.

    Args:
        task: what workers are told.
        workers: how many, and of which kind.
        watcher: called with a chunk and the share of it that is done, where one thread works on it here.

    Raises:
        InputError: Dask is not installed.
        WorkerError: the scheduler does not answer.
    """
    if workers.kind == "dask":
        from titer.trials.cluster import DaskPool

        assert workers.address
        return DaskPool(task, workers.address)
    if workers.kind == "processes":
        return ProcessPool(task, workers.count)
    return ThreadPool(task, workers.count) if workers.count > 1 else ThisThread(task, watcher)


class ThisThread:
    """The calling thread works, whenever the next chunk is taken."""

    slots = 1

    def __init__(self, task: Task, watcher: Watcher | None) -> None:
        self._task, self._watcher = task, watcher
        self._waiting: deque[Chunk] = deque()

    def submit(self, chunk: Chunk) -> None:
        self._waiting.append(chunk)

    def take(self) -> Done:
        chunk, watcher = self._waiting.popleft(), self._watcher
        with watched(None if watcher is None else lambda share: watcher(chunk, share)):
            return self._task.do(chunk)

    def close(self) -> None:
        self._waiting.clear()


class ThreadPool:
    """Threads of this process: one integrates, without Python's lock, while another does the clinic's work."""

    def __init__(self, task: Task, count: int) -> None:
        self.slots = count + 1
        self._task = task
        self._stopped = threading.Event()
        self._done: queue.SimpleQueue[Done | BaseException] = queue.SimpleQueue()
        self._threads = ThreadPoolExecutor(count, thread_name_prefix="titer-worker")

    def submit(self, chunk: Chunk) -> None:
        self._threads.submit(self._work, chunk)

    def _work(self, chunk: Chunk) -> None:
        try:
            with watched(self._check):
                self._done.put(self._task.do(chunk))
        except StoppedError:
            pass
        except BaseException as error:
            self._done.put(error)

    def _check(self, share: float) -> None:
        if self._stopped.is_set():
            raise StoppedError

    def take(self) -> Done:
        found = None
        while found is None:
            with suppress(queue.Empty):
                found = self._done.get(timeout=LISTEN_S)
        if isinstance(found, BaseException):
            raise found
        return found

    def close(self) -> None:
        self._stopped.set()
        self._threads.shutdown(wait=True, cancel_futures=True)


@dataclass(eq=False)
class _Worker:
    """One process, the pipe to it, and the chunk it works on."""

    process: Any
    pipe: Any
    chunk: Chunk | None = None
    ready: bool = False


NOTHING, READY, DEAD = "nothing", "ready", "dead"


def _message(worker: _Worker) -> Any:
    """What a worker has sent: READY, a chunk that is done or an error; NOTHING yet; or DEAD where it never will."""
    try:
        alive = worker.process.is_alive()  # asked first, so that the last words of one that has ended are still heard
        if worker.pipe.poll():
            return worker.pipe.recv()
        return NOTHING if alive else DEAD
    except (EOFError, OSError):
        return DEAD


@dataclass
class ProcessPool:
    """Processes of this machine, each begun afresh (spawned): threads are alive here, so none may be forked.

    Args:
        task: what workers are told; its job must be picklable.
        count: of processes.
    """

    task: Task
    count: int
    _waiting: deque[Chunk] = field(default_factory=deque, init=False)
    _workers: list[_Worker] = field(default_factory=list, init=False)
    _deaths: dict[int, int] = field(default_factory=dict, init=False)
    _stillborn: int = field(default=0, init=False)

    def __post_init__(self) -> None:
        self._told = pickle.dumps(self.task)

    @property
    def slots(self) -> int:
        return self.count + 1

    def submit(self, chunk: Chunk) -> None:
        self._waiting.append(chunk)
        self._hand_out()

    def _hand_out(self) -> None:
        """Chunks to those who have none; a new process where there are too few."""
        for worker in self._workers:
            if self._waiting and worker.chunk is None:
                self._give(worker, self._waiting.popleft())
        while self._waiting and len(self._workers) < self.count:
            self._workers.append(worker := self._start())
            self._give(worker, self._waiting.popleft())

    def _start(self) -> _Worker:
        from multiprocessing import get_context

        spawning = get_context("spawn")
        ours, theirs = spawning.Pipe()
        process = spawning.Process(target=_serve, args=(theirs,), daemon=True, name="titer-worker")
        process.start()
        theirs.close()  # so that the pipe ends when the process does
        worker = _Worker(process, ours)
        self._send(worker, self._told)
        return worker

    def _give(self, worker: _Worker, chunk: Chunk) -> None:
        worker.chunk = chunk
        self._send(worker, chunk)

    def _send(self, worker: _Worker, message: Any) -> None:
        with suppress(OSError):  # it has died: `take` finds out, and gives its chunk to another
            worker.pipe.send(message)

    def take(self) -> Done:
        from multiprocessing.connection import wait

        while True:
            wait([connection for w in self._workers for connection in (w.pipe, w.process.sentinel)])
            for worker in list(self._workers):
                done = self._hear(worker)
                if done is not None:
                    self._hand_out()
                    return done

    def _hear(self, worker: _Worker) -> Done | None:
        """What a worker has to say, if anything; one that has died is replaced."""
        message = _message(worker)
        if message == DEAD:
            self._replace(worker)
        elif message == READY:
            worker.ready = True
        elif message != NOTHING:
            worker.chunk = None
            if isinstance(message, BaseException):
                raise message
            return message
        return None

    def _replace(self, worker: _Worker) -> None:
        worker.process.join()
        worker.pipe.close()
        self._workers.remove(worker)
        chunk, ended = worker.chunk, _ended(worker.process.exitcode)
        if not worker.ready:
            self._stillborn += 1
            if self._stillborn >= MOST_DEATHS:
                raise _cannot_start(ended)
        elif chunk is not None:
            self._deaths[chunk.index] = self._deaths.get(chunk.index, 0) + 1
            if self._deaths[chunk.index] >= MOST_DEATHS:
                raise _too_deadly(chunk, ended, self.count)
        if chunk is not None:
            self._waiting.appendleft(chunk)
        self._hand_out()

    def close(self) -> None:
        for worker in self._workers:
            worker.process.terminate()
        for worker in self._workers:
            worker.process.join(PATIENCE_S)
            if worker.process.is_alive():
                worker.process.kill()
                worker.process.join()
            worker.pipe.close()
        self._workers.clear()


def _ended(exitcode: int | None) -> str:
    if exitcode is None or exitcode >= 0:
        return f"ended with exit code {exitcode}"
    known = {number.value: f" ({number.name})" for number in signal.Signals}
    return f"ended by signal {-exitcode}{known.get(-exitcode, '')}"


def _cannot_start(ended: str) -> WorkerError:
    return WorkerError(
        f"worker processes cannot start: {MOST_DEATHS} of them {ended} before they did anything",
        right="a program whose main part can be imported without running the comparison again",
        hint='put the call under `if __name__ == "__main__":`, or use workers of the kind "threads"',
    )


def _too_deadly(chunk: Chunk, ended: str, count: int) -> WorkerError:
    return WorkerError(
        f"{MOST_DEATHS} worker processes died while they worked on {chunk}",
        where=f"the last was {ended}",
        right=f"memory for {count} workers; chunks that were done are kept in --out",
        hint="fewer --workers or a smaller --chunk (which begins anew), or the same command with --resume",
    )


def _serve(pipe: Any) -> None:
    """The life of a worker process: hear the task once, then chunk after chunk, until nobody asks any more."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the keyboard's interrupt is for the parent, which then ends us
    _end_with_parent()
    try:
        task: Task = pickle.loads(pipe.recv())  # from the parent, over a private pipe
        pipe.send(READY)
        while True:
            pipe.send(_answer(task, pipe.recv()))
    except (EOFError, OSError):
        return  # the parent has gone


def _answer(task: Task, chunk: Chunk) -> Done | BaseException:
    try:
        return task.do(chunk)
    except TiterError as error:
        return error
    except Exception as error:
        return _portable(error)


def _portable(error: Exception) -> Exception:
    """The error itself where it survives pickling, else its words."""
    try:
        pickle.loads(pickle.dumps(error))
        return error
    except Exception:
        return RuntimeError(f"{type(error).__name__}: {error}")


def _end_with_parent() -> None:
    """When the parent is killed, its workers stop at once instead of finishing a chunk that nobody waits for."""
    import os
    from multiprocessing import parent_process
    from multiprocessing.connection import wait

    parent = parent_process()
    if parent is None:
        return

    def watch() -> None:
        wait([parent.sentinel])
        os._exit(1)

    threading.Thread(target=watch, daemon=True, name="titer-parent-watch").start()
