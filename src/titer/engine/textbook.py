"""Small systems with known answers, for the examples and measurements of the engine."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from titer.model.declare import Dosing, Equations, Model, Parameter, Population, State
from titer.model.expression import Expression, lift, symbol
from titer.model.names import Names
from titer.model.system import TIME, System

SCALE = "1"  # these systems carry no units


def system_of(
    key: str,
    states: Mapping[str, float],
    parameters: Mapping[str, float],
    rates: Callable[..., Mapping[str, Any]],
    *,
    outputs: Callable[..., Mapping[str, Any]] | None = None,
    starts: Mapping[str, str] | None = None,
    dosing: Dosing | None = None,
    units: Mapping[str, str] | None = None,
) -> System:
    """A system of one model, time in days, without units.

    Args:
        key: prefix of all names.
        states: name → start value.
        parameters: name → typical value.
        rates: f(t, x, p) → rate of each state per day.
        outputs: f(t, x, p) → outputs; None for none.
        starts: state → parameter that holds its start value.
        dosing: how a drug enters, with names inside the model.
        units: where they differ from 1.

    Example:
        >>> decay = system_of("a", {"x": 1.0}, {"k": 2.0}, lambda t, x, p: {"x": -p.k * x.x})
        >>> decay.derivative(0.0, [3.0], [2.0])
        array([-6.])
    """
    x, p = (Names({n: symbol(f"{key}.{n}") for n in group}, "name", key) for group in (states, parameters))
    t = symbol(TIME)
    made = rates(t, x, p)
    seen = outputs(t, x, p) if outputs else {}
    model = _model(key, states, parameters)
    given = dict(starts or {})
    begins = [symbol(f"{key}.{given[s]}") if s in given else lift(v) for s, v in states.items()]
    named = dict.fromkeys([*states, *parameters, *seen], SCALE) | dict(units or {})
    return System(
        models=(model,),
        signals={},
        states=tuple(f"{key}.{name}" for name in states),
        parameters=tuple(f"{key}.{name}" for name in parameters),
        starts=tuple(begins),
        rates=tuple(lift(made[name]) for name in states),
        outputs={f"{key}.{name}": lift(tree) for name, tree in seen.items()},
        units={f"{key}.{name}": unit for name, unit in named.items()},
        doses={dosing.drug: _flat(key, dosing)} if dosing else {},
    )


def _flat(key: str, dosing: Dosing) -> Dosing:
    share = f"{key}.{dosing.bioavailability}" if dosing.bioavailability else None
    lag = f"{key}.{dosing.lag}" if dosing.lag else None
    return Dosing(dosing.drug, f"{key}.{dosing.state}", dosing.unit, dosing.route, share, lag)


def _model(key: str, states: Mapping[str, float], parameters: Mapping[str, float]) -> Model:
    return Model(
        key=key,
        name=f"{key}_textbook",
        title=key,
        doc="",
        time="day",
        sources={},
        population=Population("nobody"),
        states=tuple(State(name, SCALE, name, value) for name, value in states.items()),
        parameters=tuple(Parameter(n, v, SCALE, n, "definition", "assumed") for n, v in parameters.items()),
        equations=lambda t, x, p, s: Equations({}),
    )


def one_compartment(*, saturable: bool = False) -> System:
    """Oral absorption into one compartment, with the area under the concentration; per day, litres.

    Args:
        saturable: eliminate by vmax c / (km + c), which is not linear, instead of by a clearance.
    """

    def rates(t: Expression, x: Any, p: Any) -> dict[str, Any]:
        c = x.central / p.v
        lost = p.vmax * c / (p.km + c) if saturable else p.cl * c
        return {"depot": -p.ka * x.depot, "central": p.ka * x.depot - lost, "auc": c}

    return system_of(
        "pk",
        {"depot": 0.0, "central": 0.0, "auc": 0.0},
        {"ka": 24.0, "cl": 100.0, "v": 50.0, "vmax": 200.0, "km": 1.0, "f": 0.8, "lag": 0.1},
        rates,
        outputs=lambda t, x, p: {"conc": x.central / p.v, "auc": x.auc},
        dosing=Dosing("drug", "depot", bioavailability="f", lag="lag"),
        units={"lag": "day"},
    )
