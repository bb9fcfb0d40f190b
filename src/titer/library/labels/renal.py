"""Starting doses in impaired kidneys and livers: lenalidomide by creatinine clearance, pomalidomide by dialysis and liver.

Answers:  whether the planned starting dose is above what the label allows for this creatinine clearance, on dialysis, or
          with this Child-Pugh class.
Not for:  thalidomide and dexamethasone, whose labels change nothing for kidney or liver; doses later in treatment.
Assumed:  clearance by Cockcroft-Gault with the actual weight. A dose every other day is compared by what is given in 48
          hours, so that 15 mg every 48 h stands for 7.5 mg a day. A dose above the label's is a block, as the regimen may
          not be given as written; a lower one is not a finding.
Conflict: the United States lower the dose of lenalidomide below 60 mL/min, the European Union below 50; for myelodysplastic
          syndrome a European expert panel (2008) starts at 10, 5 and 5 mg every 48 h, the US label at 5 and 2.5 mg.
"""

# ruff: noqa: E501 - a row of the table stands on one line

from titer.clinic.safety.conditions import Condition, documented, dose, flag, number, word
from titer.clinic.safety.declare import Authority, SafetyRule
from titer.library.labels._sources import LEN_EU, LEN_US, POM_EU, POM_US, label, memory
from titer.source import Source

CRCL = number("crcl_ml_min")
LEAST = 30.0  # mL/min; below it the lowest group
NO_DIALYSIS = ~documented(flag("dialysis"))
ON_DIALYSIS = documented(flag("dialysis")) | (flag("dialysis") & (CRCL < LEAST))
MYELOMA = ("multiple_myeloma", "mantle_cell_lymphoma")
MAINTENANCE = ("multiple_myeloma_maintenance", "mds_del5q", "mds")
LYMPHOMA = ("follicular_lymphoma", "marginal_zone_lymphoma")
US_SECTION = "section 2 (starting dose adjustment for renal impairment, Cockcroft-Gault)"
US_MYELOMA = label(LEN_US, US_SECTION)
US_OTHER = memory(LEN_US, US_SECTION)
EU_MYELOMA = label(LEN_EU, "section 4.2 (patients with renal impairment)")
EU_OTHER = memory(LEN_EU, "section 4.2 (renal impairment, by disease)")
EU_PANEL = label("European expert panel on lenalidomide in myelodysplastic syndrome 2008", "renal dose")


def moderate(cutoff: float) -> Condition:
    """From 30 mL/min to below the cut-off."""
    return NO_DIALYSIS & CRCL.between(LEAST, cutoff)


# Also where dialysis is not known: what is too much without it is too much with it. `ON_DIALYSIS` asks for the rest.
SEVERE = NO_DIALYSIS & (CRCL < LEAST)


def start_dose(
    key: str,
    who: Condition,
    words: str,
    most_48_h: float,
    advice: str,
    source: Source,
    authority: Authority,
    topic: str,
    indications: tuple[str, ...],
    elsewhere: str = "",
) -> SafetyRule:
    """A row of a renal table: those who are in the group and are planned more than its dose, mg in 48 hours."""
    return SafetyRule(
        key=key,
        about=("lenalidomide",),
        severity="block",
        when=(dose("lenalidomide", "in_48_hours") > most_48_h) & who,
        finding=f"the starting dose is above that for {words}",
        advice=advice,
        source=source,
        authority=(authority,),
        limit=f"{words}: {advice[0].lower()}{advice[1:].rstrip('.')}",
        topic=topic,
        indications=indications,
        elsewhere=elsewhere,
    )


