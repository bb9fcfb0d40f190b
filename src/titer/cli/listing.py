"""`titer list`: what the library holds."""

from __future__ import annotations

from typing import Annotated

import typer

from titer.cli.output import console, print_json
from titer.errors import InputError, nearest

KINDS = ("drugs", "populations", "models", "protocols", "threats", "scenarios")


def list_library(
    kind: Annotated[
        str, typer.Argument(help="One of drugs, populations, models, protocols, threats, scenarios; else all.")
    ] = "all",
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object instead of tables.")] = False,
) -> None:
    """List the drugs, populations, models, protocols, threats and scenarios of the library."""
    if kind not in (*KINDS, "all"):
        raise InputError(f"there is no list of '{kind}'", right=", ".join(KINDS), hint=nearest(kind, KINDS))
    from titer.show.listing import contents

    shown = {name: rows for name, rows in contents().items() if kind in (name, "all")}
    if as_json:
        print_json({name: [{"name": row[0], "title": row[1]} for row in rows] for name, rows in shown.items()})
        return
    terminal = console()
    for name, rows in shown.items():
        terminal.print(name, style="bold")
        width = max(len(row[0]) for row in rows)
        for word, title in rows:
            terminal.print(f"  {word:<{width}}  {title}", markup=False)
