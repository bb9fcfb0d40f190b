"""The plots of a trial. Each takes plain arrays and returns a Matplotlib figure; `style.py` makes files of it.

Arms keep their order, letter (A, B, C, …), colour and line in every plot. Kaplan-Meier curves with bands and numbers at
risk are those of `plots.plot_survival`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from titer.show.plots import legend_below, legend_height, month_ticks, new_panels
from titer.show.style import FAINT, INK, LINES, colour, look, new_figure

Curve = Any  # titer.trials.survival.Incidence


def plot_incidence(curves: Mapping[str, Mapping[str, Curve]], arms: Sequence[str], *, until: float) -> Any:
    """Cumulative incidence of first events, one panel per kind of event, with 95% bands.

    Args:
        curves: event → arm → curve (times in months).
        arms: in order.
        until: end of the axis, months.

    Example:
        >>> from titer.trials.survival import cumulative_incidence
        >>> curve = cumulative_incidence([1.0, 2.0], [1, 0])
        >>> len(plot_incidence({"vte": {"a": curve}}, ["a"], until=2.0).axes)
        1
    """
    with look():
        below = 0.7 + legend_height(len(arms))
        figure, panels = new_panels(len(curves), bottom=below)
        highest = 0.02
        for panel, (name, by_arm) in zip(panels, curves.items(), strict=True):
            for index, arm in enumerate(arms):
                highest = max(highest, _one_incidence(panel, by_arm[arm], until, index))
            panel.set(xlim=(0, until), xticks=month_ticks(until), xlabel="Months since first dose")
            panel.set_title(name, loc="left")
        panels[0].set(ylabel="Cumulative incidence, %", ylim=(0, min(102, 130 * highest)))
        for panel in panels:
            panel.tick_params(labelleft=True)
        legend_below(figure, panels[0].lines[: len(arms)], list(arms))
    return figure


def _one_incidence(panel: Any, curve: Curve, until: float, index: int) -> float:
    """Draw one curve and return the highest share that it reaches."""
    inside = curve.time <= until
    time = np.concatenate([[0.0], curve.time[inside], [until]])
    share = np.concatenate([[0.0], curve.share[inside]])
    share = np.append(share, share[-1])
    panel.step(time, 100 * share, where="post", lw=2.0, ls=LINES[index % len(LINES)], color=colour(index), zorder=3)
    low, high = (np.concatenate([[0.0], part[inside]]) for part in (curve.low, curve.high))
    low, high = np.append(low, low[-1]), np.append(high, high[-1])
    panel.fill_between(time, 100 * low, 100 * high, step="post", color=colour(index), alpha=0.15, lw=0)
    return float(share.max())


def plot_forest(rows: Sequence[tuple[str, int, Any]], *, favours: tuple[str, str]) -> Any:
    """Hazard ratios with 95% intervals, one line per stratum.

    Args:
        rows: label, patients, ratio (`titer.trials.survival.HazardRatio`); the first is all patients.
        favours: what a ratio below 1 favours, and above 1.

    Example:
        >>> from titer.trials.survival import HazardRatio
        >>> rows = [("all", 100, HazardRatio(0.5, 0.3, 0.8, 0.01))]
        >>> plot_forest(rows, favours=("new", "old")).axes[0].get_xscale()
        'log'
    """
    with look():
        figure = new_figure(7.2, 1.2 + 0.32 * len(rows), left=2.9, right=1.6, top=0.15, bottom=0.85)
        panel = figure.subplots()
        known = [(place, row) for place, row in enumerate(rows) if not row[2].reason]
        for place, (_, _, ratio) in known:
            first = {"color": INK, "marker": "D"} if place == 0 else {"color": colour(0), "marker": "s"}
            panel.plot([ratio.low, ratio.high], [place, place], color=first["color"], lw=1.6)
            panel.plot([ratio.value], [place], markersize=6, ls="", **first)
        panel.axvline(1, color=FAINT, lw=0.9)
        panel.set_xscale("log")
        _ratio_axis(panel, [ratio for _, (_, _, ratio) in known])
        panel.set_yticks(range(len(rows)), [f"{label} ({count:,})" for label, count, _ in rows], fontsize=8.5)
        panel.set_ylim(len(rows) - 0.4, -0.6)
        for place, (_, _, ratio) in enumerate(rows):
            text = "–" if ratio.reason else f"{ratio.value:.2f} [{ratio.low:.2f}–{ratio.high:.2f}]"
            where = {"xycoords": ("axes fraction", "data"), "textcoords": "offset points", "va": "center"}
            panel.annotate(text, (1, place), xytext=(8, 0), fontsize=8.5, annotation_clip=False, **where)
        panel.set_xlabel(f"Hazard ratio\n← {favours[0]}        {favours[1]} →")
    return figure


def _ratio_axis(panel: Any, ratios: Sequence[Any]) -> None:
    from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

    low = min([0.5, *(ratio.low for ratio in ratios)])
    high = max([2.0, *(ratio.high for ratio in ratios)])
    low, high = max(low, 0.02) / 1.1, min(high, 50) * 1.1
    ticks = [t for t in (0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50) if low <= t <= high]
    panel.set_xlim(low, high)
    panel.xaxis.set_major_locator(FixedLocator(ticks))
    panel.xaxis.set_minor_locator(NullLocator())
    panel.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))


def plot_burden(
    burdens: Sequence[Mapping[str, Mapping[str, Any]]], tests: Mapping[str, str], arms: Sequence[str]
) -> Any:
    """Share of patient-weeks spent with toxicity in each cycle: grade 2 or more (pale) and 3 or more (strong).

    Args:
        burdens: per arm: test → "weeks", "g2", "g3" by cycle.
        tests: test → name of its toxicity, one panel each.
        arms: in order.

    Example:
        >>> told = {"anc": {"weeks": [8, 4], "g2": [2, 1], "g3": [1, 0]}}
        >>> len(plot_burden([told], {"anc": "neutropenia"}, ["a"]).axes)
        1
    """
    from matplotlib.ticker import MaxNLocator

    with look():
        below = 0.7 + legend_height(len(arms))
        figure, panels = new_panels(len(tests), bottom=below)
        for panel, (test, name) in zip(panels, tests.items(), strict=True):
            for index, told in enumerate(burdens):
                _one_burden(panel, told.get(test, {}), index)
            panel.set_title(name, loc="left")
            panel.set(xlabel="Cycle of 28 days", ylim=(0, None))
            panel.xaxis.set_major_locator(MaxNLocator(integer=True, nbins=6))
        panels[0].set_ylabel("% of patient-weeks on treatment")
        legend_below(figure, panels[0].lines[1::2][: len(arms)] or panels[0].lines[: len(arms)], list(arms))
    return figure


def _one_burden(panel: Any, told: Mapping[str, Any], index: int) -> None:
    weeks = np.asarray(told.get("weeks", [0]), float)
    cycles = np.arange(1, len(weeks) + 1)
    for level, strength, width in (("g2", 0.45, 1.2), ("g3", 1.0, 2.0)):
        count = np.asarray(told.get(level, [0]), float)
        share = np.divide(100 * count, weeks, out=np.full(len(weeks), np.nan), where=weeks > 0)
        panel.plot(cycles, share, color=colour(index), alpha=strength, lw=width, ls=LINES[index % len(LINES)])


def plot_ratios(planned: np.ndarray, null: np.ndarray) -> Any:
    """Hazard ratios of repeated trials, as planned and under the null.

    Args:
        planned, null: one ratio per trial; NaN where there is none.

    Example:
        >>> plot_ratios(np.array([0.5, 0.7]), np.array([1.0, 1.1])).axes[0].get_xlabel()
        'Hazard ratio of the primary endpoint'
    """
    with look():
        figure = new_figure(6.4, 3.4, left=0.9)
        panel = figure.subplots()
        known = [values[np.isfinite(values)] for values in (planned, null)]
        every = np.concatenate(known)
        if len(every):
            edges = np.exp(np.linspace(np.log(every.min()) - 0.01, np.log(every.max()) + 0.01, 31))
            for index, (values, name) in enumerate(zip(known, ("as planned", "under the null"), strict=True)):
                panel.hist(values, edges, color=colour(index), alpha=0.6, label=name)
            panel.legend()
            panel.set_xscale("log")
            _ratio_axis(panel, [])
            panel.set_xlim(min(edges[0], 0.5), max(edges[-1], 2.0))
        panel.axvline(1, color=FAINT, lw=0.9)
        panel.set(xlabel="Hazard ratio of the primary endpoint", ylabel="Trials")
    return figure
