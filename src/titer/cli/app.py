"""The commands of `titer`, each declared in its own file, which is imported only when its command is called for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from importlib import import_module
from typing import Annotated

import typer

import titer

# command → file, function, and what the list of commands says of it
COMMANDS = {
    "compare": ("compare", "compare", "The same virtual patients under each regimen."),
    "trial": ("trial", "trial", "A study file, run and judged."),
    "explore": ("explore", "explore", "A threat met by the immune system, without and with a drug."),
    "run": ("scenario", "run_alone", "One model alone, beside what was published of it."),
    "check": ("check", "check", "May this patient have this regimen; what must be done or watched."),
    "list": ("listing", "list_library", "Drugs, populations, models, protocols, threats, scenarios."),
    "show": ("show", "show", "One model, population or protocol; or the whole system."),
    "regimen": ("regimen", "regimen", "A regimen in words, as the calendar it means."),
    "validate": ("validate", "validate", "Predictions beside published figures."),
    "simulate": ("simulate", "simulate", "A model over an event table (NONMEM columns)."),
    "query": ("query", "query", "SQL over the tables of a finished run."),
    "ledger": ("ledger", "ledger", "The story of one patient, as a calendar."),
    "export": ("export", "export", "A run as ADaM datasets or a NONMEM event table."),
    "replay": ("replay", "replay", "Whether stored doses lead to the stored values."),
}


def app_for(arguments: Sequence[str]) -> typer.Typer:
    """The command line that these arguments need: one command where they begin with its name, else all of them.

    Declaring every command takes longer than many a command itself.

    Example:
        >>> len(app_for(["check", "--help"]).registered_commands), len(app_for(["--help"]).registered_commands) > 5
        (1, True)
    """
    return make_app(arguments[:1] if arguments and arguments[0] in COMMANDS else COMMANDS)


def make_app(names: Iterable[str] = COMMANDS) -> typer.Typer:
    """A command line with these commands."""
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
    app.callback()(root)
    for name in names:
        file, function, words = COMMANDS[name]
        app.command(name, short_help=words)(getattr(import_module(f"titer.cli.{file}"), function))
    return app


def _print_version(asked: bool) -> None:
    if asked:
        print(f"titer {titer.__version__}")
        raise typer.Exit


def root(
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and leave.")
    ] = False,
) -> None:
    """Options that stand before a command."""
