"""The replay of a stored run: its doses as a fixed schedule, through the engine, without any clinic.

What the ledger says was given must lead to the values that the run stored. The doses of every patient are laid out as
they stand in the table, the engine runs them with the patient's stored parameters, and the true values at every visit
and the days of every watched event are compared. A dose that was written down otherwise than it was given is found by
what it did; a file that was changed since is found by its SHA-256 as well.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from titer.clinic.bodies import EngineBodies, scheduled_events
from titer.clinic.ledger import replay_schedule
from titer.clinic.plan import further_components
from titer.decisions.stored import StoredArm, arms_of_run
from titer.errors import InputError
from titer.trials.columns import Columns
from titer.trials.results import Batch, Results, take
from titer.trials.stored import has_sha256

DAYS_PER_TICK = 7
STEPS = 20  # tolerance over the tolerance of a step: what unlike steps may add up to (tests/test_replay.py measures it)
SCALE = 1e-6  # of a value near 0, so that a difference is no ratio of nothings
REPLAYED = ("patients", "parameters", "visits", "doses", "events", "status")


@dataclass(frozen=True)
class Difference:
    """The largest difference of one signal, or of the days of one event.

    Args:
        signal: name of the signal; "event:<name>" for the day of an event.
        worst: relative difference; 0 where nothing was compared.
        compared: how many values.
        patient, arm, day: where it is.
        stored, replayed: the two values.
    """

    signal: str
    worst: float = 0.0
    compared: int = 0
    patient: int = -1
    arm: str = ""
    day: float = np.nan
    stored: float = np.nan
    replayed: float = np.nan


@dataclass(frozen=True)
class Replay:
    """What a replay found.

    Args:
        differences: one for each signal and event.
        patients: patients replayed, counted once in each arm.
        failed: patients of these who could not be integrated in the run; they are left out.
        tolerance: largest relative difference that passes.
        changed_files: parts that are not as the manifest says.
    """

    differences: Mapping[str, Difference]
    patients: int
    failed: int
    tolerance: float
    changed_files: tuple[str, ...] = ()
    visits: int = field(default=0)

    @property
    def worst(self) -> float:
        """Largest relative difference of all."""
        return max((one.worst for one in self.differences.values()), default=0.0)

    @property
    def passed(self) -> bool:
        """Whether everything is as the ledger says."""
        return self.worst <= self.tolerance and not self.changed_files and self.patients > 0

    def as_json(self) -> dict[str, Any]:
        """The replay as plain JSON."""
        return {
            "passed": self.passed,
            "patients": self.patients,
            "failed": self.failed,
            "visits": self.visits,
            "tolerance": self.tolerance,
            "worst": _finite(self.worst),
            "changed_files": list(self.changed_files),
            "differences": [
                {name: _finite(value) for name, value in vars(one).items()} for one in self.differences.values()
            ],
        }


def replay_run(
    folder: str | Path,
    *,
    patients: int | None = None,
    tolerance: float | None = None,
    threads: int | None = None,
    progress: Callable[[float, float], None] | None = None,
) -> Replay:
    """Run the doses of a finished run again and compare.

    Args:
        folder: of the results.
        patients: how many, in the order of their numbers; all where None.
        tolerance: largest relative difference that passes; 20 times the relative tolerance of the run's steps where
            None.
        threads: of the integration.
        progress: called as batches are done.

    Raises:
        InputError: no finished run, a run that another library made, or an option out of range.

    Accuracy: with the kernel that made the run, values come back bit for bit; with another compiler or processor steps
        differ, and values by some tolerances of a step.

    Example:
        >>> from tempfile import TemporaryDirectory
        >>> from titer.show.publish import publish_comparison
        >>> with TemporaryDirectory() as folder:
        ...     _ = publish_comparison(folder, ["dexamethasone 40 mg weekly"], n=4, cycles=1)
        ...     replay_run(folder).passed
        True
    """
    if patients is not None and patients < 1:
        raise InputError(f"{patients} patients", right="1 or more")
    results = Results.open(folder)
    results.need(*REPLAYED)
    arms = arms_of_run(folder, threads)
    limit = tolerance if tolerance is not None else STEPS * next(iter(arms.values())).rtol
    if not 0 < limit < 1:
        raise InputError(f"a tolerance of {limit:g}", right="a relative difference above 0 and below 1")
    found = Replay({}, 0, 0, limit, changed_files(results))
    total = len(results.parts) * len(results.arms)
    for done, (batch, rows) in enumerate(_chosen(results, patients), start=1):
        _check_arm(batch, arms)
        found = _joined(found, _replay_batch(batch, arms[batch.arm], rows, threads))
        if progress is not None:
            progress(done, total)
    return found


def _check_arm(batch: Batch, arms: Mapping[str, StoredArm]) -> None:
    asked = arms[batch.arm].regimen.text if batch.arm in arms else None
    if asked != batch.regimen:
        raise InputError(
            f"arm '{batch.arm}' of the tables is '{batch.regimen}', of run.json "
            + (f"'{asked}'" if asked else "not there"),
            right="the run.json that the run wrote",
        )


def changed_files(results: Results) -> tuple[str, ...]:
    """Parts of the replayed tables whose bytes are not those that the manifest names."""
    told = results.manifest.get("files", {})
    paths = {
        path.relative_to(results.folder).as_posix(): path for chunk in results.parts.values() for path in chunk.values()
    }
    own = {name: path for name, path in paths.items() if name.partition("/")[0] in REPLAYED}
    return tuple(name for name, path in own.items() if not has_sha256(path, told.get(name, {}).get("sha256", "")))


def _chosen(results: Results, most: int | None) -> Iterator[tuple[Batch, NDArray[np.int64]]]:
    """Batches, each with the patients of it that are replayed: the first ones of every arm."""
    for _, batches in groupby(results.batches(), key=lambda batch: batch.arm):
        left = most
        for batch in batches:
            kept = batch.patients if left is None else batch.patients[:left]
            left = None if left is None else left - len(kept)
            if len(kept):
                yield batch, kept


def _replay_batch(batch: Batch, arm: StoredArm, patients: NDArray[np.int64], threads: int | None) -> Replay:
    """Some patients of a batch, run again."""
    own = np.isin(batch.patients, patients)
    failed = own & np.asarray(batch.column("patients", "failed", 0), bool)
    kept = batch.patients[own & ~failed]
    if not len(kept):
        return Replay({}, 0, int(failed.sum()), 0.0)
    visits = _rows_of(batch.table("visits"), kept)
    days = np.arange(0, int(np.max(visits["day"], initial=0)) + 1, DAYS_PER_TICK)
    bodies = EngineBodies(
        arm.kernel,
        _parameters(batch, arm, kept),
        arm.regimen,
        patients=kept,
        further=further_components(arm.regimen, arm.plan),
        events=arm.plan.events,
        exposures=arm.plan.exposures,
        n_days=float(days[-1]),
        seed=arm.seed,
        rtol=arm.rtol,
        threads=threads,
    )
    values = _run_again(bodies, _schedule(batch, arm, kept), days)
    differences = {name: _difference(batch.arm, name, visits, kept, values[name]) for name in values if name in visits}
    differences |= _event_differences(batch, bodies, kept, float(days[-1]))
    return Replay(differences, len(kept), int(failed.sum()), 0.0, visits=len(visits["patient"]))


def _rows_of(columns: Columns, patients: NDArray[np.int64]) -> Columns:
    return take(columns, np.isin(columns["patient"], patients))


def _parameters(batch: Batch, arm: StoredArm, patients: NDArray[np.int64]) -> NDArray:
    """The stored parameters, in the order of the system. Shape (n_patients, n_parameters)."""
    table = _rows_of(batch.table("parameters"), patients)
    names = arm.kernel.system.parameters
    missing = [name for name in names if name not in table]
    if missing:
        raise InputError(
            f"the table of parameters lacks {missing[0]}" + (f" and {len(missing) - 1} more" if missing[1:] else ""),
            right="the version of Titer that made the run",
        )
    order = np.argsort(table["patient"], kind="stable")
    if not np.array_equal(table["patient"][order], patients):
        raise InputError(
            "the table of parameters lacks patients of the run", where=f"arm {batch.arm}", hint="run it again"
        )
    return np.stack([np.asarray(table[name], float)[order] for name in names], axis=1)


def _schedule(batch: Batch, arm: StoredArm, patients: NDArray[np.int64]) -> Any:
    """What the ledger says was given, as a fixed schedule."""
    doses = _rows_of(batch.table("doses"), patients)
    components = (*arm.regimen.components, *further_components(arm.regimen, arm.plan))
    strange = (np.asarray(doses["component"]) < 0) | (np.asarray(doses["component"]) >= len(components))
    if strange.any():
        number = int(np.asarray(doses["component"])[strange][0])
        raise InputError(f"a dose of component {number}", where=f"arm {batch.arm}", right=f"0 to {len(components) - 1}")
    return replay_schedule(doses, patients)


def _run_again(bodies: EngineBodies, schedule: Any, days: NDArray[np.int64]) -> dict[str, NDArray[np.float32]]:
    """True values at the end of every week, as the run stored them. Shape (n_patients, n_weeks + 1) each."""
    values = {name: [np.asarray(one, np.float32)] for name, one in bodies.look().items()}
    waiting = scheduled_events(bodies, schedule)
    for week, day in enumerate(days[1:]):
        bodies.advance(float(day), waiting if week == 0 else None)
        for name, now in bodies.look().items():
            values[name].append(now.astype(np.float32))
    return {name: np.stack(weeks, axis=1) for name, weeks in values.items()}


def _difference(arm: str, signal: str, visits: Columns, patients: NDArray, values: NDArray) -> Difference:
    """The largest difference of a signal between the stored visits and the replay."""
    stored = np.asarray(visits[signal], float)
    place, week = np.searchsorted(patients, visits["patient"]), np.asarray(visits["day"]) // DAYS_PER_TICK
    again = values[place, week].astype(float)
    known = ~np.isnan(stored)
    return _worst(
        arm, signal, visits["patient"][known], np.asarray(visits["day"], float)[known], stored[known], again[known]
    )


def _worst(arm: str, name: str, patient: NDArray, day: NDArray, stored: NDArray, again: NDArray) -> Difference:
    if not len(stored):
        return Difference(name)
    with np.errstate(invalid="ignore"):
        relative = np.abs(again - stored) / np.maximum(np.abs(stored), SCALE)
    relative = np.where(np.isnan(relative), np.inf, relative)
    at = int(np.argmax(relative))
    return Difference(
        name,
        worst=float(relative[at]),
        compared=len(stored),
        patient=int(patient[at]),
        arm=arm,
        day=float(day[at]),
        stored=float(stored[at]),
        replayed=float(again[at]),
    )


def _event_differences(batch: Batch, bodies: EngineBodies, patients: NDArray, last: float) -> dict[str, Difference]:
    """Days of watched events, of those patients in whom one happened while they were observed."""
    found = {}
    ends = dict(zip(batch.patients.tolist(), batch.column("patients", "end_day", last).tolist(), strict=True))
    until = np.array([ends[int(patient)] for patient in patients])
    for event, day in bodies.event_days().items():
        column = f"{event}_day"
        if column not in batch.table("patients"):
            continue
        stored = np.asarray(batch.column("patients", column), float)[np.isin(batch.patients, patients)]
        # what the replay met after the patient's observation had ended, nobody could have seen
        again = np.where(np.isnan(stored) & (day > until), np.nan, np.where(day > last, np.nan, day))
        either = ~(np.isnan(stored) & np.isnan(again))
        name = f"event:{event}"
        if either.any():
            found[name] = _worst(batch.arm, name, patients[either], stored[either], stored[either], again[either])
    return found


def _joined(first: Replay, second: Replay) -> Replay:
    """Both together; of each signal the larger difference."""
    differences = dict(first.differences)
    for name, one in second.differences.items():
        before = differences.get(name, Difference(name))
        larger = one if one.worst > before.worst or before.compared == 0 else before
        differences[name] = replace(larger, compared=before.compared + one.compared)
    return replace(
        first,
        differences=differences,
        patients=first.patients + second.patients,
        failed=first.failed + second.failed,
        visits=first.visits + second.visits,
    )


def _finite(value: Any) -> Any:
    """JSON has no infinity and no NaN."""
    return None if isinstance(value, float) and not np.isfinite(value) else value
