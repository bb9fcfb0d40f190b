"""What the clinic knows of a cohort at a visit, with its history, and which conditions are so.

Every comparison and event is looked at once a visit, for all patients at once. It is so, not so, or not known: a value
that was not measured is not known, and neither is anything of a patient who is not there.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from titer.clinic.conditions import AllOf, AnyOf, Compare, Condition, Happened, leaves

NO_DRUG = -1
Flags = NDArray[np.bool_]
Leaf = Compare | Happened
_RELATIONS = {"<": np.less, "<=": np.less_equal, ">": np.greater, ">=": np.greater_equal}


@dataclass(frozen=True)
class Truth:
    """Whether a condition is so, and whether that is known. Shape (n_patients,) each; what is so is known."""

    so: Flags
    known: Flags


class Chart:
    """The values of a visit and what was so at the visits before.

    A condition may ask about one drug of the plan (its level): `column` is the drug's place, `NO_DRUG` for none.

    Args:
        n_patients: how many.
        watched: every condition that will be asked, with its drug's place; those that must last (`for_day`) and those
            that need the value before treatment are followed from visit to visit.

    Example:
        >>> low = Compare("anc", "<", 1.0, "10^9/L", for_day=7)
        >>> chart = Chart(1, [(low, NO_DRUG)])
        >>> for day in (0, 7):
        ...     chart.open(day, np.array([True]), {"anc": np.array([0.8])})
        ...     print(chart.truth(low).so)
        [False]
        [ True]
    """

    def __init__(self, n_patients: int, watched: Iterable[tuple[Condition, int]] = ()) -> None:
        asked = {(leaf, column): None for condition, column in watched for leaf in leaves(condition)}
        compared = [(leaf, column) for leaf, column in asked if isinstance(leaf, Compare)]
        self._lasting = [(leaf, column) for leaf, column in compared if leaf.for_day]
        self._since = {key: np.full(n_patients, np.nan) for key in self._lasting}
        self.baseline = {leaf.signal: np.full(n_patients, np.nan) for leaf, _ in compared if leaf.of != "value"}
        self._values: Mapping[str, NDArray] = {}
        self._events: Mapping[str, NDArray] = {}
        self._begun = np.zeros(n_patients)
        self._seen: Flags = np.zeros(n_patients, bool)
        self._day = 0
        self._found: dict[tuple[Leaf, int], Truth] = {}

    def open(
        self,
        day: int,
        seen: Flags,
        values: Mapping[str, NDArray],
        events: Mapping[str, NDArray] | None = None,
        begun: NDArray | None = None,
    ) -> None:
        """Begin a visit.

        Args:
            day: of the calendar; later than those before.
            seen: who is there. Shape (n_patients,).
            values: name of an observable → value, NaN where not measured. Shape (n_patients,), or (n_patients, n_drugs)
                for what belongs to a drug.
            events: name → latest day, NaN where it has not happened. Shape (n_patients,).
            begun: day on which the present plan began; older events count no more. Shape (n_patients,).
        """
        self._day, self._seen, self._values, self._events = day, seen, values, events or {}
        self._begun = self._begun if begun is None else np.asarray(begun, float)
        self._found = {}
        for signal, first in self.baseline.items():
            if signal in values:
                now = values[signal]
                new = seen & np.isnan(first) & ~np.isnan(now)
                first[new] = now[new]
        for leaf, column in self._lasting:
            self._follow(leaf, column)

    def _follow(self, leaf: Compare, column: int) -> None:
        """Since when it has been so: the day of the first visit of those in a row."""
        now, since = self._compare(leaf, column), self._since[leaf, column]
        since[now.known & ~now.so] = np.nan
        begins = now.so & np.isnan(since)
        since[begins] = self._day

    def truth(self, condition: Condition, column: int = NO_DRUG) -> Truth:
        """Whether a condition is so at this visit."""
        if isinstance(condition, AllOf):
            parts = [self.truth(part, column) for part in condition.parts]
            so = np.logical_and.reduce([part.so for part in parts])
            return Truth(so, so | np.logical_or.reduce([part.known & ~part.so for part in parts]))
        if isinstance(condition, AnyOf):
            parts = [self.truth(part, column) for part in condition.parts]
            so = np.logical_or.reduce([part.so for part in parts])
            return Truth(so, so | np.logical_and.reduce([part.known for part in parts]))
        key = condition, column
        if key not in self._found:
            self._found[key] = self._look(condition, column)
        return self._found[key]

    def value(self, leaf: Leaf, column: int = NO_DRUG) -> NDArray:
        """What a comparison or event looks at: the value (for a share of baseline the present one), or days since the
        event. NaN where not known. Shape (n_patients,)."""
        if isinstance(leaf, Happened):
            return self._day - self._event(leaf)
        return self.baseline[leaf.signal] if leaf.of == "baseline" else self._now(leaf.signal, column)

    def _look(self, leaf: Leaf, column: int) -> Truth:
        if isinstance(leaf, Happened):
            return self._happened(leaf)
        now = self._compare(leaf, column)
        if not leaf.for_day:
            return now
        long_enough = self._day - self._since[leaf, column] >= leaf.for_day  # NaN is not
        return Truth(now.so & long_enough, now.known)

    def _compare(self, leaf: Compare, column: int) -> Truth:
        value = self.value(leaf, column)
        if leaf.of == "share of baseline":
            first = self.baseline[leaf.signal]  # there is no share of nothing
            value = np.divide(value, first, out=np.full(value.shape, np.nan), where=first > 0)
        known = self._seen & ~np.isnan(value)
        return Truth(known & _RELATIONS[leaf.relation](value, leaf.limit), known)

    def _now(self, signal: str, column: int) -> NDArray:
        now = self._values.get(signal)
        if now is None:
            return np.full(self._seen.shape, np.nan)
        return now[:, column] if now.ndim == 2 else now

    def _happened(self, leaf: Happened) -> Truth:
        if leaf.event not in self._events:
            return Truth(np.zeros_like(self._seen), np.zeros_like(self._seen))
        ago = self._day - self._event(leaf)
        so = ago >= 0 if leaf.within_day is None else (ago >= 0) & (ago <= leaf.within_day)
        return Truth(self._seen & so, self._seen)

    def _event(self, leaf: Happened) -> NDArray:
        day = self._events.get(leaf.event)
        return np.full(self._seen.shape, np.nan) if day is None else np.where(day >= self._begun, day, np.nan)
