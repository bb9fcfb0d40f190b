"""SBML files run by libRoadRunner, for the tests of what Titer writes and of models that others wrote."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pytest

REASON = "libRoadRunner has no wheel for this Python"


def run_roadrunner(
    sbml: str | Path,
    times: Sequence[float] | np.ndarray,
    names: Sequence[str],
    *,
    rtol: float = 1e-10,
    atol: float = 1e-12,
    changed: Mapping[str, float] | None = None,
) -> dict[str, np.ndarray]:
    """Quantities at times, by CVODE; the test is skipped where the engine is not installed.

    Args:
        sbml: text, or path of a file.
        times: increasing, above 0: at the moment of a dose engines differ in whether they show the value before it.
        names: identifiers.
        changed: identifier → value, set before the start.
    """
    roadrunner = pytest.importorskip("roadrunner", reason=REASON)
    roadrunner.Logger.setLevel(roadrunner.Logger.LOG_ERROR)
    engine = roadrunner.RoadRunner(str(sbml))
    engine.integrator.relative_tolerance, engine.integrator.absolute_tolerance = rtol, atol
    engine.integrator.maximum_num_steps = 1_000_000
    for name, value in (changed or {}).items():
        engine[name] = value
    if changed:
        engine.reset()  # initial assignments see the new values
    found = np.array(engine.simulate(times=[0.0, *times], selections=list(names)))[1:]
    return {name: found[:, i] for i, name in enumerate(names)}
