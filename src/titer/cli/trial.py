"""`titer trial`: a study file, run and judged; or repeated, for power and type I error."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from titer.cli.output import console, counted, print_json, progress_bar, warn, warn_of_replacement
from titer.errors import InputError


def trial(
    study: Annotated[
        Path | None, typer.Argument(metavar="STUDY", help="Study file (TOML); `titer trial --example` prints one.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Folder for tables, plots, manifest and report.html.")] = None,
    repeat: Annotated[
        int | None,
        typer.Option(
            min=1, metavar="K", help="K trials, and K with every arm as the reference: power and type I error."
        ),
    ] = None,
    workers: Annotated[int, typer.Option(min=1, help="Chunks worked on at once.")] = 1,
    worker_kind: Annotated[
        str | None, typer.Option(help="threads or processes; processes where there is more than one worker.")
    ] = None,
    dask: Annotated[str | None, typer.Option(metavar="ADDRESS", help="Scheduler of a Dask cluster that works.")] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with the unfinished run in --out.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object instead of tables.")] = False,
    example: Annotated[bool, typer.Option("--example", help="Print a commented study file that works.")] = False,
    chunk: Annotated[int, typer.Option(min=1, help="Patients in memory at once, for each worker.")] = 500,
    threads: Annotated[int | None, typer.Option(min=1, help="Threads; all cores where not given.")] = None,
    rtol: Annotated[float, typer.Option(min=1e-12, max=1e-2, help="Relative tolerance of the integration.")] = 1e-5,
) -> None:
    """Run a trial from a study file: arms, visits, dose rules, endpoints, statistics, report."""
    if example:
        from titer.trials.study_file import example_study

        print(example_study(), end="")
        return
    if study is None:
        raise InputError("there is no study file", hint="titer trial --example > study.toml")
    if resume and out is None:
        raise InputError("--resume without --out", right="the folder of the run that goes on")
    warn_of_replacement(out, resume=resume)
    from titer.cli.compare import chosen_workers

    options = {
        "workers": chosen_workers(workers, worker_kind, dask),
        "resume": resume,
        "chunk": chunk,
        "threads": threads,
        "rtol": rtol,
    }
    design = _design(study)
    if repeat is None:
        _run_once(design, out, as_json, options)
    else:
        _run_many(design, repeat, out, as_json, options)


def _design(path: Path) -> Any:
    """The design of a study file; warnings about its regimens go to standard error."""
    from titer.api import read_trial
    from titer.library import dose_warnings, effect_warnings

    design = read_trial(path)
    warn(dict.fromkeys(told for regimen in design.regimens for told in dose_warnings(regimen)))
    warn(dict.fromkeys(told for regimen in design.regimens for told in effect_warnings(regimen)))
    if design.study.published:
        from titer.evidence.beside import check_published
        from titer.trials.summary import FIGURES

        check_published(design.study.published, FIGURES)
    return design


def _run_once(design: Any, out: Path | None, as_json: bool, options: dict[str, Any]) -> None:
    study = design.study
    with progress_bar(f"{counted(study.patients, 'patient')} in {counted(len(design.arms), 'arm')}") as progress:
        if out is None:
            from titer.decisions.trial import run_trial

            result = run_trial(design, progress=progress, **options)
        else:
            from titer.show.publish_trial import publish_trial

            result = publish_trial(out, design, progress=progress, **options)
    told = result.as_json()
    if as_json:
        print_json(told)
        return
    from titer.show.publish_trial import trial_exposure_rows, trial_published
    from titer.show.trial_terminal import print_trial

    print_trial(console(), told, trial_exposure_rows(result, told), trial_published(result))
    where = "immune" if design.study.immune else "system"
    console().print(f"What these numbers cannot say: titer show {where}", markup=False)
    _point_to(out)


def _run_many(design: Any, trials: int, out: Path | None, as_json: bool, options: dict[str, Any]) -> None:
    with progress_bar(f"{counted(trials, 'trial')} × {counted(design.study.patients, 'patient')}, twice") as progress:
        if out is None:
            from titer.decisions.repeat import repeat_trial

            result = repeat_trial(design, trials, progress=progress, **options)
        else:
            from titer.show.publish_trial import publish_repeat

            result = publish_repeat(out, design, trials, progress=progress, **options)
    told = result.as_json()
    if as_json:
        print_json(told)
        return
    from titer.show.trial_terminal import print_operating

    print_operating(console(), told)
    _point_to(out)


def _point_to(out: Path | None) -> None:
    if out is not None:
        console().print(f"Report: {out / 'report.html'}", style="bold", markup=False)
