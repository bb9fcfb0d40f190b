"""What happens to each patient, in which order: records, repeated doses, resets and changes of parameters.

A reset or a steady state begins a new *body*: nothing that was given before reaches it. At one moment the records act
in the order of the table, as in NONMEM: an observation below a dose sees it, one above it does not.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from titer.interop.event_tables.drivers import Carry
from titer.interop.event_tables.table import RESET, RESET_AND_DOSE, EventTable, Floats, Integers, days_of

Ties = Literal["after", "before"]  # where repeated doses (ADDL) stand to the records of the same moment
MOST_DOSES = 50_000_000
LAST = np.iinfo(np.int64).max

# What the engine does first at one moment: outputs are read, states reset, parameters set, doses given.
READ, START, CHANGE, GIVE = 0, 1, 2, 3


@dataclass(frozen=True, eq=False)
class Timeline:
    """Everything that happens, sorted by body, time and order.

    Args:
        body: to which it happens. Shape (n_items,), as all that follow.
        day: when, with the last bits moved so that the engine keeps the order.
        kind: READ, START, CHANGE or GIVE.
        record: that it comes from.
        set: row of the parameters that hold from here on (for GIVE: at intake).
        lagless_day: `day` before the last bits were moved, for doses that arrive later by a lag.
    """

    body: Integers
    day: Floats
    kind: NDArray[np.int8]
    record: Integers
    set: Integers
    lagless_day: Floats

    def of(self, kind: int) -> NDArray[np.intp]:
        """Places of the items of one kind."""
        return np.flatnonzero(self.kind == kind)


def bodies_of(table: EventTable) -> Integers:
    """The body of each record: a new one for each patient, reset and steady state. Shape (n_records,)."""
    new = np.concatenate([[True], table.id[1:] != table.id[:-1]])
    fresh = new | (table.evid == RESET) | (table.evid == RESET_AND_DOSE) | table.steady
    return np.cumsum(fresh) - 1


def timeline(table: EventTable, of_record: Integers, carry: Carry, ties: Ties) -> Timeline:
    """Records, repeated doses and changes of parameters of a table as items in the order in which they act.

    Args:
        of_record: row of the parameters of each record. Shape (n_records,).
        carry: whether a record's parameters hold from it on (locf) or since the record before it (nocb).
        ties: whether repeated doses act after or before the records of the same moment.
    """
    body = bodies_of(table)
    n = len(table)
    record = np.arange(n)
    looked, given = np.flatnonzero(table.observations), np.flatnonzero(table.doses)
    begins = np.flatnonzero(np.concatenate([[True], body[1:] != body[:-1]]))
    again, tick_again = _repeated(table, body)
    place_again = np.full(len(again), LAST - 1 if ties == "after" else -1)
    changes, tick_change, place_change = _changes(table, body, of_record, carry)
    # A record takes three places: what it changes, what it is.
    parts = [
        (begins, table.tick[begins], np.full(len(begins), -2), START, of_record[begins]),
        (looked, table.tick[looked], 3 * record[looked] + 1, READ, of_record[looked]),
        (given, table.tick[given], 3 * record[given] + 1, GIVE, of_record[given]),
        (again, tick_again, place_again, GIVE, _sets_at(table, body, of_record, carry, again, tick_again)),
        (changes, tick_change, place_change, CHANGE, of_record[changes]),
    ]
    columns = [np.concatenate([np.broadcast_to(p[i], len(p[0])) for p in parts]) for i in range(5)]
    return _ordered(body, *columns)


def _ordered(body: Integers, record, tick, place, kind, parameters) -> Timeline:
    order = np.lexsort((place, tick, body[record]))
    record, tick, kind = record[order], tick[order], kind[order].astype(np.int8)
    same = np.concatenate([[False], (tick[1:] == tick[:-1]) & (body[record][1:] == body[record][:-1])])
    falls = same & np.concatenate([[False], kind[1:] < kind[:-1]])
    # The engine has an order of its own at one moment. Where the table's differs, the moment is moved on by one bit.
    steps = np.cumsum(falls)
    steps -= np.maximum.accumulate(np.where(same, 0, steps))
    day = days_of(tick)
    moved = day + steps * np.spacing(np.maximum(np.abs(day), 1.0))
    return Timeline(body[record], moved, kind, record, parameters[order], day)


def _repeated(table: EventTable, body: Integers) -> tuple[Integers, Integers]:
    """Doses by ADDL, up to the last record of the body: record and tick of each."""
    last = np.concatenate([np.flatnonzero(body[1:] != body[:-1]), [len(table) - 1]])
    end = table.tick[last][body]
    spacing = np.maximum(table.interval, 1)
    n = np.where(table.doses, np.minimum(table.additional, (end - table.tick) // spacing), 0)
    if n.sum() > MOST_DOSES:
        from titer.errors import InputError

        raise InputError(
            f"ADDL and II make {n.sum():,} doses", where=table.name, right=f"{MOST_DOSES:,} or fewer", hint="check II"
        )
    record = np.repeat(np.arange(len(table)), n)
    number = np.arange(len(record)) - np.repeat(np.cumsum(n) - n, n) + 1
    return record, table.tick[record] + number * table.interval[record]


def _changes(table: EventTable, body: Integers, of_record: Integers, carry: Carry) -> tuple[Integers, ...]:
    """Where a body's parameters change: the record whose set begins, its tick and its place."""
    same_body = np.concatenate([[False], body[1:] == body[:-1]])
    record = np.flatnonzero(same_body & np.concatenate([[False], of_record[1:] != of_record[:-1]]))
    before = record - 1
    if carry == "locf":
        return record, table.tick[record], 3 * record
    together = table.tick[before] == table.tick[record]
    return record, table.tick[before], np.where(together, 3 * record, LAST)


def _sets_at(table: EventTable, body: Integers, of_record: Integers, carry: Carry, source: Integers, tick: Integers):
    """Parameters that hold when repeated doses are taken: row of each. Shape (n_repeated,)."""
    if not len(source):
        return source
    known = np.unique(table.tick)
    n = len(known) + 1
    key = body * n + np.searchsorted(known, table.tick)  # not decreasing over the records
    exact = body[source] * n + np.searchsorted(known, tick, side="right") - 1
    at_or_before = np.searchsorted(key, exact, side="right") - 1  # the last record at that moment or before
    if carry == "locf":
        return of_record[at_or_before]
    hit = table.tick[at_or_before] == tick
    end = np.searchsorted(body, body[source], side="right") - 1
    return of_record[np.where(hit, at_or_before, np.minimum(at_or_before + 1, end))]
