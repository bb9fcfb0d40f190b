"""Runs of library models for one typical patient, for the tests of the library."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache

import numpy as np

from titer.engine import BOLUS, SET, Ensemble, compile_kernel, make_events, no_events
from titer.evidence.pharmacokinetics import typical_parameters
from titer.library import models as library_models
from titer.library.signals import SIGNALS
from titer.model import Anchor, Model, assemble

HOURS = 24.0


def run(
    models: Sequence[Model],
    doses: Sequence[tuple[float, str, float]],
    times: np.ndarray,
    covariates: Mapping[str, float] | None = None,
    switched: Mapping[str, tuple[float, float]] | None = None,
    changed: Mapping[str, float] | None = None,
) -> dict[str, np.ndarray]:
    """Outputs at times in h, and states at the last of them. Doses are (h, drug, amount).

    Args:
        covariates: those that differ from the default.
        switched: flat parameter → (hour, value from then on).
        changed: flat parameter → value throughout.
    """
    kernel = _kernel(tuple(model.key for model in models))
    system = kernel.system
    values = _parameters(system, covariates or {}) | dict(changed or {})
    ensemble = Ensemble(kernel, np.array([[values[name] for name in system.parameters]]), rtol=1e-7, atol=1e-9)
    rows = [_dose(system, values, *dose) for dose in doses]
    rows += [(hour, SET, system.parameter_index(name), value) for name, (hour, value) in (switched or {}).items()]
    days, kinds, targets, amounts = (np.array(column) for column in zip(*rows, strict=True)) if rows else ((),) * 4
    events = make_events(1, 0, days / HOURS, kinds, targets, amounts) if rows else no_events(1)
    found = ensemble.advance(float(times[-1]) / HOURS, events, times=np.asarray(times, float) / HOURS)[0]
    assert not ensemble.status.any()
    states = {name: ensemble.states[:, i] for i, name in enumerate(system.states)}
    return states | {name: found[:, i] for i, name in enumerate(system.output_names)}


@cache
def _kernel(keys):
    return compile_kernel(assemble([library_models()[key] for key in keys], SIGNALS, units=False))


def _dose(system, values, hour, drug, amount):
    entry = system.doses[drug]
    share = values[entry.bioavailability] if entry.bioavailability else 1.0
    hour += values[entry.lag] if entry.lag else 0.0  # all lags of the library are in hours
    return hour, BOLUS, system.state_index(entry.state), amount * share


def _parameters(system, covariates):
    values = {}
    for model in system.models:
        known = {c.name for c in model.covariates}
        own = typical_parameters(model, **{k: v for k, v in covariates.items() if k in known})
        values |= {f"{model.key}.{name}": value for name, value in own.items()}
    return values


def measure(model: Model, anchor: Anchor) -> float:
    """What an anchor asks for, at the typical values."""
    times = np.linspace(0.0, anchor.until_h, int(anchor.until_h * 20) + 1)
    found = run([model], anchor.doses, times, anchor.covariates)
    name = f"{model.key}.{anchor.measure}"
    values = found[name] if name in found else found[anchor.measure]
    return float(_STATISTICS[anchor.statistic](times, values))


def _half_life(times, values):
    late = len(times) // 2
    slope = (np.log(values[-1]) - np.log(values[late])) / (times[-1] - times[late])
    return -np.log(2) / slope


_STATISTICS = {
    "max": lambda t, v: v.max(),
    "min": lambda t, v: v.min(),
    "end": lambda t, v: v[-1],
    "time_of_max": lambda t, v: t[v.argmax()],
    "auc": lambda t, v: np.trapezoid(v, t),
    "half_life": _half_life,
    "average": lambda t, v: np.trapezoid(v, t) / (t[-1] - t[0]),
}


def course_doses(
    lenalidomide: float = 0.0,
    dexamethasone: float = 0.0,
    cycles: int = 1,
    days: Sequence[int] = range(1, 22),
    steroid_days: Sequence[int] = (1, 8, 15, 22),
) -> list[tuple[float, str, float]]:
    """Doses of a 28-day regimen as (h, drug, mg)."""
    starts = [28 * cycle for cycle in range(cycles)]
    given = [(HOURS * (s + d - 1), "lenalidomide", lenalidomide) for s in starts for d in days if lenalidomide]
    given += [
        (HOURS * (s + d - 1), "dexamethasone", dexamethasone) for s in starts for d in steroid_days if dexamethasone
    ]
    return sorted(given)
