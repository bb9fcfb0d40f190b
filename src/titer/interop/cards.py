"""Findings in the shape of CDS Hooks cards (HL7 CDS Hooks 2.0, "Card Attributes").

A card has a summary of less than 140 characters, an indicator (info, warning, critical), a source with a label, and
details in Markdown. A finding that blocks is critical; one that could block but lacks facts is a warning.

Example:
    >>> from titer.clinic.safety.findings import Finding
    >>> finding = Finding("anc", "found", "block", ("lenalidomide",), ("EU",), "neutrophils are too low", "Wait.", {})
    >>> card = make_card(finding)
    >>> card["indicator"], card["summary"]
    ('critical', 'neutrophils are too low')
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from titer.clinic.safety.declare import SEVERITIES
from titer.clinic.safety.findings import Finding, lacking_of, meaning_of, show_seen

LONGEST_SUMMARY = 139  # characters; the specification asks for less than 140
OUTCOMES = {"block": "block", "require": "require something", "warn": "warn", "inform": "inform"}
INDICATORS = {"block": "critical", "require": "warning", "warn": "warning", "inform": "info"}


def make_cards(findings: Iterable[Finding]) -> dict[str, Any]:
    """The response of a CDS service: one card for each finding, in their order, then what is not known.

    A clinician reads a few cards at an order, not thirty: rules that wait for facts share one card for each severity.

    Returns:
        {"cards": [...]}, plain JSON.
    """
    told = list(findings)
    waiting = [[one for one in told if one.missing and one.severity == severity] for severity in SEVERITIES]
    cards = [make_card(one) for one in told if not one.missing]
    unknown = [_card_of_unknown(group) for group in waiting if group]
    grave = {"critical": 0, "warning": 1, "info": 2}
    return {"cards": sorted([*cards, *unknown], key=lambda card: grave[card["indicator"]])}


def _card_of_unknown(findings: list[Finding]) -> dict[str, Any]:
    """The missing facts of rules of one severity, each with the rules that wait for it."""
    severity = findings[0].severity
    rules: dict[str, list[str]] = {}
    for one in findings:
        for name in one.missing:
            rules.setdefault(name, []).append(one.rule)
    facts = f"{len(rules)} missing fact{'' if len(rules) == 1 else 's'}"
    lacking = lacking_of(findings)
    return {
        "summary": _shortened(f"not known: {facts} could {OUTCOMES[severity]} ({', '.join(rules)})"),
        "indicator": "info" if severity == "inform" else "warning",
        "detail": "\n".join(f"- {meaning_of(name, lacking)}: {', '.join(keys)}" for name, keys in rules.items()),
        "source": {"label": "Titer"},
    }


def make_card(finding: Finding) -> dict[str, Any]:
    """One finding as a card."""
    indicator = INDICATORS[finding.severity]
    if finding.status == "not known" and indicator == "critical":
        indicator = "warning"
    return {
        "summary": _shortened(finding.finding),
        "indicator": indicator,
        "detail": _detail(finding),
        "source": {"label": finding.source or "Titer"},
    }


def _shortened(text: str) -> str:
    return text if len(text) <= LONGEST_SUMMARY else text[: LONGEST_SUMMARY - 1].rstrip() + "…"


def _detail(finding: Finding) -> str:
    rows = [
        ("Finding", finding.finding),
        ("Seen", show_seen(finding.seen)),
        ("Limit", finding.limit),
        ("Advice", finding.advice),
        ("Rule", f"{finding.rule} ({', '.join(finding.authority)})"),
        ("US and EU differ", finding.conflict),
        ("Note", finding.note),
    ]
    return "\n\n".join(f"**{name}:** {text}" for name, text in rows if text)
