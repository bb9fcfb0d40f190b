"""The story of one patient in one arm: week by week, what was seen, what was decided and why, what was given.

`story_of` reads the ledger of a stored run; `story_text` prints it as a calendar; `Story.as_json` holds every row.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from titer.clinic.observables import OBSERVABLES
from titer.errors import InputError
from titer.trials.columns import Columns, Words
from titer.trials.results import Batch, Results, take

DAYS_PER_WEEK, MINUTES_PER_DAY = 7, 1440
NO_NEWS = ("none", "stay held", "start cycle")  # decisions that change nothing; a cycle that starts late is news
# What a mark of one day means; the order is that of the legend
MARKS = ("full", "lowered", "raised", "held", "missed", "support", "stopped", "waiting", "none")
DELAYS = ("delay cycle", "delay_cycle")
EVENT_WORDS = {"response": "partial response or better", "progression": "progression of the disease", "death": "death"}


@dataclass(frozen=True)
class DrugWeek:
    """One drug in one week.

    Args:
        marks: a word of `MARKS` for each day.
        amounts: what was taken on the days with a dose, in order of days, each amount once after another.
        unit: of the amounts.
    """

    marks: tuple[str, ...]
    amounts: tuple[float, ...]
    unit: str


@dataclass(frozen=True)
class Note:
    """Something that happened: a decision that changed something, an event, the end of treatment.

    Args:
        day: when.
        text: in words.
        rule: that decided, or "".
    """

    day: float
    text: str
    rule: str = ""


@dataclass(frozen=True)
class Week:
    """One week.

    Args:
        number: from 1.
        day: its first day; values were seen before the doses of that day.
        seen: laboratory test → reported value, for those that were reported.
        looked: whether rules looked at the patient in this week, whatever they decided.
        drugs: drug → what was given.
        notes: in order of days.
    """

    number: int
    day: int
    seen: Mapping[str, float]
    looked: bool
    drugs: Mapping[str, DrugWeek]
    notes: tuple[Note, ...]

    @property
    def empty(self) -> bool:
        """Nothing was seen, given or decided."""
        return not (self.seen or self.notes or self.looked or any(set(d.marks) - {"none"} for d in self.drugs.values()))


@dataclass(frozen=True)
class Story:
    """The whole story; `rows` holds every row of the ledger that it was made from."""

    patient: int
    arm: str
    regimen: str
    facts: tuple[str, ...]
    outcome: tuple[str, ...]
    weeks: tuple[Week, ...]
    rows: Mapping[str, Sequence[Mapping[str, Any]]] = field(repr=False)

    def as_json(self) -> dict[str, Any]:
        """The story with every visit, decision, dose and event, as plain JSON."""
        told = {"patient": self.patient, "arm": self.arm, "regimen": self.regimen}
        return {**told, "facts": list(self.facts), "outcome": list(self.outcome), **self.rows}


def story_of(results: Results, patient: int, arm: str, days: tuple[int, int] | None = None) -> Story:
    """Read the story of a patient in an arm.

    Args:
        results: of a finished run.
        patient: its number.
        arm: which.
        days: first and last day that are told, extended to whole weeks; None for all.

    Raises:
        InputError: nobody has this number, the arm is unknown or does not have this patient.
    """
    results.need("patients", "visits", "doses", "decisions", "events", "status")
    results.check_arm(arm)
    batch = Batch(arm, results.arms[arm], results.chunk_of(patient))
    if patient not in batch.patients:
        raise InputError(f"patient {patient} was not treated in arm {arm}", right=_arms_of(results, patient))
    tables = {name: batch.of_patient(patient, name) for name in ("patients", "visits", "doses", "decisions", "events")}
    tables["doses"]["unit"] = batch.units()[np.asarray(batch.table("doses")["patient"]) == patient]
    tables["status"] = batch.of_patient(patient, "status")
    span = None if days is None else (days[0] // DAYS_PER_WEEK * 7, days[1] // DAYS_PER_WEEK * 7 + 6)
    kept = {name: _within(columns, span) for name, columns in tables.items()}
    return Story(
        patient=patient,
        arm=arm,
        regimen=results.arms[arm],
        facts=_facts(tables["patients"]),
        outcome=_outcome(tables["patients"], tables["status"], tables["decisions"]),
        weeks=_weeks(kept),
        rows={name: _records(kept[name]) for name in ("visits", "decisions", "doses", "events", "status")},
    )


def arms_with(results: Results, patient: int) -> list[str]:
    """Arms in which a patient was treated: all of a comparison, one of a trial.

    Raises:
        InputError: nobody has this number.
    """
    parts = results.chunk_of(patient)
    return [arm for arm in results.arms if patient in Batch(arm, results.arms[arm], parts).patients]


def _arms_of(results: Results, patient: int) -> str:
    return "arm " + " or ".join(arms_with(results, patient))


def _within(columns: Columns, days: tuple[int, int] | None) -> Columns:
    """Rows of these days, both included."""
    if days is None or not ({"day", "minute"} & columns.keys()):
        return columns
    day = columns["minute"] // MINUTES_PER_DAY if "minute" in columns else np.floor(columns["day"])
    return take(columns, (day >= days[0]) & (day <= days[1]))


def _records(columns: Columns) -> list[dict[str, Any]]:
    """Rows as plain dictionaries, without the keys that all share; a missing number is None."""
    names = [name for name in columns if name not in ("patient", "arm", "regimen")]
    lists = [_plain(columns[name]) for name in names]
    return [dict(zip(names, row, strict=True)) for row in zip(*lists, strict=True)]


def _plain(column: Any) -> list[Any]:
    if isinstance(column, Words):
        return column.texts().tolist()
    return [None if value != value else value for value in np.asarray(column).tolist()]


def _number(columns: Columns, name: str) -> float | None:
    """The value of a patient's column, None where it is missing."""
    if name not in columns:
        return None
    value = float(columns[name][0])
    return None if value != value else value


