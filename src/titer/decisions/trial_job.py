"""A trial as a job: chunks of its patients, each treated in the own arm, as tables."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from titer.clinic.bodies import run_course
from titer.clinic.course import Course, End
from titer.clinic.grading import GradeTable
from titer.decisions.arm import GRADED, computing_identity, facts_of, ruled_drugs, system_of
from titer.decisions.job import check_same
from titer.dosing.regimen import Regimen
from titer.engine import Kernel
from titer.errors import InputError
from titer.library.rules.ctcae import ctcae
from titer.model import System
from titer.patients.cohort import Cohort
from titer.patients.individuals import individual_parameters
from titer.trials.chunks import Chunk, beat
from titer.trials.columns import Columns, Words
from titer.trials.design import Arm, Design, candidates
from titer.trials.endpoints import doses_until_crossover, endpoints
from titer.trials.enrolment import Enrolment, enrol_trials, join_enrolments, stratum_label
from titer.trials.followed import Followed, assessment_table
from titer.trials.tables import KEYS, parameter_table, tables_of

LIGHT = ("patients", "assessments", "events", "entry")  # what the primary endpoint of a repeated trial needs
LIGHT_COLUMNS = (
    *KEYS,
    "response_day",
    "progression_day",
    "therapy_end_day",
    "therapy_end",
    "crossover_day",
    "end_day",
    "end",
)


class TrialJob:
    """One trial, or several in a row; a copy in another process prepares models and kernel by itself, once.

    Args:
        design: of the trial.
        trials: how many, each with the candidates after those of the one before.
        light: keep only the tables that the primary endpoint needs.
        rtol: relative tolerance of a step.
        threads: of the integration; all cores where None.
    """

    def __init__(
        self, design: Design, *, trials: int = 1, light: bool = False, rtol: float = 1e-5, threads: int | None = None
    ) -> None:
        self.enrolments = enrol_trials(design, trials)
        self.everybody = join_enrolments(self.enrolments)
        self.light, self.rtol, self.threads = light, rtol, threads
        self._design: Design | None = design
        self._asked = design.asked() | {"trials": trials, "light": light, "rtol": rtol}
        self._built: tuple[System, Kernel] | None = None
        self.identity: Mapping[str, Any] = self._identity()
        self._check_settings()

    def __getstate__(self) -> dict[str, Any]:
        return self.__dict__ | {"_design": None, "_built": None}

    def __len__(self) -> int:
        """Patients of all trials."""
        return len(self.everybody)

    @property
    def design(self) -> Design:
        if self._design is None:
            self._design = Design.of(self._asked)
        return self._design

    @property
    def system(self) -> System:
        return self._prepared[0]

    @property
    def kernel(self) -> Kernel:
        return self._prepared[1]

    @property
    def _prepared(self) -> tuple[System, Kernel]:
        if self._built is None:
            self._built = system_of(
                self.design.regimens,
                [arm.plan.protocol for arm in self.design.arms],
                immune=self.design.study.immune,
            )
            if hasattr(self, "identity"):  # a copy in another process
                check_same(self.identity, self._identity())
        return self._built

    def _identity(self) -> dict[str, Any]:
        return {
            "what": "trial",
            **self._asked,
            **computing_identity(*self._prepared),
        }

    @property
    def days(self) -> NDArray[np.int64]:
        """Days of the weekly clock. Shape (n_weeks + 1,)."""
        return np.arange(0, self.design.n_days + 1, 7)

    @property
    def grades(self) -> dict[str, GradeTable]:
        """Tables that grade laboratory values."""
        return {test: ctcae(test, self.design.study.analysis.ctcae) for test in GRADED}

    def run(self, chunk: Chunk) -> dict[str, list[Columns]]:
        """Treat the patients at some places of the trial (or of the row of trials), arm by arm."""
        own = self.everybody.take(slice(chunk.begin, chunk.end))
        cohort = candidates(self.design, own.patients)
        parameters = self._parameters(cohort)
        tables: dict[str, list[Columns]] = defaultdict(list)
        if not self.light:
            tables["parameters"].append(parameter_table(cohort.ids, self.system.parameters, parameters))
        for number, arm in enumerate(self.design.arms):
            rows = np.flatnonzero(own.arm == number)
            if len(rows):
                treated = own.take(rows)
                made = self._treat(arm, treated, cohort.take(rows), parameters[rows], number, len(rows) / len(chunk))
                for name, columns in made.items():
                    tables[name].append(columns)
        return {name: _same_columns(groups) for name, groups in tables.items()}

    def _treat(
        self, arm: Arm, treated: Enrolment, cohort: Cohort, parameters: NDArray, number: int, share: float
    ) -> dict[str, Columns]:
        """The tables of one arm of a chunk."""
        begun = number / len(self.design.arms)
        course = self._course(arm, cohort, parameters, treated.dropout_day, lambda done: beat(begun + share * done))
        tables = self._tables(course, arm, cohort, parameters)
        tables["entry"] = _entry(self.design, treated, self._trial_of(treated.patients), tables["patients"])
        return tables

    def _trial_of(self, patients: NDArray[np.int64]) -> NDArray[np.int32]:
        """Number of the trial that each patient is in. Shape (n_patients,)."""
        firsts = [enrolment.first for enrolment in self.enrolments]
        return (np.searchsorted(firsts, patients, side="right") - 1).astype(np.int32)

    def _parameters(self, cohort: Cohort) -> NDArray:
        return individual_parameters(self.system, cohort, self.design.study.seed, overrides=self.design.parameters)

    def _check_settings(self) -> None:
        """Refuse, before a long run, a parameter that cannot be set so."""
        try:
            self._parameters(candidates(self.design, self.everybody.patients[:1]))
        except InputError as error:
            raise InputError(error.what, where="table [set]", right=error.right, hint=error.hint) from None

    def not_evaluated(self) -> dict[str, dict[str, str]]:
        """Arm → rule → what of it this trial does not know; found on one patient in one week."""
        one = self.everybody.take(slice(0, 1))
        cohort = candidates(self.design, one.patients)
        parameters = self._parameters(cohort)
        told = {}
        for arm in self.design.arms:
            course = run_course(
                self.kernel,
                parameters,
                cohort.ids,
                arm.regimen,
                arm.plan,
                7,
                self.design.study.seed,
                facts=facts_of(cohort),
            )
            told[arm.name] = dict(course.not_evaluated)
        return {name: rules for name, rules in told.items() if rules}

    def _course(
        self, arm: Arm, cohort: Cohort, parameters: NDArray, leave_day: NDArray, on_share: Callable[[float], None]
    ) -> Course:
        return run_course(
            self.kernel,
            parameters,
            cohort.ids,
            arm.regimen,
            arm.plan,
            self.design.n_days,
            self.design.study.seed,
            facts=facts_of(cohort),
            leave_day=leave_day,
            on_tick=lambda tick, n_ticks: on_share((tick + 1) / n_ticks),
            rtol=self.rtol,
            threads=self.threads,
        )

    def _tables(self, course: Course, arm: Arm, cohort: Cohort, parameters: NDArray) -> dict[str, Columns]:
        known = Followed.of_course(course)
        outcomes = endpoints(known, self.grades, counted_drug(arm.regimen))
        if not self.light:
            outcomes |= exposure(known, self.system, parameters, drugs_of(self.design), arm.regimen.drugs)
        tables = tables_of(course, cohort, outcomes, arm.name, arm.regimen.text)
        tables["patients"] |= {"therapy_end": _ends(course.therapy_end), "end": _ends(course.end)}
        keys = {name: tables["status"][name] for name in ("arm", "regimen")}
        told = assessment_table(course)
        n = len(told["patient"])
        words = {name: Words.constant(column.words[0], n) for name, column in keys.items()}
        tables["assessments"] = {"patient": told.pop("patient")} | words | told
        if self.light:
            tables = {name: tables[name] for name in LIGHT if name in tables}
            tables["patients"] = {name: tables["patients"][name] for name in LIGHT_COLUMNS}
        return tables


def _ends(codes: NDArray[np.int8]) -> Words:
    return Words(codes, [member.name.lower().replace("_", " ") for member in End])


def _entry(design: Design, treated: Enrolment, trial: NDArray[np.int32], patients: Columns) -> Columns:
    """Who entered when: one row for each patient."""
    codes, code = np.unique(treated.stratum, return_inverse=True)
    leaves = treated.dropout_day
    return {
        **{name: patients[name] for name in KEYS},
        "trial": trial,
        "entry_day": treated.entry_day,
        "stratum": Words(code, [stratum_label(design, int(one)) for one in codes]),
        "dropout_day": np.where(np.isfinite(leaves), leaves, np.nan),
    }


def _same_columns(groups: Sequence[Columns]) -> list[Columns]:
    """Groups with one set of columns: what only some arms have (a signal that only their rules look at) is NaN."""
    names = list(dict.fromkeys(name for group in groups for name in group))
    filled = []
    for group in groups:
        nothing = np.full(len(group["patient"]), np.nan, np.float32)
        filled.append({name: group.get(name, nothing) for name in names})
    return filled


def counted_drug(regimen: Regimen) -> str:
    """The drug of an arm whose dose intensity is counted: one that a protocol rules, else the first.

    Example:
        >>> from titer.library import read_regimen
        >>> counted_drug(read_regimen("dexamethasone 40 mg weekly + lenalidomide 25 mg daily"))
        'lenalidomide'
    """
    return next((drug for drug in ruled_drugs() if drug in regimen.drugs), regimen.drugs[0])


def drugs_of(design: Design) -> tuple[str, ...]:
    """Every drug of every arm, each once."""
    return tuple(dict.fromkeys(drug for arm in design.arms for drug in arm.regimen.drugs))


def exposure(
    known: Followed, system: System, parameters: NDArray, drugs: Sequence[str], own: Collection[str]
) -> dict[str, NDArray]:
    """Dose and area under the concentration of each drug, on the regimen; NaN where the arm does not have it.

    Args:
        known: of one arm.
        system: whose models give the areas: those with a state "auc", linear in the dose.
        parameters: of each patient. Shape (n_patients, n_parameters).
        drugs: of all arms.
        own: those of the arm's regimen.

    Returns:
        "<drug>_dose" in the drug's unit, "<drug>_auc" in the unit of its state "auc" where the model has one: dose
        times bioavailability over clearance, exact for linear elimination once the last dose has left the body.
    """
    columns: dict[str, NDArray] = {}
    for drug in drugs:
        columns[f"{drug}_dose"] = dose_on_regimen(known, drug, own)
        auc = _auc_per_dose(system, parameters, drug)
        if auc is not None:
            columns[f"{drug}_auc"] = columns[f"{drug}_dose"] * auc
    return columns


def dose_on_regimen(known: Followed, drug: str, own: Collection[str]) -> NDArray:
    """Amount of a drug given on the regimen; NaN where that does not have it, whatever comes after a crossover."""
    return doses_until_crossover(known, drug)[1] if drug in own else np.full(len(known), np.nan)


def _auc_per_dose(system: System, parameters: NDArray, drug: str) -> NDArray | None:
    from titer.units import conversion

    dosing = system.doses.get(drug)
    if dosing is None:
        return None
    model = dosing.state.partition(".")[0]
    if f"{model}.auc" not in system.states or f"{model}.cl" not in system.parameters:
        return None
    share = f"{model}.bioavailability"
    fraction = parameters[:, system.parameter_index(share)] if share in system.parameters else 1.0
    units = system.units
    per_clearance = f"({units[dosing.state]})/({units[f'{model}.cl']})"
    factor = conversion(per_clearance, units[f"{model}.auc"])
    return fraction / parameters[:, system.parameter_index(f"{model}.cl")] * factor
