"""States that fall a rounding below zero, and the powers that cannot bear it.

A state that decays to nothing is computed as 1e-30, or as -1e-30: both are within tolerance. But (-1e-30)**1.5 is not a
number, and an implicit method, which may step far beyond the decay, would be thrown back to steps as short as an
explicit one. So in kernels of the stiff method the base of a power or root counts as 0 where it is negative; and so
that this hides no mistake, a step that ends with such a base below zero by more than the tolerances explain is refused:
the patient then ends as "not finite", at that day, as without this file.

Only bases that a rate contains are treated; an output that takes the power of a negative number is NaN. Where an
exponent is a parameter that happens to be whole, a negative base is sound and is left as it is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from titer.engine.differentiate import differentiate, guard
from titer.engine.generate import Plan
from titer.model.expression import Expression, combine, is_number, number, symbol, symbols_in, walk


@dataclass(frozen=True)
class StiffPlan(Plan):
    """A plan whose rates and outputs bear states a rounding below zero.

    Args:
        bases: trees that must not be negative, as they are without the floor at 0.
        exponents: of each base, those it is raised to; it may be negative where they are whole.
    """

    bases: tuple[Expression, ...] = ()
    exponents: tuple[tuple[Expression, ...], ...] = ()


def stiff_plan(plan: Plan) -> StiffPlan:
    """The plan with floors under the bases of powers and roots in its rates, and in outputs that contain them too."""
    bases = signed_bases(plan.rates, plan.states)
    rates = with_floor(plan.system.rates, bases)
    outputs = dict(zip(plan.outputs, with_floor(tuple(plan.outputs.values()), bases), strict=True))
    system = replace(plan.system, rates=tuple(rates))
    return StiffPlan(system, plan.cascade, outputs, bases, exponents_of(plan.rates, bases))


def signed_bases(trees: Sequence[Expression], states: Sequence[str]) -> tuple[Expression, ...]:
    """Bases of roots and of powers that are not whole, as far as they depend on states and may be negative.

    Example:
        >>> x, n = symbol("x"), symbol("n")
        >>> signed_bases([x**n + x**2.0 + combine("sqrt", x * x)], ["x"])
        (x,)
    """
    moving = set(states)
    found = {node.args[0].digest: node.args[0] for node in walk(trees) if _needs_positive_base(node)}
    return tuple(b for b in found.values() if symbols_in(b) & moving and not _is_never_negative(b))


def exponents_of(trees: Sequence[Expression], bases: Sequence[Expression]) -> tuple[tuple[Expression, ...], ...]:
    """For each base the exponents it is raised to in the trees, 1/2 for a root; powers that are whole by text left out.

    Example:
        >>> x, n = symbol("x"), symbol("n")
        >>> exponents_of([x**n + x**2.0 + combine("sqrt", x)], [x])
        ((0.5, n),)
    """
    found: dict[str, dict[str, Expression]] = {base.digest: {} for base in bases}
    for node in walk(trees):
        if _needs_positive_base(node) and node.args[0].digest in found:
            exponent = _exponent(node)
            found[node.args[0].digest][exponent.digest] = exponent
    return tuple(tuple(exponents.values()) for exponents in found.values())


def with_floor(trees: Sequence[Expression], bases: Sequence[Expression]) -> list[Expression]:
    """The trees with max(base, 0) in place of these bases, inside roots and powers whose exponent is not whole."""
    floors = {base.digest for base in bases}
    done: dict[int, Expression] = {}
    for node in walk(trees):
        args = tuple(done[id(a)] for a in node.args)
        if _needs_positive_base(node) and node.args[0].digest in floors:
            args = (combine("where", is_whole(_exponent(node)), args[0], combine("max", args[0], 0.0)), *args[1:])
        unchanged = all(new is old for new, old in zip(args, node.args, strict=True))
        done[id(node)] = node if unchanged else combine(node.op, *args)
    return [done[id(tree)] for tree in trees]


def too_low(
    bases: Sequence[Expression],
    exponents: Sequence[Sequence[Expression]],
    states: Sequence[str],
    allowances: Mapping[str, str],
) -> Expression:
    """1 or more where a base with an exponent that is not whole is below zero by more than what states may be off by.

    Args:
        bases: from `signed_bases`.
        exponents: of each, from `exponents_of`.
        states: flat names.
        allowances: state → name of what it may be off by.
    """
    count: Expression = number(0.0)
    for base, powers, slopes in zip(bases, exponents, differentiate(bases, states), strict=True):
        allowed: Expression = number(0.0)
        for state, slope in slopes.items():
            allowed = allowed + combine("abs", guard(slope, states)) * symbol(allowances[state])
        for power in powers:
            low = combine("where", base < -allowed, 1.0, 0.0)
            count = count + combine("where", is_whole(power), 0.0, low)
    return count


def is_whole(exponent: Expression) -> Expression:
    """Whether a number is whole: (-1)^n is 1 or -1 then, and else not a number, which equals nothing."""
    if exponent.op == "number":
        return number(float(float(exponent.value or 0.0).is_integer()))
    sign = combine("pow", -1.0, exponent)
    return combine("==", sign, sign)


def _exponent(node: Expression) -> Expression:
    return node.args[1] if node.op == "pow" else number(0.5)


def _needs_positive_base(node: Expression) -> bool:
    if node.op == "pow":
        exponent = node.args[1]
        return not (is_number(exponent) and float(exponent.value or 0.0).is_integer())
    return node.op == "sqrt"


def _is_never_negative(node: Expression) -> bool:
    if node.op == "number":
        return float(node.value or 0.0) >= 0
    if node.op in ("exp", "sqrt", "abs"):
        return True
    if node.op == "max":
        return any(map(_is_never_negative, node.args))
    if node.op == "*" and node.args[0] == node.args[1]:
        return True
    return node.op in ("+", "*", "/", "min", "held") and all(map(_is_never_negative, node.args))
