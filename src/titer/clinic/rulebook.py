"""A protocol as one run can apply it: the rules of each drug, without what nobody in this run can know."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain
from typing import Any, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from titer.clinic.chart import NO_DRUG
from titer.clinic.conditions import AllOf, AnyOf, Compare, Condition, leaves
from titer.clinic.observables import OBSERVABLES
from titer.clinic.protocol import (
    CycleRule,
    EscalateRule,
    HoldRule,
    Ladder,
    Protocol,
    ReduceRule,
    Rule,
    StartRule,
    StopRule,
    SupportRule,
    conditions_of,
)
from titer.clinic.therapy import places_of

R = TypeVar("R", bound=Rule)


@dataclass(frozen=True)
class Placed(Generic[R]):
    """A rule with its place in the protocol and the places of the drugs that it is about."""

    place: int
    rule: R
    columns: tuple[int, ...]


@dataclass
class RuleBook:
    """Rules in the order of the protocol, ready for one run.

    Args:
        protocol: with the rules of the run's drugs.
        drugs: of the plan and of a crossover; a place among them is a column of `Therapy`.
        signals: what decisions may look at; a place among them is the code in the ledger.
        holds, stops, reductions, escalations, starts: of each drug.
        cycles, supports: of the whole plan.
        ladders: of each drug, None where it has none.
        ruled: which drugs are decided about at every visit. Shape (n_drugs,).
        not_evaluated: name of a rule → what this run does not know, or cannot do.
    """

    protocol: Protocol
    drugs: tuple[str, ...]
    signals: tuple[str, ...]
    holds: list[list[Placed[HoldRule]]] = field(default_factory=list)
    stops: list[list[Placed[StopRule]]] = field(default_factory=list)
    reductions: list[list[Placed[ReduceRule]]] = field(default_factory=list)
    escalations: list[list[Placed[EscalateRule]]] = field(default_factory=list)
    starts: list[list[Placed[StartRule]]] = field(default_factory=list)
    cycles: list[Placed[CycleRule]] = field(default_factory=list)
    supports: list[Placed[SupportRule]] = field(default_factory=list)
    ladders: list[Ladder | None] = field(default_factory=list)
    ruled: NDArray[np.bool_] = field(default_factory=lambda: np.zeros(0, bool))
    not_evaluated: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(
        cls, protocol: Protocol, drugs: Sequence[str], known: Collection[str], signals: Sequence[str] | None = None
    ) -> RuleBook:
        """Sort the rules by drug and leave out what is not known.

        Args:
            protocol: all of its rules; those about other drugs are left aside.
            drugs: of the plan and of a crossover.
            known: names of observables that this run provides. What belongs to the treatment is always known.
            signals: codes of the ledger; those of the protocol where not given.
        """
        own = protocol.for_drugs(drugs)
        book = cls(own, tuple(drugs), tuple(signals or protocol.signals))
        for kind in (book.holds, book.stops, book.reductions, book.escalations, book.starts):
            kind.extend([] for _ in drugs)
        provided = set(known) | {name for name, one in OBSERVABLES.items() if one.kind == "treatment"}
        for place, rule in enumerate(own.rules):
            book._enter(place, rule, provided)
        book.ladders = [own.ladder(drug) for drug in drugs]
        book.ruled = np.array([drug in own.decided_drugs(drugs) for drug in drugs], bool)
        return book

    def conditions(self) -> Iterator[tuple[Condition, int]]:
        """Every condition of a visit with the place of the drug that it is asked about."""
        for column in range(len(self.drugs)):
            of_drug: tuple[Sequence[Placed[Any]], ...] = (
                self.holds[column],
                self.stops[column],
                self.reductions[column],
                self.escalations[column],
            )
            for placed in chain(*of_drug):
                yield from ((condition, column) for condition in conditions_of(placed.rule))
        for whole in chain[Placed[Any]](self.cycles, self.supports):
            yield from ((condition, NO_DRUG) for condition in conditions_of(whole.rule))

    def _enter(self, place: int, rule: Rule, known: Collection[str]) -> None:
        missing = tuple(dict.fromkeys(n for c in conditions_of(rule) for n in names_in(c) if n not in known))
        if missing:
            self.not_evaluated[rule.name] = "not known in this run: " + ", ".join(missing)
        usable = _usable(rule, set(missing))
        if usable is not None:
            self._place(place, usable)

    def _place(self, place: int, rule: Rule) -> None:
        if isinstance(rule, CycleRule):
            own = places_of(rule.drugs, self.drugs) if rule.drugs else range(len(self.drugs))
            self.cycles.append(Placed(place, rule, tuple(own)))
        elif isinstance(rule, SupportRule):
            self.supports.append(Placed(place, rule, tuple(places_of(rule.only_held, self.drugs))))
        elif isinstance(rule, StopRule):
            for column in places_of(rule.drugs, self.drugs) if rule.drugs else range(len(self.drugs)):
                self.stops[column].append(Placed(place, rule, (column,)))
        else:
            self._place_of_drug(place, rule)

    def _place_of_drug(self, place: int, rule: Rule) -> None:
        shelves: tuple[tuple[type, list], ...] = (
            (HoldRule, self.holds),
            (ReduceRule, self.reductions),
            (EscalateRule, self.escalations),
            (StartRule, self.starts),
        )
        shelf = next(shelf for kind, shelf in shelves if isinstance(rule, kind))
        column = self.drugs.index(rule.drug)  # type: ignore[attr-defined]
        shelf[column].append(Placed(place, rule, (column,)))


def names_in(condition: Condition) -> tuple[str, ...]:
    """What a condition looks at, from left to right.

    Example:
        >>> from titer.clinic.conditions import Happened
        >>> names_in(AllOf((Compare("anc", "<", 1.0, "10^9/L"), Happened("vte"))))
        ('anc', 'vte')
    """
    return tuple(leaf.signal if isinstance(leaf, Compare) else leaf.event for leaf in leaves(condition))


def _usable(rule: Rule, missing: set[str]) -> Rule | None:
    """The rule without what is missing; None where nothing is left that could fire it, or clear it.

    What fires a rule must be known, so "and" falls with any of its parts. What clears a hold or lets a cycle begin is
    asked only of what is looked at: nobody stays held for a fever that this run does not have.
    """
    if not missing:
        return rule
    if isinstance(rule, CycleRule):
        needs = without(rule.needs, missing, strict=False)
        return replace(rule, needs=needs) if needs else None
    when = without(rule.when, missing, strict=True)  # type: ignore[attr-defined]
    if when is None:
        return None
    if isinstance(rule, HoldRule):
        until = without(rule.until, missing, strict=False)
        return replace(rule, when=when, until=until) if until else None
    return replace(rule, when=when)  # type: ignore[call-arg]


def without(condition: Condition, missing: Collection[str], *, strict: bool) -> Condition | None:
    """A condition without what is not known; None where nothing is left.

    Args:
        condition: to be shortened.
        missing: names that are not known.
        strict: "and" falls with any of its parts; else it keeps the others.

    Example:
        >>> low, hot = Compare("anc", "<", 1.0, "10^9/L"), Compare("temperature", ">=", 38.5, "degC")
        >>> without(AllOf((low, hot)), ["temperature"], strict=True)
        >>> without(AnyOf((low, hot)), ["temperature"], strict=True) == low
        True
    """
    if not isinstance(condition, AllOf | AnyOf):
        return None if set(names_in(condition)) & set(missing) else condition
    parts = [without(part, missing, strict=strict) for part in condition.parts]
    kept = tuple(part for part in parts if part is not None)
    if not kept or (strict and isinstance(condition, AllOf) and len(kept) < len(parts)):
        return None
    return kept[0] if len(kept) == 1 else type(condition)(kept)
