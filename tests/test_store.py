"""Results appear whole or not at all."""

import errno
import os
import signal
import subprocess
import sys
import time

import numpy as np
import pytest

from titer.errors import InputError, StorageError
from titer.trials.store import MANIFEST, ResultStore, Words, read_manifest

ROWS = {"patient": np.arange(5), "regimen": Words.constant("a", 5), "value": np.linspace(0, 1, 5)}


def test_batches_become_one_table(tmp_path):
    import pyarrow.parquet as pq

    with ResultStore(tmp_path / "out") as store:
        store.write("visits", ROWS)
        store.write("visits", ROWS | {"regimen": Words.constant("b", 5)})
        store.finish({"seed": 1})
    table = pq.read_table(tmp_path / "out" / "visits.parquet")
    assert table.num_rows == 10
    assert table["regimen"].to_pylist() == ["a"] * 5 + ["b"] * 5
    manifest = read_manifest(tmp_path / "out")
    assert manifest["files"]["visits.parquet"]["rows"] == 10


def test_an_error_leaves_nothing_behind(tmp_path):
    with pytest.raises(RuntimeError), ResultStore(tmp_path) as store:
        store.write("visits", ROWS)
        raise RuntimeError("stop")
    assert list(tmp_path.iterdir()) == []


def test_an_error_leaves_the_earlier_result_alone(tmp_path):
    with ResultStore(tmp_path) as store:
        store.write("visits", ROWS)
        store.finish({"seed": 1})
    before = (tmp_path / "visits.parquet").read_bytes()
    with pytest.raises(RuntimeError), ResultStore(tmp_path) as store:
        store.write("visits", {"patient": np.arange(2)})
        raise RuntimeError("stop")
    assert (tmp_path / "visits.parquet").read_bytes() == before
    assert read_manifest(tmp_path)["seed"] == 1


def test_a_killed_run_holds_no_file_that_looks_whole(tmp_path):
    script = (
        "import numpy as np, sys, time\n"
        "from titer.trials.store import ResultStore\n"
        f"with ResultStore({str(tmp_path)!r}) as store:\n"
        "    store.write('visits', {'patient': np.arange(1000)})\n"
        "    print('written', flush=True)\n"
        "    time.sleep(60)\n"
    )
    process = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    assert process.stdout.readline().strip() == "written"
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    process.stdout.close()
    assert not [p for p in tmp_path.iterdir() if not p.name.startswith(".")]
    with pytest.raises(InputError, match="no finished result"):
        read_manifest(tmp_path)
    with ResultStore(tmp_path) as store:
        assert [path.name for path in tmp_path.iterdir()] == [".lock"]
        store.finish({})


def test_a_full_disk_is_a_clear_error(tmp_path, monkeypatch):
    def full(*_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("titer.trials.store._write_durably", full)
    with pytest.raises(StorageError, match="No space left"), ResultStore(tmp_path) as store:
        store.add_file("report.html", b"x")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs /dev/full")
def test_a_full_disk_while_a_table_grows_is_a_clear_error(tmp_path):
    big = {"value": np.random.default_rng(1).random(2_000_000)}
    with ResultStore(tmp_path) as store:
        (tmp_path / ".visits.parquet.partial").symlink_to("/dev/full")
        with pytest.raises(StorageError, match="visits"):
            for _ in range(3):
                store.write("visits", big)


def test_a_file_in_the_way_is_refused(tmp_path):
    (tmp_path / "results").write_text("mine")
    with pytest.raises(InputError, match="is a file"):
        ResultStore(tmp_path / "results")
    assert (tmp_path / "results").read_text() == "mine"


def test_a_folder_that_cannot_be_made_is_a_clear_error():
    with pytest.raises(StorageError, match="making the folder"):
        ResultStore("/proc/titer/results")


def test_a_damaged_manifest_is_told(tmp_path):
    (tmp_path / MANIFEST).write_text("{")
    with pytest.raises(InputError, match="damaged"):
        read_manifest(tmp_path)


def test_writing_the_same_rows_gives_the_same_bytes(tmp_path):
    for name in "ab":
        with ResultStore(tmp_path / name) as store:
            store.write("visits", ROWS)
            store.finish({"seed": 1})
        time.sleep(0.01)
    assert (tmp_path / "a" / "visits.parquet").read_bytes() == (tmp_path / "b" / "visits.parquet").read_bytes()


def test_two_runs_cannot_write_into_one_folder(tmp_path):
    with ResultStore(tmp_path) as store:
        store.write("visits", ROWS)
        with pytest.raises(StorageError, match="another run"), ResultStore(tmp_path):
            pass
        store.finish({"seed": 1})
    assert read_manifest(tmp_path)["files"]["visits.parquet"]["rows"] == 5
    with ResultStore(tmp_path) as store:  # the lock went with the first run
        store.finish({"seed": 2})
