"""The Patient of a bundle: sex, age on the reference day, race."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from titer.interop.fhir.account import Account, NotUnderstood, Understood, about, told
from titer.interop.fhir.codes import RACES, SHORT_NAME, Code, Meaning, read_lines
from titer.interop.fhir.elements import as_coding, moment, part, parts, refuse_modifier, text, true_or_false, wrong
from titer.interop.fhir.resources import Scene

RACE = "http://hl7.org/fhir/us/core/StructureDefinition/us-core-race"
BIRTH_SEX = "http://hl7.org/fhir/us/core/StructureDefinition/us-core-birthsex"
OLDEST_YEAR = 120


def read_patient(patient: Mapping[str, Any], place: str, scene: Scene) -> dict[str, Any]:
    account = scene.account
    if true_or_false(patient, "deceasedBoolean", place) or text(patient, "deceasedDateTime", place):
        raise wrong("the patient has died", f"{place}.deceased", "a living patient")
    refuse_modifier(patient, place)
    fields: dict[str, Any] = {"sex": _sex(patient, place, account), "age_year": _age(patient, place, scene)}
    fields["patient_id"] = text(patient, "id", place)[:200] or None
    for extension, at in parts(patient, "extension", place):
        address = text(extension, "url", at)
        if address == RACE:
            fields["race"] = _race(extension, at, account)
        elif address != BIRTH_SEX:
            account.not_understood.append(
                NotUnderstood(at, address or "no address", "", "", "the extension is not read")
            )
    return {name: value for name, value in fields.items() if value is not None}


def _sex(patient: Mapping[str, Any], place: str, account: Account) -> str | None:
    """Sex, by gender and by birth sex where both are given; None where they differ or are not told."""
    said = {
        "F": "female", "M": "male", "female": "female", "male": "male", "other": None, "unknown": None, "": None,
        "UNK": None, "ASKU": None, "OTH": None,
    }  # fmt: skip
    gender = text(patient, "gender", place)
    if gender not in ("male", "female", "other", "unknown", ""):
        raise wrong(f"gender '{gender[:40]}' is not known", f"{place}.gender", "male, female, other or unknown")
    extensions = [(one, at) for one, at in parts(patient, "extension", place) if text(one, "url", at) == BIRTH_SEX]
    birth = next((text(one, "valueCode", at) for one, at in extensions), "")
    if birth not in said:
        raise wrong(f"birth sex '{birth[:40]}' is not known", f"{place}.extension", "F, M, OTH or UNK")
    found = {value for value in (said[gender], said[birth]) if value}
    for key, given in (("gender", gender), ("birth sex", birth)):
        if given:
            taken = len(found) == 1 and said[given] is not None
            account.say(Understood(place, "FHIR", given, given, key, "sex", said[given], taken))
    if len(found) > 1:
        account.remark(place, f"gender is {gender} and birth sex is {birth}; sex is taken as not known")
    elif not found:
        account.remark(place, "sex is not told" + (f" (gender is {gender})" if gender else ""))
    return found.pop() if len(found) == 1 else None


def _age(patient: Mapping[str, Any], place: str, scene: Scene) -> float | None:
    """Age on the reference day, year: full years and the part of the year since the birthday, not rounded up."""
    born = moment(patient, "birthDate", place)
    if born is None:
        scene.account.remark(place, "birthDate is not given")
        return None
    at = f"{place}.birthDate"
    today = scene.day(at)
    youngest, oldest = _years(born.latest.date() - date.resolution, today), _years(born.day, today)
    if oldest < 0:
        raise wrong(f"birthDate {born.text} is after the reference date {today}", at, "a day before it")
    if oldest > OLDEST_YEAR:
        raise wrong(f"birthDate {born.text} gives an age of {oldest:.0f} years", at, f"at most {OLDEST_YEAR} years")
    if not born.exact_day:
        between = f"{max(youngest, 0):.1f} to {oldest:.1f} years"
        scene.account.remark(at, f"birthDate is '{born.text}' only; the age is {between}, its middle is taken")
    age = int((max(youngest, 0) + oldest) / 2 * 100) / 100
    scene.account.say(Understood(at, "FHIR", born.text, "birthDate", "age", "age_year", age, True, born.text))
    return age


def _years(born: date, today: date) -> float:
    """Years between two days: birthdays passed, and the share of the year after the last one.

    Example:
        >>> _years(date(2012, 2, 29), date(2024, 2, 29)), _years(date(2012, 3, 1), date(2024, 2, 29)) < 12
        (12.0, True)
    """
    full = today.year - born.year - ((today.month, today.day) < (born.month, born.day))
    last, following = _birthday(born, born.year + full), _birthday(born, born.year + full + 1)
    return full + max((today - last).days, 0) / max((following - last).days, 1)


def _birthday(born: date, year: int) -> date:
    year = min(max(year, 1), 9999)
    try:
        return born.replace(year=year)
    except ValueError:
        return date(year, 3, 1)  # born on 29 February


def _race(extension: Mapping[str, Any], place: str, account: Account) -> str | None:
    table = {code: meant for _, code, _, meant in read_lines(RACES)}
    found: set[str] = set()
    for inside, at in parts(extension, "extension", place):
        if text(inside, "url", at) != "ombCategory":
            continue
        coded = part(inside, "valueCoding", at)
        if coded is None:
            continue
        coding = as_coding(coded, f"{at}.valueCoding")
        if coding.code in table and SHORT_NAME.get(coding.system) == "omb":
            found.add(table[coding.code])
            entry = Code("omb", coding.code, coding.display, "public", Meaning("race"))
            account.say(replace(about(told(coding, entry), "race", table[coding.code]), taken=True))
        else:
            account.unknown(coding, "no race of the tables")
    if len(found) > 1:
        account.remark(place, f"several races are given ({', '.join(sorted(found))}); race is taken as not known")
    if not found:
        account.remark(place, "the extension names no race that is known")
    return found.pop() if len(found) == 1 else None
