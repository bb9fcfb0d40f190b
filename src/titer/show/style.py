"""The look that all plots share: colours, sizes, how a figure becomes PNG and SVG.

Matplotlib is used through its objects, without pyplot: no global state, no window system, safe in threads.
"""

from __future__ import annotations

import io
import textwrap
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from titer.trials.tables import letters

# Okabe & Ito 2008, the palette that colour-blind readers can tell apart; yellow is left out, it is lost on white.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00", "#000000")
LINES = ("-", "--", "-.", ":")
MARKERS = ("o", "s", "D", "^", "v", "P", "X")
INK, FAINT = "#222222", "#9A9A9A"
DPI = 150

SETTINGS: Any = {
    "font.family": "DejaVu Sans",
    "font.size": 10,
    "axes.titlesize": 11,
    "axes.labelsize": 10.5,
    "axes.labelcolor": INK,
    "axes.edgecolor": "#666666",
    "axes.linewidth": 0.8,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": "#E4E4E4",
    "grid.linewidth": 0.7,
    "xtick.color": "#444444",
    "ytick.color": "#444444",
    "legend.frameon": False,
    "legend.fontsize": 9,
    "svg.fonttype": "path",
    "svg.hashsalt": "titer",
    "path.simplify_threshold": 0.5,
}


@contextmanager
def look() -> Iterator[None]:
    """The house look for everything drawn inside."""
    import matplotlib

    with matplotlib.rc_context(SETTINGS):
        yield


def new_figure(width: float, height: float, *, left=0.8, right=0.25, top=0.25, bottom=0.8, gap=0.3, row_gap=1.4) -> Any:
    """An empty figure; all lengths in inches.

    The margins are given, not worked out: Matplotlib's automatic layouts take longer than drawing the figure.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), dpi=DPI)
    FigureCanvasAgg(figure)
    figure.subplots_adjust(left / width, bottom / height, 1 - right / width, 1 - top / height, gap / 2.8, row_gap / 2.8)
    return figure


def to_svg(figure: Any) -> str:
    """The figure as an <svg> element, without XML head, date or links; the same figure gives the same text."""
    from matplotlib.backends.backend_svg import FigureCanvasSVG

    stream = io.StringIO()
    with look():
        no_metadata = {"Date": None, "Creator": None, "Format": None, "Type": None}
        FigureCanvasSVG(figure).print_svg(stream, metadata=no_metadata)  # `savefig` would draw everything twice
    text = stream.getvalue()
    return text[text.index("<svg") :]


def to_png(figure: Any) -> bytes:
    """The figure as PNG at 150 dots per inch; the same figure gives the same bytes."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    stream = io.BytesIO()
    with look():
        figure.set_dpi(DPI)
        FigureCanvasAgg(figure).print_png(stream, metadata={"Software": None}, pil_kwargs={"compress_level": 2})
    return stream.getvalue()


def to_pdf(figure: Any) -> bytes:
    """The figure as PDF, without a date; the same figure gives the same bytes."""
    from matplotlib.backends.backend_pdf import FigureCanvasPdf

    stream = io.BytesIO()
    with look():
        FigureCanvasPdf(figure).print_pdf(stream, metadata={"CreationDate": None})
    return stream.getvalue()


def colour(index: int) -> str:
    return COLOURS[index % len(COLOURS)]


def wrapped(label: str, width: int = 44) -> str:
    """A regimen's text on several lines, broken before "+" where it can be.

    Example:
        >>> print(wrapped("lenalidomide 25 mg days 1-21 of 28 + dexamethasone 40 mg days 1,8,15,22 of 28"))
        lenalidomide 25 mg days 1-21 of 28
        + dexamethasone 40 mg days 1,8,15,22 of 28
    """
    parts = label.split(" + ")
    pieces = [parts[0], *("+ " + part for part in parts[1:])]
    return "\n".join(line for piece in pieces for line in textwrap.wrap(piece, width))


def key_lines(labels: Sequence[str], first: int = 0) -> list[str]:
    """Legend entries: letter and wrapped text; `first` is the place of the first label among all regimens.

    Example:
        >>> key_lines(["lenalidomide 10 mg daily"], first=2)
        ['C  lenalidomide 10 mg daily']
    """
    names = letters(first + len(labels))[first:]
    return [f"{name}  " + wrapped(label).replace("\n", "\n    ") for name, label in zip(names, labels, strict=True)]
