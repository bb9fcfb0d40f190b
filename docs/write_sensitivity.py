"""The page on global sensitivity, its picture and its table.

    python docs/write_sensitivity.py            # the sweep (minutes; needs SALib), then all three files
    python docs/write_sensitivity.py --page     # page and picture from the stored table

writes docs/sensitivity.json, docs/sensitivity.md and docs/images/sensitivity.svg. The table holds what was computed and
the values that it was computed with; meaning, status and source of a number come from the library.
"""

from __future__ import annotations

import hashlib
import json
import re
import sys
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

from sensitivity_sweep import (
    ASKED,
    BASE_SAMPLES,
    LEFT_OUT,
    MOST,
    SEED,
    TRAJECTORIES,
    UNDETECTED,
    Factor,
    factors_of,
    kernel_of,
    sweep,
)

from titer.library import threats
from titer.model.declare import STATUSES
from titer.show.models import STATUS_MEANING, markdown_table, number_as_written
from titer.show.style import COLOURS, FAINT, INK, MARKERS, look, new_figure, to_svg

HERE = Path(__file__).parent
TABLE, PAGE, PICTURE = HERE / "sensitivity.json", HERE / "sensitivity.md", HERE / "images" / "sensitivity.svg"
LABELS = {"igg": "Peak IgG", "il6": "Peak IL-6", "temperature": "Peak temperature", "cleared": "Day of clearance"}
UNITS = {"igg": "nmol/L", "il6": "pg/mL", "temperature": "°C", "cleared": "day"}
WORDS = {"virus": "a virus", "extracellular-bacterium": "bacteria"}
STYLES = dict(zip(STATUSES, (0, 4, 2, 5, 3, 1), strict=True))  # place of colour and mark; assumed is vermilion
NOTHING = 1e-3  # change over the whole range, in degC or powers of ten, that is no effect
SHOWN = 0.05  # least total index, on any result, of a number in the picture
FELT = 0.005  # total index below which 0 is written
NAMED = 0.1  # least total index of a number that the words name
WIDTH = 118

Table = Mapping[str, Any]
Row = Mapping[str, Any]

TEXT = """# Which numbers decide: global sensitivity of the immune core

Which numbers of the core must be known well to say how high IgG, IL-6 and temperature rise, and when the threat is
gone? And are those numbers measured, or assumed?

![Total-order indices of the numbers that matter, coloured by status](images/sensitivity.svg)

## Method

{method}

Half to twice is the same for every number: an index shows how strongly a result answers to a number, not how badly that
number is known. For this, look at its status. *Fixed* means printed in its source, where it was often tuned to a course
and not measured; *assumed* means that nobody has published it.

{sections}
## What it means

{named}

{by_status}

{reading}

## What changes nothing

{nothing}

{left_out}

Written by `docs/write_sensitivity.py` from `docs/sensitivity.json`, table {digest}.
"""

METHOD = """
**Varied**: every number of the core and of the threat that is not a definition, a conversion or zero ({counts}), from
half to twice its value, evenly in its logarithm. Shares stay below 1; temperatures move by fractions of a degree.
Numbers that several models share move together, and rest stays rest.

**Screened** by Morris' method ({trajectories} trajectories, all numbers at once). The {most} with the largest effect on
any one result are **weighed** by Sobol indices (Saltelli's sampling of {samples:,} points), the others at their typical
values. A third sampling, of these {most} as one group and all others as another, says how much of the variance they
explain. {runs:,} courses in all, seed {seed}.

**Results**: the highest value within {days}, after the usual challenge. IgG, IL-6 and days are compared by their
logarithm, temperatures as they are. Less than {undetected:g} nmol/L of IgG counts as {undetected:g}.

**Not cleared** by the last day counts as cleared on that day. Of people drawn at random these are {censored}.

**Total-order index**: the share of a result's variance that would go if this number were known, with all that it does
together with others. The totals add up to more than 1 where numbers act together.
"""

