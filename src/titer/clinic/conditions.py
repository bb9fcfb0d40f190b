"""Conditions as data: what has to be so for a rule to fire, for one visit of a whole cohort.

A condition is a small tree of comparisons and events. It answers in three values: so, not so, not known. A comparison
with a value that was not measured is not known; "and" is not so as soon as one part is not so, "or" is so as soon as
one part is so, whatever is not known of the others.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, Union, get_args

from titer.clinic.observables import OBSERVABLES
from titer.errors import InputError, nearest

Relation = Literal["<", "<=", ">", ">="]
Reference = Literal["value", "baseline", "share of baseline"]


@dataclass(frozen=True)
class Compare:
    """A value against a limit.

    Args:
        signal: what is looked at, a name of `OBSERVABLES` that is not an event.
        relation: "<", "<=", ">" or ">=".
        limit: in `unit`; for a share of baseline a fraction (0.5 is half).
        unit: the register's unit of the signal; "" for a share of baseline.
        of: the present value, the value before treatment, or the present as a share of the one before treatment.
        for_day: it has been so at every visit of the last so many days, the first of them at least that long ago.

    Raises:
        InputError: a signal that is not known, an event, another unit, or a limit that is not finite.
    """

    signal: str
    relation: Relation
    limit: float
    unit: str = ""
    of: Reference = "value"
    for_day: int = 0

    def __post_init__(self) -> None:
        known = OBSERVABLES.get(self.signal)
        if known is None or known.kind == "event":
            names = [name for name, one in OBSERVABLES.items() if one.kind != "event"]
            raise InputError(
                f"'{self.signal}' is not a value that a rule can look at", hint=nearest(self.signal, names)
            )
        if self.of != "value" and known.kind not in ("laboratory", "sign", "symptom"):
            raise InputError(
                f"{self.signal} is not measured: there is no first value to look back to",
                right="a laboratory value, a sign or a symptom",
            )
        right = "" if self.of == "share of baseline" else known.unit
        if self.unit != right:
            raise InputError(f"the limit of {self.signal} is in '{self.unit}'", right=f"'{right}'")
        if known.most is not None and self.of == "value" and not 0 <= self.limit <= known.most:
            raise InputError(
                f"{self.signal} is compared with {self.limit:g}", right=f"a limit from 0 to {known.most:g}"
            )
        if self.relation not in get_args(Relation) or not abs(self.limit) < float("inf") or self.for_day < 0:
            raise InputError(
                f"{self.signal} {self.relation} {self.limit} for {self.for_day} days",
                right="one of < <= > >=, a finite limit, and 0 days or more",
            )


@dataclass(frozen=True)
class Happened:
    """An event that happened since the drug was started, or within the last days.

    Args:
        event: a name of `OBSERVABLES` that is an event.
        within_day: how long ago at most, day; None: ever since the start.
    """

    event: str
    within_day: int | None = None

    def __post_init__(self) -> None:
        known = OBSERVABLES.get(self.event)
        if known is None or known.kind != "event":
            names = [name for name, one in OBSERVABLES.items() if one.kind == "event"]
            raise InputError(f"'{self.event}' is not an event", hint=nearest(self.event, names))
        if self.within_day is not None and self.within_day < 0:
            raise InputError(f"'{self.event}' within {self.within_day} days", right="0 days or more")


@dataclass(frozen=True)
class AllOf:
    """Every part is so. At least one part."""

    parts: tuple[Condition, ...]

    def __post_init__(self) -> None:
        _check_parts(self.parts, "and")


@dataclass(frozen=True)
class AnyOf:
    """At least one part is so. At least one part."""

    parts: tuple[Condition, ...]

    def __post_init__(self) -> None:
        _check_parts(self.parts, "or")


Condition = Union[Compare, Happened, AllOf, AnyOf]  # noqa: UP007 - the classes above name it before it is made


def _check_parts(parts: tuple[Condition, ...], word: str) -> None:
    if not parts:
        raise InputError(f"'{word}' of nothing", right="at least one comparison or event")


def leaves(condition: Condition) -> Iterator[Compare | Happened]:
    """The comparisons and events of a condition, from left to right."""
    if isinstance(condition, AllOf | AnyOf):
        for part in condition.parts:
            yield from leaves(part)
    else:
        yield condition
