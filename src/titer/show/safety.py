"""The answer of a safety check as text: the gravest first, then what is not known, fact by fact."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from textwrap import wrap
from typing import Any

from titer.clinic.safety.declare import SEVERITIES, SafetyRule
from titer.clinic.safety.findings import Finding, cite, lacking_of, meaning_of, show_seen
from titer.patients.columns import FACTS, Fact

WIDTH = 100
HEADS = {
    "block": "BLOCKS: may not be given as written",
    "require": "REQUIRED",
    "warn": "WARNINGS",
    "inform": "TO KNOW AND TO FOLLOW",
}
COULD = {"block": "could block", "require": "could require something", "warn": "could warn", "inform": "could inform"}
DISCLAIMER = (
    "Titer is a research tool, not a medical device. Label wording is partly quoted from memory, marked [from memory]; "
    "the label in force decides."
)


def answer_text(answer: str, findings: Sequence[Finding]) -> str:
    """The answer in one line, with what it depends on.

    Example:
        >>> answer_text("allowed", [])
        'ALLOWED'
    """
    required = sum(one.severity == "require" and one.status == "found" for one in findings)
    if answer == "blocked":
        return "BLOCKED"
    if answer == "not decided":
        return f"NOT DECIDED: {_counted_facts(_facts_that_could(findings, 'block'))} could block (see NOT KNOWN)"
    told = f"ALLOWED when what is required is done ({required})" if required else "ALLOWED"
    if more := _facts_that_could(findings, "require"):
        told += f"; {_counted_facts(more)} could require more"
    if strange := sum(one.status == "not understood" for one in findings):
        told += f"; {strange} word{'' if strange == 1 else 's'} not understood"
    return told


def sides_text(answers: Mapping[str, str]) -> str:
    """What each authority's rules say, where they do not say the same; else "".

    Example:
        >>> sides_text({"US": "blocked", "EU": "allowed"}), sides_text({"US": "allowed", "EU": "allowed"})
        ('US blocked, EU allowed', '')
    """
    return ", ".join(f"{who} {answer}" for who, answer in answers.items()) if len(set(answers.values())) > 1 else ""


def _facts_that_could(findings: Iterable[Finding], severity: str) -> set[str]:
    return {name for one in findings if one.severity == severity for name in one.missing}


def _counted_facts(names: Collection[str]) -> str:
    return f"{len(names)} missing fact{'' if len(names) == 1 else 's'}"


def findings_text(findings: Sequence[Finding], answer: str = "", *, everything: bool = True) -> str:
    """The findings, grouped by severity; the missing facts at the end of those that were found.

    Args:
        findings: of one patient.
        answer: "blocked" folds what is not known and what holds for everybody into a line each.
        everything: print all of them in full, with the rules that wait for each missing fact.
    """
    blocks = []
    for severity in SEVERITIES:
        group = [one for one in findings if one.severity == severity and one.status == "found"]
        if severity == "warn":
            group += [one for one in findings if one.status == "not understood"]
        if severity == "inform" and (unknown := [one for one in findings if one.missing]):
            blocks.append(_unknown(unknown, answer, everything=everything))
        if severity == "inform" and group and answer == "blocked" and not everything:
            blocks.append(f"{HEADS[severity]}: {len(group)} notes; --all prints them")
        elif group:
            blocks.append("\n".join([HEADS[severity], *_group(group)]))
    if answer == "not decided":  # what it waits for comes first
        blocks.sort(key=lambda block: not block.startswith("NOT KNOWN"))
    return "\n\n".join(blocks)


def _unknown(findings: Sequence[Finding], answer: str, *, everything: bool) -> str:
    """What is not known: in full, or what could block by itself and the rest by name, or only how much it is."""
    if everything:
        return "\n".join(["NOT KNOWN: these facts could change the answer", *_missing(findings)])
    facts = _by_gravity(findings)
    if answer == "blocked":
        also = f", {len(facts['block'])} of which could block as well" if facts["block"] else ""
        return (
            f"NOT KNOWN: {_counted_facts([name for names in facts.values() for name in names])}{also}; --all lists them"
        )
    lines, lacking = ["NOT KNOWN; --all names the rules that ask"], lacking_of(findings)
    for severity, names in facts.items():
        if severity == "block" and names:
            lines += ["  could block:"]
            lines += [line for name in names for line in _wrapped(f"- {meaning_of(name, lacking)}", "  ", "    ")]
        elif names:
            keys = [key for name in names for key in _keys_of(name, lacking)]
            lines += _wrapped(f"{COULD[severity]}: {', '.join(dict.fromkeys(keys))}", "  ", "    ")
    return "\n".join(lines)


def _keys_of(name: str, lacking: Mapping[str, Sequence[str]]) -> Sequence[str]:
    """Keys of a patient's file that would make a fact known."""
    derived = FACTS[name].derived_from if name in FACTS else ()
    return (lacking.get(name) or derived if derived else ()) or (name,)


def _by_gravity(findings: Sequence[Finding]) -> dict[str, list[str]]:
    """Severity → the missing facts that could have it at most, in order of the findings."""
    gravest: dict[str, str] = {}
    for severity in SEVERITIES:
        for one in findings:
            if one.severity == severity:
                for name in one.missing:
                    gravest.setdefault(name, severity)
    return {severity: [name for name, own in gravest.items() if own == severity] for severity in SEVERITIES}


