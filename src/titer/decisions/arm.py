"""One arm: a cohort of virtual patients under one regimen and protocol."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from titer.clinic.bodies import run_course
from titer.clinic.course import ClinicPlan, Course, End
from titer.clinic.grading import GradeTable
from titer.dosing.regimen import Regimen
from titer.engine import Kernel, compile_kernel
from titer.engine.cache import cache_folder
from titer.errors import InputError, SolveError
from titer.library import MYELOMA_DRUGS, load_plan, load_population, read_regimen, relapsed_myeloma_models
from titer.library.rules.ctcae import ctcae
from titer.library.rules.lenalidomide import PROTOCOLS
from titer.library.signals import SIGNALS
from titer.model import Model, System, assemble
from titer.model.digest import model_digest
from titer.patients.cohort import Cohort
from titer.patients.individuals import individual_parameters
from titer.patients.population import PopulationModel
from titer.trials.endpoints import endpoints, intensity_by_cycle

GRADED = ("anc", "platelets", "haemoglobin")


def ruled_drugs() -> list[str]:
    """Drugs that any protocol of the library has rules for."""
    return list(dict.fromkeys(drug for protocol in PROTOCOLS.values() for drug in protocol.drugs))


@dataclass(frozen=True)
class Setting:
    """What all arms share: the assembled system, its kernel, the population, the clinic and the seed."""

    regimens: tuple[Regimen, ...]
    population: PopulationModel
    plan: ClinicPlan
    system: System
    kernel: Kernel
    n_days: int
    cycle_days: int
    seed: int
    threads: int | None
    rtol: float
    grades: Mapping[str, GradeTable]
    covariates: Mapping[str, float]
    fixed_parameters: Mapping[str, float]

    @classmethod
    def prepare(
        cls,
        regimens: Sequence[str],
        population: str,
        cycles: int,
        seed: int,
        protocol: str,
        *,
        threads: int | None,
        rtol: float,
        ctcae_version: str,
        overrides: Mapping[str, float],
    ) -> Setting:
        """Everything that can be refused is read here, before anything is computed."""
        if not regimens:
            raise InputError("there is no regimen to compare", hint='"lenalidomide 25 mg days 1-21 of 28"')
        parsed = tuple(read_regimen(text) for text in regimens)
        people, plan = load_population(population), load_plan(protocol)
        grades = {test: ctcae(test, ctcae_version) for test in GRADED}
        system, kernel = _system_of(parsed)
        cycle_days = parsed[0].cycle_length
        return cls(
            regimens=parsed,
            population=people,
            plan=plan,
            system=system,
            kernel=kernel,
            n_days=-(-cycles * cycle_days // 7) * 7,  # visits are weekly: the last week is whole
            cycle_days=cycle_days,
            seed=seed,
            threads=threads,
            rtol=rtol,
            grades=grades,
            covariates={name: value for name, value in overrides.items() if "." not in name},
            fixed_parameters={name: value for name, value in overrides.items() if "." in name},
        )

    @property
    def overrides(self) -> dict[str, float]:
        """What was set for everybody."""
        return {**self.covariates, **self.fixed_parameters}

    @property
    def counted_drug(self) -> str:
        """The drug whose dose intensity is counted in every arm: one that any protocol of the library rules."""
        given = list(dict.fromkeys(drug for regimen in self.regimens for drug in regimen.drugs))
        return next((drug for drug in ruled_drugs() if drug in given), given[0])

    def parameters(self, cohort: Cohort) -> NDArray:
        """Parameters of each patient. Shape (n_patients, n_parameters)."""
        return individual_parameters(self.system, cohort, self.seed, overrides=self.fixed_parameters)


def _system_of(regimens: Sequence[Regimen]) -> tuple[System, Kernel]:
    """The disease with its usual drugs and whatever else the regimens name."""
    given = dict.fromkeys([*MYELOMA_DRUGS, *(drug for regimen in regimens for drug in regimen.drugs)])
    models = relapsed_myeloma_models(list(given))
    mark = _unit_check_mark(models)
    system = assemble(models, SIGNALS, units=not mark.exists())
    with suppress(OSError):
        mark.touch()
    return system, compile_kernel(system)


def _unit_check_mark(models: Sequence[Model]) -> Path:
    """A file that is there once the units of these very models were checked on this machine.

    Reading units loads Pint, which takes as long as a small comparison; the mark lies beside the kernels.
    """
    told = repr([model_digest(model) for model in models]) + repr(sorted(SIGNALS.items()))
    return cache_folder() / f"units-{hashlib.sha256(told.encode()).hexdigest()[:32]}"


@dataclass(frozen=True)
class ArmResult:
    """What one arm did to one chunk of patients; the full course is dropped once its tables are written."""

    outcomes: Mapping[str, NDArray]
    observed: Mapping[str, NDArray[np.float32]]
    intensity: NDArray[np.float32]
    days: NDArray[np.int64]
    statuses: Mapping[str, int]
    course: Course | None

    def without_course(self) -> ArmResult:
        return replace(self, course=None)


def run_arm(
    setting: Setting,
    cohort: Cohort,
    parameters: NDArray,
    regimen: Regimen,
    *,
    on_share: Callable[[float], None] | None = None,
) -> ArmResult:
    """Treat a cohort with a regimen.

    Args:
        setting: what arms share.
        cohort: the patients, in increasing order of number.
        parameters: theirs. Shape (n_patients, n_parameters).
        regimen: the plan.
        on_share: called with the share of the time that is done, 0 to 1.

    Raises:
        SolveError: not one patient could be integrated.
    """
    course = run_course(
        setting.kernel,
        parameters,
        cohort.ids,
        regimen,
        setting.plan,
        setting.n_days,
        setting.seed,
        on_tick=None if on_share is None else lambda tick, n_ticks: on_share((tick + 1) / n_ticks),
        rtol=setting.rtol,
        threads=setting.threads,
    )
    failed = int((course.end == End.FAILED).sum())
    if failed == len(cohort):
        raise SolveError(
            f"none of {failed} patients could be integrated",
            where=f"regimen '{regimen.text}'",
            hint=f"look at what was set for everybody: {setting.overrides}" if setting.overrides else "a larger rtol",
        )
    return ArmResult(
        outcomes=endpoints(course, setting.grades, setting.counted_drug),
        observed=course.observed,
        intensity=intensity_by_cycle(course, setting.counted_drug, setting.cycle_days),
        days=course.days,
        statuses=Counter(End(code).name.lower() for code in course.end.tolist()),
        course=course,
    )
