"""ADSL: one record for each subject, a virtual patient in an arm."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from titer.interop.adam.declare import BEFORE, POPULATION, Dataset, Variable, chosen, encoded, flag, study_day, yes_no
from titer.interop.adam.study import Study
from titer.trials.columns import Columns, Words
from titer.trials.results import Batch

MINUTES_PER_DAY = 1440
RACES = {"white": "WHITE", "black": "BLACK OR AFRICAN AMERICAN", "asian": "ASIAN", "other": "OTHER"}
# End of treatment in the words of the codelist "Completion/Reason for Non-Completion"
REASONS = {
    "progression": "PROGRESSIVE DISEASE",
    "event": "DEATH",
    "death": "DEATH",
    "toxicity": "ADVERSE EVENT",
    "withdrawn": "WITHDRAWAL BY SUBJECT",
    "failed": "OTHER",
}

# Covariates that have a variable of their own; (covariate, variable, label, flag?)
NUMBERS = (
    ("height", "HEIGHTBL", "Baseline Height (cm)"),
    ("weight", "WEIGHTBL", "Baseline Weight (kg)"),
    ("bsa", "BSABL", "Baseline Body Surface Area (m^2)"),
    ("serum_creatinine", "CREATBL", "Baseline Serum Creatinine (mg/dL)"),
    ("crcl", "CRCLBL", "Baseline Creatinine Clearance (mL/min)"),
    ("prior_lines", "PRLINES", "Number of Prior Lines of Therapy"),
    ("baseline_anc", "NEUTBL", "Baseline Neutrophils (10^9/L), True"),
    ("baseline_platelets", "PLATBL", "Baseline Platelets (10^9/L), True"),
    ("baseline_haemoglobin", "HGBBL", "Baseline Hemoglobin (g/L), True"),
    ("baseline_m_protein", "MPROTBL", "Baseline M-Protein (g/L), True"),
)
FLAGS = (
    ("prior_imid", "PRIMIDFL", "Prior Immunomodulatory Drug Flag"),
    ("prior_proteasome_inhibitor", "PRPIFL", "Prior Proteasome Inhibitor Flag"),
    ("high_risk_cytogenetics", "HRCYTOFL", "High-Risk Cytogenetics Flag"),
    ("marrow_infiltrated", "MARROWFL", "Marrow Filled by Half or More Flag"),
    ("vte_history", "VTEHXFL", "History of Thromboembolism Flag"),
    ("recent_surgery", "SURGFL", "Recent Surgery Flag"),
    ("thromboprophylaxis", "TPROPHFL", "Thromboprophylaxis Flag"),
)
USED = ("age", "sex_female", "race", *(row[0] for row in (*NUMBERS, *FLAGS)))  # covariates of the table of patients


def build(batch: Batch, study: Study) -> Columns:
    """One record for each patient of the batch."""
    return {
        "patient": batch.patients,
        **_demographics(batch),
        **_arm(batch, study),
        **_treatment(batch),
        **_end(batch),
        **_entry(batch),
        **{name: batch.column("patients", source) for source, name, _ in NUMBERS},
        **{name: _known_flag(batch.column("patients", source)) for source, name, _ in FLAGS},
    }


def _demographics(batch: Batch) -> Columns:
    n = len(batch.patients)
    female = batch.column("patients", "sex_female")
    race = np.array(
        [RACES.get(str(word).lower(), str(word).upper()) for word in batch.words("patients", "race")], object
    )
    return {
        "AGE": np.floor(batch.column("patients", "age")),
        "AGEU": Words.constant("YEARS", n),
        "SEX": chosen(np.where(np.isnan(female), -1, female > 0), ["M", "F"]),
        "RACE": encoded(race),
        "SITEID": Words.constant("TITER", n),
    }


def _arm(batch: Batch, study: Study) -> Columns:
    n = len(batch.patients)
    code = study.arm_code(batch.arm)
    arm = batch.regimen if code == batch.arm else batch.arm  # a comparison has letters, a trial names
    names = {"ARM": arm, "ACTARM": arm, "ARMCD": code, "ACTARMCD": code}
    names |= {"TRT01P": batch.regimen, "TRT01A": batch.regimen}
    number = np.full(n, list(study.arms).index(batch.arm) + 1)
    return {name: Words.constant(word, n) for name, word in names.items()} | {"TRT01PN": number, "TRT01AN": number}


def _treatment(batch: Batch) -> Columns:
    """First and last day with a dose taken."""
    doses = batch.table("doses")
    given = doses["given"] > 0
    place, day = batch.place(doses["patient"][given]), doses["minute"][given] / MINUTES_PER_DAY
    first, last = np.full(len(batch.patients), np.inf), np.full(len(batch.patients), -np.inf)
    np.minimum.at(first, place, day)
    np.maximum.at(last, place, day)
    begin, end = (study_day(np.where(np.isinf(edge), np.nan, edge)) for edge in (first, last))
    return {"TRTSDY": begin, "TRTEDY": end, "TRTDURD": end - begin + 1}


def _end(batch: Batch) -> Columns:
    """How treatment ended, and what is known of life."""
    why, when = therapy_end(batch)
    end, crossed = last_day(batch), batch.column("patients", "crossover_day")
    death = batch.column("patients", "death_day")
    return {
        "EOTSTT": encoded(np.where(why == "completed", "COMPLETED", "DISCONTINUED")),
        "EOTDY": study_day(when),
        "DCTREAS": encoded([REASONS.get(word, "" if word == "completed" else "OTHER") for word in why]),
        "DTHFL": flag(~np.isnan(death)),
        "DTHADY": study_day(death),
        "LSTALVDY": study_day(np.where(np.isnan(death), end, np.nan)),
        "XOVERFL": flag(~np.isnan(crossed)),
        "XOVERDY": study_day(crossed),
        "SIMFAIL": flag(batch.column("patients", "failed", 0) > 0),
    }


def _entry(batch: Batch) -> Columns:
    """How a trial's patient came in; nothing in a comparison."""
    entry = batch.table("entry")
    if "entry" not in batch.parts:
        return {}
    order = np.argsort(entry["patient"], kind="stable")
    return {
        "RANDFL": flag(np.ones(len(order), bool)),
        "ENTRDY": np.floor(np.asarray(entry["entry_day"], float)[order]),
        "STRATAR": encoded(batch.words("entry", "stratum")[order]),
    }


