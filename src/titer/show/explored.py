"""Courses in words for a terminal: threats, peaks, numbers to be met, fever and clearance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from titer.decisions.course import FALLING, FEVER, SERIES, Course, Encounter, Peak
from titer.decisions.explore import Exploration
from titer.decisions.response import ATOL, HOURS
from titer.decisions.scenario import CheckResult, ScenarioRun, statistic
from titer.model import Threat
from titer.show.course_text import (
    LABELS,
    SHORT_DAYS,
    exploration_head,
    gone_text,
    is_seen,
    joined,
    number_text,
    scenario_head,
    threat_unit,
    time_scale,
    unit_text,
    unit_told,
)
from titer.show.models import source_text

BY_DIFFERENCE = ("temperature", "symptom_score", "fatigue")  # scales on which a percentage means nothing
NUMBERS = ("first", "second", "third", "fourth", "fifth", "sixth")


def print_exploration(console: Any, found: Exploration) -> None:
    """Print a course: for each encounter a table of peaks and what became of the threat, in words.

    Args:
        console: a Rich console.
        found: from `explore`.
    """
    people = "; peaks and their days are medians of each person's own" if found.patients is not None else ""
    for line in exploration_head(found):
        console.print(line, style="bold", markup=False)
    for nth, encounter in enumerate(found.course.encounters):
        if len(found.course.encounters) > 1:
            console.print(f"\n{ordinal(nth)} encounter, day {encounter.day:g}", style="bold", markup=False)
        drugged = found.with_drug.encounters[nth] if found.with_drug else None
        console.print()
        console.print(_peak_table(found, encounter, drugged))
        console.print()
        for sentence in sentences(found, nth):
            console.print(sentence, markup=False)
    console.print(f"\nDays count from the first challenge{people}.", markup=False)


def ordinal(nth: int) -> str:
    """ "First" for 0.

    Example:
        >>> ordinal(0), ordinal(1), ordinal(6)
        ('First', 'Second', '7th')
    """
    return NUMBERS[nth].capitalize() if nth < len(NUMBERS) else f"{nth + 1}th"


def _peak_table(found: Exploration, encounter: Encounter, drugged: Encounter | None) -> Any:
    """A table that fits in 80 columns; with the ranges of two courses it is wider, and leaves out the days."""
    table = _empty_table("")
    people, both = found.patients is not None, drugged is not None
    told = [part for part, kept in (("value", True), ("range", people), ("day", not (people and both))) if kept]
    heads = {"value": "peak", "range": "5-95%", "day": "on day"}
    of_drug = [(heads | {"value": "with drug"})[part] for part in told] + ["change"] if both else []
    for head in ("at rest", *(heads[part] for part in told), *of_drug):
        table.add_column(head, justify="right", no_wrap=True)
    courses = [found.course, *([found.with_drug] if found.with_drug else [])]
    for name in filter(lambda name: is_seen(name, courses), SERIES):
        peaks = [_told(one, name) for one in (encounter, drugged) if one is not None]
        rest = next(float(np.median(course.series[name][:, 0])) for course in courses if name in course.series)
        unit = threat_unit(found.threat.unit) if name == "antigen" else next(peak.unit for peak in peaks if peak)
        cells = [_cells(peak)[part] for peak in peaks for part in told]
        change = [_change(name, *peaks)] if both else []
        table.add_row(_row_label(name, unit), number_text(rest), *cells, *change)
    return table


def _empty_table(first: str) -> Any:
    """A table with a head for its labels."""
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    table = Table(box=SIMPLE_HEAD, pad_edge=False, show_edge=False, collapse_padding=True)
    table.add_column(first, no_wrap=True)
    return table


def _told(encounter: Encounter, name: str) -> Peak | None:
    """The value of a series that is worth telling: its lowest where it falls, else its highest."""
    return encounter.lows.get(name) or encounter.peaks.get(name)


def _cells(peak: Peak | None) -> Mapping[str, str]:
    """The parts of a peak that a table can tell."""
    if peak is None:
        return {"value": "", "range": "", "day": ""}
    band = "" if peak.low is None or peak.high is None else f"{number_text(peak.low)}–{number_text(peak.high)}"
    return {"value": number_text(peak.value), "range": band, "day": f"{peak.day:.1f}"}


def _row_label(name: str, unit: str) -> str:
    shown = unit_text(name, unit)
    return f"{'lowest ' if name in FALLING else ''}{LABELS[name]}{', ' + shown if shown else ''}"


def _change(name: str, without: Peak | None, with_drug: Peak | None) -> str:
    if without is None or with_drug is None:
        return ""
    if name in BY_DIFFERENCE:
        return f"{with_drug.value - without.value:+.1f}".replace("-0.0", "+0.0")
    if without.value == 0:
        return ""
    return f"{100 * (with_drug.value / without.value - 1):+.0f}%".replace("-0%", "+0%")


def sentences(found: Exploration, nth: int = 0) -> list[str]:
    """Fever and clearance of one encounter, without and with the drug."""
    told = _fate(found, found.course, nth)
    if found.with_drug is None:
        return [told[0].upper() + told[1:]]
    both = [f"Without a drug: {told}", f"With {found.regimen}: {_fate(found, found.with_drug, nth)}"]
    return both if _differs(found) else [*both, "The drug changes nothing here: nothing in this course responds to it."]


def _differs(found: Exploration) -> bool:
    """Whether any series of the body moves by more than the integration's tolerance."""
    if found.with_drug is None:
        return False
    drugged = found.with_drug.series
    pairs = [(values, drugged[name]) for name, values in found.course.series.items()]
    return any(not np.allclose(ours, theirs, rtol=1e-3, atol=1e-3 * np.abs(ours).max()) for ours, theirs in pairs)


