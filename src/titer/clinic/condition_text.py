"""Conditions as text: what a person writes in a protocol file, and what rules are printed as.

    anc < 1.0 10^9/L                                 a value against a limit, with its unit
    anc < 1000 /uL                                   the same; units are converted where the dimension fits
    anc < 0.5 10^9/L for 7 d                         so at every visit of the last seven days
    platelets < 50% of baseline                      a share of the value before treatment
    baseline platelets >= 100 10^9/L                 the value before treatment itself
    neuropathy >= grade 2                            a symptom, by its CTCAE grade
    dialysis >= 1, cycle >= 4                        facts and counts have no unit
    vte, vte within 30 d                             an event, ever or within the last days
    anc < 1.0 10^9/L and (temperature >= 38.5 degC or vte)     "and" binds closer than "or"

`parse_condition` is the only way from text to a condition; it evaluates nothing.
"""

from __future__ import annotations

from titer.clinic.condition_grammar import SIGNIFICANT, AbstractConditionReader
from titer.clinic.conditions import AllOf, AnyOf, Compare, Condition, Happened, Reference, Relation
from titer.clinic.observables import GRADE, OBSERVABLES, Observable
from titer.dosing.wording import show_number
from titer.errors import nearest

KEYWORDS = ("and", "or", "of", "for", "within", "baseline", "not")
DAYS_IN = {"d": 1, "day": 1, "days": 1, "wk": 7, "week": 7, "weeks": 7}


def parse_condition(text: str) -> Condition:
    """The condition that a text describes.

    Args:
        text: as in the examples at the top of this file; capitals of words do not matter.

    Raises:
        InputError: it shows the text with a line of carets under the place: a name that is not known (with the
            nearest), a limit without unit or in a unit of another dimension, a bracket that is not closed, a text too
            long.

    Accuracy: converted limits keep 12 significant digits.

    Example:
        >>> parse_condition("anc < 1000 /uL")
        Compare(signal='anc', relation='<', limit=1.0, unit='10^9/L', of='value', for_day=0)
        >>> parse_condition("vte within 30 d")
        Happened(event='vte', within_day=30)
    """
    return _Reader(text).whole()


def describe_condition(condition: Condition) -> str:
    """The text of a condition; `parse_condition` reads it back as an equal one.

    Example:
        >>> describe_condition(parse_condition("anc<500/uL and (temperature >= 38.5 °C or vte)"))
        'anc < 0.5 10^9/L and (temperature >= 38.5 degC or vte)'
    """
    if isinstance(condition, AllOf):
        return " and ".join(_inside(part) for part in condition.parts)
    if isinstance(condition, AnyOf):
        return " or ".join(_inside(part) for part in condition.parts)
    if isinstance(condition, Happened):
        return condition.event + ("" if condition.within_day is None else f" within {condition.within_day} d")
    return _comparison(condition)


def _inside(part: Condition) -> str:
    text = describe_condition(part)
    return f"({text})" if isinstance(part, AllOf | AnyOf) else text


def _comparison(one: Compare) -> str:
    lasting = f" for {one.for_day} d" if one.for_day else ""
    if one.of == "share of baseline":
        return f"{one.signal} {one.relation} {_share(one.limit)} of baseline{lasting}"
    before = "baseline " if one.of == "baseline" else ""
    limit = show_number(one.limit)
    amount = f"grade {limit}" if one.unit == GRADE else f"{limit} {one.unit}".rstrip()
    return f"{before}{one.signal} {one.relation} {amount}{lasting}"


def _share(fraction: float) -> str:
    percent = show_number(round(fraction * 100, SIGNIFICANT))
    return f"{percent}%" if float(percent) / 100 == fraction else show_number(fraction)


class _Reader(AbstractConditionReader):
    """Conditions of dose rules, over the register of observables."""

    all_of, any_of = AllOf, AnyOf
    keywords = KEYWORDS
    names = OBSERVABLES
    after = "'and', 'or', 'for 7 d', or the end"

    def one(self) -> Condition:
        if self.is_word("not"):
            self.refuse("'not' is not one of the words", right="the opposite comparison, such as anc >= 1.0 10^9/L")
        reference: Reference = "value"
        if self.is_word("baseline"):
            self.take()
            reference = "baseline"
        if self.now.kind != "word" or self.now.text.lower() in KEYWORDS:
            what = f"a name is missing before '{self.now.text}'" if self.now.text else "the condition is not complete"
            self.refuse(what, right="a comparison such as anc < 1.0 10^9/L, or an event such as vte")
        known = self._name()
        if known.kind != "event":
            return self._compare(known, reference)
        if reference == "baseline":
            self.refuse(f"{known.name} is an event and has no baseline", at=self.place - 1)
        return self._event(known)

    def _name(self) -> Observable:
        name = self.now.text.lower()
        if name not in OBSERVABLES:
            self.refuse(f"'{self.now.text}' is not known", hint=nearest(name, OBSERVABLES))
        self.take()
        return OBSERVABLES[name]

    def _event(self, known: Observable) -> Happened:
        if self.now.kind == "relation":
            self.refuse(f"{known.name} is an event", right=f"'{known.name}' or '{known.name} within 30 d'")
        if self.is_word("for"):
            self.refuse(f"{known.name} is an event", right=f"'{known.name} within 30 d'")
        if not self.is_word("within"):
            return Happened(known.name)
        self.take()
        return Happened(known.name, self._days())

    def _compare(self, known: Observable, reference: Reference) -> Compare:
        relation = self.relation(
            known, f"{known.name} >= {'grade 3' if known.unit == GRADE else f'1 {known.unit}'.strip()}"
        )
        graded = self.is_word("grade")
        if graded:
            self.take()
        place, number = self.place, self.number()
        unit = self.unit()
        if self.is_word("of"):
            return self._share_of_baseline(known, relation, number, unit, reference, place)
        limit = self.in_unit_of(known, number, GRADE if graded and not unit else unit, place)
        return Compare(known.name, relation, limit, known.unit, reference, self._lasting())

    def _share_of_baseline(
        self, known: Observable, relation: Relation, number: float, unit: str, reference: Reference, place: int
    ) -> Compare:
        self.take()
        if not self.is_word("baseline"):
            self.refuse("'of' is followed by 'baseline'", right=f"{known.name} < 50% of baseline")
        self.take()
        if unit not in ("", "%") or reference == "baseline":
            told = f"a share of the baseline of {known.name} is a plain number or a percentage"
            self.refuse(told, at=place, right=f"{known.name} < 50% of baseline")
        share = number / 100 if unit == "%" else number
        return Compare(known.name, relation, share, "", "share of baseline", self._lasting())

    def _lasting(self) -> int:
        if not self.is_word("for"):
            return 0
        self.take()
        return self._days()

    def _days(self) -> int:
        if not (self.now.kind == "number" and self.now.text.isdigit() and len(self.now.text) <= 6):
            told = f"'{self.now.text}' is not a number of days" if self.now.text else "the number of days is missing"
            self.refuse(told, right="whole days, such as 7 d")
        number = int(self.take().text)
        unit = self.now.text.lower() if self.now.kind == "word" else ""
        if unit not in DAYS_IN:
            self.refuse(f"{number} has no unit of time", right="d, days or weeks, such as 7 d")
        self.take()
        return number * DAYS_IN[unit]
