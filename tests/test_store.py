"""Results appear whole or not at all, and unfinished work can be gone on with."""

import errno
import json
import os
import signal
import subprocess
import sys

import numpy as np
import pytest

from runner_jobs import Squares
from titer.errors import InputError, StorageError
from titer.trials.chunks import Chunk
from titer.trials.columns import Words, decode_groups, encode_table
from titer.trials.digest import content_digest
from titer.trials.runner import run_chunks
from titer.trials.store import MANIFEST, ResultStore, part_files, read_manifest, read_run, read_table, tables

ROWS = {"patient": np.arange(5), "regimen": Words.constant("a", 5), "value": np.linspace(0, 1, 5)}
FIRST, SECOND = Chunk(0, 0, 5), Chunk(1, 5, 10)
ASKED = {"seed": 1, "rtol": 1e-5}


def parts(**changed):
    return {"visits": encode_table([ROWS | changed, ROWS | {"regimen": Words.constant("b", 5)} | changed])}


def write(folder, *, asked=ASKED, finish=True):
    with ResultStore(folder) as store:
        store.begin(asked)
        store.write_chunk(FIRST, parts())
        store.write_chunk(SECOND, parts(patient=np.arange(5, 10)))
        store.add_file("report.html", b"<p>")
        if finish:
            store.finish({"seed": asked["seed"]})


def visible(folder):
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def test_chunks_become_parts_of_tables(tmp_path):
    write(tmp_path)
    table = read_table(tmp_path, "visits")
    assert table["patient"].to_pylist() == [*range(5), *range(5), *range(5, 10), *range(5, 10)]
    assert table["regimen"].to_pylist() == (["a"] * 5 + ["b"] * 5) * 2
    assert read_table(tmp_path, "visits", ["value"]).column_names == ["value"]
    assert tables(tmp_path) == ("visits",)
    assert [p.name for p in part_files(tmp_path, "visits")] == ["part-00000.parquet", "part-00001.parquet"]
    assert read_manifest(tmp_path)["files"]["visits/part-00001.parquet"]["rows"] == 10
    assert read_run(tmp_path) == ASKED
    listed = {*read_manifest(tmp_path)["files"], "manifest.json", "run.json", "chunks/00000.json", "chunks/00001.json"}
    assert set(visible(tmp_path)) == listed


def test_columns_come_back_as_they_were():
    [group, _] = decode_groups(parts()["visits"].content)
    assert group["regimen"].texts().tolist() == ["a"] * 5
    for name in ("patient", "value"):
        assert group[name].dtype == ROWS[name].dtype
        np.testing.assert_array_equal(group[name], ROWS[name])


def test_arms_that_do_not_fit_are_refused():
    with pytest.raises(StorageError, match="do not fit"):
        encode_table([ROWS, {"patient": np.arange(5), "other": np.arange(5)}])


def test_an_error_before_the_first_chunk_leaves_nothing_behind(tmp_path):
    with pytest.raises(RuntimeError), ResultStore(tmp_path) as store:
        store.begin(ASKED)
        raise RuntimeError("stop")
    assert list(tmp_path.iterdir()) == []


def test_an_error_leaves_the_earlier_result_alone(tmp_path):
    write(tmp_path)
    before = {name: (tmp_path / name).read_bytes() for name in visible(tmp_path)}
    with pytest.raises(RuntimeError), ResultStore(tmp_path) as store:
        store.begin({"seed": 2})
        store.write_chunk(FIRST, parts())
        raise RuntimeError("stop")
    assert {name: (tmp_path / name).read_bytes() for name in before} == before
    assert (tmp_path / "unfinished" / "chunks" / "00000.json").exists()


def test_a_new_result_replaces_the_earlier_one_and_nothing_else(tmp_path):
    write(tmp_path)
    (tmp_path / "notes.txt").write_text("mine")
    (tmp_path / "visits" / "notes.txt").write_text("mine too")
    with ResultStore(tmp_path) as store:
        store.begin({"seed": 2})
        store.write_chunk(FIRST, {"doses": encode_table([ROWS])})
        store.finish({"seed": 2})
    assert read_manifest(tmp_path)["seed"] == 2
    assert visible(tmp_path) == [
        "chunks/00000.json",
        "doses/part-00000.parquet",
        "manifest.json",
        "notes.txt",
        "run.json",
        "visits/notes.txt",
    ]


