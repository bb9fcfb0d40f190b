"""An assembled system: models closed under signals, flattened to trees of flat names.

Flat names are `key.name`: state "lenalidomide.central", parameter "lenalidomide.cl", output "lenalidomide.conc".
Time is in days. The engine reads this object and nothing else of a model.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from titer.errors import ModelError, nearest
from titer.model.declare import Dosing, Model
from titer.model.expression import Expression, evaluate
from titer.model.signals import Signal

TIME = "t"


@dataclass(frozen=True, repr=False)
class System:
    """A closed set of models.

    Args:
        models: what it was assembled from.
        signals: every signal that a model reads, provides or modulates.
        states: flat names, in the order of the state vector.
        parameters: flat names, in the order of the parameter columns.
        starts: initial value of each state, trees of parameters.
        rates: rate of each state per day, trees of states, parameters and "t" (day).
        outputs: flat output names and signal names → trees of states, parameters and "t".
        units: unit of each state, parameter and output.
        doses: drug → where its doses enter (names flat).
    """

    models: tuple[Model, ...]
    signals: Mapping[str, Signal]
    states: tuple[str, ...]
    parameters: tuple[str, ...]
    starts: tuple[Expression, ...]
    rates: tuple[Expression, ...]
    outputs: Mapping[str, Expression]
    units: Mapping[str, str]
    doses: Mapping[str, Dosing]

    def __repr__(self) -> str:
        keys = ", ".join(model.key for model in self.models)
        return f"System({keys}: {len(self.states)} states, {len(self.parameters)} parameters)"

    def state_index(self, name: str) -> int:
        """Place of a state in the state vector."""
        return _place(name, self.states, "state")

    def parameter_index(self, name: str) -> int:
        """Column of a parameter."""
        return _place(name, self.parameters, "parameter")

    @cached_property
    def output_names(self) -> tuple[str, ...]:
        return tuple(self.outputs)

    def typical(self) -> np.ndarray:
        """Typical parameter values, no covariate effects. Shape (n_parameters,)."""
        values = {f"{m.key}.{p.name}": p.value for m in self.models for p in m.parameters}
        return np.array([values[name] for name in self.parameters])

    def start_values(self, parameters: np.ndarray) -> np.ndarray:
        """Initial states of each patient. (n_patients, n_parameters) → (n_patients, n_states)."""
        parameters = np.atleast_2d(parameters)
        env = dict(zip(self.parameters, parameters.T, strict=True))
        columns = evaluate(self.starts, env)
        return np.stack([np.broadcast_to(c, len(parameters)) for c in columns], axis=1).astype(float)

    def derivative(self, t: float, states: np.ndarray, parameters: np.ndarray) -> np.ndarray:
        """Rates per day of one patient or many, by NumPy from the trees: the plain definition that kernels must meet.

        Shapes: states (..., n_states), parameters (..., n_parameters) → (..., n_states).
        """
        env = self._values(t, states, parameters)
        columns = np.broadcast_arrays(*evaluate(self.rates, env))
        return np.stack(columns, axis=-1).astype(float)

    def observe(self, t: float, states: np.ndarray, parameters: np.ndarray) -> dict[str, np.ndarray]:
        """Every output at one time, by NumPy from the trees."""
        env = self._values(t, states, parameters)
        return dict(zip(self.outputs, evaluate(tuple(self.outputs.values()), env), strict=True))

    def _values(self, t, states, parameters) -> dict[str, np.ndarray]:
        states, parameters = np.asarray(states, float), np.asarray(parameters, float)
        env = dict(zip(self.states, np.moveaxis(states, -1, 0), strict=True))
        env |= dict(zip(self.parameters, np.moveaxis(parameters, -1, 0), strict=True))
        env[TIME] = t
        return env


def _place(name: str, names: tuple[str, ...], kind: str) -> int:
    try:
        return names.index(name)
    except ValueError:
        raise ModelError(f"the system has no {kind} '{name}'", hint=nearest(name, names)) from None
