"""A run as ADaM datasets in a folder of their own, which appears whole or not at all."""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import asdict, dataclass, replace
from importlib.metadata import version
from pathlib import Path
from typing import Any, cast

import numpy as np

from titer.errors import InputError, StorageError, nearest
from titer.interop.adam import adsl
from titer.interop.adam.adae import ADAE
from titer.interop.adam.adex import ADEX
from titer.interop.adam.adlb import ADLB
from titer.interop.adam.adrs import ADRS
from titer.interop.adam.adsl import ADSL
from titer.interop.adam.adtte import ADTTE
from titer.interop.adam.declare import Dataset
from titer.interop.adam.study import DIGITS, Study, identifiers
from titer.interop.adam.write import DatasetFile, Form, check_form
from titer.interop.dataset_json import created_at
from titer.trials.columns import Columns, Words
from titer.trials.results import Batch, Results, take

DATASETS = (ADSL, ADEX, ADLB, ADAE, ADTTE, ADRS)
ABOUT = "adam.json"  # beside the datasets: what they are and how they were made
STUDY_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}")


@dataclass(frozen=True)
class Export:
    """What was written.

    Args:
        folder: that holds it.
        files: dataset → file.
        records: dataset → number of records.
        left_out: columns of the table of patients that no variable holds: covariates that ADaM has no name for, and
            endpoints that ADTTE, ADRS and ADLB hold record by record.
    """

    folder: Path
    files: Mapping[str, Path]
    records: Mapping[str, int]
    left_out: tuple[str, ...]


def export_adam(
    folder: str | Path,
    to: str | Path,
    *,
    form: str = "parquet",
    ctcae: str = "5",
    study: str = "",
    normal: Mapping[str, tuple[float, float]] | None = None,
    months: bool = False,
    overwrite: bool = False,
    progress: Callable[[float, float], None] | None = None,
) -> Export:
    """Write a finished run as ADSL, ADEX, ADLB, ADAE, ADTTE and ADRS.

    Args:
        folder: of the results.
        to: folder of the datasets; it must not exist, or hold an earlier export and be overwritten.
        form: "parquet", "csv" or "dataset-json" (CDISC Dataset-JSON 1.1).
        ctcae: version that grades laboratory values.
        study: STUDYID; the run's own name where it is left out.
        normal: laboratory test → lower and upper limit of normal, in the unit of the results. Without them ANRIND and
            grade 1 of blood counts stay empty.
        months: whether AVAL of ADTTE is in months of 30.4375 days instead of days.
        overwrite: whether an earlier export in `to` is replaced.
        progress: called as batches are done.

    Returns:
        What was written, and what was left out.

    Raises:
        InputError: no finished run, an option that is not known, or a target that exists.
        StorageError: the datasets could not be written; nothing half-written is kept.
    """
    results, target = Results.open(folder), Path(to)
    results.need("patients", "visits", "doses", "decisions", "events", "status")
    check_form(form)
    check_target(target, overwrite)
    told = Study.of(results, _study_name(results, study), ctcae, _checked_limits(normal or {}), months)
    told = replace(told, digits=max(DIGITS, len(str(results.manifest.get("n", 0)))))
    growing = target.with_name(f".{target.name}.partial")
    try:
        shutil.rmtree(growing, ignore_errors=True)
        growing.mkdir(parents=True)
        export = _write_all(results, told, growing, cast("Form", form), progress)
        _take_place(growing, target)
    except OSError as reason:
        raise StorageError(
            f"writing the datasets failed: {reason.strerror or reason}",
            where=str(target),
            right="a folder that can be written to, on a disk with room",
        ) from reason
    finally:
        shutil.rmtree(growing, ignore_errors=True)
    return replace(export, folder=target, files={name: target / path.name for name, path in export.files.items()})


def check_target(target: Path, overwrite: bool) -> None:
    """Refuse a target that holds anything but an earlier export that may be replaced."""
    if not target.exists() or (target.is_dir() and not any(target.iterdir())):
        return
    if not (target / ABOUT).is_file():
        raise InputError(
            f"'{target}' exists and is no earlier export", right="a new folder", hint="choose another --to"
        )
    if not overwrite:
        raise InputError(
            f"'{target}' holds an earlier export", right="a new folder", hint="--overwrite, or another --to"
        )


def _study_name(results: Results, asked: str) -> str:
    """STUDYID: as asked for, else the trial's name, else one made of the seed."""
    study = results.manifest.get("study")
    told = study.get("name", "") if isinstance(study, Mapping) else study or f"TITER-{results.manifest.get('seed', 0)}"
    name = asked or re.sub(r"[^A-Za-z0-9._-]+", "-", str(told)).strip("-.")[:40].strip("-.")
    if not STUDY_NAME.fullmatch(name):
        raise InputError(
            f"'{name}' cannot be a study's identifier",
            right="1 to 40 letters, digits, dots and dashes",
            hint="--study MY-STUDY",
        )
    return name