# Held to the table by tests/test_sensitivity_page.py.
READING = """
**Little of what decides was measured in people.** In a virus the indices belong to numbers that the authors of the
sources fixed so that a mean course came out (of patients in hospital; for fever, of volunteers after endotoxin), that
were worked out from those, or that are assumed. Where a different virus or a milder illness is meant, begin with its
loss, its release, and how strongly interferon and danger answer.

**What was measured decides bacteria.** Growth, and killing by neutrophils, were estimated in one experiment. Together
with the concentration of neutrophils (number over volume) they make clearance all or nothing: {not_cleared:.0%} of
people drawn at random do not clear within {days:.0f} days what the typical person clears in {typical:.1f}. This is
why a neutropenia matters so much.

**IgG is the least certain result.** It spans {decades:.0f} powers of ten between the 5th and the 95th centile, and
{without_igg:.0%} make next to none: helper T cells and B cells multiply as long as enough antigen is held, so a virus
that is stopped early leaves hardly any antibody. Infectivity, release and type I interferon therefore stand before the
number of B cells and the antigen that they need; only how fast helper T cells and B cells divide counts as much. The
level of the typical person was set to mild COVID-19 and a protein vaccine; that of other people is far too uncertain to
be read. Compare one and the same person without and with a drug, or one encounter and the next.

**Some numbers are a scale.** `cytokines.il6_rest` multiplies IL-6, `fever.gain` the rise of temperature, and
`fever.rest` is where it begins: the first and the last can be measured in any patient.

**Killing by T cells and NK cells counts far less than loss by itself for the day on which a virus is
gone**: `antigen.effector_killing` by
{effector:.0%} on average over its fourfold range, `antigen.nk_killing` by {nk:.0%}, but `antigen.clearance` by a factor
of {loss:.1f}. As in the source, interferon stops the spread, and what is left is lost by itself. A drug that raises
killing is not to be judged by this threat.

**Not varied:** the form of the equations, the challenge, and how people differ (`titer explore --patients`).
"""


@cache
def factors(key: str) -> dict[str, Factor]:
    """What is varied under a threat, as the library has it now."""
    return {factor.name: factor for factor in factors_of(kernel_of(threats()[key]).system)}


def page(table: Table) -> str:
    """The page, from the stored table and the library."""
    method = METHOD.format(
        counts=", ".join(f"{len(one['factors'])} for {WORDS[key]}" for key, one in table.items()),
        trajectories=TRAJECTORIES,
        most=MOST,
        samples=BASE_SAMPLES,
        runs=sum(one["runs"] for one in table.values()),
        seed=SEED,
        days=", ".join(f"{one['days']:g} days for {WORDS[key]}" for key, one in table.items()),
        undetected=UNDETECTED,
        censored=" and ".join(f"{one['not_cleared']:.1%} for {WORDS[key]}" for key, one in table.items()),
    )
    return TEXT.format(
        method="\n".join(_bullet(part) for part in _paragraphs(method)),
        sections="\n".join(section(key, one) for key, one in table.items()),
        named="\n".join(_bullet(text) for text in strongest(table)),
        by_status=by_status(table),
        reading="\n\n".join(_filled(part) for part in _paragraphs(reading(table))),
        nothing=without_effect(table),
        left_out=_filled(left_out()),
        digest=digest(table),
    )


def _paragraphs(text: str) -> list[str]:
    return [" ".join(part.split()) for part in text.strip().split("\n\n")]


def _filled(text: str) -> str:
    return textwrap.fill(text, WIDTH, break_on_hyphens=False)


def reading(table: Table) -> str:
    """What the indices say to somebody who uses the core."""
    virus, bacterium = table["virus"], table["extracellular-bacterium"]
    low, _, high = virus["spread"]["igg"]
    factor = {row["name"]: 10 ** row["effect"]["cleared"] for row in virus["factors"]}
    return READING.format(
        not_cleared=bacterium["not_cleared"],
        days=bacterium["days"],
        typical=10 ** bacterium["typical"]["cleared"],
        decades=high - low,
        without_igg=virus["without_igg"],
        effector=factor["antigen.effector_killing"] - 1,
        nk=factor["antigen.nk_killing"] - 1,
        loss=factor["antigen.clearance"],
    )


def left_out() -> str:
    """What is not varied, reason by reason."""
    reasons: dict[str, list[str]] = {}
    for name, reason in LEFT_OUT.items():
        reasons.setdefault(reason, []).append(f"`{name}`")
    return "Left out: " + "; ".join(f"{', '.join(names)} ({reason})" for reason, names in reasons.items()) + "."


def _bullet(text: str) -> str:
    return textwrap.fill(text, WIDTH, initial_indent="* ", subsequent_indent="  ", break_on_hyphens=False)


