"""A regimen as a calendar in text: one mark per day, weeks apart, four weeks to a line."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from titer.dosing.calendar import CalendarRow, calendar
from titer.dosing.regimen import Regimen
from titer.dosing.wording import show_number

LINE, WEEK = 28, 7
GIVEN, FREE = "●", "·"


def regimen_text(regimen: Regimen) -> str:
    """A regimen as it was understood: its canonical text, and each cycle in which the plan changes.

    Example:
        >>> from titer import parse_regimen
        >>> print(regimen_text(parse_regimen("dexamethasone 40 mg days 1,8 of 14")))
        dexamethasone 40 mg days 1,8 of 14
        <BLANKLINE>
                       1       8
        dexamethasone  ●······ ●······
        dexamethasone: 2 doses, 80 mg in 14 days, 5.71 mg a day
    """
    lines = [str(regimen)]
    cycles = changing_cycles(regimen)
    for cycle in cycles:
        rows = [row for row in calendar(regimen, cycle) if row.n_doses]
        title = f"Cycle {cycle}, from day {(cycle - 1) * regimen.cycle_length + 1}" if len(cycles) > 1 else ""
        ended = ["no dose: treatment is over"] if not rows else []
        lines += ["", *([title] if title else []), *(_grid(rows) if rows else ended), *map(_total, rows)]
    return "\n".join(line.rstrip() for line in lines)


def changing_cycles(regimen: Regimen) -> list[int]:
    """Cycles, counted from 1, in which a component begins or after which one has ended.

    Example:
        >>> from titer import parse_regimen
        >>> changing_cycles(parse_regimen("dex 40 mg weekly for 56 days then 20 mg weekly"))
        [1, 3]
    """
    starts = [component.start_day - 1 for component in regimen.components]
    ends = [component.end_day for component in regimen.components if component.end_day is not None]
    return sorted({1, *(day // regimen.cycle_length + 1 for day in starts + ends)})


def _grid(rows: Sequence[CalendarRow]) -> Iterator[str]:
    width = max(len(row.drug) for row in rows) + 2
    length = len(rows[0].amounts)
    for first in range(0, length, LINE):
        days = range(first, min(first + LINE, length))
        yield " " * width + "".join(f"{day + 1:<{WEEK + 1}}" for day in days if (day - first) % WEEK == 0)
        for row in rows:
            yield f"{row.drug:<{width}}" + "".join(_mark(row.amounts[day], day - first) for day in days)


def _mark(amount: float, place: int) -> str:
    return (" " if place and place % WEEK == 0 else "") + (GIVEN if amount else FREE)


def _total(row: CalendarRow) -> str:
    days, average = len(row.amounts), f"{row.average:.3g}"
    doses = f"{row.n_doses} dose{'s' if row.n_doses != 1 else ''}"
    return f"{row.drug}: {doses}, {show_number(row.total)} {row.unit} in {days} days, {average} {row.unit} a day"