def _checked_limits(normal: Mapping[str, tuple[float, float]]) -> Mapping[str, tuple[float, float]]:
    from titer.interop.adam.adlb import TESTS

    for test, (low, high) in normal.items():
        if test not in TESTS:
            raise InputError(f"'{test}' is not a laboratory test of the results", hint=nearest(test, TESTS))
        if not 0 <= low < high < float("inf"):
            raise InputError(f"limits of normal of {test} are {low:g} and {high:g}", right="0 or more, the lower first")
    return normal


def _write_all(
    results: Results, study: Study, folder: Path, form: Form, progress: Callable[[float, float], None] | None
) -> Export:
    total = len(results.parts) * len(results.arms)
    files = [DatasetFile(folder, dataset) for dataset in DATASETS]
    with ExitStack() as stack:
        for file in files:
            stack.callback(file.close)
        for done, batch in enumerate(results.batches(), start=1):
            for file in files:
                file.write(records(file.dataset, batch, study))
            if progress is not None:
                progress(done, total)
    created, source = created_at(), {"name": "Titer", "version": version("titer")}
    paths = {file.dataset.name: file.convert(form, study.name, source, created) for file in files}
    export = Export(folder, paths, {file.dataset.name: file.records for file in files}, _left_out(results))
    _write_about(results, study, export, form, created)
    return export


def records(dataset: Dataset, batch: Batch, study: Study) -> Columns:
    """The complete records of one dataset for one batch, patient by patient in the order in which they were built."""
    built = dataset.build(batch, study)
    built = take(built, np.argsort(built["patient"], kind="stable"))
    patient = np.asarray(built["patient"])
    begins = np.flatnonzero(np.r_[True, patient[1:] != patient[:-1]]) if len(patient) else np.empty(0, int)
    sequence = np.arange(len(patient)) - np.repeat(begins, np.diff(np.r_[begins, len(patient)])) + 1
    return {**built, **identifiers(batch, study, patient), "ASEQ": sequence}


def _left_out(results: Results) -> tuple[str, ...]:
    batch = next(iter(results.batches()))
    known = {*adsl.USED, "patient", "arm", "regimen", "death_day", "end_day"}
    held = {"therapy_end_day", "crossover_day", "therapy_end", "end", "hold_day", "failed"}
    held |= {"fever_day", "febrile_neutropenia_day", "flu_like_day", "fatigue_day"}
    held |= {"pfs_day", "pfs_event", "ttp_day", "ttp_event", "vte_day", "response_day", "progression_day", "os_day"}
    return tuple(name for name in batch.table("patients") if name not in known | held | {"best_response", "os_event"})


def _write_about(results: Results, study: Study, export: Export, form: str, created: str) -> None:
    """What the datasets are, for people and programs that read them."""
    about: dict[str, Any] = {
        "titer": version("titer"),
        "created": created,
        "format": form,
        "study": study.name,
        "ctcae": next(iter(study.grades.values())).version,
        "normal": {test: list(limits) for test, limits in study.normal.items()},
        "days": "relative to the first dose of the plan, which is on day 1; there are no calendar dates",
        "arms": dict(study.arms),
        "run": {name: value for name, value in results.manifest.items() if name not in ("files", "chunks")},
        "left_out": list(export.left_out),
        "datasets": [_described(dataset, export) for dataset in DATASETS],
    }
    path = export.folder / ABOUT
    with path.open("w", encoding="utf-8") as file:
        json.dump(about, file, ensure_ascii=False, indent=2)
        file.write("\n")
        file.flush()
        os.fsync(file.fileno())


def _described(dataset: Dataset, export: Export) -> dict[str, Any]:
    return {
        "name": dataset.name,
        "label": dataset.label,
        "structure": dataset.structure,
        "file": export.files[dataset.name].name,
        "records": export.records[dataset.name],
        "variables": [asdict(variable) for variable in dataset.variables],
    }


def _take_place(growing: Path, target: Path) -> None:
    """Give the finished folder its name; an earlier export goes when the new one is there."""
    earlier = target.with_name(f".{target.name}.replaced")
    shutil.rmtree(earlier, ignore_errors=True)
    if target.exists():
        os.replace(target, earlier)
    os.replace(growing, target)
    shutil.rmtree(earlier, ignore_errors=True)


def texts(columns: Columns, name: str) -> list[str | None]:
    """A variable as plain values, None where it is missing; for looking at a few records."""
    column = columns[name]
    if isinstance(column, Words):
        return [None if code < 0 else column.words[code] for code in np.asarray(column.codes)]
    return [None if value != value else value for value in np.asarray(column).tolist()]
