"""Who is in a trial: candidates are screened in the order of their numbers, enrolled, and given an arm.

All of it needs covariates only, so it is settled for the whole trial before anybody is treated; every draw belongs to a
candidate's number. Trials that are repeated take candidates one after another: no candidate is in two trials.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product

import numpy as np
from numpy.typing import NDArray

from titer.clinic.conditions import Compare
from titer.clinic.conditions import leaves as values_of
from titer.clinic.protocol import Protocol, StartRule
from titer.clinic.safety.conditions import PlanCompare, leaves
from titer.clinic.safety.declare import SafetyRule
from titer.dosing.regimen import Regimen
from titer.errors import InputError
from titer.patients.cohort import Cohort
from titer.patients.columns import COVARIATES, FACTS, PatientColumns
from titer.trials.accrual import dropout_days, entry_days
from titer.trials.design import Design, candidates
from titer.trials.randomisation import permuted_blocks, simple_randomisation

SCREENED_AT_ONCE = 4096  # candidates in memory
HOPELESS = 20_000  # candidates without a single one who may enter
ASKED = 16  # candidates whose missing facts are named where nobody may enter
NOT_KNOWN = " (not known)"  # a label's rule that could not be decided


@dataclass(frozen=True, eq=False)
class Enrolment:
    """The patients of one trial, in order of entry, which is that of their numbers.

    Args:
        patients: numbers of the candidates who entered. Shape (n_patients,).
        entry_day: days after the first patient entered. Shape (n_patients,).
        stratum: code of the combined strata. Shape (n_patients,).
        arm: number of the arm. Shape (n_patients,).
        dropout_day: day after the own entry on which a patient leaves, infinite for those who stay. Same shape.
        screened: candidates looked at.
        failures: criterion → candidates who failed it; one may fail several.
        first: number of the first candidate that was screened.
    """

    patients: NDArray[np.int64]
    entry_day: NDArray[np.int64]
    stratum: NDArray[np.int64]
    arm: NDArray[np.int64]
    dropout_day: NDArray
    screened: int
    failures: Mapping[str, int]
    first: int

    def __len__(self) -> int:
        return len(self.patients)

    def take(self, which: NDArray | slice) -> Enrolment:
        """Some of the patients; who was screened stays as it is."""
        kept = {name: getattr(self, name)[which] for name in ("patients", "entry_day", "stratum", "arm", "dropout_day")}
        return replace(self, **kept)

    @property
    def excluded(self) -> int:
        """Candidates who did not enter."""
        return self.screened - len(self)


def enrol(design: Design, first: int = 0) -> Enrolment:
    """Screen candidates from a number on until the trial is full, and randomise them.

    Args:
        design: of the trial.
        first: number of the first candidate.

    Raises:
        InputError: nobody of a great many candidates may enter.

    Accuracy: the same patients, arms and days however the trial is run afterwards (tests/test_randomisation.py).

    Example:
        >>> from titer.trials.design import design_of
        >>> from titer.trials.study_file import parse_study
        >>> arm = 'regimen = "lenalidomide 25 mg daily"'
        >>> text = f'name = "s"\\npatients = 20\\n[[arms]]\\nname = "a"\\n{arm}\\n[[arms]]\\nname = "b"\\n{arm}'
        >>> enrolment = enrol(design_of(parse_study(text)))
        >>> enrolment.screened, int(enrolment.arm.sum())
        (20, 10)
    """
    patients, strata, failures, screened = _screen(design, first)
    seed = design.study.seed
    if design.blocks:
        arms = permuted_blocks(seed, patients, strata, design.ratio, design.blocks)
    else:
        arms = simple_randomisation(seed, patients, design.ratio)
    days = entry_days(seed, patients, design.rate_per_month, design.study.accrual.ramp_up_month)
    leaving = np.array([arm.dropout_per_year for arm in design.arms])[arms]
    return Enrolment(
        patients=patients,
        entry_day=days - days[0],
        stratum=strata,
        arm=arms,
        dropout_day=dropout_days(seed, patients, leaving),
        screened=screened,
        failures=failures,
        first=first,
    )


def enrol_trials(design: Design, trials: int) -> list[Enrolment]:
    """Several trials, each with the candidates after those of the one before."""
    made: list[Enrolment] = []
    for _ in range(trials):
        made.append(enrol(design, made[-1].first + made[-1].screened if made else 0))
    return made


def join_enrolments(trials: Sequence[Enrolment]) -> Enrolment:
    """The patients of several trials one after another; entry days stay those of each trial."""
    names = ("patients", "entry_day", "stratum", "arm", "dropout_day")
    failures: dict[str, int] = {}
    for trial in trials:
        for name, n in trial.failures.items():
            failures[name] = failures.get(name, 0) + n
    return Enrolment(
        **{name: np.concatenate([getattr(trial, name) for trial in trials]) for name in names},
        screened=sum(trial.screened for trial in trials),
        failures=failures,
        first=trials[0].first,
    )


def _screen(design: Design, first: int) -> tuple[NDArray[np.int64], NDArray[np.int64], dict[str, int], int]:
    """Numbers and strata of those who enter, failures by criterion, and how many were screened."""
    wanted, found, codes = design.study.patients, [], []
    failures = dict.fromkeys(design.criteria, 0)
    entered = screened = 0
    while entered < wanted:
        size = min(SCREENED_AT_ONCE, max(wanted - entered, screened, 64))
        cohort = candidates(design, np.arange(first + screened, first + screened + size))
        known = design.known_of(cohort)
        failed = _failed(design, known)
        enters = ~np.any(list(failed.values()), axis=0) if failed else np.ones(size, bool)
        places = np.flatnonzero(enters)[: wanted - entered]
        looked = size if entered + len(places) < wanted else int(places[-1]) + 1
        for name, rows in failed.items():
            failures[name] = failures.get(name, 0) + int(rows[:looked].sum())
        found.append(cohort.ids[places])
        codes.append(stratum_codes(design, cohort, known)[places])
        entered, screened = entered + len(places), screened + looked
        if not entered and screened >= HOPELESS:
            _refuse_hopeless(failures, screened, design, known)
    kept = {name: n for name, n in failures.items() if n or name in design.criteria}
    return np.concatenate(found), np.concatenate(codes), kept, screened


def _failed(design: Design, known: PatientColumns) -> dict[str, NDArray[np.bool_]]:
    """Criterion → who fails it; what is not known is no pass. Shape (n_candidates,) each."""
    failed: dict[str, NDArray[np.bool_]] = {}
    for name, criterion in design.criteria.items():
        meets, undecided = criterion.answers(known)
        failed[name] = ~meets & ~undecided
        if undecided.any():
            failed[name + NOT_KNOWN] = undecided
    if design.study.eligibility.labels:
        for regimen, protocol in _treatments(design):
            for name, rows in _blocked(known, regimen, protocol).items():
                failed[name] = failed[name] | rows if name in failed else rows
    return failed


def _blocked(known: PatientColumns, regimen: Regimen, protocol: Protocol) -> dict[str, NDArray[np.bool_]]:
    """Rule of a label → whom it forbids the regimen, or of whom that is not known."""
    from titer.clinic.safety.screen import FOUND
    from titer.clinic.safety.screen import NOT_KNOWN as UNDECIDED
    from titer.library.labels import check_patients

    screening = check_patients(known, regimen)
    found = {}
    for place, rule in enumerate(screening.rules):
        if rule.severity == "block" and not _start_is_ruled(rule, protocol):
            for result, mark in ((FOUND, ""), (UNDECIDED, NOT_KNOWN)):
                rows = screening.results[:, place] == result
                if rows.any():
                    found[f"label: {rule.key}{mark}"] = rows
    return found


def _start_is_ruled(rule: SafetyRule, protocol: Protocol) -> bool:
    """Whether a label's rule asks for another starting dose, and the protocol of the arm sets it by the same fact."""
    parts = list(leaves(rule.when))
    drugs = {part.drug for part in parts if isinstance(part, PlanCompare)}
    facts = {getattr(part, "fact", "") for part in parts}
    asked = {COVARIATES.get(fact, fact) for fact in facts}
    return any(
        isinstance(start, StartRule)
        and start.drug in drugs
        and asked & {one.signal for one in values_of(start.when) if isinstance(one, Compare)}
        for start in protocol.rules
    )