def _facts(patient: Columns) -> tuple[str, ...]:
    """Who it is, in a few words."""
    female, lines = _number(patient, "sex_female"), _number(patient, "prior_lines")
    words = {
        "age": "{:.0f} years",
        "weight": "{:.0f} kg",
        "crcl": "creatinine clearance {:.0f} mL/min",
        "baseline_m_protein": "M-protein {:.0f} g/L",
    }
    told = [] if female is None else ["woman" if female > 0 else "man"]
    told += [text.format(value) for name, text in words.items() if (value := _number(patient, name)) is not None]
    if lines is not None:
        told.append(f"{lines:.0f} earlier line{'' if lines == 1 else 's'}")
    return tuple(told)


def _outcome(patient: Columns, status: Columns, decisions: Columns) -> tuple[str, ...]:
    """What it came to: best response, changes of dose, the end."""
    best = patient["best_response"].texts()[0]
    since = _number(patient, "response_day")
    actions = decisions["action"].texts() if len(decisions["patient"]) else np.empty(0, object)
    counts = {
        "hold": int((actions == "hold").sum()),
        "reduction": int(np.isin(actions, ("resume lower", "resume_lower", "reduce")).sum()),
    }
    changes = [f"{n} {word}{'' if n == 1 else 's'}" for word, n in counts.items() if n]
    waited = len(np.unique(np.asarray(decisions["day"])[np.isin(actions, DELAYS)])) if len(actions) else 0
    if waited:
        changes.append(f"{waited} week{'' if waited == 1 else 's'} waiting for a cycle")
    intensity = _number(patient, "relative_dose_intensity")
    told = [f"best response: {best}" + (f" from day {since:.0f}" if since is not None else "")]
    told.append(", ".join(changes) or "no hold and no reduction")
    if intensity is not None:
        told.append(f"dose intensity {intensity:.0%}")
    return (*told, *_ends(patient, status))


# why drugs or observation ended → words
ENDS = {
    "completed": "end of the plan",
    "event": "death",
    "withdrawn": "left",
    "failed": "could not be integrated",
}


def _ends(patient: Columns, status: Columns) -> list[str]:
    """When and why the drugs ended, and the observation, where that is not the same."""
    told = []
    day, why = _number(patient, "therapy_end_day"), patient.get("therapy_end")
    if day is not None and why is not None:
        word = why.texts()[0]
        told.append(f"drugs ended on day {day:.0f}: {ENDS.get(word, word)}")
    for end, word in zip(np.asarray(status["day"], float), status["status"].texts(), strict=True):
        if end != day or why is None:
            told.append(f"followed to day {end:.0f}: {ENDS.get(word, word)}")
    return told