# fmt: off
LENALIDOMIDE = (
    # Myeloma and mantle cell lymphoma
    start_dose("renal_moderate_us", moderate(60), "CrCl 30 to below 60 mL/min", 20, "Start at 10 mg once daily.", US_MYELOMA, "US", "renal_moderate", MYELOMA),
    start_dose("renal_moderate_eu", moderate(50), "CrCl 30 to below 50 mL/min", 20, "Start at 10 mg once daily; 15 mg after 2 cycles where there is no response and it is tolerated.", EU_MYELOMA, "EU", "renal_moderate", MYELOMA),
    start_dose("renal_severe_us", SEVERE, "CrCl below 30 mL/min without dialysis", 15, "Start at 15 mg every 48 hours.", US_MYELOMA, "US", "renal_severe", MYELOMA),
    start_dose("renal_severe_eu", SEVERE, "CrCl below 30 mL/min without dialysis", 15, "Start at 15 mg every other day; may go to 10 mg once daily.", EU_MYELOMA, "EU", "renal_severe", MYELOMA),
    start_dose("renal_dialysis_us", ON_DIALYSIS, "dialysis", 10, "Start at 5 mg once daily, after dialysis on dialysis days.", US_MYELOMA, "US", "renal_dialysis", MYELOMA),
    start_dose("renal_dialysis_eu", ON_DIALYSIS, "dialysis", 10, "Start at 5 mg once daily, after dialysis on dialysis days.", EU_MYELOMA, "EU", "renal_dialysis", MYELOMA),
    # Maintenance and myelodysplastic syndrome
    start_dose("renal_maintenance_moderate_us", moderate(60), "CrCl 30 to below 60 mL/min", 10, "Start at 5 mg once daily.", US_OTHER, "US", "renal_maintenance_moderate", MAINTENANCE),
    start_dose("renal_maintenance_severe_us", SEVERE, "CrCl below 30 mL/min without dialysis", 5, "Start at 2.5 mg once daily.", US_OTHER, "US", "renal_maintenance_severe", MAINTENANCE),
    start_dose("renal_maintenance_dialysis_us", ON_DIALYSIS, "dialysis", 5, "Start at 2.5 mg once daily, after dialysis on dialysis days.", US_OTHER, "US", "renal_maintenance_dialysis", MAINTENANCE),
    start_dose("renal_maintenance_severe_eu", SEVERE, "CrCl below 30 mL/min without dialysis", 15, "Start at 7.5 mg once daily or 15 mg every other day.", EU_OTHER, "EU", "renal_maintenance_severe", ("multiple_myeloma_maintenance",)),
    start_dose("renal_maintenance_dialysis_eu", ON_DIALYSIS, "dialysis", 10, "Start at 5 mg once daily, after dialysis on dialysis days.", EU_OTHER, "EU", "renal_maintenance_dialysis", ("multiple_myeloma_maintenance",)),
    start_dose("renal_mds_moderate_eu", moderate(50), "CrCl 30 to below 50 mL/min", 10, "Start at 5 mg once daily.", EU_PANEL, "EU", "renal_maintenance_moderate", ("mds_del5q", "mds")),
    start_dose("renal_mds_severe_eu", SEVERE, "CrCl below 30 mL/min without dialysis", 5, "Start at 5 mg every 48 hours.", EU_PANEL, "EU", "renal_maintenance_severe", ("mds_del5q", "mds")),
    start_dose("renal_mds_dialysis_eu", ON_DIALYSIS, "dialysis", 5, "Start at 5 mg three times a week, after dialysis.", EU_PANEL, "EU", "renal_maintenance_dialysis", ("mds_del5q", "mds")),
    # Follicular and marginal zone lymphoma
    start_dose("renal_lymphoma_moderate_us", moderate(60), "CrCl 30 to below 60 mL/min", 20, "Start at 10 mg once daily; 15 mg after 2 cycles if tolerated.", US_OTHER, "US", "renal_lymphoma", LYMPHOMA),
    start_dose("renal_lymphoma_severe_us", SEVERE, "CrCl below 30 mL/min without dialysis", 10, "Start at 5 mg once daily.", US_OTHER, "US", "renal_lymphoma", LYMPHOMA),
    start_dose("renal_lymphoma_dialysis_us", ON_DIALYSIS, "dialysis", 10, "Start at 5 mg once daily, after dialysis on dialysis days.", US_OTHER, "US", "renal_lymphoma", LYMPHOMA),
    start_dose("renal_lymphoma_moderate_eu", moderate(60), "CrCl 30 to below 60 mL/min", 20, "Start at 10 mg once daily; 15 mg after 2 cycles if tolerated.", EU_OTHER, "EU", "renal_lymphoma", LYMPHOMA),
)
# fmt: on

