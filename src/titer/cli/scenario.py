"""`titer run`: a model of the library run alone, beside the numbers that it must meet."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from titer.cli.output import console, print_json, progress_bar, warn
from titer.cli.settings import read_settings


def run_alone(
    name: Annotated[str | None, typer.Argument(help="A scenario; all are listed where none is given.")] = None,
    days: Annotated[float | None, typer.Option(help="Length; the scenario's own where not given.")] = None,
    dose: Annotated[float | None, typer.Option(help="Of what enters first, in place of the scenario's.")] = None,
    fixed: Annotated[
        list[str] | None, typer.Option("--set", metavar="NAME=VALUE", help="A parameter, model.name; repeatable.")
    ] = None,
    drug: Annotated[str | None, typer.Option(metavar="REGIMEN", help="Drugs that are given, in quotes.")] = None,
    lead: Annotated[float, typer.Option(metavar="DAYS", help="How long before day 0 the drug begins.")] = 0.0,
    patients: Annotated[int | None, typer.Option(min=1, help="Virtual people; the typical person if none.")] = None,
    seed: Annotated[int, typer.Option(min=0, help="The same seed gives the same people.")] = 1,
    out: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Series as .csv or .parquet, or picture as .png, .svg, .pdf.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object instead of tables.")] = False,
) -> None:
    """Run a model of the library alone and set the numbers that it must meet beside what it gives."""
    if name is None:
        _list(as_json)
        return
    from titer.decisions.scenario import find_scenario, run_scenario, scenario_warnings
    from titer.library import dose_warnings, read_regimen
    from titer.show.course_files import check_course_ending, write_scenario

    if out is not None:
        check_course_ending(out)
    asked, given = find_scenario(name), read_regimen(drug) if drug is not None else None
    with progress_bar("typical person" if patients is None else f"{patients:,} people") as progress:
        run = run_scenario(
            asked,
            changed=read_settings(fixed),
            regimen=given,
            days=days,
            dose=dose,
            lead_days=lead,
            patients=patients,
            seed=seed,
            progress=progress,
        )
    warn([*scenario_warnings(run), *(dose_warnings(given) if given else [])])
    if out is not None:
        write_scenario(out, run)
    if as_json:
        print_json(run.as_json())
        return
    from titer.show.explored import print_scenario

    print_scenario(console(), run)
    if out is not None:
        console().print(f"\nWritten: {out}", style="bold", markup=False)


def _list(as_json: bool) -> None:
    from titer.library import scenarios

    titles = {key: scenario.title for key, scenario in scenarios().items()}
    if as_json:
        print_json({"scenarios": [{"name": key, "title": title} for key, title in titles.items()]})
        return
    width = max(len(key) for key in titles)
    for key, title in titles.items():
        console().print(f"{key:<{width}}  {title}", markup=False)
