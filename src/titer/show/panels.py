"""Panels over days, one below the other: axes, curves, the names at their ends and marks above them."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray

from titer.decisions.course import centiles
from titer.show.style import FAINT, INK, new_figure

WIDE = 20.0  # ratio of highest to lowest value from which an axis is logarithmic
FROM_NOTHING = 1e4  # what begins at 0 is drawn on a logarithmic axis if it gets higher than this
PLAIN = 3e4  # a logarithmic axis up to here has plain numbers instead of powers of ten
WIDTH, LEFT, RIGHT, GAP = 7.8, 0.72, 1.5, 0.3  # of a figure, its margins and the space between panels, inches
BREAK = 0.16  # inches between the two sides of a broken axis
DASHED = (0, (3, 1.6))  # line of a course with a drug
LABEL_PT, LABEL_STEP = 8.5, 0.155  # size of the names at the right, and inches from one to the next
MARK_PT, MARK_INCH, MARK_ROW = 8.0, 0.064, 0.16  # size of a mark, inches of one letter and of one row of them
TITLE_ROW = 0.28  # inches of the title of a panel
LINE_ROW, HEAD_LETTERS, FOOT_LETTERS = 0.18, 94, 112  # inches of a line of the head or foot, and their letters

Span = tuple[float, float]


@dataclass(frozen=True)
class Panel:
    """Series that share an axis.

    Args:
        title: quantity and unit.
        names: of the series.
        height: inches.
        log: True or False; None where the spread of the values decides.
        least: smallest upper end of a linear axis, so that what is next to nothing looks so.
        decades: of a logarithmic axis, at most.
        named: whether curves have their names at the right; a title may say enough.
    """

    title: str
    names: tuple[str, ...]
    height: float = 1.25
    log: bool | None = None
    least: float = 0.01
    decades: int = 8
    named: bool = False


@dataclass(frozen=True)
class Mark:
    """A day that all panels show as an upright line, with words above the first.

    Args:
        day: where it stands.
        words: above the line.
        line: style of the line.
    """

    day: float
    words: str
    line: Any = "-"


def stack(
    panels: Sequence[Panel],
    spans: Sequence[Span],
    head: Sequence[str],
    foot: Sequence[str] = (),
    marks: Sequence[Mark] = (),
    right: float = RIGHT,
    along: str = "Days since the challenge",
) -> tuple[Any, list[list[Any]]]:
    """A figure with one panel below the other, marks and what it is about above them.

    Args:
        panels: from top to bottom.
        spans: first and last day of each part of the axis; more than one where it is broken.
        head: lines above, bold.
        foot: lines below, small.
        marks: see there.
        right: margin, inches.
        along: name of the axis of days.

    Returns:
        The figure, and the axes of each panel: one for each span.
    """
    over, under = _wrapped(head, HEAD_LETTERS), _wrapped(foot, FOOT_LETTERS)
    placed = _rows(marks, spans, WIDTH - LEFT - right)
    rows = 1 + max((row for _, row in placed), default=-1)
    top = 0.2 + LINE_ROW * len(over) + MARK_ROW * rows + TITLE_ROW
    bottom = 0.52 + (0.06 + LINE_ROW * len(under) if under else 0.0)
    height = sum(panel.height for panel in panels) + GAP * (len(panels) - 1) + top + bottom
    figure = new_figure(WIDTH, height)
    axes = _axes(figure, panels, spans, (top, bottom, right))
    middle = (LEFT + WIDTH - right) / 2 / WIDTH
    figure.text(middle, (bottom - 0.36) / height, along, ha="center", va="center", fontsize=9.5)
    figure.text(0.02, 1 - 0.1 / height, "\n".join(over), va="top", fontsize=9.5, fontweight="bold", color=INK)
    figure.text(0.02, 0.08 / height, "\n".join(under), va="bottom", fontsize=8.5, color="#444444")
    for mark, row in placed:
        _draw_mark(axes, spans, mark, row)
    return figure, axes


def _wrapped(lines: Sequence[str], letters: int) -> list[str]:
    return [line for text in lines for line in textwrap.wrap(text, letters)]


def _axes(figure: Any, panels: Sequence[Panel], spans: Sequence[Span], margins: tuple[float, float, float]) -> Any:
    """Axes of each panel, those of one panel with one scale."""
    width, height = figure.get_size_inches()
    top, bottom, right = margins
    average = sum(panel.height for panel in panels) / len(panels)
    part = (width - LEFT - right - BREAK * (len(spans) - 1)) / len(spans)
    grid = figure.add_gridspec(
        len(panels),
        len(spans),
        height_ratios=[panel.height for panel in panels],
        width_ratios=[end - start for start, end in spans],
        hspace=GAP / average,
        wspace=BREAK / part,
        left=LEFT / width,
        right=1 - right / width,
        top=1 - top / height,
        bottom=bottom / height,
    )
    rows = []
    for nth, panel in enumerate(panels):
        row: list[Any] = []
        for at, span in enumerate(spans):
            row.append(figure.add_subplot(grid[nth, at], sharey=row[0] if row else None))
            row[-1].set_xlim(span)
            row[-1].tick_params(labelsize=8.5, labelbottom=panel is panels[-1])
            if at:
                row[-1].tick_params(left=False, labelleft=False, which="both")
                row[-1].spines["left"].set_visible(False)
        row[0].set_title(panel.title, loc="left", fontsize=9.5, pad=3.5, color=INK)
        rows.append(row)
    return rows


def _rows(marks: Sequence[Mark], spans: Sequence[Span], width: float) -> list[tuple[Mark, int]]:
    """Each mark and its row above the panels, such that no words lie on others."""
    length = sum(end - start for start, end in spans)
    ends: list[float] = []  # right end of the words in each row, inches
    placed = []
    for mark in sorted(marks, key=lambda mark: mark.day):
        before = sum(min(max(mark.day - start, 0.0), end - start) for start, end in spans)
        at, half = before / length * width, len(mark.words) * MARK_INCH / 2
        row = next((row for row, end in enumerate(ends) if end < at - half), len(ends))
        ends[row : row + 1] = [at + half]
        placed.append((mark, row))
    return placed


def _draw_mark(axes: Sequence[Sequence[Any]], spans: Sequence[Span], mark: Mark, row: int) -> None:
    """An upright line through all panels, and its words above the title of the first."""
    at = next((at for at, (start, end) in enumerate(spans) if start <= mark.day <= end), None)
    if at is None:
        return
    for panel in axes:
        panel[at].axvline(mark.day, color=FAINT, lw=0.9, ls=mark.line, zorder=1)
    up = 72 * (TITLE_ROW - 0.02 + MARK_ROW * row)
    axes[0][at].annotate(
        mark.words,
        (mark.day, 1.0),
        xycoords=("data", "axes fraction"),
        xytext=(0, up),
        textcoords="offset points",
        ha="center",
        va="bottom",
        fontsize=MARK_PT,
        color="#555555",
        arrowprops={"arrowstyle": "-", "color": FAINT, "lw": 0.9, "ls": mark.line, "shrinkA": 0, "shrinkB": 0},
        annotation_clip=False,
    )


def draw_curve(axis: Any, days: NDArray, values: NDArray, colour: str, width: float = 1.6) -> None:
    """One person's course, or the median of many with the band of the 5th to 95th centile.

    Args:
        axis: of a panel.
        days: shape (n_times,).
        values: shape (n_people, n_times).
        colour: of the line.
        width: of it, points.
    """
    if len(values) == 1:
        axis.plot(days, values[0], color=colour, lw=width)
        return
    low, middle, high = centiles(values)
    axis.fill_between(days, low, high, color=colour, alpha=0.15, lw=0)
    axis.plot(days, middle, color=colour, lw=width)


def finish_axis(axis: Any, panel: Panel, drawn: Sequence[NDArray], floor: float | None = None) -> None:
    """Scale and limits of the vertical axis; a logarithmic one ends at the floor or after the panel's decades."""
    from matplotlib.ticker import FuncFormatter, MaxNLocator, NullFormatter

    edges = [edge for values in drawn for edge in edges_of(values)]
    highest = max(float(values.max()) for values in edges)
    positive = [values[values > 0] for values in edges if (values > 0).any()]
    lowest = min((float(values.min()) for values in positive), default=1.0)
    spread = highest > WIDE * lowest and (highest > FROM_NOTHING or all((values > 0).all() for values in edges))
    if positive and (panel.log if panel.log is not None else spread):
        top = max(highest, 1e-300) * 3
        axis.set_yscale("log")
        axis.yaxis.set_minor_formatter(NullFormatter())
        if top <= PLAIN:
            axis.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
        axis.set_ylim(floor if floor and floor < top else max(lowest / 2, top / 10.0**panel.decades), top)
        return
    axis.yaxis.set_major_locator(MaxNLocator(4, steps=[1, 2, 5, 10]))
    if panel.names != ("temperature",):
        axis.set_ylim(0, max(1.1 * highest, panel.least))


