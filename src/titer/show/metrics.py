"""The figures of a comparison: their names in the JSON object, their labels and how they are written."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

WITH_CORE = "every patient has one and meets bacteria by chance"  # beside the words "Immune core"


@dataclass(frozen=True)
class Metric:
    """One row of the comparison table.

    Args:
        key: its name in the JSON object.
        label: what the row is called.
        unit: "%" for fractions (stored from 0 to 1) or "months".
        better: the direction that is good for the patient.
        definition: how it is counted.
    """

    key: str
    label: str
    unit: Literal["%", "months"]
    better: Literal["high", "low", "neither"]
    definition: str


TRUE_WEEKLY = "true count at the end of any week: free of the calendar of visits, so regimens compare on equal terms"
METRICS = (
    Metric("orr", "Overall response", "%", "high", "best confirmed response partial or better (IMWG)"),
    Metric("vgpr_or_better", "VGPR or better", "%", "high", "M-protein down by 90% or more at best response"),
    Metric("median_pfs_month", "Median PFS", "months", "high", "Kaplan-Meier median of time to progression or death"),
    Metric("neutropenia_g34", "Neutropenia, grade 3/4", "%", "low", "worst ANC reported at a visit, grade 3 or more"),
    Metric("neutropenia_g34_weekly", "  the same, true weekly", "%", "low", TRUE_WEEKLY),
    Metric("neutropenia_g4", "Neutropenia, grade 4", "%", "low", "worst ANC reported at a visit, grade 4"),
    Metric("thrombocytopenia_g34", "Thrombocytopenia, gr 3/4", "%", "low", "worst platelets reported, grade 3 or more"),
    Metric("thrombocytopenia_g34_weekly", "  the same, true weekly", "%", "low", TRUE_WEEKLY),
    Metric("anaemia_g34", "Anaemia, grade 3/4", "%", "low", "worst haemoglobin reported at a visit, grade 3 or more"),
    Metric("vte", "Venous thromboembolism", "%", "low", "first event on treatment"),
    Metric("fever", "Fever", "%", "low", "38.0 degC or more for an hour, at least once"),
    Metric("febrile_neutropenia", "Febrile neutropenia", "%", "low", "such a fever with neutrophils below 1.0"),
    Metric(
        "flu_like", "Flu-like illness, grade 2+", "%", "low", "moderate symptoms for an hour; the threshold is assumed"
    ),
    Metric(
        "fatigue", "Fatigue, grade 2+", "%", "low", "that of infections, moderate for a day; the threshold is assumed"
    ),
    Metric("any_hold", "Any dose held", "%", "neither", "at least one hold by the protocol"),
    Metric("any_reduction", "Any dose reduced", "%", "neither", "at least one step down the dose ladder"),
    Metric(
        "relative_dose_intensity",
        "Relative dose intensity",
        "%",
        "neither",
        "dose given over dose planned, mean of patients",
    ),
)


def metric(key: str) -> Metric:
    """The metric of that name; a key that is not in the table gets its own name as label.

    Example:
        >>> metric("orr").label
        'Overall response'
    """
    known = {m.key: m for m in METRICS}
    return known.get(key) or Metric(key, key.replace("_", " "), "%", "neither", "")


def figure_text(figure: Mapping[str, Any] | None, unit: str, *, signed: bool = False) -> str:
    """A figure with its interval, as "71.3 [68.4–74.1]"; "NR" stands for a median that was not reached.

    Args:
        figure: value, low and high; fractions for "%".
        unit: "%" or "months".
        signed: write the sign, for differences.

    Example:
        >>> figure_text({"value": 0.713, "low": 0.684, "high": 0.741}, "%")
        '71.3 [68.4–74.1]'
        >>> figure_text({"value": 0.02, "low": -0.01, "high": 0.05}, "%", signed=True)
        '+2.0 [-1.0, +5.0]'
    """
    if not figure:
        return "–"
    value, low, high = (number_text(figure.get(part), unit, signed=signed) for part in ("value", "low", "high"))
    if low == high == "NR":
        return "–" if value == "NR" and (signed or unit == "%") else value
    joint = ", " if signed else "–"
    return f"{value} [{low}{joint}{high}]"


def number_text(value: float | None, unit: str, *, signed: bool = False) -> str:
    """One number in the unit's decimals; None and NaN are "NR" (not reached)."""
    if value is None or math.isnan(value):
        return "NR"
    shown = value * 100 if unit == "%" else value
    text = f"{shown:+.1f}" if signed else f"{shown:.1f}"
    return "0.0" if text in ("-0.0", "+0.0") else text
