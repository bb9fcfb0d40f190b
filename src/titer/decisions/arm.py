"""What is asked, what all arms share, and one arm: a cohort of virtual patients under one regimen and protocol."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from titer.clinic.bodies import run_course
from titer.clinic.course import ClinicPlan, Course
from titer.clinic.grading import GradeTable
from titer.clinic.observables import OBSERVABLES
from titer.clinic.protocol import Protocol, SupportRule
from titer.clinic.protocol_file import parse_protocol
from titer.dosing.regimen import Regimen
from titer.engine import Kernel, compile_kernel
from titer.engine.cache import cache_folder
from titer.errors import InputError
from titer.library import (
    MYELOMA_DRUGS,
    drugs,
    drugs_without_model,
    load_plan,
    load_population,
    protocols,
    read_regimen,
    relapsed_myeloma_models,
)
from titer.library.rules.ctcae import ctcae
from titer.library.rules.protocols import PROTOCOLS
from titer.library.signals import SIGNALS
from titer.model import Model, System, assemble
from titer.model.digest import model_digest
from titer.patients.cohort import Cohort
from titer.patients.individuals import individual_parameters
from titer.patients.population import PopulationModel
from titer.trials.identity import program_identity

GRADED = ("anc", "platelets", "haemoglobin")


def ruled_drugs() -> list[str]:
    """Drugs that any protocol of the library has rules for."""
    return list(dict.fromkeys(drug for protocol in PROTOCOLS.values() for drug in protocol.drugs))


@dataclass(frozen=True)
class Question:
    """What a comparison is asked, as plain data.

    Args:
        regimens: their texts.
        population: name of a population of the library.
        cycles: longest treatment, in cycles of the first regimen.
        seed: of all draws.
        protocol: name of a set of rules, or of the file that holds them.
        protocol_toml: the text of that file; None for a protocol of the library.
        ctcae: version that grades.
        overrides: covariate or parameter → value that every patient gets.
        rtol: of the integration.
        immune: whether patients have the immune core, and meet bacteria.
    """

    regimens: tuple[str, ...]
    population: str
    cycles: int
    seed: int
    protocol: str
    protocol_toml: str | None
    ctcae: str
    overrides: Mapping[str, float]
    rtol: float
    immune: bool = False

    @classmethod
    def of(cls, identity: Mapping[str, Any]) -> Question:
        """The question in a job's identity or in `run.json`."""
        asked = {name: identity[name] for name in cls.__dataclass_fields__}
        return cls(**asked | {"regimens": tuple(asked["regimens"])})


