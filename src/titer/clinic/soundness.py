"""Whether a protocol can do what it says: checked when it is made.

A drug that could never resume, a rung that no ladder has, a start rule that is never reached: each is an error that
names the rule. Conditions over several signals are compared in part only: an interval of one signal is enough to
contradict, and what needs more than that is not found.
"""

from __future__ import annotations

from collections.abc import Iterable

from titer.clinic.conditions import AllOf, AnyOf, Compare, Condition, Happened, leaves
from titer.clinic.observables import OBSERVABLES
from titer.clinic.protocol import (
    CycleRule,
    EscalateRule,
    HoldRule,
    Ladder,
    Protocol,
    ReduceRule,
    Rule,
    StartRule,
    SupportRule,
    conditions_of,
    drugs_of,
)
from titer.errors import InputError

OF_A_DRUG = ("level", "cycles_since_change")
Interval = tuple[float, bool, float, bool]  # lower bound, whether it is inside, upper bound, whether it is inside
EVERYTHING: Interval = (-float("inf"), False, float("inf"), False)


def check_protocol(protocol: Protocol) -> None:
    """Refuse a protocol that contradicts itself.

    Raises:
        InputError: what `Protocol` says.
    """
    _check_names(protocol)
    for rule in protocol.rules:
        where = f"rule '{rule.name}' of protocol '{protocol.name}'"
        _check_kind(rule, where)
        _check_ladder(protocol, rule, where)
        _check_asked(rule, where)
        for condition in conditions_of(rule):
            _check_possible(condition, where)
    for rule in protocol.of_kind(HoldRule):
        _check_passes(rule, f"rule '{rule.name}' of protocol '{protocol.name}'")
        _check_apart(rule, f"rule '{rule.name}' of protocol '{protocol.name}'")
        _check_resumes(protocol, rule)
    _check_starts(protocol)


def _check_names(protocol: Protocol) -> None:
    for what, names in (
        ("rules", [rule.name for rule in protocol.rules]),
        ("ladders", [ladder.drug for ladder in protocol.ladders]),
    ):
        doubled = sorted({name for name in names if names.count(name) > 1})
        if doubled:
            raise InputError(f"protocol '{protocol.name}' has {what} {doubled} more than once", right="each name once")
    if protocol.response_every_day <= 0 or protocol.response_every_day % 7:
        raise InputError(
            f"the response is assessed every {protocol.response_every_day} days",
            where=f"protocol '{protocol.name}'",
            right="a positive number of whole weeks",
        )


def _check_kind(rule: Rule, where: str) -> None:
    """Numbers that no rule of the kind can have."""
    days = {name: getattr(rule, name, None) for name in ("longest_day", "lower_after_day")}
    for name, value in days.items():
        if value is not None and value < 0:
            raise InputError(f"{name} is {value}", where=where, right="0 days or more")
    if isinstance(rule, ReduceRule) and rule.share is not None and not 0 < rule.share < 1:
        raise InputError(f"share is {rule.share}", where=where, right="a fraction between 0 and 1, such as 0.5")
    lower, longest = days["lower_after_day"], days["longest_day"]
    if lower is not None and longest is not None and lower >= longest:
        what = f"it lowers after a delay of more than {lower} days and stops after {longest}"
        raise InputError(what, where=where, right="lower_after_day below longest_day")
    if isinstance(rule, CycleRule) and rule.first_cycle < 1:
        raise InputError(f"first_cycle is {rule.first_cycle}", where=where, right="1 or more")
    if isinstance(rule, StartRule) and (not 0 <= rule.dose < float("inf") or rule.every_day < 1):
        raise InputError(
            f"starts at {rule.dose} every {rule.every_day} days", where=where, right="0 or more, every 1 day or more"
        )


def _check_ladder(protocol: Protocol, rule: Rule, where: str) -> None:
    for drug in drugs_of(rule):
        ladder = protocol.ladder(drug)
        if ladder is None and _moves(rule):
            raise InputError(f"it changes the level of {drug}, which has no ladder", where=where, right="a ladder")
        if ladder is not None:
            _check_rungs(ladder, rule, where)