def _refuse_hopeless(failures: Mapping[str, int], screened: int, design: Design, known: PatientColumns) -> None:
    worst = max(failures, key=lambda name: failures[name])
    hint = "facts that the population does not know belong under [eligibility.assume]" if NOT_KNOWN in worst else ""
    what = f"none of {screened:,} candidates may enter; {failures[worst]:,} failed '{worst}'"
    if NOT_KNOWN in worst and design.study.eligibility.labels and (missing := _missing_facts(design, known)):
        what += f"; the rules of the labels ask for {', '.join(missing)}"
        lines = ", ".join(f"{name} = {_assumed(name)}" for name in missing)
        hint = f"say what holds of everybody, under [eligibility.assume], a line each: {lines}"
    raise InputError(
        what, where="table [eligibility]", right="criteria that somebody of the population meets", hint=hint
    )


def _missing_facts(design: Design, known: PatientColumns) -> list[str]:
    """Facts that the labels ask for and some candidates lack, first of those whom nothing else keeps out.

    known: facts of the candidates. In the order of the rules.
    """
    from titer.library.labels import check_patients, safety_rules

    failed = [rows for name, rows in _failed(design, known).items() if NOT_KNOWN not in name]
    order = np.argsort(np.any(failed, axis=0), kind="stable") if failed else np.arange(len(known))
    names: list[str] = []
    for (regimen, protocol), place in product(_treatments(design), order[:ASKED]):
        for finding in check_patients(known.take(int(place)), regimen).findings(0):
            rule = safety_rules().get(finding.rule)
            if rule is not None and finding.severity == "block" and not _start_is_ruled(rule, protocol):
                names += [key for name in finding.missing for key in finding.lacking.get(name, (name,))]
    return list(dict.fromkeys(name for name in names if name in FACTS))


