"""A patient's story as a calendar in text: one line a week, seven marks a drug, what happened underneath.

It fits in 100 columns. Where the output cannot show the signs (an ASCII terminal), letters take their place.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from titer.show.story import MARKS, DrugWeek, Note, Story, Week, value_text

SIGNS = dict(zip(MARKS, "●◐▲○×◆–~·", strict=True))
LETTERS = dict(zip(MARKS, "#=^oxs-~.", strict=True))
MEANINGS = {
    "full": "as planned",
    "lowered": "lowered",
    "raised": "raised",
    "held": "held",
    "missed": "missed",
    "support": "supportive treatment",
    "stopped": "stopped for good",
    "waiting": "waiting for a cycle",
    "none": "no dose",
}
# test → head, unit, width
TESTS = {
    "anc": ("ANC", "10⁹/L", 6),
    "platelets": ("PLT", "10⁹/L", 6),
    "haemoglobin": ("Hb", "g/L", 6),
    "m_protein": ("M-prot", "g/L", 7),
}
INDENT = 13  # of notes: under the first value
DRUG_WIDTH = 19
GAP = "  "


@dataclass(frozen=True)
class Reason:
    """Why a rule does what it does, in its source's words."""

    rule: str
    wording: str
    source: str


def story_text(story: Story, width: int = 100, *, signs: bool = True, reasons: Sequence[Reason] = ()) -> str:
    """The calendar of a story.

    Args:
        story: to print.
        width: of a line, characters; at least 80.
        signs: whether the output can show signs beyond ASCII.
        reasons: wording and source of the rules, printed below where given.

    Returns:
        Lines; none is longer than `width`.
    """
    wide = max(width, 80)
    marks = SIGNS if signs else LETTERS
    columns, others = _columns(story, wide)
    lines = [*_head(story, wide), "", *_table_head(columns, signs)]
    lines += _body(story.weeks, columns, others, marks, wide)
    lines += ["", *_legend(story, marks, wide)]
    lines += _why(reasons, wide)
    text = "\n".join(line.rstrip() for line in lines)
    return text if signs else _ascii(text)


