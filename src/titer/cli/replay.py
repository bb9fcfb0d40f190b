"""`titer replay`: whether the doses of a stored run lead to the values that it stored."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from titer.cli.output import console, counted, print_json, progress_bar

if TYPE_CHECKING:
    from titer.decisions.replay import Replay

FAILED = 1


def replay(
    results: Annotated[Path, typer.Argument(metavar="DIR", help="A folder of results.")],
    patients: Annotated[int | None, typer.Option(min=1, help="How many, from the first; all where not given.")] = None,
    tolerance: Annotated[
        float | None, typer.Option(help="Largest relative difference that passes; 20 × rtol of the run by default.")
    ] = None,
    threads: Annotated[int | None, typer.Option(min=1, help="Threads; all cores where not given.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Run the given doses again as a fixed schedule, without any clinic, and compare with the stored values.

    Exit code 1 when they differ by more than the tolerance, or when a file is not as the run wrote it.
    """
    from titer.decisions.replay import replay_run

    with progress_bar("replaying") as progress:
        found = replay_run(results, patients=patients, tolerance=tolerance, threads=threads, progress=progress)
    if as_json:
        print_json(found.as_json())
    else:
        _print(found)
    if not found.passed:
        raise typer.Exit(FAILED)


def _print(found: Replay) -> None:
    from titer.show.grid import text_table

    heads = ["value", "compared", "worst difference", "patient", "arm", "day", "stored", "replayed"]
    rows = [
        [
            one.signal,
            one.compared,
            f"{one.worst:.1e}",
            *((one.patient, one.arm, one.day, one.stored, one.replayed) if one.worst else [None] * 5),
        ]
        for one in found.differences.values()
    ]
    print(text_table(heads, rows, console().width))
    for name in found.changed_files:
        print(f"changed since the run wrote it: {name}")
    if found.failed:
        print(f"left out: {counted(found.failed, 'patient')} who could not be integrated in the run")
    verdict = "passed" if found.passed else "FAILED"
    what = f"{counted(found.patients, 'patient')} (each arm counted), {counted(found.visits, 'visit')}"
    print(f"{verdict}: {what}, worst relative difference {found.worst:.1e}, tolerance {found.tolerance:.1e}")