def _treatments(design: Design) -> Iterator[tuple[Regimen, Protocol]]:
    """What is given in the arms, also after progression, each with the dose rules of its arm."""
    for arm in (design.planned or design).arms:
        after = arm.plan.after_progression
        for regimen in (arm.regimen, after) if isinstance(after, Regimen) else (arm.regimen,):
            yield regimen, arm.plan.protocol


def _assumed(name: str) -> str:
    """How a line of [eligibility.assume] could give a fact: nothing in a list, "false", else what it may be."""
    fact = FACTS[name]
    usual = {"flag": "false", "words": "[]", "parts": "[]", "number": "(a number)"}
    return usual.get(fact.kind) or (f"({' or '.join(map(repr, fact.words))})" if fact.words else "(a text)")


def stratum_codes(design: Design, cohort: Cohort, known: PatientColumns) -> NDArray[np.int64]:
    """One code for each combination of levels of the strata; 0 where there are none. Shape (n_patients,)."""
    codes = np.zeros(len(cohort), np.int64)
    for stratum in design.strata:
        codes = codes * len(stratum.levels) + stratum.level_of(cohort, known)
    return codes


def stratum_label(design: Design, code: int) -> str:
    """A combination of levels in words.

    Example:
        >>> from titer.trials.design import design_of
        >>> from titer.trials.study_file import example_study, parse_study
        >>> stratum_label(design_of(parse_study(example_study())), 2)
        'prior_lines >= 2: yes, age >= 65 year: no'
    """
    words = []
    for stratum in reversed(design.strata):
        code, level = divmod(code, len(stratum.levels))
        words.append(stratum.label(level))
    return ", ".join(reversed(words)) or "all"