def can_show_signs(encoding: str | None) -> bool:
    """Whether an output with this encoding can show the signs of the calendar.

    Example:
        >>> can_show_signs("utf-8"), can_show_signs("ascii"), can_show_signs(None)
        (True, False, False)
    """
    try:
        "".join(SIGNS.values()).encode(encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return False
    return True


def _ascii(text: str) -> str:
    for sign, plain in {
        "→": "->",
        "└": "`",
        "…": "...",
        "⁹": "^9",
        "·": "-",
        "—": "-",
        "“": '"',
        "”": '"',
        "≥": ">=",
    }.items():
        text = text.replace(sign, plain)
    return text.encode("ascii", "replace").decode()


def _columns(story: Story, width: int) -> tuple[list[str], list[str]]:
    """Drugs with a column of their own, as many as fit, and the others, told under the weeks with a dose of them."""
    drugs = list(story.weeks[0].drugs) if story.weeks else []
    usual = [drug for drug in drugs if not _only_support(story, drug)]
    values = sum(size for _, _, size in TESTS.values())
    room = max(1, (width - 11 - values - len(GAP)) // (DRUG_WIDTH + len(GAP)))
    return usual[:room], [drug for drug in drugs if drug not in usual[:room]]


def _only_support(story: Story, drug: str) -> bool:
    return all(set(week.drugs[drug].marks) <= {"support", "waiting", "none"} for week in story.weeks)


def _head(story: Story, width: int) -> Iterator[str]:
    yield from textwrap.wrap(
        f"Patient {story.patient}, arm {story.arm}: {story.regimen}", width, subsequent_indent="  "
    )
    for told in (", ".join(story.facts), "; ".join(story.outcome)):
        yield from textwrap.wrap(told, width, initial_indent="  ", subsequent_indent="  ")


def _table_head(drugs: Sequence[str], signs: bool) -> list[str]:
    heads = "".join(name.rjust(size) for name, _, size in TESTS.values())
    units = "".join((unit if signs else unit.replace("10⁹", "e9")).rjust(size) for _, unit, size in TESTS.values())
    names = GAP.join(_fit(drug, DRUG_WIDTH) for drug in drugs)
    days = GAP.join("1234567".ljust(DRUG_WIDTH) for _ in drugs)
    return [f"week   day{heads}{GAP} {names}", f"          {units}{GAP} {days}"]


def _fit(text: str, width: int) -> str:
    return (text if len(text) <= width else text[: width - 1] + "…").ljust(width)


def _body(
    weeks: Sequence[Week], columns: Sequence[str], others: Sequence[str], marks: Mapping[str, str], width: int
) -> Iterator[str]:
    quiet: list[Week] = []
    for week in weeks:
        if week.empty:
            quiet.append(week)
            continue
        yield from _told_quiet(quiet)
        quiet = []
        yield _week_line(week, columns, marks)
        for drug in others:
            if set(week.drugs[drug].marks) - {"none"}:
                yield f"{'':<{INDENT}}+ {drug}: {_marks(week.drugs[drug], marks)} {_amounts(week.drugs[drug])}"
        for note in week.notes:
            yield from _note_lines(note, width)
    yield from _told_quiet(quiet)


def _told_quiet(weeks: Sequence[Week]) -> list[str]:
    if not weeks:
        return []
    span = f"week {weeks[0].number}" if len(weeks) == 1 else f"weeks {weeks[0].number} to {weeks[-1].number}"
    return [f"  … {span}: nothing seen, given or decided"]


def _week_line(week: Week, columns: Sequence[str], marks: Mapping[str, str]) -> str:
    values = "".join(
        (value_text(test, week.seen[test]) if test in week.seen else "").rjust(size)
        for test, (_, _, size) in TESTS.items()
    )
    drugs = [f"{_marks(week.drugs[drug], marks)}  {_amounts(week.drugs[drug])}" for drug in columns]
    return f"{week.number:>4} {week.day:>5}{values}{GAP} {GAP.join(_fit(text, DRUG_WIDTH) for text in drugs)}"


def _marks(drug: DrugWeek, marks: Mapping[str, str]) -> str:
    return "".join(marks[mark] for mark in drug.marks)


def _amounts(drug: DrugWeek) -> str:
    """The dose of a day, or why there was none."""
    if drug.amounts:
        shown = [f"{amount:.4g}" for amount in drug.amounts]
        return ("→".join(shown) if len(shown) < 3 else f"{shown[0]}…{shown[-1]}") + f" {drug.unit}"
    return next((word for word in ("stopped", "held", "missed", "waiting") if word in drug.marks), "")


def _note_lines(note: Note, width: int) -> list[str]:
    start = f"{'':<{INDENT - 2}}└ day {note.day:.0f}: "
    return textwrap.wrap(note.text, width, initial_indent=start, subsequent_indent=" " * len(start))


def _legend(story: Story, marks: Mapping[str, str], width: int) -> list[str]:
    used = {mark for week in story.weeks for drug in week.drugs.values() for mark in drug.marks}
    told = ", ".join(f"{marks[mark]} {MEANINGS[mark]}" for mark in MARKS if mark in used)
    lines = [
        f"Marks, one a day: {told}." if told else "No dose was planned in these days.",
        "Values are those that the laboratory reported, before the doses of the day. Days count from the first dose, "
        "on day 0. A dose is the amount of a day.",
    ]
    return [part for line in lines for part in textwrap.wrap(line, width)]


def _why(reasons: Sequence[Reason], width: int) -> Iterator[str]:
    if reasons:
        yield from ("", "Why")
    for reason in reasons:
        yield f"  {reason.rule}"
        for text in (f"“{reason.wording}”", reason.source):
            yield from textwrap.wrap(text, width, initial_indent="    ", subsequent_indent="    ")
