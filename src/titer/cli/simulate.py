"""`titer simulate`: a model over an event table with the columns of NONMEM."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from titer.cli.output import console, counted, print_json, warn
from titer.cli.settings import read_settings
from titer.errors import InputError

SHOWN = 12  # rows that are printed where nothing is written


def simulate(
    models: Annotated[
        str,
        typer.Argument(metavar="MODEL", help="Models or drugs joined by +, or relapsed-myeloma for the whole system."),
    ],
    table: Annotated[Path, typer.Argument(metavar="TABLE", help="Event table, .csv or .parquet.")],
    out: Annotated[Path | None, typer.Option(help="File for the predictions, .csv or .parquet.")] = None,
    covariates: Annotated[
        str, typer.Option(help="Between records: locf (last value) or nocb (next, NONMEM).")
    ] = "locf",
    time_unit: Annotated[str, typer.Option(help="Unit of TIME, II and RATE: h, day or min.")] = "h",
    additional: Annotated[
        str, typer.Option(help="Repeated doses against records of one moment: after, before.")
    ] = "after",
    cmt: Annotated[
        list[str] | None, typer.Option(metavar="NUMBER=DRUG", help="What a number in CMT means; repeatable.")
    ] = None,
    ignore: Annotated[str, typer.Option(help="Comment lines begin with: #, @ (or a letter) or C.")] = "#",
    drop: Annotated[list[str] | None, typer.Option(help="A column not to read; repeatable.")] = None,
    no_defaults: Annotated[bool, typer.Option("--no-defaults", help="Refuse a table that lacks a covariate.")] = False,
    fixed: Annotated[
        list[str] | None, typer.Option("--set", metavar="NAME=VALUE", help="A parameter for everybody; repeatable.")
    ] = None,
    spread: Annotated[bool, typer.Option("--spread", help="Each patient with an own deviation.")] = False,
    seed: Annotated[int, typer.Option(min=0, help="Of those deviations.")] = 1,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object instead of text.")] = False,
    rtol: Annotated[float, typer.Option(min=1e-12, max=1e-2, help="Relative tolerance of the integration.")] = 1e-8,
    threads: Annotated[int | None, typer.Option(min=1, help="Threads; all cores where not given.")] = None,
) -> None:
    """Run a model over an event table: doses in, predictions at the observation records out."""
    from titer.interop.event_run import simulate_table
    from titer.interop.event_tables import read_event_table
    from titer.interop.event_tables.write import check_ending, write_columns

    if out is not None:
        check_ending(out)
    events = read_event_table(table, time_unit=time_unit, ignore=ignore, drop=drop or [])
    run = simulate_table(
        [name.strip() for name in models.split("+")],
        events,
        covariates=_word(covariates, ("locf", "nocb"), "--covariates"),
        additional=_word(additional, ("after", "before"), "--additional"),
        compartments=_compartments(cmt or []),
        defaults=not no_defaults,
        overrides=read_settings(fixed),
        spread=spread,
        seed=seed,
        rtol=rtol,
        threads=threads,
    )
    if out is not None:
        write_columns(out, run.columns())
    _tell(events, run, models, out, as_json)


def _word(given: str, known: tuple[str, ...], option: str) -> Any:
    if given.lower() not in known:
        raise InputError(f"{option} is '{given}'", right=" or ".join(known))
    return given.lower()


def _compartments(settings: list[str]) -> dict[int, str]:
    """ "number=drug" pairs."""
    meant = {}
    for setting in settings:
        number, sign, drug = (part.strip() for part in setting.partition("="))
        if not (sign and number.isdigit() and drug):
            raise InputError(
                f"'--cmt {setting}' cannot be read", right="a number and a drug", hint="--cmt 1=lenalidomide"
            )
        meant[int(number)] = drug
    return meant


def _tell(events: Any, run: Any, models: str, out: Path | None, as_json: bool) -> None:
    patients, doses = len(set(events.id.tolist())), int(events.doses.sum())
    repeated = int(events.additional.sum())
    if as_json:
        told = {"models": models, "table": events.name, "time_unit": events.time_unit, "patients": patients}
        told |= {
            "dose_records": doses,
            "repeated_doses": repeated,
            "predictions": len(run),
            "notes": list(run.notes),
            "warnings": list(run.warnings),
        }
        print_json(told | {"units": dict(run.units), "out": str(out) if out else None})
        return
    warn(run.warnings)
    terminal = console()
    more = f" and {repeated:,} more by ADDL" if repeated else ""
    terminal.print(
        f"{events.name}: {counted(patients, 'patient')}, {counted(doses, 'dose record')}{more}, "
        f"{counted(len(run), 'prediction')}; times in {events.time_unit}",
        markup=False,
    )
    for note in run.notes:
        terminal.print(f"  {note}", markup=False)
    if out is not None:
        terminal.print(f"Predictions: {out}", style="bold", markup=False)
    else:
        _print_rows(terminal, run)


def _print_rows(terminal: Any, run: Any) -> None:
    from rich.table import Table

    columns = run.columns()
    shown = Table(box=None, pad_edge=False)
    for name in columns:
        shown.add_column(name.replace("[", r"\["), justify="right")
    for row in range(min(SHOWN, len(run))):
        shown.add_row(*(f"{values[row]:.6g}" for values in columns.values()))
    terminal.print(shown)
    if len(run) > SHOWN:
        terminal.print(f"… and {len(run) - SHOWN:,} more; --out FILE writes all", markup=False)
