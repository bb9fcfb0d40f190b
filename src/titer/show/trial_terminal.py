"""A trial in a terminal: who took part, what the primary test says, figures by arm, comparisons, published rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from titer.show.trial_metrics import (
    GROUPS,
    TIME_NAMES,
    Row,
    look_sentences,
    p_text,
    ratio_text,
    value_text,
    verdict_sentences,
)
from titer.trials.tables import letters

PER_BLOCK = 2  # arms side by side in 100 columns, so that nothing is cut off


def print_trial(
    console: Any, result: Mapping[str, Any], further: Sequence[Row] = (), published: Sequence[Mapping[str, str]] = ()
) -> None:
    """Print a trial.

    Args:
        console: a Rich console.
        result: the JSON object of a trial.
        further: rows of doses and areas (`trial_metrics.exposure_rows`).
        published: rows as `report.validation_rows` makes them.
    """
    flow, arms = result["flow"], result["arms"]
    console.print(f"{result['study']}", style="bold", markup=False)
    told = f"{flow['screened']:,} candidates screened, {flow['excluded']:,} excluded, {flow['randomised']:,} randomised"
    console.print(told, markup=False)
    for letter, arm, part in zip(letters(len(arms)), arms, flow["arms"], strict=True):
        console.print(f"  [bold]{letter}[/bold]  {part['randomised']:,} patients: ", end="")
        console.print(f"{arm['arm']} ({arm['regimen']})" if arm["arm"] != arm["regimen"] else arm["arm"], markup=False)
        if part["observation"]["could_not_be_integrated"]:
            failed = f"     {part['observation']['could_not_be_integrated']} could not be integrated and are left out"
            console.print(failed, style="bold red", markup=False)
    console.print()
    for line in (*look_sentences(result), *verdict_sentences(result)):
        console.print(line, markup=False)
    for start in range(0, len(arms), PER_BLOCK):
        _print_block(console, arms, slice(start, start + PER_BLOCK), further)
    _print_comparisons(console, result)
    if published:
        _print_published(console, published)


def _print_block(console: Any, arms: Sequence[Any], block: slice, further: Sequence[Row]) -> None:
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    console.print(
        "\nValue [95% interval] as of the data cut; NR is a median that was not reached", style="bold", markup=False
    )
    table = Table(box=SIMPLE_HEAD, pad_edge=False, show_edge=False)
    table.add_column("", no_wrap=True)
    for letter in letters(len(arms))[block]:
        table.add_column(letter, justify="right", no_wrap=True)
    for _, rows in (*GROUPS, ("Exposure", further)):
        for row in rows:
            cells = [value_text(arm["figures"].get(row.key), row.unit) for arm in arms[block]]
            if any(cell != "–" for cell in cells):
                table.add_row(f"{row.label}, {row.unit}", *cells)
        table.add_section()
    console.print(table)
    console.print("–: not reached or not estimable", style="dim", markup=False)
    if any("relative_dose_intensity" in arm["figures"] for arm in arms[block]):
        console.print(intensity_text(arms, block), style="dim", markup=False)


def intensity_text(arms: Sequence[Mapping[str, Any]], block: slice = slice(None)) -> str:
    """Whose dose intensity is counted in each arm.

    Example:
        >>> both = "lenalidomide 25 mg daily + dexamethasone 40 mg weekly"
        >>> arms = [{"regimen": both}, {"regimen": "dexamethasone 40 mg daily"}]
        >>> intensity_text(arms)
        'Relative dose intensity counts lenalidomide in A, dexamethasone in B'
    """
    from titer.decisions.trial_job import counted_drug
    from titer.library import read_regimen

    named = [
        f"{counted_drug(read_regimen(arm['regimen']))} in {letter}"
        for letter, arm in zip(letters(len(arms))[block], arms[block], strict=True)
    ]
    return f"Relative dose intensity counts {', '.join(named)}"


def _print_comparisons(console: Any, result: Mapping[str, Any]) -> None:
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    for told in result["comparisons"]:
        how = "stratified" if result["strata"] else "unstratified"
        title = f"\n{told['arm']} against {result['reference']}, {how} (below 1: better; nominal p)"
        console.print(title, style="bold", markup=False)
        table = Table(box=SIMPLE_HEAD, pad_edge=False, show_edge=False)
        for head, side in (("", "left"), ("hazard ratio [95%]", "right"), ("log-rank p", "right")):
            table.add_column(head, justify=side, no_wrap=not head)  # type: ignore[arg-type]
        for name, label in TIME_NAMES.items():
            time = told["times"][name]
            table.add_row(label, ratio_text(time["hazard_ratio"]), p_text(time["test"]))
        console.print(table)


def _print_published(console: Any, published: Sequence[Mapping[str, str]]) -> None:
    from rich.table import Table

    console.print("\nBeside published numbers († quoted from memory)", style="bold", markup=False)
    table = Table(box=None, pad_edge=False)
    for head in ("row", "arm", "endpoint", "published", "this trial", "used for", "met"):
        table.add_column(head, overflow="fold")
    for row in published:
        table.add_row(
            *(row[name] for name in ("id", "simulation", "endpoint", "published", "predicted", "role", "met"))
        )
    console.print(table)


def print_operating(console: Any, told: Mapping[str, Any]) -> None:
    """Print the operating characteristics of a design.

    Args:
        console: a Rich console.
        told: the JSON object of repeated trials.
    """
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    n = told["planned"]["trials"]
    console.print(f"{told['study']}: {n:,} trials as planned, {n:,} under the null", style="bold", markup=False)
    for name, key in (("Power", "power"), ("Type I error", "type_1_error")):
        console.print(f"  {name}: {value_text(told[key], '%')}% (exact 95% interval)", markup=False)
    if told["type_1_error"]["value"] is not None:
        console.print(f"  planned alpha: {100 * told['alpha']:g}%, two-sided", markup=False)
    table = Table(box=SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for head, side in (("", "left"), ("as planned", "right"), ("under the null", "right")):
        table.add_column(head, justify=side, no_wrap=bool(head))  # type: ignore[arg-type]
    for label, cells in operating_rows(told):
        table.add_row(label, *cells)
    console.print(table)


def operating_rows(told: Mapping[str, Any]) -> list[tuple[str, list[str]]]:
    """Rows of label and the two columns of a table of operating characteristics."""
    sides = [told["planned"], told["null"]]
    labels = {
        "success": "rejected in favour of an arm, %",
        "rejected": "rejected in either direction, %",
        "stopped_for_efficacy": "stopped for efficacy, %",
        "stopped_for_futility": "stopped for futility, %",
        "stopped_for_harm": "stopped for harm, %",
    }
    names = [name for name in sides[0]["shares"] if name not in labels]
    rows = [
        (labels.get(name, f"{name}, %"), [value_text(side["shares"][name], "%") for side in sides])
        for name in (*labels, *names)
    ]
    for arm in told["planned"]["hazard_ratio"]:
        cells = []
        for side in sides:
            told_ratio = side["hazard_ratio"][arm]
            values = [told_ratio[name] for name in ("median", "p2.5", "p97.5")]
            known = all(value is not None for value in values)
            cells.append(f"{values[0]:.2f} ({values[1]:.2f}–{values[2]:.2f})" if known else "–")
        rows.append((f"hazard ratio, median (95% of trials): {arm}", cells))
    rows.append(("primary events", [value_text(side["events"], "") for side in sides]))
    rows.append(
        ("months from first entry to the cut", [value_text(side["duration_month"], "months") for side in sides])
    )
    return rows
