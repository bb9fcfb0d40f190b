"""Protocols to test the clinic with: the shape of labels, invented words."""

from __future__ import annotations

from titer.clinic.conditions import Compare
from titer.clinic.protocol import Calendar, HoldRule, Ladder, Protocol, VisitPhase
from titer.model.declare import Source

WORDS = {"wording": "invented", "source": Source("Author 2020")}
COUNT = "10^9/L"


def below(signal, limit, **more):
    return Compare(signal, "<", limit, COUNT, **more)


def at_least(signal, limit, **more):
    return Compare(signal, ">=", limit, COUNT, **more)


def falls(name, drug, signal, limit, clear=None, **more):
    """Held below one value, resumed from another on."""
    until = at_least(signal, limit if clear is None else clear)
    return HoldRule(name=name, drug=drug, when=below(signal, limit), until=until, **WORDS, **more)


def weekly(*phases, held=7):
    return Calendar(tuple(VisitPhase(*one) for one in (phases or ((0, 7),))), held, "invented", WORDS["source"])


LENALIDOMIDE = Ladder("lenalidomide", "mg", (25.0, 20.0, 15.0, 10.0, 5.0, 2.5), "", WORDS["source"])
PLATELETS = falls("thrombocytopenia", "lenalidomide", "platelets", 30.0, first_resume="next lower")
NEUTROPHILS = falls("neutropenia", "lenalidomide", "anc", 1.0)
CALENDAR = weekly((0, 7), (56, 14), (84, 28))
US = Protocol("like the US label", (PLATELETS, NEUTROPHILS), (LENALIDOMIDE,), CALENDAR)
EU = Protocol(
    "like the EU label",
    (PLATELETS, falls("neutropenia", "lenalidomide", "anc", 0.5)),
    (Ladder("lenalidomide", "mg", (25.0, 15.0, 10.0, 5.0), "", WORDS["source"]),),
    CALENDAR,
)
NEVER_ACT = Protocol("never act", (), (), CALENDAR)
