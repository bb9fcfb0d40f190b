"""The last validation of the shipped library, kept as data so that every report can show it without running it again.

`python -m titer.evidence.report` makes it, with `docs/validation.md`. It names the numbers of the models that it was
made with; where the library has other numbers by now, `Validation.current` is False and reports say so.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

from titer.evidence.validation import RowResult
from titer.library import load_plan, load_population, models
from titer.model.digest import model_digest
from titer.patients.population import sample

FILE = "validation.json"


@dataclass(frozen=True)
class Validation:
    """Rows of a validation and how it was made.

    Args:
        n, seed: virtual patients per simulation, and their seed.
        digest: of the numbers of models and population that it was made with.
        rows: one record per published row, from `RowResult.as_record`.
    """

    n: int
    seed: int
    digest: str
    rows: tuple[dict[str, Any], ...]

    @property
    def current(self) -> bool:
        """Whether the library still has the numbers that this was made with."""
        return self.digest == library_digest()


def library_digest() -> str:
    """Changes with any number or equation of a model, what the population samples, the rules, assays and criteria.

    Example:
        >>> len(library_digest())
        16
    """
    digests = [model_digest(model) for model in models().values()]
    people = sample(load_population("relapsed-myeloma"), 0, range(64))
    # Rounded: the last bits of exp and log differ between processors.
    sampled = [
        (name, [f"{x:.6g}" for x in v] if v.dtype.kind == "f" else v.tolist()) for name, v in people.columns.items()
    ]
    return hashlib.sha256(repr((digests, sampled, load_plan())).encode()).hexdigest()[:16]


def load_validation() -> Validation:
    """The validation that the package ships."""
    entry = json.loads(files("titer.evidence").joinpath(FILE).read_text(encoding="utf-8"))
    return Validation(entry["n"], entry["seed"], entry["digest"], tuple(entry["rows"]))


def store_validation(results: Sequence[RowResult], n: int, seed: int) -> None:
    """Write it beside this file."""
    entry = {"n": n, "seed": seed, "digest": library_digest(), "rows": [result.as_record() for result in results]}
    path = Path(__file__).with_name(FILE)
    path.write_text(json.dumps(entry, indent=1, allow_nan=False, ensure_ascii=False) + "\n", encoding="utf-8")
