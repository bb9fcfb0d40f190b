"""What a comparison keeps of its tables: one value per patient and endpoint, and the weeks of the first patients.

Everything is read from the tables of chunks, whether they were just made or come from an earlier run.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from titer.clinic.ledger import dose_totals
from titer.clinic.response import Response
from titer.decisions.arm import Setting
from titer.errors import SolveError
from titer.trials.chunks import Chunk
from titer.trials.columns import ChunkTables, Columns, Words
from titer.trials.tables import KEYS

FOLLOWED = 4000  # patients whose weekly values are kept for plots: enough for steady 5th and 95th centiles
HOPELESS = 100  # when so many patients, the first, could not be integrated, nobody can be
REPORTED = "_reported"


@dataclass
class Collected:
    """What is kept of one arm.

    Args:
        outcomes: endpoint → one value per patient. Shape (n_patients,).
        observed: signal → reported values of the first patients, NaN where there was no visit. Shape (n_followed,
            n_weeks).
        intensity: dose given over planned in each cycle, of the same patients. Shape (n_followed, n_cycles).
        statuses: how treatment ended → number of patients.
    """

    outcomes: dict[str, NDArray] = field(default_factory=dict)
    observed: dict[str, NDArray[np.float32]] = field(default_factory=dict)
    intensity: NDArray[np.float32] = field(default_factory=lambda: np.empty((0, 0), np.float32))
    statuses: Counter[str] = field(default_factory=Counter)


class Collector:
    """Takes the tables of chunk after chunk, and keeps of each arm what figures and plots need.

    Args:
        setting: of the comparison.
        n: patients in all.
    """

    def __init__(self, setting: Setting, n: int) -> None:
        self._setting, self._n = setting, n
        self._followed = min(n, FOLLOWED)
        self.arms = [Collected() for _ in setting.regimens]

    def add(self, chunk: Chunk, tables: ChunkTables) -> None:
        """Keep what is needed of a chunk.

        Raises:
            SolveError: of the first patients, none could be integrated under a regimen.
        """
        self._add_outcomes(chunk, tables)
        for arm, group in zip(self.arms, tables.groups("status", ["status"]), strict=True):
            words: Words = group["status"]
            counts = np.bincount(words.codes, minlength=len(words.words))
            arm.statuses.update({word: int(n) for word, n in zip(words.words, counts, strict=True) if n})
        if chunk.begin < self._followed:
            self._add_weeks(tables)
            self._add_intensity(chunk, tables)
        self._check_hope(chunk)

    def _add_outcomes(self, chunk: Chunk, tables: ChunkTables) -> None:
        known = {*KEYS, *(covariate.name for covariate in self._setting.population.covariates)}
        for arm, group in zip(self.arms, tables.groups("patients"), strict=True):
            for name, column in group.items():
                if name not in known:
                    values = _response_codes(column) if name == "best_response" else column
                    kept = arm.outcomes.setdefault(name, np.empty(self._n, _kept_type(values)))
                    kept[chunk.begin : chunk.end] = values

    def _add_weeks(self, tables: ChunkTables) -> None:
        """Reported values at their patient and week; a week without visit, or after the end, stays NaN."""
        for arm, group in zip(self.arms, tables.groups("visits"), strict=True):
            own = group["patient"] < self._followed
            row, week = group["patient"][own], group["day"][own] // 7
            for name in (name for name in group if name.endswith(REPORTED)):
                signal = name.removesuffix(REPORTED)
                if signal not in arm.observed:
                    arm.observed[signal] = np.full((self._followed, len(self._setting.days)), np.nan, np.float32)
                arm.observed[signal][row, week] = group[name][own]

    def _add_intensity(self, chunk: Chunk, tables: ChunkTables) -> None:
        step, end = self._setting.cycle_days, int(self._setting.days[-1])
        edges = np.arange(0, end + step, step)
        patients = np.arange(chunk.begin, min(chunk.end, self._followed))
        for arm, doses in zip(
            self.arms, tables.groups("doses", ["patient", "drug", "minute", "planned", "given"]), strict=True
        ):
            if not arm.intensity.size:
                arm.intensity = np.full((self._followed, len(edges) - 1), np.nan, np.float32)
            arm.intensity[patients] = _intensity(doses, patients, self._setting.counted_drug, edges)

    def _check_hope(self, chunk: Chunk) -> None:
        first = min(self._n, HOPELESS)
        if not chunk.begin < first <= chunk.end:
            return
        for arm, regimen in zip(self.arms, self._setting.regimens, strict=True):
            if arm.outcomes["failed"][:first].all():
                fixed = self._setting.overrides
                raise SolveError(
                    f"none of the first {first} patients could be integrated"
                    if first < self._n
                    else f"none of {first} patients could be integrated",
                    where=f"regimen '{regimen.text}'",
                    hint=f"look at what was set for everybody: {fixed}" if fixed else "a larger rtol",
                )


def _kept_type(values: NDArray) -> Any:
    """Days, counts and shares in single precision: whole days and counts lose nothing, a time of death some seconds."""
    return np.float32 if values.dtype.kind == "f" else values.dtype


def _response_codes(words: Words) -> NDArray[np.int8]:
    meaning = np.array([Response[word.upper().replace(" ", "_")] for word in words.words], np.int8)
    return meaning[words.codes]


def _intensity(doses: Columns, patients: NDArray[np.int64], drug: str, edges: NDArray) -> NDArray[np.float32]:
    """Dose given over planned in each span of days, NaN where nothing was planned. Shape (n_patients, n_spans)."""
    words: Words = doses["drug"]
    if drug not in words.words:
        return np.full((len(patients), len(edges) - 1), np.nan, np.float32)
    own = doses["patient"] <= patients[-1]
    table: Mapping[str, NDArray] = {**{name: doses[name][own] for name in doses if name != "drug"}}
    codes = np.asarray(words.codes)[own]
    planned, given = dose_totals({**table, "drug": codes}, patients, list(words.words).index(drug), edges)
    with np.errstate(invalid="ignore"):
        return np.where(planned > 0, given / planned, np.nan).astype(np.float32)
