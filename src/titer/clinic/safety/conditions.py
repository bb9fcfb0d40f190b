"""Conditions on a patient and a regimen: true, false or not known, for all patients at once.

A condition is data, built from leaves with `&`, `|` and `~`:

    word("sex", "female") & ~flag("hysterectomy") & (number("anc_10e9_l") < 1.0) & gives("lenalidomide")

Logic is Kleene's: "and" with one false part is false whatever else is not known, so nothing is asked for that cannot
change the answer.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from titer.errors import ModelError, nearest
from titer.patients.columns import Column, Fact, PatientColumns, WordLists, known_fact

if TYPE_CHECKING:
    from titer.clinic.safety.plan import Plan
    from titer.clinic.safety.vocabulary import Vocabulary

Operator = Literal["<", "<=", ">", ">=", "==", "!="]
COMPARE: dict[str, Callable[[Any, Any], Any]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
}
Seen = dict[str, Any]  # what was looked at: name → value, None where it is not known


@dataclass(frozen=True, eq=False)
class Truth:
    """Answers for all patients: surely true, surely false; neither is not known. Shape (n_patients,) or (1,)."""

    yes: NDArray[np.bool_]
    no: NDArray[np.bool_]

    @property
    def unknown(self) -> NDArray[np.bool_]:
        return ~(self.yes | self.no)


class Case:
    """What conditions are asked of: the patients, the planned regimen, and the words that are understood.

    Args:
        columns: facts of the patients.
        plan: facts of the regimen; None where there is none (a trial's eligibility): nothing is given.
        vocabulary: groups of medicines, conditions and allergies.
    """

    def __init__(self, columns: PatientColumns, plan: Plan | None = None, vocabulary: Vocabulary | None = None) -> None:
        self.columns, self.plan, self.vocabulary = columns, plan, vocabulary
        self._truths: dict[int, tuple[Condition, Truth]] = {}

    def truth(self, condition: Condition) -> Truth:
        """The condition's answer; one that several rules share is evaluated once."""
        found = self._truths.get(id(condition))
        if found is None:
            found = self._truths[id(condition)] = (condition, condition.evaluate(self))
        return found[1]

    def words(self, field: str, group: str) -> frozenset[str]:
        """The words of a list fact that belong to a group; a group that nobody declared is its own only word."""
        return self.vocabulary.words(field, group) if self.vocabulary else frozenset([group])

    def slip_of(self, field: str, word: str) -> str:
        """The known word that a word of a list, not understood, is a slip of the pen of; "" for every other word.

        A misspelt medicine must not pass for one that is not taken.
        """
        if self.vocabulary is None or self.vocabulary.understands(field, word) is not None:
            return ""
        return self.vocabulary.nearest(field, word)


class AbstractCondition:
    """A question with the answers true, false and not known.

    `asks` and `seen` are for a case of one patient: which facts, if known, could decide it; and what it looked at.
    """

    def evaluate(self, case: Case) -> Truth:
        raise NotImplementedError

    def asks(self, case: Case) -> tuple[str, ...]:
        raise NotImplementedError

    def seen(self, case: Case) -> Seen:
        raise NotImplementedError

    def __and__(self, other: Condition) -> AllOf:
        return AllOf((*_parts_of(self, AllOf), *_parts_of(other, AllOf)))

    def __or__(self, other: Condition) -> AnyOf:
        return AnyOf((*_parts_of(self, AnyOf), *_parts_of(other, AnyOf)))

    def __invert__(self) -> Condition:
        return self.part if isinstance(self, Not) else Not(self)


Condition = AbstractCondition


def _parts_of(condition: Condition, kind: type) -> tuple[Condition, ...]:
    return condition.parts if isinstance(condition, kind) else (condition,)  # type: ignore[attr-defined]


@dataclass(frozen=True, eq=False)
class AllOf(AbstractCondition):
    """True where all parts are; false where one is."""

    parts: tuple[Condition, ...]

    def evaluate(self, case: Case) -> Truth:
        truths = [case.truth(part) for part in self.parts]
        return Truth(_joined(np.logical_and, [t.yes for t in truths]), _joined(np.logical_or, [t.no for t in truths]))

    def asks(self, case: Case) -> tuple[str, ...]:
        return _asked(self, case)

    def seen(self, case: Case) -> Seen:
        """All parts where it is true; where it is false, the parts that make it so."""
        own = case.truth(self)
        return _merged(part.seen(case) for part in self.parts if own.yes[0] or not case.truth(part).yes[0])

    def __str__(self) -> str:
        return " and ".join(f"({part})" if isinstance(part, AnyOf) else str(part) for part in self.parts)


@dataclass(frozen=True, eq=False)
class AnyOf(AbstractCondition):
    """True where one part is; false where all parts are."""

    parts: tuple[Condition, ...]

    def evaluate(self, case: Case) -> Truth:
        truths = [case.truth(part) for part in self.parts]
        return Truth(_joined(np.logical_or, [t.yes for t in truths]), _joined(np.logical_and, [t.no for t in truths]))

    def asks(self, case: Case) -> tuple[str, ...]:
        return _asked(self, case)

    def seen(self, case: Case) -> Seen:
        """The parts that make it true; all where it is not."""
        own = case.truth(self)
        return _merged(part.seen(case) for part in self.parts if not own.yes[0] or case.truth(part).yes[0])

    def __str__(self) -> str:
        return " or ".join(f"({part})" if isinstance(part, AllOf) else str(part) for part in self.parts)


@dataclass(frozen=True, eq=False)
class Not(AbstractCondition):
    """True where the part is false."""

    part: Condition

    def evaluate(self, case: Case) -> Truth:
        truth = case.truth(self.part)
        return Truth(truth.no, truth.yes)

    def asks(self, case: Case) -> tuple[str, ...]:
        return self.part.asks(case)

    def seen(self, case: Case) -> Seen:
        return self.part.seen(case)

    def __str__(self) -> str:
        compound = isinstance(self.part, (AllOf, AnyOf, Compare))
        return f"not ({self.part})" if compound else f"not {self.part}"


@dataclass(frozen=True, eq=False)
class Documented(AbstractCondition):
    """True where the part is known to be true, false everywhere else: for exemptions that must be shown to hold."""

    part: Condition

    def evaluate(self, case: Case) -> Truth:
        yes = case.truth(self.part).yes
        return Truth(yes, ~yes)

    def asks(self, case: Case) -> tuple[str, ...]:
        return ()

    def seen(self, case: Case) -> Seen:
        return self.part.seen(case) if case.truth(self).yes[0] else {}

    def __str__(self) -> str:
        return f"documented ({self.part})"


@dataclass(frozen=True, eq=False)
class FirstKnown(AbstractCondition):
    """The answer of the first condition where it is known, else that of the second."""

    first: Condition
    second: Condition

    def evaluate(self, case: Case) -> Truth:
        first, second = case.truth(self.first), case.truth(self.second)
        open_ = first.unknown
        return Truth(first.yes | (open_ & second.yes), first.no | (open_ & second.no))

    def asks(self, case: Case) -> tuple[str, ...]:
        if not case.truth(self).unknown[0]:
            return ()
        return tuple(dict.fromkeys((*self.first.asks(case), *self.second.asks(case))))

    def seen(self, case: Case) -> Seen:
        known = not case.truth(self.first).unknown[0]
        return self.first.seen(case) if known else _merged([self.first.seen(case), self.second.seen(case)])

    def __str__(self) -> str:
        return f"{self.first} (else {self.second})"


@dataclass(frozen=True, eq=False)
class Constant(AbstractCondition):
    """The same answer for everybody."""

    value: bool

    def evaluate(self, case: Case) -> Truth:
        answer = np.full(1, self.value)
        return Truth(answer, ~answer)

    def asks(self, case: Case) -> tuple[str, ...]:
        return ()

    def seen(self, case: Case) -> Seen:
        return {}

    def __str__(self) -> str:
        return "always" if self.value else "never"


ALWAYS, NEVER = Constant(True), Constant(False)


class _OfAFact(AbstractCondition):
    """A leaf that looks at one fact of the patient."""

    fact: str

    def asks(self, case: Case) -> tuple[str, ...]:
        return (self.fact,) if case.truth(self).unknown[0] else ()

    def seen(self, case: Case) -> Seen:
        column = case.columns.column(self.fact)
        return {self.fact: column.values[0].item() if column.known[0] else None}


@dataclass(frozen=True, eq=False)
class Compare(_OfAFact):
    """A number against a limit, in the unit of the fact."""

    fact: str
    op: Operator
    limit: float

    def evaluate(self, case: Case) -> Truth:
        column = case.columns.column(self.fact)
        answer = COMPARE[self.op](column.values, self.limit)
        return Truth(answer & column.known, ~answer & column.known)

    def __str__(self) -> str:
        return f"{self.fact} {self.op} {self.limit:g}"


@dataclass(frozen=True, eq=False)
class Flag(_OfAFact):
    """A flag that is set."""

    fact: str

    def evaluate(self, case: Case) -> Truth:
        column = case.columns.column(self.fact)
        return Truth(column.values & column.known, ~column.values & column.known)

    def __str__(self) -> str:
        return self.fact


@dataclass(frozen=True, eq=False)
class OneOf(_OfAFact):
    """A word that is one of some."""

    fact: str
    choices: tuple[str, ...]

    def evaluate(self, case: Case) -> Truth:
        column = case.columns.column(self.fact)
        answer = column.values == self.choices[0]
        for choice in self.choices[1:]:  # quicker than np.isin on words, and it needs no numpy.ma
            answer = answer | (column.values == choice)
        return Truth(answer & column.known, ~answer & column.known)

    def __str__(self) -> str:
        return f"{self.fact} is {' or '.join(self.choices)}"


@dataclass(frozen=True, eq=False)
class Lists(_OfAFact):
    """A list of free words (medications, conditions, allergies, drugs of a therapy) that has a word of a group."""

    fact: str
    group: str

    def evaluate(self, case: Case) -> Truth:
        lists = case.columns.word_lists(self.fact)
        asked = case.words(self.fact, self.group)
        found = lists.any_of(asked)
        maybe = lists.any_of(word for word in lists.rows if case.slip_of(self.fact, word) in asked)
        return Truth(found, ~(found | maybe) & lists.known)

    def seen(self, case: Case) -> Seen:
        lists = case.columns.word_lists(self.fact)
        words = [word for word in sorted(case.words(self.fact, self.group)) if word in lists.rows]
        open_ = f"{', '.join(lists.rows)}, and maybe others" if lists.rows else None
        return {self.fact: ", ".join(words) if words else ("none of this group" if lists.known[0] else open_)}

    def __str__(self) -> str:
        return f"{self.fact} include {self.group}"


@dataclass(frozen=True, eq=False)
class AtLeast(AbstractCondition):
    """A list of parts (tests, contraception, therapies) of which at least `count` meet a condition."""

    fact: str
    which: Condition
    count: int = 1

    def evaluate(self, case: Case) -> Truth:
        parts = case.columns.parts(self.fact)
        n = len(case.columns)
        inside = Case(_PartColumns(parts, self.fact), None, case.vocabulary)  # type: ignore[arg-type]
        truth = inside.truth(self.which)
        size = len(parts.owner)
        sure = np.bincount(parts.owner[np.broadcast_to(truth.yes, size)], minlength=n)
        possible = np.bincount(parts.owner[~np.broadcast_to(truth.no, size)], minlength=n)
        return Truth(parts.known & (sure >= self.count), parts.known & (possible < self.count))

    def asks(self, case: Case) -> tuple[str, ...]:
        return (self.fact,) if case.truth(self).unknown[0] else ()

    def seen(self, case: Case) -> Seen:
        parts = case.columns.parts(self.fact)
        return {self.fact: f"{len(parts.owner)} given" if parts.known[0] else None}

    def __str__(self) -> str:
        return f"at least {self.count} of {self.fact} with ({self.which})"


class _PartColumns:
    """Parts of all patients, with the face of `PatientColumns`, so that the same leaves read them."""

    def __init__(self, parts: Any, fact: str) -> None:
        self._parts, self._fact = parts, fact

    def __len__(self) -> int:
        return len(self._parts.owner)

    def column(self, name: str) -> Any:
        kinds = {one.name: one.kind for one in known_fact(self._fact).parts}
        empty = np.zeros(0, {"number": float, "flag": bool}.get(kinds[name], "U1"))
        return self._parts.columns.get(name, Column(empty, np.zeros(0, bool)))

    def word_lists(self, name: str) -> WordLists:
        return self._parts.columns.get(name, WordLists({}, np.zeros(0, bool), len(self)))


@dataclass(frozen=True, eq=False)
class Gives(AbstractCondition):
    """The regimen gives a drug of a group; always known."""

    group: str

    def evaluate(self, case: Case) -> Truth:
        answer = np.array([bool(self._given(case))])
        return Truth(answer, ~answer)

    def asks(self, case: Case) -> tuple[str, ...]:
        return ()

    def seen(self, case: Case) -> Seen:
        given = self._given(case)
        return {"regimen": ", ".join(given)} if given else {}

    def _given(self, case: Case) -> list[str]:
        drugs = case.plan.drugs if case.plan else ()
        return [drug for drug in drugs if drug.lower() in case.words("medications", self.group)]

    def __str__(self) -> str:
        return f"regimen gives {self.group}"


@dataclass(frozen=True, eq=False)
class PlanCompare(AbstractCondition):
    """A measure of a drug in the regimen against a limit; false where the drug is not given."""

    drug: str
    measure: str
    op: Operator
    limit: float

    def evaluate(self, case: Case) -> Truth:
        value = case.plan.measure(self.drug, self.measure) if case.plan else None
        answer = np.array([value is not None and bool(COMPARE[self.op](value, self.limit))])
        return Truth(answer, ~answer)

    def asks(self, case: Case) -> tuple[str, ...]:
        return ()

    def seen(self, case: Case) -> Seen:
        value = case.plan.measure(self.drug, self.measure) if case.plan else None
        shown = "no end" if value == np.inf else value  # JSON has no infinity
        return {} if value is None else {f"{self.drug}, {self.measure}": shown}

    def __str__(self) -> str:
        return f"{self.drug} {self.measure} {self.op} {self.limit:g}"


@dataclass(frozen=True, eq=False)
class ByRoute(AbstractCondition):
    """The regimen gives a drug by one of some routes; false where the text names no route."""

    drug: str
    routes: tuple[str, ...]

    def evaluate(self, case: Case) -> Truth:
        answer = np.array([bool(set(self.routes) & set(case.plan.routes(self.drug) if case.plan else ()))])
        return Truth(answer, ~answer)

    def asks(self, case: Case) -> tuple[str, ...]:
        return ()

    def seen(self, case: Case) -> Seen:
        routes = case.plan.routes(self.drug) if case.plan else ()
        return {f"{self.drug}, route": ", ".join(routes)} if routes else {}

    def __str__(self) -> str:
        return f"{self.drug} by {' or '.join(self.routes)}"


@dataclass(frozen=True, eq=False)
class GivenFor(AbstractCondition):
    """The regimen is for one of some diseases; false where nobody says what it is for."""

    indications: tuple[str, ...]

    def evaluate(self, case: Case) -> Truth:
        answer = np.array([bool(case.plan and case.plan.indication in self.indications)])
        return Truth(answer, ~answer)

    def asks(self, case: Case) -> tuple[str, ...]:
        return ()

    def seen(self, case: Case) -> Seen:
        return {"indication": case.plan.indication} if case.plan and case.truth(self).yes[0] else {}

    def __str__(self) -> str:
        return f"given for {' or '.join(self.indications)}"


class Number:
    """A number of the patient, to be compared: `number("anc_10e9_l") < 1.0`."""

    def __init__(self, make: Callable[[Operator, float], Condition]) -> None:
        self._make = make

    def __lt__(self, limit: float) -> Condition:
        return self._make("<", limit)

    def __le__(self, limit: float) -> Condition:
        return self._make("<=", limit)

    def __gt__(self, limit: float) -> Condition:
        return self._make(">", limit)

    def __ge__(self, limit: float) -> Condition:
        return self._make(">=", limit)

    def equals(self, limit: float) -> Condition:
        return self._make("==", limit)

    def between(self, low: float, high: float) -> Condition:
        """At least `low` and below `high`."""
        return self._make(">=", low) & self._make("<", high)


def number(fact: str, of: str = "") -> Number:
    """A number fact; `of` names the list of parts that it is in.

    Example:
        >>> str(number("crcl_ml_min").between(30, 60))
        'crcl_ml_min >= 30 and crcl_ml_min < 60'
    """
    _declared(fact, of, ("number",))
    return Number(lambda op, limit: Compare(fact, op, float(limit)))


def flag(fact: str, of: str = "") -> Condition:
    """A flag fact that is set.

    Example:
        >>> str(~flag("pregnant"))
        'not pregnant'
    """
    _declared(fact, of, ("flag",))
    return Flag(fact)


def word(fact: str, *choices: str, of: str = "") -> Condition:
    """A word fact that is one of some.

    Raises:
        ModelError: no such fact, or a word that it cannot have.

    Example:
        >>> str(word("child_pugh", "A", "B"))
        'child_pugh is A or B'
    """
    declared = _declared(fact, of, ("word",))
    for choice in choices:
        if declared.words and choice not in declared.words:
            raise ModelError(f"'{fact}' is never '{choice}'", hint=nearest(choice, declared.words))
    return OneOf(fact, choices)


def lists(fact: str, group: str, of: str = "") -> Condition:
    """A list of words that has one of a group: `lists("medications", "oestrogen")`."""
    _declared(fact, of, ("words",))
    return Lists(fact, group)


def taking(group: str) -> Condition:
    """One of the patient's other medicines belongs to the group, or has that name."""
    return lists("medications", group)


def diagnosed(group: str) -> Condition:
    """One of the patient's other diagnoses belongs to the group, or has that name."""
    return lists("conditions", group)


def allergic_to(group: str) -> Condition:
    """One of the patient's allergies belongs to the group, or has that name."""
    return lists("allergies", group)


def gives(group: str) -> Condition:
    """The regimen gives a drug of the group, or of that name."""
    return Gives(group)


def receives(group: str) -> Condition:
    """The regimen gives a drug of the group, or the patient takes one already."""
    return gives(group) | taking(group)


def some(fact: str, which: Condition, *, at_least: int = 1) -> Condition:
    """At least so many of a list's parts meet a condition.

    Example:
        >>> test = word("result", "negative", of="pregnancy_tests")
        >>> str(some("pregnancy_tests", test, at_least=2))
        'at least 2 of pregnancy_tests with (result is negative)'
    """
    _declared(fact, "", ("parts",))
    return AtLeast(fact, which, at_least)


def dose(drug: str, measure: str = "most_on_a_day") -> Number:
    """A measure of a drug in the regimen, in the drug's unit; `titer.clinic.safety.plan.MEASURES` lists them."""
    from titer.clinic.safety.plan import MEASURES

    if measure not in MEASURES:
        raise ModelError(f"there is no measure '{measure}' of a regimen", hint=nearest(measure, MEASURES))
    return Number(lambda op, limit: PlanCompare(drug, measure, op, float(limit)))


def by_route(drug: str, *routes: str) -> Condition:
    """The regimen gives the drug by one of these routes (the words of `titer.dosing.clauses.ROUTES`)."""
    return ByRoute(drug, routes)


def given_for(*indications: str) -> Condition:
    """The regimen is for one of these diseases (the words of `titer.library.labels.products.INDICATIONS`)."""
    return GivenFor(indications)


def documented(condition: Condition) -> Condition:
    """Where the condition is known to be true; what is not known counts as not shown, and is not asked for.

    For what a label takes as not given unless it is shown (a woman can become pregnant unless …), and for facts that
    another rule asks for.
    """
    return Documented(condition)


def first_known(first: Condition, second: Condition) -> Condition:
    """The first condition's answer where it is known, else the second's: a flag of the file, else a list of words."""
    return FirstKnown(first, second)


def known_or_listed(fact: Condition, listed: Condition) -> Condition:
    """The fact's answer, else the list's; a list that names it counts also where the fact says no.

    For what makes a patient's risk higher: a diagnosis in the list must not be lost because a flag denies it.
    """
    return documented(listed) | first_known(fact, listed)


def all_of(conditions: Iterable[Condition]) -> Condition:
    """True where all are; true where there is none."""
    found = tuple(conditions)
    return AllOf(found) if found else ALWAYS


def any_of(conditions: Iterable[Condition]) -> Condition:
    """True where one is; false where there is none."""
    found = tuple(conditions)
    return AnyOf(found) if found else NEVER


def leaves(condition: Condition) -> Iterator[Condition]:
    """Every condition without parts that a condition is made of; those of scores and of lists of parts too.

    Example:
        >>> [str(leaf) for leaf in leaves(flag("pregnant") & ~(number("age_year") < 18))]
        ['pregnant', 'age_year < 18']
    """
    inner = [*getattr(condition, "parts", ())]
    inner += [getattr(condition, name) for name in ("part", "first", "second", "which") if hasattr(condition, name)]
    inner += [item.when for item in getattr(getattr(condition, "score", None), "items", ())]
    if not inner:
        yield condition
    for one in inner:
        yield from leaves(one)


def _declared(fact: str, of: str, kinds: tuple[str, ...]) -> Fact:
    """The fact's declaration, so that a rule about a fact that does not exist fails when it is written."""
    if of:
        parts = {one.name: one for one in known_fact(of).parts}
        if fact not in parts:
            raise ModelError(f"'{of}' has no part '{fact}'", hint=nearest(fact, parts or [""]))
        found = parts[fact]
    else:
        found = known_fact(fact)
    if found.kind not in kinds:
        raise ModelError(f"'{fact}' is a {found.kind}, not a {kinds[0]}")
    return found


def _joined(join: Any, arrays: list[NDArray[np.bool_]]) -> NDArray[np.bool_]:
    joined = arrays[0]
    for array in arrays[1:]:
        joined = join(joined, array)
    return joined


def _asked(condition: AllOf | AnyOf, case: Case) -> tuple[str, ...]:
    if not case.truth(condition).unknown[0]:
        return ()
    open_parts = (part for part in condition.parts if case.truth(part).unknown[0])
    return tuple(dict.fromkeys(name for part in open_parts for name in part.asks(case)))


def _merged(pieces: Iterable[Seen]) -> Seen:
    merged: Seen = {}
    for piece in pieces:
        for name, value in piece.items():
            merged[name] = value if merged.get(name) is None else merged[name]
    return merged
