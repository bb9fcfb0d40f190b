"""A regimen as a calendar in text: one mark per day, weeks apart, four weeks to a line."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from titer.dosing.calendar import CalendarRow, calendar
from titer.dosing.regimen import Regimen
from titer.dosing.wording import show_number

LINE, WEEK = 28, 7
GIVEN, FREE = "●", "·"


def regimen_text(regimen: Regimen) -> str:
    """The first cycle as it was understood: the canonical text, a calendar, doses and amounts.

    Example:
        >>> from titer import parse_regimen
        >>> print(regimen_text(parse_regimen("dexamethasone 40 mg days 1,8 of 14")))
        dexamethasone 40 mg days 1,8 of 14
        <BLANKLINE>
                       1       8
        dexamethasone  ●······ ●······
        <BLANKLINE>
        dexamethasone: 2 doses, 80 mg in 14 days, 5.71 mg a day
    """
    rows = calendar(regimen)
    lines = [str(regimen), "", *_grid(rows), "", *map(_total, rows)]
    return "\n".join(line.rstrip() for line in lines)


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
