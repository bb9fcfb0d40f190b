"""Tables for a terminal: regimens named by letters, one row per figure, blocks that fit in 100 columns."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from typing import Any

from titer.show.metrics import METRICS, figure_text, metric
from titer.trials.tables import letters

LEGEND = """\
[a to b]  published: as printed, or the 95% interval of a percentage in n patients, or else
          a band around the number; predicted: 95%, from the number of virtual patients
used for  calibration: the number was used to set a parameter; prediction: it was not
met       the prediction lies inside the published interval
†         the published number is quoted from memory: its source could not be read again
NR        not reached"""
PER_BLOCK = 3  # regimens side by side in 100 columns


def print_comparison(
    console: Any, result: Mapping[str, Any], statuses: Sequence[Mapping[str, int]] = (), *, immune: bool = False
) -> None:
    """Print the regimens, the table of figures and the table of paired differences from the first regimen.

    Args:
        console: a Rich console.
        result: the JSON object of a comparison.
        statuses: per regimen, how many patients ended with each status; failures are printed, never hidden.
        immune: whether patients have the immune core.
    """
    arms = result["regimens"]
    names = letters(len(arms))
    patients = f"{result['n']:,} virtual patient{'' if result['n'] == 1 else 's'}"
    core = ", with an immune core" if immune else ""
    console.print(f"{patients}, {result['population']}{core}, seed {result['seed']}", style="bold")
    for name, arm in zip(names, arms, strict=True):
        console.print(f"  [bold]{name}[/bold]  {arm['regimen']}")
    for start in range(0, len(arms), PER_BLOCK):
        block = slice(start, start + PER_BLOCK)
        console.print("\nValue [95% interval]; NR is a median that was not reached", style="bold", markup=False)
        console.print(figure_table(names[block], arms[block]))
    differences = result["differences"]
    for start in range(0, len(differences), PER_BLOCK):
        block = slice(start, start + PER_BLOCK)
        heads = [f"{name} − {names[0]}" for name in names[1:][block]]
        title = f"\nPaired differences from {names[0]} in the same patients: percentage points, months [95% interval]"
        console.print(title, style="bold", markup=False)
        console.print(figure_table(heads, differences[block], signed=True))
    for name, counts in zip(names, statuses, strict=False):
        if counts.get("failed"):
            failed = f"{counts['failed']:,} of {result['n']:,} patients could not be integrated"
            console.print(f"{name}: {failed}; see the table 'status'", style="bold red", markup=False)


def figure_table(heads: Sequence[str], arms: Sequence[Mapping[str, Any]], *, signed: bool = False) -> Any:
    """A Rich table with one row per metric that any arm holds and one column per arm."""
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    table = Table(box=SIMPLE_HEAD, pad_edge=False, show_edge=False)
    table.add_column("", no_wrap=True)
    for head in heads:
        table.add_column(head, justify="right", no_wrap=True)
    for key in metric_keys(arms):
        row = metric(key)
        cells = [figure_text(arm.get(key), row.unit, signed=signed) for arm in arms]
        table.add_row(row.label if signed else f"{row.label}, {row.unit}", *cells)
    return table


def _setting(run: Any) -> list[str]:
    """Regimen of a simulation, and what every patient of it has."""
    fixed = ", ".join(f"{name} = {value:g}" for name, value in run.overrides.items())
    return [run.regimen, f"{run.population}, {run.cycles} cycles{'; everybody: ' if fixed else ''}{fixed}"]


def _validation_table(results: Sequence[Any]) -> Any:
    from rich.table import Table

    from titer.show.report import validation_rows

    table = Table(box=None, pad_edge=False)
    for head in ("row", "endpoint", "published", "predicted", "used for", "met", "source"):
        table.add_column(head, overflow="fold")
    for row, result in zip(validation_rows(results), results, strict=True):
        sources = "; ".join(dict.fromkeys(one.source for one in result.rows))
        table.add_row(*(row[name] for name in ("id", "endpoint", "published", "predicted", "role", "met")), sources)
    return table


def metric_keys(arms: Sequence[Mapping[str, Any]]) -> list[str]:
    """The figures that at least one arm holds, known ones first and in the order of the table."""
    present = [key for arm in arms for key, value in arm.items() if isinstance(value, Mapping) and "value" in value]
    known = [m.key for m in METRICS if m.key in present]
    return known + sorted(set(present) - set(known))


def print_validation(console: Any, results: Sequence[Any]) -> None:
    """Print every published figure with its prediction, by simulation, and how many of each role were met."""
    from titer.evidence.expectations import SIMULATIONS

    runs = {run.name: run for run in SIMULATIONS}
    for name in dict.fromkeys(result.simulation for result in results):
        console.print(f"\n{name}", style="bold", markup=False)
        lines = _setting(runs[name]) if name in runs else ["typical person, without spread; closed form of the model"]
        for line in lines:
            wrapped = textwrap.fill(line, console.width, initial_indent="  ", subsequent_indent="    ")
            console.print(wrapped, markup=False)
        console.print(_validation_table([result for result in results if result.simulation == name]))
    console.print(f"\n{LEGEND}", markup=False)
    for role in ("calibration", "prediction"):
        verdicts = [result.met for result in results if result.role == role]
        if verdicts:
            missed, absent = verdicts.count(False), verdicts.count(None)
            console.print(
                f"{role}: {verdicts.count(True)} of {len(verdicts)} met, {missed} missed, {absent} not predicted"
            )