POM_SECTION = "section 2 (dosage for hepatic impairment and for severe renal impairment on dialysis)"
AFTER = "dialysis (after dialysis on dialysis days)"
POM_ELSEWHERE = "EU: the starting dose is not changed, from memory"


def pomalidomide(
    key: str,
    who: Condition,
    words: str,
    most: float,
    indications: tuple[str, ...] = ("multiple_myeloma", "kaposi_sarcoma"),
    source: Source | None = None,
) -> SafetyRule:
    """A reduced starting dose of pomalidomide, mg a day, in the United States."""
    return SafetyRule(
        key=key,
        about=("pomalidomide",),
        severity="block",
        when=(dose("pomalidomide", "start") > most) & who,
        finding=f"the starting dose is above that for {words}",
        advice=f"Start at {most:g} mg once daily.",
        source=source or label(POM_US, POM_SECTION),
        authority=("US",),
        limit=f"{words}: {most:g} mg once daily",
        indications=indications,
        elsewhere=POM_ELSEWHERE,
    )


RULES = (
    *LENALIDOMIDE,
    pomalidomide("pomalidomide_dialysis", flag("dialysis"), AFTER, 3, ("multiple_myeloma",)),
    pomalidomide(
        "pomalidomide_dialysis_kaposi", flag("dialysis"), AFTER, 4, ("kaposi_sarcoma",), memory(POM_US, POM_SECTION)
    ),
    SafetyRule(
        key="renal_lymphoma_severe_eu",
        about=("lenalidomide",),
        severity="warn",
        when=SEVERE | ON_DIALYSIS,
        finding="no dose is given in the EU for this disease below 30 mL/min or on dialysis",
        advice="Weigh another treatment; the United States start at 5 mg once daily.",
        source=EU_OTHER,
        authority=("EU",),
        limit="CrCl 30 mL/min",
        topic="renal_lymphoma",
        indications=LYMPHOMA,
    ),
    pomalidomide("pomalidomide_child_pugh_ab", word("child_pugh", "A", "B"), "Child-Pugh A or B", 3),
    pomalidomide("pomalidomide_child_pugh_c", word("child_pugh", "C"), "Child-Pugh C", 2),
    SafetyRule(
        key="pomalidomide_creatinine_2013",
        about=("pomalidomide",),
        severity="warn",
        when=documented(number("serum_creatinine_mg_dl") > 3) & NO_DIALYSIS,
        finding="creatinine above 3 mg/dL: the label of 2013 said to avoid pomalidomide",
        advice="The present label changes nothing without dialysis; watch blood counts closely.",
        source=label(POM_US, "2013, section 8.7; no longer in the present label"),
        authority=("US",),
        limit="creatinine 3 mg/dL (2013 only)",
    ),
    SafetyRule(
        key="pomalidomide_dialysis_timing",
        about=("pomalidomide",),
        severity="inform",
        when=documented(flag("dialysis")),
        finding="dialysis removes pomalidomide",
        advice="On dialysis days take it after dialysis.",
        source=memory(POM_EU, "section 4.2 (renal impairment); the US label, section 2, asks the same"),
    ),
    SafetyRule(
        key="lenalidomide_liver",
        about=("lenalidomide",),
        severity="inform",
        when=documented(word("child_pugh", "B", "C")),
        finding="lenalidomide was not studied in impaired livers; there is no dose recommendation",
        advice="Watch liver enzymes.",
        source=label(LEN_EU, "section 4.2 (impaired hepatic function)"),
    ),
)