@dataclass(frozen=True)
class Setting:
    """What all arms share: the assembled system, its kernel, the population, the clinic and the seed."""

    question: Question
    regimens: tuple[Regimen, ...]
    population: PopulationModel
    plan: ClinicPlan
    system: System
    kernel: Kernel
    n_days: int
    cycle_days: int
    threads: int | None
    grades: Mapping[str, GradeTable]

    @classmethod
    def prepare(cls, question: Question, threads: int | None) -> Setting:
        """Everything that can be refused is read here, before anything is computed."""
        if not question.regimens:
            raise InputError("there is no regimen to compare", hint='"lenalidomide 25 mg days 1-21 of 28"')
        parsed = tuple(read_regimen(text) for text in question.regimens)
        people, plan = load_population(question.population), plan_of(question)
        grades = {test: ctcae(test, question.ctcae) for test in GRADED}
        system, kernel = system_of(parsed, [plan.protocol], immune=question.immune)
        cycle_days = parsed[0].cycle_length
        return cls(
            question=question,
            regimens=parsed,
            population=people,
            plan=plan,
            system=system,
            kernel=kernel,
            n_days=-(-question.cycles * cycle_days // 7) * 7,  # visits are weekly: the last week is whole
            cycle_days=cycle_days,
            threads=threads,
            grades=grades,
        )

    @property
    def seed(self) -> int:
        return self.question.seed

    @property
    def rtol(self) -> float:
        return self.question.rtol

    @property
    def covariates(self) -> dict[str, float]:
        """Covariates that were set for everybody."""
        return {name: value for name, value in self.question.overrides.items() if "." not in name}

    @property
    def fixed_parameters(self) -> dict[str, float]:
        """Parameters of models that were set for everybody."""
        return {name: value for name, value in self.question.overrides.items() if "." in name}

    @property
    def days(self) -> NDArray[np.int64]:
        """Days of the weekly clock. Shape (n_weeks + 1,)."""
        return np.arange(0, self.n_days + 1, 7)

    def identity(self) -> dict[str, Any]:
        """All that the rows depend on, beside n: the question, the program and its kernel, as plain JSON."""
        return {
            "what": "comparison",
            **asdict(self.question),
            **computing_identity(self.system, self.kernel),
        }

    @property
    def overrides(self) -> dict[str, float]:
        """What was set for everybody."""
        return dict(self.question.overrides)

    @property
    def counted_drug(self) -> str:
        """The drug whose dose intensity is counted in every arm: one that any protocol of the library rules."""
        given = list(dict.fromkeys(drug for regimen in self.regimens for drug in regimen.drugs))
        return next((drug for drug in ruled_drugs() if drug in given), given[0])

    def parameters(self, cohort: Cohort) -> NDArray:
        """Parameters of each patient. Shape (n_patients, n_parameters)."""
        return individual_parameters(self.system, cohort, self.seed, overrides=self.fixed_parameters)


def plan_of(question: Question) -> ClinicPlan:
    """The clinic under the protocol asked for; a user's own was read when the question was asked, and comes as text."""
    if question.protocol_toml is None:
        return load_plan(question.protocol, immune=question.immune)
    own = parse_protocol(
        question.protocol_toml,
        file=question.protocol,
        known=protocols(),
        drugs=[*drugs(), *drugs_without_model()],
    )
    return replace(load_plan(immune=question.immune), protocol=own)


def system_of(
    regimens: Sequence[Regimen], protocols: Sequence[Protocol], *, immune: bool = False
) -> tuple[System, Kernel]:
    """The disease with its usual drugs, whatever else the regimens name, and what protocols may add."""
    supports = [rule.give.drug for protocol in protocols for rule in protocol.of_kind(SupportRule)]
    given = dict.fromkeys([*MYELOMA_DRUGS, *(drug for regimen in regimens for drug in regimen.drugs), *supports])
    models = relapsed_myeloma_models(list(given), immune=immune)
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


def computing_identity(system: System, kernel: Kernel) -> dict[str, Any]:
    """What computes the rows, as plain JSON: the program, its kernel and the models."""
    return {
        **program_identity(),
        "kernel": kernel.library_path.stem,  # named by its content
        "method": kernel.method,
        "models": {model.name: model_digest(model) for model in system.models},
    }


def facts_of(cohort: Cohort) -> dict[str, NDArray]:
    """What the clinic knows of its patients before treatment. Shape (n_patients,) each."""
    known = [name for name, one in OBSERVABLES.items() if one.kind == "patient" and name in cohort.columns]
    return {name: np.asarray(cohort.columns[name], float) for name in known}


def run_arm(
    setting: Setting,
    cohort: Cohort,
    parameters: NDArray,
    regimen: Regimen,
    *,
    on_share: Callable[[float], None] | None = None,
) -> Course:
    """Treat a cohort with a regimen.

    Args:
        setting: what arms share.
        cohort: the patients, in increasing order of number.
        parameters: theirs. Shape (n_patients, n_parameters).
        regimen: the plan.
        on_share: called with the share of the time that is done, 0 to 1.

    Returns:
        Their course; patients who could not be integrated are marked in it.
    """
    return run_course(
        setting.kernel,
        parameters,
        cohort.ids,
        regimen,
        setting.plan,
        setting.n_days,
        setting.seed,
        facts=facts_of(cohort),
        on_tick=None if on_share is None else lambda tick, n_ticks: on_share((tick + 1) / n_ticks),
        rtol=setting.rtol,
        threads=setting.threads,
    )
