"""Derivatives of expression trees, by the chain rule on the tree itself.

The tree is walked once, children first; every node carries the derivatives with respect to those names only that it
depends on. Results share nodes with the tree they come from, so a kernel computes a common `exp` or power once.

SymPy is the judge of this file (tests/test_stiff_jacobian.py), not its engine: converting a 52-state model there and
back takes seconds where this takes milliseconds, `Min`, `Max` and `Piecewise` come back as Heaviside and Dirac terms
that no kernel can run, and the order of evaluation of the rates would not survive the way.

Where a rate is finite, its derivative is made finite too:

* at the corner of `min`, `max`, `abs` and `where` one of the two sides is selected, so there is no jump term;
* `u**v` and `sqrt(u)` at u = 0 get the limit where there is one (0 for v > 1, 1 for v = 1) and 0 where the slope is
  vertical (0 < v < 1);
* what still comes out as 0/0 or 0*inf while a kernel runs is replaced by 0 (`guard`). The step is then less accurate,
  which its error estimate sees; it is not lost.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from titer.model.expression import Expression, combine, is_number, number, walk

Tangent = dict[str, Expression]  # name → derivative; a name that is missing has derivative 0

ZERO, ONE = number(0.0), number(1.0)


def differentiate(roots: Sequence[Expression], names: Iterable[str]) -> list[Tangent]:
    """Derivatives of trees with respect to names.

    Args:
        roots: the trees.
        names: symbols to differentiate by.

    Returns:
        For each root the derivatives that are not zero by structure, keyed by name, in the order of `names`.

    Accuracy: exact, except at the corners and vertical slopes named at the top of this file.
    Source: definition (chain rule).

    Example:
        >>> from titer.model.expression import symbol
        >>> x, k = symbol("x"), symbol("k")
        >>> differentiate([k * x**3.0], ["x"])
        [{'x': k*3*x^2}]
    """
    wanted = {name: place for place, name in enumerate(names)}
    shared: dict[str, Expression] = {}
    tangents: dict[str, Tangent] = {}
    for node in walk(roots):
        if node.digest in tangents:
            continue
        node = _on_shared_nodes(node, shared)
        tangents[node.digest] = _tangent(node, [tangents[a.digest] for a in node.args], wanted)
    return [dict(sorted(tangents[root.digest].items(), key=lambda item: wanted[item[0]])) for root in roots]


def guard(derivative: Expression, names: Iterable[str]) -> Expression:
    """The derivative, or 0 where it is not finite; left alone where it cannot fail.

    Only operations whose danger moves with `names` count: dividing by a volume is safe, dividing by a state is not.
    """
    if not _may_fail(derivative, set(names)):
        return derivative
    finite = combine("==", derivative - derivative, 0.0)  # inf - inf and NaN - NaN are NaN, which equals nothing
    return combine("where", finite, derivative, ZERO)


def _may_fail(root: Expression, names: set[str]) -> bool:
    moves: dict[int, bool] = {}
    for node in walk([root]):
        moves[id(node)] = node.value in names if node.op == "symbol" else any(moves[id(a)] for a in node.args)
        if moves[id(node)] and _is_dangerous(node, moves):
            return True
    return False


def _is_dangerous(node: Expression, moves: Mapping[int, bool]) -> bool:
    if node.op == "/":
        return moves[id(node.args[1])]
    if node.op == "pow":
        return not _is_natural(node.args[1])
    return node.op in ("exp", "log", "sqrt")


def _is_natural(node: Expression) -> bool:
    return node.op == "number" and float(node.value or 0.0) >= 0 and float(node.value or 0.0).is_integer()


def _on_shared_nodes(node: Expression, shared: dict[str, Expression]) -> Expression:
    """The same tree built from the first node of each content, so that equal parts are one object."""
    args = tuple(shared[a.digest] for a in node.args)
    if any(new is not old for new, old in zip(args, node.args, strict=True)):
        node = Expression(node.op, args, node.value)
    return shared.setdefault(node.digest, node)


def _tangent(node: Expression, inner: list[Tangent], wanted: Mapping[str, int]) -> Tangent:
    if node.op == "symbol":
        return {str(node.value): ONE} if node.value in wanted else {}
    if not any(inner) or node.op not in _RULES:
        return {}  # numbers, what is held, and comparisons: they step, they have no slope
    return _RULES[node.op](node, inner)


def _sum(node: Expression, inner: list[Tangent]) -> Tangent:
    return _merge(inner[0], inner[1])


def _difference(node: Expression, inner: list[Tangent]) -> Tangent:
    left, right = inner
    merged = dict(left)
    for name, slope in right.items():
        merged[name] = left[name] - slope if name in left else -slope
    return merged


def _product(node: Expression, inner: list[Tangent]) -> Tangent:
    left, right = node.args
    return _merge(_scaled(inner[0], right), _scaled(inner[1], left))


def _quotient(node: Expression, inner: list[Tangent]) -> Tangent:
    below = node.args[1]
    inverse = ONE / below
    return _scaled(_difference(node, [inner[0], _scaled(inner[1], node)]), inverse)


def _negative(node: Expression, inner: list[Tangent]) -> Tangent:
    return {name: -slope for name, slope in inner[0].items()}


def _exponential(node: Expression, inner: list[Tangent]) -> Tangent:
    return _scaled(inner[0], node)


def _logarithm(node: Expression, inner: list[Tangent]) -> Tangent:
    return _scaled(inner[0], ONE / node.args[0])


def _square_root(node: Expression, inner: list[Tangent]) -> Tangent:
    return _scaled(inner[0], _unless_zero(node.args[0], 0.5 / node))


def _absolute(node: Expression, inner: list[Tangent]) -> Tangent:
    return _scaled(inner[0], combine("where", node.args[0] < 0.0, -1.0, 1.0))


def _power(node: Expression, inner: list[Tangent]) -> Tangent:
    base = node.args[0]
    by_base = _scaled(inner[0], _power_slope(node)) if inner[0] else {}
    if not inner[1]:
        return by_base
    by_exponent = _scaled(inner[1], _unless_zero(base, node * combine("log", base)))
    return _merge(by_base, by_exponent)


def _power_slope(node: Expression) -> Expression:
    """d(u**v)/du. Reuses u**v, whose logarithm and exponential are the dear part."""
    base, exponent = node.args
    if _is_natural(exponent):
        return exponent * base ** (float(exponent.value or 0.0) - 1.0)
    slope = exponent * (node / base)
    if exponent.op == "number":
        return _unless_zero(base, slope)
    at_zero = combine("where", combine("==", exponent, 1.0), 1.0, 0.0)  # a Hill exponent that happens to be 1
    return combine("where", combine("==", base, 0.0), at_zero, slope)


def _minimum(node: Expression, inner: list[Tangent]) -> Tangent:
    return _selected(node.args[0] < node.args[1], inner[0], inner[1])


def _maximum(node: Expression, inner: list[Tangent]) -> Tangent:
    return _selected(node.args[0] > node.args[1], inner[0], inner[1])


def _where(node: Expression, inner: list[Tangent]) -> Tangent:
    return _selected(node.args[0], inner[1], inner[2])


_RULES = {
    "+": _sum,
    "-": _difference,
    "*": _product,
    "/": _quotient,
    "pow": _power,
    "neg": _negative,
    "exp": _exponential,
    "log": _logarithm,
    "sqrt": _square_root,
    "abs": _absolute,
    "min": _minimum,
    "max": _maximum,
    "where": _where,
}


def _unless_zero(base: Expression, slope: Expression) -> Expression:
    return combine("where", combine("==", base, 0.0), ZERO, slope)


def _selected(condition: Expression, then: Tangent, otherwise: Tangent) -> Tangent:
    names = dict.fromkeys([*then, *otherwise])
    return {name: _choice(condition, then.get(name, ZERO), otherwise.get(name, ZERO)) for name in names}


def _choice(condition: Expression, then: Expression, otherwise: Expression) -> Expression:
    return then if then == otherwise else combine("where", condition, then, otherwise)


def _scaled(tangent: Tangent, factor: Expression) -> Tangent:
    return {name: _times(factor, slope) for name, slope in tangent.items() if not is_number(slope, 0.0)}


def _times(factor: Expression, slope: Expression) -> Expression:
    return -factor if is_number(slope, -1.0) else factor * slope


def _merge(left: Tangent, right: Tangent) -> Tangent:
    merged = dict(left)
    for name, slope in right.items():
        merged[name] = merged[name] + slope if name in merged else slope
    return merged