def edges_of(values: NDArray) -> Sequence[NDArray]:
    """What of a series is drawn: one person's values, or three centiles of many."""
    return list(values) if len(values) == 1 else centiles(values)


def name_curves(axis: Any, height: float, ends: Mapping[str, float], colours: Mapping[str, str]) -> None:
    """The names of curves at their right ends, moved apart where they would lie on each other.

    Args:
        axis: the last one of a panel, with its final limits.
        height: of the panel, inches.
        ends: name → last value; what ends outside the axis is named at its edge.
        colours: name → colour.
    """
    low, high = axis.get_ylim()
    forward = axis.transScale.transform
    (_, bottom), (_, top) = forward([(1.0, low), (1.0, high)])
    heights = {}
    for name, value in ends.items():
        _, y = forward((1.0, min(max(value, low), high)))
        heights[name] = float((y - bottom) / (top - bottom))
    for name, place in apart(heights, LABEL_STEP / height).items():
        axis.annotate(
            name,
            (1.0, heights[name]),
            xytext=(1.035, place),
            xycoords="axes fraction",
            textcoords="axes fraction",
            color=colours[name],
            fontsize=LABEL_PT,
            va="center",
            annotation_clip=False,
            arrowprops={
                "arrowstyle": "-",
                "color": colours[name],
                "lw": 0.7,
                "shrinkA": 1,
                "shrinkB": 0,
                "relpos": (0, 0.5),
            },
        )


def apart(wanted: Mapping[str, float], step: float) -> dict[str, float]:
    """Places at least a step apart, each group of crowded ones around the middle of where they would be.

    Example:
        >>> apart({"a": 0.5, "b": 0.5, "c": 0.9}, 0.2)
        {'a': 0.4, 'b': 0.6, 'c': 0.9}
    """
    groups: list[list[str]] = []

    def middle(group: Sequence[str]) -> float:
        return sum(wanted[name] for name in group) / len(group)

    for name in sorted(wanted, key=lambda name: wanted[name]):
        groups.append([name])
        while (
            len(groups) > 1
            and middle(groups[-1]) - middle(groups[-2]) < step * (len(groups[-1]) + len(groups[-2])) / 2 - 1e-9
        ):
            last = groups.pop()
            groups[-1] += last
    return {
        name: round(middle(group) + step * (nth - (len(group) - 1) / 2), 6)
        for group in groups
        for nth, name in enumerate(group)
    }
