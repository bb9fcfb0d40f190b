"""`titer show`: one model, population or protocol, or the map of the whole system; a protocol also as a file."""

from __future__ import annotations

from typing import Annotated

import typer

from titer.cli.output import console


def show(
    name: Annotated[
        str, typer.Argument(help="A drug, model, population, protocol or protocol file; 'system' for the map.")
    ],
    toml: Annotated[bool, typer.Option("--toml", help="Print a protocol as a file, to start one's own from.")] = False,
) -> None:
    """Show what the library knows: mechanism, equations, parameters with unit, source and status, anchors; rules."""
    from titer.show.listing import print_member, protocol_file_text

    if toml:
        print(protocol_file_text(name), end="")
        return
    print_member(console(), name)
