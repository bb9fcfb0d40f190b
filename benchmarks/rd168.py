"""Patients per second and core on the case rd168, Titer beside every peer that is installed, in one run.

    python benchmarks/rd168.py [--json] [--patients 1000] [--rtol 5e-8] [--method stiff] [--no-peers]

Errors are the worst relative difference of neutrophils, platelets and M-protein, over all patients and days, from Titer
at rtol 1e-11. Times are processor time, so that other work on the machine counts little, the best of five for every
engine; what each holds is said in rd168_peers.py.
"""

from __future__ import annotations

import argparse
import json
import platform
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).parent))
case = import_module("rd168_case")
peers = import_module("rd168_peers")

from measuring import MissingError, best_of, kernel_seconds  # noqa: E402

from titer.engine import Ensemble, Kernel, compile_kernel  # noqa: E402
from titer.engine.compiler import find_compiler, has_wide_vectors, processor  # noqa: E402

REFERENCE_RTOL = 1e-11


def run_titer(kernel: Kernel, parameters: np.ndarray, rtol: float, repeats: int) -> tuple[np.ndarray, float, Ensemble]:
    """Outputs of shape (n, 169, 3), seconds of one core, and the last ensemble."""
    events, times = case.events(len(parameters)), case.output_days()
    ensembles = []

    def run() -> np.ndarray:
        ensembles.append(Ensemble(kernel, parameters, rtol=rtol, atol=rtol / 100, threads=1))
        return ensembles[-1].advance(case.DAYS, events, times)

    values, seconds = best_of(run, repeats)
    ensembles[-1].raise_for_status()
    return values, seconds, ensembles[-1]


def worst_error(values: np.ndarray, reference: np.ndarray) -> dict[str, float]:
    errors = np.abs(values / reference - 1).max(axis=(0, 1))
    return {name: float(error) for name, error in zip(case.COMPARED, errors, strict=True)}


def entry(name: str, version: str, n: int, seconds: float, compiled: float, errors: dict[str, float]) -> dict[str, Any]:
    return {
        "engine": name,
        "version": version,
        "patients": n,
        "patients_per_s_per_core": round(n / seconds, 1),
        "worst_error": max(errors.values()),
        "errors": errors,
        "compile_s": round(compiled, 3),
    }


def measure_titer(
    kernel: Kernel, parameters: np.ndarray, rtol: float, reference: np.ndarray, compiled: float
) -> dict[str, Any]:
    values, seconds, ensemble = run_titer(kernel, parameters, rtol, peers.REPEATS)
    errors = worst_error(values, reference)
    found = entry(
        f"titer {kernel.method}, {rtol:g}", peers.versions_of("titer"), len(parameters), seconds, compiled, errors
    )
    return found | {"steps_per_patient": round(float(ensemble.steps.mean()), 1), "lanes": kernel.lanes}


def measure_peers(parameters: np.ndarray, reference: np.ndarray) -> list[dict[str, Any]]:
    found = []
    for name, (package, run, n) in peers.PEERS.items():
        few = parameters[:n]
        try:
            values, seconds, compiled = run(few)
        except MissingError as reason:
            found.append({"engine": name, "missing": str(reason)})
            continue
        errors = worst_error(values, reference[: len(few)])
        found.append(entry(name, peers.versions_of(package), len(few), seconds, compiled, errors))
    return found


def measure(n_patients: int, rtol: float, with_peers: bool, method: str) -> dict[str, Any]:
    parameters = case.parameters(n_patients)
    compiled, _ = kernel_seconds(lambda: compile_kernel(case.system(), "explicit", outputs=case.output_names()))
    kernel = compile_kernel(case.system(), "explicit", outputs=case.output_names())
    asked = compile_kernel(case.system(), method, outputs=case.output_names())
    reference, _, _ = run_titer(kernel, parameters, REFERENCE_RTOL, 1)
    rows = [measure_titer(asked, parameters, tolerance, reference, compiled) for tolerance in (1e-6, rtol)]
    return {
        "case": "rd168",
        "processor": processor()[0],
        "avx512": has_wide_vectors(),
        "compiler": find_compiler().version.splitlines()[0],
        "python": platform.python_version(),
        "engines": rows + (measure_peers(parameters, reference) if with_peers else []),
    }


def show(found: dict[str, Any]) -> None:
    print(f"rd168 on {found['processor']}, {found['compiler']}")
    print(f"{'engine':24}{'version':>10}{'patients/s/core':>17}{'worst error':>13}{'compile s':>11}")
    for row in found["engines"]:
        if "missing" in row:
            print(f"{row['engine']:24}not installed ({row['missing']})")
            continue
        numbers = f"{row['patients_per_s_per_core']:>17,.0f}{row['worst_error']:>13.1e}{row['compile_s']:>11.2f}"
        print(f"{row['engine']:24}{row['version']:>10}{numbers}")


def main() -> None:
    arguments = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    arguments.add_argument("--json", action="store_true")
    arguments.add_argument("--patients", type=int, default=1000)
    arguments.add_argument("--rtol", type=float, default=5e-8, help="tolerance at which the worst error is below 1e-6")
    arguments.add_argument("--method", choices=["explicit", "stiff"], default="explicit")
    arguments.add_argument("--no-peers", action="store_true")
    given = arguments.parse_args()
    found = measure(given.patients, given.rtol, not given.no_peers, given.method)
    print(json.dumps(found, indent=2)) if given.json else show(found)


if __name__ == "__main__":
    main()
