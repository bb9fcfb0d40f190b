"""`titer ledger`: the story of one patient as a calendar."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Annotated

import typer

from titer.cli.output import WIDTH, console, print_json
from titer.errors import InputError

SPAN = re.compile(r"(\d+)-(\d+)")


def ledger(
    results: Annotated[Path, typer.Argument(metavar="DIR", help="A folder of results.")],
    patient: Annotated[int, typer.Option(help="Number of the patient, as in the tables.")],
    arm: Annotated[str | None, typer.Option(help="Arm; every arm of the patient where not given.")] = None,
    days: Annotated[str | None, typer.Option(metavar="FROM-TO", help="Days that are told, as 0-83.")] = None,
    why: Annotated[bool, typer.Option("--why", help="Print wording and source of the rules that acted.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object with every row.")] = False,
) -> None:
    """Tell the story of one patient, week by week: what was seen, decided and given, with a mark for every day."""
    from titer.show.story import arms_with, story_of
    from titer.trials.results import Results

    span, found = _span(days), Results.open(results)
    if arm is not None:
        found.check_arm(arm)
    stories = [story_of(found, patient, one, span) for one in ([arm] if arm else arms_with(found, patient))]
    if as_json:
        print_json({"patient": patient, "arms": [story.as_json() for story in stories]})
        return
    from titer.show.story_text import can_show_signs, story_text
    from titer.show.why import reasons_of

    width = min(max(console().width, 80), 140) if sys.stdout.isatty() else WIDTH
    for place, story in enumerate(stories):
        reasons = reasons_of(results, story) if why else []
        signs = can_show_signs(getattr(sys.stdout, "encoding", None))
        print(("\n\n" if place else "") + story_text(story, width, signs=signs, reasons=reasons))


def _span(text: str | None) -> tuple[int, int] | None:
    """ "0-83" as two days."""
    if text is None:
        return None
    match = SPAN.fullmatch(text.strip())
    if match is None or int(match[1]) > int(match[2]):
        raise InputError(f"'--days {text}' cannot be read", right="a first and a last day", hint="--days 0-83")
    return int(match[1]), int(match[2])
