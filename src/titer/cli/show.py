"""`titer show`: one model, population or protocol, or the map of the whole system."""

from __future__ import annotations

from typing import Annotated

import typer

from titer.cli.output import console


def show(
    name: Annotated[str, typer.Argument(help="A drug, model, population or protocol; 'system' for the map.")],
) -> None:
    """Show what the library knows: mechanism, equations, parameters with unit, source and status, anchors."""
    from titer.show.listing import print_member

    print_member(console(), name)
