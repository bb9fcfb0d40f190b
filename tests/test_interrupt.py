"""An interrupt in the middle of a run ends it cleanly: a message, exit code 130, nothing half-written."""

import os
import signal
import subprocess
import sys
import time

import pytest


@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
@pytest.mark.parametrize("extra", [0.0, 0.13, 0.37])
def test_an_interrupt_while_integrating_ends_with_130(tmp_path, extra):
    out = tmp_path / "results"
    arguments = ["compare", "lenalidomide 25 mg days 1-21 of 28", "-n", "200000", "--out", str(out)]
    process = subprocess.Popen(
        [sys.executable, "-m", "titer", *arguments], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    )
    deadline = time.monotonic() + 120
    while not list(out.glob(".parameters.parquet.partial")):
        assert time.monotonic() < deadline, "the comparison did not begin"
        time.sleep(0.02)
    time.sleep(extra)  # at different places of the weekly clock
    process.send_signal(signal.SIGINT)
    _, told = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "stopped from the keyboard" in told
    assert list(out.iterdir()) == []
