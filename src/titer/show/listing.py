"""What the library holds, as lists and as the full text of one member, for the command line."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from titer.errors import InputError, nearest
from titer.library import (
    INFECTION,
    core_models,
    drugs,
    drugs_without_model,
    load_population,
    load_protocol,
    models,
    populations,
    protocols,
    relapsed_myeloma_models,
    scenarios,
    threats,
)
from titer.library.limits import limits
from titer.library.signals import SIGNALS
from titer.library.threats._exposures import BACTERIA
from titer.model import Model, Parameter, Threat
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
from titer.show.protocols import protocol_lines
from titer.show.system_map import map_text


def contents() -> dict[str, list[tuple[str, str]]]:
    """Every list of the library: (name, one line) pairs."""
    return {
        "drugs": [(name, model.title) for name, model in drugs().items()],
        "populations": [(name, load_population(name).title) for name in populations()],
        "models": [(model.key, model.title) for model in models().values()],
        "protocols": [(name, protocol.name) for name, protocol in protocols().items()],
        "threats": [(name, threat.title) for name, threat in threats().items()],
        "scenarios": [(name, scenario.title) for name, scenario in scenarios().items()],
    }


def print_member(console: Any, name: str) -> None:
    """Print a drug or model, a threat, a population, a protocol, "system" or "immune"; or a protocol file, by its path.

    Raises:
        InputError: nothing of that name; the nearest names are told. A file that is no protocol.
    """
    wanted = name.strip().lower()
    if wanted.endswith(".toml"):
        print_protocol(console, load_protocol(name))
        return
    members = _members()
    planned = {one.lower(): one for one in drugs_without_model()}
    if wanted in planned:
        raise InputError(f"Titer has no model of {planned[wanted]} yet", right=f"one of {', '.join(sorted(drugs()))}")
    if wanted not in members:
        hint = f"titer run {wanted}" if wanted in scenarios() else nearest(wanted, members)
        raise InputError(f"the library holds nothing called '{name}'", hint=hint)
    members[wanted](console)


def _members() -> dict[str, Callable[[Any], None]]:
    """What prints each member, by lower-case name. A model is found by key, full name and drug."""
    shown: dict[str, Callable[[Any], None]] = {"system": _print_system, "immune": _print_immune}
    shown |= {name: partial(print_protocol, protocol=protocol) for name, protocol in protocols().items()}
    shown |= {name: partial(print_population, name=name) for name in populations()}
    shown |= {key: partial(print_threat, threat=threat) for key, threat in threats().items()}
    shown |= {model.name.lower(): partial(print_model, model=model) for model in models().values()}
    return shown | {key.lower(): partial(print_model, model=model) for key, model in (models() | drugs()).items()}


def _print_system(console: Any) -> None:
    chosen = relapsed_myeloma_models()
    _head(console, f"Relapsed myeloma on {' and '.join(d.drug for m in chosen for d in m.doses)}: {len(chosen)} models")
    console.print(map_text(chosen, SIGNALS), markup=False)
    _head(console, "What it cannot say")
    _lines(console, limits())


def _print_immune(console: Any) -> None:
    core = core_models()
    _head(console, f"The immune system: {len(core)} models")
    console.print(map_text(core, SIGNALS), markup=False)
    _head(console, f"What patients with an immune core meet by chance: {threats()[INFECTION].title.lower()}")
    console.print(_parameter_table(BACTERIA.numbers))
    _head(console, "What results of patients with an immune core cannot say")
    _lines(console, limits(immune=True))


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
    console.print(_parameter_table(model.parameters))
    if model.anchors:
        _head(console, "Anchors: published results that a test reproduces")
        console.print(_table(("anchor", "measure", "published", "within", "source: place"), anchor_rows(model)))
    _head(console, "Sources")
    _lines(console, [f"{key}: {source_text(source)}" for key, source in model.sources.items()])


def print_threat(console: Any, threat: Threat) -> None:
    """What a threat is, and the numbers by which it differs from the tissue's own, with their homes."""
    _head(console, threat.title)
    about = f"{threat.key}, {threat.dose:g} {threat.unit} in {threat.place} by default; {threat.days:g} days."
    console.print(f"{about}\n", markup=False)
    console.print("\n".join(reflow(threat.doc, console.width)), markup=False)
    _head(console, "Numbers of the model 'antigen'")
    console.print(_parameter_table(threat.numbers))
    _head(console, "Sources")
    _lines(console, [f"{key}: {source_text(source)}" for key, source in threat.sources.items()])


def _parameter_table(parameters: Sequence[Parameter]) -> Any:
    rows = [(*row[:-2], f"{row[-2]}\n{row[-1]}") for row in parameter_rows(parameters)]
    return _table((*PARAMETER_HEADS[:-2], "meaning, source: place"), rows)


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


def print_population(console: Any, name: str) -> None:
    """Who the patients are: every covariate with its distribution, source and status."""
    population = load_population(name)
    _head(console, population.title)
    console.print("\n".join(reflow(population.doc, console.width)), markup=False)
    _head(console, "Covariates, in the order in which they are sampled")
    rows = [
        (c.name, c.unit or "–", distribution_text(c.distribution), c.status, f"{c.meaning}\n{c.at}")
        for c in population.covariates
    ]
    console.print(_table(("name", "unit", "distribution", "status", "meaning, source: place"), rows))
    if population.correlations:
        _head(console, "Correlations of the underlying normals")
        _lines(console, [f"{a} with {b}: {r:g}" for a, b, r in population.correlations])
    _head(console, "Sources")
    _lines(console, [f"{key}: {source_text(source)}" for key, source in population.sources.items()])


def distribution_text(distribution: Any) -> str:
    """A distribution in a few words: its kind and numbers; what depends on other covariates is "by patient".

    Example:
        >>> from titer.patients.distributions import Normal
        >>> distribution_text(Normal(75.0, 12.0))
        'normal, 75, 12'
    """
    fields = [getattr(distribution, name) for name in distribution.__dataclass_fields__]
    return ", ".join([_words(type(distribution).__name__), *(_value_text(value) for value in fields)])


def _words(name: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "-", name).lower()


def _value_text(value: Any) -> str:
    if hasattr(value, "__dataclass_fields__"):
        return distribution_text(value)
    if callable(value):
        return "by patient"
    if isinstance(value, tuple | list):
        return "/".join(_value_text(item) for item in value)
    return f"{value:g}" if isinstance(value, float) else str(value)


def print_protocol(console: Any, protocol: Any) -> None:
    """Rules with the label's words and source, dose ladders and the calendar of blood counts."""
    title, *lines = protocol_lines(protocol, console.width)
    _head(console, title)
    for line in lines:
        console.print(line, markup=False, style="bold" if line[:1].strip() else None)


def protocol_file_text(name: str) -> str:
    """A protocol of the library, or one read from a file, as the text of a protocol file.

    Raises:
        InputError: no protocol of that name.

    Example:
        >>> protocol_file_text("none").splitlines()[1]
        'name = "never act"'
    """
    from titer.clinic.protocol_file import write_protocol

    return write_protocol(load_protocol(name))