def section(key: str, one: Table) -> str:
    """One threat: what its results are, and the indices of the numbers that were weighed."""
    asked = ASKED[key]
    spread = [
        (
            f"{LABELS[n]}, {UNITS[n]}",
            _natural(n, one["typical"][n]),
            *(_natural(n, value) for value in one["spread"][n]),
            f"{one['explained'][n][0]:.0%} ± {one['explained'][n][1]:.0%}",
        )
        for n in asked
    ]
    rows = []
    for row in weighed(one):
        factor = factors(key)[row["name"]]
        number = factor.parameter
        what = (f"`{factor.name}`", number.meaning, f"{number_as_written(number.value)} {number.unit}".strip())
        status = f"**{number.status}**" if number.status == "assumed" else number.status
        rows.append((*what, status, _home(factor), *(_index(row["total"][n]) for n in asked)))
    return f"""## {threats()[key].title}

The results when all numbers vary at once, and the share of their variance that the {len(rows)} below explain:

{markdown_table(("", "typical person", "5%", "median", "95%", "explained"), spread)}

Total-order indices, with half of their 95% interval:

{markdown_table(("number", "what it is", "value", "status", "source", *(LABELS[n] for n in asked)), rows)}
"""


def weighed(one: Table) -> list[Row]:
    """Factors with indices, those that matter most to any one result first."""
    rows = [row for row in one["factors"] if "total" in row]
    return sorted(rows, key=lambda row: -_highest(row))


def _highest(row: Row) -> float:
    return max(total for total, _ in row["total"].values())


def _natural(name: str, value: float) -> str:
    """A stored result as a person reads it."""
    return f"{value:.1f}" if name == "temperature" else number_as_written(float(f"{10**value:.2g}"))


def _index(pair: Sequence[float]) -> str:
    value, half = pair
    return f"{value:.2f} ± {half:.2f}" if value >= FELT else "0"


def _home(factor: Factor) -> str:
    """Source and place of a number in a few words."""
    citation, place = factor.source.citation, factor.parameter.at.partition(": ")[2]
    if citation.startswith("This package"):
        return f"our choice: {place}"
    head = citation.partition(":")[0]
    dated = re.match(r".*?\b(19|20)\d\d\b", head)
    memory = "" if factor.source.confirmed else ", from memory"
    return f"{dated[0] if dated else head}{memory}: {place}"


def asked_of(table: Table) -> Iterator[tuple[str, Table, str, str]]:
    """Every threat with every result, and what to call the two together."""
    for key, one in table.items():
        for name in ASKED[key]:
            yield key, one, name, f"{LABELS[name]}, {WORDS[key].removeprefix('a ')}"


def strongest(table: Table) -> list[str]:
    """A line for each result: the numbers that it answers to most."""
    lines = []
    for key, one, name, title in asked_of(table):
        rows = sorted(weighed(one), key=lambda row: -row["total"][name][0])
        told = [
            f"`{row['name']}` ({row['total'][name][0]:.2f}, {factors(key)[row['name']].parameter.status})"
            for row in rows
            if row["total"][name][0] >= NAMED
        ]
        lines.append(f"**{title}**: {', '.join(told)}.")
    return lines


def by_status(table: Table) -> str:
    """How much of the indices of each result belongs to numbers of each status."""
    used = statuses_of(table)
    rows = []
    for key, one, name, title in asked_of(table):
        totals = dict.fromkeys(used, 0.0)
        for row in weighed(one):
            totals[factors(key)[row["name"]].parameter.status] += row["total"][name][0]
        rows.append((title, *(f"{total / sum(totals.values()):.0%}" for total in totals.values())))
    told = "; ".join(f"*{status}*: {STATUS_MEANING[status]}" for status in used)
    head = _filled(f"How the indices of a result are shared out by status ({told}):")
    return f"{head}\n\n{markdown_table(('', *used), rows)}"


def statuses_of(table: Table) -> list[str]:
    """Statuses of the numbers that were weighed, in their own order."""
    used = {factors(key)[row["name"]].parameter.status for key, one in table.items() for row in weighed(one)}
    return [status for status in STATUSES if status in used]


def without_effect(table: Table) -> str:
    """Numbers that no result of any threat answers to, model by model."""
    most: dict[str, float] = {}
    for one in table.values():
        for row in one["factors"]:
            most[row["name"]] = max(most.get(row["name"], 0.0), *row["effect"].values())
    idle: dict[str, list[str]] = {}
    for model, _, own in (name.partition(".") for name, effect in most.items() if effect < NOTHING):
        idle.setdefault(model, []).append(own)
    head = (
        f"{sum(map(len, idle.values()))} of {len(most)} numbers move no result, on average, by more than {NOTHING:g} "
        "(°C, or power of ten: 0.2%) over their whole range. Nothing that was asked reads what `acute_phase` and "
        "`symptoms` make. Others only report (`cytokines.il2_rest`), are too fast to matter (clearances of plasma), or "
        "belong to what counts little for these two threats (NK cells, oxygen radicals, antibody within days):"
    )
    lines = [_bullet(f"`{model}`: {', '.join(f'`{name}`' for name in names)}") for model, names in idle.items()]
    return "\n".join([_filled(head), "", *lines])


