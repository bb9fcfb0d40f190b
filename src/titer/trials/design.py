"""A study with everything that its words mean: population, regimens, dose rules, criteria, strata, and the clock.

All that can be refused about a study is refused here, before anything is computed.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from titer.clinic.attendance import Attendance
from titer.clinic.course import ClinicPlan
from titer.dosing.regimen import Regimen
from titer.errors import InputError, TiterError
from titer.library import load_plan, load_population, read_regimen
from titer.patients.cohort import Cohort
from titer.patients.columns import PatientColumns
from titer.patients.population import PopulationModel, sample
from titer.trials.accrual import DAYS_PER_MONTH, rate_for
from titer.trials.eligibility import Criterion, Stratum, check_known, read_criterion, read_stratum
from titer.trials.study import Crossover, Study
from titer.trials.study_file import plain

DEFAULT_ACCRUAL_MONTH = 12.0


@dataclass(frozen=True)
class Arm:
    """One arm, ready to be run.

    Args:
        name: of the study file.
        regimen: what is planned.
        plan: how the patients are looked after.
        dropout_per_year: share of those still there who leave within a year.
    """

    name: str
    regimen: Regimen
    plan: ClinicPlan
    dropout_per_year: float


@dataclass(frozen=True)
class Design:
    """A study that can be run.

    Args:
        study: as read.
        population: who the candidates are.
        arms: in the order of the file.
        criteria: name → condition that a patient must meet.
        strata: what the randomisation is balanced by.
        protocols: protocol of an arm that is a file → its text, so that no worker needs the file.
        planned: of a trial under the null, the design whose null it is: candidates are screened for its treatments.
    """

    study: Study
    population: PopulationModel
    arms: tuple[Arm, ...]
    criteria: Mapping[str, Criterion]
    strata: tuple[Stratum, ...]
    protocols: Mapping[str, str] = field(default_factory=dict)
    planned: Design | None = None

    @property
    def n_days(self) -> int:
        """Longest observation of a patient, whole weeks."""
        return max(7, math.ceil(self.study.follow_up_month * DAYS_PER_MONTH / 7 - 1e-9) * 7)

    @property
    def ratio(self) -> tuple[int, ...]:
        """Patients of each arm in one round."""
        return self.study.randomisation.ratio or (1,) * len(self.arms)

    @property
    def blocks(self) -> tuple[int, ...]:
        """Sizes of permuted blocks; empty for simple randomisation."""
        blocks = self.study.randomisation.blocks
        return (2 * sum(self.ratio),) if blocks is None else blocks

    @property
    def rate_per_month(self) -> float:
        """Patients per month once the ramp is over."""
        accrual = self.study.accrual
        if accrual.rate_per_month is not None:
            return accrual.rate_per_month
        months = DEFAULT_ACCRUAL_MONTH if accrual.duration_month is None else accrual.duration_month
        return rate_for(self.study.patients, months, accrual.ramp_up_month)

    @property
    def covariates(self) -> dict[str, float]:
        """Covariates that are set for every candidate."""
        return {name: value for name, value in self.study.settings.items() if "." not in name}

    @property
    def parameters(self) -> dict[str, float]:
        """Parameters of models that are set for every candidate."""
        return {name: value for name, value in self.study.settings.items() if "." in name}

    @property
    def regimens(self) -> tuple[Regimen, ...]:
        """Every regimen that anybody may get, crossovers included, each once."""
        crossed = [arm.plan.after_progression for arm in self.arms]
        every = [arm.regimen for arm in self.arms] + [one for one in crossed if isinstance(one, Regimen)]
        return tuple({one.text: one for one in every}.values())

    def asked(self) -> dict[str, Any]:
        """What is asked, as plain JSON; `Design.of` makes the design of it again."""
        study = (self.planned or self).study
        return {"study": dict(plain(study)), "protocols": dict(self.protocols), "null": self.planned is not None}

    @classmethod
    def of(cls, asked: Mapping[str, Any]) -> Design:
        """The design that `asked` describes, wherever it was made."""
        design = _build(Study.model_validate(asked["study"]), dict(asked["protocols"]), "study")
        return design.under_null() if asked["null"] else design

    def under_null(self) -> Design:
        """The same trial, of the same candidates, with every arm treated as the reference is."""
        return replace(_build(self.study.under_null(), self.protocols, "study"), planned=self)

    def known_of(self, cohort: Cohort) -> PatientColumns:
        """Facts of candidates as eligibility and strata see them: what is sampled, and what is assumed of everybody.

        Raises:
            InputError: an assumption that cannot be made.
        """
        return PatientColumns.from_cohort(cohort, self.study.eligibility.assume)


def design_of(study: Study, folder: str | Path = ".", file: str = "study.toml") -> Design:
    """The design of a study.

    Args:
        study: as read.
        folder: that protocol files are relative to.
        file: what errors call the study file.

    Raises:
        InputError: a population, protocol, regimen, condition, covariate or fact that cannot be used; it names file,
            table and key.

    Example:
        >>> from titer.trials.study_file import example_study, parse_study
        >>> design = design_of(parse_study(example_study()))
        >>> design.n_days, round(design.rate_per_month, 1), design.blocks
        (917, 22.2, (4, 6))
    """
    protocols: dict[str, str] = {}
    for number, arm in enumerate(study.arms):
        if _is_file(arm.protocol):
            where = f"{file}, table [[arms]] number {number + 1}, key 'protocol'"
            protocols[arm.protocol] = _located(where, _read_text, Path(folder) / arm.protocol)
    return _build(study, protocols, file)


def _build(study: Study, protocols: Mapping[str, str], file: str) -> Design:
    population = _located(f"{file}, key 'population'", load_population, study.population)
    arms = tuple(_arm(study, number, protocols, file) for number in range(len(study.arms)))
    criteria = {
        name: _located(f"{file}, table [eligibility.criteria], key '{name}'", read_criterion, text, population)
        for name, text in study.eligibility.criteria.items()
    }
    strata = tuple(
        _located(f"{file}, table [randomisation], key 'strata'", read_stratum, text, population)
        for text in study.randomisation.strata
    )
    design = Design(study, population, arms, criteria, strata, protocols)
    _check_one_candidate(design, file)
    return design


def _arm(study: Study, number: int, protocols: Mapping[str, str], file: str) -> Arm:
    asked, where = study.arms[number], f"{file}, table [[arms]] number {number + 1}"
    regimen = _located(f"{where}, key 'regimen'", read_regimen, asked.regimen)
    plan = _located(f"{where}, key 'protocol'", _plan, asked.protocol, protocols.get(asked.protocol), study.immune)
    after: Any = "follow" if asked.at_progression == "follow" else "end"
    if isinstance(asked.at_progression, Crossover):
        text = study.regimen_after(asked.at_progression)
        after = _located(f"{where}, key 'at_progression'", _crossover, text, study.arm_names)
    attendance = Attendance(
        missed_visit=study.visits.missed,
        window_day=study.visits.window_day,
        missed_dose=study.adherence.missed_dose,
        missed_dose_spread=study.adherence.spread,
    )
    plan = replace(plan, attendance=attendance, after_progression=after, exact=not study.laboratory.noise)
    leaves = study.dropout.arms.get(asked.name, study.dropout.per_year)
    return Arm(asked.name, regimen, plan, leaves)


def _crossover(text: str, arms: tuple[str, ...]) -> Regimen:
    try:
        return read_regimen(text)
    except InputError as error:
        told = ", ".join(f"'{name}'" for name in arms)
        raise InputError(error.what, where=error.where, right=error.right or f"an arm ({told}) or a regimen") from None


def _plan(name: str, text: str | None, immune: bool) -> ClinicPlan:
    if text is None:
        return load_plan(name, immune=immune)
    with TemporaryDirectory(prefix="titer-protocol-") as folder:
        path = Path(folder) / Path(name).name
        path.write_text(text, encoding="utf-8")
        return load_plan(str(path), immune=immune)


def _is_file(protocol: str) -> bool:
    return protocol.endswith(".toml") or "/" in protocol or "\\" in protocol


def _read_text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        told = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise InputError(
            f"'{path.name}' cannot be read: {told or error}", right="a protocol file beside the study file"
        ) from None


def _located(where: str, read: Callable[..., Any], *given: Any) -> Any:
    """What `read` gives; its errors also say where in the study file they belong."""
    try:
        return read(*given)
    except TiterError as error:
        inner = error.where.split("\n")
        place = where + (f": {inner[0]}" if inner[0] else "") + "".join(f"\n{line}" for line in inner[1:])
        raise type(error)(error.what, where=place, right=error.right, hint=error.hint) from None


def _check_one_candidate(design: Design, file: str) -> None:
    """What is set or assumed for everybody is tried on one candidate, who is then forgotten."""
    cohort = _located(f"{file}, table [set]", candidates, design, np.zeros(1, np.int64))
    known = _located(f"{file}, table [eligibility.assume]", design.known_of, cohort)
    _located(f"{file}, table [set]", known.record, 0)  # a record has limits
    for name, criterion in design.criteria.items():
        _located(f"{file}, table [eligibility.criteria], key '{name}'", check_known, criterion, known)
    for stratum in design.strata:
        if stratum.criterion is not None:
            _located(f"{file}, table [randomisation], key 'strata'", check_known, stratum.criterion, known)


def candidates(design: Design, numbers: np.ndarray) -> Cohort:
    """Candidates of the trial by their numbers, with what is set for everybody."""
    return sample(design.population, design.study.seed, numbers, design.covariates)
