"""Reading a model's functions with symbols: one call each, out comes the expression tree."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from titer.errors import ModelError
from titer.model.declare import TIME_UNITS, Equations, Model
from titer.model.expression import Expression, lift, number, symbol
from titer.model.names import Names

TIME = "t"


class Signals(Names):
    """Signals by name (`s.ikaros`), and the factor that other models put on a handle (`s.factor("ikaros.loss")`)."""

    def __init__(self, values: Mapping[str, Any], where: str, factor: Callable[[str], Any]) -> None:
        super().__init__(values, "signal", where)
        self.__dict__["_factor"] = factor  # set around the lock that keeps equations from changing values

    def factor(self, handle: str) -> Any:
        """Product of the factors of all models that modulate "signal.handle"; 1 where none does."""
        return self._factor(handle)


@dataclass(frozen=True)
class Traced:
    """The trees of one model. Names in them are flat ("key.name"); `signal:x` and `factor:x.handle` are still open."""

    model: Model
    rates: Mapping[str, Expression]
    outputs: Mapping[str, Expression]
    signals: Mapping[str, Expression]
    modulates: Mapping[str, Expression]
    individual: Mapping[str, Expression]


def trace(model: Model) -> Traced:
    """The model's equations as trees.

    Raises:
        ModelError: a name that is not declared, a missing or surplus rate, output, signal or factor.
    """
    states = {s.name: symbol(f"{model.key}.{s.name}") for s in model.states}
    parameters = {p.name: symbol(f"{model.key}.{p.name}") for p in model.free_parameters}
    parameters |= {p.name: number(p.value) for p in model.parameters if p.structural}
    read = {name: symbol(f"signal:{name}") for name in model.reads}
    time = symbol(TIME) * TIME_UNITS[model.time]
    where = f"equations of model '{model.name}'"
    result = model.equations(
        time,
        Names(states, "state", where),
        Names(parameters, "parameter", where),
        Signals(read, where, lambda handle: symbol(f"factor:{handle}")),
    )
    if not isinstance(result, Equations):
        raise ModelError(
            f"the equations of model '{model.name}' returned {type(result).__name__}",
            right="return Equations(rates={…}, …)",
        )
    return Traced(
        model,
        _complete("rate", model, result.rates, states),
        _complete("output", model, result.outputs, [o.name for o in model.outputs]),
        _complete("signal", model, result.signals, model.provides),
        _complete("factor", model, result.modulates, model.modulates),
        _trace_individual(model, parameters),
    )


def _trace_individual(model: Model, parameters: Mapping[str, Expression]) -> dict[str, Expression]:
    if model.individual is None:
        return {}
    covariates = {c.name: symbol(f"covariate:{c.name}") for c in model.covariates}
    where = f"individual values of model '{model.name}'"
    relations = model.individual(Names(parameters, "parameter", where), Names(covariates, "covariate", where))
    for name in relations:
        model.parameter(name)
    return {name: lift(tree) for name, tree in relations.items()}


def _complete(kind: str, model: Model, given: Mapping[str, Any], declared: Iterable[str]) -> dict[str, Expression]:
    declared = list(declared)
    missing, surplus = sorted(set(declared) - set(given)), sorted(set(given) - set(declared))
    if missing or surplus:
        told = [f"no {kind} for {missing}"] * bool(missing) + [f"a {kind} for undeclared {surplus}"] * bool(surplus)
        raise ModelError(
            f"the equations return {' and '.join(told)}", where=f"model '{model.name}'", right=f"exactly {declared}"
        )
    return {name: lift(given[name]) for name in declared}