def therapy_end(batch: Batch) -> tuple[NDArray[np.object_], NDArray]:
    """Why and on which day the drugs of the regimen ended, in the order of the patients. Shape (n_patients,) each."""
    status = batch.table("status")
    order = np.argsort(batch.place(status["patient"]), kind="stable")
    why, when = batch.words("status", "status")[order], np.asarray(status["day"], float)[order]
    if "therapy_end" in batch.table("patients"):
        why = batch.words("patients", "therapy_end")
    elif "toxicity_stop_day" in batch.table("patients"):
        why = np.where(np.isnan(batch.column("patients", "toxicity_stop_day")), why, "toxicity").astype(object)
    if "therapy_end_day" in batch.table("patients"):
        when = np.asarray(batch.column("patients", "therapy_end_day"), float)
    return why, when


def last_day(batch: Batch) -> NDArray:
    """Day on which observation ended. Shape (n_patients,)."""
    return np.asarray(batch.column("patients", "end_day"), float)


def _known_flag(values: NDArray) -> Words:
    flags = yes_no(values > 0)
    return chosen(np.where(np.isnan(values), -1, flags.codes), ["N", "Y"])


def _text(name: str, label: str, origin: str) -> Variable:
    return Variable(name, label, "text", origin)


def _integer(name: str, label: str, origin: str) -> Variable:
    return Variable(name, label, "integer", origin)


ADSL = Dataset(
    "ADSL",
    "Subject-Level Analysis Dataset",
    "one record per subject",
    (
        *BEFORE,
        _text("SITEID", "Study Site Identifier", "TITER: one site"),
        _integer("AGE", "Age", "patients.age, whole years"),
        _text("AGEU", "Age Units", "YEARS"),
        _text("SEX", "Sex", "patients.sex_female"),
        _text("RACE", "Race", "patients.race"),
        _text("ARM", "Description of Planned Arm", "name of the arm in a trial, else its regimen"),
        _text("ARMCD", "Planned Arm Code", "letter of the arm"),
        _text("ACTARM", "Description of Actual Arm", "ARM"),
        _text("ACTARMCD", "Actual Arm Code", "ARMCD"),
        _text("TRT01P", "Planned Treatment for Period 01", "regimen"),
        _integer("TRT01PN", "Planned Treatment for Period 01 (N)", "number of the arm, from 1"),
        _text("TRT01A", "Actual Treatment for Period 01", "regimen"),
        _integer("TRT01AN", "Actual Treatment for Period 01 (N)", "number of the arm, from 1"),
        *POPULATION,
        _integer("TRTSDY", "Relative Day of First Exposure", "first of doses.minute with a dose taken"),
        _integer("TRTEDY", "Relative Day of Last Exposure", "last of doses.minute with a dose taken"),
        _integer("TRTDURD", "Total Treatment Duration (Days)", "TRTEDY - TRTSDY + 1"),
        _text("EOTSTT", "End of Treatment Status", "COMPLETED at the end of the plan, else DISCONTINUED"),
        _integer("EOTDY", "Relative Day of End of Treatment", "patients.therapy_end_day"),
        _text("DCTREAS", "Reason for Discontinuation of Treatment", "patients.therapy_end or status"),
        _text("DTHFL", "Subject Death Flag", "patients.death_day"),
        _integer("DTHADY", "Relative Day of Death", "patients.death_day"),
        _integer("LSTALVDY", "Relative Day Last Known Alive", "patients.end_day of those who live"),
        _text("XOVERFL", "Crossed Over to Other Treatment Flag", "patients.crossover_day"),
        _integer("XOVERDY", "Relative Day of Crossover", "patients.crossover_day"),
        _text("RANDFL", "Randomized Population Flag", "Y in a trial"),
        _integer("ENTRDY", "Days from Study Start to Entry", "entry.entry_day, 0 for the first patient"),
        _text("STRATAR", "Strata Used for Randomization", "entry.stratum"),
        _text("SIMFAIL", "Simulation Failed Flag", "patients.failed: the integration failed"),
        *(Variable(name, label, "float", f"patients.{source}") for source, name, label in NUMBERS),
        *(_text(name, label, f"patients.{source}") for source, name, label in FLAGS),
    ),
    build,
)
