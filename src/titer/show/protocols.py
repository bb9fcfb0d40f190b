"""A protocol in words: every rule with what it does, the label's own words, where they stand, and what is unsure."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from typing import Any

from titer.clinic.condition_text import describe_condition
from titer.clinic.protocol import (
    CycleRule,
    EscalateRule,
    HoldRule,
    Ladder,
    Protocol,
    ReduceRule,
    Rule,
    StartRule,
    StopRule,
    SupportRule,
)
from titer.clinic.protocol_file import NO_SOURCE
from titer.dosing.wording import show_number
from titer.show.models import source_text

UNSURE = "?"  # before what could not be read again
KINDS = {
    StartRule: "Where treatment starts",
    CycleRule: "What a cycle needs",
    StopRule: "What stops a drug for good",
    HoldRule: "What holds a drug",
    ReduceRule: "What lowers a drug without a pause",
    EscalateRule: "What raises a drug",
    SupportRule: "Supportive treatment",
}


def protocol_lines(protocol: Protocol, width: int = 100) -> Iterator[str]:
    """The protocol as lines of text; a blank line stands before each part.

    Args:
        protocol: what is shown.
        width: of a line, characters.

    Example:
        >>> from titer.library.rules.lenalidomide_us import US
        >>> next(line for line in protocol_lines(US) if "neutropenia" in line)
        '  neutropenia'
    """
    yield protocol.name
    for kind, title in KINDS.items():
        rules: tuple[Rule, ...] = protocol.of_kind(kind)
        if rules:
            yield from ("", title)
        for rule in rules:
            yield f"  {_mark(rule)}{rule.name}"
            yield from _folded(rule_text(rule, protocol), width)
            yield from _home(rule, width)
    for ladder in protocol.ladders:
        yield from ("", f"Dose levels of {ladder.drug}")
        yield from _folded(ladder_text(ladder), width)
        yield from _home(ladder, width)
    yield from ("", "Visits")
    yield from _folded(_visits(protocol), width)
    yield from _home(protocol.calendar, width)
    if not protocol.rules:
        yield from ("", "No rule: doses are given as planned.")
    elif any(_mark(one) for one in (*protocol.rules, *protocol.ladders)):
        yield from ("", f"{UNSURE} marks what is quoted from memory or has no source given.")


def rule_text(rule: Rule, protocol: Protocol) -> str:
    """What a rule does, in one sentence.

    Example:
        >>> from titer.library.rules.lenalidomide_us import NEUTROPHILS, US
        >>> print(rule_text(NEUTROPHILS, US))
        lenalidomide is held when anc < 1 10^9/L, until anc >= 1 10^9/L; then same level, after later holds next lower
    """
    if isinstance(rule, HoldRule):
        return _hold_text(rule, _unit(protocol, rule.drug))
    if isinstance(rule, StopRule):
        return f"{_drugs(rule.drugs)} stopped for good when {describe_condition(rule.when)}"
    if isinstance(rule, ReduceRule):
        to = "to the next level" if rule.share is None else f"to {rule.share:.0%} of the level"
        return f"{rule.drug} is lowered {to} when {describe_condition(rule.when)}"
    if isinstance(rule, EscalateRule):
        lowered = ", also after it was lowered" if rule.even_if_lowered else ""
        level = f"{show_number(rule.to)} {_unit(protocol, rule.drug)}".rstrip()
        return f"{rule.drug} is raised to {level} when {describe_condition(rule.when)}{lowered}"
    if isinstance(rule, CycleRule):
        return _cycle_text(rule)
    if isinstance(rule, SupportRule):
        held = f", while {' or '.join(rule.only_held)} is held" if rule.only_held else ""
        return f"{rule.give} is given when {describe_condition(rule.when)}{held}"
    if isinstance(rule, StartRule):
        return _start_text(rule, _unit(protocol, rule.drug))
    raise TypeError(f"a rule of kind {type(rule).__name__} has no words")


def ladder_text(ladder: Ladder) -> str:
    """The rungs of a ladder, and what happens below the last."""
    rungs = " > ".join(show_number(rung) for rung in ladder.rungs)
    floor = "the dose stays there" if ladder.at_floor == "stay" else "the drug is stopped for good"
    sizes = f"; rounded down to {', '.join(map(show_number, ladder.strengths))}" if ladder.strengths else ""
    return f"{rungs} {ladder.unit}; at the lowest {floor}{sizes}"


def _hold_text(rule: HoldRule, unit: str) -> str:
    first = rule.first_resume if rule.first_dose is None else f"{show_number(rule.first_dose)} {unit}".rstrip()
    then = f"then {first}" if first == rule.later_resume else f"then {first}, after later holds {rule.later_resume}"
    longest = "" if rule.longest_day is None else f"; stopped after more than {rule.longest_day} days"
    when, until = describe_condition(rule.when), describe_condition(rule.until)
    return f"{rule.drug} is held when {when}, until {until}; {then}{longest}"


def _cycle_text(rule: CycleRule) -> str:
    first = "every cycle" if rule.first_cycle == 1 else f"every cycle from the {_ordinal(rule.first_cycle)}"
    parts = [f"day 1 of {first} needs {describe_condition(rule.needs)}, else the cycle waits"]
    who = " and ".join(rule.drugs) or "every drug"
    if rule.lower_after_day is not None:
        parts.append(f"after more than {rule.lower_after_day} days {who} one level lower")
    if rule.longest_day is not None:
        parts.append(f"after more than {rule.longest_day} days {who} stopped for good")
    if rule.wait_if_not_known:
        parts.append("it also waits for what is not known")
    return "; ".join(parts)


def _start_text(rule: StartRule, unit: str) -> str:
    if rule.dose == 0:
        return f"{rule.drug} is not given when {describe_condition(rule.when)}"
    every = "" if rule.every_day == 1 else f" every {rule.every_day} days"
    level = f"{show_number(rule.dose)} {unit}".rstrip()
    return f"{rule.drug} starts at {level}{every} when {describe_condition(rule.when)}"


def _visits(protocol: Protocol) -> str:
    phases = [f"from day {phase.from_day} every {phase.every_day} days" for phase in protocol.calendar.phases]
    held = f"every {protocol.calendar.while_held_every_day} days while a drug is held or a cycle waits"
    return "; ".join([*phases, held, f"M-protein every {protocol.response_every_day} days"])


def _home(declared: Any, width: int) -> Iterator[str]:
    """The label's words, where they stand, and how they were read."""
    yield from _folded(f'"{declared.wording}"', width)
    source = declared.source
    yield from _folded(source.citation if NO_SOURCE in source.citation else source_text(source), width)
    if getattr(declared, "note", ""):
        yield from _folded(f"Note: {declared.note}", width)


def _folded(text: str, width: int) -> list[str]:
    return textwrap.wrap(text, width, initial_indent="    ", subsequent_indent="      ")


def _mark(declared: Any) -> str:
    return "" if declared.source.confirmed else f"{UNSURE} "


def _unit(protocol: Protocol, drug: str) -> str:
    ladder = protocol.ladder(drug)
    return ladder.unit if ladder else ""


def _drugs(drugs: tuple[str, ...]) -> str:
    return f"{' and '.join(drugs)} {'is' if len(drugs) == 1 else 'are'}" if drugs else "every drug is"


def _ordinal(number: int) -> str:
    return {1: "first", 2: "second", 3: "third"}.get(number, f"{number}th")
