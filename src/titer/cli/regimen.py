"""`titer regimen`: the schedule that Titer understood, as a calendar."""

from __future__ import annotations

from typing import Annotated

import typer

from titer.cli.output import print_json, warn


def regimen(
    text: Annotated[str, typer.Argument(metavar="REGIMEN", help="A regimen in words, in quotes.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object instead of a calendar.")] = False,
) -> None:
    """Show how a regimen in words is understood: drug by drug, as a calendar of one cycle."""
    from dataclasses import asdict

    from titer.dosing.calendar import calendar
    from titer.library import dose_warnings, read_regimen
    from titer.show.regimen import regimen_text

    parsed = read_regimen(text)
    warn(dose_warnings(parsed))
    if as_json:
        rows = [asdict(row) for row in calendar(parsed)]
        print_json({"regimen": str(parsed), "cycle_day": parsed.cycle_length, "components": rows})
    else:
        print(regimen_text(parsed))
