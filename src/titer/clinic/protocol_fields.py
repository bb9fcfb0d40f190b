"""What may stand in a protocol file: tables, their keys, and how each value is read and checked.

A key that is not listed here is an error that names the nearest one; nothing is ignored.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from titer.clinic.condition_text import parse_condition
from titer.clinic.protocol import (
    CycleRule,
    EscalateRule,
    HoldRule,
    ReduceRule,
    Rule,
    StartRule,
    StopRule,
    SupportRule,
    VisitPhase,
)
from titer.dosing.regimen import MINUTES_PER_DAY, Component
from titer.errors import InputError, nearest
from titer.model.declare import Source

LONGEST_WORDS = 4000  # characters of a wording or note
MOST_DAYS = 36500
Read = Callable[[Any], Any]


@dataclass(frozen=True)
class Key:
    """One key of a table: how its value is read, and whether it must be there."""

    read: Read
    required: bool = False


def words(value: Any) -> str:
    if not isinstance(value, str):
        raise InputError(f"{_shown(value)} is not a text", right='a text in quotes, "…"')
    if len(value) > LONGEST_WORDS:
        raise InputError(f"the text has {len(value)} characters", right=f"at most {LONGEST_WORDS}")
    return value


def name(value: Any) -> str:
    text = words(value)
    if not text.strip() or text != text.strip() or not text.isprintable():
        raise InputError(f"{_shown(value)} is not a name", right="one line of words without blanks around it")
    return text


def flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise InputError(f"{_shown(value)} is neither true nor false", right="true or false")
    return value


def number(low: float, high: float = math.inf, *, above: bool = False) -> Read:
    """Reads a finite number from `low` (or above it) to `high`."""

    def read(value: Any) -> float:
        fits = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
        if not fits or value > high or value < low or (above and value == low):
            upper = "" if math.isinf(high) else f" and at most {high:g}"
            least = f"above {low:g}" if above else f"of {low:g} or more"
            raise InputError(f"{_shown(value)} cannot be used", right=f"a number {least}{upper}")
        return float(value)

    return read


def whole(low: int, high: int = MOST_DAYS) -> Read:
    """Reads an integer from `low` to `high`."""

    def read(value: Any) -> int:
        if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
            raise InputError(f"{_shown(value)} cannot be used", right=f"a whole number from {low} to {high}")
        return value

    return read


def one_of(*choices: str) -> Read:
    """Reads one of some words."""

    def read(value: Any) -> str:
        if value not in choices:
            hint = nearest(value, choices) if isinstance(value, str) else ""
            raise InputError(f"{_shown(value)} cannot be used", right=" or ".join(map(repr, choices)), hint=hint)
        return value

    return read


def several(read: Read) -> Read:
    """Reads an array."""

    def read_all(value: Any) -> tuple[Any, ...]:
        if not isinstance(value, list):
            raise InputError(f"{_shown(value)} is not an array", right="values in square brackets, […]")
        return tuple(read(one) for one in value)

    return read_all


def source(value: Any) -> Source:
    """A citation, or a table {citation, doi, confirmed}."""
    if isinstance(value, dict):
        return Source(**read_keys(value, SOURCE))
    return Source(name(value))


def component(value: Any) -> Component:
    """A course of a supportive treatment."""
    if not isinstance(value, dict):
        raise InputError(f"{_shown(value)} is not a table", right='{drug = "filgrastim", amount = 300, unit = "ug"}')
    made = Component(**read_keys(value, COMPONENT))
    for what, numbers, last in (
        ("days", made.days, made.cycle_length),
        ("times", [time + 1 for time in made.times], MINUTES_PER_DAY),
    ):
        rising = all(a < b for a, b in pairwise(numbers))
        if not numbers or not rising or numbers[-1] > last:
            raise InputError(f"{what} are {_shown(list(getattr(made, what)))}", right=f"rising, within {last}")
    return made


def phase(value: Any) -> VisitPhase:
    if not isinstance(value, dict):
        raise InputError(f"{_shown(value)} is not a table", right="{from_day = 0, every_day = 7}")
    return VisitPhase(**read_keys(value, PHASE))


def read_keys(table: Mapping[str, Any], keys: Mapping[str, Key], *, missing_allowed: bool = False) -> dict[str, Any]:
    """Every value of a table, read. A mistake names the key.

    Raises:
        InputError: a key that is not known, one that is missing, or a value that cannot be used; `where` begins with
            the key.
    """
    found = {}
    for key, value in table.items():
        if key not in keys:
            raise InputError(f"the key '{key}' is not known", where=key, hint=nearest(key, keys))
        try:
            found[key] = keys[key].read(value)
        except InputError as error:
            inside = f"{key}: {error.where}" if error.where else key
            raise InputError(error.what, where=inside, right=error.right, hint=error.hint) from None
    for key, known in keys.items():
        if known.required and key not in table and not missing_allowed:
            raise InputError(f"the key '{key}' is missing", right=", ".join(k for k, v in keys.items() if v.required))
    return found


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}…"


_day = whole(0)
_condition = parse_condition
_resume = one_of("same level", "next lower")
SOURCE = {"citation": Key(name, True), "doi": Key(words), "confirmed": Key(flag)}
PHASE = {"from_day": Key(_day, True), "every_day": Key(whole(1), True)}
COMPONENT = {
    "drug": Key(name, True),
    "amount": Key(number(0, above=True), True),
    "unit": Key(name, True),  # no usual one: 300 of filgrastim are ug, of most drugs mg
    "route": Key(words),
    "days": Key(several(whole(1))),
    "cycle_length": Key(whole(1)),
    "times": Key(several(whole(0, MINUTES_PER_DAY - 1))),
    "every_h": Key(whole(0)),
    "start_day": Key(whole(1)),
    "n_days": Key(whole(1)),
    "infusion_minutes": Key(whole(0, MINUTES_PER_DAY)),
}
PROTOCOL = {
    "name": Key(name),
    "extends": Key(name),
    "without": Key(several(name)),
    "source": Key(source),
    "response_every_day": Key(whole(1)),
    "order": Key(several(name)),
    "no_rules": Key(flag),
}
CALENDAR = {
    "phases": Key(several(phase), True),
    "while_held_every_day": Key(whole(1), True),
    "wording": Key(words),
    "source": Key(source),
}
LADDER = {
    "drug": Key(name, True),
    "unit": Key(name, True),
    "rungs": Key(several(number(0, above=True)), True),
    "at_floor": Key(one_of("stay", "stop")),
    "strengths": Key(several(number(0, above=True))),
    "wording": Key(words),
    "source": Key(source),
}
_EVERY = {"name": Key(name, True), "wording": Key(words), "source": Key(source), "note": Key(words)}
RULES: dict[str, tuple[type[Rule], dict[str, Key]]] = {
    "hold": (
        HoldRule,
        _EVERY
        | {
            "drug": Key(name, True),
            "when": Key(_condition, True),
            "until": Key(_condition, True),
            "first_resume": Key(_resume),
            "later_resume": Key(_resume),
            "first_dose": Key(number(0, above=True)),
            "longest_day": Key(_day),
        },
    ),
    "stop": (StopRule, _EVERY | {"drugs": Key(several(name)), "when": Key(_condition, True), "completes": Key(flag)}),
    "reduce": (
        ReduceRule,
        _EVERY | {"drug": Key(name, True), "when": Key(_condition, True), "share": Key(number(0, 1, above=True))},
    ),
    "escalate": (
        EscalateRule,
        _EVERY
        | {
            "drug": Key(name, True),
            "when": Key(_condition, True),
            "to": Key(number(0, above=True), True),
            "even_if_lowered": Key(flag),
        },
    ),
    "cycle": (
        CycleRule,
        _EVERY
        | {
            "needs": Key(_condition, True),
            "drugs": Key(several(name)),
            "first_cycle": Key(whole(1)),
            "longest_day": Key(_day),
            "lower_after_day": Key(_day),
            "wait_if_not_known": Key(flag),
        },
    ),
    "support": (
        SupportRule,
        _EVERY | {"when": Key(_condition, True), "give": Key(component, True), "only_held": Key(several(name))},
    ),
    "start": (
        StartRule,
        _EVERY
        | {
            "drug": Key(name, True),
            "when": Key(_condition, True),
            "dose": Key(number(0), True),
            "every_day": Key(whole(1)),
        },
    ),
}
TABLES = ("protocol", "calendar", "ladder", *RULES)
