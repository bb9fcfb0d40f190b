"""Which series of a course are drawn: panels along the chain of the answer, their colours, and what is left out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from titer.decisions.course import Course
from titer.show.course_text import LABELS, is_seen
from titer.show.panels import Panel, edges_of

# One colour for each quantity, in every panel and picture. Those that share a panel differ in lightness or hue to
# readers who cannot tell red from green; Okabe & Ito 2008 and the muted colours of Tol 2021, two of them darker.
COLOUR_OF = {
    "antigen": "#D55E00",
    "infected_cells": "#882255",
    "damaged_cells": "#8C510A",
    "anc": "#4393C3",
    "tissue_neutrophils": "#0072B2",
    "macrophages": "#E69F00",
    "dendritic": "#CC79A7",
    "nk": "#117733",
    "ifn_alpha": "#332288",
    "tnf": "#CC6677",
    "il1b": "#999933",
    "il6": "#56B4E9",
    "il8": "#C2A83E",
    "ifn_gamma": "#AA4499",
    "il10": "#44AA99",
    "temperature": "#B2182B",
    "symptom_score": "#7B3294",
    "fatigue": "#A6761D",
    "effector_t": "#004D40",
    "th1": "#F4A582",
    "treg": "#7A7A7A",
    "igm": "#88CCEE",
    "igg": "#004488",
}
WIDTHS = {"th1": 3.4}  # points; cytotoxic cells often run along with helper cells, and are seen on the broad line
PANELS = (
    Panel("Threat", ("antigen", "infected_cells"), 1.4, True, named=True),
    Panel("Dying cells, × rest", ("damaged_cells",), 0.9, least=2.0),
    Panel("Neutrophils in blood, 10⁹/L", ("anc",), 0.9, False),
    Panel("Innate cells, × rest", ("tissue_neutrophils", "macrophages", "dendritic", "nk"), 1.4, named=True),
    Panel(
        "Cytokines in plasma, pg/mL",
        ("tnf", "il1b", "il6", "il8", "ifn_alpha", "ifn_gamma", "il10"),
        1.6,
        named=True,
    ),
    Panel("Temperature, °C", ("temperature",), 1.1, False),
    Panel("Illness, score", ("symptom_score", "fatigue"), 1.0, False, least=2.0, named=True),
    Panel("T cells, × rest", ("th1", "effector_t", "treg"), least=2.0, named=True),
    Panel("Antibody, nmol/L", ("igm", "igg"), 1.3, True, decades=4, named=True),
)
MOVED = 1.5  # times rest, or rest over it: what stays between is told below the picture, and not drawn
MOVED_BY = {"temperature": 0.5, "symptom_score": 1.0, "fatigue": 1.0}  # degC, as on a healthy day; points of a score


def panels_of(courses: Sequence[Course]) -> list[Panel]:
    """Panels with the series in which something happens; those without any are left out."""
    chosen = [(panel, tuple(name for name in panel.names if moves(name, courses))) for panel in PANELS]
    return [replace(panel, names=names) for panel, names in chosen if names]


def moves(name: str, courses: Sequence[Course]) -> bool:
    """Whether a series leaves rest, by half of it or by what counts on its scale, in what is drawn of any course."""
    if not is_seen(name, courses):
        return False
    drawn = [edge for course in courses if name in course.series for edge in edges_of(course.series[name])]
    if name in MOVED_BY:
        return any(float(np.ptp(edge)) >= MOVED_BY[name] for edge in drawn)
    return any(edge.max() > MOVED * edge[0] or edge.min() < edge[0] / MOVED for edge in drawn)


def resting_text(courses: Sequence[Course]) -> str:
    """What is not drawn, in words: what stayed near rest, how high scales came, and what never was there."""
    known = [name for panel in PANELS for name in panel.names if any(name in course.series for course in courses)]
    absent = [LABELS[name] for name in known if not is_seen(name, courses)]
    quiet = [name for name in known if is_seen(name, courses) and not moves(name, courses)]
    near = ", ".join(LABELS[name] for name in quiet if name not in MOVED_BY)
    scales = ", ".join(f"{LABELS[name]} ({_highest(name, courses)} at most)" for name in quiet if name in MOVED_BY)
    kept = "; ".join(part for part in (near and f"{near} (within half of rest)", scales) if part)
    told = [kept and f"Not drawn: {kept}.", absent and f"None: {', '.join(absent)}."]
    return " ".join(part for part in told if part)


def _highest(name: str, courses: Sequence[Course]) -> str:
    value = max(float(np.median(one.series[name], axis=0).max()) for one in courses if name in one.series)
    return f"{value:.1f}" + ("\u00a0°C" if name == "temperature" else "")
