"""`titer export`: a finished run in other people's formats."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from titer.cli.output import console, counted, print_json, progress_bar
from titer.errors import InputError


def export(
    results: Annotated[Path, typer.Argument(metavar="DIR", help="A folder of results.")],
    adam: Annotated[bool, typer.Option("--adam", help="ADSL, ADEX, ADLB, ADAE, ADTTE and ADRS.")] = False,
    nonmem: Annotated[
        Path | None, typer.Option(metavar="FILE", help="The doses given and the visits, as NONMEM reads them.")
    ] = None,
    form: Annotated[str, typer.Option("--format", help="Of the datasets: parquet, csv or dataset-json.")] = "parquet",
    to: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="Where the datasets go; DIR-adam where not given.")
    ] = None,
    ctcae: Annotated[str, typer.Option(help="CTCAE version that grades laboratory values: 4.03, 5 or 6.")] = "5",
    study: Annotated[str, typer.Option(help="STUDYID; the run's own name where not given.")] = "",
    normal: Annotated[
        list[str] | None,
        typer.Option(
            metavar="TEST=LOW-HIGH",
            help="Limits of normal, as anc=2-7.5; repeatable. Without them grade 1 and ANRIND stay empty.",
        ),
    ] = None,
    months: Annotated[bool, typer.Option("--months", help="Times to events in months instead of days.")] = False,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace an earlier export.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Write a run as ADaM analysis datasets, or as an event table in the NONMEM shape."""
    if adam == (nonmem is not None):
        raise InputError("one of --adam and --nonmem is needed", right="one of the two", hint="titer export DIR --adam")
    if nonmem is not None:
        _event_table(results, nonmem, overwrite, as_json)
        return
    from titer.interop.adam.export import export_adam

    with progress_bar("datasets") as progress:
        done = export_adam(
            results,
            to or _beside(results),
            form=form,
            ctcae=ctcae,
            study=study,
            normal=_limits(normal or []),
            months=months,
            overwrite=overwrite,
            progress=progress,
        )
    if as_json:
        files = {name: str(path) for name, path in done.files.items()}
        print_json(
            {"folder": str(done.folder), "files": files, "records": dict(done.records), "left_out": list(done.left_out)}
        )
        return
    from titer.show.grid import text_table

    print(
        text_table(
            ["dataset", "records", "file"],
            [[n, done.records[n], str(p)] for n, p in done.files.items()],
            console().width,
        )
    )
    print(
        f"{counted(len(done.left_out), 'column')} of the table of patients stand in no variable; adam.json names them."
    )


def _beside(results: Path) -> Path:
    """The folder "DIR-adam" beside the results."""
    folder = results.resolve()
    return folder.with_name(f"{folder.name}-adam")


def _limits(texts: list[str]) -> dict[str, tuple[float, float]]:
    """ "anc=2-7.5" as limits of a test."""
    found = {}
    for text in texts:
        name, _, limits = text.partition("=")
        low, _, high = limits.partition("-")
        try:
            found[name.strip()] = (float(low), float(high))
        except ValueError:
            raise InputError(
                f"'--normal {text}' cannot be read", right="a test and two limits", hint="--normal anc=2-7.5"
            ) from None
    return found


def _event_table(results: Path, path: Path, overwrite: bool, as_json: bool) -> None:
    from titer.interop.event_export import export_event_table

    if path.exists() and not overwrite:
        raise InputError(f"'{path}' exists", right="a new file", hint="--overwrite, or another name")
    done = export_event_table(results, path)
    meanings = {"CMT": done.compartments, "DVID": done.observations, "ARM": done.arms}
    if as_json:
        told = {name: {str(number): word for number, word in meant.items()} for name, meant in meanings.items()}
        print_json({"file": str(path), "patients": done.patients, "records": done.rows} | told)
        return
    print(f"Event table: {path} ({counted(done.rows, 'record')}; times in h)")
    for name, meant in meanings.items():
        if meant:
            print(f"  {name}: " + ", ".join(f"{number} = {word}" for number, word in meant.items()))
