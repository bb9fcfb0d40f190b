"""An independent engine for tests: SciPy's DOP853 on the plain NumPy reading of a system, doses put in by hand."""

from __future__ import annotations

import numpy as np
from scipy.integrate import solve_ivp


def reference_states(system, parameters, doses, times, *, rtol=1e-10, atol=1e-12, method="DOP853"):
    """States of several patients under the same bolus doses.

    Args:
        parameters: shape (n_patients, n_parameters).
        doses: (day, state, amount) triples, the same for every patient.
        times: increasing, day. A dose at an output time acts after the output is read.

    Returns:
        Shape (n_patients, n_times, n_states).
    """
    parameters = np.atleast_2d(parameters)
    states = system.start_values(parameters)
    shape = states.shape

    def flat_rates(t, y):
        return system.derivative(t, y.reshape(shape), parameters).ravel()

    now, seen, out = 0.0, 0, np.empty((len(parameters), len(times), shape[1]))
    stops = sorted({day for day, _, _ in doses} | {float(times[-1])})
    for stop in stops:
        wanted = [t for t in times[seen:] if t <= stop]
        if stop > now:
            run = solve_ivp(
                flat_rates, (now, stop), states.ravel(), method, t_eval=sorted({*wanted, stop}), rtol=rtol, atol=atol
            )
            assert run.success, run.message
            for t in wanted:
                out[:, seen] = run.y[:, np.searchsorted(run.t, t)].reshape(shape)
                seen += 1
            states = run.y[:, -1].reshape(shape).copy()
        else:
            for _ in wanted:
                out[:, seen] = states
                seen += 1
        for day, state, amount in doses:
            if day == stop:
                states[:, system.state_index(state)] += amount
        now = stop
    return out
