"""Plain runs of library models with SciPy, for the tests of the library: slow, and independent of the engine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from scipy.integrate import solve_ivp

from titer.evidence.pharmacokinetics import typical_parameters
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
    """Outputs and states of a typical patient at times in h. Doses are (h, drug, amount).

    Args:
        covariates: those that differ from the default.
        switched: flat parameter → (hour, value from then on).
        changed: flat parameter → value throughout.
    """
    system = assemble(models, SIGNALS, units=False)
    parameters = _parameters(system, covariates or {}) | dict(changed or {})
    switches = dict(switched or {})
    state = system.start_values(_vector(system, parameters))[0]
    stops = sorted({0.0, *(dose[0] for dose in doses), *(hour for hour, _ in switches.values()), float(times[-1])})
    rows = [_row(system, 0.0, state, parameters)] if times[0] == 0.0 else []
    for begin, end in zip(stops, [*stops[1:], stops[-1]], strict=True):
        parameters |= {name: value for name, (hour, value) in switches.items() if hour == begin}
        for hour, drug, amount in doses:
            if hour == begin:
                entry = system.doses[drug]
                share = parameters[entry.bioavailability] if entry.bioavailability else 1.0
                state[system.state_index(entry.state)] += amount * share
        if end > begin:
            asked = times[(times > begin) & (times <= end)]
            path = _integrate(system, state, parameters, begin, end, np.union1d(asked, [end]))
            rows += [
                _row(system, t, y, parameters)
                for t, y in zip(path.t, path.y.T, strict=True)
                if np.isclose(t * HOURS, asked).any()
            ]
            state = path.y[:, -1]
    return {name: np.array([row[name] for row in rows]) for name in rows[0]}


def _integrate(system, state, parameters, begin, end, points):
    vector = _vector(system, parameters)
    return solve_ivp(
        lambda t, y: system.derivative(t, y, vector),
        (begin / HOURS, end / HOURS),
        state,
        method="LSODA",
        t_eval=points / HOURS,
        rtol=1e-8,
        atol=1e-10,
    )


def _vector(system, parameters):
    return np.array([parameters[name] for name in system.parameters])


def _row(system, t, state, parameters):
    seen = {name: float(value) for name, value in system.observe(t, state, _vector(system, parameters)).items()}
    return seen | dict(zip(system.states, state.tolist(), strict=True))


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
