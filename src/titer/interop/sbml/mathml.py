"""Equations as content MathML, and back."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from xml.etree.ElementTree import Element

from titer.errors import InputError, ModelError
from titer.interop.sbml.elements import MATHML, element
from titer.model.expression import Expression, combine, number, symbol, walk
from titer.model.system import TIME

TIME_URL = "http://www.sbml.org/sbml/symbols/time"
OPERATORS = {
    "+": "plus",
    "-": "minus",
    "neg": "minus",
    "*": "times",
    "/": "divide",
    "pow": "power",
    "exp": "exp",
    "log": "ln",
    "sqrt": "root",
    "abs": "abs",
    "min": "min",
    "max": "max",
    "<": "lt",
    "<=": "leq",
    ">": "gt",
    ">=": "geq",
    "==": "eq",
    "and": "and",
    "or": "or",
    "not": "not",
}
ONE_OPERAND = ("neg", "exp", "log", "sqrt", "abs", "not")
_READ = {(name, 1 if op in ONE_OPERAND else 2): op for op, name in OPERATORS.items()}
_DECIMAL = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)", re.ASCII)
_WHOLE = re.compile(r"[-+]?\d{1,4}", re.ASCII)


def math(tree: Expression, named: Mapping[str, str], whole: bool = False) -> Element:
    """A `math` element.

    Args:
        tree: to be written.
        named: digest of a tree → identifier that stands for it, of symbols and of shared parts.
        whole: write the tree itself out, even where it has a name.
    """
    return element("math", {"xmlns": MATHML}, _written(tree, named, whole))


def _written(tree: Expression, named: Mapping[str, str], whole: bool = False) -> Element:
    if tree.op == "number":
        return number_element(float(tree.value or 0.0))
    if tree.op == "symbol" and tree.value == TIME:
        return element("csymbol", {"encoding": "text", "definitionURL": TIME_URL}, text="time")
    if tree.op == "symbol" or (tree.digest in named and not whole):
        return element("ci", text=named[tree.digest])
    inside = [_written(part, named) for part in tree.args]
    if tree.op == "where":
        condition, then, otherwise = inside
        return element("piecewise", {}, element("piece", {}, then, condition), element("otherwise", {}, otherwise))
    return element("apply", {}, element(OPERATORS[tree.op]), *inside)


def number_element(value: float) -> Element:
    """A literal, digit for digit the number that Python holds.

    Example:
        >>> cn = number_element(4.725e-12)
        >>> cn.text, cn[0].tag, cn[0].tail
        ('4.725', 'sep', '-12')
    """
    if value != value or value in (float("inf"), float("-inf")):
        raise ModelError(f"an equation holds the number {value}", right="finite numbers")
    mantissa, _, exponent = repr(value).partition("e")
    mantissa = mantissa.removesuffix(".0")
    if not exponent:
        return element("cn", text=mantissa)
    separator = element("sep")
    separator.tail = str(int(exponent))
    return element("cn", {"type": "e-notation"}, separator, text=mantissa)


def shared_parts(roots: Sequence[Expression], named: Mapping[str, str], least: int = 4) -> list[Expression]:
    """Parts that are used more than once and have no name, children first; a file would else repeat them.

    Args:
        roots: trees in which equal parts are one object (`alike`).
        named: digests that have a name already.
        least: operations that a part has at least.
    """
    order = walk(roots)
    size: dict[str, int] = {}
    uses: dict[str, int] = {}
    for node in order:
        size[node.digest] = min(bool(node.args) + sum(size[part.digest] for part in node.args), least)
        for part in node.args:
            uses[part.digest] = uses.get(part.digest, 0) + 1
    for root in roots:
        uses[root.digest] = uses.get(root.digest, 0) + 1
    return [n for n in order if n.digest not in named and size[n.digest] >= least and uses[n.digest] > 1]


def alike(roots: Sequence[Expression]) -> list[Expression]:
    """The trees with equal parts made one object, and without what only the solver's derivatives look at (`held`)."""
    done: dict[int, Expression] = {}
    kept: dict[str, Expression] = {}
    for node in walk(roots):
        args = tuple(done[id(part)] for part in node.args)
        new = args[0] if node.op == "held" else combine(node.op, *args) if args else node
        done[id(node)] = kept.setdefault(new.digest, new)
    return [done[id(root)] for root in roots]


def read_math(holder: Element, symbol_of: Callable[[str], Expression], where: str) -> Expression:
    """The tree of a `math` element.

    Args:
        holder: with tag `math`.
        symbol_of: the tree that an identifier stands for.
        where: for messages.

    Raises:
        InputError: anything that Titer does not write, by name.
    """
    if len(holder) != 1:
        raise InputError(f"an equation with {len(holder)} expressions", where=where, right="one")
    return _Reading(symbol_of, where).tree(holder[0])


class _Reading:
    """Recursive: `guard.py` bounds how deep elements lie in each other."""

    def __init__(self, symbol_of: Callable[[str], Expression], where: str) -> None:
        self.symbol_of, self.where = symbol_of, where

    def tree(self, node: Element) -> Expression:
        tag = self.tag(node)
        if tag == "cn":
            return self.number(node)
        if tag == "ci":
            return self.symbol_of((node.text or "").strip())
        if tag == "csymbol" and node.get("definitionURL") == TIME_URL:
            return symbol(TIME)
        if tag == "apply":
            return self.apply(node)
        if tag == "piecewise":
            return self.where_tree(node)
        raise self.refused(f"<{tag}>")

    def apply(self, node: Element) -> Expression:
        if not len(node):
            raise self.refused("an empty <apply>")
        name, operands = self.tag(node[0]), list(node)[1:]
        op = _READ.get((name, len(operands)))
        if op is None or len(node[0]):
            raise self.refused(f"<{name}> of {len(operands)} operands")
        return combine(op, *(self.tree(operand) for operand in operands))

    def where_tree(self, node: Element) -> Expression:
        if [self.tag(part) for part in node] != ["piece", "otherwise"] or [len(part) for part in node] != [2, 1]:
            raise self.refused("a <piecewise> other than one piece and one otherwise")
        (then, condition), (otherwise,) = node
        return combine("where", self.tree(condition), self.tree(then), self.tree(otherwise))

    def number(self, node: Element) -> Expression:
        kind, text = node.get("type", "real"), (node.text or "").strip()
        if kind == "e-notation" and len(node) == 1 and self.tag(node[0]) == "sep":
            exponent = (node[0].tail or "").strip()
            sound, text = bool(_DECIMAL.fullmatch(text) and _WHOLE.fullmatch(exponent)), f"{text}e{exponent}"
        else:
            sound = kind in ("real", "integer") and not len(node) and bool(_DECIMAL.fullmatch(text))
        value = float(text) if sound else float("inf")
        if abs(value) == float("inf"):
            raise self.refused(f"the number '{text[:40]}' of type '{kind[:40]}'")
        return number(value)

    def tag(self, node: Element) -> str:
        space, _, tag = node.tag.rpartition("}")
        if space != "{" + MATHML:
            raise self.refused(f"<{tag}> outside of MathML")
        return tag

    def refused(self, what: str) -> InputError:
        return InputError(f"{what} is not read", where=self.where, right="what Titer writes itself (docs/sbml.md)")
