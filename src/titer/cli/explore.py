"""`titer explore`: a threat met by the immune system, and what a drug makes of the answer."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from titer.cli.output import console, print_json, progress_bar, warn
from titer.cli.settings import read_settings


def explore(
    threat: Annotated[str | None, typer.Option(help="What is met; all are listed where none is given.")] = None,
    dose: Annotated[float | None, typer.Option(help="Of each challenge, in the threat's unit; its usual one.")] = None,
    place: Annotated[str | None, typer.Option(help="Where it arrives: tissue or blood.")] = None,
    days: Annotated[float | None, typer.Option(help="Length, counted from the first challenge.")] = None,
    again: Annotated[
        list[float] | None, typer.Option(metavar="DAY", help="A further encounter on that day; repeatable.")
    ] = None,
    drug: Annotated[str | None, typer.Option(metavar="REGIMEN", help="A second course under these drugs.")] = None,
    lead: Annotated[float, typer.Option(metavar="DAYS", help="How long before the challenge the drug begins.")] = 0.0,
    patients: Annotated[int | None, typer.Option(min=1, help="Virtual people; the typical person if none.")] = None,
    seed: Annotated[int, typer.Option(min=0, help="The same seed gives the same people.")] = 1,
    fixed: Annotated[
        list[str] | None, typer.Option("--set", metavar="NAME=VALUE", help="A parameter, model.name; repeatable.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Picture as .png, .svg, .pdf, or series as .csv, .parquet.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object instead of tables.")] = False,
    threads: Annotated[int | None, typer.Option(min=1, help="Threads; all cores where not given.")] = None,
) -> None:
    """Follow the answer of the immune system to a threat, in one person or many, without and with a drug."""
    if threat is None:
        _list(as_json)
        return
    from titer.decisions.explore import explore as explore_threat
    from titer.library import dose_warnings, read_regimen
    from titer.show.course_files import check_course_ending, write_exploration

    if out is not None:
        check_course_ending(out)
    given = read_regimen(drug) if drug is not None else None
    warn(dose_warnings(given) if given else [])
    with progress_bar("typical person" if patients is None else f"{patients:,} people") as progress:
        found = explore_threat(
            threat,
            dose=dose,
            place=place,
            days=days,
            again=again or [],
            drug=given,
            lead_days=lead,
            patients=patients,
            seed=seed,
            changed=read_settings(fixed),
            threads=threads,
            progress=progress,
        )
    if out is not None:
        write_exploration(out, found)
    if as_json:
        print_json(found.as_json())
        return
    from titer.show.explored import print_exploration

    print_exploration(console(), found)
    if out is not None:
        console().print(f"\nWritten: {out}", style="bold", markup=False)


def _list(as_json: bool) -> None:
    from titer.library import threats
    from titer.show.explored import print_threats

    if not as_json:
        print_threats(console(), threats())
        return
    told = {"title": "title", "dose": "dose", "dose_unit": "unit", "place": "place", "places": "places", "days": "days"}
    rows = [{"name": key} | {ours: getattr(one, name) for ours, name in told.items()} for key, one in threats().items()]
    print_json({"threats": rows})
