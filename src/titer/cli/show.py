"""`titer show`: one model, population or protocol, or the map of the whole system; as a file of SBML or TOML too."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from titer.cli.output import console
from titer.errors import InputError


def show(
    name: Annotated[
        str,
        typer.Argument(help="A drug, model, threat, population, protocol or its file; 'system' or 'immune' for a map."),
    ],
    toml: Annotated[bool, typer.Option("--toml", help="Print a protocol as a file, to start one's own from.")] = False,
    sbml: Annotated[
        Path | None,
        typer.Option("--sbml", help="Write a model, 'system', 'immune' or a threat with the core to this SBML file."),
    ] = None,
    regimen: Annotated[str, typer.Option("--regimen", help="With --sbml: doses that the file gives as events.")] = "",
    days: Annotated[
        float | None, typer.Option("--days", min=0.0, help="With --regimen: how long it is given; 28 if not said.")
    ] = None,
) -> None:
    """Show what the library knows: mechanism, equations, parameters with unit, source and status, anchors; rules."""
    if sbml is not None and toml:
        raise InputError("--toml and --sbml were both given", right="one of the two")
    if sbml is not None:
        _write_sbml(name, sbml, regimen, days)
        return
    if regimen or days is not None:
        option = "--regimen" if regimen else "--days"
        raise InputError(f"{option} was given without --sbml", hint="titer simulate, or titer show NAME --sbml FILE")
    from titer.show.listing import print_member, protocol_file_text

    if toml:
        print(protocol_file_text(name), end="")
        return
    print_member(console(), name)


def _write_sbml(name: str, path: Path, regimen: str, days: float | None) -> None:
    from titer.show.sbml import DAYS, write_member

    if days is not None and not regimen:
        raise InputError("--days was given without --regimen", right="how long a regimen is given")
    system = write_member(name, path, regimen, DAYS if days is None else days)
    members = ", ".join(model.key for model in system.models)
    console().print(f"{path}: {members}; {len(system.states)} states, time in days", markup=False)
