"""Rules evaluated for all patients at once, and what they find for each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from titer.clinic.safety.conditions import Case, Condition, all_of
from titer.clinic.safety.declare import AUTHORITIES, SEVERITIES, Rulebook, SafetyRule, Severity
from titer.clinic.safety.findings import Finding, make_finding, no_rules, not_understood
from titer.clinic.safety.plan import Plan
from titer.dosing.regimen import Regimen
from titer.errors import InputError, nearest
from titer.patients.columns import PatientColumns, WordLists

Answer = Literal["allowed", "not decided", "blocked"]
ALLOWED, NOT_DECIDED, BLOCKED = 0, 1, 2
ANSWERS: tuple[Answer, ...] = ("allowed", "not decided", "blocked")
CLEAR, FOUND, NOT_KNOWN = 0, 1, 2
WORD_LISTS = ("medications", "conditions", "allergies")


@dataclass(frozen=True, eq=False)
class Screening:
    """What the rules say of each patient.

    Args:
        columns: the patients.
        plan: the regimen.
        rules: those that apply, in the order of the register.
        results: CLEAR, FOUND or NOT_KNOWN. Shape (n_patients, n_rules), int8.
        book: the rules' register with its vocabulary.
        authorities: whose rules were asked.
        indication: what the regimen is for.
    """

    columns: PatientColumns
    plan: Plan
    rules: tuple[SafetyRule, ...]
    results: NDArray[np.int8]
    book: Rulebook
    authorities: tuple[str, ...]
    indication: str

    @cached_property
    def answers(self) -> NDArray[np.int8]:
        """ALLOWED, NOT_DECIDED or BLOCKED, by the rules that block. Shape (n_patients,)."""
        return self.answers_of(self.authorities)

    def answers_of(self, authorities: Iterable[str]) -> NDArray[np.int8]:
        """The same by the rules of some of the authorities alone. Shape (n_patients,)."""
        asked = set(authorities)
        blocking = [rule.severity == "block" and bool(asked & set(rule.authority)) for rule in self.rules]
        hard = self.results[:, np.array(blocking, bool)]
        undecided = (hard == NOT_KNOWN).any(axis=1) | any(one.severity == "block" for one in self.gaps)
        return np.where((hard == FOUND).any(axis=1), BLOCKED, np.where(undecided, NOT_DECIDED, ALLOWED)).astype(np.int8)

    @cached_property
    def gaps(self) -> tuple[Finding, ...]:
        """Drugs that no rule is about, or none for this disease: nobody is allowed what nothing was asked about.

        A partner without rules of its own leaves the answer to the others, and is told.
        """
        gaps = []
        for drug in self.plan.drugs:
            covered = self.book.covers.get(drug, (self.indication,))
            if self.indication not in covered:
                gaps.append(no_rules(drug, self.indication, "block"))
            elif not self.book.for_regimen([drug], self.indication, self.authorities):
                gaps.append(no_rules(drug, "", "inform" if self.rules else "block"))
        return tuple(gaps)

    def counts(self, result: int = FOUND) -> dict[str, int]:
        """Rule → number of patients with this result; rules without any are left out."""
        found = (self.results == result).sum(axis=0)
        return {rule.key: int(n) for rule, n in zip(self.rules, found, strict=True) if n}

    def findings(self, place: int) -> list[Finding]:
        """Everything that was found for one patient, the gravest first; also what could not be decided and why."""
        case = Case(self.columns.take(place), self.plan, self.book.vocabulary)
        found = [
            make_finding(rule, case, self._others(rule, case))
            for rule, result in zip(self.rules, self.results[place], strict=True)
            if result != CLEAR
        ]
        found += [*self.gaps, *(not_understood(*word) for word in self._strange_words(case))]
        return sorted(found, key=lambda one: (SEVERITIES.index(one.severity), one.status != "found"))

    def _strange_words(self, case: Case) -> list[tuple[str, str, str]]:
        """List, word and nearest known word, of each word in the patient's lists that nothing is known about."""
        lists = [(field, case.columns.word_lists(field)) for field in WORD_LISTS]
        drugs = case.columns.parts("prior_therapies").columns.get("drugs")
        if isinstance(drugs, WordLists):
            lists.append(("drugs", drugs))
        words = self.book.vocabulary
        return [
            (field, word, words.nearest(field, word))
            for field, found in lists
            for word in found.rows
            if words.understands(field, word) is None
        ]

    def _others(self, rule: SafetyRule, case: Case) -> list[tuple[SafetyRule, bool | None]]:
        """The versions of the rule by the other authority, each with its answer for this patient."""
        if not rule.topic:
            return []
        others = [one for one in self.book.rules if one.topic == rule.topic and one is not rule]
        others = [
            one
            for one in others
            if not set(one.authority) & set(rule.authority)
            and (not one.indications or self.indication in one.indications)
        ]
        return [(one, _answer(one, case)) for one in others]


