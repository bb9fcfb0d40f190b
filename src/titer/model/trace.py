"""Reading a model's functions with symbols: one call each, out comes the expression tree."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from titer.errors import ModelError, nearest
from titer.model.declare import TIME_UNITS, Equations, Model
from titer.model.expression import Expression, lift, number, symbol

TIME = "t"


class Names:
    """Attribute access to a group of named values; an unknown name is an error that says what it may have meant."""

    def __init__(self, kind: str, owner: str, values: Mapping[str, Any]) -> None:
        self._kind, self._owner, self._values = kind, owner, values

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        try:
            return self._values[name]
        except KeyError:
            raise ModelError(
                f"the equations use {self._kind} '{name}', which is not declared",
                where=f"model '{self._owner}'",
                hint=nearest(name, self._values),
            ) from None


class Signals(Names):
    """Signals by name (`s.ikaros`), and the factor that other models put on a handle (`s.factor("ikaros.loss")`)."""

    def __init__(self, owner: str, values: Mapping[str, Any], factor: Callable[[str], Any]) -> None:
        super().__init__("signal", owner, values)
        self._factor = factor

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
    result = model.equations(
        time,
        Names("state", model.name, states),
        Names("parameter", model.name, parameters),
        Signals(model.name, read, lambda handle: symbol(f"factor:{handle}")),
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
    relations = model.individual(Names("parameter", model.name, parameters), Names("covariate", model.name, covariates))
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
