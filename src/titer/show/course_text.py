"""Courses in words: names of series, units, numbers, and what was run."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from titer.decisions.course import LEFT_OF_PEAK, Course
from titer.decisions.explore import Exploration
from titer.decisions.response import HOURS
from titer.decisions.scenario import ScenarioRun

LABELS = {
    "antigen": "threat",
    "infected_cells": "infected cells",
    "damaged_cells": "dying cells",
    "dendritic": "dendritic cells",
    "macrophages": "macrophages",
    "tissue_neutrophils": "neutrophils",
    "nk": "NK cells",
    "tnf": "TNF",
    "il6": "IL-6",
    "il1b": "IL-1β",
    "il8": "IL-8",
    "ifn_alpha": "IFN type I",
    "ifn_gamma": "IFN-γ",
    "il2": "IL-2",
    "il12": "IL-12",
    "il10": "IL-10",
    "th1": "Th1 cells",
    "effector_t": "cytotoxic T cells",
    "treg": "regulatory T cells",
    "igm": "IgM",
    "igg": "IgG",
    "crp": "C-reactive protein",
    "temperature": "temperature",
    "symptom_score": "flu-like score",
    "fatigue": "fatigue",
    "ikaros": "Ikaros",
    "glucocorticoid": "glucocorticoid action",
    "anc": "ANC",
}
RELATIVE = ("damaged_cells", "tissue_neutrophils", "macrophages", "dendritic", "nk", "effector_t", "th1", "treg")
SHORT_DAYS = 3.0  # a run up to this length is told and drawn in hours
UNSEEN = {"igm": 1e-6, "igg": 1e-6}  # nmol/L, below any assay (0.2 ng/mL of IgG): not told and not drawn


def is_seen(name: str, courses: Sequence[Course]) -> bool:
    """Whether any of the courses has this series, and more of it than nothing, or than an assay could find."""
    least = UNSEEN.get(name, 0.0)
    return any(name in course.series and float(np.abs(course.series[name]).max()) > least for course in courses)


def exploration_head(found: Exploration) -> list[str]:
    """What was run: the threat, whose body, the drug, and what was set."""
    people = "typical person" if found.patients is None else f"{found.patients:,} virtual people, median and 5-95%"
    head = [f"{found.threat.title}: {number_text(found.dose)}{joined(found.threat.unit)} in {found.place}; {people}"]
    if found.regimen is not None:
        head.append(f"Without a drug, and with {found.regimen}{begun_text(found.lead_days)}")
    if found.changed:
        head.append("Set: " + ", ".join(f"{name} = {value:g}" for name, value in found.changed.items()))
    return head


def begun_text(lead_days: float) -> str:
    """How long before the first challenge a drug began; nothing where it did not."""
    return f", begun {lead_days:g} day{'' if lead_days == 1 else 's'} before" if lead_days else ""


def number_text(value: float, digits: int = 3) -> str:
    """A number in a few digits, without an exponent where it can be read without.

    Example:
        >>> number_text(0.0), number_text(36.84), number_text(1234.5), number_text(2.5e9), number_text(1.44e-4)
        ('0', '36.8', '1,230', '2.5e9', '1.44e-4')
        >>> number_text(36.84, 4), number_text(12345.0, 4)
        ('36.84', '12,340')
    """
    whole = 10 ** (digits - 1)  # from here on, these digits leave nothing behind the point
    if whole <= abs(value) < 1e6:
        return f"{float(f'{value:.{digits}g}'):,.0f}"
    if value == 0 or 1e-3 <= abs(value) < whole:
        return f"{value:.{digits}g}"
    mantissa, _, power = f"{value:.{digits - 1}e}".partition("e")
    return f"{mantissa.rstrip('0').rstrip('.')}e{int(power)}"


def unit_text(name: str, unit: str) -> str:
    """The unit of a series, in words: cells of the tissue are multiples of rest, infected ones a number.

    Example:
        >>> unit_text("nk", ""), unit_text("temperature", "degC"), unit_text("infected_cells", "cell")
        ('× rest', '°C', '')
    """
    if name in RELATIVE:
        return "× rest"
    return "" if unit == "cell" else unit_told(unit)


def unit_told(unit: str) -> str:
    """A unit as it is printed: nothing for what has none.

    Example:
        >>> unit_told("degC"), unit_told("pg/mL"), unit_told("1")
        ('°C', 'pg/mL', '')
    """
    return "" if unit == "1" else unit.replace("degC", "°C")


def threat_unit(unit: str) -> str:
    """The unit of a threat as it stands alone.

    Example:
        >>> threat_unit("1/mL"), threat_unit("CFU/mL")
        ('per mL', 'CFU/mL')
    """
    return unit.replace("1/", "per ")


def joined(unit: str) -> str:
    """A unit behind a number: "/mL", or " CFU/mL"."""
    return unit.removeprefix("1") if unit.startswith("1/") else f" {unit}"


def gone_text(limit: float | None) -> str:
    """What `Encounter.cleared_day` means, by `Exploration.limit`: gone, or little left of the peak.

    Example:
        >>> gone_text(5e-4), gone_text(None)
        ('cleared', 'down to 1%')
    """
    return "cleared" if limit is not None else f"down to {LEFT_OF_PEAK:.0%}"


def time_scale(days: NDArray) -> tuple[str, float]:
    """In what a run is told, "hour" or "day", and how many of it a day has."""
    return ("hour", HOURS) if days[-1] <= SHORT_DAYS else ("day", 1.0)


def scenario_head(run: ScenarioRun) -> list[str]:
    """What was run: the scenario and how many people, what entered, and the drug."""
    many = len(run.response.parameters)
    who = f"; {many:,} virtual people, median and 5-95%" if many > 1 else ""
    given = [f"With {run.regimen}{begun_text(run.lead_days)}"] if run.regimen is not None else []
    return [run.scenario.title + who, *([entered_text(run)] if run.challenges else []), *given]


def entered_text(run: ScenarioRun) -> str:
    """What entered, how much of it and when: "2 ng/kg of endotoxin over 4 h on day 0"."""
    days: dict[tuple[str, float, float], list[float]] = {}
    for one in run.challenges:
        days.setdefault((one.agent, one.amount, one.hours), []).append(one.day)
    together: dict[str, list[str]] = {}
    for (agent, amount, hours), met in days.items():
        unit = joined(run.response.system.doses[agent].unit)
        over = f" over {hours:g} h" if hours else ""
        together.setdefault(_when(met), []).append(f"{number_text(amount)}{unit} of {agent.replace('-', ' ')}{over}")
    return ", ".join(f"{' and '.join(what)} {when}" for when, what in together.items())


def _when(days: Sequence[float]) -> str:
    """Days of challenges, in words."""
    if len(days) > 2:
        return f"{len(days)} times, day {days[0]:g} to {days[-1]:g}"
    return f"on day{'s' if len(days) > 1 else ''} {' and '.join(f'{day:g}' for day in days)}"
