"""Time and memory of the main job, as whole processes.

    python benchmarks/compare.py [--json] [--patients 1000 20000] [--repeats 3]

Each run is `titer compare` on three regimens over 24 cycles with `--out`. The kernel is made before the first counted
run; `first_s` is a run with an empty kernel cache. Memory is the largest resident set of the process.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import Any

REGIMENS = (
    "lenalidomide 25 mg days 1-21 of 28 + dexamethasone 40 mg days 1,8,15,22 of 28",
    "lenalidomide 15 mg days 1-21 of 28 + dexamethasone 40 mg days 1,8,15,22 of 28",
    "lenalidomide 10 mg daily + dexamethasone 20 mg days 1,8,15,22 of 28",
)


def run_once(patients: int, cache: Path) -> dict[str, float]:
    """Wall and processor seconds and peak memory (MiB) of one process."""
    with tempfile.TemporaryDirectory() as out:
        command = [sys.executable, "-m", "titer", "compare", *REGIMENS, "-n", str(patients), "--cycles", "24"]
        begun = time.perf_counter()
        process = subprocess.Popen(
            [*command, "--seed", "1", "--out", out],
            env=os.environ | {"TITER_CACHE": str(cache)},
            stdout=subprocess.DEVNULL,
        )
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - begun
    if status != 0:
        raise SystemExit(f"the comparison left with status {status}")
    return {"wall_s": wall, "cpu_s": usage.ru_utime + usage.ru_stime, "peak_mib": usage.ru_maxrss / 1024}


def measure(patients: list[int], repeats: int) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        cache = Path(folder)
        first = run_once(patients[0], cache)
        rows = []
        for n in patients:
            runs = [run_once(n, cache) for _ in range(repeats if n <= 1000 else 1)]
            rows.append({"patients": n, "runs": len(runs), **{k: round(median(r[k] for r in runs), 2) for k in first}})
    return {"cores": os.cpu_count(), "machine": platform.machine(), "first_s": round(first["wall_s"], 2), "rows": rows}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--patients", type=int, nargs="+", default=[1000, 20_000])
    parser.add_argument("--repeats", type=int, default=3)
    options = parser.parse_args()
    result = measure(options.patients, options.repeats)
    if options.json:
        print(json.dumps(result, indent=2))
        return
    print(f"{result['cores']} cores; with an empty kernel cache {result['first_s']} s")
    for row in result["rows"]:
        print("{patients:>7,} patients: {wall_s} s wall, {cpu_s} s processor, {peak_mib} MiB".format(**row))


if __name__ == "__main__":
    main()
