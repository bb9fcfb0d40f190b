"""Comparing regimens in the same virtual patients.

Every arm sees the same patients with the same luck (random streams are keyed by patient and purpose), so differences
between arms are differences between regimens. Patients are treated in chunks: memory does not grow with their number,
but for the outcomes and weekly reports, 2 kB per patient and arm, that figures and plots need.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from operator import index
from typing import Any

import numpy as np
from numpy.typing import NDArray

from titer.decisions.arm import ArmResult, Setting, run_arm
from titer.decisions.figures import arm_figures, difference_figures
from titer.errors import InputError
from titer.patients.cohort import Cohort
from titer.patients.population import sample
from titer.trials.statistics import Figure
from titer.trials.store import ResultStore
from titer.trials.tables import letters, parameter_table, tables_of

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
# progress(done, total): patients treated, over all arms
Progress = Callable[[float, float], None]


@dataclass(frozen=True)
class Arm:
    """One regimen and what it did.

    Args:
        regimen: its text.
        figures: name → value with 95% interval; fractions from 0 to 1, times in months.
        outcomes: endpoint → one value per patient, shape (n_patients,).
        observed: signal → reported values, shape (n_patients, n_weeks), NaN where there was no visit.
        intensity: dose given over planned in each cycle, shape (n_patients, n_cycles).
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
    days: NDArray[np.int64]
    cohort: Cohort
    arms: tuple[Arm, ...]
    differences: tuple[Mapping[str, Figure], ...]
    setting: Setting

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
    return {name: figures[name].as_json() for name in REPORTED}


def compare_regimens(
    regimens: Sequence[str],
    *,
    population: str = "relapsed-myeloma",
    n: int = 1000,
    cycles: int = 24,
    seed: int = 1,
    protocol: str = "us-label",
    ctcae: str = "5",
    overrides: Mapping[str, float] | None = None,
    threads: int | None = None,
    rtol: float = 1e-5,
    chunk: int = CHUNK,
    store: ResultStore | None = None,
    progress: Progress | None = None,
) -> Comparison:
    """Treat the same virtual patients with each regimen and sum up benefit and harm.

    Args:
        regimens: texts, as "lenalidomide 25 mg days 1-21 of 28 + dexamethasone 40 mg days 1,8,15,22 of 28".
        population: name of a population of the library.
        n: virtual patients, numbered from 0.
        cycles: longest treatment, in cycles of the first regimen.
        seed: the same seed gives the same patients and the same luck.
        protocol: dose-modification rules, a name of the library.
        ctcae: version that grades blood counts, "4.03", "5" or "6". Rules act on values, whatever the version.
        overrides: name → value that every patient gets: a covariate ("prior_lines"; sampled ones that depend on it
            follow), or a parameter of a model ("lenalidomide.dc50"; it then varies between patients no more).
        threads: of the integration; all cores where None. Results do not depend on it.
        rtol: relative tolerance of a step. At 1e-5 counts and M-protein are within 1e-4 of their exact values over
            24 weeks (5e-5 measured), far below the scatter of any laboratory.
        chunk: patients in memory at once. Results do not depend on it.
        store: where tables are written as chunks finish.
        progress: called as patients are done.

    Returns:
        Figures of each arm with 95% intervals, and paired differences from the first arm.

    Raises:
        InputError: a regimen, name or number that cannot be used.
        SolveError: no patient could be integrated; single failures are marked in `statuses`.

    Example:
        >>> result = compare_regimens(["dexamethasone 40 mg weekly"], n=8, cycles=2)
        >>> result.arms[0].figures["relative_dose_intensity"].value
        1.0
    """
    if isinstance(regimens, str):
        raise InputError("regimens is one text", right="a list of texts", hint=f"compare_regimens([{regimens!r}])")
    _check_numbers(overrides or {})
    n, cycles, chunk = (_whole_number(name, value) for name, value in (("n", n), ("cycles", cycles), ("chunk", chunk)))
    setting = Setting.prepare(
        regimens,
        population,
        cycles,
        seed,
        protocol,
        threads=threads,
        rtol=rtol,
        ctcae_version=ctcae,
        overrides=overrides or {},
    )
    cohort, collected = _treat_all(setting, n, chunk, store, progress)
    arms = tuple(_sum_up(regimen.text, parts) for regimen, parts in zip(setting.regimens, collected, strict=True))
    return Comparison(
        n=n,
        seed=seed,
        population=setting.population.name,
        cycles=cycles,
        protocol=protocol,
        days=collected[0][0].days,
        cohort=cohort,
        arms=arms,
        differences=tuple(difference_figures(arm.outcomes, arms[0].outcomes, seed) for arm in arms[1:]),
        setting=setting,
    )


