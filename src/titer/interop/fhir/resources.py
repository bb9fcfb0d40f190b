"""The resources of a bundle, one after the other: what each says of the patient, and which of its codes are not known.

Status is respected: what is refuted, entered in error, resolved, stopped or not done is told and not taken.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from functools import cache
from typing import Any

from titer.errors import InputError
from titer.interop.fhir.account import Account, Understood, about, told
from titer.interop.fhir.codes import (
    DAYS_AGO,
    NONE_KNOWN,
    SHORT_NAME,
    Code,
    code_table,
    find_code,
    medicine_table,
    read_lines,
)
from titer.interop.fhir.elements import (
    Coding,
    Concept,
    Moment,
    concept,
    moment,
    one_of,
    part,
    parts,
    status_word,
    text,
    true_or_false,
    wrong,
)
from titer.interop.fhir.medicines import SAME_SUBSTANCE

CLINICAL = ("active", "recurrence", "relapse", "inactive", "remission", "resolved")
VERIFICATION = ("unconfirmed", "provisional", "differential", "confirmed", "refuted", "entered-in-error")
HOLDS = {
    "while present": ("active", "recurrence", "relapse"),
    "in remission": ("active", "recurrence", "relapse", "remission"),
    "for life": CLINICAL,
}
STATEMENT = ("active", "completed", "entered-in-error", "intended", "stopped", "on-hold", "unknown", "not-taken")
REQUEST = ("active", "on-hold", "cancelled", "completed", "entered-in-error", "stopped", "draft", "unknown")
INTENT = ("proposal", "plan", "order", "original-order", "reflex-order", "filler-order", "instance-order", "option")
NO_ORDER = ("proposal", "plan", "option")
EVENT = (
    "preparation", "in-progress", "not-done", "on-hold", "stopped", "completed", "entered-in-error", "unknown",
)  # fmt: skip
ALLERGY_CLINICAL = ("active", "inactive", "resolved")
ALLERGY_VERIFICATION = ("unconfirmed", "confirmed", "refuted", "entered-in-error")
NO_SUCH = {(system, code): listed for system, code, _, listed in read_lines(NONE_KNOWN)}
LISTED = {  # code of a List → what it lists
    ("loinc", "10160-0"): "medications", ("loinc", "11450-4"): "conditions", ("loinc", "48765-2"): "allergies",
    ("use", "medications"): "medications", ("use", "problems"): "conditions", ("use", "allergies"): "allergies",
}  # fmt: skip
COUNTS = (
    "anc_10e9_l", "platelets_10e9_l", "lymphocytes_10e9_l", "haemoglobin_g_l", "serum_creatinine_mg_dl", "crcl_ml_min",
)  # fmt: skip
# How long a statement speaks for the present, day, by field and (where it matters) answer. Assumed by this package: no
# label says it.
LASTS: dict[tuple[str, Any], int] = {
    ("temperature_c", None): 3,
    ("pregnant", False): 28,  # the longest time between two pregnancy tests of the programmes with regular cycles
    ("pregnant", True): 300,  # no pregnancy lasts longer
    ("hiv", False): 365,
    **{(name, None): 90 for name in COUNTS},
    **{(name, "none"): 365 for name in ("medications", "conditions", "allergies")},
}
LONGEST_WORD = 200  # characters of a word in the record's lists


@dataclass(frozen=True)
class Scene:
    """What the readers of resources share.

    Args:
        account: where lines are written.
        reference: the day the record is for; None where the bundle does not tell.
        medicines: address or "Type/id" → Medication resource and its place.
    """

    account: Account
    reference: date | None
    medicines: Mapping[str, tuple[Mapping[str, Any], str]]

    def day(self, place: str) -> date:
        """The reference day, where something cannot be read without it."""
        if self.reference is None:
            raise InputError(
                "the bundle does not say for which day it is, so ages and days since a procedure are not known",
                where=place,
                right="Bundle.timestamp or Bundle.meta.lastUpdated",
                hint="give the day: titer check --as-of 2024-03-01, or read_bundle(data, as_of='2024-03-01')",
            )
        return self.reference

    def too_old(self, fact: str, value: Any, when: Moment | None) -> str:
        """Why a statement does not speak for the reference day; "" where it does.

        A "no" without a date is too old: it may be of any time. A number without a date is taken, with a remark.
        """
        limit = LASTS.get((fact, value if isinstance(value, bool) or value == "none" else None))
        if limit is None:
            return ""
        if when is None:
            return "without a date a 'no' does not speak for today" if value is False else ""
        age = when.days_before(self.reference) if self.reference else 0
        return f"older than {limit} days" if age > limit else ""

    def is_future(self, when: Moment | None) -> bool:
        """Whether a moment is surely after the reference day."""
        if when is None or self.reference is None:
            return False
        return when.earliest > datetime.combine(self.reference, time.max)


def read_condition(resource: Mapping[str, Any], place: str, scene: Scene) -> None:
    """A Condition: a diagnosis with its status."""
    verification = status_word(resource, "verificationStatus", place, VERIFICATION)
    clinical = status_word(resource, "clinicalStatus", place, CLINICAL)
    recorded = moment(resource, "recordedDate", place)
    onset = moment(resource, "onsetDateTime", place) or recorded
    abated = moment(resource, "abatementDateTime", place)
    named = _need_code(resource, place)
    why_not = _not_sure(verification)
    if not why_not and scene.is_future(onset):
        why_not = f"dated {onset.text}, after the reference date" if onset else ""
    if abated and not scene.is_future(abated):
        if clinical in HOLDS["while present"]:
            scene.account.remark(place, f"clinicalStatus is {clinical}, yet it ended on {abated.text}; taken as ended")
        clinical = "resolved" if clinical in ("", *HOLDS["while present"]) else clinical
    if not clinical and not why_not:
        scene.account.remark(place, "clinicalStatus is not given; taken as active")
    found = _known(named, code_table("Condition"), scene.account)
    for coding, code in found:
        _say_condition(coding, code, clinical or "active", why_not, onset, recorded or onset, scene)
    none_known = _none_known(named, "conditions", why_not or _ended(clinical), recorded or onset, scene)
    if not found and not none_known:
        _name_by_text(named, "conditions", why_not or _ended(clinical), scene.account)


def _not_sure(verification: str) -> str:
    return "" if verification in ("", "confirmed") else f"verificationStatus is {verification}"


def _ended(clinical: str) -> str:
    return f"clinicalStatus is {clinical}" if clinical not in ("", *HOLDS["in remission"]) else ""


def _say_condition(
    coding: Coding, code: Code, clinical: str, why_not: str, when: Moment | None, seen: Moment | None, scene: Scene
) -> None:
    """A diagnosis that began at `when` and was last written down at `seen`."""
    meaning = code.meaning
    if not why_not and clinical not in HOLDS[meaning.holds]:
        why_not = f"clinicalStatus is {clinical}"
    if not why_not:
        why_not = next(filter(None, (scene.too_old(*fact, seen) for fact in meaning.facts.items())), "")
    line = told(coding, code, when.text if when else "", why_not)
    if why_not:
        scene.account.say(line)
        return
    if not meaning.facts:
        scene.account.say(line)
    for fact, value in meaning.facts.items():
        scene.account.say(about(line, fact, value), "all", when)
    if "diagnosis" in meaning.facts or not meaning.facts:
        scene.account.name("conditions", meaning.says)


def read_procedure(resource: Mapping[str, Any], place: str, scene: Scene) -> None:
    """A Procedure: done, with its date."""
    status = one_of(resource, "status", place, EVENT)
    period = part(resource, "performedPeriod", place)
    when = moment(resource, "performedDateTime", place)
    if when is None and period is not None:
        inside = f"{place}.performedPeriod"
        when = moment(period, "end", inside) or moment(period, "start", inside)
    named = _need_code(resource, place)
    why_not = "" if status == "completed" else f"status is {status}"
    if not why_not and when and scene.is_future(when):
        why_not = f"dated {when.text}, after the reference date"
    for coding, code in _known(named, code_table("Procedure"), scene.account):
        _say_procedure(coding, code, why_not, when, place, scene)


def _say_procedure(coding: Coding, code: Code, why_not: str, when: Moment | None, place: str, scene: Scene) -> None:
    line = told(coding, code, when.text if when else "", why_not)
    if why_not or not code.meaning.facts:
        scene.account.say(line)
        return
    for fact, value in code.meaning.facts.items():
        if value == DAYS_AGO:
            days = _days_ago(when, place, scene)
            if days is None:
                scene.account.say(about(line, fact, None), "all")
                continue
            value = days
        scene.account.say(about(line, fact, value), "all", when)


def _days_ago(when: Moment | None, place: str, scene: Scene) -> float | None:
    """Days from a procedure to the reference day; of a month or a year the last day counts, not to count too many."""
    if when is None:
        scene.account.remark(place, "the procedure has no date, so days since then are not known")
        return None
    latest = when.day if when.exact_day else (when.latest.date() - date.resolution)
    if not when.exact_day:
        scene.account.remark(place, f"the date '{when.text}' is not a day; counted from its last day, {latest}")
    return float(max((scene.day(place) - latest).days, 0))


def read_medication_statement(resource: Mapping[str, Any], place: str, scene: Scene) -> None:
    """A MedicationStatement: taken now, or not."""
    status = one_of(resource, "status", place, STATEMENT)
    why_not = "" if status == "active" else f"status is {status}"
    period = part(resource, "effectivePeriod", place)
    end = moment(period, "end", f"{place}.effectivePeriod") if period is not None else None
    if not why_not and end and scene.reference and end.latest <= datetime.combine(scene.reference, time.min):
        scene.account.remark(place, f"status is active, yet it ended on {end.text}; not taken as a present medicine")
        why_not = f"ended on {end.text}"
    start = moment(resource, "effectiveDateTime", place) or (
        moment(period, "start", f"{place}.effectivePeriod") if period is not None else None
    )
    _say_medicine(resource, place, why_not, start, scene)


def read_medication_request(resource: Mapping[str, Any], place: str, scene: Scene) -> None:
    """A MedicationRequest: an order in force, or not."""
    status = one_of(resource, "status", place, REQUEST)
    intent = one_of(resource, "intent", place, INTENT)
    why_not = "" if status == "active" else f"status is {status}"
    if not why_not and intent in NO_ORDER:
        why_not = f"intent is {intent}: not an order"
    if not why_not and true_or_false(resource, "doNotPerform", place):
        why_not = "an order not to give it"
    _say_medicine(resource, place, why_not, moment(resource, "authoredOn", place), scene)


def _say_medicine(resource: Mapping[str, Any], place: str, why_not: str, when: Moment | None, scene: Scene) -> None:
    named = concept(resource, "medicationCodeableConcept", place) or _referred(resource, place, scene)
    if named is None:
        raise wrong("no medicine is named", place, "medicationCodeableConcept or medicationReference")
    if not why_not and scene.is_future(when):
        why_not = f"dated {when.text}, after the reference date" if when else ""
    found = _known(named, medicine_table(), scene.account, quiet=True)
    for coding, code in found:
        line = told(coding, code, when.text if when else "", why_not)
        scene.account.say(about(line, "medications", code.meaning.says), "" if why_not else "list", when)
        _list_unless(why_not, "medications", code.meaning.says, scene.account)
    if _none_known(named, "medications", why_not, when, scene):
        return
    meant = {_spellings().get(_letters(code.meaning.says), code.meaning.says) for _, code in found}
    names = medicines_in(named.words) or sorted({n for one in named.codings for n in medicines_in(one.display)})
    names = [name for name in names if name not in meant]
    if found and names:
        words = f"its text '{named.words[:60]}' names {', '.join(names)}, and its code means {', '.join(sorted(meant))}"
        scene.account.remark(named.place, f"{words}; both are taken")
    for name in names:
        note = why_not or f"by its text '{named.words[:60]}'"
        line = Understood(named.place, "text", "", named.words, name, "medications", name, note=note)
        scene.account.say(line, "" if why_not else "list", when)
        _list_unless(why_not, "medications", name, scene.account)
    if found:
        return
    reason = "the code is not in the tables; the medicine is taken by its text" if names else ""
    for coding in named.codings:
        scene.account.unknown(coding, *([reason] if reason else []))
    if not names:
        _name_by_text(named, "medications", why_not, scene.account)


def _list_unless(why_not: str, listed: str, word: str, account: Account) -> None:
    if not why_not:
        account.name(listed, word)


def _referred(resource: Mapping[str, Any], place: str, scene: Scene) -> Concept | None:
    """The code of the Medication that `medicationReference` points at."""
    reference = part(resource, "medicationReference", place)
    if reference is None:
        return None
    target = text(reference, "reference", f"{place}.medicationReference")
    where = f"{place}.medicationReference"
    if target.startswith("#"):
        inside = {text(one, "id", at): (one, at) for one, at in parts(resource, "contained", place)}
        found, where = inside.get(target[1:], (None, where))
    else:
        found, where = scene.medicines.get(target, (None, where))
    if found is None:
        display = text(reference, "display", where)
        scene.account.remark(place, f"the medicine '{target or display}' that it refers to is not in the bundle")
        return Concept((), display or target, where)
    return concept(found, "code", where) or Concept((), "", where)


def medicines_in(words: str) -> list[str]:
    """Medicines that the tables or the safety rules know and whose name stands in a text as a word of its own.

    Example:
        >>> medicines_in("tacrolimus 1 MG Oral Capsule [Prograf]")
        ['tacrolimus']
    """
    plain = f" {_letters(words)} "
    found = [name for name in _spellings() if f" {name} " in plain]
    inside = {one for one in found for other in found if one != other and f" {one} " in f" {other} "}
    return sorted({_spellings()[name] for name in found if name not in inside})


@cache
def _spellings() -> dict[str, str]:
    """Every spelling of a medicine, without signs → its name."""
    from titer.library.labels import rulebook

    names = rulebook().vocabulary.spellings("medications") | SAME_SUBSTANCE
    names |= {code.meaning.says: code.meaning.says for code in medicine_table().values()}
    return {_letters(name): meant for name, meant in names.items()}


def _letters(words: str) -> str:
    """A text in lower case, signs as single spaces."""
    return " ".join("".join(letter if letter.isalnum() else " " for letter in words.lower()).split())


def read_allergy(resource: Mapping[str, Any], place: str, scene: Scene) -> None:
    """An AllergyIntolerance: an allergy that is not refuted and not resolved."""
    clinical = status_word(resource, "clinicalStatus", place, ALLERGY_CLINICAL)
    verification = status_word(resource, "verificationStatus", place, ALLERGY_VERIFICATION)
    why_not = f"clinicalStatus is {clinical}" if clinical in ("inactive", "resolved") else ""
    if verification in ("refuted", "entered-in-error"):
        why_not = f"verificationStatus is {verification}"
    named = _need_code(resource, place)
    if _none_known(named, "allergies", why_not, moment(resource, "recordedDate", place), scene):
        return
    found = _known(named, medicine_table(), scene.account, quiet=True)
    for coding, code in found:
        line = about(told(coding, code, "", why_not), "allergies", code.meaning.says)
        scene.account.say(line, "" if why_not else "list")
        _list_unless(why_not, "allergies", code.meaning.says, scene.account)
    if not found:
        for coding in named.codings:
            scene.account.unknown(coding)
        _name_by_text(named, "allergies", why_not, scene.account)


def _need_code(resource: Mapping[str, Any], place: str) -> Concept:
    found = concept(resource, "code", place)
    if found is None:
        raise wrong("'code' is missing", place, "a CodeableConcept with coding or text")
    return found


def _known(
    named: Concept, table: Mapping[tuple[str, str], Code], account: Account, *, quiet: bool = False
) -> list[tuple[Coding, Code]]:
    """The codings that a table knows; the others are told as not understood.

    `quiet` leaves that to the caller where none of them is known.
    """
    pairs = [(coding, find_code(table, coding.system, coding.code)) for coding in named.codings]
    found = [(coding, code) for coding, code in pairs if code is not None]
    if quiet and not found:
        return []
    for coding, code in pairs:
        if code is None and (SHORT_NAME.get(coding.system, ""), coding.code) not in NO_SUCH:
            other = "another code of the same entry was understood" if found else "the code is not in the tables"
            account.unknown(coding, other)
    if not named.codings:
        reason = "no code is given, only a text" if named.text else "no code is given"
        account.unknown(Coding("", "", named.text, named.place), reason)
    return found


def _none_known(named: Concept, listed: str, why_not: str, when: Moment | None, scene: Scene) -> bool:
    """Whether the concept says that there are none, or that nothing is known, of what a list holds."""
    for coding in named.codings:
        meant = NO_SUCH.get((SHORT_NAME.get(coding.system, ""), coding.code))
        if meant is None:
            continue
        says = f"no known {listed}" if meant == listed else f"nothing is told of {listed}"
        line = Understood(coding.place, coding.system, coding.code, coding.display, says, listed)
        if meant == listed:
            _say_none(line, why_not, when, scene)
        else:
            scene.account.say(line)
        return True
    return False


def _say_none(line: Understood, why_not: str, when: Moment | None, scene: Scene) -> None:
    """A line that says that a list is empty."""
    why_not = why_not or scene.too_old(line.fact, "none", when)
    line = replace(line, when=when.text if when else "", note=why_not)
    scene.account.say(about(line, line.fact, "none"), "" if why_not else "none")


def read_list(resource: Mapping[str, Any], place: str, scene: Scene) -> None:
    """A List: one that is empty because nothing is known of its kind closes a list of the record.

    What a list names is read from the resources it refers to; that nothing was left out of it, it does not say.
    """
    status = one_of(resource, "status", place, ("current", "retired", "entered-in-error"))
    when = moment(resource, "date", place)
    named, reason = concept(resource, "code", place), concept(resource, "emptyReason", place)
    codings = named.codings if named else ()
    keys = [(SHORT_NAME.get(one.system, ""), one.code) for one in codings]
    listed = next((LISTED[key] for key in keys if key in LISTED), "")
    empty = next((one for one in reason.codings if one.code == "nilknown"), None) if reason else None
    if not listed or empty is None or parts(resource, "entry", place):
        scene.account.remark(place, "a List; what it names is read from the resources themselves")
        return
    why_not = "" if status == "current" else f"status is {status}"
    if not why_not and scene.is_future(when):
        why_not = f"dated {when.text}, after the reference date" if when else ""
    line = Understood(place, "FHIR List", empty.code, empty.display, f"no known {listed}", listed)
    _say_none(line, why_not, when, scene)


def _name_by_text(named: Concept, listed: str, why_not: str, account: Account) -> None:
    """A concept without a known code goes into the record's list by its words, so that the checks see it."""
    word = " ".join(named.words.split())[:LONGEST_WORD]
    if why_not:
        account.remark(named.place, f"'{word[:60]}': {why_not}")
    elif word:
        account.name(listed, word)
        if listed == "allergies" and not named.codings:
            line = Understood(named.place, "text", "", word, word, listed, word, note=f"by its text '{word[:60]}'")
            account.say(line, "list")
    if listed == "medications" and not named.codings:
        reason = "no code is given, and no medicine is known by this text"
        account.unknown(Coding("", "", named.text, named.place), reason)