def _fate(found: Exploration, course: Course, nth: int) -> str:
    encounter = course.encounters[nth]
    end = float(found.days[-1]) if nth + 1 == len(course.encounters) else found.encounter_days[nth + 1]
    parts = [_fever_text(encounter), _cleared_text(found, encounter, end)]
    return "; ".join(part for part in parts if part) + "."


def _fever_text(encounter: Encounter) -> str:
    peak = encounter.peaks.get("temperature")
    if peak is None:
        return ""
    median = "" if peak.low is None else " (median)"
    if peak.value < FEVER:
        return f"no fever, {peak.value:.1f} °C at most{median}"
    return f"fever of {peak.value:.1f} °C on day {peak.day:.1f}{median}"


def _cleared_text(found: Exploration, encounter: Encounter, end: float) -> str:
    gone, day = gone_text(found.limit), encounter.cleared_day
    if found.patients is None:
        return f"not {gone} by day {end:g}" if day is None else f"{gone} on day {day:.1f}"
    share = f"{gone} by day {end:g} in {100 * encounter.cleared_share:.3g}% of people"
    return share if day is None else f"{share}, in half by day {day:.1f}"


def print_threats(console: Any, known: Mapping[str, Threat]) -> None:
    """Print what can be met: the usual challenge, where it can arrive and how long it is followed."""
    table = _empty_table("threat")
    for head in ("usual dose", "in", "days"):
        table.add_column(head, justify="right" if head == "days" else "left", no_wrap=True)
    table.add_column("")
    for key, threat in known.items():
        dose = number_text(threat.dose) + joined(threat.unit)
        table.add_row(key, dose, ", ".join(threat.places), f"{threat.days:g}", threat.title)
    console.print(table)