def _treat_all(
    setting: Setting, n: int, chunk: int, store: ResultStore | None, progress: Progress | None
) -> tuple[Cohort, list[list[ArmResult]]]:
    """Every patient under every regimen, chunk after chunk: the cohort, and for each regimen its chunks' results."""
    collected: list[list[ArmResult]] = [[] for _ in setting.regimens]
    arms = list(zip(letters(len(collected)), setting.regimens, collected, strict=True))
    cohorts, total, done = [], float(n * len(arms)), 0.0
    for cohort in _chunks(setting, n, chunk):
        cohorts.append(cohort)
        parameters = setting.parameters(cohort)
        if store is not None:
            store.write("parameters", parameter_table(cohort.ids, setting.system.parameters, parameters))
        for letter, regimen, results in arms:
            result = run_arm(setting, cohort, parameters, regimen, on_share=_share(progress, done, len(cohort), total))
            if store is not None:
                _write(store, result, cohort, letter, regimen.text)
            results.append(result.without_course())
            done += len(cohort)
    return _join_cohorts(cohorts), collected


def _check_numbers(overrides: Mapping[str, float]) -> None:
    for name, value in overrides.items():
        if isinstance(value, bool) or not isinstance(value, int | float | np.number) or not np.isfinite(value):
            raise InputError(f"'{name}' is set to {value!r}", right="a finite number")


def _whole_number(name: str, value: int) -> int:
    most = MOST[name]
    if isinstance(value, bool) or not hasattr(value, "__index__") or not 1 <= value <= most:
        raise InputError(f"{name} is {value!r}", right=f"a whole number from 1 to {most:,}")
    return index(value)


def _chunks(setting: Setting, n: int, chunk: int) -> Iterator[Cohort]:
    for begin in range(0, n, chunk):
        yield sample(setting.population, setting.seed, np.arange(begin, min(begin + chunk, n)), setting.covariates)


def _share(progress: Progress | None, done: float, patients: int, total: float) -> Callable[[float], None] | None:
    return None if progress is None else lambda share: progress(done + share * patients, total)


def _write(store: ResultStore, result: ArmResult, cohort: Cohort, letter: str, regimen: str) -> None:
    assert result.course is not None
    for name, columns in tables_of(result.course, cohort, result.outcomes, letter, regimen).items():
        store.write(name, columns)


def _sum_up(regimen: str, parts: Sequence[ArmResult]) -> Arm:
    outcomes = {name: np.concatenate([p.outcomes[name] for p in parts]) for name in parts[0].outcomes}
    observed = {name: np.concatenate([p.observed[name] for p in parts]) for name in parts[0].observed}
    words = {status for part in parts for status in part.statuses}
    return Arm(
        regimen=regimen,
        figures=arm_figures(outcomes),
        outcomes=outcomes,
        observed=observed,
        intensity=np.concatenate([p.intensity for p in parts]),
        statuses={word: sum(p.statuses.get(word, 0) for p in parts) for word in sorted(words)},
    )


def _join_cohorts(cohorts: Sequence[Cohort]) -> Cohort:
    first = cohorts[0]
    columns = {name: np.concatenate([c.column(name) for c in cohorts]) for name in first.columns}
    return Cohort(np.concatenate([c.ids for c in cohorts]), columns, first.units)
