"""The expression tree: what an equation becomes when it is read with symbols.

A node is an operation on other nodes, a number or a name. Kernels, derivatives, printed equations and the unit check
are all made from this tree, never from a model's text. The functions `exp`, `log`, `sqrt`, `absolute`, `minimum`,
`maximum` and `where` are what equations call: they build nodes from nodes and fall through to NumPy for numbers. `held`
is its argument with derivative 0: where a value was found by steps that derivatives should not follow (`roots.py`).
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any

import numpy as np

from titer.errors import ModelError

ARITHMETIC: dict[str, Callable] = {
    "+": np.add,
    "-": np.subtract,
    "*": np.multiply,
    "/": np.divide,
    "pow": np.power,
    "neg": np.negative,
    "exp": np.exp,
    "log": np.log,
    "sqrt": np.sqrt,
    "abs": np.abs,
    "held": np.positive,
    "min": np.minimum,
    "max": np.maximum,
    "where": np.where,
}
COMPARISONS: dict[str, Callable] = {
    "<": np.less,
    "<=": np.less_equal,
    ">": np.greater,
    ">=": np.greater_equal,
    "==": np.equal,
    "and": np.logical_and,
    "or": np.logical_or,
    "not": np.logical_not,
}
OPERATIONS = ARITHMETIC | COMPARISONS


class Expression:
    """One node: `op` is "number", "symbol" or a key of `OPERATIONS`; `value` is the number or the name."""

    __array_ufunc__ = None  # NumPy scalars on the left then defer to our reflected operators

    def __init__(self, op: str, args: tuple[Expression, ...] = (), value: float | str | None = None) -> None:
        self.op, self.args, self.value = op, args, value

    @cached_property
    def digest(self) -> str:
        """Content hash: equal trees have equal digests, in every process."""
        own = self.value.hex() if isinstance(self.value, float) else str(self.value)
        text = "|".join([self.op, own, *(a.digest for a in self.args)])
        return hashlib.sha256(text.encode()).hexdigest()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Expression) and self.digest == other.digest

    def __hash__(self) -> int:
        return hash(self.digest)

    def __bool__(self) -> bool:
        raise ModelError(
            "an equation took a decision with `if`, `and`, `or` or `not`",
            right="conditions inside equations are written where(condition, then, otherwise)",
            hint="replace `a if c else b` by where(c, a, b), and `and` by both(c, d)",
        )

    def __repr__(self) -> str:
        return to_text(self)

    def __add__(self, other):
        return combine("+", self, other)

    def __radd__(self, other):
        return combine("+", other, self)

    def __sub__(self, other):
        return combine("-", self, other)

    def __rsub__(self, other):
        return combine("-", other, self)

    def __mul__(self, other):
        return combine("*", self, other)

    def __rmul__(self, other):
        return combine("*", other, self)

    def __truediv__(self, other):
        return combine("/", self, other)

    def __rtruediv__(self, other):
        return combine("/", other, self)

    def __pow__(self, other):
        return combine("pow", self, other)

    def __rpow__(self, other):
        return combine("pow", other, self)

    def __neg__(self):
        return combine("neg", self)

    def __abs__(self):
        return combine("abs", self)

    def __lt__(self, other):
        return combine("<", self, other)

    def __le__(self, other):
        return combine("<=", self, other)

    def __gt__(self, other):
        return combine(">", self, other)

    def __ge__(self, other):
        return combine(">=", self, other)


def number(value: float) -> Expression:
    """A literal."""
    return Expression("number", value=float(value))


def symbol(name: str) -> Expression:
    """A name that gets its value later."""
    return Expression("symbol", value=name)


def lift(value: Any) -> Expression:
    """An expression as it is, a number as a literal."""
    if isinstance(value, Expression):
        return value
    try:
        return number(value)
    except (TypeError, ValueError):
        raise ModelError(
            f"an equation used {value!r}, which is neither a number nor an expression",
            right="numbers, states x.name, parameters p.name, signals s.name and functions of them",
        ) from None


def combine(op: str, *operands: Any) -> Expression:
    """A node of `op`, folded when all operands are literals or one is neutral."""
    args = tuple(lift(a) for a in operands)
    if op in ARITHMETIC and all(a.op == "number" for a in args):
        with np.errstate(all="ignore"):
            folded = float(OPERATIONS[op](*(a.value for a in args)))
        if math.isfinite(folded):
            return number(folded)
    shorter = _without_neutral(op, args)
    return Expression(op, args) if shorter is None else shorter


def _without_neutral(op: str, args: tuple[Expression, ...]) -> Expression | None:
    if len(args) != 2:
        return None
    left, right = args
    if op == "+" and is_number(left, 0.0):
        return right
    if op in ("+", "-") and is_number(right, 0.0):
        return left
    if op == "*" and is_number(left, 1.0):
        return right
    if op in ("*", "/", "pow") and is_number(right, 1.0):
        return left
    return None


def is_number(node: Expression, value: float | None = None) -> bool:
    """Whether the node is a literal (equal to `value`, where one is given)."""
    return node.op == "number" and (value is None or node.value == value)


def _function(op: str) -> Callable:
    plain = OPERATIONS[op]

    def apply(*operands):
        if any(isinstance(a, Expression) for a in operands):
            return combine(op, *operands)
        return plain(*operands)

    apply.__name__ = op
    apply.__doc__ = f"`{plain.__name__}` of NumPy for numbers, a node of the tree for expressions."
    return apply


exp, log, sqrt, absolute = _function("exp"), _function("log"), _function("sqrt"), _function("abs")
minimum, maximum, where = _function("min"), _function("max"), _function("where")
held = _function("held")
both, either, negate, equal = _function("and"), _function("or"), _function("not"), _function("==")


def walk(roots: Iterable[Expression]) -> list[Expression]:
    """Every distinct node below the roots, children before parents."""
    seen: set[int] = set()
    order: list[Expression] = []
    stack = [(root, False) for root in roots]
    while stack:
        node, children_done = stack.pop()
        if children_done:
            order.append(node)
        elif id(node) not in seen:
            seen.add(id(node))
            stack.append((node, True))
            stack.extend((child, False) for child in node.args)
    return order


def symbols_in(*roots: Expression) -> set[str]:
    """Names that the trees depend on."""
    return {str(node.value) for node in walk(roots) if node.op == "symbol"}


def evaluate(roots: Sequence[Expression], values: Mapping[str, Any]) -> list[Any]:
    """The trees with numbers put in; NumPy broadcasting applies."""
    done: dict[int, Any] = {}
    for node in walk(roots):
        if node.op == "number":
            done[id(node)] = node.value
        elif node.op == "symbol":
            done[id(node)] = values[str(node.value)]
        else:
            done[id(node)] = OPERATIONS[node.op](*(done[id(a)] for a in node.args))
    return [done[id(root)] for root in roots]


def substitute(roots: Sequence[Expression], replacements: Mapping[str, Expression]) -> list[Expression]:
    """The trees with names replaced by other trees (one pass: replacements are not searched again)."""
    done: dict[int, Expression] = {}
    for node in walk(roots):
        if node.op == "symbol":
            done[id(node)] = replacements.get(str(node.value), node)
        elif node.args:
            args = tuple(done[id(a)] for a in node.args)
            unchanged = all(new is old for new, old in zip(args, node.args, strict=True))
            done[id(node)] = node if unchanged else combine(node.op, *args)
        else:
            done[id(node)] = node
    return [done[id(root)] for root in roots]


# How tightly each operation holds its operands in print; a sign stands between sums and products.
_RANK = {"or": -2, "and": -1, "<": 0, "<=": 0, ">": 0, ">=": 0, "==": 0, "+": 1, "-": 1, "neg": 2, "*": 3, "/": 3}
_RANK |= {"pow": 5}
_LOOSEST, _TIGHTEST = -3, 9


def to_text(node: Expression, outer: int = _LOOSEST) -> str:
    """The tree as a person would write it: `-ka*gut`, `a - b` for a + (-b).

    What is held is not written out: a root's steps contain each other many times, and their text would have no end.

    Args:
        node: what to print.
        outer: rank of what stands around it; a looser node gets brackets.

    Example:
        >>> str(-symbol("ka") * symbol("gut") + (-symbol("kdeg")))
        '-ka*gut - kdeg'
    """
    text, rank = _text_and_rank(node)
    return f"({text})" if rank < outer else text


def _text_and_rank(node: Expression) -> tuple[str, int]:
    if node.op == "number":
        text = f"{node.value:g}"
        return text, _RANK["neg"] if text.startswith("-") else _TIGHTEST
    if node.op == "symbol":
        return str(node.value), _TIGHTEST
    if node.op == "held":
        return "held(…)", _TIGHTEST
    if node.op not in _RANK:
        return f"{node.op}({', '.join(to_text(a) for a in node.args)})", _TIGHTEST
    rank = _RANK[node.op]
    if node.op == "neg":
        return "-" + _unsigned(to_text(node.args[0], rank + 1)), rank
    left, right = node.args
    if node.op == "pow":
        return f"{to_text(left, rank + 1)}^{to_text(right, rank)}", rank
    if node.op in ("*", "/"):  # a leading minus may stand before a product, but not inside it
        return to_text(left, _RANK["neg"]) + node.op + _unsigned(to_text(right, rank + (node.op == "/"))), rank
    return _sum_text(node.op, to_text(left, rank), to_text(right, rank + (node.op == "-"))), rank


def _sum_text(op: str, left: str, right: str) -> str:
    if op in ("+", "-") and right.startswith("-"):
        op, right = ("-" if op == "+" else "+"), right[1:]
    return f"{left} {op} {right}"


def _unsigned(text: str) -> str:
    return f"({text})" if text.startswith("-") else text
