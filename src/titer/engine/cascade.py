"""The linear cascade of a system: states that can be stepped exactly, whatever the step.

A state belongs to it when its rate is linear in states of the cascade, with coefficients made of parameters alone, and
when these states can be put in an order in which each is fed by earlier ones only: depot → central → area under the
curve. Absorption with 2.6 per hour then no longer forces small steps on cells that live for days.

The matrix is triangular, so its eigenvalues stand on the diagonal (`source/cascade.c` has the arithmetic). Where the
rates of a patient crowd there are no well-conditioned eigenvectors, and that patient's cascade takes a matrix
exponential, which is exact but dear. So chains in which that would be the rule are left to the adaptive method: one and
the same loss three times or more (transit compartments), or more than four losses in a row.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from titer.model.expression import Expression, combine, is_number, number, symbols_in, walk
from titer.model.system import System

ZERO = number(0.0)
LARGEST_MULTIPLICITY = 2  # how often one loss may occur along a chain
LONGEST_CHAIN = 4  # how many losses may follow each other
CONSTANT = ""  # key of the part that multiplies no state

Affine = dict[str, Expression]  # state → coefficient; CONSTANT → the rest


@dataclass(frozen=True)
class Cascade:
    """States stepped exactly, in an order in which each depends on earlier ones only.

    Args:
        states: flat names.
        coefficients: (row, column) → tree of the coefficient, places in `states`; column <= row.
        constants: row → tree of the part of the rate that depends on no state.
    """

    states: tuple[str, ...]
    coefficients: Mapping[tuple[int, int], Expression]
    constants: Mapping[int, Expression]

    @cached_property
    def feeders(self) -> tuple[frozenset[int], ...]:
        """For each place the earlier places it is fed by, directly or through others."""
        found: list[frozenset[int]] = []
        for row in range(len(self.states)):
            direct = [column for i, column in self.coefficients if i == row and column < row]
            found.append(frozenset(direct).union(*(found[column] for column in direct)))
        return tuple(found)


NO_CASCADE = Cascade((), {}, {})


def find_cascade(system: System) -> Cascade:
    """The largest linear cascade of a system.

    Args:
        system: an assembled system.

    Returns:
        The cascade; empty when there is none.

    Source: definition.
    """
    affine = {name: affine_parts(rate, system.states) for name, rate in zip(system.states, system.rates, strict=True)}
    members = {name for name, parts in affine.items() if parts is not None}
    order: list[str] = []
    while True:
        members = _closed(members, affine)
        order = _in_order([s for s in system.states if s in members], affine)
        crowded = _crowded(order, affine)
        if len(order) == len(members) and not crowded:
            return _cascade(order, affine)
        members = set(order) - crowded


def affine_parts(tree: Expression, states: Sequence[str]) -> Affine | None:
    """The tree as constant + sum of coefficient x state, coefficients free of states and time; None if it is not that.

    Example:
        >>> from titer.model.expression import symbol
        >>> affine_parts(symbol("ka") * symbol("depot") - symbol("k") * symbol("x") / 2.0, ["depot", "x"])
        {'depot': ka, 'x': -k/2}
    """
    moving = {*states, "t"}
    parts: dict[int, Affine | None] = {}
    for node in walk([tree]):
        parts[id(node)] = _parts_of(node, [parts[id(a)] for a in node.args], moving)
    return parts[id(tree)]


def _parts_of(node: Expression, args: list[Affine | None], moving: set[str]) -> Affine | None:
    if node.op == "symbol" and node.value in moving:
        return None if node.value == "t" else {str(node.value): number(1.0)}
    if any(a is None for a in args):
        return None
    known = [a for a in args if a is not None]
    if all(set(a) <= {CONSTANT} for a in known):
        return {CONSTANT: node}
    if node.op in ("+", "-"):
        return _merged(node.op, *known)
    if node.op == "neg":
        return {name: -value for name, value in known[0].items()}
    if node.op == "*":
        left, right = known if set(known[0]) <= {CONSTANT} else reversed(known)
        return _times(left, right) if set(left) <= {CONSTANT} else None
    if node.op == "/" and set(known[1]) <= {CONSTANT}:
        return {name: value / known[1][CONSTANT] for name, value in known[0].items()}
    if node.op == "where" and set(known[0]) <= {CONSTANT}:
        condition, then, otherwise = known
        names = [*then, *(n for n in otherwise if n not in then)]
        return {n: combine("where", condition[CONSTANT], then.get(n, ZERO), otherwise.get(n, ZERO)) for n in names}
    return None


def _merged(op: str, left: Affine, right: Affine) -> Affine:
    names = [*left, *(n for n in right if n not in left)]
    return {
        n: combine(op, left[n], right[n]) if n in left and n in right else _alone(op, n, left, right) for n in names
    }


def _alone(op: str, name: str, left: Affine, right: Affine) -> Expression:
    if name in left:
        return left[name]
    return -right[name] if op == "-" else right[name]


def _times(constant: Affine, other: Affine) -> Affine:
    return {name: constant[CONSTANT] * value for name, value in other.items()}


def _inputs(name: str, affine: Mapping[str, Affine | None]) -> set[str]:
    return {n for n in (affine[name] or {}) if n not in (CONSTANT, name)}


def _closed(members: set[str], affine: Mapping[str, Affine | None]) -> set[str]:
    """Without the states that read others from outside, until nothing changes."""
    while True:
        kept = {name for name in members if _inputs(name, affine) <= members}
        if kept == members:
            return members
        members = kept


def _in_order(names: list[str], affine: Mapping[str, Affine | None]) -> list[str]:
    """Feeders first. States in a circle, and what they feed, are left out."""
    order: list[str] = []
    placed: set[str] = set()
    waiting = list(names)
    while ready := [name for name in waiting if _inputs(name, affine) <= placed]:
        order += ready
        placed |= set(ready)
        waiting = [name for name in waiting if name not in placed]
    return order


def _crowded(order: list[str], affine: Mapping[str, Affine | None]) -> set[str]:
    """States whose loss occurs too often in the chain above them, and those at the end of a chain that is too long."""
    losses: dict[str, Counter[str]] = {}
    length: dict[str, int] = {}
    for name in order:
        counts: Counter[str] = Counter()
        for feeder in _inputs(name, affine):
            counts |= losses[feeder]
        loss = _loss(name, affine)
        counts[loss] += 1
        losses[name] = counts
        length[name] = max((length[f] for f in _inputs(name, affine)), default=0) + (loss != ZERO.digest)
    crowded_losses = {loss for counts in losses.values() for loss, n in counts.items() if n > LARGEST_MULTIPLICITY}
    return {name for name in order if _loss(name, affine) in crowded_losses or length[name] > LONGEST_CHAIN}


def _loss(name: str, affine: Mapping[str, Affine | None]) -> str:
    own = (affine[name] or {}).get(name)
    return ZERO.digest if own is None else own.digest


def _cascade(order: list[str], affine: Mapping[str, Affine | None]) -> Cascade:
    place = {name: k for k, name in enumerate(order)}
    coefficients: dict[tuple[int, int], Expression] = {}
    constants: dict[int, Expression] = {}
    for name in order:
        for other, value in (affine[name] or {}).items():
            if other == CONSTANT:
                if not is_number(value, 0.0):
                    constants[place[name]] = value
            elif not is_number(value, 0.0):
                coefficients[place[name], place[other]] = value
    return Cascade(tuple(order), coefficients, constants)


def states_read(trees: Sequence[Expression], states: Sequence[str]) -> set[str]:
    """Which of the states occur in the trees."""
    return symbols_in(*trees) & set(states)
