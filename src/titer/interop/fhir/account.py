"""What became of every entry of a bundle: understood, not understood, or a remark. Nothing goes without a line.

`settle` weighs at the end what all of them say of one field: the latest, the agreed, and what contradicts itself.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from titer.interop.fhir.codes import SYSTEMS, Code
from titer.interop.fhir.elements import Coding, Moment

OLD_DAYS = 28  # older observations are taken with a remark; labels look at counts at least every cycle
LISTS = ("medications", "conditions", "allergies")
MORE_SPECIFIC = {frozenset({"mds", "mds_del5q"}): "mds_del5q"}


@dataclass(frozen=True)
class Understood:
    """A code that was understood, and what it gave.

    Args:
        place: in the bundle, e.g. "entry[3].resource".
        system: name of the code system.
        code: as in the bundle.
        display: what it stands for.
        says: what it says of the patient, in a word.
        fact: field of the record it speaks about; "" where it sets none.
        value: in the field's unit.
        taken: whether the record holds it.
        when: date or time as written; "" where there is none.
        confirmed: False for a code whose meaning is from memory.
        note: why it was not taken, or what it leaves open.
    """

    place: str
    system: str
    code: str
    display: str
    says: str
    fact: str = ""
    value: Any = None
    taken: bool = False
    when: str = ""
    confirmed: bool = True
    note: str = ""


@dataclass(frozen=True)
class NotUnderstood:
    """A code, a resource or an extension that is not known, with its place and the reason."""

    place: str
    system: str
    code: str
    display: str
    reason: str


@dataclass(frozen=True)
class Remark:
    """Something about an entry that a reader of the bundle should know: a duplicate, a contradiction, a gap."""

    place: str
    text: str


@dataclass(frozen=True)
class Statement:
    """What one code says about one field, before all are weighed against each other.

    Args:
        told: the line of the account; `taken` is decided later.
        kind: "latest" for observations, of which the last counts; "all" for diagnoses and procedures.
        moment: when it was so.
    """

    told: Understood
    kind: str
    moment: Moment | None = None


@dataclass
class Account:
    """The lines as they are written."""

    statements: list[Statement] = field(default_factory=list)
    not_understood: list[NotUnderstood] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)
    named: dict[str, list[str]] = field(default_factory=dict)  # list of the record → its words

    def say(self, told: Understood, kind: str = "", moment: Moment | None = None) -> None:
        """A line for a code that was understood; with a kind it may set the record's field."""
        self.statements.append(Statement(told, kind, moment))

    def unknown(self, coding: Coding, reason: str = "the code is not in the tables") -> None:
        """A line for a code that was not understood."""
        system = coding.system or "no system"
        self.not_understood.append(NotUnderstood(coding.place, system, coding.code, coding.display, reason))

    def size(self) -> tuple[int, int, int]:
        """How many lines of each kind there are."""
        return len(self.statements), len(self.not_understood), len(self.remarks)

    def places(self, since: tuple[int, int, int]) -> list[str]:
        """Places of the lines that were written since."""
        stated, unknown, remarked = since
        found = [one.told.place for one in self.statements[stated:]]
        found += [one.place for one in self.not_understood[unknown:]]
        return found + [one.place for one in self.remarks[remarked:]]

    def remark(self, place: str, text: str) -> None:
        self.remarks.append(Remark(place, text))

    def name(self, listed: str, word: str) -> None:
        """Put a word into one of the record's lists, once."""
        words = self.named.setdefault(listed, [])
        if word not in words:
            words.append(word)


def told(coding: Coding, code: Code, when: str = "", note: str = "") -> Understood:
    """The line of a code that a table knows."""
    return Understood(
        place=coding.place,
        system=SYSTEMS[code.system][0],
        code=coding.code,
        display=coding.display or code.display,
        says=code.meaning.says,
        when=when,
        confirmed=code.confirmed,
        note=note or code.meaning.note,
    )


def about(line: Understood, fact: str, value: Any) -> Understood:
    """The line, about one field."""
    return replace(line, fact=fact, value=value)


