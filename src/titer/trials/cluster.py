"""Workers of a Dask cluster, from a plain laptop cluster to what a job scheduler of a computing centre starts.

The cluster needs no disk in common with us: workers hand Parquet files over as bytes. Dask itself runs a chunk again
when its worker is lost.
"""

from __future__ import annotations

import pickle
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from titer.errors import InputError, TiterError, WorkerError
from titer.trials.chunks import Chunk, Done

if TYPE_CHECKING:
    from titer.trials.workers import Task

TIMEOUT_S = 10.0  # for the scheduler to answer
RESUME = "the chunks that were done are kept in --out: the same command with --resume goes on"


class DaskPool:
    """The workers of an existing Dask cluster.

    Args:
        task: what workers are told; its job must be picklable.
        address: of the scheduler.

    Raises:
        InputError: Dask is not installed.
        WorkerError: the scheduler does not answer.
    """

    def __init__(self, task: Task, address: str) -> None:
        self._distributed = _distributed()
        self._address = address
        self._client = self._connect()
        self._told = pickle.dumps(task)
        self._running = self._distributed.as_completed(loop=self._client.loop)
        self._chunks: dict[str, Chunk] = {}

    def _connect(self) -> Any:
        try:
            return self._distributed.Client(self._address, timeout=TIMEOUT_S, set_as_default=False)
        except (OSError, TimeoutError, ValueError) as reason:
            raise WorkerError(
                f"no Dask scheduler answers: {reason}",
                where=self._address,
                right="the address of a running scheduler",
                hint='start one with `dask scheduler` and workers with `dask worker ADDRESS`; "--dask ADDRESS"',
            ) from None

    @property
    def slots(self) -> int:
        """Twice the threads of the cluster as it is now; one that is still empty may grow."""
        return 2 * max(2, sum(self._client.nthreads().values()))

    def submit(self, chunk: Chunk) -> None:
        future = self._client.submit(run_on_worker, self._told, chunk, pure=False)
        self._chunks[future.key] = chunk
        self._running.add(future)

    def take(self) -> Done:
        future = next(self._running)
        chunk = self._chunks.pop(future.key)
        try:
            return future.result()
        except TiterError:
            raise
        except self._distributed.scheduler.KilledWorker as reason:
            deaths = reason.allowed_failures + 1  # Dask also counts chunks that a dead worker had beside the deadly one
            raise WorkerError(
                f"{deaths} workers of the cluster died while they had {chunk}",
                where=self._address,
                right=f"workers with 2 GiB of memory for each thread; {RESUME}",
                hint="fewer threads for each worker, or a smaller --chunk (which begins anew)",
            ) from None
        except ImportError as reason:
            raise WorkerError(
                f"a worker of the cluster cannot import what it needs: {reason}",
                where=self._address,
                right="the same version of Titer wherever workers run",
            ) from None
        except (OSError, self._distributed.client.FuturesCancelledError, self._distributed.CancelledError) as reason:
            raise WorkerError(
                f"the cluster was lost while {chunk} was under way: {reason}",
                where=self._address,
                hint=RESUME,
            ) from None

    def close(self) -> None:
        self._running.clear()
        self._client.close()


def _distributed() -> Any:
    try:
        import distributed
    except ImportError:
        raise InputError(
            "Dask is not installed", right="the extra `dask` of this package", hint='pip install "titer[dask]"'
        ) from None
    return distributed


def run_on_worker(told: bytes, chunk: Chunk) -> Done:
    """Work a chunk out on a worker of the cluster; the job is unpickled and prepared once for each process."""
    return _task(told).do(chunk)


@lru_cache(maxsize=4)
def _task(told: bytes) -> Task:
    return pickle.loads(told)  # from our own client, by the cluster that runs its functions anyway