def print_scenario(console: Any, run: ScenarioRun) -> None:
    """Print a scenario: what entered, peaks of its series, and its checks beside the numbers to be met.

    Args:
        console: a Rich console.
        run: from `run_scenario`.
    """
    for line in scenario_head(run):
        console.print(line, style="bold", markup=False)
    console.print()
    console.print(_series_table(run))
    if run.scenario.note:
        console.print(f"\n{run.scenario.note}", markup=False)
    if run.checks:
        console.print()
        places = list(dict.fromkeys(result.check.at for result in run.checks))
        console.print(_check_table(run.checks, places))
        console.print(f"\n{verdict(run)}", markup=False)
        for nth, place in enumerate(places, 1):
            console.print(f"[{nth}] {place_text(run, place)}", markup=False)


def verdict(run: ScenarioRun) -> str:
    """How many numbers were met, in words: published ones, and those of published equations that were run again."""
    if not run.as_published:
        return "Not judged: the run differs from the published one."
    kinds = {True: "published numbers", False: "numbers from running the published equations again"}
    told = []
    for kind, words in kinds.items():
        met = [result.met for result in run.checks if result.published is kind]
        if met:
            told.append(f"{met.count(True)} of {len(met)} {words} met")
    return "; ".join(told)


def _series_table(run: ScenarioRun) -> Any:
    """Of many people three rows for each series: the median of each person's own, and the 5th and 95th centile."""
    table = _empty_table("")
    scale, factor = time_scale(run.response.days)
    for head in ("start", "highest", f"at {scale}", "lowest", f"at {scale}", "end"):
        table.add_column(head, justify="right", no_wrap=True)
    times = run.response.days * factor
    for name in run.scenario.shown:
        own = [_six_numbers(times, values) for values in run.response.series[name]]
        unit = unit_told(run.response.unit(name))
        label = f"{name}{', ' + unit if unit else ''}"
        rows = {label: 50, "  5%": 5, "  95%": 95} if len(own) > 1 else {label: 50}
        for words, centile in rows.items():
            numbers = np.percentile(own, centile, axis=0)
            table.add_row(words, *(f"{v:.4g}" if at in (2, 4) else _held(v) for at, v in enumerate(numbers)))
    return table


def _six_numbers(times: NDArray, values: NDArray) -> list[float]:
    return [statistic(times, values, one) for one in ("start", "max", "day_of_max", "min", "day_of_min", "end")]


def _held(value: float, digits: int = 3) -> str:
    """A value of a run; below the absolute tolerance of the integration it has no digits."""
    return f"<{number_text(ATOL)}" if 0 < abs(value) < ATOL else number_text(value, digits)


def _check_table(results: Sequence[CheckResult], places: Sequence[str]) -> Any:
    """In four digits, since some must be met within a thousandth."""
    table = _empty_table("number to be met")
    for head in ("run", "expected", "within"):
        table.add_column(head, justify="right", no_wrap=True)
    for head in ("unit", "met", "source"):
        table.add_column(head, no_wrap=True)
    for result in results:
        row = check_row(result)
        cells = (row["check"], _held(result.value, 4), number_text(result.check.expect, 4), row["within"])
        table.add_row(*cells, unit_told(result.check.unit), row["met"], rf"\[{places.index(result.check.at) + 1}]")
    return table


def place_text(run: ScenarioRun, at: str) -> str:
    """Where a number comes from: the citation and the place in it."""
    key, _, place = at.partition(":")
    return f"{source_text(run.scenario.sources[key])}:{place}"


def check_row(result: CheckResult) -> Mapping[str, str]:
    """What was checked, how close it must be and whether it is, in words."""
    check = result.check
    when = "" if check.day is None else _when(check.day)
    words = {"max": "peak", "min": "lowest", "day_of_max": "time of the peak", "day_of_min": "time of the lowest"}
    named = {**words, "at": "value", "auc": "area"}
    within = f"{check.within:g}" if check.absolute else f"{100 * check.within:g}%"
    met = {True: "yes", False: "no", None: ""}[result.met]
    return {
        "check": f"{check.series}, {named.get(check.statistic, check.statistic)}{when}",
        "within": within,
        "met": met,
    }


def _when(day: float) -> str:
    return f" at {day * HOURS:.3g} h" if day <= SHORT_DAYS else f" on day {day:g}"
