"""A comparison as a job: chunks of patients, each treated with every regimen, as tables."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

import numpy as np

from titer.decisions.arm import Question, Setting, run_arm
from titer.errors import WorkerError
from titer.patients.population import sample
from titer.trials.chunks import Chunk, beat
from titer.trials.columns import Columns
from titer.trials.endpoints import endpoints
from titer.trials.tables import letters, parameter_table, tables_of


class CompareJob:
    """What a comparison is asked; a copy in another process prepares models and kernel by itself, once.

    Args:
        setting: as prepared in this process.
        identity: as `Setting.identity` gives it; made here where none is given.
    """

    def __init__(self, setting: Setting) -> None:
        self.identity: Mapping[str, Any] = setting.identity()
        self._threads = setting.threads
        self._setting: Setting | None = setting

    def __getstate__(self) -> dict[str, Any]:
        return self.__dict__ | {"_setting": None}

    @property
    def setting(self) -> Setting:
        if self._setting is None:
            setting = Setting.prepare(Question.of(self.identity), self._threads)
            check_same(self.identity, setting.identity())
            self._setting = setting
        return self._setting

    def run(self, chunk: Chunk) -> dict[str, list[Columns]]:
        """Treat the patients of a chunk with every regimen."""
        setting = self.setting
        cohort = sample(setting.population, setting.seed, np.arange(chunk.begin, chunk.end), setting.covariates)
        parameters = setting.parameters(cohort)
        tables: dict[str, list[Columns]] = defaultdict(list)
        tables["parameters"] = [parameter_table(cohort.ids, setting.system.parameters, parameters)]
        n_arms = len(setting.regimens)
        for place, (letter, regimen) in enumerate(zip(letters(n_arms), setting.regimens, strict=True)):

            def told(share: float, place: int = place) -> None:
                beat((place + share) / n_arms)

            course = run_arm(setting, cohort, parameters, regimen, on_share=told)
            outcomes = endpoints(course, setting.grades, setting.counted_drug)
            for name, columns in tables_of(course, cohort, outcomes, letter, regimen.text).items():
                tables[name].append(columns)
        return dict(tables)


def check_same(asked: Mapping[str, Any], here: Mapping[str, Any]) -> None:
    """A worker with another program or another kind of processor would give other bits.

    Raises:
        WorkerError: naming what differs.
    """
    for name in ("titer", "code", "libraries", "models", "method", "kernel"):
        if asked[name] != here[name]:
            raise WorkerError(
                f"a worker has another {name} than the process that asks: {here[name]} in place of {asked[name]}",
                right="the same versions, compiler and kind of processor wherever workers run",
            )
