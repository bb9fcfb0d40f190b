"""An interrupt in the middle of a run ends it cleanly: a message, exit code 130, nobody left, chunks kept."""

import os
import signal
import subprocess
import sys
import time

import pytest

REGIMEN = "lenalidomide 25 mg days 1-21 of 28"
# Python leaves by the signal itself, not by our exit code, when the interrupt met an `exec` inside an import (as SciPy
# has them), even though it was caught; a shell shows 130 for both.
INTERRUPTED = (130, -signal.SIGINT)


def begin(out, *more):
    """A long comparison in a session of its own, as a terminal makes one."""
    arguments = ["compare", REGIMEN, "-n", "200000", "--out", str(out), *more]
    return subprocess.Popen(
        [sys.executable, "-m", "titer", *arguments],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def wait_for(process, pattern, out, seconds=120):
    deadline = time.monotonic() + seconds
    while not list(out.glob(pattern)):
        if time.monotonic() > deadline:
            end(process)
            raise AssertionError("the comparison did not begin")
        time.sleep(0.02)


def interrupt(process):
    """As the keyboard does it: everybody in the session hears it."""
    os.killpg(process.pid, signal.SIGINT)
    try:
        _, told = process.communicate(timeout=60)
    finally:
        end(process)
    return told


def end(process):
    """Whoever is left of the session."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        return
    process.communicate()


def nobody_left(process):
    try:
        os.killpg(process.pid, 0)
    except ProcessLookupError:
        return True
    return False


@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
@pytest.mark.parametrize("extra", [0.0, 0.13, 0.37])
def test_an_interrupt_while_integrating_ends_with_130(tmp_path, extra):
    out = tmp_path / "results"
    process = begin(out, "--chunk", "20000")
    wait_for(process, "unfinished/run.json", out)
    time.sleep(extra)  # at different places of the weekly clock
    told = interrupt(process)
    assert process.returncode in INTERRUPTED, told
    assert "stopped from the keyboard" in told
    assert list(out.iterdir()) == []


@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
@pytest.mark.parametrize("more", [[], ["--workers", "2"], ["--workers", "2", "--worker-kind", "threads"]])
def test_an_interrupt_ends_all_workers_and_keeps_what_is_done(tmp_path, more):
    out = tmp_path / "results"
    process = begin(out, "--chunk", "50", *more)
    wait_for(process, "unfinished/chunks/*.json", out)
    deadline = time.monotonic() + 20
    told = interrupt(process)
    assert process.returncode in INTERRUPTED, told
    assert "--resume" in told
    while not nobody_left(process):
        assert time.monotonic() < deadline, "a worker outlives its parent"
        time.sleep(0.05)
    assert {path.name for path in out.iterdir()} == {"unfinished"}
    assert list(out.glob("unfinished/chunks/*.json"))


@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
def test_workers_end_with_a_parent_that_is_killed(tmp_path):
    out = tmp_path / "results"
    process = begin(out, "--chunk", "50", "--workers", "2")
    wait_for(process, "unfinished/chunks/*.json", out)
    process.kill()
    process.communicate()
    deadline = time.monotonic() + 20
    try:
        while not nobody_left(process):
            assert time.monotonic() < deadline, "a worker outlives its parent"
            time.sleep(0.05)
    finally:
        end(process)
