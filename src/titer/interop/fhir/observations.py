"""Observations of a bundle: numbers with their units, and coded answers.

A number without a unit, with a unit of another quantity, negative or out of range is refused, not guessed at.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from typing import Any

from titer.errors import nearest
from titer.interop.fhir.account import Understood, about
from titer.interop.fhir.codes import (
    OFFSET,
    PREGNANCY_TEST,
    QUANTITIES,
    QUESTIONS,
    SEEN,
    SHORT_NAME,
    SYSTEMS,
    Quantity,
    Question,
    read_lines,
)
from titer.interop.fhir.elements import (
    Coding,
    Concept,
    Moment,
    as_concept,
    concept,
    moment,
    number,
    one_of,
    part,
    parts,
    shown,
    text,
    true_or_false,
    wrong,
)
from titer.interop.fhir.resources import Scene

STATUS = ("registered", "preliminary", "final", "amended", "corrected", "cancelled", "entered-in-error", "unknown")
TAKEN = ("preliminary", "final", "amended", "corrected")
UCUM = "http://unitsofmeasure.org"
VALUES = (
    "valueQuantity", "valueCodeableConcept", "valueString", "valueBoolean", "valueInteger", "valueRange", "valueRatio",
    "valueSampledData", "valueTime", "valueDateTime", "valuePeriod",
)  # fmt: skip


@cache
def observation_table() -> dict[tuple[str, str], tuple[Quantity | Question, str, str]]:
    """System and code → the number or question, how it was confirmed, and its display."""
    return {
        (system, code): (asked, seen, display)
        for asked in (*QUANTITIES, *QUESTIONS)
        for system, code, seen, display in read_lines(asked.codes)
    }


@cache
def _answers(question: int) -> dict[tuple[str, str], Any]:
    """System and code of an answer → value of the field."""
    asked = QUESTIONS[question]
    return {(system, code): asked.values[meant] for system, code, _, meant in read_lines(asked.answers)}


def read_observation(resource: Mapping[str, Any], place: str, scene: Scene) -> None:
    """An Observation, with its components."""
    status = one_of(resource, "status", place, STATUS)
    when = _when(resource, place)
    why_not = "" if status in TAKEN else f"status is {status}"
    if not why_not and resource.get("focus"):
        why_not = "it is about somebody or something else than the patient (focus)"
    if not why_not and scene.is_future(when):
        why_not = f"dated {when.text}, after the reference date" if when else ""
    if status == "preliminary" and not why_not:
        scene.account.remark(place, "the result is preliminary")
    components = parts(resource, "component", place)
    named = concept(resource, "code", place)
    if named is None:
        raise wrong("'code' is missing", place, "a CodeableConcept with coding or text")
    _read_one(resource, named, place, when, why_not, scene, panel=bool(components or resource.get("hasMember")))
    for inside, at in components:
        found = concept(inside, "code", at)
        if found is None:
            raise wrong("'code' is missing", at, "a CodeableConcept with coding or text")
        _read_one(inside, found, at, when, why_not, scene)


def _when(resource: Mapping[str, Any], place: str) -> Moment | None:
    period = part(resource, "effectivePeriod", place)
    inside = f"{place}.effectivePeriod"
    ends = (moment(period, "end", inside) or moment(period, "start", inside)) if period is not None else None
    return moment(resource, "effectiveDateTime", place) or moment(resource, "effectiveInstant", place) or ends


def _read_one(
    holder: Mapping[str, Any],
    named: Concept,
    place: str,
    when: Moment | None,
    why_not: str,
    scene: Scene,
    *,
    panel: bool = False,
) -> None:
    """One code with its value."""
    table = observation_table()
    found = [(one, table.get((SHORT_NAME.get(one.system, ""), one.code))) for one in named.codings]
    known = [(coding, entry) for coding, entry in found if entry is not None]
    if not named.codings:
        reason = "no code is given, only a text" if named.text else "no code is given"
        scene.account.unknown(Coding("", "", named.text, named.place), reason)
    for coding, entry in found:
        if entry is None:
            other = "another code of the same entry was understood" if known else "the code is not in the tables"
            scene.account.unknown(coding, other)
    if len({id(entry[0]) for _, entry in known}) > 1:
        says = " and ".join(sorted({entry[0].says for _, entry in known}))
        scene.account.remark(place, f"its codes contradict each other ({says}); not taken")
        why_not = why_not or "the codes of the entry contradict each other"
    for coding, entry in known[: None if why_not else 1]:
        asked, seen, display = entry
        line = Understood(
            place, SYSTEMS["loinc"][0], coding.code, coding.display or display, asked.says,
            when=when.text if when else "", confirmed=seen != "-", note=why_not or asked.note,
        )  # fmt: skip
        assert seen in SEEN
        if why_not:
            scene.account.say(line)
        elif not any(key in holder for key in VALUES):
            _say_absent(holder, line, place, panel, scene)
        elif isinstance(asked, Quantity):
            _say_number(holder, asked, line, place, when, scene)
        else:
            _say_answer(holder, asked, line, place, when, scene)


def _say_absent(holder: Mapping[str, Any], line: Understood, place: str, panel: bool, scene: Scene) -> None:
    reason = concept(holder, "dataAbsentReason", place)
    if reason is None and not panel:
        scene.account.remark(place, "the observation has no value")
    why = f"no value: {reason.words}" if reason else "no value"
    scene.account.say(about(line, "", None) if panel else _with_note(line, why))


def _with_note(line: Understood, note: str) -> Understood:
    return replace(line, note=note)


def _say_number(
    holder: Mapping[str, Any], asked: Quantity, line: Understood, place: str, when: Moment | None, scene: Scene
) -> None:
    if "valueQuantity" not in holder:
        given = next(key for key in VALUES if key in holder)
        raise wrong(
            f"{asked.says} is given as {given} {shown(holder[given])}", f"{place}.{given}",
            f"valueQuantity with a number and a unit, e.g. {{'value': 2.5, 'code': '{next(iter(asked.units))}'}}",
        )  # fmt: skip
    at = f"{place}.valueQuantity"
    quantity = part(holder, "valueQuantity", place) or {}
    comparator = text(quantity, "comparator", at)
    value = number(quantity, "value", at)
    if value is None:
        scene.account.say(_with_note(line, "the quantity has no value"))
        return
    if not asked.fact:
        scene.account.say(line)
        return
    converted = _convert(value, quantity, asked, at)
    if comparator:
        scene.account.say(_with_note(line, f"only a limit is given ({comparator}{value:g})"))
        return
    if old := scene.too_old(asked.fact, converted, when):
        scene.account.say(_with_note(line, old))
        return
    scene.account.say(about(line, asked.fact, converted), "latest", when)


def _convert(value: float, quantity: Mapping[str, Any], asked: Quantity, at: str) -> float:
    """The value in the unit of the field.

    Raises:
        InputError: no unit, a unit of another quantity, a negative value, one that no patient has.
    """
    system, code, words = text(quantity, "system", at), text(quantity, "code", at), text(quantity, "unit", at)
    unit = code if code and system in ("", UCUM) else words or code
    wanted = " or ".join(list(asked.units)[:3])
    if not unit:
        raise wrong(f"{asked.says} {value:g} has no unit", at, f"a UCUM unit in 'code': {wanted}")
    plain = _plain_unit(unit)
    known = next((name for name in asked.units if plain == _plain_unit(name)), None)
    if known is None:
        hint = nearest(unit, asked.units)
        raise wrong(f"'{unit[:40]}' is no unit of {asked.says}", at, wanted, hint)
    other = next((name for name in asked.units if words and _plain_unit(words) == _plain_unit(name)), known)
    if (asked.units[other], OFFSET.get(other)) != (asked.units[known], OFFSET.get(known)):
        both = f"the code of the unit is {unit[:40]} and its words are {words[:40]}"
        raise wrong(f"{asked.says}: {both}", at, "one unit in 'code' and 'unit'")
    if value < 0:
        raise wrong(f"{asked.says} is {value:g} {unit}", at, "0 or more")
    converted = (value + OFFSET.get(known, 0.0)) * asked.units[known]
    converted = float(f"{converted:.6g}")  # 2.1 10*3/uL stays 2.1, and 69.98929 kg says enough
    _check_range(converted, asked, f"{value:g} {unit}", at)
    return converted


def _plain_unit(unit: str) -> str:
    """A unit without UCUM annotations, which have no meaning: 10*3/uL{cells}. An annotation of an area stays."""
    bare = unit.replace("µ", "u").replace("μ", "u").replace(" ", "")
    bare = bare if "1.73" in bare else re.sub(r"\{[^}]*\}", "", bare)
    return bare.replace("^", "*").removeprefix("x")


def _check_range(value: float, asked: Quantity, given: str, at: str) -> None:
    from titer.patients.record import PatientRecord

    limits = PatientRecord.model_fields[asked.fact].metadata
    low = next((one.ge for one in limits if hasattr(one, "ge")), None)
    high = next((one.le for one in limits if hasattr(one, "le")), None)
    if (low is not None and value < low) or (high is not None and value > high):
        hint = "is the unit right? 98.6 would be [degF]" if asked.fact == "temperature_c" else "is the unit right?"
        raise wrong(
            f"{asked.says} of {given} is {value:g} {asked.unit}", at, f"from {low:g} to {high:g} {asked.unit}", hint
        )


def _say_answer(
    holder: Mapping[str, Any], asked: Question, line: Understood, place: str, when: Moment | None, scene: Scene
) -> None:
    understood, value = _answer(holder, asked, place, scene)
    if not understood or value is None:
        note = "the answer leaves it open" if understood else "the answer was not understood"
        scene.account.say(_with_note(line, note))
        return
    if asked.fact == PREGNANCY_TEST:
        _say_test(value, line, place, when, scene)
        return
    if old := scene.too_old(asked.fact, value, when):
        scene.account.say(_with_note(line, old))
        return
    scene.account.say(about(line, asked.fact, value), "latest", when)


def _answer(holder: Mapping[str, Any], asked: Question, place: str, scene: Scene) -> tuple[bool, Any]:
    """Whether the answer was understood, and the value of the field; None where it is "not known"."""
    if "valueBoolean" in holder and asked.fact in ("pregnant", "hiv", "smoker"):
        return True, true_or_false(holder, "valueBoolean", place)
    named = part(holder, "valueCodeableConcept", place)
    if named is None:
        given = next(key for key in VALUES if key in holder)
        if given != "valueString":
            raise wrong(f"{asked.says} is given as {given}", f"{place}.{given}", "valueCodeableConcept")
        answer = text(holder, "valueString", place)
        scene.account.unknown(Coding("", "", answer[:200], f"{place}.valueString"), "the answer is a text, not a code")
        return False, None
    meant = as_concept(named, f"{place}.valueCodeableConcept")
    answers = _answers(QUESTIONS.index(asked))
    keys = [(SHORT_NAME.get(one.system, ""), one.code) for one in meant.codings]
    found = {answers[key] for key in keys if key in answers}
    for coding, key in zip(meant.codings, keys, strict=True):
        if key not in answers:
            scene.account.unknown(coding, f"not an answer to {asked.says} that the tables have")
    if not meant.codings:
        scene.account.unknown(Coding("", "", meant.text, meant.place), "the answer is a text, not a code")
    if len(found) > 1:
        scene.account.remark(place, f"the codes of the answer to {asked.says} contradict each other; not taken")
        return True, None
    return bool(found), next(iter(found), None)


def _say_test(value: str, line: Understood, place: str, when: Moment | None, scene: Scene) -> None:
    """A pregnancy test, with the days from it to the reference day."""
    test: dict[str, Any] = {"result": value}
    age = (scene.day(place) - when.day).days if when and when.exact_day else None
    if age is None:
        scene.account.remark(place, "the pregnancy test has no day")
    elif age <= 1000:  # day; what the record holds, see PregnancyTest
        test["days_before_start"] = float(age)
    else:
        scene.account.say(_with_note(line, "older than 1000 days"))
        return
    scene.account.say(about(line, PREGNANCY_TEST, test), "list", when)
