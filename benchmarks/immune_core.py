"""The composed immune core beside its peers: people per second of one core at equal accuracy, in one run.

    python benchmarks/immune_core.py [--json] [--people 1000] [--no-peers]

A virus in people who differ as the library says, 90 days, daily outputs of every state (immune_core_case.py); what each
engine is given is said in immune_core_peers.py. Every engine is run over a range of tolerances. Errors are the worst
over 40 people, 90 days and all states, relative to the person's own highest value of that state, from Titer at 1e-11;
the ratio at equal accuracy takes the fastest run of Titer that errs no more than the peer did, so it is a lower bound.
Times are processor time, the least of three.
"""

from __future__ import annotations

import argparse
import json
import sys
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).parent))
case = import_module("immune_core_case")
peers = import_module("immune_core_peers")

from measuring import MissingError, kernel_seconds  # noqa: E402

from titer.engine.compiler import find_compiler, processor  # noqa: E402

TRUTH = 1e-11
TITER = (1e-3, 3e-4, 1e-4, 3e-5, 1e-5, 3e-6, 1e-6, 3e-7, 1e-7, 3e-8, 1e-8)
PEERS = {  # engine → function, tolerances, people (the first of the thousand)
    "libRoadRunner": (peers.run_roadrunner, (1e-3, 1e-4, 1e-5, 1e-6, 1e-7, 1e-8, 1e-9), 40),
    "SciPy LSODA": (peers.run_scipy, (1e-4, 1e-6, 1e-8), 8),
}


def row(engine: str, rtol: float, people: int, seconds: float, error: float) -> dict[str, Any]:
    return {
        "engine": engine,
        "rtol": rtol,
        "people": people,
        "people_per_s_per_core": round(people / seconds, 1),
        "worst_error": error,
    }


def measure_titer(rows: np.ndarray, truth: np.ndarray) -> list[dict[str, Any]]:
    found = []
    for rtol in TITER:
        values, seconds, ensemble = peers.run_titer(rows, rtol)
        steps = {"steps_per_person": round(float(ensemble.steps.mean()), 1)}
        found.append(row("Titer Rodas5P", rtol, len(rows), seconds, case.error(values, truth)) | steps)
    return found


def measure_peers(rows: np.ndarray, truth: np.ndarray) -> list[dict[str, Any]]:
    found = []
    for engine, (run, tolerances, people) in PEERS.items():
        for rtol in tolerances:
            try:
                values, seconds = run(rows[:people], rtol)
            except MissingError as reason:
                found.append({"engine": engine, "missing": str(reason)})
                break
            found.append(row(engine, rtol, people, seconds, case.error(values, truth)))
    return found


def add_ratios(titer: list[dict[str, Any]], others: list[dict[str, Any]]) -> None:
    """How many times as fast the fastest run of Titer is that errs no more than the peer; none where no run does."""
    for one in others:
        speeds = [own["people_per_s_per_core"] for own in titer if own["worst_error"] <= one.get("worst_error", 0.0)]
        if speeds:
            one["ratio_at_equal_accuracy"] = round(max(speeds) / one["people_per_s_per_core"], 1)


def making_seconds(with_peers: bool) -> dict[str, float]:
    first, again = kernel_seconds(peers.kernel.__wrapped__)
    found = {"first": first, "from the cache": again}
    with suppress(MissingError):
        found |= {"libRoadRunner": peers.roadrunner().load_seconds} if with_peers else {}
    return {name: round(seconds, 3) for name, seconds in found.items()}


def measure(people: int, with_peers: bool) -> dict[str, Any]:
    rows = case.parameters(people)
    truth, _, _ = peers.run_titer(rows[: case.COMPARED], TRUTH)
    titer = measure_titer(rows, truth)
    others = measure_peers(rows, truth) if with_peers else []
    add_ratios(titer, others)
    return {
        "case": f"immune core, {case.THREAT}, {case.DAYS} days",
        "states": len(case.system().states),
        "processor": processor()[0],
        "compiler": find_compiler().version.splitlines()[0],
        "making_s": making_seconds(with_peers),
        "engines": titer + others,
    }


def show(found: dict[str, Any]) -> None:
    print(f"{found['case']}, {found['states']} states, on {found['processor']}, {found['compiler']}")
    print(f"{'engine':16}{'rtol':>8}{'people/s/core':>15}{'worst error':>13}{'Titer at that error':>21}")
    for one in found["engines"]:
        if "missing" in one:
            print(f"{one['engine']:16}not installed ({one['missing']})")
            continue
        ratio = f"{one['ratio_at_equal_accuracy']:g} x" if "ratio_at_equal_accuracy" in one else ""
        numbers = f"{one['rtol']:>8.0e}{one['people_per_s_per_core']:>15,.0f}{one['worst_error']:>13.1e}"
        print(f"{one['engine']:16}{numbers}{ratio:>21}")
    print("making the kernel: " + ", ".join(f"{name} {value}" for name, value in found["making_s"].items()) + " s")


def main() -> None:
    arguments = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    arguments.add_argument("--json", action="store_true")
    arguments.add_argument("--people", type=int, default=1000)
    arguments.add_argument("--no-peers", action="store_true")
    given = arguments.parse_args()
    found = measure(given.people, not given.no_peers)
    print(json.dumps(found, indent=2)) if given.json else show(found)


if __name__ == "__main__":
    main()