def _moves(rule: Rule) -> bool:
    """Whether a rule goes up or down a ladder."""
    if isinstance(rule, HoldRule):
        return "next lower" in (rule.first_resume, rule.later_resume) or rule.first_dose is not None
    if isinstance(rule, ReduceRule):
        return rule.share is None
    return isinstance(rule, EscalateRule) or (isinstance(rule, CycleRule) and rule.lower_after_day is not None)


def _check_rungs(ladder: Ladder, rule: Rule, where: str) -> None:
    wanted = {HoldRule: "first_dose", EscalateRule: "to"}.get(type(rule), "")
    level = getattr(rule, wanted) if wanted else None
    if level is not None and not any(abs(level - rung) <= 1e-9 * rung for rung in ladder.rungs):
        raise InputError(
            f"{wanted} is {level:g} {ladder.unit}, which is no rung of the ladder of {ladder.drug}",
            where=where,
            right="one of " + ", ".join(f"{rung:g}" for rung in ladder.rungs) + f" {ladder.unit}",
        )


def _check_asked(rule: Rule, where: str) -> None:
    """A start rule knows facts only, and only a rule of a drug may ask for the drug's level."""
    for condition in conditions_of(rule):
        for leaf in leaves(condition):
            name = leaf.signal if isinstance(leaf, Compare) else leaf.event
            if isinstance(rule, StartRule) and OBSERVABLES[name].kind != "patient":
                raise InputError(
                    f"it looks at {name} before the first dose", where=where, right="facts known before treatment"
                )
            if name in OF_A_DRUG and isinstance(rule, CycleRule | SupportRule):
                raise InputError(f"it asks for '{name}' of no drug", where=where, right="a rule of one drug")


def _check_possible(condition: Condition, where: str) -> None:
    """Parts of an "and" that no value meets together: the rule would never act, and nobody would be told."""
    if not isinstance(condition, AllOf | AnyOf):
        return
    for part in condition.parts:
        _check_possible(part, where)
    if isinstance(condition, AllOf):
        for part in (one for one in condition.parts if isinstance(one, Compare)):
            left = _narrowed(condition.parts, part, lasting=True)
            if left is not None and _is_empty(left):
                raise InputError(f"no value of {part.signal} is all that it asks for", where=where, right="or, not and")


# ---- contradictions --------------------------------------------------------------------------------------------------


def _check_resumes(protocol: Protocol, rule: HoldRule) -> None:
    """Values that clear a rule must not fire it, or a rule of the same drug that clears at lower values still."""
    for other in (one for one in protocol.of_kind(HoldRule) if one.drug == rule.drug):
        if _lies_inside(rule.until, other.when):
            own = "its own" if other is rule else f"rule '{other.name}'s"
            raise InputError(
                f"{rule.drug} is resumed where {own} condition holds it",
                where=f"rule '{rule.name}' of protocol '{protocol.name}'",
                right="values that resume a drug and hold it no more",
            )


def _check_passes(rule: HoldRule, where: str) -> None:
    """What holds a drug must be able to pass: an event ever since the start does not, nor does an age."""
    for fires in rule.when.parts if isinstance(rule.when, AnyOf) else (rule.when,):
        if all(_stays(leaf) for leaf in leaves(fires)):
            raise InputError(
                f"{rule.drug} is held for what never passes, and could not resume",
                where=where,
                right="an event within some days (vte within 30 d), or a stop rule",
            )


def _stays(leaf: Condition) -> bool:
    if isinstance(leaf, Happened):
        return leaf.within_day is None
    return isinstance(leaf, Compare) and (leaf.of == "baseline" or OBSERVABLES[leaf.signal].kind == "patient")


