"""`titer compare`: the same virtual patients under each regimen."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from titer.cli.output import console, counted, print_json, run_progress, warn, warn_of_replacement
from titer.cli.settings import read_settings
from titer.errors import InputError


def compare(
    regimens: Annotated[list[str], typer.Argument(metavar="REGIMEN", help="Regimens in words, each in quotes.")],
    population: Annotated[str, typer.Option(help="Who is treated; `titer list populations`.")] = "relapsed-myeloma",
    n: Annotated[int, typer.Option("-n", min=1, help="Virtual patients.")] = 1000,
    cycles: Annotated[int, typer.Option(min=1, help="Cycles of treatment, by the first regimen's cycle.")] = 24,
    seed: Annotated[int, typer.Option(min=0, help="The same seed gives the same patients and the same luck.")] = 1,
    out: Annotated[Path | None, typer.Option(help="Folder for tables, plots, manifest and report.html.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object instead of tables.")] = False,
    threads: Annotated[int | None, typer.Option(min=1, help="Threads; all cores where not given.")] = None,
    protocol: Annotated[
        str, typer.Option(help="Dose-modification rules: a name of `titer list protocols`, or a file.toml.")
    ] = "us-label",
    ctcae: Annotated[str, typer.Option(help="CTCAE version that grades blood counts: 4.03, 5 or 6.")] = "5",
    fixed: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="NAME=VALUE", help="The same covariate or parameter for everybody; repeatable."),
    ] = None,
    rtol: Annotated[float, typer.Option(min=1e-12, max=1e-2, help="Relative tolerance of the integration.")] = 1e-5,
    immune: Annotated[
        bool, typer.Option("--immune", help="Patients with the immune core: infections, fevers, NK and T cells.")
    ] = False,
    chunk: Annotated[int, typer.Option(min=1, help="Patients in memory at once, for each worker.")] = 1000,
    workers: Annotated[int, typer.Option(min=1, help="Chunks worked on at once.")] = 1,
    worker_kind: Annotated[
        str | None, typer.Option(help="threads or processes; processes where there is more than one worker.")
    ] = None,
    dask: Annotated[str | None, typer.Option(metavar="ADDRESS", help="Scheduler of a Dask cluster that works.")] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with the unfinished run in --out.")] = False,
) -> None:
    """Compare regimens in the same virtual patients: response, PFS, side effects, dose intensity, differences."""
    options = {
        "population": population,
        "n": n,
        "cycles": cycles,
        "seed": seed,
        "protocol": protocol,
        "ctcae": ctcae,
        "overrides": read_settings(fixed),
        "threads": threads,
        "rtol": rtol,
        "immune": immune,
        "chunk": chunk,
        "workers": chosen_workers(workers, worker_kind, dask),
        "resume": resume,
    }
    if resume and out is None:
        raise InputError("--resume without --out", right="the folder of the run that goes on")
    warn_of_replacement(out, resume=resume)
    from titer.library import dose_warnings, effect_warnings, load_protocol, protocol_warnings, read_regimen

    parsed, rules = [read_regimen(text) for text in regimens], load_protocol(protocol)
    warn(dict.fromkeys(told for regimen in parsed for told in dose_warnings(regimen)))
    warn(dict.fromkeys(told for regimen in parsed for told in effect_warnings(regimen)))
    warn(dict.fromkeys(told for regimen in parsed for told in protocol_warnings(rules, regimen)))
    with run_progress(f"{counted(n, 'patient')} × {counted(len(regimens), 'regimen')}") as progress:
        result = _run(regimens, out, progress=progress, **options)
    if as_json:
        print_json(result.as_json())
        return
    from titer.show.terminal import print_comparison
    from titer.show.unevaluated import unevaluated_rules, unevaluated_sentence

    print_comparison(console(), result.as_json(), statuses=[arm.statuses for arm in result.arms], immune=immune)
    if told := unevaluated_sentence(unevaluated_rules(result)):
        console().print(told, markup=False)
    where = "immune" if immune else "system"
    console().print(f"What these numbers cannot say: titer show {where}", markup=False)
    if out is not None:
        console().print(f"Report: {out / 'report.html'}", style="bold", markup=False)


def chosen_workers(count: int, kind: str | None, dask: str | None) -> Any:
    """Who works, from the words of the command line.

    Raises:
        InputError: words that do not go together.
    """
    from titer.trials.chunks import Workers

    if dask is None:
        return Workers(count, kind or ("processes" if count > 1 else "threads"))  # type: ignore[arg-type]
    if kind is not None or count > 1:
        raise InputError("--dask beside --workers", right="one of them", hint="the cluster has its own workers")
    return Workers(kind="dask", address=dask)


def _run(regimens: list[str], out: Path | None, **options: Any) -> Any:
    if out is None:
        from titer.decisions.compare import compare_regimens

        return compare_regimens(regimens, **options)
    from titer.show.publish import publish_comparison

    return publish_comparison(out, regimens, **options)
