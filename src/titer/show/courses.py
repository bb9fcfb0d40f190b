"""Pictures of courses: stacked panels over one axis of days, each curve named at its right end.

`plot_exploration` draws the answer to a threat, `plot_scenario` a model run alone.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from titer.decisions.course import FEVER, LEFT_OF_PEAK, Course, centiles
from titer.decisions.explore import FINE_DAYS, Exploration
from titer.decisions.response import HOURS
from titer.decisions.scenario import ScenarioRun
from titer.model import Model
from titer.show.style import COLOURS, FAINT, INK, look, new_figure

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
DECADES = 8  # of a logarithmic axis, at most
WIDE = 20.0  # ratio of highest to lowest value from which an axis is logarithmic
FROM_NOTHING = 1e4  # what begins at 0 is drawn on a logarithmic axis if it gets higher than this
WIDTH, LEFT, GAP = 7.4, 0.72, 0.3  # of a figure, its left margin and the space between panels, inches
SHORT_DAYS = 3.0  # a run up to this length is told and drawn in hours
UNSEEN = {"igm": 1e-6, "igg": 1e-6}  # nmol/L, below any assay (0.2 ng/mL of IgG): not told and not drawn
DASHED = (0, (3, 1.6))  # line of a course with a drug
LABEL_PT, LABEL_STEP = 8.5, 0.155  # size of the names at the right, and inches from one to the next


@dataclass(frozen=True)
class Panel:
    """Series that share an axis.

    Args:
        title: quantity and unit.
        names: of the series.
        height: inches.
        log: True or False; None where the spread of the values decides.
        least: smallest upper end of a linear axis, so that what is next to nothing looks so.
    """

    title: str
    names: tuple[str, ...]
    height: float = 1.25
    log: bool | None = None
    least: float = 0.01


PANELS = (
    Panel("Threat", ("antigen", "infected_cells"), 1.35, True),
    Panel("Innate cells, × rest", RELATIVE[:5], 1.35),
    Panel("Cytokines in plasma, pg/mL", ("tnf", "il6", "il8", "il1b", "ifn_alpha", "ifn_gamma", "il10"), 1.6, True),
    Panel("T cells, × rest", RELATIVE[5:], least=2.0),
    Panel("Antibody, nmol/L", ("igm", "igg"), 1.25, True, least=1.0),
    Panel("Temperature, °C", ("temperature",), 1.1, False),
    Panel("Illness, score", ("symptom_score", "fatigue"), 1.0, False, least=2.0),
    Panel("Blood neutrophils, 10⁹/L", ("anc",), 1.0, False),
)


def plot_exploration(found: Exploration) -> Any:
    """The answer to a threat: threat, innate cells, cytokines, T cells, antibody, temperature, illness.

    Solid lines are the course without a drug, dashed ones that with it, as means of a day but for the two days after an
    encounter. Of many people the median is drawn, with the band of the 5th to 95th centile of the course without one.

    Args:
        found: from `explore`.
    """
    courses = [found.course, *([found.with_drug] if found.with_drug else [])]
    panels = [
        chosen
        for panel in PANELS
        if (chosen := _present(panel, courses)) and (panel.names != ("anc",) or found.with_drug is not None)
    ]
    with look():
        figure, axes = _stack(panels, found.days, _picture_head(found))
        for axis, panel in zip(axes, panels, strict=True):
            for colour, name in zip(COLOURS, panel.names, strict=False):
                if name in found.course.series:
                    _draw(axis, found.days, found.course.series[name], colour)
                if found.with_drug is not None:
                    _draw_beside(axis, found, found.with_drug.series[name], colour)
            drawn = [course.series[n] for course in courses for n in panel.names if n in course.series]
            _finish(axis, panel, drawn, found.limit if "antigen" in panel.names else None)
            _name_curves(axis, panel, {**courses[-1].series, **courses[0].series}, found.threat.unit)
        _mark_events(axes, panels, found)
    return figure


def _present(panel: Panel, courses: Sequence[Course]) -> Panel | None:
    """The panel with the series that there are to see."""
    names = tuple(name for name in panel.names if is_seen(name, courses))
    return replace(panel, names=names) if names else None


def is_seen(name: str, courses: Sequence[Course]) -> bool:
    """Whether any of the courses has this series, and more of it than nothing, or than an assay could find."""
    least = UNSEEN.get(name, 0.0)
    return any(name in course.series and float(np.abs(course.series[name]).max()) > least for course in courses)


def exploration_head(found: Exploration) -> list[str]:
    """What was run: the threat, whose body, and the drug."""
    people = "typical person" if found.patients is None else f"{found.patients:,} virtual people, median and 5-95%"
    head = [f"{found.threat.title}: {number_text(found.dose)}{joined(found.threat.unit)} in {found.place}; {people}"]
    if found.regimen is None:
        return head
    return [*head, f"Without a drug, and with {found.regimen}{_begun(found.lead_days)}"]


def _begun(lead_days: float) -> str:
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


def _picture_head(found: Exploration) -> str:
    first, *drug = exploration_head(found)
    return "\n".join(
        [
            first,
            *(
                line.replace("Without", "Solid without").replace("and with", "dashed (means of a day) with")
                for line in drug
            ),
        ]
    )


def _stack(panels: Sequence[Panel], days: NDArray, head: str, right: float = 1.45) -> tuple[Any, list[Any]]:
    """A figure with one axis below the other, and what it is about above them; `right` is its margin, inches."""
    lines = [line for text in head.split("\n") for line in textwrap.wrap(text, 84)]
    top, bottom = 0.48 + 0.18 * len(lines), 0.5
    average = sum(panel.height for panel in panels) / len(panels)
    height = average * len(panels) + GAP * (len(panels) - 1) + top + bottom
    figure = new_figure(WIDTH, height)
    ratios = [panel.height for panel in panels]
    sides = {"left": LEFT / WIDTH, "right": 1 - right / WIDTH, "top": 1 - top / height, "bottom": bottom / height}
    grid = figure.add_gridspec(len(panels), 1, height_ratios=ratios, hspace=GAP / average, **sides)
    axes = [figure.add_subplot(grid[i]) for i in range(len(panels))]
    for axis, panel in zip(axes, panels, strict=True):
        axis.set(xlim=(days[0], days[-1]))
        axis.set_title(panel.title, loc="left", fontsize=9.5, pad=3.5, color=INK)
        axis.tick_params(labelsize=8.5, labelbottom=axis is axes[-1])
    axes[-1].set_xlabel("Days since the challenge", fontsize=9.5)
    figure.text(0.02, 1 - 0.12 / height, "\n".join(lines), va="top", fontsize=9.5, fontweight="bold", color=INK)
    return figure, axes


def _draw(axis: Any, days: NDArray, values: NDArray, colour: str) -> None:
    if len(values) == 1:
        axis.plot(days, values[0], color=colour, lw=1.5)
        return
    low, middle, high = centiles(values)
    axis.fill_between(days, low, high, color=colour, alpha=0.15, lw=0)
    axis.plot(days, middle, color=colour, lw=1.5)


def _draw_beside(axis: Any, found: Exploration, values: NDArray, colour: str) -> None:
    """The course with the drug; its swings from dose to dose are left out where values are stored far apart."""
    middle = np.median(values, axis=0)
    since = np.min([np.where(found.days >= day, found.days - day, np.inf) for day in found.encounter_days], axis=0)
    after = np.searchsorted(found.days, found.encounter_days, "right")  # no mean reaches over an encounter
    parts = zip(np.split(found.days, after), np.split(middle, after), strict=True)
    means = np.concatenate([day_means(days, part) if len(days) > 1 else part for days, part in parts])
    shown = np.where(since > FINE_DAYS, means, middle)
    axis.plot(found.days, shown, color=colour, lw=1.5, ls=DASHED)


def day_means(days: NDArray, values: NDArray) -> NDArray:
    """Mean over the day around each time, over what there is of it at the ends; linear between values.

    Example:
        >>> day_means(np.array([0.0, 1.0, 2.0]), np.array([0.0, 4.0, 0.0])).tolist()
        [1.0, 3.0, 1.0]
    """
    steps = np.diff(days) * (values[1:] + values[:-1]) / 2
    area = np.append(0.0, np.cumsum(steps))
    low, high = np.maximum(days - 0.5, days[0]), np.minimum(days + 0.5, days[-1])

    def upto(day: NDArray) -> NDArray:
        """Area from the start: the trapezoids before a day, and what of the next one lies before it."""
        at = np.clip(np.searchsorted(days, day, "right") - 1, 0, len(days) - 2)
        return area[at] + (day - days[at]) * (values[at] + np.interp(day, days, values)) / 2

    return (upto(high) - upto(low)) / (high - low)


def _finish(axis: Any, panel: Panel, drawn: Sequence[NDArray], floor: float | None = None) -> None:
    """Scale and limits of the vertical axis; a logarithmic one ends at the floor or after eight decades."""
    from matplotlib.ticker import MaxNLocator

    edges = [edge for values in drawn for edge in (values if len(values) == 1 else centiles(values))]
    highest = max(float(values.max()) for values in edges)
    positive = [values[values > 0] for values in edges if (values > 0).any()]
    lowest = min((float(values.min()) for values in positive), default=1.0)
    spread = highest > WIDE * lowest and (highest > FROM_NOTHING or all((values > 0).all() for values in edges))
    if positive and (panel.log if panel.log is not None else spread):
        top = max(highest, 1e-300) * 3
        axis.set_yscale("log")
        axis.set_ylim(floor if floor and floor < top else max(lowest / 2, top / 10.0**DECADES), top)
        return
    axis.yaxis.set_major_locator(MaxNLocator(4, steps=[1, 2, 5, 10]))
    if panel.names != ("temperature",):
        axis.set_ylim(0, max(1.1 * highest, panel.least))


def _name_curves(axis: Any, panel: Panel, series: Mapping[str, NDArray], unit: str) -> None:
    """The names of the curves at the right, the one with the highest peak on top."""
    if len(panel.names) == 1 and panel.names != ("antigen",):
        return
    order = sorted(panel.names, key=lambda name: -float(np.median(series[name], axis=0).max()))
    top = 0.5 + LABEL_STEP * (len(order) - 1) / 2 / panel.height
    for nth, name in enumerate(order):
        axis.annotate(
            f"{LABELS[name]}, {threat_unit(unit)}" if name == "antigen" else LABELS[name],
            (1.015, top - nth * LABEL_STEP / panel.height),
            xycoords="axes fraction",
            color=COLOURS[panel.names.index(name)],
            fontsize=LABEL_PT,
            va="center",
            annotation_clip=False,
        )


def _mark_events(axes: Sequence[Any], panels: Sequence[Panel], found: Exploration) -> None:
    """Further challenges, when the threat was gone in each course, in the line of that course, and fever."""
    gone = [
        (one.cleared_day, line, f"{gone_text(found.limit)}{who}, day {one.cleared_day:.3g}")
        for course, line, who in ((found.course, "-", ""), (found.with_drug, DASHED, " with drug"))
        if course is not None
        for one in course.encounters
        if one.cleared_day is not None
    ]
    for axis, panel in zip(axes, panels, strict=True):
        for day in found.encounter_days[1:]:
            axis.axvline(day, color=FAINT, lw=0.9, ls=(0, (1, 2)), zorder=1)
        for day, line, _ in gone:
            axis.axvline(day, color=FAINT, lw=0.9, ls=line, zorder=1)
        if panel.names == ("temperature",):
            low, high = axis.get_ylim()
            axis.set_ylim(min(low, 36.4), max(high, FEVER + 0.3))
            axis.axhline(FEVER, color=INK, lw=0.8, ls=(0, (4, 3)), zorder=1)
            axis.annotate("fever", (1.015, FEVER), xycoords=("axes fraction", "data"), fontsize=8, va="center")
    told = [(day, "again") for day in found.encounter_days[1:]]
    told += [(day, words) for day, _, words in gone]
    low, free = 0, -np.inf  # line of the next label, and the day up to which the first line is taken
    for day, words in sorted(told):
        low = low + 1 if day < free else 0
        free = max(free, day + 0.2 * float(found.days[-1] - found.days[0]))
        place = {"xycoords": ("data", "axes fraction"), "textcoords": "offset points", "xytext": (3, -1 - 11 * low)}
        ground = {"boxstyle": "square,pad=0.1", "fc": "white", "ec": "none", "alpha": 0.8}
        axes[0].annotate(words, (day, 1.0), va="top", fontsize=8, color="#666666", bbox=ground, zorder=5, **place)


def plot_scenario(run: ScenarioRun, shown: Sequence[str] | None = None) -> Any:
    """A model run alone: one panel for each series, observed and published values as points.

    Args:
        run: from `run_scenario`.
        shown: flat names; those of the scenario where None.
    """
    names, response = tuple(shown or run.scenario.shown), run.response
    meanings = LABELS | _meanings(response.system.models)
    panels = [Panel(_titled(meanings.get(name, name), response.unit(name)), (name,)) for name in names]
    unit, factor = time_scale(response.days)
    times = response.days * factor
    with look():
        figure, axes = _stack(panels, times, "\n".join(scenario_head(run)) + _points_head(run), right=0.3)
        for axis, panel, name in zip(axes, panels, names, strict=True):
            values = response.series[name]
            _draw(axis, times, values, COLOURS[0])
            points = _observed(run, name)
            _finish(axis, panel, [values, *([points[1][None]] if points is not None else [])])
            if points is not None:
                axis.plot(
                    points[0] * factor, points[1], ls="", marker="o", ms=4.5, mfc="white", mec=INK, mew=1.0, zorder=4
                )
        axes[-1].set_xlabel(f"{unit.capitalize()}s", fontsize=9.5)
    return figure


def time_scale(days: NDArray) -> tuple[str, float]:
    """In what a run is told, "hour" or "day", and how many of it a day has."""
    return ("hour", HOURS) if days[-1] <= SHORT_DAYS else ("day", 1.0)


def scenario_head(run: ScenarioRun) -> list[str]:
    """What was run: the scenario and how many people, what entered, and the drug."""
    many = len(run.response.parameters)
    who = f"; {many:,} virtual people, median and 5-95%" if many > 1 else ""
    given = [f"With {run.regimen}{_begun(run.lead_days)}"] if run.regimen is not None else []
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


def _meanings(models: Iterable[Model]) -> dict[str, str]:
    """What each state and output means, by flat name."""
    found: dict[str, str] = {}
    for model in models:
        found |= {f"{model.key}.{state.name}": state.meaning for state in model.states}
        found |= {f"{model.key}.{output.name}": output.meaning for output in model.outputs}
    return found


def _titled(words: str, unit: str) -> str:
    told = unit_told(unit)
    return words[0].upper() + words[1:] + (f", {told}" if told else "")


def _points_head(run: ScenarioRun) -> str:
    """Where the points come from, as a further line."""
    key, _, place = run.scenario.observed_at.partition(":")
    if not set(run.scenario.observed) & set(run.scenario.shown):
        return ""
    return f"\nPoints: {place.strip() or 'measured'} ({run.scenario.sources[key].citation.split(': ')[0]})"


def _observed(run: ScenarioRun, name: str) -> tuple[NDArray, NDArray] | None:
    """Days and values that were observed of a series; None where the scenario has none."""
    points = run.scenario.observed.get(name)
    if points is None:
        return None
    days, values = np.array(points, float).T
    return days, values
