"""Small finished runs on disk that tests of exports, queries, stories and replays share, made once a session."""

import atexit
import hashlib
import json
import shutil
import tempfile
from functools import cache
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from titer.decisions.compare import compare_regimens
from titer.decisions.trial import run_trial
from titer.trials.design import design_of
from titer.trials.results import Batch
from titer.trials.store import ResultStore
from titer.trials.study_file import parse_study

ARMS = ("lenalidomide 25 mg days 1-21 of 28 + dexamethasone 40 mg weekly", "lenalidomide 10 mg daily")
N, CYCLES, SEED = 24, 5, 5


def temporary_folder() -> Path:
    """A folder that goes when the tests are over."""
    folder = Path(tempfile.mkdtemp(prefix="titer-test-run-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


@cache
def stored_run(chunk: int = 10, n: int = N, cycles: int = CYCLES, arms: tuple[str, ...] = ARMS) -> Path:
    """A finished comparison without plots and report."""
    folder = temporary_folder()
    with ResultStore(folder) as store:
        compare_regimens(arms, n=n, cycles=cycles, seed=SEED, chunk=chunk, threads=1, store=store)
        store.finish(store.asked)
    return folder


STUDY = """
name = "Small"
patients = 20
follow_up_month = 11
seed = 3
[[arms]]
name = "dexamethasone"
regimen = "dexamethasone 40 mg days 1-4,9-12,17-20 of 28"
at_progression = { crossover = "both drugs" }
[[arms]]
name = "both drugs"
regimen = "lenalidomide 25 mg days 1-21 of 28 + dexamethasone 40 mg weekly"
[randomisation]
strata = ["age >= 65 year"]
[visits]
missed = 0.05
window_day = 3
[adherence]
missed_dose = 0.05
spread = 0.5
[dropout]
per_year = 0.1
[accrual]
duration_month = 4
[analysis]
cut_month = 10
"""


@cache
def stored_trial(chunk: int = 8) -> Path:
    """A finished trial with crossover, missed visits and doses, and a data cut."""
    folder = temporary_folder()
    with ResultStore(folder) as store:
        run_trial(design_of(parse_study(STUDY)), store=store, threads=1, chunk=chunk)
        store.finish(store.asked)
    return folder


def copy_of(run: Path, to: Path) -> Path:
    """A copy that a test may spoil."""
    return Path(shutil.copytree(run, to))


def rewrite(folder: Path, table: str, change, *, honest_manifest: bool = False) -> None:
    """Change the first part of a table: `change` gets its columns as arrays and changes them in place.

    With `honest_manifest` the manifest is given the new hash, so that only the values tell.
    """
    path = folder / table / "part-00000.parquet"
    with pq.ParquetFile(path) as file:
        found = file.read()
    columns = {name: found[name].to_numpy(zero_copy_only=False).copy() for name in found.column_names}
    change(columns)
    pq.write_table(
        pa.table({name: _arrow(values, found.schema.field(name).type) for name, values in columns.items()}), path
    )
    if honest_manifest:
        manifest = json.loads((folder / "manifest.json").read_text())
        name = f"{table}/{path.name}"
        manifest["files"][name]["sha256"] = hashlib.sha256(path.read_bytes()).hexdigest()
        (folder / "manifest.json").write_text(json.dumps(manifest))


def batch_of(regimen: str = "lenalidomide 25 mg daily", arm: str = "A", **tables) -> Batch:
    """A batch whose tables are given; those that are not are empty."""
    patients = np.asarray(tables["patients"]["patient"])
    empty = np.empty(0, np.int64)
    usual = {
        "visits": {"patient": empty, "day": empty},
        "doses": {"patient": empty, "minute": empty, "planned": empty, "given": empty, "duration": empty},
        "decisions": {"patient": empty, "day": empty},
        "events": {"patient": empty, "day": empty},
        "status": {"patient": patients, "day": np.zeros(len(patients))},
    }
    return Batch(arm, regimen, {}, {**usual, **tables})


def _arrow(values, kind):
    if pa.types.is_dictionary(kind):
        return pa.array(values).dictionary_encode()
    return pa.array(values).cast(kind)
