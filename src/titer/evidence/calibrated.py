"""Which outcome rows were used to set a parameter: read from what the calibration scripts wrote, so it has one home."""

from __future__ import annotations

import json
from functools import lru_cache
from importlib.resources import files

from titer.evidence.outcomes import load_outcomes


@lru_cache(maxsize=1)
def calibrated_rows() -> frozenset[str]:
    """Ids of the rows that a calibration script fitted, over all of `calibration/results/*.json`.

    Example:
        >>> all(isinstance(identifier, str) for identifier in calibrated_rows())
        True
    """
    folder = files("titer.evidence.calibration").joinpath("results")
    found: set[str] = set()
    for file in folder.iterdir() if folder.is_dir() else ():
        if file.name.endswith(".json"):
            lines = json.loads(file.read_text(encoding="utf-8"))["rows"]
            used = [line["rows"] for line in lines if line["role"] == "calibration"]
            found.update(identifier for rows in used for identifier in rows.split("+"))
    return frozenset(found) & {row.id for row in load_outcomes()}  # a published model may be a target too
