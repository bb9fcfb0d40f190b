"""Chunks by any worker give the same rows; workers may die, the run may be killed, the user may stop it."""

import multiprocessing
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest

from runner_jobs import Deadly, Refusing, Squares
from titer.cli import run
from titer.errors import InputError, SolveError, WorkerError
from titer.show.publish import publish_comparison
from titer.trials.chunks import StoppedError, Workers, beat, chunks_of, watched
from titer.trials.digest import content_digest
from titer.trials.runner import run_chunks
from titer.trials.store import ResultStore, read_manifest

ARMS = [
    "lenalidomide 25 mg days 1-21 of 28 + dexamethasone 40 mg days 1,8,15,22 of 28",
    "lenalidomide 10 mg daily + dexamethasone 20 mg days 1,8,15,22 of 28",
]
SMALL = {"n": 96, "cycles": 2, "seed": 3}
LOCAL = [Workers(1), Workers(2), Workers(4), Workers(1, "processes"), Workers(2, "processes"), Workers(4, "processes")]


def processes():
    """Our worker processes that are alive; the test cluster has others."""
    return [process for process in multiprocessing.active_children() if process.name == "titer-worker"]


def name_of(workers):
    return f"{workers.count}-{workers.kind}"


def published(folder, **options):
    publish_comparison(folder, ARMS, **(SMALL | {"chunk": 16} | options))
    return content_digest(folder)


def part_bytes(folder):
    return {path.relative_to(folder): path.read_bytes() for path in Path(folder).rglob("*.parquet")}


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """The comparison in one chunk, by one worker."""
    folder = tmp_path_factory.mktemp("whole")
    published(folder, chunk=96)
    return folder


@pytest.fixture(scope="module")
def chunked(tmp_path_factory):
    folder = tmp_path_factory.mktemp("chunked")
    published(folder)
    return folder


@pytest.fixture(scope="module")
def cluster():
    distributed = pytest.importorskip("distributed")
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=":0", silence_logs=50
    ) as cluster:
        yield cluster


@pytest.mark.parametrize("workers", LOCAL[1:5], ids=name_of)
def test_any_workers_write_the_same_bytes(tmp_path, whole, chunked, workers):
    assert published(tmp_path, workers=workers) == content_digest(whole)
    assert part_bytes(tmp_path) == part_bytes(chunked)
    assert len(part_bytes(tmp_path)) == 6 * 7


def test_a_cluster_that_loses_a_worker_in_mid_run_writes_the_same_bytes(tmp_path, chunked, cluster):
    killed = []

    def kill_one(done, total, what):
        if done and not killed:
            killed.append(next(iter(cluster.workers.values())).pid)
            os.kill(killed[0], signal.SIGKILL)

    workers = Workers(kind="dask", address=cluster.scheduler_address)
    assert published(tmp_path, workers=workers, progress=kill_one) == content_digest(chunked)
    assert len(killed) == 1
    assert part_bytes(tmp_path) == part_bytes(chunked)


def test_the_command_line_hands_chunks_to_a_cluster(tmp_path, chunked, cluster, capsys):
    options = ["-n", "96", "--cycles", "2", "--seed", "3", "--chunk", "16", "--dask", cluster.scheduler_address]
    assert run(["compare", *ARMS, *options, "--out", str(tmp_path), "--json"]) == 0
    assert capsys.readouterr().out == (chunked / "comparison.json").read_text()
    assert content_digest(tmp_path) == content_digest(chunked)


def test_a_run_that_loses_a_process_in_mid_run_writes_the_same_bytes(tmp_path, chunked):
    killed = []

    def kill_one(done, total, what):
        if done and not killed:
            killed.append(processes()[0].pid)
            os.kill(killed[0], signal.SIGKILL)

    workers = Workers(2, "processes")
    assert published(tmp_path, workers=workers, progress=kill_one) == content_digest(chunked)
    assert len(killed) == 1
    assert part_bytes(tmp_path) == part_bytes(chunked)


KILLED = """
import os, signal, sys
sys.path.insert(0, {tests!r})
from test_runner import ARMS, SMALL
import titer
def kill(done, total, what):
    if what.startswith({chunks!r} + " of"):
        os.kill(os.getpid(), signal.SIGKILL)
titer.publish_comparison({folder!r}, ARMS, **SMALL, chunk=16, resume=True, progress=kill)
"""


