"""Protocols put together from parts: the rules of several drugs, a label with a study's supportive treatment, a label
without some of its rules."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from titer.clinic.protocol import Calendar, Ladder, Protocol, Rule
from titer.errors import InputError, nearest


def combine(name: str, *protocols: Protocol, calendar: Calendar | None = None) -> Protocol:
    """One protocol with the rules and ladders of several, in that order.

    A rule or ladder that is the same in two of them counts once. Visits are those of the first, unless a calendar is
    given, so that what is added to a label never changes how often its patients are seen.

    Args:
        name: of the new protocol.
        protocols: one or more.
        calendar: of visits, where not that of the first.

    Raises:
        InputError: no protocol; two different rules of one name, or two different ladders of one drug.

    Example:
        >>> from titer.library.rules import dexamethasone, lenalidomide_us
        >>> combine("both", lenalidomide_us.US, dexamethasone.US).rules[-1].name
        'dexamethasone in the elderly'
    """
    if not protocols:
        raise InputError(f"protocol '{name}' is made of nothing", right="one protocol or more")
    rules: dict[str, Rule] = {}
    ladders: dict[str, Ladder] = {}
    for protocol in protocols:
        for rule in protocol.rules:
            if rules.setdefault(rule.name, rule) != rule:
                _clash(f"rule '{rule.name}'", name, protocols, [p for p in protocols if rule.name in _names(p)])
        for ladder in protocol.ladders:
            if ladders.setdefault(ladder.drug, ladder) != ladder:
                having = [p for p in protocols if ladder.drug in [one.drug for one in p.ladders]]
                _clash(f"the ladder of {ladder.drug}", name, protocols, having)
    return replace(
        protocols[0],
        name=name,
        rules=tuple(rules.values()),
        ladders=tuple(ladders.values()),
        calendar=calendar or protocols[0].calendar,
    )


def without(protocol: Protocol, *names: str, kinds: tuple[type[Rule], ...] = (), name: str = "") -> Protocol:
    """The protocol without some of its rules.

    Args:
        protocol: the whole.
        names: of rules that go.
        kinds: of rules that go.
        name: of what is left; "…, without …" where not given.

    Raises:
        InputError: it has no rule of that name.

    Example:
        >>> from titer.library.rules.lenalidomide_us import US
        >>> without(US, "neutropenia").name
        'lenalidomide US, without neutropenia'
    """
    known = _names(protocol)
    for missing in (one for one in names if one not in known):
        raise InputError(
            f"there is no rule '{missing}' to leave out",
            where=f"protocol '{protocol.name}'",
            hint=nearest(missing, known),
        )
    left = tuple(rule for rule in protocol.rules if rule.name not in names and not isinstance(rule, kinds))
    gone = [*names, *(kind.__name__ for kind in kinds)]
    return replace(protocol, rules=left, name=name or f"{protocol.name}, without {', '.join(gone)}")


def _names(protocol: Protocol) -> list[str]:
    return [rule.name for rule in protocol.rules]


def _clash(what: str, name: str, all_of: Iterable[Protocol], having: Iterable[Protocol]) -> None:
    raise InputError(
        f"{what} says different things in " + " and ".join(f"'{protocol.name}'" for protocol in having),
        where=f"protocol '{name}', made of " + ", ".join(f"'{protocol.name}'" for protocol in all_of),
        right="one rule of each name and one ladder of each drug",
        hint="leave one of them out with titer.clinic.combine.without",
    )
