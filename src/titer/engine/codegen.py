"""Expression trees become C: shared parts once, constants of a patient taken out of the loop, the rest a straight line.

Three things make the code fast. Equal subtrees are computed once, whatever function of the kernel they occur in
together. What depends on parameters alone is computed once per patient (`prepare`) and not in every step. Products are
gathered, so that `cl / vc * central * 24` costs one multiplication in the loop.

Only the trees are read: names of a model never reach the C text, so a model from elsewhere cannot inject code.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from functools import reduce

from titer.errors import ModelError
from titer.model.expression import COMPARISONS, Expression, walk

LARGEST_POWER = 32  # integer powers up to here are products
INFIX = {
    "+": "+",
    "-": "-",
    "*": "*",
    "/": "/",
    "<": "<",
    "<=": "<=",
    ">": ">",
    ">=": ">=",
    "==": "==",
    "and": "&",
    "or": "|",
}
CALLS = {
    "exp": "exponential",
    "log": "logarithm",
    "sqrt": "sqrt",
    "abs": "fabs",
    "pow": "power",
    "parity": "parity",
    "min": "smaller",
    "max": "larger",
}
ONE, ZERO = 1.0, 0.0

Key = tuple  # (op, *numbers of the nodes below), ("number", value) or ("symbol", name)
Scaled = tuple[int | None, int | None]  # constant factor, moving factor; None stands for 1


class Writer:
    """Writes the functions of one kernel, which share the table of constants.

    Args:
        constant_names: the parameters' names, in the order of their columns; trees of these alone are constants.

    Example:
        >>> from titer.model.expression import symbol
        >>> writer = Writer(["k"])
        >>> print(writer.lines({"dx[0][l]": -symbol("k") * symbol("x")}, {"x": "x[0][l]"}, scope="lanes"))
        dx[0][l] = (c[0][l] * x[0][l]);
    """

    def __init__(self, constant_names: Sequence[str]) -> None:
        self._column = {name: k for k, name in enumerate(constant_names)}
        self._keys: list[Key] = []
        self._number_of: dict[Key, int] = {}
        self._constant: list[bool] = []
        self._lowered: dict[str, Scaled] = {}
        self._table: dict[int, int] = {}

    @property
    def n_constants(self) -> int:
        """Constants that the functions written so far read."""
        return len(self._table)

    def lines(self, roots: Mapping[str, Expression], symbols: Mapping[str, str], *, scope: str) -> str:
        """Statements that compute trees.

        Args:
            roots: what is assigned to (C text) → tree.
            symbols: C text of every name in the trees that is not a parameter.
            scope: "lanes" (constants are read as c[k][l]) or "patient" (everything from p[k], for `prepare`).

        Raises:
            ModelError: a name is neither a parameter nor in `symbols`.
        """
        wanted = [self._whole(tree) for tree in roots.values()]
        spelled = _Speller(self, symbols, scope)
        body = spelled.statements(wanted)
        return "\n".join([*body, *(f"{target} = {spelled.text(n)};" for target, n in zip(roots, wanted, strict=True))])

    def constants(self) -> str:
        """Statements of `prepare`: fill c[k] from p[k]. To be written after everything that reads constants."""
        spelled = _Speller(self, {}, "patient")
        body = spelled.statements(self._table)
        return "\n".join([*body, *(f"c[{k}] = {spelled.text(node)};" for node, k in self._table.items())])

    # the graph: equal nodes have one number ------------------------------------------------------------------------

    def _node(self, *key) -> int:
        known = self._number_of.get(key)
        if known is not None:
            return known
        self._number_of[key] = len(self._keys)
        self._keys.append(key)
        self._constant.append(self._is_constant(key))
        return len(self._keys) - 1

    def _is_constant(self, key: Key) -> bool:
        if key[0] == "number":
            return True
        if key[0] == "symbol":
            return key[1] in self._column
        return all(self._constant[n] for n in key[1:])

    def _value(self, node: int) -> float | None:
        key = self._keys[node]
        return key[1] if key[0] == "number" else None

    def _literal(self, value: float) -> int:
        return self._node("number", float(value))

    def place_of_constant(self, node: int) -> int:
        """Place of a constant node in the table, which grows on demand."""
        return self._table.setdefault(node, len(self._table))

    # lowering: a tree becomes (constant factor) * (moving factor) ---------------------------------------------------

    def _whole(self, tree: Expression) -> int:
        return self._join(self._lower(tree))

    def _lower(self, tree: Expression) -> Scaled:
        for node in walk([tree]):
            if node.digest not in self._lowered:
                self._lowered[node.digest] = self._lower_one(node, [self._lowered[a.digest] for a in node.args])
        return self._lowered[tree.digest]

    def _lower_one(self, node: Expression, args: list[Scaled]) -> Scaled:
        if node.op == "number":
            return self._scaled(self._literal(float(node.value)))  # type: ignore[arg-type]
        if node.op == "symbol":
            return self._scaled(self._node("symbol", str(node.value)))
        if node.op == "*":
            return self._times(args[0], args[1])
        if node.op == "/":
            return self._over(args[0], args[1])
        if node.op == "neg":
            return self._times((self._literal(-1.0), None), args[0])
        if node.op == "held":
            return args[0]
        whole = [self._join(a) for a in args]
        if node.op == "pow":
            return self._scaled(self._power(*whole))
        return self._scaled(self._node(node.op, *whole))

    def _scaled(self, node: int) -> Scaled:
        return (node, None) if self._constant[node] else (None, node)

    def _join(self, scaled: Scaled) -> int:
        factor, moving = scaled
        if moving is None:
            return self._literal(ONE) if factor is None else factor
        if factor is None or self._value(factor) == ONE:
            return moving
        return self._node("*", factor, moving)

    def _times(self, a: Scaled, b: Scaled) -> Scaled:
        return self._product(a[0], b[0]), self._product(a[1], b[1])

    def _over(self, a: Scaled, b: Scaled) -> Scaled:
        return self._quotient(a[0], b[0]), self._quotient(a[1], b[1])

    def _product(self, a: int | None, b: int | None) -> int | None:
        if a is None or b is None:
            return b if a is None else a
        left, right = self._value(a), self._value(b)
        if left is not None and right is not None and math.isfinite(left * right):
            return None if left * right == ONE else self._literal(left * right)
        return self._node("*", min(a, b), max(a, b))

    def _quotient(self, a: int | None, b: int | None) -> int | None:
        if b is None:
            return a
        left, right = (ONE if a is None else self._value(a)), self._value(b)
        if left is not None and right is not None and right != ZERO and math.isfinite(left / right):
            return None if left / right == ONE else self._literal(left / right)
        return self._node("/", self._literal(ONE) if a is None else a, b)

    def _power(self, base: int, exponent: int) -> int:
        value = self._value(exponent)
        if value is None or value * 2 != round(value * 2) or abs(value) > LARGEST_POWER:
            return self._node("pow", base, exponent, self._node("parity", exponent))
        whole, half = divmod(abs(value), 1.0)
        factors = [self._integer_power(base, int(whole))] if whole else []
        factors += [self._node("sqrt", base)] if half else []
        result = reduce(lambda a, b: self._node("*", a, b), factors) if factors else self._literal(ONE)
        return self._node("/", self._literal(ONE), result) if value < 0 else result

    def _integer_power(self, base: int, exponent: int) -> int:
        if exponent == 1:
            return base
        half = self._integer_power(base, exponent // 2)
        square = self._node("*", half, half)
        return self._node("*", square, base) if exponent % 2 else square


class _Speller:
    """Turns nodes of a writer into C statements for one function."""

    def __init__(self, writer: Writer, symbols: Mapping[str, str], scope: str) -> None:
        self._writer, self._symbols, self._scope = writer, symbols, scope
        self._named: dict[int, str] = {}

    def statements(self, wanted: Iterable[int]) -> list[str]:
        found = []
        for node in self._below(wanted):
            if self._needs_name(node):
                found.append(f"const double v{node} = {self._spell(node)};")
                self._named[node] = f"v{node}"
        return found

    def text(self, node: int) -> str:
        return self._named.get(node) or self._spell(node)

    def _below(self, wanted: Iterable[int]) -> list[int]:
        """The nodes to compute, children first: numbers grow from leaves to roots."""
        seen: set[int] = set()
        stack = list(wanted)
        self._uses: dict[int, int] = dict.fromkeys(stack, 0)
        while stack:
            node = stack.pop()
            if node in seen:
                continue
            seen.add(node)
            for child in self._children(node):
                self._uses[child] = self._uses.get(child, 0) + 1
                stack.append(child)
        return sorted(seen)

    def _children(self, node: int) -> tuple[int, ...]:
        key = self._writer._keys[node]
        if key[0] in ("number", "symbol") or self._from_table(node):
            return ()
        return key[1:]

    def _from_table(self, node: int) -> bool:
        return self._scope == "lanes" and self._writer._constant[node]

    def _needs_name(self, node: int) -> bool:
        op = self._writer._keys[node][0]
        if op in ("number", "symbol") or op in COMPARISONS or self._from_table(node):
            return False
        return self._uses[node] > 1 or op in CALLS or op in ("/", "where")

    def _spell(self, node: int) -> str:
        key = self._writer._keys[node]
        op = key[0]
        if op == "number":
            return _literal(key[1])
        if self._from_table(node):
            return f"c[{self._writer.place_of_constant(node)}][l]"
        if op == "symbol":
            return self._name(key[1])
        if op in INFIX:
            operand = self._condition if op in ("and", "or") else self._number
            return f"({operand(key[1])} {INFIX[op]} {operand(key[2])})"
        if op == "not":
            return f"(!{self._condition(key[1])})"
        if op == "where":
            return f"chosen({self._condition(key[1])}, {self._number(key[2])}, {self._number(key[3])})"
        return f"{CALLS[op]}({', '.join(self._number(n) for n in key[1:])})"

    def _name(self, name: str) -> str:
        column = self._writer._column.get(name)
        if column is not None:
            return f"p[{column}]"
        try:
            return self._symbols[name]
        except KeyError:
            raise ModelError(
                f"an equation reads '{name}', which is neither a state nor a parameter",
                right="names of the assembled system, and t for time",
            ) from None

    def _is_condition(self, node: int) -> bool:
        return self._writer._keys[node][0] in COMPARISONS and not self._from_table(node)

    def _condition(self, node: int) -> str:
        return self.text(node) if self._is_condition(node) else f"({self.text(node)} != 0.0)"

    def _number(self, node: int) -> str:
        return f"chosen({self.text(node)}, 1.0, 0.0)" if self._is_condition(node) else self.text(node)


def _literal(value: float) -> str:
    if math.isnan(value):
        return "NAN"
    if math.isinf(value):
        return "INFINITY" if value > 0 else "(-INFINITY)"
    return f"({value!r})" if value < 0 else repr(value)


def lane_function(name: str, arguments: str, bodies: Sequence[str]) -> str:
    """A C function of loops over the lanes; each body is what `Writer.lines` returns.

    Example:
        >>> print(lane_function("twice", "const double *t, double *y", ["y[l] = 2.0 * t[l];"]))
        static void twice(const double *t, double *y)
        {
            LANES {
                y[l] = 2.0 * t[l];
            }
        }
    """
    loops = ["    LANES {\n" + "\n".join("        " + line for line in b.splitlines()) + "\n    }" for b in bodies]
    return f"static void {name}({arguments})\n{{\n" + "\n".join(loops) + "\n}"
