"""Reading equations with units: every sum, comparison, exponent and result must fit.

Two units fit when dimension **and** scale agree: mg + ng is refused, because nobody meant it. Powers of a quantity with
a unit need a literal exponent; exp and log need plain numbers.
"""

from __future__ import annotations

from collections.abc import Mapping

from titer.errors import UnitError
from titer.model.declare import Dosing, Model, Parameter, State
from titer.model.expression import COMPARISONS, Expression, is_number, walk
from titer.model.signals import Signal
from titer.model.trace import TIME, Traced
from titer.units import NUMBER, Unit, parse_unit

ANY = None  # the unit of a literal 0, which fits everywhere


class _CulpritError(Exception):
    def __init__(self, node: Expression, reason: str, right: str) -> None:
        self.node, self.reason, self.right = node, reason, right


def check_units(traced: Traced, signals: Mapping[str, Signal]) -> None:
    """Check every equation of one model, and how doses enter it.

    Raises:
        UnitError: names the equation, the culprit inside it and the trail that leads there; or the doses whose unit,
            bioavailability or lag does not fit.
    """
    model = traced.model
    env = _known_units(model, signals)
    per_time = parse_unit(model.time)
    wanted = [
        *((f"rate of {s.name}", traced.rates[s.name], parse_unit(s.unit) / per_time) for s in model.states),
        *((f"output {o.name}", traced.outputs[o.name], parse_unit(o.unit)) for o in model.outputs),
        *((f"signal {n}", traced.signals[n], parse_unit(signals[n].unit)) for n in model.provides),
        *((f"factor on {h}", traced.modulates[h], NUMBER) for h in model.modulates),
        *((f"individual {n}", tree, parse_unit(model.parameter(n).unit)) for n, tree in traced.individual.items()),
    ]
    for title, tree, unit in wanted:
        _check(f"model '{model.name}', {title}", tree, unit, env)
    _check_starts(model)
    for dosing in model.doses:
        _check_dosing(model, dosing)


def _check_starts(model: Model) -> None:
    for state in model.states:
        if isinstance(state.start, str) and not _fits(
            parse_unit(model.parameter(state.start).unit), parse_unit(state.unit)
        ):
            raise UnitError(
                f"state '{state.name}' in {state.unit} starts at a parameter in {model.parameter(state.start).unit}",
                where=f"model '{model.name}', parameter '{state.start}'",
            )


def _check_dosing(model: Model, dosing: Dosing) -> None:
    """A dose is added to its state as it is, times a plain number, after a time."""
    where = f"model '{model.name}', doses of {dosing.drug}"
    into = next(s for s in model.states if s.name == dosing.state)
    if not parse_unit(dosing.unit).matches(parse_unit(into.unit)):
        raise UnitError(
            f"doses in {dosing.unit} enter state '{into.name}' in {into.unit}",
            where=where,
            right=f"doses in {into.unit}, or a state in {dosing.unit}",
        )
    if dosing.bioavailability:
        unit = model.parameter(dosing.bioavailability).unit
        if not parse_unit(unit).matches(NUMBER):
            what = f"bioavailability '{dosing.bioavailability}' is in {unit}"
            raise UnitError(what, where=where, right="a plain number, 0.8 for 80%")
    if dosing.lag:
        unit = model.parameter(dosing.lag).unit
        if not parse_unit(unit).same_dimension(parse_unit("day")):
            raise UnitError(f"lag '{dosing.lag}' is in '{unit}'", where=where, right="a time, e.g. h or day")


def _known_units(model: Model, signals: Mapping[str, Signal]) -> dict[str, Unit]:
    env = {f"{model.key}.{item.name}": parse_unit(item.unit) for item in _declared(model)}
    env |= {f"covariate:{c.name}": parse_unit(c.unit) for c in model.covariates}
    env |= {f"signal:{name}": parse_unit(signals[name].unit) for name in model.reads}
    # Time reaches the equations in the model's own unit, as "t" (day) times the number of units in a day.
    env[TIME] = parse_unit(model.time)
    return env


def _declared(model: Model) -> list[State | Parameter]:
    return [*model.states, *model.parameters]


def unit_of(tree: Expression, env: Mapping[str, Unit]) -> Unit | None:
    """The unit of a tree; None for a literal zero, which fits everywhere."""
    units: dict[int, Unit | None] = {}
    for node in walk([tree]):
        units[id(node)] = _node_unit(node, [units[id(a)] for a in node.args], env)
    return units[id(tree)]


def _check(title: str, tree: Expression, wanted: Unit, env: Mapping[str, Unit]) -> None:
    try:
        found = unit_of(tree, env)
    except _CulpritError as culprit:
        raise UnitError(
            f"{culprit.reason} in `{culprit.node}`",
            where=title + _trail(tree, culprit.node),
            right=culprit.right,
        ) from None
    if not _fits(found, wanted):
        raise UnitError(f"the result has unit {found}", where=f"{title}: `{tree}`", right=f"unit {wanted}")


def _trail(root: Expression, culprit: Expression) -> str:
    """The steps from the whole equation down to the culprit, outermost first."""
    path, node = [], root
    while node is not culprit:
        path.append(node)
        node = next(child for child in node.args if any(n is culprit for n in walk([child])))
    steps = [f"`{_short(n)}`" for n in path[:4]]
    return "".join(f", inside {step}" for step in steps)


def _short(node: Expression) -> str:
    text = str(node)
    return text if len(text) < 60 else text[:57] + "…"


def _fits(a: Unit | None, b: Unit | None) -> bool:
    return a is ANY or b is ANY or a.matches(b)


def _node_unit(node: Expression, args: list[Unit | None], env: Mapping[str, Unit]) -> Unit | None:
    if node.op == "number":
        return ANY if node.value == 0.0 else NUMBER
    if node.op == "symbol":
        return NUMBER if str(node.value).startswith("factor:") else env[str(node.value)]
    if node.op in ("*", "/"):
        return _product_unit(node.op, *args)
    if node.op == "pow":
        return _power_unit(node, *args)
    if node.op == "sqrt":
        return ANY if args[0] is ANY else args[0] ** 0.5
    if node.op in ("exp", "log"):
        if not _fits(args[0], NUMBER):
            raise _CulpritError(
                node, f"{node.op} of a quantity with unit {args[0]}", "divide by a reference value first"
            )
        return NUMBER
    return _sum_unit(node, args)


def _product_unit(op: str, left: Unit | None, right: Unit | None) -> Unit | None:
    if left is ANY or right is ANY:
        return ANY if left is ANY else left
    return left * right if op == "*" else left / right


def _power_unit(node: Expression, base: Unit | None, power: Unit | None) -> Unit | None:
    if not _fits(power, NUMBER):
        raise _CulpritError(node, f"exponent with unit {power}", "a plain number as exponent")
    if base is ANY or base.matches(NUMBER):
        return base
    exponent = node.args[1]
    if not is_number(exponent):
        raise _CulpritError(
            node, f"a quantity with unit {base} to a power that is not a literal", "(quantity/reference)**power"
        )
    return base ** float(exponent.value or 0.0)


def _sum_unit(node: Expression, args: list[Unit | None]) -> Unit | None:
    """Sums, comparisons, minimum, maximum, where, negation: all sides alike."""
    sides = args[1:] if node.op == "where" else args
    first = next((u for u in sides if u is not ANY), ANY)
    for unit in sides:
        if not _fits(unit, first):
            raise _CulpritError(node, f"'{node.op}' of units {first} and {unit}", "the same unit on both sides")
    return NUMBER if node.op in COMPARISONS else first