def _answer(rule: SafetyRule, case: Case) -> bool | None:
    truth = case.truth(rule.when)
    return True if truth.yes[0] else False if truth.no[0] else None


def screen(
    columns: PatientColumns,
    regimen: Regimen,
    book: Rulebook,
    *,
    indication: str,
    authorities: Iterable[str] = AUTHORITIES,
) -> Screening:
    """Ask every rule that applies to a regimen about every patient.

    Args:
        columns: facts of the patients.
        regimen: what they would be given.
        book: rules and vocabulary, e.g. `titer.library.labels.rulebook()`.
        indication: what it is for; rules of other diseases are left out.
        authorities: whose rules: "US", "EU".

    Returns:
        Answers and findings per patient. A rule whose facts are missing is NOT_KNOWN, never CLEAR; a
        regimen that no rule is about is not decided.

    Raises:
        InputError: an authority that there is not.

    Accuracy: a patient's results do not depend on the others (tests/test_safety_screen.py).
    """
    wanted = tuple(authorities)
    unknown = [name for name in wanted if name not in AUTHORITIES]
    if unknown or not wanted:
        raise InputError(f"authority '{', '.join(unknown)}' is not known", right="US, EU or both")
    plan = Plan(regimen, indication)
    rules = book.for_regimen(plan.drugs, indication, wanted)
    case = Case(columns, plan, book.vocabulary)
    results = np.empty((len(columns), len(rules)), np.int8, order="F")
    for place, rule in enumerate(rules):
        results[:, place] = _results(rule.when, case)
    return Screening(columns, plan, rules, results, book, wanted, indication)


def eligible(
    columns: PatientColumns, conditions: Iterable[Condition] | Mapping[str, Condition], plan: Plan | None = None
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Which patients meet every condition of a trial.

    Args:
        columns: facts of the patients.
        conditions: all must hold.
        plan: the regimen, where a condition looks at it.

    Returns:
        Whether a patient surely meets all of them, and whether that is not known. Shape (n_patients,) each.

    Example:
        >>> from titer.clinic.safety.conditions import number
        >>> from titer.patients.record import read_record
        >>> columns = PatientColumns.from_records([read_record({"age_year": 34}), read_record({})])
        >>> [answer.tolist() for answer in eligible(columns, [number("age_year") >= 18])]
        [[True, False], [False, True]]
    """
    wanted = conditions.values() if isinstance(conditions, Mapping) else conditions
    truth = Case(columns, plan).truth(all_of(wanted))
    shape = (len(columns),)
    return np.broadcast_to(truth.yes, shape).copy(), np.broadcast_to(truth.unknown, shape).copy()


def _results(condition: Condition, case: Case) -> NDArray[np.int8]:
    truth = case.truth(condition)
    return np.where(truth.yes, FOUND, np.where(truth.no, CLEAR, NOT_KNOWN)).astype(np.int8)


def pick_indication(name: str, known: Iterable[str]) -> str:
    """The indication of that name; hyphens, spaces and capitals do not matter.

    Raises:
        InputError: there is none, with the nearest ones.

    Example:
        >>> pick_indication("Multiple myeloma", ["multiple_myeloma"])
        'multiple_myeloma'
    """
    wanted, names = name.strip().lower().replace("-", "_").replace(" ", "_"), list(known)
    if wanted not in names:
        raise InputError(f"no rule is for indication '{name}'", hint=nearest(wanted, names))
    return wanted


def gravest(severities: Iterable[Severity]) -> Severity | None:
    """The gravest of some severities.

    Example:
        >>> gravest(["inform", "block"])
        'block'
    """
    return min(severities, key=SEVERITIES.index, default=None)
