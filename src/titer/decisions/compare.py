"""Comparing regimens in the same virtual patients.

Every arm sees the same patients with the same luck (random streams are keyed by patient and purpose), so differences
between arms are differences between regimens. Patients are treated in chunks, by one worker or many: memory does not
grow with their number, but for one value per patient, arm and endpoint (some 200 bytes in all), that figures need.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from operator import index
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from titer.decisions.arm import Question, Setting
from titer.decisions.collect import Collected, Collector
from titer.decisions.figures import arm_figures, difference_figures
from titer.decisions.job import CompareJob
from titer.errors import InputError
from titer.patients.cohort import Cohort
from titer.patients.population import sample
from titer.trials.endpoints import ILLNESSES
from titer.trials.runner import ONE_WORKER, Progress, Workers, run_chunks
from titer.trials.statistics import Figure
from titer.trials.store import ResultStore

CHUNK = 1000  # patients in memory at once
MOST = {"n": 1_000_000, "cycles": 1000, "chunk": 100_000}
# Figures that the JSON object holds, in this order; an arm has more of them.
REPORTED = (
    "orr",
    "vgpr_or_better",
    "median_pfs_month",
    "neutropenia_g34",
    "neutropenia_g34_weekly",
    "neutropenia_g4",
    "thrombocytopenia_g34",
    "thrombocytopenia_g34_weekly",
    "anaemia_g34",
    "vte",
    "any_hold",
    "any_reduction",
    "relative_dose_intensity",
)


@dataclass(frozen=True)
class Arm:
    """One regimen and what it did.

    Args:
        regimen: its text.
        figures: name → value with 95% interval; fractions from 0 to 1, times in months.
        outcomes: endpoint → one value per patient, shape (n_patients,).
        observed: signal → reported values of the first patients (all, up to 4,000), NaN where there was no visit.
            Shape (n_followed, n_weeks).
        intensity: dose given over planned in each cycle, of the same patients. Shape (n_followed, n_cycles).
        statuses: how treatment ended ("completed", "progression", "event", "failed") → number of patients.
    """

    regimen: str
    figures: Mapping[str, Figure]
    outcomes: Mapping[str, NDArray]
    observed: Mapping[str, NDArray[np.float32]]
    intensity: NDArray[np.float32]
    statuses: Mapping[str, int]


@dataclass(frozen=True, repr=False)
class Comparison:
    """Arms in the order asked, and the paired differences of each later arm from the first.

    Example:
        >>> result = compare_regimens(["dexamethasone 40 mg weekly", "lenalidomide 10 mg daily"], n=4, cycles=1)
        >>> [arm.regimen for arm in result.arms]
        ['dexamethasone 40 mg weekly', 'lenalidomide 10 mg daily']
        >>> result.differences[0]["any_hold"].value
        0.0
    """

    n: int
    seed: int
    population: str
    cycles: int
    protocol: str
    arms: tuple[Arm, ...]
    differences: tuple[Mapping[str, Figure], ...]
    setting: Setting

    @property
    def immune(self) -> bool:
        """Whether patients have the immune core."""
        return self.setting.question.immune

    @property
    def days(self) -> NDArray[np.int64]:
        """Days of the weekly values. Shape (n_weeks,)."""
        return self.setting.days

    @cached_property
    def cohort(self) -> Cohort:
        """The patients and their covariates; sampled again when first asked for, since they are what they are."""
        return self.people(self.n)

    def people(self, first: int) -> Cohort:
        """The first patients and their covariates."""
        return sample(self.setting.population, self.seed, np.arange(min(first, self.n)), self.setting.covariates)

    def __repr__(self) -> str:
        arms = [f"  {arm.regimen}: ORR {arm.figures['orr'].value:.3f}" for arm in self.arms]
        return "\n".join([f"Comparison of {self.n} patients, {self.population}, seed {self.seed}", *arms])

    def as_json(self) -> dict[str, Any]:
        """The comparison as plain numbers: fractions from 0 to 1, None where there is no value.

        `failed` is the number of patients who could not be integrated; the figures are those of the others.
        """
        first = self.arms[0].regimen
        return {
            "n": self.n,
            "seed": self.seed,
            "population": self.population,
            "regimens": [
                {"regimen": arm.regimen, **_plain(arm.figures), "failed": arm.statuses.get("failed", 0)}
                for arm in self.arms
            ],
            "differences": [
                {"regimen": arm.regimen, "versus": first, **_plain(figures)}
                for arm, figures in zip(self.arms[1:], self.differences, strict=True)
            ],
        }


def _plain(figures: Mapping[str, Figure]) -> dict[str, Any]:
    return {name: figures[name].as_json() for name in (*REPORTED, *ILLNESSES) if name in figures}


def compare_regimens(
    regimens: Sequence[str],
    *,
    population: str = "relapsed-myeloma",
    n: int = 1000,
    cycles: int = 24,
    seed: int = 1,
    protocol: str | Path = "us-label",
    ctcae: str = "5",
    overrides: Mapping[str, float] | None = None,
    threads: int | None = None,
    rtol: float = 1e-5,
    immune: bool = False,
    chunk: int = CHUNK,
    workers: Workers = ONE_WORKER,
    store: ResultStore | None = None,
    resume: bool = False,
    progress: Progress | None = None,
) -> Comparison:
    """Treat the same virtual patients with each regimen and sum up benefit and harm.

    Args:
        regimens: texts, as "lenalidomide 25 mg days 1-21 of 28 + dexamethasone 40 mg days 1,8,15,22 of 28".
        population: name of a population of the library.
        n: virtual patients, numbered from 0.
        cycles: longest treatment, in cycles of the first regimen.
        seed: the same seed gives the same patients and the same luck.
        protocol: dose-modification rules: a name of the library, or the path of a TOML file.
        ctcae: version that grades blood counts, "4.03", "5" or "6". Rules act on values, whatever the version.
        overrides: name → value that every patient gets: a covariate ("prior_lines"; sampled ones that depend on it
            follow), or a parameter of a model ("lenalidomide.dc50"; it then varies between patients no more).
        threads: of the integration; all cores where None. Results do not depend on it.
        rtol: relative tolerance of a step. At 1e-5 counts and M-protein are within 1e-4 of their exact values over
            24 weeks (5e-5 measured), far below the scatter of any laboratory.
        immune: give every patient the immune core (docs/immune.md): killing of the tumour by its NK and T cells, and
            bacteria met by chance, which neutropenia may let grow into a fever.
        chunk: patients in memory at once. Results do not depend on it.
        workers: who works on chunks. Results do not depend on them.
        store: where tables are written as chunks finish.
        resume: go on with the unfinished run in the store.
        progress: called as patients are done, with their number, n, and a few words.

    Returns:
        Figures of each arm with 95% intervals, and paired differences from the first arm.

    Raises:
        InputError: a regimen, name or number that cannot be used.
        SolveError: not one of the first 100 patients could be integrated; single failures are marked in `statuses`.
        StorageError: the store cannot be written; the run can be resumed.
        WorkerError: workers died again and again, or cannot be reached.

    Example:
        >>> result = compare_regimens(["dexamethasone 40 mg weekly"], n=8, cycles=2)
        >>> result.arms[0].figures["relative_dose_intensity"].value
        1.0
    """
    if isinstance(regimens, str):
        raise InputError("regimens is one text", right="a list of texts", hint=f"compare_regimens([{regimens!r}])")
    _check_numbers(overrides or {})
    n, cycles, chunk = (_whole_number(name, value) for name, value in (("n", n), ("cycles", cycles), ("chunk", chunk)))
    name, toml = _protocol(protocol)
    question = Question(
        regimens=tuple(regimens),
        population=population,
        cycles=cycles,
        seed=_seed(seed),
        protocol=name,
        protocol_toml=toml,
        ctcae=ctcae,
        overrides={key: float(value) for key, value in (overrides or {}).items()},
        rtol=float(rtol),
        immune=bool(immune),
    )
    setting = Setting.prepare(question, workers.kernel_threads(threads))
    collector = Collector(setting, n)
    for done, tables in run_chunks(
        CompareJob(setting), n, chunk, store=store, workers=workers, resume=resume, progress=progress
    ):
        collector.add(done, tables)
        del tables  # else they would be held while the next chunk is worked out
    return _compared(setting, n, collector.arms)


def _compared(setting: Setting, n: int, collected: Sequence[Collected]) -> Comparison:
    arms = tuple(
        Arm(regimen.text, arm_figures(kept.outcomes), kept.outcomes, kept.observed, kept.intensity, kept.statuses)
        for regimen, kept in zip(setting.regimens, collected, strict=True)
    )
    return Comparison(
        n=n,
        seed=setting.seed,
        population=setting.population.name,
        cycles=setting.question.cycles,
        protocol=setting.question.protocol,
        arms=arms,
        differences=tuple(difference_figures(arm.outcomes, arms[0].outcomes, setting.seed) for arm in arms[1:]),
        setting=setting,
    )


def _protocol(protocol: str | Path) -> tuple[str, str | None]:
    """Name of a protocol; of a file, its name and text, so that workers elsewhere and later runs need no file."""
    path = Path(protocol)
    if path.suffix != ".toml":
        return str(protocol), None
    try:
        return path.name, path.read_text(encoding="utf-8")
    except OSError as reason:
        raise InputError(f"the protocol file cannot be read: {reason.strerror or reason}", where=str(path)) from None
    except UnicodeDecodeError as reason:
        raise InputError(f"the protocol file is not text: {reason}", where=str(path), right="UTF-8") from None


def _seed(seed: int) -> int:
    if isinstance(seed, bool) or not hasattr(seed, "__index__") or seed < 0:
        raise InputError(f"seed is {seed!r}", right="a whole number from 0")
    return index(seed)


def _check_numbers(overrides: Mapping[str, float]) -> None:
    for name, value in overrides.items():
        if isinstance(value, bool) or not isinstance(value, int | float | np.number) or not np.isfinite(value):
            raise InputError(f"'{name}' is set to {value!r}", right="a finite number")


def _whole_number(name: str, value: int) -> int:
    most = MOST[name]
    if isinstance(value, bool) or not hasattr(value, "__index__") or not 1 <= value <= most:
        raise InputError(f"{name} is {value!r}", right=f"a whole number from 1 to {most:,}")
    return index(value)
