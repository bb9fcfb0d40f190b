"""Joining models on their signals into one flat system."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from typing import Any

from titer.errors import ModelError, nearest
from titer.model.declare import TIME_UNITS, Model
from titer.model.expression import Expression, lift, number, substitute, symbol, symbols_in
from titer.model.signals import Signal
from titer.model.system import System
from titer.model.trace import Traced, trace
from titer.model.unitcheck import check_units


def assemble(models: Sequence[Model], signals: Mapping[str, Signal], *, units: bool = True) -> System:
    """A closed system of models that meet on signals.

    Args:
        models: no two may share a key or provide the same signal.
        signals: the register.
        units: check the units of every equation (tens of milliseconds; skip it only for models checked before).

    Raises:
        ModelError: two providers, an unknown signal, doubled keys, an algebraic loop between signals.
        UnitError: an equation whose units do not fit.

    Example:
        >>> from titer.library import models
        >>> from titer.library.signals import SIGNALS
        >>> assemble([models()["lenalidomide"], models()["ikaros"]], SIGNALS).states
        ('lenalidomide.gut', 'lenalidomide.central', 'lenalidomide.auc', 'ikaros.protein')
    """
    _check_members(models, signals)
    traced = [trace(model) for model in models]
    if units:
        for one in traced:
            check_units(one, signals)
    closing = _close_signals(traced, signals)
    return System(
        models=tuple(models),
        signals={name: signals[name] for name in sorted(_signals_used(models))},
        states=tuple(f"{m.key}.{s.name}" for m in models for s in m.states),
        parameters=tuple(f"{m.key}.{p.name}" for m in models for p in m.free_parameters),
        starts=tuple(_start(m, s.start) for m in models for s in m.states),
        rates=tuple(substitute(_daily_rates(traced), closing)),
        outputs=_outputs(traced, closing),
        units=_units(models, signals),
        doses={d.drug: replace(d, **_flat_names(m, d)) for m in models for d in m.doses},
    )


def _check_members(models: Sequence[Model], signals: Mapping[str, Signal]) -> None:
    if not models:
        raise ModelError("there is no model to assemble", right="at least one model")
    _refuse_doubles("key", [(m.key, m.name) for m in models])
    _refuse_doubles("provider of signal", [(signal, m.name) for m in models for signal in m.provides])
    _refuse_doubles("model that takes doses of", [(d.drug, m.name) for m in models for d in m.doses])
    for model in models:
        for name in _signals_used([model]):
            if name not in signals:
                raise ModelError(
                    f"signal '{name}' is not in the register",
                    where=f"model '{model.name}'",
                    hint=nearest(name, signals),
                )


def _refuse_doubles(kind: str, pairs: Iterable[tuple[str, str]]) -> None:
    owners: dict[str, str] = {}
    for thing, owner in pairs:
        if thing in owners:
            raise ModelError(
                f"more than one {kind} '{thing}': '{owners[thing]}' and '{owner}'",
                right="one",
                hint="leave one of the two out",
            )
        owners[thing] = owner


def _signals_used(models: Sequence[Model]) -> set[str]:
    return {name.split(".")[0] for m in models for name in (*m.reads, *m.provides, *m.modulates)}


def _close_signals(traced: Sequence[Traced], signals: Mapping[str, Signal]) -> dict[str, Expression]:
    """A tree of states, parameters and time for every open name `signal:x` and `factor:x.handle`."""
    open_trees = {f"signal:{name}": tree for t in traced for name, tree in t.signals.items()}
    factors: dict[str, list[Expression]] = {}
    for one in traced:
        for handle, tree in one.modulates.items():
            factors.setdefault(f"factor:{handle}", []).append(tree)
    open_trees |= {name: reduce(lambda a, b: a * b, trees) for name, trees in factors.items()}
    return _Closing(open_trees, signals).close(_all_open_names(traced))


def _all_open_names(traced: Sequence[Traced]) -> set[str]:
    trees = [tree for t in traced for group in (t.rates, t.outputs, t.signals, t.modulates) for tree in group.values()]
    names = {f"signal:{name}" for t in traced for name in t.signals}
    return names | {name for name in symbols_in(*trees) if name.startswith(("signal:", "factor:"))}


class _Closing:
    """Substitutes open names depth first and notices algebraic loops."""

    def __init__(self, open_trees: Mapping[str, Expression], signals: Mapping[str, Signal]) -> None:
        self.open_trees, self.signals = open_trees, signals
        self.closed: dict[str, Expression] = {}

    def close(self, names: Iterable[str]) -> dict[str, Expression]:
        for name in sorted(names):
            self._close(name, ())
        return self.closed

    def _close(self, name: str, trail: tuple[str, ...]) -> None:
        if name in self.closed:
            return
        if name in trail:
            loop = " -> ".join((*trail[trail.index(name) :], name))
            raise ModelError(
                f"signals define each other in a circle: {loop}", right="put a state (a delay) on the circle"
            )
        if name not in self.open_trees:
            rest = 1.0 if name.startswith("factor:") else self.signals[name.removeprefix("signal:")].rest
            self.closed[name] = number(rest)
            return
        tree = self.open_trees[name]
        for inner in sorted(n for n in symbols_in(tree) if n.startswith(("signal:", "factor:"))):
            self._close(inner, (*trail, name))
        self.closed[name] = substitute([tree], self.closed)[0]


def _start(model: Model, start: float | str) -> Expression:
    return symbol(f"{model.key}.{start}") if isinstance(start, str) else lift(start)


def _daily_rates(traced: Sequence[Traced]) -> list[Expression]:
    return [t.rates[s.name] * TIME_UNITS[t.model.time] for t in traced for s in t.model.states]


def _outputs(traced: Sequence[Traced], closing: Mapping[str, Expression]) -> dict[str, Expression]:
    own = {f"{t.model.key}.{name}": tree for t in traced for name, tree in t.outputs.items()}
    own |= {name: symbol(f"signal:{name}") for t in traced for name in t.signals}
    return dict(zip(own, substitute(tuple(own.values()), closing), strict=True))


def _units(models: Sequence[Model], signals: Mapping[str, Signal]) -> dict[str, str]:
    units: dict[str, str] = {}
    for model in models:
        units |= {f"{model.key}.{s.name}": s.unit for s in model.states}
        units |= {f"{model.key}.{p.name}": p.unit for p in model.parameters}
        units |= {f"{model.key}.{o.name}": o.unit for o in model.outputs}
    return units | {name: signals[name].unit for m in models for name in m.provides}


def _flat_names(model: Model, dosing) -> dict[str, Any]:
    given = {"state": dosing.state, "bioavailability": dosing.bioavailability, "lag": dosing.lag}
    return {field: f"{model.key}.{name}" for field, name in given.items() if name}


@dataclass(frozen=True)
class SignalUse:
    """Who provides, reads and modulates one signal; `provider` is empty where it stays at rest."""

    signal: Signal
    provider: str
    readers: tuple[str, ...]
    modulators: tuple[str, ...]


def system_map(models: Sequence[Model], signals: Mapping[str, Signal]) -> list[SignalUse]:
    """The map of a set of models: for each signal used, its provider, readers and modulators ("key on handle")."""
    uses = []
    for name in sorted(_signals_used(models)):
        provider = next((m.key for m in models if name in m.provides), "")
        readers = tuple(m.key for m in models if name in m.reads)
        modulators = tuple(
            f"{m.key} on {h.split('.')[1]}" for m in models for h in m.modulates if h.split(".")[0] == name
        )
        uses.append(SignalUse(signals[name], provider, readers, modulators))
    return uses