def account_text(account: Mapping[str, Any]) -> str:
    """What a FHIR bundle's codes became: those taken, those understood and not taken with the reason, those not known.

    Codes that are not known for one reason are counted together, with the place of the first.
    """
    understood = account.get("understood", [])
    taken = [one for one in understood if one["taken"]]
    left = [one for one in understood if not one["taken"]]
    strange = account.get("not_understood", [])
    lines = [f"FHIR CODES: {len(understood)} understood, {len(strange)} not understood"]
    if account.get("reference_date"):
        lines.append(f"  for {account['reference_date']}, the day that ages and dates are counted to")
    if taken:
        lines += _wrapped(f"taken: {'; '.join(dict.fromkeys(map(_coded, taken)))}", "  ", "    ")
    for one in left:
        lines += _wrapped(f"- not taken: {_coded(one)}: {one['note'] or 'sets no fact'}", "  ", "    ")
    for text, places in _counted(strange).items():
        more = f" (and {len(places) - 1} more)" if len(places) > 1 else ""
        lines += _wrapped(f"- not understood: {text}, at {places[0]}{more}", "  ", "    ")
    for one in account.get("remarks", []):
        lines += _wrapped(f"- {one['place']}: {one['text']}", "  ", "    ")
    return "\n".join(lines)


def _coded(line: Mapping[str, Any]) -> str:
    """A code that was understood, with what it says."""
    value = f" {line['value']}" if line["taken"] and isinstance(line["value"], (int, float, str)) else ""
    unsure = "" if line["confirmed"] else " [code from memory]"
    code = f" ({line['system']} {line['code']}{unsure})" if line["code"] else ""
    return f"{line['fact'] or line['says'] if line['taken'] else line['says']}{value}{code}"


def _counted(strange: Iterable[Mapping[str, Any]]) -> dict[str, list[str]]:
    """What is not understood → its places."""
    places: dict[str, list[str]] = {}
    for one in strange:
        name = " ".join(filter(None, (one["system"], one["code"], one["display"])))
        if not one["code"] and one["system"] == "no system":
            name = f"text '{one['display']}' without a code" if one["display"] else "an entry without code or text"
        places.setdefault(f"{name}: {one['reason']}", []).append(one["place"])
    return places


def _group(findings: Iterable[Finding]) -> list[str]:
    lines: list[str] = []
    told: set[str] = set()
    for one in findings:
        lines += _entry(one, with_conflict=not one.topic or one.topic not in told)
        told.add(one.topic)
    return lines


def _entry(one: Finding, *, with_conflict: bool) -> list[str]:
    where = f" ({', '.join(one.authority)})" if one.authority else ""
    rows = [
        ("seen", show_seen(one.seen)),
        ("limit", one.limit),
        ("do", one.advice),
        ("source", one.source),
        ("US/EU", one.conflict if with_conflict else ""),
        ("note", one.note),
    ]
    lines = _wrapped(f"- {one.finding} [{one.rule}{where}]", "  ", "    ")
    for name, text in rows:
        if text:
            lines += _wrapped(f"{name + ':':<8}{text}", "    ", " " * 12)
    return lines


def _missing(findings: Sequence[Finding]) -> list[str]:
    """Each missing fact with the rules that wait for it, the gravest first."""
    waiting: dict[str, list[Finding]] = {}
    for one in findings:
        for name in one.missing:
            waiting.setdefault(name, []).append(one)
    lacking = lacking_of(findings)
    order = sorted(waiting, key=lambda name: min(SEVERITIES.index(one.severity) for one in waiting[name]))
    lines = []
    for name in order:
        gravest = min((one.severity for one in waiting[name]), key=SEVERITIES.index)
        keys = ", ".join(one.rule for one in waiting[name])
        lines += _wrapped(f"- {meaning_of(name, lacking)}: {COULD[gravest]}", "  ", "    ")
        lines += _wrapped(f"for:    {keys}", "    ", " " * 12)
    return lines


def _wrapped(text: str, first: str, rest: str) -> list[str]:
    return wrap(text, WIDTH, initial_indent=first, subsequent_indent=rest, break_on_hyphens=False)


def filled(text: str) -> str:
    """A paragraph in lines of the usual width."""
    return "\n".join(_wrapped(text, "", ""))


def rules_table(rules: Iterable[SafetyRule]) -> str:
    """The rules as a Markdown table, for the documentation.

    Example:
        >>> rules_table([]).splitlines()[0]
        '| rule | about | whose | grade | what it finds | limit | source |'
    """
    rows = [
        (
            f"`{rule.key}`",
            ", ".join(rule.about),
            ", ".join(rule.authority),
            rule.severity,
            rule.finding,
            rule.limit,
            cite(rule.source),
        )
        for rule in rules
    ]
    return _table(("rule", "about", "whose", "grade", "what it finds", "limit", "source"), rows)


def facts_table() -> str:
    """The keys of a patient's file as a Markdown table, for the documentation."""
    kinds = {"number": "number", "flag": "true or false", "words": "list of texts", "parts": "list of objects"}
    rows = []
    for fact in FACTS.values():
        if fact.derived_from:
            continue
        values = ", ".join(fact.words) if fact.words else kinds.get(fact.kind, "text")
        if fact.kind == "parts":
            values += f" with {', '.join(_part_text(part) for part in fact.parts if not part.derived_from)}"
        rows.append((f"`{fact.name}`", fact.meaning, values))
    return _table(("key", "meaning", "values"), rows)


def _part_text(part: Fact) -> str:
    """A key of an object in a list, with the words that it may have."""
    return f"{part.name} ({', '.join(part.words)})" if part.words else part.name


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    lines += ["| " + " | ".join(cell.replace("|", "/") for cell in row) + " |" for row in rows]
    return "\n".join(lines)
