"""Who may enter a trial: conditions over what is known of a candidate before treatment.

    age >= 65 year                              a covariate of the population, with its unit (or one of its dimension)
    crcl >= 30 mL/min and (prior_lines <= 2 or not prior_imid)
    anc >= 1.0 10^9/L                           the count before treatment; so for platelets, haemoglobin, m_protein
    race is white, sex is not male              words
    vte_history, not vte_history                a yes or no
    ecog <= 1, crcl_ml_min >= 30                any fact of a patient's file by its own name, whose unit is in the name

The grammar is that of dose rules (`titer.clinic.condition_grammar`), the facts are those of a patient's file
(`titer.patients.columns`), and so are the answers: so, not so, not known. Strata of a randomisation are conditions too.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from titer.clinic.condition_grammar import AbstractConditionReader
from titer.clinic.safety.conditions import AllOf, AnyOf, Case, Compare, Condition, Flag, OneOf
from titer.errors import InputError, nearest
from titer.patients.cohort import Cohort
from titer.patients.columns import COVARIATES, FACTS, Fact, PatientColumns
from titer.patients.distributions import Categorical
from titer.patients.population import PopulationModel

BASELINE = "baseline_"


@dataclass(frozen=True)
class Word:
    """A word that conditions may use: a fact, and the unit that limits are read in ("" where the name has it)."""

    name: str
    unit: str
    fact: Fact


@dataclass(frozen=True, eq=False)
class Criterion:
    """A condition on candidates. `text` is what was written."""

    text: str
    condition: Condition

    def answers(self, candidates: PatientColumns) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        """Who meets it, and of whom that is not known. Shape (n_patients,) each.

        Example:
            >>> candidates = PatientColumns.from_cohort(Cohort([0, 1], {"age": [60.0, 70.0]}, {"age": "year"}))
            >>> Criterion("age >= 65 year", Compare("age_year", ">=", 65.0)).answers(candidates)[0].tolist()
            [False, True]
        """
        truth = Case(candidates).truth(self.condition)
        shape = (len(candidates),)
        return np.broadcast_to(truth.yes, shape), np.broadcast_to(truth.unknown, shape)


def vocabulary(population: PopulationModel) -> dict[str, Word]:
    """The words of conditions about a population's candidates.

    Example:
        >>> from titer.library import load_population
        >>> words = vocabulary(load_population("relapsed-myeloma"))
        >>> words["anc"].fact.name, words["anc"].unit, words["anc_10e9_l"].unit
        ('anc_10e9_l', '10^9/L', '')
    """
    words = {fact.name: Word(fact.name, "", fact) for fact in FACTS.values() if fact.kind in ("number", "flag", "word")}
    units = {covariate.name: covariate.unit for covariate in population.covariates}
    for fact, covariate in COVARIATES.items():
        for name in (covariate, covariate.removeprefix(BASELINE)):
            if covariate in units and name not in words:
                words[name] = Word(name, units[covariate], FACTS[fact])
    return words


class _Reader(AbstractConditionReader):
    """Conditions on facts before treatment."""

    all_of, any_of = AllOf, AnyOf
    keywords = ("and", "or", "not", "is")

    def __init__(self, text: str, words: Mapping[str, Word]) -> None:
        self.names = self.words = words
        super().__init__(text)

    def one(self) -> Condition:
        if self.is_word("not"):
            self.take()
            return ~(self.bracket() if self.is_word("(") else self.one())
        word = self._word()
        if word.fact.kind == "number":
            return self._compare(word)
        return self._flag(word) if word.fact.kind == "flag" else self._choice(word)

    def _word(self) -> Word:
        name = self.now.text.lower()
        if self.now.kind != "word" or name in self.keywords:
            what = f"a name is missing before '{self.now.text}'" if self.now.text else "the condition is not complete"
            self.refuse(what, right="a comparison such as age >= 65 year")
        if name not in self.words:
            self.refuse(f"nothing is known of '{self.now.text}'", hint=nearest(name, self.words))
        self.take()
        return self.words[name]

    def _compare(self, word: Word) -> Condition:
        example = f"{word.name} >= 1 {word.unit}".strip()
        if self.is_word("is") or self.now.kind != "relation":
            self.refuse(f"{word.name} is a number, not a yes or no or a word", at=self.place - 1, right=example)
        relation, place = self.relation(word, example), self.place
        limit = self.number()
        return Compare(word.fact.name, relation, self.in_unit_of(word, limit, self.unit(), place))

    def _flag(self, word: Word) -> Condition:
        if self.is_word("is") or self.now.kind == "relation":
            self.refuse(f"{word.name} is a yes or no", right=f"{word.name}, or not {word.name}")
        return Flag(word.fact.name)

    def _choice(self, word: Word) -> Condition:
        choices = {choice.lower(): choice for choice in word.fact.words}
        right = ", ".join(choices.values()) or "a word"
        if not self.is_word("is"):
            self.refuse(f"{word.name} is a word", right=f"{word.name} is {next(iter(choices), '…')}")
        self.take()
        opposite = self.is_word("not")
        if opposite:
            self.take()
        told = self.now.text
        if choices and told.lower() not in choices:
            self.refuse(f"{word.name} is never '{told}'" if told else "a word is missing", right=right)
        self.take()
        condition = OneOf(word.fact.name, (choices.get(told.lower(), told),))
        return ~condition if opposite else condition


def read_criterion(text: str, population: PopulationModel) -> Criterion:
    """The condition that a text describes, over facts of a population's candidates.

    Args:
        text: as in the examples at the top of this file.
        population: whose covariates it may name.

    Raises:
        InputError: a name that no patient's file has (with the nearest), a unit that does not fit, a word that nobody
            has, or text that cannot be read; it shows the place.

    Example:
        >>> from titer.library import load_population
        >>> read_criterion("anc >= 1000 /uL", load_population("relapsed-myeloma")).condition
        Compare(fact='anc_10e9_l', op='>=', limit=1.0)
    """
    return Criterion(text.strip(), _Reader(text, vocabulary(population)).whole())


def check_known(criterion: Criterion, one: PatientColumns) -> None:
    """Refuse a condition that cannot be decided because the population, and what is assumed, say nothing about a fact.

    Args:
        criterion: as read.
        one: one candidate with what is assumed of everybody.

    Raises:
        InputError: naming the fact.
    """
    from titer.clinic.safety.conditions import leaves

    for leaf in leaves(criterion.condition):
        fact: Any = getattr(leaf, "fact", "")
        if fact and fact not in one.facts:
            raise InputError(
                f"the population does not know '{fact}' of a candidate",
                where=f"condition '{criterion.text}'",
                hint=f"{fact} = … in [eligibility.assume], the same for everybody",
            )


@dataclass(frozen=True, eq=False)
class Stratum:
    """What a randomisation is balanced by: a condition, or a covariate with few values.

    Args:
        text: as written.
        criterion: the condition; None for a covariate.
        covariate: its name; "" for a condition.
        levels: values of the covariate, or (False, True).
    """

    text: str
    criterion: Criterion | None
    covariate: str
    levels: tuple[float | str | bool, ...]

    def level_of(self, cohort: Cohort, facts: PatientColumns) -> NDArray[np.int64]:
        """Place of each patient's level; a condition that is not known counts as not met. Shape (n_patients,)."""
        if self.criterion is not None:
            return self.criterion.answers(facts)[0].astype(np.int64)
        values = cohort.column(self.covariate)
        places = np.full(len(values), -1, np.int64)
        for place, level in enumerate(self.levels):
            places[values == level] = place
        return places

    def label(self, level: int) -> str:
        """A level in words: "age >= 65 year: yes", "prior_lines 2"."""
        value = self.levels[level]
        if self.criterion is not None:
            return f"{self.text}: {'yes' if value else 'no'}"
        return f"{self.covariate} {value:g}" if isinstance(value, float) else f"{self.covariate} {value}"


def read_stratum(text: str, population: PopulationModel) -> Stratum:
    """A stratification factor: "prior_lines", "race", or a condition such as "age >= 65 year".

    Raises:
        InputError: as `read_criterion`, or a covariate that takes more than a few values.

    Example:
        >>> from titer.library import load_population
        >>> read_stratum("prior_lines", load_population("relapsed-myeloma")).levels
        (1.0, 2.0, 3.0)
    """
    name = text.strip()
    if re.fullmatch(r"\w+", name) and (levels := _levels(name, population)):
        return Stratum(name, None, name, levels)
    return Stratum(name, read_criterion(text, population), "", (False, True))


def _levels(name: str, population: PopulationModel) -> tuple[float | str, ...]:
    """Values of a covariate that takes few and is no yes or no; else none."""
    known = {covariate.name: covariate for covariate in population.covariates}
    if name not in known or known[name].meaning.startswith("1 "):
        return ()
    distribution = known[name].distribution
    if not isinstance(distribution, Categorical):
        unit = known[name].unit
        raise InputError(
            f"{name} takes many values",
            where=f"stratum '{name}'",
            right=f"a cut-off such as {name} >= 1 {unit}".strip(),
        )
    return tuple(distribution.levels)