def picture(table: Table) -> str:
    """Dots with intervals: a panel for each result, a line for each number, one threat below the other."""
    shown = {key: [row for row in weighed(one) if _highest(row) >= SHOWN] for key, one in table.items()}
    lengths = [len(rows) for rows in shown.values()]
    limit = 1.1 * max(_highest(row) for rows in shown.values() for row in rows)
    with look():
        figure = new_figure(10.5, 0.36 * sum(lengths) + 2.6, left=3.1, right=0.2, top=1.05, bottom=0.5, gap=0.3)
        grid = figure.add_gridspec(len(shown), len(LABELS), height_ratios=lengths, hspace=0.2)
        for line, (key, rows) in enumerate(shown.items()):
            asked = [name for name in LABELS if name in ASKED[key]]
            for column, name in enumerate(asked):
                axes = figure.add_subplot(grid[line, column])
                _panel(axes, key, rows, name)
                axes.set(xlim=(-0.02, limit), ylim=(len(rows) - 0.4, -0.8))
                if not column:
                    _name_rows(axes, key, rows)
        _legend(figure, statuses_of(table))
    return to_svg(figure) + f"<!-- table {digest(table)} -->\n"


def _panel(axes: Any, key: str, rows: Sequence[Row], name: str) -> None:
    """Indices of one result."""
    for at, row in enumerate(rows):
        value, half = row["total"][name]
        style = STYLES[factors(key)[row["name"]].parameter.status]
        if value < FELT:
            axes.plot(0, at, ".", color=FAINT, markersize=3)
            continue
        axes.plot([0, value], [at, at], color=COLOURS[style], linewidth=1.0, alpha=0.45)
        axes.errorbar(value, at, xerr=half, color=COLOURS[style], marker=MARKERS[style], markersize=5.5, linewidth=1.6)
    axes.set_title(LABELS[name])
    axes.set_yticks(range(len(rows)), [""] * len(rows))
    axes.tick_params(axis="y", length=0)


def _name_rows(axes: Any, key: str, rows: Sequence[Row]) -> None:
    """The threat, and beside each line its number and what that is."""
    beside = {"textcoords": "offset points", "ha": "right", "annotation_clip": False}
    axes.annotate(
        threats()[key].title, (0, 1), xytext=(-8, 7), xycoords="axes fraction", weight="bold", fontsize=10, **beside
    )
    for at, row in enumerate(rows):
        place = {"xy": (0, at), "xycoords": ("axes fraction", "data"), **beside}
        axes.annotate(row["name"], xytext=(-8, 0), va="bottom", color=INK, fontsize=9, **place)
        meaning = _phrase(factors(key)[row["name"]].parameter.meaning)
        axes.annotate(meaning, xytext=(-8, -1), va="top", color=INK, alpha=0.7, fontsize=7, **place)


def _phrase(meaning: str) -> str:
    """The first words of a meaning."""
    words = re.split("[,;:]", meaning)[0]
    return words if len(words) <= 52 else words[:50].rsplit(" ", 1)[0] + " …"


def _legend(figure: Any, used: Sequence[str]) -> None:
    from matplotlib.lines import Line2D

    marks = [Line2D([], [], color=COLOURS[STYLES[s]], marker=MARKERS[STYLES[s]], linestyle="", label=s) for s in used]
    figure.legend(
        handles=marks, loc="upper right", ncols=len(marks), title="Total-order index, by status of the number"
    )


def digest(table: Table) -> str:
    """Changes with anything in the table."""
    return hashlib.sha256(table_text(table).encode()).hexdigest()[:12]


def table_text(table: Table) -> str:
    """The table as JSON, a line for each factor."""
    parts = []
    for key, one in table.items():
        head = json.dumps({name: value for name, value in one.items() if name != "factors"})
        rows = ",\n".join(json.dumps(row) for row in one["factors"])
        parts.append(f'{json.dumps(key)}: {head[:-1]}, "factors": [\n{rows}\n]}}')
    return "{\n" + ",\n".join(parts) + "\n}\n"


def read_table() -> Table:
    """The stored table."""
    return json.loads(TABLE.read_text(encoding="utf-8"))


def main() -> None:
    """Run the sweep unless asked for the page alone, and write what it gives."""
    if "--page" not in sys.argv:
        TABLE.write_text(table_text({key: sweep(key) for key in ASKED}), encoding="utf-8")
    table = read_table()
    PAGE.write_text(page(table), encoding="utf-8")
    PICTURE.write_text(picture(table), encoding="utf-8")
    print(f"table {digest(table)}")


if __name__ == "__main__":
    main()
