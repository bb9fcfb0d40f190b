"""Which outcome rows were used to set a parameter: read from what the calibration scripts wrote, so it has one home."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any

from titer.errors import StorageError
from titer.evidence.outcomes import load_outcomes


@dataclass(frozen=True)
class Fit:
    """What one calibration script wrote.

    Args:
        name: of the script.
        numbers: flat parameter name (":omega2" and the like for a spread) → fitted value.
        lines: one for each target: rows, simulation, figure, published, predicted, role.
    """

    name: str
    numbers: Mapping[str, float]
    lines: Sequence[Mapping[str, Any]]


@lru_cache(maxsize=1)
def calibration_fits() -> tuple[Fit, ...]:
    """Results of every calibration script, in the order of their names.

    Raises:
        StorageError: there is none; without them no row could be told to be a calibration or a prediction.

    Example:
        >>> "platelets" in [fit.name for fit in calibration_fits()]
        True
    """
    folder = files("titer.evidence.calibration").joinpath("results")
    files_there = folder.iterdir() if folder.is_dir() else ()
    found = sorted((file for file in files_there if file.name.endswith(".json")), key=lambda file: file.name)
    if not found:
        raise StorageError(
            "there are no results of calibration, so nothing tells a calibration from a prediction",
            where=str(folder),
            right="a file .json of every script in evidence/calibration",
            hint="install Titer again, or run `python -m titer.evidence.calibration.marrow` and the others there",
        )
    written = [json.loads(file.read_text(encoding="utf-8")) for file in found]
    return tuple(Fit(entry["calibration"], entry["numbers"], entry["rows"]) for entry in written)


@lru_cache(maxsize=1)
def calibrated_rows() -> frozenset[str]:
    """Ids of the outcome rows that a calibration script fitted.

    Example:
        >>> "IMID085" in calibrated_rows()
        True
    """
    used = [line["rows"] for fit in calibration_fits() for line in fit.lines if line["role"] == "calibration"]
    identifiers = {identifier for rows in used for identifier in rows.split("+")}
    return frozenset(identifiers & {row.id for row in load_outcomes()})  # a published model may be a target too
