"""The map of an assembled system: which model provides, reads and modulates which signal; as text and as a picture."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

from titer.model import Model, Signal, SignalUse, system_map

ROW, BOX, TOP = 34, 22, 44  # pixels: distance of rows, height of a box, head
COLUMNS = {"acts": (10, 210), "signal": (390, 190), "reads": (760, 210)}  # left edge and width of each column
HEADS = {"acts": "provides or modulates", "signal": "signal", "reads": "reads"}
# Every rule starts with the class of the picture: a style inside one <svg> holds for the whole page it stands in.
STYLE = "".join(
    f".titer-map {rule}"
    for rule in (
        "text{font:12px sans-serif;fill:#222}",
        ".head{fill:#777}",
        "rect{fill:#f4f6f8;stroke:#9aa5b1}",
        ".signal{fill:#e3f0f9;stroke:#0072b2}",
        "path{fill:none;stroke-width:1.5}",
        ".provides{stroke:#0072b2}",
        ".modulates{stroke:#d55e00;stroke-dasharray:5 3}",
        ".reads{stroke:#7a7a7a}",
    )
)


def map_text(models: Sequence[Model], signals: Mapping[str, Signal]) -> str:
    """One paragraph per signal: its unit, rest value, provider, modulators and readers."""
    return "\n".join(_use_text(use) for use in system_map(models, signals))


def _use_text(use: SignalUse) -> str:
    signal = use.signal
    lines = [
        f"{signal.name} [{signal.unit or '–'}]: {signal.meaning}",
        f"    provided by   {use.provider or f'nobody: stays at its resting value {signal.rest:g}'}",
    ]
    lines += [f"    modulated by  {', '.join(use.modulators)}"] * bool(use.modulators)
    lines += [f"    read by       {', '.join(use.readers)}"] * bool(use.readers)
    return "\n".join(lines)


def map_svg(models: Sequence[Model], signals: Mapping[str, Signal]) -> str:
    """The map as one <svg> element: models that act on the left, signals in the middle, models that read on the right.

    Blue lines provide, dashed orange lines modulate, grey lines are read.
    """
    uses = system_map(models, signals)
    places = {
        "acts": _rows(name for use in uses for name in _acting(use)),
        "signal": _rows(use.signal.name for use in uses),
        "reads": _rows(name for use in uses for name in use.readers),
    }
    height = TOP + ROW * max(len(rows) for rows in places.values()) + 4
    head = f'xmlns="http://www.w3.org/2000/svg" class="titer-map" viewBox="0 0 980 {height}" role="img"'
    parts = [f"<svg {head}><title>Map of the system</title><style>{STYLE}</style>"]
    parts += [_line(places, "acts", name, use.signal.name, kind) for use in uses for name, kind in _acting(use).items()]
    parts += [_line(places, "signal", use.signal.name, name, "reads") for use in uses for name in use.readers]
    for column, rows in places.items():
        left, width = COLUMNS[column]
        parts.append(f'<text class="head" x="{left + width / 2}" y="20" text-anchor="middle">{HEADS[column]}</text>')
        parts += [_box(column, name, row) for name, row in rows.items()]
    return "".join([*parts, "</svg>"])


def _acting(use: SignalUse) -> dict[str, str]:
    """Model → how it acts on the signal."""
    acting = {text.split(" on ")[0]: "modulates" for text in use.modulators}
    return acting | ({use.provider: "provides"} if use.provider else {})


def _rows(names) -> dict[str, int]:
    return {name: row for row, name in enumerate(dict.fromkeys(names))}


def _box(column: str, name: str, row: int) -> str:
    left, width = COLUMNS[column]
    top = TOP + ROW * row
    label = f'<text x="{left + width / 2}" y="{top + 15}" text-anchor="middle">{escape(name)}</text>'
    return f'<rect class="{column}" x="{left}" y="{top}" width="{width}" height="{BOX}" rx="4"/>{label}'


def _line(places, column: str, start: str, end: str, kind: str) -> str:
    target = "signal" if column == "acts" else "reads"
    x0, x1 = COLUMNS[column][0] + COLUMNS[column][1], COLUMNS[target][0]
    y0, y1 = (TOP + BOX / 2 + ROW * places[c][name] for c, name in ((column, start), (target, end)))
    middle = (x0 + x1) / 2
    return f'<path class="{kind}" d="M{x0} {y0} C{middle} {y0} {middle} {y1} {x1} {y1}"/>'