def test_a_run_resumed_after_three_kills_writes_the_same_bytes(tmp_path, chunked):
    for chunks in ("1", "2", "4"):
        script = KILLED.format(tests=str(Path(__file__).parent), chunks=chunks, folder=str(tmp_path))
        process = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
        assert process.returncode == -signal.SIGKILL, process.stderr
        assert len(list(tmp_path.glob("unfinished/chunks/*.json"))) == int(chunks)
        with pytest.raises(InputError, match="unfinished"):
            read_manifest(tmp_path)
    begun = []
    published(tmp_path, resume=True, progress=lambda done, total, what: begun.append((done, what)))
    assert begun[3] == (64.0, "4 of 6 chunks")
    assert content_digest(tmp_path) == content_digest(chunked)
    assert part_bytes(tmp_path) == part_bytes(chunked)
    ours, theirs = ((folder / "comparison.json").read_bytes() for folder in (tmp_path, chunked))
    assert ours == theirs


@pytest.mark.parametrize("changed", [{"n": 97}, {"seed": 4}, {"chunk": 17}, {"rtol": 1e-4}, {"cycles": 3}])
def test_another_question_is_not_resumed(tmp_path, changed):
    def stop(done, total, what):
        if what.startswith("1 of"):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        published(tmp_path, progress=stop)
    name = next(iter(changed))
    with pytest.raises(InputError, match=rf"another question: {name} was .* and is now {changed[name]}"):
        published(tmp_path, resume=True, **changed)
    with pytest.raises(InputError, match="unfinished"):
        published(tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("chunk", [64, 5000])
@pytest.mark.parametrize("workers", LOCAL, ids=name_of)
def test_any_chunks_and_workers_give_one_digest_of_5000_patients(request, tmp_path_factory, workers, chunk):
    if "slow" not in request.config.getoption("markexpr"):
        pytest.skip("two minutes: run by `pytest -m slow`")
    options = {"n": 5000, "cycles": 6}
    one = tmp_path_factory.getbasetemp() / "one-digest"
    if not one.exists():
        one.mkdir()
        published(one, chunk=1000, **options)
    assert published(tmp_path_factory.mktemp("other"), chunk=chunk, workers=workers, **options) == content_digest(one)


def squares(job=None, n=20, size=3, **options):
    done = [(chunk, tables["squares"]) for chunk, tables in run_chunks(job or Squares(), n, size, **options)]
    assert [chunk.index for chunk, _ in done] == list(range(len(done)))
    return np.concatenate([groups[0]["square"] for _, groups in done]).tolist()


@pytest.mark.parametrize("workers", LOCAL[:-1], ids=name_of)
def test_chunks_come_in_order_without_a_store(workers):
    assert squares(workers=workers) == [n**2 for n in range(20)]


def test_a_process_that_dies_is_replaced(tmp_path):
    for death in range(2):
        (tmp_path / f"death-{death}").touch()
    assert squares(Deadly(tmp_path), workers=Workers(2, "processes")) == [n**2 for n in range(20)]
    assert list(tmp_path.iterdir()) == []


def test_a_chunk_that_kills_every_process_is_named(tmp_path):
    for death in range(10):
        (tmp_path / f"death-{death}").touch()
    with pytest.raises(WorkerError, match=r"chunk 2 \(patients 6 to 8\).*SIGKILL"):
        squares(Deadly(tmp_path), workers=Workers(2, "processes"))
    assert processes() == []


@pytest.mark.parametrize("workers", [Workers(1), Workers(2), Workers(2, "processes")], ids=name_of)
def test_what_a_job_raises_reaches_the_caller(workers):
    with pytest.raises(SolveError, match=r"cannot be solved. Where: chunk 1 .*another question"):
        squares(Refusing(), workers=workers)
    assert processes() == []


def test_what_a_job_raises_on_a_cluster_reaches_the_caller(cluster):
    with pytest.raises(SolveError, match=r"cannot be solved. Where: chunk 1 "):
        squares(Refusing(), workers=Workers(kind="dask", address=cluster.scheduler_address))


def test_a_chunk_that_kills_every_worker_of_a_cluster_is_named(tmp_path, cluster):
    for death in range(50):
        (tmp_path / f"death-{death}").touch()
    with pytest.raises(WorkerError, match=r"4 workers of the cluster died while they had chunk \d"):
        squares(Deadly(tmp_path), workers=Workers(kind="dask", address=cluster.scheduler_address))


def test_a_scheduler_that_does_not_answer_is_named(monkeypatch):
    pytest.importorskip("distributed")
    monkeypatch.setattr("titer.trials.cluster.TIMEOUT_S", 0.5)
    with pytest.raises(WorkerError, match=r"no Dask scheduler answers.*tcp://127.0.0.1:9"):
        squares(workers=Workers(kind="dask", address="tcp://127.0.0.1:9"))


def test_without_dask_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(InputError, match=r"titer\[dask\]"):
        squares(workers=Workers(kind="dask", address="tcp://127.0.0.1:9"))


def test_leaving_early_ends_the_workers():
    chunks = run_chunks(Squares(), 100, 1, workers=Workers(2, "processes"))
    next(chunks)
    assert processes()
    chunks.close()
    assert processes() == []


class Slow(Squares):
    def __init__(self, begun):
        super().__init__()
        self.begun = begun

    def run(self, chunk):
        self.begun.set()
        for step in range(600):
            time.sleep(0.05)
            beat(step / 600)
        return super().run(chunk)


def test_threads_stop_within_a_chunk():
    begun = threading.Event()
    pool_before = threading.active_count()
    with pytest.raises(KeyboardInterrupt):
        threading.Timer(0.2, lambda: (begun.wait(), os.kill(os.getpid(), signal.SIGINT))).start()
        squares(Slow(begun), workers=Workers(2))
    assert threading.active_count() <= pool_before + 1


def test_few_chunks_are_under_way_at_once():
    submitted = []

    class Watched(Squares):
        def run(self, chunk):
            submitted.append(chunk.index)
            return super().run(chunk)

    for chunk, _ in run_chunks(Watched(), 100, 1, workers=Workers(2)):
        assert max(submitted) <= chunk.index + 3


def test_progress_counts_patients_and_chunks():
    told = []
    squares(n=5, size=2, progress=lambda *what: told.append(what))
    assert told == [(2.0, 5.0, "1 of 3 chunks"), (4.0, 5.0, "2 of 3 chunks"), (5.0, 5.0, "3 of 3 chunks")]


def test_beats_reach_who_watches_and_nobody_else():
    heard = []
    with watched(heard.append):
        beat(0.5)
    beat(0.6)
    assert heard == [0.5]
    assert issubclass(StoppedError, Exception)


@pytest.mark.parametrize(
    ("make", "told"),
    [
        (lambda: Workers(0), "0 workers"),
        (lambda: Workers(True), "True workers"),
        (lambda: Workers(2, "process"), "'processes'"),
        (lambda: Workers(kind="dask"), "address"),
        (lambda: Workers(2, "threads", "tcp://127.0.0.1:8786"), "address"),
        (lambda: chunks_of(0, 1), "0 patients"),
        (lambda: chunks_of(1_000_000, 1), "chunks of 10 or more"),
        (lambda: run_chunks(Squares(), 1, 1, resume=True), "no folder to resume"),
    ],
)
def test_settings_that_cannot_be_used_are_refused(make, told):
    with pytest.raises(InputError, match=told):
        make()


def test_the_kernel_gets_a_fair_share_of_the_cores():
    assert Workers().kernel_threads(None) is None
    assert Workers(4, "processes").kernel_threads(None, cores=2) == 1
    assert Workers(2).kernel_threads(3) == 3
    assert Workers(kind="dask", address="tcp://127.0.0.1:1").kernel_threads(None) == 1


def test_a_store_may_be_given_to_any_job(tmp_path):
    with ResultStore(tmp_path) as store:
        assert squares(store=store, workers=Workers(2)) == [n**2 for n in range(20)]
        store.finish({"what": "squares"})
    assert read_manifest(tmp_path)["chunks"] == 7
