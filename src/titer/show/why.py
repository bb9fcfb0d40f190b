"""Why a patient's doses were changed: the words of the label or study behind each rule that acted in a story."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from titer.decisions.stored import plan_of_run
from titer.model.declare import Source
from titer.show.story import Story
from titer.show.story_text import Reason


def reasons_of(folder: Path, story: Story) -> list[Reason]:
    """Wording and source of every rule that a note of the story names, in order of their first act.

    A decision may name several rules, joined by "+"; a rule that the run's protocol no longer has is left out.
    """
    known = known_reasons(folder, story.arm)
    named = [name.strip() for week in story.weeks for note in week.notes for name in note.rule.split("+")]
    return [known[name] for name in dict.fromkeys(named) if name in known]


def known_reasons(folder: Path, arm: str) -> Mapping[str, Reason]:
    """Rule → its reason, of the protocol and the response criteria that an arm of the run followed.

    Args:
        folder: of a finished run.
        arm: which.

    Raises:
        InputError: the run does not say what was asked.
    """
    plan = plan_of_run(folder, arm)
    rules = {rule.name: Reason(rule.name, rule.wording, source_text(rule.source)) for rule in plan.protocol.rules}
    name = f"progression ({plan.criteria.name})"
    return {**rules, name: Reason(name, plan.criteria.wording, source_text(plan.criteria.source))}


def source_text(source: Source) -> str:
    """A source as one line; that it is from memory is said.

    Example:
        >>> source_text(Source("Author 2020, table 2", confirmed=False))
        'Author 2020, table 2 (from memory: the source could not be read again)'
    """
    place = f", doi {source.doi}" if source.doi else ""
    unsure = "" if source.confirmed else " (from memory: the source could not be read again)"
    return f"{source.citation}{place}{unsure}"