def _check_apart(rule: HoldRule, where: str) -> None:
    """No value both holds and resumes: "held below 30, resumed at 20" is a slip of the pen."""
    alternatives = rule.when.parts if isinstance(rule.when, AnyOf) else (rule.when,)
    clearing = rule.until.parts if isinstance(rule.until, AllOf) else (rule.until,)
    for fires in (one for one in alternatives if isinstance(one, Compare)):
        cleared = _narrowed(clearing, fires, lasting=True)  # what must have lasted is so now, too
        if cleared is not None and not _is_empty(_overlap(cleared, _interval(fires))):
            raise InputError(
                f"some values of {fires.signal} hold {rule.drug} and resume it",
                where=where,
                right="values that resume a drug and hold it no more",
            )


def _check_starts(protocol: Protocol) -> None:
    starts = protocol.of_kind(StartRule)
    for place, rule in enumerate(starts):
        for earlier in starts[:place]:
            if earlier.drug == rule.drug and _lies_inside(rule.when, earlier.when):
                raise InputError(
                    f"it is never reached: rule '{earlier.name}' comes first wherever it is so",
                    where=f"rule '{rule.name}' of protocol '{protocol.name}'",
                    right="the narrower rule first",
                )


def _lies_inside(inner: Condition, outer: Condition) -> bool:
    """Whether `outer` is so wherever `inner` is, as far as intervals of single signals tell; False where unsure."""
    if isinstance(outer, AllOf):
        return all(_lies_inside(inner, part) for part in outer.parts)
    if isinstance(inner, AnyOf):
        return all(_lies_inside(part, outer) for part in inner.parts)
    if isinstance(outer, AnyOf):
        return any(_lies_inside(inner, part) for part in outer.parts)
    if isinstance(inner, AllOf):
        return any(_lies_inside(part, outer) for part in inner.parts) or _narrowed_inside(inner.parts, outer)
    return _leaf_inside(inner, outer)


def _leaf_inside(inner: Condition, outer: Condition) -> bool:
    if isinstance(inner, Happened) and isinstance(outer, Happened):
        return inner.event == outer.event and (
            outer.within_day is None or (inner.within_day is not None and inner.within_day <= outer.within_day)
        )
    if isinstance(inner, Compare) and isinstance(outer, Compare):
        same = (inner.signal, inner.of) == (outer.signal, outer.of) and inner.for_day >= outer.for_day
        return same and _contains(_interval(outer), _interval(inner))
    return False


def _narrowed_inside(parts: Iterable[Condition], outer: Condition) -> bool:
    """Whether all comparisons of one signal together leave an interval inside the outer one."""
    if not isinstance(outer, Compare) or outer.for_day:
        return False
    left = _narrowed(parts, outer)
    return left is not None and _contains(_interval(outer), left)


def _narrowed(parts: Iterable[Condition], like: Compare, *, lasting: bool = False) -> Interval | None:
    """What comparisons of the signal leave of it together, with those that must last or without; None where none."""
    own = [p for p in parts if isinstance(p, Compare) and (p.signal, p.of) == (like.signal, like.of)]
    chosen = [part for part in own if lasting or not part.for_day]
    left = EVERYTHING
    for part in chosen:
        left = _overlap(left, _interval(part))
    return left if chosen else None


def _interval(leaf: Compare) -> Interval:
    closed = "=" in leaf.relation
    if leaf.relation.startswith("<"):
        return (-float("inf"), False, leaf.limit, closed)
    return (leaf.limit, closed, float("inf"), False)


def _overlap(one: Interval, other: Interval) -> Interval:
    low, low_open = max((one[0], not one[1]), (other[0], not other[1]))
    high, high_in = min((one[2], one[3]), (other[2], other[3]))
    return (low, not low_open, high, high_in)


def _is_empty(one: Interval) -> bool:
    return one[0] > one[2] or (one[0] == one[2] and not (one[1] and one[3]))


def _contains(outer: Interval, inner: Interval) -> bool:
    low = outer[0] < inner[0] or (outer[0] == inner[0] and (outer[1] or not inner[1]))
    high = outer[2] > inner[2] or (outer[2] == inner[2] and (outer[3] or not inner[3]))
    return low and high
