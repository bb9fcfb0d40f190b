"""The figures of a trial: their labels, units and how they are counted, in the order of the tables."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

REPORTED = "worst value reported at a visit on treatment"
TRUE = "true value at the end of any week on treatment"
TREATMENT = {
    "completed": "all of the regimen given",
    "progression": "treatment ended by progression",
    "event": "treatment ended by death",
    "toxicity": "treatment ended by toxicity",
    "withdrawn": "left while treated",
    "failed": "could not be integrated",
    "on_treatment": "on treatment at the cut",
}
OBSERVATION = {
    "died": "died",
    "left": "left the study",
    "ended_at_progression": "observed to progression only",
    "observed_to_cut": "observed to the cut or the end of follow-up",
}


@dataclass(frozen=True)
class Row:
    """One figure. unit is "%" (stored from 0 to 1), "months", or what follows the number."""

    key: str
    label: str
    unit: str
    definition: str


def _toxicity(key: str, name: str) -> tuple[Row, ...]:
    return (
        Row(f"{key}_g34", f"{name}, grade 3/4", "%", REPORTED),
        Row(f"{key}_g4", f"{name}, grade 4", "%", REPORTED),
        Row(f"{key}_g34_weekly", "  grade 3/4, true weekly", "%", TRUE),
        Row(f"{key}_weeks_g2_per_year", "  weeks at grade 2 or more", "a year", "true weekly, per year on treatment"),
        Row(f"{key}_weeks_g3_per_year", "  weeks at grade 3 or more", "a year", "true weekly, per year on treatment"),
    )


BENEFIT = (
    Row("orr", "Overall response", "%", "best confirmed response partial or better (IMWG)"),
    Row("vgpr_or_better", "VGPR or better", "%", "M-protein down by 90% or more at best response"),
    Row("cr", "Complete response", "%", "M-protein no longer measurable; no immunofixation here"),
    Row("median_pfs_month", "Median PFS", "months", "progression or death; Kaplan-Meier, Brookmeyer-Crowley interval"),
    Row("median_ttp_month", "Median TTP", "months", "progression; deaths without it censored"),
    Row("median_dor_month", "Median duration of response", "months", "among responders, to progression or death"),
    Row("median_os_month", "Median survival", "months", "to death; others censored when last observed"),
    Row("survival_12_month", "Alive at 12 months", "%", "Kaplan-Meier"),
    Row("survival_24_month", "Alive at 24 months", "%", "Kaplan-Meier"),
)
HARM = (
    *_toxicity("neutropenia", "Neutropenia"),
    *_toxicity("thrombocytopenia", "Thrombocytopenia"),
    *_toxicity("anaemia", "Anaemia"),
    Row("vte", "Venous thromboembolism", "%", "first event on treatment"),
    Row("fever", "Fever", "%", "38.0 degC or more for an hour, at least once on treatment"),
    Row("febrile_neutropenia", "Febrile neutropenia", "%", "such a fever with neutrophils below 1.0"),
    Row("flu_like", "Flu-like illness, grade 2+", "%", "moderate symptoms for an hour; the threshold is assumed"),
    Row("fatigue", "Fatigue, grade 2+", "%", "that of infections, moderate for a day; the threshold is assumed"),
    *(
        Row(f"{key}_by_{month}_month", f"  {name} by {month} months", "%", "cumulative incidence, other ends compete")
        for key, name in (("vte", "VTE"), ("neutropenia_g3", "neutropenia gr 3+"), ("toxicity_stop", "toxicity stop"))
        for month in (6, 12)
    ),
)
DOSES = (
    Row("median_treatment_month", "Median time on treatment", "months", "to the end of the regimen; Kaplan-Meier"),
    Row("relative_dose_intensity", "Relative dose intensity", "%", "dose given over planned without delays, mean"),
    Row("any_hold", "Any dose held", "%", "at least one hold by the protocol"),
    Row("any_reduction", "Any dose reduced", "%", "at least one step down the dose ladder"),
    Row("any_delay", "Any cycle delayed", "%", "at least one cycle that waited by the protocol"),
    Row("toxicity_stop", "Stopped for toxicity", "%", "all drugs stopped for good by the protocol"),
)
GROUPS = (("Benefit", BENEFIT), ("Harm", HARM), ("Treatment", DOSES))
TIME_NAMES = {"pfs": "Progression-free survival", "ttp": "Time to progression", "os": "Overall survival"}
EVENT_NAMES = {
    "vte": "VTE",
    "neutropenia_g3": "neutropenia grade 3+",
    "thrombocytopenia_g3": "thrombocytopenia grade 3+",
    "anaemia_g3": "anaemia grade 3+",
    "hold": "first hold",
    "reduction": "first reduction",
    "toxicity_stop": "stop for toxicity",
}


def exposure_rows(figures: Sequence[Mapping[str, Any]], units: Mapping[str, str]) -> tuple[Row, ...]:
    """Rows of doses and areas, which depend on the drugs of the trial. units: key → unit."""
    keys = dict.fromkeys(key for arm in figures for key in arm if key.endswith(("_dose", "_auc")) and key in units)
    meaning = {"dose": "cumulative dose, mean", "auc": "area under the concentration, mean (dose over clearance)"}
    return tuple(
        Row(key, f"{drug}, {'dose' if part == 'dose' else 'AUC'}", units[key], meaning[part])
        for key in keys
        for drug, _, part in (key.rpartition("_"),)
    )


def value_text(figure: Mapping[str, Any] | None, unit: str, *, signed: bool = False) -> str:
    """A figure with its interval: "71.3 [68.4–74.1]"; "NR" for a median that was not reached.

    Example:
        >>> value_text({"value": 0.713, "low": 0.684, "high": 0.741}, "%")
        '71.3 [68.4–74.1]'
        >>> value_text({"value": 0.0, "low": None, "high": None}, "%"), value_text(None, "%")
        ('0.0', '–')
    """
    if not figure:
        return "–"
    value, low, high = (_number(figure.get(part), unit, signed) for part in ("value", "low", "high"))
    if low is None and high is None:
        return value or ("NR" if unit == "months" else "–")
    joint = ", " if signed else "–"
    return f"{value or 'NR'} [{low or 'NR'}{joint}{high or 'NR'}]"


def _number(value: float | None, unit: str, signed: bool) -> str | None:
    if value is None or not math.isfinite(value):
        return None
    shown = value * 100 if unit == "%" else value
    if abs(shown) >= 1000:
        return f"{shown:,.0f}"
    text = f"{shown:+.1f}" if signed else f"{shown:.1f}"
    return "0.0" if text in ("-0.0", "+0.0") else text


def ratio_text(ratio: Mapping[str, Any]) -> str:
    """A hazard ratio with its interval, or why there is none.

    Example:
        >>> ratio_text({"value": 0.35, "low": 0.2, "high": 0.61, "reason": ""})
        '0.35 [0.20–0.61]'
    """
    if ratio["reason"]:
        return f"– ({ratio['reason']})"
    return f"{ratio['value']:.2f} [{ratio['low']:.2f}–{ratio['high']:.2f}]"


def p_text(test: Mapping[str, Any]) -> str:
    """A p value: three decimals, or "< 0.001".

    Example:
        >>> p_text({"p": 0.00004}), p_text({"p": 0.2346}), p_text({"p": None})
        ('< 0.001', '0.235', '–')
    """
    p = test["p"]
    return "–" if p is None else "< 0.001" if p < 0.001 else f"{p:.3f}"


def verdict_sentences(result: Mapping[str, Any]) -> list[str]:
    """What the trial says about its primary endpoint, one sentence for each arm but the reference."""
    primary, told = result["primary"].upper().replace("_", " "), []
    for verdict in result["verdicts"]:
        test, ratio = verdict["test"], verdict["hazard_ratio"]
        if test["reason"]:
            told.append(f"{verdict['arm']} against {result['reference']}, {primary}: no test, as {test['reason']}.")
            continue
        size = f"hazard ratio {ratio_text(ratio)}, " if ratio["value"] is not None else ""
        said = (
            "rejects the null" + ("" if verdict["success"] else " against the arm")
            if verdict["rejected"]
            else ("does not reject the null")
        )
        told.append(
            f"{verdict['arm']} against {result['reference']}, {primary}: {size}z {test['z']:+.2f} "
            f"(boundary {verdict['boundary']:.2f}), p {p_text(test)}; {said}."
        )
    return told


def look_sentences(result: Mapping[str, Any]) -> list[str]:
    """When the data were looked at, and what was decided."""
    words = {
        "go on": "the trial goes on",
        "efficacy": "stopped for efficacy",
        "harm": "stopped for harm",
        "futility": "stopped for futility",
        "final": "final analysis",
    }
    told = []
    for number, look in enumerate(result["looks"], 1):
        cut = look["cut"]
        when = "at the end of follow-up" if cut["month"] is None else f"month {cut['month']:.1f} of the study"
        events = f", {cut['events']} events" if cut["events"] else ""
        powers = [v["conditional_power"] for v in look["verdicts"] if v["conditional_power"] is not None]
        hope = f", conditional power {', '.join(f'{100 * p:.0f}%' for p in powers)}" if powers else ""
        told.append(f"Look {number}, {when}{events}{hope}: {words[look['decision']]}.")
    return told + [f"{note[0].upper()}{note[1:]}." for note in result["notes"]]
