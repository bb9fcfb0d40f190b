"""The stiff method beside its peers: runs per second of one core, and the worst relative error.

    python benchmarks/stiff.py [--case network|robertson] [--runs 400] [--json]

Cases: `network`, 50 states with saturation, Hill terms, a cap and an exponential, rates over six decades, each run with
own parameters, read at days 1, 10 and 30 (compared with the explicit method at 1e-10); `robertson`, three reactions to
t = 1e11 (compared with the published end). Time is processor time of one thread. SciPy gets our compiled rates and
Jacobian pattern, so that what is measured is the method and not NumPy's reading of trees. A peer that is not installed
is left out, and said so.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))
from measuring import RoadRunner, bare_sbml

from stiff_problems import network, robertson  # the same systems that the tests run
from titer.engine import Ensemble, compile_kernel
from titer.engine.jacobian import jacobian_of

STATES, TIMES, SMALLEST = 50, (1.0, 10.0, 30.0), 1e-3
SLOW_RUNS = 6  # runs for engines that need tens of milliseconds each


class Case:
    """What every engine runs.

    Args:
        name: of the case.
        system: its trees.
        parameters: shape (n_runs, n_parameters).
        times: output times, the last ends the run. Shape (n_times,).
        truth: of the first `len(truth)` runs. Shape (n_known, n_times, n_states).
        atol: absolute tolerance per relative tolerance of 1.
        floor: sizes below this count as this much in the relative error.
    """

    def __init__(self, name, system, parameters, times, truth, atol, floor) -> None:
        self.name, self.system, self.parameters, self.times = name, system, parameters, np.asarray(times, float)
        self.truth, self.atol, self.floor = truth, atol, floor

    def error(self, values: np.ndarray) -> float:
        """Worst relative error over the runs whose truth is known."""
        n = min(len(values), len(self.truth))
        truth = self.truth[:n]
        return float(np.max(np.abs(values[:n] - truth) / (np.abs(truth) + self.floor)))


def network_case(n_runs: int) -> Case:
    system = network(STATES)
    parameters = np.random.default_rng(3).uniform(0.5, 2.0, (n_runs, STATES))
    known = parameters[:16]
    judge = Ensemble(compile_kernel(system, "explicit"), known, rtol=1e-10, atol=1e-13, max_steps=10_000_000)
    truth = judge.advance(TIMES[-1], times=TIMES)
    judge.raise_for_status()
    return Case("network", system, parameters, TIMES, truth, 1e-2, SMALLEST)


def robertson_case(n_runs: int) -> Case:
    problem = robertson()
    truth = np.array(problem.end).reshape(1, 1, 3)
    return Case("robertson", problem.system, np.empty((n_runs, 0)), [problem.until], truth, 1e-8, 0.0)


def with_titer(case: Case, rtol: float) -> tuple[np.ndarray, float, int]:
    """Values, processor seconds and number of runs."""
    kernel = compile_kernel(case.system, "stiff")
    ensemble = Ensemble(kernel, case.parameters, rtol=rtol, atol=rtol * case.atol, threads=1)
    began = time.process_time()
    values = ensemble.advance(case.times[-1], times=case.times)
    spent = time.process_time() - began
    ensemble.raise_for_status()
    return values, spent, len(values)


def with_scipy(method: str) -> Callable[[Case, float], tuple[np.ndarray, float, int]]:
    from scipy.integrate import solve_ivp

    def run(case: Case, rtol: float) -> tuple[np.ndarray, float, int]:
        kernel, n = compile_kernel(case.system, "stiff"), len(case.system.states)
        pattern = np.zeros((n, n), bool)
        pattern[tuple(zip(*jacobian_of(case.system).pattern, strict=True))] = True
        extra = {} if method == "LSODA" else {"jac_sparsity": pattern}
        chosen, spent, values = case.parameters[:SLOW_RUNS], 0.0, []
        for row in chosen:
            start = case.system.start_values(row.reshape(1, -1))[0]
            began = time.process_time()
            found = solve_ivp(
                lambda t, y, row=row: kernel.derivative(t, y, row),
                (0.0, case.times[-1]),
                start,
                method,
                t_eval=case.times,
                rtol=rtol,
                atol=rtol * case.atol,
                **extra,
            )
            spent += time.process_time() - began
            values.append(found.y.T)
        return np.array(values), spent, len(chosen)

    return run


def with_roadrunner(case: Case, rtol: float) -> tuple[np.ndarray, float, int]:
    peer = RoadRunner(case.system, bare_sbml(case.system))
    peer.set_tolerance(rtol, rtol * case.atol)
    chosen, values = case.parameters[: 4 * SLOW_RUNS], []
    starts = case.system.start_values(chosen)
    began = time.process_time()
    for row, start in zip(chosen, starts, strict=True):
        peer.begin(row, start)
        values.append(peer.follow(case.times))
    return np.array(values), time.process_time() - began, len(chosen)


def engines() -> dict[str, tuple[Callable, tuple[float, ...]]]:
    """Engine → how it runs, and the tolerances it is asked for."""
    found = {
        "titer Rodas5P": (with_titer, (1e-3, 1e-4, 1e-6, 1e-8)),
        "SciPy LSODA": (with_scipy("LSODA"), (1e-4, 1e-6, 1e-8)),
        "SciPy Radau": (with_scipy("Radau"), (1e-4, 1e-6)),
    }
    try:
        import roadrunner  # noqa: F401
    except ImportError:
        print("libRoadRunner is not installed and left out", file=sys.stderr)
    else:
        found["libRoadRunner CVODE"] = (with_roadrunner, (1e-4, 1e-6, 1e-8))
    return found


def measure(case: Case) -> list[dict]:
    rows = []
    for engine, (run, tolerances) in engines().items():
        for rtol in tolerances:
            values, seconds, n_runs = run(case, rtol)
            row = {"case": case.name, "engine": engine, "rtol": rtol, "runs": n_runs}
            rows.append(row | {"runs_per_second": n_runs / seconds, "worst_relative_error": case.error(values)})
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--case", choices=["network", "robertson"])
    parser.add_argument("--runs", type=int, default=400)
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    makers = {"network": network_case, "robertson": robertson_case}
    rows = [row for name, make in makers.items() if asked.case in (None, name) for row in measure(make(asked.runs))]
    if asked.json:
        print(json.dumps({"results": rows}))
        return
    for row in rows:
        print(
            f"{row['case']:10} {row['engine']:20} rtol {row['rtol']:.0e}  {row['runs_per_second']:10,.1f} runs/s/core"
            f"  worst error {row['worst_relative_error']:.1e}"
        )


if __name__ == "__main__":
    main()
