"""The commands of `titer`, each declared in its own file."""

from __future__ import annotations

from typing import Annotated

import typer

import titer
from titer.cli import compare, listing, regimen, show, validate

app = typer.Typer(
    name="titer",
    help="Benefit and harm of immunomodulating regimens, in the same virtual patients. "
    "A research tool, not a medical device.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # plain help needs no Rich and comes in a third of the time
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _print_version(asked: bool) -> None:
    if asked:
        print(f"titer {titer.__version__}")
        raise typer.Exit


@app.callback()
def root(
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and leave.")
    ] = False,
) -> None:
    """Options that stand before a command."""


app.command("compare", short_help="The same virtual patients under each regimen.")(compare.compare)
app.command("list", short_help="Drugs, populations, models and protocols.")(listing.list_library)
app.command("show", short_help="One model, population or protocol; or the whole system.")(show.show)
app.command("regimen", short_help="A regimen in words, as the calendar it means.")(regimen.regimen)
app.command("validate", short_help="Predictions beside published figures.")(validate.validate)
