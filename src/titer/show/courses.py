"""Pictures of courses: stacked panels over one axis of days, each curve named at its right end.

`plot_exploration` draws the answer to a threat, `plot_scenario` a model run alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from titer.decisions.course import FEVER, Course
from titer.decisions.explore import FINE_DAYS, Exploration
from titer.decisions.scenario import ScenarioRun
from titer.model import Model
from titer.show.course_text import (
    LABELS,
    exploration_head,
    gone_text,
    number_text,
    scenario_head,
    threat_unit,
    time_scale,
    unit_told,
)
from titer.show.drawn import COLOUR_OF, WIDTHS, panels_of, resting_text
from titer.show.panels import (
    DASHED,
    Mark,
    Panel,
    Span,
    draw_curve,
    finish_axis,
    name_curves,
    stack,
)
from titer.show.style import COLOURS, INK, look

TOLD_PEAKS = ("antigen", "temperature", "igg")
NEUTROPENIA = 1.0  # 10^9/L; a fever below it is one of neutropenia (CTCAE), as in the library's model of illness
SHADED = {"temperature": (FEVER, np.inf, "fever"), "anc": (-np.inf, NEUTROPENIA, "neutropenia")}


def plot_exploration(found: Exploration) -> Any:
    """The answer to a threat along its chain: threat, injury, innate cells, cytokines, fever, T cells, antibody.

    Series in which nothing happens are named below and not drawn. The axis of days is broken where it is quiet between
    two encounters. Solid lines are the course without a drug, dashed ones that with it, as means of a day but for the
    two days after an encounter. Of many people the median is drawn, with the band of the 5th to 95th centile of the
    course without one.

    Args:
        found: from `explore`.
    """
    courses, spans = _courses(found), spans_of(found)
    panels = panels_of(courses)
    foot = [*_dashed_text(found), resting_text(courses)]
    with look():
        figure, axes = stack(panels, spans, _picture_head(found), foot, _marks(found))
        for row, panel in zip(axes, panels, strict=True):
            _fill(row, spans, found, panel)
    return figure


def _fill(row: Sequence[Any], spans: Sequence[Span], found: Exploration, panel: Panel) -> None:
    """One panel: curves, limits, shades, peaks of one person (those of many are not on the median), and names."""
    for axis, span in zip(row, spans, strict=True):
        _draw_courses(axis, found, panel, span)
    _finish(row[0], found, panel)
    for name in sorted(SHADED.keys() & set(panel.names)):
        _shade(row, name)
    if found.patients is None:
        for name in sorted(set(TOLD_PEAKS) & set(panel.names)):
            for axis, span in zip(row, spans, strict=True):
                _tell_peaks(axis, found, name, span)
    if panel.named:
        _name(row[-1], found, panel)


def _courses(found: Exploration) -> list[Course]:
    return [found.course, *([found.with_drug] if found.with_drug else [])]


def spans_of(found: Exploration) -> list[Span]:
    """First and last day of each part of the axis: broken where more than half of a usual course is quiet.

    What the threat suggests as a usual course is drawn after each encounter.
    """
    usual = found.threat.days
    spans = [(float(found.days[0]), float(found.days[-1]))]
    for day, following in zip(found.encounter_days, found.encounter_days[1:], strict=False):
        if following - day > 1.5 * usual:
            start, end = spans.pop()
            spans += [(start, day + usual), (following - 0.05 * usual, end)]
    return spans


def _picture_head(found: Exploration) -> list[str]:
    return [
        line.replace("Without a drug, and with", "Solid without a drug, dashed with")
        for line in exploration_head(found)
    ]


def _dashed_text(found: Exploration) -> list[str]:
    """How dashed lines are to be read, if there are any."""
    told = (
        f"Dashed lines are means of a day from {FINE_DAYS:g} days after a challenge on, since levels swing with doses."
    )
    return [told] if found.with_drug else []


def _marks(found: Exploration) -> list[Mark]:
    """Further challenges, and when the threat was gone in each course, in the line of that course."""
    gone = [
        Mark(one.cleared_day, f"{gone_text(found.limit)}{who}, day {one.cleared_day:.3g}", line)
        for course, line, who in ((found.course, "-", ""), (found.with_drug, DASHED, " with drug"))
        if course is not None
        for one in course.encounters
        if one.cleared_day is not None
    ]
    return [*(Mark(day, f"again, day {day:g}", (0, (1, 2))) for day in found.encounter_days[1:]), *gone]


def _draw_courses(axis: Any, found: Exploration, panel: Panel, span: Span) -> None:
    """Every series of the panel in both courses, as far as the span reaches; broad lines below the others."""
    inside = (found.days >= span[0]) & (found.days <= span[1])
    for name in sorted(panel.names, key=lambda name: -WIDTHS.get(name, 0.0)):
        colour, width = COLOUR_OF[name], WIDTHS.get(name, 1.6)
        if name in found.course.series:
            draw_curve(axis, found.days[inside], found.course.series[name][:, inside], colour, width)
        if found.with_drug is not None:
            shown = _beside(found, found.with_drug.series[name])[inside]
            axis.plot(found.days[inside], shown, color=colour, lw=width, ls=DASHED)


def _beside(found: Exploration, values: NDArray) -> NDArray:
    """The course with the drug; its swings from dose to dose are left out where values are stored far apart."""
    middle = np.median(values, axis=0)
    since = np.min([np.where(found.days >= day, found.days - day, np.inf) for day in found.encounter_days], axis=0)
    after = np.searchsorted(found.days, found.encounter_days, "right")  # no mean reaches over an encounter
    parts = zip(np.split(found.days, after), np.split(middle, after), strict=True)
    means = np.concatenate([day_means(days, part) if len(days) > 1 else part for days, part in parts])
    return np.where(since > FINE_DAYS, means, middle)


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


def _finish(axis: Any, found: Exploration, panel: Panel) -> None:
    """Scale and limits, with room for what is told of peaks; fever as a shaded part of the axis."""
    drawn = [course.series[n] for course in _courses(found) for n in panel.names if n in course.series]
    finish_axis(axis, panel, drawn, found.limit if "antigen" in panel.names else None)
    low, high = axis.get_ylim()
    if panel.names == ("temperature",):
        low, high = min(low, 36.4), max(high, FEVER + 0.3)
    if set(TOLD_PEAKS) & set(panel.names):
        high = high * (high / low) ** 0.14 if axis.get_yscale() == "log" else high + 0.14 * (high - low)
    axis.set_ylim(low, high)


def _shade(row: Sequence[Any], name: str) -> None:
    """The part of an axis that has a name, and the name beside it."""
    low, high, words = SHADED[name]
    bottom, top = row[0].get_ylim()
    for axis in row:
        axis.axhspan(max(low, bottom), min(high, top), color=COLOUR_OF[name], alpha=0.12, lw=0, zorder=0)
    edge = (1.015, high if low < bottom else low)
    row[-1].annotate(words, edge, xycoords=("axes fraction", "data"), fontsize=8, va="center", color=COLOUR_OF[name])


def _tell_peaks(axis: Any, found: Exploration, name: str, span: Span) -> None:
    """The highest value after each encounter as a point with its number, of the course in which it is higher."""
    for nth, day in enumerate(found.encounter_days):
        peak = max((one.encounters[nth].peaks[name] for one in _courses(found)), key=lambda peak: peak.value)
        if not span[0] <= day < peak.day <= span[1]:
            continue
        late = peak.day > span[0] + 0.8 * (span[1] - span[0])
        axis.plot(peak.day, peak.value, marker="o", ms=3.5, color=COLOUR_OF[name], zorder=5)
        axis.annotate(
            number_text(peak.value),
            (peak.day, peak.value),
            xytext=(-3 if late else 3, 3),
            textcoords="offset points",
            ha="right" if late else "left",
            fontsize=8,
            color=COLOUR_OF[name],
        )


def _name(axis: Any, found: Exploration, panel: Panel) -> None:
    """The names of the curves where they end; of two courses, where the higher one does."""
    words = {name: LABELS[name] for name in panel.names}
    if "antigen" in words:
        words["antigen"] += f", {threat_unit(found.threat.unit)}"
    last = [{name: float(np.median(one.series[name][:, -1])) for name in panel.names} for one in _courses(found)]
    ends = {words[name]: max(values[name] for values in last) for name in panel.names}
    name_curves(axis, panel.height, ends, {words[name]: COLOUR_OF[name] for name in panel.names})


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
        head = [*scenario_head(run), *_points_head(run)]
        span = (float(times[0]), float(times[-1]))
        figure, axes = stack(panels, [span], head, right=0.3, along=f"{unit.capitalize()}s")
        for [axis], panel, name in zip(axes, panels, names, strict=True):
            values = response.series[name]
            draw_curve(axis, times, values, COLOURS[0])
            points = _observed(run, name)
            finish_axis(axis, panel, [values, *([points[1][None]] if points is not None else [])])
            if points is not None:
                axis.plot(
                    points[0] * factor, points[1], ls="", marker="o", ms=4.5, mfc="white", mec=INK, mew=1.0, zorder=4
                )
    return figure


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


def _points_head(run: ScenarioRun) -> list[str]:
    """Where the points come from, as a further line; none without points."""
    key, _, place = run.scenario.observed_at.partition(":")
    if not set(run.scenario.observed) & set(run.scenario.shown):
        return []
    return [f"Points: {place.strip() or 'measured'} ({run.scenario.sources[key].citation.split(': ')[0]})"]


def _observed(run: ScenarioRun, name: str) -> tuple[NDArray, NDArray] | None:
    """Days and values that were observed of a series; None where the scenario has none."""
    points = run.scenario.observed.get(name)
    if points is None:
        return None
    days, values = np.array(points, float).T
    return days, values