def _weeks(tables: Mapping[str, Columns]) -> tuple[Week, ...]:
    """Every week from the first to the last that has a row."""
    visits, doses, decisions, events = (tables[name] for name in ("visits", "doses", "decisions", "events"))
    days = [visits["day"], doses["minute"] // MINUTES_PER_DAY, decisions["day"], np.floor(events["day"])]
    all_days = np.concatenate([np.asarray(column, float) for column in days])
    if not len(all_days):
        return ()
    first, last = (int(edge) // DAYS_PER_WEEK for edge in (all_days.min(), all_days.max()))
    drugs = list(dict.fromkeys(doses["drug"].texts())) if len(doses["minute"]) else []
    notes = [*_decided(decisions, doses), *_happened(events), *_crossed(tables["patients"], all_days.max())]
    notes.sort(key=lambda note: note.day)
    waiting = _waiting(decisions)
    looked = {int(day) // DAYS_PER_WEEK for day in np.asarray(decisions["day"])}
    return tuple(
        Week(
            number=week + 1,
            day=week * DAYS_PER_WEEK,
            seen=_seen(visits, week),
            looked=week in looked,
            drugs={drug: _drug_week(doses, drug, week, (week, drug) in waiting) for drug in drugs},
            notes=tuple(note for note in notes if int(note.day) // DAYS_PER_WEEK == week),
        )
        for week in range(first, last + 1)
    )


def _waiting(decisions: Columns) -> set[tuple[int, str]]:
    """Weeks in which the cycle of a drug waited, which the ledger tells week by week."""
    if not len(decisions["patient"]):
        return set()
    own = np.isin(decisions["action"].texts(), DELAYS)
    weeks = np.asarray(decisions["day"])[own] // DAYS_PER_WEEK
    return set(zip(weeks.tolist(), decisions["drug"].texts()[own].tolist(), strict=True))


def _seen(visits: Columns, week: int) -> dict[str, float]:
    rows = np.flatnonzero(np.asarray(visits["day"]) // DAYS_PER_WEEK == week)
    names = [name for name in visits if name.endswith("_reported")]
    values = {name.removesuffix("_reported"): float(visits[name][row]) for row in rows for name in names}
    return {name: value for name, value in values.items() if value == value}


def _drug_week(doses: Columns, drug: str, week: int, waiting: bool) -> DrugWeek:
    own = take(doses, doses["drug"].texts() == drug)
    day = own["minute"] // MINUTES_PER_DAY - week * DAYS_PER_WEEK
    marks: list[str] = []
    amounts: list[float] = []
    for weekday in range(DAYS_PER_WEEK):
        today = take(own, day == weekday)
        mark = day_mark(today)
        marks.append("waiting" if waiting and mark == "none" else mark)
        total = float(today["given"].sum())
        if total > 0 and (not amounts or amounts[-1] != total):
            amounts.append(total)
    return DrugWeek(tuple(marks), tuple(amounts), str(own["unit"][0]))


def day_mark(doses: Columns) -> str:
    """The mark of a day from the doses of one drug on it.

    Example:
        >>> day_mark({"planned": np.array([25.0]), "given": np.array([10.0])})
        'lowered'
    """
    planned, given = float(np.sum(doses["planned"])), float(np.sum(doses["given"]))
    if not len(doses["planned"]):
        return "none"
    reasons = set(doses["reason"].texts()) if "reason" in doses else set()
    if "support" in reasons:
        return "support"
    if given == 0 and planned > 0:
        return next((word for word in ("stopped", "missed", "held") if word in reasons), "held")
    same = abs(given - planned) <= 1e-9 * planned
    return "full" if same else ("lowered" if given < planned else "raised")


def _decided(decisions: Columns, doses: Columns) -> list[Note]:
    """A note for each decision that is news; the others are told by the values that they saw."""
    unit = dict(zip(doses["drug"].texts(), doses["unit"], strict=True)) if len(doses["minute"]) else {}
    rows = _records(decisions)
    news = news_rows([row["action"] for row in rows], [row["drug"] for row in rows])
    return [
        Note(float(row["day"]), decision_text(row, unit.get(row["drug"], "")), row["rule"] or "")
        for row in _one_wait([row for row, told in zip(rows, news, strict=True) if told])
    ]


def _one_wait(rows: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Decisions with the delays of one day as one that names all its drugs: the patient has one calendar."""
    drugs: dict[int, list[str]] = {}
    for row in rows:
        if row["action"] in DELAYS:
            drugs.setdefault(row["day"], []).append(row["drug"])
    told: list[Mapping[str, Any]] = []
    for row in rows:
        if row["action"] not in DELAYS:
            told.append(row)
        elif row["day"] in drugs:  # the first of that day
            told.append({**row, "drug": ", ".join(drugs.pop(row["day"]))})
    return told


def news_rows(actions: Sequence[str], drugs: Sequence[str]) -> list[bool]:
    """Which of a patient's decisions are news, in order of days.

    Example:
        >>> news_rows(["start cycle", "none", "delay cycle", "start cycle"], ["len"] * 4)
        [False, False, True, True]
    """
    waiting: set[str] = set()
    news: list[bool] = []
    for word, drug in zip((action.replace("_", " ") for action in actions), drugs, strict=True):
        news.append(word not in NO_NEWS or (word == "start cycle" and drug in waiting))
        if word == "delay cycle":
            waiting.add(drug)
        elif word == "start cycle":
            waiting.discard(drug)
    return news


# what was done → words, with the drug, its dose before and after, and the unit
PHRASES = {
    "start lower": "start {drug} lower: {before} → {after}",
    "hold": "hold {drug} {before}",
    "resume": "resume {drug} {after}",
    "resume lower": "resume {drug} lower: {before} → {after}",
    "reduce": "reduce {drug}: {before} → {after}",
    "escalate": "raise {drug}: {before} → {after}",
    "stop": "stop {drug} {before} for good",
    "delay cycle": "delay the cycle of {drug}",
    "start cycle": "start the cycle of {drug} {after}",
    "give": "give {drug} {after}",
}


def decision_text(row: Mapping[str, Any], unit: str) -> str:
    """One decision in words.

    Args:
        row: of the table of decisions.
        unit: of the dose.

    Example:
        >>> row = {"action": "hold", "drug": "len", "rule": "neutropenia", "signal": "anc", "value": 0.91,
        ...        "dose_before": 25.0, "dose_after": 25.0}
        >>> decision_text(row, "mg")
        'hold len 25 mg (neutropenia: ANC 0.91)'
    """
    action = row["action"].replace("_", " ")
    before, after = (f"{row[name] or 0:g} {unit}".strip() for name in ("dose_before", "dose_after"))
    told = PHRASES.get(action, action + " {drug} {before}").format(drug=row["drug"], before=before, after=after)
    value = "" if row["value"] is None else f": {signal_text(row['signal'])} {value_text(row['signal'], row['value'])}"
    return f"{told} ({row['rule']}{value})" if row["rule"] else told


def signal_text(signal: str) -> str:
    """A signal as a clinician writes it."""
    short = {"anc": "ANC", "platelets": "platelets", "haemoglobin": "Hb", "m_protein": "M-protein"}
    return short.get(signal, signal.replace("_", " "))


def value_text(signal: str, value: float) -> str:
    """A value with the digits that a laboratory reports.

    Example:
        >>> value_text("anc", 0.9541), value_text("haemoglobin", 96.7), value_text("m_protein", 11.42)
        ('0.95', '97', '11.4')
    """
    digits = {"anc": 2, "platelets": 0, "haemoglobin": 0, "m_protein": 1, "temperature": 1}
    return f"{value:.{digits[signal]}f}" if signal in digits else f"{value:.3g}"


def _happened(events: Columns) -> list[Note]:
    return [Note(float(row["day"]), event_text(row["event"])) for row in _records(events)]


def _crossed(patient: Columns, last: float) -> list[Note]:
    """The change to another regimen at progression, where there was one in these days."""
    day = _number(patient, "crossover_day")
    return [] if day is None or day > last else [Note(day, "crossover: another regimen begins")]


def event_text(event: str) -> str:
    """An event in words."""
    known = OBSERVABLES.get(event)
    return EVENT_WORDS.get(event) or (known.meaning if known else event.replace("_", " "))
