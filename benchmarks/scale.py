"""Time, memory and disk of large comparisons: whether they grow in step with the number of patients, and stay small.

    python benchmarks/scale.py [--json] [--patients 10000 100000] [--workers 2] [--worker-kind processes] [--chunk 1000]

Each run is `titer compare` on three regimens over 24 cycles with `--out`, as a process of its own. Memory is the
largest resident set of the parent and of any worker, as the system counts them (Linux: VmHWM, read every 0.2 s).
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
from typing import Any

from compare import REGIMENS

EVERY_S = 0.2


def run_once(patients: int, options: argparse.Namespace) -> dict[str, float]:
    """Seconds, peak memory in MiB of the parent and of its largest worker, and MiB on disk, of one comparison."""
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        out = Path(folder) / "results"
        workers = ["--workers", str(options.workers), "--worker-kind", options.worker_kind]
        command = [sys.executable, "-m", "titer", "compare", *REGIMENS, "-n", str(patients), "--cycles", "24", *workers]
        begun = time.perf_counter()
        process = subprocess.Popen(
            [*command, "--seed", "1", "--chunk", str(options.chunk), "--out", str(out)], stdout=subprocess.DEVNULL
        )
        peaks = watch_memory(process)
        wall = time.perf_counter() - begun
        if process.returncode:
            raise SystemExit(f"the comparison left with status {process.returncode}")
        disk = sum(path.stat().st_size for path in out.rglob("*") if path.is_file())
    return {"wall_s": wall, **peaks, "disk_mib": disk / 2**20}


def watch_memory(process: subprocess.Popen) -> dict[str, float]:
    """Largest resident sets until the process ends, MiB: its own, its largest worker's, and all at one moment."""
    own = worker = together = 0.0
    while process.poll() is None:
        ours, theirs = status(process.pid), [status(pid) for pid in descendants(process.pid)]
        own = max(own, ours.get("VmHWM", 0.0))
        worker = max([worker, *(one.get("VmHWM", 0.0) for one in theirs)])
        together = max(together, sum(one.get("VmRSS", 0.0) for one in (ours, *theirs)))
        time.sleep(EVERY_S)
    return {"parent_peak_mib": own, "worker_peak_mib": worker, "together_peak_mib": together}


def status(pid: int) -> dict[str, float]:
    """Memory figures of a process, MiB; nothing once it has ended."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return {}
    found = (line.split() for line in lines if line.startswith(("VmHWM", "VmRSS")))
    return {words[0].rstrip(":"): int(words[1]) / 1024 for words in found}


def descendants(pid: int) -> list[int]:
    """Processes that a process began, and those that they began."""
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return []
    return [found for child in map(int, children) for found in (child, *descendants(child))]


def measure(options: argparse.Namespace) -> dict[str, Any]:
    rows = []
    for patients in options.patients:
        run = run_once(patients, options)
        rows.append({"patients": patients, **{name: round(value, 1) for name, value in run.items()}})
        rows[-1]["ms_per_patient"] = round(1000 * run["wall_s"] / patients, 2)
    chosen = {name: getattr(options, name) for name in ("workers", "worker_kind", "chunk")}
    return {"cores": os.cpu_count(), "machine": platform.machine(), **chosen, "rows": rows}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--patients", type=int, nargs="+", default=[10_000, 100_000])
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--worker-kind", default="processes", choices=["threads", "processes"])
    parser.add_argument("--chunk", type=int, default=1000)
    parser.add_argument("--folder", help="where results are written for the time of the run")
    options = parser.parse_args()
    result = measure(options)
    if options.json:
        print(json.dumps(result, indent=2))
        return
    print("{cores} cores, {workers} {worker_kind}, chunks of {chunk}".format(**result))
    for row in result["rows"]:
        print(
            "{patients:>9,} patients: {wall_s} s ({ms_per_patient} ms each), parent {parent_peak_mib} MiB, "
            "worker {worker_peak_mib} MiB, disk {disk_mib} MiB".format(**row)
        )


if __name__ == "__main__":
    main()
