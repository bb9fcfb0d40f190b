"""The plots of a comparison. Each takes plain arrays and returns a Matplotlib figure; `style.py` makes files of it.

Regimens keep their order, letter (A, B, C, …), colour and line in every plot.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from titer.show.metrics import metric
from titer.show.style import FAINT, INK, LINES, MARKERS, colour, key_lines, look, new_figure, wrapped
from titer.trials.tables import letters

DAYS_PER_MONTH = 365.25 / 12
# Share of the planned dose: name, from, below, strength of the colour.
INTENSITY_LEVELS = (
    ("95% or more", 0.95, np.inf, 0.75),
    ("50 to 95%", 0.5, 0.95, 0.4),
    ("below 50%", 0.0, 0.5, 0.15),
)
MINIMUM_FOR_BAND = 20  # fewer patients than this have no 5th and 95th centile worth drawing


def plot_benefit_risk(
    arms: Sequence[Mapping[str, Any]],
    *,
    benefit: str = "orr",
    harms: Sequence[str] = ("neutropenia_g34", "thrombocytopenia_g34", "vte"),
) -> Any:
    """Benefit against harm, one panel per harm, each regimen a point with both 95% intervals.

    Args:
        arms: per regimen its text under "regimen" and its figures, each with value, low and high (fractions, months).
        benefit: the figure on the vertical axis.
        harms: the figures on the horizontal axes.

    Example:
        >>> figure = {"value": 0.6, "low": 0.5, "high": 0.7}
        >>> arm = {"regimen": "lenalidomide 25 mg daily", "orr": figure, "vte": figure}
        >>> len(plot_benefit_risk([arm], harms=["vte"]).axes)
        1
    """
    below = 0.6 + legend_height(len(arms))
    with look():
        figure = new_figure(3.1 * len(harms) + 1.0, 3.6 + below, bottom=below)
        panels = np.atleast_1d(figure.subplots(1, len(harms), sharey=True))
        for panel, harm in zip(panels, harms, strict=True):
            for index, arm in enumerate(arms):
                _benefit_risk_point(panel, arm[harm], arm[benefit], harm, benefit, index)
            _label_plane(panel, benefit if panel is panels[0] else None, harm)
        handles = panels[0].get_legend_handles_labels()[0]
        legend_below(figure, handles, [arm["regimen"] for arm in arms])
    return figure


def _benefit_risk_point(panel, harm, benefit, harm_key, benefit_key, index) -> None:
    x, y = _scaled(harm, harm_key), _scaled(benefit, benefit_key)
    panel.errorbar(
        [x[0]],
        [y[0]],
        xerr=[[x[0] - x[1]], [x[2] - x[0]]],
        yerr=[[y[0] - y[1]], [y[2] - y[0]]],
        fmt=MARKERS[index % len(MARKERS)],
        color=colour(index),
        markersize=7,
        elinewidth=1.6,
        label=letters(index + 1)[-1],
        zorder=3,
    )
    offset = {"textcoords": "offset points", "xytext": (6, 5), "fontweight": "bold"}
    panel.annotate(letters(index + 1)[-1], (x[0], y[0]), color=colour(index), **offset)


def _label_plane(panel, benefit: str | None, harm: str) -> None:
    panel.set_xlabel(_axis_label(harm))
    if benefit:
        panel.set_ylabel(_axis_label(benefit))
    panel.margins(0.22)
    panel.set_xlim(left=max(panel.get_xlim()[0], 0.0))
    place = {"xycoords": "axes fraction", "xytext": (0.14, 0.86), "color": FAINT, "fontsize": 9, "va": "top"}
    panel.annotate("better", (0.03, 0.97), arrowprops={"arrowstyle": "->", "color": FAINT, "lw": 1.2}, **place)


def _scaled(figure: Mapping[str, Any], key: str) -> tuple[float, float, float]:
    factor = 100.0 if metric(key).unit == "%" else 1.0
    value, low, high = (np.nan if figure[part] is None else figure[part] * factor for part in ("value", "low", "high"))
    return value, min(low, value), max(high, value)


def _axis_label(key: str) -> str:
    return f"{metric(key).label}, {metric(key).unit}"


def plot_bands(
    days: np.ndarray,
    values: Mapping[str, np.ndarray],
    *,
    ylabel: str,
    limits: Sequence[tuple[float, str]] = (),
    log: bool = False,
) -> Any:
    """Median and 5th to 95th centile over time, one panel per regimen, the other medians in grey behind.

    Args:
        days: times since the first dose, day. Shape (n_times,).
        values: regimen → what was seen, NaN once a patient has left. Each of shape (n_patients, n_times).
        ylabel: quantity and unit.
        limits: horizontal lines to draw, with their text.
        log: draw the values on a logarithmic axis.

    Example:
        >>> figure = plot_bands(np.arange(3), {"a": np.ones((30, 3))}, ylabel="ANC, 10^9/L")
        >>> figure.axes[0].get_xlabel()
        'Months since first dose'
    """
    months = np.asarray(days) / DAYS_PER_MONTH
    summaries = {label: centiles(array) for label, array in values.items()}
    with look():
        figure, panels = new_panels(len(values))
        for index, (panel, label) in enumerate(zip(panels, values, strict=True)):
            for other, summary in summaries.items():
                if other != label:
                    panel.plot(months, summary[1], color="#BDBDBD", lw=1.0, zorder=1)
            _one_band(panel, months, summaries[label], index)
            _numbers_below(panel, months, np.sum(~np.isnan(values[label]), axis=0))
            _mark_limits(panel, limits)
            _name_panel(panel, label, index)
            _finish_time_axis(panel, months, log)
        panels[0].set_ylabel(ylabel)
    return figure


def centiles(values: np.ndarray) -> np.ndarray:
    """5th, 50th and 95th centile over patients, NaN where too few are left. (n_patients, n_times) → (3, n_times).

    Accuracy: linear interpolation between order statistics (NumPy's default).
    Source: definition.

    Example:
        >>> centiles(np.arange(101.0)[:, None])[:, 0]
        array([ 5., 50., 95.])
    """
    values = np.asarray(values, float)
    left = np.sum(~np.isnan(values), axis=0)
    enough = left >= min(MINIMUM_FOR_BAND, len(values))
    summary = np.full((3, values.shape[1]), np.nan)
    if enough.any():
        summary[:, enough] = np.nanpercentile(values[:, enough], [5, 50, 95], axis=0)
    return summary


def _one_band(panel, months, summary, index) -> None:
    low, middle, high = summary
    panel.fill_between(months, low, high, color=colour(index), alpha=0.2, lw=0, zorder=2)
    panel.plot(months, middle, color=colour(index), lw=2.0, zorder=3)


def _mark_limits(panel, limits) -> None:
    for level, text in limits:
        panel.axhline(level, color=INK, lw=0.9, ls=(0, (4, 3)), zorder=4)
        place = {"xycoords": ("axes fraction", "data"), "textcoords": "offset points", "xytext": (-2, 3)}
        panel.annotate(text, (1.0, level), ha="right", fontsize=8, color=INK, **place)


def _finish_time_axis(panel, months, log: bool) -> None:
    panel.set(xlim=(0, float(months[-1])), xticks=month_ticks(float(months[-1])), xlabel="Months since first dose")
    if log:
        _label_powers(panel)
    else:
        panel.set_ylim(bottom=0)


def _label_powers(panel) -> None:
    from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

    panel.set_yscale("log")
    panel.yaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
    panel.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    panel.yaxis.set_minor_formatter(NullFormatter())


def month_ticks(end: float) -> list[float]:
    """Months from 0 in steps that people count in, at most nine of them.

    Example:
        >>> month_ticks(22.1)
        [0.0, 3.0, 6.0, 9.0, 12.0, 15.0, 18.0, 21.0]
    """
    step = next((step for step in (0.25, 0.5, 1, 2, 3, 6, 12, 24) if end / step <= 8), end / 8)
    return [float(tick) for tick in np.arange(0, end + 1e-9, step)]


def plot_survival(
    outcomes: Mapping[str, tuple[np.ndarray, np.ndarray]],
    *,
    ylabel: str = "Progression-free survival, %",
    until: float | None = None,
) -> Any:
    """Kaplan-Meier curves with 95% bands, and the numbers at risk below.

    Args:
        outcomes: regimen → (months to event or censoring, true where the event happened), each of shape (n_patients,).
        ylabel: what survival means here.
        until: end of the axis, months; the last time where none is given.

    Example:
        >>> figure = plot_survival({"a": (np.array([1.0, 2.0]), np.array([True, True]))})
        >>> figure.axes[0].get_ylabel()
        'Progression-free survival, %'
    """
    from titer.trials.statistics import kaplan_meier

    n = len(outcomes)
    end = until or max(float(np.max(time)) for time, _ in outcomes.values())
    with look():
        below = 0.8 + 0.19 * n + legend_height(n)
        figure = new_figure(7.2, 3.8 + below, bottom=below, left=1.0, right=0.4)
        panel = figure.subplots()
        for index, (time, event) in enumerate(outcomes.values()):
            _one_curve(panel, _thinned(kaplan_meier(time, event), end), index)
        panel.axhline(50, color=FAINT, lw=0.8, ls=(0, (2, 3)), zorder=1)
        ticks = month_ticks(end)
        panel.set(xlim=(0, end), ylim=(0, 102), xticks=ticks, ylabel=ylabel, xlabel="Months since first dose")
        _risk_table(panel, [time for time, _ in outcomes.values()], ticks)
        legend_below(figure, panel.lines[: len(outcomes)], list(outcomes))
    return figure


def _thinned(curve, end: float, points: int = 250) -> tuple[np.ndarray, ...]:
    """Time and survival, low, high in %, from month 0 and with no more points than the eye can tell apart."""
    inside = np.flatnonzero(curve.time <= end)
    chosen = inside[np.unique(np.linspace(0, len(inside) - 1, points).astype(int))] if len(inside) > points else inside
    values = (np.append(100.0, getattr(curve, name)[chosen] * 100) for name in ("survival", "low", "high"))
    return np.append(0.0, curve.time[chosen]), *values


def _one_curve(panel, curve, index) -> None:
    time, survival, low, high = curve
    panel.step(time, survival, where="post", lw=2.0, ls=LINES[index % len(LINES)], color=colour(index), zorder=3)
    panel.fill_between(time, low, high, step="post", color=colour(index), alpha=0.15, lw=0)


def _risk_table(panel, times: Sequence[np.ndarray], ticks: Sequence[float]) -> None:
    place = {
        "xycoords": ("data", "axes fraction"),
        "textcoords": "offset points",
        "fontsize": 9,
        "annotation_clip": False,
    }
    panel.annotate("At risk", (0, 0), xytext=(-30, -44), ha="right", color=INK, **place)
    for index, time in enumerate(times):
        drop = -44 - 13 * (index + 1)
        name = letters(index + 1)[-1]
        panel.annotate(name, (0, 0), xytext=(-30, drop), ha="right", color=colour(index), weight="bold", **place)
        for tick in ticks:
            count = int(np.sum(np.asarray(time) >= tick))
            panel.annotate(f"{count:,}", (tick, 0), xytext=(0, drop), ha="center", color=colour(index), **place)


def plot_dose_intensity(cycles: np.ndarray, values: Mapping[str, np.ndarray], *, drug: str) -> Any:
    """Who got how much of the planned dose in each cycle: shares of the patients still on treatment, and their mean.

    Args:
        cycles: cycle numbers from 1. Shape (n_cycles,).
        values: regimen → fraction of the planned dose, NaN once off treatment. Each of shape (n_patients, n_cycles).
        drug: the drug that is counted.

    Example:
        >>> plot_dose_intensity(np.array([1, 2]), {"a": np.ones((5, 2))}, drug="lenalidomide").axes[0].get_xlabel()
        'Cycle'
    """
    with look():
        figure, panels = new_panels(len(values), bottom=1.25)
        for index, (panel, (label, array)) in enumerate(zip(panels, values.items(), strict=True)):
            left = np.sum(~np.isnan(array), axis=0)
            _stack_shares(panel, cycles, array, left, index)
            mean = np.divide(np.nansum(array, axis=0) * 100, left, out=np.full(len(left), np.nan), where=left > 0)
            panel.plot(cycles, mean, color=INK, lw=1.6, marker=".", label="mean dose, % of plan")
            _numbers_below(panel, cycles, left, title="on treatment")
            panel.set(xlim=(0.5, cycles[-1] + 0.5), ylim=(0, 100), xlabel="Cycle")
            _name_panel(panel, label, index)
        panels[0].set_ylabel("% of patients on treatment")
        handles, names = panels[0].get_legend_handles_labels()
        title = f"{drug} in a cycle, of what was planned"
        figure.legend(handles, names, title=title, title_fontsize=9, loc="lower center", ncols=len(names))
    return figure


def _stack_shares(panel, cycles, array, left, index) -> None:
    bottom = np.zeros(len(cycles))
    for name, low, high, strength in INTENSITY_LEVELS:
        inside = np.sum((array >= low) & (array < high), axis=0)
        share = 100 * inside / np.maximum(left, 1)
        panel.bar(cycles, share, 0.92, bottom, color=colour(index), alpha=strength, lw=0, label=name)
        bottom += share


def new_panels(n: int, bottom: float = 0.95) -> tuple[Any, list[Any]]:
    columns = min(n, 3)
    rows = -(-n // columns)
    figure = new_figure(max(3.4 * columns + 0.5, 4.6), 4.1 * rows, top=0.6, bottom=bottom)
    panels = list(figure.subplots(rows, columns, sharey=True, squeeze=False).flat)
    for unused in panels[n:]:
        unused.remove()
    return figure, panels[:n]


def _name_panel(panel, label: str, index: int) -> None:
    place = {"xycoords": "axes fraction", "textcoords": "offset points", "va": "top", "color": colour(index)}
    panel.annotate(letters(index + 1)[-1], (0, 1), xytext=(0, 30), fontweight="bold", fontsize=12, **place)
    panel.annotate(wrapped(label), (0, 1), xytext=(15, 29), fontsize=7.5, **place)


def _numbers_below(panel, positions, counts, title: str = "patients") -> None:
    place = {"textcoords": "offset points", "fontsize": 8, "color": "#666666", "annotation_clip": False}
    evenly = np.linspace(positions[0], positions[-1], 5)
    chosen = np.unique([np.abs(positions - place).argmin() for place in evenly])
    sides = ["left", *["center"] * (len(chosen) - 2), "right"]
    for at, side in zip(chosen, sides[-len(chosen) :], strict=True):
        panel.annotate(
            f"{counts[at]:,}", (positions[at], 0), xycoords=("data", "axes fraction"), xytext=(0, -42), ha=side, **place
        )
    panel.annotate(title, (0.5, 0), xycoords="axes fraction", xytext=(0, -53), ha="center", **place)


def legend_below(figure, handles, labels) -> None:
    figure.legend(handles, key_lines(labels), loc="lower center", ncols=1, handlelength=2.2, borderaxespad=0.4)


def legend_height(n: int) -> float:
    return 0.2 + 0.35 * n  # inches: two lines of text per regimen
