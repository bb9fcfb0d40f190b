"""Parts of a FHIR resource with their place in the bundle: typed access, codes, dates. A wrong type is an error."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from titer.errors import InputError, nearest

KINDS = {bool: "true or false", int: "a number", float: "a number", str: "a text", list: "a list", type(None): "null"}
LONGEST_SHOWN = 60  # characters of a value in a message
DATE = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d)(?:T(\d\d):(\d\d)(?::(\d\d)(?:\.\d{1,9})?)?(Z|[+-]\d\d:\d\d)?)?)?)?\Z")


def kind_of(value: Any) -> str:
    """What a JSON value is, in words."""
    return "an object" if isinstance(value, Mapping) else KINDS.get(type(value), type(value).__name__)


def shown(value: Any) -> str:
    """A value for a message, not too long."""
    text = repr(value)
    return text if len(text) <= LONGEST_SHOWN else text[: LONGEST_SHOWN - 1] + "…"


def wrong(what: str, place: str, right: str = "", hint: str = "") -> InputError:
    return InputError(what, where=place, right=right, hint=hint)


def need_object(value: Any, place: str) -> Mapping[str, Any]:
    """The value, if it is an object whose keys are texts.

    Raises:
        InputError: anything else.
    """
    if not isinstance(value, Mapping) or not all(isinstance(key, str) for key in value):
        raise wrong(f"{kind_of(value)} stands where an object should be", place, "an object as in FHIR R4")
    return value


def part(holder: Mapping[str, Any], key: str, place: str) -> Mapping[str, Any] | None:
    """An object inside an object; None where there is none."""
    value = holder.get(key)
    return None if value is None else need_object(value, f"{place}.{key}")


def parts(holder: Mapping[str, Any], key: str, place: str) -> list[tuple[Mapping[str, Any], str]]:
    """A list of objects inside an object, each with its place; [] where there is none.

    Raises:
        InputError: not a list, or a member that is no object.
    """
    value = holder.get(key)
    if value is None:
        return []
    if not isinstance(value, Sequence) or isinstance(value, str):
        raise wrong(f"{kind_of(value)} stands where a list should be", f"{place}.{key}", "a list, also for one member")
    return [(need_object(one, f"{place}.{key}[{n}]"), f"{place}.{key}[{n}]") for n, one in enumerate(value)]


def text(holder: Mapping[str, Any], key: str, place: str) -> str:
    """A text inside an object; "" where there is none."""
    value = holder.get(key)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise wrong(f"{shown(value)} is {kind_of(value)}", f"{place}.{key}", "a text")
    return value.strip()


def true_or_false(holder: Mapping[str, Any], key: str, place: str) -> bool | None:
    """A flag inside an object; None where there is none."""
    value = holder.get(key)
    if value is not None and not isinstance(value, bool):
        raise wrong(f"{shown(value)} is {kind_of(value)}", f"{place}.{key}", "true or false")
    return value


def number(holder: Mapping[str, Any], key: str, place: str) -> float | None:
    """A finite number inside an object; None where there is none.

    Raises:
        InputError: a text, true or false, NaN or infinity.
    """
    value = holder.get(key)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise wrong(f"{shown(value)} is {kind_of(value)}", f"{place}.{key}", "a number, without quotes")
    try:
        found = float(value)
    except OverflowError:
        found = math.inf
    if not math.isfinite(found):
        raise wrong(f"{shown(value)} is not a finite number", f"{place}.{key}", "a finite number")
    return found


def one_of(holder: Mapping[str, Any], key: str, place: str, choices: Iterable[str]) -> str:
    """A required word.

    Raises:
        InputError: it is missing, or not one of the choices.
    """
    value, known = text(holder, key, place), list(choices)
    if not value:
        raise wrong(f"'{key}' is missing", place, " or ".join(known))
    if value not in known:
        raise wrong(f"{key} '{value[:LONGEST_SHOWN]}' is not known", f"{place}.{key}", hint=nearest(value, known))
    return value


@dataclass(frozen=True)
class Coding:
    """One code of a concept, with its place."""

    system: str
    code: str
    display: str
    place: str


@dataclass(frozen=True)
class Concept:
    """A CodeableConcept: its codes and its text."""

    codings: tuple[Coding, ...]
    text: str
    place: str

    @property
    def words(self) -> str:
        """The text, else the first display, else the first code."""
        displays = [one.display or one.code for one in self.codings]
        return self.text or next(filter(None, displays), "")


def concept(holder: Mapping[str, Any], key: str, place: str) -> Concept | None:
    """A CodeableConcept inside an object; None where there is none."""
    found = part(holder, key, place)
    return None if found is None else as_concept(found, f"{place}.{key}")


def as_concept(found: Mapping[str, Any], place: str) -> Concept:
    """An object as a CodeableConcept."""
    codings = tuple(as_coding(one, where) for one, where in parts(found, "coding", place))
    return Concept(codings, text(found, "text", place), place)


def as_coding(found: Mapping[str, Any], place: str) -> Coding:
    """An object as a Coding."""
    return Coding(text(found, "system", place), text(found, "code", place), text(found, "display", place), place)


def status_word(holder: Mapping[str, Any], key: str, place: str, choices: Iterable[str]) -> str:
    """The word of a status that is a CodeableConcept; "" where there is none.

    Raises:
        InputError: it has no code, or one that FHIR does not have.
    """
    found, known = concept(holder, key, place), list(choices)
    if found is None:
        return ""
    codes = [one.code for one in found.codings if one.code]
    for code in codes:
        if code in known:
            return code
    given = codes[0] if codes else found.text
    raise wrong(f"{key} '{given[:LONGEST_SHOWN]}' is not known", f"{place}.{key}", hint=nearest(given, known))


@dataclass(frozen=True)
class Moment:
    """A FHIR date or time, as precise as it was given.

    Args:
        text: as written.
        earliest: the first instant it can mean, UTC.
        latest: the first instant that it cannot mean any more, UTC.
    """

    text: str
    earliest: datetime
    latest: datetime

    def days_before(self, day: date) -> int:
        """Full days from the last instant that it can mean to the end of a day."""
        return (datetime.combine(day, time.max) - self.latest).days

    @property
    def day(self) -> date:
        return self.earliest.date()

    @property
    def exact_day(self) -> bool:
        """Whether the day is known, and not the month or the year alone."""
        return len(self.text) >= len("2024-01-01")


def moment(holder: Mapping[str, Any], key: str, place: str) -> Moment | None:
    """A date, dateTime or instant inside an object; None where there is none."""
    value = text(holder, key, place)
    return as_moment(value, f"{place}.{key}") if value else None


def as_moment(value: str, place: str) -> Moment:
    """A FHIR date, dateTime or instant. A date without a time zone is taken as UTC.

    Raises:
        InputError: not such a date, or a day that does not exist.

    Example:
        >>> as_moment("2024-02", "birthDate").latest.isoformat()
        '2024-03-01T00:00:00'
    """
    match = DATE.match(value)
    right = "a date as 2024-03-01, 2024-03, 2024 or 2024-03-01T09:30:00Z"
    if not match:
        raise wrong(f"'{value[:LONGEST_SHOWN]}' is not a date", place, right)
    year, month, day, hour, minute, second, zone = match.groups()
    try:
        start = datetime(
            int(year), int(month or 1), int(day or 1), int(hour or 0), int(minute or 0), min(int(second or 0), 59)
        )
        start -= _offset(zone)
        return Moment(value, start, _end(start, month, day, hour))
    except (ValueError, OverflowError):
        raise wrong(f"'{value}' does not exist in the calendar", place, right) from None


def _offset(zone: str | None) -> timedelta:
    if not zone or zone == "Z":
        return timedelta(0)
    sign = -1 if zone[0] == "-" else 1
    found = timedelta(hours=int(zone[1:3]), minutes=int(zone[4:6]))
    if found > timedelta(hours=14):
        raise ValueError(zone)
    return sign * found


def _end(start: datetime, month: str | None, day: str | None, hour: str | None) -> datetime:
    if hour:
        return start + timedelta(seconds=1)
    if day:
        return start + timedelta(days=1)
    if month:
        return start.replace(year=start.year + start.month // 12, month=start.month % 12 + 1)
    return start.replace(year=start.year + 1)


def as_day(value: date | str, place: str) -> date:
    """A day that a caller gives as a date or as a text."""
    if isinstance(value, datetime):
        return (value.astimezone(UTC) if value.tzinfo else value).date()
    if isinstance(value, date):
        return value
    if not isinstance(value, str):
        raise wrong(f"{shown(value)} is not a date", place, "a date as 2024-03-01")
    found = as_moment(value.strip(), place)
    if not found.exact_day:
        raise wrong(f"'{value}' is not one day", place, "a date as 2024-03-01")
    return found.day


def refuse_modifier(resource: Mapping[str, Any], place: str) -> None:
    if resource.get("modifierExtension") or resource.get("implicitRules"):
        raise wrong(
            "the resource has a modifierExtension or implicitRules, which may change its meaning", place,
            "resources whose meaning FHIR R4 alone gives",
        )  # fmt: skip