def settle(account: Account, reference: date | None) -> dict[str, Any]:
    """Weigh what all codes say about each field, mark the lines that are taken, and name contradictions."""
    by_fact: dict[str, list[int]] = defaultdict(list)
    for place, statement in enumerate(account.statements):
        if statement.kind in ("latest", "all", "list"):
            by_fact[statement.told.fact].append(place)
    fields: dict[str, Any] = {}
    for fact, places in by_fact.items():
        value, taken = _settle_one(fact, [account.statements[n] for n in places], account)
        for n in places:
            statement = account.statements[n]
            if any(statement is one for one in taken):
                _remark_age(statement, account, reference)
                _take(account, n)
            elif statement.kind == "latest" and taken:
                _note(account, n, "a later one is taken")
        if value is not None:
            fields[fact] = value
    return fields | _settle_lists(account)


def _settle_one(fact: str, statements: list[Statement], account: Account) -> tuple[Any, list[Statement]]:
    """The value of a field and the statements it comes from; None where they contradict each other."""
    if fact in LISTS:
        return None, statements  # kept by the account itself
    if fact == "pregnancy_tests":
        return [one.told.value for one in statements], statements
    if fact == "contraception":
        return [{"method": one.told.value} for one in statements], statements
    if fact == "bladder_procedure_days_ago":
        if any(one.told.value is None for one in statements):
            return None, []  # one has no date, and may be the last
        last = min(one.told.value for one in statements)
        return last, [one for one in statements if one.told.value == last]
    observed = [one for one in statements if one.kind == "latest"]
    candidates = _latest(observed) + [one for one in statements if one.kind == "all"]
    values = {one.told.value for one in candidates}
    if len(values) == 1:
        return values.pop(), candidates
    return _settle_several(fact, values, candidates, account)


def _settle_several(
    fact: str, values: set[Any], candidates: list[Statement], account: Account
) -> tuple[Any, list[Statement]]:
    given = ", ".join(f"{one.told.says} ({one.told.value}) at {one.told.place}" for one in candidates[:6])
    first = candidates[0].told.place
    if frozenset(values) in MORE_SPECIFIC:
        special = MORE_SPECIFIC[frozenset(values)]
        return special, [one for one in candidates if one.told.value == special]
    if fact == "organ_transplant":
        account.remark(first, f"several organs were transplanted: {given}; taken as 'other'")
        return "other", candidates
    if fact == "diagnosis":
        account.remark(first, f"several diseases are present: {given}; which one is to be treated is not told")
        return None, []
    account.remark(first, f"the bundle contradicts itself about {fact}: {given}; taken as not known")
    return None, []


def _latest(observed: list[Statement]) -> list[Statement]:
    """The observations that no other is surely later than. Undated ones count only where none is dated."""
    moments = [one.moment for one in observed if one.moment is not None]
    if not moments:
        return observed
    last = max(moment.earliest for moment in moments)
    return [one for one in observed if one.moment is not None and one.moment.latest > last]


def _settle_lists(account: Account) -> dict[str, Any]:
    """The record's lists. Only a bundle that says "none known", and names none, has a whole list.

    What else it names may lack some: nobody has to write down every medicine in order to send a bundle.
    """
    fields: dict[str, Any] = {listed: account.named[listed] for listed in LISTS if account.named.get(listed)}
    incomplete = list(fields)
    for n, statement in enumerate(account.statements):
        if statement.kind != "none":
            continue
        listed = statement.told.fact
        if listed in incomplete:
            beside = ", ".join(account.named[listed][:3])
            account.remark(statement.told.place, f"'no known {listed}' beside {beside}; those count")
        else:
            fields[listed] = []
            _take(account, n)
    if incomplete:
        fields["incomplete_lists"] = incomplete
    return fields


def _remark_age(statement: Statement, account: Account, reference: date | None) -> None:
    """A remark for an observation that is taken and old, or has no date."""
    if statement.kind != "latest" or reference is None:
        return
    when, told = statement.moment, statement.told
    if when is None:
        account.remark(told.place, f"{told.says} has no date")
    elif (age := when.days_before(reference)) > OLD_DAYS:
        account.remark(told.place, f"{told.says} is {age} days old ({when.text})")


def _note(account: Account, n: int, note: str) -> None:
    statement = account.statements[n]
    account.statements[n] = replace(statement, told=replace(statement.told, note=note))


def _take(account: Account, n: int) -> None:
    """Mark a line as taken into the record."""
    statement = account.statements[n]
    account.statements[n] = replace(statement, told=replace(statement.told, taken=True))