def test_results_of_the_older_layout_are_replaced_and_explained(tmp_path):
    (tmp_path / "visits.parquet").write_bytes(b"")
    (tmp_path / MANIFEST).write_text(json.dumps({"files": {"visits.parquet": {}}}))
    with pytest.raises(InputError, match="older version"):
        tables(tmp_path)
    write(tmp_path)
    assert not (tmp_path / "visits.parquet").exists()


def test_unfinished_work_is_never_dropped_silently(tmp_path):
    write(tmp_path, finish=False)
    with pytest.raises(InputError, match=r"unfinished run.*--resume"), ResultStore(tmp_path) as store:
        store.begin(ASKED)
    with pytest.raises(InputError, match="another question: seed was 1 and is now 2"), ResultStore(tmp_path) as store:
        store.begin(ASKED | {"seed": 2})
    with pytest.raises(InputError, match="rtol was 1e-05 and is now nothing"), ResultStore(tmp_path) as store:
        store.begin({"seed": 1}, resume=True)
    with ResultStore(tmp_path) as store:
        store.begin(ASKED, resume=True)
        assert store.chunks == {0, 1}


def test_a_damaged_part_is_made_again(tmp_path):
    write(tmp_path, finish=False)
    (tmp_path / "unfinished" / "visits" / "part-00001.parquet").write_bytes(b"rot")
    with ResultStore(tmp_path) as store:
        store.begin(ASKED, resume=True)
        assert store.chunks == {0}


@pytest.mark.parametrize("damage", ["missing", "rotten"])
def test_resuming_a_finished_result_mends_it(tmp_path, damage):
    write(tmp_path)
    part = tmp_path / "visits" / "part-00000.parquet"
    part.unlink() if damage == "missing" else part.write_bytes(b"rot")
    with pytest.raises(StorageError, match=r"missing|damaged"):
        read_table(tmp_path, "visits")
    with ResultStore(tmp_path) as store:
        store.begin(ASKED, resume=True)
        assert store.chunks == {1}
        store.write_chunk(FIRST, parts())
        store.finish({"seed": 1})
    assert read_table(tmp_path, "visits").num_rows == 20


def test_a_finished_result_of_another_question_is_not_resumed(tmp_path):
    write(tmp_path)
    with pytest.raises(InputError, match="seed was 1 and is now 3"), ResultStore(tmp_path) as store:
        store.begin(ASKED | {"seed": 3}, resume=True)
    assert read_manifest(tmp_path)["seed"] == 1


@pytest.mark.parametrize("renames", range(8))
def test_a_run_killed_while_it_takes_its_place_is_finished_by_the_next(tmp_path, monkeypatch, renames):
    write(tmp_path)
    left = [renames]

    def killed(*names, replace=os.replace):
        if "unfinished" in str(names[0]) and ".partial" not in str(names[0]):
            if not left[0]:
                raise KeyboardInterrupt
            left[0] -= 1
        replace(*names)

    monkeypatch.setattr("titer.trials.store.os.replace", killed)
    try:
        write(tmp_path, asked=ASKED | {"seed": 2})
    except KeyboardInterrupt:
        pass
    else:
        assert renames > 4, "so many renames were not made"
    monkeypatch.undo()
    if not (tmp_path / MANIFEST).exists():
        with pytest.raises(InputError, match="unfinished"):
            read_manifest(tmp_path)
    with ResultStore(tmp_path):
        pass
    assert read_manifest(tmp_path)["seed"] == 2
    assert read_table(tmp_path, "visits").num_rows == 20
    assert not (tmp_path / "unfinished").exists()


def test_a_killed_run_holds_no_file_that_looks_whole(tmp_path):
    script = (
        "import time; from test_store import *\n"
        f"with ResultStore({str(tmp_path)!r}) as store:\n"
        "    store.begin(ASKED)\n"
        "    store.write_chunk(FIRST, parts())\n"
        "    print('written', flush=True)\n"
        "    time.sleep(60)\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", script], stdout=subprocess.PIPE, text=True, cwd=os.path.dirname(__file__)
    )
    assert process.stdout.readline().strip() == "written"
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    process.stdout.close()
    assert {p.name for p in tmp_path.iterdir()} == {".lock", "unfinished"}
    with pytest.raises(InputError, match="is unfinished"):
        read_manifest(tmp_path)
    with ResultStore(tmp_path) as store:
        store.begin(ASKED, resume=True)
        assert store.chunks == {0}


