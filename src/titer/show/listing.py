"""What the library holds, as lists and as the full text of one member, for the command line."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Sequence
from typing import Any

from titer.errors import InputError, nearest
from titer.library import drugs, load_population, models, populations, relapsed_myeloma_models
from titer.library.rules.lenalidomide import PROTOCOLS
from titer.library.signals import SIGNALS
from titer.model import Model
from titer.show.models import (
    PARAMETER_HEADS,
    anchor_rows,
    equation_lines,
    meeting_lines,
    parameter_rows,
    reflow,
    source_text,
    start_lines,
)
from titer.show.system_map import map_text


def contents() -> dict[str, list[tuple[str, str]]]:
    """Every list of the library: (name, one line) pairs."""
    return {
        "drugs": [(name, model.title) for name, model in drugs().items()],
        "populations": [(name, load_population(name).title) for name in populations()],
        "models": [(model.key, model.title) for model in models().values()],
        "protocols": [(name, protocol.name) for name, protocol in PROTOCOLS.items()],
    }


def print_member(console: Any, name: str) -> None:
    """Print a drug or model, a population, a protocol, or "system", found by name.

    Raises:
        InputError: nothing of that name; the nearest names are told.
    """
    wanted = name.strip().lower()
    members = _members()
    if wanted not in members:
        raise InputError(f"the library holds nothing called '{name}'", hint=nearest(wanted, members))
    members[wanted](console)


def _members() -> dict[str, Callable[[Any], None]]:
    shown: dict[str, Callable[[Any], None]] = {"system": _print_system}
    shown |= {name: lambda console, p=protocol: print_protocol(console, p) for name, protocol in PROTOCOLS.items()}
    shown |= {name: lambda console, n=name: print_population(console, n) for name in populations()}
    for key, model in (models() | drugs()).items():
        for name in (key, model.name):
            shown[name.lower()] = lambda console, m=model: print_model(console, m)
    return shown


def _print_system(console: Any) -> None:
    chosen = relapsed_myeloma_models()
    _head(console, f"Relapsed myeloma on {' and '.join(d.drug for m in chosen for d in m.doses)}: {len(chosen)} models")
    console.print(map_text(chosen, SIGNALS), markup=False)


def print_model(console: Any, model: Model) -> None:
    """Mechanism, equations, parameters with their homes, anchors and sources of one model."""
    _head(console, model.title)
    about = f"{model.name}, time in {model.time}. Numbers from {model.population.description}."
    console.print("\n".join(textwrap.wrap(about, console.width)) + "\n", markup=False)
    console.print("\n".join(reflow(model.doc, console.width)), markup=False)
    console.print()
    _lines(console, meeting_lines(model))
    _head(console, "States")
    _lines(console, start_lines(model))
    _head(console, f"Equations (rates per {model.time})")
    _lines(console, equation_lines(model))
    _head(console, "Parameters")
    rows = [(*row[:-2], f"{row[-2]}\n{row[-1]}") for row in parameter_rows(model)]
    console.print(_table((*PARAMETER_HEADS[:-2], "meaning, source: place"), rows))
    if model.anchors:
        _head(console, "Anchors: published results that a test reproduces")
        console.print(_table(("anchor", "measure", "published", "within", "source: place"), anchor_rows(model)))
    _head(console, "Sources")
    _lines(console, [f"{key}: {source_text(source)}" for key, source in model.sources.items()])


def _head(console: Any, text: str) -> None:
    console.print(f"\n{text}", style="bold", markup=False)


def _lines(console: Any, lines: Sequence[str]) -> None:
    for line in lines:
        indent = 2 if line.startswith(" ") else 4
        folded = textwrap.wrap(line, console.width - 2, initial_indent="  ", subsequent_indent=" " * indent) or [""]
        console.print("\n".join(folded), markup=False)


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> Any:
    from rich.box import SIMPLE_HEAD
    from rich.table import Table
    from rich.text import Text

    table = Table(box=SIMPLE_HEAD, pad_edge=False, padding=(0, 1))
    for place, head in enumerate(heads):
        table.add_column(head, no_wrap=place == 0, justify="left")
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))
    return table
