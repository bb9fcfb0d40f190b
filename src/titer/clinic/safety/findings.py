"""What a rule found for one patient, in words a clinician can check."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from titer.clinic.safety.conditions import Case, Seen
from titer.clinic.safety.declare import SafetyRule, Severity
from titer.patients.columns import CLEARANCE_INPUTS, FACTS
from titer.source import Source

Status = Literal["found", "not known", "not understood"]


@dataclass(frozen=True)
class Finding:
    """One rule's word on one patient.

    Args:
        rule: its key.
        status: `found`; `not known` where facts are missing that could decide the rule; `not understood` for a word of
            the patient's file that nothing is known about.
        severity: how grave it is, or would be if the missing facts said so.
        about: drugs that the rule is about.
        authority: whose rule it is.
        finding: what is wrong, or what is not known.
        advice: what to do.
        seen: name → value that the rule looked at; None where it is not known.
        limit: the limit in words.
        missing: facts that are not known and could decide the rule.
        source: where the rule stands.
        confirmed: False where the wording is quoted from memory.
        conflict: where the United States and the European Union differ, both; else "".
        note: how unclear words were read.
        topic: joins the versions of one rule; "" for a rule that stands alone.
        lacking: missing fact that follows from others → those of them that are not known.
    """

    rule: str
    status: Status
    severity: Severity
    about: tuple[str, ...]
    authority: tuple[str, ...]
    finding: str
    advice: str
    seen: Seen
    limit: str = ""
    missing: tuple[str, ...] = ()
    source: str = ""
    confirmed: bool = True
    conflict: str = ""
    note: str = ""
    topic: str = ""
    lacking: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """Plain JSON; empty parts are left out."""
        return {name: value for name, value in asdict(self).items() if value not in ("", (), {})}


def make_finding(rule: SafetyRule, case: Case, others: Iterable[tuple[SafetyRule, bool | None]]) -> Finding:
    """The finding of a rule that is true or not decided for the one patient of a case.

    Args:
        rule: what was asked.
        case: of one patient.
        others: the same rule by the other authority, with its answer for this patient.
    """
    found = bool(case.truth(rule.when).yes[0])
    seen = rule.when.seen(case)
    if seen.get("crcl_ml_min") is not None:
        seen["crcl_method"] = case.columns.value("crcl_method", 0)
    missing = () if found else rule.when.asks(case)
    lacking = {name: parts for name in missing if (parts := _lacking(name, case))}
    return Finding(
        rule=rule.key,
        status="found" if found else "not known",
        severity=rule.severity,
        about=rule.about,
        authority=rule.authority,
        finding=rule.finding if found else f"not known: {'; '.join(meaning_of(name, lacking) for name in missing)}",
        advice=rule.advice if found else f"Find out, and check again. The rule: {rule.finding}.",
        seen=seen,
        limit=rule.limit,
        missing=missing,
        source=cite(rule.source),
        confirmed=rule.source.confirmed,
        conflict=_conflict(rule, found, list(others)),
        note=rule.note,
        topic=rule.topic,
        lacking=lacking,
    )


def not_understood(field: str, word: str, near: str) -> Finding:
    """A word of the patient's file that nothing is known about: it may hide an interaction, so it is never ignored."""
    right = f"did you mean '{near}'? " if near else ""
    return Finding(
        rule=f"{field}_not_understood",
        status="not understood",
        severity="warn",
        about=(),
        authority=(),
        finding=f"not understood: '{word}' in {field}; no rule can look at it",
        advice=f"{right}Write the generic name, or check it by hand.".strip(),
        seen={field: word},
        source="This package: titer.library.labels lists the words that it understands",
    )


def no_rules(drug: str, indication: str, severity: Severity) -> Finding:
    """A drug of the regimen that no rule is about, or none for this indication ("" for any)."""
    named = f"rules about {drug}" + (f" for {indication.replace('_', ' ')}" if indication else "")
    other = ", or name the indication if it is another" if indication else ""
    return Finding(
        rule="no_rules",
        status="not known",
        severity=severity,
        about=(drug,),
        authority=(),
        finding=f"not known: {named}; this package has none",
        advice=f"Look into the label in force{other}.",
        seen={"regimen": drug, "indication": indication} if indication else {"regimen": drug},
        missing=(named,),
        source="This package: titer.library.labels",
    )


def show_seen(seen: Seen) -> str:
    """What was looked at, in one line.

    Example:
        >>> show_seen({"age_year": 34.0, "pregnant": True, "anc_10e9_l": None})
        'age_year 34, pregnant true, anc_10e9_l not known'
    """
    return ", ".join(f"{name} {_shown(value)}" for name, value in seen.items())


def _shown(value: Any) -> str:
    if value is None:
        return "not known"
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def _lacking(fact: str, case: Case) -> tuple[str, ...]:
    """Of the facts that another follows from, those that the one patient of a case lacks."""
    derived = FACTS[fact].derived_from if fact in FACTS else ()
    inputs = CLEARANCE_INPUTS if fact == "crcl_ml_min" else derived
    return tuple(name for name in inputs if not case.columns.column(name).known[0])


def lacking_of(findings: Iterable[Finding]) -> dict[str, tuple[str, ...]]:
    """Missing fact that follows from others → those of them that are not known, over findings of one patient."""
    return {name: parts for one in findings for name, parts in one.lacking.items()}


def meaning_of(fact: str, lacking: Mapping[str, Sequence[str]] | None = None) -> str:
    """What a fact means, for a question.

    Args:
        fact: its name.
        lacking: fact → which of those it follows from are not known; all of them where it does not tell.

    Example:
        >>> meaning_of("crcl_ml_min")
        'creatinine clearance, mL/min (crcl_ml_min, or age_year, weight_kg, serum_creatinine_mg_dl and sex)'
        >>> meaning_of("bmi_kg_m2", {"bmi_kg_m2": ("height_cm",)})
        'body mass index, kg/m2 (height_cm)'
    """
    if fact not in FACTS:
        return fact
    declared, told = FACTS[fact], lacking or {}
    names = tuple(told.get(fact) or declared.derived_from or (fact,))
    if fact == "crcl_ml_min":
        *first, last = told.get(fact) or CLEARANCE_INPUTS
        names = (fact, f"or {', '.join(first)} and {last}" if first else f"or {last}")
    return f"{declared.meaning} ({', '.join(names)})"


def cite(source: Source) -> str:
    """A source in one line, with a mark where its wording is quoted from memory.

    Example:
        >>> cite(Source("A label, section 2.1", confirmed=False))
        'A label, section 2.1 [from memory]'
    """
    doi = f", doi {source.doi}" if source.doi else ""
    return f"{source.citation}{doi}{'' if source.confirmed else ' [from memory]'}"


def _conflict(rule: SafetyRule, found: bool, others: list[tuple[SafetyRule, bool | None]]) -> str:
    """Both sides where the authorities differ on a topic, and whether they differ for this patient."""
    own = "/".join(rule.authority)
    here = f"{own}: {rule.limit or rule.finding}"
    if not others:
        return f"{here}. {rule.elsewhere}" if rule.elsewhere else ""
    alike = all(one.limit == rule.limit and one.severity == rule.severity for one, _ in others)
    if alike:
        return ""
    there = "; ".join(dict.fromkeys(f"{'/'.join(one.authority)}: {one.limit or one.finding}" for one, _ in others))
    differ = found and not any(answer for _, answer in others)
    return f"{here}. {there}.{' They differ for this patient' if differ else ''}".rstrip(".")
