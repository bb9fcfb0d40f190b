"""ADAE: what happened to the patient, and every spell of abnormal blood counts.

Which events are adverse events is a choice, and this is it:

- every watched event of the run (thromboembolism, …), once for each time it happened; death is "Death NOS", grade 5,
  with no cause given;
- every spell of laboratory toxicity: consecutive reports of one test with a CTCAE grade of 1 or more, graded by the
  worst of them. Where the lower limit of normal is not known, grade 1 cannot be told from normal and a spell is one of
  grade 2 or more. It ends at the first report without a grade; without such a report it has not ended.

Response and progression are in ADRS. AEDECOD holds the CTCAE term: nothing is coded with MedDRA.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from titer.interop.adam.adlb import reported
from titer.interop.adam.adsl import therapy_end
from titer.interop.adam.declare import SHARED, Dataset, Variable, chosen, encoded, flag, stacked, study_day
from titer.interop.adam.study import GRADED, Study
from titer.trials.columns import Columns
from titer.trials.results import Batch

NOT_ADVERSE = ("response", "progression", "withdrawal", "dropout")
# event → CTCAE term, system organ class, grade where the event itself tells it
EVENTS = {
    "vte": ("Thromboembolic event", "Vascular disorders", -1),
    "death": ("Death NOS", "General disorders and administration site conditions", 5),
    "fever": ("Fever", "General disorders and administration site conditions", -1),
    "febrile_neutropenia": ("Febrile neutropenia", "Blood and lymphatic system disorders", 3),
    "flu_like": ("Flu like symptoms", "General disorders and administration site conditions", 2),
    "fatigue": ("Fatigue", "General disorders and administration site conditions", 2),
    "allergy": ("Allergic reaction", "Immune system disorders", -1),
    "bleeding": ("Bleeding", "", -1),
}
# CTCAE term → system organ class of versions 4.03 and 5
CLASSES = {
    "Neutrophil count decreased": "Investigations",
    "Platelet count decreased": "Investigations",
    "Anemia": "Blood and lymphatic system disorders",
}
WINDOW = 30  # days after the last drug in which an event still counts as treatment-emergent, as in admiral's template
LONGEST_DAY = 1e6  # longer than any run
GRADES = ["1", "2", "3", "4", "5"]
# what was done to a drug, the gravest first; words of the codelist "Action Taken with Study Treatment"
ACTIONS = (
    ("DRUG WITHDRAWN", ("stop",)),
    ("DRUG INTERRUPTED", ("hold", "delay cycle")),
    ("DOSE REDUCED", ("reduce", "resume lower", "resume_lower")),
    ("DOSE NOT CHANGED", ()),
)


def build(batch: Batch, study: Study) -> Columns:
    """Events and spells of the batch."""
    found = [_laboratory(batch, study, test) for test in GRADED if f"{test}_reported" in batch.table("visits")]
    rows = stacked([_events(batch), *found])
    late = rows["start"] > therapy_end(batch)[1][batch.place(rows["patient"])] + WINDOW
    return _with_flags({**rows, "emergent": np.asarray(rows["emergent"], bool) & ~late})


def _events(batch: Batch) -> Columns:
    """Watched events, as they are in the table of events."""
    words = batch.words("events", "event")
    own = ~np.isin(words, NOT_ADVERSE)
    names, events = words[own], batch.table("events")
    day = np.asarray(events["day"], float)[own]
    known = [EVENTS.get(name, (name.replace("_", " ").capitalize(), "", -1)) for name in names]
    fatal = names == "death"
    return {
        "patient": np.asarray(events["patient"])[own],
        "AETERM": encoded([name.replace("_", " ").upper() for name in names]),
        "AEDECOD": encoded([term for term, _, _ in known]),
        "AEBODSYS": encoded([place for _, place, _ in known]),
        "AESDTH": flag(fatal),
        "AESER": flag(fatal),
        "AEOUT": encoded(np.where(fatal, "FATAL", "UNKNOWN")),
        "AEACN": encoded(np.where(fatal, "NOT APPLICABLE", "UNKNOWN")),
        "AETOXGR": chosen([grade - 1 if grade > 0 else -1 for _, _, grade in known], GRADES),
        "start": day,
        "end": np.where(fatal, day, np.nan),
        "emergent": day >= 0,
    }


def spells(patient: NDArray, day: NDArray, grades: NDArray) -> Columns:
    """Runs of consecutive reports with a grade of 1 or more.

    Args:
        patient, day, grades: of the reports, sorted by patient, then day. Shape (n_reports,).

    Returns:
        patient, start, end (day of the first report after it, NaN where there is none), worst (grade), before (grade of
        the patient's first report). Shape (n_spells,) each.

    Example:
        >>> found = spells(np.array([3, 3, 3, 3]), np.array([0.0, 7.0, 14.0, 21.0]), np.array([0, 2, 3, 0]))
        >>> found["start"].tolist(), found["end"].tolist(), found["worst"].tolist()
        ([7.0], [21.0], [3])
    """
    high = grades >= 1
    same = np.r_[False, patient[1:] == patient[:-1]]
    begins = np.flatnonzero(high & ~(same & np.r_[False, high[:-1]]))
    if not len(begins):
        nothing = np.empty(0)
        return {"patient": patient[:0], "start": nothing, "end": nothing, "worst": nothing, "before": nothing}
    lasts = np.flatnonzero(high & ~np.r_[same[1:] & high[1:], False])
    after = np.minimum(lasts + 1, len(patient) - 1)
    ended = (lasts + 1 < len(patient)) & (patient[after] == patient[begins])
    first = np.searchsorted(patient, patient[begins])
    return {
        "patient": patient[begins],
        "start": day[begins],
        "end": np.where(ended, day[after], np.nan),
        "worst": np.maximum.reduceat(grades, begins),
        "before": grades[first],
    }


def _laboratory(batch: Batch, study: Study, test: str) -> Columns:
    rows = reported(batch, test)
    found = spells(rows["patient"], rows["day"], study.grade(test, rows["value"]).astype(int))
    n, term = len(found["patient"]), study.grades[test].term
    ongoing = np.isnan(found["end"])
    return {
        "patient": found["patient"],
        "AETERM": encoded(np.full(n, term.upper(), object)),
        "AEDECOD": encoded(np.full(n, term, object)),
        "AEBODSYS": encoded(np.full(n, CLASSES.get(term, ""), object)),
        "AEOUT": encoded(np.where(ongoing, "NOT RECOVERED/NOT RESOLVED", "RECOVERED/RESOLVED")),
        "AEACN": chosen(_action(batch, test, found), [word for word, _ in ACTIONS]),
        "AETOXGR": chosen(np.asarray(found["worst"], int) - 1, GRADES),
        "start": found["start"],
        "end": found["end"],
        "emergent": (found["start"] > 0) | (found["worst"] > np.maximum(found["before"], 0)),
    }


def _action(batch: Batch, test: str, found: Columns) -> NDArray[np.int64]:
    """Place in ACTIONS of the gravest thing that was done because of a test during each spell."""
    decisions = batch.table("decisions")
    own = batch.words("decisions", "signal") == test
    words = batch.words("decisions", "action")[own]
    code = np.full(len(words), len(ACTIONS) - 1)
    for place, (_, meant) in enumerate(ACTIONS):
        code[np.isin(words, meant)] = place
    patient, day = np.asarray(decisions["patient"])[own], np.asarray(decisions["day"], float)[own]
    # the last spell of the patient that began up to the decision: spells stand in order of patients, then of days
    spell = np.searchsorted(_moment(found["patient"], found["start"]), _moment(patient, day), side="right") - 1
    near = spell >= 0
    until = np.where(np.isnan(found["end"]), np.inf, found["end"])
    near[near] = (found["patient"][spell[near]] == patient[near]) & (day[near] < until[spell[near]])
    gravest = np.full(len(found["patient"]), len(ACTIONS) - 1)
    np.minimum.at(gravest, spell[near], code[near])
    return gravest


def _moment(patient: NDArray, day: NDArray) -> NDArray:
    """A number that grows with patient, then day."""
    return np.asarray(patient, float) * LONGEST_DAY + day


def _with_flags(rows: Columns) -> Columns:
    """The records of every patient in order of time, with their flags."""
    order = np.lexsort((np.asarray(rows["AEDECOD"].codes), rows["start"], rows["patient"]))
    rows = {name: chosen(c.codes[order], c.words) if hasattr(c, "codes") else c[order] for name, c in rows.items()}
    start, end = study_day(rows.pop("start")), study_day(rows.pop("end"))
    emergent = np.asarray(rows.pop("emergent"), bool)
    n, patient, term = len(order), rows["patient"], np.asarray(rows["AEDECOD"].codes)
    grades = np.asarray(rows["AETOXGR"].codes)
    first, worst = np.zeros(n, bool), np.zeros(n, bool)
    _, at = np.unique(np.stack([patient, term]), axis=1, return_index=True)
    first[at] = True
    gravest = np.lexsort((np.arange(n), -grades, term, patient))
    begins = np.r_[True, (patient[gravest][1:] != patient[gravest][:-1]) | (term[gravest][1:] != term[gravest][:-1])]
    worst[gravest[begins[:n]]] = True
    length = end - start + 1
    return rows | {
        "ATOXGR": rows["AETOXGR"],
        "AESTDY": start,
        "AEENDY": end,
        "ASTDY": start,
        "AENDY": end,
        "ADURN": length,
        "ADURU": encoded(np.where(np.isnan(length), "", "DAYS")),
        "TRTEMFL": flag(emergent),
        "AOCCPFL": flag(first),
        "AOCCPIFL": flag(worst),
    }


ADAE = Dataset(
    "ADAE",
    "Adverse Event Analysis Dataset",
    "one record per subject and event or spell of laboratory toxicity",
    (
        *SHARED,
        Variable("AETERM", "Reported Term for the Adverse Event", "text", "events.event, or the CTCAE term"),
        Variable("AEDECOD", "Dictionary-Derived Term", "text", "CTCAE term; not coded with MedDRA", key=3),
        Variable("AEBODSYS", "Body System or Organ Class", "text", "CTCAE 4.03 and 5; missing where not known"),
        Variable("AESTDY", "Study Day of Start of Adverse Event", "integer", "events.day or first report", key=4),
        Variable("AEENDY", "Study Day of End of Adverse Event", "integer", "first report without grade"),
        Variable("ASTDY", "Analysis Start Relative Day", "integer", "AESTDY"),
        Variable("AENDY", "Analysis End Relative Day", "integer", "AEENDY"),
        Variable("ADURN", "Analysis Duration (N)", "integer", "AENDY - ASTDY + 1"),
        Variable("ADURU", "Analysis Duration Units", "text", "DAYS"),
        Variable("AETOXGR", "Standard Toxicity Grade", "text", "worst CTCAE grade of the spell; 5 for death"),
        Variable("ATOXGR", "Analysis Toxicity Grade", "text", "AETOXGR"),
        Variable("AESER", "Serious Event", "text", "Y for death; missing where not known"),
        Variable("AESDTH", "Results in Death", "text", "Y for death"),
        Variable("AEACN", "Action Taken with Study Treatment", "text", "gravest decision on the test in the spell"),
        Variable("AEOUT", "Outcome of Adverse Event", "text", "by AEENDY"),
        Variable(
            "TRTEMFL",
            "Treatment Emergent Analysis Flag",
            "text",
            "began or got worse on treatment, or up to 30 days after",
        ),
        Variable("AOCCPFL", "1st Occurrence of Preferred Term Flag", "text", "first record of AEDECOD"),
        Variable("AOCCPIFL", "1st Max Sev./Int. Occur Within PT Flag", "text", "first record of the worst grade"),
    ),
    build,
)
