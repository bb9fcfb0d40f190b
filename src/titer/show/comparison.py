"""The plots and the report of one comparison, as files ready to be stored."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from titer.show.plots import plot_bands, plot_benefit_risk, plot_dose_intensity, plot_survival
from titer.show.style import to_png, to_svg
from titer.trials.tables import letters

CAPTIONS = {
    "benefit_risk": "Benefit against harm. Lines are 95% intervals; up and to the left is better.",
    "anc": "Absolute neutrophil count at planned visits: median and 5th to 95th centile of those still followed. "
    "Medians of the other regimens in grey. Where visits are monthly, a nadir between two of them is not seen.",
    "platelets": "Platelets at planned visits: median and 5th to 95th centile of those still followed.",
    "m_protein": "M-protein at planned visits: median and 5th to 95th centile of those still followed.",
    "pfs": "Progression-free survival, Kaplan-Meier with 95% bands (log-log).",
    "dose_intensity": "Dose given over dose planned in each cycle, among those still on treatment.",
}
OVER_TIME = ("anc", "platelets", "m_protein", "dose_intensity")  # drawn from weekly values


@dataclass(frozen=True)
class Seen:
    """A laboratory value as reported at planned visits.

    Visits that are made only because a drug is held are left out: they see the patients with low counts.

    Args:
        days: of the visits. Shape (n_times,).
        values: regimen → reported values, NaN where a patient was not seen. Each of shape (n_patients, n_times).
    """

    days: np.ndarray
    values: Mapping[str, np.ndarray]


@dataclass(frozen=True)
class Courses:
    """What happened in every arm, as plain arrays; regimen → array, in the order of the regimens.

    Args:
        anc, platelets: 10^9/L.
        m_protein: g/L.
        pfs: months to progression, death or censoring, and whether it was an event. Each of shape (n_patients,).
        intensity: fraction of the planned dose of `drug`, NaN off treatment. Each of shape (n_patients, n_cycles).
        drug: whose doses are counted.
    """

    anc: Seen
    platelets: Seen
    m_protein: Seen
    pfs: Mapping[str, tuple[np.ndarray, np.ndarray]]
    intensity: Mapping[str, np.ndarray]
    drug: str


def draw_comparison(result: Mapping[str, Any], courses: Courses) -> dict[str, Any]:
    """Every plot of a comparison, by name.

    Args:
        result: the JSON object of the comparison.
        courses: what happened.
    """
    cycles = np.arange(1, next(iter(courses.intensity.values())).shape[1] + 1)
    return {
        "benefit_risk": plot_benefit_risk(result["regimens"]),
        "pfs": plot_survival(courses.pfs),
        "m_protein": _bands(courses.m_protein, "M-protein, g/L"),
        "anc": _bands(courses.anc, "ANC, 10⁹/L", limits=[(1.0, "grade 3 below 1.0")]),
        "platelets": _bands(courses.platelets, "Platelets, 10⁹/L", limits=[(50.0, "grade 3 below 50")]),
        "dose_intensity": plot_dose_intensity(cycles, courses.intensity, drug=courses.drug),
    }


def _bands(seen: Seen, ylabel: str, **options: Any) -> Any:
    return plot_bands(seen.days, seen.values, ylabel=ylabel, **options)


def captioned_svgs(figures: Mapping[str, Any], *, shown: str = "") -> list[tuple[str, str]]:
    """(caption, <svg> element) of each figure.

    Args:
        figures: name → figure.
        shown: whose weekly values the plots over time show, where that is not everybody.
    """
    return [(_caption(name, shown), to_svg(figure)) for name, figure in figures.items()]


def _caption(name: str, shown: str) -> str:
    return CAPTIONS[name] + (f" Shown: {shown}." if shown and name in OVER_TIME else "")


def png_files(figures: Mapping[str, Any]) -> dict[str, bytes]:
    """File name → content of each figure as PNG."""
    return {f"{name}.png": to_png(figure) for name, figure in figures.items()}


def unique_labels(regimens: list[str]) -> list[str]:
    """Regimens as keys; one that is compared with itself gets its letter.

    Example:
        >>> unique_labels(["a", "b", "a"])
        ['a', 'b', 'a (C)']
    """
    names = letters(len(regimens))
    return [text if text not in regimens[:i] else f"{text} ({names[i]})" for i, text in enumerate(regimens)]