def test_a_full_disk_is_a_clear_error_that_can_be_resumed(tmp_path, monkeypatch):
    def full(*_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with pytest.raises(StorageError, match=r"chunk 1 .*No space left.*--resume"), ResultStore(tmp_path) as store:
        store.begin(ASKED)
        store.write_chunk(FIRST, parts())
        monkeypatch.setattr("titer.trials.store._write_durably", full)
        store.write_chunk(SECOND, parts())
    monkeypatch.undo()
    with ResultStore(tmp_path) as store:
        store.begin(ASKED, resume=True)
        assert store.chunks == {0}


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs /dev/full")
def test_a_disk_that_is_really_full_is_a_clear_error(tmp_path):
    with ResultStore(tmp_path) as store:
        store.begin(ASKED)
        hidden = tmp_path / "unfinished" / "visits" / ".part-00000.parquet.partial"
        hidden.parent.mkdir()
        hidden.symlink_to("/dev/full")
        with pytest.raises(StorageError, match="No space left"):
            store.write_chunk(FIRST, parts())
        assert store.chunks == set()


def test_a_file_in_the_way_is_refused(tmp_path):
    (tmp_path / "results").write_text("mine")
    with pytest.raises(InputError, match="is a file"):
        ResultStore(tmp_path / "results")
    assert (tmp_path / "results").read_text() == "mine"


def test_a_folder_that_cannot_be_made_is_a_clear_error():
    with pytest.raises(StorageError, match="making the folder"):
        ResultStore("/proc/titer/results")


@pytest.mark.parametrize("content", ["{", "[]", "\udcff"])
def test_a_damaged_manifest_is_told(tmp_path, content):
    (tmp_path / MANIFEST).write_bytes(content.encode("utf-8", "surrogateescape"))
    with pytest.raises(InputError, match="damaged"):
        read_manifest(tmp_path)


def test_names_that_are_not_there_are_told_with_the_nearest(tmp_path):
    write(tmp_path)
    with pytest.raises(InputError, match=r"no table 'visit'.*'visits'"):
        read_table(tmp_path, "visit")
    with pytest.raises(InputError, match=r"no column 'valu'.*'value'"):
        read_table(tmp_path, "visits", ["valu"])


def test_a_manifest_cannot_point_outside_its_folder(tmp_path):
    write(tmp_path / "a")
    victim = tmp_path / "victim.parquet"
    victim.write_bytes(b"mine")
    manifest = read_manifest(tmp_path / "a")
    manifest["files"]["../victim.parquet"] = {"sha256": "", "rows": 1}
    (tmp_path / "a" / MANIFEST).write_text(json.dumps(manifest))
    assert tables(tmp_path / "a") == ("visits",)
    write(tmp_path / "a")
    assert victim.read_bytes() == b"mine"


def test_writing_the_same_rows_gives_the_same_bytes(tmp_path):
    for name in "ab":
        write(tmp_path / name)
    names = visible(tmp_path / "a")
    assert len(names) > 5
    assert all((tmp_path / "a" / n).read_bytes() == (tmp_path / "b" / n).read_bytes() for n in names)


def test_two_runs_cannot_write_into_one_folder(tmp_path):
    with ResultStore(tmp_path) as store:
        store.begin(ASKED)
        with pytest.raises(StorageError, match="another run"), ResultStore(tmp_path):
            pass
        store.write_chunk(FIRST, parts())
        store.finish({"seed": 1})
    with ResultStore(tmp_path) as store:  # the lock went with the first run
        store.begin(ASKED)


def store_squares(folder, job=None, *, n=10, size=4, manifest=None, **options):
    with ResultStore(folder) as store:
        for _ in run_chunks(job or Squares(), n, size, store=store, **options):
            pass
        store.finish(manifest or {})
    return content_digest(folder)


def test_the_digest_of_all_rows_does_not_depend_on_chunks(tmp_path):
    digests = {store_squares(tmp_path / f"{size}", size=size) for size in (1, 3, 4, 10, 50)}
    assert len(digests) == 1


def test_the_digest_changes_with_any_value_or_patient(tmp_path):
    right = store_squares(tmp_path / "right")
    assert store_squares(tmp_path / "wrong", Squares(wrong=1)) != right
    assert store_squares(tmp_path / "more", n=11) != right
